// A leaderboard as somebody may see it: places, points, and names only of those who said yes.
import type { LeaderboardRow } from './cards/leaderboard.ts';
import type { Db } from './storage/database.ts';
import { type Member, namesOf } from './storage/members.ts';
import { neighboursOf, placesOf, type Standing, standingOf, topOf } from './storage/standings.ts';

const TOP = 10;
const NEIGHBOURS = 3;

export type Leaderboard = {
  /** The ten with the most points, fewer where there are no more. */
  top: LeaderboardRow[];
  /** The viewer with up to three neighbours on either side; empty where they are not on the board. */
  around: LeaderboardRow[];
  /** How many members are on the board, and their points together. */
  members: number;
  points: number;
};

/** The board with this key; with a `viewer` also their own place on it, unless they have points switched off. */
export const leaderboardOf = async (
  db: Db,
  communityId: number,
  board: string,
  viewer?: Pick<Member, 'id' | 'pointsOn'>,
): Promise<Leaderboard> => {
  const [top, own] = await Promise.all([
    topOf(db, communityId, board, TOP),
    viewer?.pointsOn ? standingOf(db, board, viewer.id) : undefined,
  ]);
  const near = own && (await neighboursOf(db, communityId, board, own, NEIGHBOURS));
  const around = own && near ? [...near.above, own, ...near.below] : [];
  const pointsOf = (rows: readonly Standing[]): number[] => rows.map(row => row.points);
  const [{ members, points, placeOf }, names] = await Promise.all([
    placesOf(db, communityId, board, pointsOf(around)),
    namesOf(db, [...new Set([...top, ...around].map(row => row.memberId))]),
  ]);
  const topPoints = pointsOf(top);
  const rowWith = (row: Standing, place: number): LeaderboardRow => {
    const known = names.get(row.memberId);
    return {
      place,
      name: known?.listed ? known.name : undefined,
      points: row.points,
      own: row.memberId === viewer?.id,
    };
  };
  return {
    // Nobody is above the top, so its places are counted off; members with the same points share the first of theirs.
    top: top.map(row => rowWith(row, topPoints.indexOf(row.points) + 1)),
    around: around.map(row => rowWith(row, placeOf.get(row.points) ?? members)),
    members,
    points,
  };
};
