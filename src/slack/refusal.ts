// When a token that Slack refuses is asked about again, and when it counts as gone; pure.
import type { Outcome } from '../platform.ts';

/** How long a workspace whose token Slack refuses is left alone. */
export const TOKEN_REST_MS = 10 * 60 * 1000;
/** With that rest, a token that is refused over such a time was asked about three times. */
const REFUSED_FOR_GOOD_MS = 15 * 60 * 1000;
/** A refusal after so long has nothing to do with the one before. */
const REFUSAL_FORGOTTEN_MS = 60 * 60 * 1000;

/** Since when a token is refused, and when it last was, in milliseconds. */
export type Refusal = { since: number; lastAt: number };

/** A refusal that happened now, after the one before. */
export const refusedAgain = (before: Refusal | undefined, now: Date): Refusal => {
  const lastAt = now.getTime();
  const isSame = before !== undefined && lastAt - before.lastAt < REFUSAL_FORGOTTEN_MS;
  return { since: isSame ? before.since : lastAt, lastAt };
};

/** One refusal may be a mistake of Slack's; not one that is repeated minutes later. */
export const isRefusedForGood = ({ since, lastAt }: Refusal): boolean => lastAt - since >= REFUSED_FOR_GOOD_MS;

/** A post to a workspace whose token cannot be had, or is not taken, for the moment: it waits. */
export const notLetIn = (now: Date): Outcome => ({
  type: 'retry',
  reason: 'Slack does not let me into this workspace at the moment.',
  at: new Date(now.getTime() + TOKEN_REST_MS),
});
