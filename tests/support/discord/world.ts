// Everything the local Discord knows: people, servers, channels, messages, commands.
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Json } from './form.ts';
import { createIds } from './ids.ts';
import { channelPermissions, type Overwrite } from './permissions.ts';

export type Person = {
  id: string;
  username: string;
  globalName: string;
  bot: boolean;
  locale: string;
  acceptsDirectMessages: boolean;
};
export type Member = { id: string; nick?: string; roleIds: string[]; joinedAt: string };
export type Role = { id: string; name: string; permissions: bigint; position: number; botId?: string };
export type Guild = {
  id: string;
  name: string;
  ownerId: string;
  roles: Map<string, Role>;
  members: Map<string, Member>;
  channelIds: Set<string>;
  botRoleId: string;
  /** Whether the bot is a member at present. */
  hasBot: boolean;
};
export type Thread = { id: string; name: string; messageId: string };
export type Channel = {
  id: string;
  type: number;
  name: string;
  guildId?: string;
  /** Of a thread: the channel it belongs to. */
  parentId?: string;
  archived: boolean;
  /** Of a direct message channel: the person at the other end. */
  recipientId?: string;
  overwrites: Overwrite[];
  /** Oldest first; deleted ones stay, and say so. */
  messages: StoredMessage[];
};

export type SelectOption = { label: string; value: string; description?: string; default?: boolean };
/** Any component, loosely: a test names the field it looks for. */
export type Component = {
  type: number;
  id?: number;
  custom_id?: string;
  label?: string;
  description?: string;
  style?: number;
  url?: string;
  disabled?: boolean;
  content?: string;
  accent_color?: number | null;
  placeholder?: string;
  required?: boolean;
  value?: string;
  min_values?: number;
  max_values?: number;
  min_length?: number;
  max_length?: number;
  default?: boolean;
  options?: SelectOption[];
  components?: Component[];
  component?: Component;
  accessory?: Component;
  media?: Media;
  file?: Media;
  items?: { media: Media; description?: string }[];
};
export type Media = { url: string; proxy_url?: string; content_type?: string; attachment_id?: string };
export type Attachment = { id: string; filename: string; size: number; content_type: string; url: string } & {
  proxy_url: string;
  description?: string;
};
export type StoredMessage = {
  id: string;
  channelId: string;
  authorId: string;
  content: string;
  components: Component[];
  embeds: Json[];
  attachments: Attachment[];
  flags: number;
  timestamp: string;
  editedAt?: string;
  edits: number;
  deleted: boolean;
  nonce?: string | number;
  /** Only this person sees it. */
  ephemeralFor?: string;
  /** Who is notified by it: nobody where all three are empty. */
  pings: { everyone: boolean; users: string[]; roles: string[] };
  /** The interaction that it answers. */
  interaction?: { id: string; type: number; userId: string };
  thread?: Thread;
};

export type RegisteredCommand = Json & { id: string; name: string; guild_id?: string };
/** Tells the bot by the gateway, where it asked for such events; without a guild it goes to the first shard. */
export type Dispatch = (event: string, data: Json, how: { guildId?: string; intent?: number }) => void;

export type World = {
  now: () => Date;
  nextId: () => string;
  application: { id: string; name: string; token: string; publicKey: string; privateKey: KeyObject };
  bot: Person;
  people: Map<string, Person>;
  guilds: Map<string, Guild>;
  channels: Map<string, Channel>;
  /** By the person at the other end. */
  directChannelIds: Map<string, string>;
  messages: Map<string, StoredMessage>;
  /** Contents of uploaded files by attachment id. */
  uploads: Map<string, Buffer>;
  globalCommands: RegisteredCommand[];
  guildCommands: Map<string, RegisteredCommand[]>;
  dispatch: Dispatch;
};

export const GUILD_TEXT = 0;
export const DIRECT_MESSAGE = 1;
export const PUBLIC_THREAD = 11;
export const isThread = (type: number): boolean => type >= 10 && type <= 12;

export const createWorld = (now: () => Date): World => {
  const nextId = createIds(now);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const id = nextId();
  const bot = {
    id,
    username: 'milepost',
    globalName: 'Milepost',
    bot: true,
    locale: 'en-US',
    acceptsDirectMessages: true,
  };
  const part = (bytes: number): string => randomBytes(bytes).toString('base64url');
  return {
    now,
    nextId,
    application: {
      id,
      name: 'Milepost',
      token: `${Buffer.from(id).toString('base64url')}.${part(4)}.${part(28)}`,
      publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'),
      privateKey,
    },
    bot,
    people: new Map([[id, bot]]),
    guilds: new Map(),
    channels: new Map(),
    directChannelIds: new Map(),
    messages: new Map(),
    uploads: new Map(),
    globalCommands: [],
    guildCommands: new Map(),
    dispatch: () => {},
  };
};

export const createPerson = (world: World, name: string, locale = 'en-US'): Person => {
  const username = name.toLowerCase().replaceAll(/[^a-z0-9._]/g, '_');
  const person = {
    id: world.nextId(),
    username,
    globalName: name,
    bot: false,
    locale,
    acceptsDirectMessages: true,
  };
  world.people.set(person.id, person);
  return person;
};

/** Where overwrites are looked up: a thread takes those of its channel. */
const overwritesOf = (world: World, channel: Channel): Overwrite[] =>
  (channel.parentId === undefined ? channel : (world.channels.get(channel.parentId) ?? channel)).overwrites;

/** What somebody may do in a channel; 0 for who is not a member of its server. */
export const permissionsIn = (world: World, personId: string, channel: Channel): bigint => {
  const guild = channel.guildId === undefined ? undefined : world.guilds.get(channel.guildId);
  const member = guild?.members.get(personId);
  return guild && member ? channelPermissions(guild, member, overwritesOf(world, channel)) : 0n;
};

/** The channel in which the bot and this person write to each other; made when there is none. */
export const directChannelWith = (world: World, personId: string): Channel => {
  const known = world.channels.get(world.directChannelIds.get(personId) ?? '');
  if (known) return known;
  const channel: Channel = {
    id: world.nextId(),
    type: DIRECT_MESSAGE,
    name: '',
    recipientId: personId,
    archived: false,
    overwrites: [],
    messages: [],
  };
  world.channels.set(channel.id, channel);
  world.directChannelIds.set(personId, channel.id);
  return channel;
};

export const sharesGuildWithBot = (world: World, personId: string): boolean => {
  for (const guild of world.guilds.values()) if (guild.hasBot && guild.members.has(personId)) return true;
  return false;
};
