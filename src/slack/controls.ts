// Buttons, link buttons and selects within Slack's limits: what each becomes, and what has to be left out.
import type {
  ActionsBlockElement,
  MultiStaticSelect,
  Overflow,
  PlainTextElement,
  PlainTextOption,
  Button as SlackButton,
  StaticSelect,
} from '@slack/types';
import type { Nodes } from 'mdast';
import { cleanText } from '../clean-text.ts';
import type { Block, Button, LinkButton, SelectOption } from '../message.ts';
import { type ControlRules, inGroups, mostChosen, optionsWithin, usableControl } from '../rendering/controls.ts';
import { shortenTo } from '../rendering/cut-text.ts';
import type { Control } from '../rendering/pieces.ts';
import { encodeActionId, encodeLinkId, encodeMenuId } from './action-id.ts';
import { LIMITS } from './limits.ts';
import { webAddress, withoutEmojiCodes } from './mrkdwn.ts';

/** One block of controls. A menu is a row of buttons in the form of an overflow menu beside a text. */
export type Row = { type: 'row'; items: Control[] } | { type: 'menu'; items: Button[] };
export type Controls = {
  rows: Row[];
  /** Links that can be no button, as lines of text. */
  links: Nodes[][];
  /** In words: what was left out or shortened. */
  lost: string[];
  /** In words: only what is not there at all. */
  missing: string[];
};

const NO_LABEL = '…';

/** A label on one line in Slack's form; `otherwise` stands for one that has nothing to show. */
export const plainText = (text: string, limit: number, otherwise = NO_LABEL): PlainTextElement => ({
  type: 'plain_text',
  text: shortenTo(withoutEmojiCodes(cleanText(text)), limit) || otherwise,
  emoji: true,
});
const isTooLong = (text: string, limit: number): boolean => withoutEmojiCodes(cleanText(text)).length > limit;

/** Options that Slack takes: those with a usable value, the chosen ones before the others where there are too many. */
export const usableOptions = (options: readonly SelectOption[]): SelectOption[] => optionsWithin(options, LIMITS);

const optionOf = ({ label, value, description = '' }: SelectOption): PlainTextOption => ({
  text: plainText(label, LIMITS.option, shortenTo(cleanText(value), LIMITS.option) || NO_LABEL),
  value,
  ...(cleanText(description) !== '' && { description: plainText(description, LIMITS.option) }),
});

/** A select of `options`, which are usable ones; several may be chosen where `max` is above 1. Slack knows no least number. */
export const selectElement = (
  {
    options,
    max = 1,
    placeholder,
  }: { options: readonly SelectOption[]; max?: number | undefined; placeholder: string },
  actionId: string,
): StaticSelect | MultiStaticSelect => {
  const most = mostChosen(max, options.length);
  const chosen = options
    .filter(({ selected }) => selected)
    .slice(0, most)
    .map(optionOf);
  const common = {
    action_id: actionId,
    ...(cleanText(placeholder) !== '' && { placeholder: plainText(placeholder, LIMITS.placeholder) }),
    options: options.map(optionOf),
  };
  const [first] = chosen;
  return most > 1
    ? {
        type: 'multi_static_select',
        ...common,
        max_selected_items: most,
        ...(first && { initial_options: chosen }),
      }
    : { type: 'static_select', ...common, ...(first && { initial_option: first }) };
};

const linkText = ({ label, url }: LinkButton): Nodes[] => [
  { type: 'text', value: `${cleanText(label)}: ` },
  webAddress(url) === undefined
    ? { type: 'text', value: url }
    : { type: 'link', url, children: [{ type: 'text', value: url }] },
];

const RULES: ControlRules = {
  limits: LIMITS,
  marked: /^(?:[#!]|link#)/,
  // `#120!`
  markRoom: 6,
  webAddress,
  isTooLong,
};

/**
 * The rows of an actions block, at most 25 elements in each. `seen` are the actions that the message has already; this block's
 * are added.
 */
export const controlsOf = ({ items }: Extract<Block, { type: 'actions' }>, seen: Set<string>): Controls => {
  const controls = items.map(item => usableControl(item, seen, RULES));
  const usable = controls.flatMap(control => (control.usable ? [control.usable] : []));
  return {
    rows: inGroups(usable, LIMITS.actions).map(row => ({ type: 'row', items: row })),
    links: controls.flatMap(({ link }) => (link ? [linkText(link)] : [])),
    lost: controls.flatMap(({ lost }) => lost),
    missing: controls.flatMap(({ missing }) => missing),
  };
};

/** How actions become action ids, each of them once in a message. */
export type Ids = { action(action: string): string; menu(): string; link(): string };
export const createIds = (): Ids => {
  const times = new Map<string, number>();
  let menus = 0;
  let links = 0;
  return {
    action: action => {
      const occurrence = (times.get(action) ?? 0) + 1;
      times.set(action, occurrence);
      return encodeActionId(action, occurrence);
    },
    menu: () => {
      menus += 1;
      return encodeMenuId(menus);
    },
    link: () => {
      links += 1;
      return encodeLinkId(links);
    },
  };
};

export const buttonElement = (item: Button | LinkButton, ids: Ids): SlackButton => {
  const text = plainText(item.label, LIMITS.buttonLabel);
  if (item.type === 'link') return { type: 'button', text, url: item.url, action_id: ids.link() };
  return {
    type: 'button',
    text,
    action_id: ids.action(item.action),
    ...(item.style !== undefined && item.style !== 'secondary' && { style: item.style }),
  };
};

export const controlElement = (item: Control, ids: Ids): ActionsBlockElement =>
  item.type === 'select' ? selectElement(item, ids.action(item.action)) : buttonElement(item, ids);

/** Whether a row of buttons can be a menu: Slack takes five choices there, and no values as long as an action may be. */
export const canBeMenu = (items: readonly Control[]): items is Button[] =>
  items.length > 1 &&
  items.length <= LIMITS.overflowOptions &&
  items.every(item => item.type === 'button' && item.action.length <= LIMITS.option) &&
  new Set(items.map(item => (item.type === 'button' ? item.action : ''))).size === items.length;

/** A row of buttons as a menu whose values are their actions. */
export const menuElement = (items: readonly Button[], ids: Ids): Overflow => ({
  type: 'overflow',
  action_id: ids.menu(),
  options: items.map(({ label, action }) => optionOf({ label, value: action })),
});
