// The bot against a local Slack: the real Bolt, the real app, a real database, and a clock that a test sets.
import { createApp } from '../../src/app.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { advance, createScheduler, type Scheduler, type Settled } from '../../src/delivery/scheduler.ts';
import { createHttpServer } from '../../src/http-server.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { createSlackPlatform, type SlackPlatform } from '../../src/slack/platform.ts';
import { parkCommunity, welcomeCommunity } from '../../src/storage/attendance.ts';
import type { Db } from '../../src/storage/database.ts';
import { directChannel, forgetDirectChannel, rememberDirectChannel } from '../../src/storage/direct-channels.ts';
import { claimName, keepValue, keptValue } from '../../src/storage/kept-values.ts';
import { testCurriculum } from './curriculum.ts';
import { openTestDb } from './databases.ts';
import { memoryLog } from './delivery.ts';
import { type LocalSlack, startSlack, type TestWorkspace } from './slack/slack-server.ts';

export type SlackTestBot = {
  slack: LocalSlack;
  workspace: TestWorkspace;
  platform: SlackPlatform;
  scheduler: Scheduler;
  db: Db;
  log: { level: number; msg: string }[];
  liveUntil(at: string): Promise<Settled[]>;
  stop(): Promise<void>;
};

export const startSlackTestBot = async (given: {
  transport: 'socket' | 'http';
  now?: string;
  curriculum?: Curriculum;
}): Promise<SlackTestBot> => {
  let now = new Date(given.now ?? '2026-11-23T08:00:00Z');
  let platform: SlackPlatform | undefined;
  const slack = await startSlack({ now: () => now, signingClock: () => now, isIdle: () => platform?.isIdle() ?? true });
  const workspace = slack.addWorkspace({ name: 'AI Safety Leeds' });
  const db = await openTestDb();
  const { log, lines } = memoryLog();
  const commands = await loadCommands();
  const curriculum = () => given.curriculum ?? testCurriculum;
  const app = createApp({
    db,
    commands,
    curriculum,
    now: () => now,
    deliverDue: id => scheduler.deliverFor(id),
    findChannel: (caller, named) => made.findChannel(caller.communityId, named),
    editPost: ({ communityId }, { channelId, messageId, key }, message) =>
      made.edit({ communityId, channelId }, messageId, message, key),
    log,
  });
  const made = createSlackPlatform({
    transport:
      given.transport === 'socket'
        ? { type: 'socket', appToken: slack.appToken }
        : { type: 'http', signingSecret: slack.signingSecret },
    botToken: workspace.botToken,
    apiUrl: slack.apiUrl,
    app,
    commands,
    async joined(externalId, name) {
      await welcomeCommunity(db, { platform: 'slack', externalId, name }, now);
    },
    left: externalId => parkCommunity(db, { platform: 'slack', externalId }, now),
    directChannels: {
      find: person => directChannel(db, 'slack', person),
      remember: (person, channelId) => rememberDirectChannel(db, 'slack', person, channelId),
      forget: person => forgetDirectChannel(db, 'slack', person),
    },
    kept: {
      keep: (name, value, forMs) => keepValue(db, name, value, new Date(now.getTime() + forMs), now),
      find: name => keptValue(db, name, now),
      claim: (name, forMs) => claimName(db, name, new Date(now.getTime() + forMs), now),
    },
    now: () => now,
    log,
  });
  platform = made;
  const scheduler = createScheduler({ db, curriculum, platforms: [made], clock: () => now, log });
  const http = made.routes && createHttpServer(made.routes.fetch, { host: '127.0.0.1', port: 0 });
  await http?.start();
  await made.start();
  slack.useManifest(
    slackManifest(commands, http ? { url: 'https://milepost.example.org' } : { socket: true }, {}) as never,
  );
  if (http) await slack.useHttp({ url: `${http.address()}/slack/events` } as never);
  return {
    slack,
    workspace,
    platform: made,
    scheduler,
    db,
    log: lines,
    liveUntil: at =>
      advance(scheduler, now, new Date(at), moment => {
        now = moment;
      }),
    async stop() {
      await http?.stop();
      await Promise.all([made.stop(), scheduler.stop()]);
      await slack.stop();
    },
  };
};
