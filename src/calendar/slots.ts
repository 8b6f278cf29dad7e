// When a schedule falls due: five cron fields read as wall time in a zone, and the moment each wall time stands for.
import { Cron } from 'croner';
import { Temporal } from 'temporal-polyfill';
import { UserError } from '../errors.ts';
import { didYouMean, quote } from '../nearest.ts';
import { inZone, startOfWeek, toDate, weekKey } from './dates.ts';

/** One time a schedule falls due: `slot` is the local wall time, `2026-11-23T09:00`, `at` the moment it stands for. */
export type Slot = { slot: string; at: Date };

const HOUR_MS = 60 * 60 * 1000;
/** Clocks never sprang further than this: Samoa left out a whole day in 2011. */
const LARGEST_GAP_MS = 24 * HOUR_MS;
const EXAMPLE = 'For example, “0 9 * * 1” is every Monday at 09:00 (minute, hour, day of month, month, weekday).';

/** Wall time is handed to croner as if it were UTC: its own zone arithmetic leaves out the hour that spring skips. */
const wallClock = (cron: string): Cron => new Cron(cron, { timezone: 'UTC', mode: '5-part', paused: true });

const slotOf = (wall: Date): string => wall.toISOString().slice(0, 16);

const wallOf = (instant: Date, zone: string): Date =>
  new Date(`${inZone(instant, zone).toPlainDateTime().toString({ smallestUnit: 'second' })}Z`);

/** The wall time of `instant` in `zone`, to the minute. */
export const slotAt = (instant: Date, zone: string): string => slotOf(wallOf(instant, zone));

/**
 * The moment that the wall time `slot` stands for in `zone`. A time that spring skips is later by what was skipped (02:30
 * is 03:30); of a time that comes twice in autumn it is the first.
 */
export const momentOf = (slot: string, zone: string): Date =>
  toDate(Temporal.PlainDateTime.from(slot).toZonedDateTime(zone, { disambiguation: 'compatible' }));

const toSlot = (wall: Date, zone: string): Slot => ({ slot: slotOf(wall), at: momentOf(slotOf(wall), zone) });

/**
 * The first slot of `cron` in `zone` whose moment lies after `after`. Where spring puts two slots on one moment, the
 * earlier wall time stands for both. `cron` must have passed `parseCron`.
 */
export const nextSlot = (cron: string, zone: string, after: Date): Slot => {
  const clock = wallClock(cron);
  const wallAfter = wallOf(after, zone).getTime();
  const dayBefore = wallOf(new Date(after.getTime() - LARGEST_GAP_MS), zone).getTime();
  // Only where clocks changed within the day can a wall time that has passed stand for a moment that has not.
  const clocksChanged = wallAfter - dayBefore !== LARGEST_GAP_MS;
  let wall = clock.nextRun(new Date(clocksChanged ? wallAfter - LARGEST_GAP_MS : wallAfter - 1000));
  let found: Slot | undefined;
  // A wall time that spring skipped may stand for a later moment than the wall time after it.
  while (wall && (!found || wall <= wallOf(found.at, zone))) {
    const candidate = toSlot(wall, zone);
    if (candidate.at > after && (!found || candidate.at < found.at)) found = candidate;
    wall = clock.nextRun(wall);
  }
  if (!found) throw new Error(`the cron expression "${cron}" never comes after ${after.toISOString()}`);
  return found;
};

/** The newest `limit` slots with `from` <= moment <= `until`, oldest first, each moment once. */
export const slotsBetween = (cron: string, zone: string, from: Date, until: Date, limit: number): Slot[] => {
  const clock = wallClock(cron);
  const earliest = new Date(wallOf(from, zone).getTime() - LARGEST_GAP_MS);
  const byMoment = new Map<number, Slot>();
  let wall: Date | undefined = new Date(wallOf(until, zone).getTime() + 1000);
  // Around a change of clocks a few wall times more are looked at than `limit`, as some share a moment.
  while (byMoment.size < limit + LARGEST_GAP_MS / HOUR_MS) {
    [wall] = clock.previousRuns(1, wall);
    if (!wall || wall < earliest) break;
    const { slot, at } = toSlot(wall, zone);
    if (at >= from && at <= until) byMoment.set(at.getTime(), { slot, at });
  }
  return [...byMoment.values()].sort((a, b) => a.at.getTime() - b.at.getTime()).slice(-limit);
};

const refuseCron = (text: string, why: string): never => {
  throw new UserError('cron', `${quote(text)} is no schedule that Milepost can keep: ${why}. ${EXAMPLE}`);
};

/**
 * `text` as five cron fields with single spaces. Throws a UserError that says what is wrong where it is no cron expression,
 * never comes, or comes more often than once an hour.
 */
export const parseCron = (text: string): string => {
  const fields = text.trim().toUpperCase().split(/\s+/);
  const count = fields[0] === '' ? 0 : fields.length;
  if (count !== 5) refuseCron(text, `it has ${count} ${count === 1 ? 'field' : 'fields'}, not five`);
  const cron = fields.join(' ');
  let clock: Cron;
  try {
    clock = wallClock(cron);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return refuseCron(text, why.replace(/[.\s]+$/, ''));
  }
  const first = clock.nextRun(new Date('2024-01-01T00:00:00Z'));
  const second = first && clock.nextRun(first);
  if (!first || !second) return refuseCron(text, 'that day never comes');
  // Two minutes of one hour are less than an hour apart: of three times in a row, two are in one hour then.
  const third = clock.nextRun(second);
  const shortest = Math.min(second.getTime() - first.getTime(), third ? third.getTime() - second.getTime() : HOUR_MS);
  if (shortest < HOUR_MS)
    return refuseCron(text, 'it comes more often than once an hour; give one minute only, such as 0');
  return cron;
};

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/**
 * The cron expression for a weekday (`monday`, `Mon`) and a time (`09:00`, `9:30`, `18`). Throws a UserError for any other
 * weekday or time.
 */
export const cronOf = ({ weekday, time }: { weekday: string; time: string }): string => {
  const typed = weekday.trim().toLowerCase();
  const day = typed.length < 2 ? -1 : WEEKDAYS.findIndex(name => name.toLowerCase().startsWith(typed));
  if (day < 0)
    throw new UserError(
      'weekday',
      `${quote(weekday)} is no weekday.${didYouMean(weekday, WEEKDAYS)} Write it in English, such as monday or mon.`,
    );
  const [, hour, minute = '0'] = /^(\d{1,2})(?::(\d{2}))?$/.exec(time.trim()) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59)
    throw new UserError('time', `${quote(time)} is no time of day. Write it on a 24-hour clock, such as 09:00.`);
  return `${Number(minute)} ${Number(hour)} * * ${day}`;
};

/** `every Monday at 09:00` for the simple weekly form, `every day at 09:00` for the daily one, else the expression. */
export const describeCron = (cron: string): string => {
  const [, minute, hour, weekday = ''] = /^(\d{1,2}) (\d{1,2}) \* \* (\*|[0-7]|[A-Z]{3})$/.exec(cron) ?? [];
  if (minute === undefined || hour === undefined) return `cron ${cron}`;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (weekday === '*') return `every day at ${time}`;
  const day = /\d/.test(weekday)
    ? WEEKDAYS[Number(weekday) % 7]
    : WEEKDAYS.find(name => name.toUpperCase().startsWith(weekday));
  return day ? `every ${day} at ${time}` : `cron ${cron}`;
};

/**
 * Whole ISO weeks from the week that holds the local date `startsOn` to that of `slot`: 0 in the first week, below 0 before
 * it.
 */
export const weekIndex = (startsOn: string, slot: string): number => {
  const monday = (text: string): Temporal.PlainDate =>
    startOfWeek(Temporal.PlainDate.from(text.slice(0, 10)).toZonedDateTime('UTC')).toPlainDate();
  return monday(startsOn).until(monday(slot), { largestUnit: 'days' }).days / 7;
};

/** Any Monday: the weeks of those who want every second message are counted from it, whatever schedule they come by. */
const FORTNIGHTS_FROM = '2024-01-08';

/** Whether the local time `slot` lies in a week of those who want every second. */
export const isFortnight = (slot: string): boolean => weekIndex(FORTNIGHTS_FROM, slot) % 2 === 0;

/** The ISO week that the local time `slot` lies in, as `2026-W48`. */
export const weekOfSlot = (slot: string): string => weekKey(Temporal.PlainDate.from(slot.slice(0, 10)));
