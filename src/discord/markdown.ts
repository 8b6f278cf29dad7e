// Our Markdown subset as Discord's: what is text shows exactly, what is markup takes effect, and nothing breaks out.
import type { Nodes, Parent, Root, RootContent } from 'mdast';
import { firstWords } from '../rendering/cut-text.ts';
import {
  hasTimeOfDay,
  isSameAddress,
  looksLikeAddress,
  ownLink,
  secondsOf,
  webAddressWithout,
} from '../rendering/links.ts';
import { plainOf, treeOf } from '../rendering/tree.ts';

export type MarkdownContext = {
  /** The clickable mention of a slash command ('topics show'), or undefined where it has none. */
  mention?: ((command: string) => string | undefined) | undefined;
  /** Whether the message has a button or menu that opens this topic, so that its name alone will do. */
  opensTopic?: ((topicId: string) => boolean) | undefined;
};
type State = MarkdownContext & { bold?: true; italic?: true };

/** Looks like a backtick and cannot end code. */
const BACKTICK_ALIKE = 'ˋ';

/** `text` so that Discord shows exactly these characters: no markup, mention, emoji code or live address. */
export const escapeText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\\*_~|`[\]<]/g, '\\$&')
    .replaceAll(/^([ \t]*)(>|(?:#{1,6}|[+-])(?=\s|$)|-(?=#))/gm, '$1\\$2')
    .replaceAll(/^([ \t]*\d+)([.)])(?=\s|$)/gm, '$1\\$2')
    .replaceAll(/@(?=everyone|here)/gi, '\\@')
    .replaceAll(/:(?=\/\/|[\w+-]+:)/g, '\\:');

/** `text` as inline code. */
export const codeSpan = (text: string): string => {
  const line = text.toWellFormed().replaceAll(/\s*\n\s*/g, ' ');
  if (!line.includes('`')) return `\`${line || ' '}\``;
  // Three or more would open a block.
  return line.includes('``') ? `\`${line.replaceAll('`', BACKTICK_ALIKE)}\`` : `\`\` ${line} \`\``;
};

/** `text` as a block of code. */
export const codeBlock = (text: string, language = ''): string => {
  const inside = text.toWellFormed().replaceAll(/`{3,}/g, run => BACKTICK_ALIKE.repeat(run.length));
  const known = /^[a-z0-9_+.#-]{1,20}$/i.test(language) ? language : '';
  return `\`\`\`${known}\n${inside.trim() === '' ? ' ' : inside}\n\`\`\``;
};

/** `url` as Discord takes it inside a masked link, or undefined where it is no web address. */
export const webAddress = (url: string): string | undefined => webAddressWithout(/[()<>\\*|`"']/g, url);

const withoutEscapes = (markdown: string): string => markdown.replaceAll(/\\[\s\S]/g, '');
const isBalanced = (label: string): boolean => !/[[\]]/.test(label.replaceAll(/\[[^[\]]*\]/g, ''));

/** Discord refuses a label that looks like an address. */
const webLink = (label: string, shown: string, address: string): string => {
  if (shown === '' || isSameAddress(shown, address)) return `<${address}>`;
  if (looksLikeAddress(shown) || !isBalanced(label)) return `${label} (<${address}>)`;
  return `[${label}](${address})`;
};

/** `<t:…>` in the reader's own zone and language; a date without a time of day stays a date. */
const timestamp = (instant: string, label: string): string | undefined => {
  const seconds = secondsOf(instant);
  return seconds === undefined ? undefined : `<t:${seconds}:${hasTimeOfDay(label) ? 'f' : 'D'}>`;
};

const linkOf = (url: string, node: Parent, state: State): string => {
  const label = inline(node.children, state).replaceAll('\n', ' ');
  const shown = plainOf(node as Nodes);
  const { kind, target = '' } = ownLink(url) ?? {};
  if (kind === 'time') return timestamp(target, shown) ?? label;
  if (kind === 'channel') return /^\d{17,20}$/.test(target) ? `<#${target}>` : label;
  if (kind === 'topic')
    return state.opensTopic?.(target) ? strong(label, '', state) : `${label} (${codeSpan(`/topics show ${target}`)})`;
  const address = webAddress(url);
  return address === undefined ? label : webLink(label, shown, address);
};

const emphasis = (inside: string, after: string, state: State): string => {
  if (state.italic || inside.trim() === '') return inside;
  const bare = withoutEscapes(inside);
  if (!bare.includes('_') && !/^\w/.test(after)) return `_${inside}_`;
  return bare.includes('*') || after.startsWith('*') ? inside : `*${inside}*`;
};

const strong = (inside: string, after: string, state: State): string => {
  const bare = withoutEscapes(inside);
  if (state.bold || inside.trim() === '' || bare.includes('**') || /^\*|\*$/.test(bare) || after.startsWith('*'))
    return inside;
  return `**${inside}**`;
};

const commandOrCode = (value: string, { mention }: State): string => {
  const command = /^\/([a-z][a-z0-9_-]*(?: [a-z][a-z0-9_-]*)?)$/.exec(value)?.[1];
  return (command && mention?.(command)) || codeSpan(value);
};

/** `after` is what follows on the same line. */
const inlineNode = (node: Nodes, state: State, after: string): string => {
  switch (node.type) {
    case 'text':
      return escapeText(node.value.replaceAll(/[ \t]*\r?\n[ \t]*/g, ' '));
    case 'strong':
      return strong(inline(node.children, { ...state, bold: true }), after, state);
    case 'emphasis':
      return emphasis(inline(node.children, { ...state, italic: true }), after, state);
    case 'inlineCode':
      return commandOrCode(node.value, state);
    case 'break':
      return '\n';
    case 'link':
      return linkOf(node.url, node, state);
    case 'image':
    case 'imageReference':
      return escapeText(node.alt ?? '');
    default:
      return 'value' in node ? escapeText(node.value) : 'children' in node ? inline(node.children, state) : '';
  }
};

const inline = (nodes: readonly Nodes[], state: State): string =>
  nodes.reduceRight((after, node) => inlineNode(node, state, after) + after, '');

const indent = (text: string, width: number): string => text.replaceAll('\n', `\n${' '.repeat(width)}`);

const listOf = (node: Extract<Nodes, { type: 'list' }>, state: State): string =>
  node.children
    .map((item, at) => {
      const mark = node.ordered ? `${(node.start ?? 1) + at}. ` : '- ';
      // A blank line would end the list.
      return mark + indent(blocks(item.children, state).replaceAll(/\n{2,}/g, '\n'), mark.length);
    })
    .join('\n');

const blockNode = (node: Nodes, state: State): string => {
  switch (node.type) {
    case 'paragraph':
      return inline(node.children, state).trim();
    case 'heading':
      return strong(inline(node.children, { ...state, bold: true }), '', state);
    case 'list':
      return listOf(node, state);
    case 'blockquote':
      // Discord has no quotes in quotes.
      return blocks(node.children, state).replaceAll(/^(?:> )?/gm, '> ');
    case 'code':
      return codeBlock(node.value, node.lang ?? '');
    case 'thematicBreak':
      return '———';
    default:
      return inlineNode(node, state, '').trim();
  }
};

const isTight = (node: Nodes | undefined): boolean =>
  node !== undefined && ['list', 'heading', 'code', 'blockquote'].includes(node.type);

/** Blank lines between paragraphs; lists, quotes and code bring room of their own. */
const blocks = (nodes: readonly Nodes[], state: State): string => {
  const shown = nodes.flatMap(node => {
    const text = blockNode(node, state);
    return text === '' ? [] : [{ node, text }];
  });
  return shown
    .map(({ node, text }, at) => {
      const before = shown[at - 1]?.node;
      return (before === undefined ? '' : isTight(node) || isTight(before) ? '\n' : '\n\n') + text;
    })
    .join('');
};

/** A tree of our Markdown, without references, in Discord's. */
export const renderTree = (root: Root, context: MarkdownContext = {}): string => blocks(root.children, context);

/** `markdown` in Discord's Markdown. */
export const renderMarkdown = (markdown: string, context: MarkdownContext = {}): string =>
  renderTree(treeOf(markdown), context);

const LEAF_OF_ITS_OWN = new Set(['link', 'image', 'imageReference', 'inlineCode', 'break']);

/** The first `limit` characters of what a reader sees, ending in an ellipsis; nothing half-open is left. */
export const startOfTree = (root: Root, limit: number): Root => {
  let room = limit;
  let isOver = false;
  const take = (node: Nodes): Nodes[] => {
    if (isOver) return [];
    const length = 'children' in node && !LEAF_OF_ITS_OWN.has(node.type) ? 0 : plainOf(node).length;
    if (length <= room) {
      room -= length;
      return 'children' in node ? [{ ...node, children: node.children.flatMap(take) } as Nodes] : [node];
    }
    isOver = true;
    if (node.type === 'code') return [{ ...node, value: `${node.value.slice(0, room).replace(/\n?[^\n]*$/, '')}\n…` }];
    return 'value' in node && node.type !== 'inlineCode'
      ? [{ ...node, value: firstWords(node.value, room) } as Nodes]
      : [{ type: 'text', value: '…' }];
  };
  const cut = root.children.flatMap(node => {
    return take(node).filter(child => !('children' in child) || plainOf(child) !== '') as RootContent[];
  });
  return { ...root, children: cut };
};
