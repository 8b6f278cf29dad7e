// Checks everything about Discord that can keep Milepost from working, and says what to click.
import { type APIApplication, type APIUser, ApplicationFlags } from 'discord-api-types/v10';
import { cleanText, shorten } from '../clean-text.ts';
import type { Commands } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { bad, type Finding, good, unchecked, warning } from '../finding.ts';
import { applicationCommands } from './commands.ts';
import { checkSchedules, type ScheduledCommunity } from './doctor-schedules.ts';
import { TOKEN_REFUSED } from './gateway.ts';
import { INTERACTIONS_PATH } from './http.ts';
import { inviteUrl } from './permissions.ts';
import { differs } from './register.ts';
import { createDiscordRest, type DiscordRest, problemOf } from './rest.ts';

export type DiscordCheckDeps = {
  token: string;
  publicKey?: string;
  apiUrl?: string;
  commands: Commands;
  /** Undefined where the content could not be loaded. */
  curriculum: Curriculum | undefined;
  /** The communities that Milepost believes to be in, with their schedules; undefined where the database could not be read. */
  communities: readonly ScheduledCommunity[] | undefined;
  now: () => Date;
};

/** With fewer logins left of its 1,000 a day a restart loop is near the point where Discord resets the token. */
const FEW_LOGINS = 50;
const SKEW_WORTH_A_WORD_MS = 5_000;
/** Signed requests older than a minute are refused, on both sides' clocks together. */
const SKEW_TOO_MUCH_MS = 30_000;
const PAGE = 200;

const PRIVILEGED: readonly [bits: number, name: string][] = [
  [ApplicationFlags.GatewayPresence | ApplicationFlags.GatewayPresenceLimited, 'Presence'],
  [ApplicationFlags.GatewayGuildMembers | ApplicationFlags.GatewayGuildMembersLimited, 'Server Members'],
  [ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited, 'Message Content'],
];

const quoted = (name: string): string => `“${shorten(cleanText(name), 80)}”`;
const portal = (id: string): string => `https://discord.com/developers/applications/${id}`;

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

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : url);

/** By which way interactions come, and whether the developer portal and the settings agree on it. */
const checkWay = (
  { id, verify_key: key, interactions_endpoint_url: endpoint }: APIApplication,
  publicKey: string | undefined,
): Finding[] => {
  const general = `Open ${portal(id)}/information`;
  if (publicKey === undefined)
    return endpoint
      ? [
          bad(
            `Interactions: Discord sends them to ${endpoint}, so none arrives over the gateway`,
            `${general}, empty Interactions Endpoint URL and save. Or, if they shall come by HTTP, set DISCORD_PUBLIC_KEY to the Public Key on the same page.`,
          ),
        ]
      : [good('Interactions: over the gateway')];
  if (publicKey.toLowerCase() !== key.toLowerCase())
    return [
      bad(
        'Interactions: DISCORD_PUBLIC_KEY is not the key of this application, so every interaction would be refused',
        `${general}, copy Public Key and put it into DISCORD_PUBLIC_KEY.`,
      ),
    ];
  if (!endpoint)
    return [
      bad(
        'Interactions: DISCORD_PUBLIC_KEY is set, but Discord does not know where to send them',
        `Start Milepost, then ${general.toLowerCase()}, enter https://YOUR-HOST${INTERACTIONS_PATH} as Interactions Endpoint URL (it must be https) and save; Discord tries it at once. Or leave DISCORD_PUBLIC_KEY empty to use the gateway.`,
      ),
    ];
  return pathOf(endpoint) === INTERACTIONS_PATH
    ? [good(`Interactions: by HTTP at ${endpoint}`)]
    : [
        warning(
          `Interactions: Discord sends them to ${endpoint}, and Milepost listens at ${INTERACTIONS_PATH}`,
          `That works only where your proxy changes the path. Otherwise ${general.toLowerCase()} and set Interactions Endpoint URL to https://YOUR-HOST${INTERACTIONS_PATH}.`,
        ),
      ];
};

const checkIntents = ({ id, flags }: APIApplication): Finding[] => {
  const on = PRIVILEGED.filter(([bits]) => (flags & bits) !== 0).map(([, name]) => name);
  if (on.length === 0) return [];
  return [
    warning(
      `Intents: ${on.join(', ')} can be read by this bot, and Milepost needs none of it`,
      `Open ${portal(id)}/bot, Privileged Gateway Intents, and switch it off.`,
    ),
  ];
};

const checkLogins = async (api: DiscordRest): Promise<Finding[]> => {
  const { total, remaining, reset_after: resetMs } = (await api.gatewayBot()).session_start_limit;
  const what = `Logins: ${remaining} of ${total} left for today`;
  if (remaining >= FEW_LOGINS) return [good(what)];
  const reset = `they are ${total} again in ${Math.ceil(resetMs / 3_600_000)} h`;
  const todo = `Something restarts Milepost over and over: its log says why. When none is left, nobody can connect (${reset}), and Discord may reset the token.`;
  return [remaining > 0 ? warning(what, todo) : bad(what, todo)];
};

const guildsOf = async (api: DiscordRest): Promise<string[]> => {
  const ids: string[] = [];
  for (let page = await api.guildsAfter('0'); ; page = await api.guildsAfter(ids.at(-1) ?? '0')) {
    ids.push(...page.map(({ id }) => id));
    if (page.length < PAGE) return ids;
  }
};

const checkCommands = async (
  api: DiscordRest,
  { id }: APIApplication,
  commands: Commands,
  curriculum: Curriculum,
): Promise<Finding[]> => {
  const wanted = applicationCommands(commands, curriculum);
  const registered = await api.commands.list(id);
  if (!differs(wanted, registered)) return [good(`Commands: ${wanted.length} registered, as this version has them`)];
  return registered.length === 0
    ? [
        warning(
          'Commands: none is registered with Discord yet',
          'The next start of Milepost registers them, or `npx milepost discord register` does so now.',
        ),
      ]
    : [
        bad(
          'Commands: those that Discord shows are not those of this version',
          'Start Milepost anew, or run `npx milepost discord register`. People may have to reload Discord (Ctrl+R) to see them.',
        ),
      ];
};

const REST_OF_IT = 'the application, its servers, commands and schedules';

/**
 * What is in order on Discord's side and what is not, in the order in which to mend it. Never rejects, and no finding holds the
 * token. One request a check, and about three for each community with schedules.
 */
export const checkDiscord = async (deps: DiscordCheckDeps): Promise<Finding[]> => {
  const { token, publicKey, apiUrl, commands, curriculum, communities, now } = deps;
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

  let guilds: string[] = [];
  const servers = await attempt('Servers', async () => {
    guilds = await guildsOf(api);
    return guilds.length > 0
      ? [good(`Servers: Milepost is in ${guilds.length}`)]
      : [
          warning(
            'Servers: Milepost is in none yet',
            `Open this link and choose a server: ${inviteUrl(application.id)}`,
          ),
        ];
  });
  const knowsServers = servers.every(({ type }) => type !== 'bad');

  return [
    good(
      `Token: Discord accepts it, application ${quoted(application.name)} (${application.id}), bot ${quoted(bot.username)}`,
    ),
    ...clock,
    ...checkWay(application, publicKey),
    ...checkIntents(application),
    ...(publicKey === undefined ? await attempt('Logins', () => checkLogins(api)) : []),
    ...servers,
    ...(curriculum
      ? await attempt('Commands', () => checkCommands(api, application, commands, curriculum))
      : [unchecked('the commands', 'their lists come from the content')]),
    ...(communities && knowsServers
      ? await attempt('Schedules', () => checkSchedules(api, bot, communities, new Set(guilds)))
      : [
          unchecked(
            'the schedules',
            communities ? 'the list of servers could not be read' : 'they are in the database',
          ),
        ]),
  ];
};
