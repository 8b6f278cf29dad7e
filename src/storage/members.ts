// Members of a community: who they are, what they chose, and what they want to be sent.

import { isZone } from '../calendar/dates.ts';
import type { RoleId, TrackId } from '../curriculum/curriculum.ts';
import type { Community, PlatformName } from './communities.ts';
import type { Db, Query, Statement } from './database.ts';
import { and, desc, eq, gt, inArray, isNotNull, isNull, lte, sql } from './drizzle.ts';
import { rebuildStandings } from './standings.ts';

export type DirectMessages = 'weekly' | 'fortnightly' | 'off';

export type Member = {
  id: number;
  communityId: number;
  externalId: string;
  name: string;
  track: TrackId | null;
  roles: RoleId[];
  weeklyHours: number;
  zone: string;
  zoneChosen: boolean;
  directMessages: DirectMessages;
  /** Whether the name may stand on leaderboards; null until asked. */
  listed: boolean | null;
  pointsOn: boolean;
  onboardingStep: string | null;
  onboardedAt: Date | null;
  pausedUntil: Date | null;
  pausedReason: string | null;
  directMessagesClosedAt: Date | null;
  nudges: number;
  lastActiveAt: Date;
  joinedAt: Date;
};

/** The `pausedReason` of a member whose messages rest after the third nudge. */
export const SILENCE = 'silence';
/** Hours a week until the member says otherwise. */
export const DEFAULT_WEEKLY_HOURS = 4;
/** `lastActiveAt` is only as exact as this, so that reading commands do not write. */
const ACTIVITY_RESOLUTION_MS = 60 * 60 * 1000;

const byExternalId = (db: Db) =>
  db.prepared('member', (query, name) => {
    const { members } = db.tables;
    return query
      .select()
      .from(members)
      .where(
        and(
          eq(members.communityId, sql.placeholder('communityId')),
          eq(members.externalId, sql.placeholder('externalId')),
        ),
      )
      .prepare(name);
  });

const rolesOf = (db: Db) =>
  db.prepared('member roles', (query, name) => {
    const { memberRoles } = db.tables;
    return query
      .select({ role: memberRoles.role })
      .from(memberRoles)
      .where(eq(memberRoles.memberId, sql.placeholder('memberId')))
      .orderBy(memberRoles.role)
      .prepare(name);
  });

type MemberRow = Omit<Member, 'roles'>;
const withRoles = async (db: Db, row: MemberRow): Promise<Member> => ({
  ...row,
  roles: (await rolesOf(db).execute({ memberId: row.id })).map(({ role }) => role),
});

/**
 * The member that the platform knows as `externalId`, made when first seen. Their name follows the platform's; being
 * here counts as activity (to the hour) and ends the count of nudges.
 */
export const findOrCreateMember = async (
  db: Db,
  community: Community,
  { externalId, name, zone }: { externalId: string; name: string; zone?: string },
  now: Date,
): Promise<Member> => {
  const { members } = db.tables;
  const key = { communityId: community.id, externalId };
  const [known] = await byExternalId(db).execute(key);
  if (known) {
    const member = await withRoles(db, known as MemberRow);
    const idle = now.getTime() - member.lastActiveAt.getTime();
    if (idle < ACTIVITY_RESOLUTION_MS && member.name === name && member.nudges === 0) return member;
    const change = { name, lastActiveAt: now, nudges: 0 };
    await db.query.update(members).set(change).where(eq(members.id, member.id));
    return { ...member, ...change };
  }
  await db.query
    .insert(members)
    .values({
      ...key,
      name,
      weeklyHours: DEFAULT_WEEKLY_HOURS,
      zone: zone !== undefined && isZone(zone) ? zone : community.zone,
      directMessages: 'weekly',
      lastActiveAt: now,
      joinedAt: now,
    })
    .onConflictDoNothing();
  const [made] = await byExternalId(db).execute(key);
  return { ...(made as MemberRow), roles: [] };
};

/** The member that the platform knows as `externalId`, without counting as activity; undefined before they were first seen. */
export const memberByExternalId = async (
  db: Db,
  communityId: number,
  externalId: string,
): Promise<Member | undefined> => {
  const [row] = await byExternalId(db).execute({ communityId, externalId });
  return row && withRoles(db, row as MemberRow);
};

/** The member with this id, or undefined. */
export const memberById = async (db: Db, id: number): Promise<Member | undefined> => {
  const { members } = db.tables;
  const [row] = await db.query.select().from(members).where(eq(members.id, id));
  return row && withRoles(db, row as MemberRow);
};

export type MemberChange = Partial<
  Pick<
    Member,
    | 'weeklyHours'
    | 'zone'
    | 'zoneChosen'
    | 'directMessages'
    | 'listed'
    | 'onboardingStep'
    | 'onboardedAt'
    | 'pausedUntil'
    | 'pausedReason'
    | 'directMessagesClosedAt'
    | 'nudges'
  >
>;
/** Changes settings that no leaderboard depends on. */
export const updateMember = async (db: Db, id: number, change: MemberChange): Promise<void> => {
  await db.query.update(db.tables.members).set(change).where(eq(db.tables.members.id, id));
};

/**
 * Changes what decides on which leaderboards a member stands, and moves their points there in the same transaction.
 * `roles`, where given, replace the earlier ones.
 */
export const updateEnrolment = async (
  db: Db,
  community: Community,
  member: Member,
  change: Partial<Pick<Member, 'track' | 'roles' | 'pointsOn'>>,
  now: Date,
): Promise<Member> => {
  const { members, memberRoles } = db.tables;
  const { roles, ...columns } = change;
  const after = { ...member, ...change };
  await db.atomically((query: Query): Statement[] => [
    query
      .update(members)
      .set({ ...columns, lastActiveAt: now })
      .where(eq(members.id, member.id)),
    ...(roles ? [query.delete(memberRoles).where(eq(memberRoles.memberId, member.id))] : []),
    ...(roles?.length
      ? [
          query
            .insert(memberRoles)
            .values(roles.map(role => ({ memberId: member.id, role })))
            .onConflictDoNothing(),
        ]
      : []),
    ...rebuildStandings(db, query, community, after, now),
  ]);
  return after;
};

const openPause = (db: Db, memberId: number, now: Date) => {
  const { memberPauses } = db.tables;
  return and(eq(memberPauses.memberId, memberId), gt(memberPauses.untilAt, now), lte(memberPauses.fromAt, now));
};

/** Rests a member's messages from `now` until `until`, in place of a pause under way; the streak rests with them. */
export const pauseMember = async (db: Db, memberId: number, now: Date, until: Date, reason: string): Promise<void> => {
  const { members, memberPauses } = db.tables;
  await db.atomically(query => [
    query.update(members).set({ pausedUntil: until, pausedReason: reason }).where(eq(members.id, memberId)),
    query
      .update(memberPauses)
      .set({ untilAt: now })
      .where(openPause(db, memberId, now)),
    query
      .insert(memberPauses)
      .values({ memberId, fromAt: now, untilAt: until })
      .onConflictDoUpdate({ target: [memberPauses.memberId, memberPauses.fromAt], set: { untilAt: until } }),
  ]);
};

/** Ends a pause now; a pause that has not begun to count is cut to nothing. */
export const resumeMember = async (db: Db, memberId: number, now: Date): Promise<void> => {
  const { members, memberPauses } = db.tables;
  await db.atomically(query => [
    query
      .update(members)
      .set({ pausedUntil: null, pausedReason: null, lastActiveAt: now, nudges: 0 })
      .where(eq(members.id, memberId)),
    query
      .update(memberPauses)
      .set({ untilAt: now })
      .where(openPause(db, memberId, now)),
  ]);
};

/** The times in which a member was on pause, oldest first. */
export const pausesOf = (db: Db, memberId: number): Promise<{ fromAt: Date; untilAt: Date }[]> => {
  const { memberPauses } = db.tables;
  return db.query
    .select({ fromAt: memberPauses.fromAt, untilAt: memberPauses.untilAt })
    .from(memberPauses)
    .where(eq(memberPauses.memberId, memberId))
    .orderBy(memberPauses.fromAt) as unknown as Promise<{ fromAt: Date; untilAt: Date }[]>;
};

/** The zones that enrolled members of a community live in. */
export const zonesOfMembers = async (db: Db, communityId: number): Promise<string[]> => {
  const { members } = db.tables;
  const rows = await db.query
    .selectDistinct({ zone: members.zone })
    .from(members)
    .where(and(eq(members.communityId, communityId), isNotNull(members.track)));
  return rows.map(({ zone }) => zone).sort();
};

/**
 * The communities in which a person was ever seen and Milepost still is, the one they were last active in first: for a direct
 * message, which does not say where it belongs. `lastActiveAt` is moved by every interaction (`findOrCreateMember`, to
 * the hour), by marking a topic, by a change of track or roles and by the end of a pause; never by what they are sent.
 */
export const communitiesOfPerson = (
  db: Db,
  platform: PlatformName,
  memberExternalId: string,
): Promise<{ externalId: string; name: string; memberName: string }[]> => {
  const { communities, members } = db.tables;
  return db.query
    .select({ externalId: communities.externalId, name: communities.name, memberName: members.name })
    .from(members)
    .innerJoin(communities, eq(communities.id, members.communityId))
    .where(
      and(eq(members.externalId, memberExternalId), eq(communities.platform, platform), isNull(communities.leftAt)),
    )
    .orderBy(desc(members.lastActiveAt), desc(members.id)) as unknown as Promise<
    { externalId: string; name: string; memberName: string }[]
  >;
};

/** Names and whether they may be shown, by member id. */
export const namesOf = async (
  db: Db,
  ids: readonly number[],
): Promise<Map<number, { name: string; listed: boolean }>> => {
  if (ids.length === 0) return new Map();
  const { members } = db.tables;
  const rows = await db
    .prepared(`names of ${ids.length}`, (query, name) =>
      query
        .select({ id: members.id, name: members.name, listed: members.listed })
        .from(members)
        .where(
          inArray(
            members.id,
            ids.map((_, at) => sql.placeholder(`id${at}`)),
          ),
        )
        .prepare(name),
    )
    .execute(Object.fromEntries(ids.map((id, at) => [`id${at}`, id])));
  return new Map(rows.map(({ id, name, listed }) => [id, { name, listed: listed === true }]));
};
