// The blocks of a message that are text in Slack: headings, texts, facts, lists and progress; each whole or shortened.
import type { TableBlock } from '@slack/types';
import type { Nodes, Root } from 'mdast';
import { cleanText } from '../clean-text.ts';
import { type Block, barOfText, percent } from '../message.ts';
import { greatest, oneLine, shortenTo } from '../rendering/cut-text.ts';
import { type Loss, lossWords } from '../rendering/losses.ts';
import { treeOf } from '../rendering/tree.ts';
import { lineTree, splitTree, startOfTree } from './cut-tree.ts';
import { LIMITS } from './limits.ts';
import { escapeText, gapBetween, hang, type MarkdownContext, renderTree } from './mrkdwn.ts';

export type TextBlock = Extract<Block, { type: 'heading' | 'text' | 'facts' | 'list' | 'progress' }>;
/** What a text is, for the room between it and its neighbours. */
export type Kind = TextBlock['type'] | 'quiet' | 'table';
/** A text that can stand in a block of its own; `gap` is the room before it where it follows another of the same chunk. */
export type Part = { text: string; gap: string };
export type Chunk = {
  kind: Kind;
  /** mrkdwn of at most 3,000 characters each (a quiet one: 2,000); at least one, none of them empty. */
  parts: readonly Part[];
  /** How much it weighs in a message, in characters. */
  size: number;
  /** At most `room` of it, or nothing where nothing sensible fits; `lost` says what is not there. */
  cut(room: number): { chunk?: Chunk | undefined; lost: Loss };
  /** What was shortened already, whatever the room. */
  lost?: string;
  /** The same, where a line in the message should say so. */
  missing?: string;
  /** Another form of the same, where a message has blocks to spare: a header's plain text, or short facts beside each other. */
  header?: string;
  fields?: readonly string[];
  /** The only form of a table that is shown as one. */
  table?: TableBlock;
};

export const sizeOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, { text, gap }) => sum + text.length + gap.length, 0);

/** One thing to say: a line, an entry of a list, or a block of a longer text. */
type Line = { tree: Root; gap: string; mark?: string };

const shaped = (tree: Root, context: MarkdownContext, mark?: string): string => {
  const text = renderTree(tree, context, mark === undefined ? '• ' : '◦ ');
  return text === '' || mark === undefined ? text : hang(text.replaceAll(/\n{2,}/g, '\n'), mark);
};

const partsOf = (lines: readonly Line[], limit: number, context: MarkdownContext): Part[] =>
  lines.flatMap(({ tree, gap, mark }) =>
    splitTree(tree, piece => shaped(piece, context, mark), limit)
      .map((piece, at) => ({
        text: shaped(piece, context, at === 0 || mark === undefined ? mark : ''),
        gap: at === 0 ? gap : '\n',
      }))
      .filter(({ text }) => text.trim() !== ''),
  );

const MORE: Line = { tree: lineTree({ type: 'text', value: '…' }), gap: '\n' };

/** A chunk of lines. As many as fit are kept; where they are one text, or the first fills all room by itself, the next is cut. */
const linesChunk = (kind: Kind, lines: readonly Line[], context: MarkdownContext): Chunk | undefined => {
  const parts = partsOf(lines, kind === 'quiet' ? LIMITS.contextText : LIMITS.sectionText, context);
  if (parts.length === 0) return undefined;
  const isOneText = kind === 'text' || kind === 'quiet';
  const cut: Chunk['cut'] = room => {
    let left = room - (isOneText || lines.length === 1 ? 0 : 2);
    const shown: Line[] = [];
    for (const line of lines) {
      const { length } = shaped(line.tree, context, line.mark);
      if (length + line.gap.length <= left) {
        shown.push(line);
        left -= length + line.gap.length;
        continue;
      }
      if (!isOneText && shown.length > 0) break;
      const startAt = (at: number): Root => startOfTree(line.tree, at);
      const longest = greatest(left, at => shaped(startAt(at), context, line.mark).length + line.gap.length <= left);
      if (longest > 0) shown.push({ ...line, tree: startAt(longest) });
      break;
    }
    const missing = lines.length - shown.length;
    if (!isOneText && missing > 0 && shown.length > 0) shown.push(MORE);
    return {
      chunk: linesChunk(kind, shown, context),
      lost:
        isOneText || missing === 0
          ? { what: 'end', count: 1 }
          : { what: kind === 'list' ? 'entry' : 'line', count: missing },
    };
  };
  return { kind, parts, size: sizeOf(parts), cut };
};

const markdownLines = (markdown: string): Line[] => {
  const tree = treeOf(markdown);
  return tree.children.map((node, at) => ({
    tree: { type: 'root', children: [node] },
    gap: gapBetween(tree.children[at - 1], node),
  }));
};

const textNode = (value: string): Nodes => ({ type: 'text', value });
const strongNode = (value: string): Nodes => ({ type: 'strong', children: [{ type: 'text', value }] });
const lineOf = (...nodes: Nodes[]): Line => ({ tree: lineTree(...nodes), gap: '\n' });

/** A heading of two or more lines would not be one. */
const headingChunk = (
  { text, level }: Extract<Block, { type: 'heading' }>,
  context: MarkdownContext,
): Chunk | undefined => {
  const named = context.renamed?.(text) ?? text;
  const chunk = linesChunk('heading', [lineOf(strongNode(oneLine(named)))], context);
  const plain = cleanText(named);
  return chunk && level === 1 && plain !== '' && plain.length <= LIMITS.header ? { ...chunk, header: plain } : chunk;
};

/** Longer ones would be narrow columns. */
const SHORT_FACT = 60;
const factsChunk = ({ items }: Extract<Block, { type: 'facts' }>, context: MarkdownContext): Chunk | undefined => {
  const facts = items.map(({ label, value }) => ({ label: oneLine(label), value: oneLine(value) }));
  const chunk = linesChunk(
    'facts',
    facts.map(({ label, value }) =>
      label === '' ? lineOf(textNode(value)) : lineOf(strongNode(`${label}:`), textNode(` ${value}`)),
    ),
    context,
  );
  const areShort = facts.every(
    ({ label, value }) => label !== '' && value !== '' && label.length + value.length <= SHORT_FACT,
  );
  if (!chunk || !areShort || facts.length < 2 || facts.length > LIMITS.fields) return chunk;
  const fields = facts.map(({ label, value }) => `*${escapeText(label, '*')}*\n${escapeText(value)}`);
  return { ...chunk, fields, size: fields.reduce((sum, field) => sum + field.length + 50, 0) };
};

const LONGEST_LABEL = 300;
/** The bar comes first so that several of them stand in line. */
const progressChunk = (
  { label, done, total, unit }: Extract<Block, { type: 'progress' }>,
  context: MarkdownContext,
): Chunk | undefined => {
  const named = shortenTo(oneLine(label), LONGEST_LABEL);
  const counts = ` · ${done} of ${total} ${shortenTo(oneLine(unit), LONGEST_LABEL)} (${percent(done, total)}\u00a0%)`;
  const chunk = linesChunk(
    'progress',
    [lineOf({ type: 'inlineCode', value: barOfText(done, total) }, textNode(` ${named}${counts}`))],
    context,
  );
  const isCut = Math.max(oneLine(label).length, oneLine(unit).length) > LONGEST_LABEL;
  const [lost = ''] = lossWords([{ what: 'end', count: 1 }]);
  return chunk && { ...chunk, ...(isCut && { lost, missing: lost }) };
};

/** The block as text, or undefined where there is nothing to show. */
export const chunkOfBlock = (block: TextBlock, context: MarkdownContext): Chunk | undefined => {
  switch (block.type) {
    case 'heading':
      return headingChunk(block, context);
    case 'text':
      return linesChunk(block.tone === 'quiet' ? 'quiet' : 'text', markdownLines(block.text), context);
    case 'facts':
      return factsChunk(block, context);
    case 'list':
      return linesChunk(
        'list',
        block.items.map((item, at) => ({ tree: treeOf(item), gap: '\n', mark: block.ordered ? `${at + 1}. ` : '• ' })),
        context,
      );
    case 'progress':
      return progressChunk(block, context);
    default:
      return block satisfies never;
  }
};

/** A text made by the renderer itself: `nodes` on one line. */
export const madeChunk = (kind: 'text' | 'quiet', ...nodes: Nodes[]): Chunk | undefined =>
  linesChunk(kind, [lineOf(...nodes)], {});

/** The room between two chunks in one block. */
export const gapAfter = (before: Kind, after: Kind): string => {
  const isRoomy = (kind: Kind): boolean => kind === 'text' || kind === 'facts' || kind === 'progress';
  if (before === after && before !== 'text') return before === 'list' ? '\n\n' : '\n';
  if (after === 'heading') return '\n\n';
  return (isRoomy(before) && isRoomy(after)) || before === 'list' ? '\n\n' : '\n';
};
