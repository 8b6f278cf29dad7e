// How near Milepost comes to what the real clients of Slack's can post when a digest is due in five hundred workspaces at once.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../../src/storage/database.ts';
import { createSchedule } from '../../src/storage/schedules.ts';
import { type LocalSlack, startSlack, type TestWorkspace } from '../support/slack/slack-server.ts';
import { count, type Figure, inChild } from './measure.ts';
import { type BarePost, postAll } from './slack-bare-posts.ts';
import { install, startOnManyWorkspaces } from './slack-bots.ts';

const WORKSPACES = 500;
const CHANNELS = 2;
/** What chat.postMessage takes at least, from a machine near Slack's. */
const LATENCY_MS = 100;
const MIN_SHARE = 0.95;
const GIVE_UP_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

const openSlack = (): Promise<LocalSlack> => startSlack({ rateLimits: true, latencyMs: LATENCY_MS });

/** A workspace whose id, channels and token say nothing, the same at each call. */
const addWorkspace = (slack: LocalSlack, at: number): TestWorkspace => {
  const workspace = slack.addWorkspace({ name: `Workspace ${at}`, id: `T0BENCH${at}` });
  for (let channel = 0; channel < CHANNELS; channel += 1)
    workspace.addChannel({ name: `digest-${channel}`, id: `C0BENCH${at}X${channel}` });
  return workspace;
};

/** Gives each channel of `howMany` workspaces a daily digest, due since the last 9 o'clock. */
const schedule = async (slack: LocalSlack, path: string, howMany: number, thread: boolean): Promise<void> => {
  const db = await openSqlite(path);
  const yesterday = new Date(Date.now() - DAY_MS);
  const startsOn = new Date(yesterday.getTime() - 7 * DAY_MS).toISOString().slice(0, 10);
  const digest = { kind: 'digest', direct: false, cron: '0 9 * * *', zone: 'UTC' } as const;
  const content = { tracks: ['engineering' as const], topicsPerWeek: 2, startsOn, thread, createdBy: 'bench' };
  for (let made = 0; made < howMany; made += 1) {
    const workspace = addWorkspace(slack, made);
    const communityId = await install(db, slack, workspace, yesterday);
    for (const { id: channelId } of workspace.channels())
      await createSchedule(db, { ...digest, ...content, communityId, channelId }, yesterday);
  }
  await db.close();
};

type Request = LocalSlack['requests'][number];
const postsOf = ({ requests }: LocalSlack): Request[] => requests.filter(({ method }) => method === 'chat.postMessage');
const taken = (slack: LocalSlack): Request[] =>
  postsOf(slack).filter(({ status, answer }) => status === 200 && answer?.ok);

const firstToLastMs = (posts: readonly Request[]): number => {
  const arrivals = posts.map(({ at }) => at);
  return Math.max(...arrivals) - Math.min(...arrivals);
};

/** What ours posted, as the bare loop is to post it: to the same channels, with the tokens of another Slack. */
const asBare = (posts: readonly Request[], tokens: ReadonlyMap<string, string>): BarePost[] => {
  const replies = new Map(posts.filter(({ args }) => args.thread_ts).map(({ args }) => [args.channel, args]));
  return posts
    .filter(({ args }) => !args.thread_ts)
    .map(({ teamId = '', args }) => {
      const { token: _, ...post } = args;
      const { token: __, thread_ts: ___, ...reply } = replies.get(args.channel) ?? {};
      return { token: tokens.get(teamId) ?? '', post, ...(replies.has(args.channel) && { reply }) };
    });
};

const measureDigest = async (folder: string, howMany: number, thread: boolean): Promise<Figure[]> => {
  const slack = await openSlack();
  const other = await openSlack();
  const path = join(folder, `posts-${thread}.sqlite`);
  try {
    await schedule(slack, path, howMany, thread);
    const startedAt = performance.now();
    const milepost = await startOnManyWorkspaces(slack, path, 'socket');
    const wanted = howMany * CHANNELS * (thread ? 2 : 1);
    await slack.until(() => slack.requests.length >= wanted && taken(slack).length >= wanted, GIVE_UP_MS);
    await milepost.stop();
    const ours = taken(slack);

    const tokens = new Map(
      Array.from({ length: howMany }, (_, at) => addWorkspace(other, at)).map(({ teamId, botToken }) => [
        teamId,
        botToken,
      ]),
    );
    const list = join(folder, 'posts.json');
    writeFileSync(list, JSON.stringify(asBare(ours, tokens)));
    await inChild(import.meta.resolve('./slack-bare-posts.ts'), postAll, { apiUrl: other.apiUrl, path: list });
    const bare = taken(other);
    if (ours.length !== wanted || bare.length !== wanted)
      throw new Error(`${ours.length} and ${bare.length} of ${wanted} posts arrived`);

    const ms = firstToLastMs(ours);
    const leastMs = firstToLastMs(bare);
    const what = `post ${count(howMany * CHANNELS)} digests${thread ? ' with threads' : ''} in ${count(howMany)} workspaces`;
    return [
      {
        what: `${what}, first to last (429: ${slack.rateLimited}, bare: ${other.rateLimited})`,
        value: ms,
        baseline: leastMs,
        ratio: ms / leastMs,
        unit: 'ms',
        aim: { of: 'ratio', atMost: Math.floor(10_000 / MIN_SHARE) / 10_000 },
      },
      { what: '  that is', value: wanted / (ms / 1000), baseline: wanted / (leastMs / 1000), unit: 'posts/s' },
      {
        what: '  before that, to start and plan',
        value: Math.min(...ours.map(({ at }) => at)) - startedAt,
        unit: 'ms',
      },
    ];
  } finally {
    await Promise.all([slack.stop(), other.stop()]);
  }
};

export const measureSlackPosts = async (folder: string, shrink: number): Promise<Figure[]> => {
  const howMany = Math.max(20, WORKSPACES / shrink);
  return [...(await measureDigest(folder, howMany, false)), ...(await measureDigest(folder, howMany, true))];
};
