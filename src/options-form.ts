// The form that asks for the options which a command was given without.
import { isTyped } from './cards/given-command.ts';
import {
  type Choice,
  type Command,
  type Context,
  encodeAction,
  type OptionSpec,
  type RawOptions,
  type Reply,
  type Subcommand,
} from './command.ts';
import { suggestValues, usageOf } from './command-text.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { UserError } from './errors.ts';
import type { ModalField } from './message.ts';
import { choicesOf } from './options.ts';

/** The reserved action of the form: `track/options/select`. */
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

/**
 * A form with a field for each required option and each one that was given already, as it was given. Where those are more than
 * a form can hold (five, by Discord's limit), a UserError says what is missing, so that nothing given is lost.
 */
export const optionsForm = async (
  command: Command,
  name: string,
  { given, values, missing }: { given: RawOptions; values: Readonly<Record<string, unknown>>; missing: string[] },
  context: Context,
): Promise<Reply> => {
  const { curriculum, platform } = context;
  const subcommand = command.subcommands[name];
  const specs = Object.entries(subcommand?.options ?? {});
  const asked = specs.filter(([option, spec]) => spec.required || values[option] !== undefined);
  if (asked.length > FORM_FIELDS) {
    const usage = isTyped(platform) ? ` Usage: ${usageOf(command, name)}` : '';
    throw new UserError(
      'missing_option',
      `Please add ${missing.join(' and ')} to what you gave (${Object.keys(values).join(', ')}).${usage}`,
    );
  }
  const fieldOf = async ([option, spec]: [string, OptionSpec]): Promise<ModalField> => {
    const chosen = [values[option] ?? []]
      .flat()
      .map(value => (value === true ? 'yes' : value === false ? 'no' : String(value)));
    const choices = formChoices(spec, curriculum);
    const base = { name: option, label: option, description: spec.description, required: spec.required ?? false };
    if (choices) {
      const description = spec.inForm ?? spec.description;
      const options = choices.map(choice => ({ ...choice, selected: chosen.includes(choice.value) }));
      return { ...base, description, type: 'select', options, max: spec.many ? choices.length : 1 };
    }
    const value = given[option] === undefined ? undefined : String(given[option]);
    const longest = spec.type === 'string' && spec.max !== undefined ? spec.max : TEXT_FIELD_LIMIT;
    const typed = { ...base, maxLength: longest, ...(value !== undefined && { value }) };
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
  // Where there is room, a form shows what a channel is taken to be otherwise.
  const shown = specs.filter(one => asked.includes(one) || (one[1].type === 'channel' && asked.length < FORM_FIELDS));
  const fields = await Promise.all(shown.slice(0, FORM_FIELDS).map(fieldOf));
  const title = `/${command.name}${name ? ` ${name}` : ''}`;
  return {
    type: 'modal',
    modal: { id: encodeAction(command.name, OPTIONS_FORM, name), title, submit: 'Go on', fields },
  };
};

const formChoices = (spec: OptionSpec, curriculum: Curriculum): readonly Choice[] | undefined =>
  spec.type === 'boolean' ? ['yes', 'no'].map(word => ({ label: word, value: word })) : choicesOf(spec, curriculum);
