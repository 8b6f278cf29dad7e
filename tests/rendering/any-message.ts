// Any message there could be, for properties that every renderer has.
import fc from 'fast-check';
import { escapeMarkdown } from '../../src/markdown.ts';
import {
  actions,
  type Block,
  divider,
  facts,
  list,
  type Message,
  progressBar,
  quiet,
  text,
} from '../../src/message.ts';

const words = fc.oneof(
  { weight: 4, arbitrary: fc.lorem({ maxCount: 12 }) },
  fc.constantFrom(
    '@everyone',
    '<!channel>',
    '<@1>',
    '<@U12345678>',
    '**',
    '`',
    '```',
    '[x](http://e.com)',
    '# x',
    ' ',
    '',
    '&<>'.repeat(200),
    '👩‍👩‍👧'.repeat(40),
    '\ud800',
    '\u0000',
    'z'.repeat(3000),
    'z'.repeat(4000),
  ),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const markdown = fc.oneof(
  words,
  words.map(escapeMarkdown),
  fc.array(words, { maxLength: 8 }).map(parts => parts.join('\n\n- ')),
);
const action = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a/a/1', 'a/a/2', 'topics/read/x', 'b/b/') },
  fc.string({ maxLength: 110 }),
  fc.string({ maxLength: 270 }),
);
const anyButton = fc.record({
  type: fc.constant('button' as const),
  label: words,
  action,
  style: fc.constantFrom('primary' as const, 'secondary' as const, 'danger' as const),
});
const anyLink = fc.record({
  type: fc.constant('link' as const),
  label: words,
  url: fc.oneof(
    fc.webUrl(),
    words,
    fc.constantFrom(`https://e.org/${'x'.repeat(600)}`, `https://e.org/${'x'.repeat(3100)}`),
  ),
});
const anyOption = fc.record({
  label: words,
  value: fc.string({ maxLength: 110 }),
  description: words,
  selected: fc.boolean(),
});
const anySelect = fc.record({
  type: fc.constant('select' as const),
  action,
  placeholder: words,
  options: fc.array(anyOption, { maxLength: 30 }),
  min: fc.integer({ min: -1, max: 30 }),
  max: fc.integer({ min: -1, max: 30 }),
});
const anyActions = fc
  .array(fc.oneof({ weight: 4, arbitrary: anyButton }, anyLink, anySelect), { maxLength: 8 })
  .map(items => actions(...items));
const anyTable = fc.record({
  type: fc.constant('table' as const),
  columns: fc.array(fc.record({ label: words, align: fc.constantFrom('start' as const, 'end' as const) }), {
    maxLength: 22,
  }),
  rows: fc.array(fc.record({ cells: fc.array(words, { maxLength: 5 }), own: fc.boolean() }), { maxLength: 12 }),
});
const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant('heading' as const), text: words, level: fc.constantFrom(1 as const, 2 as const) }),
  markdown.map(text),
  markdown.map(quiet),
  fc.array(fc.tuple(words, words), { maxLength: 12 }).map(facts),
  fc.tuple(fc.array(markdown, { maxLength: 12 }), fc.boolean()).map(([items, ordered]) => list(items, ordered)),
  fc
    .tuple(words, fc.nat(50), fc.nat(50))
    .map(([label, done, total]) => progressBar(label, Math.min(done, total), total)),
  anyTable,
  fc.record({
    type: fc.constant('image' as const),
    png: fc.constantFrom(new Uint8Array([137, 80, 78, 71]), new Uint8Array()),
    alt: words,
  }),
  fc.constant(divider()),
  { weight: 4, arbitrary: anyActions },
);
/** A message of anything: hostile texts, far too long ones, repeated and broken actions. */
export const anyMessage: fc.Arbitrary<Message> = fc.record({
  blocks: fc.array(anyBlock, { maxLength: 60 }),
  accent: fc.constantFrom('#ff8800', 'red'),
});
