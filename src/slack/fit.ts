// Makes a message fit into Slack's limits: first decoration goes, then buttons become menus, then the longest texts end early.
import type { ImageBlock } from '@slack/types';
import { canBeMenu, type Row } from './controls.ts';
import { shortenTo } from './limits.ts';
import { type Chunk, type Loss, lossWords } from './text-blocks.ts';

/** A message on its way to Slack's blocks, in order. */
export type Piece =
  | { type: 'text'; chunk: Chunk }
  | { type: 'rows'; rows: Row[] }
  | { type: 'divider' }
  | { type: 'image'; block: ImageBlock };

const NOTICE_WORDS = 180;
/** For the line that says what is missing, and what stands around it. */
export const NOTICE_ROOM = 500;
/** Less of a text says nothing. */
const SHORTEST = 24;

/** The greatest length that all may have so that together they fit into `room`. */
const commonCap = (lengths: readonly number[], room: number): number => {
  const sorted = lengths.toSorted((a, b) => a - b);
  let left = room;
  for (const [at, length] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - at));
    if (length > share) return share;
    left -= length;
  }
  return Number.POSITIVE_INFINITY;
};

/** The same words with how often they are meant. */
export const counted = (words: readonly string[]): string[] => {
  const times = new Map<string, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return [...times].map(([word, count]) => (count === 1 ? word : `${word} (${count} times)`));
};

const chunksIn = (pieces: readonly Piece[]): Chunk[] =>
  pieces.flatMap(piece => (piece.type === 'text' ? [piece.chunk] : []));
/** What all texts weigh. */
export const textSize = (pieces: readonly Piece[]): number => chunksIn(pieces).reduce((sum, { size }) => sum + size, 0);

type Cut = { chunk?: Chunk | undefined; lost?: Loss };
const GONE: Loss = { what: 'text', count: 1 };

/**
 * The pieces with texts that weigh at most `room` in all: the longest are shortened, to a common length. `missing` says in words
 * what is not there any more.
 */
export const fitTexts = (pieces: readonly Piece[], room: number): { pieces: Piece[]; missing: string[] } => {
  const chunks = chunksIn(pieces);
  const sizes = chunks.map(({ size }) => size);
  let shown = sizes.length;
  while (shown > 1 && commonCap(sizes.slice(0, shown), room) < SHORTEST) shown -= 1;
  const cap = commonCap(sizes.slice(0, shown), room);
  const cuts = chunks.map((chunk, at): Cut => {
    if (at >= shown || (cap < SHORTEST && chunk.size > cap)) return { lost: GONE };
    return chunk.size <= cap ? { chunk } : chunk.cut(cap);
  });
  // Whole lines and words seldom use up their share; the first texts get what is over.
  let left = room - cuts.reduce((sum, { chunk }) => sum + (chunk?.size ?? 0), 0);
  for (const [at, { chunk: cut, lost }] of cuts.entries()) {
    const whole = chunks[at];
    const size = cut?.size ?? 0;
    if (!lost || !whole || at >= shown || left <= 0) continue;
    const more: Cut = whole.size <= size + left ? { chunk: whole } : whole.cut(size + left);
    if (!more.chunk || more.chunk.size <= size) continue;
    left -= more.chunk.size - size;
    cuts[at] = more;
  }
  let at = -1;
  const fitted = pieces.flatMap((piece): Piece[] => {
    if (piece.type !== 'text') return [piece];
    at += 1;
    const chunk = cuts[at]?.chunk;
    return chunk ? [{ type: 'text', chunk }] : [];
  });
  return { pieces: fitted, missing: lossWords(cuts.flatMap(({ chunk, lost }) => (lost ? [chunk ? lost : GONE] : []))) };
};

/** How many blocks a message may spend on its looks. */
export type Style = {
  dividers: boolean;
  /** Headings and quiet texts in blocks of their own, short facts beside each other, and each row of controls apart. */
  apart: boolean;
  /** A row of buttons after a text becomes a menu beside it. */
  menus: boolean;
};
/** From the most beautiful to the smallest. */
export const STYLES: readonly [Style, ...Style[]] = [
  { dividers: true, apart: true, menus: false },
  { dividers: false, apart: true, menus: false },
  { dividers: false, apart: false, menus: false },
  { dividers: false, apart: false, menus: true },
];
export const SMALLEST: Style = { dividers: false, apart: false, menus: true };

/** The pieces in a style: without dividers, and with menus for rows of buttons that follow a text, where it says so. */
export const inStyle = (pieces: readonly Piece[], { dividers, menus }: Style): Piece[] =>
  pieces.flatMap((piece, at): Piece[] => {
    if (piece.type === 'divider') return dividers ? [piece] : [];
    const [row, ...others] = piece.type === 'rows' ? piece.rows : [];
    if (!menus || row?.type !== 'row' || others.length > 0 || pieces[at - 1]?.type !== 'text') return [piece];
    return canBeMenu(row.items) ? [{ type: 'rows', rows: [{ type: 'menu', items: row.items }] }] : [piece];
  });

const namesIn = (row: Row): string[] => row.items.map(item => (item.type === 'select' ? item.placeholder : item.label));

/** The pieces without one row: the last of them, but for the message's very last, which leads on. Undefined where there is none. */
export const withoutARow = (pieces: readonly Piece[]): { pieces: Piece[]; names: string[] } | undefined => {
  const places = pieces.flatMap((piece, at) =>
    piece.type === 'rows' ? piece.rows.map((_, row) => ({ at, row })) : [],
  );
  const place = places.at(-2) ?? places.at(-1);
  const piece = place && pieces[place.at];
  if (!place || piece?.type !== 'rows') return undefined;
  const row = piece.rows[place.row];
  const rows = piece.rows.filter((_, at) => at !== place.row);
  const others: Piece[] = rows.length > 0 ? [{ type: 'rows', rows }] : [];
  return {
    pieces: [...pieces.slice(0, place.at), ...others, ...pieces.slice(place.at + 1)],
    names: row ? namesIn(row) : [],
  };
};

export const droppedWords = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [`${names.length} ${names.length === 1 ? 'button' : 'buttons'} (${counted(names).join(', ')})`];

/** The quiet line that ends a shortened message, as what stands before, in and after code. */
export const noticeOf = (missing: readonly string[]): string =>
  `Shortened to fit Slack; not shown: ${shortenTo(counted(missing).join(', '), NOTICE_WORDS)}.`;
