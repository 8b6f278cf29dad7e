import type {
  ActionsBlock,
  KnownBlock,
  MultiStaticSelect,
  Overflow,
  Button as SlackButton,
  StaticSelect,
} from '@slack/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkdown } from '../../src/markdown.ts';
import {
  actions,
  type Block,
  button,
  divider,
  facts,
  heading,
  linkButton,
  list,
  type Message,
  type Modal,
  progressBar,
  quiet,
  type Select,
  text,
} from '../../src/message.ts';
import { decodeActionId, decodeFields, decodePress, encodeActionId, isLinkId } from '../../src/slack/action-id.ts';
import { type RenderContext, renderMessage, type SlackMessage, weightOf, withFiles } from '../../src/slack/render.ts';
import { renderHome, renderModal } from '../../src/slack/render-view.ts';
import { messageViolations, viewViolations } from '../../src/slack/validate.ts';

const PNG = new Uint8Array([137, 80, 78, 71]);
const render = (blocks: Block[], context?: RenderContext): SlackMessage => renderMessage({ blocks }, context);
const typesOf = (blocks: Block[]): string[] =>
  render(blocks).blocks.map(block =>
    block.type === 'section' ? (block.accessory ? 'section+' : block.fields ? 'fields' : 'section') : block.type,
  );

type Shown = {
  texts: string[];
  buttons: SlackButton[];
  selects: (StaticSelect | MultiStaticSelect)[];
  menus: Overflow[];
};
const shownIn = (blocks: readonly KnownBlock[]): Shown => {
  const shown: Shown = { texts: [], buttons: [], selects: [], menus: [] };
  const note = (element: ActionsBlock['elements'][number]): void => {
    if (element.type === 'button') shown.buttons.push(element);
    if (element.type === 'static_select' || element.type === 'multi_static_select') shown.selects.push(element);
    if (element.type === 'overflow') shown.menus.push(element);
  };
  for (const block of blocks) {
    if (block.type === 'header') shown.texts.push(block.text.text);
    if (block.type === 'section') {
      shown.texts.push(...[block.text, ...(block.fields ?? [])].flatMap(each => (each ? [each.text] : [])));
      if (block.accessory) note(block.accessory as ActionsBlock['elements'][number]);
    }
    if (block.type === 'context')
      shown.texts.push(...block.elements.flatMap(each => ('text' in each ? [each.text] : [])));
    if (block.type === 'table')
      shown.texts.push(...block.rows.flat().flatMap(cell => ('text' in cell ? [cell.text] : [])));
    if (block.type === 'image') shown.texts.push(block.alt_text);
    if (block.type === 'actions') block.elements.forEach(note);
  }
  return shown;
};
const textOf = (blocks: Block[], context?: RenderContext): string =>
  shownIn(render(blocks, context).blocks).texts.join('\n¶\n');
const select = (count: number, more: Partial<Select> = {}): Select => ({
  type: 'select',
  action: 'topics/read/',
  placeholder: 'Read a topic',
  options: Array.from({ length: count }, (_, at) => ({ label: `Topic ${at}`, value: `topic-${at}` })),
  ...more,
});
const table = (
  rows: { cells: string[]; own?: boolean }[],
  columns = [{ label: 'Place' }, { label: 'Name' }],
): Block => ({
  type: 'table',
  columns,
  rows,
});
/** The message as it is sent once its pictures are uploaded. */
const sent = (message: SlackMessage): SlackMessage => ({
  ...message,
  blocks: withFiles(
    message,
    message.images.map((_, at) => `F00${at}`),
  ),
});

describe('texts', () => {
  it.each<[what: string, blocks: Block[], expected: string]>([
    ['a heading', [heading('Your *week*  \nnow')], 'Your *week*   now'],
    ['a smaller heading above its text', [heading('Your *week*', 2), text('b')], '*Your ∗week∗*\nb'],
    ['a heading that is too long for one', [heading('word '.repeat(40))], `*${'word '.repeat(40).trim()}*`],
    ['a quiet text', [quiet('one  \ntwo\n\n- three')], 'one\ntwo\n• three'],
    [
      'short facts',
      [
        facts([
          ['Pace', '4 h'],
          ['Zone', 'Europe/Berlin_*'],
        ]),
      ],
      '*Pace*\n4 h\n¶\n*Zone*\nEurope/Berlinˍ∗',
    ],
    ['one fact', [facts([['Pace', '4 h']])], '*Pace:* 4 h'],
    [
      'long facts',
      [
        facts([
          ['Pace', '4 h'],
          ['Why', 'x'.repeat(70)],
        ]),
      ],
      `*Pace:* 4 h\n*Why:* ${'x'.repeat(70)}`,
    ],
    ['a list', [list(['one', '**two**\n\nmore'])], '• one\n• *two*\n  more'],
    ['a numbered list', [list(['one', 'two'], true)], '1. one\n2. two'],
    [
      'progress, bars in line',
      [progressBar('Basics', 1, 4), progressBar('All', 3, 3)],
      '`██░░░░░░░░` Basics · 1 of 4 topics (25\u00a0%)\n`██████████` All · 3 of 3 topics (100\u00a0%)',
    ],
    ['neighbours as one text', [text('c'), text('d'), list(['e']), text('f')], 'c\n\nd\n• e\n\nf'],
    ['nothing at all', [], 'There is nothing to show here.'],
    ['empty blocks', [text(' '), heading(''), list([]), facts([])], 'There is nothing to show here.'],
  ])('%s', (_what, blocks, expected) => {
    expect(textOf(blocks)).toBe(expected);
  });

  it('each kind of text has its block', () => {
    expect(
      typesOf([
        heading('A'),
        quiet('b'),
        text('c'),
        facts([
          ['a', 'b'],
          ['c', 'd'],
        ]),
        heading('E', 2),
        list(['f']),
      ]),
    ).toEqual(['header', 'context', 'section', 'fields', 'section']);
  });

  it('a text longer than a section goes on in the next, whole', () => {
    const message = render([text(Array.from({ length: 60 }, (_, at) => `${at} ${'word '.repeat(20)}`).join('\n\n'))]);
    const { texts } = shownIn(message.blocks);
    expect([texts.length, message.shortened]).toEqual([3, []]);
    expect(texts.join('\n\n').match(/^\d+/gm)).toHaveLength(60);
  });

  it('a table is Slack’s own, with the own row marked', () => {
    const columns = [{ label: 'Place', align: 'end' as const }, { label: '' }];
    const message = render([table([{ cells: ['1', '*Ada*'] }, { cells: ['2', '<!here>\nx'], own: true }], columns)]);
    const cell = (shown: string) => ({ type: 'raw_text', text: shown });
    expect(message.blocks).toEqual([
      {
        type: 'table',
        rows: [
          [cell('Place'), cell('–')],
          [cell('1'), cell('*Ada*')],
          [cell('▸ 2'), cell('<!here> x')],
        ],
        column_settings: [
          { align: 'right', is_wrapped: true },
          { align: 'left', is_wrapped: true },
        ],
      },
    ]);
    expect(messageViolations(message)).toEqual([]);
  });

  it('a second table, and any in App Home, is aligned text that cannot be broken out of', () => {
    const second: Block = {
      type: 'table',
      columns: [{ label: 'Place', align: 'end' }, { label: 'Member' }, { label: 'Points', align: 'end' }],
      rows: [{ cells: ['🥇 1', '```<!here>', '120'] }, { cells: ['2', '漢字', '9'], own: true }],
    };
    const drawn = [
      '```',
      '  Place  Member      Points',
      '   🥇 1  ˋˋˋ&lt;!here&gt;     120',
      '▸     2  漢字             9',
      '```',
    ].join('\n');
    expect(shownIn(render([table([]), second]).blocks).texts.at(-1)).toBe(drawn);
    expect(shownIn(renderHome({ blocks: [second] }).blocks as KnownBlock[]).texts).toEqual([drawn]);
  });

  it('a topic that the message can open needs no command beside its name', () => {
    const link = text('See [Testing](topic:testing).');
    expect(textOf([link])).toBe('See Testing (`/topics show testing`).');
    expect(textOf([link], { typed: command => `/milepost ${command}` })).toBe(
      'See Testing (`/milepost topics show testing`).',
    );
    expect(textOf([link, actions(button('Read', 'topics/read/testing'), button('Done', 'done/done/testing'))])).toBe(
      'See *Testing*.',
    );
    expect(textOf([link, actions(select(1, { options: [{ label: 'Testing', value: 'testing' }] }))])).toBe(
      'See *Testing*.',
    );
  });

  it('the plain form says the same without markup, and can ping nobody', () => {
    expect(render([heading('Hi'), text('**Bold** & <!channel> <@U12345678>')]).text).toBe(
      'HI\n\nBold &amp; &lt;!channel&gt; &lt;@U12345678&gt;',
    );
    const long = render([text('& '.repeat(3000))]).text;
    expect(long).toMatch(/^(&amp; )+&amp;…$/);
    expect(long.length).toBeGreaterThan(3980);
    expect(long.length).toBeLessThanOrEqual(4000);
  });
});

describe('layout', () => {
  it('a short text with one button has it beside it', () => {
    expect(typesOf([text('Show yours'), actions(button('Show', 'digest/mine/'))])).toEqual(['section+']);
    expect(typesOf([text('Read on'), actions(linkButton('Open', 'https://example.org'))])).toEqual(['section+']);
    expect(typesOf([text('a'), actions(button('A', 'a/a/1'), button('B', 'a/a/2'))])).toEqual(['section', 'actions']);
    expect(typesOf([text('a'), actions(select(2))])).toEqual(['section', 'actions']);
    expect(typesOf([list(['a']), actions(button('A', 'a/a/1'))])).toEqual(['section', 'actions']);
    expect(typesOf([quiet('a'), actions(button('A', 'a/a/1'))])).toEqual(['context', 'actions']);
  });

  it('a long text keeps its width: only a short end stands beside the button', () => {
    const long = text('word '.repeat(100));
    expect(typesOf([long, actions(button('A', 'a/a/1'))])).toEqual(['section', 'actions']);
    expect(typesOf([long, text('Go on?'), actions(button('A', 'a/a/1'))])).toEqual(['section', 'section+']);
  });

  it('buttons and menus of a row stand in one block of at most 25', () => {
    const buttons = Array.from({ length: 27 }, (_, at) => button(`B${at}`, `a/a/${at}`));
    const counts = render([actions(select(2), ...buttons)]).blocks.map(block =>
      block.type === 'actions' ? block.elements.length : 0,
    );
    expect(counts).toEqual([25, 3]);
  });

  it('buttons have their style, links their address, and menus take one or several', () => {
    const { buttons, selects } = shownIn(
      render([
        actions(
          button('A', 'a/a/1', 'primary'),
          button('B', 'a/a/2', 'danger'),
          button('C', 'a/a/3'),
          linkButton('D', 'https://e.org/x'),
          select(2),
          select(3, { action: 'b/b/', max: 2, min: 0 }),
        ),
      ]).blocks,
    );
    expect(buttons.map(({ style, url, action_id: id }) => [style, url, id])).toEqual([
      ['primary', undefined, 'a/a/1'],
      ['danger', undefined, 'a/a/2'],
      [undefined, undefined, 'a/a/3'],
      [undefined, 'https://e.org/x', 'link#1'],
    ]);
    expect(selects.map(each => [each.type, 'max_selected_items' in each ? each.max_selected_items : 1])).toEqual([
      ['static_select', 1],
      ['multi_static_select', 2],
    ]);
  });

  it('dividers stand between things only', () => {
    expect(typesOf([divider(), text('a'), divider(), divider(), text('b'), divider()])).toEqual([
      'section',
      'divider',
      'section',
    ]);
  });

  it('a picture is shown from its address, or from the file that it becomes', () => {
    const blocks: Block[] = [
      { type: 'image', png: PNG, alt: 'A board' },
      { type: 'image', png: PNG, alt: '' },
    ];
    const url = 'https://milepost.example/board.png';
    expect(render(blocks, { pictureUrl: () => url })).toMatchObject({
      blocks: [
        { type: 'image', alt_text: 'A board', image_url: url },
        { type: 'image', alt_text: 'Picture', image_url: url },
      ],
      images: [],
    });
    const message = render(blocks);
    expect(message.images).toEqual([
      { png: PNG, alt: 'A board' },
      { png: PNG, alt: 'Picture' },
    ]);
    expect(messageViolations(message).length).toBe(2);
    const filled = withFiles(message, ['F012', undefined]);
    expect(filled).toEqual([
      { type: 'image', alt_text: 'A board', slack_file: { id: 'F012' } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'Picture: Picture', verbatim: true }] },
    ]);
    expect(messageViolations({ ...message, blocks: filled })).toEqual([]);
  });

  it('what looks like a channel, a name or an emoji in a label stays text', () => {
    const { blocks } = render([heading(':tada: <!here>'), text('#general @here'), actions(button(':x:', 'a/a/'))]);
    expect(blocks).toMatchObject([
      { text: { type: 'plain_text', text: ':\u200btada: <!here>' } },
      { text: { text: '#general @here', verbatim: true }, accessory: { text: { text: ':\u200bx:' } } },
    ]);
  });
});

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
    const drawn = render([table([]), table(rows), text('x '.repeat(3000))]);
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
});

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

describe('any message', () => {
  const words = fc.oneof(
    { weight: 4, arbitrary: fc.lorem({ maxCount: 12 }) },
    fc.constantFrom(
      '<!channel>',
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
    url: fc.oneof(fc.webUrl(), words, fc.constant(`https://e.org/${'x'.repeat(3100)}`)),
  });
  const anyOption = fc.record({
    label: words,
    value: fc.string({ maxLength: 90 }),
    description: words,
    selected: fc.boolean(),
  });
  const anySelect = fc.record({
    type: fc.constant('select' as const),
    action,
    placeholder: words,
    options: fc.array(anyOption, { maxLength: 12 }),
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
    fc.record({ type: fc.constant('image' as const), png: fc.constantFrom(PNG, new Uint8Array()), alt: words }),
    fc.constant(divider()),
    { weight: 4, arbitrary: anyActions },
  );
  const anyMessage: fc.Arbitrary<Message> = fc.record({ blocks: fc.array(anyBlock, { maxLength: 60 }) });

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

  it('can be weighed: the choices of menus count nothing', () => {
    const { blocks } = render([actions(select(100))]);
    expect(weightOf(blocks)).toBeLessThan(300);
    expect(JSON.stringify(blocks).length).toBeGreaterThan(5000);
  });
});
