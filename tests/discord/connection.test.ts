import { describe, expect, it, onTestFinished } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import { loadCommands } from '../../src/commands.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { openTestDb } from '../support/databases.ts';
import { memoryLog } from '../support/delivery.ts';
import {
  type LocalDiscord,
  type LocalDiscordOptions,
  startDiscord,
  type TestSeat,
} from '../support/discord/discord-server.ts';
import { startTestBot, type TestBot, type TestBotOptions } from '../support/discord-bot.ts';

const TOKEN_REFUSED = /^Discord refuses the bot’s token\./;
const messages = ({ log }: TestBot) => log.map(({ msg }) => msg);

const localDiscord = async (options?: LocalDiscordOptions): Promise<LocalDiscord> => {
  const discord = await startDiscord(options);
  onTestFinished(() => discord.stop());
  return discord;
};

const connected = async (options: TestBotOptions = {}): Promise<TestBot> => {
  const test = await startTestBot({ firstWaitMs: 10, ...options });
  onTestFinished(() => test.stop());
  return test;
};

const seatOf = ({ discord }: { discord: LocalDiscord }): TestSeat =>
  discord.user('ada').in(discord.addGuild({ name: 'AI Safety Leeds' }));
const answered = { type: 'message', ephemeral: true };

describe('connecting', () => {
  it('logs in once, registers the commands and answers', async () => {
    const test = await connected();
    expect(test.bot.discord.isConnected()).toBe(true);
    expect(test.discord.identifies).toBe(1);
    expect(test.discord.commands().length).toBeGreaterThan(10);
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
  });

  it('registers nothing a second time where Discord has the commands already', async () => {
    const discord = await localDiscord();
    const first = await startTestBot({ discord });
    await first.stop();
    discord.clearRequests();
    const second = await connected({ discord });
    expect(discord.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
    expect(messages(second)).toContain('Discord has these commands already');
    expect(await seatOf({ discord }).slash('next')).toMatchObject(answered);
  });

  it('answers what arrives right after READY, before discord.js calls itself ready', async () => {
    const discord = await localDiscord();
    const first = await startTestBot({ discord });
    const ada = seatOf({ discord });
    await first.stop();
    discord.misbehave.gateway.interactionBeforeReady();
    const answer = ada.slash('next');
    await connected({ discord });
    expect(await answer).toMatchObject(answered);
  });

  it('starts although Discord cannot be reached, and connects as soon as it can', async () => {
    const discord = await localDiscord();
    discord.misbehave.rest({ match: '/gateway/bot', times: 3 }, { drop: true, stored: false });
    const test = await connected({ discord });
    expect(messages(test)).toContain('Discord cannot be reached; trying again');
    await discord.until(() => test.bot.discord.isConnected());
    expect(discord.identifies).toBe(1);
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
  });

  it('starts although the gateway refuses connections, and connects as soon as it does not', async () => {
    const discord = await localDiscord();
    discord.misbehave.gateway.refuseConnections(true);
    const test = await connected({ discord });
    expect(test.bot.discord.isConnected()).toBe(false);
    discord.misbehave.gateway.refuseConnections(false);
    await discord.until(() => test.bot.discord.isConnected());
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
    expect(discord.identifies).toBe(1);
  });

  it('starts although Discord does not take the commands, and says so', async () => {
    const discord = await localDiscord();
    const error = { status: 400, code: 50035, message: 'Invalid Form Body' };
    discord.misbehave.rest({ match: '/commands', method: 'PUT' }, { error });
    const test = await connected({ discord });
    expect(messages(test)).toContain('the commands could not be registered with Discord yet; it is tried again');
    expect(test.bot.discord.isConnected()).toBe(true);
  });

  it('stops while it is still trying', async () => {
    const discord = await localDiscord();
    discord.misbehave.rest({ match: /./ }, { status: 503, stored: false });
    const test = await startTestBot({ discord, firstWaitMs: 10 });
    await test.stop();
    const before = discord.requests.length;
    discord.misbehave.clear();
    expect(discord.gatewayConnections).toBe(0);
    expect(discord.requests.length).toBe(before);
  });

  it.each([
    ['not one at all', 'nonsense'],
    ['of another bot', `${Buffer.from('1234567890123456789').toString('base64url')}.GhOsTs.${'x'.repeat(38)}`],
  ])('fails with what to do where the token is %s', async (_, token) => {
    const discord = await localDiscord();
    const { log } = memoryLog();
    const bot = await createBot({
      db: await openTestDb(),
      commands: await loadCommands(),
      curriculum: () => testCurriculum,
      discord: { token, apiUrl: discord.apiUrl },
      http: { host: '127.0.0.1', port: 0 },
      onFatal: () => {},
      now: () => new Date('2026-11-23T08:00:00Z'),
      log,
    });
    await expect(bot.start()).rejects.toMatchObject({
      name: 'UserError',
      code: 'token_refused',
      message: expect.stringMatching(TOKEN_REFUSED),
    });
    expect(discord.requests.length).toBeLessThan(3);
    await bot.stop();
  });

  it('fails with what to do where only the gateway refuses the token', async () => {
    const discord = await localDiscord();
    discord.misbehave.gateway.refuseLogins(4004);
    await expect(startTestBot({ discord })).rejects.toMatchObject({ code: 'token_refused' });
    expect(discord.identifies).toBe(1);
  });
});

describe('a connection that breaks', () => {
  it('resumes after the socket dropped, and misses nothing', async () => {
    const test = await connected();
    const ada = seatOf(test);
    test.discord.misbehave.gateway.drop();
    const answer = ada.slash('next');
    expect(await answer).toMatchObject(answered);
    expect([test.discord.identifies, test.discord.resumes]).toEqual([1, 1]);
  });

  it('resumes when Discord asks for a new connection', async () => {
    const test = await connected();
    test.discord.misbehave.gateway.reconnect();
    await test.discord.until(() => test.discord.resumes === 1);
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
    expect(test.discord.identifies).toBe(1);
  });

  it('logs in anew where the session cannot be resumed', async () => {
    const test = await connected();
    test.discord.misbehave.gateway.invalidSession(false);
    // Discord allows one login in five seconds.
    await test.discord.until(() => test.discord.identifies === 2, 8_000);
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
    expect(test.discord.identifies).toBe(2);
  });

  it('is given up and resumed where Discord stops to answer heartbeats', async () => {
    const discord = await localDiscord({ heartbeatIntervalMs: 40 });
    const test = await connected({ discord });
    discord.misbehave.gateway.silence();
    await discord.until(() => discord.resumes >= 1);
    discord.misbehave.gateway.silence(false);
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
    expect(discord.identifies).toBe(1);
  });

  it('comes back by resuming however often it breaks: logins are counted', async () => {
    const test = await connected();
    for (let times = 1; times <= 4; times += 1) {
      test.discord.misbehave.gateway.drop();
      await test.discord.until(() => test.discord.resumes === times);
    }
    expect(test.discord.identifies).toBe(1);
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
  });

  it('asks more and more slowly for a login that Discord refuses', async () => {
    const test = await connected({ firstWaitMs: 20 });
    const startedAt = performance.now();
    test.discord.misbehave.gateway.refuseLogins(4011);
    test.discord.misbehave.gateway.close(4011);
    await test.discord.until(() => test.discord.identifies === 5);
    // 20 ms, then 20, 40 and 80 between the attempts.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(160);
    test.discord.misbehave.gateway.refuseLogins(undefined);
    await test.discord.until(() => test.bot.discord.isConnected());
    expect(test.discord.identifies).toBe(6);
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
  });

  it('that Discord ends right after each login is opened more and more slowly', async () => {
    const test = await connected({ firstWaitMs: 20 });
    const startedAt = performance.now();
    for (let logins = 2; logins <= 4; logins += 1) {
      test.discord.misbehave.gateway.close(4011);
      await test.discord.until(() => test.discord.identifies === logins && test.bot.discord.isConnected());
    }
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(140);
  });

  it('is opened anew where Discord closed it for good', async () => {
    const test = await connected();
    test.discord.misbehave.gateway.close(4011);
    await test.discord.until(() => test.discord.identifies === 2 && test.bot.discord.isConnected());
    expect(await seatOf(test).slash('next')).toMatchObject(answered);
    expect(messages(test)).toContain('Discord closed the connection for good; opening a new one');
  });
});

describe('a token that is revoked while the bot runs', () => {
  it('ends the work with what to do, and is not shown again and again', async () => {
    const test = await connected();
    const connects = test.discord.gatewayConnects;
    test.discord.misbehave.revokeToken();
    await test.discord.until(() => test.discord.gatewayConnections === 0);
    await test.discord.until(() => test.fatal.length > 0);
    expect(test.fatal.map(({ message }) => message)).toEqual([expect.stringMatching(TOKEN_REFUSED)]);
    expect(test.bot.discord.isConnected()).toBe(false);
    expect(test.discord.gatewayConnects).toBe(connects);
    expect(test.discord.identifies).toBe(1);
  });
});
