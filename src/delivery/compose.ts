// What a delivery says, worked out at the moment it is sent: the data for each kind of message, laid out by its card.

import { formatDay, inZone, startOfWeek } from '../calendar/dates.ts';
import { weekIndex } from '../calendar/slots.ts';
import { channelDigest, nudge, personalDigest } from '../cards/digest.ts';
import { leaderboardPost } from '../cards/leaderboard.ts';
import { plural } from '../cards/topic.ts';
import { shorten } from '../clean-text.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { leaderboardOf } from '../leaderboard.ts';
import { learnerOf } from '../learner.ts';
import type { Message } from '../message.ts';
import type { Community } from '../storage/communities.ts';
import type { Db } from '../storage/database.ts';
import { lastDigestTo } from '../storage/deliveries.ts';
import type { Member } from '../storage/members.ts';
import type { Schedule } from '../storage/schedules.ts';
import { boardKey } from '../storage/standings.ts';

/** What to send, or why there is nothing to send, in words for an organiser. */
export type Composed = { message: Message } | { cancelled: string };

/** Discord's limit on the name of a thread. */
const THREAD_NAME_LIMIT = 100;

/**
 * The name of the thread that a schedule opens under the post of `slot`, `Week 3: Engineering Track`, at most 100 characters;
 * undefined where it opens none.
 */
export const threadOf = (
  curriculum: Curriculum,
  { thread, tracks, startsOn }: Pick<Schedule, 'thread' | 'tracks' | 'startsOn'>,
  slot: string,
): string | undefined => {
  if (!thread) return undefined;
  const labels = tracks.flatMap(track => curriculum.tracks.get(track)?.label ?? []);
  const isAll = labels.length > 1 && labels.length === curriculum.tracks.size;
  const week = `Week ${Math.max(0, weekIndex(startsOn, slot)) + 1}`;
  const name = `${week}: ${isAll ? 'all tracks' : labels.join(', ')}`;
  return name.length <= THREAD_NAME_LIMIT
    ? name
    : shorten(`${week}: ${plural(labels.length, 'track')}`, THREAD_NAME_LIMIT);
};

/** The week of a schedule's topics for its channel. The same for everyone: it holds nothing about any member. */
export const composeChannelDigest = (
  curriculum: Curriculum,
  schedule: Pick<Schedule, 'tracks' | 'topicsPerWeek' | 'startsOn'>,
  slot: string,
): Composed => {
  if (!schedule.tracks.some(track => curriculum.tracks.has(track)))
    return { cancelled: `None of its tracks (${schedule.tracks.join(', ')}) is in the curriculum any more.` };
  const message = channelDigest(curriculum, schedule, weekIndex(schedule.startsOn, slot));
  return message
    ? { message }
    : {
        cancelled: 'Every track of this schedule is complete, so there is nothing new to post. Set a new one to go on.',
      };
};

/** A member's own digest as of `dueAt` (or now, when they ask for it). */
export const composePersonalDigest = async (
  db: Db,
  curriculum: Curriculum,
  member: Member,
  dueAt: Date,
): Promise<Message> => {
  const last = await lastDigestTo(db, member.id, dueAt);
  return personalDigest(curriculum, await learnerOf(db, curriculum, member), last?.firstSentAt ?? undefined);
};

/** Whether there is nothing to learn next and a digest has said so since the member last changed anything. */
export const hasNothingNew = async (db: Db, curriculum: Curriculum, member: Member, dueAt: Date): Promise<boolean> => {
  const { next, progress } = await learnerOf(db, curriculum, member);
  const saidAt = next.length > 0 ? undefined : (await lastDigestTo(db, member.id, dueAt))?.firstSentAt;
  return saidAt ? [...progress.values()].every(({ changedAt }) => changedAt < saidAt) : false;
};

/** The friendly word that a member has earned by being silent. */
export const composeNudge = async (
  db: Db,
  curriculum: Curriculum,
  member: Member,
  number: 1 | 2 | 3,
): Promise<Message> => nudge(curriculum, await learnerOf(db, curriculum, member), number);

/** A post early in the week is about the week before: on Monday morning the new one is still empty. */
const LOOK_BACK_MS = 2 * 24 * 60 * 60 * 1000;

/** The board of the week that is nearly over at `dueAt`, or was over less than two days before. */
export const composeLeaderboard = async (db: Db, community: Community, dueAt: Date): Promise<Composed> => {
  if (!community.pointsOn) return { cancelled: 'Points and leaderboards are switched off in this community.' };
  const about = new Date(dueAt.getTime() - LOOK_BACK_MS);
  const { top, ...totals } = await leaderboardOf(db, community.id, boardKey(community, 'week', '*', about));
  const monday = startOfWeek(inZone(about, community.zone)).toPlainDate();
  return { message: leaderboardPost(`week of ${formatDay(monday)}`, top, totals) };
};
