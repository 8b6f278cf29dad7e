// Sends what is due: claims a batch by lease, composes, hands it to the platforms, and records what became of it.
import { randomUUID } from 'node:crypto';
import type { Curriculum } from '../curriculum/curriculum.ts';
import type { Log } from '../log.ts';
import { type Message, toPlainText } from '../message.ts';
import type { Outcome, Platform, Target } from '../platform.ts';
import { REMOVED_FROM_COMMUNITY } from '../storage/attendance.ts';
import { type Community, communityById } from '../storage/communities.ts';
import type { Db, Query, Statement } from '../storage/database.ts';
import {
  claim,
  claimAbandoned,
  closingDirectMessages,
  countingNudge,
  type Delivery,
  type DeliveryKind,
  type Lease,
  type Settlement,
  settling,
  waitingCommunities,
} from '../storage/deliveries.ts';
import { type Member, memberById, pauseMember, SILENCE } from '../storage/members.ts';
import { pausing, type Schedule, scheduleById } from '../storage/schedules.ts';
import type { DeliveryState } from '../storage/tables.ts';
import {
  type Composed,
  composeChannelDigest,
  composeLeaderboard,
  composeNudge,
  composePersonalDigest,
  hasNothingNew,
  threadOf,
} from './compose.ts';
import { afterAttempt, afterSearch, mayRepeat, memberStops, scheduleStops, tooLate } from './fate.ts';
import { nudgeNumber } from './plan.ts';

/** Deliveries a round: one commit claims them, one settles them. */
const BATCH = 100;
/** Communities that share a round, so that a large one does not hold up the others. */
const COMMUNITIES = 20;
const CONCURRENCY = 8;
/** A round of time-outs (100 messages, 8 at a time, 10 s each) ends well before its lease. */
export const LEASE_MS = 5 * 60 * 1000;
/** With less of the lease left than this nothing is begun: it could end after another worker took over. */
const LEASE_RESERVE_MS = 60 * 1000;
/** The end of a pause that the member ends. */
const UNTIL_RESUMED = new Date('9999-12-31T00:00:00Z');

export type SendDeps = {
  db: Db;
  curriculum: () => Curriculum;
  platforms: readonly Platform[];
  now: () => Date;
  /** Unlike that of any other process that sends from this database. */
  workerId: string;
  log: Log;
  /** In [0, 1); for tests. */
  random?: () => number;
};

/** One delivery of a round: `to` is `channel:ID` or `member:ID` by the platform's ids, `text` what was sent. */
export type Settled = {
  key: string;
  communityId: number;
  kind: DeliveryKind;
  at: Date;
  to: string;
  state: DeliveryState;
  /** Why it was late, is put off, or is not sent, for an organiser to read. */
  reason?: string;
  text?: string;
};

type Round = SendDeps & { random: () => number; lease: Lease; communityOf: (id: number) => Promise<Community> };
type Result = {
  delivery: Delivery;
  settlement: Settlement;
  to: string;
  at: Date;
  text?: string;
  /** What else changes with it, in the same transaction. */
  effects: (query: Query) => Statement[];
};

/** Runs `works`, a few at a time and begun in their order; `onLastBegun` is told when none is left to begin. */
const inParallel = async <R>(works: readonly (() => Promise<R>)[], onLastBegun: () => void): Promise<R[]> => {
  const results: R[] = [];
  const queue = works.entries();
  const worker = async (): Promise<void> => {
    for (const [at, work] of queue) {
      const result = work();
      if (at === works.length - 1) onLastBegun();
      results[at] = await result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, works.length) }, worker));
  return results;
};

const claimFairly = async (round: Round, state: 'pending' | 'retrying', size: number): Promise<Delivery[]> => {
  const { db, platforms, lease, random } = round;
  const names = platforms.map(({ name }) => name);
  const waiting = size > 0 ? await waitingCommunities(db, names, state, lease.now) : [];
  // A random start serves all in turn without remembering whose turn it is, in however many processes.
  const start = waiting.length > COMMUNITIES ? Math.floor(random() * waiting.length) : 0;
  const served = [...waiting.slice(start), ...waiting.slice(0, start)].slice(0, COMMUNITIES);
  return claim(db, state, served, Math.ceil(size / Math.max(1, served.length)), lease);
};

/** The message as things stand now, or why it is not sent any more; `nudged` where it is a nudge, and which. */
const composeNow = async (
  { db, curriculum, lease: { now } }: Round,
  delivery: Delivery,
  { community, schedule, member }: Pick<Prepared, 'community' | 'schedule' | 'member'>,
): Promise<Composed & { nudged?: 1 | 2 | 3 }> => {
  const stopped = scheduleStops(schedule);
  if (!schedule || stopped) return { cancelled: stopped ?? '' };
  if (delivery.memberId === null) {
    return schedule.kind === 'leaderboard'
      ? composeLeaderboard(db, community, delivery.dueAt)
      : composeChannelDigest(curriculum(), schedule, delivery.slot);
  }
  const memberStopped = memberStops(member, delivery, curriculum(), now);
  if (!member || memberStopped) return { cancelled: memberStopped ?? '' };
  if (await hasNothingNew(db, curriculum(), member, delivery.dueAt))
    return { cancelled: 'Every topic of the member’s path is done or set aside, and the last digest said so.' };
  // Planned as a nudge, but active since: then it is a digest like any other.
  const number = delivery.kind === 'nudge' ? nudgeNumber(member, delivery.dueAt) : undefined;
  return number
    ? { message: await composeNudge(db, curriculum(), member, number), nudged: number }
    : { message: await composePersonalDigest(db, curriculum(), member, delivery.dueAt) };
};

const effectsOf =
  (round: Round, delivery: Delivery, outcome: Outcome['type'], nudged: number | undefined, reason: string) =>
  (query: Query): Statement[] => {
    const { db } = round;
    const { memberId, scheduleId } = delivery;
    const now = round.now();
    if ((outcome === 'sent' || outcome === 'removed') && nudged && memberId !== null)
      return [countingNudge(db, query, memberId, nudged)];
    if ((outcome === 'closed' || outcome === 'gone') && memberId !== null)
      return [closingDirectMessages(db, query, memberId, now)];
    if (outcome === 'gone' && scheduleId !== null)
      return pausing(
        db,
        query,
        scheduleId,
        `${reason} Mend that and send /schedule resume, or /schedule remove and set a new one.`,
        now,
      );
    return [];
  };

/** The third nudge says that messages rest from now on: this makes it true, before it is recorded as sent. */
const restIfLast = async ({ db, now }: Round, { memberId }: Delivery, nudged: number | undefined): Promise<void> => {
  if (nudged === 3 && memberId !== null) await pauseMember(db, memberId, now(), UNTIL_RESUMED, SILENCE);
};

type Prepared = {
  platform: Platform;
  target: Target;
  to: string;
  community: Community;
  schedule: Schedule | undefined;
  member: Member | undefined;
};

const prepare = async (round: Round, delivery: Delivery): Promise<Prepared> => {
  const community = await round.communityOf(delivery.communityId);
  const platform = round.platforms.find(({ name }) => name === community.platform);
  if (!platform) throw new Error(`claimed a delivery of ${community.platform}, which is not connected`);
  const member = delivery.memberId === null ? undefined : await memberById(round.db, delivery.memberId);
  const schedule = delivery.scheduleId === null ? undefined : await scheduleById(round.db, delivery.scheduleId);
  const communityId = community.externalId;
  const thread = schedule && threadOf(round.curriculum(), schedule, delivery.slot);
  const target: Target =
    delivery.channelId === null
      ? { communityId, memberId: member?.externalId ?? '' }
      : { communityId, channelId: delivery.channelId, ...(thread !== undefined && { thread }) };
  const to = 'channelId' in target ? `channel:${target.channelId}` : `member:${target.memberId}`;
  return { platform, target, to, community, schedule, member };
};

type Ready = { message: Message; nudged?: 1 | 2 | 3; text: string };

/** What to hand to the platform, or what to record instead. */
const makeReady = async (
  round: Round,
  delivery: Delivery,
  prepared: Prepared,
): Promise<Ready | { instead: Settlement }> => {
  const { log, now, lease } = round;
  const { attempts, key } = delivery;
  if (prepared.community.leftAt) return { instead: { state: 'cancelled', attempts, reason: REMOVED_FROM_COMMUNITY } };
  const late = tooLate(delivery, now());
  if (late) return { instead: { state: 'missed', attempts, reason: late } };
  try {
    const composed = await composeNow(round, delivery, prepared);
    if ('cancelled' in composed) return { instead: { state: 'cancelled', attempts, reason: composed.cancelled } };
    const text = toPlainText(composed.message);
    const hasTime = lease.until.getTime() - now().getTime() >= LEASE_RESERVE_MS;
    return hasTime ? { ...composed, text } : { instead: { state: 'pending', attempts } };
  } catch (error) {
    const incident = randomUUID().slice(0, 8);
    log.error({ err: error, incident, key }, 'a delivery could not be composed');
    const reason = `Milepost could not write this message; the log has the cause under incident ${incident}.`;
    return { instead: { state: 'failed', attempts, reason } };
  }
};

/** Hands a delivery to its platform; `repeats` where an earlier attempt may have arrived. */
const attempt = async (round: Round, delivery: Delivery, prepared: Prepared, repeats = false): Promise<Result> => {
  const { log, now, random } = round;
  const { key } = delivery;
  const { platform, target, to } = prepared;
  const ready = await makeReady(round, delivery, prepared);
  if ('instead' in ready) {
    // "Cancelled" would be no true word for what may have arrived.
    if (repeats) return search(round, delivery, prepared);
    return { delivery, settlement: ready.instead, to, at: now(), effects: () => [] };
  }
  const { message, nudged, text } = ready;
  const outcome = await platform.deliver(target, message, key).catch((error: unknown): Outcome => {
    log.error({ err: error, key }, 'a platform threw while it delivered');
    return { type: 'unclear', reason: 'The connection broke off.' };
  });
  const { repeatsWithinMs } = platform;
  const settlement = afterAttempt(delivery, outcome, now(), random(), { repeatsWithinMs, repeats });
  if (settlement.state === 'sent') await restIfLast(round, delivery, nudged);
  const reason = 'reason' in settlement ? (settlement.reason ?? '') : '';
  if (settlement.state === 'failed') log.warn({ key, reason }, 'a delivery failed');
  if (outcome.type === 'sent' && outcome.note)
    log.warn({ key, reason }, 'a delivery was sent, but not all of it as asked');
  const effects = effectsOf(round, delivery, outcome.type, nudged, reason);
  return { delivery, settlement, to, at: now(), effects, ...(outcome.type === 'sent' && { text }) };
};

/** Asks the platform what became of a delivery whose sender gave no account. */
const search = async (
  round: Round,
  delivery: Delivery,
  { platform, target, to, member }: Prepared,
): Promise<Result> => {
  const { log, now, random } = round;
  const { key, firstSentAt, dueAt } = delivery;
  const found = await platform.find(target, key, firstSentAt ?? dueAt).catch((error: unknown) => {
    log.error({ err: error, key }, 'a platform threw while it looked for a delivery');
    return { type: 'unknown' } as const;
  });
  const settlement = afterSearch(delivery, found, now(), random());
  const isNudge = delivery.kind === 'nudge' && settlement.state === 'sent' && member;
  const nudged = isNudge ? nudgeNumber(member, delivery.dueAt) : undefined;
  await restIfLast(round, delivery, nudged);
  if (settlement.state === 'unconfirmed') log.warn({ key }, 'a delivery could not be confirmed');
  const effects = effectsOf(round, delivery, settlement.state === 'sent' ? 'sent' : 'retry', nudged, '');
  return { delivery, settlement, to, at: now(), effects };
};

/** Takes up a delivery of unknown outcome: repeats it while that posts nothing twice, and looks for it afterwards. */
const takeUp = async (round: Round, delivery: Delivery): Promise<Result> => {
  const prepared = await prepare(round, delivery);
  return mayRepeat(delivery, prepared.platform.repeatsWithinMs, round.now())
    ? attempt(round, delivery, prepared, true)
    : search(round, delivery, prepared);
};

/**
 * Sends one round of what is due, at most a hundred or so, and records each fate in one transaction. Answers what it
 * settled, in the order of their due times; an empty answer says that nothing is due. Never throws for a refusal or a message
 * that cannot be composed. `onLastBegun` is told when the last message is under way, so that the next round can be begun: rounds
 * may overlap, in one process as in several.
 */
export const sendDue = async (deps: SendDeps, onLastBegun: () => void = () => {}): Promise<Settled[]> => {
  const { db, now, workerId, platforms } = deps;
  const startedAt = now();
  const lease: Lease = { workerId, now: startedAt, until: new Date(startedAt.getTime() + LEASE_MS) };
  const communities = new Map<number, Promise<Community | undefined>>();
  const round: Round = {
    ...deps,
    random: deps.random ?? Math.random,
    lease,
    async communityOf(id) {
      if (!communities.has(id)) communities.set(id, communityById(db, id));
      return (await communities.get(id)) as Community;
    },
  };
  const names = platforms.map(({ name }) => name);
  const abandoned = await claimAbandoned(db, names, BATCH, lease);
  const retried = await claimFairly(round, 'retrying', BATCH - abandoned.length);
  const fresh = await claimFairly(round, 'pending', BATCH - abandoned.length - retried.length);
  const works = [
    ...abandoned.map(delivery => () => takeUp(round, delivery)),
    ...[...retried, ...fresh].map(delivery => async () => attempt(round, delivery, await prepare(round, delivery))),
  ];
  const results = await inParallel(works, onLastBegun);
  if (results.length === 0) return [];
  await db.atomically(query =>
    results.flatMap(({ delivery: { key }, settlement, at, effects }) => [
      settling(db, query, { key, workerId, now: at }, settlement),
      ...effects(query),
    ]),
  );
  return results.map(({ delivery: { key, kind, communityId }, settlement, at, to, text }) => ({
    key,
    communityId,
    kind,
    at,
    to,
    state: settlement.state,
    ...('reason' in settlement && settlement.reason !== undefined && { reason: settlement.reason }),
    ...(text !== undefined && { text }),
  }));
};
