// A command as people type it: `/track select engineering`, `/schedule set digest channel:#general time:09:00`.
import {
  type Choice,
  type Command,
  type Commands,
  type Context,
  mayUse,
  type RawOptions,
  type Subcommand,
} from './command.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { UserError } from './errors.ts';
import { didYouMean, quote } from './nearest.ts';
import { choicesOf, findChoice } from './options.ts';
import { namedOption, readTyped } from './typed-options.ts';

export type TypedCommand = { command: Command; subcommand: string; options: RawOptions; help: boolean };

type Word = { text: string; from: number; until: number };

/** Words, and "several words" in double quotes (also typographic ones), with their places; an apostrophe is a letter here. */
const placedWords = (text: string): Word[] =>
  [...text.replaceAll(/[“”„]/g, '"').matchAll(/(?:[^\s"]+|"[^"]*"?)+/g)].map(({ 0: word, index }) => ({
    text: word.replaceAll('"', ''),
    from: index,
    until: index + word.length,
  }));
const wordsOf = (text: string): string[] => placedWords(text).map(word => word.text);

/** How a subcommand is typed: `/track select <track>`; optional parts in square brackets. */
export const usageOf = (command: Command, name: string): string => {
  const options = Object.entries(command.subcommands[name]?.options ?? {});
  const parts = options.map(([option, spec]) => (spec.required ? `<${option}>` : `[${option}]`));
  return [`/${command.name}`, ...(name ? [name] : []), ...parts].join(' ');
};

/**
 * What a member typed, as command, subcommand and unchecked options; `help` where they asked for it or named no
 * subcommand. `curriculum` tells which words are tracks or roles. Throws a UserError with the nearest known name.
 */
export const parseCommandText = (commands: Commands, text: string, curriculum?: Curriculum): TypedCommand => {
  const words = wordsOf(text.trim().replace(/^\//, ''));
  if (words[0]?.toLowerCase() === 'milepost') words.shift();
  const name = words.shift()?.toLowerCase() ?? 'help';
  const command = commands.get(name);
  if (!command) {
    const hint = didYouMean(name, [...commands.keys()]);
    throw new UserError(
      'unknown_command',
      `There is no command ${quote(`/${name}`)}.${hint} /help lists all commands.`,
    );
  }
  if (words.length === 1 && words[0]?.toLowerCase() === 'help')
    return { command, subcommand: '', options: {}, help: true };
  let subcommand = '';
  if (!command.subcommands['']) {
    const typed = words.shift()?.toLowerCase() ?? command.alone;
    if (typed === undefined) return { command, subcommand, options: {}, help: true };
    if (!Object.hasOwn(command.subcommands, typed)) {
      const known = Object.keys(command.subcommands);
      throw new UserError(
        'unknown_subcommand',
        `/${name} cannot do ${quote(typed)}.${didYouMean(typed, known)} It can: ${known.join(', ')}.`,
      );
    }
    subcommand = typed;
  }
  const specs = command.subcommands[subcommand]?.options ?? {};
  // `/topics search help` looks for help; anywhere else nobody means the word as a value.
  if (words.length === 1 && words[0]?.toLowerCase() === 'help' && !Object.values(specs)[0]?.anything)
    return { command, subcommand, options: {}, help: true };
  const { options, left } = readTyped(words, specs, curriculum);
  if (left.length > 0) {
    throw new UserError(
      'too_many_words',
      `I do not know what to do with ${quote(left.join(' '))}. Usage: ${usageOf(command, subcommand)}`,
    );
  }
  return { command, subcommand, options, help: false };
};

export type Completion = { label: string; insert: string; description: string };

const startsLike = (candidate: string, typed: string): boolean =>
  candidate.toLowerCase().startsWith(typed.toLowerCase());

/** Suggestions for one option's value, from its closed list or the command's own type-ahead. At most 25. */
export const suggestValues = async (
  subcommand: Subcommand,
  option: string,
  typed: string,
  context: Context,
): Promise<Choice[]> => {
  const specs = subcommand.options ?? {};
  const spec = Object.hasOwn(specs, option) ? specs[option] : undefined;
  if (!spec) return [];
  const own = await subcommand.autocomplete?.[option]?.(typed, context);
  if (own) return own.slice(0, 25);
  const choices =
    spec.type === 'boolean'
      ? ['yes', 'no'].map(value => ({ label: value, value }))
      : (choicesOf(spec, context.curriculum) ?? []);
  if (!spec.many) return choicesLike(typed, choices).slice(0, 25);
  const { chosen, last } = splitLast(typed, part => findChoice(part, choices));
  return suggestAfter(chosen, choicesLike(last, choices));
};

const choicesLike = (typed: string, choices: readonly Choice[]): Choice[] => {
  const wanted = typed.trim().toLowerCase();
  return choices.filter(
    choice => choice.value.toLowerCase().includes(wanted) || choice.label.toLowerCase().includes(wanted),
  );
};

/** Of several values separated by commas: those that are finished, as the choices they stand for, and the one being typed. */
export const splitLast = (
  typed: string,
  find: (part: string) => Choice | undefined,
): { chosen: Choice[]; last: string } => {
  const parts = typed.split(',');
  const last = (parts.pop() ?? '').trim();
  const chosen = parts.flatMap(part => {
    const value = part.trim();
    return value === '' ? [] : [find(value) ?? { label: value, value }];
  });
  return { chosen, last };
};

/** Suggestions that each begin with what was `chosen` before, which is not offered again. At most 25. */
export const suggestAfter = (chosen: readonly Choice[], candidates: readonly Choice[]): Choice[] => {
  const joined = (part: (choice: Choice) => string, next: Choice) => [...chosen, next].map(part).join(', ');
  return candidates
    .filter(({ value }) => !chosen.some(choice => choice.value === value))
    .slice(0, 25)
    .map(next => ({
      ...next,
      // Discord shows the label and lets people type on behind it, so it must hold all of them, and no comma of its own.
      label: joined(({ label, value }) => (label.includes(',') ? value : label), next),
      value: joined(({ value }) => value, next),
    }));
};

const quoted = (value: string): string => (/\s/.test(value) ? `"${value}"` : value);

type Half = {
  /** The words that are finished. */
  words: Word[];
  /** What is being typed, and the text in front of it. */
  typed: string;
  before: string;
  text: string;
};

/** A half-typed command: the last word is being typed unless a blank follows it. */
const halfOf = (text: string): Half => {
  const words = placedWords(text);
  const last = words.at(-1)?.until === text.length ? words.pop() : undefined;
  return { words, typed: last?.text ?? '', before: text.slice(0, last?.from ?? text.length), text };
};

const completeCommand = ({ typed }: Half, { commands, organiser }: Context): Completion[] =>
  [...commands.values()]
    .filter(command => mayUse(command, organiser) && startsLike(`/${command.name}`, typed))
    .map(({ name, description }) => ({ label: `/${name}`, insert: `/${name} `, description }));

const completeSubcommand = (command: Command, { typed, before }: Half, { organiser }: Context): Completion[] =>
  Object.entries(command.subcommands)
    .filter(([name, subcommand]) => mayUse(command, organiser, subcommand) && startsLike(name, typed))
    .map(([name, { description }]) => ({ label: name, insert: `${before}${name} `, description }));

/** Values of the option that comes next and the names of those still open; `words` are those behind the subcommand. */
const completeOptions = async (subcommand: Subcommand, half: Half, context: Context): Promise<Completion[]> => {
  const { words, typed, before, text } = half;
  const specs = subcommand.options ?? {};
  const complete = async (option: string, begun: string, prefix: string, quote: (value: string) => string) => {
    const values = await suggestValues(subcommand, option, begun, context);
    // Of several values the last one is shown; commas alone keep them one word.
    const isMany = specs[option]?.many;
    return values.map(({ label, value, description = '' }) => ({
      label: isMany ? (label.split(', ').at(-1) ?? label) : label,
      insert: `${prefix}${quote(isMany ? value.replaceAll(', ', ',') : value)} `,
      description,
    }));
  };
  const named = namedOption(typed, specs);
  if (named) return complete(named.name, named.value, `${before}${named.name}:`, quoted);
  const namedWords = words.flatMap(word => namedOption(word.text, specs)?.name ?? []);
  const free = Object.keys(specs).filter(option => !namedWords.includes(option));
  const positional = words.filter(word => !namedOption(word.text, specs));
  const at = Math.min(positional.length, free.length - 1);
  const current = free[at];
  if (current === undefined) return [];
  const spec = specs[current];
  const takesRest = at === free.length - 1 && (spec?.type === 'string' || spec?.many === true);
  if (!takesRest && positional.length >= free.length) return [];
  // The last text takes all that follows, several words too: its suggestions replace them together.
  const begun = takesRest && !spec?.many ? positional.slice(at) : [];
  const [first] = begun;
  const rest = [...begun.map(word => word.text), typed].join(' ').trimStart();
  const values = await complete(
    current,
    rest,
    first ? text.slice(0, first.from) : before,
    takesRest ? value => value : quoted,
  );
  const names = free.slice(at).filter(option => !first && startsLike(option, typed));
  return [
    ...values,
    ...names.map(option => ({
      label: `${option}:`,
      insert: `${before}${option}:`,
      description: specs[option]?.description ?? '',
    })),
  ];
};

/** What may come next in a half-typed command: commands, subcommands, option names and values. At most 25. */
export const completeCommandText = async (text: string, context: Context): Promise<Completion[]> => {
  if (!text.startsWith('/')) return [];
  const half = halfOf(text);
  const [name, ...behind] = half.words;
  if (name === undefined) return completeCommand(half, context).slice(0, 25);
  const command = context.commands.get(name.text.slice(1).toLowerCase());
  if (!command || !mayUse(command, context.organiser)) return [];
  const whole = command.subcommands[''];
  const [second, ...further] = behind;
  if (!whole && second === undefined) return completeSubcommand(command, half, context).slice(0, 25);
  const key = second?.text.toLowerCase() ?? '';
  const subcommand = whole ?? (Object.hasOwn(command.subcommands, key) ? command.subcommands[key] : undefined);
  if (!subcommand || !mayUse(command, context.organiser, subcommand)) return [];
  return (await completeOptions(subcommand, { ...half, words: whole ? behind : further }, context)).slice(0, 25);
};
