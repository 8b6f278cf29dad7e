import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inZone } from '../../src/calendar/dates.ts';
import { advance, createScheduler, type Scheduler } from '../../src/delivery/scheduler.ts';
import { UserError } from '../../src/errors.ts';
import type { Community } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { eq } from '../../src/storage/drizzle.ts';
import { lastTickAt, outagesSince, setLastTick } from '../../src/storage/outages.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { describeOnBothDatabases } from '../support/databases.ts';
import {
  demoCommunity,
  type FakePlatform,
  fakePlatform,
  joinAs,
  memoryLog,
  mondayDigest,
} from '../support/delivery.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** Sixteen days before Berlin's clocks go back, 23 before New York's. */
const friday = new Date('2026-10-09T12:00:00Z');

describeOnBothDatabases('the scheduler', open => {
  let db: Db;
  let community: Community;
  let web: FakePlatform;
  let now: Date;
  let scheduler: Scheduler;
  const logged = memoryLog();
  const setClock = (at: Date): void => {
    expect(at.getTime()).toBeGreaterThanOrEqual(now.getTime());
    now = at;
  };
  const make = (curriculum = () => testCurriculum): Scheduler =>
    createScheduler({ db, curriculum, platforms: [web], clock: () => now, log: logged.log, random: () => 0.5 });
  const digest = () => mondayDigest(db, community, friday, { startsOn: '2026-10-12' });

  beforeEach(async () => {
    db = await open();
    now = friday;
    web = fakePlatform();
    community = await demoCommunity(db, now);
    scheduler = make();
  });

  it('gives each message once, in order and at its local time, over eight weeks with a change of clocks', async () => {
    await joinAs(db, community, 'ada', friday);
    await joinAs(db, community, 'bo', friday, { zone: 'America/New_York', directMessages: 'fortnightly' });
    await digest();
    await mondayDigest(db, community, friday, {
      kind: 'leaderboard',
      channelId: 'board',
      cron: '30 2 * * 0',
      startsOn: '2026-10-12',
    });
    const until = new Date(friday.getTime() + 56 * DAY);
    const settled = await advance(scheduler, friday, until, setClock);
    expect(now).toEqual(until);

    const times = settled.map(({ at }) => at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(settled.map(({ key }) => key)).size).toBe(settled.length);
    const sent = settled.filter(({ state }) => state === 'sent').map(({ key }) => key);
    expect(web.posted.map(({ key }) => key).sort()).toEqual(sent.sort());

    const localTimes = (to: string, zone: string) => [
      ...new Set(settled.filter(row => row.to === to).map(({ at }) => inZone(at, zone).toPlainTime().toString())),
    ];
    expect(localTimes('channel:weekly', 'Europe/Berlin')).toEqual(['09:00:00']);
    expect(localTimes('member:ada', 'Europe/Berlin')).toEqual(['09:00:00']);
    expect(localTimes('member:bo', 'America/New_York')).toEqual(['09:00:00']);
    expect(localTimes('channel:board', 'Europe/Berlin')).toEqual(['02:30:00']);

    const kinds = (to: string) =>
      settled.filter(row => row.to === to).map(({ kind, state }) => (state === 'sent' ? kind : state));
    expect(kinds('channel:board')).toEqual(Array(7).fill('leaderboard'));
    // Eight topics at two a week, one post that all is complete, and then there is nothing more to say.
    expect(kinds('channel:weekly')).toEqual([...Array(5).fill('digest'), ...Array(3).fill('cancelled')]);
    // Nobody has done anything: a nudge after 1, 3 and 6 weeks, and then messages rest.
    expect(kinds('member:ada')).toEqual(['digest', 'nudge', 'digest', 'nudge', 'digest', 'digest', 'nudge']);
    expect(kinds('member:bo')).toEqual(['digest', 'nudge', 'nudge', 'nudge']);
  });

  it('runs one tick at a time: a second call waits and finds what is left', async () => {
    await joinAs(db, community, 'ada', friday);
    await digest();
    now = new Date('2026-10-12T07:00:10Z');
    let inside = 0;
    const { answer } = web;
    web.answer = (target, key) => {
      inside += 1;
      return answer(target, key);
    };
    const rounds = await Promise.all([scheduler.tick(), scheduler.tick(), scheduler.tick()]);
    expect(rounds.map(round => round.length)).toEqual([2, 0, 0]);
    expect(inside).toBe(2);
  });

  it('goes on after a tick that failed', async () => {
    await digest();
    now = new Date('2026-10-12T07:00:10Z');
    const { query } = db;
    const broken = createScheduler({
      db: {
        ...db,
        prepared: db.prepared,
        get query(): Db['query'] {
          throw new Error('no connection');
        },
      },
      curriculum: () => testCurriculum,
      platforms: [web],
      clock: () => now,
      log: logged.log,
    });
    await expect(broken.tick()).rejects.toThrow('no connection');
    await expect(broken.tick()).rejects.toThrow('no connection');
    await broken.stop();
    expect(query).toBe(db.query);
    expect(await scheduler.tick()).toHaveLength(1);
  });

  it('plans what falls due while it is sending', async () => {
    await digest();
    await mondayDigest(db, community, friday, {
      channelId: 'later',
      cron: '5 9 * * 1',
      direct: false,
      startsOn: '2026-10-12',
    });
    now = new Date('2026-10-12T07:00:10Z');
    const { answer } = web;
    web.answer = (target, key) => {
      now = new Date('2026-10-12T07:05:00Z');
      return answer(target, key);
    };
    expect((await scheduler.tick()).map(({ to }) => to)).toEqual(['channel:weekly', 'channel:later']);
  });

  describe('with more to send than one round takes', () => {
    const MANY = 250;
    const ROUND = 100;
    let letGo: () => void;
    /** Resolves once all of two rounds are out but for the last message of the first, which waits until it is let go. */
    let nearlyTwoRounds: Promise<void>;

    beforeEach(async () => {
      for (let at = 0; at < MANY; at += 1)
        await mondayDigest(db, community, friday, { channelId: `c${at}`, direct: false, startsOn: '2026-10-12' });
      now = new Date('2026-10-12T07:00:10Z');
      const { deliver } = web;
      const goes = Promise.withResolvers<void>();
      const reached = Promise.withResolvers<void>();
      letGo = goes.resolve;
      nearlyTwoRounds = reached.promise;
      let begun = 0;
      web.deliver = async (target, message, key) => {
        begun += 1;
        if (begun === ROUND) await goes.promise;
        const outcome = await deliver(target, message, key);
        if (web.posted.length === 2 * ROUND - 1) reached.resolve();
        return outcome;
      };
    });

    it('begins the next round while the last message of one is on its way, and tells each message once', async () => {
      const ticked = scheduler.tick();
      await nearlyTwoRounds;
      letGo();
      const settled = await ticked;
      expect(settled.map(({ state }) => state)).toEqual(Array(MANY).fill('sent'));
      expect(new Set(settled.map(({ key }) => key)).size).toBe(MANY);
      expect(web.posted).toHaveLength(MANY);
    });

    it('begins no further round once it is stopped, and ends when those under way are recorded', async () => {
      const ticked = scheduler.tick();
      await nearlyTwoRounds;
      const stopped = scheduler.stop();
      letGo();
      await stopped;
      const settled = await ticked;
      expect(settled.map(({ key }) => key).sort()).toEqual(web.posted.map(({ key }) => key).sort());
      expect(settled).toHaveLength(2 * ROUND);
      expect(await make().tick()).toHaveLength(MANY - 2 * ROUND);
    });
  });

  it('lets a schedule that cannot be planned hold up no other, and says so in the log', async () => {
    const broken = await digest();
    await mondayDigest(db, community, friday, { channelId: 'fine', direct: false, startsOn: '2026-10-12' });
    await db.query.update(db.tables.schedules).set({ cron: 'never' }).where(eq(db.tables.schedules.id, broken.id));
    now = new Date('2026-10-12T07:00:10Z');
    expect((await scheduler.tick()).map(({ to }) => to)).toEqual(['channel:fine']);
    expect(logged.lines.map(({ msg }) => msg)).toContain('not everything could be planned');
  });

  it('takes a curriculum that was loaded anew', async () => {
    await digest();
    let curriculum = testCurriculum;
    scheduler = make(() => curriculum);
    curriculum = { ...testCurriculum, tracks: new Map() };
    now = new Date('2026-10-12T07:00:10Z');
    expect((await scheduler.tick()).map(({ state }) => state)).toEqual(['cancelled']);
  });

  it('knows what is due next: a run, or a delivery that waits', async () => {
    expect(await scheduler.nextDue()).toBeUndefined();
    await joinAs(db, community, 'ada', friday);
    await digest();
    expect(await scheduler.nextDue()).toEqual({ at: new Date('2026-10-12T07:00:00Z'), what: 'digest' });
    now = new Date('2026-10-12T07:00:00Z');
    web.answer = () => ({ type: 'retry', reason: 'busy' });
    await scheduler.tick();
    expect(await scheduler.nextDue()).toEqual({ at: new Date('2026-10-12T07:00:30Z'), what: 'digest' });
    now = new Date('2026-10-12T07:00:30Z');
    web.answer = () => ({ type: 'unclear', reason: 'timed out' });
    await scheduler.tick();
    expect(await scheduler.nextDue()).toEqual({ at: new Date('2026-10-12T07:01:30Z'), what: 'digest' });
  });

  it('says so when the clock cannot be moved all the way, and goes on from there', async () => {
    await digest();
    const far = new Date(friday.getTime() + 70 * DAY);
    await expect(advance(scheduler, friday, far, setClock, 3)).rejects.toThrow(UserError);
    expect(now).toEqual(new Date('2026-10-26T08:00:00Z'));
    const rest = await advance(scheduler, now, far, setClock);
    expect(rest[0]?.key).toContain('2026-11-02T09:00');
    expect(now).toEqual(far);
  });

  it('ticks at once when started, and stops when nothing is under way', async () => {
    await joinAs(db, community, 'ada', friday);
    await digest();
    now = new Date('2026-10-12T07:00:10Z');
    await scheduler.start();
    await scheduler.tick();
    await scheduler.stop();
    expect(web.posted).toHaveLength(2);
    now = new Date('2026-10-19T07:00:10Z');
    expect(await scheduler.tick()).toEqual([]);
    expect(web.posted).toHaveLength(2);
  });

  describe('where the platform takes repeats', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });
    const startUnclear = async () => {
      web.repeatsWithinMs = 60_000;
      scheduler = make();
      web.answer = () => ({ type: 'unclear', reason: 'timed out' });
      await joinAs(db, community, 'ada', friday);
      await digest();
      now = new Date('2026-10-12T07:00:10Z');
      await scheduler.start();
      await scheduler.tick();
      web.answer = () => ({ type: 'sent', messageId: 'm' });
      now = new Date(now.getTime() + 6000);
    };

    it('wakes before the next minute for what is unclear', async () => {
      await startUnclear();
      vi.advanceTimersByTime(6000);
      // Waits for the tick under way and answers only what is left.
      expect(await scheduler.tick()).toEqual([]);
      expect(web.posted).toHaveLength(2);
      await scheduler.stop();
    });

    it('does not wake once it was stopped', async () => {
      await startUnclear();
      await scheduler.stop();
      vi.advanceTimersByTime(6000);
      await scheduler.stop();
      expect(web.posted).toEqual([]);
    });
  });

  it('records an outage when it starts after more than a day, and none after a restart', async () => {
    await setLastTick(db, friday);
    now = new Date(friday.getTime() + 23 * HOUR);
    await scheduler.start();
    await scheduler.stop();
    expect(await outagesSince(db)).toEqual([]);
    const last = now;
    now = new Date(last.getTime() + 25 * HOUR);
    scheduler = make();
    await scheduler.start();
    await scheduler.stop();
    expect(await outagesSince(db)).toEqual([{ fromAt: last, untilAt: now }]);
    expect(await lastTickAt(db)).toEqual(now);
  });
});
