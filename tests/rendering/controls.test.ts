import { describe, expect, it } from 'vitest';
import { actions, button, linkButton, type Select } from '../../src/message.ts';
import { type ControlRules, inGroups, mostChosen, openedTopics, usableControl } from '../../src/rendering/controls.ts';

const RULES: ControlRules = {
  limits: { actionId: 20, buttonLabel: 10, url: 30, selectOptions: 3, option: 10, placeholder: 15 },
  marked: /^#/,
  markRoom: 5,
  webAddress: url => (url.startsWith('https:') ? url : undefined),
  isTooLong: (label, limit) => label.length > limit,
};
const option = (value: string) => ({ label: value, value });
const select = (...values: string[]): Select => ({
  type: 'select',
  action: 'a/b/',
  placeholder: 'Pick',
  options: values.map(option),
});

describe('a control', () => {
  it('may repeat an action as long as there is room for the mark that tells them apart', () => {
    const seen = new Set<string>();
    const lostOf = (action: string): string[] => usableControl(button('B', action), seen, RULES).lost;
    expect(lostOf('a/b/twenty-units-xxx')).toEqual([]);
    expect(lostOf('a/b/twenty-units-xxx')).toEqual(['the button “B”']);
    expect([lostOf('a/b/fifteen-uni'), lostOf('a/b/fifteen-uni')]).toEqual([[], []]);
    expect(lostOf('#looks-like-a-mark')).toEqual(['the button “B”']);
  });

  it('is text where its address can be none of a button', () => {
    const link = linkButton('Paper', `https://e.org/${'x'.repeat(30)}`);
    expect(usableControl(link, new Set(), RULES)).toEqual({ link, lost: [], missing: [] });
    expect(usableControl(linkButton('Odd', 'javascript:x'), new Set(), RULES).usable).toBeUndefined();
  });

  it('keeps the choices that can be shown, and says how many are gone', () => {
    const { usable, missing } = usableControl(select('a', 'a', ' ', 'far-too-long', 'b'), new Set(), RULES);
    expect(usable).toMatchObject({ options: [option('a'), option('b')] });
    expect(missing).toEqual(['3 of 5 choices of the menu “Pick”']);
    expect(usableControl(select(' '), new Set(), RULES)).toEqual({
      lost: ['the menu “Pick”'],
      missing: ['the menu “Pick”'],
    });
  });

  it('is not missing because its label is shortened', () => {
    const { usable, lost, missing } = usableControl(button('A label too long', 'a/b/'), new Set(), RULES);
    expect([usable?.type, lost, missing]).toEqual(['button', ['a long button label'], []]);
  });
});

it('of a menu at least one choice can be chosen, and never more than there are', () => {
  expect([mostChosen(0, 5), mostChosen(2.5, 5), mostChosen(9, 5), mostChosen(Number.NaN, 5)]).toEqual([1, 2, 5, 1]);
});

it('a message opens the topics of its buttons and menus', () => {
  const menu: Select = { ...select('b', 'c'), action: 'topics/read/' };
  const blocks = [actions(button('Read', 'topics/read/a'), button('Done', 'done/done/x'), menu, select('y'))];
  expect([...openedTopics(blocks)]).toEqual(['a', 'b', 'c']);
});

it('groups are full but for the last', () => {
  expect([inGroups([1, 2, 3, 4, 5], 2), inGroups([], 2)]).toEqual([[[1, 2], [3, 4], [5]], []]);
});
