// Our Markdown subset: one parser (mdast) for content files, chat messages and pages; raw HTML never passes.
import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toMarkdown } from 'mdast-util-to-markdown';
import { cleanText } from './clean-text.ts';

/** The syntax tree of `markdown`, with positions; HTML stays as inert `html` nodes that renderers print as text. */
export const parseMarkdown = (markdown: string): Root => fromMarkdown(markdown);

/** So many of the curriculum's texts take about 1.5 MB. */
const KEPT_TREES = 500;
/** UTF-16 units; all texts of the curriculum are shorter. */
const LONGEST_KEPT = 4000;
const kept = new Map<string, Root>();
/**
 * The tree of `markdown`, from those of late where it is among them: parsing takes most of the time of rendering, and the same texts
 * come again and again. Nobody may change it.
 */
export const keptTree = (markdown: string): Root => {
  const tree = kept.get(markdown) ?? parseMarkdown(markdown);
  if (markdown.length > LONGEST_KEPT) return tree;
  // Put at the end, so that the first one is always the one that was wanted longest ago.
  kept.delete(markdown);
  kept.set(markdown, tree);
  const [oldest] = kept.size > KEPT_TREES ? kept.keys() : [];
  if (oldest !== undefined) kept.delete(oldest);
  return tree;
};

/** `text` as Markdown that shows exactly these characters: no markup, link or mention of a member's takes effect. */
export const escapeMarkdown = (text: string): string => {
  const oneLine = cleanText(text);
  // Words alone mean nothing else in Markdown; most names are no more than that.
  if (/^\p{L}[\p{L}\p{M}\p{N} ]*$/u.test(oneLine)) return oneLine;
  return toMarkdown({ type: 'paragraph', children: [{ type: 'text', value: oneLine }] }).trimEnd();
};

/** Parts of one line as Markdown that shows exactly their characters, those that say so as code. */
export const markdownOf = (parts: readonly { text: string; code: boolean }[]): string =>
  toMarkdown({
    type: 'paragraph',
    children: parts
      .filter(({ text }) => text !== '')
      .map(({ text, code }) => ({ type: code ? 'inlineCode' : 'text', value: text.replaceAll(/\s+/g, ' ') })),
  }).trimEnd();

/**
 * A channel in a Markdown text, `[#general](channel:general)`: ids of platforms say nothing to a reader, so each renderer shows
 * the channel as its platform does.
 */
export const channelLink = (channelId: string): string => {
  const id = cleanText(channelId);
  const label = { type: 'text', value: `#${id}` } as const;
  return toMarkdown({
    type: 'paragraph',
    children: [{ type: 'link', url: `channel:${id}`, children: [label] }],
  }).trimEnd();
};

const listItemsToPlain = (node: Extract<Nodes, { type: 'list' }>): string =>
  node.children
    .map((item, at) => {
      const mark = node.ordered ? `${(node.start ?? 1) + at}. ` : '- ';
      return mark + blocksToPlain(item.children, '\n').replaceAll('\n', `\n${' '.repeat(mark.length)}`);
    })
    .join('\n');

const blocksToPlain = (nodes: readonly Nodes[], between: string): string => nodes.map(nodeToPlain).join(between);

const nodeToPlain = (node: Nodes): string => {
  switch (node.type) {
    case 'root':
      return blocksToPlain(node.children, '\n\n');
    case 'list':
      return listItemsToPlain(node);
    case 'blockquote':
      return blocksToPlain(node.children, '\n\n').replaceAll(/^/gm, '> ');
    case 'link': {
      const label = blocksToPlain(node.children, '');
      return /^https?:/.test(node.url) && label !== node.url ? `${label} (${node.url})` : label;
    }
    case 'break':
      return '\n';
    case 'thematicBreak':
      return '---';
    default:
      if ('value' in node) return node.value;
      if ('children' in node) return blocksToPlain(node.children, '');
      return '';
  }
};

/** `markdown` without its markup; web addresses follow their text in brackets, other links are their text. */
export const markdownToPlain = (markdown: string): string => nodeToPlain(keptTree(markdown));
