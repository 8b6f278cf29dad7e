import { REST } from '@discordjs/rest';
import { Routes } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalDiscord } from '../support/discord/discord-server.ts';
import { closeAll, refusalOf, restOf, startForTest } from '../support/discord/real-client.ts';

const V2 = 32768;
afterEach(closeAll);

const answer = (...components: unknown[]) => ({ flags: V2, components });

describe('messages', () => {
  const channelOf = async () => {
    let now = new Date('2026-11-23T09:00:00Z');
    const discord = await startForTest({ now: () => now });
    const guild = discord.addGuild();
    const channel = guild.channel('general');
    const post = (body: unknown, to = channel.id): Promise<{ id: string; nonce?: string }> =>
      restOf(discord).post(Routes.channelMessages(to), { body }) as never;
    const wait = (ms: number) => {
      now = new Date(now.getTime() + ms);
    };
    return { discord, guild, channel, post, wait };
  };

  it('answers the same message for a nonce within three minutes, in whatever channel, and 10008 once it is deleted', async () => {
    const { discord, guild, channel, post, wait } = await channelOf();
    const body = { content: 'hello', nonce: 'abc', enforce_nonce: true };
    const first = await post(body);
    expect(first.nonce).toBe('abc');
    expect((await post({ ...body, content: 'other' }, guild.addChannel({ name: 'b' }).id)).id).toBe(first.id);
    await restOf(discord).delete(Routes.channelMessage(channel.id, first.id));
    expect(await refusalOf(post(body))).toMatchObject({ status: 404, code: 10008 });
    wait(3 * 60_000 + 1);
    expect((await post(body)).id).not.toBe(first.id);
    expect(await refusalOf(post({ ...body, nonce: 'x'.repeat(26) }))).toMatchObject({ code: 50035 });
    expect(discord.messages(channel.id).map(one => one.deleted)).toEqual([true, false]);
  });

  it('says whom a message would ping', async () => {
    const { discord, channel, post } = await channelOf();
    const id = discord.user('ada').id;
    await post({ content: `<@${id}> @everyone` });
    await post({ content: `<@${id}> @everyone`, allowed_mentions: { parse: [] } });
    expect(discord.messages(channel.id).map(one => one.pings)).toEqual([
      { everyone: true, users: [id], roles: [] },
      { everyone: false, users: [], roles: [] },
    ]);
  });

  it('keeps uploads and points components at them', async () => {
    const { discord, channel } = await channelOf();
    const gallery = { type: 12, items: [{ media: { url: 'attachment://bar.png' }, description: 'A bar' }] };
    const files = [{ name: 'bar.png', data: Buffer.from('png'), contentType: 'image/png' }];
    const body = { ...answer(gallery), attachments: [{ id: 0, filename: 'bar.png', description: 'A bar' }] };
    await restOf(discord).post(Routes.channelMessages(channel.id), { body, files });
    const [message] = discord.messages(channel.id);
    expect(message?.components[0]?.items?.[0]?.media.url).toMatch(/^https:\/\/cdn.*bar\.png$/);
    expect(String(discord.upload(message?.attachments[0]?.id ?? ''))).toBe('png');
    expect(await refusalOf(restOf(discord).post(Routes.channelMessages(channel.id), { body }))).toMatchObject({
      code: 50035,
    });
  });

  it('opens one thread under a message, with a right to it', async () => {
    const { discord, channel, post } = await channelOf();
    const { id } = await post({ content: 'hello' });
    const open = (name: string, minutes = 1440) =>
      restOf(discord).post(Routes.threads(channel.id, id), { body: { name, auto_archive_duration: minutes } });
    expect(await refusalOf(open(''))).toMatchObject({ code: 50035 });
    expect(await refusalOf(open('Week 3', 7))).toMatchObject({ code: 50035 });
    channel.deny(1n << 35n);
    expect(await refusalOf(open('Week 3'))).toMatchObject({ status: 403, code: 50013 });
    channel.deny(0n);
    await open('Week 3');
    expect(await refusalOf(open('Week 3'))).toMatchObject({ code: 160004 });
    expect(discord.threads(channel.id)).toEqual([{ id, name: 'Week 3', messageId: id }]);
    expect(await post({ content: 'in the thread' }, id)).toMatchObject({ channel_id: id });
  });

  it('reads a channel as Discord does: newest first, empty without the right to its history', async () => {
    const { discord, channel, post, wait } = await channelOf();
    const ids: string[] = [];
    for (const content of ['1', '2', '3']) {
      ids.push((await post({ content })).id);
      wait(1000);
    }
    const read = (query = '') =>
      restOf(discord).get(Routes.channelMessages(channel.id), { query: new URLSearchParams(query) }) as Promise<
        { id: string }[]
      >;
    const [a, b, c] = ids;
    expect((await read('limit=2')).map(one => one.id)).toEqual([c, b]);
    expect((await read(`after=${a}`)).map(one => one.id)).toEqual([c, b]);
    expect((await read(`before=${b}`)).map(one => one.id)).toEqual([a]);
    channel.deny(1n << 16n);
    expect(await read()).toEqual([]);
    expect(await refusalOf(read('limit=101'))).toMatchObject({ code: 50035 });
  });

  it.each([
    ['the channel is gone', 404, 10003, ({ channel }: Fixture) => channel.delete()],
    ['the channel cannot be seen', 403, 50001, ({ channel }: Fixture) => channel.deny(1n << 10n)],
    ['nothing may be sent there', 403, 50013, ({ channel }: Fixture) => channel.deny(1n << 11n)],
    ['the bot was removed', 403, 50001, ({ guild }: Fixture) => guild.remove()],
  ])('refuses a post where %s: %i, %i', async (_, status, code, spoil) => {
    const fixture = await channelOf();
    spoil(fixture);
    expect(await refusalOf(fixture.post({ content: 'hello' }))).toMatchObject({ status, code });
  });
  type Fixture = Awaited<ReturnType<typeof channelOf>>;

  it('opens direct messages with anybody, and says who cannot be written to only at the message', async () => {
    const { discord, guild, post } = await channelOf();
    const rest = restOf(discord);
    const ada = discord.user('ada');
    const open = async () =>
      ((await rest.post(Routes.userChannels(), { body: { recipient_id: ada.id } })) as { id: string }).id;
    const channel = await open();
    expect(await open()).toBe(channel);
    expect(await refusalOf(post({ content: 'hi' }, channel))).toMatchObject({ status: 403, code: 50278 });
    ada.in(guild);
    await post({ content: 'hi' }, channel);
    ada.closeDirectMessages();
    expect(await refusalOf(post({ content: 'hi' }, channel))).toMatchObject({ status: 403, code: 50007 });
    expect(discord.directMessages(ada)).toHaveLength(1);
  });

  it('shows the application its servers, roles and own membership', async () => {
    const { discord, guild } = await channelOf();
    const rest = restOf(discord);
    const other = discord.addGuild({ botPermissions: 0n });
    expect(await rest.get(Routes.userGuilds(), { query: new URLSearchParams({ after: guild.id }) })).toMatchObject([
      { id: other.id },
    ]);
    expect(await rest.get(Routes.guild(guild.id))).toMatchObject({
      owner_id: guild.ownerId,
      roles: [{ name: '@everyone' }, {}],
    });
    expect(await rest.get(Routes.guildMember(guild.id, discord.botId))).toMatchObject({ roles: [guild.botRoleId] });
    expect(await refusalOf(rest.get(Routes.guildMember(guild.id, '@me')))).toMatchObject({ status: 400, code: 50035 });
    expect(await refusalOf(rest.get(Routes.guild('123456789012345678')))).toMatchObject({ status: 404, code: 10004 });
    expect(await rest.get(Routes.currentApplication())).toMatchObject({
      id: discord.applicationId,
      verify_key: discord.publicKey,
    });
  });
});

describe('what goes wrong on demand', () => {
  const post = (discord: LocalDiscord, channelId: string, rest = restOf(discord)) =>
    rest.post(Routes.channelMessages(channelId), { body: { content: 'hello' } });

  it.each([
    ['a 429', { status: 429, retryAfter: 2 }, { retryAfter: 2050 }, 0],
    ['a 500 before storing', { status: 500, stored: false }, { status: 500 }, 0],
    ['a 502 after storing', { status: 502, stored: true }, { status: 502 }, 1],
    ['a cut connection after storing', { drop: true, stored: true }, { code: 'UND_ERR_SOCKET' }, 1],
    ['a cut connection before storing', { drop: true, stored: false }, { code: 'UND_ERR_SOCKET' }, 0],
    ['an error of its own', { error: { status: 403, code: 20016, message: 'Slow' } }, { status: 403, code: 20016 }, 0],
  ] as const)('%s', async (_, how, error, stored) => {
    const discord = await startForTest();
    const channel = discord.addGuild().channel('general');
    discord.misbehave.rest({ match: /\/messages$/, method: 'POST', times: 1 }, how);
    expect(await refusalOf(post(discord, channel.id))).toMatchObject(error);
    expect(discord.messages(channel.id)).toHaveLength(stored);
    await post(discord, channel.id);
    expect(discord.messages(channel.id)).toHaveLength(stored + 1);
    expect(discord.requests.map(one => one.route)).toEqual(Array(2).fill('/channels/:channel/messages'));
  });

  it('an answer that never comes, stored all the same', async () => {
    const discord = await startForTest();
    const channel = discord.addGuild().channel('general');
    discord.misbehave.rest({ match: 'messages', times: 1 }, { hang: true, stored: true });
    const rest = new REST({ api: discord.apiUrl, retries: 0, timeout: 50 }).setToken(discord.token);
    expect(await refusalOf(post(discord, channel.id, rest))).toMatchObject({ name: 'AbortError' });
    expect(discord.messages(channel.id)).toHaveLength(1);
  });

  it('a clock that is off', async () => {
    const discord = await startForTest();
    discord.misbehave.skewClock(600_000);
    const response = await fetch(`${discord.apiUrl}/v10/gateway/bot`);
    expect(Date.parse(response.headers.get('date') ?? '') - Date.now()).toBeGreaterThan(590_000);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: '401: Unauthorized', code: 0 });
  });

  it('more than 50 requests in a second, or 5 messages to a channel in 5 seconds', async () => {
    const discord = await startForTest({ rateLimits: true });
    const channel = discord.addGuild().channel('general');
    const headers = { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' };
    const send = (path: string, body?: unknown) =>
      fetch(`${discord.apiUrl}/v10${path}`, {
        method: body ? 'POST' : 'GET',
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const posts = await Promise.all(
      Array.from({ length: 6 }, () => send(`/channels/${channel.id}/messages`, { content: 'x' })),
    );
    const refused = posts.find(one => one.status === 429);
    expect(posts.filter(one => one.status === 429)).toHaveLength(1);
    expect(refused?.headers.get('x-ratelimit-scope')).toBe('user');
    const many = await Promise.all(Array.from({ length: 60 }, () => send(`/channels/${channel.id}`)));
    const limited = many.filter(one => one.status === 429);
    expect(limited.length).toBeGreaterThanOrEqual(15);
    expect(limited.some(one => one.headers.get('x-ratelimit-global') === 'true')).toBe(true);
    expect(discord.rateLimited).toBe(1 + limited.length);
  });
});
