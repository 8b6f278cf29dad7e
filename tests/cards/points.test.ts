import { expect, it } from 'vitest';
import { pointFacts } from '../../src/cards/points.ts';
import { streakAt } from '../../src/learning/streak.ts';

it('points are written as the reader’s language writes numbers', () => {
  const now = new Date('2026-11-23T08:00:00Z');
  const streak = streakAt(now, 'UTC', { ledger: [], pauses: [], outages: [], joinedAt: now });
  const shown = (locale: string) => pointFacts({ points: 12_340, streak }, { locale })[0];
  expect(shown('en')).toEqual(['Points', '12,340']);
  expect(shown('de-DE')).toEqual(['Points', '12.340']);
});
