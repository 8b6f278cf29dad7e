// Messages as Discord keeps them: made, found again by their nonce, edited, and read by whom they ping.
import { errors } from './api-error.ts';
import { isObject, type Json } from './form.ts';
import { checkMessage, FLAG, nameOf, type UploadedFile } from './message-rules.ts';
import type { Attachment, Channel, Component, Media, StoredMessage, World } from './world.ts';

/** How long a nonce is remembered: Discord says "the past few minutes". */
const NONCE_MS = 3 * 60_000;

export const childrenOf = (component: Component): Component[] => [
  ...(component.components ?? []),
  ...(component.component ? [component.component] : []),
  ...(component.accessory ? [component.accessory] : []),
];
/** Every component of a tree, in the order of reading. */
export const flatten = (components: readonly Component[]): Component[] =>
  components.flatMap(component => [component, ...flatten(childrenOf(component))]);

/** Gives every component without an `id` the next free one, as Discord does; changes `components`. */
export const numberComponents = (components: readonly Component[]): void => {
  const all = flatten(components);
  const taken = new Set(all.map(({ id }) => id));
  let next = 1;
  for (const component of all) {
    if (component.id) continue;
    while (taken.has(next)) next += 1;
    component.id = next;
    next += 1;
  }
};

const mediaOf = (component: Component): Media[] => [
  ...(component.media ? [component.media] : []),
  ...(component.file ? [component.file] : []),
  ...(component.items ?? []).map(item => item.media),
];

const resolveComponents = (components: unknown, attachments: readonly Attachment[]): Component[] => {
  const copy = structuredClone((components ?? []) as Component[]);
  numberComponents(copy);
  for (const media of flatten(copy).flatMap(mediaOf)) {
    const name = /^attachment:\/\/(.+)$/.exec(media.url)?.[1];
    const attachment = attachments.find(({ filename }) => filename === name);
    if (!attachment) continue;
    const { id, url, proxy_url, content_type } = attachment;
    Object.assign(media, { url, proxy_url, content_type, attachment_id: id });
  }
  return copy;
};

const storeFiles = (world: World, channelId: string, body: Json, files: readonly UploadedFile[]): Attachment[] =>
  files.map(file => {
    const id = world.nextId();
    const filename = nameOf(body, file);
    const listed = (Array.isArray(body.attachments) ? body.attachments : []).find(
      one => isObject(one) && Number(one.id) === file.index,
    ) as Json | undefined;
    const path = `attachments/${channelId}/${id}/${filename}`;
    world.uploads.set(id, file.data);
    return {
      id,
      filename,
      size: file.data.length,
      content_type: file.contentType,
      url: `https://cdn.discordapp.com/${path}`,
      proxy_url: `https://media.discordapp.net/${path}`,
      ...(typeof listed?.description === 'string' && { description: listed.description }),
    };
  });

/** The text in which mentions count: the content, or all text displays. */
const mentionTextOf = (content: string, components: readonly Component[]): string =>
  [content, ...flatten(components).map(component => (component.type === 10 ? component.content : ''))].join('\n');

/** Who would be notified: what the text names, as far as `allowed_mentions` lets it. */
const pingsOf = (text: string, allowed: unknown): StoredMessage['pings'] => {
  const named = (pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(match => match[1] ?? ''))];
  const all = {
    everyone: /@(everyone|here)/.test(text),
    users: named(/<@!?(\d{17,20})>/g),
    roles: named(/<@&(\d{17,20})>/g),
  };
  if (!isObject(allowed)) return all;
  const parse = Array.isArray(allowed.parse) ? allowed.parse : [];
  const only = (kind: 'users' | 'roles'): string[] => {
    if (parse.includes(kind)) return all[kind];
    const listed = allowed[kind];
    return Array.isArray(listed) ? all[kind].filter(id => listed.includes(id)) : [];
  };
  return { everyone: all.everyone && parse.includes('everyone'), users: only('users'), roles: only('roles') };
};

export type NewMessage = {
  channel: Channel;
  authorId: string;
  body: Json;
  files?: readonly UploadedFile[];
  interaction?: { id: string; type: number; userId: string };
  /** Only this person sees it, and it is not in the channel's list. */
  ephemeralFor?: string;
  /** The answer is still being thought about: nothing in it yet. */
  loading?: boolean;
  /** Where the message stands in the request. */
  prefix?: string;
};

/** Makes a message, or throws what Discord answers to a body it does not accept. */
export const createMessage = (world: World, given: NewMessage): StoredMessage => {
  const { channel, authorId, body, files = [], interaction, ephemeralFor, loading = false, prefix = '' } = given;
  if (!loading) checkMessage(body, files, undefined, prefix);
  const attachments = storeFiles(world, channel.id, body, files);
  const content = typeof body.content === 'string' ? body.content : '';
  const components = resolveComponents(body.components, attachments);
  const kept = Number(body.flags ?? 0) & (FLAG.suppressEmbeds | FLAG.suppressNotifications | FLAG.componentsV2);
  const nonce = body.nonce;
  const message: StoredMessage = {
    id: world.nextId(),
    channelId: channel.id,
    authorId,
    content,
    components,
    embeds: structuredClone((body.embeds ?? []) as Json[]),
    attachments,
    flags: kept | (ephemeralFor === undefined ? 0 : FLAG.ephemeral) | (loading ? FLAG.loading : 0),
    timestamp: world.now().toISOString(),
    edits: 0,
    deleted: false,
    pings: pingsOf(mentionTextOf(content, components), body.allowed_mentions),
    ...((typeof nonce === 'string' || typeof nonce === 'number') && { nonce }),
    ...(ephemeralFor !== undefined && { ephemeralFor }),
    ...(interaction && { interaction }),
  };
  world.messages.set(message.id, message);
  if (ephemeralFor === undefined) channel.messages.push(message);
  return message;
};

/**
 * Changes a message as an edit or a component's answer does. That it uses Components V2 cannot be taken back, nor who
 * sees it changed.
 */
export const editMessage = (
  world: World,
  message: StoredMessage,
  body: Json,
  files: readonly UploadedFile[] = [],
  prefix = '',
): void => {
  const listed = Array.isArray(body.attachments)
    ? body.attachments.map(one => (isObject(one) ? String(one.id) : ''))
    : undefined;
  const stay = message.attachments.filter(({ id }) => listed === undefined || listed.includes(id));
  const { flags, content, embeds, components } = message;
  checkMessage(body, files, { flags, content, embeds, components, filenames: stay.map(one => one.filename) }, prefix);
  message.attachments = [...stay, ...storeFiles(world, message.channelId, body, files)];
  if (body.content !== undefined) message.content = typeof body.content === 'string' ? body.content : '';
  if (body.embeds !== undefined) message.embeds = structuredClone((body.embeds ?? []) as Json[]);
  if (body.components !== undefined) message.components = resolveComponents(body.components, message.attachments);
  const wasLoading = (message.flags & FLAG.loading) !== 0;
  message.flags = (message.flags & ~FLAG.loading) | (Number(body.flags ?? 0) & FLAG.componentsV2);
  if (wasLoading) message.pings = pingsOf(mentionTextOf(message.content, message.components), body.allowed_mentions);
  else {
    message.edits += 1;
    message.editedAt = world.now().toISOString();
  }
};

/** The message that this nonce already made; throws Unknown Message when that was deleted since. */
export type Nonces = { find(nonce: unknown): StoredMessage | undefined; remember(message: StoredMessage): void };

export const createNonces = (world: World): Nonces => {
  const made = new Map<string, { messageId: string; at: number }>();
  return {
    find: nonce => {
      const before = made.get(String(nonce));
      if (nonce === undefined || nonce === null || !before || world.now().getTime() - before.at > NONCE_MS)
        return undefined;
      const message = world.messages.get(before.messageId);
      if (!message || message.deleted) throw errors.unknownMessage();
      return message;
    },
    remember: message => {
      if (message.nonce !== undefined)
        made.set(String(message.nonce), { messageId: message.id, at: world.now().getTime() });
    },
  };
};
