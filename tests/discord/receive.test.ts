import { type APIInteraction, PermissionFlagsBits as P } from 'discord-api-types/v10';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAction } from '../../src/command.ts';
import { encodeCustomId, encodeMenuId } from '../../src/discord/custom-id.ts';
import { type Place, type Received, receive } from '../../src/discord/receive.ts';

const APP = '100000000000000001';
const GUILD = '200000000000000002';
const OTHER_GUILD = '200000000000000099';
const CHANNEL = '300000000000000003';
const DIRECT = '300000000000000004';
const FAYE = '400000000000000005';
const MESSAGE = '500000000000000006';
const ID = '600000000000000007';
const TOKEN = 'aW50ZXJhY3Rpb246NjAw';

type Json = Record<string, unknown>;

const faye = (more: Json = {}): Json => ({
  id: FAYE,
  username: 'faye_1',
  discriminator: '0',
  global_name: 'Faye Valentine',
  avatar: null,
  public_flags: 0,
  ...more,
});

/** The envelope of every interaction, as Discord sends it from a server. */
const inGuild = (
  more: Json,
  { permissions = P.ViewChannel | P.SendMessages, nick = 'Faye' as string | null } = {},
) => ({
  id: ID,
  application_id: APP,
  token: TOKEN,
  version: 1,
  guild_id: GUILD,
  guild: { id: GUILD, locale: 'en-US', features: [] },
  guild_locale: 'en-US',
  channel_id: CHANNEL,
  channel: { id: CHANNEL, type: 0, guild_id: GUILD, name: 'general', permissions: '2147483647' },
  member: { user: faye(), nick, roles: [], permissions: String(permissions), joined_at: '2026-01-01T00:00:00Z' },
  app_permissions: String(P.ViewChannel | P.SendMessages | P.AttachFiles),
  locale: 'de',
  entitlements: [],
  authorizing_integration_owners: { '0': GUILD },
  context: 0,
  attachment_size_limit: 10485760,
  ...more,
});

/** The same from direct messages with the bot. */
const inDirect = (more: Json): Json => {
  const { guild_id: _id, guild: _guild, guild_locale: _locale, member: _member, ...rest } = inGuild(more);
  return {
    ...rest,
    channel_id: DIRECT,
    channel: { id: DIRECT, type: 1 },
    user: faye(),
    authorizing_integration_owners: { '0': '0' },
    context: 1,
    ...more,
  };
};

const slash = (name: string, options: Json[] = []) => ({
  type: 2,
  data: { id: '700000000000000008', name, type: 1, guild_id: GUILD, options, resolved: {} },
});
const message = (flags = 32768) => ({ id: MESSAGE, type: 0, channel_id: CHANNEL, flags, components: [], content: '' });
const press = (customId: string, flags?: number) => ({
  type: 3,
  message: message(flags),
  data: { component_type: 2, custom_id: customId, id: 4 },
});
const choose = (customId: string, values: string[]) => ({
  type: 3,
  message: message(),
  data: { component_type: 3, custom_id: customId, values, id: 4 },
});
const submit = (customId: string, components: unknown[], from?: Json) => ({
  type: 5,
  ...(from && { message: from }),
  data: { custom_id: customId, components, resolved: {} },
});
const label = (component: Json): Json => ({ type: 18, id: 1, component: { id: 2, ...component } });

const received = (payload: unknown): Received => receive(payload as APIInteraction);
const interactionOf = (payload: unknown) => {
  const got = received(payload);
  if (got.type !== 'interaction') throw new Error(`received ${JSON.stringify(got.type)}`);
  return got;
};
const placeOf = (payload: unknown): Place => interactionOf(payload).place;

describe('a slash command', () => {
  it('is its name, its subcommand and the values as Discord gives them', () => {
    const set = slash('schedule', [
      {
        type: 1,
        name: 'set',
        options: [
          { type: 3, name: 'kind', value: 'digest' },
          { type: 7, name: 'channel', value: CHANNEL },
          { type: 4, name: 'topics', value: 2 },
          { type: 5, name: 'thread', value: true },
        ],
      },
    ]);
    expect(interactionOf(inGuild(set))).toMatchObject({
      command: 'schedule',
      interaction: {
        type: 'command',
        command: 'schedule',
        subcommand: 'set',
        options: { kind: 'digest', channel: CHANNEL, topics: 2, thread: true },
      },
    });
  });

  it('without subcommands has its options at top level, or none at all', () => {
    const done = slash('done', [{ type: 3, name: 'topics', value: 'testing' }]);
    expect(interactionOf(inGuild(done)).interaction).toEqual({
      type: 'command',
      command: 'done',
      options: { topics: 'testing' },
    });
    const next = { type: 2, data: { id: '700000000000000008', name: 'next', type: 1 } };
    expect(interactionOf(inGuild(next)).interaction).toEqual({ type: 'command', command: 'next', options: {} });
  });

  it('that is none of ours reaches the app by its name, which answers it', () => {
    const odd = slash('gone', [{ type: 3, name: '__proto__', value: 'x' }]);
    const { interaction } = interactionOf(inGuild(odd));
    expect(interaction).toMatchObject({ type: 'command', command: 'gone' });
    expect(Object.keys('options' in interaction ? interaction.options : {})).toEqual(['__proto__']);
  });
});

describe('who did it and where', () => {
  it('is the member of the server, with the permissions Milepost has in the channel', () => {
    expect(placeOf(inGuild(slash('next')))).toEqual({
      locale: 'de',
      applicationId: APP,
      id: ID,
      token: TOKEN,
      guildId: GUILD,
      channelId: CHANNEL,
      userId: FAYE,
      userName: 'Faye',
      organiser: false,
    });
  });

  it('is called by the name on the server, else the one shown everywhere, else that of the account', () => {
    expect(placeOf(inGuild(slash('next'), { nick: null })).userName).toBe('Faye Valentine');
    const plain = { ...inGuild(slash('next')), member: { user: faye({ global_name: null }), permissions: '0' } };
    expect(placeOf(plain).userName).toBe('faye_1');
    expect(placeOf({ ...plain, member: { user: { id: FAYE } } }).userName).toBe('');
  });

  it.each([
    ['Manage Server', P.ManageGuild, true],
    ['Administrator', P.Administrator, true],
    ['neither', ~(P.ManageGuild | P.Administrator) & ((1n << 53n) - 1n), false],
  ])('is an organiser by permissions: %s', (_, permissions, organiser) => {
    expect(placeOf(inGuild(slash('next'), { permissions })).organiser).toBe(organiser);
  });

  it('in direct messages is the user, of no server and never an organiser', () => {
    const place = placeOf(inDirect(slash('next')));
    expect(place).toMatchObject({ userId: FAYE, userName: 'Faye Valentine', channelId: DIRECT, organiser: false });
    expect(place).not.toHaveProperty('guildId');
    const forged = { ...inDirect(slash('next')), member: { user: faye(), permissions: String(P.Administrator) } };
    expect(placeOf(forged).organiser).toBe(false);
  });
});

describe('a pressed button', () => {
  const action = encodeAction('done', 'done', 'testing');

  it('is its action, and the message it was on', () => {
    const got = interactionOf(inGuild(press(encodeCustomId(action))));
    expect(got.interaction).toEqual({ type: 'action', action, values: [] });
    expect(got.command).toBe('done');
    expect(got.place.source).toEqual({ messageId: MESSAGE, isPrivate: false });
  });

  it('is on a private message where only this person sees it: a hidden one, or any in direct messages', () => {
    const id = encodeCustomId(action);
    expect(placeOf(inGuild(press(id, 32768 | 64))).source?.isPrivate).toBe(true);
    expect(placeOf(inDirect(press(id))).source?.isPrivate).toBe(true);
    // A group's direct messages: no server either, but others read along.
    expect(placeOf({ ...inDirect(press(id)), context: 2 }).source?.isPrivate).toBe(false);
  });

  it('in direct messages says for which community it is; on a server the server says it', () => {
    const id = encodeCustomId(action, { communityId: OTHER_GUILD, occurrence: 2 });
    const direct = interactionOf(inDirect(press(id)));
    expect(direct.place.hintedCommunityId).toBe(OTHER_GUILD);
    expect(direct.interaction).toEqual({ type: 'action', action, values: [] });
    expect(placeOf(inGuild(press(id)))).toMatchObject({ guildId: GUILD });
    expect(placeOf(inGuild(press(id)))).not.toHaveProperty('hintedCommunityId');
    expect(placeOf(inDirect(press(encodeCustomId(action))))).not.toHaveProperty('hintedCommunityId');
  });

  it('that nobody made reaches the app as it is, for no command', () => {
    for (const odd of ['x', '', 'a/b', `${'x'.repeat(120)}/a/b`, '../../etc/passwd']) {
      const got = interactionOf(inGuild(press(odd)));
      expect(got).toMatchObject({ command: '', interaction: { type: 'action', action: odd, values: [] } });
    }
  });
});

describe('a choice in a select', () => {
  it('is the action with what was chosen', () => {
    const action = encodeAction('roles', 'select');
    expect(interactionOf(inGuild(choose(encodeCustomId(action), ['a', 'b']))).interaction).toEqual({
      type: 'action',
      action,
      values: ['a', 'b'],
    });
  });

  it('that stands for a row of buttons is the button that was chosen', () => {
    const action = encodeAction('quiz', 'answer', 'testing:0:1');
    const got = interactionOf(inDirect(choose(encodeMenuId(2, OTHER_GUILD), [action])));
    expect(got).toMatchObject({ command: 'quiz', interaction: { type: 'action', action, values: [] } });
    expect(got.place.hintedCommunityId).toBe(OTHER_GUILD);
  });

  it('with values that are no texts is refused: taken for empty it would clear what was chosen before', () => {
    const odd = inGuild({ type: 3, message: message(), data: { custom_id: 'roles/select/', values: [1, 2] } });
    expect(received(odd)).toMatchObject({ type: 'unknown', reason: 'a malformed component', place: { userId: FAYE } });
  });
});

describe('a submitted form', () => {
  it('is its fields by name: texts, and lists from selects', () => {
    const modal = encodeAction('roles', 'options', 'select');
    const form = submit(encodeCustomId(modal, { communityId: OTHER_GUILD }), [
      { type: 10, id: 9 },
      label({ type: 4, custom_id: 'name', value: 'Faye' }),
      label({ type: 4, custom_id: 'empty', value: '' }),
      label({ type: 3, custom_id: 'roles', values: ['platform_engineer', 'security_engineer'] }),
      label({ type: 21, custom_id: 'one', value: 'a' }),
      label({ type: 21, custom_id: 'none', value: null }),
      label({ type: 22, custom_id: 'several', values: ['a', 'b'] }),
      label({ type: 23, custom_id: 'agree', value: true }),
    ]);
    const got = interactionOf(inDirect(form));
    expect(got).toMatchObject({ command: 'roles', place: { hintedCommunityId: OTHER_GUILD } });
    expect(got.interaction).toEqual({
      type: 'modal',
      modal,
      fields: {
        name: 'Faye',
        empty: '',
        roles: ['platform_engineer', 'security_engineer'],
        one: 'a',
        several: ['a', 'b'],
        agree: 'true',
      },
    });
    expect(got.place).not.toHaveProperty('source');
  });

  it('in the older form with action rows is read as well', () => {
    const form = submit('settings/form/zone', [
      { type: 1, components: [{ type: 4, custom_id: 'value', value: 'Berlin' }] },
    ]);
    expect(interactionOf(inGuild(form)).interaction).toEqual({
      type: 'modal',
      modal: 'settings/form/zone',
      fields: { value: 'Berlin' },
    });
  });

  it('opened by a button knows the message of that button', () => {
    const form = submit('settings/form/zone', [label({ type: 4, custom_id: 'value', value: 'Berlin' })], message(64));
    expect(placeOf(inGuild(form)).source).toEqual({ messageId: MESSAGE, isPrivate: true });
  });

  it('leaves out fields that cannot be read', () => {
    const form = submit('settings/form/zone', [
      label({ type: 4, value: 'nameless' }),
      { type: 18 },
      { type: 1, components: 'x' },
      { type: 99 },
      label({ type: 4, custom_id: 'value', value: 'Berlin' }),
    ]);
    expect(interactionOf(inGuild(form)).interaction).toMatchObject({ fields: { value: 'Berlin' } });
  });
});

describe('type-ahead', () => {
  it('is for the option that is being typed, with what is there so far', () => {
    const typing = {
      ...slash('topics', [
        { type: 1, name: 'show', options: [{ type: 3, name: 'topic', value: 'alig', focused: true }] },
      ]),
      type: 4,
    };
    expect(received(inGuild(typing))).toMatchObject({
      type: 'autocomplete',
      place: { guildId: GUILD, userId: FAYE },
      at: { command: 'topics', subcommand: 'show', option: 'topic', typed: 'alig', integer: false },
    });
  });

  it('of a command without subcommands, beside options that are filled in', () => {
    const options = [
      { type: 3, name: 'topics', value: 'testing' },
      { type: 3, name: 'more', value: '', focused: true },
    ];
    expect(received(inGuild({ ...slash('done', options), type: 4 }))).toMatchObject({
      at: { command: 'done', subcommand: '', option: 'more', typed: '' },
    });
  });

  it('of a number comes as the text typed so far, and says that it takes numbers', () => {
    const options = [{ type: 1, name: 'pause', options: [{ type: 4, name: 'schedule', value: '1x', focused: true }] }];
    expect(received(inGuild({ ...slash('schedule', options), type: 4 }))).toMatchObject({
      at: { option: 'schedule', typed: '1x', integer: true },
    });
  });

  it('for no option is unknown', () => {
    expect(received(inGuild({ ...slash('done'), type: 4 })).type).toBe('unknown');
  });
});

describe('what is nothing of ours', () => {
  it('Discord’s ping is a ping', () => {
    expect(received({ id: ID, application_id: APP, type: 1, token: TOKEN, version: 1 })).toEqual({ type: 'ping' });
    expect(received({ type: 1 })).toEqual({ type: 'ping' });
  });

  it.each<[what: string, payload: Json]>([
    ['a command on a user', { type: 2, data: { id: '7', name: 'Profile', type: 2, target_id: FAYE } }],
    ['a command on a message', { type: 2, data: { id: '7', name: 'Save', type: 3, target_id: MESSAGE } }],
    ['a group of subcommands', slash('track', [{ type: 2, name: 'group', options: [{ type: 1, name: 'select' }] }])],
    ['a command without a name', { type: 2, data: { type: 1 } }],
    ['a command without data', { type: 2 }],
    ['a button without an id', { type: 3, data: { component_type: 2 } }],
    ['a form without an id', { type: 5, data: { components: [] } }],
    ['a form whose parts are none', submit('settings/form/zone', ['x'])],
    ['a kind that does not exist yet', { type: 77, data: {} }],
  ])('%s can be answered: its place is known', (_, payload) => {
    expect(received(inGuild(payload))).toMatchObject({ type: 'unknown', place: { userId: FAYE, token: TOKEN } });
  });

  it.each<[what: string, payload: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'INTERACTION'],
    ['a list', []],
    ['an empty object', {}],
    ['one without a token', { ...inGuild(slash('next')), token: undefined }],
    ['one of nobody', { ...inGuild(slash('next')), member: undefined }],
    ['a press of nobody', { ...inGuild(press('done/done/testing')), member: undefined }],
    ['one whose server is no id', { ...inGuild(slash('next')), guild_id: 5 }],
    ['one whose member is no id', { ...inGuild(slash('next')), member: { user: { id: 5 } } }],
  ])('%s is unknown and cannot be answered', (_, payload) => {
    const got = received(payload);
    expect(got.type).toBe('unknown');
    expect(got).not.toHaveProperty('place');
  });

  it('whatever comes over the net, it never throws', () => {
    const type = fc.integer({ min: 0, max: 6 });
    const envelope = fc.record({ type, id: fc.constant(ID), data: fc.jsonValue(), message: fc.jsonValue() });
    const isAnswered = (payload: unknown): boolean => typeof received(payload).type === 'string';
    fc.assert(fc.property(fc.jsonValue(), isAnswered));
    fc.assert(fc.property(envelope, payload => isAnswered(inGuild(payload))));
  });

  it('one broken part of a payload never makes anybody else or an organiser of the person', () => {
    const payloads = [
      inGuild(slash('topics', [{ type: 1, name: 'show', options: [{ type: 3, name: 'topic', value: 'x' }] }])),
      inGuild(press(encodeCustomId('done/done/testing', { communityId: OTHER_GUILD }), 64)),
      inDirect(choose(encodeMenuId(1, OTHER_GUILD), ['done/done/testing'])),
      inGuild(submit('settings/form/zone', [label({ type: 4, custom_id: 'value', value: 'Berlin' })], message())),
    ];
    const pathsOf = (part: unknown, path: string[] = []): string[][] => [
      ...(path.length > 0 ? [path] : []),
      ...(typeof part === 'object' && part !== null
        ? Object.entries(part).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))
        : []),
    ];
    const broken = (payload: unknown, [key = '', ...rest]: string[], by: unknown): unknown => {
      const copy = (Array.isArray(payload) ? [...payload] : { ...(payload as Json) }) as Json;
      copy[key] = rest.length === 0 ? by : broken(copy[key], rest, by);
      return copy;
    };
    const cases = payloads.flatMap(payload => pathsOf(payload).map(path => ({ payload, path })));
    const junk = fc.oneof(fc.constant(undefined), fc.constant({}), fc.integer(), fc.boolean(), fc.array(fc.integer()));
    fc.assert(
      fc.property(fc.constantFrom(...cases), junk, ({ payload, path }, by) => {
        const got = received(broken(payload, path, by));
        if (!('place' in got) || !got.place) return;
        expect(got.place).toMatchObject({ userId: FAYE, organiser: false });
        expect([undefined, GUILD]).toContain(got.place.guildId);
      }),
      { numRuns: 2000 },
    );
  });
});
