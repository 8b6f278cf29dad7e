import { beforeEach, describe, expect, it } from 'vitest';
import { type Community, findOrCreateCommunity } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { findOrCreateMember, type Member, updateEnrolment } from '../../src/storage/members.ts';
import { answerQuiz, ledgerOf, progressOf, setTopicState, startQuiz, undoTopic } from '../../src/storage/progress.ts';
import { boardKey, neighboursOf, placesOf, standingOf, topOf } from '../../src/storage/standings.ts';
import { describeOnBothDatabases } from '../support/databases.ts';

const monday = new Date('2026-11-23T09:00:00Z');
const later = new Date('2026-11-24T09:00:00Z');
const nextWeek = new Date('2026-11-30T09:00:00Z');

describeOnBothDatabases('progress', open => {
  let db: Db;
  let community: Community;
  let ada: Member;
  const join = async (name: string, change: Partial<Pick<Member, 'track' | 'roles'>> = { track: 'engineering' }) => {
    const member = await findOrCreateMember(db, community, { externalId: name, name }, monday);
    return updateEnrolment(db, community, member, change, monday);
  };
  const done = (member: Member, ids: string[], at = monday, points = 10) =>
    setTopicState(
      db,
      { community, member },
      'done',
      ids.map(id => ({ id, points })),
      at,
    );
  const pointsOn = async (member: Member, period: 'week' | 'month' | 'all', at = monday, scope = '*' as const) =>
    (await standingOf(db, boardKey(community, period, scope, at), member.id))?.points ?? 0;
  const ledgerSum = async (member: Member) =>
    (await ledgerOf(db, member.id)).reduce((sum, event) => sum + event.points, 0);

  beforeEach(async () => {
    db = await open();
    community = await findOrCreateCommunity(db, { platform: 'web', externalId: 'demo', name: 'Demo' }, monday);
    ada = await join('ada');
  });

  it('counts a topic once, however often it is marked done', async () => {
    expect(await done(ada, ['a'])).toEqual(['a']);
    expect(await done(ada, ['a'], later)).toEqual([]);
    expect(await pointsOn(ada, 'all')).toBe(10);
    expect(await ledgerSum(ada)).toBe(10);
  });

  it('keeps several topics of one change in the week of that change, to the millisecond', async () => {
    for (const at of ['2026-11-30T00:00:00.000Z', '2026-11-29T23:59:59.999Z']) {
      const ids = [1, 2, 3].map(number => `${number} ${at}`);
      await done(ada, ids, new Date(at));
      const minutes = (await ledgerOf(db, ada.id))
        .filter(({ topicId }) => ids.includes(topicId))
        .map(event => event.at.toISOString().slice(0, 16));
      expect(minutes).toEqual(ids.map(() => at.slice(0, 16)));
    }
  });

  it('counts a topic once when two presses arrive at once', async () => {
    const results = await Promise.all([done(ada, ['a', 'b']), done(ada, ['a', 'b']), done(ada, ['b', 'a'])]);
    expect(results.flat().sort()).toEqual(['a', 'b']);
    expect(await pointsOn(ada, 'week')).toBe(20);
    expect(await ledgerSum(ada)).toBe(20);
  });

  it('takes points back from the week in which they were earned, once, when undone later', async () => {
    await done(ada, ['a', 'b']);
    const undone = await Promise.all([
      undoTopic(db, { community, member: ada }, 'a', nextWeek),
      undoTopic(db, { community, member: ada }, 'a', nextWeek),
    ]);
    expect(undone.filter(Boolean)).toEqual(['done']);
    expect(await pointsOn(ada, 'week', monday)).toBe(10);
    expect(await pointsOn(ada, 'week', nextWeek)).toBe(0);
    expect(await pointsOn(ada, 'all')).toBe(10);
    expect((await progressOf(db, ada.id)).get('a')?.state).toBe('none');
    expect((await ledgerOf(db, ada.id)).map(event => event.kind).sort()).toEqual(['done', 'done', 'undone']);
  });

  it('returns to started when the undone topic had been started', async () => {
    await setTopicState(db, { community, member: ada }, 'started', [{ id: 'a', points: 10 }], monday);
    await done(ada, ['a'], later);
    expect(await undoTopic(db, { community, member: ada }, 'a', later)).toBe('done');
    expect((await progressOf(db, ada.id)).get('a')?.state).toBe('started');
  });

  it('returns to skipped when the undone topic had been skipped', async () => {
    await setTopicState(db, { community, member: ada }, 'skipped', [{ id: 'a', points: 10 }], monday);
    await done(ada, ['a'], later);
    await undoTopic(db, { community, member: ada }, 'a', nextWeek);
    expect((await progressOf(db, ada.id)).get('a')?.state).toBe('skipped');
  });

  it('takes points back once when the topic and then its start are undone', async () => {
    await setTopicState(db, { community, member: ada }, 'started', [{ id: 'a', points: 10 }], monday);
    await done(ada, ['a'], later);
    await undoTopic(db, { community, member: ada }, 'a', later);
    expect(await undoTopic(db, { community, member: ada }, 'a', nextWeek)).toBe('started');
    expect(await ledgerSum(ada)).toBe(0);
    expect(await pointsOn(ada, 'all')).toBe(0);
  });

  it('never turns done into skipped, and a skipped topic earns nothing', async () => {
    await done(ada, ['a']);
    expect(
      await setTopicState(
        db,
        { community, member: ada },
        'skipped',
        [
          { id: 'a', points: 10 },
          { id: 'b', points: 10 },
        ],
        later,
      ),
    ).toEqual(['b']);
    expect(await ledgerSum(ada)).toBe(10);
  });

  it('awards a passed quiz once, over several attempts', async () => {
    for (const at of [monday, later]) {
      const attempt = await startQuiz(db, ada.id, 'a', at);
      const answer = { topicId: 'a', attempt, before: [], answers: [1], passed: true, points: 5 };
      expect(await answerQuiz(db, { community, member: ada }, answer, at)).toBe(true);
      expect(await answerQuiz(db, { community, member: ada }, answer, at)).toBe(false);
    }
    expect(await pointsOn(ada, 'all')).toBe(5);
  });

  describe('leaderboards', () => {
    const crowd = ['bo', 'cy', 'di', 'ed', 'fay', 'gus', 'hal'];
    const board = (scope: '*' | `track:${string}` | `role:${string}` = '*') =>
      boardKey(community, 'all', scope, monday);

    it('shows places with ties, the neighbours on either side, and totals', async () => {
      for (const [at, name] of crowd.entries()) await done(await join(name), ['t'], monday, 10 * (at + 1));
      await done(ada, ['t'], monday, 40);
      const own = await standingOf(db, board(), ada.id);
      if (!own) throw new Error('ada is on the board');
      const { above, below } = await neighboursOf(db, community.id, board(), own, 3);
      const points = [...above, own, ...below].map(row => row.points);
      expect(points).toHaveLength(7);
      expect(points).toEqual([...points].sort((a, b) => b - a));
      const places = await placesOf(db, community.id, board(), [40, 70, 30]);
      expect(places).toMatchObject({ members: 8, points: 320 });
      expect([40, 70, 30].map(at => places.placeOf.get(at))).toEqual([4, 1, 6]);
      expect((await topOf(db, community.id, board(), 3)).map(row => row.points)).toEqual([70, 60, 50]);
    });

    it('moves points along when the track or the roles change, and hides them while points are off', async () => {
      await done(ada, ['a']);
      let member = await updateEnrolment(
        db,
        community,
        ada,
        { track: 'research', roles: ['security_engineer'] },
        later,
      );
      const on = async (scope: `track:${string}` | `role:${string}` | '*') => {
        const places = await placesOf(db, community.id, board(scope), []);
        return [(await standingOf(db, board(scope), ada.id))?.points ?? 0, places.members];
      };
      expect(await on('track:engineering')).toEqual([0, 0]);
      expect(await on('track:research')).toEqual([10, 1]);
      expect(await on('role:security_engineer')).toEqual([10, 1]);
      member = await updateEnrolment(db, community, member, { pointsOn: false }, later);
      expect(await on('*')).toEqual([0, 0]);
      await updateEnrolment(db, community, member, { pointsOn: true }, later);
      expect(await on('*')).toEqual([10, 1]);
    });

    it('keeps last week’s board, and books an undo to the week of the topic, when roles change', async () => {
      await done(ada, ['a', 'b'], monday);
      await undoTopic(db, { community, member: ada }, 'a', nextWeek);
      await done(ada, ['c'], nextWeek);
      await updateEnrolment(db, community, ada, { roles: ['security_engineer'] }, nextWeek);
      expect(await pointsOn(ada, 'week', monday)).toBe(10);
      expect(await pointsOn(ada, 'week', nextWeek)).toBe(10);
      expect(await pointsOn(ada, 'all', nextWeek)).toBe(20);
      expect((await placesOf(db, community.id, boardKey(community, 'week', '*', monday), [])).members).toBe(1);
    });

    it('keeps the counts equal to the members on the board through concurrent changes', async () => {
      const people = await Promise.all(crowd.map(name => join(name)));
      await Promise.all(people.flatMap(member => ['a', 'b', 'c'].map(id => done(member, [id]))));
      await Promise.all(people.slice(0, 4).map(member => undoTopic(db, { community, member }, 'b', later)));
      const places = await placesOf(db, community.id, board(), [30, 20]);
      expect(places).toMatchObject({ members: 7, points: 4 * 20 + 3 * 30 });
      expect(places.placeOf.get(20)).toBe(4);
    });
  });
});
