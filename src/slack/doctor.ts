// Checks everything about Slack that can keep Milepost from working, and says what to click.
import type { Commands } from '../command.ts';
import { quoted, type ScheduledCommunity, schedulesVerdict } from '../doctor-schedules.ts';
import type { SlackEnv } from '../env.ts';
import { bad, type Finding, good, unchecked } from '../finding.ts';
import { type Clients, createClients, SLACK_API } from './clients.ts';
import { appOfToken, checkClient, checkManifest, checkWay } from './doctor-app.ts';
import { checkConnection } from './doctor-clock.ts';
import { APPS, attempt, failure, tokenRefusal } from './doctor-failure.ts';
import { checkSchedulesOf, slackWords } from './doctor-schedules.ts';
import { type Bot, botOf, checkScopes, workspaceName } from './doctor-token.ts';
import { type CheckedInstallation, checkInstallations } from './doctor-workspaces.ts';
import { createSlackNames, type SlackNames } from './names.ts';

export type SlackCheckDeps = {
  slack: SlackEnv;
  /** Where Slack reaches Milepost, without a slash at its end. */
  publicUrl: string | undefined;
  /** An app configuration token; only with it the app's settings can be read. */
  configToken: string | undefined;
  commands: Commands;
  /** Every community of the database, also where Milepost was removed; undefined where the database could not be read. */
  communities: readonly ScheduledCommunity[] | undefined;
  /** Every installation by OAuth, with its token in clear; undefined where the database could not be read. */
  installations: readonly CheckedInstallation[] | undefined;
  now: () => Date;
};

/** With one workspace there is time for all of them: Slack takes 50 such questions a minute. */
const CHANNELS_AT_MOST = 40;
const IN_DATABASE = 'they are in the database';

const NEW_BOT_TOKEN = `Open ${APPS}, choose the app, OAuth & Permissions, Install (or Reinstall) to Workspace, and put the Bot User OAuth Token (xoxb-…) into SLACK_BOT_TOKEN.`;

/** The bot of the only workspace, or why there is none. */
const askForBot = async (clients: Clients): Promise<{ bot?: Bot; finding: Finding }> => {
  try {
    const bot = await botOf(clients);
    if (!bot.isBot)
      return { finding: bad('Bot token: SLACK_BOT_TOKEN is a person’s token, not the app’s', NEW_BOT_TOKEN) };
    const app = bot.appId === undefined ? '' : `, app ${bot.appId}`;
    return { bot, finding: good(`Bot token: Slack accepts it, workspace ${workspaceName(bot)}${app}`) };
  } catch (error) {
    const refusal = tokenRefusal(error);
    return {
      finding:
        refusal === undefined
          ? failure('Bot token', error)
          : bad(`Bot token: Slack refuses SLACK_BOT_TOKEN: ${refusal}`, NEW_BOT_TOKEN),
    };
  }
};

const checkOneCommunity = async (
  bot: Bot,
  clients: Clients,
  communities: readonly ScheduledCommunity[],
  names: SlackNames,
): Promise<Finding[]> => {
  const ours = communities.filter(({ externalId }) => externalId === bot.teamId);
  const others = communities.filter(({ externalId }) => externalId !== bot.teamId);
  const findings: Finding[] = [];
  for (const community of ours) findings.push(...(await checkSchedulesOf(community, clients, names, CHANNELS_AT_MOST)));
  const verdict = schedulesVerdict(ours, findings, slackWords(names));
  const [other] = others;
  const whose = other && others.length === 1 ? quoted(other.name) : `${others.length} other workspaces`;
  const rests = other
    ? [good(`Database: it also holds the data of ${whose}, which rests: the token is of another workspace`)]
    : [];
  return [...rests, ...findings, ...verdict];
};

const REST_OF_IT = 'the scopes and the schedules';

const checkOne = async (
  deps: SlackCheckDeps,
  clientsOf: (token: string) => Clients,
  token: string,
): Promise<Finding[]> => {
  const { slack, publicUrl, commands, communities } = deps;
  const clients = clientsOf(token);
  const { bot, finding } = await askForBot(clients);
  const names = createSlackNames(commands, slack.commandPrefix);
  return [
    finding,
    ...(bot ? checkScopes(bot, 'one') : []),
    ...(await checkWay(slack, publicUrl, bot?.appId, clientsOf)),
    ...(await attempt('Manifest', () => checkManifest({ ...deps, appId: bot?.appId ?? appOfToken(slack), clientsOf }))),
    ...(bot && communities
      ? await checkOneCommunity(bot, clients, communities, names)
      : [
          bot
            ? unchecked('the schedules', IN_DATABASE)
            : unchecked(REST_OF_IT, 'Slack has to accept the bot token first'),
        ]),
  ];
};

const checkMany = async (
  deps: SlackCheckDeps,
  clientsOf: (token: string) => Clients,
  client: { clientId: string; clientSecret: string },
): Promise<Finding[]> => {
  const { slack, publicUrl = '', commands, communities, installations, now } = deps;
  const names = createSlackNames(commands, slack.commandPrefix);
  // Rows of another app may be left over from before; the newest is of the one in use.
  const appId = installations?.at(-1)?.appId;
  return [
    ...(await checkClient(clientsOf(''), client)),
    ...(await checkWay(slack, publicUrl || undefined, appId, clientsOf)),
    ...(await attempt('Manifest', () => checkManifest({ ...deps, appId: appId ?? appOfToken(slack), clientsOf }))),
    ...(communities && installations
      ? await checkInstallations({ installations, communities, clientsOf, names, publicUrl, now: now() })
      : [unchecked('the workspaces and their schedules', IN_DATABASE)]),
  ];
};

/**
 * What is in order on Slack's side and what is not, in the order in which to mend it. Never rejects, changes nothing, and no finding
 * holds a token. A few requests, one for each channel of a schedule, and with many workspaces two for each of them.
 */
export const checkSlack = async (deps: SlackCheckDeps): Promise<Finding[]> => {
  const { slack, now } = deps;
  const { apiUrl = SLACK_API, workspace } = slack;
  const { isReachable, findings } = await checkConnection(apiUrl, now);
  if (!isReachable) return [...findings, unchecked('everything else about Slack', 'Slack has to answer first')];
  const clientsOf = createClients(apiUrl);
  const rest =
    workspace.type === 'one'
      ? await checkOne(deps, clientsOf, workspace.botToken)
      : await checkMany(deps, clientsOf, workspace);
  return [...findings, ...rest];
};
