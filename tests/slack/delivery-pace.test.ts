// Many messages in a short time: Slack's limits are never met, and no workspace waits for another.
import { expect, it, onTestFinished } from 'vitest';
import { createClients } from '../../src/slack/clients.ts';
import { createDelivery } from '../../src/slack/deliver.ts';
import type { Workspaces } from '../../src/slack/installs.ts';
import { createPictures } from '../../src/slack/pictures.ts';
import { communityByExternalId } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import { openTestDb } from '../support/databases.ts';
import { joinAs, memoryLog, mondayDigest } from '../support/delivery.ts';
import { startSlack, type TestWorkspace } from '../support/slack/slack-server.ts';
import { passTimeWith, startSlackTestBot } from '../support/slack-bot.ts';

const DUE = '2026-11-23T09:00:00Z';

/** A Slack that keeps its limits, with the bot's delivery in as many workspaces as wanted. */
const inWorkspaces = async (names: readonly string[]) => {
  let now = new Date('2026-11-23T08:00:00Z');
  const slack = await startSlack({ now: () => now, rateLimits: true });
  onTestFinished(() => slack.stop());
  onTestFinished(passTimeWith({ now: () => now }));
  const all = names.map(name => slack.addWorkspace({ name }));
  const found = ({ teamId, name, botToken, botUserId }: TestWorkspace) => ({ teamId, name, botToken, botUserId });
  const workspaces: Workspaces = {
    of: async teamId => all.filter(one => one.teamId === teamId).map(found)[0],
    all: async () => all.map(found),
    doubt: async () => {},
    isGone: async () => false,
    removed: async () => [],
  };
  const kept = new Map<string, string>();
  const { log } = memoryLog();
  const delivery = createDelivery({
    workspaces,
    clientsOf: createClients(slack.apiUrl),
    directChannels: {
      find: async person => kept.get(person),
      remember: async (person, channelId) => void kept.set(person, channelId),
      forget: async person => void kept.delete(person),
    },
    pictures: createPictures({
      publicUrl: undefined,
      kept: { keep: async () => {}, find: async () => undefined },
      log,
    }),
    renderContext: {},
    isIn: async () => true,
    now: () => now,
    log,
  });
  const deliver = (to: { teamId: string; id: string }, key: string) =>
    delivery.deliver({ communityId: to.teamId, channelId: to.id }, { blocks: [{ type: 'text', text: key }] }, key);
  return {
    slack,
    workspaces: all,
    deliver,
    setNow: (at: string) => {
      now = new Date(at);
    },
  };
};

it('six hundred direct messages of one workspace come within three minutes, without one 429', async () => {
  const db = await openTestDb();
  let now = (): Date => new Date('2026-11-23T08:00:00Z');
  const slack = await startSlack({ now: () => now(), rateLimits: true });
  onTestFinished(() => slack.stop());
  const workspace = slack.addWorkspace({ name: 'AI Safety Leeds' });
  const test = await startSlackTestBot({ transport: 'socket', db, running: { slack, workspace } });
  now = test.now;
  onTestFinished(passTimeWith(test));
  onTestFinished(() => test.stop());
  const externalId = workspace.teamId;
  const community = (await communityByExternalId(db, { platform: 'slack', externalId })) as Community;
  const people = Array.from({ length: 600 }, (_, n) => workspace.user(`member ${n}`));
  for (const { id } of people) await joinAs(db, community, id, test.now(), { zone: 'UTC' });
  await mondayDigest(db, community, test.now(), { channelId: null, direct: true, zone: 'UTC' });

  test.setNow(DUE);
  await test.scheduler.tick();
  const atOnce = people.filter(person => slack.directMessages(person).length === 1).length;
  expect(atOnce).toBeGreaterThanOrEqual(250);
  expect(atOnce).toBeLessThan(400);
  for (const at of ['2026-11-23T09:01:00Z', '2026-11-23T09:02:00Z', '2026-11-23T09:03:00Z']) {
    test.setNow(at);
    await test.scheduler.tick();
  }
  expect(people.filter(person => slack.directMessages(person).length !== 1)).toEqual([]);
  expect(slack.rateLimited).toBe(0);
  const rows = await db.query.select().from(db.tables.deliveries);
  expect(rows.filter(({ state, attempts }) => state !== 'sent' || attempts !== 1)).toEqual([]);
});

it('others get theirs at once while a large workspace takes its minutes', async () => {
  const { slack, workspaces, deliver } = await inWorkspaces(['Large', 'Small']);
  const [large, small] = workspaces as [TestWorkspace, TestWorkspace];
  const channels = Array.from({ length: 300 }, (_, n) => large.addChannel({ name: `channel-${n}` }));
  const outcomes = await Promise.all(channels.map((channel, n) => deliver(channel, `large:${n}`)));
  const later = outcomes.flatMap(one => (one.type === 'retry' ? [one.at?.getTime()] : []));
  expect(outcomes.filter(({ type }) => type === 'sent').length).toBe(300 - later.length);
  expect(later.length).toBeGreaterThan(0);
  expect(new Set(later).size).toBe(later.length);
  expect(await deliver(small.addChannel({ name: 'general' }), 'small')).toMatchObject({ type: 'sent' });
  expect(slack.rateLimited).toBe(0);
});

it('one workspace’s 429 rests that workspace, and no other', async () => {
  const { slack, workspaces, deliver, setNow } = await inWorkspaces(['Limited', 'Free']);
  const [limited, free] = workspaces as [TestWorkspace, TestWorkspace];
  const [one, other] = [limited.addChannel({ name: 'one' }), limited.addChannel({ name: 'other' })];
  const elsewhere = free.addChannel({ name: 'one', id: one.id });
  slack.misbehave.api({ method: 'chat.postMessage', team: limited.teamId, times: 1 }, { status: 429, retryAfter: 60 });
  expect(await deliver(one, 'a')).toEqual({
    type: 'retry',
    reason: 'Slack’s rate limit.',
    at: new Date('2026-11-23T08:01:00Z'),
  });
  slack.clearRequests();
  expect(await deliver(other, 'b')).toMatchObject({ type: 'retry' });
  expect(slack.requests).toEqual([]);
  expect(await deliver(elsewhere, 'c')).toMatchObject({ type: 'sent' });
  setNow('2026-11-23T08:01:01Z');
  expect(await deliver(other, 'b')).toMatchObject({ type: 'sent' });
});

it('two workspaces with the same ids each get their own', async () => {
  const { slack, workspaces, deliver } = await inWorkspaces(['Leeds', 'Oslo']);
  const channels = workspaces.map(workspace => workspace.addChannel({ name: 'weekly', id: 'C0SAME' }));
  for (const [n, channel] of channels.entries())
    expect(await deliver(channel, `key ${n}`)).toMatchObject({ type: 'sent' });
  expect(channels.map(channel => slack.messages(channel).map(({ text }) => text))).toEqual([['key 0'], ['key 1']]);
});
