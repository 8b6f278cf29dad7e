import type { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestProblems, RESERVED_COMMANDS } from '../support/slack/manifest-rules.ts';
import { clientOf, type Refusal, refusalOf } from '../support/slack/real-app.ts';
import { type LocalSlack, startSlack } from '../support/slack/slack-server.ts';
import { checkView, suggestionProblems } from '../support/slack/view-rules.ts';

let slack: LocalSlack;
let client: WebClient;
let channel: string;
beforeAll(async () => {
  slack = await startSlack();
  const workspace = slack.addWorkspace();
  channel = workspace.addChannel({ name: 'general' }).id;
  client = clientOf(slack, workspace.botToken);
});
afterAll(() => slack.stop());

type Json = { [key: string]: unknown };
const x = (count: number) => 'x'.repeat(count);
const many = <T>(count: number, one: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => one(at));
const plain = (text: unknown) => ({ type: 'plain_text', text });
const mrkdwn = (text: unknown) => ({ type: 'mrkdwn', text });
const section = (over: Json = {}) => ({ type: 'section', text: mrkdwn('x'), ...over });
const button = (over: Json = {}) => ({ type: 'button', text: plain('Go'), action_id: 'go', ...over });
const actions = (...elements: unknown[]) => ({ type: 'actions', elements });
const option = (at: unknown = 0, over: Json = {}) => ({ text: plain(`Option ${at}`), value: `${at}`, ...over });
const select = (over: Json = {}) => ({ type: 'static_select', action_id: 's', options: [option()], ...over });
const input = (element: Json, over: Json = {}) => ({ type: 'input', label: plain('Label'), element, ...over });
const textInput = (over: Json = {}) => ({ type: 'plain_text_input', action_id: 't', ...over });
const table = (rows: number, cells: number, over: Json = {}) => ({
  type: 'table',
  rows: many(rows, () => many(cells, () => ({ type: 'raw_text', text: 'x' }))),
  ...over,
});
const image = (over: Json = {}) => ({ type: 'image', image_url: 'https://example.org/a.png', alt_text: 'A', ...over });

const post = (body: Json): Promise<Refusal> =>
  refusalOf(
    client.apiCall('chat.postMessage', { channel, ...('text' in body || 'blocks' in body ? body : {}), ...body }),
  );
const postBlocks = (...blocks: unknown[]) => post({ text: 'x', blocks });

describe('a message is accepted at the limit', () => {
  it.each<[string, Json]>([
    ['50 blocks', { blocks: many(50, () => section()) }],
    ['a text of 3,000', { blocks: [section({ text: mrkdwn(x(3000)) })] }],
    ['10 fields of 1,200', { blocks: [section({ text: undefined, fields: many(10, () => mrkdwn(x(1200))) })] }],
    ['a header of 150', { blocks: [{ type: 'header', text: plain(x(150)) }] }],
    ['10 elements of context', { blocks: [{ type: 'context', elements: [image(), ...many(9, () => mrkdwn('x'))] }] }],
    ['25 buttons', { blocks: [actions(...many(25, at => button({ action_id: `${at}` })))] }],
    ['a button of 75 with a value of 2,000', { blocks: [actions(button({ text: plain(x(75)), value: x(2000) }))] }],
    [
      '100 options of 75',
      { blocks: [actions(select({ options: many(100, at => option(at, { text: plain(x(75)) })) }))] },
    ],
    ['the same action_id in two blocks', { blocks: [actions(button()), actions(button())] }],
    [
      '13,000 characters',
      { blocks: [...many(4, () => section({ text: mrkdwn(x(3000)) })), section({ text: mrkdwn(x(1000)) })] },
    ],
    ['a table of 100 x 20', { blocks: [table(100, 20, { column_settings: [{ align: 'right', is_wrapped: true }] })] }],
    ['a Markdown block', { blocks: [{ type: 'markdown', text: '# Hi' }] }],
    [
      'a list of rich text',
      {
        blocks: [
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_list',
                style: 'bullet',
                elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }],
              },
            ],
          },
        ],
      },
    ],
    ['no text beside blocks', { blocks: [section()], text: undefined }],
    ['no blocks beside text', { text: 'x', blocks: [] }],
    ['metadata', { text: 'x', metadata: { event_type: 'digest', event_payload: { key: 'k', list: ['a'] } } }],
  ])('%s', async (_, body) => {
    expect((await post(body)).data).toBeUndefined();
  });
});

describe('a message is refused with what is wrong where it is', () => {
  it.each<[string, unknown[], string]>([
    ['51 blocks', many(51, () => section()), 'no more than 50 items allowed [json-pointer:/blocks]'],
    [
      'a text of 3,001',
      [section({ text: mrkdwn(x(3001)) })],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'an empty text',
      [section({ text: mrkdwn('') })],
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    ['a section of nothing', [{ type: 'section' }], 'missing required field: text'],
    ['11 fields', [section({ fields: many(11, () => mrkdwn('x')) })], '[json-pointer:/blocks/0/fields]'],
    ['a field of 2,001', [section({ fields: [mrkdwn(x(2001))] })], '[json-pointer:/blocks/0/fields/0/text]'],
    ['an unknown field', [section({ colour: 'red' })], 'invalid additional property: colour [json-pointer:/blocks/0]'],
    ['an unknown block', [{ type: 'paragraph' }], 'unsupported type: paragraph'],
    ['a header of 151', [{ type: 'header', text: plain(x(151)) }], '[json-pointer:/blocks/0/text/text]'],
    ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('x') }], 'unsupported type: mrkdwn'],
    ['11 elements of context', [{ type: 'context', elements: many(11, () => mrkdwn('x')) }], 'no more than 10 items'],
    ['a button in a context', [{ type: 'context', elements: [button()] }], 'unsupported type: button'],
    ['26 buttons', [actions(...many(26, at => button({ action_id: `${at}` })))], 'no more than 25 items'],
    ['no button', [actions()], 'no fewer than 1 items'],
    ['a button of 76', [actions(button({ text: plain(x(76)) }))], 'less than 76 characters'],
    ['a value of 2,001', [actions(button({ value: x(2001) }))], 'less than 2001 characters'],
    ['an action_id of 256', [actions(button({ action_id: x(256) }))], 'less than 256 characters'],
    ['a style of no kind', [actions(button({ style: 'secondary' }))], 'valid enum value'],
    ['a URL of no kind', [actions(button({ url: 'example' }))], 'must be a valid URL'],
    ['the same action_id twice in a block', [actions(button(), button())], 'action_id go already exists'],
    ['the same block_id twice', [section({ block_id: 'a' }), section({ block_id: 'a' })], 'block_id a already exists'],
    ['a block_id of 256', [section({ block_id: x(256) })], 'less than 256 characters'],
    ['101 options', [actions(select({ options: many(101, at => option(at)) }))], 'no more than 100 items'],
    ['no options', [actions(select({ options: [] }))], 'no fewer than 1 items'],
    ['an option of 76', [actions(select({ options: [option(0, { text: plain(x(76)) })] }))], 'less than 76 characters'],
    [
      'a description of 76',
      [actions(select({ options: [option(0, { description: plain(x(76)) })] }))],
      '/description/text',
    ],
    ['a value of an option of 76', [actions(select({ options: [option(0, { value: x(76) })] }))], '/options/0/value'],
    [
      'an option in mrkdwn',
      [actions(select({ options: [option(0, { text: mrkdwn('x') })] }))],
      'unsupported type: mrkdwn',
    ],
    ['an initial option that is none', [actions(select({ initial_option: option(1) }))], 'among the options'],
    [
      'options and groups',
      [actions(select({ option_groups: [{ label: plain('G'), options: [option()] }] }))],
      'only one of options',
    ],
    [
      '6 options in an overflow',
      [section({ accessory: { type: 'overflow', options: many(6, at => option(at)) } })],
      'no more than 5 items',
    ],
    ['a text input outside of an input', [actions(textInput())], 'unsupported type: plain_text_input'],
    ['a second table', [table(1, 1), table(1, 1)], 'only_one_table_allowed'],
    ['101 rows', [table(101, 1)], 'no more than 100 items'],
    ['21 cells', [table(1, 21)], 'no more than 20 items'],
    ['an empty cell', [table(1, 1, { rows: [[{ type: 'raw_text', text: '' }]] })], 'more than 0 characters'],
    ['a picture without words', [image({ alt_text: '' })], '/alt_text'],
    ['a picture of nothing', [{ type: 'image', alt_text: 'A' }], 'missing required field: image_url'],
    [
      'a file that is not there',
      [image({ image_url: undefined, slack_file: { id: 'F123' } })],
      'invalid slack file: F123',
    ],
    ['a null block', [null], 'unsupported type'],
  ])('%s', async (_, blocks, message) => {
    const { data } = await postBlocks(...blocks);
    expect(data).toMatchObject({ error: 'invalid_blocks' });
    expect(data?.errors?.join('\n')).toContain(message);
    expect(data?.response_metadata?.messages?.[0]).toMatch(/^\[ERROR\] /);
  });

  it.each<[string, Json, string]>([
    ['nothing', {}, 'no_text'],
    ['blanks', { text: '  ' }, 'no_text'],
    ['blocks that are no list', { text: 'x', blocks: '{"a":1}' }, 'invalid_blocks_format'],
    ['blocks that are no JSON', { text: 'x', blocks: '[' }, 'invalid_blocks_format'],
    [
      '13,001 characters',
      { blocks: [...many(4, () => section({ text: mrkdwn(x(3000)) })), section({ text: mrkdwn(x(1001)) })] },
      'msg_blocks_too_long',
    ],
    [
      'metadata of 4,001 bytes',
      { text: 'x', metadata: { event_type: 'e', event_payload: { key: x(4001) } } },
      'metadata_too_large',
    ],
    [
      'metadata too deep',
      { text: 'x', metadata: { event_type: 'e', event_payload: { a: { b: { c: 1 } } } } },
      'invalid_metadata_schema',
    ],
    ['metadata without a payload', { text: 'x', metadata: { event_type: 'e' } }, 'invalid_metadata_schema'],
    ['Markdown beside text', { text: 'x', markdown_text: 'x' }, 'markdown_text_conflict'],
    ['a thread that is not there', { text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
  ])('%s', async (_, body, code) => {
    expect((await post(body)).data?.error).toBe(code);
  });

  it('cuts a text of more than 40,000 characters, and refuses an update of more than 4,000', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel, text: x(40_001) });
    expect(slack.messages(channel).at(-1)?.text).toHaveLength(40_000);
    expect((await refusalOf(client.chat.update({ channel, ts, text: x(4001) }))).data?.error).toBe('msg_too_long');
  });
});

const modal = (over: Json = {}) => ({ type: 'modal', title: plain('Title'), blocks: [section()], ...over });
const viewErrors = (view: unknown, surface: 'modal' | 'home' = 'modal'): string => {
  try {
    checkView(view, surface, { isPicture: () => false });
    return '';
  } catch (error) {
    const { code, extra } = error as { code: string; extra: { errors?: string[] } };
    return `${code} ${extra.errors?.join('\n') ?? ''}`;
  }
};

describe('a view', () => {
  it.each<[string, unknown]>([
    ['of 100 blocks', modal({ blocks: many(100, () => section()) })],
    [
      'with a title of 24, a private text of 3,000 and a callback_id of 255',
      modal({ title: plain(x(24)), private_metadata: x(3000), callback_id: x(255) }),
    ],
    [
      'with inputs and a button to send',
      modal({ submit: plain('Send'), blocks: [input(textInput({ max_length: 3000 })), input(select())] }),
    ],
    [
      'with optional choices',
      modal({
        submit: plain('Send'),
        blocks: [
          input({ type: 'checkboxes', action_id: 'c', options: [option()] }, { optional: true, hint: plain('Hint') }),
        ],
      }),
    ],
  ])('%s is accepted', (_, view) => {
    expect(viewErrors(view)).toBe('');
  });

  it.each<[string, unknown, string]>([
    [
      '101 blocks',
      modal({ blocks: many(101, () => section()) }),
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    ],
    ['no title', modal({ title: undefined }), 'missing required field: title'],
    ['a title of 25', modal({ title: plain(x(25)) }), 'less than 25 characters [json-pointer:/view/title/text]'],
    ['a title in mrkdwn', modal({ title: mrkdwn('x') }), 'unsupported type: mrkdwn'],
    ['a button to send of 25', modal({ submit: plain(x(25)) }), '/view/submit/text'],
    ['a private text of 3,001', modal({ private_metadata: x(3001) }), '/view/private_metadata'],
    ['a callback_id of 256', modal({ callback_id: x(256) }), '/view/callback_id'],
    ['an input and no button to send', modal({ blocks: [input(textInput())] }), 'missing required field: submit'],
    [
      'an input without a label',
      modal({ submit: plain('x'), blocks: [input(textInput(), { label: undefined })] }),
      'missing required field: label',
    ],
    [
      'a label of 2,001',
      modal({ submit: plain('x'), blocks: [input(textInput(), { label: plain(x(2001)) })] }),
      '/label/text',
    ],
    [
      'a placeholder of 151',
      modal({ submit: plain('x'), blocks: [input(textInput({ placeholder: plain(x(151)) }))] }),
      '/placeholder/text',
    ],
    [
      'an input of 3,001',
      modal({ submit: plain('x'), blocks: [input(textInput({ max_length: 3001 }))] }),
      '/max_length',
    ],
    [
      'two elements with the focus',
      modal({
        submit: plain('x'),
        blocks: [input(textInput({ focus_on_load: true })), input(select({ focus_on_load: true }))],
      }),
      'focus_on_load',
    ],
    ['a Markdown block', modal({ blocks: [{ type: 'markdown', text: 'x' }] }), 'unsupported type: markdown'],
    ['a table', modal({ blocks: [table(1, 1)] }), 'unsupported type: table'],
    ['no view', 'x', 'must be an object'],
    ['a Home tab', { type: 'home', blocks: [] }, 'must be modal'],
  ])('with %s is refused', (_, view, message) => {
    expect(viewErrors(view)).toContain('invalid_arguments');
    expect(viewErrors(view)).toContain(message);
  });

  it('of more than 250 kB is refused', () => {
    expect(viewErrors(modal({ blocks: many(90, () => section({ text: mrkdwn(x(3000)) })) }))).toContain(
      'view_too_large',
    );
  });

  it('on the Home tab has no title and no button to send', () => {
    expect(viewErrors({ type: 'home', blocks: [section()] }, 'home')).toBe('');
    expect(viewErrors({ type: 'home', blocks: [], title: plain('x') }, 'home')).toContain(
      'invalid additional property: title',
    );
  });
});

describe('the answer to a type-ahead', () => {
  it('holds up to 100 options of 75 characters, or none', () => {
    expect(suggestionProblems({ options: many(100, at => option(at)) })).toEqual([]);
    expect(suggestionProblems({ options: [] })).toEqual([]);
    expect(suggestionProblems({ option_groups: [{ label: plain('G'), options: [option()] }] })).toEqual([]);
    expect(suggestionProblems({ options: many(101, at => option(at)) })).toHaveLength(1);
    expect(suggestionProblems({ options: [option(0, { text: plain(x(76)) })] })).toHaveLength(1);
    expect(suggestionProblems({})).toHaveLength(1);
  });
});

const command = (over: Json = {}) => ({ command: '/track', description: 'Your track', ...over });
const manifest = (
  over: { info?: Json; commands?: unknown[]; features?: Json; settings?: Json; bot?: unknown[] } = {},
) => ({
  display_information: { name: 'Milepost', ...over.info },
  features: { bot_user: { display_name: 'Milepost' }, slash_commands: over.commands ?? [command()], ...over.features },
  oauth_config: { scopes: { bot: over.bot ?? ['commands', 'chat:write'] } },
  settings: { socket_mode_enabled: true, ...over.settings },
});

describe('a manifest', () => {
  it.each<[string, Json]>([
    ['the usual', manifest()],
    [
      '50 commands of 32 characters',
      manifest({ commands: many(50, at => command({ command: `/${`${at}`.padStart(31, 'x')}` })) }),
    ],
    [
      'addresses where there is no socket',
      manifest({ commands: [command({ url: 'https://example.org' })], settings: { socket_mode_enabled: false } }),
    ],
  ])('is accepted: %s', (_, given) => {
    expect(manifestProblems(given)).toEqual([]);
  });

  it.each<[string, Json, string]>([
    ['a name of 36', manifest({ info: { name: x(36) } }), '/display_information/name'],
    ['a description of 141', manifest({ info: { description: x(141) } }), '/display_information/description'],
    [
      'a long description of 174',
      manifest({ info: { long_description: x(174) } }),
      '/display_information/long_description',
    ],
    ['51 commands', manifest({ commands: many(51, at => command({ command: `/c${at}` })) }), 'no more than 50 items'],
    ['a command of 33', manifest({ commands: [command({ command: `/${x(32)}` })] }), '/slash_commands/0/command'],
    ['a command without a slash', manifest({ commands: [command({ command: 'track' })] }), 'must be a slash'],
    ['a command with a space', manifest({ commands: [command({ command: '/a b' })] }), 'must be a slash'],
    ['a command twice', manifest({ commands: [command(), command()] }), 'duplicate command /track'],
    ['a hint of 1,001', manifest({ commands: [command({ usage_hint: x(1001) })] }), '/usage_hint'],
    [
      'no description',
      manifest({ commands: [command({ description: undefined })] }),
      'missing required field: description',
    ],
    [
      'no address without a socket',
      manifest({ settings: { socket_mode_enabled: false } }),
      'missing required field: url',
    ],
    ['commands without their scope', manifest({ bot: ['chat:write'] }), 'commands is needed'],
    ['a field of no kind', manifest({ settings: { socket_mode: true } }), 'invalid additional property: socket_mode'],
    ['a bot user of 81', manifest({ features: { bot_user: { display_name: x(81) } } }), '/bot_user/display_name'],
  ])('is refused: %s', (_, given, message) => {
    expect(manifestProblems(given).join('\n')).toContain(message);
  });

  it("is refused with a command of Slack's own", () => {
    for (const name of ['/help', '/feedback', '/topic', '/status', '/remind', '/leave', '/who', '/dnd']) {
      expect(RESERVED_COMMANDS).toContain(name);
      expect(manifestProblems(manifest({ commands: [command({ command: name })] })).join()).toContain(
        `${name} is reserved`,
      );
    }
  });
});
