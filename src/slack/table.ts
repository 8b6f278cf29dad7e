// A table as Slack's block, or as aligned text where a message has one already and where Slack takes none.
import type { TableBlock } from '@slack/types';
import type { Block } from '../message.ts';
import { oneLine, startOf } from '../rendering/cut-text.ts';
import { type Loss, plural } from '../rendering/losses.ts';
import { drawTable } from '../rendering/table.ts';
import { LIMITS } from './limits.ts';
import { codeBlock } from './mrkdwn.ts';
import { type Chunk, type Part, sizeOf } from './text-blocks.ts';

type Table = Extract<Block, { type: 'table' }>;
type Row = { cells: string[]; own: boolean };

const LONGEST_CELL = 500;
const NO_TEXT = '–';
const MORE = '…';

const longCells = (count: number): { lost?: string } => (count === 0 ? {} : { lost: plural(count, 'long table cell') });
const lostRows = (count: number): Loss => ({ what: 'line', count });

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
  const { lines, trimmed } = drawTable(table.columns, rows);
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
    parts: [{ text: drawTable(table.columns, rows).lines.join('\n'), gap: '\n' }],
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
  const clean = (text = ''): string => oneLine(text.toWellFormed());
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
