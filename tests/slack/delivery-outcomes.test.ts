// What each refusal of Slack's comes to: for a channel, a workspace's token, and a workspace that Milepost was removed from.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { communityByExternalId } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { type Delivery, deliveryByKey } from '../../src/storage/deliveries.ts';
import { type NewSchedule, type Schedule, scheduleById } from '../../src/storage/schedules.ts';
import { openTestDb } from '../support/databases.ts';
import { mondayDigest } from '../support/delivery.ts';
import type { LocalSlack, TestChannel } from '../support/slack/slack-server.ts';
import { passTimeWith, type SlackTestBot, startLine, startSlackTestBot } from '../support/slack-bot.ts';

const DUE = '2026-11-23T09:00:00Z';
const LATER = '2026-11-23T09:20:00Z';
const POST = { method: 'chat.postMessage' };

let test: SlackTestBot;
let slack: LocalSlack;
let db: Db;
let channel: TestChannel;
let community: Community;

beforeEach(async () => {
  db = await openTestDb();
  test = await startSlackTestBot({ transport: 'socket', db });
  onTestFinished(() => test.stop());
  onTestFinished(passTimeWith(test));
  slack = test.slack;
  channel = test.workspace.addChannel({ name: 'weekly' });
  const externalId = test.workspace.teamId;
  community = (await communityByExternalId(db, { platform: 'slack', externalId })) as Community;
});

const schedule = (change: Partial<NewSchedule> = {}): Promise<Schedule> =>
  mondayDigest(db, community, test.now(), { channelId: channel.id, direct: false, zone: 'UTC', ...change });
const rowOf = async ({ id }: Schedule): Promise<Delivery> =>
  (await deliveryByKey(db, `digest:${id}:channel:2026-11-23T09:00`)) as Delivery;
const there = () => slack.messages(channel).filter(({ deleted }) => !deleted);
const asked = (method: string) => slack.requests.filter(one => one.method === method).length;

describe('a channel that cannot be reached', () => {
  it.each<[name: string, breakIt: () => void, says: string, mendIt?: () => void]>([
    ['it was deleted', () => channel.delete(), 'does not show me that channel'],
    ['Milepost is not in it', () => channel.removeBot(), '/invite @milepost', () => channel.addBot()],
    ['it is archived', () => channel.archive(), 'archived', () => channel.unarchive()],
    [
      'the workspace does not let Milepost post in it',
      () => slack.misbehave.api(POST, { error: 'restricted_action' }),
      'A setting of the workspace',
      () => slack.misbehave.clear(),
    ],
  ])('because %s pauses its schedule with a reason, and is asked once', async (_, breakIt, says, mendIt) => {
    const made = await schedule();
    breakIt();
    await test.liveUntil('2026-12-07T09:01:00Z');
    expect(asked('chat.postMessage')).toBe(1);
    const { pausedAt, pausedReason } = (await scheduleById(db, made.id)) as Schedule;
    expect(pausedAt).toEqual(new Date(DUE));
    expect(pausedReason).toContain(says);
    expect(pausedReason).toContain('resume');
    expect(await rowOf(made)).toMatchObject({ state: 'failed', reason: expect.stringContaining(says) });
    expect(there()).toEqual([]);
    if (!mendIt) return;
    mendIt();
    const other = test.workspace.addChannel({ name: 'general' });
    await test.workspace.user('olga', { admin: true }).in(other).type(`/schedule resume ${made.id}`);
    await test.liveUntil('2026-12-14T09:01:00Z');
    expect(there()).toHaveLength(1);
  });
});

describe('a message that Slack does not take', () => {
  it('goes out as its plain text where only its blocks are refused, and the fault is logged', async () => {
    const made = await schedule();
    slack.misbehave.api({ ...POST, times: 1 }, { error: 'invalid_blocks' });
    await test.liveUntil('2026-11-23T09:01:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sent', attempts: 1 });
    expect(there()).toMatchObject([{ blocks: [], text: expect.stringContaining('Week 1') }]);
    expect(test.log.filter(({ level }) => level >= 50)).toHaveLength(1);
  });

  it('is given up at once and logged where its text is refused; the schedule goes on', async () => {
    const made = await schedule();
    slack.misbehave.api({ ...POST, times: 1 }, { error: 'msg_too_long' });
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(await rowOf(made)).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: expect.stringContaining('too_long'),
    });
    expect(test.log.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toContain(
      'Slack will never take this delivery',
    );
    expect(there()).toHaveLength(1);
  });

  it('for a reason that Milepost does not know is tried again five times, more and more slowly', async () => {
    const made = await schedule();
    slack.misbehave.api(POST, { error: 'something_new' });
    await test.liveUntil('2026-11-23T12:00:00Z');
    expect(asked('chat.postMessage')).toBe(5);
    expect(await rowOf(made)).toMatchObject({ state: 'failed', reason: expect.stringContaining('something_new') });
    expect((await scheduleById(db, made.id))?.pausedAt).toBeNull();
  });

  it('because Slack cannot be reached is tried again', async () => {
    const line = await startLine(slack);
    const far = await startSlackTestBot({ transport: 'socket', db, running: test, apiUrl: line.apiUrl });
    onTestFinished(() => far.stop());
    const made = await schedule();
    await line.cut();
    // Finds out that the connections it had are gone.
    await far.platform.findChannel(test.workspace.teamId, 'weekly').catch(() => {});
    far.setNow(DUE);
    await far.scheduler.tick();
    expect(await rowOf(made)).toMatchObject({
      state: 'retrying',
      attempts: 1,
      reason: expect.stringContaining('could not be reached'),
    });
    await line.mend();
    await far.liveUntil(LATER);
    await line.cut();
    expect(await rowOf(made)).toMatchObject({ state: 'sent' });
    expect(there()).toHaveLength(1);
  });
});

describe('a workspace of which Slack does not say anything yet', () => {
  it('has its posts tried again, and nothing is looked for that was never sent', async () => {
    const made = await schedule();
    slack.misbehave.api({ method: 'auth.test' }, { status: 503 });
    const late = await startSlackTestBot({ transport: 'socket', db, running: test, firstWaitMs: 60_000 });
    onTestFinished(() => late.stop());
    late.setNow(DUE);
    await late.scheduler.tick();
    expect(await rowOf(made)).toMatchObject({ state: 'retrying', attempts: 1, reason: 'Slack answered 503.' });
    slack.misbehave.clear();
    await late.liveUntil(LATER);
    expect(await rowOf(made)).toMatchObject({ state: 'sent' });
    expect(there()).toHaveLength(1);
    expect(asked('conversations.history')).toBe(0);
  });
});

describe('a workspace whose token Slack refuses', () => {
  it('rests with its schedules as they are, and goes on when a new start has a token that is valid', async () => {
    const made = await schedule();
    await test.workspace.revokeTokens();
    await test.liveUntil('2026-11-23T09:35:00Z');
    expect(there()).toEqual([]);
    expect((await scheduleById(db, made.id))?.pausedAt).toBeNull();
    await test.bot.stop();
    test.workspace.reinstall();
    const again = await startSlackTestBot({
      transport: 'socket',
      db,
      running: test,
      now: '2026-11-24T08:00:00Z',
    });
    onTestFinished(() => again.stop());
    await again.liveUntil('2026-11-30T09:01:00Z');
    expect(there()).toHaveLength(1);
  });

  it('is asked again every ten minutes where only a scope is missing, and told which', async () => {
    const made = await schedule();
    const scopes = ['commands', 'users:read', 'channels:read', 'channels:history'];
    test.workspace.setScopes(scopes);
    await test.liveUntil('2026-11-23T09:35:00Z');
    expect(asked('chat.postMessage')).toBe(4);
    expect(await rowOf(made)).toMatchObject({
      state: 'retrying',
      attempts: 0,
      reason: expect.stringContaining('chat:write'),
    });
    test.workspace.setScopes([...scopes, 'chat:write']);
    await test.liveUntil('2026-11-23T09:45:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sent' });
    expect(there()).toHaveLength(1);
  });

  it('for a moment gets its post ten minutes later', async () => {
    const made = await schedule();
    slack.misbehave.api({ ...POST, times: 1 }, { error: 'account_inactive' });
    slack.misbehave.api({ method: 'auth.test', times: 1 }, { error: 'account_inactive' });
    await test.liveUntil('2026-11-23T09:11:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sent' });
    expect(there()).toHaveLength(1);
    expect((await communityByExternalId(db, community))?.leftAt).toBeNull();
  });

  it('and then says nothing about it has its post tried again', async () => {
    slack.misbehave.api(POST, { error: 'invalid_auth' });
    slack.misbehave.api({ method: 'auth.test' }, { status: 503 });
    const target = { communityId: test.workspace.teamId, channelId: channel.id };
    expect(await test.platform.deliver(target, { blocks: [] }, 'key')).toMatchObject({ type: 'retry' });
  });

  it('is found out at the post where no event told of it', async () => {
    const made = await schedule();
    // Slack tells nobody, as where its event is lost.
    slack.misbehave.api(POST, { error: 'token_revoked' });
    slack.misbehave.api({ method: 'auth.test' }, { error: 'token_revoked' });
    await test.liveUntil(LATER);
    expect((await communityByExternalId(db, community))?.leftAt).not.toBeNull();
    expect((await scheduleById(db, made.id))?.pausedAt).toBeNull();
  });
});

describe('a workspace that Milepost was removed from', () => {
  it('rests with its schedules and data as they are, and goes on when it is back', async () => {
    const made = await schedule();
    const ada = test.workspace.user('ada').in(channel);
    await ada.type('/track select engineering');
    await test.workspace.uninstall();
    await slack.until(() => test.log.some(({ msg }) => msg.startsWith('Milepost was removed from a workspace')));
    slack.clearRequests();
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(asked('chat.postMessage')).toBe(0);
    expect((await scheduleById(db, made.id))?.pausedAt).toBeNull();
    expect((await communityByExternalId(db, community))?.leftAt).not.toBeNull();

    await test.bot.stop();
    test.workspace.reinstall();
    const again = await startSlackTestBot({ transport: 'socket', db, running: test, now: '2026-12-01T08:00:00Z' });
    onTestFinished(() => again.stop());
    expect(await test.workspace.user('ada').in(channel).type('/track show')).toMatchObject({
      text: expect.stringContaining('Engineering Track'),
    });
    await again.liveUntil('2026-12-07T09:01:00Z');
    expect(there()).toHaveLength(1);
  });
});
