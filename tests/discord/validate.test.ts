import { describe, expect, it } from 'vitest';
import { messageViolations, modalViolations } from '../../src/discord/validate.ts';

type Json = Record<string, unknown>;
const label = (length: number): string => 'x'.repeat(length);
const display = (content = 'hi'): Json => ({ type: 10, content });
const button = (more: Json = {}): Json => ({ type: 2, style: 2, label: 'Go', custom_id: 'a/a/', ...more });
const link = (more: Json = {}): Json => ({ type: 2, style: 5, label: 'Go', url: 'https://example.org/', ...more });
const option = (at: number, more: Json = {}): Json => ({ label: `Option ${at}`, value: `${at}`, ...more });
const select = (more: Json = {}): Json => ({
  type: 3,
  custom_id: 'b/b/',
  placeholder: 'Choose',
  options: [option(1), option(2, { description: 'the second', default: true })],
  min_values: 0,
  max_values: 2,
  ...more,
});
const row = (...components: Json[]): Json => ({ type: 1, components });
const section = (accessory: Json, ...components: Json[]): Json => ({ type: 9, components, accessory });
const gallery = (...items: Json[]): Json => ({ type: 12, items });
const picture = { media: { url: 'attachment://a.png' }, description: 'A board' };
const message = (components: Json[], more: Json = {}, container: Json = {}): Json => ({
  flags: 1 << 15,
  components: [{ type: 17, accent_color: 0xffffff, components, ...container }],
  allowed_mentions: { parse: [] },
  attachments: [{ id: 0, filename: 'a.png', description: 'A board' }],
  ...more,
});
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe('messageViolations', () => {
  it('finds nothing wrong with a message that uses everything up to its limits', () => {
    const full = [
      display(label(3000)),
      { type: 14, divider: true, spacing: 1 },
      section(button({ custom_id: 'x'.repeat(100), label: label(80) }), display(), display(), display(label(900))),
      row(...many(4, at => button({ custom_id: `a/${at}` })), link({ url: `https://e.org/${label(498)}` })),
      row(
        select({
          placeholder: label(150),
          options: many(25, at => option(at, { description: label(100) })),
          max_values: 25,
        }),
      ),
      gallery(...many(10, () => picture)),
      ...many(10, at => row(button({ custom_id: `c/${at}` }))),
    ];
    expect(messageViolations(message(full, {}, { id: 2 ** 31 - 1 }))).toEqual([]);
  });

  it.each<[what: string, body: unknown]>([
    ['no object', null],
    ['no flag for components', message([display()], { flags: 64 })],
    ['content beside components', message([display()], { content: 'hi' })],
    ['embeds beside components', message([display()], { embeds: [] })],
    ['no components', message([], { components: [] })],
    ['an empty container', message([])],
    ['41 components', message(many(40, () => display()))],
    [
      '41 components, nested ones counted',
      message([...many(19, at => row(button({ custom_id: `${at}` }))), display(), display()]),
    ],
    ['4,001 characters of text', message([display(label(4001))])],
    ['4,001 characters in two texts', message([display(label(2000)), display(label(2001))])],
    ['an empty text', message([display('')])],
    ['a blank text', message([display(' \n ')])],
    ['a text that is none', message([{ type: 10, content: 7 }])],
    ['half of an emoji', message([display('a\ud83d')])],
    ['six buttons in a row', message([row(...many(6, at => button({ custom_id: `${at}` })))])],
    ['a row of nothing', message([row()])],
    ['a select beside a button', message([row(select(), button())])],
    ['two selects in a row', message([row(select(), select({ custom_id: 'c' }))])],
    ['a label of 81 characters', message([row(button({ label: label(81) }))])],
    ['a button without a label', message([row(button({ label: '' }))])],
    ['a button of no style', message([row(button({ style: 9 }))])],
    ['a custom id of 101 characters', message([row(button({ custom_id: label(101) }))])],
    ['a button without a custom id', message([row(button({ custom_id: undefined }))])],
    ['the same custom id twice', message([row(button(), button())])],
    ['the same custom id in a select', message([row(button()), row(select({ custom_id: 'a/a/' }))])],
    ['the same custom id beside a text', message([row(button()), section(button(), display())])],
    ['a link with a custom id', message([row(link({ custom_id: 'x' }))])],
    ['a button with an address', message([row(button({ url: 'https://e.org' }))])],
    ['a link of 513 characters', message([row(link({ url: `https://e.org/${label(499)}` }))])],
    ['a link to a script', message([row(link({ url: 'javascript:alert(1)' }))])],
    ['a select without options', message([row(select({ options: [], min_values: 0, max_values: 1 }))])],
    ['26 options', message([row(select({ options: many(26, at => option(at)) }))])],
    ['a value twice', message([row(select({ options: [option(1), option(1)] }))])],
    [
      'an option label of 101 characters',
      message([row(select({ options: [option(1, { label: label(101) }), option(2)] }))]),
    ],
    ['a value of 101 characters', message([row(select({ options: [option(1, { value: label(101) }), option(2)] }))])],
    ['an empty value', message([row(select({ options: [option(1, { value: '' }), option(2)] }))])],
    [
      'a description of 101 characters',
      message([row(select({ options: [option(1, { description: label(101) }), option(2)] }))]),
    ],
    ['an empty description', message([row(select({ options: [option(1, { description: '' }), option(2)] }))])],
    ['a placeholder of 151 characters', message([row(select({ placeholder: label(151) }))])],
    ['more values than options', message([row(select({ max_values: 3 }))])],
    ['at most no value', message([row(select({ max_values: 0 }))])],
    ['more values at least than at most', message([row(select({ min_values: 2, max_values: 1 }))])],
    [
      'more chosen than may be',
      message([row(select({ max_values: 1, options: [option(1, { default: true }), option(2, { default: true })] }))]),
    ],
    ['a section without a text', message([section(button())])],
    ['a section of four texts', message([section(button(), ...many(4, () => display()))])],
    ['a section with a row in it', message([section(button(), row(link()))])],
    ['a section without an accessory', message([{ type: 9, components: [display()] }])],
    ['a section with a select beside it', message([section(select(), display())])],
    ['eleven pictures', message([gallery(...many(11, () => picture))])],
    ['a gallery of nothing', message([gallery()])],
    ['a picture without a file', message([gallery({ media: { url: 'attachment://b.png' } })])],
    ['a description of a picture of 1,025 characters', message([gallery({ ...picture, description: label(1025) })])],
    ['eleven attachments', message([display()], { attachments: many(11, at => ({ id: at, filename: `${at}.png` })) })],
    ['a colour that is none', message([display()], {}, { accent_color: 0x1000000 })],
    ['an id that is too great', message([display()], {}, { id: 2 ** 31 })],
    [
      'an id twice',
      message([
        { ...display(), id: 5 },
        { ...display(), id: 5 },
      ]),
    ],
    ['a container in a container', message([{ type: 17, components: [display()] }])],
    ['a button outside of a row', message([button()])],
    ['a text input', message([row({ type: 4, custom_id: 'x', style: 1 })])],
  ])('finds %s', (_what, body) => {
    expect(messageViolations(body).length).toBeGreaterThan(0);
  });

  it('says where and what', () => {
    expect(messageViolations(message([display(), row(button({ label: label(81) }))]))).toEqual([
      'components[0].components[1].components[0].label has 81 characters, at most 80',
    ]);
  });
});

const input = (more: Json = {}): Json => ({ type: 4, custom_id: 'value', style: 1, required: true, ...more });
const field = (component: Json = input(), more: Json = {}): Json => ({ type: 18, label: 'Value', component, ...more });
const modal = (fields: Json[] = [field()], more: Json = {}): Json => ({
  title: 'Form',
  custom_id: 'a/b/',
  components: fields,
  ...more,
});

describe('modalViolations', () => {
  it('finds nothing wrong with a form that uses everything up to its limits', () => {
    const full = [
      field(input({ value: label(4000), placeholder: label(100), max_length: 4000 }), {
        label: label(45),
        description: label(100),
      }),
      field({ ...select(), custom_id: 'choice', required: false }),
      ...many(3, at => field(input({ custom_id: `${at}`, style: 2 }))),
    ];
    expect(modalViolations(modal(full, { title: label(45), custom_id: label(100) }))).toEqual([]);
  });

  it.each<[what: string, form: unknown]>([
    ['no object', 'x'],
    ['no title', modal([field()], { title: '' })],
    ['a title of 46 characters', modal([field()], { title: label(46) })],
    ['a custom id of 101 characters', modal([field()], { custom_id: label(101) })],
    ['no field', modal([])],
    ['six fields', modal(many(6, at => field(input({ custom_id: `${at}` }))))],
    ['a row', modal([row(input())])],
    ['a label of 46 characters', modal([field(input(), { label: label(46) })])],
    ['a description of 101 characters', modal([field(input(), { description: label(101) })])],
    ['a field of nothing', modal([{ type: 18, label: 'x' }])],
    ['a button in a field', modal([field(button())])],
    ['two fields of one name', modal([field(), field()])],
    ['a label inside of a label', modal([field(input({ label: 'x' }))])],
    ['a style that is none', modal([field(input({ style: 3 }))])],
    ['a value longer than may be typed', modal([field(input({ value: 'abc', max_length: 2 }))])],
    ['a value shorter than must be typed', modal([field(input({ value: 'abc', min_length: 4 }))])],
    ['a placeholder of 101 characters', modal([field(input({ placeholder: label(101) }))])],
    ['a limit of 4,001 characters', modal([field(input({ max_length: 4001 }))])],
    ['what is disabled', modal([field({ ...select(), disabled: true })])],
    ['a required select that takes nothing', modal([field({ ...select(), required: true, min_values: 0 })])],
    ['a select of no options', modal([field(select({ options: [] }))])],
  ])('finds %s', (_what, form) => {
    expect(modalViolations(form).length).toBeGreaterThan(0);
  });
});
