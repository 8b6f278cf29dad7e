// Knows what Slack delivers twice, in whatever process and by whatever way it comes the second time.
import type { Log } from '../log.ts';
import type { KeptValues } from '../platform.ts';

/** Slack repeats an event for about six minutes; a trigger is good for three seconds. */
const REMEMBERED_MS = 60 * 60 * 1000;

/** What is the same in both; undefined for what may be done twice. */
const keyOf = (payload: unknown): string | undefined => {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { event_id: event, trigger_id: trigger, type } = payload as Record<string, unknown>;
  if (type === 'block_suggestion') return undefined;
  if (typeof event === 'string' && event !== '') return `event ${event}`;
  return typeof trigger === 'string' && trigger !== '' ? `trigger ${trigger}` : undefined;
};

export type Repeats = {
  /** Whether nobody has taken this payload before; from now on it is taken. Never throws: in doubt it is done. */
  isFirst(payload: unknown): Promise<boolean>;
};

export const createRepeats = (kept: Pick<KeptValues, 'claim'>, log: Log): Repeats => ({
  async isFirst(payload) {
    const key = keyOf(payload);
    if (key === undefined) return true;
    try {
      return await kept.claim(`slack did ${encodeURIComponent(key.slice(0, 200).toWellFormed())}`, REMEMBERED_MS);
    } catch (error) {
      log.warn({ err: error }, 'it could not be noted what Slack has sent');
      return true;
    }
  },
});
