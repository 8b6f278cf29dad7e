import { describe, expect, it, onTestFinished } from 'vitest';
import { defineCommand, encodeAction, reply } from '../../src/command.ts';
import { actions, button, type Modal, text } from '../../src/message.ts';
import type { KeptValues } from '../../src/platform.ts';
import { createRepeats } from '../../src/slack/repeats.ts';
import { memoryLog } from '../support/delivery.ts';
import { type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

/** A command that counts how often it, its button and its form were run. */
const counting = () => {
  const ran: string[] = [];
  const form: Modal = {
    id: encodeAction('count', 'form'),
    title: 'Form',
    submit: 'Send',
    fields: [{ name: 'value', label: 'Value', type: 'text' }],
  };
  const done = (what: string) => {
    ran.push(what);
    return reply({ blocks: [text(what), actions(button('On', encodeAction('count', 'on')))] });
  };
  const count = defineCommand({
    name: 'count',
    description: 'Counts',
    audience: 'member',
    visibility: 'private',
    alone: 'one',
    subcommands: {
      one: { description: 'Once', run: () => done('command') },
      form: { description: 'A form', run: () => ({ type: 'modal', modal: form }) },
    },
    actions: { on: () => done('press') },
    modals: { form: { submit: () => done('form') } },
  });
  return { ran, commands: new Map([['count', count]]) };
};

const visit = async (options: SlackTestBotOptions) => {
  const test = await startSlackTestBot(options);
  onTestFinished(() => test.stop());
  const channel = test.workspace.addChannel({ name: 'general' });
  const ada = test.workspace.user('Ada');
  return { test, channel, ada, seat: ada.in(channel) };
};

describe.each(['socket', 'http'] as const)('what Slack delivers twice over %s', transport => {
  it('is done once: a command, a press and a form', async () => {
    const { ran, commands } = counting();
    const { test, seat, channel, ada } = await visit({ transport, commands });
    const { slack, workspace } = test;
    const where = { team: { id: workspace.teamId }, user: { id: ada.id }, channel: { id: channel.id } };
    const twice = async (kind: 'slash_commands' | 'interactive', payload: Record<string, unknown>) => {
      const first = await seat.sendRaw(kind, payload);
      expect(await seat.sendRaw(kind, payload)).toEqual({ type: 'nothing' });
      return first;
    };
    await twice('slash_commands', { command: '/count', text: 'one', trigger_id: 'T.1' });
    const button = { type: 'button', action_id: 'count/on/', block_id: 'b', action_ts: '1' };
    await twice('interactive', { type: 'block_actions', ...where, actions: [button], trigger_id: 'T.2' });
    const state = { values: { value: { value: { type: 'plain_text_input', value: 'x' } } } };
    const view = { id: 'V1', type: 'modal', callback_id: 'count/form/', private_metadata: '', state };
    await twice('interactive', { type: 'view_submission', ...where, view, trigger_id: 'T.3' });
    expect(ran).toEqual(['command', 'press', 'form']);
    await seat.type('/count one');
    await seat.press('On');
    expect(ran).toEqual(['command', 'press', 'form', 'command', 'press']);
    expect(slack.warnings).toEqual([]);
  });

  it('is published once: a Home that was opened', async () => {
    const { test, seat } = await visit({ transport });
    const published = () => test.slack.requests.filter(({ method }) => method === 'views.publish').length;
    test.slack.misbehave.events('retried', 1);
    await seat.openHome();
    await test.slack.until(() => test.platform.isIdle());
    expect(published()).toBe(1);
  });
});

describe('what Slack delivers to two processes', () => {
  it('is done by one of them', async () => {
    const { ran, commands } = counting();
    const { test, seat } = await visit({ transport: 'http', commands });
    const trigger = { command: '/count', text: 'one', trigger_id: 'T.9' };
    await seat.sendRaw('slash_commands', trigger);
    const second = await startSlackTestBot({ transport: 'http', commands, db: test.db, running: test });
    onTestFinished(() => second.stop());
    await seat.sendRaw('slash_commands', trigger);
    expect(ran).toEqual(['command']);
    await seat.type('/count one');
    expect(ran).toEqual(['command', 'command']);
  });
});

describe('while the database does not answer', () => {
  it('what Slack sends counts as new, and the fault is logged', async () => {
    const { log, lines } = memoryLog();
    const kept: Pick<KeptValues, 'claim'> = { claim: () => Promise.reject(new Error('no database')) };
    const repeats = createRepeats(kept, log, { viaHttp: true });
    expect(await repeats.isFirst({ trigger_id: 'T.1' })).toBe(true);
    expect(lines.map(({ msg }) => msg)).toEqual(['it could not be noted what Slack has sent']);
    for (const odd of [undefined, null, 7, 'x', {}, { trigger_id: 7 }, { event_id: '' }])
      expect(await repeats.isFirst(odd)).toBe(true);
    expect(lines).toHaveLength(1);
  });
});
