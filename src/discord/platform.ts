// Discord as a `Platform`: connects by gateway or HTTP, registers the commands, answers, delivers and stops.
import type { App } from '../app.ts';
import type { Commands } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { UserError } from '../errors.ts';
import { keepTrying } from '../keep-trying.ts';
import type { Log } from '../log.ts';
import type { ChatPlatform, DirectChannels, KeptValues } from '../platform.ts';
import type { Home } from './caller.ts';
import { findChannel } from './channels.ts';
import { applicationCommands } from './commands.ts';
import { createDelivery } from './deliver.ts';
import { createGateway, type Gateway, TOKEN_REFUSED } from './gateway.ts';
import { type Attendance, createGuilds } from './guilds.ts';
import { createHttpInteractions } from './http.ts';
import { NONCE_WINDOW_MS } from './marks.ts';
import { type CommandsApi, mentionOf, registerCommands } from './register.ts';
import { createResponder } from './respond.ts';
import { createDiscordRest, type DiscordRest, problemOf } from './rest.ts';

/** How long to wait before Discord is asked again to take the commands; 200 new ones a day are allowed. */
const SETTLE_AGAIN_MS = 60_000;

/** Which Discord application the database belongs to: servers, channels and direct messages are known to that one only. */
export type Ownership = { owner(): Promise<string | undefined>; own(applicationId: string): Promise<void> };

const otherApplication = (owner: string, id: string): string =>
  `This database belongs to the Discord application ${owner}, and DISCORD_TOKEN is a token of the application ${id}. Use the other token, or another database (DATABASE_PATH or DATABASE_URL). To move this database to the new application for good, run: npx milepost discord adopt`;

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
  ownership: Ownership;
  directChannels: DirectChannels;
  kept: KeptValues;
  /** Told of what ends the work for good while it runs, such as a token that was reset. */
  onFatal: (error: Error) => void;
  now: () => Date;
  log: Log;
  /** For tests. */
  deferAfterMs?: number;
  firstWaitMs?: number;
  sendTimeoutMs?: number;
};

export type DiscordPlatform = ChatPlatform & {
  /** Asks Discord now which servers Milepost is in. */
  refreshGuilds(): Promise<void>;
};

/** The part of `register.ts`'s port that belongs to one application. */
const commandsOf = (api: DiscordRest, applicationId: string): CommandsApi => ({
  list: guildId => api.commands.list(applicationId, guildId),
  replace: (body, guildId) => api.commands.replace(applicationId, body, guildId),
});

/** The same for the application of the token, which Discord has to be asked for. */
export const commandsApi = async (api: DiscordRest): Promise<CommandsApi> =>
  commandsOf(api, (await api.currentApplication()).id);

export const createDiscordPlatform = (deps: DiscordPlatformDeps): DiscordPlatform => {
  const {
    token,
    publicKey,
    apiUrl,
    app,
    commands,
    curriculum,
    homesOf,
    attendance,
    ownership,
    directChannels,
    kept,
    onFatal,
    now,
    log,
  } = deps;
  const connection = { token, ...(apiUrl !== undefined && { apiUrl }) };
  const api = createDiscordRest({
    ...connection,
    ...(deps.sendTimeoutMs !== undefined && { sendTimeoutMs: deps.sendTimeoutMs }),
    onManyRefused: count =>
      log.warn({ count }, 'Discord refused many requests; at 10,000 in ten minutes it bans this address'),
  });
  const stopping = new AbortController();
  let isSettled = false;
  let mentions: (command: string) => string | undefined = () => undefined;
  const mention = (command: string) => mentions(command);
  const guilds = createGuilds({ api, attendance, log });
  const delivery = createDelivery({
    api,
    directChannels,
    mention,
    isIn: guildId => isIn(guildId),
    isSettled: () => isSettled,
    now,
    log,
  });
  const responder = createResponder({
    app,
    api,
    commands,
    homesOf,
    kept,
    mention,
    log,
    ...(deps.deferAfterMs !== undefined && { deferAfterMs: deps.deferAfterMs }),
  });
  const gateway: Gateway | undefined =
    publicKey === undefined
      ? createGateway({
          ...connection,
          onInteraction: payload => void responder.respond(payload),
          onFatal,
          log,
          ...(deps.firstWaitMs !== undefined && { firstWaitMs: deps.firstWaitMs }),
        })
      : undefined;

  /** Makes sure that the database is this application's; then registers the commands and reads the list of servers. */
  const settle = async (): Promise<void> => {
    const { id } = await api.currentApplication().catch((error: unknown) => {
      const problem = problemOf(error);
      const isRefused = problem.type === 'refused' && problem.status === 401;
      throw isRefused ? new UserError('token_refused', TOKEN_REFUSED) : error;
    });
    const owner = await ownership.owner();
    if (owner === undefined) await ownership.own(id);
    else if (owner !== id) throw new UserError('other_application', otherApplication(owner, id));
    isSettled = true;
    const [{ changed, registered }] = await Promise.all([
      registerCommands(commandsOf(api, id), applicationCommands(commands, curriculum())),
      // Not before: a token of another application knows other servers, and would put ours to rest.
      guilds.start(),
    ]);
    mentions = mentionOf(registered);
    const words = changed ? 'registered the commands with Discord' : 'Discord has these commands already';
    log.info({ commands: registered.length }, words);
  };

  /** Whether Milepost is still in a server; asks Discord anew. */
  const isIn = async (guildId: string): Promise<boolean> => {
    await guilds.refresh();
    return (await attendance.present()).some(({ externalId }) => externalId === guildId);
  };

  return {
    name: 'discord',
    repeatsWithinMs: NONCE_WINDOW_MS,
    ...(publicKey !== undefined && {
      routes: createHttpInteractions({ publicKey, respond: payload => responder.respond(payload), kept, now }),
    }),
    async start() {
      // The connection asks Discord for its address by a client of its own.
      if (gateway) await api.inPace(() => gateway.start());
      await keepTrying(settle, {
        firstWaitMs: SETTLE_AGAIN_MS,
        longestWaitMs: 30 * SETTLE_AGAIN_MS,
        signal: stopping.signal,
        onFailure: error =>
          log.warn({ err: error }, 'the commands could not be registered with Discord yet; it is tried again'),
        onFatal,
      });
    },
    async stop() {
      stopping.abort();
      await gateway?.stop();
      await Promise.all([responder.settled(), guilds.stop()]);
    },
    ...delivery,
    findChannel: (guildId, named, needs) => findChannel(api, guildId, named, needs),
    refreshGuilds: () => guilds.refresh(),
    isConnected: () => gateway?.isConnected() ?? true,
  };
};
