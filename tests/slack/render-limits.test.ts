import type { Overflow } from '@slack/types';
import { describe, expect, it } from 'vitest';
import {
  actions,
  type Block,
  button,
  divider,
  heading,
  linkButton,
  list,
  quiet,
  type Select,
  text,
} from '../../src/message.ts';
import { decodePress } from '../../src/slack/action-id.ts';
import { type SlackMessage, weightOf } from '../../src/slack/render.ts';
import { messageViolations } from '../../src/slack/validate.ts';
import { PNG, render, type Shown, select, sent, shownIn, table, textOf } from '../support/slack-shown.ts';

describe('what does not fit', () => {
  const fits = (message: SlackMessage): Shown => {
    expect(messageViolations(sent(message))).toEqual([]);
    return shownIn(message.blocks);
  };

  it('a text that is too long ends at a word, and a line says so', () => {
    const message = render([heading('Long'), text('word '.repeat(4000)), actions(button('Next', 'a/a/'))]);
    const { texts, buttons } = fits(message);
    expect(texts.at(-2)).toMatch(/^(?:word )+…$/);
    expect(texts.join('').length).toBeGreaterThan(10_000);
    expect(texts.at(-1)).toBe(
      'Shortened to fit Slack; not shown: the end of a text. Ask for less at a time to see everything.',
    );
    expect(buttons.map(each => each.text.text)).toEqual(['Next']);
    expect(message.shortened).toEqual(['the end of a text']);
  });

  it('the longest texts give way, the short ones stay whole', () => {
    const { texts } = fits(
      render([text('short one'), text('a '.repeat(9000)), text('short two'), list(['b '.repeat(9000), 'c'])]),
    );
    expect(texts.join('\n')).toMatch(/^short one[\s\S]*a …\n\nshort two\n• b[\s\S]*b …\n…\nShortened/);
  });

  it('a long list and a long table lose their last lines, but never the own one', () => {
    const rows = Array.from({ length: 500 }, (_, at) => ({
      cells: [`${at + 1}`, 'A member'],
      ...(at === 400 && { own: true }),
    }));
    const message = render([list(Array.from({ length: 900 }, (_, at) => `entry number ${at}`)), table(rows)]);
    const { texts } = fits(message);
    expect(texts.join('\n')).toContain('• entry number 0\n• entry number 1\n');
    expect(texts).toContain('▸ 401');
    expect(message.shortened.join()).toMatch(/^\d+ lines,\d+ list entries/);
    const drawn = render([table(rows), table(rows), text('x '.repeat(3000))]);
    expect(fits(drawn).texts.join('\n')).toContain('▸ 401    A member\n…\n```');
  });

  it('a table of more than 99 rows says how many are missing', () => {
    const message = render([
      table(
        Array.from({ length: 120 }, (_, at) => ({ cells: [`${at}`] })),
        [{ label: 'A' }],
      ),
    ]);
    expect(fits(message).texts.at(-1)).toContain('not shown: 22 lines.');
    expect(message.shortened).toEqual(['22 lines']);
  });

  it('in a long list of topics the commands beside them give way first', () => {
    const topics = (count: number): Block =>
      list(Array.from({ length: count }, (_, at) => `[A topic with quite a long title](topic:topic-number-${at})`));
    expect(fits(render([topics(150)])).texts.join()).toContain('title (`/topics show topic-number-1`)');
    const more = render([topics(250)], { typed: command => `/mp ${command}` });
    expect(fits(more).texts.join('\n')).toBe(
      [
        ...Array.from({ length: 250 }, () => '• *A topic with quite a long title*'),
        'Shortened to fit Slack; not shown: the commands beside topics. `/mp topics show` opens any topic, `/mp topics list` lists one module.',
      ].join('\n'),
    );
    expect(more.shortened).toEqual(['the commands beside topics']);
  });

  const topicOf =
    (count: number) =>
    (at: number): Block[] => [
      text(`Topic ${at}`),
      actions(...Array.from({ length: count }, (_, which) => button(`B${which}`, `a/b${which}/${at}`))),
    ];

  it('the line that says what is missing is one of the 50 blocks', () => {
    const gone = actions(button('Gone', ' '));
    const rows = Array.from({ length: 50 }, (_, at) => actions(button('B', `a/a/${at}`), button('C', `a/b/${at}`)));
    const message = render([gone, ...rows.flatMap(row => [heading('H'), row]).slice(0, 50)]);
    expect(fits(message).texts.at(-1)).toContain('not shown: the button “Gone”');
    expect(fits(message).menus.length).toBe(25);
    expect(message.shortened).toEqual(['the button “Gone”']);
  });

  it('dividers go before anything else does', () => {
    const message = render(Array.from({ length: 30 }, (_, at) => [divider(), ...topicOf(1)(at)]).flat());
    expect(fits(message).buttons.length).toBe(30);
    expect([message.blocks.length, message.shortened]).toEqual([30, []]);
  });

  it('then headings and quiet texts join their neighbours', () => {
    const message = render(
      Array.from({ length: 30 }, (_, at) => [heading(`H${at}`), quiet(`q${at}`), text(`t${at}`)]).flat(),
    );
    expect(fits(message).texts.join('\n')).toContain('*H0*\nq0\nt0\n\n*H1*\nq1\nt1');
    expect([message.blocks.length, message.shortened]).toEqual([1, []]);
  });

  it('then rows of buttons become menus beside their texts, with the same actions', () => {
    const message = render(Array.from({ length: 40 }, (_, at) => topicOf(2)(at)).flat());
    const { buttons, menus } = fits(message);
    expect([buttons.length, menus.length, message.blocks.length, message.shortened]).toEqual([0, 40, 40, []]);
    const fourth = menus[3] as Overflow;
    const { value } = fourth.options[1] as { value: string };
    expect(decodePress({ action_id: fourth.action_id ?? '', selected_option: { value } })).toEqual({
      action: 'a/b1/3',
      values: [],
    });
  });

  it('and at last rows are left out and named; what leads on stays', () => {
    const message = render([
      ...Array.from({ length: 60 }, (_, at) => topicOf(6)(at)).flat(),
      actions(button('Show mine', 'digest/mine/')),
    ]);
    const { buttons, texts } = fits(message);
    expect(buttons.at(-1)?.text.text).toBe('Show mine');
    expect(buttons.length).toBeGreaterThan(30);
    expect(texts.join()).toContain('Topic 59');
    expect(message.shortened.join()).toMatch(/^\d+ buttons \(B0 \(\d+ times\), B1 \(\d+ times\)/);
    expect(texts.at(-1)).toContain('not shown');
  });

  it.each<[what: string, select: Select, shown: object, shortened: string[]]>([
    ['more than 100 choices', select(130), {}, ['30 of 130 choices of the menu “Read a topic”']],
    [
      'a value that is too long',
      select(2, {
        options: [
          { label: 'a', value: 'a' },
          { label: 'b', value: 'b'.repeat(76) },
        ],
      }),
      { options: [{ value: 'a' }] },
      ['1 of 2 choices of the menu “Read a topic”'],
    ],
    [
      'the same value twice',
      select(2, {
        options: [
          { label: 'a', value: 'a' },
          { label: 'b', value: 'a' },
        ],
      }),
      { options: [{ value: 'a' }] },
      ['1 of 2 choices of the menu “Read a topic”'],
    ],
    ['more values than there are', select(3, { min: 2, max: 9 }), { max_selected_items: 3 }, []],
    [
      'a long label',
      select(1, { options: [{ label: 'a'.repeat(200), value: 'a', description: 'd'.repeat(200) }] }),
      { options: [{ text: { text: `${'a'.repeat(74)}…` }, description: { text: `${'d'.repeat(74)}…` } }] },
      ['long labels of the menu “Read a topic”'],
    ],
    [
      'more chosen than may be',
      select(2, {
        options: [
          { label: 'a', value: 'a', selected: true },
          { label: 'b', value: 'b', selected: true },
        ],
      }),
      { type: 'static_select', initial_option: { value: 'a' } },
      [],
    ],
  ])('a menu with %s', (_what, given, expected, shortened) => {
    const message = render([text('x'), actions(given)]);
    expect(fits(message).selects[0]).toMatchObject(expected);
    expect(message.shortened).toEqual(shortened);
  });

  it('what is chosen in a menu stays among its 100', () => {
    const options = Array.from({ length: 140 }, (_, at) => ({ label: `${at}`, value: `${at}`, selected: at === 139 }));
    const [shown] = fits(render([actions(select(0, { options }))])).selects;
    expect([shown?.options?.length, shown?.options?.at(-1)?.value]).toEqual([100, '139']);
    expect(shown).toMatchObject({ initial_option: { value: '139' } });
  });

  it('an empty menu is left out, and said', () => {
    expect(fits(render([actions(select(0))])).texts).toEqual([
      expect.stringContaining('not shown: the menu “Read a topic”'),
    ]);
  });

  it('a button whose action is too long is left out, and said; a long label is shortened', () => {
    const message = render([
      text('x'),
      actions(button('Gone', `a/a/${'x'.repeat(255)}`), button('y'.repeat(100), 'a/a/')),
    ]);
    const { buttons, texts } = fits(message);
    expect(buttons).toMatchObject([{ text: { text: `${'y'.repeat(74)}…` }, action_id: 'a/a/' }]);
    expect(texts.at(-1)).toContain('the button “Gone”');
    expect(message.shortened).toEqual(['the button “Gone”', 'a long button label']);
  });

  it('a link that can be no button becomes text', () => {
    expect(textOf([actions(linkButton('Odd', 'javascript:alert(1)'))])).toBe('Odd: javascript:alert(1)');
    const message = render([actions(linkButton('Paper', `https://e.org/${'x'.repeat(3100)}`))]);
    expect(fits(message).buttons).toEqual([]);
  });

  it('an eleventh picture, and any without a picture in it, is told in words', () => {
    const boards = Array.from({ length: 11 }, (_, at): Block => ({ type: 'image', png: PNG, alt: `Board ${at}` }));
    const message = render([...boards, { type: 'image', png: new Uint8Array(), alt: 'Nothing' }]);
    expect(fits(message).texts).toContain('_Picture: Board 10_\n\n_Picture: Nothing_');
    expect([message.images.length, message.shortened]).toEqual([10, ['a picture (2 times)']]);
  });

  it('can be weighed: the choices of menus count nothing', () => {
    const { blocks } = render([actions(select(100))]);
    expect(weightOf(blocks)).toBeLessThan(300);
    expect(JSON.stringify(blocks).length).toBeGreaterThan(5000);
  });
});
