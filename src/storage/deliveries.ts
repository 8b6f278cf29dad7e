// The outbox: inserting what is due, claiming it by lease, and recording what became of it.
import { ONBOARDING_PATIENCE_MS, STEPS_AFTER_MESSAGES } from '../learning/onboarding.ts';
import type { PlatformName } from './communities.ts';
import type { Db, Query, Statement } from './database.ts';
import { and, asc, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, lte, or, sql } from './drizzle.ts';
import type { DeliveryState } from './tables.ts';

export type DeliveryKind = 'digest' | 'nudge' | 'leaderboard';
export type Delivery = {
  key: string;
  kind: DeliveryKind;
  communityId: number;
  scheduleId: number | null;
  /** Set for direct messages, `channelId` for posts; neither where a zone's slot was missed as a whole. */
  memberId: number | null;
  channelId: string | null;
  slot: string;
  dueAt: Date;
  state: DeliveryState;
  attempts: number;
  notBefore: Date;
  claimedBy: string | null;
  leaseUntil: Date | null;
  firstSentAt: Date | null;
  settledAt: Date | null;
  messageId: string | null;
  reason: string | null;
};

export type NewDelivery = Pick<Delivery, 'key' | 'kind' | 'communityId' | 'channelId' | 'slot' | 'dueAt'> & {
  scheduleId: number;
} & ({ state: 'pending' } | { state: 'missed'; settledAt: Date; reason: string });

/** Statements that insert `rows`; a key that is there already keeps its row. */
export const inserting = (db: Db, query: Query, rows: readonly NewDelivery[]): Statement[] =>
  rows.length === 0
    ? []
    : [
        query
          .insert(db.tables.deliveries)
          .values(rows.map(row => ({ ...row, attempts: 0, notBefore: row.dueAt })))
          .onConflictDoNothing(),
      ];

export type PersonalPlan = {
  communityId: number;
  scheduleId: number;
  zone: string;
  slot: string;
  /** The ISO week of the slot, `2026-W48`. */
  week: string;
  dueAt: Date;
  /** Whether this is a week of those who want every second. */
  fortnight: boolean;
  /** Silent since before these moments earns the first, second and third nudge. */
  silentSince: readonly [first: Date, second: Date, third: Date];
};

/** The id of the last of the next `size` members of a zone after `afterId`, or undefined where there is none. */
export const endOfChunk = async (
  db: Db,
  { communityId, zone }: Pick<PersonalPlan, 'communityId' | 'zone'>,
  afterId: number,
  size: number,
): Promise<number | undefined> => {
  const { members } = db.tables;
  const ofZone = and(eq(members.communityId, communityId), eq(members.zone, zone), gt(members.id, afterId));
  const [end] = await db.query
    .select({ id: members.id })
    .from(members)
    .where(ofZone)
    .orderBy(asc(members.id))
    .limit(1)
    .offset(size - 1);
  if (end) return end.id;
  const [last] = await db.query
    .select({ id: members.id })
    .from(members)
    .where(ofZone)
    .orderBy(desc(members.id))
    .limit(1);
  return last?.id;
};

/**
 * Inserts the direct message of one slot for every member of the zone with `afterId` < id <= `lastId` who wants it: one
 * row a member and week, however many schedules, posts a week or zones they meet it in.
 */
export const insertingPersonal = (
  db: Db,
  query: Query,
  plan: PersonalPlan,
  { afterId, lastId }: { afterId: number; lastId: number },
): Statement => {
  const { members: m, deliveries } = db.tables;
  const [first, second, third] = plan.silentSince.map(
    // A pause is no silence, so it is counted from its end.
    at => sql`(${lt(m.lastActiveAt, at)} and (${m.pausedUntil} is null or ${lt(m.pausedUntil, at)}))`,
  );
  const dueAt = sql.param(plan.dueAt, deliveries.dueAt);
  const isAsked = or(
    isNull(m.onboardingStep),
    isNotNull(m.onboardedAt),
    inArray(m.onboardingStep, [...STEPS_AFTER_MESSAGES]),
    lte(m.lastActiveAt, new Date(plan.dueAt.getTime() - ONBOARDING_PATIENCE_MS)),
  );
  const frequencies = plan.fortnight ? sql`('weekly', 'fortnightly')` : sql`('weekly')`;
  return query
    .insert(deliveries)
    .select(
      sql`select 'personal:' || cast(${m.id} as text) || ':' || ${plan.week},
        case when (${m.nudges} = 0 and ${first}) or (${m.nudges} = 1 and ${second}) or (${m.nudges} = 2 and ${third}) then 'nudge' else 'digest' end,
        ${m.communityId}, ${plan.scheduleId}, ${m.id}, null, ${plan.slot}, ${dueAt}, 'pending', 0, ${dueAt}, null, null, null, null, null, null
      from ${m}
      where ${m.communityId} = ${plan.communityId} and ${m.zone} = ${plan.zone} and ${m.id} > ${afterId} and ${m.id} <= ${lastId}
        and ${m.track} is not null and ${m.directMessages} in ${frequencies} and ${m.directMessagesClosedAt} is null
        and (${m.pausedUntil} is null or ${lte(m.pausedUntil, plan.dueAt)}) and not (${m.nudges} >= 3 and ${third}) and ${isAsked}
      order by ${m.id}`,
    )
    .onConflictDoNothing();
};

const ofPlatforms = (db: Db, platforms: readonly PlatformName[]) =>
  sql`(select ${db.tables.communities.id} from ${db.tables.communities} where ${inArray(db.tables.communities.platform, [...platforms])})`;

/** The communities of `platforms` for which something in `state` may be sent at `now`, by id. */
export const waitingCommunities = async (
  db: Db,
  platforms: readonly PlatformName[],
  state: 'pending' | 'retrying',
  now: Date,
): Promise<number[]> => {
  const { communities, deliveries } = db.tables;
  if (platforms.length === 0) return [];
  const waiting = and(
    eq(deliveries.state, state),
    eq(deliveries.communityId, communities.id),
    lte(deliveries.notBefore, now),
  );
  const rows = await db.query
    .select({ id: communities.id })
    .from(communities)
    .where(
      and(inArray(communities.platform, [...platforms]), sql`exists (select 1 from ${deliveries} where ${waiting})`),
    )
    .orderBy(asc(communities.id));
  return rows.map(({ id }) => id);
};

export type Lease = { workerId: string; now: Date; until: Date };

/**
 * Takes up to `share` deliveries in `state` of each of `communityIds`, oldest first, for one worker until its lease runs
 * out: they are `sending` from here on, and no other worker gets them.
 */
export const claim = async (
  db: Db,
  state: 'pending' | 'retrying',
  communityIds: readonly number[],
  share: number,
  lease: Lease,
): Promise<Delivery[]> => {
  if (communityIds.length === 0) return [];
  const { deliveries: d } = db.tables;
  const isDue = and(eq(d.state, state), lte(d.notBefore, lease.now));
  const ofEach = communityIds.map(
    id =>
      sql`select key from (select ${d.key} as key from ${d} where ${isDue} and ${d.communityId} = ${id} order by ${d.notBefore} limit ${share}) as oldest`,
  );
  const rows = await db.query
    .update(d)
    .set({
      state: 'sending',
      claimedBy: lease.workerId,
      leaseUntil: lease.until,
      firstSentAt: sql`coalesce(${d.firstSentAt}, ${sql.param(lease.now, d.firstSentAt)})`,
    })
    .where(and(sql`${d.key} in (${sql.join(ofEach, sql` union all `)})`, isDue))
    .returning();
  return (rows as Delivery[]).sort(byDue);
};

const byDue = (a: Delivery, b: Delivery): number =>
  a.dueAt.getTime() - b.dueAt.getTime() ||
  Number(a.memberId !== null) - Number(b.memberId !== null) ||
  (a.memberId ?? 0) - (b.memberId ?? 0) ||
  (a.key < b.key ? -1 : 1);

/** Takes over up to `limit` deliveries whose sender gave no account before its lease ran out. */
export const claimAbandoned = async (
  db: Db,
  platforms: readonly PlatformName[],
  limit: number,
  lease: Lease,
): Promise<Delivery[]> => {
  if (platforms.length === 0) return [];
  const { deliveries: d } = db.tables;
  const isAbandoned = and(eq(d.state, 'sending'), lte(d.leaseUntil, lease.now));
  const rows = await db.query
    .update(d)
    .set({ claimedBy: lease.workerId, leaseUntil: lease.until })
    .where(
      and(
        sql`${d.key} in (select ${d.key} from ${d} where ${isAbandoned} and ${d.communityId} in ${ofPlatforms(db, platforms)} limit ${limit})`,
        isAbandoned,
      ),
    )
    .returning();
  return (rows as Delivery[]).sort(byDue);
};

/** What a worker says became of a delivery it had claimed; `sent` has no id where it was deleted before we knew it. */
export type Settlement = { attempts: number } & (
  | { state: 'sent'; messageId?: string; reason?: string }
  /** Nobody knows yet: it is repeated or looked for when the lease runs out. */
  | { state: 'sending'; leaseUntil: Date; reason: string }
  | { state: 'retrying'; notBefore: Date; reason: string }
  | { state: 'pending' }
  | { state: 'unconfirmed' | 'failed' | 'cancelled' | 'missed'; reason: string }
);

/** Records a settlement, unless another worker took the delivery over in the meantime. */
export const settling = (
  db: Db,
  query: Query,
  { key, workerId, now }: { key: string; workerId: string; now: Date },
  settlement: Settlement,
): Statement => {
  const { deliveries: d } = db.tables;
  const open = settlement.state === 'sending' || settlement.state === 'retrying' || settlement.state === 'pending';
  return query
    .update(d)
    .set({
      reason: null,
      ...settlement,
      settledAt: open ? null : now,
      ...(settlement.state !== 'sending' && { leaseUntil: null }),
    })
    .where(and(eq(d.key, key), eq(d.state, 'sending'), eq(d.claimedBy, workerId)));
};

/** Counts a nudge that was sent, unless the member has been active since. */
export const countingNudge = (db: Db, query: Query, memberId: number, number: number): Statement => {
  const { members } = db.tables;
  return query
    .update(members)
    .set({ nudges: number })
    .where(and(eq(members.id, memberId), eq(members.nudges, number - 1)));
};

/** Remembers that the platform takes no direct messages for a member: none are planned until that is cleared. */
export const closingDirectMessages = (db: Db, query: Query, memberId: number, now: Date): Statement => {
  const { members } = db.tables;
  return query.update(members).set({ directMessagesClosedAt: now }).where(eq(members.id, memberId));
};

/** The earliest moment at which something in the outbox of `platforms` wants to be sent or looked for. */
export const earliestOpen = async (
  db: Db,
  platforms: readonly PlatformName[],
): Promise<{ at: Date; delivery: Delivery } | undefined> => {
  const { deliveries: d } = db.tables;
  if (platforms.length === 0) return undefined;
  const firstOf = async (state: DeliveryState, when: typeof d.notBefore | typeof d.leaseUntil) => {
    const [row] = await db.query
      .select()
      .from(d)
      .where(and(eq(d.state, state), sql`${d.communityId} in ${ofPlatforms(db, platforms)}`))
      .orderBy(asc(when))
      .limit(1);
    return row as Delivery | undefined;
  };
  const waiting = [await firstOf('pending', d.notBefore), await firstOf('retrying', d.notBefore)];
  const sending = await firstOf('sending', d.leaseUntil);
  return [
    ...waiting.flatMap(delivery => (delivery ? [{ at: delivery.notBefore, delivery }] : [])),
    ...(sending?.leaseUntil ? [{ at: sending.leaseUntil, delivery: sending }] : []),
  ].sort((a, b) => a.at.getTime() - b.at.getTime())[0];
};

/** The last digest that reached a member before `dueAt`, or undefined. */
export const lastDigestTo = async (db: Db, memberId: number, dueAt: Date): Promise<Delivery | undefined> => {
  const { deliveries: d } = db.tables;
  const [row] = await db
    .prepared('last digest', (query, name) =>
      query
        .select()
        .from(d)
        .where(
          and(
            eq(d.memberId, sql.placeholder('memberId')),
            lt(d.dueAt, sql.param(sql.placeholder('dueAt'), d.dueAt)),
            eq(d.kind, 'digest'),
            eq(d.state, 'sent'),
          ),
        )
        .orderBy(desc(d.dueAt))
        .limit(1)
        .prepare(name),
    )
    .execute({ memberId, dueAt });
  return row as Delivery | undefined;
};

/** The newest post of a schedule that is out, or undefined. */
export const lastPostOf = async (db: Db, scheduleId: number): Promise<Delivery | undefined> => {
  const { deliveries: d } = db.tables;
  const [row] = await db.query
    .select()
    .from(d)
    .where(and(eq(d.scheduleId, scheduleId), eq(d.state, 'sent'), isNotNull(d.channelId), isNotNull(d.messageId)))
    .orderBy(desc(d.dueAt))
    .limit(1);
  return row as Delivery | undefined;
};

/** Posts since `since` that went out, but not all as asked: without their thread. Newest first. */
export const postsWithoutThread = async (db: Db, communityId: number, since: Date, limit = 20): Promise<Delivery[]> => {
  const { deliveries: d } = db.tables;
  const isOne = and(eq(d.communityId, communityId), eq(d.state, 'sent'), isNull(d.memberId), gte(d.dueAt, since));
  const rows = await db.query
    .select()
    .from(d)
    .where(and(isOne, sql`lower(${d.reason}) like '%thread%'`))
    .orderBy(desc(d.dueAt), asc(d.key))
    .limit(limit);
  return rows as Delivery[];
};

/** The delivery with this key, or undefined. */
export const deliveryByKey = async (db: Db, key: string): Promise<Delivery | undefined> => {
  const [row] = await db.query.select().from(db.tables.deliveries).where(eq(db.tables.deliveries.key, key));
  return row as Delivery | undefined;
};

/** What an organiser should know of since `since`: failed, missed and unconfirmed deliveries and cancelled posts, newest first. */
export const troublesOf = async (db: Db, communityId: number, since: Date, limit = 20): Promise<Delivery[]> => {
  const { deliveries: d } = db.tables;
  const rows = await db.query
    .select()
    .from(d)
    .where(
      and(
        eq(d.communityId, communityId),
        // What a member chose not to get is their own affair; a post that was cancelled is the organiser's.
        or(inArray(d.state, ['failed', 'missed', 'unconfirmed']), and(eq(d.state, 'cancelled'), isNull(d.memberId))),
        gte(d.dueAt, since),
      ),
    )
    .orderBy(desc(d.dueAt), asc(d.key))
    .limit(limit);
  return rows as Delivery[];
};
