// Buttons, link buttons and selects within Discord's limits: what each becomes, and what has to be left out.
import {
  type APIButtonComponent,
  type APISelectMenuOption,
  type APIStringSelectComponent,
  ButtonStyle,
  ComponentType,
} from 'discord-api-types/v10';
import type { Block, Button, LinkButton, Select, SelectOption } from '../message.ts';
import { encodeCustomId, encodeMenuId } from './custom-id.ts';
import { LIMITS, labelOf } from './limits.ts';
import { escapeText, webAddress } from './markdown.ts';

/** One row of the message. A menu is a row of buttons in the form of a select, which counts as two components only. */
export type Row =
  | { type: 'buttons'; items: (Button | LinkButton)[] }
  | { type: 'menu'; items: Button[] }
  | { type: 'select'; select: Select };
export type Controls = {
  rows: Row[];
  /** Links that can be no button, as Discord's Markdown. */
  links: string[];
  /** In words: what was left out or shortened. */
  lost: string[];
  /** In words: only what is not there at all. */
  missing: string[];
};

/** Room for the mark that makes a repeated action unique: `#12!`. */
const REPEAT_ROOM = 5;
const NO_LABEL = '…';

/** Options that Discord takes: those with a usable value, the chosen ones before the others where there are too many. */
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

/** Options in Discord's form; at most `max` of them are chosen beforehand. */
export const selectOptions = (options: readonly SelectOption[], max: number): APISelectMenuOption[] => {
  let chosen = 0;
  return options.map(({ label, value, description, selected }) => {
    const shownDescription = description === undefined ? '' : labelOf(description, LIMITS.option);
    if (selected) chosen += 1;
    return {
      label: labelOf(label, LIMITS.option) || labelOf(value, LIMITS.option) || NO_LABEL,
      value,
      ...(shownDescription !== '' && { description: shownDescription }),
      ...(selected && chosen <= max && { default: true }),
    };
  });
};

/** How many may be chosen: `min` and `max` made to fit each other and the number of options. */
export const selectRange = (
  { min = 1, max = 1 }: Pick<Select, 'min' | 'max'>,
  count: number,
): { min_values: number; max_values: number } => {
  const most = Math.min(Math.max(1, Math.floor(max) || 1), count);
  return { min_values: Math.min(Math.max(0, Math.floor(min) || 0), most), max_values: most };
};

const rowsOf = (buttons: readonly (Button | LinkButton)[]): Row[] => {
  const rows: Row[] = [];
  for (let at = 0; at < buttons.length; at += LIMITS.buttonsInRow)
    rows.push({ type: 'buttons', items: buttons.slice(at, at + LIMITS.buttonsInRow) });
  return rows;
};

const linkText = ({ label, url }: LinkButton): string => {
  const address = webAddress(url);
  return `${escapeText(labelOf(label, LIMITS.buttonLabel))}: ${address === undefined ? escapeText(url) : `<${address}>`}`;
};

/**
 * The rows of an actions block, at most five buttons in each, every select in its own. `seen` are the actions that the message has
 * already; this block's are added.
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
      action.length <= LIMITS.customId - (seen.has(action) || /^[@#!]/.test(action) ? REPEAT_ROOM : 0);
    if (isUsable) seen.add(action);
    return isUsable;
  };
  let buttons: (Button | LinkButton)[] = [];
  const endRow = (): void => {
    controls.rows.push(...rowsOf(buttons));
    buttons = [];
  };
  for (const item of items) {
    if (item.type === 'select') {
      endRow();
      const options = usableOptions(item.options);
      const placeholder = labelOf(item.placeholder, 60);
      const gone = item.options.length - options.length;
      if (options.length === 0 || !fits(item.action)) leaveOut(`the menu “${placeholder}”`);
      else {
        if (gone > 0) leaveOut(`${gone} of ${item.options.length} choices of the menu “${placeholder}”`);
        controls.rows.push({ type: 'select', select: { ...item, options } });
        const cut = options.filter(
          ({ label, description = '' }) => label.length > LIMITS.option || description.length > LIMITS.option,
        );
        if (cut.length > 0 || item.placeholder.length > LIMITS.selectPlaceholder)
          controls.lost.push(`long labels of the menu “${placeholder}”`);
      }
    } else if (item.type === 'link') {
      const address = webAddress(item.url);
      if (address === undefined || address.length > LIMITS.url) controls.links.push(linkText(item));
      else buttons.push({ ...item, url: address });
    } else if (fits(item.action)) buttons.push(item);
    else leaveOut(`the button “${labelOf(item.label, 40)}”`);
    if (item.type !== 'select' && item.label.length > LIMITS.buttonLabel) controls.lost.push('a long button label');
  }
  endRow();
  return controls;
};

const STYLES = { primary: ButtonStyle.Primary, secondary: ButtonStyle.Secondary, danger: ButtonStyle.Danger } as const;

/** How actions become custom ids, each of them once in a message. */
export type Ids = { action(action: string): string; menu(): string };
export const createIds = (communityId: string | undefined): Ids => {
  const times = new Map<string, number>();
  let menus = 0;
  return {
    action: action => {
      const occurrence = (times.get(action) ?? 0) + 1;
      times.set(action, occurrence);
      return encodeCustomId(action, { communityId, occurrence });
    },
    menu: () => {
      menus += 1;
      return encodeMenuId(menus, communityId);
    },
  };
};

export const buttonComponent = (item: Button | LinkButton, ids: Ids): APIButtonComponent => {
  const label = labelOf(item.label, LIMITS.buttonLabel) || NO_LABEL;
  return item.type === 'link'
    ? { type: ComponentType.Button, style: ButtonStyle.Link, label, url: item.url }
    : {
        type: ComponentType.Button,
        style: STYLES[item.style ?? 'secondary'],
        label,
        custom_id: ids.action(item.action),
      };
};

export const selectComponent = (select: Select, customId: string): APIStringSelectComponent => {
  const range = selectRange(select, select.options.length);
  const placeholder = labelOf(select.placeholder, LIMITS.selectPlaceholder);
  return {
    type: ComponentType.StringSelect,
    custom_id: customId,
    ...(placeholder !== '' && { placeholder }),
    ...range,
    options: selectOptions(select.options, range.max_values),
  };
};

/** A row of buttons as a select whose values are their actions. */
export const menuComponent = (items: readonly Button[], ids: Ids): APIStringSelectComponent =>
  selectComponent(
    {
      type: 'select',
      action: '',
      placeholder: items.map(({ label }) => label).join(' · '),
      options: items.map(({ label, action }) => ({ label, value: action })),
    },
    ids.menu(),
  );
