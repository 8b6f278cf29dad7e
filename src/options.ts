// Turns what a platform or a member gave for a command's options into checked values, or says what is wrong with them.
import { cleanText } from './clean-text.ts';
import type { Choice, OptionSpec, OptionSpecs, RawOptions } from './command.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { UserError } from './errors.ts';
import { didYouMean, nearest, quote } from './nearest.ts';

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

const matchChoice = (name: string, text: string, choices: readonly Choice[], { many }: OptionSpec): string => {
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
  const one = many ? name.replace(/s$/, '') : name;
  throw new UserError(
    'unknown_choice',
    `${quote(text)} is no ${one} that I know.${hint} You can choose from: ${choices.map(choiceName).join(', ')}.`,
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

const toInteger = (name: string, raw: OneRaw, { min, max }: OptionSpec): number => {
  const number = typeof raw === 'number' ? raw : /^[+-]?\d{1,15}$/.test(String(raw).trim()) ? Number(raw) : Number.NaN;
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
  if (choices) return matchChoice(name, toText(name, raw, spec), choices, spec);
  switch (spec.type) {
    case 'boolean':
      return toBoolean(name, raw);
    case 'integer':
      return toInteger(name, raw, spec);
    case 'channel':
      return toChannel(name, raw);
    case 'string':
      return toText(name, raw, spec);
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

/**
 * The values for a handler and the names of required options that are missing. Throws a UserError for the first value
 * that does not fit its spec; unknown names are refused with the nearest known one.
 */
export const resolveOptions = (
  specs: OptionSpecs,
  raw: RawOptions,
  curriculum: Curriculum,
): { values: Record<string, unknown>; missing: string[] } => {
  const values: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(raw)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) {
      const known = Object.keys(specs);
      const takes = known.length > 0 ? ` It takes: ${known.join(', ')}.` : ' It takes none.';
      throw new UserError(
        'unknown_option',
        `There is no option ${quote(name)} here.${didYouMean(name, known)}${takes}`,
      );
    }
    if (given === '' || (Array.isArray(given) && given.length === 0)) continue;
    const parts = spec.many ? partsOf(name, given, spec, curriculum) : [Array.isArray(given) ? given[0] : given];
    const checked = parts.flatMap(part =>
      part === undefined || isBlank(part) ? [] : [toValue(name, part, spec, curriculum)],
    );
    if (checked.length > 0) values[name] = spec.many ? [...new Set(checked)] : checked[0];
  }
  const missing = Object.entries(specs).flatMap(([name, spec]) =>
    spec.required && values[name] === undefined ? [name] : [],
  );
  return { values, missing };
};
