// A message on its way to a platform's form: its pieces in order, arranged so that they fit.
import type { Button, LinkButton, Select } from '../message.ts';

export type Piece<Chunk, Row, Picture> =
  | { type: 'text'; chunk: Chunk }
  | { type: 'rows'; rows: Row[] }
  | { type: 'divider' }
  | { type: 'picture'; picture: Picture };
export type Control = Button | LinkButton | Select;

/** The chunks before a row of one button: those that stand above it, and those beside it; only the last of several where `split`. */
export const besideOf = <Chunk extends { kind: string }>(
  chunks: readonly Chunk[],
  canStandBeside: (chunks: readonly Chunk[]) => boolean,
  split = true,
): { above: Chunk[]; beside: Chunk[] } => {
  if (canStandBeside(chunks)) return { above: [], beside: [...chunks] };
  const last = chunks.slice(-1);
  return split && last[0]?.kind !== 'heading' && canStandBeside(last)
    ? { above: chunks.slice(0, -1), beside: last }
    : { above: [...chunks], beside: [] };
};

/** What a reader calls these controls. */
const namesOf = (controls: readonly Control[]): string[] =>
  controls.map(control => (control.type === 'select' ? control.placeholder : control.label));

/** The pieces without one row: the last of them, but for the message's very last, which leads on. Undefined where there is none. */
export const withoutARow = <Chunk, Row extends { items: readonly Control[] }, Picture>(
  pieces: readonly Piece<Chunk, Row, Picture>[],
): { pieces: Piece<Chunk, Row, Picture>[]; names: string[] } | undefined => {
  const places = pieces.flatMap((piece, at) =>
    piece.type === 'rows' ? piece.rows.map((_, row) => ({ at, row })) : [],
  );
  const place = places.at(-2) ?? places.at(-1);
  const piece = place && pieces[place.at];
  if (!place || piece?.type !== 'rows') return undefined;
  const rows = piece.rows.filter((_, at) => at !== place.row);
  const others: typeof pieces = rows.length > 0 ? [{ type: 'rows', rows }] : [];
  return {
    pieces: [...pieces.slice(0, place.at), ...others, ...pieces.slice(place.at + 1)],
    names: namesOf(piece.rows[place.row]?.items ?? []),
  };
};

/** How pieces become a platform's form in one of several styles, the most beautiful first, the smallest last. */
export type Looks<P, Style, Made> = {
  styles: readonly [...Style[], Style];
  inStyle(pieces: readonly P[], style: Style): P[];
  assemble(pieces: readonly P[], style: Style): Made;
};

/**
 * The pieces in the first style in which they fit; then rows are left out from the end, and named in `dropped`. What is left when
 * there are no more rows may still not fit.
 */
export const arrange = <Chunk, Row extends { items: readonly Control[] }, Picture, Style, Made>(
  pieces: readonly Piece<Chunk, Row, Picture>[],
  { styles, inStyle, assemble }: Looks<Piece<Chunk, Row, Picture>, Style, Made>,
  fits: (made: Made) => boolean,
): { made: Made; dropped: string[] } => {
  for (const style of styles) {
    const made = assemble(inStyle(pieces, style), style);
    if (fits(made)) return { made, dropped: [] };
  }
  const smallest = styles[styles.length - 1] as Style;
  const dropped: string[] = [];
  let left = inStyle(pieces, smallest);
  for (;;) {
    const less = withoutARow(left);
    if (!less) return { made: assemble(left, smallest), dropped };
    left = less.pieces;
    dropped.unshift(...less.names);
    const made = assemble(left, smallest);
    if (fits(made)) return { made, dropped };
  }
};
