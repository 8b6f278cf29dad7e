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
import type { Block, Button, LinkButton, Select, SelectOption } from '../message.ts';
import { encodeActionId, encodeLinkId, encodeMenuId } from './action-id.ts';
import { LIMITS, shortenTo } from './limits.ts';
import { webAddress, withoutEmojiCodes } from './mrkdwn.ts';

export type Control = Button | LinkButton | Select;
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

/** Room for the mark that makes a repeated action unique: `#120!`. */
const REPEAT_ROOM = 6;
const NO_LABEL = '…';

/** A label on one line in Slack's form; `otherwise` stands for one that has nothing to show. */
export const plainText = (text: string, limit: number, otherwise = NO_LABEL): PlainTextElement => ({
  type: 'plain_text',
  text: shortenTo(withoutEmojiCodes(cleanText(text)), limit) || otherwise,
  emoji: true,
});
const isTooLong = (text: string, limit: number): boolean => withoutEmojiCodes(cleanText(text)).length > limit;

/** Options that Slack takes: those with a usable value, the chosen ones before the others where there are too many. */
export const usableOptions = (options: readonly SelectOption[]): SelectOption[] => {
  const seen = new Set<string>();
  const usable = options.filter(({ value }) => {
    if (value.trim() === '' || value.length > LIMITS.option || !value.isWellFormed() || seen.has(value)) return false;
    seen.add(value);
    return true;
  });
  if (usable.length <= LIMITS.selectOptions) return usable;
  const chosen = usable.filter(({ selected }) => selected).slice(0, LIMITS.selectOptions);
  const kept = new Set([...chosen, ...usable.filter(({ selected }) => !selected)].slice(0, LIMITS.selectOptions));
  return usable.filter(option => kept.has(option));
};

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
  const most = Math.min(Math.max(1, Math.floor(max) || 1), options.length);
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

/**
 * The rows of an actions block, at most 25 elements in each. `seen` are the actions that the message has already; this block's
 * are added.
 */
export const controlsOf = ({ items }: Extract<Block, { type: 'actions' }>, seen: Set<string>): Controls => {
  const controls: Controls = { rows: [], links: [], lost: [], missing: [] };
  const leaveOut = (words: string): void => {
    controls.lost.push(words);
    controls.missing.push(words);
  };
  const fits = (action: string): boolean => {
    const isUsable =
      action.trim() !== '' &&
      action.isWellFormed() &&
      action.length <= LIMITS.actionId - (seen.has(action) || /^(?:[#!]|link#)/.test(action) ? REPEAT_ROOM : 0);
    if (isUsable) seen.add(action);
    return isUsable;
  };
  const usable: Control[] = [];
  for (const item of items) {
    if (item.type === 'select') {
      const options = usableOptions(item.options);
      const placeholder = shortenTo(cleanText(item.placeholder), 60);
      const gone = item.options.length - options.length;
      if (options.length === 0 || !fits(item.action)) leaveOut(`the menu “${placeholder}”`);
      else {
        if (gone > 0) leaveOut(`${gone} of ${item.options.length} choices of the menu “${placeholder}”`);
        usable.push({ ...item, options });
        const isCut = ({ label, description = '' }: SelectOption): boolean =>
          isTooLong(label, LIMITS.option) || isTooLong(description, LIMITS.option);
        if (options.some(isCut) || isTooLong(item.placeholder, LIMITS.placeholder))
          controls.lost.push(`long labels of the menu “${placeholder}”`);
      }
    } else if (item.type === 'link') {
      const address = webAddress(item.url);
      if (address === undefined || address.length > LIMITS.url) controls.links.push(linkText(item));
      else usable.push({ ...item, url: address });
    } else if (fits(item.action)) usable.push(item);
    else leaveOut(`the button “${shortenTo(cleanText(item.label), 40)}”`);
    if (item.type !== 'select' && isTooLong(item.label, LIMITS.buttonLabel)) controls.lost.push('a long button label');
  }
  for (let at = 0; at < usable.length; at += LIMITS.actions)
    controls.rows.push({ type: 'row', items: usable.slice(at, at + LIMITS.actions) });
  return controls;
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
