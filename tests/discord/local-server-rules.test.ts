import { REST } from '@discordjs/rest';
import { Routes } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDiscord, startDiscord } from '../support/discord/discord-server.ts';
import { checkModal } from '../support/discord/modal-rules.ts';

const V2 = 32768;
let discord: LocalDiscord;
let rest: REST;
let messages: `/${string}`;
beforeAll(async () => {
  discord = await startDiscord();
  rest = new REST({ api: discord.apiUrl, retries: 0 }).setToken(discord.token);
  messages = Routes.channelMessages(discord.addGuild().channel('general').id);
});
afterAll(() => discord.stop());

type Component = { type: number; [key: string]: unknown };
const text = (content: unknown): Component => ({ type: 10, content });
const button = (over: object = {}): Component => ({ type: 2, style: 2, label: 'Press', custom_id: 'a/b/c', ...over });
const row = (...components: unknown[]): Component => ({ type: 1, components });
const select = (over: object = {}): Component => ({
  type: 3,
  custom_id: 's',
  options: [{ label: 'One', value: '1' }],
  ...over,
});
const options = (count: number) => Array.from({ length: count }, (_, at) => ({ label: `${at}`, value: `${at}` }));
const section = (count: number, accessory: unknown = button()): Component => ({
  type: 9,
  components: Array(count).fill(text('x')),
  accessory,
});
const container = (over: object = {}): Component => ({ type: 17, components: [text('x')], ...over });
const gallery = (count: number, item: object = {}): Component => ({
  type: 12,
  items: Array(count).fill({ media: { url: 'https://example.org/a.png' }, ...item }),
});
const link = (over: object): Component => ({ type: 2, style: 5, label: 'Go', url: 'https://example.org', ...over });
const buttons = (count: number) => Array.from({ length: count }, (_, at) => button({ custom_id: String(at) }));
const v2 = (...components: unknown[]) => ({ flags: V2, components });

type DiscordError = { status: number; code: number; rawError: { errors: unknown } };
const refusalOf = async (call: Promise<unknown>): Promise<DiscordError | undefined> =>
  call.then(
    () => undefined,
    (error: DiscordError) => error,
  );
const post = (body: unknown) => refusalOf(rest.post(messages, { body }));

/** Whether the tree of errors has a fault at this path. */
const faultsAt = (error: DiscordError | undefined, path: string): unknown => {
  let node = error?.rawError.errors as { [key: string]: never } | undefined;
  for (const key of path.split('.')) node = node?.[key];
  return node?._errors;
};

describe('a message is accepted at the limit', () => {
  it.each([
    ['40 components', v2(...Array(40).fill(text('x')))],
    ['4,000 characters', v2(text('x'.repeat(4000)))],
    ['25 options', v2(row(select({ options: options(25) })))],
    ['5 buttons', v2(row(...buttons(5)))],
    ['3 texts in a section', v2(section(3))],
    ['10 pictures', v2(gallery(10))],
    [
      'a container with everything',
      v2(
        container({ accent_color: 0xffffff, components: [section(1), { type: 14 }, row(button({ custom_id: 'z' }))] }),
      ),
    ],
    ['a link of 512 characters', v2(row(link({ url: `https://example.org/${'x'.repeat(492)}` })))],
    ['content of 2,000', { content: 'x'.repeat(2000) }],
  ])('%s', async (_, body) => {
    expect(await post(body)).toBeUndefined();
  });
});

describe('a message is refused with what is wrong where it is', () => {
  it.each<[string, unknown, string]>([
    ['41 components, counting nested ones', v2(container({ components: Array(40).fill(text('x')) })), 'components'],
    ['4,001 characters over all texts', v2(text('x'.repeat(4000)), text('x')), 'components'],
    ['an empty text', v2(text(' ')), 'components.0.content'],
    ['a text in a row', v2(row(text('x'))), 'components.0.components.0.type'],
    ['a container in a container', v2(container({ components: [container()] })), 'components.0.components.0.type'],
    ['an unknown type', v2({ type: 99 }), 'components.0.type'],
    ['a bare button', v2(button()), 'components.0.type'],
    ['a custom id of 101', v2(row(button({ custom_id: 'x'.repeat(101) }))), 'components.0.components.0.custom_id'],
    ['no custom id', v2(row(button({ custom_id: undefined }))), 'components.0.components.0.custom_id'],
    ['the same custom id twice', v2(row(button(), button())), 'components.0.components.1.custom_id'],
    ['a label of 81', v2(row(button({ label: 'x'.repeat(81) }))), 'components.0.components.0.label'],
    ['no label', v2(row(button({ label: '' }))), 'components.0.components.0.label'],
    [
      'a link of 513',
      v2(row(link({ url: `https://example.org/${'x'.repeat(493)}` }))),
      'components.0.components.0.url',
    ],
    ['a link elsewhere', v2(row(link({ url: 'javascript:alert(1)' }))), 'components.0.components.0.url'],
    ['a link with a custom id', v2(row(link({ custom_id: 'x' }))), 'components.0.components.0'],
    ['a button with a link', v2(row(button({ url: 'https://example.org' }))), 'components.0.components.0'],
    ['6 buttons in a row', v2(row(...buttons(6))), 'components.0.components'],
    ['an empty row', v2(row()), 'components.0.components'],
    ['a select beside a button', v2(row(button(), select())), 'components.0.components'],
    ['26 options', v2(row(select({ options: options(26) }))), 'components.0.components.0.options'],
    ['no options', v2(row(select({ options: [] }))), 'components.0.components.0.options'],
    [
      'the same value twice',
      v2(row(select({ options: [...options(1), ...options(1)] }))),
      'components.0.components.0.options.1.value',
    ],
    [
      'an option label of 101',
      v2(row(select({ options: [{ label: 'x'.repeat(101), value: '1' }] }))),
      'components.0.components.0.options.0.label',
    ],
    [
      'an option value of 101',
      v2(row(select({ options: [{ label: 'x', value: 'x'.repeat(101) }] }))),
      'components.0.components.0.options.0.value',
    ],
    [
      'an option description of 101',
      v2(row(select({ options: [{ label: 'x', value: 'x', description: 'x'.repeat(101) }] }))),
      'components.0.components.0.options.0.description',
    ],
    [
      'a placeholder of 151',
      v2(row(select({ placeholder: 'x'.repeat(151) }))),
      'components.0.components.0.placeholder',
    ],
    ['more values than options', v2(row(select({ max_values: 2 }))), 'components.0.components.0.max_values'],
    [
      'min above max',
      v2(row(select({ options: options(3), min_values: 3, max_values: 2 }))),
      'components.0.components.0.min_values',
    ],
    [
      'more defaults than may be chosen',
      v2(row(select({ options: options(2).map(one => ({ ...one, default: true })) }))),
      'components.0.components.0.options',
    ],
    ['4 texts in a section', v2(section(4)), 'components.0.components'],
    ['a section without accessory', v2({ type: 9, components: [text('x')] }), 'components.0.accessory'],
    ['a text as accessory', v2(section(1, text('x'))), 'components.0.accessory.type'],
    ['an empty container', v2(container({ components: [] })), 'components.0.components'],
    ['a colour above white', v2(container({ accent_color: 0x1000000 })), 'components.0.accent_color'],
    ['11 pictures', v2(gallery(11)), 'components.0.items'],
    [
      'a picture that was not uploaded',
      v2(gallery(1, { media: { url: 'attachment://a.png' } })),
      'components.0.items.0.media.url',
    ],
    ['an alt text of 1,025', v2(gallery(1, { description: 'x'.repeat(1025) })), 'components.0.items.0.description'],
    ['the same component id twice', v2({ ...text('x'), id: 7 }, { ...text('x'), id: 7 }), 'components.1.id'],
    ['a component id over 31 bits', v2({ ...text('x'), id: 2 ** 31 }), 'components.0.id'],
    ['content beside Components V2', { ...v2(text('x')), content: 'x' }, 'content'],
    ['embeds beside Components V2', { ...v2(text('x')), embeds: [{ title: 'x' }] }, 'embeds'],
    ['a container without the flag', { components: [container()] }, 'components.0.type'],
    ['content of 2,001', { content: 'x'.repeat(2001) }, 'content'],
    ['embeds over 6,000 together', { embeds: Array(2).fill({ description: 'x'.repeat(3001) }) }, 'embeds'],
    [
      'mentions parsed and listed',
      { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } },
      'allowed_mentions',
    ],
  ])('%s', async (_, body, path) => {
    const error = await post(body);
    expect(error).toMatchObject({ status: 400, code: 50035 });
    expect(faultsAt(error, path), JSON.stringify(error?.rawError.errors)).toBeDefined();
  });

  it.each([
    ['nothing at all', {}],
    ['Components V2 without components', v2()],
  ])('%s', async (_, body) => {
    expect(await post(body)).toMatchObject({ status: 400, code: 50006 });
  });

  it('an edit that takes Components V2 back by giving content', async () => {
    const { id } = (await rest.post(messages, { body: v2(text('x')) })) as { id: string };
    const edit = (body: unknown) => refusalOf(rest.patch(`${messages}/${id}`, { body }));
    expect(await edit({ flags: 0, content: 'x', components: [] })).toMatchObject({ code: 50035 });
    expect(await edit({ components: [] })).toMatchObject({ code: 50006 });
    expect(await edit({ components: [text('y')] })).toBeUndefined();
  });
});

const input = (over: object = {}) => ({ type: 4, custom_id: 'i', style: 1, ...over });
const label = (component: unknown, over: object = {}) => ({ type: 18, label: 'L', component, ...over });
const modal = (components: unknown[], over: object = {}) => ({ custom_id: 'm', title: 'T', components, ...over });

describe('a modal', () => {
  it('is accepted with five labels, texts and selects', () => {
    const many = [
      label(input()),
      label(input({ custom_id: 'j', style: 2 })),
      label(select({ required: false })),
      text('Read this'),
    ];
    expect(() => checkModal(modal([...many, label({ type: 23, custom_id: 'c' })]))).not.toThrow();
  });

  it.each<[string, unknown, string]>([
    ['a title of 46', modal([label(input())], { title: 'x'.repeat(46) }), 'data.title'],
    ['no fields', modal([]), 'data.components'],
    [
      'six fields',
      modal(Array.from({ length: 6 }, (_, at) => label(input({ custom_id: `${at}` })))),
      'data.components',
    ],
    ['a field without a label', modal([input()]), 'data.components.0.type'],
    ['a label of 46', modal([label(input(), { label: 'x'.repeat(46) })]), 'data.components.0.label'],
    [
      'a description of 101',
      modal([label(input(), { description: 'x'.repeat(101) })]),
      'data.components.0.description',
    ],
    ['a label in a label', modal([label(input({ label: 'x' }))]), 'data.components.0.component.label'],
    ['style 3', modal([label(input({ style: 3 }))]), 'data.components.0.component.style'],
    [
      'a placeholder of 101',
      modal([label(input({ placeholder: 'x'.repeat(101) }))]),
      'data.components.0.component.placeholder',
    ],
    ['a max_length of 4,001', modal([label(input({ max_length: 4001 }))]), 'data.components.0.component.max_length'],
    [
      'a value longer than it allows',
      modal([label(input({ max_length: 2, value: 'abc' }))]),
      'data.components.0.component.value',
    ],
    ['a disabled select', modal([label(select({ disabled: true }))]), 'data.components.0.component.disabled'],
    ['a button', modal([label(button())]), 'data.components.0.component.type'],
    ['the same field twice', modal([label(input()), label(input())]), 'data.components.1.component.custom_id'],
  ])('is refused with %s', (_, body, path) => {
    let error: { status: number; body: { errors: unknown } } | undefined;
    try {
      checkModal(body);
    } catch (thrown) {
      error = thrown as typeof error;
    }
    expect(error?.status).toBe(400);
    expect(faultsAt({ rawError: error?.body } as never, path)).toBeDefined();
  });
});

const command = (over: object = {}) => ({ name: 'go', description: 'Goes', ...over });
const option = (over: object = {}) => ({ type: 3, name: 'where', description: 'Where to', ...over });
const choices = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `${at}`, value: `${at}` }));

describe('commands', () => {
  const put = (body: unknown) => refusalOf(rest.put(Routes.applicationCommands(discord.applicationId), { body }));

  it('are accepted at the limit', async () => {
    const many = Array.from({ length: 25 }, (_, at) => option({ name: `o${at}`, required: at < 5 }));
    expect(
      await put([command({ options: many }), command({ name: 'it', options: [option({ choices: choices(25) })] })]),
    ).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['an upper-case name', [command({ name: 'Go' })], '0.name'],
    ['a name of 33', [command({ name: 'x'.repeat(33) })], '0.name'],
    ['a description of 101', [command({ description: 'x'.repeat(101) })], '0.description'],
    ['the same name twice', [command(), command()], '1.name'],
    [
      '26 options',
      [command({ options: Array.from({ length: 26 }, (_, at) => option({ name: `o${at}` })) })],
      '0.options',
    ],
    ['the same option twice', [command({ options: [option(), option()] })], '0.options.1.name'],
    [
      'a required option after an optional one',
      [command({ options: [option(), option({ name: 'b', required: true })] })],
      '0.options.1',
    ],
    ['26 choices', [command({ options: [option({ choices: choices(26) })] })], '0.options.0.choices'],
    [
      'choices with type-ahead',
      [command({ options: [option({ choices: choices(1), autocomplete: true })] })],
      '0.options.0.autocomplete',
    ],
    [
      'a fractional choice of a whole number',
      [command({ options: [option({ type: 4, choices: [{ name: 'x', value: 1.5 }] })] })],
      '0.options.0.choices.0.value',
    ],
    [
      'subcommands beside options',
      [command({ options: [option(), { type: 1, name: 'sub', description: 'x' }] })],
      '0.options',
    ],
    ['permissions as a number', [command({ default_member_permissions: 32 })], '0.default_member_permissions'],
    ['an unknown context', [command({ contexts: [3] })], '0.contexts.0'],
    [
      'over 8,000 characters',
      [
        command({
          options: Array.from({ length: 4 }, (_, at) =>
            option({
              name: `o${at}`,
              choices: choices(25).map(one => ({ name: one.name.padEnd(80), value: one.value })),
            }),
          ),
        }),
      ],
      '0',
    ],
  ])('are refused with %s', async (_, body, path) => {
    const error = await put(body);
    expect(error).toMatchObject({ status: 400, code: 50035 });
    expect(faultsAt(error, path), JSON.stringify(error?.rawError.errors)).toBeDefined();
  });
});
