import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeActionId, isLinkId } from '../../src/slack/action-id.ts';
import { renderMessage } from '../../src/slack/render.ts';
import { renderHome } from '../../src/slack/render-view.ts';
import { messageViolations, viewViolations } from '../../src/slack/validate.ts';
import { anyMessage } from '../rendering/any-message.ts';
import { sent, shownIn } from '../support/slack-shown.ts';

describe('any message', () => {
  const actionsOf = (blocks: readonly KnownBlock[]): string[] => {
    const { buttons, selects, menus } = shownIn(blocks);
    return [
      ...[...buttons, ...selects]
        .map(each => each.action_id ?? '')
        .filter(id => !isLinkId(id))
        .map(decodeActionId),
      ...menus.flatMap(({ options }) => options.map(({ value = '' }) => value)),
    ];
  };

  it('is never refused by Slack, as a message or as App Home', () => {
    fc.assert(
      fc.property(anyMessage, message => {
        for (const context of [
          {},
          { pictureUrl: () => `https://e.org/${'p'.repeat(2000)}`, typed: (name: string) => `/mp ${name}` },
        ]) {
          expect(messageViolations(sent(renderMessage(message, context)))).toEqual([]);
          expect(viewViolations(renderHome(message, context))).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('loses no button, menu or text without saying so', () => {
    fc.assert(
      fc.property(anyMessage, message => {
        const rendered = renderMessage(message);
        const shown = shownIn(rendered.blocks);
        const said = shown.texts.join('\n');
        expect(said.includes('Shortened to fit Slack')).toBe(
          rendered.shortened.some(
            words => !/^(?:long labels of|a long button|\d+ long table|the end of a picture)/.test(words),
          ),
        );
        if (rendered.shortened.length > 0) return;
        const wanted = message.blocks
          .flatMap(block => (block.type === 'actions' ? block.items : []))
          .flatMap(item => (item.type === 'link' ? [] : [item.action]));
        expect(actionsOf(rendered.blocks).toSorted()).toEqual(wanted.toSorted());
        for (const block of message.blocks) {
          const texts =
            block.type === 'heading' || block.type === 'text'
              ? [block.text]
              : block.type === 'list'
                ? block.items
                : block.type === 'facts'
                  ? block.items.flatMap(({ label, value }) => [label, value])
                  : block.type === 'table' && block.columns.length > 0
                    ? block.rows.flatMap(({ cells }) => cells.slice(0, block.columns.length))
                    : [];
          for (const word of texts
            .flatMap(each => each.match(/\b[a-z]{4,30}\b/g) ?? [])
            .filter(each => each !== 'http'))
            expect(said).toContain(word);
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
