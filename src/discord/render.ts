// Message -> Discord's Components V2: one container in the message's colour, always within Discord's limits.
import {
  type APIActionRowComponent,
  type APIComponentInContainer,
  type APIComponentInMessageActionRow,
  type APIMessageTopLevelComponent,
  type APITextDisplayComponent,
  ComponentType,
  MessageFlags,
  SeparatorSpacingSize,
} from 'discord-api-types/v10';
import { cleanText } from '../clean-text.ts';
import type { Block, Message } from '../message.ts';
import {
  buttonComponent,
  controlsOf,
  createIds,
  type Ids,
  menuComponent,
  type Row,
  selectComponent,
} from './controls.ts';
import { counted, fitTexts, inStyle, noticeOf, type Piece, STYLES, type Style, withoutARow } from './fit.ts';
import { LIMITS, shortenTo } from './limits.ts';
import { escapeText, type MarkdownContext } from './markdown.ts';
import { type Chunk, chunkOfBlock, joinChunks, madeChunk } from './text-blocks.ts';

export type RenderContext = {
  /** The clickable mention `</topics show:123>` of a slash command ('topics show'), or undefined where it has none. */
  mention?: ((command: string) => string | undefined) | undefined;
  /** In direct messages: the community (guild id) that presses on this message are for; goes into custom ids. */
  communityId?: string | undefined;
  /** 31-bit positive number by which a delivery is found again: the `id` of the first component (the container). */
  marker?: number | undefined;
};
export type DiscordFile = { name: string; data: Uint8Array; contentType: 'image/png' };
export type DiscordMessage = {
  body: {
    flags: number;
    components: APIMessageTopLevelComponent[];
    allowed_mentions: { parse: [] };
    attachments?: { id: number; filename: string; description: string }[];
  };
  files: DiscordFile[];
  /** What did not fit and was shortened or left out, in words; empty where everything is there. */
  shortened: string[];
};

type Draft = { pieces: Piece[]; files: DiscordFile[]; lost: string[]; missing: string[] };

/** Topics that a button or menu of the message opens. */
const openedTopics = (blocks: readonly Block[]): ReadonlySet<string> =>
  new Set(
    blocks.flatMap(block =>
      block.type !== 'actions'
        ? []
        : block.items.flatMap(item => {
            if (item.type === 'link') return [];
            const opened = /^topics\/read\/(.*)$/s.exec(item.action)?.[1];
            if (opened === undefined) return [];
            return item.type === 'button' ? [opened] : item.options.map(({ value }) => value);
          }),
    ),
  );

const pictureText = (alt: string): Chunk => madeChunk('text', `_Picture: ${escapeText(cleanText(alt))}_`);

const addPicture = (draft: Draft, { png, alt }: Extract<Block, { type: 'image' }>): void => {
  const bytes = draft.files.reduce((sum, { data }) => sum + data.length, png.length);
  const isTooMuch = png.length > LIMITS.file || bytes > LIMITS.request || draft.files.length >= LIMITS.attachments;
  if (isTooMuch || png.length === 0) {
    draft.missing.push('a picture');
    draft.lost.push('a picture');
    draft.pieces.push({ type: 'text', chunk: pictureText(alt) });
    return;
  }
  const name = `picture-${draft.files.length + 1}.png`;
  const shown = shortenTo(cleanText(alt), LIMITS.altText);
  if (cleanText(alt).length > LIMITS.altText) draft.lost.push('the end of a picture’s description');
  draft.files.push({ name, data: png, contentType: 'image/png' });
  const item = { url: `attachment://${name}`, alt: shown };
  const last = draft.pieces.at(-1);
  if (last?.type === 'gallery' && last.items.length < LIMITS.galleryItems) last.items.push(item);
  else draft.pieces.push({ type: 'gallery', items: [item] });
};

const draftOf = ({ blocks }: Message, context: RenderContext, opensTopic: (id: string) => boolean): Draft => {
  const draft: Draft = { pieces: [], files: [], lost: [], missing: [] };
  const seen = new Set<string>();
  const markdown: MarkdownContext = { mention: context.mention, opensTopic };
  for (const block of blocks) {
    if (block.type === 'divider') draft.pieces.push({ type: 'divider' });
    else if (block.type === 'image') addPicture(draft, block);
    else if (block.type === 'actions') {
      const { rows, links, lost, missing } = controlsOf(block, seen);
      draft.lost.push(...lost);
      draft.missing.push(...missing);
      for (const link of links) draft.pieces.push({ type: 'text', chunk: madeChunk('text', link) });
      if (rows.length > 0) draft.pieces.push({ type: 'rows', rows });
    } else {
      const chunk = chunkOfBlock(block, markdown);
      if (chunk?.lost) draft.lost.push(chunk.lost);
      if (chunk) draft.pieces.push({ type: 'text', chunk });
    }
  }
  return draft;
};

const textDisplay = (chunks: readonly Chunk[]): APITextDisplayComponent => ({
  type: ComponentType.TextDisplay,
  content: joinChunks(chunks),
});

const actionRow = (row: Row, ids: Ids): APIActionRowComponent<APIComponentInMessageActionRow> => ({
  type: ComponentType.ActionRow,
  components:
    row.type === 'buttons'
      ? row.items.map(item => buttonComponent(item, ids))
      : [
          row.type === 'menu'
            ? menuComponent(row.items, ids)
            : selectComponent(row.select, ids.action(row.select.action)),
        ],
});

/** A longer text beside a button would be a narrow column on a phone. */
const BESIDE_A_BUTTON = 240;
const canStandBeside = (chunks: readonly Chunk[]): boolean =>
  chunks.length > 0 &&
  chunks.every(({ kind }) => kind === 'text' || kind === 'quiet' || kind === 'heading' || kind === 'facts') &&
  joinChunks(chunks).length <= BESIDE_A_BUTTON &&
  !joinChunks(chunks).includes('```');

/** The texts before a row of one button: those that stand above, and those beside it. */
const besideOf = (texts: readonly Chunk[], split: boolean): { above: Chunk[]; beside: Chunk[] } => {
  if (canStandBeside(texts)) return { above: [], beside: [...texts] };
  const last = texts.slice(-1);
  return split && last[0]?.kind !== 'heading' && canStandBeside(last)
    ? { above: texts.slice(0, -1), beside: last }
    : { above: [...texts], beside: [] };
};

const assemble = (pieces: readonly Piece[], { split }: Style, ids: Ids): APIComponentInContainer[] => {
  const components: APIComponentInContainer[] = [];
  let texts: Chunk[] = [];
  let isDivided = false;
  const add = (...added: APIComponentInContainer[]): void => {
    if (isDivided && components.length > 0)
      components.push({ type: ComponentType.Separator, divider: true, spacing: SeparatorSpacingSize.Small });
    isDivided = false;
    components.push(...added);
  };
  const endTexts = (): void => {
    if (texts.length > 0) add(textDisplay(texts));
    texts = [];
  };
  for (const piece of pieces) {
    if (piece.type === 'text') texts.push(piece.chunk);
    else if (piece.type === 'rows') {
      const [row] = piece.rows;
      const [only, ...others] = piece.rows.length === 1 && row?.type === 'buttons' ? row.items : [];
      const { above, beside } = besideOf(texts, split);
      if (only && others.length === 0 && beside.length > 0) {
        texts = above;
        endTexts();
        const accessory = buttonComponent(only, ids);
        add({ type: ComponentType.Section, components: [textDisplay(beside)], accessory });
        texts = [];
      } else {
        endTexts();
        add(...piece.rows.map(each => actionRow(each, ids)));
      }
    } else {
      endTexts();
      if (piece.type === 'divider') isDivided = true;
      else
        add({
          type: ComponentType.MediaGallery,
          items: piece.items.map(({ url, alt }) => ({ media: { url }, ...(alt !== '' && { description: alt }) })),
        });
    }
  }
  endTexts();
  return components;
};

/** How many components of `components` Discord counts, nested ones included. */
const countOf = (components: readonly APIComponentInContainer[]): number =>
  components.reduce((sum, component) => {
    const nested = 'components' in component ? component.components.length : 0;
    return sum + 1 + nested + ('accessory' in component ? 1 : 0);
  }, 0);

/** The container's content: the most beautiful form that fits; then rows are left out from the end, and named in `dropped`. */
const fitComponents = (
  pieces: readonly Piece[],
  context: RenderContext,
  room: number,
): { components: APIComponentInContainer[]; dropped: string[] } => {
  const tried = (styled: readonly Piece[], style: Style): APIComponentInContainer[] | undefined => {
    const components = assemble(styled, style, createIds(context.communityId));
    return countOf(components) <= room ? components : undefined;
  };
  for (const style of STYLES) {
    const components = tried(inStyle(pieces, style), style);
    if (components) return { components, dropped: [] };
  }
  const smallest = STYLES.at(-1) as Style;
  const dropped: string[] = [];
  let left = inStyle(pieces, smallest);
  for (;;) {
    const less = withoutARow(left);
    if (!less) return { components: assemble(left, smallest, createIds(context.communityId)), dropped };
    left = less.pieces;
    dropped.unshift(...less.names);
    const components = tried(left, smallest);
    if (components) return { components, dropped };
  }
};

const droppedWords = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [`${names.length} ${names.length === 1 ? 'button' : 'buttons'} (${counted(names).join(', ')})`];

const accentOf = (accent: string | undefined): { accent_color?: number } =>
  accent !== undefined && /^#[0-9a-f]{6}$/i.test(accent) ? { accent_color: Number.parseInt(accent.slice(1), 16) } : {};

/** They give way before any text does. */
const HINTS = 'the commands beside topics';
const NOTHING: Chunk = madeChunk('quiet', '-# There is nothing to show here.');

/** The message as Discord's payload with its files. Never more than Discord takes: what had to give way is in `shortened`. */
export const renderMessage = (message: Message, context: RenderContext = {}): DiscordMessage => {
  const topics = openedTopics(message.blocks);
  const hinted = new Set<string>();
  let draft = draftOf(message, context, id => {
    if (!topics.has(id)) hinted.add(id);
    return topics.has(id);
  });
  let whole = fitTexts(draft.pieces, draft.missing.length > 0);
  if (whole.missing.length > 0 && hinted.size > 0) {
    draft = draftOf(message, context, () => true);
    draft.missing.push(HINTS);
    draft.lost.push(HINTS);
    whole = fitTexts(draft.pieces, true);
  }
  // The container itself counts, and so does the notice.
  const isShortened = draft.missing.length + whole.missing.length > 0;
  let { components, dropped } = fitComponents(whole.pieces, context, LIMITS.components - (isShortened ? 2 : 1));
  let { missing } = whole;
  if (dropped.length > 0 && !isShortened) {
    const smaller = fitTexts(draft.pieces, true);
    missing = smaller.missing;
    ({ components, dropped } = fitComponents(smaller.pieces, context, LIMITS.components - 2));
  }
  const notShown = [...draft.missing, ...droppedWords(dropped), ...missing];
  if (notShown.length > 0)
    components.push(textDisplay([madeChunk('quiet', noticeOf(notShown, topics.size + hinted.size > 0))]));
  if (components.length === 0) components.push(textDisplay([NOTHING]));
  return {
    body: {
      flags: MessageFlags.IsComponentsV2,
      components: [
        {
          type: ComponentType.Container,
          ...(context.marker !== undefined && { id: context.marker }),
          ...accentOf(message.accent),
          components,
        },
      ],
      allowed_mentions: { parse: [] },
      ...(draft.files.length > 0 && {
        attachments: draft.files.map(({ name }, id) => ({ id, filename: name, description: altOf(draft, name) })),
      }),
    },
    files: draft.files,
    shortened: counted([...draft.lost, ...droppedWords(dropped), ...missing]),
  };
};

const altOf = ({ pieces }: Draft, name: string): string =>
  pieces
    .flatMap(piece => (piece.type === 'gallery' ? piece.items : []))
    .find(({ url }) => url === `attachment://${name}`)?.alt || 'Picture';
