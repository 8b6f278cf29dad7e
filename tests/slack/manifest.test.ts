import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Commands, defineCommand, subcommand } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { UserError } from '../../src/errors.ts';
import { describeManifest, type ManifestFlags, type ManifestSettings } from '../../src/slack/cli.ts';
import { type Manifest, missingScopes, slackManifest } from '../../src/slack/manifest.ts';
import { slackCommandNames } from '../../src/slack/names.ts';
import { manifestProblems, RESERVED_COMMANDS } from '../support/slack/manifest-rules.ts';
import { closeAll, startForTest } from '../support/slack/real-app.ts';

afterEach(closeAll);

const commands = await loadCommands();
const ADDRESS = 'https://milepost.example.org';
const REQUESTS = `${ADDRESS}/slack/events`;

const slashesOf = (manifest: Manifest) => manifest.features?.slash_commands ?? [];
const namesOf = (manifest: Manifest): string[] => slashesOf(manifest).map(({ command }) => command);

const run = () => ({ type: 'message' as const, message: { blocks: [] } });
const define = (name: string, more: object = {}) =>
  defineCommand({
    name,
    description: `Does ${name}`,
    audience: 'member',
    visibility: 'private',
    run,
    ...more,
  } as never);
const commandsOf = (...list: ReturnType<typeof define>[]): Commands => new Map(list.map(one => [one.name, one]));

describe('the manifest', () => {
  it.each([
    ['by Socket Mode', slackManifest(commands, { socket: true })],
    ['by HTTP', slackManifest(commands, { url: ADDRESS })],
    ['with a prefix', slackManifest(commands, { socket: true }, { prefix: 'a234567890123456' })],
    ['for many workspaces', slackManifest(commands, { url: ADDRESS }, { oauth: true })],
    ['for many by Socket Mode', slackManifest(commands, { socket: true }, { oauth: { url: ADDRESS } })],
  ])('is one that Slack takes, %s', async (_, manifest) => {
    expect(manifestProblems(manifest)).toEqual([]);
    const slack = await startForTest();
    expect(() => slack.useManifest(manifest)).not.toThrow();
  });

  it('declares every command but Slack’s own, and /milepost, under which those are reached', () => {
    const names = namesOf(slackManifest(commands, { socket: true }));
    const all = [...commands.keys()].map(name => `/${name}`);
    expect(names).toEqual(['/milepost', ...all.filter(name => name !== '/help')]);
    for (const name of names) expect(RESERVED_COMMANDS.has(name)).toBe(false);
  });

  it('declares none of the names that Slack keeps for itself, whatever the commands are called', () => {
    const wanted = [...RESERVED_COMMANDS].map(name => define(name.slice(1)));
    expect([...slackCommandNames(commandsOf(...wanted)).keys()]).toEqual(['/milepost']);
    const own = define('milepost');
    expect([...slackCommandNames(commandsOf(own))]).toEqual([['/milepost', '']]);
  });

  it('puts a prefix before all commands but /milepost: then none is Slack’s own', () => {
    const names = namesOf(slackManifest(commands, { socket: true }, { prefix: 'mp' }));
    expect(names).toEqual(['/milepost', ...[...commands.keys()].map(name => `/mp-${name}`)]);
    expect(names).toContain('/mp-help');
  });

  it('says what each command does and what may follow it, without what only organisers may', () => {
    const known = commandsOf(
      define('topics', {
        run: undefined,
        subcommands: {
          list: { description: 'All', run },
          show: subcommand({
            description: 'One',
            options: { topic: { type: 'string', description: 'Which', required: true } },
            run,
          }),
          rebuild: { description: 'Anew', audience: 'organiser', run },
        },
      }),
      define('schedule', { audience: 'organiser' }),
      define('undo', { options: { topic: { type: 'string', description: 'Which' } } }),
    );
    expect(slashesOf(slackManifest(known, { socket: true })).slice(1)).toEqual([
      { command: '/topics', description: 'Does topics', usage_hint: 'list | show <topic>', should_escape: true },
      { command: '/schedule', description: 'Does schedule (for organisers)', should_escape: true },
      { command: '/undo', description: 'Does undo', usage_hint: '[topic]', should_escape: true },
    ]);
  });

  it('keeps each hint to a line', () => {
    for (const { usage_hint = '' } of slashesOf(slackManifest(commands, { socket: true })))
      expect(usage_hint.length).toBeLessThanOrEqual(100);
  });

  it('names the address for everything that Slack sends over HTTP, and none for Socket Mode', () => {
    const manifest = slackManifest(commands, { url: ADDRESS });
    expect(manifest.settings).toMatchObject({
      socket_mode_enabled: false,
      event_subscriptions: { request_url: REQUESTS },
      interactivity: { is_enabled: true, request_url: REQUESTS, message_menu_options_url: REQUESTS },
    });
    for (const { url } of slashesOf(manifest)) expect(url).toBe(REQUESTS);
    const socket = slackManifest(commands, { socket: true });
    expect(socket.settings?.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(socket)).not.toContain('http');
  });

  it('rotates tokens, and may be installed for an organisation, only with OAuth', () => {
    expect(slackManifest(commands, { url: ADDRESS }).settings).toMatchObject({
      token_rotation_enabled: false,
      org_deploy_enabled: false,
    });
    const many = slackManifest(commands, { socket: true }, { oauth: { url: ADDRESS } });
    expect(many.settings).toMatchObject({ token_rotation_enabled: true, org_deploy_enabled: true });
    expect(many.settings?.event_subscriptions?.bot_events).toEqual(
      expect.arrayContaining(['app_uninstalled', 'team_access_granted', 'team_access_revoked']),
    );
    expect(many.oauth_config?.redirect_urls).toEqual([`${ADDRESS}/slack/oauth_redirect`]);
  });

  it('opens Home and a place to type commands, and asks for no messages of members', () => {
    const { features, settings, oauth_config } = slackManifest(commands, { socket: true });
    expect(features?.app_home).toEqual({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    });
    expect(settings?.event_subscriptions?.bot_events).toEqual(['app_home_opened', 'app_uninstalled', 'tokens_revoked']);
    expect(oauth_config?.scopes?.bot).not.toContain('chat:write.public');
    expect(oauth_config?.scopes?.user).toBeUndefined();
  });

  it('is refused by us where there are more commands than Slack takes', () => {
    const many = commandsOf(...Array.from({ length: 50 }, (_, at) => define(`c${at}`)));
    expect(() => slackManifest(many, { socket: true })).toThrow('50 slash commands, and there are 51');
  });
});

describe('scopes that are missing', () => {
  it('are told from the header of Slack’s answers, in any order and with others among them', () => {
    const all = slackManifest(commands, { socket: true }).oauth_config?.scopes?.bot ?? [];
    expect(missingScopes(all.join(','))).toEqual([]);
    expect(missingScopes([...all, 'team:read'].reverse().join(', '))).toEqual([]);
    expect(missingScopes(all.filter(scope => !['im:write', 'groups:history'].includes(scope)))).toEqual([
      'im:write',
      'groups:history',
    ]);
    expect(missingScopes('')).toEqual(all);
  });
});

const NOTHING: ManifestSettings = { slack: undefined, slackCommandPrefix: undefined, publicUrl: undefined };
const HTTP: ManifestSettings = {
  slack: { transport: { type: 'http', signingSecret: 's' }, workspace: { type: 'one', botToken: 'b' } },
  slackCommandPrefix: undefined,
  publicUrl: ADDRESS,
};
const MANY: ManifestSettings = {
  slack: {
    transport: { type: 'socket', appToken: 'a' },
    workspace: { type: 'many', clientId: 'c', clientSecret: 's', stateSecret: 't' },
  },
  slackCommandPrefix: 'mp',
  publicUrl: ADDRESS,
};

describe('milepost slack manifest', () => {
  const printed = (flags: ManifestFlags, settings = NOTHING) => describeManifest(commands, flags, settings);
  const refusal = (flags: ManifestFlags, settings = NOTHING): string => {
    try {
      printed(flags, settings);
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    throw new Error('nothing was refused');
  };
  const socket = slackManifest(commands, { socket: true });

  it('prints Socket Mode unless told, as JSON or as YAML that says the same', () => {
    expect(JSON.parse(printed({}))).toEqual(socket);
    expect(parse(printed({ yaml: true }))).toEqual(socket);
    expect(JSON.parse(printed({ socket: true }, HTTP))).toEqual(socket);
  });

  it('prints HTTP for an address, with or without its last slash, and where the settings say so', () => {
    const http = slackManifest(commands, { url: ADDRESS });
    expect(JSON.parse(printed({ url: `${ADDRESS}/` }))).toEqual(http);
    expect(JSON.parse(printed({}, HTTP))).toEqual(http);
  });

  it('follows the settings in prefix and OAuth', () => {
    const expected = slackManifest(commands, { socket: true }, { prefix: 'mp', oauth: { url: ADDRESS } });
    expect(JSON.parse(printed({}, MANY))).toEqual(expected);
    expect(JSON.parse(printed({ url: ADDRESS, oauth: true }))).toEqual(
      slackManifest(commands, { url: ADDRESS }, { oauth: true }),
    );
  });

  it('says what it needs', () => {
    expect(refusal({ socket: true, url: ADDRESS })).toContain('not both');
    expect(refusal({ oauth: true })).toContain('set PUBLIC_URL, or give --url');
    for (const url of ['milepost.example.org', 'http://milepost.example.org', `${ADDRESS}/?a`, 'https://a:b@x.org'])
      expect(refusal({ url })).toContain('--url takes the https address');
  });

  it('is a command of the command line, and writes nothing else to where it is read from', async () => {
    const root = join(import.meta.dirname, '../..');
    const { PATH = '', HOME = '' } = process.env;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['src/cli.ts', 'slack', 'manifest', '--url', ADDRESS],
      {
        cwd: root,
        env: { PATH, HOME, SLACK_COMMAND_PREFIX: 'mp' },
      },
    );
    expect(JSON.parse(stdout)).toEqual(slackManifest(commands, { url: ADDRESS }, { prefix: 'mp' }));
  });
});
