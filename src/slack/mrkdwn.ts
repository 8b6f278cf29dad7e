// Our Markdown subset as Slack's mrkdwn: what is text shows exactly, what is markup takes effect, and nothing breaks out.
import type { Nodes, Parent, Root } from 'mdast';
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
  /** What a slash command ('topics show') is typed as in this workspace; `/topics show` unless told. Also asked for names that are none. */
  typed?: ((command: string) => string) | undefined;
  /** The same for all commands that a plain text names. */
  renamed?: ((text: string) => string) | undefined;
  /** Whether the message has a button or menu that opens this topic, so that its name alone will do. */
  opensTopic?: ((topicId: string) => boolean) | undefined;
};
type State = MarkdownContext & { bold?: true; italic?: true };

/**
 * Slack knows no escape for these, and an invisible character beside them does not help: Slack takes it for the edge of a word,
 * where markup begins. So where they could be markup, their doubles are shown.
 */
const ALIKE: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ' };
const alike = (mark: string): string => ALIKE[mark] ?? mark;
/** Parts what would belong together, and is not seen. */
const ZERO_WIDTH = '\u200b';

/** `&`, `<` and `>` as entities: with them no mention, broadcast, link or date can be in a text. */
export const escapeEntities = (text: string): string =>
  text.toWellFormed().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `text` in a place without markup, where Slack still makes emoji of their codes. */
export const withoutEmojiCodes = (text: string): string => text.replaceAll(/:(?=[\w+'-]+:)/g, `:${ZERO_WIDTH}`);

const isWord = (character: string | undefined): boolean => /^[A-Za-z0-9]$/.test(character ?? '');
const isSpace = (character: string | undefined): boolean => /^\s$/.test(character ?? '');

/**
 * `text` so that Slack shows these characters: no markup, mention or emoji. `marks` are those that must not appear at all, because the
 * text stands between two of them.
 */
export const escapeText = (text: string, marks = ''): string =>
  withoutEmojiCodes(
    escapeEntities(
      text.replaceAll(/[*_~`]/g, (mark, at: number) => {
        const [before, after] = [text[at - 1], text[at + 1]];
        const isPlain = (isWord(before) && isWord(after)) || (isSpace(before) && isSpace(after));
        return isPlain && mark !== '`' && !marks.includes(mark) ? mark : alike(mark);
      }),
    ),
  );

/** `text` as inline code. */
export const codeSpan = (text: string): string => {
  const line = text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('`', alike('`'));
  return `\`${escapeEntities(line) || ' '}\``;
};

/** `text` as a block of code; Slack knows no languages there. */
export const codeBlock = (text: string): string => {
  const inside = text.replaceAll(/`{3,}/g, run => alike('`').repeat(run.length));
  return `\`\`\`\n${inside.trim() === '' ? ' ' : escapeEntities(inside)}\n\`\`\``;
};

/** Longer addresses are not linked. */
const LONGEST_ADDRESS = 1000;

/** `url` as an address for Slack, or undefined where it is no web address. */
export const webAddress = (url: string): string | undefined => webAddressWithout(/[<>|`"]/g, url);

const webLink = (shown: string, url: string): string => {
  const label = escapeText(shown);
  const address = webAddress(url);
  const written = address === undefined ? '' : escapeEntities(address);
  if (written === '' || written.length > LONGEST_ADDRESS) return label;
  if (shown.trim() === '' || isSameAddress(shown, address ?? '')) return `<${written}>`;
  return looksLikeAddress(shown) ? `${label} (<${written}>)` : `<${written}|${label}>`;
};

/** A moment in the reader's own zone; a date without a time of day stays a date. */
const date = (instant: string, label: string): string | undefined => {
  const seconds = secondsOf(instant);
  if (seconds === undefined) return undefined;
  const form = hasTimeOfDay(label) ? '{date_short_pretty} {time}' : '{date_short_pretty}';
  const otherwise = label.replaceAll(/[|^]/g, ' ').trim() || instant;
  return `<!date^${seconds}^${form}|${escapeEntities(otherwise)}>`;
};

const typedCommand = (command: string, { typed }: State): string => typed?.(command) ?? `/${command}`;

const linkOf = (url: string, node: Parent, state: State): Piece => {
  const shown = plainOf(node as Nodes).replaceAll(/\s*\n\s*/g, ' ');
  const { kind, target = '' } = ownLink(url) ?? {};
  if (kind === 'time') return bare(date(target, shown) ?? escapeText(shown));
  if (kind === 'channel') return bare(/^[CDG][A-Z0-9]{6,20}$/.test(target) ? `<#${target}>` : escapeText(shown));
  if (kind === undefined) return bare(webLink(shown, url));
  if (state.opensTopic?.(target)) return strong(inline(node.children, { ...state, bold: true }), state);
  const command = codeSpan(`${typedCommand('topics show', state)} ${target}`);
  return bare(`${inline(node.children, state)} (${command})`);
};

/** A command in code is written as it is typed in this workspace. */
const commandOrCode = (value: string, state: State): string => {
  const [, command, rest = ''] = /^\/([a-z][a-z0-9_-]*(?: [a-z][a-z0-9_-]*)?)((?: .*)?)$/s.exec(value) ?? [];
  return codeSpan(command === undefined ? value : typedCommand(command, state) + rest);
};

/** `marked` pieces begin and end with a mark, which takes effect only at the edge of a word. */
type Piece = { text: string; marked: boolean };
const bare = (text: string): Piece => ({ text, marked: false });

const marked = (inside: string, mark: '*' | '_'): Piece => {
  // Slack knows no markup across lines, with room at its edges, or directly around code.
  const isTakenAsMarkup = inside.trim() !== '' && !/^[\s`]|[\s`]$|\n|```/.test(inside);
  return isTakenAsMarkup ? { text: `${mark}${inside}${mark}`, marked: true } : bare(inside);
};
const strong = (inside: string, state: State): Piece => (state.bold ? bare(inside) : marked(inside, '*'));
const emphasis = (inside: string, state: State): Piece => (state.italic ? bare(inside) : marked(inside, '_'));

const textOf = (value: string, { bold, italic }: State): string =>
  escapeText(value.replaceAll(/[ \t]*\r?\n[ \t]*/g, ' '), (bold ? '*' : '') + (italic ? '_' : ''));

const inlineNode = (node: Nodes, state: State): Piece => {
  switch (node.type) {
    case 'strong':
      return strong(inline(node.children, { ...state, bold: true }), state);
    case 'emphasis':
      return emphasis(inline(node.children, { ...state, italic: true }), state);
    case 'inlineCode':
      return { text: commandOrCode(node.value, state), marked: true };
    case 'break':
      return bare('\n');
    case 'link':
      return linkOf(node.url, node, state);
    case 'image':
    case 'imageReference':
      return bare(textOf(node.alt ?? '', state));
    default:
      return bare('value' in node ? textOf(node.value, state) : 'children' in node ? inline(node.children, state) : '');
  }
};

const ENDS_IN_WORD = /[\p{L}\p{M}\p{N}_*~`]$/u;
const STARTS_WITH_WORD = /^[\p{L}\p{M}\p{N}_*~`]/u;

const inline = (nodes: readonly Nodes[], state: State): string => {
  let whole = '';
  let wasMarked = false;
  for (const node of nodes) {
    const piece = inlineNode(node, state);
    if (piece.text === '') continue;
    const isJoined = (wasMarked && STARTS_WITH_WORD.test(piece.text)) || (piece.marked && ENDS_IN_WORD.test(whole));
    whole += (isJoined ? ZERO_WIDTH : '') + piece.text;
    wasMarked = piece.marked;
  }
  return whole;
};

/** A line that begins with `>` would be a quote. */
const withoutQuotes = (text: string): string => text.replaceAll(/^(\s*)(?=&gt;)/gm, `$1${ZERO_WIDTH}`);
const paragraph = (text: string): string => withoutQuotes(text.trim());

/** The lines after the first one stand under its text, unless that would break a quote or code. */
export const hang = (text: string, mark: string): string =>
  mark + (/^(?:>|```)/m.test(text) ? text : text.replaceAll('\n', `\n${' '.repeat(mark.length)}`));

const listOf = (node: Extract<Nodes, { type: 'list' }>, state: State, bullet: string): string =>
  node.children
    .map((item, at) => {
      const mark = node.ordered ? `${(node.start ?? 1) + at}. ` : bullet;
      return hang(blocks(item.children, state, '◦ ').replaceAll(/\n{2,}/g, '\n'), mark);
    })
    .join('\n');

const blockNode = (node: Nodes, state: State, bullet: string): string => {
  switch (node.type) {
    case 'paragraph':
      return paragraph(inline(node.children, state));
    case 'heading':
      return paragraph(strong(inline(node.children, { ...state, bold: true }), state).text);
    case 'list':
      return listOf(node, state, bullet);
    case 'blockquote':
      // Slack has no quotes in quotes.
      return blocks(node.children, state, bullet).replaceAll(/^(?:> )?/gm, '> ');
    case 'code':
      return codeBlock(node.value);
    case 'thematicBreak':
      return '———';
    default:
      return paragraph(inlineNode(node, state).text);
  }
};

/** The room between two blocks: lists follow their text, code and quotes bring room of their own. */
export const gapBetween = (before: Nodes | undefined, after: Nodes): '' | '\n' | '\n\n' => {
  if (before === undefined) return '';
  const isRoomy = (node: Nodes): boolean => node.type === 'code' || node.type === 'blockquote';
  return isRoomy(before) || isRoomy(after) || after.type === 'list' || before.type === 'heading' ? '\n' : '\n\n';
};

const blocks = (nodes: readonly Nodes[], state: State, bullet: string): string => {
  let whole = '';
  let last: Nodes | undefined;
  for (const node of nodes) {
    const text = blockNode(node, state, bullet);
    if (text === '') continue;
    whole += gapBetween(last, node) + text;
    last = node;
  }
  return whole;
};

/** A tree of our Markdown, without references, in mrkdwn; `bullet` marks the entries of its lists. */
export const renderTree = (root: Root, context: MarkdownContext = {}, bullet = '• '): string =>
  blocks(root.children, context, bullet);

/** `markdown` in mrkdwn. */
export const renderMarkdown = (markdown: string, context: MarkdownContext = {}): string =>
  renderTree(treeOf(markdown), context);
