// Checks the app itself: how Slack reaches Milepost, who can install it, and its settings against our manifest.
import type { Commands } from '../command.ts';
import type { SlackEnv } from '../env.ts';
import { bad, type Finding, good, unchecked, warning } from '../finding.ts';
import { manifestFor } from './cli.ts';
import { type Clients, problemOf } from './clients.ts';
import { APPS, failure, settingsPage, tokenRefusal } from './doctor-failure.ts';
import { listDifferencesFound, manifestDifferences } from './drift.ts';
import { PATHS } from './manifest.ts';

const NEW_APP_TOKEN = `Open ${APPS}, choose the app, Basic Information, App-Level Tokens, Generate Token and Scopes, add the scope connections:write, and put the token into SLACK_APP_TOKEN.`;
const SOCKET_MODE_OFF = /socket mode is not turned on/i;

/** The app that an address for Socket Mode is for. */
const appOf = (url: string): string | undefined =>
  URL.canParse(url) ? (new URL(url).searchParams.get('app_id') ?? undefined) : undefined;

/** The app that an app-level token names in its middle, for where Slack did not tell. */
export const appOfToken = ({ transport }: SlackEnv): string | undefined =>
  transport.type === 'socket' ? /^xapp-\d+-(A[A-Z0-9]+)-/.exec(transport.appToken)?.[1] : undefined;

/** Asks for an address to connect to and leaves it unused: a connection would take events away from the bot that runs. */
export const checkAppToken = async ({ reads }: Clients, appId: string | undefined): Promise<Finding[]> => {
  try {
    const { url = '', response_metadata: told } = await reads.apps.connections.open();
    const theirs = appOf(url);
    if (appId !== undefined && theirs !== undefined && theirs !== appId)
      return [
        bad(
          `App token: SLACK_APP_TOKEN is of the app ${theirs}, and the bot token of ${appId}, so that the one receives and the other answers`,
          `Take both from the same app: ${settingsPage(appId, 'general')}, App-Level Tokens.`,
        ),
      ];
    if (told?.messages?.some(message => SOCKET_MODE_OFF.test(message)))
      return [
        warning(
          'App token: Slack accepts it, and says that Socket Mode is not turned on',
          `Open ${settingsPage(appId, 'socket-mode')}, Socket Mode, and switch Enable Socket Mode on: where it is off, nothing arrives.`,
        ),
      ];
    return [good('App token: Slack accepts it, with connections:write, for Socket Mode')];
  } catch (error) {
    const problem = problemOf(error);
    if (problem.type === 'refused' && problem.code === 'missing_scope')
      return [bad('App token: it lacks the scope connections:write, so Socket Mode cannot connect', NEW_APP_TOKEN)];
    const refusal = tokenRefusal(error);
    return [
      refusal === undefined
        ? failure('App token', error)
        : bad(`App token: Slack refuses SLACK_APP_TOKEN: ${refusal}`, NEW_APP_TOKEN),
    ];
  }
};

const isSeenFromOutside = (url: string): boolean => url.startsWith('https:');

/** How Slack reaches Milepost. By HTTP nothing can be asked: what to look at oneself is said instead. */
export const checkWay = async (
  { transport }: SlackEnv,
  publicUrl: string | undefined,
  appId: string | undefined,
  clientsOf: (token: string) => Clients,
): Promise<Finding[]> => {
  if (transport.type === 'socket') return checkAppToken(clientsOf(transport.appToken), appId);
  const secret = unchecked(
    'the signing secret',
    `Slack tells nobody whether it is right; it is the Signing Secret of ${settingsPage(appId, 'general')}, App Credentials, and where it is wrong no command is answered`,
  );
  if (publicUrl === undefined)
    return [
      warning(
        `HTTP: PUBLIC_URL is not set, so that neither this check nor the manifest knows the address that Slack calls`,
        `Set PUBLIC_URL to the https address of your proxy; it must pass ${PATHS.events} on to Milepost.`,
      ),
      secret,
    ];
  const address = `${publicUrl}${PATHS.events}`;
  if (!isSeenFromOutside(publicUrl))
    return [
      bad(
        `HTTP: Slack cannot call ${address}`,
        'Set PUBLIC_URL to an https address that can be reached from outside, or use Socket Mode: set SLACK_APP_TOKEN.',
      ),
      secret,
    ];
  return [
    unchecked(
      `whether Slack reaches ${address}`,
      `nothing outside is called from here; ${settingsPage(appId, 'event-subscriptions')}, Event Subscriptions, must show Verified beside this Request URL`,
    ),
    secret,
  ];
};

/** Shows Slack a code that it never gave: it refuses the code, and before that the client where it does not know it. */
export const checkClient = async (
  { reads }: Clients,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
): Promise<Finding[]> => {
  const fix = `Open ${APPS}, choose the app, Basic Information, App Credentials, and copy Client ID and Client Secret into SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.`;
  try {
    await reads.oauth.v2.access({ client_id: clientId, client_secret: clientSecret, code: 'milepost-doctor' });
  } catch (error) {
    const problem = problemOf(error);
    if (problem.type !== 'refused') return [failure('Client ID', error)];
    if (problem.code === 'invalid_client_id' || problem.code === 'bad_client_secret')
      return [
        bad(
          `OAuth: Slack refuses ${problem.code === 'invalid_client_id' ? 'SLACK_CLIENT_ID' : 'SLACK_CLIENT_SECRET'}, so nobody can install Milepost`,
          fix,
        ),
      ];
    if (problem.code !== 'invalid_code')
      return [unchecked('Client ID and Client Secret', `Slack answered ${problem.code}`)];
  }
  return [good('OAuth: Slack refuses neither Client ID nor Client Secret')];
};

const HOW =
  'Slack shows it only to a person: copy App Manifest into a file and run `npx milepost slack manifest --against FILE`, or run this with SLACK_CONFIG_TOKEN';

/** The app's settings at Slack (commands, addresses, events, App Home) against the manifest of this version. */
export const checkManifest = async (deps: {
  slack: SlackEnv;
  publicUrl: string | undefined;
  commands: Commands;
  appId: string | undefined;
  configToken: string | undefined;
  clientsOf: (token: string) => Clients;
}): Promise<Finding[]> => {
  const { slack, publicUrl, commands, appId, configToken, clientsOf } = deps;
  const subject = 'the app’s settings at Slack: commands, addresses, events, App Home';
  if (configToken === undefined) return [unchecked(subject, HOW)];
  if (appId === undefined) return [unchecked(subject, 'Slack did not tell which app the token is of')];
  if (slack.transport.type === 'http' && publicUrl === undefined)
    return [unchecked(subject, 'PUBLIC_URL says which addresses belong there')];
  const wanted = manifestFor(commands, {}, { slack, slackCommandPrefix: slack.commandPrefix, publicUrl });
  let theirs: unknown;
  try {
    theirs = (await clientsOf(configToken).reads.apps.manifest.export({ app_id: appId })).manifest;
  } catch (error) {
    const problem = problemOf(error);
    const refusal = tokenRefusal(error);
    if (refusal !== undefined)
      return [
        warning(
          `Manifest: Slack refuses SLACK_CONFIG_TOKEN: ${refusal}`,
          `An app configuration token lives for 12 hours. Make one at ${APPS}, Your App Configuration Tokens, Generate Token, and copy the Access Token.`,
        ),
      ];
    if (problem.type !== 'refused') return [failure('Manifest', error)];
    return [
      warning(
        `Manifest: Slack does not show the app ${appId} to the one who made SLACK_CONFIG_TOKEN (${problem.code})`,
        'Somebody listed under Collaborators of the app has to make the token, in the workspace that the app was made in.',
      ),
    ];
  }
  const differences = manifestDifferences(wanted, theirs);
  if (differences.length === 0) return [good('Manifest: the app’s settings at Slack are those of this version')];
  const broken = differences.filter(({ weight }) => weight === 'breaks');
  const make = broken.length > 0 ? bad : warning;
  const count = differences.length === 1 ? 'one setting is' : `${differences.length} settings are`;
  return [
    make(
      `Manifest: ${count} not as this version wants`,
      [
        ...listDifferencesFound(differences),
        `Open ${settingsPage(appId)}, App Manifest, paste what \`npx milepost slack manifest\` prints, save, and install the app again where Slack asks for it.`,
      ].join('\n'),
    ),
  ];
};
