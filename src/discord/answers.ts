// Brings replies to Discord: as the first answer where there is time, otherwise as the completion of what was put off.
import { InteractionResponseType, MessageFlags } from 'discord-api-types/v10';
import pRetry from 'p-retry';
import type { MessageReply, Reply } from '../command.ts';
import type { Forms } from '../kept-forms.ts';
import type { Log } from '../log.ts';
import { type Message, text } from '../message.ts';
import { createCallback, type SendCallback, type Sent } from './callback.ts';

import type { Place } from './receive.ts';
import { type DiscordMessage, type RenderContext, renderMessage } from './render.ts';
import { renderModal } from './render-modal.ts';
import { renderSafely } from './render-safely.ts';
import { type DiscordRest, problemOf } from './rest.ts';
import { modalViolations } from './validate.ts';

/** How an answer was put off: with a loading message of its own, hidden or not, or silently on the message that was pressed. */
export type Deferred = { as: 'message'; hidden: boolean } | { as: 'update' };

/** For an answer that Discord does not take. */
const FAULT: Message = {
  blocks: [text('The answer could not be shown here; the fault is ours and was noted. What you asked for was done.')],
};
/** A late answer that did not arrive is sent again so often; its token lives for 15 minutes. */
const LATE_ATTEMPTS = 4;

/** In direct messages nobody else is there, and what is not hidden stays readable tomorrow. */
const isHidden = ({ private: isPrivate = false, refused = false }: MessageReply, { guildId }: Place): boolean =>
  isPrivate && (guildId !== undefined || refused);
const replaces = ({ replace = false }: MessageReply, { source }: Place): boolean =>
  replace && (source?.isPrivate ?? false);
const hiddenIf = (hidden: boolean, { flags, ...body }: DiscordMessage['body']) => ({
  ...body,
  flags: hidden ? flags | MessageFlags.Ephemeral : flags,
});
/** In direct messages every button and form says for which community it is. */
const homeIn = ({ guildId }: Place, communityId?: string) =>
  guildId === undefined && communityId !== undefined ? { communityId } : {};

/** Discord waits for nothing more after this. */
const isOver = (sent: Sent): boolean => sent === 'refused' || sent === 'expired';

export type Answers = {
  /** A raw first answer, such as suggestions. */
  answer: SendCallback;
  /** The reply as the first answer; `startedAt` as for `answer`. */
  send(place: Place, startedAt: number, reply: Reply, communityId?: string): Promise<void>;
  /** Puts the answer off; answers how, or undefined where Discord takes no answer any more. */
  defer(place: Place, startedAt: number, deferred: Deferred): Promise<Deferred | undefined>;
  /** Completes what was put off. */
  sendLate(place: Place, deferred: Deferred, reply: MessageReply, communityId?: string): Promise<void>;
};

export const createAnswers = ({
  api,
  forms,
  mention,
  log,
}: {
  api: Pick<DiscordRest, 'callback' | 'editOriginal' | 'deleteOriginal' | 'followUp'>;
  forms: Forms;
  mention: NonNullable<RenderContext['mention']>;
  log: Log;
}): Answers => {
  const answer = createCallback(api, log);
  const render = (message: Message, place: Place, communityId?: string): DiscordMessage =>
    renderSafely(message, { mention, ...homeIn(place, communityId) }, log);

  const sendFault = async (place: Place, startedAt: number): Promise<void> => {
    const data = hiddenIf(true, renderMessage(FAULT).body);
    await answer(place, startedAt, { type: InteractionResponseType.ChannelMessageWithSource, data });
  };

  const openForm = async (
    place: Place,
    startedAt: number,
    { modal }: Extract<Reply, { type: 'modal' }>,
    communityId?: string,
  ): Promise<void> => {
    const data = renderModal(modal, homeIn(place, communityId));
    const violations = modalViolations(data);
    if (violations.length > 0) log.error({ violations, form: modal.id }, 'a form would not have fitted Discord');
    const sent =
      violations.length > 0 ? 'refused' : await answer(place, startedAt, { type: InteractionResponseType.Modal, data });
    if (sent === 'refused') await sendFault(place, startedAt);
    // Afterwards, so that nobody waits for the disk to see a form.
    await forms
      .shown(place.userId, modal)
      .catch(error => log.warn({ err: error, form: modal.id }, 'a form that was shown could not be kept'));
  };

  /** Whether a late message that may have arrived is sent once more: twice is better than never where only one person sees it. */
  const mayRepeat = (error: unknown, hidden: boolean): boolean => {
    const { type } = problemOf(error);
    return type === 'unreachable' || type === 'limited' || (type === 'unclear' && hidden);
  };

  return {
    answer,
    async send(place, startedAt, reply, communityId) {
      if (reply.type === 'modal') return openForm(place, startedAt, reply, communityId);
      const { body, files } = render(reply.message, place, communityId);
      const asNew = {
        type: InteractionResponseType.ChannelMessageWithSource as const,
        data: hiddenIf(isHidden(reply, place), body),
      };
      const asChange = { type: InteractionResponseType.UpdateMessage as const, data: body };
      let sent = await answer(place, startedAt, replaces(reply, place) ? asChange : asNew, files);
      if (sent === 'gone') sent = await answer(place, startedAt, asNew, files);
      if (sent === 'refused') await sendFault(place, startedAt);
    },

    async defer(place, startedAt, deferred) {
      const put = (as: Deferred) =>
        answer(
          place,
          startedAt,
          as.as === 'update'
            ? { type: InteractionResponseType.DeferredMessageUpdate }
            : {
                type: InteractionResponseType.DeferredChannelMessageWithSource,
                data: as.hidden ? { flags: MessageFlags.Ephemeral } : {},
              },
        );
      const sent = await put(deferred);
      if (sent === 'gone') {
        // The message that was pressed is not there any more, so the answer gets one of its own.
        const own: Deferred = { as: 'message', hidden: place.guildId !== undefined };
        return isOver(await put(own)) ? undefined : own;
      }
      // What only seems lost may have arrived, and then somebody sees a loading message.
      return isOver(sent) ? undefined : deferred;
    },

    async sendLate(place, deferred, reply, communityId) {
      const { applicationId, token } = place;
      const hidden = isHidden(reply, place);
      // A message cannot change whether it is hidden: where that was guessed wrong it gives way to another.
      const isEdit = deferred.as === 'message' ? deferred.hidden === hidden : replaces(reply, place);
      const put = (message: DiscordMessage): Promise<void> =>
        pRetry(
          () =>
            isEdit
              ? api.editOriginal(applicationId, token, message)
              : api.followUp(applicationId, token, hiddenIf(hidden, message.body), message.files),
          { retries: LATE_ATTEMPTS - 1, shouldRetry: ({ error }) => mayRepeat(error, hidden || isEdit) },
        );
      try {
        if (!isEdit && deferred.as === 'message')
          await api
            .deleteOriginal(applicationId, token)
            .catch(error => log.warn({ problem: problemOf(error) }, 'a loading message could not be taken away'));
        await put(render(reply.message, place, communityId));
      } catch (error) {
        const problem = problemOf(error);
        if (problem.type === 'refused' && problem.status === 400) {
          log.error({ err: error, interaction: place.id }, 'Discord refused an answer');
          await put(renderMessage(FAULT));
        } else log.warn({ interaction: place.id, problem }, 'an answer came too late for Discord');
      }
    },
  };
};
