import { describe, expect, it, onTestFinished } from 'vitest';
import { keptIn } from '../../src/bot/platform-deps.ts';
import { type Command, defineCommand, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { createHttpServer } from '../../src/http-server.ts';
import { type Modal, text } from '../../src/message.ts';
import { createCallers } from '../../src/slack/caller.ts';
import { createClients } from '../../src/slack/clients.ts';
import { createPeople } from '../../src/slack/people.ts';
import { memberByExternalId } from '../../src/storage/members.ts';
import { openTestDb } from '../support/databases.ts';
import { memoryLog } from '../support/delivery.ts';
import type { Answer } from '../support/slack/slack-server.ts';
import { type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));

const form: Modal = {
  id: 'fill/in/',
  title: 'Form',
  submit: 'Send',
  fields: [{ name: 'a', label: 'A', type: 'text' }],
};
const fill: Command = defineCommand({
  name: 'fill',
  description: 'Opens a form',
  audience: 'member',
  visibility: 'private',
  run: (_, { member, organiser }) =>
    organiser ? reply({ blocks: [text(`${member.name} manages this`)] }) : { type: 'modal', modal: form },
});

const visit = async (options: Partial<SlackTestBotOptions> = {}) => {
  const commands = new Map([...(await loadCommands()), ['fill', fill] as const]);
  const test = await startSlackTestBot({ transport: 'socket', commands, waits: { whoMs: 20 }, ...options });
  onTestFinished(() => test.stop());
  test.workspace.addChannel({ name: 'general' });
  const asked = () => test.slack.requests.filter(({ method }) => method === 'users.info').length;
  const memberOf = (externalId: string) => memberByExternalId(test.db, 1, externalId);
  const restart = async () => {
    await test.bot.stop();
    const now = test.now().toISOString();
    const again = await startSlackTestBot({ transport: 'socket', commands, db: test.db, running: test, now });
    onTestFinished(() => again.stop());
    return again;
  };
  return { test, asked, memberOf, restart };
};

describe('a member’s name and time zone', () => {
  it('are those that Slack knows, asked for once a day', async () => {
    const { test, asked, memberOf } = await visit();
    const ada = test.workspace.user('Ada Lovelace', { tz: 'Europe/Lisbon' });
    await ada.in().type('/next');
    await ada.in().type('/next');
    expect(await memberOf(ada.id)).toMatchObject({ name: 'Ada Lovelace', zone: 'Europe/Lisbon' });
    ada.change({ tz: 'Asia/Tokyo', name: 'Ada King' });
    test.setNow('2026-11-24T07:00:00Z');
    await ada.in().type('/next');
    expect(await memberOf(ada.id)).toMatchObject({ name: 'Ada Lovelace', zone: 'Europe/Lisbon' });
    test.setNow('2026-11-24T08:00:01Z');
    await ada.in().type('/next');
    expect(await memberOf(ada.id)).toMatchObject({ name: 'Ada King', zone: 'Asia/Tokyo' });
    expect(asked()).toBe(2);
  });

  it('are not asked for again after a restart on the same day', async () => {
    const { test, asked, restart } = await visit();
    const ada = test.workspace.user('Ada', { admin: true });
    await ada.in().type('/fill');
    await restart();
    expect(textOf(await ada.in().type('/fill'))).toContain('Ada manages this');
    expect(asked()).toBe(1);
  });

  it('follow Slack no more once the member has set a zone', async () => {
    const { test, memberOf } = await visit();
    const ada = test.workspace.user('Ada', { tz: 'Europe/Lisbon' });
    await ada.in().type('/settings zone Europe/Paris');
    ada.change({ tz: 'Asia/Tokyo' });
    test.setNow('2026-11-25T08:00:00Z');
    await ada.in().type('/next');
    expect(await memberOf(ada.id)).toMatchObject({ zone: 'Europe/Paris' });
  });

  it('stay as they are when the community takes another zone', async () => {
    const { test, memberOf } = await visit();
    const olga = test.workspace.user('Olga', { tz: 'Europe/Lisbon', admin: true });
    await olga.in().type('/settings community-zone Europe/Lisbon');
    const ada = test.workspace.user('Ada', { tz: 'Europe/Lisbon' });
    await ada.in().type('/next');
    await olga.in().type('/settings community-zone Asia/Tokyo');
    expect(await memberOf(ada.id)).toMatchObject({ zone: 'Europe/Lisbon' });
  });
});

it('a member’s language is what Slack says, with whatever they do', async () => {
  const { test } = await visit();
  const ada = test.workspace.user('Ada', { locale: 'pt-BR' });
  const clientsOf = createClients(test.slack.apiUrl);
  const { teamId, name, botToken, botUserId } = test.workspace;
  const callers = createCallers({
    workspaces: { of: async () => ({ teamId, name, botToken, botUserId }) },
    clientsOf,
    people: createPeople({ kept: keptIn(test.db, test.now), now: test.now, log: memoryLog().log }),
  });
  const place = { teamId, userId: ada.id, userName: '', isOrgInstall: false, isDirect: true };
  expect((await callers.of(place, 5_000))?.caller).toMatchObject({ name: 'Ada', locale: 'pt-BR' });
});

describe('while Slack does not say who somebody is', () => {
  it('a form opens in time all the same', async () => {
    const { test } = await visit();
    test.slack.misbehave.api({ method: 'users.info' }, { hang: true });
    expect(await test.workspace.user('Ada').in().type('/fill')).toMatchObject({ type: 'modal' });
  });

  it('somebody who was seen before keeps name and zone from then, and manages nothing after a day', async () => {
    const { test, memberOf, asked } = await visit();
    const ada = test.workspace.user('Ada', { admin: true, tz: 'Asia/Tokyo' });
    await ada.in().type('/fill');
    test.slack.misbehave.api({ method: 'users.info' }, { hang: true });
    test.setNow('2026-11-24T07:59:00Z');
    expect(textOf(await ada.in().type('/fill'))).toContain('Ada manages this');
    expect(asked()).toBe(1);
    test.setNow('2026-11-24T08:00:01Z');
    expect(await ada.in().type('/fill')).toMatchObject({ type: 'modal' });
    expect(await memberOf(ada.id)).toMatchObject({ name: 'Ada', zone: 'Asia/Tokyo' });
  });

  it.each<[string, { error: string } | { status: 429; retryAfter: number }]>([
    ['it refuses to', { error: 'user_not_found' }],
    ['it has too much to do', { status: 429, retryAfter: 30 }],
  ])('because %s, their name stays as it was, also months later', async (_, fault) => {
    const { test, memberOf, restart } = await visit();
    const ada = test.workspace.user('Ada Lovelace', { admin: true });
    await ada.in().type('/fill');
    test.setNow('2027-02-23T08:00:00Z');
    test.slack.misbehave.api({ method: 'users.info' }, fault);
    await restart();
    expect(await ada.in().type('/fill')).toMatchObject({ type: 'modal' });
    await ada.in().openHome();
    expect(await memberOf(ada.id)).toMatchObject({ name: 'Ada Lovelace' });
  });

  it('an organiser of yesterday waits for it rather than being refused', async () => {
    const { test } = await visit();
    const olga = test.workspace.user('Olga', { admin: true }).in();
    await olga.type('/next');
    test.setNow('2026-11-25T08:00:00Z');
    test.slack.misbehave.api({ method: 'users.info' }, { delayMs: 60 });
    expect(textOf(await olga.type('/schedule list'))).toContain('There is none yet');
  });

  it('an organiser who is new waits for it rather than being refused, and a member is refused', async () => {
    const { test } = await visit();
    test.slack.misbehave.api({ method: 'users.info' }, { delayMs: 60 });
    const olga = test.workspace.user('Olga', { admin: true }).in();
    expect(textOf(await olga.type('/schedule list'))).toContain('There is none yet');
    const ada = test.workspace.user('Ada').in();
    expect(textOf(await ada.type('/schedule list'))).toContain('is for organisers');
  });

  it('because it fails, it is asked again a minute later, and everything else goes on', async () => {
    const { test, asked } = await visit();
    const ada = test.workspace.user('Ada', { admin: true }).in();
    test.slack.misbehave.api({ method: 'users.info', times: 1 }, { error: 'fatal_error' });
    expect(await ada.type('/fill')).toMatchObject({ type: 'modal' });
    expect(await ada.type('/fill')).toMatchObject({ type: 'modal' });
    expect(asked()).toBe(1);
    test.setNow('2026-11-23T08:01:01Z');
    expect(textOf(await ada.type('/fill'))).toContain('Ada manages this');
    const warned = test.log.filter(({ level }) => level > 30).map(({ msg }) => msg);
    expect(warned).toEqual(['Slack did not say who somebody is']);
  });
});

describe('somebody from another workspace', () => {
  /** What is found where Slack answers this. */
  const people = async (user: Record<string, unknown>) => {
    const slack = createHttpServer(() => Response.json({ ok: true, user }), { host: '127.0.0.1', port: 0 });
    await slack.start();
    onTestFinished(() => slack.stop());
    const now = () => new Date('2026-11-23T08:00:00Z');
    const clients = createClients(`${slack.address()}/api/`)('xoxb-1');
    const known = createPeople({ kept: keptIn(await openTestDb(), now), now, log: memoryLog().log });
    return (await known.of(clients, 'T1', 'U1', 'guest', 5_000)).person;
  };

  it('manages nothing here, whatever they manage there', async () => {
    const admin = { id: 'U1', is_admin: true, tz: 'Europe/Paris', profile: { display_name: 'Guest' } };
    expect(await people({ ...admin, team_id: 'T2' })).toMatchObject({ name: 'Guest', organiser: false });
    expect(await people({ ...admin, team_id: 'T1', is_stranger: true })).toMatchObject({ organiser: false });
    expect(await people({ ...admin, team_id: 'T1' })).toMatchObject({ organiser: true, zone: 'Europe/Paris' });
    const inOrg = (more: object) => ({ ...admin, team_id: 'T2', enterprise_user: { teams: ['T2', 'T1'], ...more } });
    expect(await people(inOrg({ is_admin: false, is_owner: false }))).toMatchObject({ organiser: false });
    for (const role of ['is_admin', 'is_owner'])
      expect(await people(inOrg({ [role]: true }))).toMatchObject({ organiser: true });
    expect(await people(inOrg({ is_admin: true, teams: ['T2'] }))).toMatchObject({ organiser: false });
  });

  it('without any name has the one of what they did', async () => {
    expect(await people({ id: 'U1', team_id: 'T1' })).toEqual({ name: 'guest', organiser: false, isBot: false });
  });
});
