import { expect, it } from 'vitest';
import { encodeAction } from '../../src/command.ts';
import { actions, button, text } from '../../src/message.ts';
import type { Post } from '../support/platform-drivers/driver.ts';
import { onEachPlatform } from './each-platform.ts';

onEachPlatform('the buttons of a post', ({ driver, person }) => {
  let made = 0;
  /** A post for everybody with one button. */
  const postWith = async (label: string, action: string): Promise<Post> => {
    const { platform, communityId, channel, posts } = driver();
    const target = { communityId, channelId: channel('weekly-digest') };
    made += 1;
    const message = { blocks: [text('A post for everybody.'), actions(button(label, action))] };
    expect(await platform.deliver(target, message, `post-${made}`)).toMatchObject({ type: 'sent' });
    const [post] = await posts(target.channelId);
    if (!post) throw new Error('nothing was posted');
    return post;
  };

  it('act for the one who presses, who alone sees the answer', async () => {
    for (const who of ['ada', 'ben'] as const) await person(who).send('track select', { track: 'engineering' });
    const post = await postWith('Done', encodeAction('done', 'done', 'testing'));
    const before = await driver().shown();
    for (const who of ['ada', 'ben'] as const) {
      const seen = await person(who).press('Done', post);
      expect(seen).toMatchObject({
        text: expect.stringContaining('1 topic done'),
        isPrivate: true,
        isReplacement: false,
      });
    }
    expect((await person('ada').press('Done', post)).text).toContain('Already done');
    expect((await person('faye').send('progress')).text).not.toContain('1 of');
    expect(await driver().shown()).toBe(before + 4);
  });

  it('leave the post as it is, even where the answer would take a message’s place', async () => {
    const post = await postWith('One more', encodeAction('tally', 'add', '4'));
    const seen = await person('faye').press('One more', post);
    expect(seen).toMatchObject({ text: expect.stringContaining('stands at 5'), isPrivate: true, isReplacement: false });
    expect(await driver().posts(driver().channel('weekly-digest'))).toMatchObject([
      { text: expect.stringContaining('A post for everybody.'), buttons: ['One more'] },
    ]);
    expect((await person('faye').press('One more')).text, 'their own answer goes on').toContain('stands at 6');
  });

  it('say clearly that they work no more, where their command or action is gone', async () => {
    for (const action of ['vanished/go/1', 'tally/vanished/1', 'no action at all']) {
      const post = await postWith('Go', action);
      const seen = await person('faye').press('Go', post);
      expect(seen.text).toContain('belongs to an older message that no longer works');
      expect(seen.text).toMatch(/\/(milepost )?help lists all commands/);
      expect(seen.isPrivate).toBe(true);
      await driver().deletePost(driver().channel('weekly-digest'), post);
    }
    expect(driver().faults()).toEqual([]);
  });

  it('open a form for the one who presses', async () => {
    const post = await postWith('Change time zone', encodeAction('settings', 'form', 'zone'));
    expect(await person('faye').press('Change time zone', post)).toMatchObject({ type: 'form' });
    const seen = await person('faye').submit({ 'City or zone': 'Lisbon' });
    expect(seen).toMatchObject({
      text: expect.stringContaining('Europe/Lisbon'),
      isPrivate: true,
      isReplacement: false,
    });
    expect(await driver().posts(driver().channel('weekly-digest'))).toHaveLength(1);
  });

  it('are refused to members where only organisers may use them', async () => {
    await person('ada').send('schedule set', { kind: 'digest', channel: '#weekly-digest' });
    const post = await postWith('Remove it', encodeAction('schedule', 'removed', '1'));
    expect((await person('faye').press('Remove it', post)).text).toContain('for organisers');
    expect((await person('ada').send('schedule list')).text).toContain('Schedule 1');
    expect((await person('ada').press('Remove it', post)).text).toContain('Removed');
  });

  it('of a message to one person change it in place', async () => {
    const { platform, communityId } = driver();
    const faye = person('faye');
    await faye.send('next');
    const message = { blocks: [text('For you.'), actions(button('One more', encodeAction('tally', 'add', '4')))] };
    await platform.deliver({ communityId, memberId: faye.id }, message, 'direct-1');
    const [post] = await driver().direct(faye);
    const seen = await faye.alone.press('One more', post);
    expect(seen).toMatchObject({ text: expect.stringContaining('stands at 5'), isReplacement: true });
    expect(await driver().direct(faye)).toMatchObject([{ text: expect.stringContaining('stands at 5') }]);
  });
});
