import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace, type Pace } from '../../src/slack/pace.ts';
import { createRateLimits } from '../support/slack/rate-limits.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How many of so many messages get a place at this moment, each in a channel of its own. */
const taken = (pace: Pace, count: number, atMs: number, team = 'T1'): number =>
  Array.from({ length: count }, (_, n) => pace.take(team, `D${n}`, atMs)).filter(wait => wait === undefined).length;

describe('the pace of posts', () => {
  it('takes a post and its first reply in a channel at once, and then one a second', () => {
    const pace = createPace();
    const take = (atMs: number) => pace.take('T1', 'C1', atMs);
    expect([take(0), take(0), take(0)]).toEqual([undefined, undefined, { for: 'channel', ms: SECOND }]);
    expect(take(400)).toEqual({ for: 'channel', ms: 600 });
    expect([take(1000), take(1000)]).toEqual([undefined, { for: 'channel', ms: SECOND }]);
    expect([take(9000), take(9000), take(9000)?.for]).toEqual([undefined, undefined, 'channel']);
  });

  it('takes 290 messages of a workspace at once and 290 in each further minute', () => {
    const pace = createPace();
    expect(taken(pace, 600, 0)).toBe(290);
    expect(pace.take('T1', 'D1000', 0)).toEqual({ for: 'workspace', ms: 207 });
    expect(taken(pace, 600, MINUTE)).toBe(290);
    expect(taken(pace, 600, MINUTE + 30 * SECOND)).toBe(145);
  });

  it('lets neither another workspace nor a channel of the same id there wait', () => {
    const pace = createPace();
    taken(pace, 600, 0);
    expect(taken(pace, 250, 0, 'T2')).toBe(250);
    for (let count = 0; count < 3; count += 1) pace.take('T3', 'C1', 0);
    expect(pace.take('T4', 'C1', 0)).toBeUndefined();
  });

  it('costs a workspace nothing where a channel had to wait, and the other way round', () => {
    const pace = createPace();
    for (let count = 0; count < 300; count += 1) pace.take('T1', 'C1', 0);
    expect(taken(pace, 300, 0)).toBe(288);
    expect(pace.take('T1', 'C2', 0)).toMatchObject({ for: 'workspace' });
    expect([0, 1, 2].map(() => pace.take('T1', 'C2', 10 * SECOND)?.for)).toEqual([undefined, undefined, 'channel']);
  });

  it('leaves a workspace alone for as long as Slack asked, and no other', () => {
    const pace = createPace();
    pace.rest('T1', 30 * SECOND);
    pace.rest('T1', 10 * SECOND);
    expect(pace.take('T1', 'C1', 12 * SECOND)).toEqual({ for: 'workspace', ms: 18 * SECOND });
    expect(pace.take('T2', 'C1', 12 * SECOND)).toBeUndefined();
    expect(pace.take('T1', 'C1', 30 * SECOND)).toBeUndefined();
  });

  it('gives those who come back times of their own, after the rest that Slack asked for', () => {
    const pace = createPace();
    expect([pace.book('T1', 0), pace.book('T1', 0), pace.book('T1', 100)]).toEqual([210, 420, 530]);
    expect(pace.book('T2', 0)).toBe(210);
    pace.rest('T1', 10 * SECOND);
    expect(pace.book('T1', 1000)).toBe(9210);
    expect(pace.book('T1', MINUTE)).toBe(210);
  });

  it('finds a place for everybody who comes back at their time', () => {
    const pace = createPace();
    expect(taken(pace, 290, 0)).toBe(290);
    const times = Array.from({ length: 2000 }, () => pace.book('T1', 0));
    expect(times.filter((at, n) => pace.take('T1', `E${n}`, at) !== undefined)).toEqual([]);
    // By minutes, as the clockwork ticks.
    const slow = createPace();
    expect(taken(slow, 290, 0)).toBe(290);
    const minutes = Array.from({ length: 2000 }, () => Math.ceil(slow.book('T1', 0) / MINUTE) * MINUTE);
    expect(minutes.filter((at, n) => slow.take('T1', `E${n}`, at) !== undefined)).toEqual([]);
  });

  it('never meets a limit of Slack’s, whatever is sent when', () => {
    const message = fc.record({
      afterMs: fc.integer({ min: 0, max: 400 }),
      team: fc.constantFrom('T1', 'T2'),
      channel: fc.constantFrom('C1', 'C2', undefined),
    });
    fc.assert(
      fc.property(fc.array(message, { minLength: 300, maxLength: 900 }), messages => {
        const pace = createPace();
        const slack = createRateLimits();
        let at = 0;
        for (const [n, { afterMs, team, channel = `D${n}` }] of messages.entries()) {
          at += afterMs;
          if (pace.take(team, channel, at)) continue;
          expect(slack.take('post', 'chat.postMessage', team, channel, at)).toBeUndefined();
        }
      }),
      { numRuns: 50 },
    );
  });
});
