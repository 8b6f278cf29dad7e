// The options of a typed command: which of its words are the value of which option.
import type { OptionSpec, OptionSpecs, RawOptions } from './command.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { meantOption, readOptions } from './options.ts';

type Named = { name: string; value: string };

const nameAndValue = (word: string): Named | undefined => {
  const match = /^([a-z][a-z0-9_-]*)[:=](.*)$/is.exec(word);
  return match ? { name: match[1]?.toLowerCase() ?? '', value: match[2] ?? '' } : undefined;
};

/** `name:value` or `name=value`, where `name` is an option of the command. */
export const namedOption = (word: string, specs: OptionSpecs): Named | undefined => {
  const named = nameAndValue(word);
  return named && Object.hasOwn(specs, named.name) ? named : undefined;
};

const takesAnyText = ({ type, choices, check }: OptionSpec): boolean => type === 'string' && !choices && !check;

/** `name:value` where `name` was meant to be an option: it is almost one, or the command takes no text that could look so. */
const misnamedOption = (word: string, specs: OptionSpecs): Named | undefined => {
  const named = nameAndValue(word);
  const all = Object.values(specs);
  if (!named || Object.hasOwn(specs, named.name) || /^(?:\/\/|\s)/.test(named.value) || all.length === 0)
    return undefined;
  if (all.some(({ anything }) => anything)) return undefined;
  return !all.some(takesAnyText) || meantOption(named.name, Object.keys(specs)) !== undefined ? named : undefined;
};

/** The value with the words that follow it, where the option's values have several and it was typed without quotes. */
const withMoreWords = ({ name, value }: Named, words: string[], specs: OptionSpecs): string => {
  const { words: wanted = 1 } = specs[name] ?? {};
  const parts = value.split(/\s+/);
  while (parts.length < wanted && words[0] !== undefined && !namedOption(words[0], specs))
    parts.push(words.shift() ?? '');
  return parts.join(' ');
};

/** `6` and `hours` are one word where an option counts hours. */
const withUnits = (words: readonly string[], specs: OptionSpecs): string[] => {
  if (!Object.values(specs).some(({ unit }) => unit !== undefined)) return [...words];
  const joined: string[] = [];
  for (const word of words) {
    const number = joined.at(-1) ?? '';
    if (/^(?:h|hrs?|hours?)$/i.test(word) && /(?:^|[:=])\d+$/.test(number))
      joined[joined.length - 1] = `${number} ${word}`;
    else joined.push(word);
  }
  return joined;
};

/** As a name alone could be any word, a channel by its place is one that looks like one. */
const LIKE_A_CHANNEL = /^(?:#\S|<#|\d{15,}$|[CG][A-Z0-9]{7,}$)/;

/** Whether the word can be a value of this option; undefined where nobody can tell. */
const canBe = (spec: OptionSpec, word: string, curriculum: Curriculum | undefined): boolean | undefined => {
  if (spec.type === 'channel') return LIKE_A_CHANNEL.test(word);
  if (takesAnyText(spec) || (typeof spec.choices === 'function' && !curriculum)) return undefined;
  return readOptions({ it: spec }, { it: word }, curriculum as Curriculum).wrong.size === 0;
};

/**
 * Fills options in their order: one word each, the last one takes all that is left. A word that cannot be the value of the next option
 * goes to the first later one whose value it can be.
 */
const fillInOrder = (
  words: string[],
  free: readonly string[],
  specs: OptionSpecs,
  curriculum: Curriculum | undefined,
): Record<string, string> => {
  const filled: Record<string, string> = {};
  const open = [...free];
  const placeOf = (word: string): number => {
    const [next = '', ...later] = open;
    const spec = specs[next];
    if (!spec || canBe(spec, word, curriculum) !== false) return 0;
    const fits = later.findIndex(name => {
      const other = specs[name];
      // A channel may well be called like a track.
      if (!other || (spec.type === 'channel' && !other.check)) return false;
      return canBe(other, word, curriculum) === true;
    });
    return fits + 1;
  };
  while (open.length > 0 && words[0] !== undefined) {
    const last = open.length === 1 ? open[0] : undefined;
    const takesRest =
      last !== undefined && last === free.at(-1) && (specs[last]?.type === 'string' || specs[last]?.many);
    const [name = ''] = open.splice(takesRest ? 0 : placeOf(words[0]), 1);
    filled[name] = takesRest ? words.splice(0).join(' ') : (words.shift() ?? '');
  }
  return filled;
};

/** The options that `typed` gives by name or by their order, also by names that are no options, and the words that are left. */
export const readTyped = (
  typed: readonly string[],
  specs: OptionSpecs,
  curriculum: Curriculum | undefined,
): { options: RawOptions; left: string[] } => {
  const words = withUnits(typed, specs);
  const named: Record<string, string> = {};
  const left: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const option = namedOption(word, specs);
    const misnamed = misnamedOption(word, specs);
    if (option) named[option.name] = withMoreWords(option, words, specs);
    else if (misnamed) named[misnamed.name] = misnamed.value;
    else left.push(word);
  }
  const free = Object.keys(specs).filter(option => !Object.hasOwn(named, option));
  return { options: { ...fillInOrder(left, free, specs, curriculum), ...named }, left };
};
