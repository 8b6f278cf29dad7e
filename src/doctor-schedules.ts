// What the checks of all platforms say of schedules: which ones cannot post, which are paused, and whether there are any.
import { cleanText, shorten } from './clean-text.ts';
import { bad, type Finding, good, warning } from './finding.ts';
import type { Schedule } from './storage/schedules.ts';

/** A community with what the check needs of its schedules, removed ones left out. */
export type ScheduledCommunity = {
  externalId: string;
  name: string;
  schedules: readonly Pick<Schedule, 'id' | 'kind' | 'channelId' | 'thread' | 'pausedAt' | 'pausedReason'>[];
};
export type Scheduled = ScheduledCommunity['schedules'][number] & { channelId: string };

/** What keeps a schedule from posting, and what to do about it. */
export type Obstacle = { what: string; todo: string };

export type ScheduleWords = {
  /** The command that resumes a schedule, as an organiser sends it. */
  resume(id: number): string;
  /** Where they send it: `in that server`. */
  there: string;
  /** What makes the first schedule: `In your server send …` */
  first: string;
};

/** A name that somebody gave, as one short line. */
export const quoted = (name: string): string => `“${shorten(cleanText(name), 80)}”`;

/** Several schedules of one community ask for the same things. */
export const once = <A extends string[], T>(load: (...ids: A) => Promise<T>): ((...ids: A) => Promise<T>) => {
  const kept = new Map<string, Promise<T>>();
  return (...ids) => {
    const key = ids.join('/');
    const loaded = kept.get(key) ?? load(...ids);
    kept.set(key, loaded);
    return loaded;
  };
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

type Listed = ScheduledCommunity['schedules'][number];

/** Paused by Milepost itself, because the channel was gone; an organiser's own pause is "by" somebody. */
const isLost = ({ pausedAt, pausedReason }: Listed): boolean =>
  pausedAt !== null && pausedReason !== null && !pausedReason.startsWith('by ');

const postsInChannel = (schedule: Listed): schedule is Scheduled => schedule.channelId !== null;

/** The schedules worth a look: those with a channel that no organiser has paused. */
export const schedulesToCheck = ({ schedules }: ScheduledCommunity): Scheduled[] =>
  schedules.filter(postsInChannel).filter(schedule => !schedule.pausedAt || isLost(schedule));

/** What there is to say of one of `schedulesToCheck`; nothing where all is well. */
export const scheduleFindings = (
  { name }: ScheduledCommunity,
  schedule: Scheduled,
  obstacle: Obstacle | undefined,
  words: ScheduleWords,
): Finding[] => {
  const { id, kind, pausedReason } = schedule;
  const where = `Schedule ${id} (${kind}) in ${quoted(name)}`;
  if (obstacle && !isLost(schedule)) return [bad(`${where}: ${obstacle.what}`, sentence(obstacle.todo))];
  if (obstacle)
    return [
      bad(
        `${where} is paused, and would not get through: ${obstacle.what}`,
        `${sentence(obstacle.todo)} Then send ${words.resume(id)}.`,
      ),
    ];
  if (isLost(schedule))
    return [
      warning(
        `${where} is paused: ${cleanText(pausedReason ?? '')}`,
        `Its channel can be posted in now: send ${words.resume(id)}, ${words.there}.`,
      ),
    ];
  return [];
};

/** The last word on the schedules of `communities`, of which `found` was said already; nothing where something is broken. */
export const schedulesVerdict = (
  communities: readonly ScheduledCommunity[],
  found: readonly Finding[],
  words: ScheduleWords,
): Finding[] => {
  const all = communities.flatMap(({ schedules }) => schedules);
  const posting = all.filter(({ channelId, pausedAt }) => channelId !== null && pausedAt === null).length;
  if (all.length === 0) return [warning('Schedules: there is none yet', words.first)];
  if (found.some(({ type }) => type === 'bad')) return [];
  return [
    good(`Schedules: ${posting === 1 ? 'the one that posts' : `all ${posting} that post`} in a channel may do so`),
  ];
};
