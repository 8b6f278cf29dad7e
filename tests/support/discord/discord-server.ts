// A local Discord for tests: the real discord.js, or any bot, connects to it by REST, gateway or HTTP interactions.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createApplicationRoutes } from './application-routes.ts';
import { createGateway, type GatewayFaults } from './gateway.ts';
import { createGuild, joinGuild, type TestGuild } from './guilds.ts';
import { checkEndpoint, postInteraction, type SignedRequest, signRequest } from './http-interactions.ts';
import { createInteractions, type InteractionLogEntry } from './interactions.ts';
import { createFaults, type Faults } from './misbehaviour.ts';
import { createRateLimits } from './rate-limits.ts';
import { createRoutes } from './rest-routes.ts';
import { createRestServer, type RecordedRequest } from './rest-server.ts';
import { createSeat, type SendInteraction, type TestSeat } from './user.ts';
import {
  createPerson,
  createWorld,
  directChannelWith,
  type RegisteredCommand,
  type StoredMessage,
  type Thread,
} from './world.ts';

export type { TestChannel, TestGuild } from './guilds.ts';
export type { Answer, Choices, Modal } from './reading.ts';
export type { Prepared, TestSeat } from './user.ts';
export type { Component, StoredMessage } from './world.ts';

export type TestUser = {
  readonly id: string;
  readonly name: string;
  /** Takes a seat in a channel (the first one unless told); joins the server. */
  in(guild: TestGuild, channel?: { id: string } | string, how?: { permissions?: bigint; nick?: string }): TestSeat;
  inDirectMessages(): TestSeat;
  /** From now on the bot's messages are refused with 50007. */
  closeDirectMessages(): void;
  openDirectMessages(): void;
  leave(guild: TestGuild): void;
};

export type Misbehaviour = {
  rest: Faults['rest'];
  gateway: GatewayFaults;
  /** The token is reset: REST answers 401 and the gateway closes with 4004. */
  revokeToken(): void;
  restoreToken(): void;
  /** The `Date` header is off by so much. */
  skewClock(ms: number): void;
  /** Everything behaves again. */
  clear(): void;
};

export type LocalDiscord = {
  /** What DISCORD_API_URL gets: `http://127.0.0.1:PORT/api`. */
  readonly apiUrl: string;
  readonly token: string;
  readonly applicationId: string;
  readonly botId: string;
  /** Ed25519, hex. */
  readonly publicKey: string;
  addGuild(guild?: { name?: string; botPermissions?: bigint; everyone?: bigint }): TestGuild;
  /** The person of this name; the same one each time. */
  user(name: string, how?: { locale?: string }): TestUser;
  /** What everybody sees in a channel, oldest first; deleted messages are there and say so, private answers are not. */
  messages(channelId: string): StoredMessage[];
  directMessages(user: { id: string }): StoredMessage[];
  threads(channelId: string): Thread[];
  commands(guildId?: string): RegisteredCommand[];
  /** The contents of an uploaded file. */
  upload(attachmentId: string): Buffer | undefined;
  readonly requests: RecordedRequest[];
  clearRequests(): void;
  /** Connections that are open now; `gatewayConnects` counts all there ever were. */
  readonly gatewayConnections: number;
  readonly gatewayConnects: number;
  readonly identifies: number;
  readonly resumes: number;
  /** How many requests got 429, by a fault or by the limits. */
  readonly rateLimited: number;
  /** 401, 403 and 429: 10,000 of them in ten minutes ban an address. */
  readonly invalidRequests: number;
  readonly interactionLog: InteractionLogEntry[];
  /** How long an interaction may go unanswered: Discord's 3 s unless a test sets it. */
  answerWithinMs: number;
  /** How long a deferred answer may take: Discord's 15 minutes unless a test sets it. */
  finishWithinMs: number;
  readonly misbehave: Misbehaviour;
  /** Resolves soon after `isSo` holds; throws after `timeoutMs`. */
  until(isSo: () => boolean, timeoutMs?: number): Promise<void>;
  /**
   * Interactions are posted to this URL instead of the gateway. First it gets a PING and a badly signed PING, as when an
   * organiser saves the URL; throws what is wrong with its answers.
   */
  useHttpInteractions(url: string | undefined): Promise<void>;
  /** A signed request as Discord makes it, for replays and old timestamps. */
  signedRequest(body: unknown, at?: Date): SignedRequest;
  stop(): Promise<void>;
};

export type LocalDiscordOptions = {
  now?: () => Date;
  /** Added to each REST answer. */
  latencyMs?: number;
  /** Off unless told. */
  rateLimits?: boolean;
  /** `false`: neither requests nor interactions are kept, for benchmarks. */
  keepRequests?: boolean;
  heartbeatIntervalMs?: number;
};

const LOOK_EVERY_MS = 5;

export const startDiscord = async (options: LocalDiscordOptions = {}): Promise<LocalDiscord> => {
  const {
    now = () => new Date(),
    latencyMs = 0,
    rateLimits = false,
    keepRequests = true,
    heartbeatIntervalMs = 41_250,
  } = options;
  const world = createWorld(now);
  const limits = { answerWithinMs: 3000, finishWithinMs: 15 * 60_000, keepLog: keepRequests };
  const counts = { rateLimited: 0, invalid: 0 };
  const faults = createFaults();
  const users = new Map<string, TestUser>();
  let requests: RecordedRequest[] = [];
  let isRevoked = false;
  let skewMs = 0;
  let endpoint: string | undefined;
  let port = 0;

  const gatewayUrl = () => `ws://127.0.0.1:${port}`;
  const token = () => (isRevoked ? 'revoked' : world.application.token);
  const gateway = createGateway(world, { heartbeatIntervalMs, token, url: gatewayUrl });
  world.dispatch = gateway.dispatch;
  const interactions = createInteractions(world, limits);

  const server = createRestServer({
    routes: [...createApplicationRoutes(world, interactions, () => gateway.info(gatewayUrl())), ...createRoutes(world)],
    faults,
    rateLimits: rateLimits ? createRateLimits() : undefined,
    latencyMs,
    authorization: () => `Bot ${token()}`,
    date: () => new Date(now().getTime() + skewMs),
    record: request => {
      if (keepRequests) requests.push(request);
    },
    answered: request => {
      if (request.status === 429) counts.rateLimited += 1;
      if ([401, 403, 429].includes(request.status)) counts.invalid += 1;
    },
  });
  server.on('upgrade', gateway.handleUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;

  const send: SendInteraction = (payload, { guild }, asked) => {
    if (endpoint !== undefined) {
      asked.startClock();
      void postInteraction(world, interactions, endpoint, payload, asked);
      return;
    }
    gateway.whenReachable(() => {
      asked.startClock();
      gateway.dispatch('INTERACTION_CREATE', payload, guild ? { guildId: guild.id } : {});
    });
  };

  const addUser = (name: string, locale?: string): TestUser => {
    const person = createPerson(world, name, locale);
    return {
      id: person.id,
      name,
      in: (guild, given, how) => {
        const state = joinGuild(world, guild.id, person.id, how);
        const id = given === undefined ? guild.channels()[0]?.id : typeof given === 'string' ? given : given.id;
        const channel = world.channels.get(id ?? '');
        if (!channel) throw new Error(`there is no channel ${id}`);
        return createSeat(world, interactions, { person, channel, guild: state }, send);
      },
      inDirectMessages: () =>
        createSeat(world, interactions, { person, channel: directChannelWith(world, person.id) }, send),
      closeDirectMessages: () => {
        person.acceptsDirectMessages = false;
      },
      openDirectMessages: () => {
        person.acceptsDirectMessages = true;
      },
      leave: guild => {
        world.guilds.get(guild.id)?.members.delete(person.id);
      },
    };
  };

  const until: LocalDiscord['until'] = async (isSo, timeoutMs = 5000) => {
    const last = performance.now() + timeoutMs;
    while (!isSo()) {
      if (performance.now() > last) throw new Error(`not so within ${timeoutMs} ms: ${isSo}`);
      await delay(LOOK_EVERY_MS);
    }
  };

  return {
    apiUrl: `http://127.0.0.1:${port}/api`,
    token: world.application.token,
    applicationId: world.application.id,
    botId: world.bot.id,
    publicKey: world.application.publicKey,
    addGuild: guild => createGuild(world, guild),
    user: (name, { locale } = {}) => {
      const known = users.get(name) ?? addUser(name, locale);
      users.set(name, known);
      return known;
    },
    messages: id => [...(world.channels.get(id)?.messages ?? [])],
    directMessages: ({ id }) => [...directChannelWith(world, id).messages],
    threads: id => (world.channels.get(id)?.messages ?? []).flatMap(({ thread }) => thread ?? []),
    commands: guildId => (guildId === undefined ? world.globalCommands : (world.guildCommands.get(guildId) ?? [])),
    upload: id => world.uploads.get(id),
    get requests() {
      return requests;
    },
    clearRequests: () => {
      requests = [];
    },
    get gatewayConnections() {
      return gateway.stats.open;
    },
    get gatewayConnects() {
      return gateway.stats.connects;
    },
    get identifies() {
      return gateway.stats.identifies;
    },
    get resumes() {
      return gateway.stats.resumes;
    },
    get rateLimited() {
      return counts.rateLimited;
    },
    get invalidRequests() {
      return counts.invalid;
    },
    interactionLog: interactions.log,
    get answerWithinMs() {
      return limits.answerWithinMs;
    },
    set answerWithinMs(ms) {
      limits.answerWithinMs = ms;
    },
    get finishWithinMs() {
      return limits.finishWithinMs;
    },
    set finishWithinMs(ms) {
      limits.finishWithinMs = ms;
    },
    misbehave: {
      rest: faults.rest,
      gateway: gateway.faults,
      revokeToken: () => {
        isRevoked = true;
        gateway.closeAll(4004);
      },
      restoreToken: () => {
        isRevoked = false;
      },
      skewClock: ms => {
        skewMs = ms;
      },
      clear: () => {
        faults.clear();
        gateway.faults.clear();
        isRevoked = false;
        skewMs = 0;
      },
    },
    until,
    useHttpInteractions: async url => {
      if (url !== undefined) await checkEndpoint(world, url);
      endpoint = url;
    },
    signedRequest: (body, at) => signRequest(world, typeof body === 'string' ? body : JSON.stringify(body), at),
    stop: async () => {
      gateway.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
