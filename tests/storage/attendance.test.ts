import { beforeEach, describe, expect, it } from 'vitest';
import {
  parkCommunity,
  presentCommunities,
  welcomeCommunities,
  welcomeCommunity,
} from '../../src/storage/attendance.ts';
import { findOrCreateCommunity } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { deliveryByKey, inserting } from '../../src/storage/deliveries.ts';
import { eq } from '../../src/storage/drizzle.ts';
import { communitiesOfPerson, memberByExternalId, updateMember } from '../../src/storage/members.ts';
import { pauseSchedule, removeSchedule, runsOfSchedule, schedulesOf } from '../../src/storage/schedules.ts';
import type { DeliveryState } from '../../src/storage/tables.ts';
import { describeOnBothDatabases } from '../support/databases.ts';
import { demoCommunity, joinAs, mondayDigest } from '../support/delivery.ts';

const HOUR = 60 * 60 * 1000;
const friday = new Date('2026-11-20T12:00:00Z');
const saturday = new Date('2026-11-21T12:00:00Z');
const tuesday = new Date('2026-11-24T12:00:00Z');
const demo = { platform: 'web', externalId: 'demo' } as const;

describeOnBothDatabases('a community', open => {
  let db: Db;
  const names = async () => (await presentCommunities(db, 'discord')).map(({ name }) => name);
  const seen = (name: string, externalId = '1') => ({ platform: 'discord', externalId, name }) as const;

  beforeEach(async () => {
    db = await open();
  });

  describe('that Milepost is welcomed to', () => {
    it('is made once, however many say so at the same moment', async () => {
      await Promise.all([1, 2, 3].map(() => welcomeCommunity(db, seen('Guild'), friday)));
      expect(await presentCommunities(db, 'discord')).toEqual([{ externalId: '1', name: 'Guild' }]);
      expect(await presentCommunities(db, 'slack')).toEqual([]);
    });

    it('is one of many: the new are made, the known renamed, the parked back, each once', async () => {
      await welcomeCommunity(db, seen('Known', '1'), friday);
      await welcomeCommunity(db, seen('Old name', '2'), friday);
      await welcomeCommunity(db, seen('Parked', '3'), friday);
      await parkCommunity(db, seen('Parked', '3'), friday);
      await welcomeCommunity(db, { platform: 'slack', externalId: '4', name: 'Of Slack' }, friday);
      const all = [seen('Known', '1'), seen('Name', '2'), seen('Parked', '3'), seen('New', '4'), seen('', '5')];
      await Promise.all([welcomeCommunities(db, all, friday), welcomeCommunities(db, all, friday)]);
      await welcomeCommunities(db, [], friday);
      expect(await names()).toEqual(['Known', 'Name', 'Parked', 'New', 'This community']);
      expect(await presentCommunities(db, 'slack')).toEqual([{ externalId: '4', name: 'Of Slack' }]);
    });

    it('follows the platform’s name, and keeps it where the platform says none', async () => {
      await welcomeCommunity(db, seen('Guild'), friday);
      await welcomeCommunity(db, seen('Renamed'), friday);
      await welcomeCommunity(db, seen(''), friday);
      await welcomeCommunity(db, seen('This community'), friday);
      expect(await names()).toEqual(['Renamed']);
    });

    it('gets its name later where it was first seen without one', async () => {
      await findOrCreateCommunity(db, seen(''), friday);
      expect(await names()).toEqual(['This community']);
      await findOrCreateCommunity(db, seen('Guild'), friday);
      expect(await names()).toEqual(['This community']);
      await welcomeCommunity(db, seen('Guild'), friday);
      expect(await names()).toEqual(['Guild']);
    });
  });

  describe('that Milepost is removed from', () => {
    const post = (key: string, communityId: number, state: DeliveryState = 'pending') => ({
      key,
      kind: 'digest' as const,
      communityId,
      scheduleId: 1,
      channelId: 'c',
      slot: '2026-11-23T09:00',
      dueAt: friday,
      state: state as 'pending',
    });

    it('keeps everything, and nothing of it runs or goes out any more', async () => {
      const community = await demoCommunity(db, friday);
      const ada = await joinAs(db, community, 'ada', friday);
      const schedule = await mondayDigest(db, community, friday);
      const other = await demoCommunity(db, friday, 'other');
      const elsewhere = await mondayDigest(db, other, friday);
      const states: DeliveryState[] = ['pending', 'retrying', 'sending', 'sent', 'failed'];
      await db.atomically(query =>
        inserting(db, query, [...states.map(state => post(state, community.id, state)), post('other', other.id)]),
      );
      await parkCommunity(db, demo, saturday);
      await parkCommunity(db, demo, tuesday);
      expect(await presentCommunities(db, 'web')).toEqual([{ externalId: 'other', name: 'Demo' }]);
      expect(await runsOfSchedule(db, schedule.id)).toEqual([]);
      expect(await runsOfSchedule(db, elsewhere.id)).not.toEqual([]);
      for (const key of ['pending', 'retrying'])
        expect(await deliveryByKey(db, key)).toMatchObject({
          state: 'cancelled',
          reason: 'Milepost was removed from this community.',
          settledAt: saturday,
        });
      for (const key of ['sending', 'sent', 'failed'])
        expect(await deliveryByKey(db, key)).toMatchObject({ state: key, reason: null });
      expect((await deliveryByKey(db, 'other'))?.state).toBe('pending');
      expect(await schedulesOf(db, community.id)).toEqual([schedule]);
      expect(await memberByExternalId(db, community.id, 'ada')).toEqual(ada);
    });

    it('and welcomed to at the same moment is one or the other, never half of each', async () => {
      const community = await demoCommunity(db, friday);
      const { id } = await mondayDigest(db, community, friday);
      for (let round = 0; round < 10; round += 1) {
        const welcome = () => welcomeCommunity(db, { ...demo, name: 'Demo' }, friday);
        await Promise.all([parkCommunity(db, demo, friday), welcome(), parkCommunity(db, demo, friday), welcome()]);
        const isPresent = (await presentCommunities(db, 'web')).length === 1;
        expect((await runsOfSchedule(db, id)).length).toBe(isPresent ? 2 : 0);
      }
    });

    it('may be one that nobody knows', async () => {
      await parkCommunity(db, { platform: 'discord', externalId: 'never' }, friday);
      expect(await presentCommunities(db, 'discord')).toEqual([]);
    });
  });

  describe.each([
    ['welcomed back', () => welcomeCommunity(db, { ...demo, name: 'Demo' }, tuesday)],
    ['back because somebody uses it there', () => findOrCreateCommunity(db, { ...demo, name: '' }, tuesday)],
  ])('%s', (_, comeBack) => {
    it('runs on from its next slots, and sends nothing of what fell in between', async () => {
      const community = await demoCommunity(db, friday);
      await joinAs(db, community, 'ada', friday, { zone: 'Asia/Tokyo' });
      const { id } = await mondayDigest(db, community, friday);
      const paused = await mondayDigest(db, community, friday, { createdBy: 'bo' });
      const removed = await mondayDigest(db, community, friday, { createdBy: 'cy' });
      await pauseSchedule(db, paused.id, 'holiday', friday);
      await removeSchedule(db, removed.id, friday);
      await parkCommunity(db, demo, saturday);
      // Left by a process that planned at the moment of the parking.
      await db.query.insert(db.tables.scheduleRuns).values({
        scheduleId: id,
        target: 'channel',
        nextSlot: '2026-11-23T09:00',
        nextRunAt: new Date('2026-11-23T08:00:00Z'),
      });
      await Promise.all([comeBack(), comeBack()]);
      expect((await runsOfSchedule(db, id)).map(({ target, nextSlot }) => `${target} ${nextSlot}`).sort()).toEqual([
        'channel 2026-11-30T09:00',
        'zone:Asia/Tokyo 2026-11-30T09:00',
        'zone:Europe/Berlin 2026-11-30T09:00',
      ]);
      expect(await runsOfSchedule(db, paused.id)).toEqual([]);
      expect(await runsOfSchedule(db, removed.id)).toEqual([]);
      expect((await findOrCreateCommunity(db, { ...demo, name: '' }, tuesday)).leftAt).toBeNull();
      expect(await presentCommunities(db, 'web')).toEqual([{ externalId: 'demo', name: 'Demo' }]);
    });

    it('leaves runs alone where it was there all the time', async () => {
      const community = await demoCommunity(db, friday);
      const { id } = await mondayDigest(db, community, friday);
      const before = await runsOfSchedule(db, id);
      await comeBack();
      expect(await runsOfSchedule(db, id)).toEqual(before);
    });
  });
});

describeOnBothDatabases('the communities of a person', open => {
  it('are those that Milepost is in on this platform, the last used first', async () => {
    const db = await open();
    const joined = new Map<string, number>();
    for (const [platform, externalId] of [
      ['discord', 'old'],
      ['discord', 'new'],
      ['discord', 'left'],
      ['discord', 'strange'],
      ['slack', 'other'],
    ] as const) {
      const community = await findOrCreateCommunity(db, { platform, externalId, name: `The ${externalId}` }, friday);
      const person = externalId === 'strange' ? 'bo' : 'ada';
      const member = await joinAs(db, community, person, friday);
      joined.set(externalId, member.id);
    }
    await parkCommunity(db, { platform: 'discord', externalId: 'left' }, friday);
    const touch = (externalId: string, at: Date) =>
      db.query
        .update(db.tables.members)
        .set({ lastActiveAt: at, name: `ada of ${externalId}` })
        .where(eq(db.tables.members.id, joined.get(externalId) ?? 0));
    await touch('old', friday);
    await touch('new', new Date(friday.getTime() + HOUR));
    const here = { externalId: 'new', name: 'The new', memberName: 'ada of new' };
    const there = { externalId: 'old', name: 'The old', memberName: 'ada of old' };
    expect(await communitiesOfPerson(db, 'discord', 'ada')).toEqual([here, there]);
    await touch('old', new Date(friday.getTime() + 2 * HOUR));
    await updateMember(db, joined.get('new') ?? 0, { nudges: 1 });
    expect(await communitiesOfPerson(db, 'discord', 'ada')).toEqual([there, here]);
    expect(await communitiesOfPerson(db, 'discord', 'nobody')).toEqual([]);
  });
});
