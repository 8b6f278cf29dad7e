import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUntil } from '../../src/calendar/until.ts';

// A Friday; in Berlin it is 22:30, in Auckland already Saturday.
const now = new Date('2026-11-20T21:30:00Z');
const read = (text: string, zone = 'Europe/Berlin') => {
  const found = parseUntil(text, now, zone);
  return 'problem' in found ? found.problem : `${found.day} ${found.until.toISOString()}`;
};

describe('parseUntil', () => {
  it.each([
    ['2026-12-24', '2026-12-24'],
    ['2026-12-4', '2026-12-04'],
    ['tomorrow', '2026-11-21'],
    ['2 weeks', '2026-12-04'],
    ['in two weeks', '2026-12-04'],
    ['for a week', '2026-11-27'],
    ['10 days', '2026-11-30'],
    ['1 month', '2026-12-20'],
    ['Next Monday', '2026-11-23'],
    ['monday', '2026-11-23'],
    ['next friday', '2026-11-27'],
    ['until  sun', '2026-11-22'],
    ['next week', '2026-11-23'],
    ['next month', '2026-12-01'],
    ['12 months', '2027-11-20'],
  ])('reads %s as %s', (text, day) => {
    expect(read(text)).toMatch(new RegExp(`^${day} `));
  });

  it('means midnight at the start of the day on the clock of the zone', () => {
    expect(read('tomorrow')).toBe('2026-11-21 2026-11-20T23:00:00.000Z');
    expect(read('tomorrow', 'Pacific/Auckland')).toBe('2026-11-22 2026-11-21T11:00:00.000Z');
  });

  it('takes the first moment of a day whose midnight a clock change skips', () => {
    const found = parseUntil('2027-04-30', now, 'Africa/Cairo');
    expect(found).toMatchObject({ until: new Date('2027-04-29T22:00:00Z') });
  });

  it.each([
    ['today', 'That is today'],
    ['2026-11-20', 'That is today'],
    ['0 days', 'That is today'],
    ['2026-11-19', 'Thu 19 Nov 2026 is over'],
    ['1999-01-01', 'Fri 1 Jan 1999 is over'],
  ])('refuses %s, which is not after today', (text, why) => {
    expect(read(text)).toContain(`${why}, so there is nothing to wait for. Try a date such as 2026-12-04`);
  });

  it.each(['2027-11-21', '13 months', '9999 weeks'])('refuses %s, which is more than a year away', text => {
    expect(read(text)).toContain('more than a year away');
  });

  it.each(['', 'christmas', '2026-02-30', '2026-13-01', '24.12.2026', '2 fortnights', '-3 days', '2026-12-24T10:00'])(
    'answers “%s” with examples',
    text => {
      const it = text.trim() === '' ? 'that' : `“${text}”`;
      expect(read(text)).toContain(`I cannot read a day in ${it}. Try a date such as 2026-12-04`);
    },
  );

  it('never throws, whatever is typed', () => {
    const words = fc.constantFrom(
      'next',
      'in',
      'week',
      'weeks',
      'monday',
      '-',
      '2026',
      '9999',
      'constructor',
      '__proto__',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(words).map(parts => parts.join(' ')),
    );
    fc.assert(fc.property(texts, text => typeof read(text) === 'string'));
    expect(read('9'.repeat(10_000))).toContain('I cannot read');
  });
});
