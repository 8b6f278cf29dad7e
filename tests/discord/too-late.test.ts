// What comes too late or too slowly: expired tokens, put-off answers, messages that are gone, and buttons of last year.
import { expect, it, onTestFinished, vi } from 'vitest';
import { type Command, type Reply, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { UserError } from '../../src/errors.ts';
import { text } from '../../src/message.ts';
import { testCurriculum } from '../support/curriculum.ts';
import type { Answer } from '../support/discord/discord-server.ts';
import { startTestBot, type TestBot, type TestBotOptions } from '../support/discord-bot.ts';
import { ERROR, logged, WARN } from '../support/forgery.ts';
import { slowCommands, ZONE_FORM } from '../support/forgery-slow.ts';

const startBot = async (options: TestBotOptions = {}) => {
  const test = await startTestBot(options);
  onTestFinished(() => test.stop());
  const guild = test.discord.addGuild({ name: 'Leeds' });
  await test.bot.discord.refreshGuilds();
  return { test, guild, ada: test.discord.user('Ada').in(guild) };
};

const textOf = (answer: Answer): string => (answer.type === 'message' ? answer.text : JSON.stringify(answer));

it('an answer after Discord’s three seconds is lost, is logged once, and the next one arrives', async () => {
  const { commands, begins, finish } = await slowCommands();
  const { test, ada } = await startBot({ commands });
  test.discord.answerWithinMs = 30;
  const begun = begins();
  const asking = ada.slash('slow');
  await begun;
  expect(await asking).toMatchObject({ type: 'failed' });
  finish(reply({ blocks: [text('At last')] }));
  await vi.waitFor(() => expect(logged(test, WARN)).toHaveLength(1), { interval: 5 });
  expect(logged(test, ERROR)).toEqual([]);
  test.discord.answerWithinMs = 3000;
  expect(textOf(await ada.slash('next'))).toContain('What is next');
});

const PUT_OFF: {
  what: string;
  visibility: Command['visibility'];
  given: Reply | Error;
  ephemeral: boolean;
  says: string;
}[] = [
  {
    what: 'a private answer',
    visibility: 'private',
    given: reply({ blocks: [text('At last')] }),
    ephemeral: true,
    says: 'At last',
  },
  {
    what: 'a public answer',
    visibility: 'public',
    given: reply({ blocks: [text('At last')] }),
    ephemeral: false,
    says: 'At last',
  },
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
    given: reply({ blocks: [text('For all')] }, { private: false }),
    ephemeral: false,
    says: 'For all',
  },
  { what: 'a form', visibility: 'private', given: ZONE_FORM, ephemeral: true, says: 'Open the form' },
];
it.each(PUT_OFF)(
  '$what that takes long is put off and then shown to whom it is for',
  async ({ visibility, given, ephemeral, says }) => {
    const { commands, begins, finish } = await slowCommands(visibility);
    const { test, ada } = await startBot({ commands, deferAfterMs: 10 });
    const begun = begins();
    const asking = ada.slash('slow');
    await begun;
    await test.discord.until(() =>
      test.discord.requests.some(({ route, status }) => route.endsWith('/callback') && status === 204),
    );
    finish(given);
    const answer = await asking;
    expect(answer).toMatchObject({ type: 'message', deferred: true, ephemeral, text: expect.stringContaining(says) });
    if (given === ZONE_FORM) {
      expect(await ada.press('Open the form')).toMatchObject({ type: 'modal' });
      expect(textOf(await ada.submit({ value: 'Lisbon' }))).toContain('Europe/Lisbon');
    }
    const shown = test.discord.messages(ada.channelId).filter(({ deleted }) => !deleted);
    expect(shown).toHaveLength(ephemeral ? 0 : 1);
    expect(logged(test, WARN)).toEqual([]);
  },
);

it('a button that takes long leaves its message as it is, and then changes it or answers beside it', async () => {
  const { commands, begins, finish } = await slowCommands();
  const { test, ada } = await startBot({ commands, deferAfterMs: 10 });
  for (const replace of [false, true]) {
    const source = await ada.sendRaw({ type: 3, data: { component_type: 2, custom_id: 'slow/offer/' } });
    test.discord.clearRequests();
    const begun = begins();
    const asking = ada.press('Work', source);
    await begun;
    await test.discord.until(() => test.discord.requests.some(({ status }) => status === 204));
    expect(test.discord.requests[0]?.body).toEqual({ type: 6 });
    finish(reply({ blocks: [text('At last')] }, { replace }));
    expect(await asking).toMatchObject({
      type: 'message',
      updated: replace,
      ephemeral: true,
      text: expect.stringContaining('At last'),
    });
  }
  expect(logged(test, WARN)).toEqual([]);
});

it('an answer that was put off for more than a quarter of an hour is lost and logged once', async () => {
  const { commands, begins, finish } = await slowCommands();
  const { test, ada } = await startBot({ commands, deferAfterMs: 10 });
  test.discord.finishWithinMs = 200;
  const begun = begins();
  const asking = ada.slash('slow');
  await begun;
  await test.discord.until(() =>
    test.discord.requests.some(({ route, status }) => route.endsWith('/callback') && status === 204),
  );
  test.setNow('2026-11-23T08:16:00Z');
  finish(reply({ blocks: [text('At last')] }));
  expect(await asking).toMatchObject({ type: 'failed' });
  await vi.waitFor(() => expect(logged(test, WARN)).toHaveLength(1), { interval: 5 });
  expect(textOf(await ada.slash('next'))).toContain('What is next');
});

it('a button of a message that was dismissed meanwhile is answered by a new one', async () => {
  const { test, ada } = await startBot();
  await ada.slash('track select', { track: 'engineering' });
  const question = await ada.slash('quiz', { topic: 'testing' });
  if (question.type !== 'message') throw new Error('no question');
  const custom_id = JSON.stringify(question.message.components).match(/quiz\/answer\/[^"]+/)?.[0];
  question.message.deleted = true;
  const answer = await ada.sendRaw({ type: 3, data: { component_type: 2, custom_id }, message: question.message.id });
  expect(textOf(answer)).toContain('Right');
  expect(answer).toMatchObject({ type: 'message', ephemeral: true, updated: false });
  expect(logged(test, WARN)).toEqual([]);
});

it('a button that takes long, of a message that was dismissed meanwhile, is answered by a new one as well', async () => {
  const { commands, begins, finish } = await slowCommands();
  const { test, ada } = await startBot({ commands, deferAfterMs: 10 });
  const source = await ada.sendRaw({ type: 3, data: { component_type: 2, custom_id: 'slow/offer/' } });
  if (source.type !== 'message') throw new Error('no message');
  source.message.deleted = true;
  const begun = begins();
  const asking = ada.sendRaw({
    type: 3,
    data: { component_type: 2, custom_id: 'slow/work/' },
    message: source.message.id,
  });
  await begun;
  await test.discord.until(() => test.discord.requests.filter(({ route }) => route.endsWith('/callback')).length === 3);
  finish(reply({ blocks: [text('At last')] }, { replace: true }));
  expect(await asking).toMatchObject({ deferred: true, ephemeral: true, text: expect.stringContaining('At last') });
  expect(logged(test, WARN)).toEqual([]);
});

it('a button that is pressed twice at once is answered twice and counts once', async () => {
  const { test, ada } = await startBot();
  const shown = await ada.slash('next');
  const [one, two] = await Promise.all([ada.press('Done', shown), ada.press('Done', shown)]);
  expect([textOf(one), textOf(two)].filter(said => said.includes('was done already'))).toHaveLength(1);
  const events = await test.db.query.select().from(test.db.tables.progressEvents);
  expect(events.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  expect(logged(test, WARN)).toEqual([]);
});

it('buttons of last year, from before a downgrade, say that they are old, and the others still work', async () => {
  const { test, guild } = await startBot();
  const channel = guild.addChannel({ name: 'weekly' });
  const organiser = test.discord.user('Otto').in(guild, channel, { permissions: 32n });
  await organiser.slash('track select', { track: 'engineering' });
  await organiser.slash('schedule set', { kind: 'digest', channel: channel.id, weekday: 'monday', time: '09:00' });
  await test.liveUntil('2026-11-23T10:00:00Z');
  const [post] = test.discord.messages(channel.id);
  if (!post) throw new Error('nothing was posted');
  await test.bot.stop();

  const commands = new Map([...(await loadCommands())].filter(([name]) => name !== 'skip'));
  const topics = new Map([...testCurriculum.topics].filter(([id]) => id !== 'what-is-safety'));
  const curriculum: Curriculum = { ...testCurriculum, topics };
  const next = await startBotAgain(test, { commands, curriculum, now: '2027-11-23T08:00:00Z' });
  const old = JSON.stringify(post.components).match(/[a-z]+\/[a-z]+\/[a-z-]*/g) ?? [];
  expect(old.filter(id => id.startsWith('skip/')).length).toBeGreaterThan(0);
  for (const custom_id of old) {
    const answer = await organiser.press(custom_id, post);
    expect(answer).toMatchObject({ type: 'message', ephemeral: true });
    if (custom_id.startsWith('skip/')) expect(textOf(answer)).toContain('an older message that no longer works');
    else if (custom_id.endsWith('/what-is-safety')) expect(textOf(answer)).toMatch(/There is no topic|nothing to undo/);
    else expect(textOf(answer)).not.toContain('⚠️');
  }
  // Somebody’s Discord may still show the old list of commands.
  expect(textOf(await organiser.sendRaw({ data: { id: '1', type: 1, name: 'skip', options: [] } }))).toContain(
    'This command is not there any more',
  );
  expect(logged(next, WARN)).toEqual([]);
});

/** Another process on the same database and Discord. */
const startBotAgain = async (before: TestBot, options: TestBotOptions): Promise<TestBot> => {
  const test = await startTestBot({ ...options, db: before.db, discord: before.discord });
  onTestFinished(() => test.stop());
  return test;
};
