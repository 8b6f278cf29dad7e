// What Milepost holds in memory on Slack and how long it takes to start there, beside the playground, which loads no chat platform.
import { join } from 'node:path';
import { openSqlite } from '../../src/storage/database.ts';
import { type LocalSlack, startSlack, type TestWorkspace } from '../support/slack/slack-server.ts';
import { type BotProcess, startMilepost } from './bot-process.ts';
import { count, type Figure, median, timeMs } from './measure.ts';
import { type How, install, PATIENCE_MS, startOnManyWorkspaces, startOnSlack } from './slack-bots.ts';

const WORKSPACES = 500;
const STARTS = 3;
const MAX_GROWTH_MB = 15;

type Held = { mb: number; startMs: number };
type Start = () => Promise<BotProcess>;

/** A start, and what is held once `use` is over. */
const hold = async (start: Start, use: () => Promise<unknown> = async () => {}): Promise<Held> => {
  let bot: BotProcess | undefined;
  const startMs = await timeMs(async () => {
    bot = await start();
  });
  await use();
  const { residentMb = Number.NaN } = (await bot?.usage()) ?? {};
  await bot?.stop();
  return { mb: residentMb, startMs };
};

const medianOf = (all: readonly Held[]): Held => ({
  mb: median(all.map(({ mb }) => mb)),
  startMs: median(all.map(({ startMs }) => startMs)),
});

const asking = (workspace: TestWorkspace) => async (): Promise<void> => {
  const answer = await workspace.user('Member').in().type('/next');
  if (answer.type !== 'message') throw new Error(`there was no answer: ${JSON.stringify(answer)}`);
};

const workspaceIn = (slack: LocalSlack, at: number): TestWorkspace => {
  const workspace = slack.addWorkspace({ name: `Workspace ${at}` });
  workspace.addChannel({ name: 'general' });
  return workspace;
};

export const measureSlackMemory = async (folder: string, shrink: number): Promise<Figure[]> => {
  const slack = await startSlack({ keepRequests: false, quietMs: PATIENCE_MS });
  const workspaces = Array.from({ length: Math.max(2, WORKSPACES / shrink) }, (_, at) => workspaceIn(slack, at));
  const [first] = workspaces;
  if (!first) throw new Error('there is no workspace');
  const manyPath = join(folder, 'many.sqlite');
  const db = await openSqlite(manyPath);
  for (const workspace of workspaces) await install(db, slack, workspace, new Date());
  await db.close();
  const one = (how: How) => hold(() => startOnSlack(slack, first, join(folder, `${how}.sqlite`), how), asking(first));
  const many = () => hold(() => startOnManyWorkspaces(slack, manyPath, 'socket'), asking(first));
  const playground = () => hold(() => startMilepost({ PLAYGROUND_DATABASE_PATH: join(folder, 'playground.sqlite') }));
  const held: Record<'playground' | 'http' | 'socket' | 'many', Held[]> = {
    playground: [],
    http: [],
    socket: [],
    many: [],
  };
  try {
    // The first start of each makes its database and is not counted.
    for (let start = 0; start <= Math.max(1, Math.round(STARTS / shrink)); start += 1) {
      const round = {
        playground: await playground(),
        http: await one('http'),
        socket: await one('socket'),
        many: await many(),
      };
      if (start > 0) for (const name of ['playground', 'http', 'socket', 'many'] as const) held[name].push(round[name]);
    }
  } finally {
    await slack.stop();
  }
  const base = medianOf(held.playground);
  const http = medianOf(held.http);
  const socket = medianOf(held.socket);
  const all = medianOf(held.many);
  const memory = (what: string, { mb }: Held, baseline: Held): Figure => ({
    what,
    value: mb,
    baseline: baseline.mb,
    ratio: mb / baseline.mb,
    unit: 'MB',
  });
  const startOf = (what: string, { startMs }: Held, baseline: Held): Figure => ({
    what,
    value: startMs,
    baseline: baseline.startMs,
    ratio: startMs / baseline.startMs,
    unit: 'ms',
  });
  return [
    memory('memory on Slack over HTTP, beside the playground', http, base),
    startOf('  that start', http, base),
    memory('memory on Slack by Socket Mode, beside the playground', socket, base),
    startOf('  that start', socket, base),
    memory(`memory in ${count(workspaces.length)} workspaces, beside one`, all, socket),
    { what: '  more than in one', value: all.mb - socket.mb, unit: 'MB', aim: { of: 'value', atMost: MAX_GROWTH_MB } },
    startOf('  that start', all, socket),
  ];
};
