// The bot as it runs, against a local Discord: the real discord.js client, the real app, a real database, and a clock that a test sets.
import { type Bot, createBot } from '../../src/bot/bot.ts';
import type { Commands } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { advance, type Settled } from '../../src/delivery/scheduler.ts';
import type { DiscordPlatform } from '../../src/discord/platform.ts';
import type { Db } from '../../src/storage/database.ts';
import { testCurriculum } from './curriculum.ts';
import { openTestDb } from './databases.ts';
import { memoryLog } from './delivery.ts';
import { type LocalDiscord, startDiscord } from './discord/discord-server.ts';

export type TestBot = {
  discord: LocalDiscord;
  bot: Bot & { discord: DiscordPlatform };
  db: Db;
  /** What was logged, oldest first; levels are pino's: 30 info, 40 warn, 50 error. */
  log: { level: number; msg: string }[];
  /** What ended its work for good. */
  fatal: Error[];
  now(): Date;
  setNow(at: string | Date): void;
  /** Lives through the time until then: everything that falls due is sent, in order. */
  liveUntil(at: string): Promise<Settled[]>;
  /** Ends the bot and, unless it was given, the local Discord. */
  stop(): Promise<void>;
};

export type TestBotOptions = {
  /** Interactions come by signed HTTP instead of over the gateway. */
  http?: boolean;
  now?: string;
  db?: Db;
  /** A Discord that is running already, for a second process or a restart. */
  discord?: LocalDiscord;
  curriculum?: Curriculum;
  /** Another set of commands, such as one with a slow command or without a known one. */
  commands?: Commands;
  /** When a slow answer is put off, in real milliseconds: the product's own two seconds unless told. */
  deferAfterMs?: number;
  /** The first wait between attempts to connect, in real milliseconds: the product's own two seconds unless told. */
  firstWaitMs?: number;
  /** When a post without an answer is given up, in real milliseconds: the product's own ten seconds unless told. */
  sendTimeoutMs?: number;
};

/** `now` starts on Monday 23 November 2026, 08:00 UTC, for the bot and for Discord alike. The scheduler ticks only when told to. */
export const startTestBot = async (given: TestBotOptions = {}): Promise<TestBot> => {
  let now = new Date(given.now ?? '2026-11-23T08:00:00Z');
  const discord = given.discord ?? (await startDiscord({ now: () => now }));
  const db = given.db ?? (await openTestDb());
  const { log, lines } = memoryLog();
  const fatal: Error[] = [];
  const made = await createBot({
    db,
    commands: given.commands ?? (await loadCommands()),
    curriculum: () => given.curriculum ?? testCurriculum,
    discord: {
      token: discord.token,
      apiUrl: discord.apiUrl,
      ...(given.http && { publicKey: discord.publicKey }),
      ...(given.deferAfterMs !== undefined && { deferAfterMs: given.deferAfterMs }),
      ...(given.firstWaitMs !== undefined && { firstWaitMs: given.firstWaitMs }),
      ...(given.sendTimeoutMs !== undefined && { sendTimeoutMs: given.sendTimeoutMs }),
    },
    http: { host: '127.0.0.1', port: 0 },
    onFatal: error => fatal.push(error),
    now: () => now,
    log,
  });
  if (!made.discord) throw new Error('Discord was not set up');
  const bot = { ...made, discord: made.discord };
  await bot.http?.start();
  await bot.discord.start();
  if (bot.http) await discord.useHttpInteractions(`${bot.http.address()}/discord/interactions`);
  const setNow = (at: string | Date): void => {
    now = new Date(at);
  };
  return {
    discord,
    bot,
    db,
    log: lines,
    fatal,
    now: () => now,
    setNow,
    liveUntil: at => advance(bot.scheduler, now, new Date(at), setNow),
    async stop() {
      await bot.stop();
      if (!given.discord) await discord.stop();
    },
  };
};
