import { Client, Events } from 'discord.js';
import { Routes } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import { registerCommands } from '../support/discord/example-commands.ts';
import {
  closeAfterwards,
  closeAll,
  connectClient,
  refusalOf,
  restOf,
  startForTest,
} from '../support/discord/real-client.ts';

afterEach(closeAll);

describe('the gateway', () => {
  it('resumes after a cut connection and delivers what was missed', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    const client = await connectClient(discord, (_, callback) =>
      callback({ type: 4, data: { content: 'still here' } }),
    );
    discord.misbehave.gateway.drop();
    await discord.until(() => discord.gatewayConnections === 0);
    expect(await discord.user('ada').in(guild).slash('track select', { track: 'general' })).toMatchObject({
      text: 'still here',
    });
    expect([discord.identifies, discord.resumes]).toEqual([1, 1]);
    expect(client.isReady()).toBe(true);
  });

  it('makes a client identify again when its session is invalid, and stops one whose token was revoked', async () => {
    const discord = await startForTest();
    const client = await connectClient(discord, undefined, {
      ws: { version: 10, buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) } as never,
    });
    const ready = new Promise(resolve => client.once(Events.ShardReady, resolve));
    discord.misbehave.gateway.invalidSession(false);
    await ready;
    expect(discord.identifies).toBe(2);
    discord.misbehave.gateway.reconnect();
    await discord.until(() => discord.resumes === 1);
    const connects = discord.gatewayConnects;
    discord.misbehave.revokeToken();
    await discord.until(() => discord.gatewayConnections === 0);
    expect(await refusalOf(restOf(discord).get(Routes.user()))).toMatchObject({ status: 401 });
    expect(discord.gatewayConnects).toBe(connects);
  });

  it('refuses privileged intents', async () => {
    const discord = await startForTest();
    const client = new Client({ intents: ['GuildMembers'], rest: { api: discord.apiUrl } });
    closeAfterwards(() => client.destroy());
    const refused = new Promise<Error>(resolve => client.on(Events.ShardError, resolve));
    client.login(discord.token).catch(() => {});
    expect(String(await refused)).toContain('disallowed intents');
  });

  it('tells of joined and left servers only who asked for the Guilds intent', async () => {
    const discord = await startForTest();
    const first = discord.addGuild({ name: 'First' });
    const quiet: string[] = [];
    const deaf = await connectClient(discord);
    deaf.on(Events.Raw as never, ({ t }: { t: string }) => quiet.push(t));
    const client = await connectClient(discord, undefined, { intents: ['Guilds'] });
    expect(client.guilds.cache.get(first.id)?.name).toBe('First');
    const joined = new Promise(resolve => client.once(Events.GuildCreate, guild => resolve(guild.name)));
    discord.addGuild({ name: 'Second' });
    expect(await joined).toBe('Second');
    const left = new Promise(resolve => client.once(Events.GuildDelete, guild => resolve(guild.name)));
    first.remove();
    expect(await left).toBe('First');
    expect(quiet.filter(name => name !== 'READY')).toEqual([]);
  });

  it('sends an interaction right after READY, or twice, when a test wants that', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    discord.misbehave.gateway.interactionBeforeReady();
    const waiting = discord.user('ada').in(guild).slash('track select', { track: 'general' });
    const codes: unknown[] = [];
    await connectClient(discord, async (_, callback) => {
      codes.push((await refusalOf(callback({ type: 4, data: { content: 'early' } }))).code);
    });
    expect(await waiting).toMatchObject({ text: 'early' });
    discord.misbehave.gateway.duplicateNextDispatch();
    await discord.user('ada').in(guild).slash('track select', { track: 'general' });
    await discord.until(() => codes.length === 3);
    expect(codes).toEqual([undefined, undefined, 40060]);
  });
});

describe('a connection that suffers', () => {
  it('is given up and resumed by a client whose heartbeats stay unanswered', async () => {
    const discord = await startForTest({ heartbeatIntervalMs: 30 });
    discord.misbehave.gateway.silence();
    await connectClient(discord);
    await discord.until(() => discord.gatewayConnects === 2);
    discord.misbehave.gateway.clear();
    await discord.until(() => discord.resumes > 0);
    expect(discord.identifies).toBe(1);
  });

  it('may be refused at first, and READY may be late', async () => {
    const discord = await startForTest();
    discord.misbehave.gateway.refuseConnections(true);
    discord.misbehave.gateway.delayReady(20);
    const connecting = connectClient(discord);
    await discord.until(() => discord.requests.length > 0);
    discord.misbehave.gateway.refuseConnections(false);
    expect((await connecting).isReady()).toBe(true);
  });
});
