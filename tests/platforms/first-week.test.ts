import { expect, it } from 'vitest';
import { wordsOf } from '../support/platform-drivers/plain.ts';
import { onEachPlatform } from './each-platform.ts';

const TOPIC_BUTTONS = '[Read] [Start] [Done] [Not for me]';

const FOR_ALL = `
Week 1
This week’s topics. Take what you have time for; nothing runs away.
⚙️ Engineering Track
What AI safety is
🧭 General · 🌱 Foundation · 1 h
What AI safety is matters to safety work. It is the second sentence that says why. There is more to read.
${TOPIC_BUTTONS}
Show mine gives you the topics that fit your own track, roles and pace; only you see them.
[Show mine]`;

const FOR_FAYE = `
Your week: ⚙️ Engineering Track
Hi Faye Moreau, here are 2 topics for this week: about 2.5 h of your 4 h.
What AI safety is
🧭 General · 🌱 Foundation · 1 h
What AI safety is matters to safety work. It is the second sentence that says why. There is more to read.
${TOPIC_BUTTONS}
Reading papers
🧭 General · 🌱 Foundation · 1.5 h
Reading papers matters to safety work. It is the second sentence that says why. There is more to read.
${TOPIC_BUTTONS}
Engineering Track: ░░░░░░░░░░ 0 of 7 topics (0 %)
Next step: open What AI safety is and read its first page.
Your messages are set to come every week. To change that, press a button; /settings also sets a pause.
[Every two weeks] [Stop these messages]`;

const labelsOf = (text: string): string[] => [...text.matchAll(/\[([^\]]+)\]/g)].map(([, label = '']) => label);

onEachPlatform('a first week', ({ driver, person }) => {
  const schedule = () =>
    person('ada').send('schedule set', {
      kind: 'digest',
      channel: '#weekly-digest',
      weekday: 'monday',
      time: '09:00',
      zone: 'UTC',
      tracks: 'engineering',
    });
  /** All six steps, to the last. */
  const onboard = async () => {
    const faye = person('faye');
    await faye.send('onboard');
    await faye.press('⚙️ Engineering Track');
    await faye.choose(['platform_engineer']);
    await faye.press('Skip');
    await faye.press('Change');
    await faye.submit({ 'A city or an IANA id': 'Lisbon' });
    await faye.press('Every week (current)');
    return faye.press('Yes, show my name');
  };

  it('takes an organiser to a schedule and a preview that nobody else sees', async () => {
    const made = await schedule();
    expect(made.text).toContain('Schedule 1: digest');
    expect(wordsOf(made.text)).toContain('where weekly digest and each member s direct messages');
    expect(wordsOf(made.text)).toContain('when every monday at 09 00 utc');
    expect(made.buttons).toEqual(['Preview', 'Run now', 'Pause', 'Remove']);
    const preview = await person('ada').press('Preview');
    expect(preview.isPrivate).toBe(true);
    expect(wordsOf(preview.text)).toContain('week 1 this week s topics');
    expect(await driver().posts(driver().channel('weekly-digest'))).toEqual([]);
  });

  it('takes a member through onboarding in one message that nobody else sees', async () => {
    const faye = person('faye');
    const first = await faye.send('onboard');
    expect(wordsOf(first.text)).toContain('welcome faye moreau six short questions');
    expect(first.buttons).toEqual(['🧭 General', '⚙️ Engineering Track', '🔬 Research Track', 'Skip']);
    const before = await driver().shown();
    const ready = await onboard();
    expect(ready).toMatchObject({ type: 'message', isPrivate: true, isReplacement: true });
    const said = wordsOf(ready.text);
    expect(said).toContain('you are all set track engineering track roles platform engineer pace 4 h a week');
    expect(said).toContain('time zone europe lisbon direct messages every week name on leaderboards shown');
    expect(ready.buttons).toEqual([...labelsOf(TOPIC_BUTTONS), 'Show my topics']);
    // A new /onboard, and the form for the time zone.
    expect(await driver().shown()).toBe(before + 2);
  });

  it('brings the same digest to the channel and to the member, each once', async () => {
    await schedule();
    await onboard();
    expect(await driver().liveUntil('2026-11-23T12:00:00Z')).toEqual(['digest', 'digest']);
    const posts = await driver().posts(driver().channel('weekly-digest'));
    expect(posts.map(({ text }) => wordsOf(text))).toEqual([wordsOf(FOR_ALL)]);
    expect(posts[0]?.buttons).toEqual(labelsOf(FOR_ALL));
    const digests = await driver().direct(person('faye'));
    expect(digests.map(({ text }) => wordsOf(text))).toEqual([wordsOf(FOR_FAYE)]);
    expect(digests[0]?.buttons).toEqual(labelsOf(FOR_FAYE));
    expect(await driver().direct(person('ada')), 'without a track nothing is sent').toEqual([]);
    expect(driver().pinged()).toEqual([]);
    expect(driver().faults()).toEqual([]);
  });

  it('counts what is done from the digests, in the channel and in direct messages', async () => {
    await schedule();
    await onboard();
    await driver().liveUntil('2026-11-23T12:00:00Z');
    const [faye, ben] = [person('faye'), person('ben')];
    const [post] = await driver().posts(driver().channel('weekly-digest'));
    const [digest] = await driver().direct(faye);
    const mine = await faye.press('Show mine', post);
    expect(mine.isPrivate).toBe(true);
    expect(wordsOf(mine.text)).toContain('your week engineering track hi faye moreau');

    const done = await faye.alone.press('Done', digest);
    expect(wordsOf(done.text)).toMatch(/^1 topic done what ai safety is 10 points now open risk models/);
    expect((await faye.press('Done', post)).text).toContain('Already done');
    expect((await ben.press('Done', post)).text).toContain('1 topic done');
    expect(wordsOf((await faye.send('progress')).text)).toContain('1 of 7 topics');

    const board = await faye.send('leaderboard', { period: 'all' });
    expect(board.isPrivate).toBe(true);
    expect(board.text).toMatch(/1\W+Faye Moreau \(you\)\W+10\b/);
    expect(wordsOf(board.text)).toContain('2 members 20 points together');
    const seen = await ben.send('leaderboard', { period: 'all' });
    expect(seen.text, 'Faye agreed to be named').toContain('Faye Moreau');
    expect((await person('ada').send('leaderboard', { period: 'all' })).text, 'Ben was never asked').not.toContain(
      'Ben',
    );
  });

  it('goes on with the next week', async () => {
    await schedule();
    await onboard();
    await driver().liveUntil('2026-11-23T12:00:00Z');
    const [digest] = await driver().direct(person('faye'));
    await person('faye').alone.press('Done', digest);
    expect(await driver().liveUntil('2026-11-30T12:00:00Z')).toEqual(['digest', 'digest']);
    const posts = await driver().posts(driver().channel('weekly-digest'));
    expect(posts.map(({ text }) => wordsOf(text).slice(0, 6))).toEqual(['week 1', 'week 2']);
    const digests = await driver().direct(person('faye'));
    const [, second] = digests.filter(({ text }) => wordsOf(text).startsWith('your week'));
    expect(wordsOf(second?.text ?? '')).toContain('1 of 7 topics');
  });
});
