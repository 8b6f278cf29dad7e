// Discord as a `Platform`: connects by gateway or HTTP, registers the commands, answers, delivers and stops.
import type { Hono } from 'hono';
import pRetry from 'p-retry';
import type { App } from '../app.ts';
import type { Channel, Commands } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform.ts';
import type { Home } from './caller.ts';
import { findChannel } from './channels.ts';
import { applicationCommands } from './commands.ts';
import { createDelivery, type DirectChannels, NONCE_WINDOW_MS } from './deliver.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { type Attendance, createGuilds } from './guilds.ts';
import { createHttpInteractions } from './http.ts';
import { mentionOf, registerCommands } from './register.ts';
import { createResponder } from './respond.ts';
import { createDiscordRest, type DiscordRest } from './rest.ts';

/** How long to wait before Discord is asked again to take the commands; 200 new ones a day are allowed. */
const REGISTER_AGAIN_MS = 60_000;

export type DiscordPlatformDeps = {
  token: string;
  /** With it interactions come by HTTP to `routes`, without it over the gateway. */
  publicKey?: string;
  apiUrl?: string;
  app: Pick<App, 'handle' | 'suggest'>;
  commands: Commands;
  curriculum: () => Curriculum;
  homesOf: (userId: string) => Promise<Home[]>;
  attendance: Attendance;
  directChannels: DirectChannels;
  now: () => Date;
  log: Log;
  /** For tests. */
  deferAfterMs?: number;
  firstWaitMs?: number;
  sendTimeoutMs?: number;
};

export type DiscordPlatform = Platform & {
  /** Where Discord posts interactions, when a public key is set. */
  readonly routes?: Hono;
  findChannel(guildId: string, named: string): Promise<Channel | { problem: string }>;
  /** Asks Discord now which servers Milepost is in. */
  refreshGuilds(): Promise<void>;
  /** Whether interactions can arrive at this moment. */
  isConnected(): boolean;
};

/** The part of `register.ts`'s port that needs the application's id, which the token alone does not tell for sure. */
export const commandsApi = async (api: DiscordRest) => {
  const { id } = await api.currentApplication();
  return {
    list: (guildId?: string) => api.commands.list(id, guildId),
    replace: (body: Parameters<DiscordRest['commands']['replace']>[1], guildId?: string) =>
      api.commands.replace(id, body, guildId),
  };
};

export const createDiscordPlatform = (deps: DiscordPlatformDeps): DiscordPlatform => {
  const { token, publicKey, apiUrl, app, commands, curriculum, homesOf, attendance, directChannels, now, log } = deps;
  const connection = { token, ...(apiUrl !== undefined && { apiUrl }) };
  const api = createDiscordRest({
    ...connection,
    ...(deps.sendTimeoutMs !== undefined && { sendTimeoutMs: deps.sendTimeoutMs }),
    onManyRefused: count =>
      log.warn({ count }, 'Discord refused many requests; at 10,000 in ten minutes it bans this address'),
  });
  const stopping = new AbortController();
  let mentions: (command: string) => string | undefined = () => undefined;
  const mention = (command: string) => mentions(command);
  const guilds = createGuilds({ api, attendance, log });
  const delivery = createDelivery({ api, directChannels, mention, onGone: () => void guilds.refresh(), now, log });
  const responder = createResponder({
    app,
    api,
    commands,
    homesOf,
    mention,
    log,
    ...(deps.deferAfterMs !== undefined && { deferAfterMs: deps.deferAfterMs }),
  });
  const gateway: Gateway | undefined =
    publicKey === undefined
      ? createGateway({
          ...connection,
          onInteraction: payload => void responder.respond(payload),
          log,
          ...(deps.firstWaitMs !== undefined && { firstWaitMs: deps.firstWaitMs }),
        })
      : undefined;

  const register = async (): Promise<void> => {
    const wanted = applicationCommands(commands, curriculum());
    const { changed, registered } = await registerCommands(await commandsApi(api), wanted);
    mentions = mentionOf(registered);
    const words = changed ? 'registered the commands with Discord' : 'Discord has these commands already';
    log.info({ commands: registered.length }, words);
  };

  /** Tries until it is done, for as long as the bot runs; resolves after the first attempt. */
  const registerSometime = (): Promise<void> =>
    new Promise(resolve => {
      pRetry(register, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: REGISTER_AGAIN_MS,
        maxTimeout: 30 * REGISTER_AGAIN_MS,
        signal: stopping.signal,
        onFailedAttempt({ error }) {
          log.error({ err: error }, 'the commands could not be registered; `npx milepost doctor` says more');
          resolve();
        },
      }).then(resolve, () => resolve());
    });

  return {
    name: 'discord',
    repeatsWithinMs: NONCE_WINDOW_MS,
    ...(publicKey !== undefined && {
      routes: createHttpInteractions({ publicKey, respond: payload => responder.respond(payload), now }),
    }),
    async start() {
      await gateway?.start();
      await Promise.all([registerSometime(), guilds.start()]);
    },
    async stop() {
      stopping.abort();
      await gateway?.stop();
      await Promise.all([responder.settled(), guilds.stop()]);
    },
    ...delivery,
    findChannel: (guildId, named) => findChannel(api, guildId, named),
    refreshGuilds: () => guilds.refresh(),
    isConnected: () => gateway?.isConnected() ?? true,
  };
};
