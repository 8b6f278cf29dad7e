// Messages as Slack keeps them: made, edited, deleted, and read by whom they ping.
import { randomBytes } from 'node:crypto';
import { isObject, type Json } from './form.ts';
import { checkMessage, MAX_TEXT } from './message-rules.ts';
import {
  type Block,
  type Channel,
  isPicture,
  type StoredMessage,
  type StoredView,
  type Workspace,
  type World,
} from './world.ts';

const MOST_EPHEMERALS = 20_000;

/** Gives blocks and elements without an id one, as Slack does. */
export const withIds = (given: unknown): Block[] => {
  const blocks = structuredClone((given ?? []) as Block[]);
  const newId = () => randomBytes(3).toString('base64url');
  const TEXTS = ['plain_text', 'mrkdwn', 'image', 'raw_text', 'raw_number'];
  for (const block of blocks) {
    block.block_id ??= newId();
    const elements = ['actions', 'section', 'input'].includes(block.type)
      ? [...(block.elements ?? []), block.accessory, block.element]
      : [];
    for (const element of elements) if (element && !TEXTS.includes(element.type)) element.action_id ??= newId();
  }
  return blocks;
};

const mrkdwnIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(mrkdwnIn);
  if (!isObject(value)) return [];
  if (value.type === 'mrkdwn') return [String(value.text)];
  if (value.type === 'broadcast') return [`<!${value.range}>`];
  if (value.type === 'user') return [`<@${value.user_id}>`];
  return Object.values(value).flatMap(mrkdwnIn);
};

/** Who would be notified: what the text and the mrkdwn of the blocks name. */
const pingsOf = (body: Json): StoredMessage['pings'] => {
  const text = [String(body.text ?? ''), String(body.markdown_text ?? ''), ...mrkdwnIn(body.blocks)].join('\n');
  const isParsed = body.link_names === true || body.parse === 'full';
  const broadcast =
    /<!(here|channel|everyone|subteam)/.test(text) || (isParsed && /@(here|channel|everyone)/.test(text));
  return { broadcast, users: [...new Set([...text.matchAll(/<@([UW][A-Z0-9]+)/g)].map(match => match[1] ?? ''))] };
};

export type NewMessage = {
  workspace: Workspace;
  channel: Channel;
  userId: string;
  body: Json;
  ephemeralFor?: string;
  files?: string[];
};

const rulesFor = (world: World, workspace: Workspace) => ({
  isPicture: (file: { id?: unknown; url?: unknown }) => isPicture(world, workspace, file),
});

/** Makes a message, or throws what Slack answers to a body it does not accept. */
export const createMessage = (world: World, given: NewMessage): StoredMessage => {
  const { workspace, channel, userId, body, ephemeralFor, files = [] } = given;
  if (files.length === 0) checkMessage(body, rulesFor(world, workspace));
  const message: StoredMessage = {
    ts: world.nextTs(),
    teamId: workspace.id,
    channelId: channel.id,
    userId,
    text: String(body.text ?? body.markdown_text ?? '').slice(0, MAX_TEXT),
    blocks: withIds(body.blocks),
    attachments: structuredClone((body.attachments ?? []) as Json[]),
    edits: 0,
    deleted: false,
    files,
    pings: pingsOf(body),
    ...(isObject(body.metadata) && {
      metadata: structuredClone(body.metadata) as NonNullable<StoredMessage['metadata']>,
    }),
    ...(typeof body.thread_ts === 'string' && { thread_ts: body.thread_ts }),
    ...(ephemeralFor !== undefined && { ephemeralFor }),
  };
  if (ephemeralFor === undefined) channel.messages.push(message);
  else {
    workspace.ephemerals.push(message);
    if (workspace.ephemerals.length > MOST_EPHEMERALS) workspace.ephemerals.shift();
  }
  return message;
};

/**
 * Changes a message. `chat.update` keeps the blocks and metadata that it does not name (`keepsRest`); a replacement by
 * `response_url` is the whole new message.
 */
export const editMessage = (
  world: World,
  workspace: Workspace,
  message: StoredMessage,
  body: Json,
  { keepsRest = false }: { keepsRest?: boolean } = {},
): void => {
  const whole = keepsRest ? { ...body, blocks: body.blocks ?? message.blocks } : body;
  checkMessage(whole, { ...rulesFor(world, workspace), isUpdate: true });
  if (!keepsRest || body.text !== undefined) message.text = String(body.text ?? '');
  message.blocks = withIds(whole.blocks);
  if (isObject(body.metadata))
    message.metadata = structuredClone(body.metadata) as NonNullable<StoredMessage['metadata']>;
  message.pings = pingsOf(whole);
  message.edits += 1;
};

const replyFields = (channel: Channel, message: StoredMessage): Json => {
  const replies = channel.messages.filter(one => one.thread_ts === message.ts && one !== message && !one.deleted);
  if (replies.length === 0) return {};
  return { thread_ts: message.ts, reply_count: replies.length, latest_reply: replies.at(-1)?.ts };
};

/** A message as the API gives it; `metadata` in full only where asked. */
export const messageJson = (
  world: World,
  workspace: Workspace,
  channel: Channel,
  message: StoredMessage,
  { allMetadata = false }: { allMetadata?: boolean } = {},
): Json => {
  const { ts, userId, text, blocks, attachments, metadata, thread_ts, edits } = message;
  const isBot = userId === workspace.botUserId;
  return {
    type: 'message',
    user: userId,
    ts,
    text,
    team: workspace.id,
    ...(isBot && {
      bot_id: workspace.botId,
      app_id: world.app.id,
      bot_profile: { id: workspace.botId, app_id: world.app.id, name: world.app.name, team_id: workspace.id },
    }),
    ...(blocks.length > 0 && { blocks: structuredClone(blocks) }),
    ...(attachments.length > 0 && { attachments: structuredClone(attachments) }),
    ...(metadata && {
      metadata: allMetadata ? structuredClone(metadata) : { event_type: metadata.event_type },
    }),
    ...(thread_ts !== undefined && { thread_ts }),
    ...(edits > 0 && { edited: { user: userId, ts } }),
    ...replyFields(channel, message),
  };
};

const initialState = (element: Block): Json => {
  const { type } = element;
  const value: Record<string, unknown> = {
    plain_text_input: { value: element.initial_value ?? null },
    static_select: { selected_option: element.initial_option ?? null },
    external_select: { selected_option: element.initial_option ?? null },
    radio_buttons: { selected_option: element.initial_option ?? null },
    multi_static_select: { selected_options: element.initial_options ?? [] },
    multi_external_select: { selected_options: element.initial_options ?? [] },
    checkboxes: { selected_options: element.initial_options ?? [] },
    users_select: { selected_user: element.initial_user ?? null },
    conversations_select: { selected_conversation: element.initial_conversation ?? null },
    channels_select: { selected_channel: element.initial_channel ?? null },
    datepicker: { selected_date: element.initial_date ?? null },
    timepicker: { selected_time: element.initial_time ?? null },
  };
  return { type, ...((value[type] as Json | undefined) ?? { value: element.initial_value ?? null }) };
};

export type State = Record<string, Record<string, Json>>;
const STATELESS = ['button', 'overflow', 'image'];

/** `state.values` of a view or message as its elements stand at first. */
export const stateOf = (blocks: readonly Block[]): State => {
  const state: State = {};
  for (const block of blocks) {
    if (!['actions', 'section', 'input'].includes(block.type)) continue;
    for (const element of [...(block.elements ?? []), block.accessory, block.element]) {
      if (!element?.action_id || STATELESS.includes(element.type)) continue;
      state[block.block_id ?? ''] = { ...state[block.block_id ?? ''], [element.action_id]: initialState(element) };
    }
  }
  return state;
};

export const viewJson = (world: World, workspace: Workspace, view: StoredView, state = stateOf(view.blocks)): Json => ({
  id: view.id,
  team_id: view.teamId,
  type: view.type,
  blocks: structuredClone(view.blocks),
  private_metadata: view.private_metadata,
  callback_id: view.callback_id,
  external_id: view.external_id,
  state: { values: state },
  hash: view.hash,
  title: view.title ?? null,
  submit: view.submit ?? null,
  close: view.close ?? null,
  clear_on_close: view.clear_on_close,
  notify_on_close: view.notify_on_close,
  root_view_id: view.rootId,
  previous_view_id: view.previousId ?? null,
  app_id: world.app.id,
  app_installed_team_id: view.teamId,
  bot_id: workspace.botId,
});
