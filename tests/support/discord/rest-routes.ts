// Discord's REST routes for servers, channels, messages, threads and direct messages, with the permissions they ask for.
import { errors, refuseForm } from './api-error.ts';
import {
  channelJson,
  guildChannelsJson,
  guildJson,
  memberJson,
  messageJson,
  ownGuildJson,
  rolesJson,
  userJson,
} from './api-shapes.ts';
import { startForm } from './form.ts';
import { createMessage, createNonces, editMessage } from './messages.ts';
import { PERMISSION } from './permissions.ts';
import type { Call, Route } from './rest-server.ts';
import {
  type Channel,
  directChannelWith,
  type Guild,
  isThread,
  PUBLIC_THREAD,
  permissionsIn,
  type StoredMessage,
  sharesGuildWithBot,
  type World,
} from './world.ts';

const ARCHIVE_MINUTES = [60, 1440, 4320, 10080];

/** `limit`, or Discord's default. */
const limitOf = ({ query }: Call, otherwise: number, most: number): number => {
  const given = query.get('limit');
  if (given === null) return otherwise;
  const form = startForm();
  form.whole('limit', Number(given), 1, most);
  refuseForm(form.problems);
  return Number(given);
};

export const createRoutes = (world: World): Route[] => {
  const nonces = createNonces(world);
  const own = world.bot.id;

  const guildOf = ({ params }: Call): Guild => {
    const guild = world.guilds.get(params.guild ?? '');
    if (!guild) throw errors.unknownGuild();
    if (!guild.hasBot) throw errors.missingAccess();
    return guild;
  };

  const require = (channel: Channel, wanted: bigint): void => {
    if (channel.guildId === undefined) return;
    const bits = permissionsIn(world, own, channel);
    if ((bits & PERMISSION.viewChannel) === 0n) throw errors.missingAccess();
    if ((bits & wanted) !== wanted) throw errors.missingPermissions();
  };

  const channelOf = ({ params }: Call, wanted = 0n): Channel => {
    const channel = world.channels.get(params.channel ?? '');
    if (!channel) throw errors.unknownChannel();
    require(channel, wanted);
    return channel;
  };

  const messageOf = ({ params }: Call, channel: Channel): StoredMessage => {
    const message = world.messages.get(params.message ?? '');
    if (!message || message.deleted || message.channelId !== channel.id || message.ephemeralFor !== undefined)
      throw errors.unknownMessage();
    return message;
  };

  const ownMessageOf = (call: Call, channel: Channel): StoredMessage => {
    const message = messageOf(call, channel);
    if (message.authorId !== own) throw errors.notYourMessage();
    return message;
  };

  const post = (call: Call) => {
    const channel = channelOf(call);
    const mayWrite = isThread(channel.type) ? PERMISSION.sendMessagesInThreads : PERMISSION.sendMessages;
    require(channel, mayWrite | (call.files.length > 0 ? PERMISSION.attachFiles : 0n));
    if (channel.archived) throw errors.archivedThread();
    if (channel.recipientId !== undefined) {
      if (!sharesGuildWithBot(world, channel.recipientId)) throw errors.noMutualGuild();
      if (!world.people.get(channel.recipientId)?.acceptsDirectMessages) throw errors.directMessagesClosed();
    }
    const { body, files } = call;
    // Nonces are the author's: the same one in another channel finds the first channel's message.
    const before = body.enforce_nonce === true ? nonces.find(body.nonce) : undefined;
    const message = before ?? createMessage(world, { channel, authorId: own, body, files });
    if (!before) nonces.remember(message);
    return { body: { ...messageJson(world, message), ...(message.nonce !== undefined && { nonce: message.nonce }) } };
  };

  const list = (call: Call) => {
    const channel = channelOf(call);
    const limit = limitOf(call, 50, 100);
    const mayRead =
      channel.guildId === undefined || (permissionsIn(world, own, channel) & PERMISSION.readMessageHistory) !== 0n;
    // Without Read Message History the list is empty; it is no error.
    const all = mayRead ? channel.messages.filter(message => !message.deleted) : [];
    const around = call.query.get('around');
    const after = call.query.get('after');
    const before = call.query.get('before');
    const isOlder = (message: StoredMessage, id: string): boolean => BigInt(message.id) < BigInt(id);
    const isNewer = (message: StoredMessage, id: string): boolean => BigInt(message.id) > BigInt(id);
    let found = all.slice(-limit);
    if (around !== null) {
      const older = all.filter(message => isOlder(message, around)).slice(-Math.floor(limit / 2));
      found = [...older, ...all.filter(message => !isOlder(message, around))].slice(0, limit);
    } else if (after !== null) found = all.filter(message => isNewer(message, after)).slice(0, limit);
    else if (before !== null) found = all.filter(message => isOlder(message, before)).slice(-limit);
    return { body: found.reverse().map(message => messageJson(world, message)) };
  };

  const openThread = (call: Call) => {
    const channel = channelOf(call, PERMISSION.createPublicThreads);
    if (channel.type !== 0 && channel.type !== 5) throw errors.wrongChannelType();
    const message = messageOf(call, channel);
    const form = startForm();
    form.text('name', call.body.name, 1, 100);
    const { auto_archive_duration: minutes } = call.body;
    if (minutes !== undefined && minutes !== null && !ARCHIVE_MINUTES.includes(Number(minutes)))
      form.add('auto_archive_duration', 'BASE_TYPE_CHOICES', `Value must be one of {${ARCHIVE_MINUTES.join(', ')}}.`);
    refuseForm(form.problems);
    if (message.thread) throw errors.threadExists();
    // A thread that is opened under a message has that message's id.
    const thread: Channel = {
      id: message.id,
      type: PUBLIC_THREAD,
      name: String(call.body.name),
      parentId: channel.id,
      archived: false,
      overwrites: [],
      messages: [],
      ...(channel.guildId !== undefined && { guildId: channel.guildId }),
    };
    world.channels.set(thread.id, thread);
    message.thread = { id: thread.id, name: thread.name, messageId: message.id };
    return { status: 201, body: channelJson(world, thread) };
  };

  const openDirectChannel = (call: Call) => {
    const form = startForm();
    const { recipient_id: id } = call.body;
    form.text('recipient_id', id, 17, 20);
    refuseForm(form.problems);
    const person = world.people.get(String(id));
    if (!person) throw errors.unknownUser();
    if (person.bot) throw errors.directMessagesClosed();
    return { body: channelJson(world, directChannelWith(world, person.id)) };
  };

  const ownGuilds = (call: Call) => {
    const limit = limitOf(call, 200, 200);
    const after = BigInt(call.query.get('after') ?? '0');
    const before = call.query.get('before');
    const present = [...world.guilds.values()].filter(guild => guild.hasBot && BigInt(guild.id) > after);
    const wanted = before === null ? present : present.filter(guild => BigInt(guild.id) < BigInt(before));
    return {
      body: wanted
        .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
        .slice(0, limit)
        .map(guild => ownGuildJson(world, guild)),
    };
  };

  const message = '/channels/:channel/messages/:message';
  return [
    { method: 'POST', route: '/channels/:channel/messages', run: post },
    { method: 'GET', route: '/channels/:channel/messages', run: list },
    {
      method: 'GET',
      route: message,
      run: call => ({ body: messageJson(world, messageOf(call, channelOf(call, PERMISSION.readMessageHistory))) }),
    },
    {
      method: 'PATCH',
      route: message,
      run: call => {
        const found = ownMessageOf(call, channelOf(call));
        editMessage(world, found, call.body, call.files);
        return { body: messageJson(world, found) };
      },
    },
    {
      method: 'DELETE',
      route: message,
      run: call => {
        ownMessageOf(call, channelOf(call)).deleted = true;
        return {};
      },
    },
    { method: 'POST', route: '/channels/:channel/messages/:message/threads', run: openThread },
    { method: 'GET', route: '/channels/:channel', run: call => ({ body: channelJson(world, channelOf(call)) }) },
    {
      method: 'POST',
      route: '/channels/:channel/typing',
      run: call => {
        channelOf(call, PERMISSION.sendMessages);
        return {};
      },
    },
    { method: 'POST', route: '/users/@me/channels', run: openDirectChannel },
    { method: 'GET', route: '/users/@me/guilds', run: ownGuilds },
    {
      method: 'DELETE',
      route: '/users/@me/guilds/:guild',
      run: call => {
        const guild = guildOf(call);
        guild.hasBot = false;
        guild.members.delete(own);
        return {};
      },
    },
    { method: 'GET', route: '/guilds/:guild', run: call => ({ body: guildJson(guildOf(call)) }) },
    {
      method: 'GET',
      route: '/guilds/:guild/channels',
      run: call => ({ body: guildChannelsJson(world, guildOf(call)) }),
    },
    { method: 'GET', route: '/guilds/:guild/roles', run: call => ({ body: rolesJson(guildOf(call)) }) },
    {
      method: 'GET',
      route: '/guilds/:guild/members/:user',
      run: call => {
        const member = guildOf(call).members.get(call.params.user ?? '');
        if (!member) throw errors.unknownMember();
        return { body: memberJson(world, member) };
      },
    },
    {
      method: 'GET',
      route: '/users/@me',
      run: () => ({
        body: { ...userJson(world.bot), verified: true, mfa_enabled: false, locale: 'en-US', email: null },
      }),
    },
    {
      method: 'GET',
      route: '/users/:user',
      run: ({ params }) => {
        const person = world.people.get(params.user ?? '');
        if (!person) throw errors.unknownUser();
        return { body: userJson(person) };
      },
    },
  ];
};
