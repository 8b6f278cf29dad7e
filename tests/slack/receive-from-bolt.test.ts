import { afterEach, describe, expect, it } from 'vitest';
import { loadCommands } from '../../src/commands.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { createSlackNames } from '../../src/slack/names.ts';
import { receive } from '../../src/slack/receive.ts';
import type { Received } from '../../src/slack/received.ts';
import { renderModal } from '../../src/slack/render-view.ts';
import { closeAll, connectApp, startForTest } from '../support/slack/real-app.ts';

afterEach(closeAll);

const commands = await loadCommands();
const names = createSlackNames(commands);

describe('what the real Bolt hands on', () => {
  it.each(['socket', 'http'] as const)('is understood as what the person did, by %s', async how => {
    const slack = await startForTest();
    slack.useManifest(slackManifest(commands, how === 'socket' ? { socket: true } : { url: 'https://x.example.org' }));
    const workspace = slack.addWorkspace({ name: 'Readers' });
    const channel = workspace.addChannel({ name: 'learning' });
    const got: Received[] = [];
    await connectApp(slack, how, { token: workspace.botToken }, app => {
      app.use(async ({ body, next }) => {
        got.push(receive(body, names));
        await next();
      });
      app.command(/./, async ({ ack, body, client }) => {
        await ack();
        const { trigger_id } = body;
        if (body.text !== 'form') {
          const actions = [
            { type: 'button' as const, action_id: 'next/show/', text: { type: 'plain_text' as const, text: 'Next' } },
          ];
          await client.chat.postMessage({
            channel: channel.id,
            text: 'x',
            blocks: [{ type: 'actions', elements: actions }],
          });
          return;
        }
        const modal = {
          id: 'start/options/',
          title: 'Start',
          submit: 'Start',
          fields: [{ name: 'topic', label: 'Topic', type: 'text' as const }],
        };
        await client.views.open({ trigger_id, view: renderModal(modal, { privateMetadata: 'from here' }) });
      });
      app.action(/./, ({ ack }) => ack());
      app.view(/./, ({ ack }) => ack());
      app.event('app_home_opened', async () => {});
    });
    const faye = workspace.user('Faye');
    faye.join(channel);
    const seat = faye.in(channel);
    await seat.type('/schedule set digest #learning');
    await seat.press('Next');
    await seat.type('/start form');
    await seat.submit({ topic: 'a < b' });
    await seat.openHome();
    const who = { teamId: workspace.teamId, userId: faye.id };
    const inChannel = { ...who, channelId: channel.id, isDirect: false, responseUrl: expect.stringContaining('http') };
    const text = `/schedule set digest <#${channel.id}|learning>`;
    expect(got).toMatchObject([
      { type: 'interaction', interaction: { type: 'text', text }, place: inChannel },
      {
        type: 'interaction',
        interaction: { type: 'action', action: 'next/show/' },
        place: { ...inChannel, source: { type: 'message', messageTs: expect.any(String), isEphemeral: false } },
      },
      { type: 'interaction', interaction: { type: 'text', text: '/start form' }, place: inChannel },
      {
        type: 'interaction',
        interaction: { type: 'modal', modal: 'start/options/', fields: { topic: 'a < b' } },
        place: { ...who, source: { type: 'view', viewType: 'modal', privateMetadata: 'from here' } },
      },
      { type: 'home', place: who },
    ]);
  });
});
