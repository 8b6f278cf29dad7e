// How a message gives way to Slack's limits: first decoration goes, then buttons become menus.
import type { ImageBlock } from '@slack/types';
import { chunksIn } from '../rendering/fit-texts.ts';
import type { Piece as PieceOf } from '../rendering/pieces.ts';
import { canBeMenu, type Row } from './controls.ts';
import type { Chunk } from './text-blocks.ts';

/** A message on its way to Slack's blocks, in order. */
export type Piece = PieceOf<Chunk, Row, ImageBlock>;

/** What all texts weigh. */
export const textSize = (pieces: readonly Piece[]): number => chunksIn(pieces).reduce((sum, { size }) => sum + size, 0);

/** How many blocks a message may spend on its looks. */
export type Style = {
  dividers: boolean;
  /** Headings and quiet texts in blocks of their own, short facts beside each other, and each row of controls apart. */
  apart: boolean;
  /** A row of buttons after a text becomes a menu beside it. */
  menus: boolean;
};
export const SMALLEST: Style = { dividers: false, apart: false, menus: true };
/** From the most beautiful to the smallest. */
export const STYLES: readonly [...Style[], Style] = [
  { dividers: true, apart: true, menus: false },
  { dividers: false, apart: true, menus: false },
  { dividers: false, apart: false, menus: false },
  SMALLEST,
];

/** The pieces in a style: without dividers, and with menus for rows of buttons that follow a text, where it says so. */
export const inStyle = (pieces: readonly Piece[], { dividers, menus }: Style): Piece[] =>
  pieces.flatMap((piece, at): Piece[] => {
    if (piece.type === 'divider') return dividers ? [piece] : [];
    const [row, ...others] = piece.type === 'rows' ? piece.rows : [];
    if (!menus || row?.type !== 'row' || others.length > 0 || pieces[at - 1]?.type !== 'text') return [piece];
    return canBeMenu(row.items) ? [{ type: 'rows', rows: [{ type: 'menu', items: row.items }] }] : [piece];
  });
