// Makes the texts of a message fit: the longest end early, all at about the same length.
import { GONE, type Loss, lossWords } from './losses.ts';
import type { Piece } from './pieces.ts';

/** A text as the platform shows it. */
export type Sized<Chunk> = {
  /** What it takes of the room for texts. */
  size: number;
  /** At most `room` of it, or nothing where nothing sensible fits; `lost` says what is not there. */
  cut(room: number): { chunk?: Chunk | undefined; lost: Loss };
};

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

export const chunksIn = <Chunk>(pieces: readonly Piece<Chunk, unknown, unknown>[]): Chunk[] =>
  pieces.flatMap(piece => (piece.type === 'text' ? [piece.chunk] : []));

/**
 * The pieces with texts that take at most `room` in all, with `gap` for each: the longest are shortened, to a common length.
 * `missing` says in words what is not there any more.
 */
export const fitTexts = <Chunk extends Sized<Chunk>, Row, Picture>(
  pieces: readonly Piece<Chunk, Row, Picture>[],
  room: number,
  gap = 0,
): { pieces: Piece<Chunk, Row, Picture>[]; missing: string[] } => {
  type Cut = { chunk?: Chunk | undefined; lost?: Loss };
  const chunks = chunksIn(pieces);
  const sizes = chunks.map(({ size }) => size + gap);
  let shown = sizes.length;
  while (shown > 1 && commonCap(sizes.slice(0, shown), room) < SHORTEST) shown -= 1;
  const cap = commonCap(sizes.slice(0, shown), room) - gap;
  const cuts = chunks.map((chunk, at): Cut => {
    if (at >= shown) return { lost: GONE };
    return chunk.size <= cap ? { chunk } : chunk.cut(cap);
  });
  // Whole lines and words seldom use up their share; the first texts get what is over.
  let left = room - cuts.reduce((sum, { chunk }) => sum + (chunk ? chunk.size + gap : 0), 0);
  for (const [at, { chunk: cut, lost }] of cuts.entries()) {
    const whole = chunks[at];
    const size = cut?.size ?? 0;
    if (!lost || !whole || at >= shown || left <= gap) continue;
    const most = size + left - gap;
    const more: Cut = whole.size <= most ? { chunk: whole } : whole.cut(most);
    if (!more.chunk || more.chunk.size <= size) continue;
    left -= more.chunk.size - size + (cut ? 0 : gap);
    cuts[at] = more;
  }
  let at = -1;
  const fitted = pieces.flatMap((piece): Piece<Chunk, Row, Picture>[] => {
    if (piece.type !== 'text') return [piece];
    at += 1;
    const chunk = cuts[at]?.chunk;
    return chunk ? [{ type: 'text', chunk }] : [];
  });
  return { pieces: fitted, missing: lossWords(cuts.flatMap(({ chunk, lost }) => (lost ? [chunk ? lost : GONE] : []))) };
};
