// Trees of Markdown in parts: the start of one that fits, or all of it in pieces that each fit into one of Slack's texts.
import type { Nodes, Root, RootContent } from 'mdast';
import { endOfWord, greatest, startOf } from '../rendering/cut-text.ts';
import { plainOf } from '../rendering/tree.ts';

/** A tree of one paragraph. */
export const lineTree = (...children: Nodes[]): Root => ({
  type: 'root',
  children: [{ type: 'paragraph', children } as RootContent],
});

/** Links and code are cut only where they are longer. */
const LONG_UNIT = 200;

/** `used` counts what a reader sees. */
type Division = { head?: Nodes | undefined; rest: Nodes[]; used: number };

const divideValue = (node: Extract<Nodes, { value: string }>, room: number): Division => {
  const isUnit = node.type === 'inlineCode' && node.value.length <= LONG_UNIT;
  const lines = node.type === 'code' ? node.value.lastIndexOf('\n', Math.max(0, room)) : -1;
  const length = isUnit ? 0 : lines > 0 ? lines : endOfWord(node.value, room);
  if (length === 0) return { rest: [node], used: 0 };
  const rest = node.value.slice(length);
  return {
    head: { ...node, value: node.value.slice(0, length).trimEnd() },
    rest: [{ ...node, value: node.type === 'code' ? rest.replace(/^\n/, '') : rest.trimStart() }],
    used: room,
  };
};

/** What is left of a list from its item `at` on; what is left of an item that was begun has no mark any more. */
const restOfList = (list: Extract<Nodes, { type: 'list' }>, at: number, { head, rest }: Division): Nodes[] => {
  const listFrom = (children: Nodes[], from: number): Nodes[] =>
    children.length === 0 ? [] : [{ ...list, start: (list.start ?? 1) + from, children } as Nodes];
  const after = list.children.slice(at + 1);
  return head === undefined
    ? listFrom([...rest, ...after], at)
    : [...rest.flatMap(item => ('children' in item ? item.children : [])), ...listFrom(after, at + 1)];
};

const divide = (node: Nodes, room: number): Division => {
  const { length } = plainOf(node);
  if (length <= room) return { head: node, rest: [], used: length };
  if ('value' in node) return divideValue(node, room);
  if (!('children' in node) || (node.type === 'link' && length <= LONG_UNIT)) return { rest: [node], used: 0 };
  const heads: Nodes[] = [];
  let left = room;
  for (const [at, child] of node.children.entries()) {
    const part = divide(child, left);
    if (part.head) heads.push(part.head);
    left -= part.used;
    if (part.rest.length === 0) continue;
    const rest =
      node.type === 'list'
        ? restOfList(node, at, part)
        : [{ ...node, children: [...part.rest, ...node.children.slice(at + 1)] } as Nodes];
    return { head: heads.length > 0 ? ({ ...node, children: heads } as Nodes) : undefined, rest, used: room };
  }
  return { head: node, rest: [], used: length };
};

const withEllipsis = (node: Nodes): Nodes => {
  if (node.type === 'code') return { ...node, value: `${node.value}\n…` };
  if (node.type === 'text') return { ...node, value: `${node.value.trimEnd()} …` };
  if (!('children' in node)) return node;
  const last = node.children.at(-1);
  const goesIn = last && ('children' in last || last.type === 'text' || last.type === 'code') && last.type !== 'link';
  const children = goesIn
    ? [...node.children.slice(0, -1), withEllipsis(last)]
    : [...node.children, { type: 'text', value: ' …' }];
  return { ...node, children } as Nodes;
};

/** The first `limit` characters of what a reader sees, ending in an ellipsis; nothing half-open is left. */
export const startOfTree = (root: Root, limit: number): Root => {
  const { head, rest } = divide(root, limit);
  if (rest.length === 0) return root;
  const ellipsis = lineTree({ type: 'text', value: '…' });
  if (head?.type !== 'root' || plainOf(head).trim() === '') return ellipsis;
  const last = head.children.at(-1);
  const isWholeCode = last?.type === 'code' && last === root.children[head.children.length - 1];
  return isWholeCode ? { ...head, children: [...head.children, ...ellipsis.children] } : (withEllipsis(head) as Root);
};

/** All of `root` in pieces that each render to at most `limit` units. */
export const splitTree = (root: Root, render: (tree: Root) => string, limit: number): Root[] => {
  const pieces: Root[] = [];
  let left = root;
  while (render(left).length > limit) {
    const headAt = (length: number): Root => (divide(left, length).head as Root | undefined) ?? lineTree();
    const length = greatest(Math.min(plainOf(left).length, limit), at => render(headAt(at)).length <= limit);
    const { head, rest } = divide(left, length);
    if (!head || plainOf(head) === '') {
      // One thing that cannot be divided and is too long: its words are worth more than its looks.
      const words = plainOf(left);
      const most = greatest(
        words.length,
        at => render(lineTree({ type: 'text', value: words.slice(0, at) })).length <= limit,
      );
      const start = startOf(words, Math.max(1, most)) || words.slice(0, Math.max(1, most));
      pieces.push(lineTree({ type: 'text', value: start }));
      left = lineTree({ type: 'text', value: words.slice(start.length) });
    } else {
      pieces.push(head as Root);
      left = {
        type: 'root',
        children: rest.flatMap(each => (each.type === 'root' ? each.children : [each as RootContent])),
      };
    }
  }
  return [...pieces, left];
};
