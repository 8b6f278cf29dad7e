// Servers as a test makes them: with an owner, roles and channels, joined and left by the bot.
import { channelJson, guildCreateJson } from './api-shapes.ts';
import { GUILDS_INTENT } from './gateway.ts';
import { EVERYONE_PERMISSIONS, PERMISSION } from './permissions.ts';
import { type Channel, createPerson, GUILD_TEXT, type Guild, type Member, type World } from './world.ts';

/** What an organiser grants with a usual invite link. */
export const USUAL_BOT_PERMISSIONS =
  PERMISSION.viewChannel |
  PERMISSION.sendMessages |
  PERMISSION.embedLinks |
  PERMISSION.attachFiles |
  PERMISSION.readMessageHistory |
  PERMISSION.createPublicThreads |
  PERMISSION.sendMessagesInThreads;

export type TestChannel = {
  readonly id: string;
  readonly name: string;
  readonly type: number;
  /** Takes these permissions from the bot in this channel, and nothing else. */
  deny(bits: bigint): void;
  delete(): void;
};

export type TestGuild = {
  readonly id: string;
  /** As it was made; `rename` changes it for the bot. */
  readonly name: string;
  rename(name: string): void;
  readonly ownerId: string;
  readonly everyoneRoleId: string;
  readonly botRoleId: string;
  channels(): TestChannel[];
  /** The channel of this name; throws where there is none. */
  channel(name: string): TestChannel;
  addChannel(channel: { name: string; type?: number; deny?: bigint }): TestChannel;
  setBotPermissions(bits: bigint): void;
  /** The bot is removed from the server. */
  remove(): void;
  rejoin(): void;
  /** An outage of Discord: the server is gone for a moment, the bot is still in it. */
  becomeUnavailable(): void;
};

const testChannel = (world: World, channel: Channel): TestChannel => ({
  id: channel.id,
  name: channel.name,
  type: channel.type,
  deny: bits => {
    const others = channel.overwrites.filter(one => one.id !== world.bot.id);
    channel.overwrites = bits === 0n ? others : [...others, { id: world.bot.id, type: 1, allow: 0n, deny: bits }];
  },
  delete: () => {
    const guild = world.guilds.get(channel.guildId ?? '');
    const json = channelJson(world, channel);
    world.channels.delete(channel.id);
    guild?.channelIds.delete(channel.id);
    if (guild) world.dispatch('CHANNEL_DELETE', json, { guildId: guild.id, intent: GUILDS_INTENT });
  },
});

/** `everyone`: what the role of all members may do; without what the bot's own role grants it may do nothing more. */
export const createGuild = (
  world: World,
  given: { name?: string; botPermissions?: bigint; everyone?: bigint } = {},
): TestGuild => {
  const id = world.nextId();
  const owner = createPerson(world, `Owner ${id.slice(-4)}`);
  const joinedAt = world.now().toISOString();
  const botRoleId = world.nextId();
  const guild: Guild = {
    id,
    name: given.name ?? `Server ${id.slice(-4)}`,
    ownerId: owner.id,
    roles: new Map([
      [id, { id, name: '@everyone', permissions: given.everyone ?? EVERYONE_PERMISSIONS, position: 0 }],
      [
        botRoleId,
        {
          id: botRoleId,
          name: world.application.name,
          permissions: given.botPermissions ?? USUAL_BOT_PERMISSIONS,
          position: 1,
          botId: world.bot.id,
        },
      ],
    ]),
    members: new Map([[owner.id, { id: owner.id, roleIds: [], joinedAt }]]),
    channelIds: new Set(),
    botRoleId,
    hasBot: false,
  };
  world.guilds.set(id, guild);

  const addChannel: TestGuild['addChannel'] = ({ name, type = GUILD_TEXT, deny = 0n }) => {
    const channel: Channel = {
      id: world.nextId(),
      type,
      name,
      guildId: id,
      archived: false,
      overwrites: [],
      messages: [],
    };
    world.channels.set(channel.id, channel);
    guild.channelIds.add(channel.id);
    const made = testChannel(world, channel);
    made.deny(deny);
    if (guild.hasBot)
      world.dispatch('CHANNEL_CREATE', channelJson(world, channel), { guildId: id, intent: GUILDS_INTENT });
    return made;
  };
  const channels = (): TestChannel[] =>
    [...guild.channelIds].flatMap(one => world.channels.get(one) ?? []).map(channel => testChannel(world, channel));
  const join = (): void => {
    if (guild.hasBot) return;
    guild.hasBot = true;
    guild.members.set(world.bot.id, { id: world.bot.id, roleIds: [botRoleId], joinedAt: world.now().toISOString() });
    world.dispatch('GUILD_CREATE', guildCreateJson(world, guild), { guildId: id, intent: GUILDS_INTENT });
  };
  addChannel({ name: 'general' });
  join();
  return {
    id,
    name: guild.name,
    ownerId: owner.id,
    everyoneRoleId: id,
    botRoleId,
    channels,
    addChannel,
    channel: name => {
      const found = channels().find(one => one.name === name);
      if (!found) throw new Error(`there is no #${name} in ${guild.name}`);
      return found;
    },
    setBotPermissions: bits => {
      const role = guild.roles.get(botRoleId);
      if (role) role.permissions = bits;
    },
    rename: name => {
      guild.name = name;
    },
    remove: () => {
      guild.hasBot = false;
      guild.members.delete(world.bot.id);
      world.dispatch('GUILD_DELETE', { id }, { guildId: id, intent: GUILDS_INTENT });
    },
    rejoin: join,
    becomeUnavailable: () =>
      world.dispatch('GUILD_DELETE', { id, unavailable: true }, { guildId: id, intent: GUILDS_INTENT }),
  };
};

/** Makes a person a member; `permissions` come by a role of their own and take the place of earlier ones. */
export const joinGuild = (
  world: World,
  guildId: string,
  personId: string,
  { permissions, nick }: { permissions?: bigint; nick?: string } = {},
): Guild => {
  const guild = world.guilds.get(guildId);
  if (!guild) throw new Error(`there is no server ${guildId}`);
  const member: Member = guild.members.get(personId) ?? {
    id: personId,
    roleIds: [],
    joinedAt: world.now().toISOString(),
  };
  guild.members.set(personId, member);
  if (nick !== undefined) member.nick = nick;
  if (permissions !== undefined) {
    for (const role of member.roleIds) guild.roles.delete(role);
    const role = { id: world.nextId(), name: 'a role', permissions, position: 2 };
    guild.roles.set(role.id, role);
    member.roleIds = [role.id];
  }
  return guild;
};
