// A local Slack for tests: the real Bolt, or any app, connects to it by Web API, Socket Mode or signed HTTP.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { InteractionLogEntry } from './asked.ts';
import { createDelivery, type EventLogEntry } from './delivery.ts';
import type { Json } from './form.ts';
import { checkEndpoint, type HttpEndpoints, type SignedRequest, signRequest } from './http-delivery.ts';
import { createInteractions, type Limits } from './interactions.ts';
import { manifestProblems } from './manifest-rules.ts';
import { createApps } from './methods-apps.ts';
import { chatMethods } from './methods-chat.ts';
import { conversationMethods } from './methods-conversations.ts';
import { teamMethods } from './methods-team.ts';
import { viewMethods } from './methods-views.ts';
import { createFaults, type Faults } from './misbehaviour.ts';
import { createOAuth } from './oauth.ts';
import { createRateLimits } from './rate-limits.ts';
import { createSockets, type SocketFaults } from './socket.ts';
import { addWorkspace, type TestUser, type TestWorkspace } from './test-workspace.ts';
import { topModal } from './user.ts';
import { homeOf } from './views.ts';
import { createWebApi, type RecordedRequest } from './web-api.ts';
import type { NewWorkspace } from './workspaces.ts';
import {
  createWorld,
  directChannelWith,
  newToken,
  type SlackApp,
  type StoredMessage,
  type StoredView,
  type UploadedFile,
  type Workspace,
} from './world.ts';

export type { Answer, Suggestion } from './reading.ts';
export type { TestUser, TestWorkspace } from './test-workspace.ts';
export type { Prepared, TestSeat } from './user.ts';
export type { TestChannel } from './workspaces.ts';
export type { Block, StoredMessage, StoredView } from './world.ts';

export type Misbehaviour = Pick<Faults, 'api' | 'events' | 'signatures'> & {
  socket: SocketFaults;
  /** Everything behaves again. */
  clear(): void;
};

export type LocalSlack = {
  /** What SLACK_API_URL gets: `http://127.0.0.1:PORT/api/`. */
  readonly apiUrl: string;
  readonly url: string;
  readonly appId: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Shows the app's settings to the person who made it. */
  readonly configToken: string;
  /** Where a browser goes to install the app. */
  readonly authorizeUrl: string;
  /** Settings of the app's page: tabs of its Home, whether tokens rotate. */
  readonly app: SlackApp;
  addWorkspace(workspace?: NewWorkspace): TestWorkspace;
  /** Checks a manifest as Slack does, and from then on knows only its commands, events and tabs; throws all problems. */
  useManifest(manifest: Json): void;
  /** What everybody sees in a channel, oldest first; deleted messages are there and say so, private ones are not. */
  messages(channel: string | { id: string; teamId: string }): StoredMessage[];
  /** What only this person sees, in any channel of the workspace. */
  ephemerals(user: { id: string; teamId: string }): StoredMessage[];
  directMessages(user: { id: string; teamId: string }): StoredMessage[];
  homeOf(user: { id: string; teamId: string }): StoredView | undefined;
  /** The form that a person has open. */
  modalOf(user: { id: string }): StoredView | undefined;
  /** Every view there ever was, oldest first. */
  readonly views: StoredView[];
  file(id: string): UploadedFile | undefined;
  readonly requests: RecordedRequest[];
  clearRequests(): void;
  readonly rateLimited: number;
  /** Socket Mode connections that are open now; `connects` counts all there ever were. */
  readonly connections: number;
  readonly connects: number;
  readonly interactionLog: InteractionLogEntry[];
  readonly events: EventLogEntry[];
  /** What the bot did that Slack lets pass, but whose outcome no document tells. */
  readonly warnings: string[];
  /** 3 s for the ack, and the time after it in which something must be seen or the bot be quiet; a test may change them. */
  readonly limits: Limits;
  readonly misbehave: Misbehaviour;
  /** From now on requests go to these addresses, not to the socket; the one for events must know the challenge. */
  useHttp(endpoints: HttpEndpoints | undefined): Promise<void>;
  /** A signed request as Slack makes it. */
  signedRequest(body: string | Json, at?: Date): SignedRequest;
  /** Sends the last signed request once more, as it was; answers its HTTP status. */
  replayLast(): Promise<number>;
  /** What the person who comes to the install page decides; undefined: agrees, for the first workspace. */
  installInto(choice: { workspace: TestWorkspace; by?: TestUser; orgWide?: boolean; deny?: boolean } | undefined): void;
  /** A token for all workspaces of an organisation, as after an org-wide installation. */
  orgToken(enterpriseId: string, scopes?: readonly string[]): string;
  /** An organisation removes the app: its tokens die. Nobody is told. */
  uninstallOrg(enterpriseId: string): void;
  /** Resolves soon after `isSo` holds; throws after `timeoutMs`. */
  until(isSo: () => boolean, timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
};

export type LocalSlackOptions = {
  now?: () => Date;
  /** When requests are signed: by the real clock unless told, for that is what Bolt looks at. */
  signingClock?: () => Date;
  /** Added to each answer of the Web API. */
  latencyMs?: number;
  /** Off unless told. */
  rateLimits?: boolean;
  /** `false`: neither requests nor interactions are kept, for benchmarks. */
  keepRequests?: boolean;
  /**
   * Whether the bot has nothing more to do. With it, an answer is there when all that belongs to it was done, and what shows
   * nothing is known at once; without it an answer is the first thing that is seen, and nothing is known when the bot was
   * quiet for `quietMs`.
   */
  isIdle?: () => boolean;
  quietMs?: number;
};

const LOOK_EVERY_MS = 5;
const QUIET_MS = 300;

export const startSlack = async (options: LocalSlackOptions = {}): Promise<LocalSlack> => {
  const {
    now = () => new Date(),
    signingClock = () => new Date(),
    latencyMs = 0,
    rateLimits = false,
    keepRequests = true,
    isIdle,
    quietMs = QUIET_MS,
  } = options;
  const world = createWorld(now, signingClock);
  const limits: Limits = {
    answerWithinMs: 3000,
    finishWithinMs: 30_000,
    quietMs,
    triggerLifeMs: 3000,
    isIdle,
    keepLog: keepRequests,
  };
  const faults = createFaults();
  const interactions = createInteractions(world, limits);
  const sockets = createSockets(world);
  const delivery = createDelivery(world, sockets, interactions, faults);
  const oauth = createOAuth(world, () => {
    const workspace = world.workspaces.values().next().value;
    const owner = [...(workspace?.people.values() ?? [])].find(person => !person.isBot);
    return workspace && { workspace, userId: owner?.id ?? workspace.botUserId };
  });
  let requests: RecordedRequest[] = [];
  let rateLimited = 0;
  let manifest: Json | undefined;
  const apps = createApps(world, () => manifest);

  const server = createWebApi({
    world,
    methods: {
      ...chatMethods(interactions),
      ...viewMethods(interactions),
      ...conversationMethods,
      ...teamMethods(interactions),
      ...oauth.methods,
      ...apps.methods,
      ...sockets.methods,
    },
    interactions,
    oauth,
    faults,
    rateLimits: rateLimits ? createRateLimits() : undefined,
    latencyMs,
    record: request => {
      if (keepRequests) requests.push(request);
    },
    answered: request => {
      if (request.status === 429) rateLimited += 1;
    },
  });
  server.on('upgrade', sockets.handleUpgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const channelBy = (given: string | { id: string; teamId: string }) => {
    if (typeof given !== 'string') return world.workspaces.get(given.teamId)?.channels.get(given.id);
    for (const { channels } of world.workspaces.values()) if (channels.has(given)) return channels.get(given);
    return undefined;
  };
  const workspaceBy = (teamId: string): Workspace => {
    const workspace = world.workspaces.get(teamId);
    if (!workspace) throw new Error(`there is no workspace ${teamId}`);
    return workspace;
  };

  const useManifest = (given: Json): void => {
    const problems = manifestProblems(given);
    if (problems.length > 0) throw new Error(`invalid_manifest:\n${problems.join('\n')}`);
    manifest = structuredClone(given);
    // Read as loosely as it was checked strictly.
    const {
      features,
      settings,
      oauth_config: oauthConfig,
    } = manifest as {
      features?: { app_home?: { home_tab_enabled?: boolean; messages_tab_enabled?: boolean } };
      settings?: { event_subscriptions?: { bot_events?: string[] }; token_rotation_enabled?: boolean };
      oauth_config?: { redirect_urls?: string[] };
    };
    world.app.homeTabEnabled = features?.app_home?.home_tab_enabled ?? false;
    world.app.messagesTabEnabled = features?.app_home?.messages_tab_enabled ?? true;
    world.app.tokenRotation = settings?.token_rotation_enabled ?? false;
    delivery.subscribed = settings?.event_subscriptions?.bot_events ?? [];
    oauth.redirectUrls = oauthConfig?.redirect_urls ?? [];
  };

  return {
    apiUrl: `${world.url}/api/`,
    url: world.url,
    appId: world.app.id,
    appToken: world.app.appToken,
    signingSecret: world.app.signingSecret,
    clientId: world.app.clientId,
    clientSecret: world.app.clientSecret,
    configToken: apps.configToken,
    authorizeUrl: `${world.url}/oauth/v2/authorize`,
    app: world.app,
    addWorkspace: given => addWorkspace({ world, interactions, delivery, manifest: () => manifest }, given),
    useManifest,
    messages: channel => [...(channelBy(channel)?.messages ?? [])],
    ephemerals: ({ id, teamId }) => workspaceBy(teamId).ephemerals.filter(one => one.ephemeralFor === id),
    directMessages: ({ id, teamId }) => [...directChannelWith(world, workspaceBy(teamId), id).messages],
    homeOf: ({ id, teamId }) => homeOf(world, workspaceBy(teamId), id),
    modalOf: ({ id }) => topModal(world, id),
    get views() {
      return [...world.views.values()];
    },
    file: id => world.files.get(id),
    get requests() {
      return requests;
    },
    clearRequests: () => {
      requests = [];
    },
    get rateLimited() {
      return rateLimited;
    },
    get connections() {
      return sockets.open;
    },
    get connects() {
      return sockets.connects;
    },
    interactionLog: interactions.log,
    events: delivery.events,
    warnings: world.warnings,
    limits,
    misbehave: {
      api: faults.api,
      events: faults.events,
      signatures: faults.signatures,
      socket: sockets.faults,
      clear: () => {
        faults.clear();
        sockets.faults.clear();
      },
    },
    useHttp: async endpoints => {
      const url = endpoints && ('url' in endpoints ? endpoints.url : endpoints.eventsUrl);
      if (url !== undefined) await checkEndpoint(world, url);
      delivery.endpoints = endpoints;
    },
    signedRequest: (body, at) =>
      typeof body === 'string'
        ? signRequest(world, body, 'application/x-www-form-urlencoded', undefined, at)
        : signRequest(world, JSON.stringify(body), 'application/json', undefined, at),
    replayLast: async () => {
      if (!delivery.last) throw new Error('nothing was sent by HTTP yet');
      const { url, request } = delivery.last;
      return (await fetch(url, request)).status;
    },
    installInto: choice => {
      oauth.choice = choice && {
        workspace: workspaceBy(choice.workspace.teamId),
        userId: choice.by?.id ?? choice.workspace.user('Owner', { owner: true }).id,
        ...(choice.orgWide !== undefined && { orgWide: choice.orgWide }),
        ...(choice.deny !== undefined && { deny: choice.deny }),
      };
    },
    orgToken: (enterpriseId, scopes) => {
      const first = [...world.workspaces.values()].find(one => one.enterpriseId === enterpriseId);
      return newToken(world, { enterpriseId, scopes: new Set(scopes ?? first?.scopes ?? []) }).value;
    },
    uninstallOrg: enterpriseId => {
      for (const token of world.tokens.values())
        if (token.enterpriseId === enterpriseId && token.teamId === undefined) token.state = 'uninstalled';
    },
    until: async (isSo, timeoutMs = 5000) => {
      const last = performance.now() + timeoutMs;
      while (!isSo()) {
        if (performance.now() > last) throw new Error(`not so within ${timeoutMs} ms: ${isSo}`);
        await delay(LOOK_EVERY_MS);
      }
    },
    stop: async () => {
      delivery.stop();
      sockets.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
