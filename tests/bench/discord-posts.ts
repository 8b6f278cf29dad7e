// How near Milepost comes to Discord's limit of 50 requests a second when a thousand digests are due at once.
import { join } from 'node:path';
import { findOrCreateCommunity } from '../../src/storage/communities.ts';
import { openSqlite } from '../../src/storage/database.ts';
import { createSchedule } from '../../src/storage/schedules.ts';
import { type LocalDiscord, startDiscord } from '../support/discord/discord-server.ts';
import { startOnDiscord } from './discord-bots.ts';
import { count, type Figure } from './measure.ts';

const POSTS = 1000;
/** What Discord allows a bot in any second. */
const LIMIT = 50;
const LATENCY_MS = 20;
const MIN_SHARE = 0.95;
const GIVE_UP_MS = 180_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Gives each of `howMany` servers a daily digest for its channel, due since the last 9 o'clock. */
const schedule = async (discord: LocalDiscord, path: string, howMany: number): Promise<void> => {
  const db = await openSqlite(path);
  const yesterday = new Date(Date.now() - DAY_MS);
  const startsOn = new Date(yesterday.getTime() - 7 * DAY_MS).toISOString().slice(0, 10);
  for (let made = 0; made < howMany; made += 1) {
    const guild = discord.addGuild({ name: `Server ${made}` });
    const { id: channelId } = guild.addChannel({ name: 'digest' });
    const seen = { platform: 'discord', externalId: guild.id, name: guild.name } as const;
    const { id: communityId } = await findOrCreateCommunity(db, seen, yesterday);
    const digest = { kind: 'digest', direct: false, cron: '0 9 * * *', zone: 'UTC' } as const;
    const content = { tracks: ['engineering'], topicsPerWeek: 2, startsOn, createdBy: 'bench' };
    await createSchedule(db, { ...digest, ...content, communityId, channelId }, yesterday);
  }
  await db.close();
};

export const measurePosts = async (folder: string, shrink: number): Promise<Figure[]> => {
  const howMany = Math.max(2 * LIMIT, POSTS / shrink);
  const discord = await startDiscord({ rateLimits: true, latencyMs: LATENCY_MS });
  const path = join(folder, 'posts.sqlite');
  await schedule(discord, path, howMany);
  const milepost = await startOnDiscord(discord, path);
  try {
    const startedAt = performance.now();
    const posts = () =>
      discord.requests.filter(
        ({ method, route, status }) => method === 'POST' && route === '/channels/:channel/messages' && status === 200,
      );
    await discord.until(() => discord.requests.length >= howMany && posts().length >= howMany, GIVE_UP_MS);
    const arrivals = posts().map(({ at }) => at);
    const first = Math.min(...arrivals);
    const ms = Math.max(...arrivals) - first;
    // The first 50 may come at once, the others 50 a second.
    const leastMs = ((howMany - LIMIT) / LIMIT) * 1000;
    const refused = discord.requests.filter(({ status, at }) => status === 429 && at >= first).length;
    return [
      {
        what: `post ${count(howMany)} digests to as many channels at ${LIMIT}/s, first to last (429: ${refused})`,
        value: ms,
        baseline: leastMs,
        ratio: ms / leastMs,
        unit: 'ms',
        aim: { of: 'ratio', atMost: Math.floor(10_000 / MIN_SHARE) / 10_000 },
      },
      { what: '  that is', value: (howMany - LIMIT) / (ms / 1000), baseline: LIMIT, unit: 'posts/s' },
      { what: '  before that, to plan them', value: Math.max(0, first - startedAt), unit: 'ms' },
    ];
  } finally {
    await milepost.stop();
    await discord.stop();
  }
};
