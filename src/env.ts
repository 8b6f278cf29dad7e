// The only reader of process.env and .env: every bad variable is reported at once.
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from './errors.ts';

const text = (fallback: string) => z.string().trim().min(1, 'must not be empty').default(fallback);

/** Never repeated in a message: they are secrets, or may hold one, or stand where somebody pastes one by mistake. */
const SECRET = new Set(['DATABASE_URL', 'DISCORD_TOKEN', 'DISCORD_PUBLIC_KEY', 'DISCORD_API_URL']);

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

export type Env = {
  host: string;
  port: number;
  /** Undefined where there is no token. */
  discord: DiscordEnv | undefined;
  databasePath: string;
  databaseUrl: string | undefined;
  playgroundDatabasePath: string;
  contentDir: string;
  logLevel: string;
};

const needToken = (
  env: { DISCORD_TOKEN?: string | undefined; DISCORD_PUBLIC_KEY?: string | undefined },
  context: z.RefinementCtx,
): void => {
  if (env.DISCORD_PUBLIC_KEY && !env.DISCORD_TOKEN)
    context.addIssue({ code: 'custom', path: ['DISCORD_TOKEN'], message: 'must be set where DISCORD_PUBLIC_KEY is' });
};

/** The settings of this process: its environment, then what `.env` in the working directory adds. Throws as `readEnv` does. */
export const loadEnv = (): Env => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readEnv(process.env);
};

/** The settings in `variables`, with defaults; a variable set to nothing counts as not set. Throws one UserError that lists every bad one. */
export const readEnv = (variables: NodeJS.ProcessEnv): Env => {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()));
  const result = schema.superRefine(needToken).safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map(issue => {
      const name = String(issue.path[0]);
      const value = SECRET.has(name) ? '' : ` (it is ${JSON.stringify(given[name])})`;
      return `  ${name} ${issue.message}${value}`;
    });
    throw new UserError(
      'environment',
      `Some environment variables cannot be used:\n${lines.join('\n')}\n.env.example explains each of them.`,
    );
  }
  const env = result.data;
  const { DISCORD_TOKEN: token, DISCORD_PUBLIC_KEY: publicKey, DISCORD_API_URL: apiUrl } = env;
  return {
    host: env.HOST,
    port: env.PORT,
    discord: token === undefined ? undefined : { token, ...(publicKey && { publicKey }), ...(apiUrl && { apiUrl }) },
    databasePath: env.DATABASE_PATH,
    databaseUrl: env.DATABASE_URL,
    playgroundDatabasePath: env.PLAYGROUND_DATABASE_PATH,
    contentDir: env.CONTENT_DIR,
    logLevel: env.LOG_LEVEL,
  };
};
