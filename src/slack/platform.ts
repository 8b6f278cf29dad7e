// Slack as a `Platform`: runs the real Bolt app by Socket Mode or HTTP, for one workspace or many, answers, delivers and stops.
import type { App as BoltApp, Receiver } from '@slack/bolt';
import { Hono } from 'hono';
import type { App } from '../app.ts';
import type { Commands } from '../command.ts';
import { UserError } from '../errors.ts';
import { keepTrying } from '../keep-trying.ts';
import type { Log } from '../log.ts';
import type { ChatPlatform, DirectChannels, KeptValues } from '../platform.ts';
import { bolt as library } from './bolt.ts';
import { findChannel } from './channels.ts';
import { CLIENT_OPTIONS, createClients, SLACK_API, silent } from './clients.ts';
import { createDelivery } from './deliver.ts';
import { createHomes } from './home.ts';
import { createHttpReceiver } from './http.ts';
import { createSingleWorkspace } from './installs.ts';
import { createSlackNames } from './names.ts';
import { createOAuthWorkspaces, type OAuthOptions } from './oauth.ts';
import { createPeople } from './people.ts';
import { createPictures } from './pictures.ts';
import type { RenderContext } from './render.ts';
import { type Ack, createResponder, type Waits } from './respond.ts';
import { createSocket } from './socket.ts';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

const BOT_TOKEN_REFUSED =
  'Slack does not accept SLACK_BOT_TOKEN. Open https://api.slack.com/apps, choose the app, OAuth & Permissions: install it to the workspace again, put the Bot User OAuth Token into .env and start again.';

export type SlackTransport = { type: 'socket'; appToken: string } | { type: 'http'; signingSecret: string };
export type SlackWorkspace =
  | { type: 'one'; botToken: string }
  | { type: 'many'; clientId: string; clientSecret: string; stateSecret: string };

/** Which workspaces Milepost is in, in our database. */
export type Attendance = {
  joined(teamId: string, name: string): Promise<void>;
  left(teamId: string): Promise<void>;
};

export type SlackPlatformDeps = {
  transport: SlackTransport;
  workspace: SlackWorkspace;
  /** With a slash at its end. */
  apiUrl?: string;
  commandPrefix?: string;
  /** Where our web server is reached from outside, without a slash at its end; many workspaces need it. */
  publicUrl?: string | undefined;
  app: Pick<App, 'handle' | 'suggest'>;
  commands: Commands;
  attendance: Attendance;
  /** Asked for with many workspaces only; throws a `UserError` where there is no key to open them with. */
  installations: () => OAuthOptions['installations'];
  directChannels: DirectChannels;
  kept: KeptValues;
  /** Told of what ends the work for good while it runs, such as a token that was taken back. */
  onFatal: (error: Error) => void;
  now: () => Date;
  log: Log;
  /** For tests: milliseconds before the second attempt to connect, and after which a call without an answer is given up. */
  firstWaitMs?: number | undefined;
  sendTimeoutMs?: number | undefined;
  waits?: Partial<Waits> | undefined;
};

export type SlackPlatform = ChatPlatform & {
  /** Whether nothing is under way. */
  isIdle(): boolean;
};

const noAnswer: Ack = async () => {};

/** Bolt's app, which hands each payload of Slack's to `respond`; nothing of its own is done with it. */
const createBolt = (
  { apiUrl, receiver, log }: { apiUrl: string; receiver: Receiver; log: Log },
  respond: (body: unknown, ack: Ack) => Promise<void>,
): BoltApp => {
  const bolt = new library.App({
    receiver,
    // Its own client is not used: each workspace has its two.
    clientOptions: { ...CLIENT_OPTIONS, slackApiUrl: apiUrl },
    logger: silent,
    ignoreSelf: false,
    // Whose token serves a payload is asked where it is answered.
    authorize: async ({ teamId = '' }) => ({ teamId }),
  });
  bolt.use(async ({ body, ...args }) => respond(body, (args as { ack?: Ack }).ack ?? noAnswer));
  bolt.error(async error => log.error({ err: error }, 'Bolt could not take what Slack sent'));
  return bolt;
};

/** For Socket Mode, where each connection has a receiver of its own. */
const noReceiver: Receiver = { init() {}, start: async () => undefined, stop: async () => undefined };

export const createSlackPlatform = (deps: SlackPlatformDeps): SlackPlatform => {
  const { transport, workspace: which, apiUrl = SLACK_API, publicUrl, app, commands, attendance, kept } = deps;
  const { onFatal, now, log, firstWaitMs = FIRST_WAIT_MS } = deps;
  const clientsOf = createClients(apiUrl, deps.sendTimeoutMs);
  const oauth =
    which.type === 'many'
      ? createOAuthWorkspaces({
          ...which,
          publicUrl: publicUrl ?? '',
          apiUrl,
          installations: deps.installations(),
          installed: ({ teamId, name }) => attendance.joined(teamId, name),
          clientsOf,
          kept,
          now,
          log,
        })
      : undefined;
  const workspaces =
    oauth?.workspaces ?? createSingleWorkspace(which.type === 'one' ? which.botToken : '', clientsOf, now, log);
  const names = createSlackNames(commands, deps.commandPrefix);
  const pictures = createPictures({ publicUrl, kept, log });
  const renderContext: RenderContext = {
    typed: names.typed,
    renamed: names.renamed,
    ...(pictures.pictureUrl && { pictureUrl: pictures.pictureUrl }),
  };

  const leave = async (teamId: string): Promise<void> => {
    log.info({ team: teamId }, 'Milepost was removed from a workspace; its data stays, and its schedules rest');
    await attendance.left(teamId);
  };
  /** Whether Milepost is still in a workspace, as far as is known; where it is not, the schedules there rest. */
  const isIn = async (teamId: string): Promise<boolean> => {
    if (!(await workspaces.isGone(teamId))) return true;
    await leave(teamId);
    return false;
  };

  const homes = createHomes({ app, renderContext, kept, log });
  const responder = createResponder({
    app,
    workspaces: {
      ...workspaces,
      async removed(where) {
        const gone = await workspaces.removed(where);
        for (const teamId of gone) await leave(teamId);
        return gone;
      },
    },
    clientsOf,
    apiUrl,
    people: createPeople({ kept, now, log }),
    homes,
    pictures,
    names,
    renderContext,
    viaHttp: transport.type === 'http',
    kept,
    now,
    log,
    waits: deps.waits,
  });
  const http =
    transport.type === 'http'
      ? createHttpReceiver({ signingSecret: transport.signingSecret, kept, now, log })
      : undefined;
  const bolt = createBolt({ apiUrl, receiver: http?.receiver ?? noReceiver, log }, (body, ack) =>
    responder.respond(body, ack),
  );
  const socket =
    transport.type === 'socket'
      ? createSocket({ appToken: transport.appToken, apiUrl, app: bolt, onFatal, log, firstWaitMs })
      : undefined;
  const stopping = new AbortController();

  /** Learns which workspaces there are. */
  const settle = async (): Promise<void> => {
    const all = await workspaces.all();
    if (which.type === 'one' && all.length === 0) throw new UserError('token_refused', BOT_TOKEN_REFUSED);
    for (const { teamId, name } of all) await attendance.joined(teamId, name);
    log.info({ workspaces: all.length }, 'Slack knows these workspaces');
  };

  const routes = new Hono();
  for (const part of [http?.routes, oauth?.routes, pictures.routes]) if (part) routes.route('/', part);
  return {
    name: 'slack',
    ...(routes.routes.length > 0 && { routes }),
    async start() {
      await keepTrying(settle, {
        firstWaitMs,
        longestWaitMs: LONGEST_WAIT_MS,
        signal: stopping.signal,
        onFailure: error => log.warn({ err: error }, 'it is not known yet which workspaces there are; trying again'),
        onFatal,
      });
      await oauth?.start();
      await socket?.start();
    },
    async stop() {
      stopping.abort();
      await socket?.stop();
      await responder.settled();
      await Promise.all([homes.stop(), oauth?.settled()]);
    },
    ...createDelivery({
      workspaces,
      clientsOf,
      directChannels: deps.directChannels,
      pictures,
      renderContext,
      isIn,
      now,
      log,
    }),
    async findChannel(teamId, named) {
      const workspace = await workspaces.of(teamId);
      return workspace
        ? findChannel(clientsOf(workspace.botToken), teamId, named)
        : { problem: 'Milepost is not in this workspace.' };
    },
    isConnected: () => socket?.isConnected() ?? true,
    isIdle: () => responder.isIdle() && homes.isIdle() && (oauth?.isIdle() ?? true),
  };
};
