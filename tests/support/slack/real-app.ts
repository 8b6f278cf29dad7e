// A local Slack with the real Bolt connected to it, closed again when the test is over.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { App, type AppOptions, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import { type LocalSlack, type LocalSlackOptions, startSlack } from './slack-server.ts';

const closers: (() => unknown)[] = [];
/** Runs `close` when the test is over; the newest first. */
export const closeAfterwards = (close: () => unknown): void => {
  closers.push(close);
};
/** For `afterEach`. */
export const closeAll = async (): Promise<void> => {
  for (const close of closers.splice(0).reverse()) await close();
};

export const startForTest = async (options?: LocalSlackOptions): Promise<LocalSlack> => {
  const slack = await startSlack(options);
  closeAfterwards(() => slack.stop());
  return slack;
};

export const quietLogger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

/** Web API options without retries and waits. */
export const clientOptions = (slack: LocalSlack): WebClientOptions => ({
  slackApiUrl: slack.apiUrl,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  logger: quietLogger,
});
export const clientOf = (slack: LocalSlack, token: string, options: WebClientOptions = {}): WebClient =>
  new WebClient(token, { ...clientOptions(slack), ...options });

export type Refusal = {
  code?: string;
  statusCode?: number;
  retryAfter?: number;
  data?: {
    error: string;
    errors?: string[];
    needed?: string;
    provided?: string;
    response_metadata?: { messages?: string[] };
  };
};
/** What a call failed with; empty where it was accepted. */
export const refusalOf = async (call: Promise<unknown>): Promise<Refusal> =>
  call.then(
    () => ({}),
    (error: Refusal) => error,
  );
export const errorOf = async (call: Promise<unknown>): Promise<string | undefined> =>
  (await refusalOf(call)).data?.error;

export type How = 'socket' | 'http';
export type BotOptions = Pick<AppOptions, 'authorize' | 'token'> & {
  /** Milliseconds: a pong that takes longer ends the connection, and a reconnection waits as long. */
  clientPingTimeout?: number;
};

/** A Bolt app that is connected and ready, by Socket Mode or over HTTP; `listen` adds its listeners. */
export const connectApp = async (
  slack: LocalSlack,
  how: How,
  options: BotOptions,
  listen: (app: App) => void,
): Promise<App> => {
  const { clientPingTimeout = 5000, ...auth } = options;
  const clients = clientOptions(slack);
  const common = { ...auth, clientOptions: clients, logger: quietLogger, ignoreSelf: false };
  if (how === 'socket') {
    const receiver = new SocketModeReceiver({
      appToken: slack.appToken,
      logger: quietLogger,
      clientPingTimeout,
      installerOptions: { clientOptions: clients },
    });
    const app = new App({ ...common, receiver });
    listen(app);
    await app.start();
    closeAfterwards(() => app.stop());
    return app;
  }
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: quietLogger, port: 0 });
  const app = new App({ ...common, receiver });
  listen(app);
  const server = await receiver.start(0);
  if (!server.listening) await once(server, 'listening');
  closeAfterwards(async () => {
    server.closeAllConnections();
    await app.stop();
  });
  await slack.useHttp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events` });
  return app;
};
