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
import { openedTopics } from '../rendering/controls.ts';
import { shortenTo } from '../rendering/cut-text.ts';
import { counted, droppedWords, HINTS } from '../rendering/losses.ts';
import { arrange, besideOf, type Looks } from '../rendering/pieces.ts';
import {
  buttonComponent,
  controlsOf,
  createIds,
  type Ids,
  menuComponent,
  type Row,
  selectComponent,
} from './controls.ts';
import { fitAllTexts, inStyle, noticeOf, type Piece, STYLES, type Style } from './fit.ts';
import { LIMITS } from './limits.ts';
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
  if (last?.type === 'picture' && last.picture.length < LIMITS.galleryItems) last.picture.push(item);
  else draft.pieces.push({ type: 'picture', picture: [item] });
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
            : selectComponent(row.items[0], ids.action(row.items[0].action)),
        ],
});

/** A longer text beside a button would be a narrow column on a phone. */
const BESIDE_A_BUTTON = 240;
const canStandBeside = (chunks: readonly Chunk[]): boolean =>
  chunks.length > 0 &&
  chunks.every(({ kind }) => kind === 'text' || kind === 'quiet' || kind === 'heading' || kind === 'facts') &&
  joinChunks(chunks).length <= BESIDE_A_BUTTON &&
  !joinChunks(chunks).includes('```');

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
      const { above, beside } = besideOf(texts, canStandBeside, split);
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
          items: piece.picture.map(({ url, alt }) => ({ media: { url }, ...(alt !== '' && { description: alt }) })),
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
  { communityId }: RenderContext,
  room: number,
): { components: APIComponentInContainer[]; dropped: string[] } => {
  const looks: Looks<Piece, Style, APIComponentInContainer[]> = {
    styles: STYLES,
    inStyle,
    assemble: (styled, style) => assemble(styled, style, createIds(communityId)),
  };
  const { made, dropped } = arrange(pieces, looks, components => countOf(components) <= room);
  return { components: made, dropped };
};

const accentOf = (accent: string | undefined): { accent_color?: number } =>
  accent !== undefined && /^#[0-9a-f]{6}$/i.test(accent) ? { accent_color: Number.parseInt(accent.slice(1), 16) } : {};

const NOTHING: Chunk = madeChunk('quiet', '-# There is nothing to show here.');

/** The message as Discord's payload with its files. Never more than Discord takes: what had to give way is in `shortened`. */
export const renderMessage = (message: Message, context: RenderContext = {}): DiscordMessage => {
  const topics = openedTopics(message.blocks);
  const hinted = new Set<string>();
  let draft = draftOf(message, context, id => {
    if (!topics.has(id)) hinted.add(id);
    return topics.has(id);
  });
  let whole = fitAllTexts(draft.pieces, draft.missing.length > 0);
  if (whole.missing.length > 0 && hinted.size > 0) {
    draft = draftOf(message, context, () => true);
    draft.missing.push(HINTS);
    draft.lost.push(HINTS);
    whole = fitAllTexts(draft.pieces, true);
  }
  // The container itself counts, and so does the notice.
  const isShortened = draft.missing.length + whole.missing.length > 0;
  let { components, dropped } = fitComponents(whole.pieces, context, LIMITS.components - (isShortened ? 2 : 1));
  let { missing } = whole;
  if (dropped.length > 0 && !isShortened) {
    const smaller = fitAllTexts(draft.pieces, true);
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
    .flatMap(piece => (piece.type === 'picture' ? piece.picture : []))
    .find(({ url }) => url === `attachment://${name}`)?.alt || 'Picture';
