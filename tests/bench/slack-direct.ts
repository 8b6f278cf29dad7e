// How long a thousand direct messages to one workspace take under Slack's limit on a workspace; its minutes pass ten times as fast here.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { findOrCreateCommunity } from '../../src/storage/communities.ts';
import { openSqlite } from '../../src/storage/database.ts';
import { createSchedule } from '../../src/storage/schedules.ts';
import { startSlack } from '../support/slack/slack-server.ts';
import { addMembers } from './bulk.ts';
import { count, type Figure, inChild } from './measure.ts';
import { startOnSlack } from './slack-bots.ts';

const MEMBERS = 1000;
const SPEED = 10;
/** Of the local Slack: so many at once, then so many a minute. */
const PER_MINUTE = 300;
const LATENCY_MS = 20;
const MIN_SHARE = 0.95;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const GIVE_UP_MS = 10 * MINUTE_MS;
const FAST_CLOCK = import.meta.resolve('./fast-clock.ts');

type Sent = { arrivals: number[]; refused: number };

/** Runs with `FAST_CLOCK`; times are those of its clock. */
export const sendDirect = async ({ path, members }: { path: string; members: number }): Promise<Sent> => {
  const slack = await startSlack({ rateLimits: true, latencyMs: LATENCY_MS });
  const workspace = slack.addWorkspace({ name: 'Bench' });
  const db = await openSqlite(path);
  const yesterday = new Date(Date.now() - DAY_MS);
  const seen = { platform: 'slack', externalId: workspace.teamId, name: workspace.name } as const;
  const { id: communityId } = await findOrCreateCommunity(db, seen, yesterday);
  addMembers(path, { communityId, members, lastActiveAt: yesterday });
  const sqlite = new Sqlite(path);
  const update = sqlite.prepare('update members set external_id = ? where id = ?');
  for (let id = 1; id <= members; id += 1) update.run(workspace.user(`Member ${id}`).id, id);
  sqlite.close();
  const startsOn = new Date(yesterday.getTime() - 7 * DAY_MS).toISOString().slice(0, 10);
  const digest = { kind: 'digest', channelId: null, direct: true, cron: '0 9 * * *', zone: 'UTC' } as const;
  const content = { tracks: ['engineering' as const], topicsPerWeek: 2, startsOn, createdBy: 'bench' };
  await createSchedule(db, { ...digest, ...content, communityId }, yesterday);
  await db.close();

  const milepost = await startOnSlack(slack, workspace, path, 'http', [FAST_CLOCK]);
  const posts = () => slack.requests.filter(({ method, status }) => method === 'chat.postMessage' && status === 200);
  await slack.until(() => slack.requests.length >= members && posts().length >= members, GIVE_UP_MS);
  const arrivals = posts().map(({ at }) => at);
  await milepost.stop();
  await slack.stop();
  return { arrivals, refused: slack.rateLimited };
};

export const measureSlackDirect = async (folder: string, shrink: number): Promise<Figure[]> => {
  const members = Math.max(PER_MINUTE + 20, MEMBERS / shrink);
  const sent = await inChild(
    import.meta.url,
    sendDirect,
    { path: join(folder, 'direct.sqlite'), members },
    {
      execArgv: [...process.execArgv, '--import', FAST_CLOCK],
      env: { ...process.env, BENCH_CLOCK: `${SPEED},${Date.now()}` },
    },
  );
  if (sent.arrivals.length !== members) throw new Error(`${sent.arrivals.length} of ${members} messages were sent`);
  const ms = Math.max(...sent.arrivals) - Math.min(...sent.arrivals);
  const leastMs = ((members - PER_MINUTE) / PER_MINUTE) * MINUTE_MS;
  return [
    {
      what: `${count(members)} direct messages in one workspace at ${PER_MINUTE} a minute, time run ${SPEED}-fold (429: ${sent.refused})`,
      value: ms,
      baseline: leastMs,
      ratio: ms / leastMs,
      unit: 'ms',
      aim: { of: 'ratio', atMost: Math.floor(10_000 / MIN_SHARE) / 10_000 },
    },
  ];
};
