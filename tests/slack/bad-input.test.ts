// What no honest client sends: answered clearly, logged at most once, never a crash.
import { describe, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../support/databases.ts';
import {
  ERROR,
  HOSTILE_COMMANDS,
  HOSTILE_IDS,
  HOSTILE_TEXTS,
  HOSTILE_VALUES,
  logged,
  MAY_DO_SOMETHING,
  rowsOf,
  WARN,
} from '../support/forgery.ts';
import {
  chooseInMenu,
  expectToldPrivately,
  press,
  sender,
  settle,
  startBot,
  submitForm,
  textOf,
} from '../support/slack-forgery.ts';

/** Only one workspace has the token; the other is there to be left alone. */
const meet = async (options: Parameters<typeof startBot>[0] = {}) => {
  const test = await startBot(options);
  const leeds = await settle(test.workspace);
  return { test, leeds, ...leeds };
};

/** Slack's own kinds of ids, beside those of every platform. */
const SLACK_IDS = [
  ...[
    '#0!track/show/',
    '#2!',
    '#99999999999999999999!',
    '!!',
    '!#1!',
    'link#',
    'link#x',
    'link#1/x',
    '~long/',
    '~long/x',
  ],
  ...['?', '?*', '?start//topic', '?*done//topics', 'value', '<@U1>', '<!channel>', '&lt;!here&gt;', 'é'.repeat(255)],
  ...['x'.repeat(255), '~again/../../x', '~again/\u0000', '~again/\ud800', 'home/show/\u0000'],
];

describeOnBothDatabases('forged buttons, menus and forms', open => {
  it('are answered, whatever their id, and logged as no fault of ours', async () => {
    const { test, organiser } = await meet({ db: await open() });
    for (const id of [...HOSTILE_IDS, ...SLACK_IDS]) {
      const what = JSON.stringify(id).slice(0, 100);
      // A link that was opened needs no answer.
      if (!/^link#\d+$/.test(id)) expectToldPrivately(await press(organiser, id), `button ${what}`);
      for (const values of HOSTILE_VALUES) expectToldPrivately(await press(organiser, id, values), `menu ${what}`);
      if (id !== '') expectToldPrivately(await chooseInMenu(organiser, id), `overflow ${what}`);
    }
    expect(logged(test, WARN)).toEqual([]);
    expect(textOf(await organiser.type('/next'))).toContain('What is next');
    expect(test.slack.messages(organiser.channelId)).toEqual([]);
  });

  it('are answered where they are filled in, whatever their id and their fields', async () => {
    const { test, organiser } = await meet({ db: await open() });
    for (const id of [...HOSTILE_IDS, ...SLACK_IDS.slice(0, 8)]) {
      for (const value of HOSTILE_TEXTS.map(typed => typed.slice(0, 3000))) {
        const what = `form ${JSON.stringify(id)} ${value}`.slice(0, 200);
        expectToldPrivately(await submitForm(organiser, id, { value, roles: value }), what);
      }
    }
    expect(logged(test, WARN)).toEqual([]);
    expect(textOf(await organiser.type('/next'))).toContain('What is next');
    expect(test.slack.messages(organiser.channelId)).toEqual([]);
  });
});

/** As a person would type it. */
const lineOf = (options: Readonly<Record<string, unknown>>): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}:"${value}"`)
    .join(' ');

describeOnBothDatabases('commands that nobody would type', open => {
  it('are answered: unknown ones, and options that are unknown, huge, of the wrong kind or out of range', async () => {
    const { test, organiser, teamId } = await meet({ db: await open() });
    for (const [typed, many] of Object.entries(HOSTILE_COMMANDS)) {
      for (const options of many) {
        const [command = '', ...rest] = typed.split(' ');
        for (const text of [lineOf(options), Object.values(options).join(' ')]) {
          const what = `/${typed} ${text}`.slice(0, 200);
          const before = await rowsOf(test.db, teamId);
          const sent = { command: `/${command}`, text: [...rest, text].join(' ') };
          expectToldPrivately(await organiser.sendRaw('slash_commands', sent), what);
          if (!MAY_DO_SOMETHING.includes(typed)) expect(await rowsOf(test.db, teamId), what).toBe(before);
        }
      }
    }
    expect(logged(test, WARN)).toEqual([]);
  });

  it('are answered: what Slack makes of mentions and links, and characters that nobody sees', async () => {
    const { test, organiser, teamId } = await meet({ db: await open() });
    const typed = [
      ...[
        '<@U1>',
        '<@U1|ada>',
        '<!channel>',
        '<!here|here>',
        '<!subteam^S1|team>',
        '<#C1>',
        '<#C1|x>',
        '<#|>',
        '<@|>',
        '<!>',
      ],
      ...[
        '&lt;!channel&gt;',
        '&amp;lt;!channel&amp;gt;',
        '&amp;',
        '<https://evil.example|win>',
        '<https://evil.example>',
      ],
      ...[
        '<mailto:a@b.c|a@b.c>',
        '<<@U1>>',
        '<',
        '>',
        '<|>',
        '\u0000',
        '\ud800',
        '\u202e\u2066',
        '\u200b',
        '“',
        '"',
        '"x',
        "'",
      ],
      ...['{"a":1}', '%00', '`x`', '\n\n\n', '/', '//', '--', ':', '::', 'x:', ':x', '"":""', '😀'.repeat(2000)],
    ];
    const before = await rowsOf(test.db, teamId);
    for (const text of typed) {
      for (const command of ['/milepost', '/start', '/topics', '/help', text]) {
        const what = `${command} ${JSON.stringify(text)}`.slice(0, 200);
        if (command === '') continue;
        const answer = await organiser.sendRaw('slash_commands', { command, text });
        expectToldPrivately(answer, what);
        expect(textOf(answer), what).not.toMatch(/<[@!]|<https:\/\/evil/);
      }
    }
    // What Slack escaped is read as it was typed, and escaped once when it is shown.
    const shown = textOf(await organiser.sendRaw('slash_commands', { command: '/help', text: '&lt;b&gt;' }));
    expect(shown).toContain('&lt;b&gt;');
    expect(shown).not.toContain('&amp;');
    expect(await rowsOf(test.db, teamId)).toBe(before);
    expect(test.slack.ephemerals(organiser).filter(({ pings }) => pings.broadcast || pings.users.length > 0)).toEqual(
      [],
    );
    expect(logged(test, WARN)).toEqual([]);
  });
});

describeOnBothDatabases('forged type-ahead', open => {
  it('offers nothing for what takes no values, and the same as ever for what does', async () => {
    const { test, organiser, teamId } = await meet({ db: await open() });
    const before = await rowsOf(test.db, teamId);
    const form = await organiser.type('/start');
    const element = form.type === 'modal' ? form.view.blocks[0]?.element : undefined;
    if (!element) throw new Error('no form');
    for (const id of [
      '?nothing//topic',
      '?start//nothing',
      '?start/nothing/topic',
      '?constructor//x',
      '?start//constructor',
      'x',
      '?',
    ]) {
      element.action_id = id;
      for (const typed of ['', '\u0000', '\ud800', 'x'.repeat(3000), '<!channel>', '%', '.*+?^$()|[]\\']) {
        const logs = logged(test, WARN).length;
        const offered = (await organiser.typeahead('topic', typed, form)).map(({ value }) => value);
        expect(
          offered.filter(value => value !== typed.trim() && !value.startsWith('~long/')),
          id,
        ).toEqual([]);
        expect(logged(test, WARN).length - logs, `${id} ${typed}`.slice(0, 80)).toBeLessThanOrEqual(1);
      }
    }
    element.action_id = '?start//topic';
    expect((await organiser.typeahead('topic', 'safety', form)).length).toBeGreaterThan(1);
    expect(logged(test, ERROR)).toEqual([]);
    expect(await rowsOf(test.db, teamId)).toBe(before);
  });
});

describeOnBothDatabases('payloads of which parts are missing or broken', open => {
  it('are answered as long as it is clear who asks what, without a word in the log', async () => {
    const { test, organiser } = await meet({ db: await open() });
    const fine: Record<string, unknown>[] = [
      { team_domain: undefined, channel_name: undefined, user_name: undefined },
      { team_domain: 7, channel_name: {}, user_name: [] },
      { enterprise_id: null, enterprise_name: null, is_enterprise_install: undefined },
      { is_enterprise_install: {}, enterprise_id: '' },
      { api_app_id: 7, token: null },
      { trigger_id: undefined },
      { trigger_id: 7 },
      { channel_id: undefined },
      { channel_id: null },
      { user_name: '\u0000\ud800' },
      { user_name: 'x'.repeat(10_000) },
      { something_new: { of: ['a', 'later', 'year'] } },
    ];
    for (const over of fine) {
      const what = JSON.stringify(over).slice(0, 100);
      const answer = await organiser.sendRaw('slash_commands', { command: '/next', text: '', ...over });
      expect(textOf(answer), what).toContain('What is next');
      expect(logged(test, WARN), what).toEqual([]);
    }
    for (const response_url of [undefined, null, '', 7]) {
      const answer = await organiser.sendRaw('slash_commands', { command: '/next', text: '', response_url });
      expect(textOf(answer)).toContain('What is next');
    }
    expect(logged(test, WARN)).toEqual([]);
  });

  it('are answered by what they are not, and logged once', async () => {
    const { test, organiser, teamId } = await meet({ db: await open() });
    const before = await rowsOf(test.db, teamId);
    const broken: Record<string, unknown>[] = [
      { type: 'block_actions', actions: null },
      { type: 'block_actions', actions: [] },
      { type: 'block_actions', actions: 'x' },
      { type: 'block_actions', actions: [null] },
      { type: 'block_actions', actions: [{}] },
      { type: 'block_actions', actions: [{ action_id: 7 }] },
      { type: 'view_submission' },
      { type: 'view_submission', view: null },
      { type: 'message_action', callback_id: 'x', message: {} },
      { type: 'shortcut', callback_id: 'x' },
    ];
    for (const over of broken) {
      const what = JSON.stringify(over);
      const warned = logged(test, WARN).length;
      const answer = await organiser.sendRaw('interactive', { ...sender(organiser), ...over });
      expectToldPrivately(answer, what);
      expect(textOf(answer), what).toContain('/milepost help');
      expect(logged(test, WARN).length - warned, what).toBe(1);
    }
    expect(logged(test, ERROR)).toEqual([]);
    expect(await rowsOf(test.db, teamId)).toBe(before);
  });

  it('with ids that no database keeps touch nobody, and are logged once', async () => {
    const { test, organiser, teamId } = await meet({ db: await open() });
    test.slack.limits.answerWithinMs = 300;
    const before = await rowsOf(test.db, teamId);
    const people = (await test.db.query.select().from(test.db.tables.members)).length;
    for (const odd of ['\u0000', '\ud800', 'x'.repeat(10_000), ' ', '../..', "U1' or 1=1", '<!channel>']) {
      for (const [part, over] of Object.entries({
        who: { user: { id: odd, team_id: teamId } },
        team: { team: { id: odd } },
        enterprise: { enterprise: { id: odd } },
        channel: { channel: { id: odd }, container: { type: 'message', message_ts: '1.1', channel_id: odd } },
        message: { container: { type: 'message', message_ts: odd, channel_id: organiser.channelId } },
        trigger: { trigger_id: odd },
      })) {
        const what = `${part} ${JSON.stringify(odd).slice(0, 40)}`;
        const logs = logged(test, WARN).length;
        await press(organiser, 'home/show/', undefined, over);
        expect(logged(test, ERROR), what).toEqual([]);
        expect(logged(test, WARN).length - logs, what).toBeLessThanOrEqual(1);
      }
    }
    expect(await rowsOf(test.db, teamId)).toBe(before);
    expect(await test.db.query.select().from(test.db.tables.members)).toHaveLength(people);
    expect(textOf(await organiser.type('/next'))).toContain('What is next');
  });
});

describe.each(['socket', 'http'] as const)('what nobody can be answered for, over %s', transport => {
  it('is logged at most once, and the next honest command is answered', async () => {
    const { test, organiser, teamId } = await meet({ transport });
    test.slack.limits.answerWithinMs = 100;
    const before = await rowsOf(test.db, teamId);
    const nobody: [kind: 'slash_commands' | 'interactive', Record<string, unknown>][] = [
      ['slash_commands', { command: '/next', user_id: undefined }],
      ['slash_commands', { command: '/next', user_id: {} }],
      ['slash_commands', { command: '/next', team_id: undefined }],
      ['slash_commands', { command: '' }],
      ['interactive', { type: 'block_actions', team: { id: teamId }, user: null, actions: [{ action_id: 'next/x/' }] }],
      ['interactive', { type: 'block_actions', user: { id: organiser.id }, team: null, actions: [{}] }],
      ['interactive', { type: 'block_actions', user: 'x', team: 'x', channel: 'x', actions: 'x' }],
      ['interactive', { type: 'view_submission', user: {}, view: 7 }],
      ['interactive', { type: 'view_closed', view: 7 }],
      ['interactive', { type: 'block_suggestion' }],
      ['interactive', { type: 'block_suggestion', user: { id: '\u0000' }, team: { id: 'T' }, value: {} }],
      ['interactive', { type: 'dialog_submission', callback_id: 7 }],
      ['interactive', { type: 'interactive_message' }],
      ['interactive', { type: 'something_new' }],
      ['interactive', { type: 7 }],
      ['interactive', { type: null, command: undefined }],
      ['interactive', { type: 'event_callback', event: null }],
      ['interactive', { type: 'event_callback', team_id: teamId, event_time: 1, event: { type: 'something_new' } }],
      ['interactive', { type: 'event_callback', event: { type: 'app_home_opened' }, event_time: 'x' }],
    ];
    for (const [kind, payload] of nobody) {
      const what = JSON.stringify(payload);
      const logs = logged(test, WARN).length;
      const answer = await organiser.sendRaw(kind, { user_id: organiser.id, ...payload });
      expect(answer.type, what).toMatch(/nothing|failed/);
      expect(logged(test, WARN).length - logs, what).toBeLessThanOrEqual(1);
      expect(logged(test, ERROR), what).toEqual([]);
    }
    expect(await rowsOf(test.db, teamId)).toBe(before);
    test.slack.limits.answerWithinMs = 3000;
    expect(textOf(await organiser.type('/next'))).toContain('What is next');
  });

  it('such as an event that is unknown or broken does nothing', async () => {
    const { test, organiser, workspace, teamId } = await meet({ transport });
    const before = await rowsOf(test.db, teamId);
    const { id: user } = organiser;
    for (const event of [
      { type: 'app_home_opened' },
      { type: 'app_home_opened', user: 7 },
      { type: 'app_home_opened', user, tab: 7 },
      { type: 'app_home_opened', user: '\u0000', tab: 'home' },
      { type: 'tokens_revoked' },
      { type: 'tokens_revoked', tokens: 7 },
      { type: 'tokens_revoked', tokens: { bot: 'x' } },
      { type: 'tokens_revoked', tokens: { oauth: [user], bot: [] } },
    ]) {
      const what = JSON.stringify(event);
      const logs = logged(test, WARN).length;
      await workspace.tell(event);
      await test.slack.until(() => test.platform.isIdle());
      expect(logged(test, WARN).length - logs, what).toBeLessThanOrEqual(1);
      expect(logged(test, ERROR), what).toEqual([]);
    }
    // Taken away by word alone: the token still works.
    await workspace.tell({ type: 'app_uninstalled' });
    await test.slack.until(() => test.platform.isIdle());
    expect(await rowsOf(test.db, teamId)).toBe(before);
    expect(textOf(await organiser.type('/next'))).toContain('What is next');
    expect(await organiser.openHome()).toMatchObject({ type: 'home' });
  });
});
