// A table as Slack's block, or as aligned text where a message has one already and where Slack takes none.
import type { TableBlock } from '@slack/types';
import type { Block } from '../message.ts';
import { LIMITS, startOf } from './limits.ts';
import { codeBlock } from './mrkdwn.ts';
import { type Chunk, type Part, sizeOf } from './text-blocks.ts';

type Table = Extract<Block, { type: 'table' }>;
type Row = { cells: string[]; own: boolean };

const LONGEST_CELL = 500;
const NO_TEXT = '–';
const MORE = '…';

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
  return `${shown.trimEnd()}${MORE}`;
};

/** Widths that fit side by side where the widest columns give way first. */
const columnWidths = (rows: readonly string[][], columns: number, room: number): number[] => {
  const widths = Array.from({ length: columns }, (_, at) => Math.max(0, ...rows.map(row => widthOf(row[at] ?? ''))));
  const gaps = 2 * Math.max(0, columns - 1);
  while (widths.reduce((sum, width) => sum + width, gaps) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
};

const longCells = (count: number): { lost?: string } =>
  count === 0 ? {} : { lost: `${count} long table ${count === 1 ? 'cell' : 'cells'}` };
const lostRows = (count: number): { what: 'line'; count: number } => ({ what: 'line', count });

/** As many rows as fit into `room`, the own ones before all others; undefined where none does. */
const rowsWithin = (rows: readonly Row[], sizes: readonly number[], room: number): Row[] | undefined => {
  const own = rows.reduce((sum, row, at) => sum + (row.own ? (sizes[at] ?? 0) : 0), 0);
  let left = room - own;
  let isOver = left < 0;
  const shown = rows.filter((row, at) => {
    if (row.own) return own <= room;
    isOver ||= (sizes[at] ?? 0) > left;
    if (!isOver) left -= sizes[at] ?? 0;
    return !isOver;
  });
  return shown.length > 0 ? shown : undefined;
};

type Drawn = { lines: string[]; trimmed: number };
const drawn = ({ columns }: Table, rows: readonly Row[]): Drawn => {
  const cells = [columns.map(({ label }) => label), ...rows.map(row => row.cells)];
  const hasOwn = rows.some(({ own }) => own);
  const widths = columnWidths(cells, columns.length, TABLE_WIDTH - (hasOwn ? 2 : 0));
  const lines = cells.map((row, at) => {
    const mark = hasOwn ? (at > 0 && rows[at - 1]?.own ? '▸ ' : '  ') : '';
    const line = columns.map(({ align }, column) =>
      pad(trimCell(row[column] ?? '', widths[column] ?? 0), widths[column] ?? 0, align),
    );
    return `${mark}${line.join('  ')}`.trimEnd();
  });
  const trimmed = cells.flat().filter((cell, at) => widthOf(cell) > (widths[at % columns.length] ?? 0)).length;
  return { lines, trimmed };
};

/** Lines of code in as many blocks of code as they need. */
const codeParts = (lines: readonly string[]): Part[] => {
  const parts: string[][] = [[]];
  for (const line of lines) {
    const part = parts.at(-1) as string[];
    if (part.length > 0 && codeBlock([...part, line].join('\n')).length > LIMITS.sectionText) parts.push([line]);
    else part.push(line);
  }
  return parts.map(part => ({ text: codeBlock(part.join('\n')), gap: '\n' }));
};

const textTable = (table: Table, rows: readonly Row[], more = false): Chunk => {
  const { lines, trimmed } = drawn(table, rows);
  const parts = codeParts(more ? [...lines, MORE] : lines);
  return {
    kind: 'table',
    parts,
    size: sizeOf(parts),
    ...longCells(trimmed),
    cut: room => {
      const sizes = lines.slice(1).map(line => codeBlock(line).length);
      const frame = codeBlock(lines[0] ?? '').length + 20;
      const shown = rowsWithin(rows, sizes, room - frame);
      return {
        chunk: shown && textTable(table, shown, true),
        lost: lostRows(rows.length - (shown?.length ?? 0)),
      };
    },
  };
};

const blockOf = ({ columns }: Table, rows: readonly Row[], more: boolean): TableBlock => {
  const cell = (text: string | undefined): { type: 'raw_text'; text: string } => ({
    type: 'raw_text',
    text: text === undefined || text === '' ? NO_TEXT : text,
  });
  return {
    type: 'table',
    rows: [
      columns.map(({ label }) => cell(label)),
      ...rows.map(({ cells, own }) =>
        columns.map((_, at) => cell(own && at === 0 ? `▸ ${cells[at] ?? ''}`.trimEnd() : cells[at])),
      ),
      ...(more ? [columns.map(() => cell(MORE))] : []),
    ],
    column_settings: columns.map(({ align }) => ({ align: align === 'end' ? 'right' : 'left', is_wrapped: true })),
  };
};

const blockTable = (table: Table, rows: readonly Row[], trimmed: number, more = false): Chunk => {
  const block = blockOf(table, rows, more);
  const cut: Chunk['cut'] = room => {
    const sizes = block.rows.slice(1).map(row => JSON.stringify(row).length + 1);
    const frame = JSON.stringify({ ...block, rows: [block.rows[0], block.rows[0]] }).length;
    const shown = rowsWithin(rows, sizes, room - frame);
    return {
      chunk: shown && blockTable(table, shown, trimmed, true),
      lost: lostRows(rows.length - (shown?.length ?? 0)),
    };
  };
  return {
    kind: 'table',
    parts: [{ text: drawn(table, rows).lines.join('\n'), gap: '\n' }],
    table: block,
    size: JSON.stringify(block).length,
    ...longCells(trimmed),
    cut,
  };
};

/** The table as a chunk, as Slack's own block where `asBlock`; undefined where it has no columns. */
export const chunkOfTable = (table: Table, asBlock: boolean): Chunk | undefined => {
  const { columns } = table;
  if (columns.length === 0) return undefined;
  const clean = (text: string | undefined): string =>
    (text ?? '')
      .toWellFormed()
      .replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')
      .trim();
  const trimmed = [...columns.map(({ label }) => label), ...table.rows.flatMap(({ cells }) => cells)].filter(
    text => clean(text).length > LONGEST_CELL,
  ).length;
  const cellOf = (text: string | undefined): string => {
    const shown = clean(text);
    return shown.length > LONGEST_CELL ? `${startOf(shown, LONGEST_CELL - 1)}${MORE}` : shown;
  };
  const shownTable = { ...table, columns: columns.map(column => ({ ...column, label: cellOf(column.label) })) };
  const rows = table.rows.map(({ cells, own = false }) => ({ cells: columns.map((_, at) => cellOf(cells[at])), own }));
  if (!asBlock || columns.length > LIMITS.tableColumns) return textTable(shownTable, rows);
  // One row is the header, and one says that there are more.
  if (rows.length < LIMITS.tableRows) return blockTable(shownTable, rows, trimmed);
  const most = LIMITS.tableRows - 2;
  const shown =
    rowsWithin(
      rows,
      rows.map(() => 1),
      most,
    ) ?? rows.slice(0, most);
  const lines = `${rows.length - shown.length} lines`;
  return { ...blockTable(shownTable, shown, trimmed, true), lost: lines, missing: lines };
};
