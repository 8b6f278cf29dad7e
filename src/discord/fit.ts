// Makes a message fit into Discord's limits: first decoration goes, then buttons become menus, then the longest texts end early.
import { chunksIn, fitTexts } from '../rendering/fit-texts.ts';
import { adviceOf, missingWords, NOTICE_ROOM } from '../rendering/losses.ts';
import type { Piece as PieceOf } from '../rendering/pieces.ts';
import type { Row } from './controls.ts';
import { LIMITS } from './limits.ts';
import { codeSpan, escapeText } from './markdown.ts';
import type { Chunk } from './text-blocks.ts';

/** Pictures beside each other. */
export type Gallery = { url: string; alt: string }[];
/** A message on its way to Discord's components, in order. */
export type Piece = PieceOf<Chunk, Row, Gallery>;

/** Between two texts: a blank line. */
const GAP = 2;

/** The pieces with texts of at most 4,000 characters in all, and what is missing. `hasNotice`: a line that says so has its room in any case. */
export const fitAllTexts = (pieces: readonly Piece[], hasNotice: boolean): { pieces: Piece[]; missing: string[] } => {
  const total = chunksIn(pieces).reduce((sum, { size }) => sum + size + GAP, 0);
  return total <= LIMITS.text - (hasNotice ? NOTICE_ROOM : 0)
    ? { pieces: [...pieces], missing: [] }
    : fitTexts(pieces, LIMITS.text - NOTICE_ROOM, GAP);
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
export const STYLES: readonly [...Style[], Style] = [
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

/** The quiet line that ends a shortened message. */
export const noticeOf = (missing: readonly string[], hasTopics: boolean): string => {
  const advice = adviceOf(hasTopics, name => codeSpan(`/${name}`));
  return `-# Shortened to fit Discord; not shown: ${escapeText(missingWords(missing))}. ${advice}`;
};
