// The bot's composition root: opens the database, connects the chat platforms, and starts the clockwork.
import { createApp } from './app.ts';
import type { Commands } from './command.ts';
import { loadCommands } from './commands.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { loadCurriculum } from './curriculum/load.ts';
import { createScheduler, type Scheduler } from './delivery/scheduler.ts';
import { createDiscordPlatform, type DiscordPlatform } from './discord/platform.ts';
import type { DiscordEnv, Env } from './env.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import type { Log } from './log.ts';
import { parkCommunity, presentCommunities, welcomeCommunities } from './storage/attendance.ts';
import type { Db } from './storage/database.ts';
import { openDatabase } from './storage/database.ts';
import { directChannel, forgetDirectChannel, rememberDirectChannel } from './storage/direct-channels.ts';
import { DISCORD_APPLICATION, installationFact, setInstallationFact } from './storage/installation.ts';
import { claimName, keepValue, keptValue } from './storage/kept-values.ts';
import { communitiesOfPerson } from './storage/members.ts';

const PLATFORM = 'discord';

/** What Discord needs to know and to keep, in our database. */
const discordStorage = (db: Db, now: () => Date) => ({
  homesOf: (userId: string) => communitiesOfPerson(db, PLATFORM, userId),
  attendance: {
    present: () => presentCommunities(db, PLATFORM),
    joined: (guilds: readonly { externalId: string; name: string }[]) =>
      welcomeCommunities(
        db,
        guilds.map(guild => ({ ...guild, platform: PLATFORM })),
        now(),
      ),
    left: (externalId: string) => parkCommunity(db, { platform: PLATFORM, externalId }, now()),
  },
  ownership: {
    owner: () => installationFact(db, DISCORD_APPLICATION),
    own: (applicationId: string) => setInstallationFact(db, DISCORD_APPLICATION, applicationId),
  },
  kept: {
    keep: (name: string, value: string, forMs: number) =>
      keepValue(db, name, value, new Date(now().getTime() + forMs), now()),
    find: (name: string) => keptValue(db, name, now()),
    claim: (name: string, forMs: number) => claimName(db, name, new Date(now().getTime() + forMs), now()),
  },
  directChannels: {
    find: (memberId: string) => directChannel(db, PLATFORM, memberId),
    remember: (memberId: string, channelId: string) => rememberDirectChannel(db, PLATFORM, memberId, channelId),
    forget: (memberId: string) => forgetDirectChannel(db, PLATFORM, memberId),
  },
});

export type BotDeps = {
  db: Db;
  commands: Commands;
  curriculum: () => Curriculum;
  discord: DiscordEnv;
  /** What HTTP interactions listen on; port 0 takes any free one. */
  http: { host: string; port: number };
  /** Told of what ends the work for good while it runs. */
  onFatal: (error: Error) => void;
  now: () => Date;
  log: Log;
};

export type Bot = {
  discord: DiscordPlatform;
  scheduler: Scheduler;
  /** Only where interactions come by HTTP. */
  http: HttpServer | undefined;
  start(): Promise<void>;
  /** Takes nothing new, finishes what is under way, and disconnects. */
  stop(): Promise<void>;
};

/** Everything that runs on one database, put together; nothing runs before `start`. */
export const createBot = ({
  db,
  commands,
  curriculum,
  discord: env,
  http: address,
  onFatal,
  now,
  log,
}: BotDeps): Bot => {
  const app = createApp({
    db,
    commands,
    curriculum,
    now,
    deliverDue: communityId => scheduler.deliverFor(communityId),
    findChannel: (caller, named, needs) => discord.findChannel(caller.communityId, named, needs),
    editPost: ({ communityId }, { channelId, messageId, key }, message) =>
      discord.edit({ communityId, channelId }, messageId, message, key),
    log,
  });
  const discord = createDiscordPlatform({
    ...env,
    app,
    commands,
    curriculum,
    ...discordStorage(db, now),
    onFatal,
    now,
    log,
  });
  const scheduler = createScheduler({ db, curriculum, platforms: [discord], clock: now, log });
  const http = discord.routes && createHttpServer(discord.routes.fetch, address);
  return {
    discord,
    scheduler,
    http,
    async start() {
      await http?.start();
      await discord.start();
      await scheduler.start();
    },
    async stop() {
      await http?.stop();
      // Together: an interaction under way may wait for the scheduler.
      await Promise.all([discord.stop(), scheduler.stop()]);
    },
  };
};

/** Starts the bot for the platforms that the settings name; answers how to stop it. */
export const startBot = async (
  env: Env,
  discord: DiscordEnv,
  log: Log,
  onFatal: (error: Error) => void,
): Promise<() => Promise<void>> => {
  const [curriculum, commands, db] = await Promise.all([
    loadCurriculum(env.contentDir),
    loadCommands(),
    openDatabase({ url: env.databaseUrl, path: env.databasePath }),
  ]);
  const bot = createBot({
    db,
    commands,
    curriculum: () => curriculum,
    discord,
    http: env,
    onFatal,
    now: () => new Date(),
    log,
  });
  try {
    await bot.start();
  } catch (error) {
    // Half a bot would answer and never send.
    await bot.stop().catch(problem => log.error({ err: problem }, 'what had started could not be stopped'));
    await db.close();
    throw error;
  }
  const http = bot.http ? `, with interactions by HTTP at ${bot.http.address()}` : '';
  process.stdout.write(
    bot.discord.isConnected()
      ? `Milepost runs on Discord${http}. Ctrl+C stops it.\n`
      : 'Milepost was started, but Discord cannot be reached yet; it goes on trying. Ctrl+C stops it.\n',
  );
  return async () => {
    await bot.stop();
    await db.close();
  };
};
