// Interactions as Discord sends them, built from what a person's client knows.
import { channelJson, memberJson, messageJson, userJson } from './api-shapes.ts';
import type { Json } from './form.ts';
import type { Asked } from './interactions.ts';
import { PERMISSION } from './permissions.ts';
import type { Modal } from './reading.ts';
import {
  type Channel,
  type Component,
  type Guild,
  type Person,
  permissionsIn,
  type RegisteredCommand,
  type World,
} from './world.ts';

export type Where = { person: Person; channel: Channel; guild?: Guild };
export type OptionValue = string | number | boolean;

/** In direct messages there are no roles; Discord sends about these. */
const DIRECT_PERMISSIONS =
  PERMISSION.viewChannel |
  PERMISSION.sendMessages |
  PERMISSION.embedLinks |
  PERMISSION.attachFiles |
  PERMISSION.readMessageHistory |
  PERMISSION.addReactions |
  PERMISSION.useApplicationCommands;

/** All of an interaction but its id, token, type and data. */
export const surroundings = (world: World, { person, channel, guild }: Where): Json => {
  const base = {
    application_id: world.application.id,
    version: 1,
    channel_id: channel.id,
    locale: person.locale,
    entitlements: [],
    entitlement_sku_ids: [],
    attachment_size_limit: 10_485_760,
  };
  if (!guild) {
    const bits = String(DIRECT_PERMISSIONS);
    return {
      ...base,
      channel: channelJson(world, channel),
      user: userJson(person),
      app_permissions: bits,
      authorizing_integration_owners: { 0: '0' },
      context: 1,
    };
  }
  const member = guild.members.get(person.id);
  const permissions = String(permissionsIn(world, person.id, channel));
  return {
    ...base,
    channel: { ...channelJson(world, channel), permissions },
    guild_id: guild.id,
    guild: { id: guild.id, locale: 'en-US', features: [] },
    guild_locale: 'en-US',
    member: { ...(member && memberJson(world, member)), permissions, unusual_dm_activity_until: null },
    app_permissions: String(permissionsIn(world, world.bot.id, channel)),
    authorizing_integration_owners: { 0: guild.id },
    context: 0,
  };
};

export type OptionSpec = Json & {
  name: string;
  type: number;
  options?: OptionSpec[];
  choices?: { name: string; value: string | number }[];
};

/** The subcommand (or the command itself) that words such as `track select` name. */
export const findLeaf = (
  command: RegisteredCommand,
  words: readonly string[],
): { options: OptionSpec[]; path: OptionSpec[] } => {
  let options = (command.options ?? []) as OptionSpec[];
  const path: OptionSpec[] = [];
  for (const word of words) {
    const next = options.find(option => option.name === word && (option.type === 1 || option.type === 2));
    if (!next) throw new Error(`/${command.name} has no subcommand "${word}"`);
    path.push(next);
    options = next.options ?? [];
  }
  if (options.some(option => option.type === 1 || option.type === 2))
    throw new Error(`/${[command.name, ...words].join(' ')} needs a subcommand`);
  return { options, path };
};

/** The `data` of a command or, with `focused`, of type-ahead in one of its options. */
export const commandData = (
  world: World,
  where: Where,
  command: RegisteredCommand,
  words: readonly string[],
  given: Readonly<Record<string, OptionValue>>,
  focused?: string,
): Json => {
  const { options, path } = findLeaf(command, words);
  let list: Json[] = Object.entries(given).map(([name, value]) => {
    const type = options.find(option => option.name === name)?.type ?? 3;
    return { name, type, value, ...(name === focused && { focused: true }) };
  });
  const channels: Json = {};
  for (const { type, value } of list) {
    const channel = type === 7 ? world.channels.get(String(value)) : undefined;
    if (!channel) continue;
    const permissions = String(permissionsIn(world, where.person.id, channel));
    channels[channel.id] = {
      id: channel.id,
      name: channel.name,
      type: channel.type,
      parent_id: channel.parentId ?? null,
      permissions,
    };
  }
  for (const { name, type } of path.toReversed()) list = [{ name, type, options: list }];
  return {
    id: command.id,
    name: command.name,
    type: 1,
    ...(command.guild_id !== undefined && { guild_id: command.guild_id }),
    ...(list.length > 0 && { options: list }),
    ...(Object.keys(channels).length > 0 && { resolved: { channels } }),
  };
};

export const componentData = (component: Component, values?: readonly string[]): Json => ({
  component_type: component.type,
  custom_id: component.custom_id,
  id: component.id,
  ...(values && { values }),
});

type FieldValue = string | readonly string[];

const fieldJson = (field: Component, value: FieldValue): Json => {
  const { type, id, custom_id } = field;
  const base = { type, id, custom_id };
  if (type === 3 || type === 22) return { ...base, values: typeof value === 'string' ? (value ? [value] : []) : value };
  if (type === 23) return { ...base, value: value === 'true' };
  if (type === 21) return { ...base, value: value === '' ? null : String(value) };
  return { ...base, value: String(value) };
};

export const modalData = (modal: Modal, values: Readonly<Record<string, FieldValue>>): Json => ({
  custom_id: modal.custom_id,
  components: modal.components.map(({ type, id, component, components }) => {
    if (component) return { type, id, component: fieldJson(component, values[component.custom_id ?? ''] ?? '') };
    if (components)
      return { type, id, components: components.map(field => fieldJson(field, values[field.custom_id ?? ''] ?? '')) };
    return { type, id };
  }),
});

/** What the bot gets, without the shell of the gateway. */
export const interactionJson = (
  world: World,
  asked: Pick<Asked, 'id' | 'token' | 'type' | 'source'>,
  around: Json,
  data: Json,
): Json => ({
  id: asked.id,
  token: asked.token,
  type: asked.type,
  ...around,
  data,
  ...(asked.source && { message: messageJson(world, asked.source) }),
});
