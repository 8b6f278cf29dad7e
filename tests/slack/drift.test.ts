import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadCommands } from '../../src/commands.ts';
import { UserError } from '../../src/errors.ts';
import { compareManifest } from '../../src/slack/cli.ts';
import { manifestDifferences, readManifest } from '../../src/slack/drift.ts';
import { slackManifest } from '../../src/slack/manifest.ts';

const ADDRESS = 'https://milepost.example.org';
const commands = await loadCommands();
const socket = slackManifest(commands, { socket: true });
const http = slackManifest(commands, { url: ADDRESS });
const many = slackManifest(commands, { url: ADDRESS }, { oauth: true });

/** As loosely as somebody may have edited it. */
type Loose = {
  display_information: Record<string, unknown>;
  features: { app_home: Record<string, unknown>; bot_user: Record<string, unknown>; slash_commands: Command[] };
  oauth_config: { redirect_urls?: string[]; scopes: { bot: string[]; user?: string[] } };
  settings: {
    event_subscriptions: { request_url?: string; bot_events: string[] };
    interactivity: Record<string, unknown>;
  } & Record<string, unknown>;
};
type Command = { command: string; description?: string; usage_hint?: string; url?: string; should_escape?: boolean };

/** What is different after this edit. */
const changed = (edit: (manifest: Loose) => void, ours = socket): string[] => {
  const theirs = structuredClone(ours) as unknown as Loose;
  edit(theirs);
  return manifestDifferences(ours, theirs).map(({ weight, text }) => `${weight}: ${text}`);
};
const commandIn = (manifest: Loose, name: string): Command => {
  const found = manifest.features.slash_commands.find(({ command }) => command === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
};

describe('a manifest that Slack has', () => {
  it.each([
    ['Socket Mode', socket],
    ['HTTP', http],
    ['OAuth', many],
  ])('is the same as itself: %s', (_, manifest) => {
    expect(manifestDifferences(manifest, structuredClone(manifest))).toEqual([]);
  });

  it('may have another name, order and what Slack adds by itself', () => {
    expect(
      changed(manifest => {
        manifest.display_information = { name: 'Waymark', background_color: '#000000' };
        manifest.features.bot_user = { display_name: 'Waymark', always_online: false };
        manifest.features.slash_commands.reverse();
        manifest.oauth_config.scopes.bot.reverse();
        manifest.settings.is_hosted = false;
        delete manifest.settings.token_rotation_enabled;
        delete manifest.features.app_home.messages_tab_read_only_enabled;
      }),
    ).toEqual([]);
  });

  it('may keep addresses from before where Socket Mode is on: nobody calls them', () => {
    expect(
      changed(manifest => {
        commandIn(manifest, '/track').url = 'https://old.example.org/slack/events';
        manifest.settings.event_subscriptions.request_url = 'https://old.example.org/slack/events';
      }),
    ).toEqual([]);
  });

  it('may have what a form makes of a hint: escaped, with a blank more', () => {
    expect(
      changed(manifest => {
        const track = commandIn(manifest, '/track');
        track.usage_hint = `${track.usage_hint?.replaceAll('<', '&lt;').replaceAll('>', '&gt;')} `;
      }),
    ).toEqual([]);
  });

  it('lacks commands, or has some that this version does not know', () => {
    expect(
      changed(manifest => {
        manifest.features.slash_commands = manifest.features.slash_commands.filter(
          ({ command }) => !['/quiz', '/undo'].includes(command),
        );
        manifest.features.slash_commands.push({ command: '/old' });
      }),
    ).toEqual([
      expect.stringMatching(
        /^breaks: Slash Commands: (\/quiz, \/undo|\/undo, \/quiz) missing, so nobody can send them$/,
      ),
      'breaks: Slash Commands: /old not known to this version of Milepost',
    ]);
  });

  it('has a command with another address, without escaping, or described otherwise', () => {
    expect(
      changed(manifest => {
        commandIn(manifest, '/track').url = 'https://old.example.org/slack/events';
        commandIn(manifest, '/next').url += '/';
        delete commandIn(manifest, '/start').should_escape;
        commandIn(manifest, '/done').description = 'Done';
        delete commandIn(manifest, '/done').usage_hint;
      }, http).sort(),
    ).toEqual([
      expect.stringMatching(/^breaks: Slash Commands: \/start does not escape channels/),
      `breaks: Slash Commands: /track has the Request URL “https://old.example.org/slack/events”, and Milepost is at ${ADDRESS}/slack/events`,
      'looks: Slash Commands: /done has another Short Description',
      'looks: Slash Commands: /done has another Usage Hint',
    ]);
  });

  it('lacks scopes or events, or has some for nothing', () => {
    expect(
      changed(manifest => {
        manifest.oauth_config.scopes.bot = ['chat:write.public', ...manifest.oauth_config.scopes.bot.slice(1)];
        manifest.oauth_config.scopes.user = ['search:read'];
        manifest.settings.event_subscriptions.bot_events = ['app_home_opened', 'message.channels', 'tokens_revoked'];
      }),
    ).toEqual([
      'breaks: OAuth & Permissions: Bot Token Scopes: commands missing',
      'spare: OAuth & Permissions: Bot Token Scopes: chat:write.public there, and Milepost needs none of it',
      'spare: OAuth & Permissions: User Token Scopes: search:read there, and Milepost needs none of it',
      'breaks: Event Subscriptions: bot events: app_uninstalled missing, so Milepost is not told',
      'spare: Event Subscriptions: bot events: message.channels there, and Milepost needs none of it',
    ]);
  });

  it.each([
    ['socket_mode_enabled', /^breaks: Socket Mode: Enable Socket Mode is off and must be on, so nothing arrives$/],
    ['token_rotation_enabled', /^breaks: OAuth & Permissions: Token Rotation is on and must be off/],
    ['org_deploy_enabled', /^spare: Org Level Apps: .* is on and must be off/],
  ])('has %s the other way round', (name, expected) => {
    const lines = changed(manifest => {
      manifest.settings[name] = manifest.settings[name] !== true;
    });
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  it('lacks what many workspaces need', () => {
    const lines = changed(({ settings }) => {
      settings.org_deploy_enabled = false;
      settings.token_rotation_enabled = false;
    }, many);
    expect(lines).toEqual([
      expect.stringMatching(/^breaks: OAuth & Permissions: Token Rotation is off and must be on/),
      expect.stringMatching(/^breaks: Org Level Apps: .* is off and must be on/),
    ]);
  });

  it.each([
    ['home_tab_enabled', /^breaks: App Home: Home Tab is off/],
    ['messages_tab_enabled', /^breaks: App Home: Messages Tab is off .* so no direct message arrives/],
    ['messages_tab_read_only_enabled', /^breaks: App Home: the Messages tab read-only is on and must be off/],
  ])('has %s of App Home the other way round', (name, expected) => {
    const lines = changed(({ features }) => {
      features.app_home[name] = features.app_home[name] !== true;
    });
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  it('has other addresses, or none, for events, buttons, type-ahead and the return of an installation', () => {
    const lines = changed(manifest => {
      manifest.settings.event_subscriptions.request_url = 'https://old.example.org/slack/events';
      manifest.settings.interactivity = { is_enabled: false };
      manifest.oauth_config.redirect_urls = ['https://old.example.org'];
    }, many);
    expect(lines).toEqual([
      'breaks: Interactivity & Shortcuts: Interactivity is off and must be on, so no button works',
      `breaks: OAuth & Permissions: ${ADDRESS}/slack/oauth_redirect missing among the Redirect URLs, so nobody can install`,
      `breaks: Event Subscriptions: the Request URL is “https://old.example.org/slack/events” and must be ${ADDRESS}/slack/events`,
      `breaks: Interactivity & Shortcuts: the Request URL is none and must be ${ADDRESS}/slack/events`,
      `breaks: Interactivity & Shortcuts: the Options Load URL is none and must be ${ADDRESS}/slack/events`,
    ]);
    expect(
      changed(manifest => {
        manifest.oauth_config.redirect_urls = [ADDRESS];
      }, many),
    ).toEqual([]);
  });

  it('may be anything at all: what is not there is missing, and nothing fails', () => {
    for (const theirs of [{}, { features: [] }, { features: { slash_commands: 'x' }, settings: 7 }, null])
      expect(manifestDifferences(http, theirs).length).toBeGreaterThan(5);
  });
});

describe('a manifest that somebody pasted', () => {
  it('is read as JSON, as YAML, and as Slack’s method answers it', () => {
    expect(readManifest(JSON.stringify(socket, null, 2))).toEqual(socket);
    expect(readManifest(stringify(socket))).toEqual(socket);
    expect(readManifest(JSON.stringify({ ok: true, manifest: socket }))).toEqual(socket);
  });

  it.each([
    ['{"features": [', /^This is neither JSON nor YAML: .*Copy the whole of App Manifest/],
    ['a: b: c', /^This is neither JSON nor YAML: /],
    ['', /^This is no manifest: /],
    ['hello', /^This is no manifest: /],
    ['{"features": {}}', /^This is no manifest: it has no display_information/],
  ])('is refused where it is %j', (text, expected) => {
    const refusal = (() => {
      try {
        return readManifest(text);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as UserError).message).toMatch(expected);
  });
});

describe('milepost slack manifest --against', () => {
  const root = join(import.meta.dirname, '../..');
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'milepost-drift-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const milepost = (args: string[], input = '') =>
    new Promise<{ code: number; out: string; err: string }>(resolve => {
      const { PATH = '', HOME = '' } = process.env;
      const env = { PATH, HOME };
      const run = execFile(process.execPath, ['src/cli.ts', ...args], { cwd: root, env }, (error, out, err) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
      );
      run.stdin?.end(input);
    });

  it('reads a file, says that all is the same, and exits with 0', async () => {
    const file = join(folder, 'same.yaml');
    await writeFile(file, stringify(http));
    const { code, out, err } = await milepost(['slack', 'manifest', '--url', ADDRESS, '--against', file]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^The app at Slack is as this version wants it\./);
  });

  it('reads what is piped into it, lists each difference, and exits with 1', async () => {
    const theirs = structuredClone(socket) as unknown as Loose;
    theirs.features.app_home.home_tab_enabled = false;
    commandIn(theirs, '/done').description = 'Done';
    const { code, out, err } = await milepost(['slack', 'manifest', '--against', '-'], JSON.stringify(theirs));
    expect([code, err]).toEqual([1, '']);
    expect(out).toMatch(
      /^The app at Slack is different .*:\n {2}App Home: Home Tab is off .*\n {2}Slash Commands: \/done has another Short Description \(harmless\)\nTo mend it all at once/,
    );
  });

  it('says what is wrong with the file it was given', async () => {
    const file = join(folder, 'none.json');
    expect(await milepost(['slack', 'manifest', '--against', file])).toEqual({
      code: 1,
      out: '',
      err: `${file}: there is no such file. Name a file, or - for the input.\n`,
    });
    const { code, err } = await milepost(['slack', 'manifest', '--against', '-'], 'hello');
    expect([code, err]).toEqual([1, expect.stringMatching(/^This is no manifest: /)]);
  });

  it('compares with what the settings ask for, and says where they lack the address', () => {
    const slack = {
      transport: { type: 'http', signingSecret: 's' },
      workspace: { type: 'one', botToken: 'b' },
    } as const;
    const settings = { slack, slackCommandPrefix: undefined, publicUrl: ADDRESS };
    expect(compareManifest(commands, {}, settings, JSON.stringify(http)).isSame).toBe(true);
    expect(compareManifest(commands, {}, settings, JSON.stringify(socket)).said).toContain(
      'Socket Mode is on and must be off',
    );
    const refused = () => compareManifest(commands, {}, { ...settings, publicUrl: undefined }, JSON.stringify(http));
    expect(refused).toThrow('set PUBLIC_URL, or give --url');
  });
});
