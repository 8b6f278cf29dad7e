// Interactions by signed HTTP instead of the gateway: what is refused at the door, and that everything works as it does otherwise.
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Commands, defineCommand, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { text } from '../../src/message.ts';
import { describeOnBothDatabases } from '../support/databases.ts';
import type { Answer } from '../support/discord/discord-server.ts';
import { startTestBot, type TestBot, type TestBotOptions } from '../support/discord-bot.ts';

const startBot = async (options: TestBotOptions = {}): Promise<TestBot & { url: string }> => {
  const test = await startTestBot({ http: true, ...options });
  onTestFinished(() => test.stop());
  return { ...test, url: `${test.bot.http?.address()}/discord/interactions` };
};
const textOf = (answer: Answer): string => (answer.type === 'message' ? answer.text : JSON.stringify(answer));
const complaints = ({ log }: TestBot) => log.filter(({ level }) => level >= 40);

const post = async (url: string, request: RequestInit): Promise<{ status: number; body: string }> => {
  // A connection of its own: one whose body was refused is closed behind the answer.
  const response = await fetch(url, { ...request, headers: { ...request.headers, connection: 'close' } });
  return { status: response.status, body: await response.text() };
};

describe('the door', () => {
  const open = async () => {
    const test = await startBot();
    const guild = test.discord.addGuild({ name: 'Leeds' });
    const ping = { id: '1', application_id: test.discord.applicationId, type: 1, version: 1, token: 'x' };
    const command = {
      ...ping,
      id: '1234567890123456789',
      type: 2,
      guild_id: guild.id,
      member: { user: { id: '3', username: 'ada' }, permissions: '0' },
      data: { id: '4', type: 1, name: 'next' },
    };
    /** Nothing that is refused may have an effect. */
    const members = async () => (await test.db.query.select().from(test.db.tables.members)).length;
    return { test, ping, command, members, sign: (body: unknown, at?: Date) => test.discord.signedRequest(body, at) };
  };

  it('answers a PING with a PONG', async () => {
    const { test, ping, sign: signed } = await open();
    const { status, body } = await post(test.url, signed(ping));
    expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: { type: 1 } });
  });

  it('refuses what is not signed by Discord, or is changed, old, or sent a second time', async () => {
    const { test, command, members, sign: signed } = await open();
    const good = signed(command);
    const other = generateKeyPairSync('ed25519').privateKey;
    const stamp = good.headers['x-signature-timestamp'] ?? '';
    const forged = sign(null, Buffer.from(stamp + good.body), other).toString('hex');
    const signature = good.headers['x-signature-ed25519'] ?? '';
    const withHeaders = (headers: Record<string, string>) => ({ ...good, headers: { ...good.headers, ...headers } });
    const without = (name: string) => {
      const { [name]: _, ...headers } = good.headers;
      return { ...good, headers };
    };
    const later = (seconds: number) => new Date(test.now().getTime() + seconds * 1000);
    const refused: Record<string, RequestInit> = {
      'a signature by another key': withHeaders({ 'x-signature-ed25519': forged }),
      'a signature of zeros': withHeaders({ 'x-signature-ed25519': '0'.repeat(128) }),
      'a signature cut short': withHeaders({ 'x-signature-ed25519': signature.slice(2) }),
      'a signature that is no hex': withHeaders({ 'x-signature-ed25519': 'z'.repeat(128) }),
      'a signature twice': withHeaders({ 'x-signature-ed25519': `${signature}, ${signature}` }),
      'no signature': without('x-signature-ed25519'),
      'no timestamp': without('x-signature-timestamp'),
      'another timestamp': withHeaders({ 'x-signature-timestamp': String(Number(stamp) + 1) }),
      'a timestamp that is no number': withHeaders({ 'x-signature-timestamp': 'now' }),
      'an old timestamp': signed(command, later(-61)),
      'a timestamp of the future': signed(command, later(61)),
      'a changed body': { ...good, body: good.body.replace('"next"', '"undo"') },
      'a body with a blank behind it': { ...good, body: `${good.body} ` },
      'no body': { ...good, body: '' },
    };
    for (const [what, request] of Object.entries(refused))
      expect({ what, ...(await post(test.url, request)) }).toMatchObject({ what, status: 401 });
    expect(await members()).toBe(0);

    expect(await post(test.url, good)).toMatchObject({ status: 202 });
    await test.discord.until(() => test.discord.requests.some(({ route }) => route.endsWith('/callback')));
    expect(await members()).toBe(1);
    test.discord.clearRequests();
    for (const again of [good, withHeaders({ 'x-signature-ed25519': signature.toUpperCase() })])
      expect(await post(test.url, again)).toMatchObject({ status: 401 });
    test.setNow(later(30));
    expect(await post(test.url, good)).toMatchObject({ status: 401 });
    test.setNow(later(300));
    expect(await post(test.url, good)).toMatchObject({ status: 401 });
    // Signed anew, and still the same interaction.
    expect(await post(test.url, signed({ ...command, locale: 'de' }))).toMatchObject({ status: 202 });
    await test.stop();
    expect(test.discord.requests).toEqual([]);
  });

  it('refuses what is no interaction, is too large, or is not for it, and goes on', async () => {
    const { test, ping, sign: signed } = await open();
    for (const body of ['x', '', '{', 'null', '5', '"x"', '[]', '[{"type":1}]'])
      expect({ sent: body, ...(await post(test.url, signed(body))) }).toMatchObject({ sent: body, status: 400 });
    // The connection may be closed before the rest of the body was sent.
    const tooLarge = (request: RequestInit) =>
      post(test.url, request).then(
        ({ status }) => status === 413,
        error => /other side closed|ECONNRESET|EPIPE/.test(String(error.cause ?? error)),
      );
    const large = JSON.stringify({ ...ping, padding: 'x'.repeat(1024 * 1024) });
    expect(await tooLarge(signed(large))).toBe(true);
    const chunks = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < 20; sent += 1) controller.enqueue(new TextEncoder().encode('x'.repeat(64 * 1024)));
        controller.close();
      },
    });
    const streamed = { ...signed(''), body: chunks, duplex: 'half' } as RequestInit;
    expect(await tooLarge(streamed)).toBe(true);
    for (const path of [
      '/',
      '/discord',
      '/discord/interactions/',
      '/discord/interactions/x',
      '/api/v10/gateway',
      '/../etc/passwd',
    ])
      expect({ path, ...(await post(new URL(path, test.url).href, signed(ping))) }).toMatchObject({
        path,
        status: 404,
      });
    expect(await post(test.url, { method: 'GET' })).toMatchObject({ status: 404 });
    expect(await post(test.url, signed({ ...ping, at: 'the end' }))).toMatchObject({ status: 200 });
    expect(complaints(test)).toEqual([]);
  });
});

describe('behind the door', () => {
  it('commands, buttons, forms, type-ahead and direct messages work without any connection to the gateway', async () => {
    const test = await startBot();
    const guild = test.discord.addGuild({ name: 'Leeds' });
    await test.bot.discord.refreshGuilds();
    const ada = test.discord.user('Ada').in(guild);
    expect(textOf(await ada.slash('track select', { track: 'engineering' }))).toContain('You are on');
    expect(textOf(await ada.press('Show what is next'))).toContain('What is next');
    expect(await ada.press('Done')).toMatchObject({ type: 'message', ephemeral: true });
    expect((await ada.autocomplete('topics show', 'topic', 'test')).map(({ value }) => value)).toContain('testing');
    await ada.slash('settings show');
    await ada.choose('8');
    expect(textOf(ada.last)).toContain('8 h a week');
    expect(await ada.press('Change time zone')).toMatchObject({ type: 'modal' });
    expect(textOf(await ada.submit({ value: 'Atlantis' }))).toContain('Atlantis');
    expect(await ada.press('Change what I typed')).toMatchObject({ text: expect.stringContaining('Atlantis') });
    expect(textOf(await ada.submit({ value: 'Lisbon' }))).toContain('Europe/Lisbon');
    const alone = test.discord.user('Ada').inDirectMessages();
    expect(textOf(await alone.slash('progress'))).toContain('Your progress');
    expect(textOf(await alone.press('Show what is next'))).toContain('What is next');
    expect(test.discord.gatewayConnects).toBe(0);
    expect(complaints(test)).toEqual([]);
    expect(test.discord.requests.filter(({ status }) => status >= 400)).toEqual([]);
  });

  it('an answer that takes long is put off, and the request itself is not kept waiting for it', async () => {
    let finish: (() => void) | undefined;
    const slow = defineCommand({
      name: 'slow',
      description: 'Takes its time',
      audience: 'member',
      visibility: 'private',
      run: () => new Promise(resolve => (finish = () => resolve(reply({ blocks: [text('At last')] })))),
    });
    const commands: Commands = new Map([...(await loadCommands()), ['slow', slow]]);
    const test = await startBot({ commands, deferAfterMs: 10 });
    const ada = test.discord.user('Ada').in(test.discord.addGuild({ name: 'Leeds' }));
    const asking = ada.slash('slow');
    await test.discord.until(() => test.discord.requests.some(({ route }) => route.endsWith('/callback')));
    finish?.();
    expect(await asking).toMatchObject({ deferred: true, ephemeral: true, text: expect.stringContaining('At last') });
    expect(complaints(test)).toEqual([]);
  });
});

/** One address in front of several processes, which get its requests in turn; and how many each got. */
const startBalancer = async (urls: readonly string[]): Promise<{ url: string; counts: number[] }> => {
  const counts = urls.map(() => 0);
  let turn = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const at = turn++ % urls.length;
    counts[at] = (counts[at] ?? 0) + 1;
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(urls[at] ?? '', {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: Buffer.concat(chunks),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, counts };
};

describeOnBothDatabases('two processes behind one address', openDb => {
  it('answer one person in turn, and nobody notices', async () => {
    const one = await startBot({ db: await openDb() });
    const two = await startBot({ db: one.db, discord: one.discord });
    const { discord } = one;
    const { url, counts } = await startBalancer([one.url, two.url]);
    await discord.useHttpInteractions(url);
    const guild = discord.addGuild({ name: 'Leeds' });
    await one.bot.discord.refreshGuilds();
    const ada = discord.user('Ada').in(guild);

    expect(textOf(await ada.slash('onboard'))).toContain('Step 1 of 6');
    expect(textOf(await ada.press('⚙️ Engineering Track'))).toContain('Step 2 of 6');
    expect(textOf(await ada.choose(['platform_engineer']))).toContain('Step 3 of 6');
    expect(await ada.press('Another number')).toMatchObject({ type: 'modal' });
    expect(textOf(await ada.submit({ value: '5' }))).toContain('Step 4 of 6');
    expect(await ada.press('Change')).toMatchObject({ type: 'modal' });
    expect(textOf(await ada.submit({ value: 'Lisbon' }))).toContain('Step 5 of 6');
    expect(textOf(await ada.press('Every two weeks'))).toContain('Step 6 of 6');
    expect(textOf(await ada.press('Yes, show my name'))).toContain('You are all set');
    for (const fact of ['5\u00a0h a week', 'Europe/Lisbon', 'every two weeks', 'Platform'])
      expect(textOf(ada.last)).toContain(fact);
    await ada.slash('quiz', { topic: 'testing' });
    for (let question = 1; question <= 4; question += 1) {
      expect(textOf(await ada.press('A'))).toContain(`Question ${question} of 4`);
      if (question < 4) await ada.press('Next question');
    }
    expect(textOf(ada.last)).toContain('Passed');

    // Whichever process is asked: they keep forms, and know each request, in the same database.
    await ada.slash('settings show');
    await ada.press('Change time zone');
    const refused = await ada.submit({ value: 'Atlantis' });
    expect(textOf(refused)).toContain('Atlantis');
    for (let tries = 0; tries < 2; tries += 1)
      expect(await ada.press('Change what I typed', refused)).toMatchObject({ type: 'modal' });

    const request = discord.signedRequest(JSON.stringify({ type: 1, id: '1', application_id: '1' }), one.now());
    const statuses = [];
    for (const to of [one.url, two.url, one.url]) statuses.push((await fetch(to, request)).status);
    expect(statuses).toEqual([200, 401, 401]);

    expect(Math.min(...counts)).toBeGreaterThan(10);
    expect([...complaints(one), ...complaints(two)]).toEqual([]);
    expect(discord.requests.filter(({ status }) => status >= 400)).toEqual([]);
  });
});
