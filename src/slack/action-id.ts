// One pair of functions between our action ids and Slack's action ids, which are unique in a message.

/** Of an overflow menu that stands for a row of buttons: its values are the action ids. */
const MENU = '';
/** The action id of a form's field; the field's own name is the id of its block, which Slack's errors name too. */
export const FIELD_ACTION = 'value';

/** Whose values a field offers as somebody types: an option of a command. */
export type Suggesting = { command: string; subcommand: string; option: string };

/** The action id of a field that offers an option's values, one of them or `several`. */
export const encodeFieldId = ({ command, subcommand, option }: Suggesting, several: boolean): string =>
  `?${several ? '*' : ''}${command}/${subcommand}/${option}`;

/** What `encodeFieldId` was given; undefined for any other id. */
export const decodeFieldId = (actionId: string): (Suggesting & { several: boolean }) | undefined => {
  const name = '[a-z][a-z0-9_-]*';
  const match = new RegExp(`^\\?(\\*?)(${name})/(|${name})/(${name})$`).exec(actionId);
  if (!match) return undefined;
  const [, star = '', command = '', subcommand = '', option = ''] = match;
  return { command, subcommand, option, several: star !== '' };
};

/** The Slack action id of `action` where it stands in a message for the `occurrence`th time: the action itself, or `#2!ACTION`. */
export const encodeActionId = (action: string, occurrence = 1): string =>
  occurrence > 1 || action === MENU || /^(?:[#!]|link#)/.test(action)
    ? `${occurrence > 1 ? `#${occurrence}` : ''}!${action}`
    : action;

/** What `encodeActionId` was given; an id that is not ours is an action as it stands. */
export const decodeActionId = (actionId: string): string => /^(?:#\d+)?!(.*)$/s.exec(actionId)?.[1] ?? actionId;

/** The action id of a message's `number`th overflow menu (from 1) that stands for a row of buttons. */
export const encodeMenuId = (number: number): string => encodeActionId(MENU, number);

/** The action id of a message's `number`th link button (from 1). */
export const encodeLinkId = (number: number): string => `link#${number}`;
/** Slack tells of pressed links too; they need an acknowledgement and nothing else. */
export const isLinkId = (actionId: string): boolean => /^link#\d+$/.test(actionId);

type Chosen = { value?: string | undefined } | null | undefined;
/** What Slack tells of a pressed button or a choice of a menu. */
export type Pressed = {
  selected_option?: Chosen;
  selected_options?: readonly Chosen[] | null | undefined;
};
/** What Slack tells of a field; a channel that is chosen is its id. */
export type FieldState = Pressed & {
  type?: string;
  value?: string | null | undefined;
  selected_conversation?: string | null | undefined;
};

/** The values that were chosen; none for a button. */
const chosenValues = ({ selected_option: one, selected_options: several }: Pressed): string[] =>
  [...(several ?? []), one].flatMap(option => (typeof option?.value === 'string' ? [option.value] : []));

/** What was pressed or chosen: the same as for a button where an overflow menu stands for a row of buttons. */
export const decodePress = (
  pressed: Pressed & { action_id: string },
): { action: string; values: readonly string[] } => {
  const action = decodeActionId(pressed.action_id);
  const values = chosenValues(pressed);
  const [chosen, ...others] = values;
  return action === MENU && chosen !== undefined && others.length === 0
    ? { action: chosen, values: [] }
    : { action, values };
};

const isField = (actionId: string): boolean => actionId === FIELD_ACTION || decodeFieldId(actionId) !== undefined;

/** What was entered into a form, by the names of its fields: Slack's `view.state.values`. */
export const decodeFields = (
  values: Readonly<Record<string, Readonly<Record<string, FieldState>>>>,
): Record<string, string | readonly string[]> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, states]): [string, string | readonly string[]][] => {
      const state = Object.entries(states).find(([actionId]) => isField(actionId))?.[1];
      if (!state) return [];
      const chosen = chosenValues(state);
      const entered = state.value ?? state.selected_conversation ?? chosen[0] ?? '';
      return [[name, state.selected_options ? chosen : entered]];
    }),
  );
