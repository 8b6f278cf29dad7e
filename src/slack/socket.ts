// The connection to Slack by Socket Mode: Bolt's own receiver, a new one whenever Slack ends the last.
import { setTimeout as pause } from 'node:timers/promises';
import type { App as BoltApp, SocketModeReceiver } from '@slack/bolt';
import { UserError } from '../errors.ts';
import { keepTrying } from '../keep-trying.ts';
import type { Log } from '../log.ts';
import { TOO_LATE, within } from '../within.ts';
import { bolt as library } from './bolt.ts';
import { CLIENT_OPTIONS, problemOf, silent } from './clients.ts';
import { isTokenRefused } from './outcome.ts';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** After the handshake Slack says hello; a connection without one is of no use. */
const HELLO_WITHIN_MS = 20_000;
const GOODBYE_WITHIN_MS = 3_000;
/** Slack waits no longer for an acknowledgement. */
const ACKNOWLEDGED_WITHIN_MS = 3_000;
/** A connection that lived so long ended because Slack moves connections about, which it does several times a day. */
const CALM_MS = 60_000;

export const APP_TOKEN_REFUSED =
  'Slack does not accept SLACK_APP_TOKEN. Open https://api.slack.com/apps, choose the app, Basic Information, App-Level Tokens: make one with the scope connections:write, put it into .env and start again.';

export type SocketDeps = {
  appToken: string;
  apiUrl: string;
  /** What it hands everything to. */
  app: BoltApp;
  /** Told of what ends the work for good while it runs. */
  onFatal: (error: Error) => void;
  log: Log;
  /** For tests. */
  firstWaitMs?: number | undefined;
};

export type Socket = {
  /** Connects, and stays connected for as long as it can. Resolves after the first attempt; throws a `UserError` where Slack refuses the token. */
  start(): Promise<void>;
  /** Says goodbye once what has come is acknowledged: a form has its answer in that. */
  stop(): Promise<void>;
  isConnected(): boolean;
};

export const createSocket = ({
  appToken,
  apiUrl,
  app,
  onFatal,
  log,
  firstWaitMs = FIRST_WAIT_MS,
}: SocketDeps): Socket => {
  const stopping = new AbortController();
  const unacknowledged = new Set<Promise<void>>();
  let open: SocketModeReceiver | undefined;
  let briefly = 0;

  const taking: Pick<BoltApp, 'processEvent'> = {
    async processEvent(event) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const over = (): void => {
        unacknowledged.delete(promise);
        resolve();
      };
      unacknowledged.add(promise);
      const ack = async (answer?: unknown): Promise<void> => {
        await event.ack(answer as never);
        over();
      };
      await app.processEvent({ ...event, ack }).finally(over);
    },
  };

  const connect = async (): Promise<void> => {
    // The client's own way of connecting again leaves a rejection unhandled when Slack cannot be reached, which ends the process.
    const receiver = new library.SocketModeReceiver({
      appToken,
      autoReconnectEnabled: false,
      logger: silent,
      installerOptions: { clientOptions: { ...CLIENT_OPTIONS, slackApiUrl: apiUrl } },
    });
    receiver.init(taking as BoltApp);
    const { client } = receiver;
    const starting = client.start();
    starting.catch(() => {});
    try {
      const opened = await within(starting, HELLO_WITHIN_MS);
      if (opened === TOO_LATE) throw new Error('Slack did not say hello.');
    } catch (error) {
      void client.disconnect();
      const problem = error === undefined ? undefined : problemOf(error);
      if (problem && isTokenRefused(problem)) throw new UserError('token_refused', APP_TOKEN_REFUSED);
      throw error ?? new Error('Slack closed the connection at once.');
    }
    if (stopping.signal.aborted) return void client.disconnect();
    open = receiver;
    const openedAt = performance.now();
    log.info('connected to Slack');
    client.once('disconnected', () => void reopen(performance.now() - openedAt));
  };

  const keepConnecting = (): Promise<void> =>
    keepTrying(connect, {
      firstWaitMs,
      longestWaitMs: LONGEST_WAIT_MS,
      signal: stopping.signal,
      onFailure: error => log.warn({ err: error }, 'Slack cannot be reached; trying again'),
      onFatal,
    });

  const reopen = async (livedMs: number): Promise<void> => {
    open = undefined;
    if (stopping.signal.aborted) return;
    briefly = livedMs < CALM_MS ? briefly + 1 : 0;
    log.info('the connection to Slack ended; opening another');
    // The first at once, for what Slack sends in the meantime is lost.
    const waitMs = briefly < 2 ? 0 : Math.min(firstWaitMs * 2 ** (briefly - 2), LONGEST_WAIT_MS);
    await pause(waitMs, undefined, { signal: stopping.signal })
      .then(keepConnecting)
      .catch(error => !stopping.signal.aborted && onFatal(error));
  };

  return {
    start: keepConnecting,
    async stop() {
      stopping.abort();
      await within(Promise.all(unacknowledged), ACKNOWLEDGED_WITHIN_MS);
      const last = open;
      open = undefined;
      if (last) await within(last.client.disconnect(), GOODBYE_WITHIN_MS);
    },
    isConnected: () => open !== undefined,
  };
};
