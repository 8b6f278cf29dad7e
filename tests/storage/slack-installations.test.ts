import { expect, it } from 'vitest';
import { createSecrets } from '../../src/secrets.ts';
import { clearDatabase } from '../../src/storage/clear.ts';
import type { Db } from '../../src/storage/database.ts';
import { installationFact, setInstallationFact } from '../../src/storage/installation.ts';
import {
  createInstallationStore,
  type NewSlackInstallation,
  type SlackTokens,
} from '../../src/storage/slack-installations.ts';
import { describeOnBothDatabases } from '../support/databases.ts';

const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 23, 8, minutes));
const KEY = 'the-key-of-this-year-0123456789abcdef';
const OLD_KEY = 'the-key-of-last-year-0123456789abcdef';
const LOST_KEY = 'a-key-that-nobody-has-any-more-0123456789';

const readers = (change: Partial<NewSlackInstallation> = {}): NewSlackInstallation => ({
  ownerId: 'T1',
  isOrg: false,
  enterpriseId: null,
  name: 'Readers',
  appId: 'A1',
  botUserId: 'U1',
  scopes: ['commands', 'chat:write'],
  installedBy: 'U2',
  ...change,
});
const organisation = (change: Partial<NewSlackInstallation> = {}): NewSlackInstallation =>
  readers({ ownerId: 'E1', isOrg: true, enterpriseId: 'E1', name: 'Organisation', ...change });
const TOKEN: SlackTokens = { botToken: 'xoxb-secret' };
const ROTATING: SlackTokens = {
  botToken: 'xoxe.xoxb-secret',
  rotation: { refreshToken: 'xoxe-1-secret', expiresAt: at(59) },
};
const ofTeam = { ownerId: 'T1', isOrg: false };
const ofOrg = { ownerId: 'E1', isOrg: true };

const storeAt = (db: Db, now: Date, ...keys: string[]) =>
  createInstallationStore(db, createSecrets(keys.length > 0 ? keys : [KEY]), () => now);

describeOnBothDatabases('installations in Slack', open => {
  const start = async () => {
    const db = await open();
    const store = storeAt(db, at(0));
    const tokenOf = async (teamId: string, enterpriseId?: string): Promise<string | undefined> => {
      const found = await store.find(teamId, enterpriseId);
      return found && store.open(found).botToken;
    };
    return { db, store, tokenOf };
  };

  it('give back what they were given, for their workspace and for no other', async () => {
    const { store } = await start();
    await store.save(readers({ enterpriseId: 'E9' }), ROTATING);
    const found = await store.find('T1', 'E9');
    expect(found).toMatchObject({ ...readers({ enterpriseId: 'E9' }), tokenExpiresAt: at(59), installedAt: at(0) });
    expect(found && store.open(found)).toEqual(ROTATING);
    for (const [teamId, enterpriseId] of [['T2'], [''], ['E1'], ['T2', 'T1'], ['T2', 'E9']])
      expect(await store.find(teamId ?? '', enterpriseId)).toBeUndefined();
  });

  it('write no token in clear', async () => {
    const { db, store } = await start();
    await store.save(readers(), ROTATING);
    const rows = JSON.stringify(await db.query.select().from(db.tables.slackInstallations));
    expect(rows).toContain('Readers');
    expect(rows).not.toMatch(/secret|xox/);
  });

  it('of an organisation serve each of its workspaces, but for one with an installation of its own', async () => {
    const { store, tokenOf } = await start();
    await store.save(organisation(), { botToken: 'for all' });
    await store.save(readers({ enterpriseId: 'E1' }), { botToken: 'for one' });
    expect(await tokenOf('T2', 'E1')).toBe('for all');
    expect(await tokenOf('T1', 'E1')).toBe('for one');
    expect(await tokenOf('T2', 'E2')).toBeUndefined();
    expect(await tokenOf('E1')).toBeUndefined();
    expect(await tokenOf('', 'T1')).toBeUndefined();
  });

  it('of an organisation are found by the workspace alone once it is remembered, until it is forgotten', async () => {
    const { db, store, tokenOf } = await start();
    await store.save(organisation(), { botToken: 'for all' });
    expect(await tokenOf('T2')).toBeUndefined();
    expect(await store.find('T2', 'E1')).toMatchObject({ isRemembered: false });
    await store.rememberTeam('T2', 'E1');
    await store.rememberTeam('T3', 'E1');
    await store.rememberTeam('T4', 'E2');
    await setInstallationFact(db, 'another fact', 'E1');
    expect(await tokenOf('T2')).toBe('for all');
    expect(await store.find('T2', 'E1')).toMatchObject({ isRemembered: true });
    expect((await store.teamsOf('E1')).sort()).toEqual(['T2', 'T3']);
    await store.forgetTeams(['T2']);
    expect(await tokenOf('T2')).toBeUndefined();
    expect(await store.teamsOf('E1')).toEqual(['T3']);
  });

  it('of a workspace that went to another organisation are the new one’s', async () => {
    const { store, tokenOf } = await start();
    await store.save(organisation(), { botToken: 'of the first' });
    await store.save(organisation({ ownerId: 'E2', enterpriseId: 'E2' }), { botToken: 'of the second' });
    await store.rememberTeam('T2', 'E1');
    expect(await tokenOf('T2', 'E2')).toBe('of the second');
    expect(await store.find('T2', 'E2')).toMatchObject({ isRemembered: false });
    await store.rememberTeam('T2', 'E2');
    expect(await tokenOf('T2')).toBe('of the second');
    expect(await tokenOf('T2', 'E1')).toBe('of the first');
  });

  it('are forgotten when they are removed, but for who and when, and come back', async () => {
    const { db, store, tokenOf } = await start();
    await store.save(readers(), ROTATING);
    await store.save(readers({ ownerId: 'T2' }), TOKEN);
    await store.remove(ofTeam, at(5));
    await store.remove(ofTeam, at(6));
    expect(await store.find('T1')).toBeUndefined();
    expect(await store.read(ofTeam)).toBeUndefined();
    expect((await store.all()).map(({ ownerId }) => ownerId)).toEqual(['T2']);
    const { slackInstallations } = db.tables;
    const rows = await db.query.select().from(slackInstallations).orderBy(slackInstallations.ownerId);
    expect(rows[0]).toMatchObject({
      ownerId: 'T1',
      installedBy: 'U2',
      botToken: null,
      refreshToken: null,
      tokenExpiresAt: null,
      removedAt: at(5),
    });
    await storeAt(db, at(10)).save(readers(), { botToken: 'another' });
    expect(await tokenOf('T1')).toBe('another');
  });

  it('survive the news of a removal that was before they were made', async () => {
    const { db, store, tokenOf } = await start();
    await storeAt(db, at(10)).save(readers(), TOKEN);
    await store.remove(ofTeam, at(5));
    expect(await tokenOf('T1')).toBe('xoxb-secret');
  });

  it('of an organisation stay when one of its workspaces is removed, and the other way round', async () => {
    const { store } = await start();
    const owners = async () => (await store.all()).map(({ ownerId }) => ownerId);
    await store.save(organisation(), TOKEN);
    await store.save(readers({ enterpriseId: 'E1' }), TOKEN);
    await store.remove({ ownerId: 'E1', isOrg: false }, at(1));
    expect(await owners()).toEqual(['E1', 'T1']);
    await store.remove(ofTeam, at(1));
    expect(await owners()).toEqual(['E1']);
    await store.save(readers({ enterpriseId: 'E1' }), TOKEN);
    await store.remove(ofOrg, at(3));
    expect(await owners()).toEqual(['T1']);
  });

  it('take new tokens only from the one who had read the newest', async () => {
    const { store } = await start();
    await store.save(readers(), ROTATING);
    const read = await store.find('T1');
    if (!read) throw new Error('it is not there');
    const tokens = (botToken: string) => ({ botToken, rotation: { refreshToken: `r${botToken}`, expiresAt: at(30) } });
    const won = await Promise.all(['a', 'b', 'c', 'd'].map(token => store.replaceTokens(read, tokens(token))));
    expect(won.filter(Boolean)).toHaveLength(1);
    const now = await store.read(ofTeam);
    expect(now && store.open(now)).toEqual(tokens(String('abcd'[won.indexOf(true)])));
    expect(now).toMatchObject({ tokenVersion: read.tokenVersion + 1, installedAt: at(0) });
  });

  it('take no new tokens after they were removed or made anew', async () => {
    const { store, tokenOf } = await start();
    await store.save(readers(), ROTATING);
    const read = await store.find('T1');
    if (!read) throw new Error('it is not there');
    await store.remove(ofTeam, at(1));
    expect(await store.replaceTokens(read, { botToken: 'late' })).toBe(false);
    await store.save(readers(), { botToken: 'new' });
    expect(await store.replaceTokens(read, { botToken: 'late' })).toBe(false);
    expect(await tokenOf('T1')).toBe('new');
  });

  it('do not open with tokens that were moved to another workspace', async () => {
    const { db, store, tokenOf } = await start();
    await store.save(readers(), TOKEN);
    const stolen = await store.find('T1');
    await store.save(readers({ ownerId: 'T2' }), TOKEN);
    const { slackInstallations } = db.tables;
    await db.query.update(slackInstallations).set({ botToken: stolen?.botToken ?? '' });
    expect(await tokenOf('T1')).toBe('xoxb-secret');
    await expect(tokenOf('T2')).rejects.toThrow('belongs to another row');
  });

  it('are sealed anew all at once after a change of the key, and those that no key opens are named', async () => {
    const { db } = await start();
    await storeAt(db, at(0), OLD_KEY).save(readers(), ROTATING);
    await storeAt(db, at(1), OLD_KEY).save(organisation(), TOKEN);
    await storeAt(db, at(2), LOST_KEY).save(readers({ ownerId: 'T3' }), TOKEN);
    await storeAt(db, at(3), KEY).save(readers({ ownerId: 'T4' }), TOKEN);
    const both = storeAt(db, at(4), KEY, OLD_KEY);
    expect(await both.sealAnew()).toEqual({ renewed: ['T1', 'E1'], unreadable: ['T3'] });
    expect(await both.sealAnew()).toEqual({ renewed: [], unreadable: ['T3'] });
    const after = storeAt(db, at(5), KEY);
    const found = await after.find('T1');
    expect(found && after.open(found)).toEqual(ROTATING);
  });

  it('keep a refreshed token although they were sealed anew meanwhile', async () => {
    const { db, tokenOf } = await start();
    const before = storeAt(db, at(0), OLD_KEY);
    await before.save(readers(), ROTATING);
    const read = await before.find('T1');
    if (!read) throw new Error('it is not there');
    const both = storeAt(db, at(1), KEY, OLD_KEY);
    await both.sealAnew();
    expect(await both.replaceTokens(read, { ...ROTATING, botToken: 'newer' })).toBe(true);
    expect(await tokenOf('T1')).toBe('newer');
  });

  it('go with everything else when a database is emptied', async () => {
    const { db, store } = await start();
    await store.save(readers(), TOKEN);
    await store.rememberTeam('T2', 'E1');
    await clearDatabase(db);
    expect(await db.query.select().from(db.tables.slackInstallations)).toEqual([]);
    expect(await installationFact(db, 'slackOrganisation/T2')).toBeUndefined();
  });
});
