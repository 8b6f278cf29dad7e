// Slack as a `Platform`: connects the real Bolt app by Socket Mode or HTTP, answers, delivers and stops.
import { createRequire } from 'node:module';
import type { AppOptions, App as BoltApp } from '@slack/bolt';
import type { Hono } from 'hono';
import pRetry from 'p-retry';
import type { App } from '../app.ts';
import type { Channel, Commands } from '../command.ts';
import type { Log } from '../log.ts';
import type { DirectChannels, KeptValues, Platform } from '../platform.ts';
import { findChannel } from './channels.ts';
import { CLIENT_OPTIONS, createClients, problemOf, SLACK_API, silent } from './clients.ts';
import { createDelivery } from './deliver.ts';
import { createHomes } from './home.ts';
import { createHttpReceiver } from './http.ts';
import { createSingleWorkspace } from './installs.ts';
import { createSlackNames } from './names.ts';
import { createPeople } from './people.ts';
import { type Ack, createResponder } from './respond.ts';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

export type SlackTransport = { type: 'socket'; appToken: string } | { type: 'http'; signingSecret: string };

export type SlackPlatformDeps = {
  transport: SlackTransport;
  botToken: string;
  apiUrl?: string;
  commandPrefix?: string;
  app: Pick<App, 'handle' | 'suggest'>;
  commands: Commands;
  /** Told which workspaces the app is in. */
  joined: (teamId: string, name: string) => Promise<void>;
  left: (teamId: string) => Promise<void>;
  directChannels: DirectChannels;
  kept: KeptValues;
  now: () => Date;
  log: Log;
};

export type SlackPlatform = Platform & {
  readonly routes?: Hono;
  findChannel(teamId: string, named: string): Promise<Channel | { problem: string }>;
  /** Whether nothing is under way. */
  isIdle(): boolean;
};

const noAnswer: Ack = async () => {};

export const createSlackPlatform = (deps: SlackPlatformDeps): SlackPlatform => {
  const { transport, botToken, apiUrl = SLACK_API, app, commands, kept, now, log } = deps;
  const clientsOf = createClients(apiUrl);
  const workspaces = createSingleWorkspace(botToken, clientsOf, log);
  const names = createSlackNames(commands, deps.commandPrefix);
  const renderContext = { typed: (command: string) => names.typed(command) };
  const homes = createHomes({ app, renderContext, log });
  const people = createPeople(now, log);
  const responder = createResponder({
    app,
    workspaces: {
      ...workspaces,
      async removed(where) {
        await workspaces.removed(where);
        await deps.left(where.teamId);
      },
    },
    clientsOf,
    people,
    homes,
    names,
    renderContext,
    log,
  });
  const http =
    transport.type === 'http' ? createHttpReceiver({ signingSecret: transport.signingSecret, kept, now }) : undefined;
  const stopping = new AbortController();

  const createBolt = (): BoltApp => {
    // By `require`: the copy that its own packages load.
    const { App: Bolt } = createRequire(import.meta.url)('@slack/bolt') as {
      App: new (options: AppOptions) => BoltApp;
    };
    const bolt = new Bolt({
      // Its own client is not used: each workspace has its two.
      clientOptions: { ...CLIENT_OPTIONS, slackApiUrl: apiUrl },
      logger: silent,
      ignoreSelf: false,
      async authorize({ teamId = '', enterpriseId }) {
        const workspace = await workspaces.of(teamId, enterpriseId);
        return workspace ? { botToken: workspace.botToken, botUserId: workspace.botUserId, teamId } : { teamId };
      },
      ...(transport.type === 'socket'
        ? { socketMode: true, appToken: transport.appToken }
        : { receiver: http?.receiver }),
    } as AppOptions);
    bolt.use(async ({ body, ...args }) => responder.respond(body, (args as { ack?: Ack }).ack ?? noAnswer));
    bolt.error(async error => log.error({ err: error }, 'Bolt could not take what Slack sent'));
    return bolt;
  };
  let bolt: BoltApp | undefined;

  const connect = async (): Promise<void> => {
    for (const { teamId, name } of await workspaces.all()) await deps.joined(teamId, name);
    bolt = createBolt();
    if (transport.type === 'socket') await bolt.start();
    log.info('connected to Slack');
  };

  const delivery = createDelivery({
    workspaces,
    clientsOf,
    directChannels: deps.directChannels,
    renderContext,
    now,
    log,
  });
  return {
    name: 'slack',
    ...(http && { routes: http.routes }),
    start: () =>
      new Promise(resolve => {
        pRetry(connect, {
          retries: Number.POSITIVE_INFINITY,
          minTimeout: FIRST_WAIT_MS,
          maxTimeout: LONGEST_WAIT_MS,
          signal: stopping.signal,
          onFailedAttempt({ error }) {
            log.warn({ problem: problemOf(error) }, 'Slack cannot be reached; trying again');
            resolve();
          },
        }).then(resolve, () => resolve());
      }),
    async stop() {
      stopping.abort();
      if (transport.type === 'socket') await bolt?.stop();
      await responder.settled();
    },
    ...delivery,
    async findChannel(teamId, named) {
      const workspace = await workspaces.of(teamId);
      return workspace
        ? findChannel(clientsOf(workspace.botToken), named)
        : { problem: 'Milepost is not in this workspace.' };
    },
    isIdle: () => responder.isIdle(),
  };
};
