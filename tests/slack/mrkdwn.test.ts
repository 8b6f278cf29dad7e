import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkdown, markdownToPlain } from '../../src/markdown.ts';
import { plainOf, treeOf } from '../../src/rendering/tree.ts';
import { splitTree, startOfTree } from '../../src/slack/cut-tree.ts';
import { codeBlock, codeSpan, escapeText, renderMarkdown, renderTree } from '../../src/slack/mrkdwn.ts';

/**
 * Everything that takes effect in a verbatim mrkdwn text. Where it is not known what Slack takes for the edge of a word, this reader
 * takes everything but ASCII letters and digits, zero-width characters included.
 */
const pair = (mark: string): RegExp =>
  new RegExp(`^[${mark}](?=\\S)[^\\n]*?\\S[${mark}](?![A-Za-z0-9])|^[${mark}]\\S[${mark}](?![A-Za-z0-9])`);
const EFFECTS: [name: string, pattern: RegExp][] = [
  ['block of code', /^```[\s\S]*?```/],
  ['code', /^`[^`\n]+`/],
  ['everybody', /^<!(?:channel|here|everyone)\b[^>]*>/],
  ['mention', /^<(?:@[A-Z0-9]+|!subteam\^[^>]*)(?:\|[^>]*)?>/],
  ['channel', /^<#[A-Z0-9]+(?:\|[^>]*)?>/],
  ['time', /^<!date\^[^>]*>/],
  ['link', /^<(?:https?|mailto):[^>]*>/],
  ['other', /^<[^>]*>/],
  ['emoji', /^:[\w+'-]+:/],
];
const WORD_EFFECTS: [name: string, pattern: RegExp][] = [
  ['bold', pair('*')],
  ['italic', pair('_')],
  ['crossed out', pair('~')],
];

/** What a reader in Slack sees of `mrkdwn`, doubles of marks taken for what they stand for, and the names of all effects in it. */
const read = (mrkdwn: string): { text: string; effects: string[] } => {
  const effects: string[] = [];
  for (let at = 0; at < mrkdwn.length; at += 1) {
    const rest = mrkdwn.slice(at);
    const atWordStart = !/[A-Za-z0-9]/.test(mrkdwn[at - 1] ?? '');
    const atLineStart = at === 0 || mrkdwn[at - 1] === '\n';
    if (atLineStart && /^\s*(?:>|&gt;)/.test(rest)) effects.push('quote');
    const effect = [...EFFECTS, ...(atWordStart ? WORD_EFFECTS : [])].find(([, pattern]) => pattern.test(rest));
    if (effect) effects.push(effect[0]);
  }
  const text = mrkdwn
    .replaceAll('\u200b', '')
    .replaceAll('∗', '*')
    .replaceAll('ˍ', '_')
    .replaceAll('∼', '~')
    .replaceAll('ˋ', '`')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  return { text, effects: [...new Set(effects)] };
};

const HOSTILE = [
  '@everyone @here and @channel',
  '<!channel> <!here> <!everyone|x> <!subteam^S123|@team>',
  '<@U12345678> <@W1|x> <#C12345678|general>',
  '<!date^0^{date}|never> <https://evil.example|click> <mailto:a@b.c>',
  ':smile: 10:30:45 :+1: ::',
  '*bold* **bold** __under__ _it_ ~gone~ ~~gone~~ *_both_*',
  'a*b*c snake_case_name x_ _y 2 * 3 * 4 ~5 hours',
  '*漢字* 漢*字*漢 *é* (*x*) "*x*"',
  '`code` ``code`` ```block```',
  '[click](https://evil.example) https://evil.example/a_b_c',
  '> quote >>> quotes &gt; entity &amp;gt; &lt;!channel&gt;',
  '\\*not bold\\* \\',
  'C:\\Users\\x ¯\\_(ツ)_/¯',
];

describe('escapeText', () => {
  const withoutQuote = (typed: string): string => typed.replace(/^\s*>\s*/, '');

  it.each(HOSTILE)('shows what was typed: %s', typed => {
    expect(read(escapeText(withoutQuote(typed)))).toEqual({ text: withoutQuote(typed), effects: [] });
  });

  it('shows what was typed, whatever it was', () => {
    const part = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...'*_~|`<>[]()#-+1.:@/\\&; \n'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), parts => {
        const typed = parts
          .join('')
          .toWellFormed()
          .replaceAll(/[\u200b∗ˍ∼ˋ]/g, '');
        const shown = read(escapeText(typed));
        expect(shown.text).toBe(typed);
        // Only a whole paragraph is known to begin a line.
        expect(shown.effects.filter(effect => effect !== 'quote')).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('changes nothing where nothing could take effect', () => {
    for (const plain of ['snake_case_name', '2 * 3', 'a*b', 'a ~ b', '10:30', '#general', '@here'])
      expect(escapeText(plain)).toBe(plain);
  });

  it('the reader of this test sees markup that is alive', () => {
    expect(read('*b* _i_ ~s~ `c` <@U1> <!here> <https://e.com|x> :a:\n> q').effects.toSorted()).toEqual(
      ['bold', 'italic', 'crossed out', 'code', 'mention', 'everybody', 'link', 'emoji', 'quote'].toSorted(),
    );
  });
});

describe('renderMarkdown', () => {
  const typed = (command: string) => (command.startsWith('help') ? `/milepost ${command}` : `/${command}`);
  it.each([
    ['paragraphs', 'one\n\ntwo', 'one\n\ntwo'],
    ['lines that only wrap in the file', 'one\ntwo', 'one two'],
    ['hard breaks', 'one  \ntwo', 'one\ntwo'],
    ['bold and italics', '**bold** and _it_', '*bold* and _it_'],
    ['italics inside a word', 'un*believ*able', 'un\u200b_believ_\u200bable'],
    ['bold beside italics', '**a***b*', '*a*\u200b_b_'],
    ['bold before a comma', '(**a**), **b**.', '(*a*), *b*.'],
    ['bold italics', '***both***', '_*both*_'],
    ['bold in bold', '**a **b** c**', '*a b c*'],
    ['a star in bold', '**5\\*3 \\* 2**', '*5∗3 ∗ 2*'],
    ['bold around code', '**`x`**', '`x`'],
    ['bold with code in it', '**use `x` now**', '*use `x` now*'],
    ['a list', '- one\n- two', '• one\n• two'],
    ['a numbered list from its number on', '3. one\n4. two', '3. one\n4. two'],
    ['a list item of two paragraphs', '- one\n\n  more\n- two', '• one\n  more\n• two'],
    ['a list in a list', '- one\n  - deep\n- two', '• one\n  ◦ deep\n• two'],
    ['a text around a list', 'before\n\n- one\n\nafter', 'before\n• one\n\nafter'],
    ['a quote', '> one\n> two\n>\n> three', '> one two\n> \n> three'],
    ['a heading, which is bold', '# Title\n\ntext', '*Title*\ntext'],
    ['a rule', 'a\n\n---\n\nb', 'a\n\n———\n\nb'],
    ['code', '`a*b <c>`', '`a*b &lt;c&gt;`'],
    ['code with a backtick', '`` a`b ``', '`aˋb`'],
    ['a block of code', '```py\nx = 1 < 2\n```', '```\nx = 1 &lt; 2\n```'],
    ['a block of code with a fence in it', '````\na\n```\nb\n````', '```\na\nˋˋˋ\nb\n```'],
    ['HTML, as text', 'a <b>c</b>', 'a &lt;b&gt;c&lt;/b&gt;'],
    ['an entity', '&lt;!channel&gt;', '&lt;!channel&gt;'],
    ['what would be a quote', '\\> no', '\u200b&gt; no'],
    ['what would be a quote after a break', 'a\\\n\\> no', 'a\n\u200b&gt; no'],
    ['a web link', '[x](https://example.org/a?b=1&c=2)', '<https://example.org/a?b=1&amp;c=2|x>'],
    ['a web link with bars and brackets', '[x|y>z](https://e.org/a|b)', '<https://e.org/a%7Cb|x|y&gt;z>'],
    ['a web link with marks in its label', '[*x* `y`](https://e.org/)', '<https://e.org/|x y>'],
    ['an address', '<https://example.org/a>', '<https://example.org/a>'],
    [
      'a label that is another address',
      '[https://good.org](https://evil.org/)',
      'https://good.org (<https://evil.org/>)',
    ],
    ['a label that is another host', '[good.org](https://evil.org/)', 'good.org (<https://evil.org/>)'],
    ['a link by reference', '[x][y]\n\n[y]: https://e.org/', '<https://e.org/|x>'],
    ['a link to elsewhere', '[x](javascript:alert(1))', 'x'],
    ['a link that would be a broadcast', '[x](!channel) [y](@U12345678)', 'x y'],
    ['a picture, by its words', '![a cat](https://e.org/cat.png)', 'a cat'],
    [
      'a moment',
      '[Mon 23 Nov, 09:00](time:2026-11-23T09:00Z)',
      '<!date^1795424400^{date_short_pretty} {time}|Mon 23 Nov, 09:00>',
    ],
    ['a day', '[Mon 23 Nov](time:2026-11-23T09:00Z)', '<!date^1795424400^{date_short_pretty}|Mon 23 Nov>'],
    [
      'a moment whose words would end it',
      '[a|b^c>d](time:2026-11-23T09:00Z)',
      '<!date^1795424400^{date_short_pretty}|a b c&gt;d>',
    ],
    ['a moment that is none', '[soon](time:later)', 'soon'],
    ['a topic', '[Testing](topic:testing)', 'Testing (`/topics show testing`)'],
    ['a topic that a button opens', '[Reading](topic:reading)', '*Reading*'],
    ['a channel', '[#general](channel:C0123456789)', '<#C0123456789>'],
    ['a channel by its name', '[#general](channel:general)', '#general'],
    ['a channel that would be a broadcast', '[#x](channel:!here)', '#x'],
    ['a command', 'type `/next` or `/help topics show`', 'type `/next` or `/milepost help topics show`'],
    [
      'a command with options',
      '`/topics show x` and `/track select engineering`',
      '`/topics show x` and `/track select engineering`',
    ],
    ['a path in code', '`/etc/passwd`', '`/etc/passwd`'],
    ['what a member typed', escapeMarkdown('**a** <@U1> `b` [c](http://d.e)'), '∗∗a∗∗ &lt;@U1&gt; ˋbˋ [c](http://d.e)'],
    ['nothing', '', ''],
  ])('renders %s', (_what, markdown, expected) => {
    expect(renderMarkdown(markdown, { typed, opensTopic: id => id === 'reading' })).toBe(expected);
  });

  it.each(HOSTILE)('what a member typed takes no effect: %s', hostile => {
    const shown = read(renderMarkdown(escapeMarkdown(hostile)));
    expect(shown.effects).toEqual([]);
    expect(shown.text).toBe(markdownToPlain(escapeMarkdown(hostile)));
  });

  it('what anybody typed takes no effect, alone or inside bold, italics, a list or a quote', () => {
    const part = fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), { maxLength: 4 });
    fc.assert(
      fc.property(part, parts => {
        const markdown = escapeMarkdown(parts.join(' '));
        const effectsOf = (around: string): string[] => read(renderMarkdown(around)).effects;
        expect(effectsOf(markdown)).toEqual([]);
        expect(effectsOf(`**Hi ${markdown} you**`).filter(effect => effect !== 'bold')).toEqual([]);
        expect(effectsOf(`_Hi ${markdown} you_`).filter(effect => effect !== 'italic')).toEqual([]);
        expect(effectsOf(`- Hi ${markdown} you`)).toEqual([]);
        expect(effectsOf(`> ${markdown}`).filter(effect => effect !== 'quote')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('no broadcast or mention is ever made, whatever Markdown there is', () => {
    const pieces = fc.constantFrom(
      ...HOSTILE,
      '[',
      '](',
      ')',
      '<',
      '>',
      '!channel',
      '@U12345678',
      'time:',
      'channel:',
      '`',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), parts => {
        const shown = renderMarkdown(parts.join(''));
        expect(shown).not.toMatch(/<!(?!date\^\d+\^\{)|<@/);
      }),
      { numRuns: 1000 },
    );
  });

  it('nothing inside code or a block of code gets out of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ', '\n', '*', '<!here>') }), typedText => {
        expect(codeSpan(typedText)).toMatch(/^`[^`\n<>]+`$/);
        const block = codeBlock(typedText);
        expect(/^```[\s\S]*?```/.exec(block)?.[0]).toBe(block);
        expect(block).not.toMatch(/[<>]/);
      }),
    );
  });
});

describe('a tree in parts', () => {
  const MARKDOWN = 'Some **bold words** and a [link](https://e.org/).\n\n```js\nfirst()\nsecond()\n```\n\n- one\n- two';
  it.each([
    [8, 'Some …'],
    [24, 'Some *bold words* and a …'],
    [40, 'Some *bold words* and a <https://e.org/|link>.\n```\nfirst()\n…\n```'],
    [45, 'Some *bold words* and a <https://e.org/|link>.\n```\nfirst()\nsecond()\n```\n…'],
    [47, 'Some *bold words* and a <https://e.org/|link>.\n```\nfirst()\nsecond()\n```\n• one …'],
    [1000, renderMarkdown(MARKDOWN)],
  ])('its start leaves nothing half open after %i characters', (length, expected) => {
    expect(renderTree(startOfTree(treeOf(MARKDOWN), length))).toBe(expected);
  });

  it('never cuts an emoji in half', () => {
    for (let length = 1; length < 12; length += 1)
      expect(renderTree(startOfTree(treeOf('👩‍👩‍👧 👩‍👩‍👧 x'), length))).toMatch(/^(👩‍👩‍👧 ?){0,2}x?( ?…)?$/u);
  });

  const words = (count: number): string => Array.from({ length: count }, (_, at) => `word${at}`).join(' ');
  it.each([
    ['a long paragraph', `**Start** ${words(900)}`],
    ['a long bold text', `**${words(900)}**`],
    ['many paragraphs', Array.from({ length: 90 }, (_, at) => `${at} ${words(12)}`).join('\n\n')],
    ['a long quote', `> ${words(900)}`],
    ['a long block of code', `\`\`\`\n${Array.from({ length: 500 }, (_, at) => `  line(${at})`).join('\n')}\n\`\`\``],
    ['a long list', Array.from({ length: 500 }, (_, at) => `- entry${at}`).join('\n')],
    ['a long numbered list', Array.from({ length: 500 }, (_, at) => `${at + 1}. entry${at}`).join('\n')],
    ['a list with a long entry', `1. ${words(900)}\n2. last`],
    ['long inline code', `\`${words(900)}\``],
    ['a long label of a link', `[${words(900)}](https://e.org/)`],
    ['a word that is too long', 'x'.repeat(7000)],
    ['a word of nothing but entities', '&amp;'.repeat(4000)],
  ])('all of %s comes in pieces that fit, and nothing is lost', (_what, markdown) => {
    const pieces = splitTree(treeOf(markdown), tree => renderTree(tree), 1000);
    const texts = pieces.map(tree => renderTree(tree));
    expect(texts.length).toBeGreaterThan(1);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(1000);
    const shown = pieces.map(tree => plainOf(tree)).join('');
    expect(shown.replaceAll(/\s/g, '')).toBe(plainOf(treeOf(markdown)).replaceAll(/\s/g, ''));
  });

  it('an entry that is cut has its number once, and the next one its own', () => {
    const pieces = splitTree(treeOf(`1. ${words(300)}\n2. last`), tree => renderTree(tree), 1000).map(tree =>
      renderTree(tree),
    );
    expect(pieces.join('\n').match(/^\d+\. \S+/gm)).toEqual(['1. word0', '2. last']);
  });

  it('a numbered list goes on with its numbers', () => {
    const markdown = Array.from({ length: 100 }, (_, at) => `${at + 1}. entry${at + 1}`).join('\n');
    const lines = splitTree(treeOf(markdown), tree => renderTree(tree), 500).flatMap(tree =>
      renderTree(tree).split('\n'),
    );
    expect(lines).toEqual(Array.from({ length: 100 }, (_, at) => `${at + 1}. entry${at + 1}`));
  });
});
