import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCustomId } from '../../src/discord/custom-id.ts';
import { type DiscordMessage, renderMessage } from '../../src/discord/render.ts';
import { messageViolations } from '../../src/discord/validate.ts';
import { anyMessage } from '../rendering/any-message.ts';
import { COMMUNITY, shownIn } from '../support/discord-shown.ts';

describe('any message', () => {
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
