// conversations.* and users.conversations: channels, their members and what was written in them.
import { refuse } from './api-error.ts';
import {
  type Call,
  findChannel,
  isTrue,
  type Methods,
  openDirect,
  requireArg,
  requireScope,
  scopeKind,
} from './call.ts';
import type { Json } from './form.ts';
import { messageJson } from './messages.ts';
import type { Channel, StoredMessage } from './world.ts';

const channelJson = ({ workspace }: Call, channel: Channel): Json => {
  const { id, name, kind, archived, memberIds, personId } = channel;
  const common = { id, created: 1_700_000_000, is_archived: archived, context_team_id: workspace.id };
  if (kind === 'im') return { ...common, is_im: true, user: personId, is_org_shared: false };
  return {
    ...common,
    name,
    name_normalized: name,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: kind === 'private',
    is_general: name === 'general',
    is_shared: false,
    is_member: memberIds.has(workspace.botUserId),
    num_members: memberIds.size,
  };
};

const namedChannel = (call: Call): Channel => findChannel(call, requireArg(call, 'channel', 'channel_not_found'));

const page = <T>({ args }: Call, all: readonly T[], normal: number, most: number): { items: T[]; meta: Json } => {
  const limit = Math.min(Number(args.limit ?? normal) || normal, most);
  const cursor = String(args.cursor ?? '');
  const from = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('next:', ''));
  if (Number.isNaN(from)) return refuse('invalid_cursor');
  const next = from + limit < all.length ? Buffer.from(`next:${from + limit}`).toString('base64') : '';
  return {
    items: all.slice(from, from + limit),
    meta: { response_metadata: { next_cursor: next }, has_more: next !== '' },
  };
};

const kindsAsked = ({ args }: Call): string[] =>
  String(args.types ?? 'public_channel')
    .split(',')
    .map(one => one.trim());
const SCOPE_OF: Record<string, string> = {
  public_channel: 'channels:read',
  private_channel: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
};
const KIND_OF: Record<string, string> = { public: 'public_channel', private: 'private_channel', im: 'im' };

const requireTypes = (call: Call): void => {
  for (const kind of kindsAsked(call)) {
    const scope = SCOPE_OF[kind];
    if (scope === undefined) refuse('invalid_types');
    else requireScope(call, [scope]);
  }
};

const channelsOf = (call: Call, onlyMine: boolean): Channel[] => {
  requireTypes(call);
  const { args, workspace } = call;
  const kinds = kindsAsked(call);
  return [...workspace.channels.values()].filter(channel => {
    const isMember = channel.memberIds.has(workspace.botUserId);
    if (!kinds.includes(KIND_OF[channel.kind] ?? '')) return false;
    if (channel.archived && isTrue(args.exclude_archived)) return false;
    return isMember || (!onlyMine && channel.kind === 'public');
  });
};

const requireReadable = (call: Call, channel: Channel): void => {
  requireScope(call, [`${scopeKind(channel)}:history`]);
  if (!channel.memberIds.has(call.workspace.botUserId)) refuse('not_in_channel');
};

/** Messages between `oldest` and `latest`; the newest first. */
const inRange = ({ args }: Call, messages: readonly StoredMessage[]): StoredMessage[] => {
  const oldest = Number(args.oldest ?? 0);
  const latest = args.latest === undefined ? Number.POSITIVE_INFINITY : Number(args.latest);
  const isInclusive = isTrue(args.inclusive);
  return messages.filter(({ ts, deleted }) => {
    const at = Number(ts);
    return !deleted && (isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest);
  });
};

const messagesPage = (call: Call, channel: Channel, messages: readonly StoredMessage[]): Json => {
  const { args, world, workspace } = call;
  const { items, meta } = page(call, messages, 100, 999);
  const allMetadata = isTrue(args.include_all_metadata);
  return {
    messages: items.map(one => messageJson(world, workspace, channel, one, { allMetadata })),
    pin_count: 0,
    ...meta,
  };
};

export const conversationMethods: Methods = {
  'conversations.open': {
    tier: 3,
    scopes: ['im:write'],
    run: call => {
      const { args, world, workspace } = call;
      if (args.channel !== undefined) return { channel: { id: namedChannel(call).id } };
      const users = requireArg(call, 'users', 'users_list_not_supplied').split(',');
      if (users.length !== 1) return refuse('not_enough_users');
      if (!world.app.messagesTabEnabled) refuse('messages_tab_disabled');
      const channel = openDirect(call, users[0] ?? '');
      const full = isTrue(args.return_im) ? channelJson({ ...call, workspace }, channel) : { id: channel.id };
      return { no_op: true, already_open: true, channel: full };
    },
  },
  'conversations.info': {
    tier: 3,
    run: call => {
      const channel = namedChannel(call);
      requireScope(call, [`${scopeKind(channel)}:read`]);
      return { channel: channelJson(call, channel) };
    },
  },
  'conversations.history': {
    tier: 3,
    run: call => {
      const channel = namedChannel(call);
      requireReadable(call, channel);
      const top = channel.messages.filter(({ ts, thread_ts: thread }) => thread === undefined || thread === ts);
      return messagesPage(call, channel, inRange(call, top).reverse());
    },
  },
  'conversations.replies': {
    tier: 3,
    run: call => {
      const channel = namedChannel(call);
      requireReadable(call, channel);
      const ts = requireArg(call, 'ts');
      const thread = channel.messages.filter(one => one.ts === ts || one.thread_ts === ts);
      if (!thread.some(one => one.ts === ts && !one.deleted)) return refuse('thread_not_found');
      return messagesPage(call, channel, inRange(call, thread));
    },
  },
  'conversations.members': {
    tier: 4,
    run: call => {
      const channel = namedChannel(call);
      requireScope(call, [`${scopeKind(channel)}:read`]);
      const { items, meta } = page(call, [...channel.memberIds], 100, 999);
      return { members: items, ...meta };
    },
  },
  'conversations.list': {
    tier: 2,
    run: call => {
      const { items, meta } = page(call, channelsOf(call, false), 100, 999);
      return { channels: items.map(channel => channelJson(call, channel)), ...meta };
    },
  },
  'users.conversations': {
    tier: 3,
    run: call => {
      const { items, meta } = page(call, channelsOf(call, true), 100, 999);
      return { channels: items.map(channel => channelJson(call, channel)), ...meta };
    },
  },
  'conversations.join': {
    tier: 3,
    scopes: ['channels:join'],
    run: call => {
      const channel = namedChannel(call);
      if (channel.kind !== 'public') return refuse('method_not_supported_for_channel_type');
      if (channel.archived) return refuse('is_archived');
      channel.memberIds.add(call.workspace.botUserId);
      return { channel: channelJson(call, channel) };
    },
  },
};
