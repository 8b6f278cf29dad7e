// Posts what is due into channels and direct messages of a workspace, says what became of it, and finds it again by its metadata.
import { setTimeout as pause } from 'node:timers/promises';
import type { KnownBlock, MessageMetadata } from '@slack/types';
import type { Log } from '../log.ts';
import type { Message } from '../message.ts';
import type { DirectChannels, Outcome, Platform, Search, Target } from '../platform.ts';
import { type Clients, problemOf } from './clients.ts';
import { DELIVERY_EVENT, findPost, TooFarBack } from './find-post.ts';
import type { Workspaces } from './installs.ts';
import { markBlocks } from './origin.ts';
import { hasBadBlocks, isTokenRefused, MESSAGES_TAB_OFF, outcomeOf } from './outcome.ts';
import { createPace, NotYet } from './pace.ts';
import type { Pictures } from './pictures.ts';
import { notLetIn } from './refusal.ts';
import type { RenderContext } from './render.ts';
import { openThread } from './threads.ts';

/** What waits so briefly waits here, with what has been posted already; everything else waits in the outbox. */
const LONGEST_WAIT_MS = 3_000;

export type DeliverDeps = {
  workspaces: Workspaces;
  clientsOf: (token: string) => Clients;
  directChannels: DirectChannels;
  pictures: Pick<Pictures, 'render'>;
  renderContext: RenderContext;
  /** Whether Milepost is still in a workspace that cannot be reached, or may be; where it is not, the schedules there rest. */
  isIn: (teamId: string) => Promise<boolean>;
  now: () => Date;
  log: Log;
};

/** It is not known yet with which token a workspace is reached: nothing was sent. */
class NotReady extends Error {
  constructor(cause: unknown) {
    super('The workspace’s token is not known', { cause });
  }
}

type Content = { text: string; blocks?: KnownBlock[]; metadata?: MessageMetadata; thread_ts?: string };
const NOT_HERE: Outcome = { type: 'retry', reason: 'Milepost is not in this workspace any more.' };
type Posted = { channelId: string; ts: string };

export const createDelivery = (deps: DeliverDeps): Pick<Platform, 'deliver' | 'edit' | 'find'> => {
  const { workspaces, clientsOf, directChannels, pictures, renderContext, isIn, now, log } = deps;
  const pace = createPace();
  /** Said once, for it holds for everybody. */
  let isTabOff = false;

  /** Undefined where Milepost is not in the workspace; throws `NotReady` where Slack does not say. */
  const clientsFor = async ({ communityId }: Target): Promise<Clients | undefined> => {
    const workspace = await workspaces.of(communityId).catch((error: unknown) => {
      throw new NotReady(error);
    });
    return workspace && clientsOf(workspace.botToken);
  };

  /** A person is known by workspace and id: two workspaces may have the same id. */
  const personOf = ({ communityId, memberId }: Target & { memberId: string }): string => `${communityId}:${memberId}`;

  const contentOf = async (
    clients: Clients,
    { communityId }: Target,
    message: Message,
    key: string,
  ): Promise<Content> => {
    const { text, blocks } = await pictures.render(clients, message, renderContext, { key });
    const metadata = { event_type: DELIVERY_EVENT, event_payload: { key } };
    return { text, blocks: markBlocks(blocks, communityId), metadata };
  };

  /** Waits for the channel's turn; throws `NotYet` where the workspace takes no more: in the outbox a message holds up nobody. */
  const inTurn = async (teamId: string, place: string, isReply: boolean): Promise<void> => {
    for (;;) {
      const at = performance.now();
      const wait = pace.take(teamId, place, at);
      if (!wait) return;
      if (wait.ms > LONGEST_WAIT_MS || (wait.for === 'workspace' && !isReply)) throw new NotYet(pace.book(teamId, at));
      await pause(wait.ms);
    }
  };

  /** The content is made when its turn has come: pictures are not uploaded for a message that waits in the outbox. */
  const post = async (
    { posts }: Clients,
    { communityId }: Target,
    channel: string,
    content: Content | (() => Promise<Content>),
  ): Promise<Posted> => {
    const isReply = 'thread_ts' in content;
    await inTurn(communityId, channel, isReply);
    const send = (one: Content) =>
      posts.chat.postMessage({ channel, ...one, unfurl_links: false, unfurl_media: false }).catch((error: unknown) => {
        const problem = problemOf(error);
        if (problem.type === 'limited') pace.rest(communityId, performance.now() + problem.retryAfterMs);
        throw error;
      });
    const made = typeof content === 'function' ? await content() : content;
    const { channel: channelId = channel, ts } = await send(made).catch((error: unknown) => {
      const problem = problemOf(error);
      if (!made.blocks || !hasBadBlocks(problem)) throw error;
      log.error({ problem }, 'Slack did not take a message as it was, so its plain text was sent');
      const { blocks: _, ...plain } = made;
      return send(plain);
    });
    if (ts === undefined) throw new Error('Slack did not say where the message is.');
    return { channelId, ts };
  };

  /** Slack opens the conversation by itself where it is given a person: that spares a call with a narrow limit. */
  const postDirect = async (
    clients: Clients,
    target: Target & { memberId: string },
    content: () => Promise<Content>,
  ): Promise<Posted> => {
    const person = personOf(target);
    const known = await directChannels.find(person);
    try {
      const posted = await post(clients, target, known ?? target.memberId, content);
      if (known === undefined) await directChannels.remember(person, posted.channelId);
      return posted;
    } catch (error) {
      const problem = problemOf(error);
      // A conversation that was kept for years may be gone; the person need not be.
      if (known === undefined || problem.type !== 'refused' || problem.code !== 'channel_not_found') throw error;
      await directChannels.forget(person);
      const posted = await post(clients, target, target.memberId, content);
      await directChannels.remember(person, posted.channelId);
      return posted;
    }
  };

  /** What to tell the organiser where a thread was asked for and could not be opened: the post itself is out. */
  const threadUnder = async (
    clients: Clients,
    target: Target,
    { channelId, ts }: Posted,
  ): Promise<string | undefined> =>
    'thread' in target && target.thread !== undefined
      ? openThread({ clients, channelId, ts, name: target.thread }, async content => {
          await post(clients, target, channelId, content);
        })
      : undefined;

  /** There is no token for this workspace: Milepost was removed, or Slack refused it lately. */
  const notHere = async ({ communityId }: Target): Promise<Outcome> => {
    const mayBeIn = await isIn(communityId).catch((error: unknown) => {
      throw new NotReady(error);
    });
    return mayBeIn ? notLetIn(now()) : NOT_HERE;
  };

  const refused = async (error: unknown, target: Target): Promise<Outcome> => {
    const at = now();
    if (error instanceof NotYet)
      return { type: 'retry', reason: 'Slack’s rate limit.', at: new Date(at.getTime() + error.waitMs) };
    if (error instanceof NotReady) {
      const problem = problemOf(error.cause);
      log.warn({ team: target.communityId, problem }, 'Slack could not be asked for a workspace');
      return problem.type === 'unclear'
        ? { type: 'retry', reason: problem.message }
        : outcomeOf(problem, 'channel', at);
    }
    const problem = problemOf(error);
    if (isTokenRefused(problem)) {
      log.error({ team: target.communityId, problem }, 'Slack refuses the token of a workspace');
      await workspaces.doubt(target.communityId);
      // Where that cannot be told, the post is tried again, and so is this.
      if (!(await isIn(target.communityId).catch(() => true))) return NOT_HERE;
    }
    if (problem.type === 'refused' && problem.code === 'messages_tab_disabled' && !isTabOff) {
      isTabOff = true;
      log.error(MESSAGES_TAB_OFF);
    }
    const outcome = outcomeOf(problem, 'memberId' in target ? 'person' : 'channel', at);
    if (outcome.type === 'refused') log.error({ err: error }, 'Slack will never take this delivery');
    return outcome;
  };

  const channelOf = async (clients: Clients, target: Target): Promise<string> => {
    if ('channelId' in target) return target.channelId;
    const known = await directChannels.find(personOf(target));
    if (known !== undefined) return known;
    const { channel } = await clients.reads.conversations.open({ users: target.memberId });
    if (!channel?.id) throw new Error('Slack did not say which conversation it opened.');
    await directChannels.remember(personOf(target), channel.id);
    return channel.id;
  };

  return {
    async deliver(target, message, key) {
      try {
        const clients = await clientsFor(target);
        if (!clients) return await notHere(target);
        const content = () => contentOf(clients, target, message, key);
        if ('memberId' in target) return { type: 'sent', messageId: (await postDirect(clients, target, content)).ts };
        const posted = await post(clients, target, target.channelId, content);
        const note = await threadUnder(clients, target, posted);
        return { type: 'sent', messageId: posted.ts, ...(note !== undefined && { note }) };
      } catch (error) {
        return refused(error, target);
      }
    },
    async edit(target, messageId, message, key) {
      try {
        const clients = await clientsFor(target);
        if (!clients) return await notHere(target);
        const channel = await channelOf(clients, target);
        await clients.posts.chat.update({
          channel,
          ts: messageId,
          ...(await contentOf(clients, target, message, key)),
        });
        return { type: 'sent', messageId };
      } catch (error) {
        return refused(error, target);
      }
    },
    async find(target, key, since): Promise<Search> {
      try {
        const clients = await clientsFor(target);
        if (!clients) return { type: 'later' };
        const channelId = await channelOf(clients, target);
        const found = await findPost(clients, channelId, key, since);
        if (!found) return { type: 'absent' };
        const note = found.hasThread ? undefined : await threadUnder(clients, target, { channelId, ts: found.ts });
        return { type: 'found', messageId: found.ts, ...(note !== undefined && { note }) };
      } catch (error) {
        const problem = problemOf(error instanceof NotReady ? error.cause : error);
        log.warn({ key, problem }, 'Slack could not be asked for a delivery');
        if (error instanceof TooFarBack) return { type: 'unknown' };
        return problem.type === 'refused' && !isTokenRefused(problem) ? { type: 'unknown' } : { type: 'later' };
      }
    },
  };
};
