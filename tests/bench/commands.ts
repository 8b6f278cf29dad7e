// How long `/done` and `/leaderboard` take in a community of a million, beside the bare SQL that does the same.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createApp } from '../../src/app.ts';
import { loadCommands } from '../../src/commands.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { createLog } from '../../src/log.ts';
import { toPlainText } from '../../src/message.ts';
import { findOrCreateCommunity } from '../../src/storage/communities.ts';
import { openSqlite } from '../../src/storage/database.ts';
import { neighboursOf, placesOf, standingOf } from '../../src/storage/standings.ts';
import { addMembers, addPoints, usePragmas } from './bulk.ts';
import { createBareSql } from './commands-sql.ts';
import { count, type Figure, inChild, median, percentile, timeMs, withFolder } from './measure.ts';

/** A Wednesday; the boards below are those of its week and month. */
const NOW = new Date('2026-11-25T12:00:00Z');
const DAY_LATER = new Date('2026-11-26T12:00:00Z');
const PAST = [
  { topicId: 'earlier-programme', at: new Date('2026-06-03T10:00:00Z'), share: 1, values: 1800, board: 'all' },
  { topicId: 'earlier-this-month', at: new Date('2026-11-10T10:00:00Z'), share: 0.4, values: 150, board: '2026-11' },
  { topicId: 'earlier-this-week', at: new Date('2026-11-24T10:00:00Z'), share: 0.25, values: 30, board: '2026-W48' },
];
const TOPIC = { id: 'python-for-safety-work', points: 10 };
const COMMUNITY = { platform: 'web', externalId: 'bench', name: 'Bench' } as const;

/** Ours and the bare SQL take turns in blocks: each change through the other connection empties a connection's cache once. */
const BLOCK = 50;
const SAMPLES = 1000;
/** Before these count, so many more run: JavaScript and the database's cache are slow at first. */
const WARM_UP_SHARE = 0.4;
const MAX_RATIO = 2;
const MAX_OWN_PLACE_MS = 5;

type Size = { path: string; members: number; samples: number };

/** Makes the community with everybody's points. */
export const prepare = async ({ path, members }: Size): Promise<void> => {
  const db = await openSqlite(path);
  const { id } = await findOrCreateCommunity(db, COMMUNITY, NOW);
  await db.close();
  addMembers(path, { communityId: id, members, lastActiveAt: NOW });
  addPoints(path, id, PAST);
};

/** Runs every case on the database at `path`. */
export const measure = async ({ path, members, samples }: Size): Promise<Figure[]> => {
  const db = await openSqlite(path);
  const curriculum = await loadCurriculum(join(import.meta.dirname, '../../content'));
  const community = await findOrCreateCommunity(db, COMMUNITY, NOW);
  let now = NOW;
  const app = createApp({
    db,
    commands: await loadCommands(),
    curriculum: () => curriculum,
    now: () => now,
    deliverDue: async () => ({ settled: [], underWay: false }),
    editPost: async () => ({ type: 'sent', messageId: '1' }),
    findChannel: async (_, named) => ({ id: named, name: named }),
    log: createLog('error'),
  });
  const sqlite = new Sqlite(path);
  usePragmas(sqlite);
  const bare = createBareSql(sqlite, { communityId: community.id, topic: TOPIC });

  let picked = 0;
  /** A member who has not been picked before, from anywhere on the boards. */
  const pick = (): number => {
    picked += 1;
    return 1 + ((picked * 611_953) % members);
  };
  const type = async (text: string, expected: RegExp): Promise<void> => {
    const id = pick();
    const caller = {
      platform: COMMUNITY.platform,
      communityId: COMMUNITY.externalId,
      communityName: COMMUNITY.name,
      memberId: `member-${id}`,
      name: `Member ${id}`,
      organiser: false,
    };
    const answer = await app.handle({ type: 'text', text, caller });
    if (answer.type !== 'message' || !expected.test(toPlainText(answer.message)))
      throw new Error(`${text} was answered with ${JSON.stringify(answer)}`);
  };
  const compare = async (what: string, ours: () => unknown, theirs: () => unknown): Promise<Figure[]> => {
    const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let block = -Math.ceil((samples * WARM_UP_SHARE) / BLOCK); block < samples / BLOCK; block += 1) {
      for (const [side, run] of [['ours', ours] as const, ['theirs', theirs] as const]) {
        for (let turn = 0; turn < BLOCK; turn += 1) {
          const ms = await timeMs(run);
          if (block >= 0) times[side].push(ms);
        }
      }
    }
    const middle = { value: median(times.ours), baseline: median(times.theirs) };
    const worst = { value: percentile(times.ours, 0.99), baseline: percentile(times.theirs, 0.99) };
    const aim = { of: 'ratio', atMost: MAX_RATIO } as const;
    return [
      { what: `${what}, median`, ...middle, unit: 'ms', ratio: middle.value / middle.baseline, aim },
      { what: '  99th percentile', ...worst, unit: 'ms', ratio: worst.value / worst.baseline },
    ];
  };

  const figures: Figure[] = [];
  const board = 'all/*';
  const ids = sqlite
    .prepare(`select member_id from standings where board = ? order by points, member_id limit 300 offset ?`)
    .pluck();
  const middle = ids.all(board, Math.floor(members / 2)) as number[];
  const ownMs: number[] = [];
  for (const id of middle) {
    ownMs.push(
      await timeMs(async () => {
        const own = await standingOf(db, board, id);
        if (!own) throw new Error(`member ${id} is on no board`);
        await neighboursOf(db, community.id, board, own, 3);
        await placesOf(db, community.id, board, [own.points]);
      }),
    );
  }
  const counted = ownMs.slice(ownMs.length / 3);
  const own = { unit: 'ms', aim: { of: 'value', atMost: MAX_OWN_PLACE_MS } } as const;
  figures.push({ what: `own place at the middle of ${count(members)}, median`, value: median(counted), ...own });
  figures.push({ what: '  99th percentile', value: percentile(counted, 0.99), unit: 'ms' });

  const leaderboard = () => type('/leaderboard all', /Your place.*\(you\).*Top 10/s);
  const done = () => type(`/done ${TOPIC.id}`, /1 topic done/);
  figures.push(...(await compare('/leaderboard all', leaderboard, () => bare.leaderboard(pick(), board, undefined))));
  figures.push(...(await compare('/done', done, () => bare.done(pick(), NOW, undefined))));
  // After an hour away the first command of a member also records that they are active.
  now = DAY_LATER;
  const returning = '(first in an hour)';
  figures.push(
    ...(await compare(`/leaderboard all ${returning}`, leaderboard, () => bare.leaderboard(pick(), board, now))),
    ...(await compare(`/done ${returning}`, done, () => bare.done(pick(), now, now))),
  );
  sqlite.close();
  await db.close();
  return figures;
};

export const measureCommands = (shrink: number): Promise<Figure[]> =>
  withFolder(async folder => {
    const size: Size = {
      path: join(folder, 'members.sqlite'),
      members: 1_000_000 / shrink,
      samples: Math.max(BLOCK, SAMPLES / shrink),
    };
    await inChild(import.meta.url, prepare, size);
    return inChild(import.meta.url, measure, size);
  });
