// The day that somebody means by `2026-12-24`, `2 weeks`, `tomorrow` or `next monday`.
import { Temporal } from 'temporal-polyfill';
import { quote } from '../nearest.ts';
import { formatDay, inZone, toDate } from './dates.ts';

/** Midnight at the start of the named day, or what is wrong with the text and what to write instead. */
export type Until = { until: Date; day: Temporal.PlainDate } | { problem: string };

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const EXAMPLES = 'Try a date such as {date}, or “2 weeks”, “tomorrow” or “next monday”.';

const countOf = (word: string): number => {
  if (word === 'a' || word === 'an') return 1;
  return /^\d{1,4}$/.test(word) ? Number(word) : NUMBERS.indexOf(word);
};

const isoDay = (text: string): Temporal.PlainDate | undefined => {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? [];
  if (!year) return undefined;
  try {
    return Temporal.PlainDate.from(
      { year: Number(year), month: Number(month), day: Number(day) },
      { overflow: 'reject' },
    );
  } catch {
    return undefined;
  }
};

const nextWeekday = (today: Temporal.PlainDate, name: string): Temporal.PlainDate | undefined => {
  const at = WEEKDAYS.findIndex(weekday => weekday === name || weekday.slice(0, 3) === name);
  return at === -1 ? undefined : today.add({ days: ((at + 7 - today.dayOfWeek) % 7) + 1 });
};

const dayOf = (text: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined => {
  const words = text.replace(/^(?:until|in|for|on) /, '');
  if (words === 'today') return today;
  if (words === 'tomorrow') return today.add({ days: 1 });
  if (words === 'next week') return nextWeekday(today, 'monday');
  if (words === 'next month') return today.with({ day: 1 }).add({ months: 1 });
  const [, count = '', unit] = /^(\w{1,5}) (day|week|month)s?$/.exec(words) ?? [];
  const number = countOf(count);
  if (unit) return number < 0 ? undefined : today.add({ [`${unit}s`]: number });
  return isoDay(words) ?? nextWeekday(today, words.replace(/^next /, ''));
};

/** `Wed 1 Jan 2020`. */
const dayText = (day: Temporal.PlainDate): string => `${formatDay(day)} ${day.year}`;

/**
 * Reads `text` as a day after today, at most a year ahead, on the clock of `zone`. Takes an ISO date, a number of days,
 * weeks or months, `tomorrow`, a weekday with or without `next`, `next week` and `next month`. Never throws for a text.
 */
export const parseUntil = (text: string, now: Date, zone: string): Until => {
  const today = inZone(now, zone).toPlainDate();
  const examples = EXAMPLES.replace('{date}', today.add({ weeks: 2 }).toString());
  const words = text.slice(0, 100).toLowerCase().replaceAll(/\s+/g, ' ').trim();
  const day = words.length < 40 ? dayOf(words, today) : undefined;
  if (!day) return { problem: `I cannot read a day in ${words === '' ? 'that' : quote(text)}. ${examples}` };
  const after = Temporal.PlainDate.compare(day, today);
  if (after <= 0)
    return {
      problem: `${after === 0 ? 'That is today' : `${dayText(day)} is over`}, so there is nothing to wait for. ${examples}`,
    };
  if (Temporal.PlainDate.compare(day, today.add({ years: 1 })) > 0)
    return {
      problem: `${dayText(day)} is more than a year away. A pause lasts at most a year, until ${dayText(today.add({ years: 1 }))}; you can always set it again.`,
    };
  return { until: toDate(day.toZonedDateTime({ timeZone: zone })), day };
};
