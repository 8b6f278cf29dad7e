// A person in a Discord client: types commands, presses buttons, chooses, fills in forms, and sees what comes back.
import { checkOptions, fillModal, findCommand } from './client-rules.ts';
import { isObject, type Json } from './form.ts';
import {
  type Asked,
  AUTOCOMPLETE,
  COMMAND,
  COMPONENT,
  type Interactions,
  MODAL_SUBMIT,
  type NewAsked,
} from './interactions.ts';
import { flatten } from './messages.ts';
import {
  commandData,
  componentData,
  findLeaf,
  interactionJson,
  modalData,
  type OptionValue,
  surroundings,
  type Where,
} from './payloads.ts';
import { type Answer, buttonsOf, type Choices } from './reading.ts';
import type { Component, StoredMessage, World } from './world.ts';

export type Options = Readonly<Record<string, OptionValue>>;
/** An interaction made ready once, to be sent many times by `fire`. */
export type Prepared = { ask: NewAsked; around: Json; data: Json };

/** Where a person sits: in a channel of a server, or in the bot's direct messages. */
export type TestSeat = {
  readonly id: string;
  readonly channelId: string;
  /** Types `track select`; throws what Discord's client would not let them send. */
  slash(command: string, options?: Options): Promise<Answer>;
  autocomplete(command: string, option: string, typed: string | number, others?: Options): Promise<Choices>;
  /** Presses a button of the last answer, or of `on`; throws where there is none that can be pressed. */
  press(labelOrCustomId: string, on?: Answer | StoredMessage): Promise<Answer>;
  /** Chooses in the select that has all these values. */
  choose(values: string | readonly string[], on?: Answer | StoredMessage): Promise<Answer>;
  /** Sends the form of the last answer off; fields by custom id or label, the others as they were prefilled. */
  submit(fields?: Readonly<Record<string, string | readonly string[]>>): Promise<Answer>;
  /** An interaction that no client would send: merged over a realistic one; `message` may be a stored one's id. */
  sendRaw(interaction: { type?: number; data?: unknown; [key: string]: unknown }): Promise<Answer>;
  prepare(command: string, options?: Options): Prepared;
  preparePress(labelOrCustomId: string, on: Answer | StoredMessage): Prepared;
  /**
   * For benchmarks: sends a prepared interaction and resolves with the milliseconds until its callback was there in
   * full. The answer is neither checked nor kept. Throws when none came.
   */
  fire(prepared: Prepared): Promise<number>;
  /** Throws before the first answer. */
  readonly last: Answer;
};

export type SendInteraction = (payload: Json, where: Where, asked: Asked) => void;

const isStored = (on: Answer | StoredMessage): on is StoredMessage => !('type' in on);

const messageIn = (on: Answer | StoredMessage): StoredMessage => {
  if (isStored(on)) return on;
  if (on.type !== 'message')
    throw new Error(`there is no message to act on: the last answer was ${JSON.stringify(on).slice(0, 500)}`);
  return on.message;
};

const findButton = (message: StoredMessage, wanted: string): Component => {
  if (message.deleted) throw new Error('the message was deleted');
  const buttons = buttonsOf(message);
  const button = buttons.find(one => one.label === wanted) ?? buttons.find(one => one.custom_id === wanted);
  if (!button)
    throw new Error(`there is no button "${wanted}", only ${buttons.map(one => one.label).join(', ') || 'none'}`);
  if (button.custom_id === undefined) throw new Error(`"${wanted}" is a link: ${button.url}`);
  return button;
};

const findSelect = (message: StoredMessage, values: readonly string[]): Component => {
  if (message.deleted) throw new Error('the message was deleted');
  const selects = flatten(message.components).filter(({ type, disabled }) => type === 3 && !disabled);
  const select = selects.find(({ options = [] }) =>
    values.every(value => options.some(option => option.value === value)),
  );
  if (!select) throw new Error(`no select has the values ${values.join(', ')}`);
  const { min_values: min = 1, max_values: max = 1 } = select;
  if (values.length < min || values.length > max)
    throw new Error(`choose ${min} to ${max} values, not ${values.length}`);
  return select;
};

/** A seat for `where`; `send` brings a payload to the bot. */
export const createSeat = (world: World, interactions: Interactions, where: Where, send: SendInteraction): TestSeat => {
  let last: Answer | undefined;
  /** The message that the form of the last answer was opened from. */
  let modalSource: StoredMessage | undefined;
  const { person, channel } = where;

  const requireAccess = (): void => {
    if (where.guild && !where.guild.members.has(person.id))
      throw new Error(`${person.globalName} is not in ${where.guild.name}`);
  };

  const ask = async (given: Omit<NewAsked, 'personId' | 'channel'>, data: Json, over: Json = {}): Promise<Answer> => {
    requireAccess();
    const around = surroundings(world, where);
    const answer = await interactions.ask({ ...given, personId: person.id, channel }, asked =>
      send({ ...interactionJson(world, asked, around, data), ...over }, where, asked),
    );
    if (given.type !== AUTOCOMPLETE) {
      last = answer;
      modalSource = given.source;
    }
    return answer;
  };

  const current = (): Answer => {
    if (!last) throw new Error('there was no answer yet');
    return last;
  };

  const dataOf = (typed: string, options: Options): Json => {
    const [name = '', ...words] = typed.replace(/^\//, '').split(' ');
    const command = findCommand(world, where, name);
    checkOptions(world, where, findLeaf(command, words).options, options);
    return commandData(world, where, command, words, options);
  };

  return {
    id: person.id,
    channelId: channel.id,
    slash: async (typed, options = {}) => ask({ type: COMMAND, name: typed }, dataOf(typed, options)),
    autocomplete: async (typed, option, value, others = {}) => {
      const [name = '', ...words] = typed.replace(/^\//, '').split(' ');
      const command = findCommand(world, where, name);
      const spec = findLeaf(command, words).options.find(one => one.name === option);
      if (spec?.autocomplete !== true) throw new Error(`/${typed} has no option "${option}" with type-ahead`);
      const data = commandData(world, where, command, words, { ...others, [option]: value }, option);
      const answer = await ask({ type: AUTOCOMPLETE, name: typed, optionType: spec.type }, data);
      if (answer.type === 'choices') return answer.choices;
      throw new Error(`Loading options failed: ${JSON.stringify(answer)}`);
    },
    press: async (wanted, on = current()) => {
      const source = messageIn(on);
      const button = findButton(source, wanted);
      return ask({ type: COMPONENT, name: button.custom_id ?? '', source }, componentData(button));
    },
    choose: async (given, on = current()) => {
      const values = typeof given === 'string' ? [given] : given;
      const source = messageIn(on);
      const select = findSelect(source, values);
      return ask({ type: COMPONENT, name: select.custom_id ?? '', source }, componentData(select, values));
    },
    submit: async (fields = {}) => {
      const form = current();
      if (form.type !== 'modal') throw new Error(`the last answer was no form: ${JSON.stringify(form).slice(0, 500)}`);
      const values = fillModal(form.modal, fields);
      const source = modalSource && !modalSource.deleted ? { source: modalSource } : {};
      return ask({ type: MODAL_SUBMIT, name: form.modal.custom_id, ...source }, modalData(form.modal, values));
    },
    sendRaw: async ({ type = COMMAND, data, message, ...over }) => {
      const source = typeof message === 'string' ? world.messages.get(message) : undefined;
      const name = isObject(data) ? String(data.name ?? data.custom_id) : 'raw';
      const given = { type, name, ...(source && { source }) };
      const extra = message !== undefined && !source ? { message } : {};
      return ask(given, data as Json, { ...over, ...extra });
    },
    prepare: (typed, options = {}) => ({
      ask: { type: COMMAND, name: typed, personId: person.id, channel, lean: true },
      around: surroundings(world, where),
      data: dataOf(typed, options),
    }),
    preparePress: (wanted, on) => {
      const source = messageIn(on);
      const button = findButton(source, wanted);
      return {
        ask: { type: COMPONENT, name: button.custom_id ?? '', personId: person.id, channel, lean: true, source },
        around: surroundings(world, where),
        data: componentData(button),
      };
    },
    fire: async prepared => {
      let sent: Asked | undefined;
      const answer = await interactions.ask(prepared.ask, asked => {
        sent = asked;
        send(interactionJson(world, asked, prepared.around, prepared.data), where, asked);
      });
      if (answer.type === 'failed' || !sent) throw new Error(`no answer: ${JSON.stringify(answer)}`);
      return (sent.answeredAt ?? performance.now()) - sent.sentAt;
    },
    get last() {
      return current();
    },
  };
};
