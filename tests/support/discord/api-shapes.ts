// The world's things in the JSON shapes of Discord's API.
import type { Json } from './form.ts';
import { basePermissions } from './permissions.ts';
import {
  type Channel,
  type Guild,
  isThread,
  type Member,
  type Person,
  type StoredMessage,
  type World,
} from './world.ts';

export const userJson = (person: Person): Json => ({
  id: person.id,
  username: person.username,
  global_name: person.bot ? null : person.globalName,
  discriminator: person.bot ? '0001' : '0',
  avatar: null,
  public_flags: 0,
  flags: 0,
  bot: person.bot,
});

export const memberJson = (world: World, member: Member): Json => {
  const person = world.people.get(member.id);
  return {
    ...(person && { user: userJson(person) }),
    nick: member.nick ?? null,
    avatar: null,
    banner: null,
    roles: member.roleIds,
    joined_at: member.joinedAt,
    premium_since: null,
    communication_disabled_until: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: 0,
  };
};

export const rolesJson = (guild: Guild): Json[] =>
  [...guild.roles.values()].map(role => ({
    id: role.id,
    name: role.name,
    permissions: String(role.permissions),
    position: role.position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: role.botId !== undefined,
    mentionable: false,
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(role.botId !== undefined && { tags: { bot_id: role.botId } }),
  }));

export const channelJson = (world: World, channel: Channel): Json => {
  const last_message_id = channel.messages.at(-1)?.id ?? null;
  if (channel.recipientId !== undefined) {
    const recipient = world.people.get(channel.recipientId);
    return {
      id: channel.id,
      type: channel.type,
      flags: 0,
      last_message_id,
      recipients: recipient ? [userJson(recipient)] : [],
    };
  }
  const base = {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId ?? null,
    rate_limit_per_user: 0,
    flags: 0,
    last_message_id,
  };
  if (isThread(channel.type)) {
    const thread_metadata = {
      archived: channel.archived,
      auto_archive_duration: 1440,
      archive_timestamp: world.now().toISOString(),
      locked: false,
    };
    return {
      ...base,
      owner_id: world.bot.id,
      message_count: channel.messages.length,
      member_count: 1,
      thread_metadata,
    };
  }
  return {
    ...base,
    position: 0,
    topic: null,
    nsfw: false,
    permission_overwrites: channel.overwrites.map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: String(allow),
      deny: String(deny),
    })),
  };
};

const channelsOf = (world: World, guild: Guild): Channel[] =>
  [...guild.channelIds].flatMap(id => world.channels.get(id) ?? []);

export const guildChannelsJson = (world: World, guild: Guild): Json[] =>
  channelsOf(world, guild)
    .filter(channel => !isThread(channel.type))
    .map(channel => channelJson(world, channel));

export const guildJson = (guild: Guild): Json => ({
  id: guild.id,
  name: guild.name,
  icon: null,
  owner_id: guild.ownerId,
  roles: rolesJson(guild),
  emojis: [],
  stickers: [],
  features: [],
  preferred_locale: 'en-US',
  verification_level: 1,
  default_message_notifications: 1,
  explicit_content_filter: 0,
  mfa_level: 0,
  nsfw_level: 0,
  premium_tier: 0,
  afk_timeout: 300,
  afk_channel_id: null,
  system_channel_id: null,
  system_channel_flags: 0,
  description: null,
  banner: null,
  splash: null,
});

/** One entry of the list of the bot's own servers. */
export const ownGuildJson = (world: World, guild: Guild): Json => {
  const member = guild.members.get(world.bot.id);
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    banner: null,
    owner: false,
    permissions: String(member ? basePermissions(guild, member) : 0n),
    features: [],
  };
};

/** What GUILD_CREATE says: the guild with its channels and the bot's own membership. */
export const guildCreateJson = (world: World, guild: Guild): Json => {
  const own = guild.members.get(world.bot.id);
  return {
    ...guildJson(guild),
    joined_at: own?.joinedAt,
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: own ? [memberJson(world, own)] : [],
    channels: guildChannelsJson(world, guild),
    threads: [],
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
};

export const messageJson = (world: World, message: StoredMessage): Json => {
  const author = world.people.get(message.authorId) ?? world.bot;
  const { interaction, thread } = message;
  const user = interaction && world.people.get(interaction.userId);
  return {
    id: message.id,
    type: interaction?.type === 2 ? 20 : 0,
    channel_id: message.channelId,
    author: userJson(author),
    content: message.content,
    components: message.components,
    embeds: message.embeds,
    attachments: message.attachments,
    mentions: [],
    mention_roles: [],
    mention_everyone: message.pings.everyone,
    pinned: false,
    tts: false,
    flags: message.flags,
    timestamp: message.timestamp,
    edited_timestamp: message.editedAt ?? null,
    ...(author.bot && interaction && { application_id: world.application.id, webhook_id: world.application.id }),
    ...(interaction && {
      interaction_metadata: {
        id: interaction.id,
        type: interaction.type,
        ...(user && { user: userJson(user) }),
        authorizing_integration_owners: {},
      },
    }),
    ...(thread && { thread: { id: thread.id, name: thread.name, type: 11, parent_id: message.channelId } }),
  };
};
