import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCustomId, decodePress, encodeCustomId } from '../../src/discord/custom-id.ts';
import { actions, button } from '../../src/message.ts';
import { COMMUNITY, render, shownIn } from '../support/discord-shown.ts';

describe('custom ids', () => {
  it.each<[action: string, how: { communityId?: string; occurrence?: number }, expected: string]>([
    ['done/done/testing', {}, 'done/done/testing'],
    ['done/done/testing', { occurrence: 2 }, '#2!done/done/testing'],
    ['done/done/testing', { communityId: COMMUNITY }, `@${COMMUNITY}!done/done/testing`],
    ['done/done/testing', { communityId: COMMUNITY, occurrence: 3 }, `@${COMMUNITY}#3!done/done/testing`],
    [`a/a/${'x'.repeat(90)}`, { communityId: COMMUNITY }, `a/a/${'x'.repeat(90)}`],
    ['@1!done/done/x', {}, '!@1!done/done/x'],
  ])('%s %o', (action, how, expected) => {
    expect(encodeCustomId(action, how)).toBe(expected);
    expect(decodeCustomId(expected).action).toBe(action);
  });

  it('come back as they were, and fit', () => {
    const how = fc.record({
      communityId: fc.stringMatching(/^\d{17,20}$/),
      occurrence: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.string({ maxLength: 95 }), how, (action, given) => {
        const id = encodeCustomId(action, given);
        expect(decodeCustomId(id).action).toBe(action);
        expect([undefined, given.communityId]).toContain(decodeCustomId(id).communityId);
        expect(id.length).toBeLessThanOrEqual(100);
        if (action.length <= 70) expect(decodeCustomId(id).communityId).toBe(given.communityId);
      }),
    );
  });

  it('the same action twice in a message has two ids', () => {
    const { buttons } = shownIn(render([actions(button('A', 'a/a/'), button('B', 'a/a/'))]));
    expect(buttons.map(each => ('custom_id' in each ? each.custom_id : ''))).toEqual(['a/a/', '#2!a/a/']);
  });

  it('forged ids stay what they are', () => {
    expect(decodeCustomId('@12/../#x!!')).toEqual({ action: '@12/../#x!!' });
    expect(decodePress('!', ['a', 'b'])).toEqual({ action: '', values: ['a', 'b'] });
  });
});
