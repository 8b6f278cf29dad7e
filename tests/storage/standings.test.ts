import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LeaderboardRow } from '../../src/cards/leaderboard.ts';
import { type Leaderboard, leaderboardOf } from '../../src/leaderboard.ts';
import { eq } from '../../src/storage/drizzle.ts';
import { describeOnBothDatabases } from '../support/databases.ts';
import { demoCommunity, joinAs } from '../support/delivery.ts';

const NOW = new Date('2026-11-23T09:00:00Z');
const CROWD = 24;
const RUNS = 40;

type Standing = { communityId: number; board: string; memberId: number; points: number };

/** What a board shows, told from all of its rows. */
const expectedOf = (standings: readonly Standing[], viewer: number): Leaderboard => {
  const rows = standings
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || b.memberId - a.memberId);
  const shown = rows.map(
    ({ memberId, points }): LeaderboardRow => ({
      place: 1 + rows.filter(other => other.points > points).length,
      name: `member ${memberId}`,
      points,
      own: memberId === viewer,
    }),
  );
  const at = rows.findIndex(({ memberId }) => memberId === viewer);
  return {
    top: shown.slice(0, 10),
    around: at < 0 ? [] : shown.slice(Math.max(0, at - 3), at + 4),
    members: rows.length,
    points: rows.reduce((sum, { points }) => sum + points, 0),
  };
};

/** How many members have how many points, and none where they had them once. */
const countsOf = (standings: readonly Standing[]) => {
  const counts = new Map<string, Omit<Standing, 'memberId'> & { members: number }>();
  for (const { communityId, board, points } of standings) {
    for (const [at, members] of [
      [points, 1],
      [points + 5, 0],
    ] as const) {
      const key = `${communityId} ${board} ${at}`;
      const before = counts.get(key)?.members ?? 0;
      counts.set(key, { communityId, board, points: at, members: before + members });
    }
  }
  return [...counts.values()];
};

describeOnBothDatabases('a leaderboard', open => {
  it('shows what all of its rows say, whoever looks: places, ties, neighbours, first and last, and totals', async () => {
    const db = await open();
    const { members, standings, standingCounts } = db.tables;
    const community = await demoCommunity(db, NOW);
    const elsewhere = await demoCommunity(db, NOW, 'elsewhere');
    const join = async (at: number) => (await joinAs(db, at < CROWD ? community : elsewhere, `m${at}`, NOW)).id;
    const ids = await Promise.all(Array.from({ length: CROWD + 5 }, (_, at) => join(at)));
    for (const id of ids)
      await db.query
        .update(members)
        .set({ name: `member ${id}`, listed: true })
        .where(eq(members.id, id));

    // Few different points make many ties; 0 is on no board.
    const points = fc.array(
      fc.integer({ min: 0, max: 8 }).map(tens => tens * 10),
      { minLength: CROWD + 5, maxLength: CROWD + 5 },
    );
    await fc.assert(
      fc.asyncProperty(points, points, async (general, research) => {
        const on = (board: string, given: readonly number[]): Standing[] =>
          ids.map((memberId, at) => ({
            communityId: at < CROWD ? community.id : elsewhere.id,
            board,
            memberId,
            points: given[at] ?? 0,
          }));
        const rows = [...on('all/*', general), ...on('all/track:research', research)];
        await db.atomically(query => [
          query.delete(standings),
          query.delete(standingCounts),
          query.insert(standings).values(rows),
          query.insert(standingCounts).values(countsOf(rows)),
        ]);
        for (const board of ['all/*', 'all/track:research']) {
          const own = rows.filter(row => row.board === board && row.communityId === community.id);
          for (const viewer of [ids[0] ?? 0, ids[11] ?? 0, own.sort((a, b) => b.points - a.points)[0]?.memberId ?? 0])
            expect(await leaderboardOf(db, community.id, board, { id: viewer, pointsOn: true })).toEqual(
              expectedOf(own, viewer),
            );
          expect(await leaderboardOf(db, community.id, board)).toEqual({ ...expectedOf(own, 0), around: [] });
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('adds up more points than a machine word holds', async () => {
    const db = await open();
    const { standingCounts } = db.tables;
    const { id: communityId } = await demoCommunity(db, NOW);
    await db.query.insert(standingCounts).values({ communityId, board: 'all/*', points: 100_000, members: 1_000_000 });
    expect(await leaderboardOf(db, communityId, 'all/*')).toMatchObject({ members: 1_000_000, points: 1e11 });
  });
});
