import { beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/command.ts';
import { toPlainText } from '../../src/message.ts';
import { schedulesOf } from '../../src/storage/schedules.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';

describe('/schedule', () => {
  let test: TestApp;
  let olga: TestMember;
  beforeEach(async () => {
    test = await testApp();
    olga = test.as('olga', { organiser: true });
  });

  const asOtherCommunity = (typed: { type: 'text'; text: string } | { type: 'action'; action: string; values: [] }) => {
    const caller: Caller = {
      platform: 'web',
      communityId: 'other',
      communityName: 'Other',
      memberId: 'mallory',
      name: 'mallory',
      organiser: true,
    };
    return test.app
      .handle({ caller, ...typed })
      .then(answer => (answer.type === 'modal' ? 'form' : toPlainText(answer.message)));
  };

  describe('set', () => {
    it('posts a digest on Mondays at nine to this channel and to members unless told otherwise', async () => {
      const said = await olga.type('/schedule set digest');
      expect(said).toContain('Schedule 1: digest');
      expect(said).toContain('When: every Monday at 09:00, UTC');
      expect(said).toContain('Where: #general and each member’s direct messages, at that time in their own zone');
      expect(said).toContain('Tracks: 🧭 General, ⚙️ Engineering Track, 🔬 Research Track');
      expect(said).toContain('Pace: 1 topic a week from each track');
      expect(olga.lastMessage.private).toBe(true);
    });

    it('takes channel, weekday, time, zone, tracks, topics and where to send', async () => {
      const said = await olga.type(
        '/schedule set digest channel:#weekly weekday:wed time:18:30 zone:Berlin tracks:engineering,research topics:2 send:channel',
      );
      expect(said).toContain('Where: #weekly\nWhen: every Wednesday at 18:30, Europe/Berlin\nTracks: ');
      expect(said).toContain('Tracks: ⚙️ Engineering Track, 🔬 Research Track');
      expect(said).toContain('Pace: 2 topics a week from each track');
    });

    it('takes its options in their order too', async () => {
      expect(await olga.type('/schedule set digest #weekly friday 08:15 Europe/Berlin')).toContain(
        'When: every Friday at 08:15, Europe/Berlin',
      );
    });

    it('takes a cron expression', async () => {
      const said = await olga.type('/schedule set digest cron:"30 7 1 * *"');
      expect(said).toContain('When: cron 30 7 1 * *, UTC');
      expect(said).toContain('Next: Tue 1 Dec, 07:30; Fri 1 Jan, 07:30; Mon 1 Feb, 07:30 (UTC)');
    });

    it('posts a leaderboard on Mondays at nine, to the channel only', async () => {
      const said = await olga.type('/schedule set leaderboard');
      expect(said).toContain('Schedule 1: leaderboard');
      expect(said).toContain('Where: #general\nWhen: every Monday at 09:00, UTC\nFirst post: ');
    });

    it('can go to direct messages only', async () => {
      expect(await olga.type('/schedule set digest send:direct')).toContain('Where: each member’s direct messages');
    });

    it.each([
      ['weekday:someday', '“someday” is no weekday. Write it in English, such as monday or mon.'],
      ['time:25:00', '“25:00” is no time of day. Write it on a 24-hour clock, such as 09:00.'],
      ['time:9pm', 'Write it on a 24-hour clock'],
      ['zone:Europe/Berln', 'Europe/Berlin'],
      ['zone:Middle-earth', '“Middle-earth” is no time zone that I can use.'],
      ['cron:daily', 'it has 1 field, not five'],
      ['cron:"99 9 * * 1"', '“99 9 * * 1” is no schedule that Milepost can keep'],
      ['cron:"0 9 30 2 *"', 'that day never comes'],
      ['cron:"* * * * *"', 'it comes more often than once an hour'],
      ['cron:"0 9 * * 1" weekday:monday', 'Give either a weekday and time, or a cron expression, not both.'],
      ['cron:"0 9 * * 1" time:09:00', 'Give either a weekday and time, or a cron expression, not both.'],
      ['tracks:enginering', 'Did you mean ⚙️ Engineering Track (engineering)?'],
      ['topics:9', 'topics takes a whole number from 1 to 5, not “9”.'],
      ['topics:two', 'topics takes a whole number from 1 to 5'],
      ['send:everyone', 'Only direct messages (direct)'],
    ])('refuses %s with what to write instead, and makes nothing', async (typed, expected) => {
      expect(await olga.type(`/schedule set digest ${typed}`)).toContain(expected);
      expect(await olga.type('/schedule list')).toContain('There is none yet');
    });

    it('refuses an unknown kind with the nearest', async () => {
      expect(await olga.type('/schedule set digets')).toContain('Did you mean Weekly digest (digest)?');
    });

    it('keeps at most 25 schedules', async () => {
      for (let at = 0; at < 25; at += 1) await olga.type('/schedule set leaderboard');
      expect(await olga.type('/schedule set leaderboard')).toContain(
        'There are 25 schedules already. Remove one first',
      );
      expect(await schedulesOf(test.db, 1)).toHaveLength(25);
    });

    it('takes a cron expression that is typed without quotes', async () => {
      const said = await olga.type('/schedule set digest cron:0 9 * * 1');
      expect(said).toContain('every Monday at 09:00');
    });

    it('opens a thread under each digest where that is asked for, and says so', async () => {
      const said = await olga.type('/schedule set digest channel:#weekly tracks:engineering thread:yes');
      expect(said).toContain('Thread: one under each post');
      expect(await olga.type('/schedule preview')).toContain(
        'A thread “Week 1: Engineering Track” is opened under it.',
      );
      expect(await olga.type('/schedule set digest channel:#weekly thread:no')).not.toContain('Thread:');
      expect((await schedulesOf(test.db, 1)).map(({ thread }) => thread)).toEqual([true, false]);
    });

    it.each([
      ['digest send:direct thread:yes', 'A thread is opened under a post in a channel'],
      ['leaderboard thread:yes', 'thread are for digests'],
    ])('refuses a thread where there is no digest to open it under: %s', async (typed, expected) => {
      expect(await olga.type(`/schedule set ${typed}`)).toContain(expected);
      expect(await schedulesOf(test.db, 1)).toEqual([]);
    });

    it('says that a leaderboard takes no tracks and goes to no direct messages', async () => {
      const said = await olga.type('/schedule set leaderboard tracks:engineering send:direct');
      expect(said).toMatch(/track|direct/i);
    });
  });

  describe('pause and resume', () => {
    beforeEach(() => olga.type('/schedule set digest'));

    it('stop a schedule and let it go on, by number or, where there is only one, without', async () => {
      expect(await olga.type('/schedule pause 1')).toContain('Schedule 1: digest (paused)');
      expect(await olga.type('/schedule list')).toContain('Paused: by olga. Nothing goes out until it is resumed.');
      expect(await olga.type('/schedule resume')).toContain('Running again, from its next time on.');
      expect(await olga.type('/schedule list')).toContain('Next: Mon 30 Nov, 09:00');
      expect(await olga.type('/schedule resume')).toMatch(/^It is running already\./);
    });

    it('work by button, in place of the card', async () => {
      expect(await olga.press('Pause')).toContain('(paused)');
      expect(olga.lastMessage.replace).toBe(true);
      expect(await olga.press('Resume')).not.toContain('(paused)');
    });

    it('do no harm twice at once', async () => {
      await Promise.all([
        olga.press('schedule/pause/1'),
        test.as('olga', { organiser: true }).press('schedule/pause/1'),
      ]);
      await Promise.all([
        olga.press('schedule/resume/1'),
        test.as('olga', { organiser: true }).press('schedule/resume/1'),
      ]);
      expect(await olga.type('/schedule list')).toContain('Next: Mon 30 Nov, 09:00; Mon 7 Dec, 09:00');
    });

    it('ask which where several can be paused or resumed, and do it in place of the question', async () => {
      await olga.type('/schedule set leaderboard weekday:friday');
      const question = await olga.type('/schedule pause');
      expect(question).toContain('Pause which schedule?');
      expect(question).toContain('- 1 digest in #general and direct messages, every Monday at 09:00 · all tracks');
      expect(question).toContain('- 2 leaderboard in #general, every Friday at 09:00 · next Fri 27 Nov, 09:00');
      expect((await schedulesOf(test.db, 1)).map(({ pausedAt }) => pausedAt)).toEqual([null, null]);
      expect(await olga.choose('2')).toContain('Schedule 2: leaderboard (paused)');
      expect(olga.lastMessage.replace).toBe(true);
      expect((await schedulesOf(test.db, 1)).map(({ pausedAt }) => pausedAt !== null)).toEqual([false, true]);
    });

    it('ask nothing where only one of several runs or is paused', async () => {
      await olga.type('/schedule set leaderboard');
      await olga.type('/schedule pause 1');
      expect(await olga.type('/schedule pause')).toContain('Schedule 2: leaderboard (paused)');
      expect(await olga.type('/schedule resume 1')).toMatch(/^Running again/);
      expect(await olga.type('/schedule resume')).toMatch(/^Running again[\s\S]*Schedule 2/);
      expect(await olga.type('/schedule resume')).toContain('Resume which schedule?');
      expect(await olga.choose('1')).toMatch(/^It is running already\./);
    });

    it('offer those that there are in place of a number that is none', async () => {
      expect(await olga.type('/schedule pause 7')).toMatch(
        /^There is no schedule “7” here\.[\s\S]*Pause which schedule\?[\s\S]*1 digest in #general/,
      );
      expect(olga.lastMessage.refused).toBe(true);
      expect(await olga.choose('1')).toContain('Schedule 1: digest (paused)');
      expect(await olga.type('/schedule pause first')).toContain('takes a whole number, not “first”');
    });
  });

  describe('remove', () => {
    beforeEach(() => olga.type('/schedule set digest'));

    it('asks first, and removes only when that is confirmed', async () => {
      expect(await olga.type('/schedule remove 1')).toContain('Remove schedule 1?');
      expect(await olga.type('/schedule list')).toContain('Schedule 1');
      await olga.type('/schedule remove 1');
      expect(await olga.press('Remove it')).toContain(
        'Removed: 1: digest in #general, every Monday at 09:00 · all tracks.',
      );
      expect(await olga.type('/schedule list')).toContain('There is none yet');
    });

    it('can be turned into a pause, or left', async () => {
      await olga.type('/schedule remove 1');
      const question = olga.lastReply;
      expect(await olga.press('Keep it', question)).toContain('SCHEDULES');
      expect(await olga.press('Pause it instead', question)).toContain('(paused)');
      expect(await olga.type('/schedule list')).toContain('Schedule 1: digest (paused)');
    });

    it('leaves old buttons that say so', async () => {
      const card = olga.lastReply;
      await olga.press('schedule/removed/1');
      for (const label of ['Pause', 'Preview', 'Run now', 'Remove'])
        expect(await olga.press(label, card)).toContain('There is no schedule “1” here. There is none yet');
    });
  });

  describe('without a number', () => {
    it('say what to do first where there is no schedule', async () => {
      for (const sub of ['pause', 'resume', 'preview', 'run', 'refresh', 'remove'])
        expect(await olga.type(`/schedule ${sub}`)).toContain('There is no schedule yet: /schedule set makes one.');
    });

    it.each([
      ['preview', 'Preview of what goes to #weekly next'],
      ['run', 'Its post is on its way. The series goes on as planned.'],
      ['refresh', 'Schedule 2 has posted nothing in a channel yet.'],
      ['remove', 'Remove schedule 2?'],
    ])('%s asks which, also of a whole community of them, and does it with the chosen one', async (sub, expected) => {
      await olga.type('/schedule set digest');
      await olga.type('/schedule set digest channel:#weekly zone:Europe/Berlin tracks:engineering');
      for (let count = 3; count <= 25; count += 1) await olga.type('/schedule set leaderboard');
      const question = await olga.type(`/schedule ${sub}`);
      expect(question).toContain('which schedule?');
      expect(question).toContain(
        '- 2 digest in #weekly and direct messages, every Monday at 09:00 · Engineering Track',
      );
      const [picker] = olga.lastMessage.message.blocks.flatMap(block => (block.type === 'actions' ? block.items : []));
      expect(picker).toMatchObject({ type: 'select', options: { length: 25 } });
      expect(picker).toMatchObject({
        options: { 1: { value: '2', description: 'Europe/Berlin · Engineering Track' } },
      });
      expect(await olga.choose('2')).toContain(expected);
      expect(await schedulesOf(test.db, 1)).toHaveLength(25);
    });
  });

  it('refuses members, whatever they type or press, and changes nothing', async () => {
    await olga.type('/schedule set digest');
    const eve = test.as('eve');
    for (const typed of ['set digest', 'list', 'pause 1', 'resume 1', 'preview 1', 'run 1', 'remove 1'])
      expect(await eve.type(`/schedule ${typed}`)).toMatch(/\/schedule( \w+)? is for organisers of this community\./);
    for (const action of ['list/', 'pause/1', 'resume/1', 'show/1', 'preview/1', 'run/1', 'remove/1', 'removed/1'])
      expect(await eve.press(`schedule/${action}`)).toMatch(/\/schedule( \w+)? is for organisers of this community\./);
    expect(await schedulesOf(test.db, 1)).toMatchObject([{ pausedAt: null, removedAt: null }]);
  });

  it('refuses the numbers of another community’s schedules, and shows nothing of them', async () => {
    await olga.type('/schedule set digest channel:#secret-plans');
    for (const typed of ['pause 1', 'resume 1', 'preview 1', 'run 1', 'remove 1', 'list']) {
      const said = await asOtherCommunity({ type: 'text', text: `/schedule ${typed}` });
      expect(said).toMatch(/There is no schedule “1” here\.|There is none yet/);
      expect(said).not.toContain('secret');
    }
    for (const action of ['pause', 'resume', 'preview', 'run', 'remove', 'removed'])
      expect(await asOtherCommunity({ type: 'action', action: `schedule/${action}/1`, values: [] })).toContain(
        'There is no schedule “1” here.',
      );
    expect(await schedulesOf(test.db, 1)).toMatchObject([{ pausedAt: null, removedAt: null }]);
  });
});
