// Everything that can be typed, pressed, chosen, filled in or completed, by people in a Discord client: all of it is answered.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { testCurriculum } from '../support/curriculum.ts';
import type { StoredMessage } from '../support/discord/discord-server.ts';
import { startTestBot, type TestBot } from '../support/discord-bot.ts';
import { createVisit, type Visit } from '../support/discord-visit.ts';
import { BEGINNINGS, everythingDefined, examplesOf, OLD_BUTTONS, type Options } from '../support/visit.ts';

const MANAGE_SERVER = 1n << 5n;
type Leaf = { name: string; options: { name: string; type: number; autocomplete?: boolean }[] };
/** Every command and subcommand as Discord has them registered. */
const registered = (test: TestBot): Leaf[] =>
  test.discord.commands().flatMap(command => {
    const options = (command.options ?? []) as (Leaf['options'][number] & { options?: Leaf['options'] })[];
    const subcommands = options.filter(({ type }) => type === 1);
    return subcommands.length > 0
      ? subcommands.map(sub => ({ name: `${command.name} ${sub.name}`, options: sub.options ?? [] }))
      : [{ name: command.name, options }];
  });

/** What Discord refused, and what was logged as a fault of ours. */
const complaints = ({ discord, log }: TestBot): unknown[] => [
  ...discord.requests.filter(({ status }) => status >= 400 || status === 0),
  ...log.filter(({ level }) => level >= 50),
];

const notifies = ({ pings: { everyone, users, roles } }: StoredMessage): boolean =>
  everyone || users.length + roles.length > 0;

const openServer = async (curriculum: Curriculum) => {
  const test = await startTestBot({ curriculum });
  const guild = test.discord.addGuild({ name: 'AI Safety Leeds' });
  const weekly = guild.addChannel({ name: 'weekly' });
  await test.bot.discord.refreshGuilds();
  const organiser = test.discord.user('Ada').in(guild, guild.channel('general'), { permissions: MANAGE_SERVER });
  return { test, guild, weekly, organiser };
};

describe('everything that a server can do with Milepost', () => {
  let server: Awaited<ReturnType<typeof openServer>>;
  const reached = { actions: new Set<string>(), carriedOut: new Set<string>(), forms: new Set<string>() };
  const finish = (visit: Visit): void => {
    expect(visit.faults).toEqual([]);
    expect(complaints(server.test)).toEqual([]);
    for (const name of visit.reached) reached.actions.add(name);
    for (const name of visit.carriedOut) reached.carriedOut.add(name);
    for (const name of visit.forms) reached.forms.add(name);
  };
  beforeAll(async () => {
    server = await openServer(testCurriculum);
  });
  afterAll(() => server.test.stop());

  it('is typed, each command with each of its options, and then pressed, chosen and filled in, to the last button', async () => {
    const { test, organiser, weekly } = server;
    const examples = examplesOf(testCurriculum, weekly.id);
    const given = ([name, many]: [string, Options[]]) => [name, [...new Set(many.flatMap(Object.keys))].sort()];
    const offered = registered(test).map(({ name, options }) => [name, options.map(option => option.name).sort()]);
    expect(Object.fromEntries(Object.entries(examples).map(given))).toEqual(Object.fromEntries(offered));

    const visit = createVisit();
    for (const [command, many] of Object.entries(examples))
      for (const options of many) await visit.type(organiser, command, options);
    await visit.useEverything(organiser);
    expect(visit.answers).toBeGreaterThan(200);
    expect(Object.keys(examples).filter(command => !visit.carriedOut.has(`/${command}`))).toEqual([]);
    finish(visit);
  });

  it('is suggested while it is typed, wherever Discord is told that there are suggestions', async () => {
    const { test, organiser } = server;
    await organiser.slash('track select', { track: 'engineering' });
    await organiser.slash('schedule set', { kind: 'leaderboard' });
    const asked = registered(test).flatMap(({ name, options }) =>
      options.filter(({ autocomplete }) => autocomplete).map(option => [name, option.name] as const),
    );
    expect(asked.length).toBeGreaterThan(15);
    for (const [command, option] of asked) {
      const suggestions = await organiser.autocomplete(command, option, BEGINNINGS[option] ?? 'test');
      expect(suggestions.length, `/${command} ${option}`).toBeGreaterThan(0);
    }
    expect(complaints(test)).toEqual([]);
  });

  it('asks for a missing option by a form, which opens again with what was chosen', async () => {
    const { test, organiser } = server;
    const form = await organiser.slash('roles select');
    if (form.type !== 'modal') throw new Error(`no form but ${form.type}`);
    const refused = await organiser.sendRaw({
      type: 5,
      data: {
        custom_id: form.modal.custom_id,
        components: [{ type: 18, component: { type: 3, custom_id: 'roles', values: ['security_engineer', 'chef'] } }],
      },
    });
    expect(refused).toMatchObject({ type: 'message', ephemeral: true, text: expect.stringContaining('chef') });
    const again = await organiser.press('Change what I typed');
    const chosen = again.type === 'modal' && again.modal.components[0]?.component?.options?.filter(one => one.default);
    expect(chosen).toMatchObject([{ value: 'security_engineer' }]);
    expect(await organiser.submit()).toMatchObject({ text: expect.stringContaining('Security Engineer') });
    expect(complaints(test)).toEqual([]);
  });

  it('is pressed under the posts of a channel by everybody who sees them, each for themselves', async () => {
    const { test, organiser, guild, weekly } = server;
    await organiser.slash('schedule set', { kind: 'digest', channel: weekly.id, weekday: 'monday', time: '09:00' });
    await test.liveUntil('2026-11-30T12:00:00Z');
    const posts = test.discord.messages(weekly.id);
    expect(posts.length).toBeGreaterThan(0);
    expect(posts.filter(notifies)).toEqual([]);
    const edits = posts.map(post => post.edits);
    const visit = createVisit();
    const reader = test.discord.user('Ruth').in(guild, weekly);
    for (const post of posts) visit.meet(post);
    await visit.useEverything(reader);
    expect(visit.answers).toBeGreaterThan(50);
    expect(test.discord.messages(weekly.id).map(post => post.edits)).toEqual(edits);
    finish(visit);
  });

  it('is pressed in direct messages, in digests and in what comes after weeks of silence', async () => {
    const { test, guild } = server;
    const seat = test.discord.user('Faye').in(guild);
    await seat.slash('track select', { track: 'engineering' });
    await test.liveUntil('2027-02-15T12:00:00Z');
    const letters = test.discord.directMessages(seat);
    expect(letters.map(({ components }) => JSON.stringify(components)).join()).toContain(
      'Your messages rest from now on',
    );
    expect(letters.filter(notifies)).toEqual([]);
    const visit = createVisit();
    for (const letter of letters.toReversed()) visit.meet(letter);
    const alone = test.discord.user('Faye').inDirectMessages();
    for (const command of ['next', 'digest', 'onboard', 'settings show', 'progress', 'quiz'])
      await visit.type(alone, command, {}, false);
    await visit.useEverything(alone, false);
    finish(visit);
  });

  it('was all of what the commands define, and each was done at least once and not only refused', async () => {
    const { actions, forms } = await everythingDefined();
    expect(actions.filter(name => !reached.carriedOut.has(name))).toEqual(OLD_BUTTONS);
    expect(actions.filter(name => !reached.actions.has(name))).toEqual(OLD_BUTTONS);
    expect(forms.filter(name => !reached.forms.has(name))).toEqual([]);
    const { organiser } = server;
    for (const name of OLD_BUTTONS)
      expect(await organiser.sendRaw({ type: 3, data: { component_type: 2, custom_id: `${name}/` } })).toMatchObject({
        type: 'message',
        ephemeral: true,
        text: expect.not.stringContaining('⚠️'),
      });
  });
});

describe('the repository’s own content', () => {
  it('is walked through by a member who has done several topics', async () => {
    const curriculum = await loadCurriculum(join(import.meta.dirname, '../../content'));
    const { test, organiser, weekly } = await openServer(curriculum);
    const visit = createVisit({ everyTopic: false });
    for (const [command, many] of Object.entries(examplesOf(curriculum, weekly.id)))
      for (const options of many) await visit.type(organiser, command, options);
    const ids = [...curriculum.topics.values()]
      .filter(({ tracks }) => tracks.includes('engineering'))
      .map(({ id }) => id);
    for (const topics of ids.slice(0, 8)) await visit.type(organiser, 'done', { topics });
    for (const command of ['next', 'digest', 'progress', 'topics list', 'roles show', 'leaderboard', 'schedule list'])
      await visit.type(organiser, command, {});
    await visit.useEverything(organiser);
    await test.liveUntil('2026-11-30T12:00:00Z');
    expect(test.discord.messages(weekly.id).length).toBeGreaterThan(0);
    expect(visit.answers).toBeGreaterThan(150);
    expect(visit.faults).toEqual([]);
    expect(complaints(test)).toEqual([]);
    await test.stop();
  });
});
