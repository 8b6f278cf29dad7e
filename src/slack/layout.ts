// Texts, controls and pictures as Slack's blocks: as many texts in one section as it takes, a short one beside its only button.
import type { ContextBlock, KnownBlock, MrkdwnElement, SectionBlock } from '@slack/types';
import { besideOf, type Control } from '../rendering/pieces.ts';
import { buttonElement, controlElement, createIds, type Ids, menuElement, plainText, type Row } from './controls.ts';
import type { Piece, Style } from './fit.ts';
import { LIMITS } from './limits.ts';
import { type Chunk, gapAfter, type Kind, type Part } from './text-blocks.ts';

/** `verbatim`: what looks like an address, a channel or a name stays text. */
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });
const section = (text: string): SectionBlock => ({ type: 'section', text: mrkdwn(text) });
export const context = (text: string): ContextBlock => ({ type: 'context', elements: [mrkdwn(text)] });

/** A longer text beside a button would be a narrow column. */
const BESIDE_A_BUTTON = 240;

const isInSection = (chunk: Chunk, { apart }: Style): boolean =>
  chunk.table === undefined &&
  (!apart || (chunk.kind !== 'quiet' && chunk.header === undefined && chunk.fields === undefined));

/** The parts of all chunks with the room between them. */
const partsOf = (chunks: readonly Chunk[]): Part[] =>
  chunks.flatMap(({ kind, parts }, at) => {
    const before: Kind | undefined = chunks[at - 1]?.kind;
    const gap = before === undefined ? '' : gapAfter(before, kind);
    return parts.map((part, index) => (index === 0 ? { ...part, gap } : part));
  });

/** Texts of at most `limit` characters each that hold all parts. */
const packed = (parts: readonly Part[], limit: number): string[] => {
  const texts: string[] = [];
  for (const { text, gap } of parts) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + gap.length + text.length <= limit)
      texts[texts.length - 1] = last + gap + text;
    else texts.push(text);
  }
  return texts;
};

const canStandBeside = (chunks: readonly Chunk[]): boolean => {
  const texts = packed(partsOf(chunks), LIMITS.sectionText);
  return (
    texts.length === 1 &&
    (texts[0] ?? '').length <= BESIDE_A_BUTTON &&
    !(texts[0] ?? '').includes('```') &&
    chunks.every(({ kind }) => kind !== 'list' && kind !== 'table')
  );
};

const onlyButton = (rows: readonly Row[]): Exclude<Control, { type: 'select' }> | undefined => {
  const [row] = rows;
  const [item] = row?.type === 'row' ? row.items : [];
  return rows.length === 1 && row?.items.length === 1 && item && item.type !== 'select' ? item : undefined;
};

/** The pieces as blocks, in a style that they are in already. */
export const assemble = (pieces: readonly Piece[], style: Style): KnownBlock[] => {
  const ids: Ids = createIds();
  const blocks: KnownBlock[] = [];
  let texts: Chunk[] = [];
  let quiets: Chunk[] = [];
  let isDivided = false;
  const add = (...added: KnownBlock[]): void => {
    if (added.length === 0) return;
    if (isDivided && blocks.length > 0) blocks.push({ type: 'divider' });
    isDivided = false;
    blocks.push(...added);
  };
  const endTexts = (): void => {
    add(...packed(partsOf(texts), LIMITS.sectionText).map(section));
    add(...packed(partsOf(quiets), LIMITS.contextText).map(context));
    texts = [];
    quiets = [];
  };
  const addChunk = (chunk: Chunk): void => {
    if (isInSection(chunk, style)) {
      if (quiets.length > 0) endTexts();
      texts.push(chunk);
    } else if (chunk.kind === 'quiet') {
      if (texts.length > 0) endTexts();
      quiets.push(chunk);
    } else {
      endTexts();
      if (chunk.table) add(chunk.table);
      else if (chunk.fields) add({ type: 'section', fields: chunk.fields.map(mrkdwn) });
      else add({ type: 'header', text: plainText(chunk.header ?? '', LIMITS.header) });
    }
  };
  /** Ends the texts; the last of their sections gets the accessory, if there is one. */
  const withAccessory = (accessory: NonNullable<SectionBlock['accessory']>): boolean => {
    const last = texts.length > 0 ? packed(partsOf(texts), LIMITS.sectionText).map(section) : [];
    const end = last.pop();
    if (!end) return false;
    texts = [];
    add(...last, { ...end, accessory });
    return true;
  };
  const addRow = (row: Row): void => {
    if (row.type === 'menu' && texts.length > 0 && withAccessory(menuElement(row.items, ids))) return;
    endTexts();
    const elements = row.items.map(item => controlElement(item, ids));
    const last = blocks.at(-1);
    const fitsInLast =
      !style.apart &&
      !isDivided &&
      last?.type === 'actions' &&
      last.elements.length + elements.length <= LIMITS.actions;
    if (fitsInLast) last.elements.push(...elements);
    else add({ type: 'actions', elements });
  };
  for (const piece of pieces) {
    if (piece.type === 'text') addChunk(piece.chunk);
    else if (piece.type === 'rows') {
      const only = onlyButton(piece.rows);
      const { above, beside } = besideOf(texts, canStandBeside);
      if (only && beside.length > 0) {
        texts = above;
        endTexts();
        texts = beside;
        withAccessory(buttonElement(only, ids));
      } else for (const row of piece.rows) addRow(row);
    } else {
      endTexts();
      if (piece.type === 'divider') isDivided = true;
      else add(piece.picture);
    }
  }
  endTexts();
  return blocks;
};
