// Checks that every schedule can post where it should: its channel is there and Milepost has the permissions.
import { cleanText, shorten } from '../clean-text.ts';
import {
  type Obstacle,
  once,
  type Scheduled,
  type ScheduledCommunity,
  type ScheduleWords,
  scheduleFindings,
  schedulesToCheck,
  schedulesVerdict,
} from '../doctor-schedules.ts';
import { type Finding, unchecked } from '../finding.ts';
import { problemIn, standingIn } from './channels.ts';
import { type DiscordRest, problemOf } from './rest.ts';

type Api = Parameters<typeof standingIn>[0];

const rememberingApi = (api: DiscordRest, bot: Awaited<ReturnType<Api['currentUser']>>): Api => ({
  currentUser: async () => bot,
  channel: once(api.channel),
  guild: once(api.guild),
  guildMember: once(api.guildMember),
  guildChannels: once(api.guildChannels),
});

const SEE_AND_POST =
  'open the channel’s settings (of a thread: those of the channel that it is in), Permissions, add Milepost’s role there and allow View Channel, Send Messages and Read Message History';

const WORDS: ScheduleWords = {
  resume: id => `\`/schedule resume\`, schedule: ${id}`,
  there: 'in that server',
  first: 'In your server send `/schedule set`, kind: digest; nothing is posted before that.',
};

/** Undefined where all is well. */
const obstacleTo = async (
  api: Api,
  guildId: string,
  { id, channelId, thread }: Scheduled,
): Promise<Obstacle | undefined> => {
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

/** Findings for every schedule that has a channel and is not paused by an organiser; `guilds` are the servers that Milepost is in. */
export const checkSchedules = async (
  api: DiscordRest,
  bot: Awaited<ReturnType<Api['currentUser']>>,
  communities: readonly ScheduledCommunity[],
  guilds: ReadonlySet<string>,
): Promise<Finding[]> => {
  const isRemoved = guilds.size === 0 && communities.length > 0;
  if (isRemoved) return [unchecked('the schedules', 'Milepost is in none of their servers')];
  const present = communities.filter(({ externalId }) => guilds.has(externalId));
  const findings: Finding[] = [];
  // One server after the other: a bot that runs beside this check shares its 50 requests a second.
  for (const community of present) {
    const remembering = rememberingApi(api, bot);
    for (const schedule of schedulesToCheck(community)) {
      const obstacle = await obstacleTo(remembering, community.externalId, schedule);
      findings.push(...scheduleFindings(community, schedule, obstacle, WORDS));
    }
  }
  return [...findings, ...schedulesVerdict(present, findings, WORDS)];
};
