import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actions, button } from '../../src/message.ts';
import { decodeActionId, decodePress, encodeActionId, isLinkId } from '../../src/slack/action-id.ts';
import { render, shownIn } from '../support/slack-shown.ts';

describe('action ids', () => {
  it.each([
    ['done/done/testing', 1, 'done/done/testing'],
    ['done/done/testing', 2, '#2!done/done/testing'],
    ['#1!done/done/x', 1, '!#1!done/done/x'],
    ['!x', 3, '#3!!x'],
    ['link#1', 1, '!link#1'],
  ])('%s, time %i', (action, occurrence, expected) => {
    expect(encodeActionId(action, occurrence)).toBe(expected);
    expect(decodeActionId(expected)).toBe(action);
    expect(isLinkId(expected)).toBe(false);
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 999 }), (action, occurrence) => {
        expect(decodeActionId(encodeActionId(action, occurrence))).toBe(action);
      }),
    );
  });

  it('the same action twice in a message has two ids', () => {
    const { buttons } = shownIn(render([actions(button('A', 'a/a/'), button('B', 'a/a/'))]).blocks);
    expect(buttons.map(each => each.action_id)).toEqual(['a/a/', '#2!a/a/']);
  });

  it('what was chosen comes from one choice, several or none', () => {
    expect(decodePress({ action_id: 'a/a/' })).toEqual({ action: 'a/a/', values: [] });
    expect(decodePress({ action_id: '#2!a/a/', selected_option: { value: 'x' } })).toEqual({
      action: 'a/a/',
      values: ['x'],
    });
    expect(decodePress({ action_id: 'a/a/', selected_options: [{ value: 'x' }, { value: 'y' }] })).toEqual({
      action: 'a/a/',
      values: ['x', 'y'],
    });
    expect(decodePress({ action_id: 'a/a/', selected_option: null })).toEqual({ action: 'a/a/', values: [] });
  });
});
