// What Slack sends by signed HTTP instead of the socket: what is refused at the door, and what is behind it.
import { createHmac } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import { type Commands, defineCommand, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { text } from '../../src/message.ts';
import { createHttpReceiver } from '../../src/slack/http.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { describeOnBothDatabases, openTestDb } from '../support/databases.ts';
import { memoryLog } from '../support/delivery.ts';
import { startDiscord } from '../support/discord/discord-server.ts';
import type { Answer } from '../support/slack/slack-server.ts';
import { type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

const FORM = 'application/x-www-form-urlencoded';

type Started = SlackTestBot & { url: string };
const startBot = async (options: Partial<SlackTestBotOptions> = {}): Promise<Started> => {
  const test = await startSlackTestBot({ transport: 'http', ...options });
  onTestFinished(() => test.stop());
  if (!options.running) test.workspace.addChannel({ name: 'general' });
  return { ...test, url: `${test.bot.http?.address()}/slack/events` };
};
const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));
const complaints = ({ log }: SlackTestBot) => log.filter(({ level }) => level >= 40);

const post = async (url: string, request: RequestInit): Promise<{ status: number; body: string }> => {
  // A connection of its own: one whose body was refused is closed behind the answer.
  const response = await fetch(url, { ...request, headers: { ...request.headers, connection: 'close' } });
  return { status: response.status, body: await response.text() };
};

const open = async (options: Partial<SlackTestBotOptions> = {}) => {
  const test = await startBot(options);
  const { slack, workspace } = test;
  const ada = workspace.user('ada');
  const fields = {
    command: '/next',
    text: '',
    team_id: workspace.teamId,
    channel_id: workspace.channels()[0]?.id ?? '',
    user_id: ada.id,
    user_name: 'ada',
    trigger_id: '1.2.3',
  };
  const command = new URLSearchParams(fields).toString();
  const signed = (body: string | object, at?: Date) => slack.signedRequest(body as string, at);
  /** Nothing that is refused may have an effect. */
  const members = async () => (await test.db.query.select().from(test.db.tables.members)).length;
  return { test, slack, workspace, ada, command, signed, members };
};

describe('the door', () => {
  it('answers the challenge of a new address, and a look at the certificate that nobody signed', async () => {
    const { test, signed } = await open();
    const challenge = await post(test.url, signed({ type: 'url_verification', challenge: 'abc' }));
    expect({ ...challenge, body: JSON.parse(challenge.body) }).toEqual({ status: 200, body: { challenge: 'abc' } });
    const look = { method: 'POST', headers: { 'content-type': FORM }, body: 'ssl_check=1&token=x' };
    expect(await post(test.url, look)).toEqual({ status: 200, body: '' });
  });

  it('refuses what is not signed by Slack, or is changed, old, of the future, or sent a second time', async () => {
    const { test, command, signed, members } = await open();
    const good = signed(command);
    const stamp = good.headers['x-slack-request-timestamp'] ?? '';
    const signature = good.headers['x-slack-signature'] ?? '';
    const forged = `v0=${createHmac('sha256', 'another secret').update(`v0:${stamp}:${command}`).digest('hex')}`;
    const withHeaders = (headers: Record<string, string>) => ({ ...good, headers: { ...good.headers, ...headers } });
    const without = (name: string) => {
      const { [name]: _, ...headers } = good.headers;
      return { ...good, headers };
    };
    const later = (seconds: number) => new Date(test.now().getTime() + seconds * 1000);
    const refused: Record<string, RequestInit> = {
      'a signature by another key': withHeaders({ 'x-slack-signature': forged }),
      'a signature of zeros': withHeaders({ 'x-slack-signature': `v0=${'0'.repeat(64)}` }),
      'a signature cut short': withHeaders({ 'x-slack-signature': signature.slice(0, -2) }),
      'a signature of many bytes': withHeaders({ 'x-slack-signature': 'ä'.repeat(67) }),
      'a signature in capitals': withHeaders({ 'x-slack-signature': signature.toUpperCase() }),
      'a signature twice': withHeaders({ 'x-slack-signature': `${signature}, ${signature}` }),
      'no signature': without('x-slack-signature'),
      'no timestamp': without('x-slack-request-timestamp'),
      'another timestamp': withHeaders({ 'x-slack-request-timestamp': String(Number(stamp) + 1) }),
      'a timestamp that is no number': withHeaders({ 'x-slack-request-timestamp': 'now' }),
      'an old timestamp': signed(command, later(-301)),
      'a timestamp of the future': signed(command, later(301)),
      'a changed body': { ...good, body: command.replace('next', 'undo') },
      'a body with a blank behind it': { ...good, body: `${command} ` },
      'no body': { ...good, body: '' },
    };
    for (const [what, request] of Object.entries(refused))
      expect({ what, ...(await post(test.url, request)) }).toMatchObject({ what, status: 401 });
    expect(await members()).toBe(0);

    expect(await post(test.url, good)).toMatchObject({ status: 200 });
    await test.slack.until(() => test.platform.isIdle());
    expect(await members()).toBe(1);
    const said = test.slack.requests.length;
    // Acknowledged, for it is Slack's, and nothing is done.
    expect(await post(test.url, good)).toMatchObject({ status: 200 });
    const start = test.now();
    test.setNow(new Date(start.getTime() + 299_000));
    expect(await post(test.url, good)).toMatchObject({ status: 200 });
    test.setNow(new Date(start.getTime() + 301_000));
    expect(await post(test.url, good)).toMatchObject({ status: 401 });
    await test.slack.until(() => test.platform.isIdle());
    expect(test.slack.requests.length, 'nobody is answered twice').toBe(said);
    expect(complaints(test)).toEqual([]);
    // What has no id of its own is known by its signature.
    const anonymous = signed(
      new URLSearchParams({ command: '/next', text: '', team_id: 'T1', user_id: 'U1' }).toString(),
    );
    expect(await post(test.url, anonymous)).toMatchObject({ status: 200 });
    expect(await post(test.url, anonymous)).toMatchObject({ status: 401 });
  });

  it.each(['wrong', 'old', 'future', 'missing'] as const)(
    'a command with a signature that is %s fails for whoever typed it, and the next one works',
    async how => {
      const { test, slack } = await open();
      const ada = test.workspace.user('ada').in();
      slack.misbehave.signatures(how, 1);
      expect(await ada.type('/next')).toMatchObject({ type: 'failed', reason: expect.stringContaining('HTTP 401') });
      expect(await ada.type('/next')).toMatchObject({ type: 'message' });
      const said = slack.requests.length;
      expect(await slack.replayLast()).toBe(200);
      expect(slack.requests.length, 'nobody is answered twice').toBe(said);
    },
  );

  it('refuses what is no payload, is too large, or is not for it, and goes on', async () => {
    const { test, command, signed } = await open();
    const sent = (body: string, type: string) => {
      const { headers, ...rest } = signed(body);
      return post(test.url, { ...rest, headers: { ...headers, 'content-type': type } });
    };
    for (const body of ['x', '', '{', 'null', '5', '"x"', '[]', '[{"type":"event_callback"}]'])
      expect({ of: body, ...(await sent(body, 'application/json')) }).toMatchObject({ of: body, status: 400 });
    for (const body of ['payload=', 'payload=x', 'payload=null', 'payload=%5B%5D', 'payload=5'])
      expect({ of: body, ...(await sent(body, FORM)) }).toMatchObject({ of: body, status: 400 });
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', ''])
      expect({ type, ...(await sent(command, type)) }).toMatchObject({ type, status: 400 });
    // Signed, but not as Slack's are: Slack would repeat whatever is not taken.
    for (const body of ['a=b', 'payload={}', 'payload={"type":"block_actions","actions":[{}]}'])
      expect((await sent(body, FORM)).status, body).toBe(200);
    const halves = [
      '"event_callback"',
      '"event_callback","event":null',
      '"event_callback","event":5',
      '"view_submission"',
    ];
    for (const [at, half] of halves.entries()) {
      const body = `{"type":${half},"event_id":"Ev${at}"}`;
      expect((await sent(body, 'application/json')).status, body).toBe(200);
    }
    expect(complaints(test).length).toBeGreaterThan(0);

    // The connection may be closed before the rest of the body was sent.
    const tooLarge = (request: RequestInit) =>
      post(test.url, request).then(
        ({ status }) => status === 413,
        error => /other side closed|ECONNRESET|EPIPE/.test(String(error.cause ?? error)),
      );
    expect(await tooLarge(signed({ type: 'event_callback', padding: 'x'.repeat(1024 * 1024) }))).toBe(true);
    const chunks = new ReadableStream({
      start(controller) {
        for (let count = 0; count < 20; count += 1) controller.enqueue(new TextEncoder().encode('x'.repeat(64 * 1024)));
        controller.close();
      },
    });
    expect(await tooLarge({ ...signed(''), body: chunks, duplex: 'half' } as RequestInit)).toBe(true);

    for (const path of ['/', '/slack', '/slack/events/', '/slack/events/x', '/slack/install', '/../etc/passwd'])
      expect({ path, ...(await post(new URL(path, test.url).href, signed(command))) }).toMatchObject({
        path,
        status: 404,
      });
    expect(await post(test.url, { method: 'GET' })).toMatchObject({ status: 404 });
    expect(await post(test.url, signed(`${command}&at=the+end`))).toMatchObject({ status: 200 });
  });

  it('takes at once what nobody acknowledges, says no to what takes too long, and lets nothing end the process', async () => {
    const now = new Date('2026-11-23T08:00:00Z');
    const { log, lines } = memoryLog();
    const { routes, receiver } = createHttpReceiver({
      signingSecret: 'secret',
      kept: { claim: async () => true },
      now: () => now,
      log,
    });
    const ask = async (body: string) => {
      const stamp = String(now.getTime() / 1000);
      const signature = `v0=${createHmac('sha256', 'secret').update(`v0:${stamp}:${body}`).digest('hex')}`;
      const headers = {
        'content-type': 'application/json',
        'x-slack-request-timestamp': stamp,
        'x-slack-signature': signature,
      };
      return (await routes.request('/slack/events', { method: 'POST', headers, body })).status;
    };
    // Time stands still: nothing is waited for.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    receiver.init({ processEvent: async () => {} } as never);
    expect(await ask('{"type":"event_callback"}')).toBe(200);
    receiver.init({ processEvent: () => Promise.reject(new Error('odd')) } as never);
    expect(await ask('{"type":"event_callback"}')).toBe(200);
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    receiver.init({
      processEvent: () => {
        begin();
        return new Promise(() => {});
      },
    } as never);
    const slow = ask('{"type":"event_callback"}');
    await begun;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await slow).toBe(503);
    expect(lines.map(({ msg }) => msg)).toEqual(['Bolt could not take what Slack sent']);
  });
});

describe('behind the door', () => {
  it('commands, buttons, forms, type-ahead and Home work without any socket', async () => {
    const test = await startBot();
    const ada = test.workspace.user('ada').in();
    expect(textOf(await ada.type('/track select engineering'))).toContain('You are on');
    expect(textOf(await ada.press('Show what is next'))).toContain('What is next');
    expect(await ada.press('Done')).toMatchObject({ type: 'message', ephemeral: true });
    await ada.type('/settings show');
    expect(await ada.press('Change time zone')).toMatchObject({ type: 'modal' });
    const offered = await ada.typeahead('City or zone', 'lisb');
    expect(offered.map(({ value }) => value)).toContain('Europe/Lisbon');
    expect(textOf(await ada.submit({ 'City or zone': 'Europe/Lisbon' }))).toContain('Europe/Lisbon');
    expect(await ada.openHome()).toMatchObject({ type: 'home' });
    expect(test.slack.connects).toBe(0);
    expect(complaints(test)).toEqual([]);
    expect(test.slack.requests.filter(({ status }) => status >= 400)).toEqual([]);
  });

  it.each(['retried', 'duplicated'] as const)('an event that is %s is acted on once', async how => {
    const { test, slack, workspace, ada } = await open();
    slack.misbehave.events(how, 1);
    const entry = await workspace.tell({ type: 'app_home_opened', user: ada.id, channel: 'D01', tab: 'home' });
    await slack.until(() => entry?.attempts === 2 && test.platform.isIdle());
    const published = () => slack.requests.filter(({ method }) => method === 'views.publish').length;
    await slack.until(() => published() === 1);
    await workspace.tell({ type: 'app_home_opened', user: ada.id, channel: 'D01', tab: 'home' });
    await slack.until(() => published() === 2);
    expect(entry).toMatchObject({ acknowledged: true });
    expect(complaints(test)).toEqual([]);
  });

  it('a command that takes long is acknowledged at once, and its answer comes when it is there', async () => {
    let finish = (): void => {};
    const slow = defineCommand({
      name: 'slow',
      description: 'Takes its time',
      audience: 'member',
      visibility: 'private',
      run: () =>
        new Promise(resolve => {
          finish = () => resolve(reply({ blocks: [text('At last')] }));
        }),
    });
    const commands: Commands = new Map([...(await loadCommands()), ['slow', slow]]);
    const test = await startBot({ commands });
    const asking = test.workspace.user('ada').in().type('/slow');
    await test.slack.until(() => test.slack.interactionLog.some(({ ackedAt }) => ackedAt !== undefined));
    expect(test.platform.isIdle()).toBe(false);
    finish();
    expect(await asking).toMatchObject({ ephemeral: true, text: expect.stringContaining('At last') });
    expect(complaints(test)).toEqual([]);
  });

  it('both platforms share one server, each under its own address', async () => {
    const now = () => new Date('2026-11-23T08:00:00Z');
    const discord = await startDiscord({ now });
    onTestFinished(() => discord.stop());
    const { slack, workspace } = await startBot();
    const { log, lines } = memoryLog();
    const bot = await createBot({
      db: await openTestDb(),
      commands: await loadCommands(),
      curriculum: () => testCurriculum,
      discord: { token: discord.token, apiUrl: discord.apiUrl, publicKey: discord.publicKey },
      slack: {
        transport: { type: 'http', signingSecret: slack.signingSecret },
        workspace: { type: 'one', botToken: workspace.botToken },
        apiUrl: slack.apiUrl,
        publicUrl: undefined,
        secretKeys: [],
      },
      http: { host: '127.0.0.1', port: 0 },
      onFatal: () => {},
      now,
      log,
    });
    onTestFinished(() => bot.stop());
    await bot.start();
    await discord.useHttpInteractions(`${bot.http?.address()}/discord/interactions`);
    await slack.useHttp({ url: `${bot.http?.address()}/slack/events` });
    slack.limits.isIdle = () => bot.slack?.isIdle() ?? true;
    const onSlack = workspace.user('ada').in();
    const onDiscord = discord.user('ada').in(discord.addGuild({ name: 'Leeds' }));
    expect(textOf(await onSlack.type('/track select engineering'))).toContain('You are on');
    expect(await onDiscord.slash('next')).toMatchObject({ type: 'message' });
    expect(textOf(await onSlack.type('/next'))).toContain('What is next');
    const elsewhere = await post(`${bot.http?.address()}/discord/interactions`, slack.signedRequest('command=/next'));
    expect(elsewhere.status).toBe(401);
    expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
  });
});

describeOnBothDatabases('two processes behind one address', openDb => {
  it('act on each request once between them', async () => {
    const { test: one, slack, workspace, command, signed, members } = await open({ db: await openDb() });
    const two = await startBot({ db: one.db, running: one });
    const request = signed(command);
    const statuses = [];
    for (const { url } of [one, two, one]) statuses.push((await post(url, request)).status);
    expect(statuses).toEqual([200, 200, 200]);
    await slack.until(() => one.platform.isIdle() && two.platform.isIdle());
    expect(await members()).toBe(1);
    expect(slack.requests.filter(({ method }) => method === 'chat.postEphemeral')).toHaveLength(1);

    slack.clearRequests();
    const event = {
      type: 'event_callback',
      event_id: 'Ev1',
      event_time: 1_800_000_000,
      team_id: workspace.teamId,
      event: { type: 'app_uninstalled' },
    };
    const isOver = () => one.platform.isIdle() && two.platform.isIdle();
    // A minute later and five: Slack signs a retry anew.
    for (const [{ url }, minute] of [[one, 0] as const, [two, 1] as const, [one, 5] as const]) {
      const at = new Date(`2026-11-23T08:0${minute}:30Z`);
      for (const each of [one, two]) each.setNow(at);
      expect(await post(url, signed(event, at))).toMatchObject({ status: 200 });
      await slack.until(isOver);
    }
    // Whether the token still works is asked each time that it is acted on.
    expect(slack.requests.filter(({ method }) => method === 'auth.test')).toHaveLength(1);
    expect([...complaints(one), ...complaints(two)]).toEqual([]);
  });
});
