// Message -> Slack's Block Kit, always within Slack's limits.
import type { ImageBlock, KnownBlock } from '@slack/types';
import { cleanText } from '../clean-text.ts';
import { type Block, type Message, toPlainText } from '../message.ts';
import { openedTopics } from '../rendering/controls.ts';
import { greatest, shortenTo, startOf } from '../rendering/cut-text.ts';
import { fitTexts } from '../rendering/fit-texts.ts';
import { adviceOf, counted, droppedWords, HINTS, missingWords, NOTICE_ROOM } from '../rendering/losses.ts';
import { arrange, type Looks, withoutARow } from '../rendering/pieces.ts';
import { controlsOf } from './controls.ts';
import { inStyle, type Piece, SMALLEST, STYLES, type Style, textSize } from './fit.ts';
import { assemble, context as contextBlock } from './layout.ts';
import { LIMITS } from './limits.ts';
import { codeSpan, escapeEntities, escapeText, type MarkdownContext } from './mrkdwn.ts';
import { chunkOfTable } from './table.ts';
import { type Chunk, chunkOfBlock, madeChunk } from './text-blocks.ts';

export type RenderContext = {
  /**
   * What a command is typed as in this workspace: 'topics show' -> '/topics show', or '/milepost topics show' where the name is
   * Slack's own or taken. Also asked for what only looks like a command.
   */
  typed?: ((command: string) => string) | undefined;
  /** The same for all commands that a plain text names. */
  renamed?: ((text: string) => string) | undefined;
  /** The address under which Slack can fetch a picture; without one it has to be uploaded beforehand. */
  pictureUrl?: ((png: Uint8Array) => string | undefined) | undefined;
};
export type SlackMessage = {
  /** The message without blocks, for notifications and screen readers: at most 4,000 characters, as mrkdwn without effect. */
  text: string;
  /** Pictures to be uploaded are in them by a name of ours, until `withFiles` says which files they are. */
  blocks: KnownBlock[];
  /** To be uploaded beforehand, in this order. */
  images: { png: Uint8Array; alt: string }[];
  /** What did not fit and was shortened or left out, in words; empty where everything is there. */
  shortened: string[];
};

/** A place for blocks: how many, how heavy, and what they may be. */
export type Surface = {
  blocks: number;
  /** Against `room`; in characters or bytes. */
  weigh(blocks: readonly KnownBlock[]): number;
  room: number;
  tables: boolean;
  uploads: boolean;
};
const CHOICES = new Set(['options', 'initial_option', 'initial_options']);
/** How long the blocks are as JSON, without the choices of menus. */
export const weightOf = (blocks: readonly unknown[]): number =>
  JSON.stringify(blocks, (key, value) => (CHOICES.has(key) ? undefined : value)).length;

const MESSAGE: Surface = {
  blocks: LIMITS.messageBlocks,
  weigh: weightOf,
  room: LIMITS.messageWeight,
  tables: true,
  uploads: true,
};

type Draft = { pieces: Piece[]; images: SlackMessage['images']; lost: string[]; missing: string[] };

const uploadId = (number: number): string => `upload-${number}`;
const pictureText = (alt: string): Chunk | undefined =>
  madeChunk('text', { type: 'emphasis', children: [{ type: 'text', value: `Picture: ${cleanText(alt)}` }] });

const isAddress = (url: string | undefined): url is string =>
  url !== undefined && url.length <= LIMITS.url && /^https?:/.test(url) && URL.canParse(url);

const addPicture = (
  draft: Draft,
  { png, alt }: Extract<Block, { type: 'image' }>,
  { pictureUrl }: RenderContext,
  { uploads }: Surface,
): void => {
  const url = png.length > 0 ? pictureUrl?.(png) : undefined;
  const others = draft.pieces.flatMap(piece => (piece.type === 'picture' ? [piece.picture] : []));
  const weight = weightOf(others) + cleanText(alt).length + (url?.length ?? 0);
  const isTooMuch = others.length >= LIMITS.pictures || weight > LIMITS.picturesWeight;
  if (png.length === 0 || isTooMuch || (!isAddress(url) && !uploads)) {
    draft.missing.push('a picture');
    draft.lost.push('a picture');
    const chunk = pictureText(alt);
    if (chunk) draft.pieces.push({ type: 'text', chunk });
    return;
  }
  const words = cleanText(alt);
  if (words.length > LIMITS.altText) draft.lost.push('the end of a picture’s description');
  const shown = shortenTo(words, LIMITS.altText) || 'Picture';
  const alone = { type: 'image', alt_text: shown } as const;
  if (isAddress(url)) draft.pieces.push({ type: 'picture', picture: { ...alone, image_url: url } });
  else {
    draft.pieces.push({ type: 'picture', picture: { ...alone, slack_file: { id: uploadId(draft.images.length) } } });
    draft.images.push({ png, alt: shown });
  }
};

/** Slack takes one table a message: the others are drawn. */
const longestTable = (blocks: readonly Block[]): Block | undefined => {
  const tables = blocks.filter(block => block.type === 'table');
  return tables.toSorted((a, b) => b.rows.length - a.rows.length)[0];
};

const draftOf = (
  { blocks }: Message,
  context: RenderContext,
  surface: Surface,
  opensTopic: (id: string) => boolean,
): Draft => {
  const draft: Draft = { pieces: [], images: [], lost: [], missing: [] };
  const seen = new Set<string>();
  const markdown: MarkdownContext = { typed: context.typed, renamed: context.renamed, opensTopic };
  const shownAsTable = longestTable(blocks);
  const addChunk = (chunk: Chunk | undefined): void => {
    if (chunk?.lost) draft.lost.push(chunk.lost);
    if (chunk?.missing) draft.missing.push(chunk.missing);
    if (chunk) draft.pieces.push({ type: 'text', chunk });
  };
  for (const block of blocks) {
    if (block.type === 'divider') draft.pieces.push({ type: 'divider' });
    else if (block.type === 'image') addPicture(draft, block, context, surface);
    else if (block.type === 'table') {
      addChunk(chunkOfTable(block, surface.tables && block === shownAsTable));
    } else if (block.type === 'actions') {
      const { rows, links, lost, missing } = controlsOf(block, seen);
      draft.lost.push(...lost);
      draft.missing.push(...missing);
      for (const link of links) addChunk(madeChunk('text', ...link));
      if (rows.length > 0) draft.pieces.push({ type: 'rows', rows });
    } else addChunk(chunkOfBlock(block, markdown));
  }
  return draft;
};

const LOOKS: Looks<Piece, Style, KnownBlock[]> = { styles: STYLES, inStyle, assemble };
type Arranged = { blocks: KnownBlock[]; dropped: string[] };
/** The most beautiful form of at most `most` blocks; then rows are left out from the end, and named in `dropped`. */
const inBlocks = (pieces: readonly Piece[], most: number): Arranged => {
  const { made, dropped } = arrange(pieces, LOOKS, blocks => blocks.length <= most);
  return { blocks: made, dropped };
};

/** Controls are worth more than text, but without any they say nothing. */
const ROOM_FOR_CONTROLS = 2 / 3;
type Fitted = Arranged & { missing: string[] };
/** What there is room for beside a notice: texts are shortened first, and where nothing of them is left, rows go. */
const shrink = (pieces: readonly Piece[], { blocks: most, weigh, room }: Surface): Fitted => {
  const gone: string[] = [];
  let left = pieces;
  const dropRow = (): boolean => {
    const less = withoutARow(left);
    if (!less) return false;
    left = less.pieces;
    gone.unshift(...less.names);
    return true;
  };
  const rowsWeight = (): number =>
    weigh(
      assemble(
        left.filter(({ type }) => type === 'rows'),
        SMALLEST,
      ),
    );
  while (rowsWeight() > room * ROOM_FOR_CONTROLS && dropRow());
  let budget = textSize(left);
  for (;;) {
    const { pieces: shorter, missing } = fitTexts(left, budget);
    const { blocks, dropped } = inBlocks(shorter, most - 1);
    const excess = weigh(blocks) - (room - NOTICE_ROOM);
    if (excess <= 0) return { blocks, missing, dropped: [...dropped, ...gone] };
    if (budget > 0) {
      budget = Math.max(0, Math.min(budget, textSize(shorter)) - excess);
      continue;
    }
    if (!dropRow()) return { blocks: [], missing, dropped: [...dropped, ...gone] };
    budget = textSize(left);
  }
};

/** The message as blocks for a surface. Never more than Slack takes: what had to give way is in `shortened`. */
export const renderBlocks = (
  message: Message,
  context: RenderContext,
  surface: Surface,
): Omit<SlackMessage, 'text'> => {
  const topics = openedTopics(message.blocks);
  const hinted = new Set<string>();
  let draft = draftOf(message, context, surface, id => {
    if (!topics.has(id)) hinted.add(id);
    return topics.has(id);
  });
  const whole = ({ pieces, missing }: Draft): KnownBlock[] | undefined => {
    const { blocks, dropped } = inBlocks(pieces, surface.blocks - (missing.length > 0 ? 1 : 0));
    const room = surface.room - (missing.length > 0 ? NOTICE_ROOM : 0);
    return dropped.length === 0 && surface.weigh(blocks) <= room ? blocks : undefined;
  };
  let blocks = whole(draft);
  if (!blocks && hinted.size > 0) {
    draft = draftOf(message, context, surface, () => true);
    draft.missing.push(HINTS);
    draft.lost.push(HINTS);
    blocks = whole(draft);
  }
  const { dropped, missing, ...fitted } = blocks ? { blocks, dropped: [], missing: [] } : shrink(draft.pieces, surface);
  const notShown = [...draft.missing, ...droppedWords(dropped), ...missing];
  const shown = [...fitted.blocks];
  if (notShown.length > 0) {
    const advice = adviceOf(topics.size + hinted.size > 0, name => codeSpan(context.typed?.(name) ?? `/${name}`));
    shown.push(
      contextBlock(`${escapeText(`Shortened to fit Slack; not shown: ${missingWords(notShown)}.`)} ${advice}`),
    );
  }
  if (shown.length === 0) shown.push(contextBlock('There is nothing to show here.'));
  return {
    blocks: shown,
    images: draft.images,
    shortened: counted([...draft.lost, ...droppedWords(dropped), ...missing]),
  };
};

/** What is heard rather than seen: no capitals, no lines and no buttons. */
const spoken = ({ blocks }: Message): Message => ({
  blocks: blocks.flatMap((block): Block[] => {
    if (block.type === 'heading') return [{ ...block, level: 2 }];
    return block.type === 'actions' || block.type === 'divider' ? [] : [block];
  }),
});

/** The ids of the channels that the message links to: only these become Slack's own names, not each word that looks like one. */
const channelsIn = ({ blocks }: Message): ReadonlySet<string> => {
  const markdown = blocks.flatMap(block =>
    block.type === 'text' ? [block.text] : block.type === 'list' ? block.items : [],
  );
  return new Set(markdown.flatMap(one => [...one.matchAll(/\(channel:([CG][A-Z0-9]+)\)/g)].map(([, id = '']) => id)));
};

const plainForm = (message: Message, { renamed = text => text }: RenderContext): string => {
  const words = renamed((toPlainText(spoken(message)) || toPlainText(message)).trim());
  const channels = channelsIn(message);
  const shown = (text: string): string =>
    escapeEntities(text).replaceAll(/#([CG][A-Z0-9]+)/g, (whole, id) => (channels.has(id) ? `<#${id}>` : whole));
  const whole = shown(words);
  if (whole.length <= LIMITS.plainText) return whole || 'There is nothing to show here.';
  const startAt = (length: number): string => `${shown(startOf(words, length)).trimEnd()}…`;
  return startAt(greatest(LIMITS.plainText, length => startAt(length).length <= LIMITS.plainText));
};

/** The message as Slack's payload. Never more than Slack takes: what had to give way is in `shortened`. */
export const renderMessage = (message: Message, context: RenderContext = {}): SlackMessage => ({
  text: plainForm(message, context),
  ...renderBlocks(message, context, MESSAGE),
});

/** The blocks with the files that `images` became, in their order; a line of text stands for one that is missing. */
export const withFiles = (
  { blocks }: Pick<SlackMessage, 'blocks'>,
  fileIds: readonly (string | undefined)[],
): KnownBlock[] =>
  blocks.map(block => {
    if (block.type !== 'image' || !('slack_file' in block) || !('id' in block.slack_file)) return block;
    const number = /^upload-(\d+)$/.exec(block.slack_file.id)?.[1];
    if (number === undefined) return block;
    const id = fileIds[Number(number)];
    return id === undefined ? pictureLine(block) : { ...block, slack_file: { id } };
  });

const pictureLine = ({ alt_text: alt }: ImageBlock): KnownBlock =>
  contextBlock(`Picture: ${escapeText(shortenTo(alt, 300))}`);
