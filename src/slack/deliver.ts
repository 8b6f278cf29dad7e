// Posts what is due into channels and direct messages of a workspace, says what became of it, and finds it again by its metadata.
import type { Log } from '../log.ts';
import type { DirectChannels, Outcome, Platform, Search, Target } from '../platform.ts';
import { type Clients, problemOf } from './clients.ts';
import type { Workspaces } from './installs.ts';
import { isTokenRefused, outcomeOf } from './outcome.ts';
import type { RenderContext, SlackMessage } from './render.ts';
import { renderSafely } from './render-safely.ts';

/** The type of the metadata that carries a delivery's key. */
export const DELIVERY_EVENT = 'milepost_delivery';
const SEARCH_MARGIN_MS = 60_000;
/** 15 is what apps outside of Slack's marketplace get at most. */
const PAGE = 15;
const SEARCH_PAGES = 40;

export type DeliverDeps = {
  workspaces: Workspaces;
  clientsOf: (token: string) => Clients;
  directChannels: DirectChannels;
  renderContext: RenderContext;
  now: () => Date;
  log: Log;
};

type Place = { clients: Clients; channelId: string };

export const createDelivery = (deps: DeliverDeps): Pick<Platform, 'deliver' | 'edit' | 'find'> => {
  const { workspaces, clientsOf, directChannels, renderContext, now, log } = deps;
  const personOf = ({ communityId }: Target, memberId: string): string => `${communityId}:${memberId}`;

  const openDirect = async ({ reads }: Clients, target: Target & { memberId: string }): Promise<string> => {
    const { channel } = await reads.conversations.open({ users: target.memberId });
    const id = channel?.id ?? target.memberId;
    await directChannels.remember(personOf(target, target.memberId), id);
    return id;
  };

  /** The clients of the target's workspace and its channel; throws as the calls do. */
  const placeOf = async (target: Target): Promise<Place | undefined> => {
    const workspace = await workspaces.of(target.communityId);
    if (!workspace) return undefined;
    const clients = clientsOf(workspace.botToken);
    if ('channelId' in target) return { clients, channelId: target.channelId };
    const known = await directChannels.find(personOf(target, target.memberId));
    return { clients, channelId: known ?? (await openDirect(clients, target)) };
  };

  const contentOf = ({ text, blocks }: SlackMessage, key: string) => ({
    text,
    blocks,
    metadata: { event_type: DELIVERY_EVENT, event_payload: { key } },
    unfurl_links: false,
    unfurl_media: false,
  });

  /** Says in a thread what it is for; answers what to tell the organiser where that failed: the post itself is out. */
  const openThread = async ({ clients, channelId }: Place, ts: string, name: string): Promise<string | undefined> => {
    try {
      await clients.posts.chat.postMessage({
        channel: channelId,
        thread_ts: ts,
        text: `💬 ${name}: talk about it here.`,
      });
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      return `Its thread could not be opened: ${problem.type === 'refused' ? problem.code : problem.type}.`;
    }
  };

  const refused = async (error: unknown, target: Target): Promise<Outcome> => {
    const problem = problemOf(error);
    if (isTokenRefused(problem)) {
      log.error({ team: target.communityId, problem }, 'Slack refuses the token of a workspace');
      await workspaces.doubt(target.communityId);
    }
    const outcome = outcomeOf(problem, 'memberId' in target ? 'person' : 'channel', now());
    if (outcome.type === 'refused') log.error({ err: error }, 'Slack will never take this delivery');
    return outcome;
  };

  const NOT_HERE = { type: 'retry', reason: 'Milepost is not in this workspace any more.' } as const;

  const searchIn = async ({ clients, channelId }: Place, key: string, since: Date): Promise<string | undefined> => {
    const oldest = String((since.getTime() - SEARCH_MARGIN_MS) / 1000);
    let cursor: string | undefined;
    for (let page = 0; page < SEARCH_PAGES; page += 1) {
      const { messages = [], response_metadata: next } = await clients.reads.conversations.history({
        channel: channelId,
        oldest,
        inclusive: true,
        limit: PAGE,
        include_all_metadata: true,
        ...(cursor !== undefined && { cursor }),
      });
      const found = messages.find(
        ({ metadata }) =>
          metadata?.event_type === DELIVERY_EVENT &&
          (metadata.event_payload as { key?: unknown } | undefined)?.key === key,
      );
      if (found?.ts) return found.ts;
      cursor = next?.next_cursor || undefined;
      if (cursor === undefined) return undefined;
    }
    throw new Error(`more than ${SEARCH_PAGES} pages of messages since ${since.toISOString()}`);
  };

  return {
    async deliver(target, message, key) {
      try {
        const place = await placeOf(target);
        if (!place) return NOT_HERE;
        const content = contentOf(renderSafely(message, renderContext, log, { key }), key);
        const { ts } = await place.clients.posts.chat.postMessage({ channel: place.channelId, ...content });
        if (ts === undefined) return { type: 'unclear', reason: 'Slack did not say where the message is.' };
        const thread = 'thread' in target ? target.thread : undefined;
        const note = thread === undefined ? undefined : await openThread(place, ts, thread);
        return { type: 'sent', messageId: ts, ...(note !== undefined && { note }) };
      } catch (error) {
        const problem = problemOf(error);
        // A conversation that was kept for years may be gone; the person need not be.
        if ('memberId' in target && problem.type === 'refused' && problem.code === 'channel_not_found')
          await directChannels.forget(personOf(target, target.memberId));
        return refused(error, target);
      }
    },
    async edit(target, messageId, message, key) {
      try {
        const place = await placeOf(target);
        if (!place) return NOT_HERE;
        const content = contentOf(renderSafely(message, renderContext, log, { key }), key);
        await place.clients.posts.chat.update({ channel: place.channelId, ts: messageId, ...content });
        return { type: 'sent', messageId };
      } catch (error) {
        return refused(error, target);
      }
    },
    async find(target, key, since): Promise<Search> {
      try {
        const place = await placeOf(target);
        if (!place) return { type: 'later' };
        const ts = await searchIn(place, key, since);
        return ts === undefined ? { type: 'absent' } : { type: 'found', messageId: ts };
      } catch (error) {
        const problem = problemOf(error);
        log.warn({ key, problem }, 'Slack could not be asked for a delivery');
        return problem.type === 'refused' && !isTokenRefused(problem) ? { type: 'unknown' } : { type: 'later' };
      }
    },
  };
};
