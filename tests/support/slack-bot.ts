// The bot as it runs, against a local Slack: the real Bolt, the real app, a real database, and a clock that a test sets.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Bot, createBot } from '../../src/bot/bot.ts';
import type { Commands } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { advance, type Settled } from '../../src/delivery/scheduler.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import type { SlackPlatform } from '../../src/slack/platform.ts';
import type { Waits } from '../../src/slack/respond.ts';
import type { Db } from '../../src/storage/database.ts';
import { testCurriculum } from './curriculum.ts';
import { openTestDb } from './databases.ts';
import { memoryLog } from './delivery.ts';
import { type LocalSlack, startSlack, type TestWorkspace } from './slack/slack-server.ts';

export const PUBLIC_URL = 'https://milepost.example.org';
export const SECRET_KEY = 'a key that is long enough for tests';

export type SlackTestBot = {
  slack: LocalSlack;
  /** The first workspace: installed, unless there are many. */
  workspace: TestWorkspace;
  bot: Bot & { slack: SlackPlatform };
  platform: SlackPlatform;
  scheduler: Bot['scheduler'];
  db: Db;
  /** What was logged, oldest first; levels are pino's: 30 info, 40 warn, 50 error. */
  log: { level: number; msg: string }[];
  /** What ended its work for good. */
  fatal: Error[];
  now(): Date;
  setNow(at: string | Date): void;
  /** Lives through the time until then: everything that falls due is sent, in order. */
  liveUntil(at: string): Promise<Settled[]>;
  /** Ends the bot and, unless it was given, the local Slack. */
  stop(): Promise<void>;
};

export type SlackTestBotOptions = {
  transport: 'socket' | 'http';
  /** Many workspaces by OAuth, without an installed one. */
  many?: boolean;
  now?: string;
  db?: Db;
  /** A Slack that is running already with its first workspace, for a second process or a restart. */
  running?: Pick<SlackTestBot, 'slack' | 'workspace'>;
  curriculum?: Curriculum;
  /** Another set of commands, such as one with a slow command. */
  commands?: Commands;
  commandPrefix?: string;
  publicUrl?: string;
  /** The first wait between attempts to connect, in real milliseconds: the product's own two seconds unless told. */
  firstWaitMs?: number;
  /** The app's own unless told. */
  appToken?: string;
  /** Gets the bot before it starts. */
  onMade?: (bot: SlackTestBot['bot']) => void;
  /** Where the bot finds the Web API: at the local Slack unless told. */
  apiUrl?: string;
  /** When a call without an answer is given up, in real milliseconds: the product's own ten seconds unless told. */
  sendTimeoutMs?: number;
  /** How long Slack and commands are waited for while somebody waits, in real milliseconds. */
  waits?: Partial<Waits>;
};

/**
 * From now on `performance.now()` moves on with the clock that the test sets, so that limits by the minute, the bot's and Slack's,
 * pass as quickly as that. Answers how to end it.
 */
export const passTimeWith = (test: Pick<SlackTestBot, 'now'>): (() => void) => {
  const original = performance.now;
  const from = test.now().getTime();
  performance.now = () => original.call(performance) + test.now().getTime() - from;
  return () => {
    performance.now = original;
  };
};

export type Line = {
  /** The Web API as it is reached over this line. */
  readonly apiUrl: string;
  /** Nothing can be reached, and what was under way breaks off. */
  cut(): Promise<void>;
  mend(): Promise<void>;
};

/** A line to a local Slack that can be cut and mended; cut for good when the test ends it. */
export const startLine = async ({ url }: Pick<LocalSlack, 'url'>): Promise<Line> => {
  const sockets = new Set<Socket>();
  const server = createServer(near => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket.on('error', () => {}));
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  let port = 0;
  const mend = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  await mend();
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    mend,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/** `now` starts on Monday 23 November 2026, 08:00 UTC, for the bot and for Slack alike. The scheduler ticks only when told to. */
export const startSlackTestBot = async (given: SlackTestBotOptions): Promise<SlackTestBot> => {
  let now = new Date(given.now ?? '2026-11-23T08:00:00Z');
  let platform: SlackPlatform | undefined;
  const isIdle = (): boolean => platform?.isIdle() ?? true;
  const slack = given.running?.slack ?? (await startSlack({ now: () => now, signingClock: () => now, isIdle }));
  if (given.running) slack.limits.isIdle = isIdle;
  const workspace = given.running?.workspace ?? slack.addWorkspace({ name: 'AI Safety Leeds', installed: !given.many });
  const db = given.db ?? (await openTestDb());
  const { log, lines } = memoryLog();
  const fatal: Error[] = [];
  const commands = given.commands ?? (await loadCommands());
  const many = {
    type: 'many',
    clientId: slack.clientId,
    clientSecret: slack.clientSecret,
    stateSecret: 'made up',
  } as const;
  const { transport, commandPrefix } = given;
  const publicUrl = given.publicUrl ?? (given.many ? PUBLIC_URL : undefined);
  const made = await createBot({
    db,
    commands,
    curriculum: () => given.curriculum ?? testCurriculum,
    slack: {
      transport:
        transport === 'socket'
          ? { type: 'socket', appToken: given.appToken ?? slack.appToken }
          : { type: 'http', signingSecret: slack.signingSecret },
      workspace: given.many ? many : { type: 'one', botToken: workspace.botToken },
      apiUrl: given.apiUrl ?? slack.apiUrl,
      ...(commandPrefix !== undefined && { commandPrefix }),
      publicUrl,
      secretKeys: [SECRET_KEY],
      ...(given.firstWaitMs !== undefined && { firstWaitMs: given.firstWaitMs }),
      ...(given.sendTimeoutMs !== undefined && { sendTimeoutMs: given.sendTimeoutMs }),
      ...(given.waits && { waits: given.waits }),
    },
    http: { host: '127.0.0.1', port: 0 },
    onFatal: error => fatal.push(error),
    now: () => now,
    log,
  });
  if (!made.slack) throw new Error('Slack was not set up');
  const bot = { ...made, slack: made.slack };
  platform = bot.slack;
  given.onMade?.(bot);
  await bot.http?.start();
  await platform.start();
  const connection = transport === 'http' ? { url: PUBLIC_URL } : { socket: true as const };
  const oauth = given.many && { url: publicUrl ?? PUBLIC_URL };
  slack.useManifest(slackManifest(commands, connection, { prefix: commandPrefix, oauth: oauth || false }) as never);
  if (transport === 'http') await slack.useHttp({ url: `${bot.http?.address()}/slack/events` } as never);
  const setNow = (at: string | Date): void => {
    now = new Date(at);
  };
  return {
    slack,
    workspace,
    bot,
    platform,
    scheduler: bot.scheduler,
    db,
    log: lines,
    fatal,
    now: () => now,
    setNow,
    liveUntil: at => advance(bot.scheduler, now, new Date(at), setNow),
    async stop() {
      await bot.stop();
      if (!given.running) await slack.stop();
    },
  };
};
