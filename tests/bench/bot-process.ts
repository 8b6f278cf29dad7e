// A bot in a process of its own, as `npm start` runs Milepost, which tells its memory and processor time when asked.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startArgs } from './start.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROBE = ['--expose-gc', '--import', join(import.meta.dirname, 'probe.ts')];
/** What a developer has set for real, here or in `.env`, shall not count. */
const NOT_SET = Object.fromEntries(
  [
    'DISCORD_TOKEN',
    'DISCORD_PUBLIC_KEY',
    'DISCORD_API_URL',
    'DATABASE_URL',
    'PUBLIC_URL',
    'SECRET_KEY',
    'SECRET_KEY_OLD',
  ]
    .concat(['BOT_TOKEN', 'APP_TOKEN', 'SIGNING_SECRET', 'CLIENT_ID', 'CLIENT_SECRET'].map(name => `SLACK_${name}`))
    .concat(['STATE_SECRET', 'API_URL', 'COMMAND_PREFIX'].map(name => `SLACK_${name}`))
    .map(name => [name, '']),
);

/** `residentMb` after a garbage collection; `cpuMs` since the process started. */
export type Usage = { residentMb: number; cpuMs: number };
export type BotProcess = {
  /** Where it listens, where it said so. */
  address: string | undefined;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
};

/** What the program printed when `isReady` matches that; rejects where it ends first. */
const ready = (child: ChildProcess, isReady: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', chunk => {
      printed += chunk;
      if (isReady.test(printed)) resolve(printed);
    });
    child.once('exit', code => reject(new Error(`the bot ended with code ${code} before it was ready`)));
  });

/** Resolves when the program prints what `isReady` matches. */
export const startBot = async (args: string[], isReady: RegExp, env: NodeJS.ProcessEnv = {}): Promise<BotProcess> => {
  const child = spawn(process.execPath, [...PROBE, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const printed = await ready(child, isReady);
  return {
    address: /http:\/\/[\w.]+:\d+/.exec(printed)?.[0],
    async usage() {
      const told = once(child, 'message');
      child.send('usage');
      const [usage] = await told;
      return usage as Usage;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
};

/** Milepost with these settings and no others; resolves when it runs, on a platform or as the playground. */
export const startMilepost = (env: NodeJS.ProcessEnv, imports: readonly string[] = []): Promise<BotProcess> =>
  startBot([...imports.flatMap(file => ['--import', file]), ...startArgs()], /runs on|http:\/\/\S+:\d+\D/, {
    ...NOT_SET,
    PORT: '0',
    LOG_LEVEL: 'warn',
    ...env,
  });
