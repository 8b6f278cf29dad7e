import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Installation, InstallProvider } from '@slack/oauth';
import { afterEach, expect, it } from 'vitest';
import {
  clientOf,
  clientOptions,
  closeAfterwards,
  closeAll,
  errorOf,
  quietLogger,
  startForTest,
} from '../support/slack/real-app.ts';
import type { LocalSlack } from '../support/slack/slack-server.ts';

afterEach(closeAll);

const SCOPES = ['commands', 'chat:write'];

/** The real installer with its two pages, and a browser that keeps its cookie. */
const startInstaller = async (slack: LocalSlack) => {
  const stored: Installation[] = [];
  const installer = new InstallProvider({
    clientId: slack.clientId,
    clientSecret: slack.clientSecret,
    stateSecret: 'state',
    authorizationUrl: slack.authorizeUrl,
    directInstall: true,
    clientOptions: clientOptions(slack),
    logger: quietLogger,
    installationStore: {
      storeInstallation: async installation => {
        stored.push(structuredClone(installation));
      },
      fetchInstallation: async () => structuredClone(stored.at(-1)) as Installation<'v2', boolean>,
    },
  });
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/install')) {
      const redirectUri = `${base()}/done`;
      void installer.handleInstallPath(request, response, {}, { scopes: SCOPES, redirectUri });
    } else void installer.handleCallback(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterwards(() => server.close());
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const visit = async (): Promise<{ status: number; location: string }> => {
    const first = await fetch(`${base()}/install`, { redirect: 'manual' });
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await fetch(first.headers.get('location') ?? '', { redirect: 'manual' });
    const location = page.headers.get('location') ?? '';
    return { status: (await fetch(location, { headers: { cookie } })).status, location };
  };
  return { installer, stored, visit };
};

const access = async (slack: LocalSlack, args: Record<string, string>) => {
  const body = new URLSearchParams({ client_id: slack.clientId, client_secret: slack.clientSecret, ...args });
  const answer = await fetch(`${slack.apiUrl}oauth.v2.access`, { method: 'POST', body });
  return (await answer.json()) as { ok: boolean; error?: string; access_token?: string };
};

it('installs the app into a workspace by the real installer, each code once', async () => {
  const slack = await startForTest();
  const workspace = slack.addWorkspace({ name: 'Readers', installed: false });
  const owner = workspace.user('Grace');
  expect(workspace.botToken).toBe('');
  const { stored, visit } = await startInstaller(slack);
  slack.installInto({ workspace, by: owner });
  const { status, location } = await visit();
  expect(status).toBe(200);
  expect(stored).toMatchObject([
    {
      team: { id: workspace.teamId, name: 'Readers' },
      user: { id: owner.id },
      isEnterpriseInstall: false,
      bot: { token: workspace.botToken, userId: workspace.botUserId, id: workspace.botId, scopes: SCOPES },
    },
  ]);
  expect(await errorOf(clientOf(slack, workspace.botToken).auth.test())).toBeUndefined();
  const code = new URL(location).searchParams.get('code') ?? '';
  expect(await access(slack, { code })).toMatchObject({ error: 'code_already_used' });
  expect(await access(slack, { code: 'wrong' })).toMatchObject({ error: 'invalid_code' });
  expect(await access(slack, { code, client_secret: 'wrong' })).toMatchObject({ error: 'bad_client_secret' });
  expect(await access(slack, { code, client_id: 'wrong' })).toMatchObject({ error: 'invalid_client_id' });
});

it('installs nothing when the person cancels', async () => {
  const slack = await startForTest();
  const workspace = slack.addWorkspace({ installed: false });
  const { stored, visit } = await startInstaller(slack);
  slack.installInto({ workspace, deny: true });
  const { status, location } = await visit();
  expect(location).toContain('error=access_denied');
  expect(status).toBe(500);
  expect(stored).toEqual([]);
});

it('rotates tokens: one lives twelve hours, and each refresh token works once', async () => {
  let now = Date.now();
  const slack = await startForTest({ now: () => new Date(now) });
  const workspace = slack.addWorkspace({ installed: false });
  slack.app.tokenRotation = true;
  const { installer, stored, visit } = await startInstaller(slack);
  slack.installInto({ workspace });
  await visit();
  const first = stored[0]?.bot;
  if (!first?.refreshToken || first.expiresAt === undefined) throw new Error('no refresh token');
  expect(first.token).toMatch(/^xoxe\.xoxb-/);
  expect(first.expiresAt - Date.now() / 1000).toBeGreaterThan(43_000);
  now += 43_200_000;
  expect(await errorOf(clientOf(slack, first.token).auth.test())).toBe('token_expired');
  // The installer looks at the machine's clock: it is told that the token is about to end.
  if (stored[0]?.bot) stored[0].bot.expiresAt = Math.floor(Date.now() / 1000) + 60;
  const { botToken } = await installer.authorize({
    teamId: workspace.teamId,
    enterpriseId: undefined,
    isEnterpriseInstall: false,
  });
  expect(botToken).toBe(workspace.botToken);
  expect(await errorOf(clientOf(slack, botToken ?? '').auth.test())).toBeUndefined();
  expect(await access(slack, { grant_type: 'refresh_token', refresh_token: first.refreshToken })).toMatchObject({
    error: 'invalid_refresh_token',
  });
});

it('installs into a whole organisation: one token, every workspace of it and no other', async () => {
  const slack = await startForTest();
  const [one, two] = ['One', 'Two'].map(name => slack.addWorkspace({ name, enterpriseId: 'E01', installed: false }));
  const other = slack.addWorkspace({ name: 'Other' });
  if (!one || !two) throw new Error('no workspaces');
  const channel = two.addChannel({ name: 'general' });
  const elsewhere = other.addChannel({ name: 'general' });
  const { stored, visit } = await startInstaller(slack);
  slack.installInto({ workspace: one, orgWide: true });
  await visit();
  expect(stored).toMatchObject([{ isEnterpriseInstall: true, team: undefined, enterprise: { id: 'E01' } }]);
  const client = clientOf(slack, stored[0]?.bot?.token ?? '');
  expect(await client.apiCall('auth.test', { team_id: two.teamId })).toMatchObject({
    team_id: two.teamId,
    is_enterprise_install: true,
  });
  await client.chat.postMessage({ channel: channel.id, text: 'to two' });
  expect(slack.messages(channel)).toMatchObject([{ text: 'to two' }]);
  expect(await errorOf(client.chat.postMessage({ channel: elsewhere.id, text: 'x' }))).toBe('channel_not_found');
});

it('sends a browser only to addresses that the manifest names', async () => {
  const slack = await startForTest();
  slack.addWorkspace().user('Grace');
  slack.useManifest({
    display_information: { name: 'Milepost' },
    features: { bot_user: { display_name: 'Milepost' } },
    oauth_config: { scopes: { bot: ['chat:write'] }, redirect_urls: ['https://milepost.example'] },
    settings: { socket_mode_enabled: true },
  });
  const page = (redirectUri?: string) => {
    const query = new URLSearchParams({
      client_id: slack.clientId,
      scope: 'chat:write',
      state: 's',
      ...(redirectUri && { redirect_uri: redirectUri }),
    });
    return fetch(`${slack.authorizeUrl}?${query}`, { redirect: 'manual' });
  };
  expect((await page()).headers.get('location')).toMatch(/^https:\/\/milepost\.example\/\?state=s&code=/);
  expect((await page('https://milepost.example/done')).headers.get('location')).toContain('/done?state=s&code=');
  expect(await (await page('https://evil.example')).text()).toContain('did not match');
});
