import { describe, expect, it } from 'vitest';
import { messageViolations, viewViolations } from '../../src/slack/validate.ts';

type Json = Record<string, unknown>;
const label = (length: number): string => 'x'.repeat(length);
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const plain = (text = 'Go'): Json => ({ type: 'plain_text', text, emoji: true });
const mrkdwn = (text = 'hi', more: Json = {}): Json => ({ type: 'mrkdwn', text, verbatim: true, ...more });
const section = (text = 'hi', more: Json = {}): Json => ({ type: 'section', text: mrkdwn(text), ...more });
const fields = (count: number, text = 'x'): Json => ({ type: 'section', fields: many(count, () => mrkdwn(text)) });
const header = (text: string): Json => ({ type: 'header', text: plain(text) });
const context = (...elements: Json[]): Json => ({ type: 'context', elements });
const button = (more: Json = {}): Json => ({ type: 'button', text: plain(), action_id: 'a/a/', ...more });
const row = (...elements: Json[]): Json => ({ type: 'actions', elements });
const option = (at: number, more: Json = {}): Json => ({ text: plain(`Option ${at}`), value: `${at}`, ...more });
const select = (more: Json = {}): Json => ({
  type: 'static_select',
  action_id: 'b/b/',
  placeholder: plain('Choose'),
  options: [option(1), option(2, { description: plain('the second') })],
  initial_option: option(1),
  ...more,
});
const multi = (more: Json = {}): Json => ({
  type: 'multi_static_select',
  action_id: 'c/c/',
  options: many(3, at => option(at)),
  initial_options: [option(0), option(2)],
  max_selected_items: 2,
  ...more,
});
const overflow = (count: number): Json => ({
  type: 'overflow',
  action_id: 'o',
  options: many(count, at => option(at)),
});
const cell = (text = 'x'): Json => ({ type: 'raw_text', text });
const table = (rows: Json[][], more: Json = {}): Json => ({ type: 'table', rows, ...more });
const image = (more: Json = {}): Json => ({ type: 'image', alt_text: 'A board', slack_file: { id: 'F0123' }, ...more });
const message = (blocks: Json[], more: Json = {}): Json => ({ text: 'hi', blocks, ...more });

describe('messageViolations', () => {
  it('finds nothing wrong with messages that use everything up to its limits', () => {
    const full = [
      header(label(150)),
      section(label(3000), { accessory: button({ action_id: label(255), text: plain(label(75)), style: 'danger' }) }),
      fields(10),
      context(...many(10, () => mrkdwn())),
      { type: 'divider' },
      image({ alt_text: label(2000) }),
      image({ slack_file: undefined, image_url: 'https://e.org/a.png' }),
      row(
        select(),
        multi(),
        ...many(22, at => button({ action_id: `a/${at}` })),
        button({ url: 'https://e.org/', action_id: 'link#1' }),
      ),
      section('x', { accessory: overflow(5) }),
      table([[cell(), cell()]], { column_settings: [{ align: 'right', is_wrapped: true }] }),
      ...many(40, () => ({ type: 'divider' })),
    ];
    expect(messageViolations(message(full, { text: label(4000) }))).toEqual([]);
    const many100 = table(many(100, () => [cell()]));
    expect(messageViolations(message([many100]))).toEqual([]);
    expect(messageViolations(message([table([many(20, () => cell())])]))).toEqual([]);
    const longest = many(100, at => option(at, { text: plain(label(75)), description: plain(label(75)) }));
    expect(messageViolations(message([row(select({ options: longest, initial_option: undefined }))]))).toEqual([]);
  });

  it('takes the links, dates and channels that are ours, and quotes', () => {
    const text =
      '> &lt;!here&gt; &amp; <https://e.org/?a=1&amp;b=2|x|y> <!date^1795424400^{date_short_pretty} {time}|Mon> <#C0123>';
    expect(messageViolations(message([section(text)]))).toEqual([]);
  });

  it.each<[what: string, body: unknown]>([
    ['no object', null],
    ['no plain form', { blocks: [section()] }],
    ['a plain form of 4,001 characters', message([section()], { text: label(4001) })],
    ['a broadcast in the plain form', message([section()], { text: '<!channel>' })],
    ['no blocks', message([])],
    ['51 blocks', message(many(51, () => ({ type: 'divider' })))],
    ['too much text in all', message(many(5, () => section(label(2500))))],
    ['a block of an unknown type', message([{ type: 'video' }])],
    ['an empty header', message([header('')])],
    ['a header of 151 characters', message([header(label(151))])],
    ['a header with markup', message([{ type: 'header', text: mrkdwn() }])],
    ['a section of nothing', message([{ type: 'section' }])],
    ['a section of 3,001 characters', message([section(label(3001))])],
    ['a blank section', message([section(' \n ')])],
    ['half of an emoji', message([section('a\ud83d')])],
    ['eleven fields', message([fields(11)])],
    ['no fields', message([fields(0)])],
    ['a field of 2,001 characters', message([fields(1, label(2001))])],
    ['a broadcast', message([section('<!channel>')])],
    ['a broadcast with words', message([section('<!here|x>')])],
    ['a group', message([section('<!subteam^S1>')])],
    ['a mention', message([fields(2, '<@U12345678>')])],
    ['a link to elsewhere', message([context(mrkdwn('<javascript:x|y>'))])],
    ['a lone bracket', message([section('a < b')])],
    ['a lone ampersand', message([section('a & b')])],
    ['markup that Slack would add to', message([section('x', { text: mrkdwn('#general', { verbatim: false }) })])],
    ['emoji in markup', message([section('x', { text: mrkdwn('x', { emoji: true }) })])],
    ['eleven elements in a context', message([context(...many(11, () => mrkdwn()))])],
    ['an empty context', message([context()])],
    ['a context of 2,001 characters', message([context(mrkdwn(label(2001)))])],
    ['26 elements in a row', message([row(...many(26, at => button({ action_id: `${at}` })))])],
    ['a row of nothing', message([row()])],
    ['a text input in a message', message([row({ type: 'plain_text_input', action_id: 'x' })])],
    ['a label of 76 characters', message([row(button({ text: plain(label(76)) }))])],
    ['an empty label', message([row(button({ text: plain('') }))])],
    ['a label with markup', message([row(button({ text: mrkdwn() }))])],
    ['a style that is none', message([row(button({ style: 'secondary' }))])],
    ['an action id of 256 characters', message([row(button({ action_id: label(256) }))])],
    ['a button without an action id', message([row(button({ action_id: undefined }))])],
    ['the same action id twice', message([row(button(), button())])],
    ['the same action id beside a text', message([row(button()), section('x', { accessory: button() })])],
    ['a link to a script', message([row(button({ url: 'javascript:alert(1)' }))])],
    ['a link of 3,001 characters', message([row(button({ url: `https://e.org/${label(2987)}` }))])],
    ['a select without options', message([row(select({ options: [], initial_option: undefined }))])],
    ['101 options', message([row(select({ options: many(101, at => option(at)) }))])],
    ['a value twice', message([row(select({ options: [option(1), option(1)] }))])],
    [
      'an option of 76 characters',
      message([row(select({ options: [option(1), option(2, { text: plain(label(76)) })] }))]),
    ],
    ['a value of 76 characters', message([row(select({ options: [option(1), option(2, { value: label(76) })] }))])],
    ['an empty value', message([row(select({ options: [option(1), option(2, { value: '' })] }))])],
    [
      'a description of 76 characters',
      message([row(select({ options: [option(1), option(2, { description: plain(label(76)) })] }))]),
    ],
    ['a placeholder of 151 characters', message([row(select({ placeholder: plain(label(151)) }))])],
    ['a choice that is none', message([row(select({ initial_option: option(3) }))])],
    ['a choice in other words', message([row(select({ initial_option: option(2) }))])],
    ['more chosen than may be', message([row(multi({ max_selected_items: 1 }))])],
    ['an empty choice', message([row(multi({ initial_options: [] }))])],
    ['at most no value', message([row(multi({ max_selected_items: 0, initial_options: undefined }))])],
    ['six choices in a small menu', message([section('x', { accessory: overflow(6) })])],
    ['two tables', message([table([[cell()]]), table([[cell()]])])],
    ['101 rows', message([table(many(101, () => [cell()]))])],
    ['21 columns', message([table([many(21, () => cell())])])],
    ['rows of different lengths', message([table([[cell()], [cell(), cell()]])])],
    ['an empty cell', message([table([[cell('')]])])],
    ['an alignment that is none', message([table([[cell()]], { column_settings: [{ align: 'end' }] })])],
    ['a picture without words', message([image({ alt_text: '' })])],
    ['a picture that is not uploaded', message([image({ slack_file: { id: 'upload-0' } })])],
    ['a picture from nowhere', message([image({ slack_file: undefined })])],
    ['a picture from two places', message([image({ image_url: 'https://e.org/a.png' })])],
    ['a block id of 256 characters', message([section('x', { block_id: label(256) })])],
    ['a block id twice', message([section('x', { block_id: 'a' }), section('y', { block_id: 'a' })])],
    ['a field of a form', message([{ type: 'input', label: plain(), element: select() }])],
  ])('finds %s', (_what, body) => {
    expect(messageViolations(body).length).toBeGreaterThan(0);
  });

  it('says where and what', () => {
    expect(messageViolations(message([section(), row(button({ text: plain(label(76)) }))]))).toEqual([
      'blocks[1].elements[0].text.text has 76 characters, at most 75',
    ]);
  });
});

const input = (more: Json = {}): Json => ({ type: 'plain_text_input', action_id: 'value', ...more });
const field = (element: Json = input(), more: Json = {}): Json => ({
  type: 'input',
  label: plain('Value'),
  element,
  ...more,
});
const modal = (blocks: Json[] = [field()], more: Json = {}): Json => ({
  type: 'modal',
  callback_id: 'a/b/',
  title: plain('Form'),
  submit: plain('Save'),
  close: plain('Cancel'),
  blocks,
  ...more,
});
const home = (blocks: Json[], more: Json = {}): Json => ({ type: 'home', blocks, ...more });

describe('viewViolations', () => {
  it('finds nothing wrong with views that use everything up to its limits', () => {
    const full = [
      field(input({ initial_value: label(3000), max_length: 3000, placeholder: plain(label(150)), multiline: true }), {
        block_id: label(255),
        label: plain(label(2000)),
        hint: plain(label(2000)),
        optional: true,
      }),
      field(select({ action_id: 'value' }), { block_id: 'b' }),
      field(multi({ action_id: 'value' }), { block_id: 'c' }),
      ...many(97, () => section()),
    ];
    const most = {
      title: plain(label(24)),
      submit: plain(label(24)),
      callback_id: label(255),
      private_metadata: label(3000),
    };
    expect(viewViolations(modal(full, most))).toEqual([]);
    expect(viewViolations(home(many(100, () => section(label(2000)))))).toEqual([]);
  });

  it.each<[what: string, view: unknown]>([
    ['no object', 'x'],
    ['a view of no kind', { blocks: [section()] }],
    ['no title', modal([field()], { title: undefined })],
    ['a title of 25 characters', modal([field()], { title: plain(label(25)) })],
    ['a submit button of 25 characters', modal([field()], { submit: plain(label(25)) })],
    ['a close button of 25 characters', modal([field()], { close: plain(label(25)) })],
    ['fields without a submit button', modal([field()], { submit: undefined })],
    ['a callback id of 256 characters', modal([field()], { callback_id: label(256) })],
    ['private metadata of 3,001 characters', modal([field()], { private_metadata: label(3001) })],
    ['no blocks', modal([])],
    ['101 blocks', home(many(101, () => section()))],
    ['more than 250 kB', home(many(100, () => section('é'.repeat(1300))))],
    ['a table', home([table([[cell()]])])],
    ['a table in a form', modal([field(), table([[cell()]])])],
    ['a title in App Home', home([section()], { title: plain() })],
    ['a field without a label', modal([field(input(), { label: undefined })])],
    ['a label of 2,001 characters', modal([field(input(), { label: plain(label(2001)) })])],
    ['an empty hint', modal([field(input(), { hint: plain('') })])],
    ['two fields of one name', modal([field(input(), { block_id: 'a' }), field(input(), { block_id: 'a' })])],
    ['a field of nothing', modal([{ type: 'input', label: plain() }])],
    ['a button in a field', modal([field(button())])],
    ['a value longer than may be typed', modal([field(input({ initial_value: 'abc', max_length: 2 }))])],
    ['a limit of 3,001 characters', modal([field(input({ max_length: 3001 }))])],
    ['a limit of none', modal([field(input({ max_length: 0 }))])],
    ['at least more than at most', modal([field(input({ min_length: 5, max_length: 4 }))])],
    ['a placeholder of 151 characters', modal([field(input({ placeholder: plain(label(151)) }))])],
  ])('finds %s', (_what, view) => {
    expect(viewViolations(view).length).toBeGreaterThan(0);
  });
});
