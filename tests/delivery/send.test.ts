import { beforeEach, describe, expect, it } from 'vitest';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { planDue } from '../../src/delivery/plan.ts';
import { LEASE_MS, sendDue } from '../../src/delivery/send.ts';
import type { Target } from '../../src/platform.ts';
import { parkCommunity } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { claim, type Delivery, deliveryByKey, troublesOf } from '../../src/storage/deliveries.ts';
import {
  type Member,
  memberById,
  pauseMember,
  pausesOf,
  updateEnrolment,
  updateMember,
} from '../../src/storage/members.ts';
import {
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
  type Schedule,
  scheduleById,
} from '../../src/storage/schedules.ts';
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

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const friday = new Date('2026-11-20T12:00:00Z');
const nine = new Date('2026-11-23T08:00:00Z');

describeOnBothDatabases('sending', open => {
  let db: Db;
  let community: Community;
  let ada: Member;
  let schedule: Schedule;
  let web: FakePlatform;
  let now: Date;
  let curriculum: Curriculum;
  let logged: ReturnType<typeof memoryLog>;
  let channelKey: string;
  let adaKey: string;

  const at = (ms: number): void => {
    now = new Date(nine.getTime() + ms);
  };
  const send = (workerId = 'worker 1') =>
    sendDue({
      db,
      curriculum: () => curriculum,
      platforms: [web],
      now: () => now,
      workerId,
      log: logged.log,
      random: () => 0.5,
    });
  const states = async () => Object.fromEntries((await send()).map(({ key, state }) => [key, state]));
  const row = async (key: string) => (await deliveryByKey(db, key)) as Delivery;
  const claimAll = () =>
    claim(db, 'pending', [community.id], 100, { workerId: 'crashed', now, until: new Date(now.getTime() + LEASE_MS) });

  beforeEach(async () => {
    db = await open();
    community = await demoCommunity(db, friday);
    ada = await joinAs(db, community, 'ada', friday);
    schedule = await mondayDigest(db, community, friday);
    web = fakePlatform();
    curriculum = testCurriculum;
    logged = memoryLog();
    at(30_000);
    await planDue(db, now);
    channelKey = `digest:${schedule.id}:channel:2026-11-23T09:00`;
    adaKey = `personal:${ada.id}:2026-W48`;
  });

  it('delivers each message once and records its id', async () => {
    const settled = await send();
    expect(settled).toMatchObject([
      { key: channelKey, kind: 'digest', at: now, to: 'channel:weekly', state: 'sent' },
      { key: adaKey, kind: 'digest', at: now, to: 'member:ada', state: 'sent' },
    ]);
    expect(settled[1]?.text).toContain('Hi ada,');
    // Sent side by side: which arrives first is nobody's promise.
    expect(new Map(web.posted.map(({ to, key }) => [to, key]))).toEqual(
      new Map([
        ['channel:weekly', channelKey],
        ['member:ada', adaKey],
      ]),
    );
    expect(web.posted).toHaveLength(2);
    expect(await row(adaKey)).toMatchObject({
      state: 'sent',
      attempts: 1,
      messageId: `id of ${adaKey}`,
      settledAt: now,
      reason: null,
    });
    expect(await send()).toEqual([]);
  });

  it('delivers once when two workers send at the same moment', async () => {
    for (const name of ['bo', 'cy', 'di', 'ed']) await joinAs(db, community, name, friday);
    at(7 * DAY);
    await planDue(db, now);
    await Promise.all([send('worker 1'), send('worker 2'), send('worker 3')]);
    await send();
    expect(web.posted).toHaveLength(6);
    expect(new Set(web.posted.map(({ key }) => key)).size).toBe(6);
  });

  it('says by how much a message was late', async () => {
    at(3 * HOUR + 10 * MINUTE);
    await send();
    expect((await row(channelKey)).reason).toBe('late by 3 h');
  });

  it('sends nothing before its time', async () => {
    web.answer = () => ({ type: 'retry', reason: 'busy', at: new Date(nine.getTime() + 5 * MINUTE) });
    expect(await states()).toEqual({ [channelKey]: 'retrying', [adaKey]: 'retrying' });
    at(4 * MINUTE);
    expect(await send()).toEqual([]);
  });

  describe('where the platform', () => {
    it('says when to come back, comes back then and counts no attempt', async () => {
      for (let n = 1; n <= 8; n += 1) {
        web.answer = () => ({ type: 'retry', reason: 'rate limited', at: new Date(now.getTime() + 2000) });
        await send();
        now = new Date(now.getTime() + 2000);
      }
      expect(await row(adaKey)).toMatchObject({ state: 'retrying', attempts: 0, reason: 'rate limited' });
      web.answer = () => ({ type: 'sent', messageId: 'm' });
      expect(await states()).toEqual({ [channelKey]: 'sent', [adaKey]: 'sent' });
      expect(await row(adaKey)).toMatchObject({ attempts: 1, reason: null });
    });

    it('says to come back in the past, rests a second all the same', async () => {
      web.answer = () => ({ type: 'retry', reason: 'rate limited', at: new Date(0) });
      await send();
      expect(await send()).toEqual([]);
      expect((await row(adaKey)).notBefore).toEqual(new Date(now.getTime() + 1000));
    });

    it('refuses, tries five times with growing waits and then gives up with a reason', async () => {
      web.answer = () => ({ type: 'retry', reason: 'the server answered 500' });
      const waits: number[] = [];
      for (let n = 1; n <= 4; n += 1) {
        expect(await states()).toEqual({ [channelKey]: 'retrying', [adaKey]: 'retrying' });
        const { notBefore } = await row(adaKey);
        waits.push((notBefore.getTime() - now.getTime()) / 1000);
        now = notBefore;
      }
      expect(waits).toEqual([30, 120, 480, 1920]);
      expect(await states()).toEqual({ [channelKey]: 'failed', [adaKey]: 'failed' });
      expect((await row(adaKey)).reason).toBe('Given up after 5 attempts. The last answer: the server answered 500');
      expect((await troublesOf(db, community.id, friday)).map(({ key }) => key).sort()).toEqual(
        [channelKey, adaKey].sort(),
      );
      now = new Date(now.getTime() + HOUR);
      expect(await send()).toEqual([]);
      expect(web.posted).toEqual([]);
    });

    it('has lost the channel, pauses the schedule with a reason and sends what else is due', async () => {
      web.answer = target =>
        'channelId' in target ? { type: 'gone', reason: 'Unknown channel.' } : { type: 'sent', messageId: 'm' };
      expect(await states()).toEqual({ [channelKey]: 'failed', [adaKey]: 'sent' });
      expect(await scheduleById(db, schedule.id)).toMatchObject({ pausedAt: now });
      expect((await scheduleById(db, schedule.id))?.pausedReason).toBe(
        'Unknown channel. Mend that and send /schedule resume, or /schedule remove and set a new one.',
      );
      at(7 * DAY);
      expect(await planDue(db, now)).toBe(0);
      await resumeSchedule(db, schedule.id, now);
      expect((await scheduleById(db, schedule.id))?.pausedAt).toBeNull();
    });

    it.each(['closed', 'gone'] as const)('finds the member %s to it, plans no more for them', async type => {
      web.answer = target =>
        'memberId' in target
          ? { type, reason: 'Cannot send messages to this user.' }
          : { type: 'sent', messageId: 'm' };
      expect(await states()).toEqual({ [channelKey]: 'sent', [adaKey]: 'cancelled' });
      expect((await memberById(db, ada.id))?.directMessagesClosedAt).toEqual(now);
      expect((await scheduleById(db, schedule.id))?.pausedAt).toBeNull();
      at(7 * DAY);
      await planDue(db, now);
      expect(await deliveryByKey(db, `personal:${ada.id}:2026-W49`)).toBeUndefined();
    });

    it('breaks off after it took the message, looks for it and sends it no second time', async () => {
      web.answer = () => ({ type: 'unclear', reason: 'timed out', arrives: true });
      expect(await states()).toEqual({ [channelKey]: 'sending', [adaKey]: 'sending' });
      expect(await send()).toEqual([]);
      now = new Date(now.getTime() + MINUTE);
      expect(await states()).toEqual({ [channelKey]: 'sent', [adaKey]: 'sent' });
      expect(await row(adaKey)).toMatchObject({ messageId: `id of ${adaKey}`, attempts: 1, reason: null });
      expect(web.posted).toHaveLength(2);
    });

    it('breaks off before it took the message, sends it again', async () => {
      web.answer = () => ({ type: 'unclear', reason: 'timed out' });
      await send();
      now = new Date(now.getTime() + MINUTE);
      expect(await states()).toEqual({ [channelKey]: 'retrying', [adaKey]: 'retrying' });
      web.answer = () => ({ type: 'sent', messageId: 'm' });
      now = new Date(now.getTime() + MINUTE);
      expect(await states()).toEqual({ [channelKey]: 'sent', [adaKey]: 'sent' });
      expect(web.posted).toHaveLength(2);
    });

    it('breaks off and cannot tell, parks the message as unconfirmed and never repeats it', async () => {
      web.answer = () => ({ type: 'unclear', reason: 'timed out', arrives: true });
      web.isBlind = true;
      await send();
      now = new Date(now.getTime() + MINUTE);
      expect(await states()).toEqual({ [channelKey]: 'unconfirmed', [adaKey]: 'unconfirmed' });
      expect((await row(adaKey)).reason).toMatch(/may have arrived/);
      now = new Date(now.getTime() + HOUR);
      expect(await send()).toEqual([]);
      expect(web.posted).toHaveLength(2);
    });

    it('throws, is asked later what became of it', async () => {
      web.answer = () => {
        throw new Error('socket hang up');
      };
      expect(await states()).toEqual({ [channelKey]: 'sending', [adaKey]: 'sending' });
      expect(logged.lines.filter(({ level }) => level === 50)).toHaveLength(2);
    });

    it('is not connected, leaves its deliveries alone', async () => {
      web = fakePlatform('discord');
      expect(await send()).toEqual([]);
      expect((await row(adaKey)).state).toBe('pending');
    });
  });

  describe('where the platform takes repeats', () => {
    const SECOND = 1000;
    const nobodyKnows = (arrives: boolean) => () => ({ type: 'unclear', reason: 'timed out', arrives }) as const;
    beforeEach(() => {
      web.repeatsWithinMs = MINUTE;
    });

    it.each([true, false])(
      'repeats what is unclear after five seconds, and it is there once (arrived: %s)',
      async arrived => {
        web.answer = nobodyKnows(arrived);
        await send();
        expect((await row(adaKey)).leaseUntil).toEqual(new Date(now.getTime() + 5 * SECOND));
        web.answer = () => ({ type: 'sent', messageId: 'm' });
        expect(await send()).toEqual([]);
        now = new Date(now.getTime() + 5 * SECOND);
        expect(await states()).toEqual({ [channelKey]: 'sent', [adaKey]: 'sent' });
        expect(await row(adaKey)).toMatchObject({ messageId: 'm', attempts: 1, reason: null });
        expect(web.posted).toHaveLength(2);
      },
    );

    it('looks for it once the time for repeats is over, however often it was unclear', async () => {
      web.answer = nobodyKnows(false);
      let repeats = 0;
      for (; (await row(adaKey)).state !== 'retrying' && repeats < 100; repeats += 1) {
        await send();
        now = new Date(now.getTime() + 5 * SECOND);
      }
      // Every five seconds of the minute, then a rest of a minute before the search.
      expect(repeats).toBe(24);
      expect(await row(adaKey)).toMatchObject({ attempts: 1, reason: 'It did not arrive.' });
    });

    it('does not take a refused repeat for proof that the first attempt did not arrive', async () => {
      web.answer = nobodyKnows(true);
      await send();
      web.answer = () => ({ type: 'retry', reason: 'rate limited', at: new Date(now.getTime() + 2 * MINUTE) });
      now = new Date(now.getTime() + 5 * SECOND);
      expect(await states()).toEqual({ [channelKey]: 'sending', [adaKey]: 'sending' });
      now = new Date(now.getTime() + MINUTE);
      expect(await states()).toEqual({ [channelKey]: 'sent', [adaKey]: 'sent' });
      expect(web.posted).toHaveLength(2);
    });

    it('looks for what is not to be repeated any more, instead of calling it cancelled', async () => {
      web.answer = nobodyKnows(true);
      await send();
      await updateMember(db, ada.id, { directMessages: 'off' });
      await pauseSchedule(db, schedule.id, 'test', now);
      now = new Date(now.getTime() + 5 * SECOND);
      expect(await states()).toEqual({ [channelKey]: 'sent', [adaKey]: 'sent' });
    });

    it('repeats after a crash while there is time, and looks for it afterwards', async () => {
      await claimAll();
      web.repeatsWithinMs = LEASE_MS + MINUTE;
      web.isBlind = true;
      at(LEASE_MS + 31_000);
      expect((await send('worker 2')).map(({ state }) => state)).toEqual(['sent', 'sent']);
      expect(web.posted).toHaveLength(2);
    });
  });

  it('counts what was deleted before we knew it as sent, and does not repeat it', async () => {
    web.answer = () => ({ type: 'removed', reason: 'It was posted and deleted.' });
    expect(await states()).toEqual({ [channelKey]: 'sent', [adaKey]: 'sent' });
    expect(await row(channelKey)).toMatchObject({ messageId: null, reason: 'It was posted and deleted.', attempts: 1 });
    expect((await scheduleById(db, schedule.id))?.pausedAt).toBeNull();
    at(HOUR);
    expect(await send()).toEqual([]);
  });

  describe('a thread', () => {
    const threaded = async (change: Partial<Schedule>) => {
      await db.query.update(db.tables.schedules).set({ thread: true, ...change });
      await send();
      return web.posted.find(({ key }) => key === channelKey)?.thread;
    };

    it('is asked for by a name that says what the post is about', async () => {
      expect(await threaded({})).toBe('Week 1: Engineering Track');
      expect(web.posted.find(({ key }) => key === adaKey)?.thread).toBeUndefined();
    });

    it('names all tracks as such', async () => {
      expect(await threaded({ tracks: [...testCurriculum.tracks.keys()] })).toBe('Week 1: all tracks');
    });

    it('has a name of at most 100 characters, whatever the tracks are called', async () => {
      const long = { ...testCurriculum.tracks.get('research'), label: 'A very long label indeed '.repeat(5) };
      const tracks = new Map([...testCurriculum.tracks, ['research', long as never]]);
      curriculum = { ...testCurriculum, tracks };
      expect(await threaded({ tracks: ['engineering', 'research'] })).toBe('Week 1: 2 tracks');
    });

    it('that could not be opened is noted, and the post counts as sent', async () => {
      web.answer = () => ({ type: 'sent', messageId: 'm', note: 'The thread could not be opened: no permission.' });
      at(3 * HOUR);
      await threaded({});
      expect(await row(channelKey)).toMatchObject({
        state: 'sent',
        messageId: 'm',
        reason: 'late by 3 h. The thread could not be opened: no permission.',
      });
    });

    it('is asked for again where the post is only found later', async () => {
      const wanted: Target[] = [];
      const find = web.find;
      web.find = (target, key, since) => {
        wanted.push(target);
        expect(since).toEqual(new Date(nine.getTime() + 30_000));
        return find(target, key, since);
      };
      web.answer = () => ({ type: 'unclear', reason: 'timed out', arrives: true });
      await threaded({});
      at(2 * MINUTE);
      await send();
      expect(wanted).toContainEqual({ communityId: 'demo', channelId: 'weekly', thread: 'Week 1: Engineering Track' });
    });
  });

  describe('after a crash between claiming and recording', () => {
    it('waits for the lease, then sends what did not arrive', async () => {
      expect(await claimAll()).toHaveLength(2);
      at(LEASE_MS);
      expect(await send('worker 2')).toEqual([]);
      at(LEASE_MS + 31_000);
      await send('worker 2');
      at(LEASE_MS + 2 * MINUTE);
      await send('worker 2');
      expect(web.posted.map(({ key }) => key).sort()).toEqual([channelKey, adaKey]);
      expect((await row(adaKey)).state).toBe('sent');
    });

    it('sends nothing twice that had arrived', async () => {
      await claimAll();
      web.posted.push({ to: 'channel:weekly', key: channelKey, text: '' }, { to: 'member:ada', key: adaKey, text: '' });
      at(LEASE_MS + 31_000);
      expect((await send('worker 2')).map(({ state }) => state)).toEqual(['sent', 'sent']);
      expect(web.posted).toHaveLength(2);
    });

    it('lets the new owner decide, when the first wakes up late', async () => {
      let isFrozen = true;
      web.answer = () => {
        if (isFrozen) {
          isFrozen = false;
          at(LEASE_MS + 31_000);
        }
        return { type: 'sent', messageId: 'm' };
      };
      await joinAs(db, community, 'bo', friday);
      const frozen = await send('frozen');
      // What it had not begun by then is handed back untouched.
      expect(frozen.map(({ state }) => state)).toContain('pending');
      expect(web.posted).toHaveLength(1);
      await send('worker 2');
      expect(web.posted).toHaveLength(2);
    });
  });

  describe('at the last moment', () => {
    const reasonOf = async (change: () => Promise<unknown>, key = adaKey) => {
      await change();
      await send();
      const { state, reason } = await row(key);
      expect(state).toBe('cancelled');
      return reason;
    };

    it('heeds what the member chose since', async () => {
      expect(await reasonOf(() => updateMember(db, ada.id, { directMessages: 'off' }))).toBe(
        'The member switched direct messages off.',
      );
      expect(web.posted.map(({ to }) => to)).toEqual(['channel:weekly']);
    });

    it('heeds that the member began onboarding and was not asked about messages yet', async () => {
      const beginOnboarding = async () => {
        await db.query.update(db.tables.members).set({ onboardingStep: 'hours', lastActiveAt: now });
      };
      expect(await reasonOf(beginOnboarding)).toBe('The member has not been asked about direct messages yet.');
    });

    it('heeds a pause', async () => {
      expect(await reasonOf(() => pauseMember(db, ada.id, now, new Date(nine.getTime() + DAY), 'holiday'))).toMatch(
        /^The member is on pause until Tue 24 Nov/,
      );
    });

    it('heeds that the member left the track', async () => {
      expect(await reasonOf(() => updateEnrolment(db, community, ada, { track: null }, now))).toBe(
        'The member left their track.',
      );
    });

    it('heeds a closed door', async () => {
      expect(await reasonOf(() => updateMember(db, ada.id, { directMessagesClosedAt: now }))).toBe(
        'The member takes no direct messages.',
      );
    });

    it('heeds a paused schedule', async () => {
      expect(await reasonOf(() => pauseSchedule(db, schedule.id, 'test', now), channelKey)).toBe(
        'Its schedule is paused.',
      );
    });

    it('heeds that Milepost was removed from the community, even where the row was planned afterwards', async () => {
      const parking = () => parkCommunity(db, { platform: 'web', externalId: 'demo' }, now);
      await parking();
      await db.query.update(db.tables.deliveries).set({ state: 'pending', reason: null, settledAt: null });
      expect(await reasonOf(parking, channelKey)).toBe('Milepost was removed from this community.');
      await db.query.update(db.tables.deliveries).set({ state: 'pending', reason: null, settledAt: null });
      await send();
      expect((await row(adaKey)).reason).toBe('Milepost was removed from this community.');
      expect(web.posted).toEqual([]);
    });

    it('heeds a removed schedule', async () => {
      expect(await reasonOf(() => removeSchedule(db, schedule.id, now))).toBe('Its schedule was removed.');
    });

    it('heeds that a track left the curriculum', async () => {
      const tracks = new Map(testCurriculum.tracks);
      tracks.delete('engineering');
      curriculum = { ...testCurriculum, tracks };
      expect(await reasonOf(async () => {})).toBe(
        'The member\'s track "engineering" is not in the curriculum any more.',
      );
      expect((await row(channelKey)).reason).toMatch(/^None of its tracks/);
    });

    it('leaves what became useless, and says why', async () => {
      web.answer = () => ({ type: 'retry', reason: 'the server answered 500' });
      await send();
      at(49 * HOUR);
      expect(await states()).toEqual({ [channelKey]: 'missed', [adaKey]: 'missed' });
      expect((await row(adaKey)).reason).toBe(
        'It could not be sent within 48 h. The last problem: the server answered 500',
      );
    });
  });

  it('fails only the message that cannot be composed, and logs it once', async () => {
    const bo = await joinAs(db, community, 'bo', nine, { track: 'research', weeklyHours: 40 });
    at(7 * DAY);
    await planDue(db, now);
    const statistics = testCurriculum.topics.get('statistics');
    if (!statistics) throw new Error('the fixture has this topic');
    const broken = Object.defineProperty({ ...statistics }, 'summary', {
      get() {
        throw new Error('broken');
      },
    });
    curriculum = { ...testCurriculum, topics: new Map([...testCurriculum.topics, ['statistics', broken]]) };
    const boKey = `personal:${bo.id}:2026-W49`;
    expect(await states()).toMatchObject({
      [`digest:${schedule.id}:channel:2026-11-30T09:00`]: 'sent',
      [`personal:${ada.id}:2026-W49`]: 'sent',
      [boKey]: 'failed',
    });
    expect(logged.lines.filter(({ msg }) => msg === 'a delivery could not be composed')).toHaveLength(1);
    expect((await row(boKey)).reason).toMatch(/log has the cause under incident [0-9a-f]{8}/);
    curriculum = testCurriculum;
    expect(await send()).toEqual([]);
  });

  it('does not let a large community hold up a small one', async () => {
    const small = await demoCommunity(db, friday, 'small');
    for (let n = 0; n < 150; n += 1) await joinAs(db, community, `m${n}`, friday);
    await joinAs(db, small, 'zoe', friday);
    await mondayDigest(db, small, friday);
    at(7 * DAY);
    await planDue(db, now);
    const round = await send();
    expect(round.length).toBeLessThan(110);
    expect(round.map(({ to }) => to)).toContain('member:zoe');
  });

  describe('nudges', () => {
    const silent = async (days: number, nudges: number) => {
      await db.query.delete(db.tables.deliveries);
      await updateMember(db, ada.id, { nudges });
      await db.query.update(db.tables.members).set({ lastActiveAt: new Date(nine.getTime() + 7 * DAY - days * DAY) });
      at(7 * DAY);
      await planDue(db, now);
      return `personal:${ada.id}:2026-W49`;
    };

    it('are counted when sent', async () => {
      const key = await silent(8, 0);
      await send();
      expect(web.posted.find(post => post.key === key)?.text).toContain('ONE SMALL STEP?');
      expect((await memberById(db, ada.id))?.nudges).toBe(1);
    });

    it('are not counted when not sent', async () => {
      await silent(22, 1);
      web.answer = () => ({ type: 'retry', reason: 'busy' });
      await send();
      expect((await memberById(db, ada.id))?.nudges).toBe(1);
    });

    it('give way to the digest where the member has come back since', async () => {
      const key = await silent(22, 1);
      await db.query.update(db.tables.members).set({ lastActiveAt: now, nudges: 0 });
      await send();
      expect(web.posted.find(post => post.key === key)?.text).toContain('YOUR WEEK');
      expect((await memberById(db, ada.id))?.nudges).toBe(0);
    });

    it.each(['at once', 'after a crash'])('end with the third, after which messages rest (recorded %s)', async how => {
      const key = await silent(43, 2);
      if (how === 'after a crash') {
        web.answer = () => ({ type: 'unclear', reason: 'timed out', arrives: true });
        await send();
        now = new Date(now.getTime() + MINUTE);
      }
      await send();
      expect(web.posted.find(post => post.key === key)?.text).toContain('REST FROM NOW ON');
      expect(await memberById(db, ada.id)).toMatchObject({
        nudges: 3,
        pausedReason: 'silence',
        pausedUntil: new Date('9999-12-31T00:00:00Z'),
      });
      expect(await pausesOf(db, ada.id)).toHaveLength(1);
      at(14 * DAY);
      await planDue(db, now);
      expect(await deliveryByKey(db, `personal:${ada.id}:2026-W50`)).toBeUndefined();
    });
  });
});
