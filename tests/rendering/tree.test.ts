import type { Nodes } from 'mdast';
import { expect, it } from 'vitest';
import { renderMarkdown as inDiscord } from '../../src/discord/markdown.ts';
import { keptTree, markdownToPlain, parseMarkdown } from '../../src/markdown.ts';
import { plainOf, treeOf } from '../../src/rendering/tree.ts';
import { renderMarkdown as inSlack } from '../../src/slack/mrkdwn.ts';

const MARKDOWN =
  'A **bold** [link][here] and `code`.\n\n> - one\n> - two\n\n```js\nx()\n```\n\n[here]: https://e.org/x';

it('a link has the address that stands elsewhere in its text', () => {
  expect(inDiscord('[label][here]\n\n[here]: https://e.org/x')).toBe('[label](https://e.org/x)');
  expect(inSlack('[label][here]\n\n[here]: https://e.org/x')).toBe('<https://e.org/x|label>');
  expect(inDiscord('[label][]\n\n> [label]: https://e.org/x')).toContain('label');
  expect(plainOf(treeOf(MARKDOWN))).toBe('A bold link and code.onetwox()');
});

it('every text has its own tree, whatever was parsed since and however often', () => {
  const textAt = (at: number): string => `Text **${at}** of [many](https://e.org/${at})`;
  // More than are kept, in steps so that some come again early and some late.
  for (let step = 0; step < 2000; step += 1) {
    const at = (step * 7) % (step % 3 === 0 ? 40 : 900);
    expect(markdownToPlain(textAt(at))).toBe(`Text ${at} of many (https://e.org/${at})`);
  }
});

it('what was wanted of late is not parsed again; what is old or too long is not kept', () => {
  const often = keptTree('often wanted');
  const rare = keptTree('rarely wanted');
  for (let at = 0; at < 2000; at += 1) {
    keptTree(`once ${at}`);
    if (at % 100 === 0) keptTree('often wanted');
  }
  expect(keptTree('often wanted')).toBe(often);
  expect(keptTree('rarely wanted')).not.toBe(rare);
  const long = 'long '.repeat(1000);
  expect(keptTree(long)).toEqual(parseMarkdown(long));
  expect(keptTree(long)).not.toBe(keptTree(long));
});

it('no renderer changes the tree that all share', () => {
  const freeze = (node: Nodes): void => {
    if ('children' in node) {
      node.children.forEach(freeze);
      Object.freeze(node.children);
    }
    Object.freeze(node);
  };
  const before = structuredClone(keptTree(MARKDOWN));
  freeze(keptTree(MARKDOWN));
  for (const render of [inDiscord, inSlack, markdownToPlain]) expect(() => render(MARKDOWN)).not.toThrow();
  expect(keptTree(MARKDOWN)).toEqual(before);
});
