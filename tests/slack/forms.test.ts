import { describe, expect, it, onTestFinished } from 'vitest';
import { type Command, defineCommand, encodeAction, type ModalFields, reply } from '../../src/command.ts';
import { actions, button, type Modal, text } from '../../src/message.ts';
import type { ApiFault } from '../support/slack/misbehaviour.ts';
import type { Answer, Block, LocalSlack, TestChannel, TestSeat, TestUser } from '../support/slack/slack-server.ts';
import { type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));

/** A command with a form whose answer waits until it is let go. */
const slowly = () => {
  const got: ModalFields[] = [];
  let gate: Promise<void> = Promise.resolve();
  let open = (): void => {};
  const form: Modal = {
    id: encodeAction('note', 'save'),
    title: 'A note',
    submit: 'Save',
    fields: [
      { name: 'title', label: 'Title', type: 'text', required: true },
      { name: 'words', label: 'Words', type: 'paragraph' },
      { name: 'kind', label: 'Kind', type: 'select', options: ['a', 'b'].map(value => ({ label: value, value })) },
    ],
  };
  const note: Command = defineCommand({
    name: 'note',
    description: 'Takes a note',
    audience: 'member',
    visibility: 'private',
    run: () => ({ type: 'modal', modal: form }),
    actions: {
      form: () => ({ type: 'modal', modal: form }),
      panel: () => reply({ blocks: [text('The panel'), actions(button('Write', encodeAction('note', 'form')))] }),
    },
    modals: {
      save: {
        async submit(fields) {
          await gate;
          got.push(fields);
          if (fields.title === 'no') return reply({ blocks: [text('“no” is no title.')] }, { refused: true });
          if (fields.words === 'no') return reply({ blocks: [text('“no” are no words.')] }, { refused: true });
          if (fields.title === 'more') return { type: 'modal', modal: { ...form, title: 'Another note' } };
          return reply({ blocks: [text(`Saved: ${fields.title}`)] }, { replace: fields.words === 'instead' });
        },
      },
    },
  });
  return {
    note,
    got,
    hold() {
      gate = new Promise(resolve => {
        open = resolve;
      });
    },
    letGo: () => open(),
  };
};

type Visit = {
  test: SlackTestBot;
  slack: LocalSlack;
  channel: TestChannel;
  user: TestUser;
  ada: TestSeat;
  note: ReturnType<typeof slowly>;
};
const visit = async (options: Partial<SlackTestBotOptions> = {}): Promise<Visit> => {
  const note = slowly();
  const test = await startSlackTestBot({ transport: 'socket', commands: new Map([['note', note.note]]), ...options });
  onTestFinished(() => test.stop());
  const channel = test.workspace.addChannel({ name: 'general' });
  const user = test.workspace.user('Ada', { admin: true });
  return { test, slack: test.slack, channel, user, ada: user.in(channel), note };
};
const real = async (): Promise<Visit> => {
  const { loadCommands } = await import('../../src/commands.ts');
  return visit({ commands: await loadCommands() });
};
const elementOf = (answer: Answer, name: string): Block | undefined =>
  answer.type === 'modal' ? answer.view.blocks.find(({ block_id: id }) => id === name)?.element : undefined;
const levelsOf = ({ test }: Visit) => test.log.filter(({ level }) => level > 30).map(({ msg }) => msg);

describe.each(['socket', 'http'] as const)('a form over %s', transport => {
  it('gives the command what was filled in, and the answer stands where the form came from', async () => {
    const { ada, slack, user, note } = await visit({ transport });
    expect(await ada.type('/note')).toMatchObject({ type: 'modal' });
    const answer = await ada.submit({ title: 'A', words: 'b\nc', kind: 'b' });
    expect(answer).toMatchObject({ type: 'message', ephemeral: true, text: 'Saved: A' });
    expect(note.got).toEqual([{ title: 'A', words: 'b\nc', kind: 'b' }]);
    expect(slack.modalOf(user)).toBeUndefined();
  });

  it('that is refused stays open with what was typed, and says why under the field that is wrong', async () => {
    const { ada, slack, user } = await visit({ transport });
    await ada.type('/note');
    expect(await ada.submit({ title: 'no' })).toMatchObject({ type: 'modal', errors: { title: '“no” is no title.' } });
    expect(await ada.submit({ title: 'A', words: 'no' })).toMatchObject({ errors: { words: '“no” are no words.' } });
    expect(slack.modalOf(user)).toBeDefined();
    expect(await ada.submit({ title: 'A' })).toMatchObject({ text: 'Saved: A' });
  });

  it('may be followed by another form', async () => {
    const { ada } = await visit({ transport });
    await ada.type('/note');
    expect(textOf(await ada.submit({ title: 'more' }))).toContain('Another note');
    expect(await ada.submit({ title: 'B' })).toMatchObject({ type: 'message', text: 'Saved: B' });
  });

  it('whose answer takes too long closes, and the answer comes as a message', async () => {
    const { ada, slack, user, note } = await visit({ transport, waits: { formMs: 20 } });
    await ada.type('/note');
    note.hold();
    const answer = ada.submit({ title: 'A' });
    await slack.until(() => slack.modalOf(user) === undefined);
    note.letGo();
    expect(await answer).toMatchObject({ type: 'message', ephemeral: true, text: 'Saved: A' });
  });

  it('that is refused too late can be opened again as it was filled in', async () => {
    const { ada, slack, user, note } = await visit({ transport, waits: { formMs: 20 } });
    await ada.type('/note');
    note.hold();
    const refused = ada.submit({ title: 'no', words: 'long and dear', kind: 'b' });
    await slack.until(() => slack.modalOf(user) === undefined);
    note.letGo();
    expect(textOf(await refused)).toContain('is no title');
    const again = await ada.press('Change what I typed');
    expect(elementOf(again, 'words')).toMatchObject({ initial_value: 'long and dear' });
    expect(await ada.submit({ title: 'yes' })).toMatchObject({ text: 'Saved: yes' });
    expect(note.got.at(-1)).toEqual({ title: 'yes', words: 'long and dear', kind: 'b' });
  });
});

describe('a form whose connection was renewed while it was worked on', () => {
  it.each([
    ['A', 'Saved: A', []],
    ['no', '“no” is no title.', ['Change what I typed']],
  ])('has its answer as a message: %s', async (title, words, buttons) => {
    const { ada, slack, user, note, test } = await visit({ firstWaitMs: 10 });
    await ada.type('/note');
    note.hold();
    slack.limits.answerWithinMs = 300;
    const sending = ada.submit({ title });
    await slack.until(() => !test.platform.isIdle());
    slack.misbehave.socket.disconnect('refresh_requested');
    await slack.until(() => slack.connects === 2 && test.platform.isConnected());
    note.letGo();
    expect(await sending).toMatchObject({ type: 'failed' });
    await slack.until(() => test.platform.isIdle());
    const [answer] = slack.ephemerals(user);
    expect(answer?.text).toContain(words);
    for (const label of buttons) expect(JSON.stringify(answer?.blocks)).toContain(label);
    expect(test.log.filter(({ level }) => level > 30)).toEqual([]);
  });
});

describe('a form that cannot be opened', () => {
  it.each<[string, ApiFault]>([
    ['the trigger is too old', { error: 'expired_trigger_id' }],
    ['the trigger was used', { error: 'exchanged_trigger_id' }],
    ['Slack limits it', { status: 429, retryAfter: 30 }],
    ['Slack is out of order', { status: 503 }],
    ['the line breaks off', { drop: true }],
  ])('because %s is a button that opens it', async (_, fault) => {
    const { ada, slack, test } = await visit();
    slack.misbehave.api({ method: 'views.open', times: 1 }, fault);
    expect(await ada.type('/note')).toMatchObject({ type: 'message', ephemeral: true, buttons: ['Open the form'] });
    expect(await ada.press('Open the form')).toMatchObject({ type: 'modal' });
    expect(await ada.submit({ title: 'A' })).toMatchObject({ text: 'Saved: A' });
    expect(test.log.filter(({ level }) => level > 30)).toHaveLength(1);
  });

  it('because the command took longer than a trigger lives is a button too', async () => {
    const { ada, slack } = await visit();
    slack.limits.triggerLifeMs = -1;
    expect(await ada.type('/note')).toMatchObject({ buttons: ['Open the form'] });
  });

  it('because it is wrong says that it is our fault, and does not offer the same again', async () => {
    const visited = await visit();
    visited.slack.misbehave.api({ method: 'views.open', times: 1 }, { error: 'invalid_arguments' });
    const answer = await visited.ada.type('/note');
    expect(answer).toMatchObject({ type: 'message', buttons: [], text: expect.stringContaining('the fault is ours') });
    expect(levelsOf(visited)).toEqual(['Slack did not take a form']);
  });

  it('any more, after a day, says so', async () => {
    const { ada, slack, test } = await visit();
    slack.misbehave.api({ method: 'views.open', times: 1 }, { error: 'expired_trigger_id' });
    const late = await ada.type('/note');
    test.setNow('2026-11-25T08:00:00Z');
    expect(textOf(await ada.press('Open the form', late))).toContain('That form is not kept any more');
  });
});

describe('the answer to a form', () => {
  it('that was open for half an hour does not use its old response URL', async () => {
    const { ada, slack, test } = await visit();
    await ada.type('/note');
    test.setNow('2026-11-23T08:31:00Z');
    expect(await ada.submit({ title: 'A' })).toMatchObject({ type: 'message', ephemeral: true, text: 'Saved: A' });
    expect(slack.requests.map(({ method }) => method)).not.toContain('response_url');
    expect(test.log.filter(({ level }) => level > 30)).toEqual([]);
  });

  it('in a window stands in the window, or in the one beneath where it takes its place', async () => {
    const { ada, slack, user, test } = await visit();
    await ada.openHome();
    const home = slack.homeOf(user);
    if (!home) throw new Error('no Home');
    home.blocks = [
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: 'note/panel/', text: { type: 'plain_text', text: 'P' } }],
      },
    ];
    expect(textOf(await ada.press('P', home))).toContain('The panel');
    await ada.press('Write');
    expect(await ada.submit({ title: 'A' })).toMatchObject({
      type: 'modal',
      text: expect.stringContaining('Saved: A'),
    });
    expect(textOf(await ada.press('P', home))).toContain('The panel');
    await ada.press('Write');
    expect(await ada.submit({ title: 'B', words: 'instead' })).toMatchObject({ type: 'modal' });
    const open = slack.views.filter(view => view.type === 'modal' && !view.closed);
    expect(open.map(({ callback_id: id }) => id)).toEqual(['']);
    expect(JSON.stringify(open[0]?.blocks)).toContain('Saved: B');
    expect(slack.directMessages(user)).toEqual([]);
    expect(test.log.filter(({ level }) => level > 30).map(({ msg }) => msg)).toEqual([]);
  });
});

describe('the form for missing options', () => {
  it('asks for a channel by Slack’s own menu, which begins with the one where the person is', async () => {
    const { ada, channel, test } = await real();
    const form = await ada.type('/schedule set');
    expect(elementOf(form, 'kind')?.type).toBe('static_select');
    expect(elementOf(form, 'channel')).toMatchObject({
      type: 'conversations_select',
      default_to_current_conversation: true,
      filter: { include: ['public', 'private'], exclude_bot_users: true },
    });
    const other = test.workspace.addChannel({ name: 'weekly' });
    expect(textOf(await ada.submit({ kind: 'digest', channel: other.id }))).toContain(`<#${other.id}>`);
    await ada.type('/schedule set');
    expect(textOf(await ada.submit({ kind: 'leaderboard' }))).toContain(`<#${channel.id}>`);
    await ada.type('/schedule set');
    other.removeBot();
    const refused = await ada.submit({ kind: 'leaderboard', channel: other.id });
    expect(refused).toMatchObject({ errors: { channel: expect.stringContaining('/invite @milepost') } });
  });

  it('keeps the channel that was given, and one that Slack does not know as it was typed', async () => {
    const { ada, channel } = await real();
    const text = `set channel:<#${channel.id}|general>`;
    const given = await ada.sendRaw('slash_commands', { command: '/schedule', text });
    expect(elementOf(given, 'channel')).toMatchObject({ initial_conversation: channel.id });
    const typed = await ada.type('/schedule set channel:nowhere');
    expect(elementOf(typed, 'channel')).toMatchObject({ type: 'plain_text_input', initial_value: 'nowhere' });
    expect(await ada.submit({ kind: 'digest' })).toMatchObject({
      type: 'modal',
      errors: { channel: expect.anything() },
    });
  });

  it('keeps what was given for other options too, in the words of type-ahead', async () => {
    const { ada } = await real();
    const form = await ada.type('/schedule set weekday:friday zone:Europe/Lisbon tracks:engineering');
    expect(elementOf(form, 'weekday')).toMatchObject({ initial_option: { value: 'friday' } });
    expect(elementOf(form, 'tracks')).toMatchObject({ type: 'multi_static_select' });
    const answer = await ada.submit({ kind: 'digest' });
    expect(textOf(answer)).toContain('Europe/Lisbon');
    expect(textOf(answer)).toContain('Friday');
  });
});

describe('an option that no form asks for', () => {
  it('is chosen from a menu under a list that names each channel, and what was asked is done in its place', async () => {
    const { ada, channel, slack, user, test } = await real();
    const weekly = test.workspace.addChannel({ name: 'weekly' });
    await ada.type('/schedule set digest');
    await ada.type('/schedule set leaderboard channel:#weekly');
    const question = await ada.type('/schedule pause');
    expect(question).toMatchObject({ type: 'message', ephemeral: true });
    expect(textOf(question)).toContain('Pause which schedule?');
    const shown = JSON.stringify(question.type === 'message' && question.message.blocks);
    for (const { id } of [channel, weekly]) expect(shown).toContain(id);
    const answer = await ada.choose(['2'], question);
    expect(answer).toMatchObject({ type: 'message', replaced: true, text: expect.stringContaining('(paused)') });
    expect(slack.modalOf(user)).toBeUndefined();
    expect(test.log.filter(({ level }) => level > 30)).toEqual([]);
  });
});

describe('a window', () => {
  it('of all topics stays beneath the topic that is read from it, whose pages turn where they are', async () => {
    const { ada, slack } = await real();
    await ada.openHome();
    const list = await ada.press('All topics');
    await ada.choose(['what-is-safety'], list);
    expect(textOf(await ada.press('The idea ›'))).toContain('Page 2 of ');
    const titles = () =>
      slack.views
        .filter(view => view.type === 'modal' && !view.closed)
        .map(({ blocks }) => blocks.find(({ type }) => type === 'header')?.text?.text);
    expect(titles()).toEqual(['Topics for everybody', 'What AI safety is']);
  });
});
