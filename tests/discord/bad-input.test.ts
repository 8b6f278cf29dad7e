// What no honest client sends: answered clearly, logged at most once, never a crash.
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../support/databases.ts';
import {
  expectToldOrAsked,
  expectToldPrivately,
  press,
  send,
  settle,
  startBot,
  submitForm,
  textOf,
} from '../support/discord-forgery.ts';
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

describeOnBothDatabases('forged buttons, selects and forms', open => {
  it('are answered, whatever their id, and logged as no fault of ours', async () => {
    const test = await startBot({ db: await open() });
    const { organiser, guild } = await settle(test, 'Leeds');
    const neighbours = await settle(test, 'Oslo');
    const before = await rowsOf(test.db, neighbours.guild.id);
    for (const id of HOSTILE_IDS) {
      expectToldOrAsked(await press(organiser, id), `button ${JSON.stringify(id)}`);
      for (const values of HOSTILE_VALUES)
        expectToldOrAsked(await press(organiser, id, values), `select ${JSON.stringify(id)} ${values}`);
      for (const value of HOSTILE_TEXTS)
        expectToldOrAsked(await submitForm(organiser, id, { value, roles: value }), `form ${JSON.stringify(id)}`);
    }
    expect(logged(test, ERROR)).toEqual([]);
    expect(await rowsOf(test.db, neighbours.guild.id)).toBe(before);
    expect(await organiser.slash('next')).toMatchObject({ type: 'message' });
    expect(guild.id).not.toBe(neighbours.guild.id);
  });
});

describeOnBothDatabases('commands that Discord would not send', open => {
  it('are answered: unknown ones, and options that are unknown, huge, of the wrong kind or out of range', async () => {
    const test = await startBot({ db: await open() });
    const { organiser, guild } = await settle(test, 'Leeds');
    for (const [typed, many] of Object.entries(HOSTILE_COMMANDS)) {
      for (const options of many) {
        const what = `/${typed} ${JSON.stringify(options)}`.slice(0, 200);
        const before = await rowsOf(test.db, guild.id);
        expectToldOrAsked(await send(organiser, typed, options), what);
        if (!MAY_DO_SOMETHING.includes(typed)) expect(await rowsOf(test.db, guild.id), what).toBe(before);
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
