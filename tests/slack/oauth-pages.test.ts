import { expect, it } from 'vitest';
import { createOAuthRoutes } from '../../src/slack/oauth-routes.ts';
import { memoryLog } from '../support/delivery.ts';

/** Where the button of the install page leads. */
const buttonAt = async (apiUrl: string): Promise<string> => {
  const routes = createOAuthRoutes({
    clientId: '1.2',
    stateSecret: 'a secret',
    publicUrl: 'https://milepost.example.org',
    apiUrl,
    install: () => Promise.reject(new Error('nobody agreed')),
    kept: { claim: async () => true },
    now: () => new Date('2026-11-23T08:00:00Z'),
    log: memoryLog().log,
  });
  const page = await (await routes.request('/slack/install')).text();
  const { origin, pathname } = new URL(/class="button" href="([^"]+)"/.exec(page)?.[1] ?? '');
  return `${origin}${pathname}`;
};

it.each([
  ['https://slack.com/api/', 'https://slack.com'],
  ['https://slack-gov.com/api/', 'https://slack-gov.com'],
  ['https://proxy.example.org/slack/api/', 'https://slack.com'],
  ['https://notslack.com/api/', 'https://slack.com'],
  ['http://127.0.0.1:4000/api/', 'http://127.0.0.1:4000'],
])('who installs Milepost agrees on Slack’s own page, with its API at %s', async (apiUrl, origin) => {
  expect(await buttonAt(apiUrl)).toBe(`${origin}/oauth/v2/authorize`);
});
