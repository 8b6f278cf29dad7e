// What a member may do in a channel, by the algorithm that Discord documents.

/** Bits of Discord's permissions that matter here. */
export const PERMISSION = {
  administrator: 1n << 3n,
  addReactions: 1n << 6n,
  manageGuild: 1n << 5n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  mentionEveryone: 1n << 17n,
  useApplicationCommands: 1n << 31n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  sendMessagesInThreads: 1n << 38n,
} as const;

export const ALL_PERMISSIONS = (1n << 53n) - 1n;

/** What `@everyone` has in a new server, as far as it matters here. */
export const EVERYONE_PERMISSIONS =
  PERMISSION.viewChannel |
  PERMISSION.sendMessages |
  PERMISSION.embedLinks |
  PERMISSION.attachFiles |
  PERMISSION.addReactions |
  PERMISSION.readMessageHistory |
  PERMISSION.useApplicationCommands |
  PERMISSION.createPublicThreads |
  PERMISSION.sendMessagesInThreads;

export type Overwrite = { id: string; type: 0 | 1; allow: bigint; deny: bigint };
type Guild = { id: string; ownerId: string; roles: Map<string, { permissions: bigint }> };
type Member = { id: string; roleIds: readonly string[] };

/** Of the whole guild, before any channel's overwrites. */
export const basePermissions = (guild: Guild, member: Member): bigint => {
  if (guild.ownerId === member.id) return ALL_PERMISSIONS;
  let bits = guild.roles.get(guild.id)?.permissions ?? 0n;
  for (const id of member.roleIds) bits |= guild.roles.get(id)?.permissions ?? 0n;
  return (bits & PERMISSION.administrator) !== 0n ? ALL_PERMISSIONS : bits;
};

/** In one channel: @everyone's overwrite, then those of all roles together, then the member's own. */
export const channelPermissions = (guild: Guild, member: Member, overwrites: readonly Overwrite[]): bigint => {
  let bits = basePermissions(guild, member);
  if (bits === ALL_PERMISSIONS) return bits;
  const apply = (those: readonly Overwrite[]): void => {
    for (const { deny } of those) bits &= ~deny;
    for (const { allow } of those) bits |= allow;
  };
  apply(overwrites.filter(one => one.id === guild.id));
  apply(overwrites.filter(one => one.type === 0 && member.roleIds.includes(one.id)));
  apply(overwrites.filter(one => one.type === 1 && one.id === member.id));
  return bits;
};

export const holds = (bits: bigint, wanted: bigint): boolean => (bits & wanted) === wanted;
