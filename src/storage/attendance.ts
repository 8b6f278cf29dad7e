// Where Milepost is: communities are parked when it is removed from them, and welcomed when it comes or comes back.
import type { Community, PlatformName } from './communities.ts';
import type { Db } from './database.ts';
import { and, asc, eq, inArray, isNotNull, isNull, sql } from './drizzle.ts';
import { zonesOfMembers } from './members.ts';
import { schedulesOf, startingRuns } from './schedules.ts';

/** `name` as one clean line; empty where the platform does not say it. */
export type SeenCommunity = { platform: PlatformName; externalId: string; name: string };

/** Why what was still to be sent to a parked community is not, for an organiser to read. */
export const REMOVED_FROM_COMMUNITY = 'Milepost was removed from this community.';

/** What a community is called until the platform says its name; the app calls it the same. */
const NAMELESS = 'This community';

/** The community that `platform` knows as `externalId`, parked ones included, or undefined. One prepared read. */
export const communityByExternalId = async (
  db: Db,
  { platform, externalId }: Pick<SeenCommunity, 'platform' | 'externalId'>,
): Promise<Community | undefined> => {
  const [row] = await db
    .prepared('community', (query, name) => {
      const { communities } = db.tables;
      return query
        .select()
        .from(communities)
        .where(
          and(
            eq(communities.platform, sql.placeholder('platform')),
            eq(communities.externalId, sql.placeholder('externalId')),
          ),
        )
        .prepare(name);
    })
    .execute({ platform, externalId });
  return row as Community | undefined;
};

/**
 * Milepost is not in this community any more: its schedules have no runs, what was still to be sent is cancelled, and
 * everything is kept for the day it comes back. Does nothing where the community is unknown or parked already.
 */
export const parkCommunity = async (
  db: Db,
  { platform, externalId }: Pick<SeenCommunity, 'platform' | 'externalId'>,
  now: Date,
): Promise<void> => {
  const { communities, schedules, scheduleRuns, deliveries } = db.tables;
  const isThis = and(eq(communities.platform, platform), eq(communities.externalId, externalId));
  await db.atomically(query => {
    // Asked again by each statement: who welcomes it in the same moment is not undone in part.
    const parked = query
      .select({ id: communities.id })
      .from(communities)
      .where(and(isThis, isNotNull(communities.leftAt)));
    const ofParked = query.select({ id: schedules.id }).from(schedules).where(inArray(schedules.communityId, parked));
    return [
      query
        .update(communities)
        .set({ leftAt: now })
        .where(and(isThis, isNull(communities.leftAt))),
      query.delete(scheduleRuns).where(inArray(scheduleRuns.scheduleId, ofParked)),
      query
        .update(deliveries)
        .set({ state: 'cancelled', reason: REMOVED_FROM_COMMUNITY, settledAt: now })
        .where(and(inArray(deliveries.state, ['pending', 'retrying']), inArray(deliveries.communityId, parked))),
    ];
  });
};

/** Ends the parking: every schedule that is neither paused nor removed runs again from its next slot after `now`. */
const unpark = async (db: Db, { id }: Community, now: Date): Promise<void> => {
  const { communities, schedules, scheduleRuns } = db.tables;
  const live = (await schedulesOf(db, id)).filter(({ pausedAt }) => !pausedAt);
  const memberZones = await zonesOfMembers(db, id);
  await db.atomically(query => [
    // First, as in the parking: of two that cross, one waits for the other.
    query.update(communities).set({ leftAt: null }).where(eq(communities.id, id)),
    // A run that was left by whoever planned in the moment of the parking would send what fell in between.
    query
      .delete(scheduleRuns)
      .where(
        inArray(
          scheduleRuns.scheduleId,
          query.select({ id: schedules.id }).from(schedules).where(eq(schedules.communityId, id)),
        ),
      ),
    ...live.flatMap(schedule => startingRuns(db, query, schedule, memberZones, now)),
  ]);
};

const newCommunity = ({ platform, externalId, name }: SeenCommunity, now: Date) => ({
  platform,
  externalId,
  name: name || NAMELESS,
  zone: 'UTC',
  createdAt: now,
});

/**
 * Milepost is in this community: makes it when first seen (in the zone UTC), ends its parking, and takes over a new name. What
 * fell into the parking is not sent later. One read where nothing changes.
 */
export const welcomeCommunity = async (db: Db, seen: SeenCommunity, now: Date): Promise<Community> => {
  const { communities } = db.tables;
  const isNamed = seen.name !== '' && seen.name !== NAMELESS;
  let known = await communityByExternalId(db, seen);
  if (!known) {
    await db.query.insert(communities).values(newCommunity(seen, now)).onConflictDoNothing();
    known = (await communityByExternalId(db, seen)) as Community;
  }
  if (known.leftAt) await unpark(db, known, now);
  const name = isNamed ? seen.name : known.name;
  if (name !== known.name) await db.query.update(communities).set({ name }).where(eq(communities.id, known.id));
  return { ...known, name, leftAt: null };
};

/** `welcomeCommunity` for many at once: those that are new are made by one statement. */
export const welcomeCommunities = async (db: Db, seen: readonly SeenCommunity[], now: Date): Promise<void> => {
  if (seen.length === 0) return;
  const { communities } = db.tables;
  const made = await db.query
    .insert(communities)
    .values(seen.map(one => newCommunity(one, now)))
    .onConflictDoNothing()
    .returning({ platform: communities.platform, externalId: communities.externalId });
  const isNew = new Set(made.map(({ platform, externalId }) => `${platform} ${externalId}`));
  for (const one of seen) if (!isNew.has(`${one.platform} ${one.externalId}`)) await welcomeCommunity(db, one, now);
};

/** The communities on `platform` that Milepost is in as far as it knows, oldest first. */
export const presentCommunities = (db: Db, platform: PlatformName): Promise<{ externalId: string; name: string }[]> => {
  const { communities } = db.tables;
  return db.query
    .select({ externalId: communities.externalId, name: communities.name })
    .from(communities)
    .where(and(eq(communities.platform, platform), isNull(communities.leftAt)))
    .orderBy(asc(communities.id)) as unknown as Promise<{ externalId: string; name: string }[]>;
};
