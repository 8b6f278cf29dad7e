// What Slack's client does with a form: fills it in, and does not send off what is missing or of the wrong kind.
import type { Json } from './form.ts';
import { type State, stateOf } from './messages.ts';
import { elementsIn, type Suggestion } from './reading.ts';
import type { Block, Option, StoredView } from './world.ts';

export type FieldValues = Readonly<Record<string, string | readonly string[]>>;

const optionsOf = (element: Block, suggested: readonly Suggestion[]): Option[] => [
  ...(element.options ?? []),
  ...(element.option_groups ?? []).flatMap(group => group.options),
  ...suggested.map(one => ({ text: { type: 'plain_text', text: one.label }, value: one.value })),
  ...([element.initial_option, ...((element.initial_options as Option[] | undefined) ?? [])].filter(
    Boolean,
  ) as Option[]),
];

/** The options with these values, or labels; throws for one that is not offered. */
export const pickOptions = (
  element: Block,
  values: readonly string[],
  suggested: readonly Suggestion[] = [],
): Option[] => {
  const known = optionsOf(element, suggested);
  return values.map(value => {
    const option = known.find(one => one.value === value) ?? known.find(one => one.text.text === value);
    if (!option)
      throw new Error(`"${value}" is not offered, only ${known.map(one => one.value).join(', ') || 'nothing'}`);
    return option;
  });
};

const checkText = (element: Block, text: string, name: string): void => {
  const {
    min_length: min = 0,
    max_length: max = 3000,
    type,
  } = element as Block & { min_length?: number; max_length?: number };
  if (text !== '' && text.length < min) throw new Error(`${name}: at least ${min} characters`);
  if (text.length > max) throw new Error(`${name}: at most ${max} characters`);
  if (text === '') return;
  if (type === 'number_input') {
    const number = Number(text);
    const { min_value: low, max_value: high, is_decimal_allowed: decimals } = element as Json;
    if (Number.isNaN(number) || (decimals !== true && !Number.isInteger(number)))
      throw new Error(`${name}: not a number`);
    if (low !== undefined && number < Number(low)) throw new Error(`${name}: below ${low}`);
    if (high !== undefined && number > Number(high)) throw new Error(`${name}: above ${high}`);
  }
  if (type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(text)) throw new Error(`${name}: not an address`);
  if (type === 'url_text_input' && !/^https?:\/\/\S+$/.test(text)) throw new Error(`${name}: not a URL`);
};

const MULTI = ['multi_static_select', 'multi_external_select', 'checkboxes'];
const ONE_OPTION = ['static_select', 'external_select', 'radio_buttons'];
const ID_FIELD: Record<string, string> = {
  users_select: 'selected_user',
  conversations_select: 'selected_conversation',
  channels_select: 'selected_channel',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
};

const fieldState = (
  element: Block,
  given: string | readonly string[],
  name: string,
  suggested: readonly Suggestion[],
): Json => {
  const values = typeof given === 'string' ? (given === '' ? [] : [given]) : given;
  const { type } = element;
  if (MULTI.includes(type)) {
    const most = Number(element.max_selected_items ?? 10_000);
    if (values.length > most) throw new Error(`${name}: at most ${most} can be chosen`);
    return { type, selected_options: pickOptions(element, values, suggested) };
  }
  if (values.length > 1) throw new Error(`${name}: takes one value`);
  if (ONE_OPTION.includes(type)) return { type, selected_option: pickOptions(element, values, suggested)[0] ?? null };
  const field = ID_FIELD[type];
  if (field !== undefined) return { type, [field]: values[0] ?? null };
  const text = values[0] ?? '';
  checkText(element, text, name);
  return { type, value: text === '' ? null : text };
};

const isEmpty = (state: Json): boolean =>
  Object.entries(state).every(
    ([key, value]) => key === 'type' || value === null || (Array.isArray(value) && value.length === 0),
  );

/** `state.values` with these fields filled in, by label, block id or action id; throws what the client would say. */
export const fillModal = (
  view: StoredView,
  fields: FieldValues,
  suggested: ReadonlyMap<string, readonly Suggestion[]>,
): State => {
  if (!view.submit) throw new Error('the form has no button to send it off');
  const state = stateOf(view.blocks);
  const elements = elementsIn(view.blocks);
  for (const [key, given] of Object.entries(fields)) {
    const found = elements.find(({ element, blockId, label }) => [label, blockId, element.action_id].includes(key));
    if (!found)
      throw new Error(
        `the form has no field "${key}", only ${elements.map(one => one.label ?? one.blockId).join(', ')}`,
      );
    const { element, blockId } = found;
    const actionId = element.action_id ?? '';
    state[blockId] = {
      ...state[blockId],
      [actionId]: fieldState(element, given, key, suggested.get(`${blockId}/${actionId}`) ?? []),
    };
  }
  for (const block of view.blocks) {
    if (block.type !== 'input' || block.optional === true || !block.element) continue;
    const value = state[block.block_id ?? '']?.[block.element.action_id ?? ''];
    if (!value || isEmpty(value)) throw new Error(`${block.label?.text} is required`);
  }
  return state;
};
