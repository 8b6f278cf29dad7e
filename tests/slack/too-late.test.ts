// What comes too late or too slowly: used-up addresses and triggers, forms of an earlier version, windows that are closed, and buttons of last year.
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Command, type MessageReply, type Reply, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { UserError } from '../../src/errors.ts';
import { text } from '../../src/message.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { ERROR, logged, WARN } from '../support/forgery.ts';
import { slowCommands, ZONE_FORM } from '../support/forgery-slow.ts';
import type { Answer, StoredMessage, StoredView } from '../support/slack/slack-server.ts';
import { type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';
import { expectToldPrivately, press, startBot as start, submitForm, textOf } from '../support/slack-forgery.ts';

const startBot = async (options: Partial<SlackTestBotOptions> = {}) => {
  const test = await start(options);
  const channel = test.workspace.addChannel({ name: 'general' });
  const user = test.workspace.user('Ada', { admin: true });
  return { test, slack: test.slack, channel, user, ada: user.in(channel) };
};
const messages = ({ log }: SlackTestBot, level: number): string[] =>
  log.filter(line => line.level >= level).map(({ msg }) => msg);
const viewOf = (answer: Answer): StoredView => {
  if (answer.type !== 'modal' && answer.type !== 'home') throw new Error(`no window: ${textOf(answer)}`);
  return answer.view;
};
/** Uses up the five answers that an address takes. */
const useUp = async ({ private_metadata: kept }: StoredView): Promise<void> => {
  const url = String((JSON.parse(kept) as { responseUrl?: string }).responseUrl);
  for (let used = 0; used < 5; used += 1) {
    const body = JSON.stringify({ text: 'again', response_type: 'ephemeral' });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
  }
};

const AT_LAST: MessageReply = reply({ blocks: [text('At last')] });
const SLOW: {
  what: string;
  visibility: Command['visibility'];
  given: Reply | Error;
  ephemeral: boolean;
  says: string;
}[] = [
  { what: 'a private answer', visibility: 'private', given: AT_LAST, ephemeral: true, says: 'At last' },
  { what: 'a public answer', visibility: 'public', given: AT_LAST, ephemeral: false, says: 'At last' },
  {
    what: 'a refusal of a public command',
    visibility: 'public',
    given: new UserError('no', 'Not today.'),
    ephemeral: true,
    says: 'Not today',
  },
  {
    what: 'a public answer of a private command',
    visibility: 'private',
    given: { ...AT_LAST, private: false },
    ephemeral: false,
    says: 'At last',
  },
  { what: 'a form', visibility: 'public', given: ZONE_FORM, ephemeral: true, says: 'Open the form' },
];

describe.each([
  { when: 'after three seconds', at: '2026-11-23T08:00:10Z', warned: 0 },
  { when: 'after half an hour', at: '2026-11-23T08:31:00Z', warned: 1 },
])('an answer that is there $when', ({ at, warned }) => {
  it.each(SLOW)('is shown to whom it is for: $what', async ({ visibility, given, ephemeral, says }) => {
    const { commands, begins, finish } = await slowCommands(visibility);
    const { test, slack, channel, ada, user } = await startBot({ commands });
    const begun = begins();
    const asking = ada.type('/slow');
    await begun;
    test.setNow(at);
    slack.limits.triggerLifeMs = -1;
    finish(given);
    const answer = await asking;
    expect(answer).toMatchObject({ type: 'message', ephemeral, text: expect.stringContaining(says) });
    slack.limits.triggerLifeMs = 3000;
    const isForm = given === ZONE_FORM;
    if (isForm) {
      expect(await ada.press('Open the form')).toMatchObject({ type: 'modal' });
      expect(textOf(await ada.submit({ value: 'Lisbon' }))).toContain('Europe/Lisbon');
    }
    expect(slack.messages(channel)).toHaveLength(ephemeral ? 0 : 1);
    expect(slack.ephemerals(user)).toHaveLength(ephemeral ? 1 : 0);
    expect(messages(test, WARN)).toEqual([
      ...(isForm ? ['a form could not be opened, so a button for it was sent'] : []),
      ...(warned ? ['an answer was shown in another way'] : []),
    ]);
  });
});

describe('a form', () => {
  it.each([
    { what: 'an answer', given: AT_LAST, says: 'At last' },
    { what: 'a refusal', given: { ...AT_LAST, refused: true }, says: 'At last' },
    { what: 'another form', given: ZONE_FORM, says: 'Open the form' },
  ])('that Slack does not wait for is answered where it was opened, once: $what', async ({ given, says }) => {
    const { commands, begins, finish } = await slowCommands();
    const { test, slack, ada, user } = await startBot({ commands, waits: { formMs: 20 } });
    const begun = begins();
    const asking = submitForm(ada, 'slow/work/', { value: 'x' });
    await begun;
    await slack.until(() => slack.modalOf(user) === undefined);
    finish(given);
    expect(await asking).toMatchObject({ type: 'message', ephemeral: true, text: expect.stringContaining(says) });
    expect(slack.ephemerals(user)).toHaveLength(1);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('whose address is used up, or was good an hour ago, is answered in another way', async () => {
    const { test, slack, ada, user } = await startBot();
    for (const wait of [(view: StoredView) => useUp(view), async () => test.setNow('2026-11-23T10:00:00Z')]) {
      const form = await ada.type('/start');
      await wait(viewOf(form));
      const before = slack.ephemerals(user).length;
      await ada.typeahead('topic', 'safety');
      const answer = await ada.submit({ topic: 'what-is-safety' });
      expect(answer).toMatchObject({ type: 'message', ephemeral: true, message: { channelId: ada.channelId } });
      expect(slack.ephemerals(user)).toHaveLength(before + 1);
    }
    // That it was good an hour ago is known before, and nothing to wonder about.
    expect(messages(test, WARN)).toEqual(['an answer was shown in another way']);
  });

  it('that is sent off twice at once counts once', async () => {
    const { test, ada } = await startBot();
    await ada.type('/start');
    await ada.typeahead('topic', 'safety');
    await Promise.all([ada.submit({ topic: 'what-is-safety' }), ada.submit({ topic: 'what-is-safety' })]);
    const events = await test.db.query.select().from(test.db.tables.progressEvents);
    expect(events).toHaveLength(1);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('that was open while a new version came is told what changed, and nothing of it is done', async () => {
    const { test, ada, slack } = await startBot();
    slack.limits.triggerLifeMs = -1;
    const late = await ada.type('/start');
    slack.limits.triggerLifeMs = 3000;
    const gone = await ada.type('/start');
    await ada.typeahead('topic', 'safety');
    await test.bot.stop();
    const commands = new Map([...(await loadCommands())].filter(([name]) => name !== 'start'));
    const next = await startAgain(test, { commands });
    expect(viewOf(gone).closed).toBe(false);
    const answer = await ada.submit({ topic: 'what-is-safety' });
    expectToldPrivately(answer);
    expect(JSON.stringify(answer)).toContain('an older message that no longer works');
    // What was kept before can be opened, and says the same.
    await ada.press('Open the form', late);
    await ada.typeahead('topic', 'what-is-safety');
    expect(JSON.stringify(await ada.submit({ topic: 'what-is-safety' }))).toContain('no longer works');
    expect(await next.db.query.select().from(next.db.tables.progressEvents)).toEqual([]);
    expect(logged(next, ERROR)).toEqual([]);
  });
});

describe('a window', () => {
  it('that was closed before its answer came has it in a direct message', async () => {
    const { commands, begins, finish } = await slowCommands();
    const { test, slack, ada, user } = await startBot({ commands });
    const { id } = viewOf(await ada.openHome());
    const window = await press(ada, 'slow/offer/', undefined, {
      view: { id, type: 'home' },
      container: { type: 'view', view_id: id },
      channel: undefined,
      response_url: undefined,
    });
    const begun = begins();
    const asking = ada.press('Work', window);
    await begun;
    viewOf(window).closed = true;
    slack.limits.triggerLifeMs = -1;
    finish(AT_LAST);
    expect(textOf(await asking)).toBe('At last');
    expect(slack.directMessages(user).map(message => message.text)).toEqual(['At last']);
    expect(messages(test, WARN)).toEqual(['an answer was shown in another way']);
  });

  it('that was closed says nothing, and the next one opens', async () => {
    const { test, slack, ada, channel } = await startBot();
    const view = viewOf(await ada.type('/start'));
    const who = { user: { id: ada.id }, team: { id: ada.teamId } };
    const closed = {
      type: 'view_closed',
      ...who,
      view: { id: view.id, callback_id: view.callback_id },
      is_cleared: true,
    };
    expect(await ada.sendRaw('interactive', closed)).toEqual({ type: 'nothing' });
    expect(await ada.type('/start')).toMatchObject({ type: 'modal' });
    expect(slack.messages(channel)).toEqual([]);
    expect(logged(test, WARN)).toEqual([]);
  });
});

describe('a button', () => {
  it('that takes long leaves its message as it is, and then changes it or answers beside it', async () => {
    const { commands, begins, finish } = await slowCommands();
    const { test, slack, ada, user } = await startBot({ commands });
    for (const replace of [false, true]) {
      const source = await press(ada, 'slow/offer/');
      const shown = slack.ephemerals(user).length;
      const begun = begins();
      const asking = ada.press('Work', source);
      await begun;
      expect(slack.ephemerals(user)).toHaveLength(shown);
      finish({ ...AT_LAST, replace });
      expect(await asking).toMatchObject({ replaced: replace, ephemeral: true, text: 'At last' });
      expect(slack.ephemerals(user)).toHaveLength(replace ? shown : shown + 1);
    }
    expect(logged(test, WARN)).toEqual([]);
  });

  it('of a message that was deleted meanwhile is answered by a new one', async () => {
    const { commands, begins, finish } = await slowCommands();
    const { test, ada } = await startBot({ commands });
    const source = await press(ada, 'slow/offer/');
    if (source.type !== 'message') throw new Error('no message');
    const begun = begins();
    const asking = ada.press('Work', source);
    await begun;
    source.message.deleted = true;
    finish({ ...AT_LAST, replace: true });
    expect(await asking).toMatchObject({ replaced: false, ephemeral: true, text: 'At last' });
    expect(logged(test, WARN)).toEqual([]);
  });

  it('that is pressed twice at once is answered twice and counts once', async () => {
    const { test, ada } = await startBot();
    const shown = await ada.type('/next');
    const answers = await Promise.all([ada.press('Done', shown), ada.press('Done', shown)]);
    expect(answers.filter(answer => textOf(answer).includes('was done already'))).toHaveLength(1);
    const events = await test.db.query.select().from(test.db.tables.progressEvents);
    expect(events.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('of last year, from before a downgrade, says that it is old, and the others still work', async () => {
    const { test, slack, channel, ada } = await startBot();
    await ada.type('/track select engineering');
    await ada.type(`/schedule set digest <#${channel.id}> weekday:monday time:09:00`);
    await test.liveUntil('2026-11-23T10:00:00Z');
    const [post] = slack.messages(channel);
    if (!post) throw new Error('nothing was posted');
    await test.bot.stop();

    const commands = new Map([...(await loadCommands())].filter(([name]) => name !== 'skip'));
    const topics = new Map([...testCurriculum.topics].filter(([id]) => id !== 'what-is-safety'));
    const curriculum: Curriculum = { ...testCurriculum, topics };
    const next = await startAgain(test, { commands, curriculum, now: '2027-11-23T08:00:00Z' });
    const old = [...new Set(actionsOf(post))];
    expect(old.filter(id => id.startsWith('skip/')).length).toBeGreaterThan(0);
    for (const id of old) {
      const answer = await ada.press(id, post);
      expectToldPrivately(answer, id);
      if (id.startsWith('skip/')) expect(textOf(answer)).toContain('an older message that no longer works');
      else if (id.endsWith('/what-is-safety')) expect(textOf(answer)).toMatch(/There is no topic|nothing to undo/);
      else expect(textOf(answer)).not.toContain('⚠️');
    }
    // Somebody’s Slack may still show the old list of commands.
    const typed = await ada.sendRaw('slash_commands', { command: '/skip', text: 'testing' });
    expect(textOf(typed)).toContain('/milepost help');
    expectToldPrivately(typed);
    expect(logged(next, WARN)).toEqual([]);
  });
});

const actionsOf = ({ blocks }: StoredMessage): string[] =>
  JSON.stringify(blocks).match(/(?<=")[a-z]+\/[a-z]+\/[a-z-]*(?=")/g) ?? [];

/** Another process on the same database and Slack. */
const startAgain = async (before: SlackTestBot, options: Partial<SlackTestBotOptions>): Promise<SlackTestBot> => {
  const test = await startSlackTestBot({ transport: 'socket', ...options, db: before.db, running: before });
  onTestFinished(() => test.stop());
  return test;
};
