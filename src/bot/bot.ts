// The bot's composition root: opens the database, connects the chat platforms, and starts the clockwork.
import { Hono } from 'hono';
import { createApp } from '../app.ts';
import { loadCommands } from '../commands.ts';
import { loadCurriculum } from '../curriculum/load.ts';
import { createScheduler, type Scheduler } from '../delivery/scheduler.ts';
import type { DiscordPlatform } from '../discord/platform.ts';
import type { DiscordEnv, Env } from '../env.ts';
import { createHttpServer, type HttpServer } from '../http-server.ts';
import type { Log } from '../log.ts';
import type { ChatPlatform } from '../platform.ts';
import type { SlackPlatform } from '../slack/platform.ts';
import { openDatabase } from '../storage/database.ts';
import type { PlatformDeps } from './platform-deps.ts';
import type { SlackSettings } from './slack.ts';

export type BotDeps = Omit<PlatformDeps, 'app'> & {
  discord?: DiscordEnv | undefined;
  slack?: SlackSettings | undefined;
  /** What HTTP listens on, where a platform needs it; port 0 takes any free one. */
  http: { host: string; port: number };
};

export type Bot = {
  /** Undefined where it is not set up. */
  discord: DiscordPlatform | undefined;
  slack: SlackPlatform | undefined;
  scheduler: Scheduler;
  /** Only where a platform is reached by HTTP. */
  http: HttpServer | undefined;
  start(): Promise<void>;
  /** Takes nothing new, finishes what is under way, and disconnects. */
  stop(): Promise<void>;
};

/** Everything that runs on one database, put together; nothing runs before `start`. */
export const createBot = async ({
  discord: discordEnv,
  slack: slackEnv,
  http: address,
  ...deps
}: BotDeps): Promise<Bot> => {
  const { db, curriculum, now, log } = deps;
  const platforms: ChatPlatform[] = [];
  const platformOf = (name: string): ChatPlatform => {
    const platform = platforms.find(one => one.name === name);
    if (!platform) throw new Error(`${name} is not set up`);
    return platform;
  };
  const app = createApp({
    ...deps,
    deliverDue: communityId => scheduler.deliverFor(communityId),
    findChannel: ({ platform, communityId }, named, needs) =>
      platformOf(platform).findChannel(communityId, named, needs),
    editPost: ({ platform, communityId }, { channelId, messageId, key }, message) =>
      platformOf(platform).edit({ communityId, channelId }, messageId, message, key),
  });
  // Each platform's libraries cost memory and time to start: only those that are used are loaded.
  const discord = discordEnv && (await import('./discord.ts')).createDiscord(discordEnv, { ...deps, app });
  const slack = slackEnv && (await import('./slack.ts')).createSlack(slackEnv, { ...deps, app });
  for (const platform of [discord, slack]) if (platform) platforms.push(platform);
  const scheduler = createScheduler({ db, curriculum, platforms, clock: now, log });

  const routes = new Hono();
  for (const platform of platforms) if (platform.routes) routes.route('/', platform.routes);
  const http = routes.routes.length > 0 ? createHttpServer(routes.fetch, address) : undefined;
  return {
    discord,
    slack,
    scheduler,
    http,
    async start() {
      await http?.start();
      await Promise.all(platforms.map(platform => platform.start()));
      await scheduler.start();
    },
    async stop() {
      await http?.stop();
      // Together: an interaction under way may wait for the scheduler.
      await Promise.all([...platforms.map(platform => platform.stop()), scheduler.stop()]);
    },
  };
};

/** What is said at the start: where Milepost runs, and what cannot be reached yet. */
const greetingOf = ({ discord, slack, http }: Bot): string => {
  const platforms = [
    { name: 'Discord', platform: discord },
    { name: 'Slack', platform: slack },
  ].filter(({ platform }) => platform !== undefined);
  const here = platforms.filter(({ platform }) => platform?.isConnected()).map(({ name }) => name);
  const missing = platforms.filter(({ platform }) => !platform?.isConnected()).map(({ name }) => name);
  const where = here.length > 0 ? `Milepost runs on ${here.join(' and ')}` : 'Milepost was started';
  const but = missing.length > 0 ? `, but ${missing.join(' and ')} cannot be reached yet; it goes on trying` : '';
  return `${where}${http ? `, listening at ${http.address()}` : ''}${but}. Ctrl+C stops it.\n`;
};

/** Starts the bot for the platforms that the settings name; answers how to stop it. */
export const startBot = async (env: Env, log: Log, onFatal: (error: Error) => void): Promise<() => Promise<void>> => {
  const { discord, slack, publicUrl, secretKeys } = env;
  const [curriculum, commands, db] = await Promise.all([
    loadCurriculum(env.contentDir),
    loadCommands(),
    openDatabase({ url: env.databaseUrl, path: env.databasePath }),
  ]);
  let bot: Bot | undefined;
  try {
    bot = await createBot({
      db,
      commands,
      curriculum: () => curriculum,
      discord,
      slack: slack && { ...slack, publicUrl, secretKeys },
      http: env,
      onFatal,
      now: () => new Date(),
      log,
    });
    await bot.start();
  } catch (error) {
    // Half a bot would answer and never send.
    await bot?.stop().catch(problem => log.error({ err: problem }, 'what had started could not be stopped'));
    await db.close();
    throw error;
  }
  process.stdout.write(greetingOf(bot));
  const running = bot;
  return async () => {
    await running.stop();
    await db.close();
  };
};
