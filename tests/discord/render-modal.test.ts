import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderModal } from '../../src/discord/render-modal.ts';
import { modalViolations } from '../../src/discord/validate.ts';
import type { Modal } from '../../src/message.ts';
import { COMMUNITY } from '../support/discord-shown.ts';

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
    ],
  };

  it('are made of labels', () => {
    const shown = renderModal(modal, { communityId: COMMUNITY });
    expect(shown).toEqual({
      custom_id: `@${COMMUNITY}!settings/form/zone`,
      title: 'Time zone',
      components: [
        {
          type: 18,
          label: 'A city',
          component: {
            type: 4,
            custom_id: 'value',
            style: 1,
            required: true,
            max_length: 60,
            value: 'Berlin',
            placeholder: 'Berlin',
          },
        },
        { type: 18, label: 'Why', component: { type: 4, custom_id: 'why', style: 2, required: false } },
        {
          type: 18,
          label: 'Track',
          description: 'One of them',
          component: {
            type: 3,
            custom_id: 'track',
            required: true,
            min_values: 1,
            max_values: 1,
            options: [{ label: 'A', value: 'a', default: true }],
          },
        },
      ],
    });
    expect(modalViolations(shown)).toEqual([]);
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
      label: fc.string({ minLength: 1, maxLength: 100 }).filter(label => /\w/.test(label)),
      type: fc.constantFrom('text' as const, 'paragraph' as const, 'select' as const),
      description: long,
      required: fc.boolean(),
      value: long,
      placeholder: long,
      maxLength: fc.integer({ min: 0, max: 9000 }),
      options: fc.array(option, { maxLength: 40 }),
      max: fc.integer({ min: 0, max: 50 }),
    });
    fc.assert(
      fc.property(long, fc.array(field, { minLength: 1, maxLength: 7 }), (title, fields) => {
        const shown = renderModal({
          ...modal,
          title,
          fields: fields.map((each, at) => ({ ...each, name: `field-${at}` })),
        });
        expect(modalViolations(shown)).toEqual([]);
      }),
    );
  });
});
