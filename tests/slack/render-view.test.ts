import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, heading, type Modal, text } from '../../src/message.ts';
import { decodeFields } from '../../src/slack/action-id.ts';
import { renderHome, renderModal } from '../../src/slack/render-view.ts';
import { viewViolations } from '../../src/slack/validate.ts';
import { PNG, shownIn } from '../support/slack-shown.ts';

describe('App Home', () => {
  it('takes twice as many blocks, and more text', () => {
    const blocks = Array.from({ length: 90 }, (_, at) => [heading(`Part ${at}`), text('word '.repeat(200))]).flat();
    const home = renderHome({ blocks: blocks.slice(0, 100) });
    expect([home.type, home.blocks.length, viewViolations(home)]).toEqual(['home', 100, []]);
    expect(viewViolations(renderHome({ blocks }))).toEqual([]);
    const tooMuch = renderHome({ blocks: Array.from({ length: 90 }, () => text('é '.repeat(4000))) });
    expect(viewViolations(tooMuch)).toEqual([]);
    expect(JSON.stringify(tooMuch.blocks.at(-1))).toContain('Shortened to fit Slack');
  });

  it('shows pictures by their address only', () => {
    const blocks: Block[] = [{ type: 'image', png: PNG, alt: 'A board' }];
    expect(renderHome({ blocks }, { pictureUrl: () => 'https://e.org/a.png' }).blocks).toMatchObject([
      { type: 'image' },
    ]);
    expect(shownIn(renderHome({ blocks }).blocks as KnownBlock[]).texts[0]).toBe('_Picture: A board_');
  });
});

describe('forms', () => {
  const modal: Modal = {
    id: 'settings/form/zone',
    title: 'Time zone',
    submit: 'Save',
    fields: [
      {
        name: 'value',
        label: 'A city',
        type: 'text',
        required: true,
        value: 'Berlin',
        placeholder: 'Berlin',
        maxLength: 60,
      },
      { name: 'why', label: 'Why', type: 'paragraph' },
      {
        name: 'track',
        label: 'Track',
        type: 'select',
        required: true,
        description: 'One of them',
        options: [{ label: 'A', value: 'a', selected: true }],
      },
      {
        name: 'roles',
        label: 'Roles',
        type: 'select',
        max: 2,
        options: ['x', 'y'].map(each => ({ label: each, value: each })),
      },
    ],
  };
  const plain = (shown: string) => ({ type: 'plain_text', text: shown, emoji: true });

  it('are made of inputs', () => {
    const view = renderModal(modal, { privateMetadata: 'C1' });
    expect(view).toEqual({
      type: 'modal',
      callback_id: 'settings/form/zone',
      private_metadata: 'C1',
      title: plain('Time zone'),
      submit: plain('Save'),
      close: plain('Cancel'),
      blocks: [
        {
          type: 'input',
          block_id: 'value',
          label: plain('A city'),
          optional: false,
          element: {
            type: 'plain_text_input',
            action_id: 'value',
            multiline: false,
            max_length: 60,
            initial_value: 'Berlin',
            placeholder: plain('Berlin'),
          },
        },
        {
          type: 'input',
          block_id: 'why',
          label: plain('Why'),
          optional: true,
          element: { type: 'plain_text_input', action_id: 'value', multiline: true },
        },
        {
          type: 'input',
          block_id: 'track',
          label: plain('Track'),
          hint: plain('One of them'),
          optional: false,
          element: {
            type: 'static_select',
            action_id: 'value',
            options: [{ text: plain('A'), value: 'a' }],
            initial_option: { text: plain('A'), value: 'a' },
          },
        },
        {
          type: 'input',
          block_id: 'roles',
          label: plain('Roles'),
          optional: true,
          element: {
            type: 'multi_static_select',
            action_id: 'value',
            max_selected_items: 2,
            options: [
              { text: plain('x'), value: 'x' },
              { text: plain('y'), value: 'y' },
            ],
          },
        },
      ],
    });
    expect(viewViolations(view)).toEqual([]);
  });

  it('what was entered comes back by the names of the fields', () => {
    expect(
      decodeFields({
        value: { value: { type: 'plain_text_input', value: 'Rome' } },
        why: { value: { type: 'plain_text_input', value: null } },
        track: { value: { type: 'static_select', selected_option: { value: 'a' } } },
        roles: { value: { type: 'multi_static_select', selected_options: [] } },
        other: {},
      }),
    ).toEqual({ value: 'Rome', why: '', track: 'a', roles: [] });
  });

  it('a title that is too long stands above the fields', () => {
    const view = renderModal({ ...modal, title: 'When do you want your digest?' });
    expect(view.title.text).toBe('When do you want your d…');
    expect(view.blocks[0]).toEqual({ type: 'section', text: plain('When do you want your digest?') });
    expect(viewViolations(view)).toEqual([]);
  });

  it('are never refused, however long their texts are', () => {
    const long = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.constant('é'.repeat(5000)),
      fc.constant('👩‍👩‍👧'.repeat(600)),
    );
    const option = fc.record({
      label: long,
      value: fc.string({ minLength: 1, maxLength: 120 }),
      description: long,
      selected: fc.boolean(),
    });
    const field = fc.record({
      label: long,
      type: fc.constantFrom('text' as const, 'paragraph' as const, 'select' as const),
      description: long,
      required: fc.boolean(),
      value: long,
      placeholder: long,
      maxLength: fc.integer({ min: 0, max: 9000 }),
      options: fc.array(option, { maxLength: 120 }),
      max: fc.integer({ min: 0, max: 50 }),
    });
    fc.assert(
      fc.property(long, long, fc.array(field, { minLength: 1, maxLength: 6 }), (title, submit, fields) => {
        const view = renderModal({
          ...modal,
          title,
          submit,
          fields: fields.map((each, at) => ({ ...each, name: `field-${at}` })),
        });
        expect(viewViolations(view)).toEqual([]);
      }),
    );
  });
});
