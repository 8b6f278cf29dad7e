// A person in a Slack client: types commands, presses buttons, chooses, fills in forms, and sees what comes back.

import type { Asked } from './asked.ts';
import type { Delivery } from './delivery.ts';
import { type FieldValues, fillModal, pickOptions } from './fill-modal.ts';
import type { Json } from './form.ts';
import type { Interactions, NewAsked } from './interactions.ts';
import { manifestCommands, RESERVED_COMMANDS } from './manifest-rules.ts';
import { viewJson } from './messages.ts';
import {
  actionPayload,
  chosenIn,
  commandPayload,
  submissionPayload,
  suggestionPayload,
  type Used,
  type Where,
} from './payloads.ts';
import { type Answer, elementsIn, homeAnswer, type Suggestion } from './reading.ts';
import { homeOf, openViews } from './views.ts';
import { type Block, directChannelWith, type StoredMessage, type StoredView, type World } from './world.ts';

/** What can be acted on: an answer, a message of a channel, or a view. */
export type Target = Answer | StoredMessage | StoredView;
/** Made ready once, to be sent many times by `fire`. */
export type Prepared = { ask: NewAsked; payload: (asked: Asked) => Json; kind: 'slash_commands' | 'interactive' };

/** Where a person sits: in a channel of a workspace, or in the bot's direct messages. */
export type TestSeat = {
  readonly id: string;
  readonly teamId: string;
  readonly channelId: string;
  /** Types `/track select engineering`; throws for a command that the client does not know. */
  type(line: string): Promise<Answer>;
  /** Presses a button of the last answer, or of `on`, by label or action id; or an entry of an overflow menu, by label or value. */
  press(labelOrActionId: string, on?: Target): Promise<Answer>;
  /** Chooses in the select that offers all these values (or has this action id). */
  choose(values: string | readonly string[], on?: Target, actionId?: string): Promise<Answer>;
  /** Sends the form of the last answer off; fields by label, block id or action id, the others as they were prefilled. */
  submit(fields?: FieldValues): Promise<Answer>;
  /** Types into a select with type-ahead, of the last answer or of `on`; throws when loading fails. */
  typeahead(actionOrBlockIdOrLabel: string, typed: string, on?: Target): Promise<Suggestion[]>;
  openHome(): Promise<Answer>;
  /** A payload that no client would send: merged over a realistic one. */
  sendRaw(kind: 'slash_commands' | 'interactive', payload: Json): Promise<Answer>;
  prepare(line: string): Prepared;
  preparePress(labelOrActionId: string, on: Target): Prepared;
  /** For benchmarks: milliseconds until the ack and until the first visible effect; throws when there is none. */
  fire(prepared: Prepared): Promise<{ ackMs: number; answerMs: number }>;
  /** Throws before the first answer. */
  readonly last: Answer;
};

type Place = { message?: StoredMessage; view?: StoredView; blocks: readonly Block[] };

const placeOf = (target: Target): Place => {
  if ('ts' in target) return { message: target, blocks: target.blocks };
  if ('hash' in target) return { view: target, blocks: target.blocks };
  if (target.type === 'message') return { message: target.message, blocks: target.message.blocks };
  if (target.type === 'modal' || target.type === 'home') return { view: target.view, blocks: target.view.blocks };
  throw new Error(`there is nothing to act on: the last answer was ${JSON.stringify(target)}`);
};

const requireThere = ({ message, view }: Place): void => {
  if (message?.deleted) throw new Error('the message was deleted');
  if (view?.closed) throw new Error('the form was closed');
};

/** Buttons by label and action id; entries of overflow menus by label and value. */
const pressableIn = (blocks: readonly Block[]): (Used & { label: string; id: string })[] =>
  elementsIn(blocks).flatMap(({ element, blockId }) => {
    const { type, text, action_id: id = '', options = [] } = element;
    if (type === 'button') return [{ element, blockId, label: text?.text ?? '', id, chosen: chosenIn(element, []) }];
    if (type !== 'overflow') return [];
    return options.map(option => ({
      element,
      blockId,
      label: option.text.text,
      id: option.value,
      chosen: chosenIn(element, [option]),
    }));
  });

const escapeMentions = ({ workspace }: Where, text: string): string =>
  text.replaceAll(/(^|\s)([@#])([\p{L}\p{N}_-]+)/gu, (whole, before: string, sign: string, name: string) => {
    const pool = sign === '@' ? workspace.people.values() : workspace.channels.values();
    const found = [...pool].find(one => one.name.toLowerCase() === name.toLowerCase());
    return found ? `${before}<${sign}${found.id}|${found.name}>` : whole;
  });

export const createSeat = (
  world: World,
  {
    where,
    interactions,
    delivery,
    manifest,
  }: { where: Where; interactions: Interactions; delivery: Delivery; manifest: () => unknown },
): TestSeat => {
  const { workspace, person, channel } = where;
  const suggested = new Map<string, Suggestion[]>();
  let last: Answer | undefined;

  const current = (): Answer => {
    if (!last) throw new Error('there was no answer yet');
    return last;
  };
  const who = { teamId: workspace.id, personId: person.id };

  const ask = async ({ ask: given, payload, kind }: Prepared): Promise<Answer> => {
    if (!channel.memberIds.has(person.id)) throw new Error(`${person.name} is not in ${channel.name}`);
    if (!workspace.installed) throw new Error('the app is not installed in this workspace');
    const answer = await interactions.ask(given, asked => delivery.interact(kind, payload(asked), asked));
    if (given.kind !== 'options') last = answer;
    return answer;
  };

  const prepareCommand = (line: string): Prepared => {
    const [, command = '', rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(line) ?? [];
    if (command === '') throw new Error(`"${line}" is no command`);
    const declared = manifestCommands(manifest());
    const known = declared.find(one => one.command === command);
    if (RESERVED_COMMANDS.has(command)) throw new Error(`${command} is a command of Slack's own`);
    if (manifest() !== undefined && !known) throw new Error(`${command} is not a valid command`);
    const text = known?.should_escape === true ? escapeMentions(where, rest) : rest;
    return {
      ask: { kind: 'command', name: line, ...who, channelId: channel.id },
      payload: asked => commandPayload(world, where, asked, command, text.trim()),
      kind: 'slash_commands',
    };
  };

  const prepareAction = (place: Place, used: Used): Prepared => {
    requireThere(place);
    const { message, view } = place;
    const channelId = view ? view.channelId : (message?.channelId ?? channel.id);
    return {
      ask: {
        kind: 'action',
        name: used.element.action_id ?? '',
        ...who,
        ...(channelId !== undefined && { channelId }),
        ...(message && { source: message }),
        ...(view && { view }),
      },
      payload: asked => actionPayload(world, where, asked, used),
      kind: 'interactive',
    };
  };

  const preparePress = (wanted: string, on: Target): Prepared => {
    const place = placeOf(on);
    const pressable = pressableIn(place.blocks);
    const found = pressable.find(({ label }) => label === wanted) ?? pressable.find(({ id }) => id === wanted);
    if (!found)
      throw new Error(
        `there is no button "${wanted}", only ${pressable.map(({ label }) => label).join(', ') || 'none'}`,
      );
    return prepareAction(place, found);
  };

  const prepareChoice = (values: readonly string[], on: Target, actionId: string | undefined): Prepared => {
    const place = placeOf(on);
    const isChoice = ({ type }: Block) => type !== 'button' && type !== 'image' && !type.endsWith('_input');
    const candidates = elementsIn(place.blocks).filter(
      ({ element }) => isChoice(element) && (actionId === undefined || element.action_id === actionId),
    );
    const problems: string[] = [];
    for (const { element, blockId } of candidates) {
      try {
        const isFree = /^(users|conversations|channels)_select$|picker$/.test(element.type);
        const picked = isFree ? values : pickOptions(element, values, suggested.get(`${blockId}/${element.action_id}`));
        const most =
          element.type.startsWith('multi_') || element.type === 'checkboxes'
            ? Number(element.max_selected_items ?? 10_000)
            : 1;
        if (picked.length > most) throw new Error(`at most ${most} can be chosen`);
        return prepareAction(place, { element, blockId, chosen: chosenIn(element, picked) });
      } catch (error) {
        problems.push(String(error));
      }
    }
    throw new Error(`no select offers ${values.join(', ')}: ${problems.join('; ') || 'there is none'}`);
  };

  return {
    id: person.id,
    teamId: workspace.id,
    channelId: channel.id,
    type: async line => ask(prepareCommand(line)),
    press: async (wanted, on = current()) => ask(preparePress(wanted, on)),
    choose: async (given, on = current(), actionId) =>
      ask(prepareChoice(typeof given === 'string' ? [given] : given, on, actionId)),
    submit: async (fields = {}) => {
      const form = current();
      if (form.type !== 'modal') throw new Error(`the last answer was no form: ${JSON.stringify(form).slice(0, 500)}`);
      const { view } = form;
      requireThere(placeOf(form));
      const state = fillModal(view, fields, suggested);
      return ask({
        ask: {
          kind: 'submission',
          name: view.callback_id,
          ...who,
          view,
          ...(view.channelId !== undefined && { channelId: view.channelId }),
        },
        payload: asked => submissionPayload(world, where, asked, state),
        kind: 'interactive',
      });
    },
    typeahead: async (wanted, typed, on = current()) => {
      const place = placeOf(on);
      const found = elementsIn(place.blocks).find(
        ({ element, blockId, label }) =>
          element.type.endsWith('external_select') && [element.action_id, blockId, label].includes(wanted),
      );
      if (!found) throw new Error(`there is no select "${wanted}" with type-ahead`);
      const { element, blockId } = found;
      if (typed.length < Number(element.min_query_length ?? 3))
        throw new Error(`type at least ${element.min_query_length ?? 3} characters`);
      const actionId = element.action_id ?? '';
      let sent: Asked | undefined;
      const { message, view } = place;
      const answer = await ask({
        ask: { kind: 'options', name: actionId, ...who, ...(message && { source: message }), ...(view && { view }) },
        payload: asked => {
          sent = asked;
          return suggestionPayload(world, where, asked, actionId, blockId, typed);
        },
        kind: 'interactive',
      });
      if (answer.type === 'failed' || !sent?.suggestions)
        throw new Error(`Loading options failed: ${JSON.stringify(answer)}`);
      suggested.set(`${blockId}/${actionId}`, sent.suggestions);
      return sent.suggestions;
    },
    openHome: async () => {
      const shown = homeOf(world, workspace, person.id);
      const answer = await interactions.ask({ kind: 'home', name: 'app_home_opened', ...who }, asked => {
        const event = {
          type: 'app_home_opened',
          user: person.id,
          channel: directChannelWith(world, workspace, person.id).id,
          tab: 'home',
          event_ts: world.nextTs(),
          ...(shown && { view: viewJson(world, workspace, shown) }),
        };
        void delivery.tell(workspace, event).then(entry => {
          if (entry === undefined || entry.acknowledged) interactions.acknowledge(asked, '');
          else interactions.fail(asked, 'the event was not acknowledged');
        });
      });
      last = answer.type === 'nothing' && shown ? homeAnswer(shown) : answer;
      return last;
    },
    sendRaw: async (kind, payload) =>
      ask({
        ask: { kind: kind === 'slash_commands' ? 'command' : 'action', name: 'raw', ...who, channelId: channel.id },
        payload: asked => ({ ...commandPayload(world, where, asked, '/raw', ''), ...payload }),
        kind,
      }),
    prepare: prepareCommand,
    preparePress,
    fire: async ({ ask: given, payload, kind }) => {
      let sent: Asked | undefined;
      const answer = await interactions.ask({ ...given, lean: true }, asked => {
        sent = asked;
        delivery.interact(kind, payload(asked), asked);
      });
      if (
        answer.type === 'failed' ||
        answer.type === 'nothing' ||
        sent?.ackedAt === undefined ||
        sent.answeredAt === undefined
      )
        throw new Error(`no answer: ${JSON.stringify(answer)}`);
      return { ackMs: sent.ackedAt - sent.sentAt, answerMs: Math.max(sent.answeredAt, sent.ackedAt) - sent.sentAt };
    },
    get last() {
      return current();
    },
  };
};

/** The form that a person has open, if any: the topmost. */
export const topModal = (world: World, personId: string): StoredView | undefined => {
  const open = [...world.views.values()].filter(
    view => view.userId === personId && view.type === 'modal' && !view.closed,
  );
  const root = open.at(-1)?.rootId;
  return root === undefined ? undefined : openViews(world, root).at(-1);
};
