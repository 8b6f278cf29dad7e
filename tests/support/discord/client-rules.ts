// What Discord's own client refuses before anything is sent: each throws an Error that says why.

import type { OptionSpec, OptionValue, Where } from './payloads.ts';
import { ALL_PERMISSIONS, basePermissions } from './permissions.ts';
import type { Modal } from './reading.ts';
import type { Component, RegisteredCommand, World } from './world.ts';

/** The command that this person sees under that name. */
export const findCommand = (world: World, { person, guild }: Where, name: string): RegisteredCommand => {
  const own = guild ? (world.guildCommands.get(guild.id) ?? []) : [];
  const command = [...own, ...world.globalCommands].find(one => one.name === name && one.type === 1);
  if (!command) throw new Error(`/${name} is not registered`);
  if (guild && !guild.hasBot) throw new Error(`/${name} is not there: the bot is not in ${guild.name}`);
  const contexts = command.contexts as number[] | null;
  const context = guild ? 0 : 1;
  if (contexts ? !contexts.includes(context) : !guild && command.dm_permission === false)
    throw new Error(`/${name} cannot be used ${guild ? 'in servers' : 'in direct messages'}`);
  const wanted = command.default_member_permissions as string | null;
  if (wanted !== null && guild) {
    const member = guild.members.get(person.id);
    const bits = member ? basePermissions(guild, member) : 0n;
    const mayUse = wanted === '0' ? bits === ALL_PERMISSIONS : (bits & BigInt(wanted)) === BigInt(wanted);
    if (!mayUse) throw new Error(`/${name} is not shown to ${person.globalName}: permissions ${wanted} are needed`);
  }
  return command;
};

const WRONG_TYPE: Record<number, (value: OptionValue) => boolean> = {
  3: value => typeof value !== 'string',
  4: value => !Number.isInteger(value),
  5: value => typeof value !== 'boolean',
  7: value => typeof value !== 'string',
  10: value => typeof value !== 'number',
};

const checkOption = (world: World, where: Where, spec: OptionSpec, value: OptionValue): void => {
  const refuse = (why: string): never => {
    throw new Error(`option ${spec.name}: ${why}`);
  };
  if (WRONG_TYPE[spec.type]?.(value)) refuse(`${JSON.stringify(value)} is of the wrong type`);
  const { choices = [] } = spec;
  if (choices.length > 0 && !choices.some(choice => choice.value === value))
    refuse(`${value} is none of the choices ${choices.map(choice => choice.value).join(', ')}`);
  if (typeof value === 'number') {
    if (typeof spec.min_value === 'number' && value < spec.min_value) refuse(`${value} is below ${spec.min_value}`);
    if (typeof spec.max_value === 'number' && value > spec.max_value) refuse(`${value} is above ${spec.max_value}`);
  }
  if (spec.type === 3 && typeof value === 'string') {
    if (value.length < Number(spec.min_length ?? 0)) refuse(`shorter than ${spec.min_length}`);
    if (value.length > Number(spec.max_length ?? 6000)) refuse(`longer than ${spec.max_length ?? 6000}`);
  }
  if (spec.type === 7) {
    const channel = world.channels.get(String(value));
    const types = spec.channel_types as number[] | undefined;
    if (!channel || channel.guildId !== where.guild?.id) refuse(`there is no channel ${value}`);
    else if (types && !types.includes(channel.type))
      refuse(`#${channel.name} is of type ${channel.type}, not ${types.join(', ')}`);
  }
};

export const checkOptions = (
  world: World,
  where: Where,
  specs: readonly OptionSpec[],
  given: Readonly<Record<string, OptionValue>>,
): void => {
  for (const [name, value] of Object.entries(given)) {
    const spec = specs.find(one => one.name === name);
    if (!spec) throw new Error(`there is no option "${name}", only ${specs.map(one => one.name).join(', ') || 'none'}`);
    checkOption(world, where, spec, value);
  }
  for (const { name, required } of specs)
    if (required === true && given[name] === undefined) throw new Error(`option ${name} is required`);
};

type FieldValue = string | readonly string[];

const fieldsOf = (modal: Modal): { label: string; field: Component }[] =>
  modal.components.flatMap(({ label = '', component, components = [] }) =>
    component ? [{ label, field: component }] : components.map(field => ({ label: field.label ?? '', field })),
  );

const prefilled = (field: Component): FieldValue => {
  const chosen = (field.options ?? []).filter(option => option.default).map(option => option.value);
  if (field.type === 3 || field.type === 22) return chosen;
  if (field.type === 21) return chosen[0] ?? '';
  return field.type === 23 ? String(field.default ?? false) : (field.value ?? '');
};

const checkField = (label: string, field: Component, value: FieldValue): void => {
  const refuse = (why: string): never => {
    throw new Error(`field ${label || field.custom_id}: ${why}`);
  };
  const isRequired = field.required ?? true;
  const values = typeof value === 'string' ? (value === '' ? [] : [value]) : value;
  if (values.length === 0) {
    if (isRequired && field.type !== 23) refuse('this field is required');
    return;
  }
  if (field.type === 4) {
    const text = String(value);
    if (text.length < (field.min_length ?? 0)) refuse(`shorter than ${field.min_length} characters`);
    if (text.length > (field.max_length ?? 4000)) refuse(`longer than ${field.max_length ?? 4000} characters`);
    if (field.style === 1 && text.includes('\n')) refuse('a short text has one line');
  } else if (field.options) {
    for (const one of values)
      if (!field.options.some(option => option.value === one)) refuse(`${one} is none of the options`);
    if (field.type === 3 || field.type === 22) {
      const max = field.max_values ?? (field.type === 3 ? 1 : field.options.length);
      if (values.length < (field.min_values ?? 1)) refuse(`at least ${field.min_values ?? 1} must be chosen`);
      if (values.length > max) refuse(`at most ${max} may be chosen`);
    }
  }
};

/** The values of all fields by custom id: those filled in by custom id or label, the others as they were prefilled. */
export const fillModal = (modal: Modal, given: Readonly<Record<string, FieldValue>>): Record<string, FieldValue> => {
  const fields = fieldsOf(modal);
  for (const key of Object.keys(given))
    if (!fields.some(({ label, field }) => key === label || key === field.custom_id))
      throw new Error(`the form has no field "${key}", only ${fields.map(({ label }) => label).join(', ')}`);
  const values: Record<string, FieldValue> = {};
  for (const { label, field } of fields) {
    const key = field.custom_id ?? '';
    const value = given[key] ?? given[label] ?? prefilled(field);
    checkField(label, field, value);
    values[key] = value;
  }
  return values;
};
