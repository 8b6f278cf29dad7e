import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/discord/outcome.ts';

const now = new Date('2026-11-23T08:00:00Z');
const refused = (code: number, status = 400) => outcomeOf({ type: 'refused', code, status, message: 'Why not' }, now);

describe('what a refusal of Discord’s means for a delivery', () => {
  it.each([10003, 10004, 10013, 50001, 50013, 50083])('%i: who or what it was for is gone', code => {
    expect(refused(code)).toMatchObject({ type: 'gone', reason: expect.stringMatching(/\.$/) });
  });

  it.each([50007, 50278])('%i: this member takes no direct messages', code => {
    expect(refused(code)).toMatchObject({ type: 'closed' });
  });

  it.each([50035, 40005, 200000])('%i: the message itself is refused, and would be again', code => {
    expect(refused(code)).toMatchObject({ type: 'refused', reason: expect.stringContaining(String(code)) });
  });

  it.each([
    [40003, 10],
    [20016, 1],
    [20028, 1],
  ])('%i: later, in %i minutes', (code, minutes) => {
    expect(refused(code)).toMatchObject({ type: 'retry', at: new Date(now.getTime() + minutes * 60_000) });
  });

  it('10008: it was posted and then deleted', () => {
    expect(refused(10008, 404)).toMatchObject({ type: 'removed' });
  });

  it('a token that is refused rests; anything else is tried again', () => {
    expect(refused(0, 401)).toMatchObject({ type: 'retry', at: new Date(now.getTime() + 600_000) });
    expect(refused(12345)).toEqual({ type: 'retry', reason: 'Discord refused it: Why not (12345).' });
  });

  it('a limit says when, an outage leaves it open, and what never got there is simply tried again', () => {
    expect(outcomeOf({ type: 'limited', retryAfterMs: 2500 }, now)).toMatchObject({
      at: new Date(now.getTime() + 2500),
    });
    expect(outcomeOf({ type: 'unclear', message: 'Discord answered 503.' }, now)).toMatchObject({ type: 'unclear' });
    expect(outcomeOf({ type: 'unreachable', message: 'No way.' }, now)).toEqual({ type: 'retry', reason: 'No way.' });
  });
});
