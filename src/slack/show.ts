// Brings a message to the person: by the response URL of what they did, in the window they have open, or as a message of our own.
import type { ModalView } from '@slack/types';
import type { MessageReply } from '../command.ts';
import type { Log } from '../log.ts';
import type { Message } from '../message.ts';
import { type Clients, type Problem, problemOf } from './clients.ts';
import { encodeTeam, markBlocks } from './origin.ts';
import { hasBadBlocks } from './outcome.ts';
import type { Pictures } from './pictures.ts';
import type { Place } from './received.ts';
import type { RenderContext } from './render.ts';
import { renderMessageView } from './render-view.ts';
import { postToResponseUrl } from './response-url.ts';

/** No previews of links. */
const QUIET = { unfurl_links: false, unfurl_media: false };

type Content = { text: string; blocks?: object[] };
/** One way to show something; answers what went wrong, undefined where it is shown. */
type Way = { name: string; send(content: Content): Promise<Problem | undefined> };

/** What went wrong in a call to Slack, if anything. */
export const problemIn = async (call: Promise<unknown>): Promise<Problem | undefined> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
};

/**
 * Lays a window upon the one that was acted in, from which Slack leads back to it; where three lie upon each other, the most that Slack
 * allows, that one gives way. Rejects with Slack's error.
 */
export const pushWindow = async (
  { views }: Clients['reads'],
  { triggerId, viewId }: { triggerId: string; viewId: string },
  view: ModalView,
): Promise<void> => {
  try {
    await views.push({ trigger_id: triggerId, view });
  } catch (error) {
    const problem = problemOf(error);
    if (problem.type !== 'refused' || problem.code !== 'push_limit_reached') throw error;
    await views.update({ view_id: viewId, view });
  }
};

/** Whether nobody else sees the message that was acted on: only then an answer may take its place. */
const isOwn = ({ isDirect, source }: Place): boolean => source?.type === 'message' && (isDirect || source.isEphemeral);
const replaces = (place: Place, { replace = false }: MessageReply): boolean => replace && isOwn(place);

/**
 * A command in direct messages may stand between two people, and is answered to one of them; what is pressed there stands on a message
 * of ours, and its answer stays readable tomorrow.
 */
const isPublic = ({ isDirect, source }: Place, { private: isPrivate, refused = false }: MessageReply): boolean =>
  isPrivate === false || (isDirect && source?.type === 'message' && !refused);

export type Shower = {
  /** Never throws: what cannot be shown in one way is shown in another, and the reason is logged. Without clients only the URL is left. */
  show(place: Place, clients: Clients | undefined, reply: MessageReply): Promise<void>;
  /** The message in a window of its own. */
  window(clients: Clients, teamId: string, message: Message): Promise<ReturnType<typeof renderMessageView>>;
};

export const createShower = ({
  pictures,
  renderContext,
  log,
  urlMs,
}: {
  pictures: Pick<Pictures, 'render' | 'withPictures'>;
  renderContext: RenderContext;
  log: Log;
  urlMs: number;
}): Shower => {
  const contentOf = async (
    { teamId }: Place,
    clients: Clients | undefined,
    { message }: MessageReply,
  ): Promise<Content> => {
    if (!clients)
      return { text: message.blocks.flatMap(block => (block.type === 'text' ? [block.text] : [])).join('\n') };
    const { text, blocks } = await pictures.render(clients, message, renderContext);
    return { text, blocks: markBlocks(blocks, teamId) };
  };
  const window: Shower['window'] = async (clients, teamId, message) => {
    const view = renderMessageView(message, { ...renderContext, privateMetadata: encodeTeam(teamId) });
    return { ...view, blocks: await pictures.withPictures(clients, { blocks: view.blocks as never, images: [] }) };
  };

  const byUrl = (url: string, place: Place, reply: MessageReply): Way => ({
    name: 'response_url',
    send: content =>
      postToResponseUrl(url, urlMs, {
        ...content,
        ...QUIET,
        response_type: isPublic(place, reply) ? 'in_channel' : 'ephemeral',
        replace_original: replaces(place, reply),
      }),
  });

  const inWindow = (
    { source, triggerId }: Place,
    { reads }: Clients,
    { replace = false }: MessageReply,
    made: () => Promise<ModalView>,
  ): Way[] => {
    const { views } = reads;
    const way = (name: string, call: (view: ModalView) => Promise<unknown>): Way => ({
      name,
      send: () => problemIn(made().then(call)),
    });
    if (source?.type !== 'view' || source.viewType !== 'modal')
      return triggerId === undefined ? [] : [way('views.open', view => views.open({ trigger_id: triggerId, view }))];
    const { viewId } = source;
    return [
      ...(replace || triggerId === undefined
        ? []
        : [way('views.push', view => pushWindow(reads, { triggerId, viewId }, view))]),
      way('views.update', view => views.update({ view_id: viewId, view })),
    ];
  };

  const asMessage = (place: Place, clients: Clients, reply: MessageReply): Way[] => {
    const { channelId, userId, isDirect, source } = place;
    const { chat } = clients.posts;
    const ways: Way[] = [];
    const add = (name: string, call: (content: Content) => Promise<unknown>): void => {
      ways.push({ name, send: content => problemIn(call(content)) });
    };
    if (channelId !== undefined && source?.type === 'message' && !source.isEphemeral && replaces(place, reply))
      add('chat.update', content => chat.update({ channel: channelId, ts: source.messageTs, ...content }));
    if (channelId !== undefined && !isDirect) {
      if (isPublic(place, reply))
        add('chat.postMessage', content => chat.postMessage({ channel: channelId, ...content, ...QUIET }));
      else add('chat.postEphemeral', content => chat.postEphemeral({ channel: channelId, user: userId, ...content }));
    }
    add('a direct message', content => chat.postMessage({ channel: userId, ...content, ...QUIET }));
    return ways;
  };

  const waysFor = (place: Place, clients: Clients | undefined, reply: MessageReply): Way[] => {
    const { responseUrl, source } = place;
    const url = responseUrl === undefined ? [] : [byUrl(responseUrl, place, reply)];
    if (!clients) return url;
    const windows = inWindow(place, clients, reply, () => window(clients, place.teamId, reply.message));
    const messages = asMessage(place, clients, reply);
    return source?.type === 'view' ? [...windows, ...messages] : [...url, ...messages, ...windows];
  };

  return {
    window,
    async show(place, clients, reply) {
      const problems: Record<string, Problem> = {};
      let isShown = false;
      try {
        let content = await contentOf(place, clients, reply);
        for (const { name, send } of waysFor(place, clients, reply)) {
          let problem = await send(content);
          if (hasBadBlocks(problem) && content.blocks && !name.startsWith('views.')) {
            log.error({ problem, way: name }, 'Slack did not take an answer, so its plain text was sent');
            content = { text: content.text };
            problem = await send(content);
          }
          isShown = problem === undefined;
          if (problem) problems[name] = problem;
          // It may have arrived, and nobody wants to read it twice.
          if (isShown || problem?.type === 'unclear') break;
        }
      } catch (error) {
        log.error({ err: error }, 'an answer could not be made');
      }
      if (isShown && Object.keys(problems).length === 0) return;
      const what = isShown ? 'an answer was shown in another way' : 'an answer could not be shown in Slack';
      log.warn({ problems, user: place.userId }, what);
    },
  };
};
