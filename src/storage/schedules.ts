// Schedules of a community, and when each runs next for its channel and for each zone its members live in.

import { momentOf, nextSlot, type Slot } from '../calendar/slots.ts';
import type { TrackId } from '../curriculum/curriculum.ts';
import type { Db, Query, Statement } from './database.ts';
import { and, asc, eq, isNull, lte, sql } from './drizzle.ts';
import { zonesOfMembers } from './members.ts';

export type ScheduleKind = 'digest' | 'leaderboard';
export type Schedule = {
  id: number;
  communityId: number;
  kind: ScheduleKind;
  /** The platform's channel id; null where it goes to direct messages only. */
  channelId: string | null;
  /** Whether members get their personal digest at the same local time; never for a leaderboard. */
  direct: boolean;
  /** As `parseCron` or `cronOf` answered it; read as wall time in `zone`, or in each member's own for direct messages. */
  cron: string;
  zone: string;
  tracks: TrackId[];
  topicsPerWeek: number;
  /** Whether a discussion thread is opened under each of its channel posts. */
  thread: boolean;
  /** Local date, `2026-11-23`: the week that holds it is week 1, and nothing is sent before it. */
  startsOn: string;
  pausedAt: Date | null;
  pausedReason: string | null;
  removedAt: Date | null;
  createdBy: string;
  createdAt: Date;
};
export type NewSchedule = Omit<Schedule, 'id' | 'thread' | 'pausedAt' | 'pausedReason' | 'removedAt' | 'createdAt'> & {
  /** Unless told, no thread. */
  thread?: boolean;
};

/** Where one run of a schedule goes: its channel, or the direct messages of the members in a zone. */
export type RunTarget = 'channel' | `zone:${string}`;
export type ScheduleRun = { schedule: Schedule; target: RunTarget; nextSlot: string; nextRunAt: Date };

/** The zone of a `zone:…` target; undefined for the channel's. */
export const zoneOfTarget = (target: RunTarget): string | undefined =>
  target === 'channel' ? undefined : target.slice('zone:'.length);

type Timing = Pick<Schedule, 'kind' | 'channelId' | 'direct' | 'cron' | 'zone' | 'startsOn'>;

/** The first slot after `now` in `zone`, and not before the day the schedule starts on. */
const firstSlot = ({ cron, startsOn }: Timing, zone: string, now: Date): Slot => {
  const justBeforeStart = momentOf(`${startsOn}T00:00`, zone).getTime() - 1;
  return nextSlot(cron, zone, new Date(Math.max(now.getTime(), justBeforeStart)));
};

type NewRun = { target: RunTarget } & Slot;
const runsOf = (timing: Timing, memberZones: readonly string[], now: Date): NewRun[] => [
  ...(timing.channelId === null ? [] : [{ target: 'channel' as const, ...firstSlot(timing, timing.zone, now) }]),
  ...(timing.kind === 'digest' && timing.direct
    ? [...new Set([timing.zone, ...memberZones])].map(zone => ({
        target: `zone:${zone}` as const,
        ...firstSlot(timing, zone, now),
      }))
    : []),
];

const insertRuns = (db: Db, query: Query, scheduleId: number | ReturnType<typeof sql>, runs: NewRun[]): Statement[] =>
  runs.length === 0
    ? []
    : [
        query
          .insert(db.tables.scheduleRuns)
          .values(runs.map(({ target, slot, at }) => ({ scheduleId, target, nextSlot: slot, nextRunAt: at })))
          .onConflictDoNothing(),
      ];

/** Makes a schedule with its first runs, all after `now`. `cron` and `zone` must have been checked. */
export const createSchedule = async (db: Db, schedule: NewSchedule, now: Date): Promise<Schedule> => {
  const { schedules } = db.tables;
  const runs = runsOf(schedule, await zonesOfMembers(db, schedule.communityId), now);
  const madeHere = and(
    eq(schedules.communityId, schedule.communityId),
    eq(schedules.createdBy, schedule.createdBy),
    eq(schedules.createdAt, now),
  );
  const [[made]] = await db.atomically(query => [
    query
      .insert(schedules)
      .values({ ...schedule, createdAt: now })
      .returning(),
    ...insertRuns(db, query, sql`(select max(${schedules.id}) from ${schedules} where ${madeHere})`, runs),
  ]);
  return made as Schedule;
};

/** The schedules of a community that were not removed, paused ones included, oldest first. */
export const schedulesOf = async (db: Db, communityId: number): Promise<Schedule[]> => {
  const { schedules } = db.tables;
  const rows = await db.query
    .select()
    .from(schedules)
    .where(and(eq(schedules.communityId, communityId), isNull(schedules.removedAt)))
    .orderBy(asc(schedules.id));
  return rows as Schedule[];
};

/** The schedule with this id, removed ones included, or undefined. */
export const scheduleById = async (db: Db, id: number): Promise<Schedule | undefined> => {
  const [row] = await db
    .prepared('schedule', (query, name) =>
      query
        .select()
        .from(db.tables.schedules)
        .where(eq(db.tables.schedules.id, sql.placeholder('id')))
        .prepare(name),
    )
    .execute({ id });
  return row as Schedule | undefined;
};

/** Statements that give a schedule its runs after `now`; a run that it has already stays. */
export const startingRuns = (
  db: Db,
  query: Query,
  schedule: Schedule,
  memberZones: readonly string[],
  now: Date,
): Statement[] => insertRuns(db, query, schedule.id, runsOf(schedule, memberZones, now));

const endRuns = (db: Db, query: Query, id: number): Statement =>
  query.delete(db.tables.scheduleRuns).where(eq(db.tables.scheduleRuns.scheduleId, id));

/** Statements that pause a schedule until someone resumes it; one that is paused already keeps its reason. */
export const pausing = (db: Db, query: Query, id: number, reason: string, now: Date): Statement[] => {
  const { schedules } = db.tables;
  return [
    query
      .update(schedules)
      .set({ pausedAt: now, pausedReason: reason })
      .where(and(eq(schedules.id, id), isNull(schedules.pausedAt), isNull(schedules.removedAt))),
    endRuns(db, query, id),
  ];
};

/** Pauses a schedule: nothing of it is planned or sent until it is resumed. `reason` is for an organiser to read. */
export const pauseSchedule = async (db: Db, id: number, reason: string, now: Date): Promise<void> => {
  await db.atomically(query => pausing(db, query, id, reason, now));
};

/** Resumes a paused schedule from its next slot after `now`: what fell into the pause is not sent later. */
export const resumeSchedule = async (db: Db, id: number, now: Date): Promise<void> => {
  const schedule = await scheduleById(db, id);
  if (!schedule?.pausedAt || schedule.removedAt) return;
  const memberZones = await zonesOfMembers(db, schedule.communityId);
  const { schedules } = db.tables;
  await db.atomically(query => [
    query
      .update(schedules)
      .set({ pausedAt: null, pausedReason: null })
      .where(and(eq(schedules.id, id), isNull(schedules.removedAt))),
    ...startingRuns(db, query, schedule, memberZones, now),
  ]);
};

/** Ends a schedule for good; its row stays, for what it sent refers to it. */
export const removeSchedule = async (db: Db, id: number, now: Date): Promise<void> => {
  const { schedules } = db.tables;
  await db.atomically(query => [
    query
      .update(schedules)
      .set({ removedAt: now })
      .where(and(eq(schedules.id, id), isNull(schedules.removedAt))),
    endRuns(db, query, id),
  ]);
};

/**
 * Makes sure that members of `zone` get the personal digests of their community. Call it when a member picks a track or
 * changes their zone; costs one small read where nothing is missing.
 */
export const ensureZoneRuns = async (db: Db, communityId: number, zone: string, now: Date): Promise<void> => {
  const { schedules, scheduleRuns } = db.tables;
  const target: RunTarget = `zone:${zone}`;
  const missing = await db
    .prepared('zone runs missing', (query, name) =>
      query
        .select()
        .from(schedules)
        .where(
          and(
            eq(schedules.communityId, sql.placeholder('communityId')),
            eq(schedules.kind, 'digest'),
            eq(schedules.direct, true),
            isNull(schedules.pausedAt),
            isNull(schedules.removedAt),
            sql`not exists (select 1 from ${scheduleRuns} where ${scheduleRuns.scheduleId} = ${schedules.id} and ${scheduleRuns.target} = ${sql.placeholder('target')})`,
          ),
        )
        .prepare(name),
    )
    .execute({ communityId, target });
  if (missing.length === 0) return;
  await db.atomically(query =>
    (missing as Schedule[]).flatMap(schedule =>
      insertRuns(db, query, schedule.id, [{ target, ...firstSlot(schedule, zone, now) }]),
    ),
  );
};

const liveRuns = (db: Db) => {
  const { communities, schedules, scheduleRuns } = db.tables;
  return db.query
    .select({
      schedule: schedules,
      target: scheduleRuns.target,
      nextSlot: scheduleRuns.nextSlot,
      nextRunAt: scheduleRuns.nextRunAt,
    })
    .from(scheduleRuns)
    .innerJoin(schedules, and(eq(schedules.id, scheduleRuns.scheduleId), isNull(schedules.removedAt)))
    .innerJoin(communities, and(eq(communities.id, schedules.communityId), isNull(communities.leftAt)));
};

/** Every run with `next_run_at` <= `now` of a schedule that is neither paused nor removed nor of a parked community, oldest first. */
export const dueRuns = async (db: Db, now: Date): Promise<ScheduleRun[]> => {
  const { schedules, scheduleRuns } = db.tables;
  const rows = await liveRuns(db)
    .where(and(lte(scheduleRuns.nextRunAt, now), isNull(schedules.pausedAt)))
    .orderBy(asc(scheduleRuns.nextRunAt), asc(scheduleRuns.scheduleId), asc(scheduleRuns.target));
  return rows as unknown as ScheduleRun[];
};

/** The run that comes next of all schedules that are live, or undefined. */
export const nextRun = async (db: Db): Promise<ScheduleRun | undefined> => {
  const { schedules, scheduleRuns } = db.tables;
  const [row] = await liveRuns(db)
    .where(isNull(schedules.pausedAt))
    .orderBy(asc(scheduleRuns.nextRunAt), asc(scheduleRuns.scheduleId), asc(scheduleRuns.target))
    .limit(1);
  return row as unknown as ScheduleRun | undefined;
};

/** The runs of one schedule, next first: its channel and each zone. */
export const runsOfSchedule = async (
  db: Db,
  scheduleId: number,
): Promise<{ target: RunTarget; nextSlot: string; nextRunAt: Date }[]> => {
  const { scheduleRuns } = db.tables;
  const rows = await db.query
    .select({ target: scheduleRuns.target, nextSlot: scheduleRuns.nextSlot, nextRunAt: scheduleRuns.nextRunAt })
    .from(scheduleRuns)
    .where(eq(scheduleRuns.scheduleId, scheduleId))
    .orderBy(asc(scheduleRuns.nextRunAt), asc(scheduleRuns.target));
  return rows as { target: RunTarget; nextSlot: string; nextRunAt: Date }[];
};

/** Moves a run to `next`, unless another process moved it from this slot already. */
export const movingRun = (db: Db, query: Query, run: ScheduleRun, next: Slot): Statement => {
  const { scheduleRuns } = db.tables;
  return query
    .update(scheduleRuns)
    .set({ nextSlot: next.slot, nextRunAt: next.at })
    .where(
      and(
        eq(scheduleRuns.scheduleId, run.schedule.id),
        eq(scheduleRuns.target, run.target),
        eq(scheduleRuns.nextSlot, run.nextSlot),
      ),
    );
};
