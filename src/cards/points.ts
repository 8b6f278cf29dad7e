// A member's points, streak and place, for their own eyes.
import type { Context } from '../command.ts';
import { type Streak, streakAt } from '../learning/streak.ts';
import { type Block, facts, quiet } from '../message.ts';
import { pausesOf } from '../storage/members.ts';
import { outagesSince } from '../storage/outages.ts';
import { ledgerOf } from '../storage/progress.ts';
import { boardKey, placesOf, standingOf } from '../storage/standings.ts';
import { commandCode } from './given-command.ts';
import { streakText } from './streak.ts';
import { plural } from './topic.ts';

/** Whether points count for the member: both they and their community can switch them off. */
export const hasPoints = ({ community, member }: Pick<Context, 'community' | 'member'>): boolean =>
  community.pointsOn && member.pointsOn;

/** The streak and all points of a member. */
export const streakOf = async ({ db, member, now }: Context): Promise<{ streak: Streak; points: number }> => {
  const [ledger, pauses, outages] = await Promise.all([
    ledgerOf(db, member.id),
    pausesOf(db, member.id),
    outagesSince(db, member.joinedAt),
  ]);
  const streak = streakAt(now, member.zone, { ledger, pauses, outages, joinedAt: member.joinedAt });
  return { streak, points: ledger.reduce((sum, event) => sum + event.points, 0) };
};

export const pointFacts = (
  { points, streak }: { points: number; streak: Streak },
  { locale }: Pick<Context, 'locale'>,
): [string, string][] => [
  ['Points', points.toLocaleString(locale)],
  ['Streak', streakText(streak)],
];

/** `2 of 14, with 30 points` on the board of this week. */
const placeText = async ({ db, community, member, now }: Context): Promise<string> => {
  const board = boardKey(community, 'week', '*', now);
  const own = await standingOf(db, board, member.id);
  if (!own) return 'none yet; the first topic or quiz you finish puts you on the board';
  const { members, placeOf } = await placesOf(db, community.id, board, [own.points]);
  return `${placeOf.get(own.points) ?? members} of ${members}, with ${plural(own.points, 'point')}`;
};

/**
 * Points, streak and this week's place. Without the member's yes to be named there is no place, but how to have one; with points
 * switched off by the member only how to switch them on, and by the community nothing.
 */
export const standingBlocks = async (context: Context): Promise<Block[]> => {
  const { community, member, platform } = context;
  if (!community.pointsOn) return [];
  if (!member.pointsOn) {
    const on = commandCode(platform, '/settings points', { state: 'on' });
    return [quiet(`You have switched points and streaks off for yourself; ${on} brings them back.`)];
  }
  const [earned, place] = await Promise.all([streakOf(context), member.listed ? placeText(context) : undefined]);
  if (place !== undefined) return [facts([...pointFacts(earned, context), ['Place this week', place]])];
  const yes = commandCode(platform, '/settings leaderboard', { shown: 'yes' });
  return [
    facts(pointFacts(earned, context)),
    quiet(`Your place on the leaderboard will be here once it may show your name: ${yes}.`),
  ];
};
