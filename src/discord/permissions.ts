// What Milepost may do on a Discord server: the permissions it needs, what it has in a channel, and the invite link that asks for them.
import { OverwriteType, PermissionFlagsBits } from 'discord-api-types/v10';

/** Without the history Discord shows an empty channel, which looks like a post that is not there. */
const READ = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;

/** What each thing needs that Milepost does in a channel, to be joined with `|`. */
export const REQUIRED = {
  /** To find a post again, after a crash. */
  read: READ,
  /** A post in a channel. */
  post: READ | PermissionFlagsBits.SendMessages,
  /** A post in a channel that is itself a thread. */
  postInThread: READ | PermissionFlagsBits.SendMessagesInThreads,
  /** A thread opened under a post, in addition to the post. */
  openThread: PermissionFlagsBits.CreatePublicThreads | PermissionFlagsBits.SendMessagesInThreads,
  /** A post with a picture, in addition to the post. */
  pictures: PermissionFlagsBits.AttachFiles,
} as const;

const ALL_REQUIRED = Object.values(REQUIRED).reduce((sum, bits) => sum | bits, 0n);
const EVERYTHING = Object.values(PermissionFlagsBits).reduce((sum, bits) => sum | bits, 0n);

/** As Discord's channel settings call them. */
const NAMES: readonly [bits: bigint, name: string][] = [
  [PermissionFlagsBits.ViewChannel, 'View Channel'],
  [PermissionFlagsBits.SendMessages, 'Send Messages'],
  [PermissionFlagsBits.SendMessagesInThreads, 'Send Messages in Threads'],
  [PermissionFlagsBits.CreatePublicThreads, 'Create Public Threads'],
  [PermissionFlagsBits.AttachFiles, 'Attach Files'],
  [PermissionFlagsBits.ReadMessageHistory, 'Read Message History'],
  [PermissionFlagsBits.ManageGuild, 'Manage Server'],
];

const BITS = /^\d{1,40}$/;
/** A set of permissions as Discord sends it, a decimal number in text; nothing is permitted by anything else. */
export const parsePermissions = (text: unknown): bigint =>
  typeof text === 'string' && BITS.test(text) ? BigInt(text) : 0n;

/** Whether `have` holds all of `wanted`; an administrator has everything. */
export const permits = (have: bigint, wanted: bigint): boolean =>
  (have & PermissionFlagsBits.Administrator) !== 0n || (have & wanted) === wanted;

/** The names, as Discord's settings show them, of what `have` lacks of `wanted`; empty where nothing is missing. */
export const missing = (have: bigint, wanted: bigint): string[] => {
  if (permits(have, wanted)) return [];
  const lacking = wanted & ~have;
  const named = NAMES.filter(([bits]) => (lacking & bits) !== 0n);
  const rest = named.reduce((left, [bits]) => left & ~bits, lacking);
  const others = Object.entries(PermissionFlagsBits).filter(([, bits]) => (rest & bits) !== 0n);
  return [...named.map(([, name]) => name), ...others.map(([name]) => name)];
};

/** What is needed to know a member's permissions in one channel, in the fields that Discord's REST API gives; sets are decimal text. */
export type PermissionFacts = {
  guild: { id: string; ownerId: string; roles: readonly { id: string; permissions: string }[] };
  member: { id: string; roleIds: readonly string[] };
  /** Of the channel; of its parent, where the channel is a thread. */
  overwrites: readonly { id: string; type: number; allow: string; deny: string }[];
  /** The channel is a thread: writing there is Send Messages in Threads, and Send Messages means nothing. */
  inThread?: boolean;
};

/** On the whole server, before any channel is looked at. */
const basePermissions = ({ guild, member }: PermissionFacts): bigint => {
  if (member.id === guild.ownerId) return EVERYTHING;
  const held = new Set([guild.id, ...member.roleIds]);
  return guild.roles
    .filter(role => held.has(role.id))
    .reduce((sum, role) => sum | parsePermissions(role.permissions), 0n);
};

/** Who cannot write cannot do these either, whatever their roles say. */
const WRITING =
  PermissionFlagsBits.MentionEveryone |
  PermissionFlagsBits.SendTTSMessages |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.EmbedLinks;

/**
 * What a member may do in a channel, by the algorithm that Discord documents: the owner and administrators everything; otherwise
 * @everyone and roles, then the channel's overwrites for @everyone, for all roles together, for the member; a channel that cannot be
 * seen permits nothing.
 */
export const effectivePermissions = (facts: PermissionFacts): bigint => {
  const { guild, member, overwrites, inThread = false } = facts;
  const base = basePermissions(facts);
  if ((base & PermissionFlagsBits.Administrator) !== 0n) return EVERYTHING;

  const ofRoles = overwrites.filter(({ type }) => type === OverwriteType.Role);
  const layers = [
    ofRoles.filter(({ id }) => id === guild.id),
    ofRoles.filter(({ id }) => id !== guild.id && member.roleIds.includes(id)),
    overwrites.filter(({ id, type }) => type === OverwriteType.Member && id === member.id),
  ];
  const here = layers.reduce((permissions, layer) => {
    const denied = layer.reduce((sum, { deny }) => sum | parsePermissions(deny), 0n);
    const allowed = layer.reduce((sum, { allow }) => sum | parsePermissions(allow), 0n);
    return (permissions & ~denied) | allowed;
  }, base);

  if ((here & PermissionFlagsBits.ViewChannel) === 0n) return 0n;
  const write = inThread ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages;
  return (here & write) === 0n ? here & ~WRITING : here;
};

/** The link by which an organiser adds Milepost to a server, with every permission that any post needs and no more. */
export const inviteUrl = (applicationId: string): string => {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: 'bot applications.commands',
    permissions: String(ALL_REQUIRED),
    integration_type: '0',
  });
  return `https://discord.com/oauth2/authorize?${query}`;
};
