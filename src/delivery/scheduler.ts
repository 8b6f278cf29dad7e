// The clockwork: once a minute everything that is due is planned and sent; a late or repeated tick does no harm.
import { randomUUID } from 'node:crypto';
import type { ScheduledTask } from 'node-cron';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { UserError } from '../errors.ts';
import { EXCUSING_OUTAGE_MS } from '../learning/streak.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform.ts';
import type { Db } from '../storage/database.ts';
import { earliestOpen } from '../storage/deliveries.ts';
import { lastTickAt, recordOutage, setLastTick } from '../storage/outages.ts';
import { nextRun, zoneOfTarget } from '../storage/schedules.ts';
import { TOO_LATE, within } from '../within.ts';
import { REPEAT_REST_MS } from './fate.ts';
import { planDue } from './plan.ts';
import { type Settled, sendDue } from './send.ts';

export type { Settled } from './send.ts';

const MINUTE_MS = 60 * 1000;
/** How long somebody who asked for a post is kept waiting for all that is due. */
const PATIENCE_MS = MINUTE_MS;
/** Ticks are remembered only so often: an outage is counted in days, and each write costs the disk a wait. */
const REMEMBER_EVERY_MS = 5 * MINUTE_MS;
/** Just after what is unclear may be repeated: by the next minute the time for it may be over. */
const WAKE_MS = REPEAT_REST_MS + 100;
/** Where a platform's limit put messages off, each to a time of its own, some of them are due long before the next minute. */
const PUT_OFF_MS = 5_000;

export type SchedulerDeps = {
  db: Db;
  /** Asked at each message, so that content can be replaced while the scheduler runs. */
  curriculum: () => Curriculum;
  platforms: readonly Platform[];
  clock: () => Date;
  log: Log;
  /** In [0, 1); for tests. */
  random?: () => number;
};

export type Scheduler = {
  /** Ticks once a minute from now on; an absence of more than a day is recorded as an outage first. */
  start(): Promise<void>;
  /** Begins nothing new and resolves when nothing is under way. */
  stop(): Promise<void>;
  /** Plans and sends all that is due and answers what was settled, in order. A second call waits for the first. */
  tick(): Promise<Settled[]>;
  /**
   * Ticks, and answers what was settled of one community. After a minute it answers what is known by then, and `underWay` says that
   * the tick goes on.
   */
  deliverFor(communityId: number): Promise<{ settled: Settled[]; underWay: boolean }>;
  /** The next moment at which something is due, its kind (`digest`, `nudge`, `leaderboard`), and the zone of its members. */
  nextDue(): Promise<{ at: Date; what: string; zone?: string } | undefined>;
};

export const createScheduler = ({ db, curriculum, platforms, clock, log, random }: SchedulerDeps): Scheduler => {
  const workerId = randomUUID();
  const send = { db, curriculum, platforms, now: clock, workerId, log, ...(random && { random }) };
  let running: Promise<unknown> = Promise.resolve();
  const canRepeat = platforms.some(({ repeatsWithinMs }) => repeatsWithinMs !== undefined);
  let task: ScheduledTask | undefined;
  let wake: NodeJS.Timeout | undefined;
  let stopping = false;
  let remembered: Date | undefined;

  const remember = async (now: Date): Promise<void> => {
    if (remembered && Math.abs(now.getTime() - remembered.getTime()) < REMEMBER_EVERY_MS) return;
    await setLastTick(db, now);
    remembered = now;
  };

  const plan = async (now: Date): Promise<void> => {
    // What was planned before is sent all the same.
    await planDue(db, now).catch(error => log.error({ err: error }, 'not everything could be planned'));
  };

  /** Begins a round: answers whether it found anything once the last of its messages is under way, and what was settled in the end. */
  const beginRound = (): { isEmpty: Promise<boolean>; settled: Promise<Settled[]> } => {
    const lastBegun = Promise.withResolvers<false>();
    const settled = sendDue(send, () => lastBegun.resolve(false));
    return { isEmpty: Promise.race([lastBegun.promise, settled.then(({ length }) => length === 0)]), settled };
  };

  /** Sends round after round until nothing is due. The next begins while the last messages of one are under way, so that none waits. */
  const sendRounds = async (onSettled: (round: Settled[]) => void, afterEach: () => Promise<void>): Promise<void> => {
    let before: Promise<void> | undefined;
    let latest: Promise<Settled[]> | undefined;
    try {
      while (!stopping) {
        const { isEmpty, settled } = beginRound();
        latest = settled;
        const found = !(await isEmpty);
        await before;
        // What the round before gave back may be due again.
        if (!found && !before) break;
        before = found ? settled.then(onSettled) : undefined;
        // Awaited a round later.
        before?.catch(() => {});
        await afterEach();
      }
      await before;
    } finally {
      await Promise.allSettled([before, latest]);
    }
  };

  /** `onSettled` takes each round as it comes: a million messages are not kept. */
  const runDue = async (onSettled: (round: Settled[]) => void): Promise<void> => {
    let plannedAt = clock();
    let isUnclear = false;
    let isPutOff = false;
    await plan(plannedAt);
    const onRound = (round: Settled[]): void => {
      onSettled(round);
      isUnclear ||= round.some(({ state }) => state === 'sending');
      isPutOff ||= round.some(({ state }) => state === 'retrying');
    };
    await sendRounds(onRound, async () => {
      // Sending may take hours: what falls due in the meantime is planned all the same.
      const now = clock();
      if (now.getTime() - plannedAt.getTime() < MINUTE_MS) return;
      await plan(now);
      plannedAt = now;
    });
    await remember(clock());
    if (!task || !(isPutOff || (isUnclear && canRepeat))) return;
    clearTimeout(wake);
    wake = setTimeout(onTick, isUnclear && canRepeat ? WAKE_MS : PUT_OFF_MS).unref();
  };

  const inTurn = (onSettled: (round: Settled[]) => void): Promise<void> => {
    const turn = running.then(() => (stopping ? undefined : runDue(onSettled)));
    running = turn.catch(() => {});
    return turn;
  };

  const onTick = (): Promise<void> =>
    inTurn(() => {}).catch(error => log.error({ err: error }, 'a tick failed; the next one tries again'));

  return {
    async start() {
      stopping = false;
      const now = clock();
      const last = await lastTickAt(db);
      if (last && now.getTime() - last.getTime() > EXCUSING_OUTAGE_MS) {
        await recordOutage(db, last, now);
        log.warn({ from: last, until: now }, 'Milepost was not running');
      }
      await remember(now);
      const { schedule } = await import('node-cron');
      // A tick that comes late or not at all is made up for by the next: nothing hangs on its moment.
      task = schedule('* * * * *', onTick, { name: 'tick', noOverlap: true, suppressMissedWarning: true });
      void onTick();
    },
    async stop() {
      stopping = true;
      clearTimeout(wake);
      await task?.destroy();
      task = undefined;
      await running;
    },
    async tick() {
      const settled: Settled[] = [];
      await inTurn(round => settled.push(...round));
      return settled;
    },
    async deliverFor(communityId) {
      const settled: Settled[] = [];
      const done = inTurn(round => settled.push(...round.filter(one => one.communityId === communityId)));
      const underWay = (await within(done, PATIENCE_MS)) === TOO_LATE;
      // Nobody waits for it any more, so the log is told.
      if (underWay) done.catch(error => log.error({ err: error }, 'a tick failed; the next one tries again'));
      return { settled: [...settled], underWay };
    },
    async nextDue() {
      const run = await nextRun(db);
      const open = await earliestOpen(
        db,
        platforms.map(({ name }) => name),
      );
      if (open && (!run || open.at <= run.nextRunAt)) return { at: open.at, what: open.delivery.kind };
      const zone = run && zoneOfTarget(run.target);
      return run && { at: run.nextRunAt, what: run.schedule.kind, ...(zone !== undefined && { zone }) };
    },
  };
};

/**
 * Lives through the time between `from` and `to`: sets the clock to each moment at which something is due, ticks, and ends with
 * the clock at `to`. Answers everything that was settled, in order. Throws a UserError, with the clock where it came to, after
 * `maxSteps` moments.
 */
export const advance = async (
  scheduler: Pick<Scheduler, 'tick' | 'nextDue'>,
  from: Date,
  to: Date,
  setClock: (at: Date) => void | Promise<void>,
  maxSteps = 5000,
): Promise<Settled[]> => {
  const settled: Settled[] = [];
  let at = from;
  for (let step = 0; step < maxSteps; step += 1) {
    const next = await scheduler.nextDue();
    if (!next || next.at > to) {
      if (to > at) await setClock(to);
      return settled;
    }
    if (next.at > at) at = next.at;
    await setClock(at);
    settled.push(...(await scheduler.tick()));
  }
  throw new UserError(
    'far_away',
    `The clock stopped at ${at.toISOString()} after ${maxSteps} steps, before it came to ${to.toISOString()}. Move it again to go on.`,
  );
};
