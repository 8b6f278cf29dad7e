import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import type { Answer, LocalSlack, TestChannel, TestSeat, TestUser } from '../support/slack/slack-server.ts';
import { passTimeWith, type SlackTestBot, startSlackTestBot } from '../support/slack-bot.ts';

const text = (answer: Answer): string => {
  if (answer.type === 'failed') throw new Error(`the interaction failed: ${answer.reason}`);
  return 'text' in answer ? answer.text : '';
};
/** An instant as Slack shows it in each reader's own zone. */
const dateOf = (instant: string): string => `<!date^${Date.parse(instant) / 1000}^`;

describe.each(['socket', 'http'] as const)(
  'a first day and a first week on Slack over %s, with the real content',
  transport => {
    let test: SlackTestBot;
    let slack: LocalSlack;
    let general: TestChannel;
    let weekly: TestChannel;
    let organiser: TestSeat;
    let person: TestUser;
    let member: TestSeat;
    let stopTime: () => void;

    beforeAll(async () => {
      test = await startSlackTestBot({
        transport,
        now: '2026-11-26T10:00:00Z',
        curriculum: await loadCurriculum('content'),
      });
      stopTime = passTimeWith(test);
      const { workspace } = test;
      slack = test.slack;
      general = workspace.addChannel({ name: 'general' });
      weekly = workspace.addChannel({ name: 'weekly-digest' });
      organiser = workspace.user('ada', { admin: true, tz: 'Europe/Berlin' }).in(general);
      person = workspace.user('faye', { tz: 'Europe/London' });
      member = person.in(general);
    });
    afterAll(async () => {
      stopTime();
      await test.stop();
    });

    it('takes an organiser from the help to two schedules and a preview', async () => {
      const help = text(await organiser.type('/milepost help'));
      expect(help).toContain('For organisers');
      expect(help, 'Slack keeps /help for itself').toContain('`/milepost help track` explains one command');
      const zoned = text(await organiser.type('/settings community-zone Europe/Berlin'));
      expect(zoned).toContain('The community’s time zone is now *Europe/Berlin*');

      const digest = 'digest channel:#weekly-digest weekday:monday time:09:00 tracks:engineering thread:yes';
      const made = text(await organiser.type(`/schedule set ${digest}`));
      expect(made).toContain(`<#${weekly.id}>`);
      expect(made, '09:00 in the community’s zone').toContain(dateOf('2026-11-30T08:00:00Z'));

      const preview = await organiser.press('Preview');
      expect(text(preview)).toContain('only you see this');
      expect(text(preview)).toContain('Week 1');
      expect(text(preview)).toContain('A thread “Week 1: Engineering Track” is opened under it');
      expect(preview).toMatchObject({ type: 'message', ephemeral: true });
      await organiser.type('/schedule set leaderboard channel:#weekly-digest time:11:00');
      const list = text(await organiser.type('/schedule list'));
      expect(list).toContain('Schedule 1: digest');
      expect(list).toContain('Schedule 2: leaderboard');
      expect(slack.messages(weekly), 'nothing was posted yet').toEqual([]);
    });

    it('takes a member through onboarding, in one message and by their own clock', async () => {
      expect(text(await member.type('/onboard'))).toContain('Step 1 of 6');
      expect(text(await member.press('⚙️ Engineering Track'))).toContain('Step 2 of 6');
      expect(text(await member.choose(['platform_engineer']))).toContain('Step 3 of 6');
      expect(text(await member.press('Skip')), 'the zone of their Slack profile').toContain('Europe/London');
      await member.press('Change');
      const typed = await member.typeahead('A city or an IANA id', 'Nowhere');
      expect(
        typed.map(({ value }) => value),
        'what is typed is never taken away',
      ).toEqual(['Nowhere']);
      expect(text(await member.submit({ 'A city or an IANA id': 'Nowhere' }))).toContain('no time zone');
      await member.press('Change');
      const zones = await member.typeahead('A city or an IANA id', 'lisb');
      expect(zones.map(({ value }) => value)).toContain('Europe/Lisbon');
      expect(text(await member.submit({ 'A city or an IANA id': 'Europe/Lisbon' }))).toContain('Step 5 of 6');
      expect(text(await member.press('Every week (current)'))).toContain('Step 6 of 6');
      const ready = await member.press('Yes, show my name');
      expect(text(ready)).toContain('You are all set');
      expect(text(ready)).toContain('*Time zone*\nEurope/Lisbon');
      expect(text(ready)).toContain('The AI Safety Landscape');
      expect(ready, 'one message carries the whole onboarding').toMatchObject({ replaced: true, ephemeral: true });
    });

    it('lets them read a topic, be done with it, take its quiz and see where they stand, seen by nobody else', async () => {
      await member.press('Show my topics');
      const page = await member.press('Read');
      expect(text(page)).toContain('Page 1 of');
      expect(text(page)).toContain('Afterwards you can');
      expect(text(await member.press('Why advanced AI needs safety work ›'))).toContain('Page 2 of');
      expect(text(await member.press('Done'))).toContain('✅ The AI Safety Landscape (+10 points)');
      expect(text(await member.press('Take the quiz'))).toContain('Question 1 of');
      expect(text(await member.press('A'))).toMatch(/The right answer is|Right/);
      expect(text(await member.press('Next question'))).toContain('Question 2 of');
      expect(text(await member.type('/progress'))).toContain('1 of 15 topics');
      const board = text(await member.type('/leaderboard all'));
      expect(board).toContain('faye (you)');
      expect(board).toContain('1 member');
      expect(slack.messages(general)).toEqual([]);
    });

    it('has their plan in its Home, where a press changes it', async () => {
      const home = await member.openHome();
      expect(home.type).toBe('home');
      expect(text(home)).toContain('Your plan');
      expect(text(home)).toContain('⚙️ Engineering Track');
      expect(text(home)).toContain('1 of 15 topics');
      expect(text(home)).toContain('Europe/Lisbon');
      expect(text(home)).toContain('1 of 1, with 10 points');
      const opened = await member.press('Read');
      expect(opened, 'a topic opens in a window of its own').toMatchObject({ type: 'modal' });
      expect(text(opened)).toContain('How Frontier Models Are Trained and Deployed');
      const done = await member.press('Done', home);
      expect(done, 'with the way back').toMatchObject({ type: 'modal' });
      expect(text(done)).toContain('1 topic done');
      const after = slack.homeOf(person);
      expect(JSON.stringify(after?.blocks), 'and Home beneath it has changed').toContain('2 of 15 topics');
      await member.press('Pause', after);
      const paused = await member.submit({ 'Until when': 'tomorrow' });
      expect(paused, 'the form becomes the answer').toMatchObject({ type: 'modal' });
      expect(text(paused)).toContain('You are on pause until *Fri 27 Nov 2026*');
      const resting = slack.homeOf(person);
      expect(JSON.stringify(resting?.blocks), 'and Home behind it has changed').toContain('on pause until Fri 27 Nov');
      expect(text(await member.press('End the pause', resting))).toContain('no pause');
      await member.type('/undo');
      const shown = slack.homeOf(person);
      expect(JSON.stringify(shown?.blocks), 'what is done elsewhere shows there too').toContain('1 of 15 topics');
    });

    it('brings the digest to the channel with its thread, and to the member at their own nine o’clock', async () => {
      const settled = await test.liveUntil('2026-11-30T12:00:00Z');
      expect(settled.map(({ kind, state, at }) => [kind, state, at.toISOString().slice(11, 16)])).toEqual([
        ['digest', 'sent', '08:00'],
        // Lisbon is an hour behind Berlin.
        ['digest', 'sent', '09:00'],
        ['leaderboard', 'sent', '10:00'],
      ]);
      const [post, thread, board, ...others] = slack.messages(weekly);
      expect(others).toEqual([]);
      expect(post?.text).toContain('The AI Safety Landscape');
      expect(thread).toMatchObject({ thread_ts: post?.ts, text: '💬 Talk about “Week 1: Engineering Track” here.' });
      expect(board?.thread_ts).toBeUndefined();
      expect(JSON.stringify(board?.blocks)).toContain('faye');

      const own = await member.press('Show mine', post);
      expect(text(own)).toContain('Your week');
      expect(own, 'in the channel it is for one pair of eyes').toMatchObject({ ephemeral: true, replaced: false });
      expect(slack.messages(weekly)[0]?.edits).toBe(0);
    });

    it('lets the member go on from the digest in their direct messages', async () => {
      const [digest, ...others] = slack.directMessages(person);
      expect(others).toEqual([]);
      expect(digest?.text).toContain('Hi faye');
      const direct = person.inDirectMessages();
      expect(text(await direct.press('Read', digest))).toContain('Page 1 of');
      const done = await direct.press('Done', digest);
      expect(text(done)).toContain('1 topic done');
      expect(done, 'it can still be read tomorrow').toMatchObject({ ephemeral: false });
      expect(text(await direct.type('/progress'))).toContain('2 of 15 topics');
      expect(text(await member.type('/progress')), 'it is the same progress').toContain('2 of 15 topics');
      expect(text(await direct.press('Every two weeks', digest))).toContain('every two weeks');
      expect(text(await direct.type('/settings messages weekly'))).toContain('every week');
    });

    it('goes on after a restart, old buttons included', async () => {
      const [post] = slack.messages(weekly);
      const before = slack.directMessages(person).length;
      await test.bot.stop();
      test.setNow('2026-12-07T12:00:00Z');
      const again = await startSlackTestBot({
        transport,
        running: test,
        db: test.db,
        curriculum: await loadCurriculum('content'),
        now: test.now().toISOString(),
      });
      try {
        expect(text(await member.press('Done', post))).toContain('already');
        const kinds = (await again.scheduler.tick()).map(({ kind, state }) => `${kind} ${state}`);
        expect(kinds.toSorted()).toEqual(['digest sent', 'digest sent', 'leaderboard sent']);
        const threads = slack.messages(weekly).filter(({ thread_ts: thread }) => thread !== undefined);
        expect(threads).toHaveLength(2);
        expect(slack.messages(weekly)).toHaveLength(6);
        expect(slack.directMessages(person)).toHaveLength(before + 1);
        expect(again.log.filter(({ level }) => level > 30)).toEqual([]);
      } finally {
        await again.bot.stop();
      }
    });

    it('never broke a rule of Slack, pinged nobody, and had nothing to complain about', () => {
      const shown = [weekly, general].flatMap(channel => slack.messages(channel));
      for (const one of [person, organiser]) shown.push(...slack.directMessages(one), ...slack.ephemerals(one));
      expect(shown.length).toBeGreaterThan(20);
      const everything = JSON.stringify([...shown, ...slack.views]);
      expect(everything).not.toMatch(/<@|<!(?!date\^)|"type":"(?:user|usergroup|broadcast)"/);
      expect(shown.filter(message => message.text === '')).toEqual([]);
      expect(slack.requests.length).toBeGreaterThan(30);
      expect(slack.requests.filter(({ status, answer }) => status !== 200 || answer?.ok === false)).toEqual([]);
      expect(slack.events.filter(({ acknowledged }) => !acknowledged)).toEqual([]);
      expect(slack.warnings).toEqual([]);
      expect(test.log.filter(({ level }) => level > 30)).toEqual([]);
      expect(test.fatal).toEqual([]);
    });
  },
);
