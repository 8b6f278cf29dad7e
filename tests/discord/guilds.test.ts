import { describe, expect, it, onTestFinished } from 'vitest';
import { communityByExternalId, presentCommunities } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import { troublesOf } from '../../src/storage/deliveries.ts';
import { type Schedule, scheduleById } from '../../src/storage/schedules.ts';
import { mondayDigest } from '../support/delivery.ts';
import { startDiscord, type TestGuild } from '../support/discord/discord-server.ts';
import { startTestBot, type TestBot, type TestBotOptions } from '../support/discord-bot.ts';

const connected = async (options: TestBotOptions = {}): Promise<TestBot> => {
  const test = await startTestBot(options);
  onTestFinished(() => test.stop());
  return test;
};

const communityOf = ({ db }: TestBot, { id }: TestGuild) =>
  communityByExternalId(db, { platform: 'discord', externalId: id });
const presentIn = async ({ db }: TestBot) => (await presentCommunities(db, 'discord')).map(({ name }) => name).sort();
const refresh = ({ bot }: TestBot) => bot.discord.refreshGuilds();
const listings = ({ discord }: TestBot) => discord.requests.filter(({ path }) => path === '/users/@me/guilds').length;

/** A server with a member and a digest each Monday at nine to its first channel and to its members. */
const withDigest = async (test: TestBot, name = 'AI Safety Leeds') => {
  const guild = test.discord.addGuild({ name });
  const [channel] = guild.channels();
  const channelId = channel?.id ?? '';
  await refresh(test);
  const ada = test.discord.user(`ada of ${name}`).in(guild);
  await ada.slash('track select', { track: 'engineering' });
  const community = (await communityOf(test, guild)) as Community;
  const schedule = await mondayDigest(test.db, community, test.now(), { channelId, zone: 'UTC' });
  return { guild, community, schedule, ada, posts: () => test.discord.messages(channelId).length };
};

describe('a server that Milepost', () => {
  it('was in at the start is known by its name', async () => {
    const discord = await startDiscord();
    onTestFinished(() => discord.stop());
    discord.addGuild({ name: 'AI Safety Leeds' });
    const test = await connected({ discord });
    expect(await presentIn(test)).toEqual(['AI Safety Leeds']);
  });

  it('joins becomes a community, without any intent of the gateway', async () => {
    const test = await connected();
    const guild = test.discord.addGuild({ name: 'AI Safety **Leeds**\n@everyone' });
    await refresh(test);
    expect(await communityOf(test, guild)).toMatchObject({ name: 'AI Safety **Leeds** @everyone', leftAt: null });
  });

  it('joined a moment ago is answered at once, and gets its name later', async () => {
    const test = await connected();
    const guild = test.discord.addGuild({ name: 'AI Safety Leeds' });
    expect(await test.discord.user('ada').in(guild).slash('next')).toMatchObject({ type: 'message' });
    expect(await communityOf(test, guild)).toMatchObject({ name: 'This community' });
    await refresh(test);
    expect(await communityOf(test, guild)).toMatchObject({ name: 'AI Safety Leeds' });
  });

  it('is in under a new name is called by that', async () => {
    const test = await connected();
    const guild = test.discord.addGuild({ name: 'Old name' });
    await refresh(test);
    const before = await communityOf(test, guild);
    guild.rename('New name');
    await refresh(test);
    expect(await communityOf(test, guild)).toEqual({ ...before, name: 'New name' });
  });

  it('left keeps all its data, and is sent nothing', async () => {
    const test = await connected();
    const { guild, schedule, posts } = await withDigest(test);
    guild.remove();
    await refresh(test);
    test.discord.clearRequests();
    await test.liveUntil('2026-12-07T12:00:00Z');
    expect(posts()).toBe(0);
    expect(test.discord.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    expect(await presentIn(test)).toEqual([]);
    const kept = (await scheduleById(test.db, schedule.id)) as Schedule;
    expect([kept.pausedAt, kept.removedAt]).toEqual([null, null]);
  });

  it('returns to goes on with its next post, and misses none that fell in between', async () => {
    const test = await connected();
    const { guild, community, ada, posts } = await withDigest(test);
    guild.remove();
    await refresh(test);
    await test.liveUntil('2026-11-24T12:00:00Z');
    guild.rejoin();
    await refresh(test);
    await test.liveUntil('2026-11-24T13:00:00Z');
    expect(posts()).toBe(0);
    expect(await troublesOf(test.db, community.id, new Date(0))).toEqual([]);
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(posts()).toBe(1);
    expect(test.discord.directMessages(ada)).toHaveLength(1);
    expect(await ada.slash('progress')).toMatchObject({ text: expect.stringContaining('Engineering Track') });
  });

  it('leaves is parked at once, where a post to it fails', async () => {
    const test = await connected();
    const { guild } = await withDigest(test);
    guild.remove();
    const before = listings(test);
    await test.liveUntil('2026-11-23T09:00:00Z');
    await test.discord.until(() => listings(test) === before + 1);
    await refresh(test);
    expect(await presentIn(test)).toEqual([]);
  });

  it('leaves does not touch the others', async () => {
    const test = await connected();
    const { guild } = await withDigest(test, 'Leeds');
    const { posts } = await withDigest(test, 'York');
    guild.remove();
    await refresh(test);
    await test.liveUntil('2026-11-23T09:01:00Z');
    expect(posts()).toBe(1);
    expect(await presentIn(test)).toEqual(['York']);
  });
});

describe('the list of servers', () => {
  it('is read to its end, page by page', async () => {
    const test = await connected();
    for (let count = 0; count < 401; count += 1) test.discord.addGuild({ name: `Server ${count}` });
    test.discord.clearRequests();
    await refresh(test);
    expect(listings(test)).toBe(3);
    expect(await presentIn(test)).toHaveLength(401);
  });

  it('of just one full page parks nobody', async () => {
    const test = await connected();
    for (let count = 0; count < 200; count += 1) test.discord.addGuild({ name: `Server ${count}` });
    await refresh(test);
    await refresh(test);
    expect(await presentIn(test)).toHaveLength(200);
  });

  it.each([
    ['cannot be had', 0],
    ['breaks off in the middle', 1],
  ])('that %s parks nobody', async (_, pages) => {
    const test = await connected();
    const guilds = Array.from({ length: 250 }, (_each, count) => test.discord.addGuild({ name: `Server ${count}` }));
    await refresh(test);
    guilds[0]?.remove();
    guilds[249]?.remove();
    test.discord.clearRequests();
    if (pages > 0) test.discord.misbehave.rest({ match: '/users/@me/guilds', times: pages }, { delayMs: 0 });
    test.discord.misbehave.rest({ match: '/users/@me/guilds' }, { status: 500, stored: false });
    await refresh(test);
    expect(listings(test)).toBeGreaterThan(pages);
    expect(await presentIn(test)).toHaveLength(250);
    expect(test.log.map(({ msg }) => msg)).toContain('the list of servers could not be read; it is tried again');
    test.discord.misbehave.clear();
    await refresh(test);
    expect(await presentIn(test)).toHaveLength(248);
  });

  it('is read once where it is asked for many times at a time', async () => {
    const test = await connected();
    test.discord.addGuild({ name: 'AI Safety Leeds' });
    test.discord.clearRequests();
    await Promise.all([refresh(test), refresh(test), refresh(test)]);
    expect(listings(test)).toBe(1);
  });

  it('costs the start nothing where Discord does not give it', async () => {
    const discord = await startDiscord();
    onTestFinished(() => discord.stop());
    const guild = discord.addGuild({ name: 'AI Safety Leeds' });
    discord.misbehave.rest({ match: '/users/@me/guilds' }, { status: 503, stored: false });
    const test = await connected({ discord });
    expect(await discord.user('ada').in(guild).slash('next')).toMatchObject({ type: 'message' });
    expect(test.bot.discord.isConnected()).toBe(true);
  });
});
