// Discord's rules for a message as it is posted, answered or edited; each throws what Discord answers.
import { errors, refuseForm } from './api-error.ts';
import { checkMessageComponents } from './component-rules.ts';
import { at, type Form, isObject, type Json, startForm } from './form.ts';

export const FLAG = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15,
} as const;

export type UploadedFile = { index: number; name: string; contentType: string; data: Buffer };

const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_REQUEST_BYTES = 25 * 1024 * 1024;

const EMBED_TEXTS: [key: string, max: number][] = [
  ['title', 256],
  ['description', 4096],
];

/** One embed's texts are checked; how many characters count towards the 6,000 of the message is answered. */
const checkEmbed = (form: Form, path: string, embed: unknown): number => {
  if (!isObject(embed)) return 0;
  let total = 0;
  const count = (where: string, value: unknown, max: number): void => {
    if (value === undefined || value === null) return;
    if (form.text(where, value, 0, max)) total += value.length;
  };
  for (const [key, max] of EMBED_TEXTS) count(at(path, key), embed[key], max);
  if (isObject(embed.footer)) count(`${path}.footer.text`, embed.footer.text, 2048);
  if (isObject(embed.author)) count(`${path}.author.name`, embed.author.name, 256);
  for (const [index, field] of form.list(at(path, 'fields'), embed.fields, 0, 25).entries()) {
    if (!isObject(field)) continue;
    const where = `${path}.fields.${index}`;
    if (form.text(at(where, 'name'), field.name, 1, 256)) total += field.name.length;
    if (form.text(at(where, 'value'), field.value, 1, 1024)) total += field.value.length;
  }
  return total;
};

const checkMentions = (form: Form, mentions: unknown): void => {
  if (mentions === undefined || mentions === null) return;
  if (!isObject(mentions)) {
    form.add('allowed_mentions', 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
    return;
  }
  const parse = form.list('allowed_mentions.parse', mentions.parse, 0, 3);
  for (const [index, kind] of parse.entries()) {
    if (!['roles', 'users', 'everyone'].includes(String(kind)))
      form.add(`allowed_mentions.parse.${index}`, 'BASE_TYPE_CHOICES', 'Value must be one of roles, users, everyone.');
  }
  for (const kind of ['users', 'roles'] as const) {
    const named = form.list(`allowed_mentions.${kind}`, mentions[kind], 0, 100);
    if (named.length > 0 && parse.includes(kind)) {
      const message = `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`;
      form.add('allowed_mentions', 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', message);
    }
  }
};

const checkNonce = (form: Form, nonce: unknown): void => {
  if (nonce === undefined || nonce === null) return;
  if (typeof nonce === 'number' ? !Number.isSafeInteger(nonce) : typeof nonce !== 'string' || nonce.length > 25)
    form.add('nonce', 'NONCE_TYPE_TOO_LONG', 'Nonce must be 25 or fewer in length.');
};

const checkFiles = (form: Form, attachments: unknown, files: readonly UploadedFile[]): void => {
  const total = files.reduce((sum, { data }) => sum + data.length, 0);
  if (total > MAX_REQUEST_BYTES || files.some(({ data }) => data.length > MAX_FILE_BYTES)) throw errors.tooLarge();
  if (files.length > 10) form.add('files', 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  for (const [index, attachment] of form.list('attachments', attachments, 0, 10).entries()) {
    if (!isObject(attachment)) continue;
    const where = at('attachments', index);
    form.optionalText(at(where, 'description'), attachment.description, 0, 1024);
    const isUpload = String(attachment.id).length < 17;
    if (isUpload && !files.some(file => file.index === Number(attachment.id)))
      form.add(at(where, 'id'), 'ATTACHMENT_NOT_FOUND', `Attachment ${attachment.id} was not uploaded.`);
  }
};

const isFilled = (list: unknown): boolean => Array.isArray(list) && list.length > 0;

/**
 * Throws what Discord answers to this body: for a new message, or with `before` for an edit of one that has these things.
 * `prefix` is where the message stands in the request (`data` in an interaction's answer).
 */
export const checkMessage = (
  body: Json,
  files: readonly UploadedFile[],
  before?: { flags: number; content: string; embeds: unknown[]; components: unknown[]; filenames: string[] },
  prefix = '',
): void => {
  const form = startForm();
  const wanted = body.flags === undefined || body.flags === null ? 0 : Number(body.flags);
  if (!Number.isInteger(wanted)) form.add('flags', 'NUMBER_TYPE_COERCE', 'Value is not int.');
  const v2 = ((wanted | (before?.flags ?? 0)) & FLAG.componentsV2) !== 0;
  const content = body.content === undefined ? (before?.content ?? '') : (body.content ?? '');
  const embeds = body.embeds === undefined ? (before?.embeds ?? []) : body.embeds;
  const components = body.components === undefined ? (before?.components ?? []) : body.components;
  if (v2) {
    const legacy = { content: content !== '', embeds: isFilled(embeds), poll: isObject(body.poll) };
    for (const [field, isUsed] of Object.entries({ ...legacy, sticker_ids: isFilled(body.sticker_ids) })) {
      if (!isUsed) continue;
      const message = `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`;
      form.add(field, 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', message);
    }
  } else {
    form.optionalText('content', content, 0, 2000);
    let characters = 0;
    for (const [index, embed] of form.list('embeds', embeds, 0, 10).entries())
      characters += checkEmbed(form, at('embeds', index), embed);
    if (characters > 6000) form.add('embeds', 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000');
  }
  checkFiles(form, body.attachments, files);
  checkMentions(form, body.allowed_mentions);
  checkNonce(form, body.nonce);
  const names = [...files.map(file => nameOf(body, file)), ...(before?.filenames ?? [])];
  // What an edit leaves as it is was checked when it was sent, and holds addresses of the CDN by now.
  if (body.components !== undefined || !before) checkMessageComponents(form, components, { v2, files: names });
  refuseForm(form.problems.map(one => ({ ...one, path: at(prefix, one.path) })));
  const isEmpty = v2
    ? !isFilled(components)
    : (typeof content !== 'string' || content.trim() === '') &&
      ![embeds, components, files, before?.filenames, body.sticker_ids].some(isFilled) &&
      !isObject(body.poll);
  if (isEmpty) throw errors.emptyMessage();
};

/** The name under which an upload is stored: what `attachments` calls it, else its own. */
export const nameOf = (body: Json, file: UploadedFile): string => {
  const listed = Array.isArray(body.attachments) ? body.attachments : [];
  const named = listed.find(one => isObject(one) && Number(one.id) === file.index) as Json | undefined;
  return typeof named?.filename === 'string' ? named.filename : file.name;
};
