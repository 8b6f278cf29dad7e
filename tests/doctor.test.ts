import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadCommands } from '../src/commands.ts';
import { createSecrets } from '../src/secrets.ts';
import { BOT_SCOPES, slackManifest } from '../src/slack/manifest.ts';
import { parkCommunity, welcomeCommunity } from '../src/storage/attendance.ts';
import { openSqlite } from '../src/storage/database.ts';
import { DISCORD_APPLICATION, setInstallationFact } from '../src/storage/installation.ts';
import { createSchedule, pauseSchedule } from '../src/storage/schedules.ts';
import { createInstallationStore } from '../src/storage/slack-installations.ts';
import { FIRST, withContent } from './curriculum/content-fixture.ts';
import { type LocalDiscord, startDiscord, type TestGuild } from './support/discord/discord-server.ts';
import { type LocalSlack, startSlack, type TestWorkspace } from './support/slack/slack-server.ts';

const ROOT = join(import.meta.dirname, '..');
const NOW = new Date('2026-11-23T08:00:00Z');

let discord: LocalDiscord;
let guild: TestGuild;
beforeAll(async () => {
  discord = await startDiscord();
  guild = discord.addGuild({ name: 'Safety Circle' });
});
afterAll(() => discord.stop());

describe('npx milepost doctor and discord', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'milepost-doctor-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const path = () => join(folder, 'milepost.sqlite');
  const milepost = (args: string[], variables: Record<string, string> = {}) =>
    new Promise<{ code: number; out: string; err: string }>(resolve => {
      const { PATH = '', HOME = '' } = process.env;
      const settings = { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl, DATABASE_PATH: path() };
      const env = { PATH, HOME, ...settings, ...variables };
      execFile(process.execPath, ['src/cli.ts', ...args], { cwd: ROOT, env }, (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
      });
    });
  /** Makes the database with a schedule in each of these channels, and pauses one as where its channel was lost. */
  const withSchedules = async (channels: string[], paused?: number) => {
    const db = await openSqlite(path());
    const seen = { platform: 'discord', externalId: guild.id, name: guild.name } as const;
    const { id: communityId } = await welcomeCommunity(db, seen, NOW);
    for (const channelId of channels) {
      const timing = { cron: '0 9 * * 1', zone: 'UTC', startsOn: '2026-11-23' };
      const what = { kind: 'digest', direct: false, tracks: [], topicsPerWeek: 1, createdBy: '1' } as const;
      await createSchedule(db, { ...what, ...timing, tracks: [], communityId, channelId }, NOW);
    }
    if (paused !== undefined) await pauseSchedule(db, paused, 'The channel does not exist any more.', NOW);
    await db.close();
  };

  it('registers the commands and then finds all in order, from the settings to the channels', async () => {
    await withSchedules([guild.channel('general').id]);
    const registered = await milepost(['discord', 'register']);
    expect(registered).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^Added for all servers: \d+ /) });
    const { code, out, err } = await milepost(['doctor']);
    expect(err).toBe('');
    expect(out).not.toContain(discord.token);
    expect(out).toMatch(/^(✓ .+\n){10}\nEverything is in order\.\n$/);
    expect(code).toBe(0);
  });

  it('is content without a token, and says that this is the playground', async () => {
    const { code, out } = await milepost(['doctor'], { DISCORD_TOKEN: '' });
    expect(code).toBe(0);
    expect(out).toMatch(
      /! Platforms: no token of Discord or Slack is set, so `npm start` runs the playground\n {4}.*DISCORD_TOKEN, .*SLACK_BOT_TOKEN/,
    );
    expect(out).toContain('Nothing is broken. One thing to look at (!).');
  });

  it('lists every bad setting, keeps the token to itself and exits with 1', async () => {
    const token = 'half-a-secret';
    const { code, out, err } = await milepost(['doctor'], { DISCORD_TOKEN: token, PORT: 'x' });
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain('✗ Settings: ');
    expect(out).toMatch(/\n {4}PORT must be .*\n {4}DISCORD_TOKEN must be /);
    expect(out).toContain('- not checked: content, database, Discord and Slack');
    expect(out).not.toContain(token);
  });

  it('lists what is wrong with the content, and still looks at everything else', async () => {
    const edits = { [FIRST]: (text: string) => text.replace('hours: 2.5', 'hours: soon') };
    await withContent(edits, async CONTENT_DIR => {
      const { code, out } = await milepost(['doctor'], { CONTENT_DIR });
      expect(code).toBe(1);
      expect(out).toMatch(
        /✗ Content: 1 problem in 1 file\n {4}.*first-steps\.md:4\b.*\n {4}`npx milepost content check`/,
      );
      expect(out).toContain('✓ Token: ');
      expect(out).toContain('- not checked: the commands (their lists come from the content)');
    });
  });

  it('says what is wrong with a database that is none, and still looks at Discord', async () => {
    const { code, out } = await milepost(['doctor'], { DATABASE_PATH: join(ROOT, 'README.md') });
    expect(code).toBe(1);
    expect(out).toMatch(/✗ Database: .*README\.md cannot be read/);
    expect(out).toContain('✓ Token: ');
    expect(out).toContain('- not checked: the schedules (they are in the database)');
  });

  it('exits with 1, says what to do, keeps a wrong token to itself and makes no database', async () => {
    const token = `${'A'.repeat(26)}.Wrong1.${'b'.repeat(38)}`;
    const { code, out } = await milepost(['doctor'], { DISCORD_TOKEN: token });
    expect(code).toBe(1);
    expect(out).toContain('✗ Token: Discord refuses the token\n    Discord refuses the bot’s token. Open https://');
    expect(out).not.toContain(token);
    expect(out).toContain('✓ Content: ');
    expect(out).toContain(`the first start makes it at ${path()}`);
    expect(out).toContain('One thing must be mended (✗)');
    expect(existsSync(path())).toBe(false);
  });

  it('exits with 1 for a schedule whose channel is gone, and lists one that was paused for it', async () => {
    const gone = guild.addChannel({ name: 'gone-too' });
    const general = guild.channel('general').id;
    await withSchedules([general, gone.id, general], 3);
    gone.delete();
    const { code, out } = await milepost(['doctor']);
    expect(code).toBe(1);
    expect(out).toContain(
      '✗ Schedule 2 (digest) in “Safety Circle”: its channel does not exist any more\n    In this server',
    );
    expect(out).toContain('! Schedule 3 (digest) in “Safety Circle” is paused: The channel does not exist');
    expect(out).not.toContain('Schedule 1 ');
  });

  it('knows whose data rests, from a server that Milepost was removed from', async () => {
    const left = discord.addGuild({ name: 'Left' });
    await withSchedules([]);
    const db = await openSqlite(path());
    const seen = { platform: 'discord', externalId: left.id, name: left.name } as const;
    await welcomeCommunity(db, seen, NOW);
    left.remove();
    await parkCommunity(db, seen, NOW);
    await db.close();
    const { out } = await milepost(['doctor']);
    expect(out).toContain('✓ Servers: Milepost is in 1; the data of “Left” rests until it is invited again');
  });

  it('exits with 1 for a database of another application', async () => {
    const db = await openSqlite(path());
    await setInstallationFact(db, DISCORD_APPLICATION, '123456789012345678');
    await db.close();
    const { code, out } = await milepost(['doctor']);
    expect(code).toBe(1);
    expect(out).toContain('✗ Database: it belongs to the Discord application 123456789012345678');
  });

  it('prints the invite link', async () => {
    const { code, out, err } = await milepost(['discord', 'invite']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`https://discord.com/oauth2/authorize?client_id=${discord.applicationId}`);
  });

  it.each([[['discord', 'invite']], [['discord', 'register']]])('asks for a token before %j', async args => {
    const { code, out, err } = await milepost(args, { DISCORD_TOKEN: '' });
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^DISCORD_TOKEN is not set\. .*Reset Token/);
  });
});

describe('npx milepost doctor with Slack', () => {
  const KEY = 'a key of 32 characters and more 0123'.replaceAll(' ', '-');
  let slack: LocalSlack;
  let workspace: TestWorkspace;
  let folder: string;
  beforeAll(async () => {
    slack = await startSlack();
    slack.useManifest(slackManifest(await loadCommands(), { socket: true }) as never);
    workspace = slack.addWorkspace({ name: 'AI Safety Leeds', scopes: BOT_SCOPES });
  });
  afterAll(() => slack.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'milepost-doctor-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const path = () => join(folder, 'milepost.sqlite');
  const one = () => ({ SLACK_BOT_TOKEN: workspace.botToken, SLACK_APP_TOKEN: slack.appToken });
  const many = () => ({
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_CLIENT_ID: slack.clientId,
    SLACK_CLIENT_SECRET: slack.clientSecret,
    SLACK_STATE_SECRET: 'a state secret that nobody guesses',
    SECRET_KEY: KEY,
    PUBLIC_URL: 'https://milepost.example.org',
  });
  const doctor = (variables: Record<string, string>) =>
    new Promise<{ code: number; out: string; err: string }>(resolve => {
      const { PATH = '', HOME = '' } = process.env;
      const env = { PATH, HOME, SLACK_API_URL: slack.apiUrl, DATABASE_PATH: path(), ...variables };
      execFile(process.execPath, ['src/cli.ts', 'doctor'], { cwd: ROOT, env }, (error, out, err) => {
        for (const secret of Object.values({ ...one(), config: slack.configToken, key: KEY }))
          expect(out).not.toContain(secret);
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
      });
    });
  const withSchedule = async (
    channelId: string,
    more?: (db: Awaited<ReturnType<typeof openSqlite>>) => Promise<void>,
  ) => {
    const db = await openSqlite(path());
    const seen = { platform: 'slack', externalId: workspace.teamId, name: workspace.name } as const;
    const { id: communityId } = await welcomeCommunity(db, seen, NOW);
    const timing = { cron: '0 9 * * 1', zone: 'UTC', startsOn: '2026-11-23' };
    const what = { kind: 'digest', direct: false, tracks: [], topicsPerWeek: 1, createdBy: 'U1' } as const;
    await createSchedule(db, { ...what, ...timing, tracks: [], communityId, channelId }, NOW);
    await more?.(db);
    await db.close();
  };

  it('finds all in order, with the configuration token of one run also the app’s settings', async () => {
    await withSchedule(workspace.addChannel({ name: 'general' }).id);
    const { code, out, err } = await doctor({ ...one(), SLACK_CONFIG_TOKEN: slack.configToken });
    expect(err).toBe('');
    expect(out).toMatch(/^(✓ .+\n){9}\nEverything is in order\.\n$/);
    expect(out).toContain('✓ Manifest: the app’s settings at Slack are those of this version');
    expect(code).toBe(0);
  });

  it('checks both platforms where both are set up, each under its name', async () => {
    const quiet = workspace.addChannel({ name: 'quiet', botIsMember: false });
    await withSchedule(quiet.id);
    const { code, out } = await doctor({
      ...one(),
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
    });
    expect(code).toBe(1);
    expect(out).toMatch(/✓ Database: .*\n\nDiscord\n✓ Token: (.|\n)*\n\nSlack\n✓ Clock: /);
    expect(out).toContain(
      '✗ Schedule 1 (digest) in “AI Safety Leeds”: Milepost is not in #quiet\n    Type “/invite @milepost” in #quiet.',
    );
    expect(out).toContain('- not checked: the app’s settings at Slack');
  });

  it('exits with 1 for a token that Slack refuses, and still says how Discord is', async () => {
    const lost = { SLACK_BOT_TOKEN: 'xoxb-1234567890-lost-lost-lost', SLACK_APP_TOKEN: slack.appToken };
    const { code, out } = await doctor({ ...lost, DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl });
    expect(code).toBe(1);
    expect(out).toContain('✓ Token: Discord accepts it');
    expect(out).toContain(
      '✗ Bot token: Slack refuses SLACK_BOT_TOKEN: Slack does not know this token\n    Open https://',
    );
    expect(out).not.toContain(lost.SLACK_BOT_TOKEN);
    expect(existsSync(path())).toBe(false);
  });

  it.each(['xoxb-1234567890-abcdefghij', 'xapp-1-A0123456789-abcdefghij', 'xoxe.xoxp-1-abcdefghijklmn'])(
    'never prints %s, wherever it was put by mistake',
    async token => {
      const { code, out } = await doctor({ CONTENT_DIR: token });
      expect(code).toBe(1);
      expect(out).toContain('[a token]');
      expect(out).not.toContain(token);
    },
  );

  it('opens the stored tokens of many workspaces, and seals none of them anew', async () => {
    const token = { botToken: workspace.botToken };
    const installation = {
      isOrg: false,
      enterpriseId: null,
      name: workspace.name,
      appId: slack.appId,
      botUserId: workspace.botUserId,
      scopes: [...BOT_SCOPES],
      installedBy: 'U1',
    };
    const stored = async (db: Awaited<ReturnType<typeof openSqlite>>) =>
      (await createInstallationStore(db, createSecrets([KEY]), () => NOW).all()).map(({ botToken }) => botToken);
    let before: string[] = [];
    await withSchedule(workspace.addChannel({ name: 'weekly', botIsMember: false }).id, async db => {
      const old = createInstallationStore(db, createSecrets([`old-${KEY}`]), () => NOW);
      await old.save({ ...installation, ownerId: workspace.teamId }, token);
      const lost = createInstallationStore(db, createSecrets([`lost-${KEY}`]), () => NOW);
      await lost.save({ ...installation, ownerId: 'T0000LOST', name: 'Lost' }, token);
      before = await stored(db);
    });
    const { code, out } = await doctor({ ...many(), SECRET_KEY_OLD: `old-${KEY}` });
    expect(code).toBe(1);
    expect(out).toContain('✗ Stored tokens: no key opens that of “Lost” (T0000LOST)');
    expect(out).toContain('✗ Schedule 1 (digest) in “AI Safety Leeds”: Milepost is not in #weekly');
    const db = await openSqlite(path());
    expect(await stored(db)).toEqual(before);
    await db.close();
  });
});
