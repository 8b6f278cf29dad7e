// The form for a command's options: it asks for those that are missing, and gives back those of a command that was refused.
import { randomUUID } from 'node:crypto';
import { cleanText, shorten } from './clean-text.ts';
import {
  type Choice,
  type Command,
  type Context,
  encodeAction,
  type ModalFields,
  mayUse,
  type OptionSpec,
  type OptionSpecs,
  type RawOptions,
  type Reply,
  type Subcommand,
} from './command.ts';
import { parseCommandText, suggestValues } from './command-text.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { UserError } from './errors.ts';
import { markdownOf } from './markdown.ts';
import { actions, type Block, button, type ModalField, quiet } from './message.ts';
import { choicesOf, meantOption, type ReadOptions, readOptions } from './options.ts';
import { keepValue, keptValue } from './storage/kept-values.ts';

/** The reserved action of the form, and of the button that opens it again: `track/options/select`. */
export const OPTIONS_FORM = 'options';

const FORM_FIELDS = 5;
const TEXT_FIELD_LIMIT = 200;
/** Values of one option that a form lets one choose. */
const MANY = 25;

/** What type-ahead calls a value that was given; the value itself where it does not know it. */
const suggestedChoice = async (
  subcommand: Subcommand,
  option: string,
  value: string,
  context: Context,
): Promise<Choice> => {
  const suggestions = value === '' ? [] : await suggestValues(subcommand, option, value, context);
  const label = suggestions.find(suggestion => suggestion.value === value)?.label ?? value;
  return { label, value };
};

/** `weekly-hours` as `Weekly hours`, where the option has no words of its own. */
const labelOf = (name: string, { label }: OptionSpec): string =>
  label ?? `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll(/[-_]/g, ' ')}`;

const isGiven = (value: RawOptions[string] | undefined): boolean =>
  value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);

type Shown = { names: string[]; read: ReadOptions; fitsAll: boolean };

/**
 * The options that a form has fields for, five at most: those that are wrong in front, then in their order the required ones, those
 * that were given, and those that a form asks for. `fitsAll` where none of them is wrong or missing without a field.
 */
const shownIn = (specs: OptionSpecs, given: RawOptions, curriculum: Curriculum): Shown => {
  const read = readOptions(specs, given, curriculum);
  const such = (is: (spec: OptionSpec, name: string) => boolean): string[] =>
    Object.entries(specs).flatMap(([name, spec]) => (is(spec, name) ? [name] : []));
  const wrong = such((_, name) => read.wrong.has(name));
  const byNeed = [
    ...wrong,
    ...such(spec => spec.required ?? false),
    ...such((_, name) => isGiven(given[name])),
    // What a channel is taken to be otherwise shows in its field.
    ...such(({ type }) => type === 'channel'),
    ...such(({ asked }) => asked ?? false),
  ];
  const shown = new Set([...new Set(byNeed)].slice(0, FORM_FIELDS));
  return {
    names: [...wrong, ...such((_, name) => !wrong.includes(name))].filter(name => shown.has(name)),
    read,
    fitsAll: [...wrong, ...read.missing].every(name => shown.has(name)),
  };
};

/** Options by the names that the command knows: one that is almost right counts as what it was meant to be. */
const knownOptions = (specs: OptionSpecs, given: RawOptions): RawOptions => {
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(specs, name));
  const free = Object.keys(specs).filter(name => !isGiven(given[name]));
  const meant = Object.entries(given).flatMap(([name, value]): [string, RawOptions[string]][] => {
    const near = Object.hasOwn(specs, name) ? undefined : meantOption(name, free);
    return near === undefined ? [] : [[near, value]];
  });
  return Object.fromEntries([...meant, ...known.filter(([, value]) => isGiven(value))]);
};

const KEPT_MS = 24 * 60 * 60 * 1000;
/** One that somebody made up finds nothing that another member typed. */
const keptName = ({ community, member }: Context, id: string): string => `options ${community.id} ${member.id} ${id}`;

const keepOptions = async (given: RawOptions, context: Context): Promise<string> => {
  const { db, now } = context;
  const id = randomUUID().slice(0, 8);
  await keepValue(db, keptName(context, id), JSON.stringify(given), new Date(now.getTime() + KEPT_MS), now);
  return id;
};

const keptOptions = async (id: string, context: Context): Promise<RawOptions> => {
  const kept = /^[0-9a-f]{8}$/.test(id) ? await keptValue(context.db, keptName(context, id), context.now) : undefined;
  if (kept !== undefined) return JSON.parse(kept) as RawOptions;
  throw new UserError(
    'outdated',
    'This belongs to an older message that no longer works: what you typed is kept for a day. Please type the command again.',
  );
};

/** The value of a form's or button's id: the subcommand, and where options are kept, `set:1a2b3c4d`. */
const withKept = (name: string, kept: string | undefined): string => (kept === undefined ? name : `${name}:${kept}`);
const splitKept = (value: string): [name: string, kept: string | undefined] => {
  const [name = '', kept] = value.split(':');
  return [name, kept];
};

/**
 * A form for what a command was given, as it was given, and for what it still needs. What has no field is kept with the form for a day.
 */
export const optionsForm = async (
  command: Command,
  name: string,
  given: RawOptions,
  context: Context,
): Promise<Reply> => {
  const { curriculum } = context;
  const subcommand = command.subcommands[name];
  const specs = subcommand?.options ?? {};
  const {
    names,
    read: { values },
  } = shownIn(specs, given, curriculum);
  const fieldOf = async (option: string, spec: OptionSpec): Promise<ModalField> => {
    const chosen = [values[option] ?? []]
      .flat()
      .map(value => (value === true ? 'yes' : value === false ? 'no' : String(value)));
    const choices = formChoices(spec, curriculum);
    const base = {
      name: option,
      label: labelOf(option, spec),
      description: spec.description,
      required: spec.required ?? false,
    };
    if (choices) {
      const description = spec.inForm ?? spec.description;
      const options = choices.map(choice => ({ ...choice, selected: chosen.includes(choice.value) }));
      return { ...base, description, type: 'select', options, max: spec.many ? choices.length : 1 };
    }
    const value = given[option] === undefined ? undefined : String(given[option]);
    const longest = spec.type === 'string' && spec.max !== undefined ? spec.max : TEXT_FIELD_LIMIT;
    // What is too long is there to be shortened, not cut.
    const typed = { ...base, maxLength: Math.max(longest, value?.length ?? 0), ...(value !== undefined && { value }) };
    if (spec.type === 'channel') return { ...typed, type: 'channel' };
    if (!subcommand?.autocomplete?.[option]) return { ...typed, type: 'text' };
    const known = await Promise.all(chosen.map(one => suggestedChoice(subcommand, option, one, context)));
    return {
      ...typed,
      type: 'text',
      suggest: { command: command.name, subcommand: name, option },
      ...(known.length > 0 && { options: known }),
      ...(spec.many && { max: MANY }),
    };
  };
  const fields = await Promise.all(
    names.flatMap(option => {
      const spec = specs[option];
      return spec ? [fieldOf(option, spec)] : [];
    }),
  );
  const isKept = Object.keys(given).some(option => isGiven(given[option]) && !names.includes(option));
  const id = withKept(name, isKept ? await keepOptions(given, context) : undefined);
  const title = `/${command.name}${name ? ` ${name}` : ''}`;
  return {
    type: 'modal',
    modal: { id: encodeAction(command.name, OPTIONS_FORM, id), title, submit: 'Go on', fields },
  };
};

/** The subcommand that a form is of, and its fields together with what was kept with it. Throws a UserError where that is gone. */
export const submittedOptions = async (
  { subcommands }: Command,
  value: string,
  fields: ModalFields,
  context: Context,
): Promise<{ name: string; given: RawOptions }> => {
  const [name, id] = splitKept(value);
  if (id === undefined) return { name, given: fields };
  const kept = await keptOptions(id, context);
  const specs = Object.hasOwn(subcommands, name) ? (subcommands[name]?.options ?? {}) : {};
  const { names } = shownIn(specs, kept, context.curriculum);
  const rest = Object.fromEntries(Object.entries(kept).filter(([option]) => !names.includes(option)));
  return { name, given: { ...rest, ...fields } };
};

/** The form behind the button under a refused command. Throws a UserError where it is not kept any more. */
export const changedOptions = async (command: Command, value: string, context: Context): Promise<Reply> => {
  const [name, id = ''] = splitKept(value);
  return optionsForm(command, name, await keptOptions(id, context), context);
};

/** More than a command with all its options is long; a form behind a button holds what is longer. */
const LINE_LIMIT = 300;
/** A channel as Slack writes it, the way people do. */
const asTyped = (line: string): string => line.replaceAll(/<#[^|<>]+\|([^<>]+)>/g, '#$1');

/** What follows the refusal of a typed command that had more than its name: the line as it was typed, and a button to its form. */
export const typedAgain = async (line: string, context: Context): Promise<Block[]> => {
  const { commands, curriculum, organiser } = context;
  const typed = orUndefined(() => parseCommandText(commands, line, curriculum));
  const specs = typed?.command.subcommands[typed.subcommand]?.options ?? {};
  const words = cleanText(line);
  if (typed ? Object.keys(typed.options).length === 0 : !/\s/.test(words)) return [];
  const said = quiet(
    markdownOf([
      { text: 'You typed: ', code: false },
      { text: shorten(asTyped(words), LINE_LIMIT), code: true },
    ]),
  );
  if (!typed || !mayUse(typed.command, organiser, typed.command.subcommands[typed.subcommand])) return [said];
  const given = knownOptions(specs, typed.options);
  if (Object.keys(specs).length === 0 || !shownIn(specs, given, curriculum).fitsAll) return [said];
  const id = withKept(typed.subcommand, await keepOptions(given, context));
  return [said, actions(button('Change it', encodeAction(typed.command.name, OPTIONS_FORM, id), 'primary'))];
};

const orUndefined = <V>(read: () => V): V | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
};

const formChoices = (spec: OptionSpec, curriculum: Curriculum): readonly Choice[] | undefined =>
  spec.type === 'boolean' ? ['yes', 'no'].map(word => ({ label: word, value: word })) : choicesOf(spec, curriculum);
