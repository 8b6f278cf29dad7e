// The blocks of a message that are text in Discord: headings, texts, facts, lists, progress, tables; each whole or shortened.
import { type Block, barOfText, percent } from '../message.ts';
import { firstWords, longest, oneLine, shortenTo, startOf } from '../rendering/cut-text.ts';
import { type Loss, plural } from '../rendering/losses.ts';
import { drawTable } from '../rendering/table.ts';
import { treeOf } from '../rendering/tree.ts';
import { codeBlock, escapeText, type MarkdownContext, renderTree, startOfTree } from './markdown.ts';

export type TextBlock = Extract<Block, { type: 'heading' | 'text' | 'facts' | 'list' | 'progress' | 'table' }>;
/** What a text is, for the room between it and its neighbours. */
type Kind = TextBlock['type'] | 'quiet';
export type Chunk = {
  kind: Kind;
  /** Discord's Markdown; never empty. */
  text: string;
  /** Its length in UTF-16 units. */
  size: number;
  /** At most `room` units of it, well-formed, or nothing where nothing sensible fits; `lost` says what is not there. */
  cut(room: number): { chunk?: Chunk; lost: Loss };
  /** What was shortened already, whatever the room. */
  lost?: string;
};

/** `start` is at most so many units of the text, or '' where nothing sensible fits. */
const chunkFrom = (kind: Kind, text: string, start: (room: number) => { text: string; lost: Loss }): Chunk => ({
  kind,
  text,
  size: text.length,
  cut: room => {
    const { text: shown, lost } = start(room);
    return { ...(shown !== '' && { chunk: chunkFrom(kind, shown, start) }), lost };
  },
});

const plain = (text: string): string => escapeText(oneLine(text));

/** Subtext, line by line; Discord knows no lists or quotes in it. */
const subtext = (markdown: string): string =>
  markdown
    .split(/(```[\s\S]*?```)/)
    .map(part =>
      part.startsWith('```')
        ? part
        : part
            .split('\n')
            .map(line => line.replace(/^\s*(?:> )?(- )?/, (_, bullet) => (bullet ? '• ' : '')))
            .map(line => (line.trim() === '' ? '' : `-# ${line}`))
            .filter(Boolean)
            .join('\n'),
    )
    .filter(Boolean)
    .join('\n');

const markdownChunk = (kind: 'text' | 'quiet', markdown: string, context: MarkdownContext): Chunk => {
  const tree = treeOf(markdown);
  const shape = kind === 'quiet' ? subtext : (text: string) => text;
  return chunkFrom(kind, shape(renderTree(tree, context)), room => ({
    text: longest(length => shape(renderTree(startOfTree(tree, length), context)), markdown.length, room),
    lost: { what: 'end', count: 1 },
  }));
};

type Line = { text: string; cut?: (room: number) => string; isKept?: boolean | undefined };

/** As many lines as fit; the first may be cut where it fills all room by itself. `isKept` ones go last. */
const linesChunk = (kind: Kind, lines: readonly Line[], wrap = (text: string) => text): Chunk => {
  const whole = wrap(lines.map(({ text }) => text).join('\n'));
  return chunkFrom(kind, whole, room => {
    const frame = wrap('').length + 2;
    const kept = lines.filter(({ isKept }) => isKept).reduce((sum, { text }) => sum + text.length + 1, 0);
    const more = kind === 'list' ? '- …' : '…';
    let left = room - frame - kept - (lines.length > 1 ? more.length + 1 : 0);
    const shown: string[] = [];
    let isOver = left < 0;
    for (const { text, cut, isKept } of lines) {
      if (isKept && kept <= room - frame) shown.push(text);
      else if (!isOver && text.length + 1 <= left) {
        shown.push(text);
        left -= text.length + 1;
      } else {
        const start = !isOver && shown.length === 0 ? (cut?.(left - 1) ?? '') : '';
        if (start !== '') shown.push(start);
        isOver = true;
      }
    }
    const missing = lines.length - shown.length;
    if (missing > 0 && shown.length > 0) shown.push(more);
    return {
      text: shown.length === 0 ? '' : wrap(shown.join('\n')),
      lost: missing === 0 ? { what: 'end', count: 1 } : { what: kind === 'list' ? 'entry' : 'line', count: missing },
    };
  });
};

/** A line whose `text` is shown between `before` and `after`, and can be cut. */
const plainLine = (before: string, text: string, after = ''): Line => {
  const line = oneLine(text);
  return {
    text: `${before}${escapeText(line)}${after}`.trimEnd(),
    cut: room =>
      longest(length => `${before}${escapeText(firstWords(line, length))}${after}`.trimEnd(), line.length, room),
  };
};

const itemLine = (item: string, mark: string, context: MarkdownContext): Line => {
  const tree = treeOf(item);
  const shape = (text: string): string =>
    mark + text.replaceAll(/\n{2,}/g, '\n').replaceAll('\n', `\n${' '.repeat(mark.length)}`);
  return {
    text: shape(renderTree(tree, context)),
    cut: room => longest(length => shape(renderTree(startOfTree(tree, length), context)), item.length, room),
  };
};

/** UTF-16 units, far more than are shown. */
const LONGEST_CELL = 500;

const tableChunk = ({ columns, rows }: Extract<Block, { type: 'table' }>): Chunk => {
  const cellOf = (text: string): string => startOf(oneLine(text.toWellFormed()), LONGEST_CELL);
  const { lines, trimmed } = drawTable(
    columns.map(column => ({ ...column, label: cellOf(column.label) })),
    rows.map(row => ({ ...row, cells: row.cells.map(cellOf) })),
  );
  const shown = lines.map(
    (line, at): Line => ({ text: line.replaceAll('```', 'ˋˋˋ'), isKept: at === 0 || rows[at - 1]?.own }),
  );
  return {
    ...linesChunk('table', shown, text => codeBlock(text)),
    ...(trimmed > 0 && { lost: plural(trimmed, 'long table cell') }),
  };
};

/** A heading of two or more lines would not be one. */
const headingLine = ({ text, level }: Extract<Block, { type: 'heading' }>): Line =>
  plainLine(level === 1 ? '## ' : '### ', text);

const factLine = ({ label, value }: { label: string; value: string }): Line =>
  plainLine(label.trim() === '' ? '' : `**${plain(label)}:** `, value);

/** The bar comes first so that several of them stand in line. */
const progressLine = ({ label, done, total, unit }: Extract<Block, { type: 'progress' }>): Line =>
  plainLine(
    `\`${barOfText(done, total)}\` `,
    label,
    ` · ${done} of ${total} ${plain(unit)} (${percent(done, total)}\u00a0%)`,
  );

const chunkOf = (block: TextBlock, context: MarkdownContext): Chunk => {
  switch (block.type) {
    case 'heading':
      return linesChunk('heading', [headingLine(block)]);
    case 'text':
      return markdownChunk(block.tone === 'quiet' ? 'quiet' : 'text', block.text, context);
    case 'facts':
      return linesChunk('facts', block.items.map(factLine));
    case 'list':
      return linesChunk(
        'list',
        block.items.map((item, at) => itemLine(item, block.ordered ? `${at + 1}. ` : '- ', context)),
      );
    case 'progress':
      return linesChunk('progress', [progressLine(block)]);
    case 'table':
      return tableChunk(block);
    default:
      return block satisfies never;
  }
};

const isEmpty = (block: TextBlock): boolean => {
  switch (block.type) {
    case 'heading':
    case 'text':
      return block.text.trim() === '';
    case 'facts':
    case 'list':
      return block.items.length === 0;
    case 'table':
      return block.columns.length === 0;
    default:
      return false;
  }
};

/** The block as text, or undefined where there is nothing to show. */
export const chunkOfBlock = (block: TextBlock, context: MarkdownContext): Chunk | undefined => {
  const chunk = isEmpty(block) ? undefined : chunkOf(block, context);
  return chunk && chunk.text.trim() !== '' ? chunk : undefined;
};

/** A line of Markdown made by the renderer itself. */
export const madeChunk = (kind: Kind, text: string): Chunk =>
  chunkFrom(kind, text, room => ({ text: shortenTo(text, room), lost: { what: 'end', count: 1 } }));

const gap = (before: Kind, after: Kind): string => {
  const roomy = (kind: Kind): boolean => kind === 'text' || kind === 'facts' || kind === 'progress';
  if (before === after && before !== 'text') return '\n';
  return roomy(before) && roomy(after) ? '\n\n' : '\n';
};

/** Texts that follow each other as one; headings, lists, tables and subtext bring room of their own. */
export const joinChunks = (chunks: readonly Pick<Chunk, 'kind' | 'text'>[]): string =>
  chunks.map(({ kind, text }, at) => (at === 0 ? '' : gap(chunks[at - 1]?.kind ?? kind, kind)) + text).join('');
