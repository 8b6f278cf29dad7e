import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeBlock,
  codeSpan,
  escapeText,
  renderMarkdown,
  renderTree,
  startOfTree,
} from '../../src/discord/markdown.ts';
import { escapeMarkdown, markdownToPlain, parseMarkdown } from '../../src/markdown.ts';

/** Everything that takes effect in Discord, as its client recognises it. */
const EFFECTS: [name: string, pattern: RegExp][] = [
  ['block of code', /^```(?:[a-z0-9_+\-.#]+?\n)?\n*[^\n][\s\S]*?\n*```/i],
  ['code', /^(`+)[\s\S]*?[^`]\1(?!`)/],
  ['everybody', /^@(?:everyone|here)/],
  ['mention', /^<(?:@[!&]?|#)\d+>/],
  ['command', /^<\/[^:>\n]+:\d+>/],
  ['time', /^<t:-?\d+(?::[a-zA-Z])?>/],
  ['custom emoji', /^<a?:\w+:\d+>/],
  ['emoji', /^:[\w+-]+:/],
  ['address', /^<[^: >]+:\/[^ >]+>|^(?:https?|steam):\/\/[^\s<]+[^<.,:;"'\]\s]/],
  ['link', /^\[(?:\[[^\]]*\]|[^[\]]|\](?=[^[]*\]))*\]\(\s*<?(?:\([^)]*\)|[^\s\\]|\\.)*?>?\s*\)/],
  ['bold', /^\*\*(?:\\[\s\S]|[^\\])+?\*\*(?!\*)/],
  ['underlined', /^__(?:\\[\s\S]|[^\\])+?__(?!_)/],
  [
    'italic',
    /^_(?:__|\\[\s\S]|[^\\_])+?_\b|^\*(?=\S)(?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?\*(?!\*)/,
  ],
  ['crossed out', /^~~[\s\S]+?~~/],
  ['spoiler', /^\|\|[\s\S]+?\|\|/],
];
const LINE_EFFECTS: [name: string, pattern: RegExp][] = [
  ['heading', /^[ \t]*#{1,3} +\S/],
  ['subtext', /^[ \t]*-# +\S/],
  ['list', /^[ \t]*(?:[*-]|\d+\.) +\S/],
  ['quote', /^[ \t]*(?:>>>|>) +\S/],
];

/** What a reader in Discord sees of `markdown`, and the names of all effects in it. */
const read = (markdown: string): { text: string; effects: string[] } => {
  let text = '';
  const effects: string[] = [];
  for (let at = 0; at < markdown.length; ) {
    const rest = markdown.slice(at);
    const atLineStart = at === 0 || markdown[at - 1] === '\n';
    const effect = [...(atLineStart ? LINE_EFFECTS : []), ...EFFECTS].find(([, pattern]) => pattern.test(rest));
    if (effect) effects.push(effect[0]);
    const escaped = /^\\([^0-9A-Za-z\s])/.exec(rest)?.[1];
    const step = escaped !== undefined || /^(?:\*\*|__|~~|\|\|)/.test(rest) ? 2 : 1;
    text += escaped ?? rest.slice(0, step);
    at += step;
  }
  return { text, effects: [...new Set(effects)] };
};

const HOSTILE = [
  '@everyone @here and @Everyone',
  '<@123456789012345678> <@!1> <@&1> <#123456789012345678>',
  '</ban:123456789012345678> <t:0:R> <a:blob:123456789012345678> <id:home>',
  ':smile: 10:30:45 ::',
  '**bold** __under__ *it* _it_ ~~gone~~ ||spoiler|| ***both***',
  '`code` ``code`` ```js\nblock```',
  '[click](https://evil.example) <https://evil.example> https://evil.example/a_b_c',
  '# heading\n## heading\n-# small\n> quote\n>>> quotes\n- item\n* item\n1. item\n  - deep',
  '\\*not bold\\* \\',
  '[unbalanced ](https://evil.example) ] [',
  'C:\\Users\\x ¯\\_(ツ)_/¯',
];

describe('escapeText', () => {
  it.each(HOSTILE)('shows exactly what was typed: %s', typed => {
    expect(read(escapeText(typed))).toEqual({ text: typed, effects: [] });
  });

  it('shows exactly what was typed, whatever it was', () => {
    const part = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...'*_~|`<>[]()#-+1.:@/\\ \n'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), parts => {
        const typed = parts.join('').toWellFormed();
        expect(read(escapeText(typed))).toEqual({ text: typed, effects: [] });
      }),
      { numRuns: 1000 },
    );
  });

  it('the reader of this test sees markup that is alive', () => {
    expect(read('**b** `c` <@1> [x](http://e.com) :a: @here\n# h\n- i').effects.toSorted()).toEqual(
      ['bold', 'code', 'mention', 'link', 'address', 'emoji', 'everybody', 'heading', 'list'].toSorted(),
    );
  });
});

describe('renderMarkdown', () => {
  const mention = (name: string) => (name === 'next' || name === 'topics show' ? `</${name}:42>` : undefined);
  it.each([
    ['paragraphs', 'one\n\ntwo', 'one\n\ntwo'],
    ['lines that only wrap in the file', 'one\ntwo', 'one two'],
    ['hard breaks', 'one  \ntwo', 'one\ntwo'],
    ['bold and italics', '**bold** and _it_', '**bold** and _it_'],
    ['italics inside a word', 'un*believ*able', 'un*believ*able'],
    ['bold italics', '***both***', '_**both**_'],
    ['bold in bold', '**a **b** c**', '**a b c**'],
    ['a list', '- one\n- two', '- one\n- two'],
    ['a numbered list from its number on', '3. one\n4. two', '3. one\n4. two'],
    ['a list item of two paragraphs', '- one\n\n  more\n- two', '- one\n  more\n- two'],
    ['a text around a list', 'before\n\n- one\n\nafter', 'before\n- one\nafter'],
    ['a quote', '> one\n> two\n>\n> three', '> one two\n> \n> three'],
    ['a heading, which is bold', '# Title\n\ntext', '**Title**\ntext'],
    ['a rule', 'a\n\n---\n\nb', 'a\n\n———\n\nb'],
    ['code', '`a*b`', '`a*b`'],
    ['code with a backtick', '`` a`b ``', '`` a`b ``'],
    ['code with a fence', '```` a```b ````', '`aˋˋˋb`'],
    ['a block of code', '```py\nx = 1\n```', '```py\nx = 1\n```'],
    ['a block of code with a fence in it', '````\na\n```\nb\n````', '```\na\nˋˋˋ\nb\n```'],
    ['a block of code in a language that is none', '```js onload=1\nx\n```', '```js\nx\n```'],
    ['HTML, as text', 'a <b>c</b>', 'a \\<b>c\\</b>'],
    ['HTML that is a block, as text', '<div>\n# x\n</div>', '\\<div>\n\\# x\n\\</div>'],
    ['an entity', '&lt;@123&gt;', '\\<@123>'],
    ['a web link', '[x](https://example.org/a)', '[x](https://example.org/a)'],
    ['a web link with brackets in its address', '[x](https://e.org/a_(b))', '[x](https://e.org/a_%28b%29)'],
    ['a web link with brackets in its label', '[x [y]](https://e.org/)', '[x \\[y\\]](https://e.org/)'],
    ['a label that Discord could not read', '[x \\[ y](https://e.org/)', 'x \\[ y (<https://e.org/>)'],
    ['an address', '<https://example.org/a>', '<https://example.org/a>'],
    [
      'a label that is another address',
      '[https://good.org](https://evil.org/)',
      'https\\://good.org (<https://evil.org/>)',
    ],
    ['a label that is another host', '[good.org](https://evil.org/)', 'good.org (<https://evil.org/>)'],
    ['a link by reference', '[x][y]\n\n[y]: https://e.org/', '[x](https://e.org/)'],
    ['a link to elsewhere', '[x](javascript:alert(1))', 'x'],
    ['a picture, by its words', '![a cat](https://e.org/cat.png)', 'a cat'],
    ['a moment', '[Mon 23 Nov, 09:00](time:2026-11-23T09:00Z)', '<t:1795424400:f>'],
    ['a day', '[Mon 23 Nov](time:2026-11-23T09:00Z)', '<t:1795424400:D>'],
    ['a moment that is none', '[soon](time:later)', 'soon'],
    ['a topic', '[Testing](topic:testing)', 'Testing (`/topics show testing`)'],
    ['a topic that a button opens', '[Reading](topic:reading)', '**Reading**'],
    ['a channel', '[#general](channel:123456789012345678)', '<#123456789012345678>'],
    ['a channel by its name', '[#general](channel:general)', '#general'],
    ['a command', 'type `/next` or `/topics show`', 'type </next:42> or </topics show:42>'],
    ['a command with options', '`/topics show x` and `/other`', '`/topics show x` and `/other`'],
    [
      'what a member typed',
      escapeMarkdown('**a** <@1> `b` [c](http://d.e)'),
      '\\*\\*a\\*\\* \\<@1> \\`b\\` \\[c\\](http\\://d.e)',
    ],
    ['what only looks like markup at the start', '\\#general, \\-5, 99\\.5 h', '#general, -5, 99.5 h'],
    ['nothing', '', ''],
  ])('renders %s', (_what, markdown, expected) => {
    expect(renderMarkdown(markdown, { mention, opensTopic: id => id === 'reading' })).toBe(expected);
  });

  it.each(HOSTILE)('what a member typed takes no effect: %s', typed => {
    const shown = read(renderMarkdown(escapeMarkdown(typed)));
    expect(shown.effects).toEqual([]);
    expect(shown.text).toBe(markdownToPlain(escapeMarkdown(typed)));
  });

  it('what anybody typed takes no effect, alone or inside bold, a list or a quote', () => {
    const typed = fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), { maxLength: 4 });
    fc.assert(
      fc.property(typed, parts => {
        const markdown = escapeMarkdown(parts.join(' '));
        expect(read(renderMarkdown(markdown)).effects).toEqual([]);
        expect(read(renderMarkdown(`**Hi ${markdown} you**`)).effects.filter(effect => effect !== 'bold')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('nothing inside code or a block of code gets out of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ', '\n', '*', '<@1>') }), typed => {
        const span = codeSpan(typed);
        expect(/^(`+)[\s\S]*?[^`]\1(?!`)/.exec(span)?.[0]).toBe(span);
        const block = codeBlock(typed, 'js');
        expect(/^```(?:[a-z0-9_+\-.#]+?\n)?\n*[^\n][\s\S]*?\n*```/i.exec(block)?.[0]).toBe(block);
      }),
    );
  });
});

describe('startOfTree', () => {
  const MARKDOWN = 'Some **bold words** and a [link](https://e.org/).\n\n```js\nfirst()\nsecond()\n```\n\n- one\n- two';
  const start = (length: number): string => renderTree(startOfTree(parseMarkdown(MARKDOWN), length));
  it.each([
    [8, 'Some **…**'],
    [24, 'Some **bold words** and a …'],
    [45, 'Some **bold words** and a [link](https://e.org/).\n```js\nfirst()\n…\n```'],
    [52, 'Some **bold words** and a [link](https://e.org/).\n```js\nfirst()\nsecond()\n```\n- one\n- …'],
    [1000, renderMarkdown(MARKDOWN)],
  ])('leaves nothing half open after %i characters', (length, expected) => {
    expect(start(length)).toBe(expected);
  });

  it('never cuts an emoji in half', () => {
    for (let length = 1; length < 12; length += 1)
      expect(renderTree(startOfTree(parseMarkdown('👩‍👩‍👧 👩‍👩‍👧 x'), length))).toMatch(/^(👩‍👩‍👧 ?){0,2}x?( ?…)?$/u);
  });
});
