import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import type { Caller, Interaction, OptionSpec, RawOptions, Reply } from '../src/command.ts';
import { loadCommands } from '../src/commands.ts';
import { type Message, toPlainText } from '../src/message.ts';
import type { Db } from '../src/storage/database.ts';
import { ledgerOf } from '../src/storage/progress.ts';
import { schedulesOf } from '../src/storage/schedules.ts';
import { renderMessage } from '../src/web/render.ts';
import { type TestApp, testApp } from './support/app.ts';
import { testCurriculum } from './support/curriculum.ts';
import { describeOnBothDatabases } from './support/databases.ts';

const HOSTILE: [name: string, text: string][] = [
  ['10,000 characters', 'x'.repeat(10_000)],
  ['10,000 characters of markup', '[*_`<'.repeat(2000)],
  ['control characters', 'a\u0000b\u0007c\u001b[31md\u007fe\u0085f'],
  ['bidirectional characters', 'a\u202eb\u2066c\u200fd\u2069e'],
  ['characters without a width', 'a\u200bb\u2060c\ufeffd'],
  ['line breaks', 'one\ntwo\r\nthree\u2028four'],
  ['a ping of Discord', '@everyone @here <@123456789012345678> <@&1>'],
  ['a ping of Slack', '<!channel> <!here> <@U12345678> <#C1|x>'],
  ['a link', '[x](http://evil.example)'],
  ['a bare link', '<http://evil.example>'],
  ['a link by reference', '[x][y] [y]: http://evil.example'],
  ['a picture', '![x](http://evil.example/a.png)'],
  ['bold text', '**bold** __bold__ ***bold***'],
  ['code', '`bold` ```bold```'],
  ['a script', '<script>alert(1)</script>'],
  ['an attribute', '" onmouseover="alert(1)" x="'],
  ['an entity', '&lt;script&gt; &#x3C;b&#x3E;'],
  ['a path', '../../etc/passwd'],
  ['SQL', "'; drop table members; --"],
  ['a name of every object', '__proto__'],
  ['a form of another command', 'track/options/select'],
  ['half of an emoji', 'a\ud83d b'],
];

/** The longest answer that Discord takes in one message. */
const LONGEST = 4000;
/** Characters that hide, turn around or control what is shown. */
const INVISIBLE = /(?!\n)[\p{Cc}]|[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u2028\u2029]/u;
/** Elements of our own messages carry none of this; only markup of the hostile text that took effect would. */
const LIVE =
  /<script|<img|<b>|href="http:\/\/evil|<[a-z][^<>]*\sonmouseover="|<(strong|em|code)>bold|<pre>|<a [^>]*>x</i;

const messageOf = (answer: Reply): Message => (answer.type === 'modal' ? { blocks: [] } : answer.message);

/** What is wrong with an answer to hostile text. */
const faultsOf = (answer: Reply): string[] => {
  const message = messageOf(answer);
  const said = toPlainText(message);
  const html = renderMessage(message);
  return [
    ...(said.includes('Something went wrong on our side') ? ['an incident'] : []),
    ...(answer.type === 'message' && said.trim() === '' ? ['no answer'] : []),
    ...(said.length > LONGEST ? [`${said.length} characters`] : []),
    ...(INVISIBLE.test(said) ? ['invisible characters'] : []),
    ...(LIVE.test(html) ? [`live markup: ${LIVE.exec(html)?.[0]}`] : []),
    ...(/undefined|NaN|\[object/.test(said) ? ['a slip'] : []),
  ];
};

const caller: Caller = {
  platform: 'web',
  communityId: 'test',
  communityName: 'Test',
  memberId: 'olga',
  name: 'Olga',
  organiser: true,
  channelId: 'general',
};

type Place = { command: string; subcommand: string; option: string; spec: OptionSpec; others: RawOptions };
const commands = await loadCommands();
/** A value that each closed or required option takes. */
const validValue = (spec: OptionSpec): string => {
  const choices = typeof spec.choices === 'function' ? spec.choices(testCurriculum) : spec.choices;
  return choices?.[0]?.value ?? (spec.type === 'integer' ? '1' : 'what-is-safety');
};
/** Every option of every command, with the other required ones filled in. */
const PLACES: Place[] = [...commands.values()].flatMap(({ name, subcommands }) =>
  Object.entries(subcommands).flatMap(([subcommand, { options = {} }]) =>
    Object.entries(options).map(([option, spec]) => ({
      command: name,
      subcommand,
      option,
      spec,
      others: Object.fromEntries(
        Object.entries(options).flatMap(([other, { required, ...rest }]) =>
          required && other !== option ? [[other, validValue(rest)]] : [],
        ),
      ),
    })),
  ),
);
const label = ({ command, subcommand, option }: Place): string =>
  `/${command} ${subcommand} ${option}`.replace('  ', ' ');

describe('hostile text in an option', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await testApp();
  });

  it('is tried in every command that takes one', () => {
    expect(PLACES.length).toBeGreaterThan(25);
    expect(new Set(PLACES.map(({ command }) => command)).size).toBeGreaterThan(9);
  });

  /** Every way to hand it over: by the platform, typed, and as a list of choices. */
  const faultsAt = async (place: Place, hostile: string): Promise<string[]> => {
    const { command, subcommand, option, others } = place;
    const run = (value: string | string[]): Interaction => ({
      caller,
      type: 'command',
      command,
      subcommand,
      options: { ...others, [option]: value },
    });
    const rest = Object.entries(others).map(([name, value]) => `${name}:${value}`);
    const words = [`/${command}`, subcommand, ...rest, `${option}:"${hostile.replaceAll('"', '')}"`].filter(Boolean);
    const interactions: Interaction[] = [
      run(hostile),
      { caller, type: 'text', text: words.join(' ') },
      run([hostile, hostile]),
    ];
    // A community keeps a limited number of schedules, so each text gets a community without any.
    const { app } = command === 'schedule' ? await testApp() : test;
    const faults: string[] = [];
    for (const interaction of interactions) faults.push(...faultsOf(await app.handle(interaction)));
    return faults;
  };
  const isChannel = ({ spec }: Place): boolean => spec.type === 'channel';

  it.each(PLACES.map(place => [label(place), place] as const))(
    'is answered clearly, and nothing of it takes effect: %s',
    async (_, place) => {
      for (const [name, hostile] of HOSTILE) {
        if (isChannel(place) && hostile.includes('\u2028')) continue;
        expect([name, await faultsAt(place, hostile)]).toEqual([name, []]);
      }
    },
  );

  it('is one line in the name of a channel', async () => {
    for (const place of PLACES.filter(isChannel)) expect(await faultsAt(place, 'one\u2028two\u2029three')).toEqual([]);
  });
});

/** Beyond this no button of ours is: an id as long as that is forged. */
const isForged = (action: string): boolean => action.length > 100;

describe('hostile text as a whole command, an action, a choice or a field', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await testApp();
  });

  it.each(HOSTILE)('is answered clearly: %s', async (_name, hostile) => {
    const actions = [...commands.values()].flatMap(({ name, actions: handlers }) =>
      Object.keys(handlers).map(action => `${name}/${action}/`),
    );
    const modals = [...commands.values()].flatMap(({ name, modals: forms }) =>
      Object.keys(forms).map(form => `${name}/${form}/`),
    );
    const interactions: Interaction[] = [
      { caller, type: 'text', text: hostile },
      { caller, type: 'text', text: `/${hostile}` },
      { caller, type: 'text', text: `/track ${hostile}` },
      { caller, type: 'command', command: hostile, options: {} },
      { caller, type: 'command', command: 'track', subcommand: hostile, options: {} },
      { caller, type: 'command', command: 'track', subcommand: 'select', options: { [hostile]: hostile } },
      { caller, type: 'action', action: hostile, values: [hostile] },
      ...actions.flatMap((action): Interaction[] => [
        { caller, type: 'action', action: `${action}${hostile}`, values: [] },
        { caller, type: 'action', action, values: [hostile] },
        { caller, type: 'action', action: `${action}${hostile}:${hostile}`, values: [hostile] },
      ]),
      ...modals.flatMap((modal): Interaction[] => [
        { caller, type: 'modal', modal, fields: { value: hostile } },
        { caller, type: 'modal', modal: `${modal}${hostile}`, fields: { [hostile]: hostile } },
        { caller, type: 'modal', modal: `${modal}zone`, fields: { value: [hostile] } },
      ]),
    ];
    const faults: string[] = [];
    for (const interaction of interactions) {
      const isLongForgery = interaction.type === 'action' && isForged(interaction.action);
      const found = faultsOf(await test.app.handle(interaction)).filter(
        fault => !(isLongForgery && fault.endsWith('characters')),
      );
      if (found.length > 0) faults.push(`${JSON.stringify({ ...interaction, caller: '' }).slice(0, 200)}: ${found}`);
    }
    expect(faults).toEqual([]);
  });
});

it('a forged button of 10,000 characters is answered in a few words', async () => {
  const test = await testApp();
  const answer = await test.app.handle({
    caller,
    type: 'action',
    action: `undo/undo/${'x'.repeat(10_000)}`,
    values: [],
  });
  expect(faultsOf(answer)).toEqual([]);
});

describe('after all hostile text', () => {
  it('nothing that a member had is lost, and nothing was marked', async () => {
    const test = await testApp();
    const ada = test.as('ada', { organiser: true });
    await ada.type('/track select engineering');
    await ada.type('/roles select platform_engineer');
    await ada.type('/done what-is-safety');
    const before = await ada.type('/settings show');
    const progress = await ada.type('/progress');
    for (const place of PLACES.filter(({ spec }) => spec.type !== 'channel')) {
      const { command, subcommand, option, others } = place;
      // What stands beside the hostile text must not change anything by itself.
      const options = { ...others, [option]: '' };
      for (const [, hostile] of HOSTILE) {
        if (command === 'schedule' && subcommand !== 'set') continue;
        const answer = await test.app.handle({
          caller: { ...caller, memberId: 'ada', name: 'ada' },
          type: 'command',
          command,
          subcommand,
          options: { ...options, [option]: hostile },
        });
        expect(answer.type).toBe('message');
      }
    }
    expect(await ada.type('/settings show')).toBe(before);
    expect(await ada.type('/progress')).toBe(progress);
    expect(await ledgerOf(test.db, 1)).toHaveLength(1);
    expect(await schedulesOf(test.db, 1)).toEqual([]);
  });

  it('what was searched for is shown as it was typed', async () => {
    const ada = (await testApp()).as('ada');
    for (const typed of [
      '**bold**',
      '<script>alert(1)</script>',
      '[x](http://evil.example)',
      '@everyone',
      '<!channel>',
    ]) {
      expect(await ada.type(`/topics search ${typed}`)).toContain(`“${typed}”`);
      expect(await ada.type(`/topics show ${typed}`)).toContain(`“${typed}”`);
    }
  });

  it('a channel with a hostile name is shown as it is called', async () => {
    const olga = (await testApp()).as('olga', { organiser: true });
    for (const name of ['**bold**', '<!channel>', '[x](http://evil.example)', '@everyone']) {
      await olga.type(`/schedule set leaderboard channel:${name}`);
      const said = await olga.type('/schedule list');
      expect(said).toContain(`#${name}`);
      expect(faultsOf(olga.lastReply)).toEqual([]);
    }
  });
});

/** Commands that show a member’s or community’s name, and some of every other kind. */
const SHOWING = [
  '/onboard',
  '/digest',
  '/leaderboard',
  '/settings leaderboard yes',
  '/done what-is-safety',
  '/leaderboard all',
  '/schedule set digest',
  '/schedule pause 1',
  '/schedule list',
  '/schedule resume 1',
  '/schedule preview 1',
  '/progress',
  '/track list',
  '/help',
];

describeOnBothDatabases('a hostile name', open => {
  let db: Db;
  let app: App;
  const appOn = async (): Promise<App> =>
    createApp({
      db,
      commands,
      curriculum: () => testCurriculum,
      now: () => new Date('2026-11-23T09:00:00Z'),
      deliverDue: async () => ({ settled: [], underWay: false }),
      editPost: async () => ({ type: 'sent', messageId: '1' }),
      findChannel: async (_, named) => ({ id: named, name: named }),
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
  beforeEach(async () => {
    db = await open();
    app = await appOn();
  });
  const faultsAs = async (names: Partial<Caller>): Promise<string[]> => {
    const faults: string[] = [];
    for (const text of SHOWING) {
      const answer = await app.handle({ caller: { ...caller, ...names }, type: 'text', text });
      faults.push(...faultsOf(answer).map(fault => `${text}: ${fault}`));
    }
    return faults;
  };
  it.each(HOSTILE)('of a member takes no effect anywhere: %s', async (_name, hostile) => {
    expect(await faultsAs({ name: hostile })).toEqual([]);
  });

  it.each(HOSTILE)('of a community takes no effect anywhere: %s', async (_name, hostile) => {
    expect(await faultsAs({ communityName: hostile })).toEqual([]);
  });

  it.each(HOSTILE)('in a button of an old message is answered kindly: %s', async (_name, hostile) => {
    const handlers = [
      'undo/undo',
      'done/done',
      'schedule/pause',
      'quiz/start',
      'quiz/answer',
      'settings/set',
      'track/enter',
    ];
    for (const handler of handlers) {
      const action = `${handler}/${hostile.slice(0, 60)}`;
      const answer = await app.handle({ caller, type: 'action', action, values: [hostile.slice(0, 60)] });
      expect([handler, faultsOf(answer)]).toEqual([handler, []]);
    }
  });

  it('is shown whole to others on the leaderboard', async () => {
    for (const [at, name] of ['**bold**', '<script>', '@everyone', '[x](http://evil.example)'].entries()) {
      const someone = { ...caller, memberId: `member-${at}`, name };
      for (const text of ['/settings leaderboard yes', '/done what-is-safety'])
        await app.handle({ caller: someone, type: 'text', text });
      const board = messageOf(await app.handle({ caller, type: 'text', text: '/leaderboard' }));
      expect(toPlainText(board)).toContain(name);
      expect(LIVE.test(renderMessage(board))).toBe(false);
    }
  });
});

it('the checks of this file find what they look for', () => {
  const bad = (text: string): Reply => ({ type: 'message', message: { blocks: [{ type: 'text', text }] } });
  expect(faultsOf(bad('**bold**'))).toEqual(['live markup: <strong>bold']);
  expect(faultsOf(bad('[x](http://evil.example)'))[0]).toContain('live markup');
  expect(faultsOf(bad('a\u202eb'))).toEqual(['invisible characters']);
  expect(faultsOf(bad('x'.repeat(4001)))).toEqual(['4001 characters']);
  expect(faultsOf(bad(''))).toEqual(['no answer']);
});
