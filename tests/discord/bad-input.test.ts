// What no honest client sends: answered clearly, logged at most once, never a crash.
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../support/databases.ts';
import {
  ERROR,
  expectToldOrAsked,
  expectToldPrivately,
  logged,
  press,
  rowsOf,
  send,
  settle,
  startBot,
  submitForm,
  textOf,
  WARN,
} from '../support/discord-forgery.ts';

/** Ids that were never made by Milepost, or for something that is not there. */
const HOSTILE_IDS = [
  ...`/ // /// ! @! @1! #2! @1#2! @x!track/show/ ~again/ ~again/00000000 é/è/ê nothing/there/ track/nothing/ TRACK/SHOW/
    track/constructor/x track/__proto__/x constructor/constructor/x toString/call/ __proto__/x/y track/options/show
    track/enter/ track/enter/nowhere track/enter/__proto__ done/done/ done/done/nothing done/done/constructor
    done/done/testing';delete_from_members;-- start/start/@everyone skip/skip/<@1> undo/undo/ undo/undo/nothing
    topics/read/ topics/read/interpretability topics/page/testing topics/page/testing:NaN topics/page/testing:-1
    topics/page/testing:1e309 topics/page/testing:99999999999999999999 topics/page/:1 quiz/start/ quiz/start/nothing
    quiz/answer/testing quiz/answer/testing:NaN:NaN:NaN quiz/answer/testing:1:0:99 quiz/answer/testing:1:-1:0
    quiz/answer/testing:99999999999999999999:0:0 quiz/answer/testing:1:0.5:0 quiz/answer/testing:1:99999999999:0
    quiz/again/testing:Infinity quiz/next/testing:-0 onboard/go/nowhere onboard/go/__proto__ onboard/track/nowhere
    onboard/roles/nobody onboard/hours/1e9 onboard/hours/-4 onboard/zone/Atlantis onboard/zone/../../etc/passwd
    onboard/messages/hourly onboard/leaderboard/perhaps settings/set/ settings/set/pace: settings/set/pace:1e5
    settings/set/pace:99 settings/set/zone:Atlantis settings/set/__proto__:on settings/set/pause:yesterday
    settings/set/messages:hourly settings/set/track:research settings/frequency/hourly settings/form/
    settings/form/nothing settings/form/__proto__ schedule/pause/ schedule/pause/0 schedule/pause/-1 schedule/pause/1e0
    schedule/pause/999999999999999999999 schedule/removed/NaN roles/select/security_engineer digest/mine/somebody-else`
    .trim()
    .split(/\s+/),
  ...['', ' ', 'x'.repeat(100), '\u{1F600}'.repeat(50), '\u202etrack/show/', 'track/show/\u0000', '\ud800'],
  ...['undo/undo/\u0000', `undo/undo/${'\ud800'.repeat(20)}`, 'schedule/preview/\u0000', 'schedule/run/1 or 1=1'],
  'settings/set/pause:999999999 weeks',
];

describeOnBothDatabases('forged buttons, selects and forms', open => {
  it('are answered, whatever their id, and logged as no fault of ours', async () => {
    const test = await startBot({ db: await open() });
    const { organiser, guild } = await settle(test, 'Leeds');
    const neighbours = await settle(test, 'Oslo');
    const before = await rowsOf(test.db, neighbours.guild);
    for (const id of HOSTILE_IDS) {
      expectToldOrAsked(await press(organiser, id), `button ${JSON.stringify(id)}`);
      for (const values of [[], ['x'], ['__proto__', '\u0000', 'x'.repeat(100)], ['schedule/pause/999']])
        expectToldOrAsked(await press(organiser, id, values), `select ${JSON.stringify(id)} ${values}`);
      for (const value of ['', '\u0000', '@everyone <@1> [x](https://evil.example)', 'x'.repeat(4000)])
        expectToldOrAsked(await submitForm(organiser, id, { value, roles: value }), `form ${JSON.stringify(id)}`);
    }
    expect(logged(test, ERROR)).toEqual([]);
    expect(await rowsOf(test.db, neighbours.guild)).toBe(before);
    expect(await organiser.slash('next')).toMatchObject({ type: 'message' });
    expect(guild.id).not.toBe(neighbours.guild.id);
  });
});

describeOnBothDatabases('commands that Discord would not send', open => {
  it('are answered: unknown ones, and options that are unknown, huge, of the wrong kind or out of range', async () => {
    const test = await startBot({ db: await open() });
    const { organiser, guild } = await settle(test, 'Leeds');
    const long = 'x'.repeat(6000);
    const unknown: Record<string, Record<string, unknown>[]> = {
      ...Object.fromEntries(
        [
          'nonsense',
          '__proto__',
          'constructor',
          '',
          long,
          'track nonsense',
          'track constructor',
          'track',
          'next show',
        ].map(name => [name, [{}]]),
      ),
      'track __proto__': [{ track: 'x' }],
      next: [{ nonsense: 1 }, { constructor: 'y' }],
      'track select': [long, true, 7].map(track => ({ track })),
      'settings pace': [2 ** 53, -(2 ** 63), 1e308, 1.5, 0, '4; drop table members', false].map(hours => ({ hours })),
      'settings pause': ['\u0000', '9'.repeat(200), '+275760-09-13', '9999-12-31', long].map(until => ({ until })),
      'schedule set': [
        { kind: 'x' },
        { kind: 'digest', cron: '99 99 99 99 99' },
        { kind: 'digest', topics: 2 ** 31 },
        { kind: 'digest', time: '25:99' },
        { kind: 'digest', weekday: long },
      ],
      'schedule pause': [{ schedule: 2 ** 53 - 1 }],
      'schedule run': [{ schedule: -1 }, { schedule: 2 ** 31 }],
      ...Object.fromEntries(
        ['start', 'skip', 'undo', 'quiz', 'topics show'].map(name => [
          name,
          [long, '\u0000', '\u200b', '\ud800', '@everyone', '%', "' or 1=1 --", '\u202e\u2066'].map(topic => ({
            topic,
          })),
        ]),
      ),
      done: [long, ','.repeat(1000), 'x,'.repeat(499)].map(topics => ({ topics })),
      'topics search': [long, '.*+?^$()|[]\\'].map(wanted => ({ text: wanted })),
      help: ['@everyone', '__proto__', long].map(command => ({ command })),
      'roles select': [{ roles: 'x '.repeat(3000) }],
      leaderboard: [{ period: '2026', track: 'x' }],
    };
    // A year far away is still a year, and nothing that can be seen is the same as nothing: the last topic is undone.
    const mayDoSomething = ['settings pause', 'undo', 'quiz'];
    for (const [typed, many] of Object.entries(unknown)) {
      for (const options of many) {
        const what = `/${typed} ${JSON.stringify(options)}`.slice(0, 200);
        const before = await rowsOf(test.db, guild);
        expectToldOrAsked(await send(organiser, typed, options), what);
        if (!mayDoSomething.includes(typed)) expect(await rowsOf(test.db, guild), what).toBe(before);
      }
    }
    expect(logged(test, ERROR)).toEqual([]);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('are answered where parts of them are missing or broken, and logged once', async () => {
    const test = await startBot({ db: await open() });
    const { organiser } = await settle(test, 'Leeds');
    const next = { id: '1', type: 1, name: 'next' };
    const person = { id: organiser.id, username: 'ada' };
    const whole: Record<string, unknown>[] = [
      { entitlements: undefined },
      { entitlements: null, locale: null, guild_locale: undefined },
      { channel: undefined },
      { channel: null, channel_id: undefined },
      { app_permissions: undefined },
      { app_permissions: 'x' },
      { guild: null },
      { context: undefined, authorizing_integration_owners: undefined },
      { version: 7 },
      { message: null },
      { message: 'x' },
      { member: { user: person } },
      { member: { user: person, nick: 5, permissions: {} } },
      { member: undefined, user: person },
      { attachment_size_limit: 'x', something_new: { of: ['a', 'later', 'year'] } },
    ];
    for (const over of whole) {
      const what = JSON.stringify(over);
      expect(textOf(await organiser.sendRaw({ data: next, ...over })), what).toContain('What is next');
      expect(logged(test, WARN), what).toEqual([]);
    }
    const broken: { type?: number; data?: unknown }[] = [
      { data: null },
      { data: undefined },
      { data: [] },
      { data: 'next' },
      { data: {} },
      { data: { type: 1, name: 7 } },
      { data: { ...next, type: 2, target_id: '1' } },
      { data: { ...next, type: 99 } },
      { data: { ...next, options: 'x' } },
      { data: { ...next, options: [null] } },
      { data: { ...next, options: [{ name: 'x', type: 3, value: { a: 1 } }] } },
      { data: { ...next, options: [{ name: 'x', type: 2, options: [] }] } },
      { type: 3, data: null },
      { type: 3, data: { component_type: 2 } },
      { type: 3, data: { custom_id: 5 } },
      { type: 3, data: { component_type: 3, custom_id: 'track/enter/', values: 'x' } },
      { type: 5, data: null },
      { type: 5, data: { custom_id: 'settings/form/zone', components: 'x' } },
    ];
    for (const over of broken) {
      const what = JSON.stringify(over);
      const before = logged(test, WARN).length;
      const answer = await organiser.sendRaw(over);
      expectToldPrivately(answer, what);
      expect(textOf(answer), what).toContain('/help');
      expect(logged(test, WARN).length - before, what).toBe(1);
      expect(logged(test, ERROR), what).toEqual([]);
    }
    for (const custom of [
      { type: 5, data: { custom_id: 'settings/form/zone', components: [null, 5] } },
      { type: 5, data: { custom_id: 'settings/form/zone' } },
    ])
      expectToldOrAsked(await organiser.sendRaw(custom), JSON.stringify(custom));
  });

  it('go unanswered where nobody can be answered, and the next one is answered', async () => {
    const test = await startBot({ db: await open() });
    const { organiser } = await settle(test, 'Leeds');
    test.discord.answerWithinMs = 40;
    const nobody: Record<string, unknown>[] = [
      { member: undefined, user: undefined },
      { member: null },
      { member: {} },
      { member: { user: {} } },
      { type: 99, member: null },
      { type: 'x' },
      { id: null },
      { token: undefined },
      { application_id: null },
      { guild_id: 5 },
      { type: 1 },
    ];
    for (const over of nobody) {
      const what = JSON.stringify(over);
      const before = logged(test, WARN).length;
      const answer = await organiser.sendRaw({ data: { id: '1', type: 1, name: 'next' }, ...over });
      expect(answer.type, what).toBe('failed');
      expect(logged(test, WARN).length - before, what).toBeLessThanOrEqual(1);
      expect(logged(test, ERROR), what).toEqual([]);
    }
    test.discord.answerWithinMs = 3000;
    expect(textOf(await organiser.slash('next'))).toContain('What is next');
  });
});
