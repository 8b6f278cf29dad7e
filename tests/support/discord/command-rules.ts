// Discord's rules for application commands, and how it stores and shows them.
import { refuseForm } from './api-error.ts';
import { at, type Form, isObject, type Json, startForm } from './form.ts';
import type { RegisteredCommand, World } from './world.ts';

const SUBCOMMAND = 1;
const SUBCOMMAND_GROUP = 2;
const STRING = 3;
const INTEGER = 4;
const CHANNEL = 7;
const NUMBER = 10;
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const MAX_CHARACTERS = 8000;

const checkName = (form: Form, path: string, name: unknown): void => {
  if (typeof name === 'string' && NAME.test(name) && name === name.toLowerCase()) return;
  form.add(path, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
};

const checkChoices = (form: Form, path: string, option: Json): void => {
  const seen = new Set<unknown>();
  for (const [index, choice] of form.list(path, option.choices, 0, 25).entries()) {
    const where = at(path, index);
    if (!isObject(choice)) continue;
    form.text(at(where, 'name'), choice.name, 1, 100);
    if (option.type === STRING) form.text(at(where, 'value'), choice.value, 1, 100);
    else if (option.type === INTEGER) form.whole(at(where, 'value'), choice.value, -(2 ** 53), 2 ** 53);
    if (seen.has(choice.name)) {
      const message = 'Option choice names must be unique.';
      form.add(at(where, 'name'), 'APPLICATION_COMMAND_OPTIONS_CHOICES_NAME_NOT_UNIQUE', message);
    }
    seen.add(choice.name);
  }
};

const checkOptions = (form: Form, path: string, options: unknown, depth: number): void => {
  const names = new Set<unknown>();
  let seenOptional = false;
  let kinds = 0;
  const list = form.list(path, options, 0, 25);
  for (const [index, option] of list.entries()) {
    const where = at(path, index);
    if (!isObject(option)) {
      form.add(where, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
      continue;
    }
    checkName(form, at(where, 'name'), option.name);
    form.text(at(where, 'description'), option.description, 1, 100);
    if (names.has(option.name))
      form.add(at(where, 'name'), 'APPLICATION_COMMAND_OPTIONS_NAME_INVALID', 'Option names must be unique.');
    names.add(option.name);
    if (!form.whole(at(where, 'type'), option.type, 1, 11)) continue;
    const { type } = option;
    if (type === SUBCOMMAND || type === SUBCOMMAND_GROUP) {
      kinds += 1;
      if (depth > (type === SUBCOMMAND ? 1 : 0))
        form.add(at(where, 'type'), 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Sub-command option types are invalid');
      checkOptions(form, at(where, 'options'), option.options, type === SUBCOMMAND ? 2 : 1);
      continue;
    }
    if (option.required === true && seenOptional) {
      const message = 'Required options must be placed before non-required options';
      form.add(where, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', message);
    }
    if (option.required !== true) seenOptional = true;
    const hasChoices = Array.isArray(option.choices) && option.choices.length > 0;
    if (option.autocomplete === true && (hasChoices || ![STRING, INTEGER, NUMBER].includes(type)))
      form.add(
        at(where, 'autocomplete'),
        'BASE_TYPE_CHOICES',
        'Autocomplete is not possible here or together with choices',
      );
    if (hasChoices && ![STRING, INTEGER, NUMBER].includes(type))
      form.add(at(where, 'choices'), 'BASE_TYPE_CHOICES', 'This type of option has no choices');
    checkChoices(form, at(where, 'choices'), option);
    if (type === STRING) {
      form.optionalWhole(at(where, 'min_length'), option.min_length, 0, 6000);
      form.optionalWhole(at(where, 'max_length'), option.max_length, 1, 6000);
    }
    if (type === INTEGER) {
      form.optionalWhole(at(where, 'min_value'), option.min_value, -(2 ** 53), 2 ** 53);
      form.optionalWhole(at(where, 'max_value'), option.max_value, -(2 ** 53), 2 ** 53);
    }
    if (type === CHANNEL) form.list(at(where, 'channel_types'), option.channel_types, 0, 20);
  }
  if (kinds > 0 && kinds < list.length) {
    const message = 'Sub-commands and other options cannot stand side by side';
    form.add(path, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', message);
  }
};

/** All names, descriptions and string values of a command, in characters. */
const charactersOf = (node: unknown): number => {
  if (!isObject(node)) return 0;
  const own = [node.name, node.description, node.value].reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : 0),
    0,
  );
  const inner = [node.options, node.choices].flatMap(list => (Array.isArray(list) ? list : []));
  return own + inner.reduce<number>((sum, one) => sum + charactersOf(one), 0);
};

const checkCommand = (form: Form, path: string, command: unknown): void => {
  if (!isObject(command)) {
    form.add(path, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
    return;
  }
  const type = command.type ?? 1;
  if (type === 1) {
    checkName(form, at(path, 'name'), command.name);
    form.text(at(path, 'description'), command.description, 1, 100);
  } else form.text(at(path, 'name'), command.name, 1, 32);
  const { default_member_permissions: permissions } = command;
  if (permissions !== undefined && permissions !== null && !/^\d{1,20}$/.test(String(permissions)))
    form.add(at(path, 'default_member_permissions'), 'NUMBER_TYPE_COERCE', 'Value is not a bit set.');
  else if (typeof permissions === 'number')
    form.add(at(path, 'default_member_permissions'), 'STRING_TYPE_CONVERT', 'Must be a string.');
  for (const [key, most] of [['contexts', 2] as const, ['integration_types', 1] as const]) {
    for (const [index, value] of form.list(at(path, key), command[key], 0, most + 1).entries())
      form.whole(`${at(path, key)}.${index}`, value, 0, most);
  }
  checkOptions(form, at(path, 'options'), command.options, 0);
  const characters = charactersOf(command);
  if (characters > MAX_CHARACTERS) {
    const message = `Command exceeds maximum size (${characters} of ${MAX_CHARACTERS}).`;
    form.add(path, 'APPLICATION_COMMAND_TOO_LARGE', message);
  }
};

/** Throws what Discord answers to a list of commands, or to one when `single`. */
export const checkCommands = (body: unknown, { single = false } = {}): void => {
  const form = startForm();
  if (single) checkCommand(form, '', body);
  else {
    const list = form.list('', body, 0, 130);
    const names = new Set<string>();
    for (const [index, command] of list.entries()) {
      checkCommand(form, String(index), command);
      const key = isObject(command) ? `${command.type ?? 1} ${command.name}` : String(index);
      if (names.has(key)) {
        const message = 'Application command names must be unique';
        form.add(`${index}.name`, 'APPLICATION_COMMANDS_DUPLICATE_NAME', message);
      }
      names.add(key);
    }
    if (list.filter(one => isObject(one) && (one.type ?? 1) === 1).length > 100)
      form.add('', 'APPLICATION_COMMAND_TOO_MANY', 'Maximum number of application commands reached (100).');
  }
  refuseForm(form.problems);
};

/** Options as they come back: what is false or empty anyway is left out, channel types are sorted. */
const storedOptions = (options: unknown): Json[] =>
  (Array.isArray(options) ? options : []).filter(isObject).map(option => {
    const { required, autocomplete, choices, channel_types: types, options: inner, ...rest } = option;
    return {
      ...rest,
      ...(required === true && { required }),
      ...(autocomplete === true && { autocomplete }),
      ...(Array.isArray(choices) && choices.length > 0 && { choices }),
      ...(Array.isArray(types) && types.length > 0 && { channel_types: [...types].sort((a, b) => a - b) }),
      ...(Array.isArray(inner) && inner.length > 0 && { options: storedOptions(inner) }),
    };
  });

/** A command as Discord keeps it; `before` is the one of the same name, whose id stays. */
export const storeCommand = (
  world: World,
  body: Json,
  guildId?: string,
  before?: RegisteredCommand,
): RegisteredCommand => {
  const type = Number(body.type ?? 1);
  return {
    id: before?.id ?? world.nextId(),
    application_id: world.application.id,
    version: world.nextId(),
    default_member_permissions: body.default_member_permissions ?? null,
    type,
    name: String(body.name),
    name_localizations: body.name_localizations ?? null,
    description: type === 1 ? String(body.description) : '',
    description_localizations: body.description_localizations ?? null,
    // Where a command may be used is kept for global ones only: one server's commands are in that server anyway.
    ...(guildId === undefined
      ? {
          dm_permission: body.dm_permission ?? true,
          contexts: body.contexts ?? null,
          integration_types: body.integration_types ?? [0],
        }
      : { guild_id: guildId, contexts: null, integration_types: [0] }),
    options: storedOptions(body.options),
    nsfw: body.nsfw ?? false,
  };
};
