// Knows what Slack delivers twice, in whatever process and by whatever way it comes the second time.
import type { Log } from '../log.ts';
import type { KeptValues } from '../platform.ts';

/** Slack repeats an event for about six minutes; a trigger is good for three seconds. */
const REMEMBERED_MS = 60 * 60 * 1000;

/** More than anybody sends within three seconds. */
const REMEMBERED = 10_000;

/** What is the same where a payload comes twice, for what must not be done twice; undefined for the rest. */
export const repeatKeyOf = (payload: unknown): string | undefined => {
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

/**
 * `viaHttp`: what people do can be sent again to any process, by whoever recorded it. Over a socket only Slack sends, each payload to one
 * connection, so that this process knows by itself; that spares a wait for the disk at each press.
 */
export const createRepeats = (
  kept: Pick<KeptValues, 'claim'>,
  log: Log,
  { viaHttp }: { viaHttp: boolean },
): Repeats => {
  const seen = new Set<string>();
  const isNewHere = (key: string): boolean => {
    if (seen.has(key)) return false;
    seen.add(key);
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value as string);
    return true;
  };
  return {
    async isFirst(payload) {
      const key = repeatKeyOf(payload);
      if (key === undefined) return true;
      if (!isNewHere(key)) return false;
      if (!viaHttp && key.startsWith('trigger')) return true;
      try {
        return await kept.claim(`slack did ${encodeURIComponent(key.slice(0, 200).toWellFormed())}`, REMEMBERED_MS);
      } catch (error) {
        log.warn({ err: error }, 'it could not be noted what Slack has sent');
        return true;
      }
    },
  };
};
