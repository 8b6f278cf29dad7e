import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Caller } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { createScheduler } from '../../src/delivery/scheduler.ts';
import { toPlainText } from '../../src/message.ts';
import { schedulesOf } from '../../src/storage/schedules.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { openTestDb } from '../support/databases.ts';
import { fakePlatform, memoryLog } from '../support/delivery.ts';

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
      expect(said).toContain('When: every Wednesday at 18:30, Europe/Berlin');
      expect(said).toContain('Where: #weekly\n');
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
      expect(said).toContain('When: every Monday at 09:00, UTC');
      expect(said).toMatch(/Where: #general\n/);
    });

    it('can go to direct messages only', async () => {
      expect(await olga.type('/schedule set digest send:direct')).toContain('Where: each member’s direct messages');
    });

    it.each([
      ['weekday:someday', '"someday" is no weekday. Write it in English, such as monday or mon.'],
      ['time:25:00', '"25:00" is no time of day. Write it on a 24-hour clock, such as 09:00.'],
      ['time:9pm', 'Write it on a 24-hour clock'],
      ['zone:Europe/Berln', 'Europe/Berlin'],
      ['zone:Middle-earth', '“Middle-earth” is no time zone that I can use.'],
      ['cron:daily', 'it has 1 field, not five'],
      ['cron:"99 9 * * 1"', '"99 9 * * 1" is no schedule that Milepost can keep'],
      ['cron:"0 9 30 2 *"', 'that day never comes'],
      ['cron:"* * * * *"', 'it comes more often than once an hour'],
      ['cron:"0 9 * * 1" weekday:monday', 'Give either a weekday and time, or a cron expression, not both.'],
      ['cron:"0 9 * * 1" time:09:00', 'Give either a weekday and time, or a cron expression, not both.'],
      ['tracks:enginering', 'Did you mean engineering?'],
      ['topics:9', 'topics takes a whole number from 1 to 5, not “9”.'],
      ['topics:two', 'topics takes a whole number from 1 to 5'],
      ['send:everyone', 'You can choose from: both, channel, direct.'],
    ])('refuses %s with what to write instead, and makes nothing', async (typed, expected) => {
      expect(await olga.type(`/schedule set digest ${typed}`)).toContain(expected);
      expect(await olga.type('/schedule list')).toContain('There is none yet');
    });

    it('refuses an unknown kind with the nearest', async () => {
      expect(await olga.type('/schedule set digets')).toContain('Did you mean digest?');
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

  describe('list', () => {
    it('says how to make one where there is none', async () => {
      expect(await olga.type('/schedule list')).toContain('/schedule set digest channel:#general weekday:monday');
      expect(await olga.type('/schedule')).toBe(await olga.type('/schedule list'));
    });

    it('shows each with its next three runs, in the reader’s own zone', async () => {
      await olga.type('/schedule set digest zone:Berlin send:channel');
      await olga.type('/schedule set leaderboard');
      await olga.type('/settings zone Asia/Tokyo');
      const said = await olga.type('/schedule list');
      expect(said).toContain('Next: Mon 30 Nov, 17:00; Mon 7 Dec, 17:00; Mon 14 Dec, 17:00 (Asia/Tokyo)');
      expect(said).toContain('Next: Mon 30 Nov, 18:00; Mon 7 Dec, 18:00; Mon 14 Dec, 18:00 (Asia/Tokyo)');
    });
  });

  describe('pause and resume', () => {
    beforeEach(() => olga.type('/schedule set digest'));

    it('stop a schedule and let it go on, by number or, where there is only one, without', async () => {
      expect(await olga.type('/schedule pause 1')).toContain('Schedule 1: digest (paused)');
      expect(await olga.type('/schedule list')).toContain('Paused: by olga. Nothing goes out until it is resumed.');
      expect(await olga.type('/schedule resume')).toContain('Running again, from its next time on.');
      expect(await olga.type('/schedule list')).toContain('Next: Mon 30 Nov, 09:00');
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

    it('ask for the number where there are several, and name them', async () => {
      await olga.type('/schedule set leaderboard');
      const said = await olga.type('/schedule pause');
      expect(said).toContain('Say which schedule, by its number.');
      expect(said).toContain(
        '1: digest in #general, every Monday at 09:00; 2: leaderboard in #general, every Monday at 09:00',
      );
      expect(await olga.type('/schedule pause 7')).toContain('There is no schedule “7” here.');
      expect(await olga.type('/schedule pause first')).toContain('takes a whole number, not “first”');
    });
  });

  describe('preview', () => {
    it('shows exactly what goes to the channel next', async () => {
      await olga.type('/schedule set digest tracks:engineering topics:2');
      const said = await olga.type('/schedule preview 1');
      expect(said).toContain('Preview of what goes to #general next; only you see this.');
      expect(said).toMatch(/WEEK 1[\s\S]*Engineering Track[\s\S]*What AI safety is[\s\S]*Risk models/);
      expect(said).toContain('[Show mine]');
      expect(said).toContain('Each member also gets a personal digest; /digest shows yours.');
      expect(olga.lastMessage.private).toBe(true);
    });

    it('shows one’s own digest where only direct messages are sent, and the board for a leaderboard', async () => {
      await olga.type('/schedule set digest send:direct');
      expect(await olga.type('/schedule preview 1')).toContain('Hi olga');
      await olga.type('/schedule set leaderboard');
      expect(await olga.type('/schedule preview 2')).toContain('LEADERBOARD, WEEK OF MON 23 NOV');
    });

    it('says why nothing would be posted', async () => {
      await olga.type('/schedule set leaderboard');
      await olga.type('/settings community-points off');
      expect(await olga.type('/schedule preview')).toContain('switched off in this community');
      await olga.type('/schedule set digest tracks:research');
      const tracks = new Map(testCurriculum.tracks);
      tracks.delete('research');
      test.setCurriculum({ ...testCurriculum, tracks });
      expect(await olga.type('/schedule preview 2')).toContain(
        'None of its tracks (research) is in the curriculum any more.',
      );
    });
  });

  describe('remove', () => {
    beforeEach(() => olga.type('/schedule set digest'));

    it('asks first, and removes only when that is confirmed', async () => {
      expect(await olga.type('/schedule remove 1')).toContain('Remove schedule 1?');
      expect(await olga.type('/schedule list')).toContain('Schedule 1');
      await olga.type('/schedule remove 1');
      expect(await olga.press('Remove it')).toContain('Removed: 1: digest in #general, every Monday at 09:00.');
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

  describe('with ids for channels, as on Discord', () => {
    const ID = '1234567890123456789';
    const LINK = `[#${ID}](channel:${ID})`;
    const markdown = () =>
      olga.lastMessage.message.blocks.flatMap(block =>
        block.type === 'text' ? [block.text] : block.type === 'list' ? block.items : [],
      );
    beforeEach(() => olga.type(`/schedule set digest channel:<#${ID}>`));

    it('links the channel wherever it is shown, so that the platform names it', async () => {
      expect(markdown()).toContain(
        `**Where:** ${LINK} and each member’s direct messages, at that time in their own zone`,
      );
      await olga.type('/schedule preview');
      expect(markdown()).toContain(`Preview of what goes to ${LINK} next; only you see this.`);
      await olga.type('/schedule remove');
      expect(markdown()[0]).toContain(`1: digest in ${LINK}, every Monday at 09:00. What it has sent stays`);
      await olga.press('Remove it');
      expect(markdown()).toEqual([`Removed: 1: digest in ${LINK}, every Monday at 09:00.`]);
    });

    it('links the channel of what was not delivered', async () => {
      const dueAt = new Date('2026-11-22T09:00:00Z');
      await test.db.query.insert(test.db.tables.deliveries).values({
        key: 'k',
        kind: 'digest',
        communityId: 1,
        channelId: ID,
        slot: '2026-11-22T09:00',
        dueAt,
        state: 'failed',
        attempts: 5,
        notBefore: dueAt,
        reason: 'Given _up_.',
      });
      await olga.type('/schedule list');
      expect(markdown()).toContain(`digest of 2026-11-22 09:00 in ${LINK}: failed, Given \\_up\\_.`);
    });

    it('shows no bare id where no link can stand', async () => {
      await olga.type('/schedule set leaderboard');
      const choices = await olga.suggest('schedule', 'pause', 'schedule', '');
      expect(choices.map(({ label }) => label)).toEqual([
        '1: digest in a channel, every Monday at 09:00',
        '2: leaderboard in #general, every Monday at 09:00',
      ]);
      const said = await olga.type('/schedule pause 7');
      expect(said).toContain('There are: 1: digest in a channel, every Monday at 09:00');
      expect(said).not.toContain(ID);
    });
  });

  it('refuses members, whatever they type or press, and changes nothing', async () => {
    await olga.type('/schedule set digest');
    const eve = test.as('eve');
    for (const typed of ['set digest', 'list', 'pause 1', 'resume 1', 'preview 1', 'run 1', 'remove 1'])
      expect(await eve.type(`/schedule ${typed}`)).toMatch(/\/schedule( \w+)? is for organisers of this community\./);
    for (const action of ['list/', 'pause/1', 'resume/1', 'preview/1', 'run/1', 'remove/1', 'removed/1'])
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

  describe('run', () => {
    /** Two communities on one running Milepost: what is posted goes to a chat platform in memory. */
    const running = async () => {
      const db = await openTestDb();
      const platform = fakePlatform();
      let at = new Date('2026-11-23T09:00:00Z');
      const now = () => at;
      const setNow = (moment: string): void => {
        at = new Date(moment);
      };
      const { log } = memoryLog();
      let curriculum = testCurriculum;
      const scheduler = createScheduler({
        db,
        curriculum: () => curriculum,
        platforms: [platform],
        clock: now,
        log,
      });
      const app = createApp({
        db,
        commands: await loadCommands(),
        curriculum: () => curriculum,
        now,
        deliverDue: id => scheduler.deliverFor(id),
        editPost: ({ communityId }, { channelId, messageId, key }, message) =>
          platform.edit({ communityId, channelId }, messageId, message, key),
        findChannel: async (_, named) => ({ id: named, name: named }),
        log,
      });
      const organiserOf =
        (community: string) =>
        async (typed: string): Promise<string> => {
          const person = { memberId: `boss-of-${community}`, name: 'boss', organiser: true } as const;
          const caller: Caller = { platform: 'web', communityId: community, communityName: community, ...person };
          const answer = await app.handle({ caller, type: 'text', text: typed });
          return answer.type === 'modal' ? 'form' : toPlainText(answer.message);
        };
      const setCurriculum = (changed: Curriculum): void => {
        curriculum = changed;
      };
      return { platform, setNow, setCurriculum, here: organiserOf('here'), there: organiserOf('there') };
    };

    it('posts at once, and leaves the series as it is', async () => {
      const { platform, here } = await running();
      await here('/schedule set digest channel:#weekly tracks:engineering send:channel');
      expect(await here('/schedule run 1')).toContain('1 message sent now. The series goes on as planned.');
      expect(platform.posted).toMatchObject([{ to: 'channel:weekly', text: expect.stringContaining('WEEK 1') }]);
      expect(await here('/schedule list')).toContain('Next: Mon 30 Nov, 09:00');
    });

    it('posts once when it is asked for twice at once', async () => {
      const { platform, here } = await running();
      await here('/schedule set digest channel:#weekly send:channel');
      await Promise.all([here('/schedule run 1'), here('/schedule run 1')]);
      expect(platform.posted).toHaveLength(1);
    });

    it('says what could not be sent', async () => {
      const { platform, here } = await running();
      platform.answer = () => ({ type: 'gone', reason: 'The channel is gone.' });
      await here('/schedule set digest channel:#weekly send:channel');
      expect(await here('/schedule run 1')).toContain('0 messages sent now, 1 other not: #weekly failed');
    });

    it('brings its last post up to date where it stands', async () => {
      const { platform, here, setCurriculum } = await running();
      await here('/schedule set digest channel:#weekly tracks:engineering send:channel');
      expect(await here('/schedule refresh 1')).toContain(
        'has posted nothing in a channel yet. /schedule run 1 posts it',
      );
      await here('/schedule run 1');
      const [before] = platform.posted.map(({ text }) => text);
      const topics = new Map(
        [...testCurriculum.topics].map(([id, topic]) => [id, { ...topic, title: `${topic.title}, mended` }]),
      );
      setCurriculum({ ...testCurriculum, topics });
      expect(await here('/schedule refresh 1')).toContain('in #weekly now shows the content as it is today');
      expect(platform.posted).toHaveLength(1);
      expect(platform.posted[0]?.text).toContain(', mended');
      expect(before).not.toContain(', mended');
      platform.posted.length = 0;
      expect(await here('/schedule refresh 1')).toContain('The post could not be changed. It is not there any more.');
    });

    it('refuses a paused schedule, and says how to resume it', async () => {
      const { platform, here } = await running();
      await here('/schedule set digest channel:#weekly');
      await here('/schedule pause 1');
      expect(await here('/schedule run 1')).toContain('Schedule 1 is paused. Resume it first: /schedule resume 1');
      expect(platform.posted).toEqual([]);
    });

    it('counts and names only what its own community was sent', async () => {
      const { platform, setNow, here, there } = await running();
      platform.answer = target =>
        'channelId' in target && target.channelId === 'secret-plans'
          ? { type: 'gone', reason: 'The channel is gone.' }
          : { type: 'sent', messageId: 'x' };
      await here('/schedule set digest channel:#weekly weekday:friday send:channel');
      await there('/schedule set digest channel:#secret-plans weekday:monday time:09:00 send:channel');
      setNow('2026-11-30T09:00:00Z');
      expect(await here('/schedule run 1')).not.toContain('secret-plans');
    });
  });
});
