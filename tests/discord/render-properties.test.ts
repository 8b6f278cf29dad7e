import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCustomId } from '../../src/discord/custom-id.ts';
import { type DiscordMessage, renderMessage } from '../../src/discord/render.ts';
import { messageViolations } from '../../src/discord/validate.ts';
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
import { COMMUNITY, PNG, shownIn } from '../support/discord-shown.ts';

describe('any message', () => {
  const words = fc.oneof(
    { weight: 4, arbitrary: fc.lorem({ maxCount: 12 }) },
    fc.constantFrom(
      '@everyone',
      '<@1>',
      '**',
      '`',
      '```',
      '[x](http://e.com)',
      '# x',
      ' ',
      '',
      '👩‍👩‍👧'.repeat(40),
      '\ud800',
      '\u0000',
      'z'.repeat(3000),
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
    url: fc.oneof(fc.webUrl(), words, fc.constant(`https://e.org/${'x'.repeat(600)}`)),
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
      maxLength: 5,
    }),
    rows: fc.array(fc.record({ cells: fc.array(words, { maxLength: 5 }), own: fc.boolean() }), { maxLength: 12 }),
  });
  const anyBlock: fc.Arbitrary<Block> = fc.oneof(
    fc.record({ type: fc.constant('heading' as const), text: words, level: fc.constantFrom(1 as const, 2 as const) }),
    markdown.map(text),
    markdown.map(quiet),
    fc.array(fc.tuple(words, words), { maxLength: 6 }).map(facts),
    fc.tuple(fc.array(markdown, { maxLength: 12 }), fc.boolean()).map(([items, ordered]) => list(items, ordered)),
    fc
      .tuple(words, fc.nat(50), fc.nat(50))
      .map(([label, done, total]) => progressBar(label, Math.min(done, total), total)),
    anyTable,
    fc.record({ type: fc.constant('image' as const), png: fc.constantFrom(PNG, new Uint8Array()), alt: words }),
    fc.constant(divider()),
    { weight: 4, arbitrary: anyActions },
  );
  const anyMessage: fc.Arbitrary<Message> = fc.record({
    blocks: fc.array(anyBlock, { maxLength: 40 }),
    accent: fc.constantFrom('#ff8800', 'red'),
  });

  const actionsOf = (message: DiscordMessage): string[] => {
    const { buttons, selects } = shownIn(message);
    return [
      ...buttons.flatMap(each => ('custom_id' in each ? [decodeCustomId(each.custom_id).action] : [])),
      ...selects.flatMap(({ custom_id: id, options }) => {
        const { action: decoded } = decodeCustomId(id);
        return decoded === '' ? options.map(({ value }) => value) : [decoded];
      }),
    ];
  };

  it('is never refused by Discord', () => {
    fc.assert(
      fc.property(anyMessage, message => {
        for (const context of [{}, { communityId: COMMUNITY, marker: 7 }])
          expect(messageViolations(renderMessage(message, context).body)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('loses no button, menu or text without saying so', () => {
    fc.assert(
      fc.property(anyMessage, message => {
        const rendered = renderMessage(message);
        if (rendered.shortened.length > 0) return;
        const wanted = message.blocks
          .flatMap(block => (block.type === 'actions' ? block.items : []))
          .flatMap(item => (item.type === 'link' ? [] : [item.action]));
        expect(actionsOf(rendered).toSorted()).toEqual(wanted.toSorted());
        const shown = shownIn(rendered).texts.join('\n');
        for (const block of message.blocks) {
          const said =
            block.type === 'heading' || block.type === 'text'
              ? [block.text]
              : block.type === 'list'
                ? block.items
                : block.type === 'facts'
                  ? block.items.flatMap(({ label, value }) => [label, value])
                  : [];
          for (const word of said.flatMap(each => each.match(/\b[a-z]{4,}\b/g) ?? []).filter(each => each !== 'http'))
            expect(shown).toContain(word);
        }
      }),
      { numRuns: 300 },
    );
  });
});
