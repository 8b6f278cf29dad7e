// Leaderboards: each member's points on each board, and how many members have how many points there.
import { inZone, monthOf, startOfWeek, toDate, weekKey } from '../calendar/dates.ts';
import type { Db, Query, Statement } from './database.ts';
import { and, asc, between, desc, eq, gt, gte, inArray, lt, placeholder, type SQL, sql } from './drizzle.ts';

export type Period = 'week' | 'month' | 'all';
/** Of a community, what its boards depend on. */
type BoardCommunity = { id: number; zone: string };
/** Of a member, what decides on which boards they stand. */
type BoardMember = { track: string | null; roles: readonly string[]; pointsOn: boolean };

/** Everyone, the members of a track, or those of a role. */
export type Scope = '*' | `track:${string}` | `role:${string}`;

type Span = { key: string; from: Date; until: Date };
type Calendar = Record<Period | 'lastWeek', Span>;
const BEGINNING = new Date(0);
const END = new Date('9999-12-31T00:00:00Z');

const readCalendar = (now: Date, zone: string): Calendar => {
  const when = inZone(now, zone);
  const monday = startOfWeek(when);
  const lastMonday = startOfWeek(monday.subtract({ days: 1 }));
  return {
    all: { key: 'all', from: BEGINNING, until: END },
    week: { key: weekKey(monday), from: toDate(monday), until: END },
    month: { key: monthOf(now, zone), from: toDate(when.with({ day: 1 }).startOfDay()), until: END },
    lastWeek: { key: weekKey(lastMonday), from: toDate(lastMonday), until: toDate(monday) },
  };
};

/** In every zone of today a day begins at a full quarter of an hour, so all moments of one have the same calendar. */
const QUARTER_MS = 15 * 60 * 1000;
const KEPT_CALENDARS = 500;
const calendars = new Map<string, Calendar>();

/** The periods that hold `now` on the clock of `zone`; those that still run have no end. */
const calendarOf = (now: Date, zone: string): Calendar => {
  const name = `${Math.floor(now.getTime() / QUARTER_MS)} ${zone}`;
  const calendar = calendars.get(name) ?? readCalendar(now, zone);
  if (calendars.size >= KEPT_CALENDARS) calendars.clear();
  calendars.set(name, calendar);
  return calendar;
};

/** `2026-W47/track:research`: the key of a board that is current at `now`. */
export const boardKey = (community: BoardCommunity, period: Period, scope: Scope, now: Date): string =>
  `${calendarOf(now, community.zone)[period].key}/${scope}`;

const PERIODS: readonly Period[] = ['all', 'week', 'month'];
const scopesOf = (member: BoardMember): Scope[] =>
  member.pointsOn
    ? [
        '*',
        ...(member.track ? [`track:${member.track}` as const] : []),
        ...member.roles.map(role => `role:${role}` as const),
      ]
    : [];

/** The boards on which points earned at `at` count for this member; none while they have points switched off. */
export const boardsOf = (community: BoardCommunity, member: BoardMember, at: Date): string[] => {
  const scopes = scopesOf(member);
  const calendar = calendarOf(at, community.zone);
  return PERIODS.flatMap(period => scopes.map(scope => `${calendar[period].key}/${scope}`));
};

/** Statements that move the ledger rows of `changeId` onto `boards`; they do nothing where the change did not happen. */
export const addToStandings = (
  db: Db,
  query: Query,
  {
    communityId,
    memberId,
    changeId,
    boards,
  }: { communityId: number; memberId: number; changeId: string; boards: string[] },
): Statement[] => {
  if (boards.length === 0) return [];
  const { standings, standingCounts, progressEvents: events } = db.tables;
  const ofChange = sql`from ${events} where ${events.memberId} = ${memberId} and ${events.changeId} = ${changeId}`;
  const happened = sql`exists (select 1 ${ofChange} and ${events.points} <> 0)`;
  const boardList = sql.join(
    boards.map(board => sql`(${board})`),
    sql`, `,
  );
  return [
    query
      .update(standingCounts)
      .set({ members: sql`${standingCounts.members} - 1` })
      .where(
        and(
          sql`(${standingCounts.communityId}, ${standingCounts.board}, ${standingCounts.points}) in (select ${standings.communityId}, ${standings.board}, ${standings.points} from ${standings} where ${standings.memberId} = ${memberId} and ${inArray(standings.board, boards)})`,
          happened,
        ),
      ),
    query
      .insert(standings)
      .select(
        sql`select ${communityId}, b.column1, ${memberId}, (select sum(${events.points}) ${ofChange}) from (values ${boardList}) as b where ${happened}`,
      )
      .onConflictDoUpdate({
        target: [standings.memberId, standings.board],
        set: { points: sql`${standings.points} + excluded.points` },
      }),
    countStandings(db, query, memberId, boards, happened),
  ];
};

/** Adds the member's rows on `boards` to the counts. */
const countStandings = (
  db: Db,
  query: Query,
  memberId: number,
  boards: string[],
  condition = sql`1 = 1`,
): Statement => {
  const { standings, standingCounts } = db.tables;
  return query
    .insert(standingCounts)
    .select(
      sql`select ${standings.communityId}, ${standings.board}, ${standings.points}, 1 from ${standings} where ${standings.memberId} = ${memberId} and ${inArray(standings.board, boards)} and ${condition}`,
    )
    .onConflictDoUpdate({
      target: [standingCounts.communityId, standingCounts.board, standingCounts.points],
      set: { members: sql`${standingCounts.members} + 1` },
    });
};

/** What a member has earned from `from` until `until` by what counts now: topics that are done, and quizzes passed. */
const earned = (db: Db, memberId: number, from: Date, until: Date) => {
  const { topicProgress: topics, progressEvents: events } = db.tables;
  const isBetween = (at: typeof topics.changedAt | typeof events.at) =>
    and(gte(at, sql.param(from, at)), lt(at, sql.param(until, at)));
  return sql`(select
    coalesce((select sum(${topics.points}) from ${topics} where ${topics.memberId} = ${memberId} and ${topics.state} = 'done' and ${isBetween(topics.changedAt)}), 0)
    + coalesce((select sum(${events.points}) from ${events} where ${events.memberId} = ${memberId} and ${events.kind} = 'quiz' and ${isBetween(events.at)}), 0) as points) as e`;
};

/** The periods whose boards follow a change of track, roles or points: last week's may still be posted. */
const REBUILT = [...PERIODS, 'lastWeek'] as const;

/** What `rebuildStandings` puts into its statements for a member as they are now, and on how many boards a period has them. */
export const rebuildingOf = (
  community: BoardCommunity,
  member: BoardMember & { id: number },
  now: Date,
): { scopes: number; values: Record<string, unknown> } => {
  const scopes = scopesOf(member);
  const calendar = calendarOf(now, community.zone);
  const ofPeriods = REBUILT.flatMap((period): [string, unknown][] => {
    const { key, from, until } = calendar[period];
    const boards = scopes.map((scope, at): [string, unknown] => [`${period} board ${at}`, `${key}/${scope}`]);
    return [[`${period} from`, from], [`${period} until`, until], ...boards];
  });
  const values = { communityId: community.id, memberId: member.id, ...Object.fromEntries(ofPeriods) };
  return { scopes: scopes.length, values };
};

/**
 * Statements, to be prepared, that take a member off every board and put them on those that are theirs now, of this week, this
 * month and all time, and of last week.
 */
export const rebuildStandings = (db: Db, query: Query, scopes: number): Statement[] => {
  const { standings, standingCounts } = db.tables;
  const communityId = placeholder<number>('communityId');
  const memberId = placeholder<number>('memberId');
  const mine = sql`(select ${standings.communityId}, ${standings.board}, ${standings.points} from ${standings} where ${standings.memberId} = ${memberId})`;
  const boardsIn = (period: string): string[] =>
    Array.from({ length: scopes }, (_, at) => placeholder<string>(`${period} board ${at}`));
  const putBack = REBUILT.map(period => {
    const boardList = sql.join(
      boardsIn(period).map(board => sql`(${board})`),
      sql`, `,
    );
    const points = earned(db, memberId, placeholder<Date>(`${period} from`), placeholder<Date>(`${period} until`));
    return query
      .insert(standings)
      .select(
        sql`select ${communityId}, b.column1, ${memberId}, e.points from ${points}, (values ${boardList}) as b where e.points <> 0`,
      );
  });
  return [
    query
      .update(standingCounts)
      .set({ members: sql`${standingCounts.members} - 1` })
      .where(sql`(${standingCounts.communityId}, ${standingCounts.board}, ${standingCounts.points}) in ${mine}`),
    query.delete(standings).where(eq(standings.memberId, memberId)),
    ...(scopes > 0 ? [...putBack, countStandings(db, query, memberId, REBUILT.flatMap(boardsIn))] : []),
  ];
};

export type Standing = { memberId: number; points: number };

/** The `limit` members with the most points, more than none, best first. */
export const topOf = (db: Db, communityId: number, board: string, limit: number): Promise<Standing[]> => {
  const { standings } = db.tables;
  return db
    .prepared('leaderboard top', (query, name) =>
      query
        .select({ memberId: standings.memberId, points: standings.points })
        .from(standings)
        .where(
          and(
            eq(standings.communityId, sql.placeholder('communityId')),
            eq(standings.board, sql.placeholder('board')),
            gt(standings.points, 0),
          ),
        )
        .orderBy(desc(standings.points), desc(standings.memberId))
        .limit(sql.placeholder('limit'))
        .prepare(name),
    )
    .execute({ communityId, board, limit });
};

/** A member's points on a board, or undefined where they have none there. */
export const standingOf = async (db: Db, board: string, memberId: number): Promise<Standing | undefined> => {
  const { standings } = db.tables;
  const [row] = await db
    .prepared('leaderboard own', (query, name) =>
      query
        .select({ memberId: standings.memberId, points: standings.points })
        .from(standings)
        .where(and(eq(standings.memberId, sql.placeholder('memberId')), eq(standings.board, sql.placeholder('board'))))
        .prepare(name),
    )
    .execute({ memberId, board });
  return row && row.points > 0 ? row : undefined;
};

/** Up to `limit` members just above and just below `own`, best first, in the order of `topOf`. */
export const neighboursOf = async (
  db: Db,
  communityId: number,
  board: string,
  own: Standing,
  limit: number,
): Promise<{ above: Standing[]; below: Standing[] }> => {
  const { standings } = db.tables;
  const nearest = (side: 'above' | 'below') =>
    db.prepared(`leaderboard ${side}`, (query, name) => {
      const order = side === 'above' ? asc : desc;
      return query
        .select({ memberId: standings.memberId, points: standings.points })
        .from(standings)
        .where(
          and(
            eq(standings.communityId, sql.placeholder('communityId')),
            eq(standings.board, sql.placeholder('board')),
            // Above `own` everybody has points; to say so would make SQLite begin its search at the board's last member.
            ...(side === 'below' ? [gt(standings.points, 0)] : []),
            sql`(${standings.points}, ${standings.memberId}) ${sql.raw(side === 'above' ? '>' : '<')} (${sql.placeholder('points')}, ${sql.placeholder('memberId')})`,
          ),
        )
        .orderBy(order(standings.points), order(standings.memberId))
        .limit(sql.placeholder('limit'))
        .prepare(name);
    });
  const values = { communityId, board, limit, points: own.points, memberId: own.memberId };
  const [above, below] = await Promise.all([nearest('above').execute(values), nearest('below').execute(values)]);
  return { above: above.reverse(), below };
};

const countsOnBoard = (db: Db): SQL | undefined => {
  const { standingCounts: counts } = db.tables;
  return and(
    eq(counts.communityId, sql.placeholder('communityId')),
    eq(counts.board, sql.placeholder('board')),
    gt(counts.points, 0),
  );
};

/** Of a board: its members, their points together, and how many have more than `most`. */
const totalsOf = (db: Db) =>
  db.prepared('leaderboard totals', (query, name) => {
    const { standingCounts: counts } = db.tables;
    const sumOf = (value: SQL) => sql`coalesce(sum(${value}), 0)`.mapWith(Number);
    const isAbove = gt(counts.points, sql.placeholder('most'));
    return query
      .select({
        members: sumOf(sql`${counts.members}`),
        points: sumOf(sql`cast(${counts.members} as bigint) * ${counts.points}`),
        above: sumOf(sql`case when ${isAbove} then ${counts.members} else 0 end`),
      })
      .from(counts)
      .where(countsOnBoard(db))
      .prepare(name);
  });

/** How many have how many points on a board, from `most` down to `fewest`. */
const countsBetween = (db: Db) =>
  db.prepared('leaderboard counts', (query, name) => {
    const { standingCounts: counts } = db.tables;
    const isBetween = between(counts.points, sql.placeholder('fewest'), sql.placeholder('most'));
    return query
      .select({ points: counts.points, members: counts.members })
      .from(counts)
      .where(and(countsOnBoard(db), isBetween))
      .orderBy(desc(counts.points))
      .prepare(name);
  });

/**
 * How many members are on a board, how many points they have together, and the place that each of `points` stands for. Every
 * count between the most and the fewest of `points` is read, so these should be of neighbours.
 */
export const placesOf = async (
  db: Db,
  communityId: number,
  board: string,
  points: readonly number[],
): Promise<{ members: number; points: number; placeOf: Map<number, number> }> => {
  const most = Math.max(0, ...points);
  const of = { communityId, board, most };
  const [[totals], counts] = await Promise.all([
    totalsOf(db).execute(of),
    points.length > 0 ? countsBetween(db).execute({ ...of, fewest: Math.min(...points) }) : [],
  ]);
  const placeOf = new Map<number, number>();
  let better = totals?.above ?? 0;
  for (const count of counts) {
    placeOf.set(count.points, better + 1);
    better += count.members;
  }
  return { members: totals?.members ?? 0, points: totals?.points ?? 0, placeOf };
};
