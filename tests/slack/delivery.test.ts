import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { communityByExternalId } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { type Delivery, deliveryByKey } from '../../src/storage/deliveries.ts';
import type { NewSchedule, Schedule } from '../../src/storage/schedules.ts';
import { openTestDb } from '../support/databases.ts';
import { mondayDigest } from '../support/delivery.ts';
import type { ApiFault } from '../support/slack/misbehaviour.ts';
import type { LocalSlack, TestChannel } from '../support/slack/slack-server.ts';
import { passTimeWith, type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

const DUE = '2026-11-23T09:00:00Z';
const SHORTLY_AFTER = '2026-11-23T09:00:50Z';
const LATER = '2026-11-23T09:20:00Z';
const POST = { method: 'chat.postMessage', times: 1 };
const STARTER = '💬 Talk about “Week 1: Engineering Track” here.';

let test: SlackTestBot;
let slack: LocalSlack;
let db: Db;
let channel: TestChannel;
let community: Community;

const start = async (options: Partial<SlackTestBotOptions> = {}): Promise<SlackTestBot> => {
  const bot = await startSlackTestBot({ transport: 'socket', db, sendTimeoutMs: 250, ...options });
  onTestFinished(() => bot.stop());
  return bot;
};

beforeEach(async () => {
  db = await openTestDb();
  test = await start();
  onTestFinished(passTimeWith(test));
  slack = test.slack;
  channel = test.workspace.addChannel({ name: 'weekly' });
  const externalId = test.workspace.teamId;
  community = (await communityByExternalId(db, { platform: 'slack', externalId })) as Community;
});

/** A digest each Monday at nine, to the channel unless told. */
const schedule = (change: Partial<NewSchedule> = {}): Promise<Schedule> =>
  mondayDigest(db, community, test.now(), { channelId: channel.id, direct: false, zone: 'UTC', ...change });
const keyOf = ({ id }: Schedule) => `digest:${id}:channel:2026-11-23T09:00`;
const rowOf = async (made: Schedule): Promise<Delivery> => (await deliveryByKey(db, keyOf(made))) as Delivery;
const there = () => slack.messages(channel).filter(({ deleted }) => !deleted);
const posts = () => there().filter(({ thread_ts }) => thread_ts === undefined);
const replies = () => there().filter(({ thread_ts }) => thread_ts !== undefined);
const asked = (method: string) => slack.requests.filter(one => one.method === method);

describe('a post in a channel', () => {
  it('comes at its time, once, and each week', async () => {
    const made = await schedule();
    const settled = await test.liveUntil(SHORTLY_AFTER);
    expect(settled).toMatchObject([{ at: new Date(DUE), to: `channel:${channel.id}`, state: 'sent' }]);
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({
      state: 'sent',
      attempts: 1,
      messageId: there()[0]?.ts,
      reason: null,
    });
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(there()).toHaveLength(2);
  });

  it('carries its key for Milepost alone to find, has words for every screen, and opens no previews', async () => {
    const made = await schedule();
    await test.liveUntil(SHORTLY_AFTER);
    const [post] = there();
    expect(post?.metadata).toEqual({ event_type: 'milepost_delivery', event_payload: { key: keyOf(made) } });
    expect(post?.blocks.length).toBeGreaterThan(2);
    expect(post?.text).toContain('What AI safety is');
    const [sent] = asked('chat.postMessage');
    expect(sent?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });

  it('pings nobody', async () => {
    await schedule({ thread: true });
    await test.liveUntil(SHORTLY_AFTER);
    for (const { pings } of there()) expect(pings).toEqual({ broadcast: false, users: [] });
    expect(slack.warnings).toEqual([]);
  });

  it('pings nobody whatever the people on a leaderboard are called', async () => {
    const names = ['<!channel>', '<@U0000001>', '@everyone', '<!subteam^S1>', '*bold* `code`', '<https://a.example|b>'];
    for (const name of names) {
      const seat = test.workspace.user(name).in(channel);
      await seat.type('/track select engineering');
      await seat.type('/settings leaderboard yes');
      await seat.type('/done what-is-safety');
    }
    await schedule({ kind: 'leaderboard', cron: '0 10 * * 1' });
    await test.liveUntil('2026-11-30T10:01:00Z');
    const post = there().at(-1);
    expect(post?.pings).toEqual({ broadcast: false, users: [] });
    expect(JSON.stringify(post?.blocks)).toContain('everyone');
    expect(post?.text).toContain('&lt;!channel&gt;');
    expect(post?.text).not.toMatch(/<[!@h]/);
  });

  it('gets its thread, by its name', async () => {
    const made = await schedule({ thread: true });
    await test.liveUntil(SHORTLY_AFTER);
    const [post, reply, ...more] = there();
    expect(reply).toMatchObject({ text: STARTER, thread_ts: post?.ts });
    expect(more).toEqual([]);
    expect((await rowOf(made)).reason).toBeNull();
  });

  it('stands without a thread where Slack takes none, and the reason is kept', async () => {
    const made = await schedule({ thread: true });
    slack.misbehave.api(POST, { delayMs: 1 });
    slack.misbehave.api(POST, { error: 'restricted_action_non_threadable_channel' });
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({
      state: 'sent',
      reason: 'Its thread could not be opened: restricted_action_non_threadable_channel.',
    });
  });

  it.each<[name: string, fault: ApiFault]>([
    ['says 500 after it took it', { status: 500, stored: true }],
    ['says 502 before it took it', { status: 502 }],
    ['never says so', { hang: true, stored: true }],
    ['is never asked', { drop: true }],
    ['says fatal_error after it took it', { error: 'fatal_error', stored: true }],
    ['wants it a moment later', { status: 429, retryAfter: 1 }],
  ])('gets its thread once where Slack %s', async (_, fault) => {
    const made = await schedule({ thread: true });
    slack.misbehave.api(POST, { delayMs: 1 });
    slack.misbehave.api(POST, fault);
    await test.liveUntil(LATER);
    expect(posts()).toHaveLength(1);
    expect(replies().map(({ text }) => text)).toEqual([STARTER]);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', reason: null });
  });

  it('says so where nobody knows whether it has its thread', async () => {
    const made = await schedule({ thread: true });
    slack.misbehave.api(POST, { delayMs: 1 });
    slack.misbehave.api(POST, { status: 500, stored: true });
    slack.misbehave.api({ method: 'conversations.replies' }, { status: 503 });
    await test.liveUntil(LATER);
    expect(replies()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({
      state: 'sent',
      reason: 'It is not known whether its thread was opened.',
    });
  });

  it('that Slack puts off by 429 comes after the time it named, without an attempt being counted', async () => {
    const made = await schedule();
    slack.misbehave.api(POST, { status: 429, retryAfter: 30 });
    test.setNow(DUE);
    await test.scheduler.tick();
    expect(await rowOf(made)).toMatchObject({ state: 'retrying', attempts: 0, reason: 'Slack’s rate limit.' });
    expect((await rowOf(made)).notBefore).toEqual(new Date('2026-11-23T09:00:30Z'));
    await test.liveUntil(LATER);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', attempts: 1 });
    expect(there()).toHaveLength(1);
    expect(slack.rateLimited).toBe(1);
  });
});

const faults: [name: string, fault: ApiFault, arrives: boolean][] = [
  ['Slack says 500 after it took it', { status: 500, stored: true }, true],
  ['Slack says 502 before it took it', { status: 502 }, false],
  ['Slack says fatal_error after it took it', { error: 'fatal_error', stored: true }, true],
  ['Slack says internal_error before it took it', { error: 'internal_error' }, false],
  ['the answer never comes', { hang: true, stored: true }, true],
  ['the request is never answered nor done', { hang: true }, false],
  ['the connection is cut after it', { drop: true, stored: true }, true],
  ['the connection is cut before it', { drop: true }, false],
];

describe('a post of which nobody knows whether it arrived', () => {
  const lose = async (fault: ApiFault, change: Partial<NewSchedule> = {}): Promise<Schedule> => {
    const made = await schedule(change);
    slack.misbehave.api(POST, fault);
    test.setNow(DUE);
    await test.scheduler.tick();
    expect(await rowOf(made)).toMatchObject({ state: 'sending', attempts: 0 });
    return made;
  };

  it.each(faults)('is looked for, and posted again only where it is not there: %s', async (_, fault, arrives) => {
    const made = await lose(fault);
    expect(there()).toHaveLength(arrives ? 1 : 0);
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: there()[0]?.ts });
    // First where it is likely, then everything that was written since.
    expect(asked('conversations.history')).toHaveLength(arrives ? 1 : 2);
    expect(asked('chat.postMessage')).toHaveLength(arrives ? 1 : 2);
    expect(test.log.filter(({ level }) => level >= 50)).toEqual([]);
  });

  /** So many messages of others, a minute later unless told. */
  const chat = async (count: number, at = '2026-11-23T09:01:00Z'): Promise<void> => {
    test.setNow(at);
    const headers = { authorization: `Bearer ${test.workspace.botToken}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ channel: channel.id, text: 'chat' });
    const request = { method: 'POST', headers, body };
    for (let left = count; left > 0; left -= 40)
      await Promise.all(
        Array.from({ length: Math.min(left, 40) }, () => fetch(`${slack.apiUrl}chat.postMessage`, request)),
      );
  };

  it('is found behind more messages than Slack shows at once', async () => {
    const made = await lose({ hang: true, stored: true });
    await chat(40);
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(41);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: there()[0]?.ts });
    expect(asked('conversations.history')).toHaveLength(3);
  });

  it('is found at once, however much was written after it', async () => {
    const made = await lose({ hang: true, stored: true });
    await chat(40, '2026-11-23T09:05:00Z');
    await test.liveUntil(LATER);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: there()[0]?.ts });
    expect(asked('conversations.history')).toHaveLength(1);
  });

  it.each([
    ['found', { hang: true, stored: true }],
    ['posted again', { status: 502 }],
  ] as const)(
    'is %s where Slack shows but a page at a time, each attempt going on where the last one ended',
    async (what, fault) => {
      const made = await lose(fault);
      await chat(20);
      await chat(20, '2026-11-23T09:03:00Z');
      const before = there().length;
      for (let minute = 4; minute <= 30; minute += 1) {
        slack.misbehave.clear();
        slack.misbehave.api({ method: 'conversations.history', times: 1 }, { delayMs: 0 });
        slack.misbehave.api({ method: 'conversations.history' }, { status: 429, retryAfter: 1 });
        await test.liveUntil(`2026-11-23T09:${String(minute).padStart(2, '0')}:00Z`);
      }
      expect(await rowOf(made)).toMatchObject({ state: 'sent' });
      expect(there()).toHaveLength(what === 'found' ? before : before + 1);
    },
  );

  it('is neither repeated nor asked for without end where more was written since than can be read', async () => {
    const made = await lose({ hang: true, stored: true });
    await chat(600);
    await test.liveUntil(LATER);
    expect(await rowOf(made)).toMatchObject({ state: 'unconfirmed' });
    expect(there()).toHaveLength(601);
    expect(asked('conversations.history')).toHaveLength(40);
  });

  it('is not taken for one of another schedule in the same channel', async () => {
    const made = [await schedule(), await schedule()];
    slack.misbehave.api(POST, { status: 502 });
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(2);
    const ids = (await Promise.all(made.map(rowOf))).map(({ messageId }) => messageId);
    expect(ids.sort()).toEqual(there().map(({ ts }) => ts));
  });

  it('gets its thread when it is found, once', async () => {
    await lose({ hang: true, stored: true }, { thread: true });
    expect(replies()).toEqual([]);
    await test.liveUntil(LATER);
    expect(posts()).toHaveLength(1);
    expect(replies().map(({ text }) => text)).toEqual([STARTER]);
  });

  it('is asked for again as long as Slack cannot say', async () => {
    const made = await lose({ hang: true, stored: true });
    const stop = slack.misbehave.api({ method: 'conversations.history' }, { status: 503 });
    await test.liveUntil('2026-11-23T10:00:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sending' });
    stop();
    await test.liveUntil('2026-11-23T10:05:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: there()[0]?.ts });
    expect(there()).toHaveLength(1);
  });

  it('is neither repeated nor taken for lost where Milepost was taken out of the channel', async () => {
    const made = await lose({ hang: true, stored: true });
    channel.removeBot();
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({ state: 'unconfirmed' });
  });

  it.each([
    ['the post', false],
    ['its thread', true],
  ])('is not repeated by the next process, where the first was killed after %s', async (_, isAfterThread) => {
    let isDead = false;
    const dying = new Proxy(db, {
      get: (_target, key: keyof Db) =>
        key === 'atomically' && isDead ? () => Promise.reject(new Error('killed')) : db[key],
    });
    const first = await start({ db: dying, running: test });
    const made = await schedule({ thread: true });
    if (isAfterThread) slack.misbehave.api(POST, { delayMs: 1 });
    slack.misbehave.api(POST, { hang: true, stored: true });
    first.setNow(DUE);
    test.setNow(DUE);
    const died = expect(first.scheduler.tick()).rejects.toThrow('killed');
    await slack.until(() => there().length === (isAfterThread ? 2 : 1));
    isDead = true;
    await died;
    expect(await rowOf(made)).toMatchObject({ state: 'sending' });
    test.setNow('2026-11-23T09:06:00Z');
    await test.liveUntil(LATER);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: posts()[0]?.ts, reason: null });
    expect(posts()).toHaveLength(1);
    expect(replies()).toHaveLength(1);
  });
});

describe('an outage of Slack at the due time', () => {
  it.each<[name: string, how: ApiFault]>([
    ['refuses everything', { status: 503 }],
    ['takes posts and says so to nobody', { drop: true, stored: true }],
    ['answers nothing but fatal_error', { error: 'fatal_error', stored: true }],
  ])('that %s for ten minutes loses nothing and repeats nothing', async (_, how) => {
    const made = await schedule();
    slack.misbehave.api({ method: /./ }, how);
    await test.liveUntil('2026-11-23T09:10:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sending' });
    slack.misbehave.clear();
    await test.liveUntil('2026-11-23T09:30:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sent' });
    expect(there()).toHaveLength(1);
  });
});

describe('a post that is brought up to date', () => {
  const organiser = () => test.workspace.user('olga', { admin: true }).in(channel);

  it('changes where it stands, keeps its key and its thread, and pings nobody', async () => {
    const made = await schedule({ thread: true });
    await test.liveUntil('2026-11-23T09:01:00Z');
    const before = { ...posts()[0] };
    await organiser().type(`/schedule refresh ${made.id}`);
    const [after] = posts();
    expect(after).toMatchObject({ ts: before.ts, edits: 1, metadata: before.metadata, pings: { broadcast: false } });
    expect(posts()).toHaveLength(1);
    expect(replies()).toHaveLength(1);
    expect(asked('chat.update')).toHaveLength(1);
  });

  it('that was deleted is said to be gone', async () => {
    const made = await schedule();
    await test.liveUntil('2026-11-23T09:01:00Z');
    const [post] = there();
    if (post) post.deleted = true;
    expect(await organiser().type(`/schedule refresh ${made.id}`)).toMatchObject({
      text: expect.stringContaining('The message is not there any more.'),
    });
  });
});
