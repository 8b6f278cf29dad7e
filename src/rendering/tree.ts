// Trees of our Markdown as renderers want them: kept, and each link with its address.
import type { Nodes, Root } from 'mdast';
import { keptTree } from '../markdown.ts';

/** What a reader sees of `node`, without any markup. */
export const plainOf = (node: Nodes): string =>
  'value' in node ? node.value : 'children' in node ? node.children.map(plainOf).join('') : '';

const hasReferences = (node: Nodes): boolean =>
  node.type === 'definition' ||
  node.type === 'linkReference' ||
  ('children' in node && node.children.some(child => hasReferences(child)));

/** `root` without references: each link has its address, and definitions are gone. */
const withAddresses = (root: Root): Root => {
  if (!hasReferences(root)) return root;
  const addresses = new Map(
    root.children.flatMap(node => (node.type === 'definition' ? [[node.identifier, node.url] as const] : [])),
  );
  const resolved = (node: Nodes): Nodes[] => {
    if (node.type === 'definition') return [];
    const children = 'children' in node ? node.children.flatMap(resolved) : [];
    if (node.type === 'linkReference')
      return [{ type: 'link', url: addresses.get(node.identifier) ?? '', children } as Nodes];
    return ['children' in node ? ({ ...node, children } as Nodes) : node];
  };
  return { ...root, children: root.children.flatMap(resolved) as Root['children'] };
};

/** The tree of `markdown` without references. It is kept for others: nobody may change it. */
export const treeOf = (markdown: string): Root => withAddresses(keptTree(markdown));
