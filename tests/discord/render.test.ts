import type { APIStringSelectComponent } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { decodePress } from '../../src/discord/custom-id.ts';
import { type DiscordMessage, renderMessage } from '../../src/discord/render.ts';
import { messageViolations } from '../../src/discord/validate.ts';
import {
  actions,
  type Block,
  button,
  divider,
  facts,
  heading,
  linkButton,
  list,
  progressBar,
  quiet,
  type Select,
  text,
} from '../../src/message.ts';
import {
  COMMUNITY,
  containerOf,
  inside,
  PNG,
  render,
  type Shown,
  select,
  shownIn,
  textOf,
  typesOf,
} from '../support/discord-shown.ts';

describe('texts', () => {
  it.each<[what: string, blocks: Block[], expected: string]>([
    ['a heading', [heading('Your *week*')], '## Your \\*week\\*'],
    ['a heading of two lines', [heading('one\n# two', 2)], '### one # two'],
    ['a quiet text, line by line', [quiet('one  \ntwo\n\n- three')], '-# one\n-# two\n-# • three'],
    [
      'facts',
      [
        facts([
          ['Pace', '4 h'],
          ['Zone', 'Europe/Berlin_*'],
        ]),
      ],
      '**Pace:** 4 h\n**Zone:** Europe/Berlin\\_\\*',
    ],
    ['a list', [list(['one', '**two**\n\nmore'])], '- one\n- **two**\n  more'],
    ['a numbered list', [list(['one', 'two'], true)], '1. one\n2. two'],
    [
      'progress, bars in line',
      [progressBar('Basics', 1, 4), progressBar('All', 3, 3)],
      '`██░░░░░░░░` Basics · 1 of 4 topics (25\u00a0%)\n`██████████` All · 3 of 3 topics (100\u00a0%)',
    ],
    [
      'neighbours as one text',
      [heading('A'), quiet('b'), text('c'), text('d'), list(['e'])],
      '## A\n-# b\nc\n\nd\n- e',
    ],
    ['nothing at all', [], '-# There is nothing to show here.'],
    ['empty blocks', [text(' '), heading(''), list([]), facts([])], '-# There is nothing to show here.'],
  ])('%s', (_what, blocks, expected) => {
    expect(textOf(blocks)).toBe(expected);
  });

  it('a table is aligned, marks the own row and cannot be broken out of', () => {
    const block: Block = {
      type: 'table',
      columns: [{ label: 'Place', align: 'end' }, { label: 'Member' }, { label: 'Points', align: 'end' }],
      rows: [{ cells: ['🥇 1', '```@everyone', '120'] }, { cells: ['2', '漢字', '9'], own: true }],
    };
    expect(textOf([block])).toBe(
      [
        '```',
        '  Place  Member        Points',
        '   🥇 1  ˋˋˋ@everyone     120',
        '▸     2  漢字               9',
        '```',
      ].join('\n'),
    );
  });

  it('a table fits a phone: the widest column gives way, and that is told', () => {
    const cells = ['1', 'x'.repeat(60), '120'];
    const message = render([
      { type: 'table', columns: [{ label: '#' }, { label: 'Member' }, { label: 'Points' }], rows: [{ cells }] },
    ]);
    const lines = shownIn(message).texts.join().split('\n').slice(1, -1);
    expect(Math.max(...lines.map(line => line.length))).toBe(36);
    expect(lines[1]).toMatch(/^1 {2}x{24}… {2}120$/);
    expect(message.shortened).toEqual(['1 long table cell']);
  });

  it('a topic that the message can open needs no command beside its name', () => {
    const link = text('See [Testing](topic:testing).');
    expect(textOf([link])).toBe('See Testing (`/topics show testing`).');
    expect(textOf([link, actions(button('Read', 'topics/read/testing'), button('Done', 'done/done/testing'))])).toBe(
      'See **Testing**.',
    );
    expect(textOf([link, actions(select(1, { options: [{ label: 'Testing', value: 'testing' }] }))])).toBe(
      'See **Testing**.',
    );
  });
});

describe('layout', () => {
  it('everything is in one container with the colour, the marker, and nobody is pinged', () => {
    const { body } = renderMessage({ blocks: [text('hi')], accent: '#0000ff' }, { marker: 77 });
    expect(body).toEqual({
      flags: 1 << 15,
      components: [
        {
          type: ComponentType.Container,
          id: 77,
          accent_color: 255,
          components: [{ type: ComponentType.TextDisplay, content: 'hi' }],
        },
      ],
      allowed_mentions: { parse: [] },
    });
    expect(containerOf(renderMessage({ blocks: [text('hi')], accent: 'red' }))).not.toHaveProperty('accent_color');
  });

  it('a short text with one button has it beside it', () => {
    expect(typesOf([text('Show yours'), actions(button('Show', 'digest/mine/'))])).toEqual(['Section']);
    expect(typesOf([text('Read on'), actions(linkButton('Open', 'https://example.org'))])).toEqual(['Section']);
    expect(typesOf([text('a'), actions(button('A', 'a/a/1'), button('B', 'a/a/2'))])).toEqual([
      'TextDisplay',
      'ActionRow',
    ]);
    expect(typesOf([list(['a']), actions(button('A', 'a/a/1'))])).toEqual(['TextDisplay', 'ActionRow']);
  });

  it('a long text keeps its width: only a short end stands beside the button', () => {
    const long = text('word '.repeat(100));
    expect(typesOf([long, actions(button('A', 'a/a/1'))])).toEqual(['TextDisplay', 'ActionRow']);
    expect(typesOf([long, text('Go on?'), actions(button('A', 'a/a/1'))])).toEqual(['TextDisplay', 'Section']);
  });

  it('at most five buttons stand in a row, and each select has its own', () => {
    const buttons = Array.from({ length: 7 }, (_, at) => button(`B${at}`, `a/a/${at}`));
    const rows = inside([actions(...buttons, select(2), button('Last', 'b/b/'))]);
    expect(rows.map(row => ('components' in row ? row.components.length : 0))).toEqual([5, 2, 1, 1]);
  });

  it('dividers stand between things only', () => {
    expect(typesOf([divider(), text('a'), divider(), divider(), text('b'), divider()])).toEqual([
      'TextDisplay',
      'Separator',
      'TextDisplay',
    ]);
  });

  it('a picture goes along as a file with its words', () => {
    const message = render([
      { type: 'image', png: PNG, alt: 'A board' },
      { type: 'image', png: PNG, alt: 'Another' },
    ]);
    expect(containerOf(message).components).toEqual([
      {
        type: ComponentType.MediaGallery,
        items: [
          { media: { url: 'attachment://picture-1.png' }, description: 'A board' },
          { media: { url: 'attachment://picture-2.png' }, description: 'Another' },
        ],
      },
    ]);
    expect(message.files).toEqual([
      { name: 'picture-1.png', data: PNG, contentType: 'image/png' },
      { name: 'picture-2.png', data: PNG, contentType: 'image/png' },
    ]);
    expect(message.body.attachments).toEqual([
      { id: 0, filename: 'picture-1.png', description: 'A board' },
      { id: 1, filename: 'picture-2.png', description: 'Another' },
    ]);
  });
});

describe('what does not fit', () => {
  const fits = (message: DiscordMessage): Shown => {
    expect(messageViolations(message.body)).toEqual([]);
    return shownIn(message);
  };

  it('a text that is too long ends at a word, and a line says so', () => {
    const message = render([heading('Long'), text('word '.repeat(2000)), actions(button('Next', 'a/a/'))]);
    const { texts, buttons } = fits(message);
    expect(texts[0]).toMatch(/^## Long\n(?:word )+…$/);
    expect(texts[0]?.length).toBeGreaterThan(3000);
    expect(texts.at(-1)).toBe(
      '-# Shortened to fit Discord; not shown: the end of a text. Ask for less at a time to see everything.',
    );
    expect(buttons.map(({ style, ...rest }) => ('label' in rest ? rest.label : ''))).toEqual(['Next']);
    expect(message.shortened).toEqual(['the end of a text']);
  });

  it('the longest texts give way, the short ones stay whole', () => {
    const { texts } = fits(
      render([text('short one'), text('a '.repeat(3000)), text('short two'), list(['b '.repeat(3000), 'c'])]),
    );
    expect(texts.join()).toMatch(/^short one[\s\S]*a …\n\nshort two\n- b[\s\S]*b …\n- …,-# /);
  });

  it('a long list and a long table lose their last lines, but never the own one', () => {
    const rows = Array.from({ length: 500 }, (_, at) => ({
      cells: [`${at + 1}`, 'A member'],
      ...(at === 400 && { own: true }),
    }));
    const message = render([
      list(Array.from({ length: 500 }, (_, at) => `entry ${at}`)),
      { type: 'table', columns: [{ label: 'Place' }, { label: 'Name' }], rows },
    ]);
    const shown = fits(message).texts.join();
    expect(shown).toContain('- entry 0\n- entry 1\n');
    expect(shown).toContain('▸ 401    A member\n…\n```');
    expect(message.shortened.join()).toMatch(/^\d+ list entries,\d+ lines$/);
  });

  it('in a long list of topics the commands beside them give way first', () => {
    const topics = (count: number): Block =>
      list(Array.from({ length: count }, (_, at) => `[A topic with quite a long title](topic:topic-number-${at})`));
    const some = render([topics(50)]);
    expect(fits(some).texts.join()).toContain('title (`/topics show topic-number-1`)');
    const more = render([topics(80)]);
    expect(fits(more).texts).toEqual([
      Array.from({ length: 80 }, () => '- **A topic with quite a long title**').join('\n'),
      expect.stringContaining('`/topics show` opens any topic'),
    ]);
    expect(more.shortened).toEqual(['the commands beside topics']);
  });

  it('what is over after whole lines goes to the first of the lists', () => {
    const lists = Array.from({ length: 10 }, () => list(Array.from({ length: 12 }, () => 'x'.repeat(70))));
    const message = render(lists);
    const length = fits(message).texts[0]?.length ?? 0;
    expect(length).toBeGreaterThan(3400);
    expect(message.shortened.join()).toMatch(/^\d+ list entries$/);
  });

  it('a block of code that is cut is closed', () => {
    const { texts } = fits(render([text(`\`\`\`js\n${'call(1);\n'.repeat(800)}\`\`\``), text('after')]));
    expect(texts[0]).toMatch(/call\(1\);\n…\n```\n\nafter/);
  });

  it('dividers go before a button does', () => {
    const topic = (at: number): Block[] => [
      divider(),
      text(`Topic ${at}`),
      actions(...'abcd'.split('').map(name => button(name, `a/${name}/${at}`))),
    ];
    const message = render(Array.from({ length: 6 }, (_, at) => topic(at)).flat());
    const { buttons, total } = fits(message);
    expect([buttons.length, total, message.shortened]).toEqual([24, 37, []]);
  });

  it('then rows of buttons become menus with the same actions', () => {
    const topic = (at: number): Block[] => [
      text(`Topic ${at}`),
      actions(
        button('Read', `topics/read/${at}`),
        button('Start', `start/start/${at}`),
        button('Done', `done/done/${at}`),
      ),
    ];
    const message = render(Array.from({ length: 12 }, (_, at) => topic(at)).flat(), { communityId: COMMUNITY });
    const { buttons, selects } = fits(message);
    expect([buttons.length, selects.length, message.shortened]).toEqual([0, 12, []]);
    const fourth = selects[3] as APIStringSelectComponent;
    expect(fourth.placeholder).toBe('Read · Start · Done');
    expect(decodePress(fourth.custom_id, [fourth.options[2]?.value ?? ''])).toEqual({
      action: 'done/done/3',
      values: [],
      communityId: COMMUNITY,
    });
  });

  it('and at last rows are left out and named; what leads on stays', () => {
    const topic = (at: number): Block[] => [
      text(`Topic ${at}`),
      actions(button('Read', `a/read/${at}`), button('Done', `a/done/${at}`)),
    ];
    const message = render([
      ...Array.from({ length: 30 }, (_, at) => topic(at)).flat(),
      actions(button('Show mine', 'digest/mine/')),
    ]);
    const { buttons, texts } = fits(message);
    expect(buttons.map(each => ('label' in each ? each.label : ''))).toEqual(['Show mine']);
    expect(texts.join()).toContain('Topic 29');
    expect(message.shortened.join()).toMatch(/^\d+ buttons \(Read \(\d+ times\), Done \(\d+ times\)\)$/);
    expect(texts.at(-1)).toContain('not shown');
  });

  it.each<[what: string, select: Select, shown: Partial<APIStringSelectComponent>, shortened: string[]]>([
    ['more than 25 choices', select(30), {}, ['5 of 30 choices of the menu “Read a topic”']],
    [
      'a value that is too long',
      select(2, {
        options: [
          { label: 'a', value: 'a' },
          { label: 'b', value: 'b'.repeat(101) },
        ],
      }),
      { options: [{ label: 'a', value: 'a' }] },
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
      { options: [{ label: 'a', value: 'a' }] },
      ['1 of 2 choices of the menu “Read a topic”'],
    ],
    ['more values than there are', select(3, { min: 2, max: 9 }), { min_values: 2, max_values: 3 }, []],
    [
      'a long label',
      select(1, { options: [{ label: 'a'.repeat(200), value: 'a', description: 'd'.repeat(200) }] }),
      { options: [{ label: `${'a'.repeat(99)}…`, value: 'a', description: `${'d'.repeat(99)}…` }] },
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
      {
        options: [
          { label: 'a', value: 'a', default: true },
          { label: 'b', value: 'b' },
        ],
      },
      [],
    ],
  ])('a menu with %s', (_what, given, expected, shortened) => {
    const message = render([text('x'), actions(given)]);
    expect(fits(message).selects[0]).toMatchObject(expected);
    expect(message.shortened).toEqual(shortened);
  });

  it('what is chosen in a menu stays among its 25', () => {
    const options = Array.from({ length: 40 }, (_, at) => ({ label: `${at}`, value: `${at}`, selected: at === 39 }));
    const [shown] = fits(render([actions(select(0, { options }))])).selects;
    expect([shown?.options.length, shown?.options.at(-1)]).toEqual([25, { label: '39', value: '39', default: true }]);
  });

  it('an empty menu is left out, and said', () => {
    const message = render([actions(select(0))]);
    expect(fits(message).texts).toEqual([expect.stringContaining('not shown: the menu “Read a topic”')]);
  });

  it('a button whose action is too long is left out, and said; a long label is shortened', () => {
    const message = render([
      text('x'),
      actions(button('Gone', `a/a/${'x'.repeat(100)}`), button('y'.repeat(100), 'a/a/')),
    ]);
    const { buttons, texts } = fits(message);
    expect(buttons).toEqual([expect.objectContaining({ label: `${'y'.repeat(79)}…`, custom_id: 'a/a/' })]);
    expect(texts.at(-1)).toContain('the button “Gone”');
    expect(message.shortened).toEqual(['the button “Gone”', 'a long button label']);
  });

  it('a link that is too long for a button becomes text', () => {
    const url = `https://example.org/${'x'.repeat(600)}`;
    const message = render([actions(linkButton('Paper', url))]);
    expect(fits(message)).toMatchObject({ buttons: [], texts: [`Paper: <${url}>`] });
    expect(textOf([actions(linkButton('Odd', 'javascript:alert(1)'))])).toBe('Odd: javascript:alert(1)');
  });

  it('an eleventh picture is told in words', () => {
    const message = render(
      Array.from({ length: 11 }, (_, at) => ({ type: 'image', png: PNG, alt: `Board ${at}` }) as Block),
    );
    expect(fits(message).texts[0]).toContain('_Picture: Board 10_');
    expect([message.files.length, message.shortened]).toEqual([10, ['a picture']]);
  });
});
