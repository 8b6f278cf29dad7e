import { describe, expect, it, onTestFinished } from 'vitest';
import { type Commands, defineCommand, encodeAction, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { text } from '../../src/message.ts';
import { communityByExternalId } from '../../src/storage/attendance.ts';
import { type LocalSlack, startSlack, type TestSeat, type TestWorkspace } from '../support/slack/slack-server.ts';
import {
  passTimeWith,
  type SlackTestBot,
  type SlackTestBotOptions,
  startLine,
  startSlackTestBot,
} from '../support/slack-bot.ts';

const APP_TOKEN_REFUSED = /^Slack does not accept SLACK_APP_TOKEN\..*App-Level Tokens/;
const BOT_TOKEN_REFUSED = /^Slack does not accept SLACK_BOT_TOKEN\..*OAuth & Permissions/;
const opens = ({ requests }: LocalSlack) => requests.filter(({ method }) => method === 'apps.connections.open').length;
const messages = ({ log }: SlackTestBot) => log.map(({ msg }) => msg);
const answered = { type: 'message', ephemeral: true };

type Running = { slack: LocalSlack; workspace: TestWorkspace };
const localSlack = async (): Promise<Running> => {
  const slack = await startSlack();
  onTestFinished(() => slack.stop());
  const workspace = slack.addWorkspace({ name: 'AI Safety Leeds' });
  workspace.addChannel({ name: 'general' });
  return { slack, workspace };
};

const connected = async (options: Partial<SlackTestBotOptions> = {}): Promise<SlackTestBot> => {
  const running = options.running ?? (await localSlack());
  const test = await startSlackTestBot({ transport: 'socket', firstWaitMs: 10, ...options, running });
  onTestFinished(() => test.stop());
  return test;
};
const seatOf = ({ workspace }: Running): TestSeat => workspace.user('ada').in();

/** Commands with two more, `/slow` and the form of `/ask`, which end when the test says so. */
const withSlow = async () => {
  let finish = (): void => {};
  const finished = new Promise<void>(resolve => {
    finish = resolve;
  });
  const slow = defineCommand({
    name: 'slow',
    description: 'Takes its time',
    audience: 'member',
    visibility: 'private',
    run: async () => {
      await finished;
      return reply({ blocks: [text('At last')] });
    },
  });
  const ask = defineCommand({
    name: 'ask',
    description: 'Asks something',
    audience: 'member',
    visibility: 'private',
    run: () => ({
      type: 'modal',
      modal: {
        id: encodeAction('ask', 'form'),
        title: 'A question',
        submit: 'Send',
        fields: [{ name: 'value', label: 'Answer', type: 'text' }],
      },
    }),
    modals: {
      form: {
        submit: async () => {
          await finished;
          return { ...reply({ blocks: [text('That is wrong')] }), refused: true };
        },
      },
    },
  });
  const commands: Commands = new Map([...(await loadCommands()), ['slow', slow], ['ask', ask]]);
  return { commands, finish };
};

describe('connecting', () => {
  it('is connected when the start is over, once, and answers', async () => {
    const test = await connected();
    expect(test.platform.isConnected()).toBe(true);
    expect([test.slack.connections, test.slack.connects]).toEqual([1, 1]);
    expect(await seatOf(test).type('/next')).toMatchObject(answered);
    expect(
      await communityByExternalId(test.db, { platform: 'slack', externalId: test.workspace.teamId }),
    ).toMatchObject({ name: 'AI Safety Leeds', leftAt: null });
  });

  it.each(['open', 'handshake'] as const)(
    'starts although Slack refuses connections (%s), and connects as soon as it does not',
    async where => {
      const running = await localSlack();
      running.slack.misbehave.socket.refuse(3, where);
      const test = await connected({ running });
      expect(test.platform.isConnected()).toBe(false);
      expect(messages(test)).toContain('Slack cannot be reached; trying again');
      await running.slack.until(() => test.platform.isConnected());
      expect(opens(running.slack)).toBe(4);
      expect(await seatOf(test).type('/next')).toMatchObject(answered);
      expect(test.fatal).toEqual([]);
    },
  );

  it('starts although Slack cannot be reached at all, and connects as soon as it can', async () => {
    const running = await localSlack();
    const line = await startLine(running.slack);
    await line.cut();
    const test = await connected({ running, apiUrl: line.apiUrl });
    onTestFinished(() => line.cut());
    expect(test.platform.isConnected()).toBe(false);
    expect(running.slack.requests).toEqual([]);
    await line.mend();
    await running.slack.until(() => test.platform.isConnected());
    const externalId = test.workspace.teamId;
    await running.slack.until(() => messages(test).includes('Slack knows these workspaces'));
    expect(await communityByExternalId(test.db, { platform: 'slack', externalId })).toMatchObject({ leftAt: null });
    expect(await seatOf(test).type('/next')).toMatchObject(answered);
  });

  it.each([{ status: 503 as const }, { error: 'internal_error' }, { status: 429 as const, retryAfter: 1 }])(
    'starts although Slack answers %o, and connects as soon as it does not',
    async fault => {
      const running = await localSlack();
      running.slack.misbehave.api({ method: /auth.test|connections.open/, times: 4 }, fault);
      const test = await connected({ running });
      await running.slack.until(() => test.platform.isConnected());
      expect(await seatOf(test).type('/next')).toMatchObject(answered);
    },
  );

  it('stops while it is still trying', async () => {
    const running = await localSlack();
    running.slack.misbehave.socket.refuse(1000, 'handshake');
    const test = await startSlackTestBot({ transport: 'socket', firstWaitMs: 10, running });
    await running.slack.until(() => opens(running.slack) > 2);
    await test.bot.stop();
    const before = running.slack.requests.length;
    running.slack.misbehave.clear();
    expect(await seatOf(running).type('/next')).toMatchObject({ type: 'failed' });
    expect(running.slack.requests.length).toBe(before);
    expect(running.slack.connections).toBe(0);
  });

  it('stops in the middle of an attempt, and leaves no connection behind', async () => {
    const running = await localSlack();
    running.slack.misbehave.api({ method: 'apps.connections.open', times: 1 }, { delayMs: 100 });
    const starting = startSlackTestBot({ transport: 'socket', running, onMade: bot => void stop(bot) });
    const stop = async (bot: SlackTestBot['bot']) => {
      await running.slack.until(() => opens(running.slack) === 1);
      await bot.stop();
    };
    const test = await starting;
    await running.slack.until(() => running.slack.connections === 0);
    expect(test.platform.isConnected()).toBe(false);
    expect(opens(running.slack)).toBe(1);
  });

  it.each([
    ['wrong', 'xapp-1-wrong'],
    ['a bot token', 'xoxb-not-this'],
  ])('fails with what to do where the app token is %s', async (_, appToken) => {
    const running = await localSlack();
    await expect(startSlackTestBot({ transport: 'socket', running, appToken })).rejects.toMatchObject({
      name: 'UserError',
      code: 'token_refused',
      message: expect.stringMatching(APP_TOKEN_REFUSED),
    });
    expect(opens(running.slack)).toBe(1);
  });

  it.each(['socket', 'http'] as const)('fails with what to do where the bot token is wrong, by %s', async transport => {
    const running = await localSlack();
    await running.workspace.revokeTokens();
    await expect(startSlackTestBot({ transport, running })).rejects.toMatchObject({
      name: 'UserError',
      code: 'token_refused',
      message: expect.stringMatching(BOT_TOKEN_REFUSED),
    });
    expect(opens(running.slack)).toBe(0);
  });
});

describe('a connection that ends', () => {
  it.each<[name: string, end: (slack: LocalSlack) => void]>([
    ['is cut', ({ misbehave }) => misbehave.socket.drop()],
    ['Slack warns of', ({ misbehave }) => misbehave.socket.disconnect('warning')],
    ['Slack refreshes', ({ misbehave }) => misbehave.socket.disconnect('refresh_requested')],
  ])('because it %s is opened anew at once', async (_, end) => {
    const test = await connected({ firstWaitMs: 60_000 });
    const { slack } = test;
    end(slack);
    await slack.until(() => slack.connects === 2 && test.platform.isConnected());
    expect(await seatOf(test).type('/next')).toMatchObject(answered);
    expect(slack.connections).toBe(1);
  });

  it.each(['open', 'handshake'] as const)(
    'is opened anew after Slack refused some (%s), and nothing breaks meanwhile',
    async where => {
      const test = await connected();
      const { slack } = test;
      slack.misbehave.socket.refuse(3, where);
      slack.misbehave.socket.drop();
      await slack.until(() => !test.platform.isConnected());
      await slack.until(() => test.platform.isConnected());
      expect(opens(slack)).toBe(5);
      expect(await seatOf(test).type('/next')).toMatchObject(answered);
      expect(test.fatal).toEqual([]);
    },
  );

  it('is opened anew after Slack could not be reached for a while', async () => {
    const running = await localSlack();
    const line = await startLine(running.slack);
    const test = await connected({ running, apiUrl: line.apiUrl });
    onTestFinished(() => line.cut());
    await line.cut();
    running.slack.misbehave.socket.drop();
    await running.slack.until(() => messages(test).includes('Slack cannot be reached; trying again'));
    expect(test.platform.isConnected()).toBe(false);
    await line.mend();
    await running.slack.until(() => test.platform.isConnected());
    expect(await seatOf(test).type('/next')).toMatchObject(answered);
  });

  it('again and again is opened more and more slowly', async () => {
    const test = await connected({ firstWaitMs: 40 });
    const startedAt = performance.now();
    for (let connects = 2; connects <= 5; connects += 1) {
      test.slack.misbehave.socket.drop();
      await test.slack.until(() => test.slack.connects === connects && test.platform.isConnected());
    }
    // At once, then 40, 80 and 160 ms.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(280);
  });

  it('is opened at once each time where it was calm in between', async () => {
    const test = await connected({ firstWaitMs: 60_000 });
    onTestFinished(passTimeWith(test));
    for (let connects = 2; connects <= 5; connects += 1) {
      test.setNow(new Date(test.now().getTime() + 61_000));
      test.slack.misbehave.socket.drop();
      await test.slack.until(() => test.slack.connects === connects && test.platform.isConnected());
    }
  });

  it('for good, because the app token was taken back, ends the work with what to do', async () => {
    const test = await connected();
    test.slack.misbehave.api({ method: 'apps.connections.open' }, { error: 'token_revoked' });
    test.slack.misbehave.socket.drop();
    await test.slack.until(() => test.fatal.length > 0);
    expect(test.fatal.map(({ message }) => message)).toEqual([expect.stringMatching(APP_TOKEN_REFUSED)]);
    expect(test.platform.isConnected()).toBe(false);
    expect(opens(test.slack)).toBe(2);
  });

  it('once Slack has refused some, because the app token was taken back, tells it once', async () => {
    const test = await connected();
    test.slack.misbehave.api({ method: 'apps.connections.open', times: 2 }, { error: 'internal_error' });
    test.slack.misbehave.api({ method: 'apps.connections.open' }, { error: 'invalid_auth' });
    test.slack.misbehave.socket.drop();
    await test.slack.until(() => test.fatal.length > 0);
    expect(test.fatal).toHaveLength(1);
    expect(opens(test.slack)).toBe(4);
  });
});

describe('a bot token that is taken back while the bot runs', () => {
  it('puts the workspace to rest, keeps the connection, and is not shown again and again', async () => {
    const test = await connected();
    const ada = seatOf(test);
    await ada.type('/track select engineering');
    await test.workspace.revokeTokens();
    await test.slack.until(() => messages(test).some(line => line.startsWith('Milepost was removed from a workspace')));
    const externalId = test.workspace.teamId;
    expect((await communityByExternalId(test.db, { platform: 'slack', externalId }))?.leftAt).not.toBeNull();
    expect(test.platform.isConnected()).toBe(true);
    expect(test.fatal).toEqual([]);
    expect(messages(test)).toContain('Slack refuses SLACK_BOT_TOKEN; install the app in its workspace again');
  });
});

describe('an acknowledgement that gets lost', () => {
  it('costs one answer, and the next is there', async () => {
    const test = await connected();
    const ada = seatOf(test);
    test.slack.limits.answerWithinMs = 200;
    test.slack.misbehave.socket.loseAcks(1);
    expect(await ada.type('/next')).toEqual({ type: 'failed', reason: 'operation_timeout' });
    test.slack.limits.answerWithinMs = 3000;
    expect(await ada.type('/next')).toMatchObject(answered);
  });

  it('because the connection is cut before it fails a form, and does not end the process', async () => {
    const { commands, finish } = await withSlow();
    const test = await connected({ commands });
    const ada = seatOf(test);
    await ada.type('/ask');
    test.slack.limits.answerWithinMs = 300;
    const sending = ada.submit({ Answer: 'x' });
    await test.slack.until(() => !test.platform.isIdle());
    test.slack.misbehave.socket.drop();
    await test.slack.until(() => test.slack.connects === 2 && test.platform.isConnected());
    finish();
    expect(await sending).toMatchObject({ type: 'failed' });
    test.slack.limits.answerWithinMs = 3000;
    expect(await ada.type('/next')).toMatchObject(answered);
    expect(messages(test)).toContain('Slack could not be told that something has come');
  });
});

describe('a command under way while the connection is cut', () => {
  it('has its answer', async () => {
    const { commands, finish } = await withSlow();
    const test = await connected({ commands });
    const asking = seatOf(test).type('/slow');
    await test.slack.until(() => test.slack.interactionLog.some(({ ackedAt }) => ackedAt !== undefined));
    test.slack.misbehave.socket.drop();
    await test.slack.until(() => test.slack.connects === 2 && test.platform.isConnected());
    finish();
    expect(await asking).toMatchObject({ ...answered, text: expect.stringContaining('At last') });
  });
});

describe('stopping', () => {
  it('waits for the answer of a command under way', async () => {
    const { commands, finish } = await withSlow();
    const test = await connected({ commands });
    const asking = seatOf(test).type('/slow');
    await test.slack.until(() => !test.platform.isIdle());
    const stopped = test.bot.stop();
    await test.slack.until(() => test.slack.connections === 0);
    finish();
    await stopped;
    expect(await asking).toMatchObject({ ...answered, text: expect.stringContaining('At last') });
    expect(test.log.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it('waits for the answer of a form under way, which goes with its acknowledgement', async () => {
    const { commands, finish } = await withSlow();
    const test = await connected({ commands });
    const ada = seatOf(test);
    await ada.type('/ask');
    const sending = ada.submit({ Answer: 'x' });
    await test.slack.until(() => !test.platform.isIdle());
    const stopped = test.bot.stop();
    finish();
    await stopped;
    expect(await sending).toMatchObject({ type: 'modal', errors: { value: 'That is wrong' } });
    expect(test.slack.connections).toBe(0);
    expect(test.log.filter(({ level }) => level >= 40)).toEqual([]);
  });
});
