// Names of people, servers and channels that would do something in Discord: shown as they are typed, and nobody is notified.
import { expect, it, onTestFinished } from 'vitest';
import type { Answer, StoredMessage } from '../support/discord/discord-server.ts';
import { flatten } from '../support/discord/messages.ts';
import { startTestBot, type TestBot } from '../support/discord-bot.ts';
import { HOSTILE_NAMES } from '../support/forgery.ts';

const start = async (): Promise<TestBot> => {
  const test = await startTestBot();
  onTestFinished(() => test.stop());
  return test;
};

/** Code blocks and code show everything as it is. */
const outsideCode = (content: string): string =>
  content.replaceAll(/```[^`]*(?:`{1,2}[^`]+)*```/g, '').replaceAll(/(?<![\\`])`[^`\n]+`(?!`)/g, '');
/** What would do something in Discord: a mention, a link or markup that was not escaped; our own commands and times apart. */
const ACTIVE = [
  /(?<!\\)@(?:everyone|here)/i,
  /(?<!\\)<(?!\/\w[\w -]*:\d{17,}>|t:\d{9,}:|#\d{17,}>)/,
  /(?<!\\)\[win(?<!\\)\]/,
  /https:\/\/evil/,
  /(?<!\\)\|\|/,
  /\u202e|\u2066/,
];

const expectHarmless = (message: StoredMessage, what: string): void => {
  expect(message.pings, what).toEqual({ everyone: false, users: [], roles: [] });
  for (const { content, label = '', options = [] } of flatten(message.components)) {
    for (const active of ACTIVE) expect(outsideCode(content ?? ''), `${what}: ${content}`).not.toMatch(active);
    for (const shown of [label, ...options.map(option => option.label)]) expect(shown).not.toMatch(/\u202e|\u2066/);
  }
};
const messageOf = (answer: Answer): StoredMessage => {
  if (answer.type !== 'message') throw new Error(JSON.stringify(answer));
  return answer.message;
};

it('names of members do nothing in answers, in direct messages and on the leaderboard that all see', async () => {
  const test = await start();
  const guild = test.discord.addGuild({ name: 'Leeds' });
  const board = guild.addChannel({ name: 'board' });
  const organiser = test.discord.user('Otto').in(guild, board, { permissions: 1n << 5n });
  await organiser.slash('schedule set', { kind: 'leaderboard', channel: board.id, weekday: 'tuesday', time: '10:00' });
  await organiser.slash('schedule set', { kind: 'digest', send: 'direct' });
  for (const [at, nick] of HOSTILE_NAMES.entries()) {
    const seat = test.discord.user(`person ${at}`).in(guild, board, { nick });
    await seat.slash('track select', { track: 'engineering' });
    await seat.slash('settings leaderboard', { shown: 'yes' });
    await seat.slash('done', { topics: 'what-is-safety' });
    for (const command of ['onboard', 'leaderboard', 'progress'])
      expectHarmless(messageOf(await seat.slash(command)), `/${command} for ${JSON.stringify(nick)}`);
    // Who has not finished onboarding gets messages only once they say so.
    await seat.slash('settings messages', { frequency: 'weekly' });
  }
  await test.liveUntil('2026-12-01T12:00:00Z');
  expect(test.discord.messages(board.id).length).toBeGreaterThan(0);
  for (const post of test.discord.messages(board.id)) expectHarmless(post, 'the leaderboard');
  for (const at of HOSTILE_NAMES.keys()) {
    const letters = test.discord.directMessages(test.discord.user(`person ${at}`));
    expect(letters.length).toBeGreaterThan(0);
    for (const letter of letters) expectHarmless(letter, `a message to ${JSON.stringify(HOSTILE_NAMES[at])}`);
  }
  const members = await test.db.query.select().from(test.db.tables.members);
  expect(members).toHaveLength(HOSTILE_NAMES.length + 1);
  for (const { name } of members) expect(name).toMatch(/\S/);
  expect(test.log.filter(({ level }) => level >= 50)).toEqual([]);
  expect(test.discord.requests.filter(({ status }) => status >= 400)).toEqual([]);
});

it('names of servers do nothing in direct messages that say for which of two servers they are', async () => {
  const test = await start();
  for (const [at, name] of HOSTILE_NAMES.entries()) {
    const hostile = test.discord.addGuild({ name });
    const quiet = test.discord.addGuild({ name: 'Quiet place' });
    await test.bot.discord.refreshGuilds();
    const person = test.discord.user(`person ${at}`);
    await person.in(quiet).slash('next');
    test.setNow(new Date(test.now().getTime() + 60_000));
    await person.in(hostile).slash('next');
    const answer = await person.inDirectMessages().slash('next');
    expectHarmless(messageOf(answer), JSON.stringify(name));
    expect(answer).toMatchObject({ text: expect.stringMatching(/This is for \S.*, where you were active last/s) });
  }
  expect(test.log.filter(({ level }) => level >= 40)).toEqual([]);
});

it('names of channels do nothing in a list of schedules', async () => {
  const test = await start();
  const guild = test.discord.addGuild({ name: 'Leeds' });
  const organiser = test.discord.user('Otto').in(guild, undefined, { permissions: 1n << 5n });
  for (const name of HOSTILE_NAMES.slice(0, 20)) {
    const channel = guild.addChannel({ name });
    const made = await organiser.slash('schedule set', { kind: 'leaderboard', channel: channel.id });
    expectHarmless(messageOf(made), name);
    expect(made).toMatchObject({ text: expect.stringContaining(`<#${channel.id}>`) });
  }
  expectHarmless(messageOf(await organiser.slash('schedule list')), 'the list');
  expect(test.log.filter(({ level }) => level >= 50)).toEqual([]);
});
