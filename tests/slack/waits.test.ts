import { expect, it } from 'vitest';
import { CLIENT_OPTIONS } from '../../src/slack/clients.ts';
import { WAITS } from '../../src/slack/respond.ts';
import { WITHIN_MS } from '../../src/slack/suggest.ts';

/** What Slack waits for an acknowledgement, and how long a trigger opens a form. */
const SLACK_WAITS_MS = 3_000;

it('nobody at Slack is kept waiting longer than it waits, and no call waits without end', () => {
  // Who it is and the work itself come out of the same three seconds, and the way to Slack takes some.
  for (const ms of [WAITS.whoMs, WAITS.formMs, WITHIN_MS]) {
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(SLACK_WAITS_MS - 500);
  }
  expect(CLIENT_OPTIONS.timeout).toBeGreaterThan(0);
  expect(CLIENT_OPTIONS.timeout).toBeLessThanOrEqual(10_000);
  expect(CLIENT_OPTIONS).toMatchObject({ retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
});
