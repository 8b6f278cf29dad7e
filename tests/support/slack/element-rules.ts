// Slack's rules for text objects, options and the elements that stand in blocks.
import {
  all,
  anything,
  boolean,
  byType,
  type Fields,
  isObject,
  list,
  matching,
  object,
  oneOf,
  type Rule,
  say,
  string,
  whole,
} from './form.ts';

/** A text object of 1 to `max` characters. */
export const text = (max: number, ...kinds: readonly ('plain_text' | 'mrkdwn')[]): Rule => {
  const content = string(1, max);
  const rules: Record<string, Rule> = {
    plain_text: object({ type: anything, text: content }, { emoji: boolean }),
    mrkdwn: object({ type: anything, text: content }, { verbatim: boolean }),
  };
  const allowed = kinds.length > 0 ? kinds : ['plain_text'];
  return byType(Object.fromEntries(allowed.map(kind => [kind, rules[kind] as Rule])));
};
export const anyText = (max: number): Rule => text(max, 'plain_text', 'mrkdwn');

const id = string(1, 255);
const webAddress = all(string(1, 3000), matching(/^(https?:\/\/|mailto:|slack:|tel:)\S+$/, 'must be a valid URL'));
const pictureAddress = all(string(1, 3000), matching(/^https?:\/\/\S+$/, 'must be a valid URL'));
const confirm = object(
  {},
  {
    title: text(100),
    text: anyText(300),
    confirm: text(30),
    deny: text(30),
    style: oneOf('primary', 'danger'),
  },
);
const placeholder = text(150);

const option = (kinds: Rule, extra: Fields = {}): Rule =>
  object({ text: kinds, value: string(1, 75) }, { description: text(75), ...extra });
const plainOption = option(text(75));
const richOption = object({ text: anyText(75), value: string(1, 75) }, { description: anyText(75) });
/** The options of a select; what a type-ahead answers keeps to the same. */
export const options = list(plainOption, 1, 100);
export const optionGroups = list(object({ label: text(75), options }), 1, 100);

const base: Fields = { type: anything };
/** `confirm` and where the cursor stands. */
const interactive: Fields = { action_id: id, confirm, focus_on_load: boolean };
const chosen: Fields = { ...interactive, placeholder };

const either =
  (one: string, other: string): Rule =>
  (problems, at, value) => {
    if (!isObject(value)) return;
    const given = [one, other].filter(key => value[key] !== undefined && value[key] !== null);
    if (given.length === 0) say(problems, at, `missing required field: ${one}`);
    if (given.length === 2) say(problems, at, `only one of ${one} and ${other} may be given`);
  };

const sameOption = (one: unknown, other: unknown): boolean => {
  if (!isObject(one) || !isObject(other) || !isObject(one.text) || !isObject(other.text)) return false;
  return one.value === other.value && one.text.text === other.text.text;
};
/** What is chosen at first must stand among the options, with the same text. */
const initialAmongOptions: Rule = (problems, at, value) => {
  if (!isObject(value)) return;
  const groups = Array.isArray(value.option_groups) ? value.option_groups : [];
  const known = [value, ...groups].flatMap(one => (isObject(one) && Array.isArray(one.options) ? one.options : []));
  const { initial_option: single, initial_options: many } = value;
  const initial = [...(single === undefined ? [] : [single]), ...(Array.isArray(many) ? many : [])];
  for (const one of initial)
    if (!known.some(other => sameOption(one, other))) say(problems, at, 'initial option(s) must be among the options');
};

const select = (fields: Fields): Rule => object(base, { ...chosen, ...fields });
const multi = (fields: Fields): Rule => select({ ...fields, max_selected_items: whole(1, 10_000) });
const ids = list(string(1, 255), 1, 100);
const conversationFilter = object(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), 1, 4),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
);
const staticFields = { options, option_groups: optionGroups };
const respondable = { response_url_enabled: boolean };

/** A picture by its address or by an uploaded file. */
export const imageFields: Fields = {
  image_url: pictureAddress,
  slack_file: all(object({}, { id: string(1, 255), url: pictureAddress }), either('id', 'url')),
};
export const imageSource = either('image_url', 'slack_file');

const elements = {
  button: object(
    { ...base, text: text(75) },
    {
      action_id: id,
      value: string(0, 2000),
      url: webAddress,
      style: oneOf('primary', 'danger'),
      confirm,
      accessibility_label: string(1, 75),
    },
  ),
  image: all(object({ ...base, alt_text: string(1, 2000) }, imageFields), imageSource),
  static_select: all(
    select({ ...staticFields, initial_option: plainOption }),
    either('options', 'option_groups'),
    initialAmongOptions,
  ),
  multi_static_select: all(
    multi({ ...staticFields, initial_options: options }),
    either('options', 'option_groups'),
    initialAmongOptions,
  ),
  external_select: select({ initial_option: plainOption, min_query_length: whole(0, 75) }),
  multi_external_select: multi({ initial_options: options, min_query_length: whole(0, 75) }),
  users_select: select({ initial_user: string(1, 255) }),
  multi_users_select: multi({ initial_users: ids }),
  channels_select: select({ initial_channel: string(1, 255), ...respondable }),
  multi_channels_select: multi({ initial_channels: ids }),
  conversations_select: select({
    initial_conversation: string(1, 255),
    default_to_current_conversation: boolean,
    filter: conversationFilter,
    ...respondable,
  }),
  multi_conversations_select: multi({
    initial_conversations: ids,
    default_to_current_conversation: boolean,
    filter: conversationFilter,
  }),
  overflow: object({ ...base, options: list(option(text(75), { url: webAddress }), 1, 5) }, { action_id: id, confirm }),
  checkboxes: all(
    object({ ...base, options: list(richOption, 1, 10) }, { ...interactive, initial_options: list(richOption, 1, 10) }),
    initialAmongOptions,
  ),
  radio_buttons: all(
    object({ ...base, options: list(richOption, 1, 10) }, { ...interactive, initial_option: richOption }),
    initialAmongOptions,
  ),
  datepicker: select({ initial_date: matching(/^\d{4}-\d\d-\d\d$/, 'must be a date (YYYY-MM-DD)') }),
  timepicker: select({
    initial_time: matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time (HH:mm)'),
    timezone: string(1, 255),
  }),
  datetimepicker: object(base, { ...interactive, initial_date_time: whole(1_000_000_000, 9_999_999_999) }),
  plain_text_input: object(base, {
    ...typed(3000),
    multiline: boolean,
    min_length: whole(0, 3000),
    max_length: whole(1, 3000),
  }),
  email_text_input: object(base, typed(3000)),
  url_text_input: object(base, typed(3000)),
  number_input: object(
    { ...base, is_decimal_allowed: boolean },
    { ...typed(255), min_value: string(1, 255), max_value: string(1, 255) },
  ),
} satisfies Fields;

function typed(max: number): Fields {
  const { confirm: _, ...rest } = chosen;
  const dispatch_action_config = object(
    {},
    { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), 1, 2) },
  );
  return { ...rest, initial_value: string(0, max), dispatch_action_config };
}

const pick = (...names: readonly (keyof typeof elements)[]): Rule =>
  byType(Object.fromEntries(names.map(name => [name, elements[name]])));

const CHOICES = [
  'static_select',
  'multi_static_select',
  'external_select',
  'multi_external_select',
  'users_select',
  'multi_users_select',
  'channels_select',
  'multi_channels_select',
  'conversations_select',
  'multi_conversations_select',
  'checkboxes',
  'radio_buttons',
  'datepicker',
  'timepicker',
] as const;

export const inActions = pick('button', 'overflow', 'datetimepicker', ...CHOICES);
export const asAccessory = pick('button', 'overflow', 'image', ...CHOICES);
export const inInput = pick(
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'datetimepicker',
  ...CHOICES,
);
export const imageElement: Rule = elements.image;
