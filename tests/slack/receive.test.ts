import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../src/command.ts';
import { parseCommandText } from '../../src/command-text.ts';
import { loadCommands } from '../../src/commands.ts';
import { encodeActionId, encodeFieldId, encodeLinkId, encodeMenuId, FIELD_ACTION } from '../../src/slack/action-id.ts';
import { createSlackNames } from '../../src/slack/names.ts';
import { receive } from '../../src/slack/receive.ts';
import type { Received } from '../../src/slack/received.ts';

const commands = await loadCommands();
const names = createSlackNames(commands);
const withPrefix = createSlackNames(commands, 'mp');

const TEAM = 'T0123456789';
const ORG = 'E0123456789';
const FAYE = 'U0123456789';
const CHANNEL = 'C0123456789';
const TS = '1764000000.000100';
const RESPONSE = 'https://hooks.slack.com/actions/T0123456789/1/secret';
const TRIGGER = '13345224609.738474920.8088930838d88f008e0';

type Json = Record<string, unknown>;

// As Slack's documentation shows them.
const slash = (command: string, text = '', more: Json = {}): Json => ({
  token: 'gIkuvaNzQIHg97ATvDxqgjtO',
  team_id: TEAM,
  team_domain: 'readers',
  channel_id: CHANNEL,
  channel_name: 'learning',
  user_id: FAYE,
  user_name: 'faye',
  command,
  text,
  api_app_id: 'A123456',
  is_enterprise_install: 'false',
  response_url: RESPONSE,
  trigger_id: TRIGGER,
  ...more,
});
const common = {
  team: { id: TEAM, domain: 'readers' },
  enterprise: null,
  is_enterprise_install: false,
  user: { id: FAYE, username: 'faye', name: 'faye', team_id: TEAM },
  api_app_id: 'A123456',
  token: '9s8d9as89d8as9d8as989',
};
const blockActions = (action: Json, more: Json = {}): Json => ({
  type: 'block_actions',
  ...common,
  container: { type: 'message', message_ts: TS, channel_id: CHANNEL, is_ephemeral: false },
  trigger_id: TRIGGER,
  channel: { id: CHANNEL, name: 'learning' },
  message: { type: 'message', ts: TS, text: 'Your week' },
  response_url: RESPONSE,
  actions: [{ block_id: 'b', action_ts: '1764000001.000', ...action }],
  ...more,
});
const button = (action_id: string): Json => ({ type: 'button', action_id, text: { type: 'plain_text', text: 'Done' } });
const option = (value: string): Json => ({ text: { type: 'plain_text', text: value }, value });
const view = (more: Json = {}): Json => ({
  id: 'VHU13V36C',
  team_id: TEAM,
  type: 'modal',
  callback_id: 'track/options/select',
  private_metadata: '{"from":1}',
  state: { values: {} },
  app_installed_team_id: TEAM,
  ...more,
});
const submission = (values: Json, more: Json = {}): Json => ({
  type: 'view_submission',
  ...common,
  trigger_id: TRIGGER,
  view: view({ state: { values } }),
  response_urls: [],
  ...more,
});
const homeOpened = (event: Json = {}, more: Json = {}): Json => ({
  token: 'XXYYZZ',
  team_id: TEAM,
  api_app_id: 'A123456',
  event: { type: 'app_home_opened', user: FAYE, channel: 'D0123456789', tab: 'home', event_ts: TS, ...event },
  type: 'event_callback',
  event_id: 'Ev08MFMKH6',
  event_time: 1764000000,
  authorizations: [{ enterprise_id: null, team_id: TEAM, user_id: 'U1', is_bot: true, is_enterprise_install: false }],
  ...more,
});

const requireType = <T extends Received['type']>(got: Received, type: T): Extract<Received, { type: T }> => {
  if (got.type !== type) throw new Error(`it is ${JSON.stringify(got)}`);
  return got as Extract<Received, { type: T }>;
};
const acted = (payload: unknown, by = names) => requireType(receive(payload, by), 'interaction');
const said = (payload: unknown, by = names): string => {
  const { interaction } = acted(payload, by);
  return interaction.type === 'text' ? interaction.text : '';
};

describe('a slash command', () => {
  it('is the line that was typed, with who and where', () => {
    expect(receive(slash('/track', 'select engineering'), names)).toEqual({
      type: 'interaction',
      interaction: { type: 'text', text: '/track select engineering' },
      command: 'track',
      place: {
        teamId: TEAM,
        teamDomain: 'readers',
        isOrgInstall: false,
        channelId: CHANNEL,
        userId: FAYE,
        userName: 'faye',
        triggerId: TRIGGER,
        responseUrl: RESPONSE,
        isDirect: false,
      },
    });
  });

  it.each([
    ['/milepost', '', '/help', 'help'],
    ['/milepost', 'track select engineering', '/track select engineering', 'track'],
    ['/milepost', ' /track select engineering', '/track select engineering', 'track'],
    ['/MILEPOST', 'Help topics', '/Help topics', 'help'],
    ['/track', '', '/track', 'track'],
    ['/track', '  show  ', '/track show', 'track'],
  ])('%s with “%s” reads %s', (command, text, expected, name) => {
    const got = acted(slash(command, text));
    expect(got).toMatchObject({ interaction: { text: expected }, command: name });
  });

  it('is read without its prefix, and by its own name where the manifest has another prefix or none', () => {
    expect(said(slash('/mp-track', 'show'), withPrefix)).toBe('/track show');
    expect(said(slash('/milepost', 'track show'), withPrefix)).toBe('/track show');
    expect(said(slash('/track', 'show'), withPrefix)).toBe('/track show');
    expect(said(slash('/old-track', 'show'), withPrefix)).toBe('/old-track show');
  });

  it.each([
    ['digest channel:<#C0123456789|general>', 'digest channel:<#C0123456789|general>'],
    ['digest channel:<#G0123456789|>', 'digest channel:<#G0123456789|>'],
    ['a &lt;b&gt; &amp;amp; c', 'a <b> &amp; c'],
    ['<@U0123456789|faye> and <@U9876543210>', '@faye and @U9876543210'],
    ['<!here> <!subteam^S1|@team> <!channel|@channel>', '@here @team @channel'],
    [
      '<https://example.org/a?b=1&amp;c=2> <http://example.org|example.org>',
      'https://example.org/a?b=1&c=2 example.org',
    ],
    ['<mailto:a@example.org|a@example.org>', 'a@example.org'],
    ['1 < 2 > 0 <b> <>', '1 < 2 > 0 <b> <>'],
  ])('has what was typed in place of Slack’s own writing: %s', (text, expected) => {
    expect(said(slash('/schedule', text))).toBe(`/schedule ${expected}`);
  });

  it('knows its organisation, and what is said between two people', () => {
    const payload = slash('/next', '', {
      enterprise_id: ORG,
      is_enterprise_install: 'true',
      channel_id: 'D0123456789',
      channel_name: 'directmessage',
    });
    expect(acted(payload).place).toMatchObject({ enterpriseId: ORG, isOrgInstall: true, isDirect: true });
  });
});

describe('how a command is typed', () => {
  it('is its own name, or /milepost before what is Slack’s', () => {
    expect(names.typed('topics show')).toBe('/topics show');
    expect(names.typed('help')).toBe('/milepost help');
    expect(names.typed('help topics')).toBe('/milepost help topics');
    expect(names.typed('milepost')).toBe('/milepost');
    expect(withPrefix.typed('topics show')).toBe('/mp-topics show');
    expect(withPrefix.typed('help')).toBe('/mp-help');
  });

  it('leaves alone what is no command of ours', () => {
    expect(names.typed('etc')).toBe('/etc');
    const words = 'See /help, or /topics list. “/help” is not in /home/user, nor is /nothing.';
    expect(names.renamed(words)).toBe(words.replace('/help', '/milepost help'));
    expect(withPrefix.renamed('/topics show, then /done')).toBe('/mp-topics show, then /mp-done');
    expect(withPrefix.typed('remind me')).toBe('/remind me');
  });

  it('is read back as the command that it was, for every command and every prefix', () => {
    const odd = new Map(
      ['help', 'topic', 'a234567890123456789012345678901'].map(name => [
        name,
        defineCommand({
          name,
          description: name,
          audience: 'member',
          visibility: 'private',
          run: () => ({ type: 'message', message: { blocks: [] } }),
        }),
      ]),
    );
    for (const known of [commands, odd]) {
      for (const prefix of [undefined, 'mp', 'milepost', 'a234567890123456']) {
        const { typed, readSlash } = createSlackNames(known, prefix);
        for (const name of known.keys()) {
          const [, command = '', text = ''] = /^(\/\S+) ?(.*)$/.exec(typed(`${name} help`)) ?? [];
          expect(command.length).toBeLessThanOrEqual(32);
          expect(parseCommandText(known, readSlash({ command, text }))).toMatchObject({
            command: { name },
            help: true,
          });
        }
      }
    }
  });
});

describe('a press', () => {
  it('is our action, with the message it was on', () => {
    expect(receive(blockActions(button('done/done/alignment-problem')), names)).toEqual({
      type: 'interaction',
      interaction: { type: 'action', action: 'done/done/alignment-problem', values: [] },
      command: 'done',
      place: {
        teamId: TEAM,
        teamDomain: 'readers',
        isOrgInstall: false,
        channelId: CHANNEL,
        userId: FAYE,
        userName: 'faye',
        triggerId: TRIGGER,
        responseUrl: RESPONSE,
        isDirect: false,
        source: { type: 'message', messageTs: TS, isEphemeral: false },
      },
    });
  });

  it('on a private message says so', () => {
    const container = { type: 'message', message_ts: TS, channel_id: CHANNEL, is_ephemeral: true };
    const { message: _, ...rest } = blockActions(button('next/show/'), { container });
    expect(acted(rest).place.source).toEqual({ type: 'message', messageTs: TS, isEphemeral: true });
  });

  it('is the same whichever way the button had to be written', () => {
    const action = 'done/done/x';
    const overflow = { type: 'overflow', action_id: encodeMenuId(2), selected_option: option(action) };
    for (const pressed of [button(encodeActionId(action, 3)), overflow])
      expect(acted(blockActions(pressed))).toMatchObject({ interaction: { action, values: [] }, command: 'done' });
  });

  it('carries what was chosen, one, several or nothing any more', () => {
    const action_id = 'roles/choose/';
    const one = { type: 'static_select', action_id, selected_option: option('a') };
    const several = { type: 'multi_static_select', action_id, selected_options: [option('a'), option('b')] };
    const nothing = { type: 'static_select', action_id, selected_option: null };
    const valuesOf = (action: Json) => acted(blockActions(action)).interaction;
    expect(valuesOf(one)).toMatchObject({ values: ['a'] });
    expect(valuesOf(several)).toMatchObject({ values: ['a', 'b'] });
    expect(valuesOf(nothing)).toMatchObject({ values: [] });
  });

  it('in Home has no channel and no address to answer to', () => {
    const home = view({ type: 'home', callback_id: '', private_metadata: '' });
    const {
      channel: _c,
      message: _m,
      response_url: _r,
      ...payload
    } = blockActions(button('next/show/'), { container: { type: 'view', view_id: 'VHU13V36C' }, view: home });
    const { place, interaction } = acted(payload);
    expect(interaction).toEqual({ type: 'action', action: 'next/show/', values: [] });
    expect(place.source).toEqual({ type: 'view', viewId: 'VHU13V36C', viewType: 'home' });
    expect(place).not.toHaveProperty('channelId');
    expect(place).not.toHaveProperty('responseUrl');
  });

  it('of a link, and a choice in a form that is still open, is only acknowledged', () => {
    expect(receive(blockActions(button(encodeLinkId(1))), names).type).toBe('ignored');
    const choice = { type: 'static_select', action_id: FIELD_ACTION, selected_option: option('a') };
    expect(receive(blockActions(choice, { view: view() }), names).type).toBe('ignored');
  });

  it('of something that is not ours is handed on for the app to say so', () => {
    expect(acted(blockActions(button('of another app')))).toMatchObject({
      interaction: { action: 'of another app' },
      command: '',
    });
  });

  it('belongs to the workspace it was in, also where an organisation installed Milepost', () => {
    const org = { enterprise: { id: ORG, name: 'Organisation' }, is_enterprise_install: true };
    expect(acted(blockActions(button('a/b/'), org)).place).toMatchObject({
      teamId: TEAM,
      enterpriseId: ORG,
      isOrgInstall: true,
    });
    const guest = { user: { id: FAYE, name: 'faye', team_id: 'T0000000GUEST' } };
    expect(acted(blockActions(button('a/b/'), guest)).place.teamId).toBe(TEAM);
  });
});

describe('a form', () => {
  const state = (value: Json): Json => ({ [FIELD_ACTION]: value });

  it('that is sent holds its fields by their names', () => {
    const payload = submission({
      track: state({ type: 'static_select', selected_option: option('research') }),
      roles: state({ type: 'multi_static_select', selected_options: [option('a'), option('b')] }),
      note: state({ type: 'plain_text_input', value: 'a & b' }),
      empty: state({ type: 'plain_text_input', value: null }),
      none: state({ type: 'static_select', selected_option: null }),
      channel: state({ type: 'conversations_select', selected_conversation: 'C0000000001' }),
      anywhere: state({ type: 'conversations_select', selected_conversation: null }),
      topic: { '?start//topic': { type: 'external_select', selected_option: option('what-is-safety') } },
      words: { '?*pick//words': { type: 'multi_external_select', selected_options: [option('x'), option('y')] } },
      other: { 'of another app': { type: 'plain_text_input', value: 'z' } },
    });
    expect(acted(payload).interaction).not.toHaveProperty('fields.other');
    expect(receive(payload, names)).toMatchObject({
      type: 'interaction',
      interaction: {
        type: 'modal',
        modal: 'track/options/select',
        fields: {
          track: 'research',
          roles: ['a', 'b'],
          note: 'a & b',
          empty: '',
          none: '',
          channel: 'C0000000001',
          anywhere: '',
          topic: 'what-is-safety',
          words: ['x', 'y'],
        },
      },
      command: 'track',
      place: { source: { type: 'view', viewId: 'VHU13V36C', viewType: 'modal', privateMetadata: '{"from":1}' } },
    });
  });

  it('with an odd field keeps the others', () => {
    const payload = submission({
      odd: { [FIELD_ACTION]: 'odd' },
      odder: 7,
      note: state({ type: 'plain_text_input', value: 'kept' }),
    });
    expect(acted(payload).interaction).toMatchObject({ fields: { note: 'kept' } });
  });

  it('that is closed is only acknowledged', () => {
    expect(receive({ type: 'view_closed', ...common, view: view(), is_cleared: false }, names).type).toBe('ignored');
  });
});

describe('type-ahead', () => {
  const suggestion = (more: Json): Json => ({
    type: 'block_suggestion',
    ...common,
    action_id: encodeFieldId({ command: 'start', subcommand: '', option: 'topic' }, false),
    block_id: 'value',
    value: 'align, rob',
    ...more,
  });

  it('names the option whose values are offered, whatever form it is in', () => {
    const inForm = receive(suggestion({ view: view({ callback_id: 'other/form/' }) }), names);
    const at = { command: 'start', subcommand: '', option: 'topic', typed: 'align, rob' };
    expect(requireType(inForm, 'suggestion').at).toEqual(at);
    const asking = { command: 'topics', subcommand: 'show', option: 'topic' };
    const oneByOne = receive(suggestion({ action_id: encodeFieldId(asking, true) }), names);
    expect(requireType(oneByOne, 'suggestion').at).toEqual({ ...asking, typed: 'rob' });
  });

  it('in anything else is none of ours, and nobody is told so at each letter', () => {
    const odd = [FIELD_ACTION, 'of another app', '?', '?a', '?a/b', '?a/b/', '?/b/c', '?a/b/c/d', '?A/b/c'];
    for (const action_id of odd) {
      const got = requireType(receive(suggestion({ action_id }), names), 'unknown');
      expect(got.place, action_id).toBeUndefined();
    }
  });
});

describe('Home', () => {
  it('that is opened says whose it is', () => {
    expect(receive(homeOpened(), names)).toEqual({
      type: 'home',
      place: {
        teamId: TEAM,
        isOrgInstall: false,
        channelId: 'D0123456789',
        userId: FAYE,
        userName: '',
        isDirect: true,
      },
    });
  });

  it('belongs to the workspace that the event is for', () => {
    const authorizations = [{ enterprise_id: ORG, team_id: TEAM, is_enterprise_install: true }];
    const got = receive(homeOpened({}, { team_id: 'T0000000GUEST', authorizations }), names);
    expect(requireType(got, 'home').place).toMatchObject({ teamId: TEAM, enterpriseId: ORG, isOrgInstall: true });
    const orgWide = [{ enterprise_id: ORG, team_id: null, is_enterprise_install: true }];
    expect(requireType(receive(homeOpened({}, { authorizations: orgWide }), names), 'home').place.teamId).toBe(TEAM);
  });

  it('is not opened by looking at its messages', () => {
    expect(receive(homeOpened({ tab: 'messages' }), names).type).toBe('ignored');
  });
});

describe('a removal', () => {
  const uninstalled = (more: Json = {}) => homeOpened({ type: 'app_uninstalled' }, { authorizations: [], ...more });
  const revoked = (bot: unknown) => homeOpened({ type: 'tokens_revoked', tokens: { oauth: [FAYE], bot } });

  it('says from where, and when it was', () => {
    const at = new Date(1_764_000_000_000);
    expect(receive(uninstalled(), names)).toEqual({ type: 'removed', teamId: TEAM, isOrgInstall: false, at });
    const org = { enterprise_id: ORG, is_enterprise_install: true };
    expect(receive(uninstalled(org), names)).toMatchObject({ enterpriseId: ORG, isOrgInstall: true });
  });

  it('is also a token of the bot that was taken back, but no member’s', () => {
    expect(receive(revoked(['U1']), names)).toMatchObject({ type: 'removed', teamId: TEAM });
    for (const bot of [[], undefined, 'odd']) expect(receive(revoked(bot), names).type).toBe('ignored');
  });

  it('of nobody knows where is none', () => {
    expect(receive(uninstalled({ team_id: null }), names).type).toBe('unknown');
    expect(receive(uninstalled({ event_time: 'odd' }), names).type).toBe('unknown');
  });
});

describe('what is odd', () => {
  it.each([
    ['nothing', undefined],
    ['a text', 'payload'],
    ['an empty object', {}],
    ['a command without a workspace', { ...slash('/next'), team_id: '' }],
    ['a command of nobody', { ...slash('/next'), user_id: null }],
    ['a press of nobody', blockActions(button('a/b/'), { user: null })],
    ['a press of nothing', blockActions({}, { actions: [] })],
    ['a form without its view', submission({}, { view: null })],
    ['a shortcut', { type: 'shortcut', ...common, callback_id: 'x' }],
    ['another event', homeOpened({ type: 'message' })],
    ['an event of nobody', homeOpened({ user: undefined })],
  ])('is unknown and says why: %s', (_, payload) => {
    expect(requireType(receive(payload, names), 'unknown').reason).not.toBe('');
  });

  it('in what is only shown loses nothing else', () => {
    const payload = blockActions(button('a/b/'), {
      user: { id: FAYE, name: 7, team_id: TEAM },
      container: 'odd',
      trigger_id: 5,
      response_url: '',
      message: { ts: 4 },
    });
    expect(acted(payload)).toMatchObject({ interaction: { action: 'a/b/' }, place: { userName: '', teamId: TEAM } });
    expect(said(slash('/next', '', { text: undefined, user_name: {}, channel_name: 3 }))).toBe('/next');
  });

  it('never makes it throw, whatever is put in whatever place', () => {
    const odd = fc.anything({ withNullPrototype: true, maxDepth: 3 });
    const payloads = [
      slash('/track', 'show'),
      blockActions(button('done/done/x')),
      submission({ a: { [FIELD_ACTION]: { type: 'plain_text_input', value: 'x' } } }),
      { type: 'block_suggestion', ...common, action_id: 'a', block_id: 'b', value: 'c', view: view() },
      homeOpened(),
      homeOpened({ type: 'tokens_revoked', tokens: { bot: ['U1'] } }),
    ];
    const damaged = fc.constantFrom(...payloads).chain(payload =>
      fc.tuple(fc.constantFrom(...Object.keys(payload)), fc.string(), odd).map(([key, inner, value]) => {
        const old = payload[key];
        const deep = typeof old === 'object' && old !== null && !Array.isArray(old);
        const keys = deep ? Object.keys(old) : [];
        const at = keys[inner.length % Math.max(1, keys.length)];
        return { ...payload, [key]: deep && at && inner.length % 2 ? { ...old, [at]: value } : value };
      }),
    );
    const types = ['interaction', 'suggestion', 'home', 'removed', 'ignored', 'unknown', 'nowhere'];
    fc.assert(
      fc.property(fc.oneof(odd, damaged), payload => {
        expect(types).toContain(receive(payload, names).type);
      }),
      { numRuns: 3000 },
    );
  });
});
