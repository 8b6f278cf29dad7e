// Posts what is due into channels and direct messages, says what became of it, and finds it again when nobody knows.
import type { APIMessage, RESTPostAPIChannelMessageJSONBody } from 'discord-api-types/v10';
import type { Log } from '../log.ts';
import type { Message } from '../message.ts';
import type { DirectChannels, Outcome, Platform, Target } from '../platform.ts';
import { canRead } from './channels.ts';
import { findMarked, markerOf, nonceOf } from './marks.ts';
import { outcomeOf, TOKEN_REST_MS } from './outcome.ts';
import type { DiscordMessage, RenderContext } from './render.ts';
import { renderSafely } from './render-safely.ts';
import { type DiscordRest, problemOf } from './rest.ts';
import { openThread } from './threads.ts';

const NOT_REACHED = 'Discord could not be reached since Milepost was started.';
const UNSETTLED_REST_MS = 30_000;

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

  const threadUnder = async (target: Target, channelId: string, messageId: string): Promise<string | undefined> =>
    'thread' in target && target.thread !== undefined
      ? openThread(api, channelId, messageId, target.thread)
      : undefined;

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
        const note = await threadUnder(target, target.channelId, id);
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
        const found = await findMarked(api, channelId, key, since);
        if (!found) return { type: 'absent' };
        const note = await threadUnder(target, channelId, found.id);
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
