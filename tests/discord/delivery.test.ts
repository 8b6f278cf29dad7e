import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { communityByExternalId } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { type Delivery, deliveryByKey } from '../../src/storage/deliveries.ts';
import { type NewSchedule, type Schedule, scheduleById } from '../../src/storage/schedules.ts';
import { openTestDb } from '../support/databases.ts';
import { mondayDigest } from '../support/delivery.ts';
import {
  type LocalDiscord,
  startDiscord,
  type TestChannel,
  type TestGuild,
  type TestSeat,
} from '../support/discord/discord-server.ts';
import type { RestFault } from '../support/discord/misbehaviour.ts';
import { PERMISSION } from '../support/discord/permissions.ts';
import { startTestBot, type TestBot, type TestBotOptions } from '../support/discord-bot.ts';

const COMPONENTS_V2 = 1 << 15;
const DUE = '2026-11-23T09:00:00Z';
const SHORTLY_AFTER = '2026-11-23T09:00:50Z';
const LATER = '2026-11-23T09:20:00Z';
const POSTS = /^\/channels\/\d+\/messages$/;
const error = (status: number, code: number) => ({ error: { status, code, message: 'refused' } });

let test: TestBot;
let discord: LocalDiscord;
let db: Db;
let guild: TestGuild;
let channel: TestChannel;
let community: Community;
let clock: Date;

/** A bot on the same Discord and database as the others of a test. */
const start = async (options: TestBotOptions = {}): Promise<TestBot> => {
  const bot = await startTestBot({ discord, db, sendTimeoutMs: 150, now: clock.toISOString(), ...options });
  onTestFinished(() => bot.stop());
  return {
    ...bot,
    setNow(at) {
      clock = new Date(at);
      bot.setNow(at);
    },
    async liveUntil(at) {
      const settled = await bot.liveUntil(at);
      clock = bot.now();
      return settled;
    },
  };
};

beforeEach(async () => {
  clock = new Date('2026-11-23T08:00:00Z');
  // Discord's clock is the one of the bot that runs; a nonce is remembered by it.
  discord = await startDiscord({ now: () => (test?.now().getTime() >= clock.getTime() ? test.now() : clock) });
  onTestFinished(() => discord.stop());
  db = await openTestDb();
  guild = discord.addGuild({ name: 'AI Safety Leeds' });
  channel = guild.addChannel({ name: 'weekly' });
  test = await start();
  community = (await communityByExternalId(db, { platform: 'discord', externalId: guild.id })) as Community;
});

/** A digest each Monday at nine, to the channel unless told. */
const schedule = (change: Partial<NewSchedule> = {}): Promise<Schedule> =>
  mondayDigest(db, community, clock, { channelId: channel.id, direct: false, zone: 'UTC', ...change });
/** A member on the engineering track. */
const join = async (name: string): Promise<TestSeat> => {
  const seat = discord.user(name).in(guild);
  await seat.slash('track select', { track: 'engineering' });
  return seat;
};
const keyOf = ({ id }: Schedule, slot = '2026-11-23T09:00') => `digest:${id}:channel:${slot}`;
const rowOf = async (made: Schedule): Promise<Delivery> => (await deliveryByKey(db, keyOf(made))) as Delivery;
const there = () => discord.messages(channel.id).filter(({ deleted }) => !deleted);
const asked = (method: string, path: RegExp | string) =>
  discord.requests.filter(one => one.method === method && one.path.search(path) !== -1).length;
const toDirect = (name: string) => discord.directMessages(discord.user(name));

describe('a post in a channel', () => {
  it('comes at its time, once, and can be found again', async () => {
    const made = await schedule();
    const settled = await test.liveUntil(SHORTLY_AFTER);
    expect(settled).toMatchObject([{ at: new Date(DUE), to: `channel:${channel.id}`, state: 'sent' }]);
    const [post] = there();
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', attempts: 1, messageId: post?.id, reason: null });
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(there()).toHaveLength(2);
    const [first, second] = there();
    expect(first?.nonce).not.toBe(second?.nonce);
    expect(first?.components[0]?.id).not.toBe(second?.components[0]?.id);
  });

  it('is of Components V2, carries a nonce that Discord takes, and notifies nobody', async () => {
    await schedule();
    await test.liveUntil(SHORTLY_AFTER);
    const [post] = there();
    expect((post?.flags ?? 0) & COMPONENTS_V2).not.toBe(0);
    expect(String(post?.nonce).length).toBeLessThanOrEqual(25);
    expect(post?.components[0]?.id).toBeGreaterThan(40);
    expect(post?.pings).toEqual({ everyone: false, users: [], roles: [] });
    const sent = discord.requests.find(one => one.method === 'POST' && POSTS.test(one.path));
    expect(sent?.body).toMatchObject({ enforce_nonce: true, allowed_mentions: { parse: [] } });
  });

  it('gets its thread, by its name', async () => {
    const made = await schedule({ thread: true });
    await test.liveUntil(SHORTLY_AFTER);
    expect(discord.threads(channel.id)).toMatchObject([
      { name: 'Week 1: Engineering Track', messageId: there()[0]?.id },
    ]);
    expect((await rowOf(made)).reason).toBeNull();
  });

  it('stands without a thread where Milepost may open none, and the reason is kept', async () => {
    channel.deny(PERMISSION.createPublicThreads);
    const made = await schedule({ thread: true });
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({ state: 'sent' });
    expect((await rowOf(made)).reason).toContain('Create Public Threads');
    const organiser = discord.user('olga').in(guild, channel, { permissions: PERMISSION.manageGuild });
    const list = await organiser.slash('schedule list');
    expect(list).toMatchObject({
      text: expect.stringMatching(
        new RegExp(`Not all as asked in the last 14 days[^]*<t:\\d+:f> in <#${channel.id}>: .*Create Public Threads`),
      ),
    });
    expect(list).toMatchObject({ text: expect.not.stringContaining('Not delivered') });
  });

  it('is refused where a thread is asked for that Milepost may not open', async () => {
    channel.deny(PERMISSION.createPublicThreads);
    const organiser = discord.user('olga').in(guild, channel, { permissions: PERMISSION.manageGuild });
    const said = await organiser.slash('schedule set', { kind: 'digest', channel: channel.id, thread: true });
    expect(said).toMatchObject({ text: expect.stringContaining('Milepost lacks Create Public Threads there.') });
    expect(await organiser.slash('schedule set', { kind: 'digest', channel: channel.id })).toMatchObject({
      text: expect.stringContaining('Schedule 1: digest'),
    });
  });

  it.each<[name: string, fault: RestFault]>([
    ['says 500 after it opened it', { status: 500, stored: true }],
    ['says 502 before it opened it', { status: 502, stored: false }],
    ['never says so', { hang: true, stored: true }],
  ])('gets its thread once where Discord %s', async (_, fault) => {
    const made = await schedule({ thread: true });
    discord.misbehave.rest({ match: /\/threads$/, method: 'POST', times: 1 }, fault);
    await test.liveUntil(SHORTLY_AFTER);
    expect(discord.threads(channel.id)).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', reason: null });
  });

  it.each<[name: string, fault: RestFault]>([
    ['with Retry-After', { status: 429, retryAfter: 0.05 }],
    ['for the whole bot', { status: 429, retryAfter: 0.05, global: true }],
    ['as a page of HTML', { html429: true }],
  ])('waits for a rate limit %s, which is no attempt', async (_, fault) => {
    const made = await schedule();
    discord.misbehave.rest({ match: POSTS, method: 'POST', times: 1 }, fault);
    test.setNow(DUE);
    await test.bot.scheduler.tick();
    expect(await rowOf(made)).toMatchObject({ state: 'retrying', attempts: 0 });
    expect((await rowOf(made)).notBefore.getTime()).toBeGreaterThan(clock.getTime());
    await test.liveUntil(LATER);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', attempts: 1 });
    expect(there()).toHaveLength(1);
    expect(discord.rateLimited).toBe(1);
  });
});

const faults: [name: string, fault: RestFault, arrives: boolean][] = [
  ['Discord says 500 after it took it', { status: 500, stored: true }, true],
  ['Discord says 502 before it took it', { status: 502, stored: false }, false],
  ['the answer never comes', { hang: true, stored: true }, true],
  ['the request is never answered nor done', { hang: true, stored: false }, false],
  ['the connection is cut after it', { drop: true, stored: true }, true],
  ['the connection is cut before it', { drop: true, stored: false }, false],
];

describe('a post of which nobody knows whether it arrived', () => {
  const lose = async (fault: RestFault, change: Partial<NewSchedule> = {}): Promise<Schedule> => {
    const made = await schedule(change);
    discord.misbehave.rest({ match: POSTS, method: 'POST', times: 1 }, fault);
    test.setNow(DUE);
    await test.bot.scheduler.tick();
    expect(await rowOf(made)).toMatchObject({ state: 'sending', attempts: 0 });
    return made;
  };

  it.each(faults)('is repeated within the minute, under its nonce, where %s', async (_, fault, arrives) => {
    const made = await lose(fault);
    expect(there()).toHaveLength(arrives ? 1 : 0);
    await test.liveUntil(SHORTLY_AFTER);
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: there()[0]?.id });
    expect(asked('POST', POSTS)).toBe(2);
    expect(asked('GET', POSTS)).toBe(0);
  });

  it.each(faults)('is looked for after the minute, by its mark, where %s', async (_, fault, arrives) => {
    const made = await lose(fault);
    test.setNow('2026-11-23T09:05:00Z');
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: there()[0]?.id });
    expect(asked('GET', POSTS)).toBe(1);
    expect(asked('POST', POSTS)).toBe(arrives ? 1 : 2);
  });

  it('is found behind more messages than Discord shows at once', async () => {
    test.setNow('2026-11-23T08:59:30Z');
    const headers = { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ content: 'chat' });
    for (let count = 0; count < 150; count += 1)
      await fetch(`${discord.apiUrl}/v10/channels/${channel.id}/messages`, { method: 'POST', headers, body });
    const made = await lose({ hang: true, stored: true });
    test.setNow('2026-11-23T09:05:00Z');
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(151);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: there()[150]?.id });
    expect(asked('GET', POSTS)).toBe(2);
  });

  it('gets its thread when it is found', async () => {
    await lose({ hang: true, stored: true }, { thread: true });
    expect(discord.threads(channel.id)).toEqual([]);
    test.setNow('2026-11-23T09:05:00Z');
    await test.liveUntil(LATER);
    expect(discord.threads(channel.id)).toHaveLength(1);
  });

  it('is not repeated where it was deleted meanwhile', async () => {
    const made = await lose({ status: 500, stored: true });
    const [post] = there();
    if (post) post.deleted = true;
    await test.liveUntil(LATER);
    expect(there()).toEqual([]);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', reason: 'It was posted and then deleted.' });
  });

  it('is neither repeated nor taken for lost where Milepost may not read the channel', async () => {
    channel.deny(PERMISSION.readMessageHistory);
    const made = await lose({ hang: true, stored: true });
    test.setNow('2026-11-23T09:05:00Z');
    await test.liveUntil(LATER);
    expect(there()).toHaveLength(1);
    expect(await rowOf(made)).toMatchObject({ state: 'unconfirmed' });
  });

  it.each([
    ['the post', POSTS],
    ['its thread', /\/threads$/],
  ])('is not repeated by the next process, where the first was killed after %s', async (_, match) => {
    let isDead = false;
    const dying = new Proxy(db, {
      get: (_target, key: keyof Db) =>
        key === 'atomically' && isDead ? () => Promise.reject(new Error('killed')) : db[key],
    });
    const first = await start({ db: dying });
    const made = await schedule({ thread: true });
    discord.misbehave.rest({ match, method: 'POST', times: 1 }, { hang: true, stored: true });
    first.setNow(DUE);
    test.setNow(DUE);
    const ticking = first.bot.scheduler.tick();
    const died = expect(ticking).rejects.toThrow('killed');
    await discord.until(() => asked('POST', match) >= 1 && there().length === 1);
    isDead = true;
    await died;
    expect(await rowOf(made)).toMatchObject({ state: 'sending' });
    test.setNow('2026-11-23T09:06:00Z');
    await test.liveUntil(LATER);
    expect(await rowOf(made)).toMatchObject({ state: 'sent', messageId: there()[0]?.id, reason: null });
    expect(there()).toHaveLength(1);
    expect(discord.threads(channel.id)).toHaveLength(1);
  });
});

describe('a channel that cannot be reached', () => {
  it.each<[name: string, breakIt: () => void, says: string]>([
    ['deleted', () => channel.delete(), 'The channel does not exist any more.'],
    ['hidden', () => channel.deny(PERMISSION.viewChannel), 'View Channel'],
    ['closed to its posts', () => channel.deny(PERMISSION.sendMessages), 'Send Messages'],
  ])(
    'because it is %s pauses its schedule with a reason, and the servers are read at once',
    async (_, breakIt, says) => {
      const made = await schedule();
      breakIt();
      discord.clearRequests();
      await test.liveUntil('2026-12-07T09:01:00Z');
      expect(asked('POST', POSTS)).toBe(1);
      await discord.until(() => asked('GET', '/users/@me/guilds') === 1);
      const { pausedAt, pausedReason } = (await scheduleById(db, made.id)) as Schedule;
      expect(pausedAt).toEqual(new Date(DUE));
      expect(pausedReason).toContain(says);
      expect(pausedReason).toContain('resume');
      expect(there()).toEqual([]);
      const organiser = discord.user('olga').in(guild, undefined, { permissions: PERMISSION.manageGuild });
      expect(await organiser.slash('schedule resume', { schedule: made.id })).toMatchObject({
        text: expect.stringMatching(/stays paused: I cannot post in that channel\..*<\/schedule remove:\d+>/),
      });
      expect((await scheduleById(db, made.id))?.pausedAt).toEqual(new Date(DUE));
    },
  );
});

describe('a post that is brought up to date', () => {
  const message = { blocks: [{ type: 'heading', text: 'Mended', level: 1 } as const] };
  const edit = (made: Schedule, messageId: string) =>
    test.bot.discord.edit({ communityId: guild.id, channelId: channel.id }, messageId, message, keyOf(made));

  it('changes where it stands, keeps its mark, and pings nobody', async () => {
    const made = await schedule();
    await test.liveUntil('2026-11-23T09:01:00Z');
    const [before] = there();
    const mark = before?.components[0]?.id;
    expect(await edit(made, before?.id ?? '')).toMatchObject({ type: 'sent' });
    const [after, ...others] = there();
    expect(others).toEqual([]);
    expect(after).toMatchObject({ id: before?.id, edits: 1, pings: { everyone: false } });
    expect(JSON.stringify(after?.components)).toContain('Mended');
    expect(after?.components[0]?.id).toBe(mark);
  });

  it('that was deleted is said to be gone', async () => {
    const made = await schedule();
    await test.liveUntil('2026-11-23T09:01:00Z');
    const [post] = there();
    discord.misbehave.rest(
      { match: /\/messages\//, method: 'PATCH' },
      { error: { status: 404, code: 10008, message: 'Unknown Message' } },
    );
    expect(await edit(made, post?.id ?? '')).toEqual({ type: 'gone', reason: 'The message was deleted.' });
  });
});

describe('a server that Milepost was removed from', () => {
  it('rests with its schedules as they are, and goes on when it is back', async () => {
    const made = await schedule();
    guild.remove();
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect((await scheduleById(db, made.id))?.pausedAt).toBeNull();
    expect(await rowOf(made)).toMatchObject({
      state: 'cancelled',
      reason: 'Milepost was removed from this community.',
    });
    guild.rejoin();
    await test.bot.discord.refreshGuilds();
    await test.liveUntil('2026-12-07T09:01:00Z');
    expect(there()).toHaveLength(1);
  });
});

describe('an outage of Discord at the due time', () => {
  it.each([
    ['refuses everything', { status: 503, stored: false } as const],
    ['takes posts and says so to nobody', { drop: true, stored: true } as const],
  ])('that %s for ten minutes loses nothing and repeats nothing', async (_, how) => {
    const made = await schedule();
    discord.misbehave.rest({ match: /\/channels\// }, how);
    await test.liveUntil('2026-11-23T09:10:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sending' });
    discord.misbehave.clear();
    await test.liveUntil('2026-11-23T09:30:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sent' });
    expect(there()).toHaveLength(1);
  });
});

describe('a direct message', () => {
  const direct = () => schedule({ channelId: null, direct: true });

  it('opens the channel once for all weeks, also over a restart', async () => {
    await join('ada');
    await direct();
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(toDirect('ada')).toHaveLength(2);
    await test.stop();
    test = await start();
    await test.liveUntil('2026-12-07T09:01:00Z');
    expect(toDirect('ada')).toHaveLength(3);
    expect(asked('POST', /^\/users\/@me\/channels$/)).toBe(1);
  });

  it('opens the channel anew where Discord does not know it any more', async () => {
    await join('ada');
    await direct();
    await test.liveUntil(SHORTLY_AFTER);
    discord.misbehave.rest({ match: POSTS, method: 'POST', times: 1 }, error(404, 10003));
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(toDirect('ada')).toHaveLength(2);
    expect(asked('POST', /^\/users\/@me\/channels$/)).toBe(2);
  });

  it.each(faults)('arrives once where %s', async (_, fault) => {
    await join('ada');
    await direct();
    discord.misbehave.rest({ match: POSTS, method: 'POST', times: 1 }, fault);
    test.setNow(DUE);
    await test.bot.scheduler.tick();
    test.setNow('2026-11-23T09:05:00Z');
    await test.liveUntil(LATER);
    expect(toDirect('ada')).toHaveLength(1);
  });

  it('arrives once where it is unclear whether its channel was opened', async () => {
    await join('ada');
    await direct();
    discord.misbehave.rest({ match: '/users/@me/channels', method: 'POST', times: 1 }, { hang: true, stored: true });
    await test.liveUntil(LATER);
    expect(toDirect('ada')).toHaveLength(1);
  });

  it('that is not welcome is sent to this member no more, who is told once; the others get theirs', async () => {
    const ada = await join('ada');
    await join('bo');
    discord.user('ada').closeDirectMessages();
    await direct();
    await test.liveUntil(SHORTLY_AFTER);
    expect([toDirect('ada').length, toDirect('bo').length]).toEqual([0, 1]);
    discord.clearRequests();
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(asked('POST', POSTS)).toBe(1);
    expect(toDirect('bo')).toHaveLength(2);
    expect(await ada.slash('next')).toMatchObject({ text: expect.stringContaining('could not be delivered') });
    expect(await ada.slash('next')).toMatchObject({ text: expect.not.stringContaining('could not be delivered') });
  });

  it.each([40003, 20016])('that Discord wants later (%s) comes later, and closes nothing', async code => {
    const ada = await join('ada');
    const made = await direct();
    discord.misbehave.rest({ match: POSTS, method: 'POST', times: 1 }, error(403, code));
    test.setNow(DUE);
    await test.bot.scheduler.tick();
    const again = (await test.bot.scheduler.nextDue())?.at;
    expect(again?.getTime()).toBeGreaterThanOrEqual(clock.getTime() + 60_000);
    expect(toDirect('ada')).toEqual([]);
    await test.liveUntil(LATER);
    expect(toDirect('ada')).toHaveLength(1);
    expect((await scheduleById(db, made.id))?.pausedAt).toBeNull();
    expect(await ada.slash('next')).toMatchObject({ text: expect.not.stringContaining('could not be delivered') });
  });

  it('to somebody who left the server is sent no more', async () => {
    await join('ada');
    discord.user('ada').leave(guild);
    await direct();
    await test.liveUntil('2026-12-07T09:01:00Z');
    expect(toDirect('ada')).toEqual([]);
    expect(asked('POST', POSTS)).toBe(1);
  });

  it('notifies nobody but its reader, whatever somebody is called', async () => {
    const ada = discord.user('ada').in(guild, undefined, { nick: '@everyone <@&123456789012345678>' });
    await ada.slash('track select', { track: 'engineering' });
    await direct();
    await test.liveUntil(SHORTLY_AFTER);
    expect(toDirect('ada')).toMatchObject([{ pings: { everyone: false, users: [], roles: [] } }]);
  });
});

describe('a token that is revoked', () => {
  it('puts everything off and is shown to Discord once in ten minutes, until it is valid again', async () => {
    const made = await schedule();
    discord.misbehave.revokeToken();
    discord.clearRequests();
    await test.liveUntil('2026-11-23T09:35:00Z');
    expect(asked('POST', POSTS)).toBe(4);
    expect(await rowOf(made)).toMatchObject({ state: 'retrying', attempts: 0 });
    expect((await rowOf(made)).reason).toContain('DISCORD_TOKEN');
    expect((await scheduleById(db, made.id))?.pausedAt).toBeNull();
    discord.misbehave.restoreToken();
    await test.liveUntil('2026-11-23T09:41:00Z');
    expect(await rowOf(made)).toMatchObject({ state: 'sent' });
    expect(there()).toHaveLength(1);
  });

  it('is not shown by each of many messages', async () => {
    for (const name of ['ada', 'bo', 'cy', 'di']) await join(name);
    await schedule({ direct: true });
    discord.misbehave.revokeToken();
    discord.clearRequests();
    test.setNow(DUE);
    await test.bot.scheduler.tick();
    discord.clearRequests();
    test.setNow('2026-11-23T09:10:00Z');
    await test.liveUntil('2026-11-23T09:19:00Z');
    expect(discord.requests.filter(({ status }) => status === 401)).toHaveLength(1);
    discord.misbehave.restoreToken();
    await test.liveUntil('2026-11-23T09:40:00Z');
    expect(there()).toHaveLength(1);
    expect(['ada', 'bo', 'cy', 'di'].map(name => toDirect(name).length)).toEqual([1, 1, 1, 1]);
  });
});
