// The blocks of a message that are text in Discord: headings, texts, facts, lists, progress, tables; each whole or shortened.
import type { Root } from 'mdast';
import { parseMarkdown } from '../markdown.ts';
import { type Block, barOfText, percent } from '../message.ts';
import { shortenTo, startOf } from './limits.ts';
import { codeBlock, escapeText, firstWords, type MarkdownContext, renderTree, startOfTree } from './markdown.ts';

export type TextBlock = Extract<Block, { type: 'heading' | 'text' | 'facts' | 'list' | 'progress' | 'table' }>;
/** What a text is, for the room between it and its neighbours. */
type Kind = TextBlock['type'] | 'quiet';
export type Loss = { what: 'end' | 'line' | 'entry' | 'text'; count: number };
export type Chunk = {
  kind: Kind;
  /** Discord's Markdown; never empty. */
  text: string;
  /** At most `room` units of it, well-formed, or '' where nothing sensible fits; `lost` says what is not there. */
  cut(room: number): { text: string; lost: Loss };
  /** What was shortened already, whatever the room. */
  lost?: string;
};

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const LOSSES: Record<Loss['what'], (count: number) => string> = {
  end: count => (count === 1 ? 'the end of a text' : `the ends of ${count} texts`),
  line: count => plural(count, 'line'),
  entry: count => plural(count, 'list entry', 'list entries'),
  text: count => plural(count, 'whole text'),
};
/** What was lost in all, in words. */
export const lossWords = (losses: readonly Loss[]): string[] =>
  (['text', 'entry', 'line', 'end'] as const).flatMap(what => {
    const count = losses.reduce((sum, loss) => sum + (loss.what === what ? loss.count : 0), 0);
    return count === 0 ? [] : [LOSSES[what](count)];
  });

const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').trim();
const plain = (text: string): string => escapeText(oneLine(text));

/** The longest `render(length)` that fits into `room`, where a greater length gives a longer text; '' where none does. */
const longest = (render: (length: number) => string, most: number, room: number): string => {
  let best = '';
  let low = 1;
  let high = Math.min(most, room);
  while (low <= high) {
    const middle = (low + high) >> 1;
    const text = render(middle);
    if (text.length <= room) {
      best = text;
      low = middle + 1;
    } else high = middle - 1;
  }
  return best;
};

const KEPT_TREES = 500;
const LONGEST_KEPT = 4000;
const trees = new Map<string, Root>();
/** The tree of `markdown`. Those of late are kept: parsing takes most of the time, and the curriculum's texts come again and again. */
const treeOf = (markdown: string): Root => {
  const kept = trees.get(markdown);
  if (kept) return kept;
  const tree = parseMarkdown(markdown);
  if (markdown.length <= LONGEST_KEPT) {
    const oldest = trees.size >= KEPT_TREES ? trees.keys().next().value : undefined;
    if (oldest !== undefined) trees.delete(oldest);
    trees.set(markdown, tree);
  }
  return tree;
};

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
  return {
    kind,
    text: shape(renderTree(tree, context)),
    cut: room => ({
      text: longest(length => shape(renderTree(startOfTree(tree, length), context)), markdown.length, room),
      lost: { what: 'end', count: 1 },
    }),
  };
};

type Line = { text: string; cut?: (room: number) => string; isKept?: boolean | undefined };

/** As many lines as fit; the first may be cut where it fills all room by itself. `isKept` ones go last. */
const linesChunk = (kind: Kind, lines: readonly Line[], wrap = (text: string) => text): Chunk => {
  const whole = wrap(lines.map(({ text }) => text).join('\n'));
  return {
    kind,
    text: whole,
    cut: room => {
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
    },
  };
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

// --- Tables ---

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

const tableChunk = ({ columns, rows }: Extract<Block, { type: 'table' }>): Chunk => {
  const cells = [columns.map(({ label }) => label), ...rows.map(row => row.cells)].map(row =>
    columns.map((_, at) => startOf(oneLine((row[at] ?? '').toWellFormed()), 500)),
  );
  const hasOwn = rows.some(({ own }) => own);
  const widths = columnWidths(cells, columns.length, TABLE_WIDTH - (hasOwn ? 2 : 0));
  const trimmed = cells.flat().filter((cell, at) => widthOf(cell) > (widths[at % columns.length] ?? 0)).length;
  const lines = cells.map((row, at): Line => {
    const own = at > 0 && rows[at - 1]?.own;
    const mark = hasOwn ? (own ? '▸ ' : '  ') : '';
    const line = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return pad(trimCell(cell, width), width, columns[column]?.align);
    });
    return { text: `${mark}${line.join('  ')}`.trimEnd().replaceAll('```', 'ˋˋˋ'), isKept: at === 0 || own };
  });
  return {
    ...linesChunk('table', lines, text => codeBlock(text)),
    ...(trimmed > 0 && { lost: `${plural(trimmed, 'long table cell')}` }),
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
export const madeChunk = (kind: Kind, text: string): Chunk => ({
  kind,
  text,
  cut: room => ({ text: shortenTo(text, room), lost: { what: 'end', count: 1 } }),
});

const gap = (before: Kind, after: Kind): string => {
  const roomy = (kind: Kind): boolean => kind === 'text' || kind === 'facts' || kind === 'progress';
  if (before === after && before !== 'text') return '\n';
  return roomy(before) && roomy(after) ? '\n\n' : '\n';
};

/** Texts that follow each other as one; headings, lists, tables and subtext bring room of their own. */
export const joinChunks = (chunks: readonly Pick<Chunk, 'kind' | 'text'>[]): string =>
  chunks.map(({ kind, text }, at) => (at === 0 ? '' : gap(chunks[at - 1]?.kind ?? kind, kind)) + text).join('');
