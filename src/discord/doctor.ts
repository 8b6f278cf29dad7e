// Checks everything about Discord that can keep Milepost from working, and says what to click.
import type { APIApplication, APIUser } from 'discord-api-types/v10';
import type { Commands } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { quoted, type ScheduledCommunity } from '../doctor-schedules.ts';
import { bad, type Finding, good, unchecked, warning } from '../finding.ts';
import { checkIntents, checkInvitable, checkWay } from './doctor-application.ts';
import { checkCommands, checkGuildCommands } from './doctor-commands.ts';
import { checkSchedules } from './doctor-schedules.ts';
import { TOKEN_REFUSED } from './gateway.ts';
import { inviteUrl } from './permissions.ts';
import { createDiscordRest, type DiscordRest, problemOf } from './rest.ts';

export type DiscordCheckDeps = {
  token: string;
  publicKey?: string;
  apiUrl?: string;
  commands: Commands;
  /** Undefined where the content could not be loaded. */
  curriculum: Curriculum | undefined;
  /** Every community of the database, also where Milepost was removed; undefined where the database could not be read. */
  communities: readonly ScheduledCommunity[] | undefined;
  /** The application that the database belongs to; undefined before the first start. */
  owner?: string | undefined;
  now: () => Date;
};

/** With fewer logins left of its 1,000 a day a restart loop is near the point where Discord resets the token. */
const FEW_LOGINS = 50;
const SKEW_WORTH_A_WORD_MS = 5_000;
/** Signed requests older than a minute are refused, on both sides' clocks together. */
const SKEW_TOO_MUCH_MS = 30_000;
const PAGE = 200;

/** What a failed call to Discord says to somebody who sets Milepost up. */
const failure = (subject: string, error: unknown): Finding => {
  const problem = problemOf(error);
  switch (problem.type) {
    case 'refused':
      return problem.status === 401
        ? bad(`${subject}: Discord refuses the token`, TOKEN_REFUSED)
        : bad(
            `${subject}: Discord refused to say (${problem.message}, ${problem.code || problem.status})`,
            'Run this again; where it stays so, look at https://discordstatus.com.',
          );
    case 'limited':
      return bad(
        `${subject}: Discord asks to wait`,
        `Run this again in ${Math.ceil(problem.retryAfterMs / 60_000)} minutes.`,
      );
    case 'unreachable':
    case 'unclear':
      return bad(
        `${subject}: ${problem.message}`,
        'Check this machine’s network, firewall and name service, DISCORD_API_URL where it is set, and https://discordstatus.com.',
      );
    default:
      return problem satisfies never;
  }
};

/** A check that ends in a finding even where it throws. */
const attempt = async (subject: string, check: () => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await check();
  } catch (error) {
    return [failure(subject, error)];
  }
};

const checkClock = async (api: DiscordRest, now: () => Date): Promise<Finding[]> => {
  const before = now().getTime();
  const theirs = await api.serverTime();
  const ours = (before + now().getTime()) / 2;
  if (!theirs) return [unchecked('the clock', 'Discord’s answer had no date')];
  // The header leaves out the fraction of the second.
  const skewMs = ours - (theirs.getTime() + 500);
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= SKEW_WORTH_A_WORD_MS) return [good('Clock: agrees with Discord’s')];
  const what = `Clock: this machine is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} Discord`;
  const todo =
    'Switch on NTP (on most Linux systems `sudo timedatectl set-ntp true`): digests go out by this clock, and interactions by HTTP are refused when it is far off.';
  return [Math.abs(skewMs) > SKEW_TOO_MUCH_MS ? bad(what, todo) : warning(what, todo)];
};

const checkLogins = async (api: DiscordRest): Promise<Finding[]> => {
  const { total, remaining, reset_after: resetMs } = (await api.gatewayBot()).session_start_limit;
  const what = `Logins: ${remaining} of ${total} left for today`;
  if (remaining >= FEW_LOGINS) return [good(what)];
  const reset = `they are ${total} again in ${Math.ceil(resetMs / 3_600_000)} h`;
  const todo = `Something restarts Milepost over and over: its log says why. When none is left, nobody can connect (${reset}), and Discord may reset the token.`;
  return [remaining > 0 ? warning(what, todo) : bad(what, todo)];
};

type Server = { id: string; name: string };

const guildsOf = async (api: DiscordRest): Promise<Server[]> => {
  const guilds: Server[] = [];
  for (let page = await api.guildsAfter('0'); ; page = await api.guildsAfter(guilds.at(-1)?.id ?? '0')) {
    guilds.push(...page.map(({ id, name }) => ({ id, name })));
    if (page.length < PAGE) return guilds;
  }
};

/** How many servers there are, and whose data waits for Milepost to come back. */
const serversFinding = (
  applicationId: string,
  guilds: ReadonlySet<string>,
  known: readonly ScheduledCommunity[],
): Finding => {
  const resting = known.filter(({ externalId }) => !guilds.has(externalId));
  const [first] = resting;
  const whose = first && resting.length === 1 ? `of ${quoted(first.name)}` : `of ${resting.length} communities`;
  const rests = first ? `; the data ${whose} rests until it is invited again` : '';
  const link = inviteUrl(applicationId);
  if (guilds.size > 0) return good(`Servers: Milepost is in ${guilds.size}${rests}`);
  return first
    ? warning(
        `Servers: Milepost is in none any more${rests}`,
        `Nothing was deleted. Open this link and choose the server, and its schedules go on: ${link}`,
      )
    : warning('Servers: Milepost is in none yet', `Open this link and choose a server: ${link}`);
};

/** Milepost does not start on a database of another application. */
const checkOwner = ({ id }: APIApplication, owner: string | undefined): Finding[] => {
  if (owner === undefined || owner === id) return [];
  return [
    bad(
      `Database: it belongs to the Discord application ${owner}, and DISCORD_TOKEN to ${id}, so Milepost refuses to start`,
      'Use the token of that application, or another database (DATABASE_PATH or DATABASE_URL). To move the database to the new application for good: `npx milepost discord adopt`.',
    ),
  ];
};

const REST_OF_IT = 'the application, its servers, commands and schedules';

/**
 * What is in order on Discord's side and what is not, in the order in which to mend it. Never rejects, and no finding holds the
 * token. One request a check, one for each of a few servers, and about three for each community with schedules.
 */
export const checkDiscord = async (deps: DiscordCheckDeps): Promise<Finding[]> => {
  const { token, publicKey, apiUrl, commands, curriculum, owner, now } = deps;
  const api = createDiscordRest({ token, ...(apiUrl !== undefined && { apiUrl }) });
  const clock = await checkClock(api, now).catch(() => [unchecked('the clock', 'Discord did not tell the time')]);

  let application: APIApplication;
  let bot: APIUser;
  try {
    [application, bot] = await Promise.all([api.currentApplication(), api.currentUser()]);
  } catch (error) {
    return [
      failure('Token', error),
      ...clock,
      unchecked(REST_OF_IT, 'Discord has to answer and to accept the token first'),
    ];
  }

  const foreign = checkOwner(application, owner);
  // Servers and channels of another application say nothing about this one.
  const communities = foreign.length > 0 ? undefined : deps.communities;
  let guilds: Server[] | undefined;
  const servers = await attempt('Servers', async () => {
    guilds = await guildsOf(api);
    return [serversFinding(application.id, new Set(guilds.map(({ id }) => id)), communities ?? [])];
  });
  const known = guilds ?? [];
  const whyNoSchedules = communities
    ? 'the list of servers could not be read'
    : foreign.length > 0
      ? 'they are another application’s'
      : 'they are in the database';

  return [
    good(
      `Token: Discord accepts it, application ${quoted(application.name)} (${application.id}), bot ${quoted(bot.username)}`,
    ),
    ...foreign,
    ...clock,
    ...checkWay(application, publicKey),
    ...checkIntents(application),
    ...checkInvitable(application),
    ...(publicKey === undefined ? await attempt('Logins', () => checkLogins(api)) : []),
    ...servers,
    ...(curriculum
      ? await attempt('Commands', () => checkCommands(api, application, commands, curriculum))
      : [unchecked('the commands', 'their lists come from the content')]),
    ...(await attempt('Commands of single servers', () => checkGuildCommands(api, application, commands, known))),
    ...(communities && guilds
      ? await attempt('Schedules', () => checkSchedules(api, bot, communities, new Set(known.map(({ id }) => id))))
      : [unchecked('the schedules', whyNoSchedules)]),
  ];
};
