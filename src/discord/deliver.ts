// Posts what is due into channels and direct messages, says what became of it, and finds it again when nobody knows.
import { createHash } from 'node:crypto';
import type { APIMessage, APIMessageTopLevelComponent, RESTPostAPIChannelMessageJSONBody } from 'discord-api-types/v10';
import pRetry from 'p-retry';
import type { Log } from '../log.ts';
import type { Message } from '../message.ts';
import type { Outcome, Platform, Target } from '../platform.ts';
import { canRead } from './channels.ts';
import { outcomeOf, TOKEN_REST_MS } from './outcome.ts';
import type { DiscordMessage, RenderContext } from './render.ts';
import { renderSafely } from './render-safely.ts';
import { type DiscordRest, problemOf } from './rest.ts';

const NOT_REACHED = 'Discord could not be reached since Milepost was started.';
const UNSETTLED_REST_MS = 30_000;
/** Discord remembers a nonce for "a few minutes" and does not say how many; a minute is well inside. */
export const NONCE_WINDOW_MS = 60_000;
/** Discord archives a silent thread after a week at the latest. */
const THREAD_MINUTES = 7 * 24 * 60;
/** One after the other with growing waits, some three seconds in all. */
const THREAD_ATTEMPTS = 3;
/** The first second of 2015, from which Discord's ids count milliseconds. */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;
const SEARCH_MARGIN_MS = 60_000;
/** 2,000 messages: more than a channel sees between a post and the search for it. */
const SEARCH_PAGES = 20;

/** Where the ids of direct-message channels are kept, so that none is opened twice. */
export type DirectChannels = {
  find(memberId: string): Promise<string | undefined>;
  remember(memberId: string, channelId: string): Promise<void>;
  forget(memberId: string): Promise<void>;
};

/** What Discord says of a direct-message channel that is not ours any more. */
const STALE = new Set([10003, 50001, 50013]);

export type DeliverDeps = {
  api: DiscordRest;
  directChannels: DirectChannels;
  mention: NonNullable<RenderContext['mention']>;
  /** Whether Milepost is in a server; asks Discord anew. */
  isIn: (guildId: string) => Promise<boolean>;
  /** Whether Discord was reached since the start, and the database is this application's. */
  isSettled: () => boolean;
  now: () => Date;
  log: Log;
};

const hashOf = (key: string, channelId: string): Buffer => createHash('sha256').update(`${key} ${channelId}`).digest();
/** At most 25 characters; mixed with the channel, because Discord compares nonces of one author over all channels. */
export const nonceOf = (key: string, channelId: string): string =>
  hashOf(key, channelId).toString('base64url').slice(0, 24);
/** A positive 31-bit number that stays in the message as the id of its first component. */
export const markerOf = (key: string, channelId: string): number => hashOf(key, channelId).readUInt32BE() >>> 1 || 1;

const snowflakeOf = (at: Date): string => String((BigInt(at.getTime()) - DISCORD_EPOCH_MS) << 22n);
const isMarked = ({ components }: APIMessage, marker: number): boolean =>
  (components as APIMessageTopLevelComponent[] | undefined)?.[0]?.id === marker;

export const createDelivery = ({
  api,
  directChannels,
  mention,
  isIn,
  isSettled,
  now,
  log,
}: DeliverDeps): Pick<Platform, 'deliver' | 'edit' | 'find'> => {
  let tokenRestsUntil = 0;

  const render = (channelId: string, message: Message, key: string, context: RenderContext): DiscordMessage =>
    renderSafely(message, { ...context, mention, marker: markerOf(key, channelId) }, log, { key });

  const post = async (
    channelId: string,
    message: Message,
    key: string,
    context: RenderContext,
  ): Promise<APIMessage> => {
    const { body, files } = render(channelId, message, key, context);
    const nonce = { nonce: nonceOf(key, channelId), enforce_nonce: true };
    return api.createMessage(channelId, { ...body, ...nonce } as RESTPostAPIChannelMessageJSONBody, files);
  };

  const openDirect = async (memberId: string): Promise<string> => {
    const { id } = await api.openDirectMessages(memberId);
    await directChannels.remember(memberId, id);
    return id;
  };

  const postDirect = async (
    memberId: string,
    communityId: string,
    message: Message,
    key: string,
  ): Promise<APIMessage> => {
    const known = await directChannels.find(memberId);
    try {
      return await post(known ?? (await openDirect(memberId)), message, key, { communityId });
    } catch (error) {
      const problem = problemOf(error);
      // A channel that was kept for years may be gone; the person need not be.
      if (known === undefined || problem.type !== 'refused' || !STALE.has(problem.code)) throw error;
      await directChannels.forget(memberId);
      return post(await openDirect(memberId), message, key, { communityId });
    }
  };

  /** Opens the thread; answers what to tell the organiser where that failed: the post itself is out. */
  const openThread = async (channelId: string, messageId: string, name: string): Promise<string | undefined> => {
    const thread = { name: name.slice(0, 100), auto_archive_duration: THREAD_MINUTES };
    try {
      // A message has one thread at most, so asking again does no harm.
      await pRetry(() => api.startThread(channelId, messageId, thread), {
        retries: THREAD_ATTEMPTS - 1,
        shouldRetry: ({ error }) => problemOf(error).type !== 'refused',
      });
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      // There is one already: this is a repeat.
      if (problem.type === 'refused' && problem.code === 160004) return undefined;
      const why =
        problem.type === 'refused' && problem.code === 50013
          ? 'it needs Create Public Threads for Milepost'
          : 'message' in problem
            ? problem.message
            : 'Discord’s rate limit';
      return `Its thread could not be opened: ${why.replace(/\.$/, '')}.`;
    }
  };

  const refused = async (error: unknown, target: Target): Promise<Outcome> => {
    const problem = problemOf(error);
    if (problem.type === 'refused' && problem.status === 401) {
      if (now().getTime() >= tokenRestsUntil)
        log.error('Discord refuses the bot’s token: set DISCORD_TOKEN to the current one and restart');
      tokenRestsUntil = now().getTime() + TOKEN_REST_MS;
    } else if (problem.type === 'refused') tokenRestsUntil = 0;
    const outcome = outcomeOf(problem, now());
    // A server that Milepost was removed from rests as it is; one where only the channel is gone needs its organiser.
    if (outcome.type === 'gone' && 'channelId' in target && !(await isIn(target.communityId)))
      return { type: 'retry', reason: 'Milepost is not in this server any more.' };
    if (outcome.type === 'refused') log.error({ err: error }, 'Discord will never take this delivery');
    return outcome;
  };

  const historyOf = async (channelId: string, since: Date, marker: number): Promise<APIMessage | undefined> => {
    let after = snowflakeOf(new Date(since.getTime() - SEARCH_MARGIN_MS));
    for (let page = 0; page < SEARCH_PAGES; page += 1) {
      const messages = await api.messagesAfter(channelId, after);
      const found = messages.find(message => isMarked(message, marker));
      if (found || messages.length === 0) return found;
      after = messages.map(({ id }) => id).reduce((newest, id) => (BigInt(id) > BigInt(newest) ? id : newest));
    }
    throw new Error(`more than ${SEARCH_PAGES} pages of messages since ${since.toISOString()}`);
  };

  return {
    async deliver(target, message, key) {
      if (!isSettled())
        return { type: 'retry', reason: NOT_REACHED, at: new Date(now().getTime() + UNSETTLED_REST_MS) };
      if (now().getTime() < tokenRestsUntil)
        return { type: 'retry', reason: 'Discord refuses the bot’s token.', at: new Date(tokenRestsUntil) };
      // After a rest one message shows the token, and the others wait for what becomes of it.
      if (tokenRestsUntil > 0) tokenRestsUntil = now().getTime() + TOKEN_REST_MS;
      try {
        if ('memberId' in target) {
          const { id } = await postDirect(target.memberId, target.communityId, message, key);
          tokenRestsUntil = 0;
          return { type: 'sent', messageId: id };
        }
        const { id } = await post(target.channelId, message, key, {});
        tokenRestsUntil = 0;
        const note = target.thread === undefined ? undefined : await openThread(target.channelId, id, target.thread);
        return { type: 'sent', messageId: id, ...(note !== undefined && { note }) };
      } catch (error) {
        return refused(error, target);
      }
    },
    async edit(target, messageId, message, key) {
      try {
        const channelId = 'channelId' in target ? target.channelId : await directChannels.find(target.memberId);
        if (channelId === undefined) return { type: 'gone', reason: 'The message is not there any more.' };
        const context = 'channelId' in target ? {} : { communityId: target.communityId };
        await api.editMessage(channelId, messageId, render(channelId, message, key, context));
        return { type: 'sent', messageId };
      } catch (error) {
        const outcome = await refused(error, target);
        return outcome.type === 'removed' ? { type: 'gone', reason: 'The message was deleted.' } : outcome;
      }
    },
    async find(target, key, since) {
      try {
        const channelId = 'channelId' in target ? target.channelId : await directChannels.find(target.memberId);
        // Without a channel nothing can have been posted.
        if (channelId === undefined) return { type: 'absent' };
        // Who may not read the history is shown an empty one, which proves nothing.
        if ('channelId' in target && !(await canRead(api, channelId))) return { type: 'unknown' };
        const found = await historyOf(channelId, since, markerOf(key, channelId));
        if (!found) return { type: 'absent' };
        const thread = 'channelId' in target ? target.thread : undefined;
        const note = thread === undefined ? undefined : await openThread(channelId, found.id, thread);
        return { type: 'found', messageId: found.id, ...(note !== undefined && { note }) };
      } catch (error) {
        const problem = problemOf(error);
        log.warn({ key, problem }, 'Discord could not be asked for a delivery');
        const isRefused = problem.type === 'refused' && problem.status !== 401;
        return isRefused ? { type: 'unknown' } : { type: 'later' };
      }
    },
  };
};
