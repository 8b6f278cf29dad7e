import type { KnownBlock } from '@slack/types';
import { describe, expect, it } from 'vitest';
import { channelLink } from '../../src/markdown.ts';
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
  text,
} from '../../src/message.ts';
import { renderMessage, withFiles } from '../../src/slack/render.ts';
import { renderHome } from '../../src/slack/render-view.ts';
import { messageViolations } from '../../src/slack/validate.ts';
import { PNG, render, select, shownIn, table, textOf, typesOf } from '../support/slack-shown.ts';

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

  it('the shorter of two tables, and any in App Home, is aligned text that cannot be broken out of', () => {
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
    const longer = table(['a', 'b', 'c'].map(name => ({ cells: ['1', name] })));
    expect(shownIn(render([longer, second]).blocks).texts.at(-1)).toBe(drawn);
    expect(shownIn(render([second, longer]).blocks).texts[0]).toBe(drawn);
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
    const message = [heading('Hi'), text('**Bold** & <!channel> <@U12345678>'), actions(button('Read', 'a/b/c'))];
    expect(render(message).text, 'no capitals and no buttons: it is read aloud').toBe(
      'Hi\n\nBold &amp; &lt;!channel&gt; &lt;@U12345678&gt;',
    );
    const posted = text(`#CHALLENGES posted in ${channelLink('C12345678')}.`);
    expect(render([posted]).text).toBe('#CHALLENGES posted in <#C12345678>.');
    const renamed = (words: string): string => words.replaceAll('/topics', '/mp-topics');
    expect(renderMessage({ blocks: [text('See `/topics list`.')] }, { renamed }).text).toBe('See /mp-topics list.');
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
