import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Curriculum, Topic, TopicId } from '../../src/curriculum/curriculum.ts';
import { isVisible, topicsOf } from '../../src/curriculum/graph.ts';
import { type Count, countBy, countDone } from '../../src/learning/progress.ts';
import type { Message } from '../../src/message.ts';
import { testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

const TRACKS = [...testCurriculum.tracks.keys()];
const ROLES = [...testCurriculum.roles.keys()];
const TOPICS = [...testCurriculum.topics.values()];

/** The test curriculum with other topics optional, of other roles and of other lengths. */
const curricula = (): fc.Arbitrary<Curriculum> =>
  fc
    .array(
      fc.record({
        optional: fc.boolean(),
        roles: fc.subarray(ROLES),
        halfHours: fc.integer({ min: 1, max: 20 }),
      }),
      { minLength: TOPICS.length, maxLength: TOPICS.length },
    )
    .map(changes => ({
      ...testCurriculum,
      topics: new Map(
        TOPICS.map((topic, at): [TopicId, Topic] => {
          const { optional, roles, halfHours } = changes[at] ?? { optional: false, roles: [], halfHours: 1 };
          return [topic.id, { ...topic, optional, roles, hours: halfHours / 2 }];
        }),
      ),
    }));

const choices = () =>
  fc.record({
    track: fc.constantFrom(null, ...TRACKS),
    roles: fc.subarray(ROLES),
  });

const required = (topics: readonly Topic[]): TopicId[] =>
  topics.filter(({ optional }) => !optional).map(({ id }) => id);
const isComplete = ({ done, total, hoursLeft }: Count): boolean => done === total && hoursLeft === 0;
const sum = (counts: Iterable<Count>): Count =>
  [...counts].reduce(
    (all, { done, total, hoursLeft }) => ({
      done: all.done + done,
      total: all.total + total,
      hoursLeft: all.hoursLeft + hoursLeft,
    }),
    { done: 0, total: 0, hoursLeft: 0 },
  );

describe('the count of what is done', () => {
  it('leaves optional topics out of both numbers', () => {
    const topics = topicsOf(testCurriculum, { track: null, roles: [] });
    expect(countDone(topics, new Set())).toEqual({ done: 0, total: 3, hoursLeft: 4.5 });
    expect(countDone(topics, new Set(['history']))).toEqual({ done: 0, total: 3, hoursLeft: 4.5 });
    expect(countDone(topics, new Set(['what-is-safety', 'risk-models', 'reading-papers']))).toEqual({
      done: 3,
      total: 3,
      hoursLeft: 0,
    });
  });

  it('does not count what lies beyond the member’s own topics', () => {
    const topics = topicsOf(testCurriculum, { track: null, roles: [] });
    expect(countDone(topics, new Set(['testing', 'a-topic-that-was-removed'])).done).toBe(0);
  });

  it('is nothing of nothing where there is no topic', () => {
    expect(countDone([], new Set(['testing']))).toEqual({ done: 0, total: 0, hoursLeft: 0 });
    expect(countBy([], new Set(), topic => [topic.tier])).toEqual(new Map());
  });

  it('counts a topic in every group that it belongs to', () => {
    const counts = countBy(TOPICS, new Set(['deployment']), topic => topic.roles);
    expect(counts.get('platform_engineer')).toEqual({ done: 1, total: 1, hoursLeft: 0 });
    expect(counts.get('security_engineer')).toEqual({ done: 0, total: 1, hoursLeft: 3 });
    expect(counts.size).toBe(2);
  });
});

describe('with every visible topic done that is not optional', () => {
  const complete = fc.record({ curriculum: curricula(), choice: choices() });

  it('the total, every tier, every module and every role is complete', () => {
    fc.assert(
      fc.property(complete, ({ curriculum, choice }) => {
        const visible = [...curriculum.topics.values()].filter(topic => isVisible(topic, choice.track));
        const done = new Set(required(visible));
        const own = topicsOf(curriculum, choice);
        const counts = [
          countDone(own, done),
          ...countBy(own, done, topic => [topic.tier]).values(),
          ...countBy(own, done, topic => [topic.module]).values(),
          ...countBy(own, done, topic => topic.roles).values(),
          ...choice.roles.map(role => countDone(topicsOf(curriculum, { ...choice, roles: [role] }), done)),
        ];
        expect(counts.filter(count => !isComplete(count))).toEqual([]);
        expect(counts[0]?.total).toBe(required(own).length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('with any topics done', () => {
  const given = fc.record({
    curriculum: curricula(),
    choice: choices(),
    done: fc.subarray([...testCurriculum.topics.keys()]),
  });

  it('the tiers together, and the modules together, are the total', () => {
    fc.assert(
      fc.property(given, ({ curriculum, choice, done }) => {
        const own = topicsOf(curriculum, choice);
        const all = countDone(own, new Set(done));
        expect(sum(countBy(own, new Set(done), topic => [topic.tier]).values())).toEqual(all);
        expect(sum(countBy(own, new Set(done), topic => [topic.module]).values())).toEqual(all);
      }),
      { numRuns: 200 },
    );
  });

  it('another topic done never lowers a count, and an optional one leaves it as it is', () => {
    fc.assert(
      fc.property(given, fc.constantFrom(...TOPICS), ({ curriculum, choice, done }, { id }) => {
        const own = topicsOf(curriculum, choice);
        const before = countDone(own, new Set(done));
        const after = countDone(own, new Set([...done, id]));
        const counts = required(own).includes(id) && !done.includes(id);
        expect(after.done - before.done).toBe(counts ? 1 : 0);
        expect(after.total).toBe(before.total);
      }),
      { numRuns: 200 },
    );
  });
});

describe('every view of one member', () => {
  const barsOf = ({ blocks }: Message): string[] =>
    blocks.flatMap(block => (block.type === 'progress' ? [`${block.label} ${block.done}/${block.total}`] : []));

  /** The first bar of each answer is that of the member's own path. */
  const pathBars = async (test: Awaited<ReturnType<typeof testApp>>, name: string) => {
    const member = test.as(name);
    const bars: string[] = [];
    for (const command of ['/progress', '/track show', '/next', '/digest']) {
      const said = await member.type(command);
      const [bar = `no bar in ${command}`] = barsOf(member.lastMessage.message);
      const [, label = '', numbers = ''] = /^(.*) (\d+\/\d+)$/.exec(bar) ?? [];
      expect(said).toContain(`${label}: `);
      expect(said).toContain(`${numbers.replace('/', ' of ')} topics`);
      bars.push(bar);
    }
    return bars;
  };

  it('shows the same bar in /progress, /track show, /next and /digest', async () => {
    const test = await testApp();
    let member = 0;
    await fc.assert(
      fc.asyncProperty(
        curricula(),
        fc.constantFrom(...TRACKS),
        fc.subarray(ROLES),
        fc.subarray([...testCurriculum.topics.keys()]),
        fc.subarray([...testCurriculum.topics.keys()], { maxLength: 3 }),
        async (curriculum, track, roles, done, skipped) => {
          member += 1;
          const name = `member-${member}`;
          const someone = test.as(name);
          test.setCurriculum(curriculum);
          await someone.type(`/track select ${track}`);
          await someone.type(`/roles select ${roles.join(',') || 'none'}`);
          const visible = done.filter(id => isVisible(curriculum.topics.get(id) as Topic, track));
          if (visible.length > 0) await someone.type(`/done ${visible.join(', ')}`);
          for (const id of skipped) await someone.type(`/skip ${id}`);
          const { done: count, total } = countDone(topicsOf(curriculum, { track, roles }), new Set(visible));
          const label = curriculum.tracks.get(track)?.label;
          expect(new Set(await pathBars(test, name))).toEqual(new Set([`${label} ${count}/${total}`]));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is at 100 % everywhere once all is done, with the optional topic left open', async () => {
    const test = await testApp();
    const ada = test.as('ada');
    await ada.type('/track select engineering');
    await ada.type('/roles select platform_engineer, security_engineer');
    await ada.type(`/done ${required(topicsOf(testCurriculum, { track: 'engineering', roles: [] })).join(', ')}`);
    expect(await pathBars(test, 'ada')).toEqual(Array(4).fill('Engineering Track 8/8'));
    await ada.type('/progress');
    const bars = barsOf(ada.lastMessage.message);
    expect(bars.length).toBe(1 + 2 + 3 + 2);
    expect(bars.every(bar => /(\d+)\/\1$/.test(bar))).toBe(true);
    expect(await ada.type('/progress')).toContain('Still to do: nothing');
    expect(await ada.type('/track list')).toContain('8 topics, 8 done, 0 h to go');
    expect(await ada.type('/done history')).toContain('8 of 8 topics (100 %)');
    expect(await ada.type('/digest')).toContain('you have done all');
  });

  it('counts nothing for a skipped topic', async () => {
    const test = await testApp();
    const ada = test.as('ada');
    await ada.type('/track select general');
    await ada.type('/skip what-is-safety');
    expect(new Set(await pathBars(test, 'ada'))).toEqual(new Set(['General 0/3']));
  });
});
