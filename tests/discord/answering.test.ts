import { describe, expect, it, onTestFinished } from 'vitest';
import { type Choice, type Command, defineCommand, encodeAction, type Reply, reply } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import { actions, button, type Modal, text } from '../../src/message.ts';
import type { Db } from '../../src/storage/database.ts';
import { openTestDb } from '../support/databases.ts';
import type { Answer, LocalDiscord, StoredMessage, TestSeat } from '../support/discord/discord-server.ts';
import type { RestFault } from '../support/discord/misbehaviour.ts';
import { startTestBot, type TestBot, type TestBotOptions } from '../support/discord-bot.ts';

const DEFER_MESSAGE = 5;
const DEFER_UPDATE = 6;
const EPHEMERAL = 64;
const WARN = 40;

/** What the handlers answer; a test sets it, and holds it back where an answer shall be slow. */
type Script = { answer: () => Reply | Promise<Reply>; suggest: () => Choice[] | Promise<Choice[]>; runs: number };

const press = (action: string) => actions(button('Press me', action));
const said = (words: string, how: Parameters<typeof reply>[1] = {}): Reply => reply({ blocks: [text(words)] }, how);
const FORM: Modal = {
  id: encodeAction('hidden', 'form'),
  title: 'A form',
  submit: 'Send',
  fields: [{ name: 'word', label: 'A word', type: 'text', required: true }],
};

const commandOf = (name: string, visibility: Command['visibility'], script: Script): [string, Command] => {
  const run = () => {
    script.runs += 1;
    return script.answer();
  };
  const command = defineCommand({
    name,
    description: 'For tests.',
    audience: 'member',
    visibility,
    actions: { press: run },
    modals: { form: { submit: run } },
    options: { word: { type: 'string', description: 'A word.' } },
    autocomplete: { word: () => script.suggest() },
    run,
  });
  return [name, command];
};

type Stage = TestBot & { script: Script; ada: TestSeat; channelId: string };
/** A bot with the commands `/hidden` and `/open`, and a member in a channel. */
const stage = async (options: TestBotOptions = {}, atEnd = onTestFinished): Promise<Stage> => {
  const script: Script = { answer: () => said('Hello.'), suggest: () => [], runs: 0 };
  const commands = new Map([commandOf('hidden', 'private', script), commandOf('open', 'public', script)]);
  const test = await startTestBot({ ...options, commands });
  atEnd(() => test.stop());
  const guild = test.discord.addGuild({ name: 'AI Safety Leeds' });
  const [channel] = guild.channels();
  const ada = test.discord.user('ada').in(guild, channel);
  test.discord.clearRequests();
  return { ...test, script, ada, channelId: channel?.id ?? '' };
};

/** A promise and what resolves it. */
const held = <T>() => {
  let release: (value: T) => void = () => {};
  const promise = new Promise<T>(resolve => {
    release = resolve;
  });
  return { promise, release };
};

/** A database whose queries built on the spot wait for `gate` first. */
const waiting = (db: Db, gate: () => Promise<unknown>): Db => {
  const late = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, key) {
        const value = target[key as keyof T] as unknown;
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          if (key === 'then') return gate().then(() => value.apply(target, given));
          const made = value.apply(target, given);
          return typeof made === 'object' && made !== null ? late(made) : made;
        };
      },
    });
  return new Proxy(db, { get: (_, key: keyof Db) => (key === 'query' ? late(db.query) : db[key]) });
};

const isCallback = ({ path }: { path: string }) => path.endsWith('/callback');
const callbacksOf = ({ requests }: LocalDiscord) => requests.filter(isCallback);
const kindOf = ({ body }: { body: unknown }) => (body as { type: number }).type;
const hiddenBy = ({ body }: { body: unknown }) =>
  (Number((body as { data?: { flags?: number } }).data?.flags ?? 0) & EPHEMERAL) !== 0;
/** Everything that went to Discord about interactions, as `POST callback`, `PATCH @original`, ... */
const toldOf = ({ requests }: LocalDiscord) =>
  requests
    .filter(({ path }) => isCallback({ path }) || path.startsWith('/webhooks/'))
    .map(({ method, path }) => `${method} ${decodeURIComponent(path).split('/').slice(4).join('/') || 'follow-up'}`);
const visible = ({ discord, channelId }: Stage) => discord.messages(channelId).filter(({ deleted }) => !deleted);
const troubles = ({ log }: TestBot) => log.filter(({ level }) => level >= WARN).map(({ msg }) => msg);
const asMessage = (answer: Answer) => {
  if (answer.type !== 'message') throw new Error(`no message: ${JSON.stringify(answer)}`);
  return answer;
};

/** Does something to which the bot answers late: `reply` only once its deferral has arrived. */
const lateAnswer = async (test: Stage, act: () => Promise<Answer>, replied: Reply): Promise<Answer> => {
  const before = callbacksOf(test.discord).length;
  const { promise, release } = held<Reply>();
  test.script.answer = () => promise;
  const answer = act();
  await test.discord.until(() => callbacksOf(test.discord).filter(({ status }) => status === 204).length > before);
  release(replied);
  return answer;
};

/** A message with a button, as `/hidden` or `/open` posts it. */
const withButton = async (test: Stage, command: 'hidden' | 'open'): Promise<StoredMessage> => {
  test.script.answer = () => reply({ blocks: [text('Press it.'), press(encodeAction(command, 'press'))] });
  const { message } = asMessage(await test.ada.slash(command));
  test.discord.clearRequests();
  return message;
};

describe('a fast answer', () => {
  it('is one request', async () => {
    const test = await stage();
    const answer = await test.ada.slash('hidden');
    expect(answer).toMatchObject({ type: 'message', ephemeral: true, deferred: false, text: 'Hello.' });
    expect(toldOf(test.discord)).toEqual(['POST callback']);
  });

  it('takes the place of the private message that was pressed, and stands beside a public one', async () => {
    const test = await stage();
    const own = await withButton(test, 'hidden');
    test.script.answer = () => said('Changed.', { replace: true });
    expect(await test.ada.press('Press me', own)).toMatchObject({ updated: true, text: 'Changed.' });
    const everyones = await withButton(test, 'open');
    test.script.answer = () => said('Changed.', { replace: true, private: true });
    expect(await test.ada.press('Press me', everyones)).toMatchObject({ updated: false, ephemeral: true });
    expect(everyones.edits).toBe(0);
  });

  it('opens a form without a deferral', async () => {
    const test = await stage();
    test.script.answer = () => ({ type: 'modal', modal: FORM });
    expect(await test.ada.slash('hidden')).toMatchObject({ type: 'modal', modal: { title: 'A form' } });
    expect(toldOf(test.discord)).toEqual(['POST callback']);
  });
});

describe('a slow answer', () => {
  const slow = { deferAfterMs: 5 };

  it.each([
    ['hidden', true],
    ['open', false],
  ] as const)(
    'to /%s is put off with a loading message that is hidden: %s, and completes it',
    async (command, hidden) => {
      const test = await stage(slow);
      const answer = await lateAnswer(test, () => test.ada.slash(command), said('Done at last.'));
      expect(answer).toMatchObject({ ephemeral: hidden, deferred: true, text: 'Done at last.' });
      const [deferral] = callbacksOf(test.discord);
      expect(deferral && [kindOf(deferral), hiddenBy(deferral)]).toEqual([DEFER_MESSAGE, hidden]);
      expect(toldOf(test.discord)).toEqual(['POST callback', 'PATCH messages/@original']);
      expect(visible(test).map(({ id }) => id)).toEqual(hidden ? [] : [asMessage(answer).message.id]);
    },
  );

  it('to a public command that turns out private is seen by the member alone', async () => {
    const test = await stage(slow);
    const answer = await lateAnswer(test, () => test.ada.slash('open'), said('Only for you.', { private: true }));
    expect(answer).toMatchObject({ ephemeral: true, text: 'Only for you.' });
    expect(visible(test)).toEqual([]);
  });

  it('to a private command that turns out public is seen by all', async () => {
    const test = await stage(slow);
    const answer = await lateAnswer(test, () => test.ada.slash('hidden'), said('For all.', { private: false }));
    expect(answer).toMatchObject({ ephemeral: false, text: 'For all.' });
    expect(visible(test)).toHaveLength(1);
  });

  it('that refuses what a public command was asked is hidden', async () => {
    const test = await stage(slow);
    const { promise, release } = held<void>();
    test.script.answer = async () => {
      await promise;
      throw new UserError('no', 'That cannot be.');
    };
    const answer = test.ada.slash('open');
    await test.discord.until(() => callbacksOf(test.discord).some(({ status }) => status === 204));
    release();
    expect(await answer).toMatchObject({ ephemeral: true, text: '⚠️ That cannot be.' });
    expect(visible(test)).toEqual([]);
  });

  it('to a button waits silently, and changes the private message it was on', async () => {
    const test = await stage(slow);
    const own = await withButton(test, 'hidden');
    const act = () => test.ada.press('Press me', own);
    expect(await lateAnswer(test, act, said('Changed.', { replace: true }))).toMatchObject({ updated: true });
    expect(callbacksOf(test.discord).map(kindOf)).toEqual([DEFER_UPDATE]);
    expect(toldOf(test.discord)).toEqual(['POST callback', 'PATCH messages/@original']);
  });

  it.each([true, false])('to a button on a public message leaves that as it is; private: %s', async hidden => {
    const test = await stage(slow);
    const everyones = await withButton(test, 'open');
    const act = () => test.ada.press('Press me', everyones);
    const answer = await lateAnswer(test, act, said('Beside it.', { replace: true, private: hidden }));
    expect(answer).toMatchObject({ updated: false, ephemeral: hidden, text: 'Beside it.' });
    expect(callbacksOf(test.discord).map(kindOf)).toEqual([DEFER_UPDATE]);
    expect(everyones.edits).toBe(0);
    expect(visible(test)).toHaveLength(hidden ? 1 : 2);
  });

  it('reaches everybody who pressed, also where they are more than the requests that a bot may else send in a second', async () => {
    const test = await stage(slow);
    const everyones = await withButton(test, 'open');
    const guild = test.discord.addGuild({ name: 'York' });
    const { promise, release } = held<Reply>();
    test.script.answer = () => promise;
    const answers = Array.from({ length: 70 }, (_each, at) =>
      test.discord.user(`member ${at}`).in(guild).press('Press me', everyones),
    );
    await test.discord.until(() => callbacksOf(test.discord).filter(({ status }) => status === 204).length === 70);
    release(said('Beside it.', { private: true }));
    expect((await Promise.all(answers)).map(answer => asMessage(answer).text)).toEqual(Array(70).fill('Beside it.'));
    expect(troubles(test)).toEqual([]);
  });

  it('to a form waits silently where it was opened from a message, and with a loading message where by a command', async () => {
    const test = await stage({ deferAfterMs: 100 });
    const own = await withButton(test, 'hidden');
    test.script.answer = () => ({ type: 'modal', modal: FORM });
    await test.ada.press('Press me', own);
    const submit = () => test.ada.submit({ word: 'yes' });
    expect(await lateAnswer(test, submit, said('Kept.', { replace: true }))).toMatchObject({ updated: true });
    test.script.answer = () => ({ type: 'modal', modal: FORM });
    await test.ada.slash('hidden');
    expect(await lateAnswer(test, submit, said('Kept.'))).toMatchObject({ updated: false, ephemeral: true });
    const kinds = callbacksOf(test.discord).map(kindOf);
    expect(kinds.filter(kind => kind === DEFER_UPDATE || kind === DEFER_MESSAGE)).toEqual([
      DEFER_UPDATE,
      DEFER_MESSAGE,
    ]);
  });

  it.each(['slash', 'button'] as const)('that is a form (%s) offers a button that opens it', async way => {
    const test = await stage({ deferAfterMs: 100 });
    const everyones = await withButton(test, 'open');
    const act = () => (way === 'slash' ? test.ada.slash('open') : test.ada.press('Press me', everyones));
    const offered = asMessage(await lateAnswer(test, act, { type: 'modal', modal: FORM }));
    expect(offered).toMatchObject({ ephemeral: true, buttons: ['Open the form'] });
    expect(await test.ada.press('Open the form')).toMatchObject({ type: 'modal', modal: { title: 'A form' } });
    test.script.answer = () => said('Filled in.');
    expect(await test.ada.submit({ word: 'yes' })).toMatchObject({ text: 'Filled in.' });
  });

  it('is given in direct messages too, however long the database takes to say who somebody is', async () => {
    const db = await openTestDb();
    let gate: Promise<unknown> = Promise.resolve();
    const test = await stage({ ...slow, db: waiting(db, () => gate) });
    await test.ada.slash('hidden');
    const direct = test.discord.user('ada').inDirectMessages();
    test.discord.clearRequests();
    const { promise, release } = held<void>();
    gate = promise;
    const answer = direct.slash('hidden');
    await test.discord.until(() => callbacksOf(test.discord).some(({ status }) => status === 204));
    release();
    expect(await answer).toMatchObject({ deferred: true, ephemeral: false, text: 'Hello.' });
  });

  it('that Discord does not take becomes a sentence that says so', async () => {
    const test = await stage(slow);
    const error = { status: 400, code: 50035, message: 'Invalid Form Body' };
    test.discord.misbehave.rest({ match: /(@|%40)original/, method: 'PATCH', times: 1 }, { error });
    const answer = await lateAnswer(test, () => test.ada.slash('hidden'), said('Too much.'));
    expect(answer).toMatchObject({ ephemeral: true });
    expect(asMessage(answer).text).toContain('could not be shown');
    expect(troubles(test)).toEqual(['Discord refused an answer']);
  });
});

describe('an answer on a bad connection', () => {
  const faults: [name: string, fault: RestFault, times: number][] = [
    ['arrives, and the connection is cut', { drop: true, stored: true }, 1],
    ['arrives, and nothing comes back', { hang: true, stored: true }, 1],
    ['arrives, and Discord says 500', { status: 500, stored: true }, 1],
    ['arrives late', { delayMs: 1_300 }, 1],
    ['is cut off on the way', { drop: true, stored: false }, 1],
    ['is answered by 502 twice', { status: 502, stored: false }, 2],
    ['hangs on the way', { hang: true, stored: false }, 1],
    ['meets a rate limit', { status: 429, retryAfter: 0.05 }, 1],
  ];
  it.concurrent.for(faults)('that %s is seen once', async ([, fault, times], { expect, onTestFinished: atEnd }) => {
    const test = await stage({}, atEnd);
    test.discord.misbehave.rest({ match: '/callback', times }, fault);
    const answer = await test.ada.slash('open');
    expect(answer).toMatchObject({ type: 'message', text: 'Hello.' });
    await test.bot.discord.stop();
    expect(visible(test)).toHaveLength(1);
    expect(test.script.runs).toBe(1);
    expect(toldOf(test.discord).every(told => told === 'POST callback')).toBe(true);
    expect(troubles(test)).toEqual([]);
  });

  it.concurrent('that never gets through is given up in time, after a few attempts and one line in the log', async ({
    expect,
    onTestFinished: atEnd,
  }) => {
    const test = await stage({}, atEnd);
    test.discord.misbehave.rest({ match: '/callback' }, { status: 503, stored: false });
    expect(await test.ada.slash('open')).toMatchObject({ type: 'failed' });
    await test.bot.discord.stop();
    const told = toldOf(test.discord);
    expect(told.every(each => each === 'POST callback')).toBe(true);
    expect(told.length).toBeLessThan(20);
    const times = callbacksOf(test.discord).map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1_000);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(3_000);
    expect(troubles(test)).toEqual(['an answer came too late for Discord']);
  });

  it.concurrent('is not sent again and again into a rate limit', async ({ expect, onTestFinished: atEnd }) => {
    const test = await stage({}, atEnd);
    test.discord.answerWithinMs = 200;
    test.discord.misbehave.rest({ match: '/callback' }, { html429: true });
    expect(await test.ada.slash('open')).toMatchObject({ type: 'failed' });
    await test.bot.discord.stop();
    expect(test.discord.rateLimited).toBeLessThan(20);
  });

  it('to an interaction that Discord does not know any more is let go', async () => {
    const test = await stage();
    test.discord.answerWithinMs = 50;
    const error = { status: 404, code: 10062, message: 'Unknown interaction' };
    test.discord.misbehave.rest({ match: '/callback' }, { error });
    expect(await test.ada.slash('hidden')).toMatchObject({ type: 'failed' });
    await test.bot.discord.stop();
    expect(toldOf(test.discord)).toEqual(['POST callback']);
    expect(troubles(test)).toEqual(['an answer came too late for Discord']);
  });

  it('is not sent where the deferral came too late', async () => {
    const test = await stage({ deferAfterMs: 5 });
    test.discord.answerWithinMs = 50;
    const error = { status: 404, code: 10062, message: 'Unknown interaction' };
    test.discord.misbehave.rest({ match: '/callback' }, { error });
    const { promise, release } = held<Reply>();
    test.script.answer = () => promise;
    expect(await test.ada.slash('hidden')).toMatchObject({ type: 'failed' });
    release(said('Too late.'));
    await test.bot.discord.stop();
    expect(toldOf(test.discord)).toEqual(['POST callback']);
  });

  it.each<[string, RestFault]>([
    ['cut off after it arrived', { drop: true, stored: true }],
    ['cut off before it arrived', { drop: true, stored: false }],
    ['answered by 500 after it arrived', { status: 500, stored: true }],
  ])('whose deferral was %s comes nevertheless', async (_, fault) => {
    const test = await stage({ deferAfterMs: 5 });
    test.discord.misbehave.rest({ match: '/callback', times: 1 }, fault);
    const { promise, release } = held<Reply>();
    test.script.answer = () => promise;
    const answer = test.ada.slash('hidden');
    await test.discord.until(() => callbacksOf(test.discord).some(({ status }) => status === 204 || status === 400));
    release(said('Done at last.'));
    expect(await answer).toMatchObject({ deferred: true, ephemeral: true, text: 'Done at last.' });
    expect(troubles(test)).toEqual([]);
  });

  it('after a deferral is sent again where that does no harm', async () => {
    const test = await stage({ deferAfterMs: 5 });
    test.discord.misbehave.rest({ match: /(@|%40)original/, times: 1 }, { status: 502, stored: true });
    const answer = await lateAnswer(test, () => test.ada.slash('hidden'), said('Done at last.'));
    await test.bot.discord.stop();
    expect(answer).toMatchObject({ text: 'Done at last.' });
    expect(troubles(test)).toEqual([]);
  });
});

describe('an answer that Discord refuses', () => {
  const refusal = { error: { status: 400, code: 50035, message: 'Invalid Form Body' } };

  it.each<[string, () => Reply]>([
    ['message', () => said('Too much.')],
    ['form', () => ({ type: 'modal', modal: FORM })],
  ])('as a %s becomes a sentence that says so', async (_, answer) => {
    const test = await stage();
    test.script.answer = answer;
    test.discord.misbehave.rest({ match: '/callback', times: 1 }, refusal);
    const given = asMessage(await test.ada.slash('open'));
    expect(given).toMatchObject({ ephemeral: true });
    expect(given.text).toContain('could not be shown');
    expect(troubles(test)).toEqual(['Discord refused an answer']);
  });
});

describe('type-ahead', () => {
  it('offers what the command suggests', async () => {
    const test = await stage();
    test.script.suggest = () => [{ label: 'Engineering', value: 'engineering' }];
    expect(await test.ada.autocomplete('hidden', 'word', 'eng')).toEqual([
      { name: 'Engineering', value: 'engineering' },
    ]);
  });

  it('that takes too long offers nothing instead of an error', async () => {
    const test = await stage();
    const { promise, release } = held<Choice[]>();
    test.script.suggest = () => promise;
    expect(await test.ada.autocomplete('hidden', 'word', 'eng')).toEqual([]);
    release([]);
    expect(troubles(test)).toEqual([]);
  });

  it('that fails offers nothing, and the log says why', async () => {
    const test = await stage();
    test.script.suggest = () => Promise.reject(new Error('broken'));
    expect(await test.ada.autocomplete('hidden', 'word', 'eng')).toEqual([]);
    expect(troubles(test)).toEqual(['type-ahead failed']);
  });
});

describe('an interaction', () => {
  it('that Discord sends twice acts once', async () => {
    const test = await stage();
    test.discord.misbehave.gateway.duplicateNextDispatch();
    expect(await test.ada.slash('open')).toMatchObject({ text: 'Hello.' });
    await test.bot.discord.stop();
    expect(test.script.runs).toBe(1);
    expect(toldOf(test.discord)).toEqual(['POST callback']);
    expect(visible(test)).toHaveLength(1);
  });

  it.each([
    ['message', 'fast'],
    ['deferral', 'slow'],
  ])('is finished when the bot stops meanwhile (%s)', async (_, pace) => {
    const test = await stage(pace === 'slow' ? { deferAfterMs: 5 } : {});
    const { promise, release } = held<Reply>();
    test.script.answer = () => promise;
    const answer = test.ada.slash('hidden');
    await test.discord.until(() => test.script.runs === 1 || callbacksOf(test.discord).length === 1);
    let isStopped = false;
    const stopped = test.bot.discord.stop().then(() => {
      isStopped = true;
    });
    await test.discord.until(() => test.discord.gatewayConnections === 0);
    expect(isStopped).toBe(false);
    release(said('Just in time.'));
    await stopped;
    expect(toldOf(test.discord)).toHaveLength(pace === 'slow' ? 2 : 1);
    expect(await answer).toMatchObject({ text: 'Just in time.' });
  });
});

describe('the deadlines that Milepost keeps to by itself', () => {
  it('put a slow answer off before Discord gives up, with the time that it needs', async () => {
    const test = await stage();
    const answer = await lateAnswer(test, () => test.ada.slash('hidden'), said('There you are.'));
    expect(answer).toMatchObject({ type: 'message', deferred: true, ephemeral: true });
    expect(asMessage(answer).text).toContain('There you are.');
    expect(troubles(test)).toEqual([]);
  });
});
