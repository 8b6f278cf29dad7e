// Finds a post of ours in a channel by the delivery's key in its metadata.
import type { Clients } from './clients.ts';

/** The type of the metadata that carries a delivery's key. */
export const DELIVERY_EVENT = 'milepost_delivery';
const MARGIN_MS = 60_000;
/** 15 is what apps outside of Slack's marketplace get at most. */
const PAGE = 15;
const PAGES = 40;

/** More was written since than can be read. */
export class TooFarBack extends Error {}

/** Undefined where it is not there. Throws `TooFarBack` after 600 messages, and as the call does. */
export const findPost = async (
  { reads }: Clients,
  channelId: string,
  key: string,
  since: Date,
): Promise<{ ts: string; hasThread: boolean } | undefined> => {
  const oldest = String((since.getTime() - MARGIN_MS) / 1000);
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { messages = [], response_metadata: next } = await reads.conversations.history({
      channel: channelId,
      oldest,
      inclusive: true,
      limit: PAGE,
      include_all_metadata: true,
      ...(cursor !== undefined && { cursor }),
    });
    const found = messages.find(({ metadata }) => {
      const payload = metadata?.event_payload as { key?: unknown } | undefined;
      return metadata?.event_type === DELIVERY_EVENT && payload?.key === key;
    });
    if (found?.ts) return { ts: found.ts, hasThread: (found.reply_count ?? 0) > 0 };
    cursor = next?.next_cursor || undefined;
    if (cursor === undefined) return undefined;
  }
  throw new TooFarBack();
};
