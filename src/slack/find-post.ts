// Finds a post of ours in a channel by the delivery's key in its metadata.
import { type Clients, problemOf } from './clients.ts';

/** The type of the metadata that carries a delivery's key. */
export const DELIVERY_EVENT = 'milepost_delivery';
const MARGIN_MS = 60_000;
/** Where the first attempt went through, the post is this near to when it began. */
const NEAR_MS = 2 * 60_000;
/** 15 is what apps outside of Slack's marketplace get at most, once a minute. */
const PAGE = 15;
const PAGES = 40;
/** One more that Slack broke off begins anew. */
const KEPT = 1_000;

/** More was written since than can be read. */
export class TooFarBack extends Error {}

/** How far a channel is read: Slack gives the newest between `oldest` and `latest` first, and then page by page what is before. */
type Reading = { oldest: string; latest?: string; cursor?: string; newest?: string | undefined; pages: number };

/** Searches that Slack’s limit broke off, by channel and key, so that the next attempt goes on where the last one ended. */
const brokenOff = new WeakMap<Clients, Map<string, Reading>>();

const seconds = (ms: number): string => String(ms / 1000);

/** Undefined where it is not there. Throws `TooFarBack` after 600 messages, and as the call does; then it can be called again. */
export const findPost = async (
  clients: Clients,
  channelId: string,
  key: string,
  since: Date,
): Promise<{ ts: string; hasThread: boolean } | undefined> => {
  const begun = brokenOff.get(clients) ?? new Map<string, Reading>();
  brokenOff.set(clients, begun);
  const name = `${channelId} ${key}`;
  const from = since.getTime();
  let reading: Reading = begun.get(name) ?? {
    oldest: seconds(from - MARGIN_MS),
    latest: seconds(from + NEAR_MS),
    pages: 0,
  };
  begun.delete(name);
  // What was written since an earlier attempt read the newest is read once more.
  let isUpToDate = false;
  for (; reading.pages < PAGES; reading.pages += 1) {
    const { oldest, latest, cursor } = reading;
    if (!latest && !cursor) isUpToDate = true;
    const range = { oldest, ...(latest && { latest }), inclusive: true, ...(cursor && { cursor }) };
    const { messages = [], response_metadata: next } = await clients.reads.conversations
      .history({ channel: channelId, ...range, limit: PAGE, include_all_metadata: true })
      .catch((error: unknown) => {
        if (problemOf(error).type === 'limited') begun.set(name, reading);
        if (begun.size > KEPT) begun.delete(begun.keys().next().value as string);
        throw error;
      });
    const found = messages.find(({ metadata }) => {
      const payload = metadata?.event_payload as { key?: unknown } | undefined;
      return metadata?.event_type === DELIVERY_EVENT && payload?.key === key;
    });
    if (found?.ts) return { ts: found.ts, hasThread: (found.reply_count ?? 0) > 0 };
    reading.newest ??= messages[0]?.ts;
    if (next?.next_cursor) reading.cursor = next.next_cursor;
    else if (!latest && isUpToDate) return undefined;
    else reading = { oldest: latest ?? reading.newest ?? oldest, pages: reading.pages };
  }
  throw new TooFarBack();
};
