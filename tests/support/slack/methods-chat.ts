// chat.*: messages posted, changed, deleted, and shown to one person.
import { refuse } from './api-error.ts';
import { type Call, findChannel, isTrue, type Methods, openDirect, requireArg } from './call.ts';
import type { Json } from './form.ts';
import type { Interactions } from './interactions.ts';
import { createMessage, editMessage, messageJson } from './messages.ts';
import type { Channel, StoredMessage } from './world.ts';

const WRITE = ['chat:write'];

const bodyOf = ({ args }: Call): Json => {
  const { text, blocks, attachments, metadata, markdown_text, thread_ts, parse } = args;
  return {
    ...(text !== undefined && { text }),
    ...(blocks !== undefined && { blocks }),
    ...(attachments !== undefined && { attachments }),
    ...(metadata !== undefined && { metadata }),
    ...(markdown_text !== undefined && { markdown_text }),
    ...(thread_ts !== undefined && { thread_ts: String(thread_ts) }),
    ...(parse !== undefined && { parse }),
    link_names: isTrue(args.link_names),
  };
};

/** Where `channel` says a message shall go: a channel, or the direct messages with a person. */
const targetOf = (call: Call): Channel => {
  const id = requireArg(call, 'channel', 'channel_not_found');
  const { workspace, world } = call;
  const channel = /^[UW]/.test(id) ? openDirect(call, id) : findChannel(call, id);
  if (channel.kind === 'im') {
    if (!world.app.messagesTabEnabled) refuse('messages_tab_disabled');
    const person = workspace.people.get(channel.personId ?? '');
    if (person?.deleted) refuse('user_disabled');
  }
  if (channel.archived) refuse('is_archived');
  return channel;
};

const requireMembership = ({ workspace }: Call, channel: Channel): void => {
  if (channel.memberIds.has(workspace.botUserId)) return;
  if (channel.kind === 'public' && workspace.scopes.has('chat:write.public')) return;
  refuse('not_in_channel');
};

const requireThread = (channel: Channel, body: Json): void => {
  if (body.thread_ts === undefined) return;
  const parent = channel.messages.find(({ ts }) => ts === body.thread_ts);
  if (!parent || parent.deleted) refuse('thread_not_found');
};

const ownMessage = (call: Call, cannot: string): { channel: Channel; message: StoredMessage } => {
  const channel = findChannel(call, requireArg(call, 'channel', 'channel_not_found'));
  const ts = requireArg(call, 'ts', 'message_not_found');
  const message = channel.messages.find(one => one.ts === ts && !one.deleted);
  if (!message) return refuse('message_not_found');
  if (message.userId !== call.workspace.botUserId) return refuse(cannot);
  return { channel, message };
};

export const chatMethods = (interactions: Interactions): Methods => ({
  'chat.postMessage': {
    tier: 'post',
    scopes: WRITE,
    run: call => {
      const { world, workspace } = call;
      const body = bodyOf(call);
      const channel = targetOf(call);
      requireMembership(call, channel);
      requireThread(channel, body);
      const message = createMessage(world, { workspace, channel, userId: workspace.botUserId, body });
      interactions.posted(message);
      return {
        channel: channel.id,
        ts: message.ts,
        message: messageJson(world, workspace, channel, message, { allMetadata: true }),
      };
    },
  },
  'chat.postEphemeral': {
    tier: 4,
    scopes: WRITE,
    run: call => {
      const { world, workspace } = call;
      const user = requireArg(call, 'user', 'user_not_found');
      const channel = targetOf(call);
      if (!workspace.people.has(user)) refuse('user_not_found');
      if (!channel.memberIds.has(workspace.botUserId)) refuse('not_in_channel');
      if (!channel.memberIds.has(user)) refuse('user_not_in_channel');
      const body = bodyOf(call);
      const message = createMessage(world, {
        workspace,
        channel,
        userId: workspace.botUserId,
        body,
        ephemeralFor: user,
      });
      interactions.posted(message);
      return { message_ts: message.ts };
    },
  },
  'chat.update': {
    tier: 3,
    scopes: WRITE,
    run: call => {
      const { world, workspace } = call;
      const { channel, message } = ownMessage(call, 'cant_update_message');
      if (channel.archived) refuse('is_archived');
      editMessage(world, workspace, message, bodyOf(call), { keepsRest: true });
      interactions.changed(message);
      return {
        channel: channel.id,
        ts: message.ts,
        text: message.text,
        message: messageJson(world, workspace, channel, message),
      };
    },
  },
  'chat.delete': {
    tier: 3,
    scopes: WRITE,
    run: call => {
      const { channel, message } = ownMessage(call, 'cant_delete_message');
      message.deleted = true;
      return { channel: channel.id, ts: message.ts };
    },
  },
});
