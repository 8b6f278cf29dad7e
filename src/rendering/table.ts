// Tables as aligned text, as narrow as a phone shows it.
import type { Block } from '../message.ts';

type Columns = Extract<Block, { type: 'table' }>['columns'];
export type TableRow = { cells: readonly string[]; own?: boolean };

/** What fits beside each other on a phone in a block of code. */
const TABLE_WIDTH = 36;
const NARROWEST = 8;
const WIDE =
  /[\p{Extended_Pictographic}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Columns in a monospaced font: emoji and East Asian characters take two. */
const widthOf = (text: string): number =>
  /^[\x20-\x7e]*$/.test(text)
    ? text.length
    : [...graphemes.segment(text)].reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1), 0);

const pad = (text: string, width: number, align: 'start' | 'end' | undefined): string => {
  const room = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'end' ? room + text : text + room;
};

const trimCell = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text;
  let shown = '';
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(shown + segment) > width - 1) break;
    shown += segment;
  }
  return `${shown.trimEnd()}…`;
};

/** Widths that fit side by side where the widest columns give way first. */
const columnWidths = (rows: readonly (readonly string[])[], columns: number, room: number): number[] => {
  const widths = Array.from({ length: columns }, (_, at) => Math.max(0, ...rows.map(row => widthOf(row[at] ?? ''))));
  const gaps = 2 * Math.max(0, columns - 1);
  while (widths.reduce((sum, width) => sum + width, gaps) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
};

/** The table line by line, the labels of its columns first and the own rows marked; `trimmed` counts the cells that end early. */
export const drawTable = (columns: Columns, rows: readonly TableRow[]): { lines: string[]; trimmed: number } => {
  const cells = [columns.map(({ label }) => label), ...rows.map(row => columns.map((_, at) => row.cells[at] ?? ''))];
  const hasOwn = rows.some(({ own }) => own);
  const widths = columnWidths(cells, columns.length, TABLE_WIDTH - (hasOwn ? 2 : 0));
  const lines = cells.map((row, at) => {
    const mark = hasOwn ? (at > 0 && rows[at - 1]?.own ? '▸ ' : '  ') : '';
    const line = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return pad(trimCell(cell, width), width, columns[column]?.align);
    });
    return `${mark}${line.join('  ')}`.trimEnd();
  });
  const trimmed = cells.flat().filter((cell, at) => widthOf(cell) > (widths[at % columns.length] ?? 0)).length;
  return { lines, trimmed };
};
