import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cronOf,
  describeCron,
  momentOf,
  nextSlot,
  parseCron,
  slotAt,
  slotsBetween,
  weekIndex,
} from '../../src/calendar/slots.ts';
import { UserError } from '../../src/errors.ts';

const utc = (text: string): Date => new Date(`${text}Z`);
const slot = (local: string, at: string) => ({ slot: local, at: utc(at) });

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Havana',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Tokyo',
  'Asia/Beirut',
  'Africa/Casablanca',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Apia',
] as const;

// The independent calculation: nothing but Intl and milliseconds.
const formatters = new Map<string, Intl.DateTimeFormat>();
const wallMs = (ms: number, zone: string): number => {
  let format = formatters.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US-u-hc-h23', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year ?? 0, (part.month ?? 0) - 1, part.day, part.hour, part.minute, part.second);
};
const DAY = 86_400_000;
const momentByIntl = (wall: number, zone: string): number => {
  const offsets = [-DAY, DAY].map(shift => wallMs(wall + shift, zone) - (wall + shift));
  const fits = offsets.map(offset => wall - offset).filter(ms => wallMs(ms, zone) === wall);
  return fits.length > 0 ? Math.min(...fits) : wall - (offsets[0] ?? 0);
};
type Weekly = { minute: number; hour: number; weekday: number };
const nextByIntl = ({ minute, hour, weekday }: Weekly, zone: string, after: number): number => {
  const midnight = Math.floor(wallMs(after, zone) / DAY) * DAY;
  const moments = Array.from({ length: 18 }, (_, at) => midnight + (at - 3) * DAY)
    .filter(day => new Date(day).getUTCDay() === weekday)
    .map(day => momentByIntl(day + (hour * 60 + minute) * 60_000, zone));
  return Math.min(...moments.filter(ms => ms > after));
};
const cronOfWeekly = ({ minute, hour, weekday }: Weekly): string => `${minute} ${hour} * * ${weekday}`;

describe('the next slot', () => {
  it.each([
    ['0 9 * * 1', 'Europe/Berlin', '2026-11-20T10:00:00', slot('2026-11-23T09:00', '2026-11-23T08:00:00')],
    ['0 9 * * 1', 'Europe/Berlin', '2026-11-23T07:59:59', slot('2026-11-23T09:00', '2026-11-23T08:00:00')],
    ['0 9 * * 1', 'Europe/Berlin', '2026-11-23T08:00:00', slot('2026-11-30T09:00', '2026-11-30T08:00:00')],
    ['30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00:00', slot('2027-03-28T02:30', '2027-03-28T01:30:00')],
    ['30 2 * * *', 'Europe/Berlin', '2027-03-28T01:10:00', slot('2027-03-28T02:30', '2027-03-28T01:30:00')],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00', slot('2026-10-25T02:30', '2026-10-25T00:30:00')],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00', slot('2026-10-26T02:30', '2026-10-26T01:30:00')],
    ['30 2 * * *', 'America/New_York', '2027-03-13T12:00:00', slot('2027-03-14T02:30', '2027-03-14T07:30:00')],
    ['30 1 * * *', 'America/New_York', '2026-10-31T12:00:00', slot('2026-11-01T01:30', '2026-11-01T05:30:00')],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00:00', slot('2026-10-04T02:15', '2026-10-03T15:45:00')],
    ['45 1 * * *', 'Australia/Lord_Howe', '2027-04-03T06:00:00', slot('2027-04-04T01:45', '2027-04-03T14:45:00')],
    ['30 2 * * 0', 'Australia/Sydney', '2026-10-01T00:00:00', slot('2026-10-04T02:30', '2026-10-03T16:30:00')],
    ['0 9 29 2 *', 'Europe/Berlin', '2026-01-01T00:00:00', slot('2028-02-29T09:00', '2028-02-29T08:00:00')],
    ['0 9 * * 5', 'Pacific/Apia', '2011-12-28T00:00:00', slot('2011-12-30T09:00', '2011-12-30T19:00:00')],
  ])('of "%s" in %s after %s is right', (cron, zone, after, expected) => {
    expect(nextSlot(cron, zone, utc(after))).toEqual(expected);
  });

  it('puts a spring time that does not exist one hour later on the same day', () => {
    expect(slotAt(momentOf('2027-03-28T02:30', 'Europe/Berlin'), 'Europe/Berlin')).toBe('2027-03-28T03:30');
  });

  it('gives an hourly schedule 23 slots on the day that springs forward, and no moment twice', () => {
    const slots = [];
    for (let at = utc('2027-03-27T23:00:00'); slots.length < 24; at = slots.at(-1)?.at ?? at)
      slots.push(nextSlot('30 * * * *', 'Europe/Berlin', at));
    expect(new Set(slots.map(({ at }) => at.getTime())).size).toBe(24);
    expect(slots.filter(({ slot }) => slot.startsWith('2027-03-28'))).toHaveLength(23);
  });

  it('agrees with an independent calculation for ten years of weekly runs in twenty zones', () => {
    for (const [at, zone] of ZONES.entries()) {
      // Sundays at half past two: as many gaps and folds as there are.
      const weekly = { minute: 30, hour: at % 2 === 0 ? 2 : 1, weekday: 0 };
      let after = utc('2026-01-01T00:00:00').getTime();
      for (let week = 0; week < 522; week += 1) {
        const next = nextSlot(cronOfWeekly(weekly), zone, new Date(after));
        expect([zone, next.at.toISOString()]).toEqual([zone, new Date(nextByIntl(weekly, zone, after)).toISOString()]);
        after = next.at.getTime();
      }
    }
  });

  it('agrees with an independent calculation for any weekly time, zone and moment', () => {
    const weekly = fc.record({
      minute: fc.integer({ min: 0, max: 59 }),
      hour: fc.integer({ min: 0, max: 23 }),
      weekday: fc.integer({ min: 0, max: 6 }),
    });
    const moment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2036, 0, 1) });
    fc.assert(
      fc.property(weekly, fc.constantFrom(...ZONES), moment, (when, zone, after) => {
        expect(nextSlot(cronOfWeekly(when), zone, new Date(after)).at.getTime()).toBe(nextByIntl(when, zone, after));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the slots of a span', () => {
  it('are those that nextSlot walks through, newest kept, whatever the cron', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('0 9 * * 1', '30 2 * * *', '30 * * * *', '15 2 * * 0,3', '0 9 1 * *'),
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) }),
        fc.integer({ min: 0, max: 12 * DAY }),
        (cron, zone, from, length) => {
          const until = new Date(from + length);
          const walked = [];
          for (
            let next = nextSlot(cron, zone, new Date(from - 1));
            next.at <= until;
            next = nextSlot(cron, zone, next.at)
          )
            walked.push(next);
          expect(slotsBetween(cron, zone, new Date(from), until, 7)).toEqual(walked.slice(-7));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are found quickly over ten years of an hourly schedule', () => {
    const slots = slotsBetween(
      '0 * * * *',
      'Europe/Berlin',
      utc('2020-01-01T00:00:00'),
      utc('2030-01-01T00:00:00'),
      60,
    );
    expect(slots).toHaveLength(60);
    expect(slots.at(-1)?.slot).toBe('2030-01-01T01:00');
  });
});

describe('a cron expression', () => {
  it.each(['0 9 * * 1', '30 18 1,15 * *', '0 9 29 2 *', '0 * * * *', '0 9 * * mon', '  0   9 * * 1-5 '])(
    'may be "%s"',
    text => {
      expect(parseCron(text)).toBe(text.trim().toUpperCase().split(/\s+/).join(' '));
    },
  );

  it.each([
    ['', /has 0 fields, not five/],
    ['0 9 * *', /has 4 fields, not five/],
    ['0 0 9 * * 1', /has 6 fields, not five/],
    ['@weekly', /has 1 field, not five/],
    ['60 9 * * *', /minute: 60/],
    ['0 9 * * 8', /dayOfWeek: 8/],
    ['0 9 30 2 *', /never comes/],
    ['0 9 31 4,6 *', /never comes/],
    ['*/30 * * * *', /more often than once an hour/],
    ['0,1 9 * * 1', /more often than once an hour/],
    ['* * * * *', /more often than once an hour/],
    ['a b c d e', /no schedule that Milepost can keep/],
    [`${'9'.repeat(10_000)} 9 * * 1`, /no schedule that Milepost can keep/],
  ])('may not be "%.30s": what is wrong is said with an example', (text, why) => {
    expect(() => parseCron(text)).toThrow(UserError);
    expect(() => parseCron(text)).toThrow(why);
    expect(() => parseCron(text)).toThrow(/For example, “0 9 \* \* 1” is every Monday at 09:00/);
  });

  it('is made from a weekday and a time', () => {
    expect(cronOf({ weekday: 'monday', time: '09:00' })).toBe('0 9 * * 1');
    expect(cronOf({ weekday: ' Sun ', time: '18:05' })).toBe('5 18 * * 0');
    expect(cronOf({ weekday: 'we', time: '7' })).toBe('0 7 * * 3');
    expect(() => cronOf({ weekday: 'someday', time: '09:00' })).toThrow(/“someday” is no weekday.*such as monday/);
    expect(() => cronOf({ weekday: 't', time: '09:00' })).toThrow(UserError);
    expect(() => cronOf({ weekday: 'monday', time: '24:00' })).toThrow(/“24:00” is no time of day.*such as 09:00/);
    expect(() => cronOf({ weekday: 'monday', time: '9am' })).toThrow(UserError);
  });

  it('is described in words where it is simple', () => {
    expect(describeCron('0 9 * * 1')).toBe('every Monday at 09:00');
    expect(describeCron('5 18 * * 7')).toBe('every Sunday at 18:05');
    expect(describeCron('0 9 * * FRI')).toBe('every Friday at 09:00');
    expect(describeCron('0 9 * * *')).toBe('every day at 09:00');
    expect(describeCron('0 9 1 * *')).toBe('cron 0 9 1 * *');
  });
});

describe('the week of a series', () => {
  it('is 0 in the ISO week that holds its first day, whatever weekday that is', () => {
    expect(weekIndex('2026-11-25', '2026-11-23T09:00')).toBe(0);
    expect(weekIndex('2026-11-25', '2026-11-29T23:59')).toBe(0);
    expect(weekIndex('2026-11-25', '2026-11-30T00:00')).toBe(1);
    expect(weekIndex('2026-11-25', '2026-11-22T09:00')).toBe(-1);
  });

  it('goes on across the turn of the year', () => {
    expect(weekIndex('2026-12-28', '2027-01-04T09:00')).toBe(1);
    expect(weekIndex('2026-12-31', '2027-01-03T09:00')).toBe(0);
  });
});
