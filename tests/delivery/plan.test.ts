import { beforeEach, describe, expect, it } from 'vitest';
import { nudgeNumber, planDue, planNow } from '../../src/delivery/plan.ts';
import { parkCommunity } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import type { Delivery } from '../../src/storage/deliveries.ts';
import { pauseMember, updateMember } from '../../src/storage/members.ts';
import { ensureZoneRuns, nextRun, pauseSchedule } from '../../src/storage/schedules.ts';
import { describeOnBothDatabases } from '../support/databases.ts';
import { demoCommunity, joinAs, mondayDigest } from '../support/delivery.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const friday = new Date('2026-11-20T12:00:00Z');
const nine = new Date('2026-11-23T08:00:00Z');
const later = (ms: number): Date => new Date(nine.getTime() + ms);

describeOnBothDatabases('planning', open => {
  let db: Db;
  let community: Community;
  const outbox = async (): Promise<Delivery[]> =>
    (await db.query.select().from(db.tables.deliveries).orderBy(db.tables.deliveries.key)) as Delivery[];
  const keys = async () => (await outbox()).map(({ key }) => key);
  const join = (name: string, change = {}, at = friday) => joinAs(db, community, name, at, change);
  const personalKind = async () => (await outbox()).find(({ memberId }) => memberId !== null)?.kind ?? 'nothing';

  beforeEach(async () => {
    db = await open();
    community = await demoCommunity(db, friday);
  });

  it('puts one post for the channel and one message for each member into the outbox', async () => {
    const ada = await join('ada');
    const { id } = await mondayDigest(db, community, friday);
    expect(await planDue(db, new Date(nine.getTime() - 1))).toBe(0);
    await planDue(db, later(30_000));
    expect(await outbox()).toMatchObject([
      {
        key: `digest:${id}:channel:2026-11-23T09:00`,
        kind: 'digest',
        channelId: 'weekly',
        memberId: null,
        scheduleId: id,
        dueAt: nine,
        notBefore: nine,
        state: 'pending',
        attempts: 0,
      },
      { key: `personal:${ada.id}:2026-W48`, kind: 'digest', channelId: null, memberId: ada.id, dueAt: nine },
    ]);
    expect(await nextRun(db)).toMatchObject({ nextSlot: '2026-11-30T09:00' });
  });

  it('does the same once, however often and by however many processes it is done', async () => {
    for (const name of ['ada', 'bo', 'cy']) await join(name);
    await mondayDigest(db, community, friday);
    await Promise.all([1, 2, 3].map(n => planDue(db, later(n * 1000))));
    await planDue(db, later(60_000));
    expect(await outbox()).toHaveLength(4);
    expect((await nextRun(db))?.nextSlot).toBe('2026-11-30T09:00');
  });

  it('plans nothing for a community that Milepost is no longer in, even where a run was left', async () => {
    await join('ada');
    const { id } = await mondayDigest(db, community, friday);
    await parkCommunity(db, { platform: 'web', externalId: 'demo' }, friday);
    await db.query
      .insert(db.tables.scheduleRuns)
      .values({ scheduleId: id, target: 'channel', nextSlot: '2026-11-23T09:00', nextRunAt: nine });
    expect(await nextRun(db)).toBeUndefined();
    expect(await planDue(db, later(30_000))).toBe(0);
    expect(await outbox()).toEqual([]);
  });

  it('leaves out who has no track, is on pause, wants none or takes none', async () => {
    const ada = await join('ada');
    await join('bo', { track: null });
    await join('cy', { directMessages: 'off' });
    await join('di', { directMessagesClosedAt: friday });
    const ed = await join('ed');
    const fay = await join('fay');
    await pauseMember(db, ed.id, friday, later(DAY), 'holiday');
    await pauseMember(db, fay.id, friday, later(-1000), 'holiday');
    await mondayDigest(db, community, friday, { channelId: null });
    await planDue(db, nine);
    expect(await keys()).toEqual([ada, fay].map(({ id }) => `personal:${id}:2026-W48`));
  });

  it('leaves out who is in the middle of onboarding, until the question about direct messages or a day is behind them', async () => {
    const now = { lastActiveAt: later(-HOUR) };
    await join('ada', { onboardingStep: 'roles', ...now });
    await join('bo', { onboardingStep: 'messages', ...now });
    const left = await join('al', { onboardingStep: 'roles', lastActiveAt: later(-DAY) });
    const asked = await join('cy', { onboardingStep: 'leaderboard', ...now });
    const again = await join('di', { onboardingStep: 'roles', onboardedAt: friday, ...now });
    const neverBegun = await join('ed');
    await mondayDigest(db, community, friday, { channelId: null });
    await planDue(db, nine);
    expect(await keys()).toEqual([left, asked, again, neverBegun].map(({ id }) => `personal:${id}:2026-W48`));
  });

  it('writes every second week to those who want that', async () => {
    const ada = await join('ada', { directMessages: 'fortnightly' });
    await mondayDigest(db, community, friday, { channelId: null });
    for (const week of [0, 1, 2, 3]) {
      await updateMember(db, ada.id, { nudges: 0 });
      await planDue(db, later(week * 7 * DAY));
    }
    expect(await keys()).toEqual([`personal:${ada.id}:2026-W48`, `personal:${ada.id}:2026-W50`]);
  });

  it('keeps to the same second weeks for a member whom two schedules reach', async () => {
    const ada = await join('ada', { directMessages: 'fortnightly' });
    await mondayDigest(db, community, friday, { channelId: null });
    await mondayDigest(db, community, friday, { channelId: null, cron: '0 9 * * 3', startsOn: '2026-11-30' });
    for (let day = 0; day < 28; day += 1) {
      await updateMember(db, ada.id, { nudges: 0 });
      await planDue(db, later(day * DAY));
    }
    expect(await keys()).toHaveLength(2);
  });

  it('gives a member who comes back from a pause a digest, not a nudge', async () => {
    const ada = await join('ada', {}, later(-60 * DAY));
    await pauseMember(db, ada.id, later(-60 * DAY), later(-DAY), 'member');
    await mondayDigest(db, community, friday, { channelId: null });
    await planDue(db, nine);
    expect(await personalKind()).toBe('digest');
  });

  it('writes to each zone at its own nine o’clock', async () => {
    const tokyo = await join('ada', { zone: 'Asia/Tokyo' });
    const newYork = await join('bo', { zone: 'America/New_York' });
    await mondayDigest(db, community, friday, { channelId: null });
    await planDue(db, new Date('2026-11-23T00:00:00Z'));
    expect((await outbox()).map(row => row.memberId)).toEqual([tokyo.id]);
    await planDue(db, nine);
    expect(await outbox()).toHaveLength(1);
    await planDue(db, new Date('2026-11-23T14:00:00Z'));
    expect(await keys()).toEqual([tokyo, newYork].map(({ id }) => `personal:${id}:2026-W48`));
  });

  it('gives a member who moves to another zone within the week the slot once', async () => {
    const ada = await join('ada');
    await mondayDigest(db, community, friday, { channelId: null });
    await planDue(db, nine);
    await updateMember(db, ada.id, { zone: 'America/New_York' });
    await ensureZoneRuns(db, community.id, 'America/New_York', nine);
    await planDue(db, new Date('2026-11-23T14:00:00Z'));
    expect(await keys()).toEqual([`personal:${ada.id}:2026-W48`]);
    await planDue(db, new Date('2026-11-30T14:00:00Z'));
    expect(await outbox()).toHaveLength(2);
  });

  it('writes to a member once a week where the channel is posted to every day', async () => {
    const ada = await join('ada');
    await mondayDigest(db, community, friday, { cron: '0 9 * * *' });
    for (const day of [0, 1, 2, 3, 4, 5, 6, 7]) await planDue(db, later(day * DAY));
    const rows = await outbox();
    expect(rows.filter(row => row.memberId === null)).toHaveLength(8);
    expect(rows.filter(row => row.memberId !== null).map(row => row.key)).toEqual([
      `personal:${ada.id}:2026-W48`,
      `personal:${ada.id}:2026-W49`,
    ]);
  });

  it('gives a member of two schedules at the same time one message', async () => {
    await join('ada');
    await mondayDigest(db, community, friday, { channelId: null });
    await mondayDigest(db, community, friday, { channelId: null, createdBy: 'bo', tracks: ['research'] });
    await planDue(db, nine);
    expect(await outbox()).toHaveLength(1);
  });

  it('plans nothing for a paused schedule', async () => {
    await join('ada');
    const { id } = await mondayDigest(db, community, friday);
    await pauseSchedule(db, id, 'test', friday);
    expect(await planDue(db, nine)).toBe(0);
    expect(await outbox()).toEqual([]);
  });

  it('can post once more at once, without moving the next run', async () => {
    const ada = await join('ada');
    const schedule = await mondayDigest(db, community, friday);
    await planNow(db, schedule, friday);
    await planNow(db, schedule, friday);
    expect(await keys()).toEqual([`digest:${schedule.id}:channel:2026-11-20T13:00`, `personal:${ada.id}:2026-W47`]);
    expect((await nextRun(db))?.nextSlot).toBe('2026-11-23T09:00');
  });

  describe('after downtime', () => {
    it('sends the newest slot while it is of use, and records the older ones as missed', async () => {
      const ada = await join('ada');
      const { id } = await mondayDigest(db, community, friday);
      await planDue(db, later(14 * DAY + 47 * HOUR));
      expect((await outbox()).map(({ key, state }) => [key, state])).toEqual(
        [
          [`digest:${id}:channel:2026-11-23T09:00`, 'missed'],
          [`digest:${id}:channel:2026-11-30T09:00`, 'missed'],
          [`digest:${id}:channel:2026-12-07T09:00`, 'pending'],
          [`personal:${id}:Europe/Berlin:2026-11-23T09:00`, 'missed'],
          [`personal:${id}:Europe/Berlin:2026-11-30T09:00`, 'missed'],
          [`personal:${ada.id}:2026-W50`, 'pending'],
        ].sort(),
      );
      const missed = (await outbox()).filter(({ state }) => state === 'missed');
      expect(missed.every(({ memberId }) => memberId === null)).toBe(true);
      expect(missed[0]?.reason).toMatch(/was not running at Mon 23 Nov, 09:00/);
      expect((await nextRun(db))?.nextSlot).toBe('2026-12-14T09:00');
    });

    it('sends no digest after two days, and no leaderboard after six hours', async () => {
      await mondayDigest(db, community, friday);
      await mondayDigest(db, community, friday, { kind: 'leaderboard', createdBy: 'bo' });
      await planDue(db, later(7 * HOUR));
      const states = async () =>
        Object.fromEntries((await outbox()).map(({ key, state }) => [key.split(':')[0], state]));
      expect(await states()).toEqual({ digest: 'pending', leaderboard: 'missed' });
      await planDue(db, later(7 * DAY + 49 * HOUR));
      expect(
        (await outbox()).filter(({ slot }) => slot === '2026-11-30T09:00').every(({ state }) => state === 'missed'),
      ).toBe(true);
    });

    it('keeps the last sixty of very many missed slots', async () => {
      await mondayDigest(db, community, friday, { cron: '0 * * * *', direct: false });
      await planDue(db, later(30 * DAY + 30_000));
      const rows = await outbox();
      expect(rows.filter(({ state }) => state === 'missed')).toHaveLength(60);
      expect(rows.filter(({ state }) => state === 'pending').map(({ slot }) => slot)).toEqual(['2026-12-23T09:00']);
    });
  });

  describe('after silence', () => {
    it.each([
      [6, 0, 'digest'],
      [8, 0, 'nudge'],
      [8, 1, 'digest'],
      [20, 1, 'digest'],
      [22, 1, 'nudge'],
      [22, 2, 'digest'],
      [43, 2, 'nudge'],
      [43, 3, 'nothing'],
      [200, 0, 'nudge'],
    ])('of %i days and %i nudges, a member gets a %s', async (days, nudges, kind) => {
      const ada = await join('ada', {}, later(-days * DAY));
      await updateMember(db, ada.id, { nudges });
      await mondayDigest(db, community, friday, { channelId: null });
      await planDue(db, nine);
      expect(await personalKind()).toBe(kind);
      const number = nudgeNumber({ nudges, lastActiveAt: later(-days * DAY), pausedUntil: null }, nine);
      expect(number).toBe(kind === 'nudge' ? nudges + 1 : undefined);
    });
  });

  it('plans more members than fit one transaction', async () => {
    await join('ada');
    const { members } = db.tables;
    const rows = Array.from({ length: 10_500 }, (_, at) => ({
      communityId: community.id,
      externalId: `m${at}`,
      name: `m${at}`,
      track: 'engineering',
      weeklyHours: 4,
      zone: 'Europe/Berlin',
      directMessages: 'weekly',
      lastActiveAt: friday,
      joinedAt: friday,
    }));
    for (let at = 0; at < rows.length; at += 1500) await db.query.insert(members).values(rows.slice(at, at + 1500));
    await mondayDigest(db, community, friday, { channelId: null });
    await Promise.all([planDue(db, nine), planDue(db, nine)]);
    expect(await db.query.$count(db.tables.deliveries)).toBe(10_501);
  });
});
