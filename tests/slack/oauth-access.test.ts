import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createClients } from '../../src/slack/clients.ts';
import { createOAuthAccess } from '../../src/slack/oauth-access.ts';
import { closeAfterwards, closeAll } from '../support/slack/real-app.ts';

afterEach(closeAll);

/** A Slack that grants something else than a bot. */
const startAnswering = async (answer: object) => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, ...answer }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterwards(() => server.close());
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  const clientsOf = createClients(apiUrl);
  return createOAuthAccess({ clientId: '1.2', clientSecret: 's', clientsOf, now: () => new Date() });
};
const TEAM = { app_id: 'A1', team: { id: 'T1', name: 'Readers' }, enterprise: null, authed_user: { id: 'U1' } };

it.each([
  ['no token', { ...TEAM }],
  ['the token of a person', { ...TEAM, token_type: 'user', access_token: 'xoxp-1', bot_user_id: 'U2' }],
  ['a token without a bot user', { ...TEAM, token_type: 'bot', access_token: 'xoxb-1' }],
  ['neither workspace nor organisation', { token_type: 'bot', access_token: 'xoxb-1', bot_user_id: 'U2', team: null }],
])('an app that is given %s is told to look at its manifest', async (_, answer) => {
  const { exchange } = await startAnswering(answer);
  await expect(exchange('code', 'https://milepost.example.org/back')).rejects.toThrow(/no bot token.*slack manifest/);
});

it('an answer to a refresh that holds no token is not taken for one', async () => {
  const { refresh } = await startAnswering({});
  await expect(refresh('xoxe-1-old')).rejects.toThrow('no bot token');
});
