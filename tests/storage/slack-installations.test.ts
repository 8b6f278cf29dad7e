import { type Installation, InstallProvider } from '@slack/oauth';
import { afterEach, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { createSecrets } from '../../src/secrets.ts';
import type { Db } from '../../src/storage/database.ts';
import {
  createInstallationStore,
  installationOf,
  installations,
  type NewSlackInstallation,
  rememberOrganisation,
  removeInstallation,
  replaceTokens,
  saveInstallation,
} from '../../src/storage/slack-installations.ts';
import { describeOnBothDatabases } from '../support/databases.ts';
import { clientOf, clientOptions, closeAll, errorOf, quietLogger, startForTest } from '../support/slack/real-app.ts';

afterEach(closeAll);

const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 23, 8, minutes));
const KEY = 'the-key-of-this-year-0123456789abcdef';
const OLD_KEY = 'the-key-of-last-year-0123456789abcdef';

const installed = (change: Partial<NewSlackInstallation> = {}): NewSlackInstallation => ({
  ownerId: 'T1',
  isOrg: false,
  enterpriseId: null,
  name: 'Readers',
  appId: 'A1',
  botId: 'B1',
  botUserId: 'U1',
  scopes: ['commands', 'chat:write'],
  installedBy: 'U2',
  botToken: 'sealed one',
  refreshToken: null,
  tokenExpiresAt: null,
  ...change,
});
const inOrg = (change: Partial<NewSlackInstallation> = {}) =>
  installed({ ownerId: 'E1', isOrg: true, enterpriseId: 'E1', botToken: 'sealed for all', ...change });

const workspace = (teamId: string, enterpriseId?: string) => ({ teamId, enterpriseId, isEnterpriseInstall: false });
const organisation = (enterpriseId: string, teamId?: string) => ({ teamId, enterpriseId, isEnterpriseInstall: true });
const tokenOf = async (db: Db, owner: Parameters<typeof installationOf>[1]): Promise<string | undefined> =>
  (await installationOf(db, owner))?.botToken;

describeOnBothDatabases('installations in Slack', open => {
  it('are kept and found by their workspace, and by no other', async () => {
    const db = await open();
    await saveInstallation(db, installed({ tokenExpiresAt: at(59), refreshToken: 'sealed two' }), at(0));
    expect(await installationOf(db, workspace('T1'))).toMatchObject({
      ...installed({ tokenExpiresAt: at(59), refreshToken: 'sealed two' }),
      installedAt: at(0),
    });
    expect(await installationOf(db, workspace('T2'))).toBeUndefined();
    expect(await installationOf(db, workspace(''))).toBeUndefined();
    expect(await installationOf(db, organisation('T1'))).toBeUndefined();
    expect(await installationOf(db, workspace('E1'))).toBeUndefined();
  });

  it('serve every workspace of an organisation, each of which may have one of its own', async () => {
    const db = await open();
    await saveInstallation(db, inOrg(), at(0));
    await saveInstallation(db, installed({ enterpriseId: 'E1' }), at(1));
    expect(await tokenOf(db, workspace('T2', 'E1'))).toBe('sealed for all');
    expect(await tokenOf(db, organisation('E1', 'T2'))).toBe('sealed for all');
    expect(await tokenOf(db, workspace('T1', 'E1'))).toBe('sealed one');
    expect(await tokenOf(db, organisation('E1', 'T1'))).toBe('sealed for all');
    expect(await tokenOf(db, workspace('T2', 'E2'))).toBeUndefined();
    expect(await tokenOf(db, workspace('E1'))).toBeUndefined();
  });

  it('of an organisation are found by the workspace alone, once it is known where that belongs', async () => {
    const db = await open();
    await saveInstallation(db, inOrg(), at(0));
    expect(await tokenOf(db, workspace('T2'))).toBeUndefined();
    await rememberOrganisation(db, 'T2', 'E1');
    expect(await tokenOf(db, workspace('T2'))).toBe('sealed for all');
    expect(await tokenOf(db, workspace('T3'))).toBeUndefined();
  });

  it('are forgotten when they are removed, but for who and when, and come back', async () => {
    const db = await open();
    await saveInstallation(db, installed({ refreshToken: 'sealed two', tokenExpiresAt: at(59) }), at(0));
    await saveInstallation(db, installed({ ownerId: 'T2' }), at(0));
    expect(await removeInstallation(db, workspace('T1'), at(5))).toBe(true);
    expect(await removeInstallation(db, workspace('T1'), at(6))).toBe(false);
    expect(await installationOf(db, workspace('T1'))).toBeUndefined();
    expect((await installations(db)).map(({ ownerId }) => ownerId)).toEqual(['T2']);
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
    await saveInstallation(db, installed({ botToken: 'sealed anew' }), at(10));
    expect(await tokenOf(db, workspace('T1'))).toBe('sealed anew');
  });

  it('survive the news of a removal that was before they were made', async () => {
    const db = await open();
    await saveInstallation(db, installed(), at(10));
    expect(await removeInstallation(db, workspace('T1'), at(5))).toBe(false);
    expect(await tokenOf(db, workspace('T1'))).toBe('sealed one');
  });

  it('of an organisation stay when one of its workspaces is removed, and the other way round', async () => {
    const db = await open();
    await saveInstallation(db, inOrg(), at(0));
    await saveInstallation(db, installed({ enterpriseId: 'E1' }), at(0));
    await removeInstallation(db, workspace('T1', 'E1'), at(1));
    expect(await removeInstallation(db, workspace('E1'), at(1))).toBe(false);
    expect((await installations(db)).map(({ ownerId }) => ownerId)).toEqual(['E1']);
    await saveInstallation(db, installed({ enterpriseId: 'E1' }), at(2));
    await removeInstallation(db, organisation('E1', 'T1'), at(3));
    expect((await installations(db)).map(({ ownerId }) => ownerId)).toEqual(['T1']);
  });

  it('take new tokens only from the one who had read the newest', async () => {
    const db = await open();
    await saveInstallation(db, installed(), at(0));
    const read = await installationOf(db, workspace('T1'));
    if (!read) throw new Error('it is not there');
    const tokens = (botToken: string) => ({ botToken, refreshToken: 'r', tokenExpiresAt: at(30) });
    const won = await Promise.all(['a', 'b', 'c', 'd'].map(token => replaceTokens(db, read, tokens(token), at(1))));
    expect(won.filter(Boolean)).toHaveLength(1);
    const winner = 'abcd'[won.indexOf(true)];
    expect(await installationOf(db, workspace('T1'))).toMatchObject({ ...tokens(String(winner)), installedAt: at(0) });
  });

  it('take no new tokens after they were removed or made anew', async () => {
    const db = await open();
    await saveInstallation(db, installed(), at(0));
    const read = await installationOf(db, workspace('T1'));
    if (!read) throw new Error('it is not there');
    const late = { botToken: 'late', refreshToken: null, tokenExpiresAt: null };
    await removeInstallation(db, workspace('T1'), at(1));
    expect(await replaceTokens(db, read, late, at(2))).toBe(false);
    await saveInstallation(db, installed({ botToken: 'new' }), at(3));
    expect(await replaceTokens(db, read, late, at(4))).toBe(false);
    expect(await tokenOf(db, workspace('T1'))).toBe('new');
  });
});

const granted = (change: Partial<Installation<'v2', boolean>> = {}): Installation<'v2', boolean> => ({
  team: { id: 'T1', name: 'Readers' },
  enterprise: undefined,
  user: { token: undefined, scopes: undefined, id: 'U2' },
  bot: { token: 'xoxb-secret', scopes: ['commands'], id: 'B1', userId: 'U1' },
  appId: 'A1',
  tokenType: 'bot',
  isEnterpriseInstall: false,
  authVersion: 'v2',
  ...change,
});
const rotating = { token: 'xoxe.xoxb-secret', refreshToken: 'xoxe-1-secret', expiresAt: 1_795_000_000 };
const bot = { scopes: ['commands'], id: 'B1', userId: 'U1' };

describeOnBothDatabases('Bolt’s installation store', open => {
  const secrets = createSecrets([KEY]);

  it('gives back what it was given, for a workspace and for an organisation', async () => {
    const store = createInstallationStore(await open(), secrets, () => at(0));
    const forTeam = granted({ bot: { ...bot, ...rotating }, enterprise: { id: 'E1' } });
    const forOrg = granted({
      team: undefined,
      enterprise: { id: 'E1', name: 'Organisation' },
      isEnterpriseInstall: true,
    });
    await store.storeInstallation(forTeam);
    await store.storeInstallation(forOrg);
    expect(await store.fetchInstallation(workspace('T1', 'E1') as never)).toMatchObject(forTeam);
    expect(await store.fetchInstallation(organisation('E1') as never)).toMatchObject(forOrg);
  });

  it('writes no token in clear', async () => {
    const db = await open();
    const store = createInstallationStore(db, secrets, () => at(0));
    await store.storeInstallation(granted({ bot: { ...bot, ...rotating } }));
    const rows = JSON.stringify(await db.query.select().from(db.tables.slackInstallations));
    expect(rows).toContain('Readers');
    expect(rows).not.toContain('secret');
    expect(rows).not.toContain('xox');
  });

  it('says in words where Milepost is not installed, and what is wrong with an installation without a bot', async () => {
    const store = createInstallationStore(await open(), secrets, () => at(0));
    await expect(store.fetchInstallation(workspace('T1') as never)).rejects.toThrow(
      new UserError('slack_not_installed', 'Milepost is not installed in this Slack workspace.'),
    );
    const { bot: _, ...withoutBot } = granted();
    await expect(store.storeInstallation(withoutBot)).rejects.toThrow(/no bot token.*manifest/);
  });

  it('removes on demand, and takes Milepost back', async () => {
    const store = createInstallationStore(await open(), secrets, () => at(0));
    await store.storeInstallation(granted());
    await store.deleteInstallation(workspace('T1') as never);
    await expect(store.fetchInstallation(workspace('T1') as never)).rejects.toThrow('not installed');
    await store.storeInstallation(granted());
    expect((await store.fetchInstallation(workspace('T1') as never)).bot?.token).toBe('xoxb-secret');
  });

  it('does not open tokens that were moved to another workspace', async () => {
    const db = await open();
    const store = createInstallationStore(db, secrets, () => at(0));
    await store.storeInstallation(granted());
    const stolen = await installationOf(db, workspace('T1'));
    await saveInstallation(db, installed({ ownerId: 'T2', botToken: stolen?.botToken ?? '' }), at(1));
    await expect(store.fetchInstallation(workspace('T2') as never)).rejects.toThrow('belongs to another row');
  });

  it('reads what an earlier key sealed, and seals it anew as it is read', async () => {
    const db = await open();
    const before = createInstallationStore(db, createSecrets([OLD_KEY]), () => at(0));
    await before.storeInstallation(granted({ bot: { ...bot, ...rotating } }));
    const both = createInstallationStore(db, createSecrets([KEY, OLD_KEY]), () => at(1));
    expect((await both.fetchInstallation(workspace('T1') as never)).bot).toMatchObject(rotating);
    const after = createInstallationStore(db, secrets, () => at(2));
    expect((await after.fetchInstallation(workspace('T1') as never)).bot).toMatchObject(rotating);
  });

  it('seals all anew at once, and names those that no key opens', async () => {
    const db = await open();
    const oldStore = createInstallationStore(db, createSecrets([OLD_KEY]), () => at(0));
    await oldStore.storeInstallation(granted());
    await oldStore.storeInstallation(granted({ team: { id: 'T2' } }));
    const lost = createInstallationStore(db, createSecrets(['a-key-that-nobody-has-any-more-0123456789']), () => at(0));
    await lost.storeInstallation(granted({ team: { id: 'T3' } }));
    const store = createInstallationStore(db, createSecrets([KEY, OLD_KEY]), () => at(1));
    await store.storeInstallation(granted({ team: { id: 'T4' } }));
    expect(await store.sealAnew()).toEqual({ renewed: ['T1', 'T2'], unreadable: ['T3'] });
    expect(await store.sealAnew()).toEqual({ renewed: [], unreadable: ['T3'] });
    const withoutOld = createInstallationStore(db, secrets, () => at(2));
    expect((await withoutOld.fetchInstallation(workspace('T2') as never)).bot?.token).toBe('xoxb-secret');
  });

  it('keeps a refreshed token although it was sealed anew meanwhile', async () => {
    const db = await open();
    const before = createInstallationStore(db, createSecrets([OLD_KEY]), () => at(0));
    await before.storeInstallation(granted({ bot: { ...bot, ...rotating } }));
    const read = await before.fetchInstallation(workspace('T1') as never);
    const both = createInstallationStore(db, createSecrets([KEY, OLD_KEY]), () => at(1));
    await both.sealAnew();
    await both.storeInstallation({ ...read, bot: { ...bot, ...rotating, token: 'xoxe.xoxb-newer' } });
    expect((await both.fetchInstallation(workspace('T1') as never)).bot?.token).toBe('xoxe.xoxb-newer');
  });

  it('ignores refreshed tokens of one who had read old ones', async () => {
    const store = createInstallationStore(await open(), secrets, () => at(0));
    await store.storeInstallation(granted({ bot: { ...bot, ...rotating } }));
    const read = await store.fetchInstallation(workspace('T1') as never);
    await store.storeInstallation({ ...read, bot: { ...bot, ...rotating, token: 'xoxe.xoxb-first' } });
    await store.storeInstallation({ ...read, bot: { ...bot, ...rotating, token: 'xoxe.xoxb-second' } });
    expect((await store.fetchInstallation(workspace('T1') as never)).bot?.token).toBe('xoxe.xoxb-first');
  });

  it('lets the real installer refresh in two processes at once: one token counts, and it is valid', async () => {
    const slack = await startForTest();
    slack.app.tokenRotation = true;
    const readers = slack.addWorkspace({ name: 'Readers', installed: false });
    slack.installInto({ workspace: readers });
    const page = new URLSearchParams({ client_id: slack.clientId, scope: 'commands', redirect_uri: 'https://x.test/' });
    const agreed = await fetch(`${slack.authorizeUrl}?${page}`, { redirect: 'manual' });
    const code = new URL(agreed.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const access = await clientOf(slack, '').oauth.v2.access({
      client_id: slack.clientId,
      client_secret: slack.clientSecret,
      code,
      redirect_uri: 'https://x.test/',
    });
    const db = await open();
    const store = createInstallationStore(db, secrets, () => at(0));
    // All but over: whoever uses it refreshes it first.
    const tokens = {
      token: access.access_token ?? '',
      refreshToken: access.refresh_token ?? '',
      expiresAt: Math.floor(Date.now() / 1000) + 60,
    };
    await store.storeInstallation(granted({ team: { id: readers.teamId }, bot: { ...bot, ...tokens } }));
    const authorize = () =>
      new InstallProvider({
        clientId: slack.clientId,
        clientSecret: slack.clientSecret,
        stateSecret: 'state',
        clientOptions: clientOptions(slack),
        logger: quietLogger,
        installationStore: createInstallationStore(db, secrets, () => at(0)),
      }).authorize({ teamId: readers.teamId, enterpriseId: undefined, isEnterpriseInstall: false });
    await Promise.all([authorize(), authorize()]);
    const { botToken = '' } = await authorize();
    expect(botToken).not.toBe(tokens.token);
    expect(await errorOf(clientOf(slack, botToken).auth.test())).toBeUndefined();
    expect(await installationOf(db, workspace(readers.teamId))).toMatchObject({ tokenVersion: 2 });
  });
});
