import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Routes } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalDiscord } from '../support/discord/discord-server.ts';
import { registerCommands } from '../support/discord/example-commands.ts';
import {
  closeAfterwards,
  closeAll,
  connectClient,
  refusalOf,
  restOf,
  startForTest,
} from '../support/discord/real-client.ts';

const V2 = 32768;
const EPHEMERAL = 64;
afterEach(closeAll);

const text = (content: string) => ({ type: 10, content });
const button = (label: string, custom_id: string) => ({ type: 2, style: 2, label, custom_id });
const row = (...components: unknown[]) => ({ type: 1, components });
const answer = (...components: unknown[]) => ({ flags: V2, components });

describe('the local Discord server', () => {
  it('lets the real client log in and answer a command, a button and a form', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild({ name: 'Readers' });
    await registerCommands(discord);
    await connectClient(discord, (interaction, callback) => {
      if (interaction.type === 2)
        return callback({
          type: 4,
          data: { ...answer(text('Picked'), row(button('Note', 'note/1'))), flags: V2 | EPHEMERAL },
        });
      if (interaction.type === 3) {
        const input = { type: 4, custom_id: 'words', style: 1, value: 'before', required: true };
        const components = [{ type: 18, label: 'Your words', component: input }];
        return callback({ type: 9, data: { custom_id: 'note', title: 'A note', components } });
      }
      return callback({
        type: 7,
        data: { components: [text(`Noted: ${interaction.data.components[0].component.value}`)] },
      });
    });
    const ada = discord.user('ada').in(guild);
    expect(await ada.slash('track select', { track: 'general' })).toMatchObject({
      type: 'message',
      ephemeral: true,
      text: 'Picked\n[Note]',
      buttons: ['Note'],
    });
    expect(await ada.press('Note')).toMatchObject({ type: 'modal', text: 'A note\nYour words\nbefore' });
    await expect(ada.submit({ 'Your words': '' })).rejects.toThrow('required');
    expect(await ada.submit({ 'Your words': 'hello' })).toMatchObject({ updated: true, text: 'Noted: hello' });
    expect(discord.messages(ada.channelId)).toEqual([]);
  });

  it('refuses what a client would not let a person send', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    const ada = discord.user('ada');
    const seat = ada.in(guild);
    await expect(seat.slash('nothing')).rejects.toThrow('not registered');
    await expect(seat.slash('track')).rejects.toThrow('needs a subcommand');
    await expect(seat.slash('track select')).rejects.toThrow('track is required');
    await expect(seat.slash('track select', { track: 'other' })).rejects.toThrow('none of the choices');
    await expect(seat.slash('track select', { track: 'general', hours: 41 })).rejects.toThrow('above 40');
    await expect(seat.slash('track select', { track: 'general', pace: 1 })).rejects.toThrow('no option "pace"');
    await expect(seat.slash('schedule')).rejects.toThrow('permissions 32 are needed');
    await expect(ada.inDirectMessages().slash('schedule')).rejects.toThrow('direct messages');
    discord.answerWithinMs = 1;
    expect(await ada.in(guild, undefined, { permissions: 32n }).slash('schedule')).toMatchObject({ type: 'failed' });
  });

  it('tells a person that an interaction failed when no valid answer came in time', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    const late: unknown[] = [];
    await connectClient(discord, async (interaction, callback) => {
      await refusalOf(callback({ type: 4, data: answer(text('')) }));
      await discord.until(() => discord.interactionLog.length === 1 && outcome !== undefined);
      late.push(await refusalOf(callback({ type: 4, data: answer(text('late')) })));
      expect(interaction.context).toBe(0);
    });
    discord.answerWithinMs = 100;
    let outcome: unknown;
    outcome = await discord.user('ada').in(guild).slash('track select', { track: 'general' });
    expect(outcome).toMatchObject({ type: 'failed', reason: expect.stringContaining('BASE_TYPE_REQUIRED') });
    await discord.until(() => late.length === 1);
    expect(late).toMatchObject([{ status: 404, code: 10062 }]);
  });

  it('waits for a deferred answer, and keeps it as private as the defer said', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    const seen: unknown[] = [];
    await connectClient(discord, async ({ token, type }, callback, rest) => {
      await callback(type === 2 ? { type: 5, data: { flags: EPHEMERAL } } : { type: 6 });
      seen.push(await refusalOf(callback({ type: 5 })));
      const original = Routes.webhookMessage(discord.applicationId, token, '@original');
      await rest.patch(original, { body: answer(text('Done'), row(button('Again', 'a/1'))), auth: false });
    });
    const ada = discord.user('ada').in(guild);
    const first = await ada.slash('track select', { track: 'general' });
    expect(first).toMatchObject({ deferred: true, ephemeral: true, updated: false, text: 'Done\n[Again]' });
    expect(await ada.press('Again')).toMatchObject({ deferred: true, updated: true });
    expect(seen).toMatchObject([{ code: 40060 }, { code: 40060 }]);
  });

  it('answers type-ahead, and refuses more than 25 suggestions', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    const refused: unknown[] = [];
    await connectClient(discord, async ({ data }, callback) => {
      const focused = data.options[0].options.find((option: { focused?: true }) => option.focused);
      const one = { name: `Topic ${focused.value}`, value: 't' };
      refused.push(await refusalOf(callback({ type: 8, data: { choices: Array(26).fill(one) } })));
      await callback({ type: 8, data: { choices: [one] } });
    });
    const choices = await discord.user('ada').in(guild).autocomplete('track select', 'topic', 'al');
    expect(choices).toEqual([{ name: 'Topic al', value: 't' }]);
    expect(refused).toMatchObject([{ code: 50035 }]);
  });

  it('allows no form after a form, nor a second answer of another kind', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    const modal = {
      custom_id: 'm',
      title: 'T',
      components: [{ type: 18, label: 'L', component: { type: 4, custom_id: 'c', style: 1 } }],
    };
    const refused: unknown[] = [];
    await connectClient(discord, async ({ type }, callback) => {
      if (type === 2) return callback({ type: 9, data: modal });
      refused.push(
        await refusalOf(callback({ type: 9, data: modal })),
        await refusalOf(callback({ type: 7, data: {} })),
      );
      return callback({ type: 4, data: { content: 'thanks' } });
    });
    const ada = discord.user('ada').in(guild);
    await ada.slash('track select', { track: 'general' });
    expect(await ada.submit({ L: 'x' })).toMatchObject({ text: 'thanks' });
    expect(refused).toMatchObject([{ code: 50035 }, { code: 50035 }]);
  });
});

describe('after the first answer', () => {
  it('a follow-up can be private, and the token ends after 15 minutes', async () => {
    let now = new Date('2026-11-23T09:00:00Z');
    const discord = await startForTest({ now: () => now });
    const guild = discord.addGuild();
    await registerCommands(discord);
    let token = '';
    await connectClient(discord, (interaction, callback) => {
      token = interaction.token;
      return callback({ type: 4, data: { content: 'public' } });
    });
    const ada = discord.user('ada').in(guild);
    await ada.slash('track select', { track: 'general' });
    const followUp = (body: object, of = token) =>
      restOf(discord).post(Routes.webhook(discord.applicationId, of), { body, auth: false });
    expect(await followUp({ content: 'private', flags: EPHEMERAL })).toMatchObject({ flags: EPHEMERAL });
    expect(discord.messages(ada.channelId).map(one => one.content)).toEqual(['public']);
    expect(await refusalOf(followUp({ content: 'x' }, 'nonsense'))).toMatchObject({ status: 404, code: 10015 });
    now = new Date(now.getTime() + 15 * 60_000 + 1);
    expect(await refusalOf(followUp({ content: 'late' }))).toMatchObject({ status: 401, code: 50027 });
  });

  it('a first follow-up takes the place of the loading message, and keeps how private it was', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    const refused: unknown[] = [];
    await connectClient(discord, async ({ token }, callback, rest) => {
      refused.push(await refusalOf(callback({ type: 5, data: { flags: V2 } })));
      await callback({ type: 5 });
      await rest.post(Routes.webhook(discord.applicationId, token), {
        body: { content: 'done', flags: EPHEMERAL },
        auth: false,
      });
    });
    const ada = discord.user('ada').in(guild);
    expect(await ada.slash('track select', { track: 'general' })).toMatchObject({ ephemeral: false, text: 'done' });
    expect(discord.messages(ada.channelId)).toHaveLength(1);
    expect(refused).toMatchObject([{ code: 50035 }]);
  });

  it('a deferred answer that never comes is a failure', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    await connectClient(discord, (_, callback) => callback({ type: 5 }));
    discord.finishWithinMs = 20;
    expect(await discord.user('ada').in(guild).slash('track select', { track: 'general' })).toEqual({
      type: 'failed',
      reason: 'the deferred answer never came',
    });
  });
});

describe('a person', () => {
  it('chooses in a select, also in direct messages, where the bot learns the user and no server', async () => {
    const discord = await startForTest();
    discord.addGuild();
    await registerCommands(discord);
    const seen: Record<string, unknown>[] = [];
    const options = ['a', 'b', 'c'].map(value => ({ label: value.toUpperCase(), value }));
    await connectClient(discord, (interaction, callback) => {
      seen.push(interaction);
      const select = { type: 3, custom_id: 'pick', options, max_values: 2 };
      const content = interaction.data.values?.join(' and ') ?? 'Pick';
      return callback({ type: interaction.type === 2 ? 4 : 7, data: answer(text(content), row(select)) });
    });
    const ada = discord.user('ada').inDirectMessages();
    await ada.slash('track select', { track: 'general' });
    await expect(ada.choose(['a', 'b', 'c'])).rejects.toThrow('choose 1 to 2');
    await expect(ada.choose('z')).rejects.toThrow('no select');
    await expect(ada.press('Pick')).rejects.toThrow('no button');
    expect(await ada.choose(['a', 'b'])).toMatchObject({ updated: true, text: expect.stringContaining('a and b') });
    expect(seen[1]).toMatchObject({
      context: 1,
      user: { id: ada.id },
      message: { flags: V2 },
      data: { component_type: 3 },
    });
    expect(seen[1]).not.toHaveProperty('guild_id');
    expect(seen[1]).not.toHaveProperty('member');
    expect(discord.directMessages(ada)).toHaveLength(1);
  });

  it('can send what no client would: a forged button of another server', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    const other = discord.addGuild();
    const seen: { guild_id: string; data: { custom_id: string } }[] = [];
    await connectClient(discord, (interaction, callback) => {
      seen.push(interaction);
      return callback({ type: 4, data: { content: 'no' } });
    });
    const ada = discord.user('ada').in(guild);
    const body = { content: 'public' };
    const { id } = (await restOf(discord).post(Routes.channelMessages(ada.channelId), { body })) as { id: string };
    await ada.sendRaw({ type: 3, message: id, guild_id: other.id, data: { custom_id: 'x/y/z', component_type: 2 } });
    expect(seen[0]).toMatchObject({ guild_id: other.id, data: { custom_id: 'x/y/z' } });
  });
});

describe('interactions by HTTP', () => {
  /** A bot's endpoint that answers `ping` to whatever is well signed, and `checks` or not that it is. */
  const endpoint = async (discord: LocalDiscord, checks = true): Promise<string> => {
    const key = createPublicKey({
      key: Buffer.from(`302a300506032b6570032100${discord.publicKey}`, 'hex'),
      format: 'der',
      type: 'spki',
    });
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const signature = Buffer.from(String(request.headers['x-signature-ed25519']), 'hex');
      const isSigned = verify(null, Buffer.from(request.headers['x-signature-timestamp'] + body), key, signature);
      response.writeHead(checks && !isSigned ? 401 : 200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(JSON.parse(body).type === 1 ? { type: 1 } : { type: 4, data: { content: 'by HTTP' } }),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeAfterwards(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  it('go to the URL instead of the gateway, with an answer in the response', async () => {
    const discord = await startForTest();
    const guild = discord.addGuild();
    await registerCommands(discord);
    const seen: string[] = [];
    await connectClient(discord, ({ id }) => seen.push(id));
    await discord.useHttpInteractions(await endpoint(discord));
    const answered = await discord.user('ada').in(guild).slash('track select', { track: 'general' });
    expect(answered).toMatchObject({ type: 'message', text: 'by HTTP' });
    expect(seen).toEqual([]);
  });

  it('are not sent to a URL that takes a bad signature', async () => {
    const discord = await startForTest();
    await expect(discord.useHttpInteractions(await endpoint(discord, false))).rejects.toThrow('must get 401, not 200');
  });
});

describe('a benchmark', () => {
  it('fires prepared interactions and gets the time of each answer, with nothing kept', async () => {
    const discord = await startForTest({ keepRequests: false });
    const guild = discord.addGuild();
    await registerCommands(discord);
    await connectClient(discord, (_, callback) => callback({ type: 4, data: { content: 'x' } }));
    const ada = discord.user('ada').in(guild);
    const prepared = ada.prepare('track select', { track: 'general' });
    const times = await Promise.all(Array.from({ length: 100 }, () => ada.fire(prepared)));
    expect(times.every(ms => ms > 0 && ms < 3000)).toBe(true);
    expect([discord.requests, discord.interactionLog, discord.messages(ada.channelId)]).toEqual([[], [], []]);
  });
});

describe('commands', () => {
  it('keep their id under the same name and come back as they were put', async () => {
    const discord = await startForTest();
    const first = (await registerCommands(discord)) as { id: string; version: string }[];
    const again = (await registerCommands(discord)) as { id: string; version: string }[];
    expect(again.map(one => one.id)).toEqual(first.map(one => one.id));
    expect(discord.commands()[1]).toMatchObject({ name: 'schedule', default_member_permissions: '32', contexts: [0] });
  });
});
