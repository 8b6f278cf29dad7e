// Makes a message fit into Discord's limits: first decoration goes, then buttons become menus, then the longest texts end early.

import type { Row } from './controls.ts';
import { LIMITS, shortenTo } from './limits.ts';
import { escapeText } from './markdown.ts';
import { type Chunk, type Loss, lossWords } from './text-blocks.ts';

export type Picture = { url: string; alt: string };
/** A message on its way to Discord's components, in order. */
export type Piece =
  | { type: 'text'; chunk: Chunk }
  | { type: 'rows'; rows: Row[] }
  | { type: 'divider' }
  | { type: 'gallery'; items: Picture[] };

/** For the line that says what is missing. */
const NOTICE_ROOM = 500;
const NOTICE_WORDS = 180;
/** Less of a text says nothing. */
const SHORTEST = 24;
/** Between two texts: a blank line. */
const GAP = 2;

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

type Cut = { text: string; lost?: Loss };
const GONE: Loss = { what: 'text', count: 1 };

/**
 * The pieces with texts of at most 4,000 characters in all: the longest are shortened, to a common length. `missing` says in
 * words what is not there any more.
 */
export const fitTexts = (pieces: readonly Piece[], reserved: boolean): { pieces: Piece[]; missing: string[] } => {
  const lengths = pieces.flatMap(piece => (piece.type === 'text' ? [piece.chunk.text.length + GAP] : []));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= LIMITS.text - (reserved ? NOTICE_ROOM : 0)) return { pieces: [...pieces], missing: [] };
  const room = LIMITS.text - NOTICE_ROOM;
  let shown = lengths.length;
  while (shown > 1 && commonCap(lengths.slice(0, shown), room) < SHORTEST) shown -= 1;
  const cap = commonCap(lengths.slice(0, shown), room) - GAP;
  const chunks = pieces.flatMap(piece => (piece.type === 'text' ? [piece.chunk] : []));
  const cuts = chunks.map(({ text, cut }, at): Cut => {
    if (at >= shown) return { text: '', lost: GONE };
    return text.length <= cap ? { text } : cut(cap);
  });
  // Whole lines and words seldom use up their share; the first texts get what is over.
  let left = room - cuts.reduce((sum, { text }) => sum + text.length + (text === '' ? 0 : GAP), 0);
  for (const [at, { text, lost }] of cuts.entries()) {
    const chunk = chunks[at];
    if (!lost || !chunk || at >= shown || left <= GAP) continue;
    const more = text.length + left - GAP;
    const longer: Cut = chunk.text.length <= more ? { text: chunk.text } : chunk.cut(more);
    if (longer.text.length <= text.length) continue;
    left -= longer.text.length - text.length + (text === '' ? GAP : 0);
    cuts[at] = longer;
  }
  let at = -1;
  const fitted = pieces.flatMap((piece): Piece[] => {
    if (piece.type !== 'text') return [piece];
    at += 1;
    const text = cuts[at]?.text ?? '';
    return text === '' ? [] : [{ type: 'text', chunk: { ...piece.chunk, text } }];
  });
  const losses = cuts.flatMap(({ text, lost }) => (lost ? [text === '' ? GONE : lost] : []));
  return { pieces: fitted, missing: lossWords(losses) };
};

/** How much a message may spend on its looks. */
export type Style = {
  dividers: boolean;
  /** A short last text beside its one button, apart from the long text before it. */
  split: boolean;
  /** Rows of so many buttons or more become menus. */
  menusFrom: number;
};
/** From the most beautiful to the smallest. */
export const STYLES: readonly Style[] = [
  { dividers: true, split: true, menusFrom: Number.POSITIVE_INFINITY },
  { dividers: true, split: false, menusFrom: Number.POSITIVE_INFINITY },
  { dividers: false, split: false, menusFrom: Number.POSITIVE_INFINITY },
  { dividers: false, split: false, menusFrom: 3 },
  { dividers: false, split: false, menusFrom: 2 },
];

const asMenu = (row: Row, menusFrom: number): Row[] => {
  if (row.type !== 'buttons') return [row];
  const own = row.items.filter(item => item.type === 'button');
  const links = row.items.filter(item => item.type === 'link');
  const isUnique = new Set(own.map(({ action }) => action)).size === own.length;
  if (own.length < menusFrom || !isUnique) return [row];
  return [{ type: 'menu', items: own }, ...(links.length > 0 ? [{ type: 'buttons' as const, items: links }] : [])];
};

/** The pieces in a style: without dividers, and with menus for rows of many buttons, where it says so. */
export const inStyle = (pieces: readonly Piece[], { dividers, menusFrom }: Style): Piece[] =>
  pieces.flatMap((piece): Piece[] => {
    if (piece.type === 'divider') return dividers ? [piece] : [];
    if (piece.type === 'rows') return [{ ...piece, rows: piece.rows.flatMap(row => asMenu(row, menusFrom)) }];
    return [piece];
  });

const namesIn = (row: Row): string[] =>
  row.type === 'select' ? [row.select.placeholder] : row.items.map(({ label }) => label);

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

/** The quiet line that ends a shortened message. */
export const noticeOf = (missing: readonly string[], hasTopics: boolean): string => {
  const words = escapeText(shortenTo(counted(missing).join(', '), NOTICE_WORDS));
  const advice = hasTopics
    ? '`/topics show` opens any topic, `/topics list` lists one module.'
    : 'Ask for less at a time to see everything.';
  return `-# Shortened to fit Discord; not shown: ${words}. ${advice}`;
};
