// Buttons, link buttons and selects within Discord's limits: what each becomes, and what has to be left out.
import {
  type APIButtonComponent,
  type APISelectMenuOption,
  type APIStringSelectComponent,
  ButtonStyle,
  ComponentType,
} from 'discord-api-types/v10';
import type { Block, Button, LinkButton, Select, SelectOption } from '../message.ts';
import { type ControlRules, inGroups, mostChosen, optionsWithin, usableControl } from '../rendering/controls.ts';
import { labelOf } from '../rendering/cut-text.ts';
import { encodeCustomId, encodeMenuId } from './custom-id.ts';
import { LIMITS } from './limits.ts';
import { escapeText, webAddress } from './markdown.ts';

/** One row of the message. A menu is a row of buttons in the form of a select, which counts as two components only. */
export type Row =
  | { type: 'buttons'; items: (Button | LinkButton)[] }
  | { type: 'menu'; items: Button[] }
  | { type: 'select'; items: [Select] };
export type Controls = {
  rows: Row[];
  /** Links that can be no button, as Discord's Markdown. */
  links: string[];
  /** In words: what was left out or shortened. */
  lost: string[];
  /** In words: only what is not there at all. */
  missing: string[];
};

const NO_LABEL = '…';

/** Options that Discord takes: those with a usable value, the chosen ones before the others where there are too many. */
export const usableOptions = (options: readonly SelectOption[]): SelectOption[] => optionsWithin(options, LIMITS);

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
  const most = mostChosen(max, count);
  return { min_values: Math.min(Math.max(0, Math.floor(min) || 0), most), max_values: most };
};

const linkText = ({ label, url }: LinkButton): string => {
  const address = webAddress(url);
  return `${escapeText(labelOf(label, LIMITS.buttonLabel))}: ${address === undefined ? escapeText(url) : `<${address}>`}`;
};

const RULES: ControlRules = {
  limits: { ...LIMITS, actionId: LIMITS.customId, placeholder: LIMITS.selectPlaceholder },
  marked: /^[@#!]/,
  // `#12!`
  markRoom: 5,
  webAddress,
  isTooLong: (label, limit) => label.length > limit,
};

/**
 * The rows of an actions block, at most five buttons in each, every select in its own. `seen` are the actions that the message has
 * already; this block's are added.
 */
export const controlsOf = ({ items }: Extract<Block, { type: 'actions' }>, seen: Set<string>): Controls => {
  const controls: Controls = { rows: [], links: [], lost: [], missing: [] };
  let buttons: (Button | LinkButton)[] = [];
  const endRow = (): void => {
    controls.rows.push(...inGroups(buttons, LIMITS.buttonsInRow).map((row): Row => ({ type: 'buttons', items: row })));
    buttons = [];
  };
  for (const item of items) {
    if (item.type === 'select') endRow();
    const { usable, link, lost, missing } = usableControl(item, seen, RULES);
    controls.lost.push(...lost);
    controls.missing.push(...missing);
    if (link) controls.links.push(linkText(link));
    if (usable?.type === 'select') controls.rows.push({ type: 'select', items: [usable] });
    else if (usable) buttons.push(usable);
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
