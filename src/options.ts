// Turns what a platform or a member gave for a command's options into checked values, or says what is wrong with them.
import { cleanText } from './clean-text.ts';
import type { Choice, OptionSpec, OptionSpecs, RawOptions } from './command.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { UserError } from './errors.ts';
import { nearest, quote } from './nearest.ts';

type OneRaw = string | number | boolean;

/** The longest text an option takes unless its spec says otherwise. */
const TEXT_LIMIT = 200;
/** The closed list of an option, where it has one. */
export const choicesOf = (spec: OptionSpec, curriculum: Curriculum): readonly Choice[] | undefined =>
  typeof spec.choices === 'function' ? spec.choices(curriculum) : spec.choices;

/** Letters and digits in lower case: `⚙️ Engineering Track` and `engineering track` are the same. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** A choice by what people see, and by its id where that is something else: `⚙️ Engineering Track (engineering)`. Both are accepted. */
export const choiceName = ({ label, value }: Choice): string =>
  plain(label) === plain(value) ? label : `${label} (${value})`;

/** The choice with this value or label, in any case. */
export const findChoice = (text: string, choices: readonly Choice[]): Choice | undefined => {
  const wanted = plain(text);
  return choices.find(choice => plain(choice.value) === wanted || plain(choice.label) === wanted);
};

const matchChoice = (name: string, text: string, choices: readonly Choice[]): string => {
  const match = findChoice(text, choices);
  if (match) return match.value;
  const near =
    nearest(
      text,
      choices.map(({ value }) => value),
    ) ??
    nearest(
      text,
      choices.map(({ label }) => plain(label)),
    );
  const meant = near === undefined ? undefined : findChoice(near, choices);
  const hint = meant ? ` Did you mean ${choiceName(meant)}?` : '';
  throw new UserError(
    'unknown_choice',
    `${quote(text)} is no choice for ${name}.${hint} You can choose from: ${choices.map(choiceName).join(', ')}.`,
  );
};

/** A text of nothing that can be seen counts as not given. */
const isBlank = (raw: OneRaw): boolean =>
  typeof raw === 'string' && cleanText(raw).replaceAll(/[\u200c\u200d]/g, '') === '';

const YES = ['yes', 'y', 'on', 'true', '1'];
const NO = ['no', 'n', 'off', 'false', '0'];

const toBoolean = (name: string, raw: OneRaw): boolean => {
  if (typeof raw === 'boolean') return raw;
  const word = String(raw).trim().toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  throw new UserError('not_yes_or_no', `${name} takes yes or no, not ${quote(String(raw))}.`);
};

const HOURS = /(?<=\d)\s*(?:h|hrs?|hours?)$/i;

const toInteger = (name: string, raw: OneRaw, { min, max, unit }: OptionSpec): number => {
  const digits = unit === undefined ? String(raw).trim() : String(raw).trim().replace(HOURS, '');
  const number = typeof raw === 'number' ? raw : /^[+-]?\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  const range = min !== undefined && max !== undefined ? ` from ${min} to ${max}` : '';
  if (!Number.isSafeInteger(number) || (min !== undefined && number < min) || (max !== undefined && number > max)) {
    throw new UserError('not_a_number', `${name} takes a whole number${range}, not ${quote(String(raw))}.`);
  }
  return number;
};

const toText = (name: string, raw: OneRaw, { max = TEXT_LIMIT }: OptionSpec): string => {
  const value = cleanText(String(raw));
  if (value.length > max) {
    throw new UserError(
      'too_long',
      `${name} takes at most ${max} characters; yours has ${value.length}. Please shorten it.`,
    );
  }
  return value;
};

const toChannel = (name: string, raw: OneRaw): string => {
  const text = toText(name, raw, { type: 'channel', description: '' });
  return /^<#([^|>]+)(?:\|[^>]*)?>$/.exec(text)?.[1] ?? text.replace(/^#/, '');
};

const toValue = (name: string, raw: OneRaw, spec: OptionSpec, curriculum: Curriculum): string | number | boolean => {
  const choices = choicesOf(spec, curriculum);
  if (choices) return matchChoice(name, toText(name, raw, spec), choices);
  switch (spec.type) {
    case 'boolean':
      return toBoolean(name, raw);
    case 'integer':
      return toInteger(name, raw, spec);
    case 'channel':
      return toChannel(name, raw);
    case 'string': {
      const value = toText(name, raw, spec);
      spec.check?.(value);
      return value;
    }
    default:
      return spec.type satisfies never;
  }
};

/** The parts of a value that may be many: split at commas, or at blanks where a choice has none. */
const partsOf = (
  name: string,
  raw: OneRaw | readonly string[],
  spec: OptionSpec,
  curriculum: Curriculum,
): readonly OneRaw[] => {
  if (Array.isArray(raw)) return raw;
  const text = toText(name, raw as OneRaw, { ...spec, max: 2000 });
  const byComma = text.split(',').map(part => part.trim());
  const known = new Set(choicesOf(spec, curriculum)?.flatMap(choice => [plain(choice.value), plain(choice.label)]));
  return byComma.filter(Boolean).flatMap(part => (known.has(plain(part)) ? [part] : part.split(/\s+/)));
};

/** What was read of options; of a wrong option with several values, `values` has those that fit. */
export type ReadOptions = {
  values: Record<string, unknown>;
  /** The required ones of which nothing was given. */
  missing: string[];
  /** Why an option is refused, by its name, also where there is no such option. */
  wrong: ReadonlyMap<string, UserError>;
};

/** What `read` answers, or the UserError that it throws. */
const orRefusal = <V>(read: () => V): V | UserError => {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
};

/** Which of the options somebody meant by a name that is none: the nearest, or one that it is a part of, such as `day` of `weekday`. */
export const meantOption = (name: string, options: readonly string[]): string | undefined =>
  nearest(name, options) ?? (name.length > 2 ? options.find(option => option.includes(name.toLowerCase())) : undefined);

const noSuchOption = (name: string, specs: OptionSpecs): UserError => {
  const known = Object.keys(specs);
  const meant = meantOption(name, known);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  const takes = known.length > 0 ? ` It takes: ${known.join(', ')}.` : ' It takes none.';
  return new UserError('unknown_option', `There is no option ${quote(name)} here.${hint}${takes}`);
};

/** Reads every option, whatever is wrong with the others. Never throws a UserError. */
export const readOptions = (specs: OptionSpecs, raw: RawOptions, curriculum: Curriculum): ReadOptions => {
  const values: Record<string, unknown> = {};
  const wrong = new Map<string, UserError>();
  for (const [name, given] of Object.entries(raw)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) {
      wrong.set(name, noSuchOption(name, specs));
      continue;
    }
    if (given === '' || (Array.isArray(given) && given.length === 0)) continue;
    const parts = spec.many
      ? orRefusal(() => partsOf(name, given, spec, curriculum))
      : [Array.isArray(given) ? given[0] : given];
    if (parts instanceof UserError) {
      wrong.set(name, parts);
      continue;
    }
    const read = parts.flatMap(part =>
      part === undefined || isBlank(part) ? [] : [orRefusal(() => toValue(name, part, spec, curriculum))],
    );
    const refused = read.find(value => value instanceof UserError);
    if (refused) wrong.set(name, refused);
    const checked = read.filter(value => !(value instanceof UserError));
    if (checked.length > 0) values[name] = spec.many ? [...new Set(checked)] : checked[0];
  }
  const missing = Object.entries(specs).flatMap(([name, spec]) =>
    spec.required && values[name] === undefined && !wrong.has(name) ? [name] : [],
  );
  return { values, missing, wrong };
};

/** The code of a UserError with several messages, one on each line. */
export const SEVERAL_WRONG = 'several_wrong';

/**
 * The values for a handler and the names of required options that are missing. Throws a UserError that names every value that does
 * not fit its spec; unknown names are refused with the nearest known one.
 */
export const resolveOptions = (
  specs: OptionSpecs,
  raw: RawOptions,
  curriculum: Curriculum,
): Pick<ReadOptions, 'values' | 'missing'> => {
  const { values, missing, wrong } = readOptions(specs, raw, curriculum);
  const [refused, ...others] = wrong.values();
  if (refused && others.length === 0) throw refused;
  if (refused)
    throw new UserError(SEVERAL_WRONG, [refused, ...others].map(({ message }) => cleanText(message)).join('\n'));
  return { values, missing };
};
