// The two bots that are compared on Slack: Milepost as `npm start` runs it, and the bare one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecrets } from '../../src/secrets.ts';
import { findOrCreateCommunity } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { createInstallationStore } from '../../src/storage/slack-installations.ts';
import type { Block, LocalSlack, TestWorkspace } from '../support/slack/slack-server.ts';
import { type BotProcess, startBot, startMilepost } from './bot-process.ts';

/** For `quietMs` of a local Slack: with much under way on a small machine a bot may be silent for a while. */
export const PATIENCE_MS = 10_000;
export type How = 'http' | 'socket';
/** Where both are reached over HTTP. */
const EVENTS_PATH = '/slack/events';
const SECRET_KEY = 'a-key-that-is-long-enough-for-a-bench';
const SCOPES = ['commands', 'chat:write', 'im:write', 'users:read', 'channels:read', 'groups:read'];

const transportEnv = (slack: LocalSlack, how: How): NodeJS.ProcessEnv =>
  how === 'socket' ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: slack.signingSecret };

const connect = async (slack: LocalSlack, { address }: BotProcess, how: How): Promise<void> =>
  slack.useHttp(how === 'http' ? { url: `${address}${EVENTS_PATH}` } : undefined);

const start = async (slack: LocalSlack, how: How, env: NodeJS.ProcessEnv, imports?: readonly string[]) => {
  const bot = await startMilepost({ SLACK_API_URL: slack.apiUrl, ...transportEnv(slack, how), ...env }, imports);
  await connect(slack, bot, how);
  return bot;
};

/** Milepost for one workspace, with the database at `path`; resolves when Slack reaches it. */
export const startOnSlack = (
  slack: LocalSlack,
  { botToken }: TestWorkspace,
  path: string,
  how: How,
  imports?: readonly string[],
): Promise<BotProcess> => start(slack, how, { SLACK_BOT_TOKEN: botToken, DATABASE_PATH: path }, imports);

/** Milepost for all workspaces that the database at `path` knows; resolves when Slack reaches it. */
export const startOnManyWorkspaces = (slack: LocalSlack, path: string, how: How): Promise<BotProcess> =>
  start(slack, how, {
    SLACK_CLIENT_ID: slack.clientId,
    SLACK_CLIENT_SECRET: slack.clientSecret,
    SLACK_STATE_SECRET: 'made up for the bench',
    SECRET_KEY,
    PUBLIC_URL: 'http://localhost:8080',
    DATABASE_PATH: path,
  });

/** A workspace as after its installation by OAuth; answers its community's id. */
export const install = async (db: Db, slack: LocalSlack, workspace: TestWorkspace, at: Date): Promise<number> => {
  const { teamId, name, botToken, botUserId } = workspace;
  const installation = { ownerId: teamId, isOrg: false, enterpriseId: null, name, appId: slack.appId, botUserId };
  await createInstallationStore(db, createSecrets([SECRET_KEY]), () => at).save(
    { ...installation, scopes: SCOPES, installedBy: 'U0ORGANISER' },
    { botToken },
  );
  return (await findOrCreateCommunity(db, { platform: 'slack', externalId: teamId, name }, at)).id;
};

export type Content = { text: string; blocks: Block[] };
export type BareSettings = {
  transport: { type: 'socket'; appToken: string } | { type: 'http'; signingSecret: string };
  apiUrl: string;
  /** By workspace. */
  tokens: Record<string, string>;
  /** By command, such as `/next`; `press` for buttons. */
  answers: Record<string, Content>;
  home: { type: 'home'; blocks: Block[] };
};

/** The bare bot with what it shall answer; resolves when Slack reaches it. */
export const startBareSlack = async (
  slack: LocalSlack,
  workspaces: readonly TestWorkspace[],
  {
    folder,
    how,
    answers = {},
    home = [],
  }: { folder: string; how: How; answers?: Record<string, Content>; home?: Block[] },
): Promise<BotProcess> => {
  const settings: BareSettings = {
    transport:
      how === 'socket'
        ? { type: 'socket', appToken: slack.appToken }
        : { type: 'http', signingSecret: slack.signingSecret },
    apiUrl: slack.apiUrl,
    tokens: Object.fromEntries(workspaces.map(({ teamId, botToken }) => [teamId, botToken])),
    answers,
    home: { type: 'home', blocks: home },
  };
  const path = join(folder, `bare-${how}.json`);
  writeFileSync(path, JSON.stringify(settings));
  const bot = await startBot([join(import.meta.dirname, 'slack-bare.ts'), path], /connected/);
  await connect(slack, bot, how);
  return bot;
};
