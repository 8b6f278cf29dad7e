// Answers an interaction within Discord's deadlines: at once where the handler is fast, by a defer of the right kind where it is not.
import { randomUUID } from 'node:crypto';
import { type APIInteraction, InteractionResponseType, MessageFlags } from 'discord-api-types/v10';
import type { App } from '../app.ts';
import type { Choice, Commands, Interaction, MessageReply, Reply } from '../command.ts';
import type { Log } from '../log.ts';
import { escapeMarkdown } from '../markdown.ts';
import { actions, button, type Message, quiet, text } from '../message.ts';
import { createCallback, type Sent } from './callback.ts';
import { type Home, whoActs } from './caller.ts';
import { createForms } from './forms.ts';
import { LIMITS, labelOf } from './limits.ts';
import { type Place, type Received, receive } from './receive.ts';
import { type DiscordMessage, type RenderContext, renderMessage } from './render.ts';
import { renderModal } from './render-modal.ts';
import { renderSafely } from './render-safely.ts';
import { type DiscordRest, problemOf } from './rest.ts';

/** Later than this a defer goes out first: its own way to Discord needs time too. */
const DEFER_AFTER_MS = 2_000;
const SUGGEST_WITHIN_MS = 150;
/** Ids of the last interactions: after a resume Discord may send one twice. */
const REMEMBERED = 1_000;

export type ResponderDeps = {
  app: Pick<App, 'handle' | 'suggest'>;
  api: Pick<DiscordRest, 'callback' | 'editOriginal' | 'deleteOriginal' | 'followUp'>;
  commands: Commands;
  /** The communities that a person belongs to, most recently active first. */
  homesOf: (userId: string) => Promise<Home[]>;
  mention: NonNullable<RenderContext['mention']>;
  log: Log;
  /** For tests. */
  deferAfterMs?: number;
};

export type Responder = {
  /** Sees one interaction through. Never throws; resolves when the last answer is out. */
  respond(payload: APIInteraction): Promise<void>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
};

type Act = Extract<Received, { type: 'interaction' }>;
/** How an answer was put off: with a loading message of its own, hidden or not, or silently on the message that was pressed. */
type Deferred = { as: 'message'; hidden: boolean } | { as: 'update' };

const refusal = (...blocks: Message['blocks']): MessageReply => ({
  type: 'message',
  message: { blocks },
  private: true,
  refused: true,
});
const NOBODY_KNOWS_YOU = refusal(
  text(
    'I do not know yet which community you learn with. Please send `/onboard` in its server first; after that you can talk to me here too.',
  ),
);
const FORGOTTEN = refusal(text('That form is not kept any more. Please send the command again.'));
const NOT_UNDERSTOOD = refusal(text('I cannot do that. `/help` lists what I can do.'));

/** For an answer that Discord does not take. */
const FAULT: Message = {
  blocks: [text('The answer could not be shown here; the fault is ours and was noted. What you asked for was done.')],
};

/** In direct messages nobody else is there, and what is not hidden stays readable tomorrow. */
const isHidden = ({ private: isPrivate = false, refused = false }: MessageReply, { guildId }: Place): boolean =>
  isPrivate && (guildId !== undefined || refused);
const replaces = ({ replace = false }: MessageReply, { source }: Place): boolean =>
  replace && (source?.isPrivate ?? false);
const hiddenIf = (hidden: boolean, { flags, ...body }: DiscordMessage['body']) => ({
  ...body,
  flags: hidden ? flags | MessageFlags.Ephemeral : flags,
});

const TOO_LATE = Symbol('too late');
/** What `work` comes to, or `TOO_LATE` after `ms`. */
const within = async <T>(work: Promise<T>, ms: number): Promise<T | typeof TOO_LATE> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<typeof TOO_LATE>(resolve => {
    timer = setTimeout(resolve, ms, TOO_LATE);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
};

export const createResponder = ({
  app,
  api,
  commands,
  homesOf,
  mention,
  log,
  deferAfterMs = DEFER_AFTER_MS,
}: ResponderDeps): Responder => {
  const forms = createForms();
  const seen = new Set<string>();
  const underWay = new Set<Promise<void>>();

  const answer = createCallback(api, log);
  const render = (message: Message, place: Place, communityId?: string): DiscordMessage =>
    renderSafely(
      message,
      { mention, ...(place.guildId === undefined && communityId !== undefined && { communityId }) },
      log,
    );

  const sendFault = async (place: Place, startedAt: number): Promise<void> => {
    const data = hiddenIf(true, renderMessage(FAULT).body);
    await answer(place, startedAt, { type: InteractionResponseType.ChannelMessageWithSource, data });
  };

  const send = async (place: Place, startedAt: number, reply: Reply, communityId?: string): Promise<void> => {
    if (reply.type === 'modal') {
      forms.shown(place.userId, reply.modal);
      const opened = { type: InteractionResponseType.Modal as const, data: renderModal(reply.modal) };
      if ((await answer(place, startedAt, opened)) === 'refused') await sendFault(place, startedAt);
      return;
    }
    const { body, files } = render(reply.message, place, communityId);
    const asNew = {
      type: InteractionResponseType.ChannelMessageWithSource as const,
      data: hiddenIf(isHidden(reply, place), body),
    };
    const asChange = { type: InteractionResponseType.UpdateMessage as const, data: body };
    let sent = await answer(place, startedAt, replaces(reply, place) ? asChange : asNew, files);
    if (sent === 'gone') sent = await answer(place, startedAt, asNew, files);
    if (sent === 'refused') await sendFault(place, startedAt);
  };

  /** Sends what was put off. A message cannot change whether it is hidden, so where that was guessed wrong it gives way to another. */
  const sendLate = async (
    place: Place,
    deferred: Deferred,
    reply: MessageReply,
    communityId?: string,
  ): Promise<void> => {
    const { applicationId, token } = place;
    const hidden = isHidden(reply, place);
    const isEdit = deferred.as === 'message' ? deferred.hidden === hidden : replaces(reply, place);
    const put = (message: DiscordMessage): Promise<void> =>
      isEdit
        ? api.editOriginal(applicationId, token, message)
        : api.followUp(applicationId, token, hiddenIf(hidden, message.body), message.files);
    if (!isEdit && deferred.as === 'message') await api.deleteOriginal(applicationId, token);
    try {
      await put(render(reply.message, place, communityId));
    } catch (error) {
      const problem = problemOf(error);
      if (problem.type !== 'refused' || problem.status !== 400) throw error;
      log.error({ err: error, interaction: place.id }, 'Discord refused an answer');
      await put(renderMessage(FAULT));
    }
  };

  const deferOf = ({ place, command, interaction }: Act): Deferred => {
    if (interaction.type !== 'command' && place.source) return { as: 'update' };
    return { as: 'message', hidden: place.guildId !== undefined && commands.get(command)?.visibility !== 'public' };
  };

  const defer = (place: Place, startedAt: number, deferred: Deferred): Promise<Sent> =>
    answer(
      place,
      startedAt,
      deferred.as === 'update'
        ? { type: InteractionResponseType.DeferredMessageUpdate }
        : {
            type: InteractionResponseType.DeferredChannelMessageWithSource,
            data: deferred.hidden ? { flags: MessageFlags.Ephemeral } : {},
          },
    );

  /** What a person can still be shown where Discord opens no form: after a defer, or in answer to another form. */
  const asButton = (reply: Reply): MessageReply =>
    reply.type === 'message'
      ? reply
      : {
          type: 'message',
          private: true,
          message: {
            blocks: [
              text('There is a form to fill in.'),
              actions(button('Open the form', forms.keep(reply.modal), 'primary')),
            ],
          },
        };

  /** A form that was refused can be opened again with what was typed, which Discord itself throws away. */
  const withSecondTry = (reply: Reply, { place, interaction }: Act): Reply => {
    if (interaction.type !== 'modal') return reply;
    if (reply.type === 'modal' || !reply.refused) return asButton(reply);
    const filled = forms.filled(place.userId, interaction.modal, interaction.fields);
    if (!filled) return reply;
    const again = actions(button('Change what I typed', forms.keep(filled), 'primary'));
    return { ...reply, message: { ...reply.message, blocks: [...reply.message.blocks, again] } };
  };

  /** What the app says to it, and for which community. */
  const perform = async (received: Act): Promise<{ reply: Reply; communityId?: string }> => {
    const who = await whoActs(received.place, homesOf);
    if (!who) return { reply: NOBODY_KNOWS_YOU };
    const { caller, guessed } = who;
    const { communityId } = caller;
    const reply = withSecondTry(await app.handle({ ...received.interaction, caller } as Interaction), received);
    if (guessed === undefined || reply.type === 'modal') return { reply, communityId };
    const note = quiet(
      `This is for ${escapeMarkdown(guessed)}, where you were active last. For another community, send it in that server.`,
    );
    return { reply: { ...reply, message: { ...reply.message, blocks: [...reply.message.blocks, note] } }, communityId };
  };

  const act = async (received: Act, startedAt: number): Promise<void> => {
    const { place } = received;
    const kept = received.interaction.type === 'action' ? forms.behind(received.interaction.action) : undefined;
    if (kept) return send(place, startedAt, kept === 'forgotten' ? FORGOTTEN : { type: 'modal', modal: kept });
    const work = perform(received);
    const inTime = await within(work, deferAfterMs - (performance.now() - startedAt));
    if (inTime !== TOO_LATE) return send(place, startedAt, inTime.reply, inTime.communityId);
    let deferred = deferOf(received);
    let put = await defer(place, startedAt, deferred);
    if (put === 'gone') {
      deferred = { as: 'message', hidden: place.guildId !== undefined };
      put = await defer(place, startedAt, deferred);
    }
    const { reply, communityId } = await work;
    if (put === 'answered') await sendLate(place, deferred, asButton(reply), communityId);
  };

  const suggest = async (
    { place, at }: Extract<Received, { type: 'autocomplete' }>,
    startedAt: number,
  ): Promise<void> => {
    const ask = async (): Promise<Choice[]> => {
      const who = await whoActs(place, homesOf);
      return who ? app.suggest(who.caller, at) : [];
    };
    const found = await within(
      ask().catch(error => {
        log.error({ err: error, command: at.command, option: at.option }, 'type-ahead failed');
        return [];
      }),
      SUGGEST_WITHIN_MS,
    );
    const choices = (found === TOO_LATE ? [] : found)
      .map(({ label, value }) => ({ name: labelOf(label, LIMITS.option), value: at.integer ? Number(value) : value }))
      // One value that Discord does not take, and it refuses all of them.
      .filter(({ value }) => (typeof value === 'number' ? Number.isSafeInteger(value) : value.length <= LIMITS.option))
      .slice(0, LIMITS.selectOptions);
    await answer(place, startedAt, {
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices },
    });
  };

  const route = async (received: Received, startedAt: number): Promise<void> => {
    switch (received.type) {
      case 'interaction':
        return act(received, startedAt);
      case 'autocomplete':
        return suggest(received, startedAt);
      case 'unknown':
        log.warn({ reason: received.reason }, 'an interaction was not understood');
        return received.place && send(received.place, startedAt, NOT_UNDERSTOOD);
      case 'ping':
        return;
      default:
        return received satisfies never;
    }
  };

  const isRepeated = (id: string): boolean => {
    if (seen.has(id)) return true;
    seen.add(id);
    if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value as string);
    return false;
  };

  return {
    async respond(payload) {
      const startedAt = performance.now();
      if (isRepeated(payload.id)) return;
      const work = route(receive(payload), startedAt).catch(error => {
        log.error(
          { err: error, interaction: payload.id, incident: randomUUID().slice(0, 8) },
          'an interaction could not be answered',
        );
      });
      underWay.add(work);
      await work;
      underWay.delete(work);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
};
