// The only reader of process.env and .env: every bad variable is reported at once.
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from './errors.ts';

const text = (fallback: string) => z.string().trim().min(1, 'must not be empty').default(fallback);

/** Never repeated in a message: they are secrets, or may hold one, or stand where somebody pastes one by mistake. */
const SECRET = new Set([
  'DATABASE_URL',
  'DISCORD_TOKEN',
  'DISCORD_PUBLIC_KEY',
  'DISCORD_API_URL',
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_API_URL',
  'SLACK_CLIENT_ID',
  'SLACK_CLIENT_SECRET',
  'SLACK_STATE_SECRET',
  'SLACK_COMMAND_PREFIX',
  'SLACK_CONFIG_TOKEN',
  'SECRET_KEY',
  'SECRET_KEY_OLD',
  'PUBLIC_URL',
]);

/** 32 hexadecimal digits today; Slack promises no length. */
const hexadecimal = (where: string) =>
  z
    .string()
    .trim()
    .regex(/^[0-9a-f]{32,64}$/i, `must be the hexadecimal digits that Slack shows under Basic Information, ${where}`)
    .optional();

/** The same as `LEAST_KEY_LENGTH` in secrets.ts. */
const KEY = /^[^\s,]{32,}$/;
const KEY_RULE = 'at least 32 characters without commas or blanks, such as `openssl rand -base64 32` makes';

const isPublicAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, search, hash } = new URL(text);
  const isHere = hostname === 'localhost' || hostname === '127.0.0.1';
  return (protocol === 'https:' || (protocol === 'http:' && isHere)) && !username && !search && !hash;
};

const schema = z.object({
  HOST: text('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
    .transform(Number)
    .refine(port => port <= 65_535, 'must be a port number from 0 to 65535')
    .default(8080),
  DATABASE_PATH: text('data/milepost.sqlite'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  PLAYGROUND_DATABASE_PATH: text('data/playground.sqlite'),
  DISCORD_TOKEN: z
    .string()
    .trim()
    .transform(token => token.replace(/^Bot\s+/i, ''))
    .refine(token => /^[\w-]{17,}\.[\w-]{5,}\.[\w-]{20,}$/.test(token), {
      error:
        'must be the bot’s token, three parts with dots between them (not the public key or the client secret); the developer portal shows it under Bot, Reset Token',
    })
    .optional(),
  DISCORD_PUBLIC_KEY: z
    .string()
    .trim()
    .regex(
      /^[0-9a-f]{64}$/i,
      'must be the 64 hexadecimal digits that the developer portal shows under General Information',
    )
    .optional(),
  DISCORD_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://discord.com/api' })
    .transform(url => url.replace(/\/+$/, ''))
    .optional(),
  SLACK_BOT_TOKEN: z
    .string()
    .trim()
    .regex(
      /^xoxb-[\w-]{10,}$/,
      'must be the Bot User OAuth Token, which begins with xoxb- (Slack shows it under OAuth & Permissions; one that begins with xoxe. runs out within hours)',
    )
    .optional(),
  SLACK_APP_TOKEN: z
    .string()
    .trim()
    .regex(
      /^xapp-[\w-]{10,}$/,
      'must be an app-level token, which begins with xapp- (Slack makes one under Basic Information, App-Level Tokens, with the scope connections:write)',
    )
    .optional(),
  SLACK_SIGNING_SECRET: hexadecimal('Signing Secret'),
  SLACK_CLIENT_ID: z
    .string()
    .trim()
    .regex(
      /^\d+\.\d+$/,
      'must be the two numbers with a dot between them that Slack shows under Basic Information, Client ID',
    )
    .optional(),
  SLACK_CLIENT_SECRET: hexadecimal('Client Secret'),
  SLACK_STATE_SECRET: z
    .string()
    .trim()
    .min(16, 'must be at least 16 characters that nobody can guess; make them up')
    .optional(),
  SLACK_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://slack.com/api/' })
    .transform(url => `${url.replace(/\/+$/, '')}/`)
    .optional(),
  SLACK_COMMAND_PREFIX: z
    .string()
    .trim()
    .toLowerCase()
    // With the longest command it stays within Slack's 32 characters.
    .regex(/^[a-z0-9][a-z0-9_-]{0,15}$/, 'must be 1 to 16 letters, digits, - or _, such as mp for /mp-track')
    .optional(),
  SLACK_CONFIG_TOKEN: z
    .string()
    .trim()
    .regex(
      /^xoxe\.xoxp-[\w-]{10,}$/,
      'must be an app configuration token, which begins with xoxe.xoxp- (https://api.slack.com/apps, Your App Configuration Tokens; the Access Token, not the Refresh Token)',
    )
    .optional(),
  SECRET_KEY: z.string().trim().regex(KEY, `must be ${KEY_RULE}`).optional(),
  SECRET_KEY_OLD: z
    .string()
    .transform(keys =>
      keys
        .split(',')
        .map(key => key.trim())
        .filter(Boolean),
    )
    .refine(keys => keys.every(key => KEY.test(key)), `must be earlier keys with commas between them, each ${KEY_RULE}`)
    .optional(),
  PUBLIC_URL: z
    .string()
    .trim()
    .refine(isPublicAddress, 'must be an address such as https://milepost.example.org')
    .transform(url => url.replace(/\/+$/, ''))
    .optional(),
  CONTENT_DIR: text('content'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' })
    .default('info'),
});

export type DiscordEnv = {
  token: string;
  /** Set where interactions come by HTTP instead of over the gateway. */
  publicKey?: string;
  /** Without a version or a slash at its end. */
  apiUrl?: string;
};

export type SlackEnv = {
  /** How Slack reaches Milepost. */
  transport: { type: 'socket'; appToken: string } | { type: 'http'; signingSecret: string };
  /** One workspace by its token, or many by OAuth. */
  workspace:
    | { type: 'one'; botToken: string }
    | { type: 'many'; clientId: string; clientSecret: string; stateSecret: string };
  /** With a slash at its end. */
  apiUrl?: string;
  commandPrefix?: string;
};

export type Env = {
  host: string;
  port: number;
  /** Undefined where there is no token. */
  discord: DiscordEnv | undefined;
  slack: SlackEnv | undefined;
  /** Also where nothing else of Slack is set: the manifest needs it before there are tokens. */
  slackCommandPrefix: string | undefined;
  /** An app configuration token, with which `milepost doctor` reads the app's settings at Slack; it lives for 12 hours. */
  slackConfigToken: string | undefined;
  /** Where Milepost's own web server is reached from outside, without a slash at its end. */
  publicUrl: string | undefined;
  /** The key that seals tokens in the database, then the earlier ones; empty where none is set. */
  secretKeys: string[];
  databasePath: string;
  databaseUrl: string | undefined;
  playgroundDatabasePath: string;
  contentDir: string;
  logLevel: string;
};

const OAUTH = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_STATE_SECRET'];

/** What is wrong with variables together, by the variable to set or to remove. */
const togetherProblems = (given: Readonly<Record<string, unknown>>): [name: string, problem: string][] => {
  const isSet = (name: string): boolean => given[name] !== undefined;
  const problems: [string, string][] = [];
  const need = (name: string, where: string): void => {
    if (!isSet(name)) problems.push([name, `must be set where ${where} is`]);
  };
  if (isSet('DISCORD_PUBLIC_KEY')) need('DISCORD_TOKEN', 'DISCORD_PUBLIC_KEY');
  if (isSet('SECRET_KEY_OLD')) need('SECRET_KEY', 'SECRET_KEY_OLD');

  const hasBot = isSet('SLACK_BOT_TOKEN');
  const oauth = OAUTH.find(isSet);
  const transport = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].find(isSet);
  if (hasBot && oauth)
    problems.push([
      'SLACK_BOT_TOKEN',
      `must not be set together with ${oauth}: it is either for one workspace or, with ${OAUTH.join(', ')}, for many`,
    ]);
  else if (oauth) for (const name of [...OAUTH, 'SECRET_KEY', 'PUBLIC_URL']) need(name, oauth);
  else if (transport && !hasBot)
    problems.push([
      'SLACK_BOT_TOKEN',
      `must be set where ${transport} is; for many workspaces set ${OAUTH.join(', ')} instead`,
    ]);
  if ((hasBot || oauth) && !transport)
    problems.push([
      'SLACK_APP_TOKEN',
      `must be set where ${hasBot ? 'SLACK_BOT_TOKEN' : oauth} is (Socket Mode), or SLACK_SIGNING_SECRET (HTTP)`,
    ]);
  return problems;
};

const slackOf = (env: z.infer<typeof schema>): SlackEnv | undefined => {
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_BOT_TOKEN: botToken } = env;
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, SLACK_STATE_SECRET: stateSecret } = env;
  // With both, the app token was the deliberate one: Slack shows every app its signing secret.
  const transport = appToken
    ? ({ type: 'socket', appToken } as const)
    : signingSecret && ({ type: 'http', signingSecret } as const);
  const workspace = botToken
    ? ({ type: 'one', botToken } as const)
    : clientId && clientSecret && stateSecret && ({ type: 'many', clientId, clientSecret, stateSecret } as const);
  if (!transport || !workspace) return undefined;
  const { SLACK_API_URL: apiUrl, SLACK_COMMAND_PREFIX: commandPrefix } = env;
  return { transport, workspace, ...(apiUrl && { apiUrl }), ...(commandPrefix && { commandPrefix }) };
};

/** The settings of this process: its environment, then what `.env` in the working directory adds. Throws as `readEnv` does. */
export const loadEnv = (): Env => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readEnv(process.env);
};

/** The settings in `variables`, with defaults; a variable set to nothing counts as not set. Throws one UserError that lists every bad one. */
export const readEnv = (variables: NodeJS.ProcessEnv): Env => {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()));
  const result = schema.safeParse(given);
  const together = togetherProblems(given).map(([name, problem]) => `  ${name} ${problem}`);
  if (!result.success || together.length > 0) {
    const lines = (result.error?.issues ?? []).map(issue => {
      const name = String(issue.path[0]);
      const value = SECRET.has(name) ? '' : ` (it is ${JSON.stringify(given[name])})`;
      return `  ${name} ${issue.message}${value}`;
    });
    throw new UserError(
      'environment',
      `Some environment variables cannot be used:\n${[...lines, ...together].join('\n')}\n.env.example explains each of them.`,
    );
  }
  const env = result.data;
  const { DISCORD_TOKEN: token, DISCORD_PUBLIC_KEY: publicKey, DISCORD_API_URL: apiUrl } = env;
  const { SECRET_KEY: secretKey, SECRET_KEY_OLD: earlierKeys = [] } = env;
  return {
    host: env.HOST,
    port: env.PORT,
    discord: token === undefined ? undefined : { token, ...(publicKey && { publicKey }), ...(apiUrl && { apiUrl }) },
    slack: slackOf(env),
    slackCommandPrefix: env.SLACK_COMMAND_PREFIX,
    slackConfigToken: env.SLACK_CONFIG_TOKEN,
    publicUrl: env.PUBLIC_URL,
    secretKeys: secretKey === undefined ? [] : [secretKey, ...earlierKeys],
    databasePath: env.DATABASE_PATH,
    databaseUrl: env.DATABASE_URL,
    playgroundDatabasePath: env.PLAYGROUND_DATABASE_PATH,
    contentDir: env.CONTENT_DIR,
    logLevel: env.LOG_LEVEL,
  };
};
