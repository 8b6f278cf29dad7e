// Buttons, link buttons and selects within the limits of a platform: which of them it takes, and what has to be left out.
import type { Block, LinkButton, SelectOption } from '../message.ts';
import { labelOf } from './cut-text.ts';
import type { Control } from './pieces.ts';

/** Lengths in UTF-16 units. */
export type ControlLimits = {
  /** Of an action's id. */
  actionId: number;
  buttonLabel: number;
  url: number;
  selectOptions: number;
  /** Label, value and description of a choice. */
  option: number;
  placeholder: number;
};
type OptionLimits = Pick<ControlLimits, 'selectOptions' | 'option'>;

/** Options that the platform takes: those with a usable value, the chosen ones before the others where there are too many. */
export const optionsWithin = (
  options: readonly SelectOption[],
  { selectOptions: most, option: longest }: OptionLimits,
): SelectOption[] => {
  const seen = new Set<string>();
  const usable = options.filter(({ value }) => {
    if (value.trim() === '' || value.length > longest || !value.isWellFormed() || seen.has(value)) return false;
    seen.add(value);
    return true;
  });
  if (usable.length <= most) return usable;
  const chosen = usable.filter(({ selected }) => selected).slice(0, most);
  const kept = new Set([...chosen, ...usable.filter(({ selected }) => !selected)].slice(0, most));
  return usable.filter(option => kept.has(option));
};

/** How many of `count` options may be chosen: `max` made a whole number from 1 on. */
export const mostChosen = (max: number, count: number): number => Math.min(Math.max(1, Math.floor(max) || 1), count);

/** What a platform makes of controls. */
export type ControlRules = {
  limits: ControlLimits;
  /** Actions that look like a mark of the renderer's, and get one themselves. */
  marked: RegExp;
  /** Room for that mark, which also makes a repeated action unique. */
  markRoom: number;
  /** The address as the platform takes it, or undefined where it is none. */
  webAddress(url: string): string | undefined;
  isTooLong(label: string, limit: number): boolean;
};
export type UsableControl = {
  /** As the platform takes it; undefined where it does not. */
  usable?: Control;
  /** A link that can be no button. */
  link?: LinkButton;
  /** In words: what was left out or shortened. */
  lost: string[];
  /** In words: only what is not there at all. */
  missing: string[];
};

/** What is left of a control. `seen` are the actions that the message has already; its own is added. */
export const usableControl = (
  item: Control,
  seen: Set<string>,
  { limits, marked, markRoom, webAddress, isTooLong }: ControlRules,
): UsableControl => {
  const gone = (words: string): UsableControl => ({ lost: [words], missing: [words] });
  const fits = (action: string): boolean => {
    const isUsable =
      action.trim() !== '' &&
      action.isWellFormed() &&
      action.length <= limits.actionId - (seen.has(action) || marked.test(action) ? markRoom : 0);
    if (isUsable) seen.add(action);
    return isUsable;
  };
  if (item.type === 'select') {
    const options = optionsWithin(item.options, limits);
    const menu = `the menu “${labelOf(item.placeholder, 60)}”`;
    if (options.length === 0 || !fits(item.action)) return gone(menu);
    const left = item.options.length - options.length;
    const missing = left > 0 ? [`${left} of ${item.options.length} choices of ${menu}`] : [];
    const isCut =
      isTooLong(item.placeholder, limits.placeholder) ||
      options.some(
        ({ label, description = '' }) => isTooLong(label, limits.option) || isTooLong(description, limits.option),
      );
    return { usable: { ...item, options }, lost: [...missing, ...(isCut ? [`long labels of ${menu}`] : [])], missing };
  }
  const long = isTooLong(item.label, limits.buttonLabel) ? ['a long button label'] : [];
  if (item.type === 'link') {
    const address = webAddress(item.url);
    const isTaken = address !== undefined && address.length <= limits.url;
    return { ...(isTaken ? { usable: { ...item, url: address } } : { link: item }), lost: long, missing: [] };
  }
  if (fits(item.action)) return { usable: item, lost: long, missing: [] };
  const { lost, missing } = gone(`the button “${labelOf(item.label, 40)}”`);
  return { lost: [...lost, ...long], missing };
};

/** Topics that a button or menu of the message opens. */
export const openedTopics = (blocks: readonly Block[]): ReadonlySet<string> =>
  new Set(
    blocks.flatMap(block =>
      block.type !== 'actions'
        ? []
        : block.items.flatMap(item => {
            if (item.type === 'link') return [];
            const opened = /^topics\/read\/(.*)$/s.exec(item.action)?.[1];
            if (opened === undefined) return [];
            return item.type === 'button' ? [opened] : item.options.map(({ value }) => value);
          }),
    ),
  );

/** `items` in groups of at most `most`. */
export const inGroups = <Item>(items: readonly Item[], most: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / most) }, (_, at) => items.slice(at * most, (at + 1) * most));
