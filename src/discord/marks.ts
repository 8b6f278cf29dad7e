// What a post carries so that it is not posted twice and can be found again: a nonce for the first minutes, a mark for ever.
import { createHash } from 'node:crypto';
import type { APIMessage, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import type { DiscordRest } from './rest.ts';

/** Discord remembers a nonce for "a few minutes" and does not say how many; a minute is well inside. */
export const NONCE_WINDOW_MS = 60_000;
/** The first second of 2015, from which Discord's ids count milliseconds. */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;
const SEARCH_MARGIN_MS = 60_000;
/** 2,000 messages: more than a channel sees between a post and the search for it. */
const SEARCH_PAGES = 20;

const hashOf = (key: string, channelId: string): Buffer => createHash('sha256').update(`${key} ${channelId}`).digest();

/** At most 25 characters; mixed with the channel, because Discord compares nonces of one author over all channels. */
export const nonceOf = (key: string, channelId: string): string =>
  hashOf(key, channelId).toString('base64url').slice(0, 24);

/** A positive 31-bit number that stays in the message as the id of its first component. */
export const markerOf = (key: string, channelId: string): number => hashOf(key, channelId).readUInt32BE() >>> 1 || 1;

const snowflakeOf = (at: Date): string => String((BigInt(at.getTime()) - DISCORD_EPOCH_MS) << 22n);
const isMarked = ({ components }: APIMessage, marker: number): boolean =>
  (components as APIMessageTopLevelComponent[] | undefined)?.[0]?.id === marker;

/**
 * The post of the delivery `key` in a channel, looked for among the messages since shortly before `since`; undefined where it is not
 * there. Rejects as the calls do, and where there are too many messages to say.
 */
export const findMarked = async (
  api: Pick<DiscordRest, 'messagesAfter'>,
  channelId: string,
  key: string,
  since: Date,
): Promise<APIMessage | undefined> => {
  const marker = markerOf(key, channelId);
  let after = snowflakeOf(new Date(since.getTime() - SEARCH_MARGIN_MS));
  for (let page = 0; page < SEARCH_PAGES; page += 1) {
    const messages = await api.messagesAfter(channelId, after);
    const found = messages.find(message => isMarked(message, marker));
    if (found || messages.length === 0) return found;
    after = messages.map(({ id }) => id).reduce((newest, id) => (BigInt(id) > BigInt(newest) ? id : newest));
  }
  throw new Error(`more than ${SEARCH_PAGES} pages of messages since ${since.toISOString()}`);
};
