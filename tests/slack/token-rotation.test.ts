import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { createClients } from '../../src/slack/clients.ts';
import { createTokens } from '../../src/slack/oauth-tokens.ts';
import { type Db, openSqlite } from '../../src/storage/database.ts';
import { describeOnBothDatabases, openTestDb } from '../support/databases.ts';
import { memoryLog } from '../support/delivery.ts';
import { clientOf, closeAfterwards, closeAll, errorOf } from '../support/slack/real-app.ts';
import type { LocalSlack } from '../support/slack/slack-server.ts';
import {
  HOUR_MS,
  type Installer,
  installByBrowser,
  pass,
  startClock,
  startInstaller,
  startSlackAt,
} from '../support/slack-installer.ts';

afterEach(closeAll);

const start = async (db: Db, given: { clientSecret?: string } = {}) => {
  const clock = startClock();
  const slack = await startSlackAt(clock, { rotation: true });
  const readers = slack.addWorkspace({ name: 'Readers', installed: false });
  slack.installInto({ workspace: readers });
  const installer = await startInstaller({ db, slack, clock });
  await installByBrowser(installer.url);
  slack.clearRequests();
  const tokenOf = async (by: Installer = installer) => (await by.workspaces.of(readers.teamId))?.botToken;
  const another = () => startInstaller({ db, slack, clock, ...given });
  return { clock, slack, readers, installer, tokenOf, another };
};
const refreshes = (slack: LocalSlack) => slack.requests.filter(({ method }) => method === 'oauth.v2.access');
const isLive = async (slack: LocalSlack, token: string | undefined): Promise<boolean> =>
  token !== undefined && (await errorOf(clientOf(slack, token).auth.test())) === undefined;
const errorsOf = ({ lines }: Installer) => lines.filter(({ level }) => level === 50);

describeOnBothDatabases('a token that rotates', open => {
  it('is renewed by the sender, weeks after anybody did anything', async () => {
    const { clock, slack, readers, tokenOf } = await start(await open());
    for (let week = 0; week < 3; week += 1) {
      const before = readers.botToken;
      pass(clock, 7 * 24 * HOUR_MS);
      expect(await isLive(slack, before)).toBe(false);
      const token = await tokenOf();
      expect(token).toBe(readers.botToken);
      expect(await isLive(slack, token)).toBe(true);
    }
    expect(refreshes(slack)).toHaveLength(3);
  });

  it('is left alone while more than two hours remain', async () => {
    const { clock, slack, readers, installer, tokenOf } = await start(await open());
    pass(clock, 10 * HOUR_MS - 1000);
    expect(await tokenOf()).toBe(readers.botToken);
    await installer.settled();
    expect(refreshes(slack)).toEqual([]);
  });

  it('is renewed ahead of its end, while everybody goes on with the old one', async () => {
    const { clock, slack, readers, installer, tokenOf } = await start(await open());
    const old = readers.botToken;
    pass(clock, 10 * HOUR_MS + 1000);
    expect(await tokenOf()).toBe(old);
    await installer.settled();
    expect(await tokenOf()).toBe(readers.botToken);
    expect(readers.botToken).not.toBe(old);
    expect(refreshes(slack)).toHaveLength(1);
  });

  it('that ends within the minute is renewed before it is used, or used where that fails', async () => {
    const { clock, slack, readers, tokenOf } = await start(await open());
    const old = readers.botToken;
    pass(clock, 12 * HOUR_MS - 30_000);
    slack.misbehave.api({ method: 'oauth.v2.access', times: 1 }, { status: 503 });
    expect(await tokenOf()).toBe(old);
    expect(await tokenOf()).toBe(readers.botToken);
    expect(readers.botToken).not.toBe(old);
  });

  it('is renewed once, however many ask for it at the same time', async () => {
    const { clock, slack, readers, tokenOf } = await start(await open());
    pass(clock, 13 * HOUR_MS);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf()));
    expect(new Set(tokens)).toEqual(new Set([readers.botToken]));
    expect(refreshes(slack)).toHaveLength(1);
  });

  it('is renewed by one of two processes, and both have the new one', async () => {
    const { clock, slack, readers, installer, tokenOf, another } = await start(await open());
    const second = await another();
    pass(clock, 13 * HOUR_MS);
    const tokens = await Promise.all([tokenOf(), tokenOf(second), tokenOf(), tokenOf(second)]);
    expect(new Set(tokens)).toEqual(new Set([readers.botToken]));
    expect(refreshes(slack)).toHaveLength(1);
    expect([...errorsOf(installer), ...errorsOf(second)]).toEqual([]);
  });

  it('is not refreshed again by who had read it before it was renewed', async () => {
    const { clock, slack, readers, installer, tokenOf } = await start(await open());
    pass(clock, 13 * HOUR_MS);
    const read = await installer.installations.find(readers.teamId);
    if (!read) throw new Error('it is not there');
    await tokenOf();
    pass(clock, 13_000);
    const late = createTokens({
      installations: installer.installations,
      refresh: () => Promise.reject(new Error('the refresh token was used again')),
      clientsOf: createClients(slack.apiUrl),
      kept: { claim: async () => true },
      installUrl: '',
      now: () => clock.now,
      log: memoryLog().log,
    });
    expect(await late.of(read)).toBe(readers.botToken);
  });

  it('is taken from the other process where that was first with the same refresh token', async () => {
    const { clock, slack, readers, installer, tokenOf, another } = await start(await open());
    const second = await another();
    pass(clock, 13 * HOUR_MS);
    // The first asks, is kept waiting for longer than its claim holds, and is answered too late.
    slack.misbehave.api({ method: 'oauth.v2.access', times: 1 }, { delayMs: 150 });
    const late = tokenOf();
    await slack.until(() => refreshes(slack).length === 1);
    pass(clock, 13_000);
    expect(await isLive(slack, await tokenOf(second))).toBe(true);
    expect(await late).toBe(await tokenOf(second));
    expect(await late).toBe(readers.botToken);
    expect(errorsOf(installer)).toEqual([]);
  });
});

describe('where a token cannot be renewed', () => {
  it('for a moment, the old one serves, Slack is not pressed, and it is tried again', async () => {
    const { clock, slack, readers, installer, tokenOf } = await start(await openTestDb());
    const old = readers.botToken;
    pass(clock, 11 * HOUR_MS);
    slack.misbehave.api({ method: 'oauth.v2.access', times: 1 }, { status: 503 });
    expect(await tokenOf()).toBe(old);
    await installer.settled();
    expect(await tokenOf()).toBe(old);
    await installer.settled();
    expect(refreshes(slack)).toHaveLength(1);
    pass(clock, 31_000);
    expect(await tokenOf()).toBe(old);
    await installer.settled();
    expect(await tokenOf()).toBe(readers.botToken);
    expect(readers.botToken).not.toBe(old);
  });

  it('nobody waits for a Slack that says nothing, as long as the old one is good', async () => {
    const { clock, slack, readers, installer, tokenOf } = await start(await openTestDb());
    pass(clock, 11 * HOUR_MS);
    slack.misbehave.api({ method: 'oauth.v2.access' }, { hang: true });
    expect(await tokenOf()).toBe(readers.botToken);
    expect(installer.isIdle()).toBe(false);
  });

  it('and it has run out, whoever asks is told so, and the next one has it', async () => {
    const { clock, slack, readers, tokenOf } = await start(await openTestDb());
    pass(clock, 13 * HOUR_MS);
    slack.misbehave.api({ method: 'oauth.v2.access', times: 1 }, { status: 503 });
    await expect(tokenOf()).rejects.toThrow();
    const tokens = await Promise.all([tokenOf(), tokenOf(), tokenOf()]);
    expect(new Set(tokens)).toEqual(new Set([readers.botToken]));
    expect(refreshes(slack)).toHaveLength(2);
  });

  it('again and again, the log says once what to do, Slack is asked every ten minutes, and an installation mends it', async () => {
    const { clock, slack, readers, installer, tokenOf } = await start(await openTestDb());
    pass(clock, 11 * HOUR_MS);
    slack.misbehave.api({ method: 'oauth.v2.access' }, { error: 'invalid_refresh_token' });
    const old = readers.botToken;
    for (let n = 0; n < 3; n += 1) {
      expect(await tokenOf()).toBe(old);
      await installer.settled();
    }
    pass(clock, 2 * HOUR_MS);
    for (const asked of [2, 3]) {
      for (let n = 0; n < 3; n += 1) expect(await tokenOf()).toBeUndefined();
      expect(refreshes(slack)).toHaveLength(asked);
      pass(clock, 10 * 60_000);
    }
    expect(errorsOf(installer)).toMatchObject([{ workspace: readers.teamId }]);
    expect(errorsOf(installer)[0]?.msg).toContain(`install Milepost again at ${installer.url}/slack/install`);
    slack.misbehave.clear();
    await installByBrowser(installer.url);
    expect(await tokenOf()).toBe(readers.botToken);
  });

  it('for one refusal, it is renewed ten minutes later', async () => {
    const { clock, slack, readers, tokenOf } = await start(await openTestDb());
    pass(clock, 13 * HOUR_MS);
    slack.misbehave.api({ method: 'oauth.v2.access', times: 1 }, { error: 'invalid_refresh_token' });
    expect(await tokenOf()).toBeUndefined();
    pass(clock, 10 * 60_000);
    expect(await tokenOf()).toBe(readers.botToken);
    expect(await isLive(slack, readers.botToken)).toBe(true);
  });

  it('because the client secret is wrong, the log names the setting and not the workspace', async () => {
    const { clock, tokenOf, another } = await start(await openTestDb(), { clientSecret: 'wrong' });
    const wrong = await another();
    pass(clock, 13 * HOUR_MS);
    expect(await tokenOf(wrong)).toBeUndefined();
    expect(errorsOf(wrong)[0]?.msg).toContain('SLACK_CLIENT_SECRET');
    // Nothing is used up by that.
    pass(clock, 13_000);
    expect(await tokenOf()).toBeDefined();
  });

  it('because the database does not take it, it is not lost: the refresh token works once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'milepost-'));
    closeAfterwards(() => rm(folder, { recursive: true }));
    const path = join(folder, 'milepost.sqlite');
    const db = await openSqlite(path);
    closeAfterwards(() => db.close());
    const { clock, slack, readers, tokenOf } = await start(db);
    const other = new Sqlite(path);
    closeAfterwards(() => other.close());
    other.exec(`create trigger full before update on slack_installations begin select raise(abort, 'disk full'); end`);
    pass(clock, 13 * HOUR_MS);
    await expect(tokenOf()).rejects.toThrow();
    other.exec('drop trigger full');
    expect(await tokenOf()).toBe(readers.botToken);
    expect(await isLive(slack, await tokenOf())).toBe(true);
    expect(refreshes(slack)).toHaveLength(1);
  });
});

describe('a token that Slack refuses before its time', () => {
  it('is renewed where it can be', async () => {
    const { slack, readers, installer, tokenOf } = await start(await openTestDb());
    await readers.revokeTokens();
    await installer.workspaces.doubt(readers.teamId);
    expect(await isLive(slack, await tokenOf())).toBe(true);
    expect(refreshes(slack)).toHaveLength(1);
  });

  it('is not renewed where Slack takes it after all', async () => {
    const { slack, readers, installer, tokenOf } = await start(await openTestDb());
    await installer.workspaces.doubt(readers.teamId);
    expect(await tokenOf()).toBe(readers.botToken);
    expect(refreshes(slack)).toEqual([]);
  });

  it('is of no use any more where Slack renews it neither', async () => {
    const { slack, readers, installer, tokenOf } = await start(await openTestDb());
    await readers.revokeTokens();
    slack.misbehave.api({ method: 'oauth.v2.access' }, { error: 'invalid_refresh_token' });
    await installer.workspaces.doubt(readers.teamId);
    await installer.workspaces.doubt(readers.teamId);
    expect(await tokenOf()).toBeUndefined();
    expect(errorsOf(installer)).toHaveLength(1);
  });
});
