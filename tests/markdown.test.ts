import fc from 'fast-check';
import type { Nodes } from 'mdast';
import { describe, expect, it } from 'vitest';
import { channelLink, escapeMarkdown, markdownToPlain, parseMarkdown } from '../src/markdown.ts';
import { renderMarkdown } from '../src/web/render.ts';

/** What of a text can be shown at all: one line without control and format characters. */
const shown = (text: string): string =>
  text.replaceAll(/(?:(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])+/gu, ' ').trim();

const typesIn = (node: Nodes): string[] => [node.type, ...('children' in node ? node.children.flatMap(typesIn) : [])];

const HOSTILE = [
  '**bold** _soft_ `code` ~~gone~~',
  '[x](http://evil.example)',
  '![x](http://evil.example/a.png)',
  '[x]: http://evil.example',
  '<http://evil.example>',
  '<script>alert(1)</script>',
  '<!-- hidden -->',
  '&lt;b&gt; &amp; &#x41;',
  '# heading',
  '- item',
  '1. item',
  '1) item',
  '+ item',
  '> quote',
  '```js',
  '~~~',
  '---',
  '===',
  '    code',
  'one\n\ntwo',
  'one  \ntwo',
  'back\\slash \\* \\',
  '@everyone <!channel> <@U123> <#C1|x>',
  'a_b_c and *x* in__side__words',
  '[x][y] [ ] ![',
  'line\u2028separator',
];

describe('a channel', () => {
  it('is a link by its id, which reads as its name', () => {
    expect(channelLink('general')).toBe('[#general](channel:general)');
    expect(channelLink('1234567890123456789')).toBe('[#1234567890123456789](channel:1234567890123456789)');
    expect(markdownToPlain(`in ${channelLink('general')} and [there](https://a.example)`)).toBe(
      'in #general and there (https://a.example)',
    );
  });

  it.each(HOSTILE)('is that one link and nothing else, whatever it is called: %s', named => {
    const markdown = `in ${channelLink(named)}, weekly`;
    expect(markdownToPlain(markdown)).toBe(`in #${shown(named)}, weekly`);
    expect(typesIn(parseMarkdown(markdown))).toEqual(['root', 'paragraph', 'text', 'link', 'text', 'text']);
    expect(renderMarkdown(markdown)).not.toMatch(/<(?!\/?p>)/);
  });
});

describe('text that a member typed', () => {
  it.each(HOSTILE)('shows exactly its characters, and none of its markup: %s', typed => {
    const escaped = escapeMarkdown(typed);
    expect(markdownToPlain(escaped)).toBe(shown(typed));
    expect(new Set(typesIn(parseMarkdown(escaped)))).toEqual(new Set(['root', 'paragraph', 'text']));
  });

  it.each(HOSTILE)('does so in the middle of a sentence too: %s', typed => {
    const sentence = `⚠️ There is no ${escapeMarkdown(typed)} here`;
    expect(markdownToPlain(sentence)).toBe(`⚠️ There is no ${shown(typed)} here`);
    expect(renderMarkdown(sentence)).not.toMatch(/<(?!\/?p>)/);
  });

  it('does so whatever it is', () => {
    const pieces = fc.constantFrom(
      ...'*_`~[]()<>!#-+.=&;:\\/|"\'@ \t\n1aé😀',
      '**',
      '](',
      '&amp;',
      '\u0000',
      '\u202e',
      '\u200d',
    );
    const any = fc.oneof(
      fc.array(pieces, { maxLength: 25 }).map(parts => parts.join('')),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(any, typed => {
        const escaped = escapeMarkdown(typed);
        const plain = shown(typed);
        // mdast reads runs of blanks inside a line as they are, and those around it as none.
        expect(markdownToPlain(escaped)).toBe(plain);
        if (plain !== '')
          expect(new Set(typesIn(parseMarkdown(escaped)))).toEqual(new Set(['root', 'paragraph', 'text']));
      }),
      { numRuns: 2000 },
    );
  });

  it('stays on one line, without characters that hide or turn around others', () => {
    expect(escapeMarkdown('a\nb\u202ec\u0000d\u200be')).toBe('a b c d e');
    expect(escapeMarkdown('\u202e')).toBe('');
  });
});

describe('Markdown as plain text', () => {
  it.each([
    ['**bold** _soft_ `code`', 'bold soft code'],
    ['one\n\ntwo', 'one\n\ntwo'],
    ['- one\n- two', '- one\n- two'],
    ['3. one\n4. two', '3. one\n4. two'],
    ['> wise\n> words', '> wise\n> words'],
    ['```js\nrun()\n```', 'run()'],
    ['one  \ntwo', 'one\ntwo'],
    ['one\n\n---\n\ntwo', 'one\n\n---\n\ntwo'],
    ['[guide](https://example.org/a)', 'guide (https://example.org/a)'],
    ['<https://example.org/a>', 'https://example.org/a'],
    ['[Testing](topic:testing)', 'Testing'],
    ['[Mon 23 Nov, 09:00](time:2026-11-23T09:00Z)', 'Mon 23 Nov, 09:00'],
    ['<b>raw</b>', '<b>raw</b>'],
    ['', ''],
  ])('%j is %j', (markdown, expected) => {
    expect(markdownToPlain(markdown)).toBe(expected);
  });

  it('keeps the lines of an item below its mark', () => {
    expect(markdownToPlain('1. one\n\n   more\n2. two')).toBe('1. one\n   more\n2. two');
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), markdown => typeof markdownToPlain(markdown) === 'string'));
  });
});
