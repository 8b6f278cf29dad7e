// The baseline: what a good Bolt tutorial ends with, an app that acknowledges at once and answers with blocks that were made beforehand.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { App, type HTTPReceiver, LogLevel } from '@slack/bolt';
import type { HomeView, KnownBlock } from '@slack/types';
import type { BareSettings } from './slack-bots.ts';

const [path = ''] = process.argv.slice(2);
const { transport, apiUrl, tokens, answers, home } = JSON.parse(readFileSync(path, 'utf8')) as BareSettings;
const app = new App({
  ...(transport.type === 'socket'
    ? { socketMode: true, appToken: transport.appToken }
    : { signingSecret: transport.signingSecret }),
  authorize: async ({ teamId = '' }) => ({ botToken: tokens[teamId] ?? '' }),
  clientOptions: { slackApiUrl: apiUrl },
  logLevel: LogLevel.ERROR,
});
const view = home as unknown as HomeView;
const contentOf = (name: string) => {
  const { text, blocks } = answers[name] ?? { text: 'constant', blocks: [] };
  return { text, blocks: blocks as unknown as KnownBlock[] };
};
app.command(/^\//, async ({ ack, command, respond }) => {
  await ack();
  await respond({ response_type: 'ephemeral', ...contentOf(command.command) });
});
app.action(/./, async ({ ack, body, respond, client }) => {
  await ack();
  if ('view' in body && body.view) await client.views.publish({ user_id: body.user.id, view });
  else await respond({ replace_original: true, ...contentOf('press') });
});
app.event('app_home_opened', async ({ event, client }) => {
  await client.views.publish({ user_id: event.user, view });
});
const server = await app.start(0);
const port =
  transport.type === 'http'
    ? ((server as ReturnType<HTTPReceiver['start']> extends Promise<infer S> ? S : never).address() as AddressInfo).port
    : 0;
process.stdout.write(port ? `connected at http://127.0.0.1:${port}\n` : 'connected\n');
process.on('SIGTERM', () => process.exit(0));
