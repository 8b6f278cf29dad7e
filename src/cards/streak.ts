// A streak in words: how long, and why.
import { formatDay, inZone } from '../calendar/dates.ts';
import type { Streak, StreakWeek } from '../learning/streak.ts';
import { type Block, heading, list, quiet, text } from '../message.ts';
import { plural } from './topic.ts';

/** `3 weeks`, with what this week still needs. */
export const streakText = ({ weeks, history }: Streak): string => {
  const open = history[0]?.what === 'open' && weeks > 0 ? '; one topic or quiz this week carries it on' : '';
  return weeks === 0
    ? 'none at the moment; one topic or quiz done in a week begins one'
    : `${plural(weeks, 'week')} in a row${open}`;
};

const SAID: Record<StreakWeek['what'], string> = {
  active: '✅ something done',
  rested: '⏸️ rested',
  open: '⬜ this week, still open',
  missed: 'nothing done: here a streak ended',
};
const REASONS = { pause: ' (you were on pause)', outage: ' (Milepost itself was not running)' } as const;
const SHOWN_WEEKS = 12;

/** Why the streak is what it is, week by week, newest first. */
export const streakReasons = (streak: Streak, zone: string): Block[] => [
  heading('Your streak', 2),
  text(
    `**${streakText(streak)}.** A week counts when you finish a topic or pass a quiz in it, Monday to Sunday in ${zone}. Weeks of which you were on pause, or Milepost down, for a day or more neither count nor break it.`,
  ),
  list(
    streak.history
      .slice(0, SHOWN_WEEKS)
      .map(
        ({ from, what, reason }) =>
          `Week of ${formatDay(inZone(from, zone).toPlainDate())}: ${SAID[what]}${reason ? REASONS[reason] : ''}`,
      ),
  ),
  ...(streak.history.length > SHOWN_WEEKS
    ? [quiet(`and ${plural(streak.history.length - SHOWN_WEEKS, 'earlier week')}`)]
    : []),
];
