// Members of a community: who they are, what they chose, and what they want to be sent.

import { isZone } from '../calendar/dates.ts';
import type { RoleId, TrackId } from '../curriculum/curriculum.ts';
import type { Community, PlatformName } from './communities.ts';
import type { Db, Query, Statement } from './database.ts';
import { and, desc, eq, gt, inArray, isNotNull, isNull, lte, placeholder, sql } from './drizzle.ts';
import { rebuildingOf, rebuildStandings } from './standings.ts';

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
  /** Whether the member named the zone; otherwise it follows what their platform says, or where it says nothing the community's. */
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
/** What somebody is called whose name the platform has not said yet. */
const NAMELESS = 'A member';
/** Hours a week until the member says otherwise. */
export const DEFAULT_WEEKLY_HOURS = 4;
/** `lastActiveAt` is only as exact as this, so that reading commands do not write. */
const ACTIVITY_RESOLUTION_MS = 60 * 60 * 1000;

type MemberRow = Omit<Member, 'roles'>;

/** Members with a row for each of their roles, so that one question answers both. */
const selectMember = (db: Db, query: Query) => {
  const { members, memberRoles } = db.tables;
  return query
    .select({ member: members, role: memberRoles.role })
    .from(members)
    .leftJoin(memberRoles, eq(memberRoles.memberId, members.id))
    .orderBy(memberRoles.role);
};

const memberIn = (rows: readonly { member: unknown; role: string | null }[]): Member | undefined =>
  rows[0] && {
    ...(rows[0].member as MemberRow),
    roles: rows.flatMap(({ role }) => (role === null ? [] : [role])),
  };

/** The member that the platform knows as `externalId`, without counting as activity; undefined before they were first seen. */
export const memberByExternalId = async (
  db: Db,
  communityId: number,
  externalId: string,
): Promise<Member | undefined> => {
  const { members } = db.tables;
  const rows = await db
    .prepared('member by external id', (query, name) =>
      selectMember(db, query)
        .where(
          and(
            eq(members.communityId, sql.placeholder('communityId')),
            eq(members.externalId, sql.placeholder('externalId')),
          ),
        )
        .prepare(name),
    )
    .execute({ communityId, externalId });
  return memberIn(rows);
};

/** The member with this id, or undefined. */
export const memberById = async (db: Db, id: number): Promise<Member | undefined> => {
  const { members } = db.tables;
  const rows = await db
    .prepared('member by id', (query, name) =>
      selectMember(db, query)
        .where(eq(members.id, sql.placeholder('id')))
        .prepare(name),
    )
    .execute({ id });
  return memberIn(rows);
};

/**
 * The member that the platform knows as `externalId`, made when first seen, in the zone that the platform names. Their name follows
 * the platform's, and stays where that is empty: it says none now; their zone by `followPlatformZone`; being here counts as activity (to the hour) and ends the count of nudges.
 */
export const findOrCreateMember = async (
  db: Db,
  community: Community,
  { externalId, name: given, zone }: { externalId: string; name: string; zone?: string },
  now: Date,
): Promise<Member> => {
  const { members } = db.tables;
  const key = { communityId: community.id, externalId };
  const member = await memberByExternalId(db, community.id, externalId);
  if (member) {
    const name = given || member.name;
    const idle = now.getTime() - member.lastActiveAt.getTime();
    if (idle < ACTIVITY_RESOLUTION_MS && member.name === name && member.nudges === 0) return member;
    const change = { name, lastActiveAt: now, nudges: 0 };
    await db
      .prepared('member seen', (query, statement) =>
        query
          .update(members)
          .set({ name: placeholder<string>('name'), lastActiveAt: placeholder<Date>('lastActiveAt'), nudges: 0 })
          .where(eq(members.id, sql.placeholder('id')))
          .prepare(statement),
      )
      .execute({ ...change, id: member.id });
    return { ...member, ...change };
  }
  await db.query
    .insert(members)
    .values({
      ...key,
      name: given || NAMELESS,
      weeklyHours: DEFAULT_WEEKLY_HOURS,
      zone: zone !== undefined && isZone(zone) ? zone : community.zone,
      directMessages: 'weekly',
      lastActiveAt: now,
      joinedAt: now,
    })
    .onConflictDoNothing();
  return (await memberByExternalId(db, community.id, externalId)) as Member;
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
  const memberId = placeholder<number>('memberId');
  const rebuilding = rebuildingOf(community, after, now);
  const changed = Object.keys(columns);
  const values = {
    ...columns,
    now,
    ...Object.fromEntries((roles ?? []).map((role, at) => [`role${at}`, role])),
    ...rebuilding.values,
  };
  const name = `enrolment ${changed} ${roles?.length} ${rebuilding.scopes}`;
  await db.atomicallyPrepared(name, values, (query: Query): Statement[] => [
    query
      .update(members)
      .set({
        ...Object.fromEntries(changed.map(column => [column, placeholder(column)])),
        lastActiveAt: placeholder<Date>('now'),
      })
      .where(eq(members.id, memberId)),
    ...(roles ? [query.delete(memberRoles).where(eq(memberRoles.memberId, memberId))] : []),
    ...(roles?.length
      ? [
          query
            .insert(memberRoles)
            .values(roles.map((_, at) => ({ memberId, role: placeholder<RoleId>(`role${at}`) })))
            .onConflictDoNothing(),
        ]
      : []),
    ...rebuildStandings(db, query, rebuilding.scopes),
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

/**
 * Moves the members who never chose a zone, and so have that of their community, to its new `zone`. In Slack everybody's zone is
 * known, so nobody has the community's but by chance.
 */
export const followCommunityZone = async (db: Db, community: Community, zone: string): Promise<void> => {
  if (community.platform === 'slack') return;
  const { members: m } = db.tables;
  await db.query
    .update(m)
    .set({ zone })
    .where(and(eq(m.communityId, community.id), eq(m.zone, community.zone), eq(m.zoneChosen, false)));
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
