// Brings a reply to the person: by the response URL of what they did, in the window they have open, or as a message of our own.
import type { MessageReply, Reply } from '../command.ts';
import type { Log } from '../log.ts';
import type { Message } from '../message.ts';
import { type Clients, problemOf } from './clients.ts';
import type { Place } from './receive.ts';
import type { RenderContext } from './render.ts';
import { renderSafely } from './render-safely.ts';
import { renderMessageView, renderModal } from './render-view.ts';

const RESPONSE_URL_TIMEOUT_MS = 10_000;

/** Where the answer to a form goes: it comes back with the form. */
export type Origin = { responseUrl?: string; channelId?: string; replaces?: boolean };

export const encodeOrigin = (origin: Origin): string => JSON.stringify(origin);
/** What `encodeOrigin` was given; nothing where it is not ours. */
export const decodeOrigin = (text: string | undefined): Origin => {
  try {
    const { responseUrl, channelId, replaces } = JSON.parse(text ?? '{}') as Record<string, unknown>;
    return {
      ...(typeof responseUrl === 'string' && /^https?:\/\//.test(responseUrl) && { responseUrl }),
      ...(typeof channelId === 'string' && { channelId }),
      ...(replaces === true && { replaces }),
    };
  } catch {
    return {};
  }
};

/** Whether others see the message that was acted on: then an answer never takes its place. */
const isOwn = ({ isDirect, source }: Place): boolean =>
  isDirect || source?.type === 'view' || (source?.isEphemeral ?? true);

export type Shower = {
  /** Never throws: what cannot be shown is logged. */
  show(place: Place, clients: Clients, reply: Reply): Promise<void>;
};

export const createShower = ({ renderContext, log }: { renderContext: RenderContext; log: Log }): Shower => {
  const openForm = async (
    place: Place,
    { reads }: Clients,
    { modal }: Extract<Reply, { type: 'modal' }>,
  ): Promise<void> => {
    const { triggerId, responseUrl, channelId, source } = place;
    const origin: Origin = {
      ...(responseUrl && { responseUrl }),
      ...(channelId && { channelId }),
      ...(isOwn(place) && { replaces: true }),
    };
    const view = renderModal(modal, { privateMetadata: encodeOrigin(origin) });
    const trigger_id = triggerId ?? '';
    await (source?.type === 'view' && source.viewType === 'modal'
      ? reads.views.push({ trigger_id, view })
      : reads.views.open({ trigger_id, view }));
  };

  /** True where Slack took it; a URL is good for five answers in half an hour. */
  const respondByUrl = async (place: Place, reply: MessageReply, body: object): Promise<boolean> => {
    if (place.responseUrl === undefined) return false;
    // A command in direct messages may stand between two people; what is pressed there stands on a message of ours.
    const isPublic = reply.private === false || (place.isDirect && place.source?.type === 'message');
    const replaces = (reply.replace ?? false) && isOwn(place);
    const answer = await fetch(place.responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...body,
        response_type: isPublic ? 'in_channel' : 'ephemeral',
        replace_original: replaces,
      }),
      signal: AbortSignal.timeout(RESPONSE_URL_TIMEOUT_MS),
    });
    return answer.ok;
  };

  const showInWindow = async (place: Place, { reads }: Clients, message: Message): Promise<void> => {
    const view = renderMessageView(message, renderContext);
    const { source, triggerId = '' } = place;
    if (source?.type === 'view' && source.viewType === 'modal')
      await reads.views.update({ view_id: source.viewId, view });
    else await reads.views.open({ trigger_id: triggerId, view });
  };

  const showMessage = async (place: Place, clients: Clients, reply: MessageReply): Promise<void> => {
    if (place.source?.type === 'view' && place.responseUrl === undefined)
      return showInWindow(place, clients, reply.message);
    const { text, blocks } = renderSafely(reply.message, renderContext, log);
    const content = { text, blocks, unfurl_links: false, unfurl_media: false };
    if (await respondByUrl(place, reply, content)) return;
    const { channelId, userId, isDirect } = place;
    if (channelId !== undefined && !isDirect)
      await clients.posts.chat.postEphemeral({ channel: channelId, user: userId, ...content });
    else await clients.posts.chat.postMessage({ channel: channelId ?? userId, ...content });
  };

  return {
    async show(place, clients, reply) {
      try {
        if (reply.type === 'modal') await openForm(place, clients, reply);
        else await showMessage(place, clients, reply);
      } catch (error) {
        log.warn({ problem: problemOf(error), user: place.userId }, 'an answer could not be shown in Slack');
      }
    },
  };
};
