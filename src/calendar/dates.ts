// Dates as people mean them: ISO weeks, months and days in an IANA zone, and how they are written.
import { Temporal } from 'temporal-polyfill';

/** `instant` on the clock of `zone`. Throws a RangeError for an unknown zone. */
export const inZone = (instant: Date, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);

/** The moment of a zoned date-time. */
export const toDate = (when: Temporal.ZonedDateTime): Date => new Date(when.epochMilliseconds);

/** Midnight on the Monday of the ISO week that holds `when`. */
export const startOfWeek = (when: Temporal.ZonedDateTime): Temporal.ZonedDateTime =>
  when.startOfDay().subtract({ days: when.dayOfWeek - 1 });

/** The ISO week of a day, as `2026-W48`. */
export const weekKey = (date: Temporal.PlainDate | Temporal.ZonedDateTime): string =>
  `${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}`;

/** The ISO week of `instant` in `zone`, as `2026-W47`. */
export const weekOf = (instant: Date, zone: string): string => weekKey(inZone(instant, zone));

/** The month of `instant` in `zone`, as `2026-11`. */
export const monthOf = (instant: Date, zone: string): string =>
  inZone(instant, zone).toPlainDate().toString().slice(0, 7);

/** ISO weeks back from that of `instant`, newest first, each with its first and last moment (end exclusive). Endless. */
export function* weeksBack(instant: Date, zone: string): Generator<{ week: string; from: Date; until: Date }> {
  const current = startOfWeek(inZone(instant, zone));
  for (let back = 0; ; back += 1) {
    const from = current.subtract({ weeks: back });
    yield { week: weekKey(from), from: toDate(from), until: toDate(from.add({ weeks: 1 })) };
  }
}

/** `Mon 23 Nov, 09:00` on the clock of `zone`. */
export const formatMoment = (instant: Date, zone: string): string => {
  const when = inZone(instant, zone);
  return `${formatDay(when.toPlainDate())}, ${when.toPlainTime().toString({ smallestUnit: 'minute' })}`;
};

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Mon 23 Nov`. */
export const formatDay = (date: Temporal.PlainDate): string =>
  `${WEEKDAYS[date.dayOfWeek - 1]} ${date.day} ${MONTHS[date.month - 1]}`;

/** A Markdown link that every renderer shows in the reader's own zone; its text is the time in `zone`, and names that zone where asked. */
export const timeLink = (instant: Date, zone: string, namesZone = false): string =>
  `[${formatMoment(instant, zone)}${namesZone ? ` (${zone})` : ''}](time:${instant.toISOString().slice(0, 16)}Z)`;

/** Whether `zone` is an IANA zone that this Node knows, old spellings and UTC included. */
export const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone.length > 0 && !/^[+-]/.test(zone);
  } catch {
    return false;
  }
};
