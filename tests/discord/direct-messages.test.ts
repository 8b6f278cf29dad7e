// Commands and buttons in direct messages, where Discord does not say for which server somebody acts.
import { expect, it, onTestFinished } from 'vitest';
import type { Db } from '../../src/storage/database.ts';
import type { Answer, StoredMessage, TestGuild } from '../support/discord/discord-server.ts';
import { startTestBot, type TestBot } from '../support/discord-bot.ts';

const MANAGE_SERVER = 1n << 5n;

const start = async (): Promise<TestBot> => {
  const test = await startTestBot();
  onTestFinished(async () => {
    expect(test.log.filter(({ level }) => level >= 40)).toEqual([]);
    await test.stop();
  });
  return test;
};
const open = async (test: TestBot, name: string): Promise<TestGuild> => {
  const guild = test.discord.addGuild({ name });
  await test.bot.discord.refreshGuilds();
  return guild;
};
const textOf = (answer: Answer): string => (answer.type === 'message' ? answer.text : JSON.stringify(answer));
const idsOf = (message: StoredMessage): string[] =>
  (JSON.stringify(message.components).match(/"custom_id":"[^"]+"/g) ?? []).map(found => found.slice(13, -1));

/** What a server's members have done and chosen, by their names. */
const standingIn = async ({ query, tables }: Db, guild: TestGuild) => {
  const [community] = (await query.select().from(tables.communities)).filter(
    ({ externalId }) => externalId === guild.id,
  );
  const members = (await query.select().from(tables.members)).filter(
    ({ communityId }) => communityId === community?.id,
  );
  const progress = await query.select().from(tables.topicProgress);
  return members.map(({ id, name, track, weeklyHours, zone }) => ({
    name,
    track,
    weeklyHours,
    zone,
    done: progress.flatMap(({ memberId, topicId, state }) => (memberId === id && state === 'done' ? [topicId] : [])),
  }));
};

/** Ada learns engineering in Leeds and research in Oslo, where she was last; her digest of Leeds lies in her messages. */
const inTwoServers = async () => {
  const test = await start();
  const [leeds, oslo] = [await open(test, 'Leeds'), await open(test, 'Oslo')];
  const ada = test.discord.user('Ada');
  const otto = test.discord.user('Otto').in(leeds, undefined, { permissions: MANAGE_SERVER });
  await otto.slash('schedule set', { kind: 'digest', send: 'direct', weekday: 'monday', time: '09:00' });
  await ada.in(leeds).slash('track select', { track: 'engineering' });
  await test.liveUntil('2026-11-23T10:00:00Z');
  await ada.in(oslo).slash('track select', { track: 'research' });
  const [digest] = test.discord.directMessages(ada);
  if (!digest) throw new Error('no digest came');
  return { test, leeds, oslo, ada, digest, alone: ada.inDirectMessages() };
};

it('a member of one server types and presses as if there', async () => {
  const test = await start();
  const leeds = await open(test, 'Leeds');
  const ada = test.discord.user('Ada');
  await ada.in(leeds, undefined, { nick: 'Ada of Leeds' }).slash('track select', { track: 'engineering' });
  const alone = ada.inDirectMessages();
  const shown = await alone.slash('next');
  expect(shown).toMatchObject({ type: 'message', ephemeral: false });
  expect(textOf(shown)).not.toContain('This is for');
  expect(textOf(await alone.press('Done'))).toContain('1 topic done');
  await alone.slash('settings pace', { hours: 9 });
  expect((await alone.autocomplete('topics show', 'topic', 'test')).map(({ value }) => value)).toContain('testing');
  expect(await standingIn(test.db, leeds)).toMatchObject([
    { name: 'Ada of Leeds', weeklyHours: 9, done: ['what-is-safety'] },
  ]);
  // What was refused is no use tomorrow, so it does not stay.
  expect(await alone.slash('topics show', { topic: 'nonsense' })).toMatchObject({ ephemeral: true });
});

it('a member of two servers types for the one where they were last, and is told so', async () => {
  const { test, leeds, oslo, ada, alone } = await inTwoServers();
  const before = await standingIn(test.db, leeds);
  const shown = await alone.slash('track show');
  expect(textOf(shown)).toContain('Research Track');
  expect(textOf(shown)).toContain('This is for Oslo, where you were active last.');
  await alone.slash('done', { topics: 'statistics' });
  expect(await standingIn(test.db, oslo)).toMatchObject([{ track: 'research', done: ['statistics'] }]);
  expect(await standingIn(test.db, leeds)).toEqual(before);

  test.setNow('2026-11-23T11:00:00Z');
  await ada.in(leeds).slash('next');
  expect(textOf(await alone.slash('track show'))).toContain('This is for Leeds');
});

it('a button of a digest counts for the digest’s own server, and so does all that follows from it', async () => {
  const { test, leeds, oslo, digest, alone } = await inTwoServers();
  const before = await standingIn(test.db, oslo);
  for (const id of idsOf(digest)) expect(id).toMatch(new RegExp(`^@${leeds.id}(#\\d+)?!`));
  const done = await alone.press('Done', digest);
  expect(textOf(done)).toContain('1 topic done');
  expect(textOf(done)).not.toContain('This is for');
  expect(textOf(await alone.press('Show what is next', done))).toContain('Engineering Track');
  expect(await standingIn(test.db, leeds)).toMatchObject([
    { name: 'Otto', done: [] },
    { name: 'Ada', done: ['what-is-safety'] },
  ]);
  expect(await standingIn(test.db, oslo)).toEqual(before);
});

it('a form that was opened for one server is for that server when it is sent off', async () => {
  const { test, leeds, oslo, ada, digest, alone } = await inTwoServers();
  const before = await standingIn(test.db, oslo);
  const panel = await alone.sendRaw({
    type: 3,
    data: { component_type: 2, custom_id: `@${leeds.id}!settings/show/` },
    message: digest.id,
  });
  await alone.press('Change time zone', panel);
  test.setNow('2026-11-23T12:00:00Z');
  await ada.in(oslo).slash('next');
  expect(textOf(await alone.submit({ value: 'Atlantis' }))).toContain('Atlantis');
  test.setNow('2026-11-23T13:00:00Z');
  await ada.in(oslo).slash('next');
  expect(await alone.press('Change what I typed')).toMatchObject({ text: expect.stringContaining('Atlantis') });
  test.setNow('2026-11-23T14:00:00Z');
  await ada.in(oslo).slash('next');
  expect(textOf(await alone.submit({ value: 'Lisbon' }))).toContain('Europe/Lisbon');
  expect(await standingIn(test.db, oslo)).toEqual(before);
  expect((await standingIn(test.db, leeds)).find(({ name }) => name === 'Ada')).toMatchObject({
    zone: 'Europe/Lisbon',
  });

  // The same where the form was opened by a typed command.
  await alone.slash('roles select');
  test.setNow('2026-11-23T15:00:00Z');
  await ada.in(leeds).slash('next');
  expect(textOf(await alone.submit({ roles: ['security_engineer'] }))).toContain('Security Engineer');
  const roles = await test.db.query.select().from(test.db.tables.memberRoles);
  const members = await test.db.query.select().from(test.db.tables.members);
  expect(members.find(({ id }) => id === roles[0]?.memberId)).toMatchObject({ track: 'research' });
});

it('somebody whom no server knows is told what to do, and nothing is kept of them', async () => {
  const test = await start();
  const leeds = await open(test, 'Leeds');
  await test.discord.user('Ada').in(leeds).slash('next');
  const stranger = test.discord.user('Stranger').inDirectMessages();
  const rows = async () => JSON.stringify(await test.db.query.select().from(test.db.tables.members));
  const before = await rows();
  const answers = [
    await stranger.slash('next'),
    await stranger.slash('onboard'),
    await stranger.slash('help'),
    await stranger.sendRaw({ type: 3, data: { component_type: 2, custom_id: `@${leeds.id}!done/done/testing` } }),
    await stranger.sendRaw({ type: 5, data: { custom_id: `@${leeds.id}!settings/form/zone`, components: [] } }),
  ];
  for (const answer of answers)
    expect(answer).toMatchObject({ ephemeral: true, text: expect.stringMatching(/onboard.* in its server first/) });
  expect(await stranger.autocomplete('topics show', 'topic', 'test')).toEqual([]);
  expect(await rows()).toBe(before);
});

it('a button that names a server to which the person does not belong counts for their own', async () => {
  const test = await start();
  const [leeds, oslo] = [await open(test, 'Leeds'), await open(test, 'Oslo')];
  await test.discord.user('Ada').in(leeds).slash('track select', { track: 'engineering' });
  await test.discord.user('Kari').in(oslo).slash('track select', { track: 'research' });
  const before = await standingIn(test.db, oslo);
  const alone = test.discord.user('Ada').inDirectMessages();
  for (const hint of [oslo.id, '0', 'x', leeds.id.slice(1), '__proto__']) {
    const answer = await alone.sendRaw({ type: 3, data: { component_type: 2, custom_id: `@${hint}!track/show/` } });
    expect(textOf(answer)).toContain('Engineering Track');
  }
  await alone.sendRaw({ type: 3, data: { component_type: 2, custom_id: `@${oslo.id}!done/done/what-is-safety` } });
  await alone.sendRaw({
    type: 3,
    data: { component_type: 3, custom_id: `@${oslo.id}!settings/set/pace:`, values: ['10'] },
  });
  expect(await standingIn(test.db, oslo)).toEqual(before);
  expect(await standingIn(test.db, leeds)).toMatchObject([{ name: 'Ada', weeklyHours: 10, done: ['what-is-safety'] }]);
});

it('a server that Milepost was removed from does not count; one that it came back to counts again', async () => {
  const { test, leeds, oslo, digest, alone } = await inTwoServers();
  leeds.remove();
  await test.bot.discord.refreshGuilds();
  const before = await standingIn(test.db, leeds);
  expect(textOf(await alone.press('Done', digest))).toContain('topic done');
  expect(await standingIn(test.db, leeds)).toEqual(before);
  expect(await standingIn(test.db, oslo)).toMatchObject([{ done: ['what-is-safety'] }]);
  leeds.rejoin();
  await test.bot.discord.refreshGuilds();
  await alone.press('Done', digest);
  expect((await standingIn(test.db, leeds)).find(({ name }) => name === 'Ada')).toMatchObject({
    done: ['what-is-safety'],
  });
});

it('what organisers do is neither offered nor possible there, even for an organiser', async () => {
  const test = await start();
  const leeds = await open(test, 'Leeds');
  const otto = test.discord.user('Otto');
  const there = otto.in(leeds, undefined, { permissions: MANAGE_SERVER });
  await there.slash('schedule set', { kind: 'leaderboard' });
  expect(textOf(await there.slash('help'))).toContain('/schedule');
  const alone = otto.inDirectMessages();
  await expect(alone.slash('schedule list')).rejects.toThrow('cannot be used in direct messages');
  expect(textOf(await alone.slash('help'))).not.toContain('schedule');
  expect(textOf(await alone.slash('settings show'))).not.toContain('For the whole community');
  const rows = async () => {
    const { communities, schedules } = test.db.tables;
    return JSON.stringify([
      await test.db.query.select().from(communities),
      await test.db.query.select().from(schedules),
    ]);
  };
  const before = await rows();
  const command = (name: string, sub: string, options: unknown[] = []) =>
    alone.sendRaw({ data: { id: '1', type: 1, name, options: [{ name: sub, type: 1, options }] } });
  const press = (id: string) =>
    alone.sendRaw({
      type: 3,
      data: { component_type: 2, custom_id: `@${leeds.id}!${id}` },
      // Discord sends none in direct messages; whoever could forge one must not become an organiser by it.
      member: { user: { id: otto.id, username: 'otto' }, permissions: '8' },
    });
  for (const answer of [
    await command('schedule', 'list'),
    await command('schedule', 'run'),
    await alone.slash('settings community-points', { state: 'off' }),
    await alone.slash('settings community-zone', { zone: 'Europe/Oslo' }),
    await press('schedule/removed/1'),
    await press('settings/set/community-points:off'),
    await press('settings/form/community-zone'),
  ])
    expect(answer).toMatchObject({ ephemeral: true, text: expect.stringMatching(/for organisers|Only organisers/) });
  expect(await rows()).toBe(before);
});

it('a command is about the server somebody was in a moment ago, whichever process saw them there', async () => {
  const { test, leeds, ada } = await inTwoServers();
  // Within the hour to which the database knows when somebody was active.
  await ada.in(leeds).slash('next');
  await test.bot.stop();
  const other = await startTestBot({ discord: test.discord, db: test.db, now: test.now().toISOString() });
  onTestFinished(() => other.bot.stop());
  expect(textOf(await ada.inDirectMessages().slash('next'))).toContain('This is for Leeds');
});
