// Answers an interaction within Discord's deadlines: at once where the handler is fast, by a defer of the right kind where it is not.
import { type APIInteraction, InteractionResponseType, InteractionType } from 'discord-api-types/v10';
import type { App } from '../app.ts';
import type { Commands } from '../command.ts';
import { createForms } from '../kept-forms.ts';
import type { Log } from '../log.ts';
import type { KeptValues } from '../platform.ts';
import { TOO_LATE, within } from '../within.ts';
import { createAnswers, type Deferred } from './answers.ts';
import type { Home } from './caller.ts';
import { LIMITS, labelOf } from './limits.ts';
import { type Act, createPerformer, NOT_UNDERSTOOD, type Typing } from './perform.ts';
import { type Received, receive } from './receive.ts';
import type { RenderContext } from './render.ts';
import type { DiscordRest } from './rest.ts';

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
  kept: KeptValues;
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

export const createResponder = (deps: ResponderDeps): Responder => {
  const { commands, log, deferAfterMs = DEFER_AFTER_MS } = deps;
  const forms = createForms(deps.kept);
  const performer = createPerformer({ ...deps, forms });
  const answers = createAnswers({ ...deps, forms });
  const seen = new Set<string>();
  const underWay = new Set<Promise<void>>();

  const deferOf = ({ place, command, interaction }: Act): Deferred => {
    if (interaction.type !== 'command' && place.source) return { as: 'update' };
    return { as: 'message', hidden: place.guildId !== undefined && commands.get(command)?.visibility !== 'public' };
  };

  const act = async (received: Act, startedAt: number): Promise<void> => {
    const { place } = received;
    const work = performer.perform(received);
    const inTime = await within(work, deferAfterMs - (performance.now() - startedAt));
    if (inTime !== TOO_LATE) return answers.send(place, startedAt, inTime.reply, inTime.communityId);
    const deferred = await answers.defer(place, startedAt, deferOf(received));
    const { reply, communityId } = await work;
    if (deferred) await answers.sendLate(place, deferred, await performer.asMessage(reply), communityId);
  };

  const suggest = async (typing: Typing, startedAt: number): Promise<void> => {
    const found = await within(performer.suggest(typing), SUGGEST_WITHIN_MS);
    const choices = (found === TOO_LATE ? [] : found)
      .map(({ label, value }) => ({
        name: labelOf(label, LIMITS.option),
        value: typing.at.integer ? Number(value) : value,
      }))
      // One value that Discord does not take, and it refuses all of them.
      .filter(({ value }) => (typeof value === 'number' ? Number.isSafeInteger(value) : value.length <= LIMITS.option))
      .slice(0, LIMITS.selectOptions);
    await answers.answer(typing.place, startedAt, {
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices },
    });
  };

  const answerUnknown = async (
    { reason, place }: Extract<Received, { type: 'unknown' }>,
    type: InteractionType,
    startedAt: number,
  ): Promise<void> => {
    log.warn({ reason }, 'an interaction was not understood');
    if (!place) return;
    if (type !== InteractionType.ApplicationCommandAutocomplete) return answers.send(place, startedAt, NOT_UNDERSTOOD);
    await answers.answer(place, startedAt, {
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices: [] },
    });
  };

  const route = async (payload: APIInteraction, startedAt: number): Promise<void> => {
    const received = receive(payload);
    switch (received.type) {
      case 'interaction':
        return act(received, startedAt);
      case 'autocomplete':
        return suggest(received, startedAt);
      case 'unknown':
        return answerUnknown(received, payload.type, startedAt);
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
      const work = route(payload, startedAt).catch(error => {
        log.error({ err: error, interaction: payload.id }, 'an interaction could not be answered');
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
