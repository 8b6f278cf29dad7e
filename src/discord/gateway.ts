// The connection to Discord's gateway through discord.js: without intents and without caches it only carries interactions.
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Events, GatewayDispatchEvents, Options, Status } from 'discord.js';
import type { APIInteraction } from 'discord-api-types/v10';
import pRetry from 'p-retry';
import { UserError } from '../errors.ts';
import { asRetriable } from '../keep-trying.ts';
import type { Log } from '../log.ts';
import { DISCORD_API } from './rest.ts';

/** Waits between attempts to connect: each costs one of the 1,000 logins that Discord allows a day. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** So many first waits later the bot starts without Discord: discord.js itself knocks at a dead gateway for ever. */
const PATIENCE = 5;
/** Connections that Discord ends for good more often than this are opened more and more slowly. */
const CALM_MS = 60 * 60_000;
/** Discord's close code for a token that is not valid (any more). */
const AUTHENTICATION_FAILED = 4004;

export const TOKEN_REFUSED =
  'Discord refuses the bot’s token. Open https://discord.com/developers/applications, choose the application, Bot, Reset Token, put the new token into DISCORD_TOKEN and start again.';

export type GatewayDeps = {
  token: string;
  apiUrl?: string;
  onInteraction: (payload: APIInteraction) => void;
  /** Told when Discord refuses the token for good. */
  onFatal: (error: Error) => void;
  log: Log;
  /** For tests. */
  firstWaitMs?: number;
};

export type Gateway = {
  /**
   * Resolves when connected, or when Discord cannot be reached now: then it keeps trying. Throws a UserError where the token is refused.
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Whether interactions arrive at this moment. */
  isConnected(): boolean;
};

const createClient = ({ apiUrl = DISCORD_API, onInteraction, log }: GatewayDeps): Client => {
  const client = new Client({
    intents: [],
    // As many connections as Discord wants: one up to some thousand servers.
    shards: 'auto',
    allowedMentions: { parse: [] },
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 0,
      UserManager: 0,
      GuildMemberManager: 0,
    }),
    rest: { api: apiUrl, retries: 1, timeout: 10_000 },
  });
  // discord.js would hold interactions back until it calls itself ready, keep the channel of each, and throw where nobody can catch
  // it at one whose shape it does not know: so it is not shown them. `raw` comes first and has the packet itself.
  client.on(Events.Raw as string, (packet: { t: string | null; d: unknown }) => {
    if (packet.t !== GatewayDispatchEvents.InteractionCreate) return;
    packet.t = null;
    onInteraction(packet.d as APIInteraction);
  });
  // READY lists every server, and nothing here asks for them again.
  client.on(Events.ShardReady, () => client.guilds.cache.clear());
  client.on(Events.Error, error => log.warn({ err: error }, 'the connection to Discord had an error'));
  client.on(Events.ShardError, error => log.warn({ err: error }, 'the connection to Discord had an error'));
  client.on(Events.ShardReconnecting, shard => log.debug({ shard }, 'reconnecting to Discord'));
  return client;
};

export const createGateway = (deps: GatewayDeps): Gateway => {
  const { token, onFatal, log, firstWaitMs = FIRST_WAIT_MS } = deps;
  const stopping = new AbortController();
  let client: Client | undefined;
  let endings = 0;
  let endedAt = Number.NEGATIVE_INFINITY;

  const connect = async (): Promise<void> => {
    // A client that failed, or that Discord sent away, cannot be used again.
    const fresh = createClient(deps);
    let isOpen = false;
    let closedWith: number | undefined;
    fresh.on(Events.ShardDisconnect, ({ code }) => {
      closedWith = code;
      // What is not open yet fails by its login.
      if (isOpen) void reopen(fresh, code);
    });
    // Between two attempts discord.js cannot be stopped; it is stopped after the second.
    fresh.on(Events.ShardReady, () => void (stopping.signal.aborted && fresh.destroy()));
    client = fresh;
    try {
      await fresh.login(token);
    } catch (error) {
      const isRefused = (error as { code?: unknown }).code === 'TokenInvalid' || closedWith === AUTHENTICATION_FAILED;
      throw isRefused ? new UserError('token_refused', TOKEN_REFUSED) : error;
    }
    isOpen = true;
    log.info('connected to Discord');
  };

  /** After Discord ended a connection that it does not let us resume. */
  const reopen = async (ended: Client, code: number): Promise<void> => {
    if (code === AUTHENTICATION_FAILED) return onFatal(new UserError('token_refused', TOKEN_REFUSED));
    // Such as 4011, too many servers for so few shards: the next client asks how many it shall be.
    log.error({ code }, 'Discord closed the connection for good; opening a new one');
    await ended.destroy();
    endings = performance.now() - endedAt > CALM_MS ? 0 : endings + 1;
    endedAt = performance.now();
    const waitMs = Math.min(firstWaitMs * 2 ** endings, LONGEST_WAIT_MS);
    await pause(waitMs, undefined, { signal: stopping.signal }).then(keepConnecting, () => {});
  };

  const keepConnecting = (): Promise<void> =>
    pRetry(asRetriable(connect), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: firstWaitMs,
      maxTimeout: LONGEST_WAIT_MS,
      signal: stopping.signal,
      onFailedAttempt: ({ error }) => log.warn({ err: error }, 'Discord cannot be reached; trying again'),
    }).catch(error => {
      if (!stopping.signal.aborted) onFatal(error);
    });

  return {
    async start() {
      const waiting = new AbortController();
      const first = connect();
      first.catch(error => {
        if (!stopping.signal.aborted && !(error instanceof UserError)) void keepConnecting();
      });
      const patience = pause(PATIENCE * firstWaitMs, 'late', { signal: waiting.signal }).catch(() => {});
      try {
        if ((await Promise.race([first, patience])) !== 'late') return;
        log.warn('Discord cannot be reached; trying again');
        first.catch(error => error instanceof UserError && onFatal(error));
      } catch (error) {
        if (error instanceof UserError) throw error;
        log.warn({ err: error }, 'Discord cannot be reached; trying again');
      } finally {
        waiting.abort();
      }
    },
    async stop() {
      stopping.abort();
      await client?.destroy();
    },
    isConnected: () => client?.isReady() === true && client.ws.shards.every(({ status }) => status === Status.Ready),
  };
};
