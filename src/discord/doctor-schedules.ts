// Checks that every schedule can post where it should: its channel is there and Milepost has the permissions.
import { cleanText, shorten } from '../clean-text.ts';
import { bad, type Finding, good, unchecked, warning } from '../finding.ts';
import type { Schedule } from '../storage/schedules.ts';
import { problemIn, standingIn } from './channels.ts';
import { type DiscordRest, problemOf } from './rest.ts';

/** A community with what the check needs of its schedules, removed ones left out. */
export type ScheduledCommunity = {
  externalId: string;
  name: string;
  schedules: readonly Pick<Schedule, 'id' | 'kind' | 'channelId' | 'thread' | 'pausedAt' | 'pausedReason'>[];
};
type Scheduled = ScheduledCommunity['schedules'][number];
type Api = Parameters<typeof standingIn>[0];

/** Several schedules of one server ask for the same things. */
const once = <A extends string[], T>(load: (...ids: A) => Promise<T>): ((...ids: A) => Promise<T>) => {
  const kept = new Map<string, Promise<T>>();
  return (...ids) => {
    const key = ids.join('/');
    const loaded = kept.get(key) ?? load(...ids);
    kept.set(key, loaded);
    return loaded;
  };
};

const rememberingApi = (api: DiscordRest, bot: Awaited<ReturnType<Api['currentUser']>>): Api => ({
  currentUser: async () => bot,
  channel: once(api.channel),
  guild: once(api.guild),
  guildMember: once(api.guildMember),
  guildChannels: once(api.guildChannels),
});

const SEE_AND_POST =
  'open the channel’s settings (of a thread: those of the channel that it is in), Permissions, add Milepost’s role there and allow View Channel, Send Messages and Read Message History';

/** What is wrong with the channel of a schedule and what to do about it; undefined where all is well. */
const problemWith = async (
  api: Api,
  guildId: string,
  channelId: string,
  { id, thread }: Scheduled,
): Promise<{ what: string; todo: string } | undefined> => {
  const anew = `in this server send \`/schedule remove\`, schedule: ${id}, then \`/schedule set\``;
  const another = `${anew} with another channel`;
  try {
    const standing = await standingIn(api, channelId);
    if (standing?.guildId !== guildId) return { what: 'its channel is not in this server', todo: another };
    const problem = problemIn(standing, { thread });
    const [what = '', ...todo] = problem?.split(/(?<=\.) /) ?? [];
    // The post itself would get through.
    if (problem !== undefined && thread && problemIn(standing) === undefined)
      todo.push(`To post without threads, ${anew} without thread.`);
    const name = standing.channel.name === undefined ? '' : `#${shorten(cleanText(standing.channel.name), 80)}: `;
    return problem === undefined ? undefined : { what: `${name}${what.replace(/\.$/, '')}`, todo: todo.join(' ') };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.type !== 'refused') return { what: 'Discord did not answer about its channel', todo: 'run this again' };
    if (problem.code === 10003) return { what: 'its channel does not exist any more', todo: another };
    if (problem.code === 50001) return { what: 'Milepost cannot see its channel', todo: SEE_AND_POST };
    return { what: `Discord refused to show its channel (${problem.message}, ${problem.code})`, todo: SEE_AND_POST };
  }
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

/** Paused by Milepost itself, because the channel was gone; an organiser's own pause is "by" somebody. */
const lostIts = ({ pausedAt, pausedReason }: Scheduled): boolean =>
  pausedAt !== null && pausedReason !== null && !pausedReason.startsWith('by ');

const checkSchedule = async (
  api: Api,
  { externalId, name }: ScheduledCommunity,
  schedule: Scheduled,
): Promise<Finding[]> => {
  const { id, kind, channelId, pausedAt, pausedReason } = schedule;
  const isLost = lostIts(schedule);
  if (channelId === null || (pausedAt && !isLost)) return [];
  const where = `Schedule ${id} (${kind}) in “${shorten(cleanText(name), 80)}”`;
  const problem = await problemWith(api, externalId, channelId, schedule);
  if (problem && !isLost) return [bad(`${where}: ${problem.what}`, sentence(problem.todo))];
  if (problem)
    return [
      bad(
        `${where} is paused, and would not get through: ${problem.what}`,
        `${sentence(problem.todo)} Then send \`/schedule resume\`, schedule: ${id}.`,
      ),
    ];
  if (isLost)
    return [
      warning(
        `${where} is paused: ${cleanText(pausedReason ?? '')}`,
        `Its channel can be posted in now: send \`/schedule resume\`, schedule: ${id}, in that server.`,
      ),
    ];
  return [];
};

/** Findings for every schedule that has a channel and is not paused by an organiser; `guilds` are the servers that Milepost is in. */
export const checkSchedules = async (
  api: DiscordRest,
  bot: Awaited<ReturnType<Api['currentUser']>>,
  communities: readonly ScheduledCommunity[],
  guilds: ReadonlySet<string>,
): Promise<Finding[]> => {
  const present = communities.filter(({ externalId }) => guilds.has(externalId));
  const findings: Finding[] = [];
  // One server after the other: a bot that runs beside this check shares its 50 requests a second.
  for (const community of present) {
    const remembering = rememberingApi(api, bot);
    for (const schedule of community.schedules)
      findings.push(...(await checkSchedule(remembering, community, schedule)));
  }
  const all = present.flatMap(({ schedules }) => schedules);
  const posting = all.filter(({ channelId, pausedAt }) => channelId !== null && pausedAt === null).length;
  const isRemoved = guilds.size === 0 && communities.length > 0;
  if (isRemoved) findings.push(unchecked('the schedules', 'Milepost is in none of their servers'));
  else if (all.length === 0)
    findings.push(
      warning(
        'Schedules: there is none yet',
        'In your server send `/schedule set`, kind: digest; nothing is posted before that.',
      ),
    );
  else if (findings.every(({ type }) => type !== 'bad'))
    findings.push(
      good(`Schedules: ${posting === 1 ? 'the one that posts' : `all ${posting} that post`} in a channel may do so`),
    );
  return findings;
};
