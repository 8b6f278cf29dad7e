// What members have done: the append-only ledger, where each topic stands, and quizzes.
import { randomUUID } from 'node:crypto';
import type { TopicId } from '../curriculum/curriculum.ts';
import type { Community } from './communities.ts';
import type { Db, Query, Statement } from './database.ts';
import { and, asc, desc, eq, inArray, placeholder, sql } from './drizzle.ts';
import type { Member } from './members.ts';
import { addToStandings, boardsOf } from './standings.ts';

export type TopicState = 'started' | 'done' | 'skipped' | 'none';
export type TopicProgress = { topicId: TopicId; state: TopicState; startedAt: Date | null; changedAt: Date };
export type EventKind = 'started' | 'done' | 'skipped' | 'undone' | 'quiz';
export type ProgressEvent = { topicId: TopicId; kind: EventKind; points: number; at: Date };

/** Whose progress changes: the points go to the boards of this member in this community. */
export type Who = { community: Community; member: Member };

/** Where a member stands with every topic they ever touched, by topic id. */
export const progressOf = async (db: Db, memberId: number): Promise<Map<TopicId, TopicProgress>> => {
  const { topicProgress } = db.tables;
  const rows = await db
    .prepared('progress', (query, name) =>
      query
        .select({
          topicId: topicProgress.topicId,
          state: topicProgress.state,
          startedAt: topicProgress.startedAt,
          changedAt: topicProgress.changedAt,
        })
        .from(topicProgress)
        .where(eq(topicProgress.memberId, sql.placeholder('memberId')))
        .prepare(name),
    )
    .execute({ memberId });
  return new Map(rows.map(row => [row.topicId, row as TopicProgress]));
};

/** The ids of the topics that a member has done. */
export const doneTopics = (progress: ReadonlyMap<TopicId, TopicProgress>): Set<TopicId> =>
  new Set([...progress.values()].filter(({ state }) => state === 'done').map(({ topicId }) => topicId));

/** Taken first in every change of a member's progress: on PostgreSQL it makes their changes wait for each other. */
const lockMember = (db: Db, query: Query, memberId: number, now: Date): Statement =>
  query.update(db.tables.members).set({ lastActiveAt: now, nudges: 0 }).where(eq(db.tables.members.id, memberId));

/** Writes what a change did into the ledger; an undo takes points back only where they were `counted`: from a topic done. */
const appendEvents = (
  db: Db,
  query: Query,
  memberId: number,
  changeId: string,
  kind: EventKind,
  counted = true,
): Statement => {
  const { topicProgress: now, progressEvents } = db.tables;
  const points = kind === 'done' ? now.points : kind === 'undone' && counted ? sql`-${now.points}` : sql`0`;
  return query
    .insert(progressEvents)
    .select(
      sql`select ${now.memberId}, ${now.changeId}, ${now.topicId}, ${kind}, ${points}, ${now.changedAt} from ${now} where ${now.memberId} = ${memberId} and ${now.changeId} = ${changeId}`,
    );
};

const FROM: Record<'started' | 'done' | 'skipped', TopicState[]> = {
  started: ['none', 'skipped'],
  done: ['none', 'started', 'skipped'],
  skipped: ['none', 'started'],
};

const MINUTE_MS = 60 * 1000;
/**
 * A moment for each of `count` topics of one change, a millisecond apart so that the one named last is the last. All lie in the
 * minute of `now`, and so in its week and month.
 */
const momentsOf = (now: Date, count: number): Date[] => {
  const minute = now.getTime() - (now.getTime() % MINUTE_MS);
  const first = Math.max(minute, now.getTime() - (count - 1));
  return Array.from({ length: count }, (_, i) => new Date(first + i));
};

/**
 * Sets topics to `state`; `points` count for `done` only. Answers the ids that really changed: a topic that is in that state
 * already, or is being set by another press at this moment, is not among them and counts nothing.
 */
export const setTopicState = async (
  db: Db,
  { community, member }: Who,
  state: 'started' | 'done' | 'skipped',
  topics: readonly { id: TopicId; points: number }[],
  now: Date,
): Promise<TopicId[]> => {
  if (topics.length === 0) return [];
  const { topicProgress } = db.tables;
  // The busiest change of all: its statements are built once for each number of topics and boards.
  const boards = state === 'done' ? boardsOf(community, member, now) : [];
  const changeId = placeholder<string>('changeId');
  const memberId = placeholder<number>('memberId');
  const at = placeholder<Date>('now');
  const startedAt = state === 'started' ? { startedAt: at } : {};
  const values = {
    memberId: member.id,
    communityId: community.id,
    changeId: randomUUID(),
    now,
    ...Object.fromEntries(
      topics.flatMap(({ id, points }, i) => [
        [`topic${i}`, id],
        [`points${i}`, state === 'done' ? points : 0],
      ]),
    ),
    ...Object.fromEntries(momentsOf(now, topics.length).map((moment, i) => [`at${i}`, moment])),
    ...Object.fromEntries(boards.map((board, i) => [`board${i}`, board])),
  };
  const [, changed] = await db.atomicallyPrepared(`${state} ${topics.length} ${boards.length}`, values, query => [
    lockMember(db, query, memberId, at),
    query
      .insert(topicProgress)
      .values(
        topics.map((_, i) => ({
          memberId,
          topicId: placeholder<string>(`topic${i}`),
          state,
          points: placeholder<number>(`points${i}`),
          ...startedAt,
          changedAt: placeholder<Date>(`at${i}`),
          changeId,
        })),
      )
      .onConflictDoUpdate({
        target: [topicProgress.memberId, topicProgress.topicId],
        set: { state, points: sql`excluded.points`, ...startedAt, changedAt: sql`excluded.changed_at`, changeId },
        setWhere: inArray(topicProgress.state, FROM[state]),
      })
      .returning({ topicId: topicProgress.topicId }),
    appendEvents(db, query, memberId, changeId, state),
    ...(state === 'done'
      ? addToStandings(db, query, {
          communityId: placeholder<number>('communityId'),
          memberId,
          changeId,
          boards: boards.map((_, i) => placeholder<string>(`board${i}`)),
        })
      : []),
  ]);
  return changed.map(({ topicId }) => topicId);
};

const eventsOf = async (db: Db, memberId: number, topicId: TopicId): Promise<EventKind[]> => {
  const { progressEvents: events } = db.tables;
  const rows = await db.query
    .select({ kind: events.kind })
    .from(events)
    .where(and(eq(events.memberId, memberId), eq(events.topicId, topicId)))
    .orderBy(asc(events.at));
  return rows.map(({ kind }) => kind as EventKind);
};

/** The state of a topic before its last change that was not undone, from its ledger, oldest first. */
const stateBefore = (events: readonly EventKind[]): TopicState => {
  const states: TopicState[] = [];
  for (const kind of events) {
    if (kind === 'undone') states.pop();
    else if (kind !== 'quiz') states.push(kind);
  }
  return states.at(-2) ?? 'none';
};

/**
 * Takes back the last change of a topic: points leave the boards of the time they were earned. Answers the state that was
 * taken back, or undefined where there was nothing to undo (or another press undid it first).
 */
export const undoTopic = async (
  db: Db,
  { community, member }: Who,
  topicId: TopicId,
  now: Date,
): Promise<TopicState | undefined> => {
  const { topicProgress } = db.tables;
  const before = (await progressOf(db, member.id)).get(topicId);
  if (!before || before.state === 'none') return undefined;
  const earlier = stateBefore(await eventsOf(db, member.id, topicId));
  const changeId = randomUUID();
  const [, changed] = await db.atomically(query => [
    lockMember(db, query, member.id, now),
    query
      .update(topicProgress)
      .set({
        state: earlier,
        ...(before.state === 'started' && { startedAt: null }),
        changedAt: now,
        changeId,
      })
      .where(
        and(
          eq(topicProgress.memberId, member.id),
          eq(topicProgress.topicId, topicId),
          eq(topicProgress.state, before.state),
          eq(topicProgress.changedAt, before.changedAt),
        ),
      )
      .returning({ topicId: topicProgress.topicId }),
    appendEvents(db, query, member.id, changeId, 'undone', before.state === 'done'),
    ...addToStandings(db, query, {
      communityId: community.id,
      memberId: member.id,
      changeId,
      boards: boardsOf(community, member, before.changedAt),
    }),
  ]);
  return changed.length > 0 ? before.state : undefined;
};

/** The topic whose state a member changed last (undone ones left out), or undefined. */
export const lastChanged = (progress: ReadonlyMap<TopicId, TopicProgress>): TopicProgress | undefined =>
  [...progress.values()]
    .filter(({ state }) => state !== 'none')
    .sort((a, b) => b.changedAt.getTime() - a.changedAt.getTime() || (a.topicId < b.topicId ? -1 : 1))[0];

/** A member's ledger, newest first, at most `limit` rows. */
export const ledgerOf = async (db: Db, memberId: number, limit = 10_000): Promise<ProgressEvent[]> => {
  const { progressEvents: events } = db.tables;
  const rows = await db.query
    .select({ topicId: events.topicId, kind: events.kind, points: events.points, at: events.at })
    .from(events)
    .where(eq(events.memberId, memberId))
    .orderBy(desc(events.at))
    .limit(limit);
  return rows as ProgressEvent[];
};

export type QuizState = { topicId: TopicId; attempt: number; answers: number[]; passedAt: Date | null };

/** Where a member stands with a topic's quiz, or undefined before the first. */
export const quizOf = async (db: Db, memberId: number, topicId: TopicId): Promise<QuizState | undefined> => {
  const { quizzes } = db.tables;
  const [row] = await db.query
    .select({
      topicId: quizzes.topicId,
      attempt: quizzes.attempt,
      answers: quizzes.answers,
      passedAt: quizzes.passedAt,
    })
    .from(quizzes)
    .where(and(eq(quizzes.memberId, memberId), eq(quizzes.topicId, topicId)));
  return row as QuizState | undefined;
};

/** Begins a new attempt, from the first question; a pass once reached stays. Answers the attempt's number. */
export const startQuiz = async (db: Db, memberId: number, topicId: TopicId, now: Date): Promise<number> => {
  const { quizzes } = db.tables;
  const [row] = await db.query
    .insert(quizzes)
    .values({ memberId, topicId, attempt: 1, answers: [], changedAt: now, changeId: randomUUID() })
    .onConflictDoUpdate({
      target: [quizzes.memberId, quizzes.topicId],
      set: { attempt: sql`${quizzes.attempt} + 1`, answers: [], changedAt: now, changeId: randomUUID() },
    })
    .returning({ attempt: quizzes.attempt });
  return row?.attempt ?? 1;
};

/**
 * Records the answers of an attempt so far. False where the attempt is not the current one or another press answered first:
 * the earlier state stands. `points` are awarded once, when `passed` is true for the first time.
 */
export const answerQuiz = async (
  db: Db,
  { community, member }: Who,
  quiz: { topicId: TopicId; attempt: number; before: number[]; answers: number[]; passed: boolean; points: number },
  now: Date,
): Promise<boolean> => {
  const { quizzes, progressEvents } = db.tables;
  const changeId = randomUUID();
  const [, changed] = await db.atomically(query => [
    lockMember(db, query, member.id, now),
    query
      .update(quizzes)
      .set({ answers: quiz.answers, changedAt: now, changeId })
      .where(
        and(
          eq(quizzes.memberId, member.id),
          eq(quizzes.topicId, quiz.topicId),
          eq(quizzes.attempt, quiz.attempt),
          eq(quizzes.answers, quiz.before),
        ),
      )
      .returning({ topicId: quizzes.topicId }),
    ...(quiz.passed
      ? [
          query
            .insert(progressEvents)
            .select(
              sql`select ${quizzes.memberId}, ${quizzes.changeId}, ${quizzes.topicId}, 'quiz', ${quiz.points}, ${quizzes.changedAt} from ${quizzes} where ${quizzes.memberId} = ${member.id} and ${quizzes.changeId} = ${changeId} and ${quizzes.passedAt} is null`,
            ),
          query
            .update(quizzes)
            .set({ passedAt: now })
            .where(
              and(eq(quizzes.memberId, member.id), eq(quizzes.changeId, changeId), sql`${quizzes.passedAt} is null`),
            ),
          ...addToStandings(db, query, {
            communityId: community.id,
            memberId: member.id,
            changeId,
            boards: boardsOf(community, member, now),
          }),
        ]
      : []),
  ]);
  return changed.length > 0;
};

/** The topics whose quiz a member has passed. */
export const passedQuizzes = async (db: Db, memberId: number): Promise<Set<TopicId>> => {
  const { quizzes } = db.tables;
  const rows = await db.query
    .select({ topicId: quizzes.topicId })
    .from(quizzes)
    .where(and(eq(quizzes.memberId, memberId), sql`${quizzes.passedAt} is not null`));
  return new Set(rows.map(({ topicId }) => topicId));
};
