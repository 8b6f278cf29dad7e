// What Discord sends when somebody does something, checked and as our own Interaction; pure, and never throws.
import {
  type APIInteraction,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ComponentType,
  InteractionContextType,
  InteractionType,
  MessageFlags,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import { z } from 'zod';
import { decodeAction, type Interaction, type RawOptions } from '../command.ts';
import { decodeCustomId, decodePress } from './custom-id.ts';
import { parsePermissions } from './permissions.ts';

/** Where an interaction came from and who acted; ids are Discord's, as text. */
export type Place = {
  applicationId: string;
  /** The interaction's own id and its token: 3 s for the first answer, 15 minutes for all others. */
  id: string;
  token: string;
  /** Undefined in direct messages. */
  guildId?: string;
  channelId?: string;
  userId: string;
  /** The name on the server, else the one that is shown everywhere, else the account's; may be empty. */
  userName: string;
  /** The language of their client, such as `en-US`. */
  locale?: string;
  /** May manage the server; never in direct messages, where Discord does not say. */
  organiser: boolean;
  /** In direct messages: the community that the pressed message says it is for. Whether the person belongs to it is not checked. */
  hintedCommunityId?: string;
  /** The message that the button was on, and whether only this person sees it. */
  source?: { messageId: string; isPrivate: boolean };
};

type WithoutCaller<I> = I extends Interaction ? Omit<I, 'caller'> : never;
export type InteractionWithoutCaller = WithoutCaller<Interaction>;

export type Received =
  | {
      type: 'interaction';
      place: Place;
      interaction: InteractionWithoutCaller;
      /** The command it belongs to, by which a platform chooses how to defer; empty where a custom id is not one of ours. */
      command: string;
    }
  | {
      type: 'autocomplete';
      place: Place;
      /** `integer`: the option takes numbers, and so must its suggestions. */
      at: { command: string; subcommand: string; option: string; typed: string; integer: boolean };
    }
  | { type: 'ping' }
  /** Nothing that Milepost offers; with a place it can be answered. */
  | { type: 'unknown'; reason: string; place?: Place };

// Ids decide whose data is touched, so they must be right; names and flags are only shown, so a broken one is left out.
const id = z.string().min(1);
const someId = id.nullish();
const someName = z.string().nullish().catch(undefined);
const some = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);

const user = z.object({ id, username: someName, global_name: someName });
const envelope = z.object({
  type: z.number(),
  id,
  application_id: id,
  token: id,
  guild_id: someId,
  channel_id: someId,
  channel: some(z.object({ id })),
  context: some(z.number()),
  locale: someName,
  user: user.nullish(),
  member: z.object({ user: user.nullish(), nick: someName, permissions: z.unknown().optional() }).nullish(),
  message: some(z.object({ id, flags: some(z.number()) })),
  data: z.unknown().optional(),
});
type Envelope = z.infer<typeof envelope>;

const value = z.union([z.string(), z.number(), z.boolean()]);
const leaf = z.object({ name: z.string(), type: z.number(), value: value.nullish(), focused: some(z.boolean()) });
type Leaf = z.infer<typeof leaf>;
const commandData = z.object({
  type: z.number().default(ApplicationCommandType.ChatInput),
  name: z.string(),
  options: z.array(leaf.extend({ options: z.array(leaf).nullish() })).nullish(),
});
const componentData = z.object({ custom_id: z.string(), values: z.array(z.string()).nullish() });

/** A value in a submitted form; a field left empty may have none. */
const field = z.object({ custom_id: z.string(), value: value.nullish(), values: z.array(z.string()).nullish() });
const modalData = z.object({
  custom_id: z.string(),
  components: z.array(z.looseObject({ type: z.number() })).nullish(),
});

const ORGANISER = PermissionFlagsBits.ManageGuild | PermissionFlagsBits.Administrator;

const placeOf = (sent: Envelope, hint?: string): Place | undefined => {
  const { member, message } = sent;
  const person = member?.user ?? sent.user;
  if (!person) return undefined;
  const guildId = sent.guild_id ?? undefined;
  const channelId = sent.channel?.id ?? sent.channel_id ?? undefined;
  // A group's direct messages have no guild either, and are not private.
  const isDirect = guildId === undefined && sent.context !== InteractionContextType.PrivateChannel;
  const isEphemeral = ((message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  return {
    applicationId: sent.application_id,
    id: sent.id,
    token: sent.token,
    ...(guildId !== undefined && { guildId }),
    ...(channelId !== undefined && { channelId }),
    userId: person.id,
    userName: member?.nick || person.global_name || person.username || '',
    ...(sent.locale && { locale: sent.locale }),
    organiser: guildId !== undefined && (parsePermissions(member?.permissions) & ORGANISER) !== 0n,
    ...(guildId === undefined && hint !== undefined && { hintedCommunityId: hint }),
    ...(message && { source: { messageId: message.id, isPrivate: isDirect || isEphemeral } }),
  };
};

/** A slash command's name, its subcommand and the options given to it, or why it is none of ours. */
const readCommand = (
  data: unknown,
): { command: string; subcommand?: string; options: readonly Leaf[] } | { unknown: string } => {
  const read = commandData.safeParse(data);
  if (!read.success) return { unknown: 'a malformed command' };
  const { type, name, options } = read.data;
  if (type !== ApplicationCommandType.ChatInput)
    return { unknown: `a command of type ${type}, which is no slash command` };
  const [first] = options ?? [];
  if (first?.type === ApplicationCommandOptionType.SubcommandGroup) return { unknown: 'a group of subcommands' };
  return first?.type === ApplicationCommandOptionType.Subcommand
    ? { command: name, subcommand: first.name, options: first.options ?? [] }
    : { command: name, options: options ?? [] };
};

const valuesOf = (options: readonly Leaf[]): RawOptions =>
  Object.fromEntries(
    options.flatMap(({ name, value }) => (value === undefined || value === null ? [] : [[name, value]])),
  );

const NUMBERS: readonly number[] = [ApplicationCommandOptionType.Integer, ApplicationCommandOptionType.Number];

/** The fields of a submitted form by their custom ids: in labels, and in the older action rows. */
const fieldsOf = (
  components: readonly { type: number; [key: string]: unknown }[],
): Record<string, string | readonly string[]> => {
  const inputs = components.flatMap(({ type, component, components: row }): unknown[] => {
    if (type === ComponentType.Label) return [component];
    return type === ComponentType.ActionRow ? [row].flat() : [];
  });
  return Object.fromEntries(
    inputs.flatMap((input): [string, string | string[]][] => {
      const read = field.safeParse(input);
      if (!read.success) return [];
      const { custom_id, value: one, values } = read.data;
      if (values) return [[custom_id, values]];
      return one === undefined || one === null ? [] : [[custom_id, String(one)]];
    }),
  );
};

const unknown = (reason: string, place?: Place): Received => ({ type: 'unknown', reason, ...(place && { place }) });

const receiveCommand = (sent: Envelope): Received => {
  const place = placeOf(sent);
  if (!place) return unknown('an interaction of nobody');
  const read = readCommand(sent.data);
  if ('unknown' in read) return unknown(read.unknown, place);
  const { command, subcommand, options } = read;
  const called = { command, ...(subcommand !== undefined && { subcommand }) };
  return {
    type: 'interaction',
    place,
    interaction: { type: 'command', ...called, options: valuesOf(options) },
    command,
  };
};

const receiveAutocomplete = (sent: Envelope): Received => {
  const place = placeOf(sent);
  if (!place) return unknown('an interaction of nobody');
  const read = readCommand(sent.data);
  if ('unknown' in read) return unknown(read.unknown, place);
  const { command, subcommand = '', options } = read;
  const focused = options.find(option => option.focused);
  if (!focused) return unknown('type-ahead for no option', place);
  const { name: option, value: typed, type } = focused;
  const at = { command, subcommand, option, typed: String(typed ?? ''), integer: NUMBERS.includes(type) };
  return { type: 'autocomplete', place, at };
};

/** What was pressed or submitted, with the community that its custom id names. */
const receivePress = (
  sent: Envelope,
  action: string,
  communityId: string | undefined,
  interaction: InteractionWithoutCaller,
): Received => {
  const place = placeOf(sent, communityId);
  if (!place) return unknown('an interaction of nobody');
  return { type: 'interaction', place, interaction, command: decodeAction(action)?.command ?? '' };
};

/** A pressed button or a choice in a select. */
const receiveComponent = (sent: Envelope): Received => {
  const read = componentData.safeParse(sent.data);
  if (!read.success) return unknown('a malformed component', placeOf(sent));
  const { action, values, communityId } = decodePress(read.data.custom_id, read.data.values ?? []);
  return receivePress(sent, action, communityId, { type: 'action', action, values });
};

const receiveModal = (sent: Envelope): Received => {
  const read = modalData.safeParse(sent.data);
  if (!read.success) return unknown('a malformed form', placeOf(sent));
  const { action, communityId } = decodeCustomId(read.data.custom_id);
  const fields = fieldsOf(read.data.components ?? []);
  return receivePress(sent, action, communityId, { type: 'modal', modal: action, fields });
};

/**
 * What an interaction of Discord's means. Never throws: what is malformed, or nothing that Milepost offers, is `unknown`. Names, ids
 * and values are what was sent; whether there is such a command, action or option is the app's to answer.
 */
export const receive = (payload: APIInteraction): Received => {
  if ((payload as { type?: unknown } | null | undefined)?.type === InteractionType.Ping) return { type: 'ping' };
  const read = envelope.safeParse(payload);
  if (!read.success) return unknown('a malformed interaction');
  const sent = read.data;
  switch (sent.type) {
    case InteractionType.ApplicationCommand:
      return receiveCommand(sent);
    case InteractionType.ApplicationCommandAutocomplete:
      return receiveAutocomplete(sent);
    case InteractionType.MessageComponent:
      return receiveComponent(sent);
    case InteractionType.ModalSubmit:
      return receiveModal(sent);
    default:
      return unknown(`an interaction of type ${sent.type}`, placeOf(sent));
  }
};
