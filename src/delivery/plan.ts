// Who is due what: turns every schedule run that has come into rows of the outbox, harmless when done twice.
import { setImmediate } from 'node:timers/promises';
import { formatMoment } from '../calendar/dates.ts';
import { isFortnight, nextSlot, type Slot, slotAt, slotsBetween, weekOfSlot } from '../calendar/slots.ts';
import type { Db, Query, Statement } from '../storage/database.ts';
import {
  endOfChunk,
  inserting,
  insertingPersonal,
  type NewDelivery,
  type PersonalPlan,
} from '../storage/deliveries.ts';
import { zonesOfMembers } from '../storage/members.ts';
import {
  dueRuns,
  movingRun,
  type Schedule,
  type ScheduleKind,
  type ScheduleRun,
  zoneOfTarget,
} from '../storage/schedules.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How late a message may still go out. A leaderboard is news of the day and stands beside the next one soon; a digest is the
 * work of a week, welcome two days later, and pointless when half the week is over.
 */
export const GRACE_MS: Record<ScheduleKind, number> = { leaderboard: 6 * HOUR_MS, digest: 48 * HOUR_MS };

/** Days of silence after which the first, second and third nudge are due. */
export const NUDGE_AFTER_DAYS = [7, 21, 42] as const;

/** A transaction of this many members takes some 50 ms on SQLite, in which nothing else of the process runs. */
const CHUNK_MEMBERS = 10_000;
/** Runs a transaction. */
const CHUNK_RUNS = 50;
/** More missed slots than this of one run are not worth a row each. */
const MISSED_ROWS = 60;

const silentSince = (dueAt: Date): PersonalPlan['silentSince'] => {
  const [first, second, third] = NUDGE_AFTER_DAYS;
  const before = (days: number): Date => new Date(dueAt.getTime() - days * DAY_MS);
  return [before(first), before(second), before(third)];
};

/** Which nudge a member has earned at `dueAt` by being silent, outside of a pause, or undefined: then it is a digest. */
export const nudgeNumber = (
  member: { nudges: number; lastActiveAt: Date; pausedUntil: Date | null },
  dueAt: Date,
): 1 | 2 | 3 | undefined => {
  const number = member.nudges + 1;
  if (number !== 1 && number !== 2 && number !== 3) return undefined;
  const since = silentSince(dueAt)[number - 1];
  const isSilent = since && member.lastActiveAt < since && (!member.pausedUntil || member.pausedUntil < since);
  return isSilent ? number : undefined;
};

/** The delivery key of a schedule's channel post. */
export const channelKey = (schedule: Pick<Schedule, 'id' | 'kind'>, slot: string): string =>
  `${schedule.kind}:${schedule.id}:channel:${slot}`;

const channelDelivery = ({ id, kind, communityId, channelId }: Schedule, { slot, at }: Slot): NewDelivery => ({
  key: channelKey({ id, kind }, slot),
  kind,
  communityId,
  scheduleId: id,
  channelId,
  slot,
  dueAt: at,
  state: 'pending',
});

const missedDelivery = ({ schedule, target }: ScheduleRun, { slot, at }: Slot, now: Date): NewDelivery => {
  const zone = zoneOfTarget(target);
  const hours = GRACE_MS[schedule.kind] / HOUR_MS;
  return {
    ...channelDelivery(schedule, { slot, at }),
    ...(zone !== undefined && { key: `personal:${schedule.id}:${zone}:${slot}`, channelId: null }),
    state: 'missed',
    settledAt: now,
    reason: `Milepost was not running at ${formatMoment(at, zone ?? schedule.zone)}${zone === undefined ? '' : ` in ${zone}`}. Only the newest post goes out later, and at most ${hours} h later.`,
  };
};

/** Inserts the direct messages of one slot for all members of a zone, a chunk of members a transaction. */
const planZone = async (db: Db, schedule: Schedule, zone: string, { slot, at }: Slot): Promise<void> => {
  const plan: PersonalPlan = {
    communityId: schedule.communityId,
    scheduleId: schedule.id,
    zone,
    slot,
    week: weekOfSlot(slot),
    dueAt: at,
    fortnight: isFortnight(slot),
    silentSince: silentSince(at),
  };
  for (let afterId = 0; ; ) {
    const lastId = await endOfChunk(db, plan, afterId, CHUNK_MEMBERS);
    if (lastId === undefined) return;
    const chunk = { afterId, lastId };
    await db.atomically(query => [insertingPersonal(db, query, plan, chunk)]);
    afterId = lastId;
    await setImmediate();
  }
};

type Planned = {
  /** What is due to the members of a zone, before the rest. */
  personal: (() => Promise<void>) | undefined;
  statements: (query: Query) => Statement[];
};

const planned = (db: Db, run: ScheduleRun, now: Date): Planned => {
  const { schedule, target } = run;
  const zone = zoneOfTarget(target) ?? schedule.zone;
  const slots = slotsBetween(schedule.cron, zone, run.nextRunAt, now, MISSED_ROWS + 1);
  const newest = slots.at(-1);
  const due = newest && now.getTime() - newest.at.getTime() <= GRACE_MS[schedule.kind] ? newest : undefined;
  const missed = slots.filter(slot => slot !== due).slice(-MISSED_ROWS);
  const next = nextSlot(schedule.cron, zone, now);
  return {
    personal: due && target !== 'channel' ? () => planZone(db, schedule, zone, due) : undefined,
    statements: query => [
      ...inserting(db, query, [
        ...missed.map(slot => missedDelivery(run, slot, now)),
        ...(due && target === 'channel' ? [channelDelivery(schedule, due)] : []),
      ]),
      // Last: a run that was not moved is planned again from the start, and finds its rows.
      movingRun(db, query, run, next),
    ],
  };
};

/** Several runs at the cost of one wait for the disk; all of them or none. */
const planTogether = async (db: Db, runs: readonly ScheduleRun[], now: Date): Promise<void> => {
  const all = runs.map(run => planned(db, run, now));
  for (const { personal } of all) await personal?.();
  await db.atomically(query => all.flatMap(({ statements }) => statements(query)));
};

/**
 * Plans every run that is due at `now` and moves it to its next slot; of several missed slots the newest inside its grace
 * period goes out, the others are recorded as `missed`. Any number of processes may do this at once. Answers how many runs
 * were due. A run that cannot be planned holds up no other: what was wrong is thrown at the end, as one AggregateError.
 */
export const planDue = async (db: Db, now: Date): Promise<number> => {
  const runs = await dueRuns(db, now);
  const problems: unknown[] = [];
  for (let at = 0; at < runs.length; at += CHUNK_RUNS) {
    const chunk = runs.slice(at, at + CHUNK_RUNS);
    try {
      await planTogether(db, chunk, now);
    } catch {
      for (const run of chunk) await planTogether(db, [run], now).catch(error => problems.push(error));
    }
    await setImmediate();
  }
  if (problems.length > 0)
    throw new AggregateError(problems, `${problems.length} of ${runs.length} runs could not be planned`);
  return runs.length;
};

/**
 * Puts one extra post of a schedule into the outbox, due at once, for its channel and its members; its next run stays as it is. Within
 * the same minute it happens once.
 */
export const planNow = async (db: Db, schedule: Schedule, now: Date): Promise<void> => {
  if (schedule.channelId !== null) {
    const post = channelDelivery(schedule, { slot: slotAt(now, schedule.zone), at: now });
    await db.atomically(query => inserting(db, query, [post]));
  }
  if (schedule.kind !== 'digest' || !schedule.direct) return;
  for (const zone of await zonesOfMembers(db, schedule.communityId))
    await planZone(db, schedule, zone, { slot: slotAt(now, zone), at: now });
};
