import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPace } from '../../src/discord/rest.ts';

const LIMIT = 50;
const SECOND = 1000;

describe('the pace of requests', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  type Turn = { asked: number; startedAt: number; endedAt: number };
  /** Asks for a turn for each answer, after so many milliseconds and then taking so many; the turns in the order they began. */
  const run = async (answers: readonly { afterMs: number; takesMs: number; fails?: boolean }[]): Promise<Turn[]> => {
    const inPace = createPace(LIMIT, SECOND);
    const turns: Turn[] = [];
    const all = answers.map(async ({ afterMs, takesMs, fails }, asked) => {
      await sleep(afterMs);
      await inPace(async () => {
        const turn = { asked, startedAt: performance.now(), endedAt: Number.NaN };
        turns.push(turn);
        await sleep(takesMs);
        turn.endedAt = performance.now();
        if (fails) throw new Error('refused');
      }).catch(() => {});
    });
    const done = Promise.all(all);
    await vi.runAllTimersAsync();
    await done;
    return turns;
  };
  const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

  /** The most that can count at Discord in one second: each counts at some moment between its start and its end. */
  const mostInASecond = (turns: readonly Turn[]): number =>
    Math.max(
      0,
      ...turns.map(
        ({ endedAt }) => turns.filter(other => other.endedAt >= endedAt && other.startedAt < endedAt + SECOND).length,
      ),
    );

  it('is never more than fifty in any second, whatever the answers take and whether they succeed', async () => {
    const answer = fc.record({
      afterMs: fc.integer({ min: 0, max: 3000 }),
      takesMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 5000 })),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 60, maxLength: 200 }), async answers => {
        const turns = await run(answers);
        expect(turns).toHaveLength(answers.length);
        expect(mostInASecond(turns)).toBeLessThanOrEqual(LIMIT);
      }),
      { numRuns: 50 },
    );
  });

  it('lets all have their turn in the order in which they asked', async () => {
    const turns = await run(Array.from({ length: 175 }, () => ({ afterMs: 0, takesMs: 20 })));
    expect(turns.map(({ asked }) => asked)).toEqual(Array.from({ length: 175 }, (_, at) => at));
  });

  it('is as fast as the limit allows', async () => {
    const turns = await run(Array.from({ length: 175 }, () => ({ afterMs: 0, takesMs: 20 })));
    const starts = turns.map(({ startedAt }) => startedAt - (turns[0]?.startedAt ?? 0));
    expect([starts[49], starts[50], starts[99], starts[100], starts[174]]).toEqual([0, 1020, 1020, 2040, 3060]);
  });

  it('goes on after requests that failed', async () => {
    const turns = await run(Array.from({ length: 120 }, () => ({ afterMs: 0, takesMs: 5, fails: true })));
    expect(turns).toHaveLength(120);
  });
});
