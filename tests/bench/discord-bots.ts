// The two bots that are compared, each in a process of its own: Milepost as `npm start` runs it, and the bare one.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LocalDiscord } from '../support/discord/discord-server.ts';
import { startArgs } from './start.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROBE = ['--expose-gc', '--import', join(import.meta.dirname, 'discord-probe.ts')];

/** `residentMb` after a garbage collection; `cpuMs` since the process started. */
export type Usage = { residentMb: number; cpuMs: number };
export type BotProcess = {
  usage(): Promise<Usage>;
  stop(): Promise<void>;
};

/** Resolves when the program says that it is connected; rejects where it ends first. */
const connected = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.stdout?.on('data', chunk => {
      if (/connected|runs on Discord/.test(String(chunk))) resolve();
    });
    child.once('exit', code => reject(new Error(`the bot ended with code ${code} before it was connected`)));
  });

const startBot = async (args: string[], env: NodeJS.ProcessEnv = {}): Promise<BotProcess> => {
  const child = spawn(process.execPath, [...PROBE, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await connected(child);
  return {
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

/** Milepost with the database at `path`; resolves when it is connected and its servers and commands are known. */
export const startMilepost = (discord: LocalDiscord, path: string): Promise<BotProcess> =>
  startBot(startArgs(), {
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_PUBLIC_KEY: '',
    DATABASE_URL: '',
    DATABASE_PATH: path,
    LOG_LEVEL: 'warn',
  });

export const startBare = (discord: LocalDiscord): Promise<BotProcess> =>
  startBot([join(import.meta.dirname, 'discord-bare.ts'), discord.apiUrl, discord.token]);
