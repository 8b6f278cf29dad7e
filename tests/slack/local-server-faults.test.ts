import type { App } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import { createRateLimits } from '../support/slack/rate-limits.ts';
import {
  clientOf,
  closeAll,
  connectApp,
  errorOf,
  type How,
  type Refusal,
  refusalOf,
  startForTest,
} from '../support/slack/real-app.ts';
import type { LocalSlackOptions } from '../support/slack/slack-server.ts';

afterEach(closeAll);

const setUp = async (options: LocalSlackOptions = {}) => {
  const slack = await startForTest(options);
  const workspace = slack.addWorkspace({ name: 'Readers' });
  const general = workspace.addChannel({ name: 'general' });
  const client = clientOf(slack, workspace.botToken, { timeout: 200 });
  const post = (text = 'x'): Promise<Refusal> => refusalOf(client.chat.postMessage({ channel: general.id, text }));
  return { slack, workspace, general, client, post };
};
const METHOD = { method: 'chat.postMessage', times: 1 };

describe('the Web API misbehaves on demand', () => {
  it('with 429 and the seconds to wait', async () => {
    const { slack, general, post } = await setUp();
    slack.misbehave.api(METHOD, { status: 429, retryAfter: 7 });
    expect(await post()).toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 });
    expect(slack.rateLimited).toBe(1);
    expect(slack.messages(general)).toEqual([]);
    expect(await post()).toEqual(expect.not.objectContaining({ code: expect.anything() }));
  });

  it.each([
    ['an error of the server', { status: 503 as const }, { statusCode: 503 }],
    ['fatal_error', { error: 'fatal_error' }, { data: { error: 'fatal_error' } }],
    ['no answer at all', { hang: true as const }, { code: 'slack_webapi_request_error' }],
    ['a cut connection', { drop: true as const }, { code: 'slack_webapi_request_error' }],
  ])('with %s, before or after the message was stored', async (_, how, seen) => {
    const { slack, general, post } = await setUp();
    slack.misbehave.api(METHOD, { ...how, stored: false });
    expect(await post()).toMatchObject(seen);
    expect(slack.messages(general)).toHaveLength(0);
    slack.misbehave.api(METHOD, { ...how, stored: true });
    expect(await post()).toMatchObject(seen);
    expect(slack.messages(general)).toHaveLength(1);
    await post();
    expect(slack.messages(general)).toHaveLength(2);
  });

  it('late, for one workspace or channel only, until told to stop', async () => {
    const { slack, workspace, post } = await setUp();
    const other = slack.addWorkspace();
    other.addChannel({ name: 'general' });
    const stop = slack.misbehave.api({ method: /^auth/, team: other.teamId }, { error: 'internal_error' });
    expect(await errorOf(clientOf(slack, workspace.botToken).auth.test())).toBeUndefined();
    const client = clientOf(slack, other.botToken);
    expect(await errorOf(client.auth.test())).toBe('internal_error');
    stop();
    expect(await errorOf(client.auth.test())).toBeUndefined();
    slack.misbehave.api({ method: 'chat.postMessage', channel: 'C0ELSEWHERE' }, { error: 'fatal_error' });
    slack.misbehave.api(METHOD, { delayMs: 20 });
    const before = performance.now();
    expect((await post()).code).toBeUndefined();
    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
    slack.misbehave.api({ method: 'chat.postMessage' }, { error: 'fatal_error' });
    slack.misbehave.clear();
    expect((await post()).data).toBeUndefined();
  });

  it('records every call with its arguments and answer', async () => {
    const { slack, workspace, general, post } = await setUp();
    await post('hello');
    expect(slack.requests).toMatchObject([
      {
        method: 'chat.postMessage',
        token: workspace.botToken,
        teamId: workspace.teamId,
        status: 200,
        args: { channel: general.id, text: 'hello' },
        answer: { ok: true },
      },
    ]);
    slack.clearRequests();
    expect(slack.requests).toEqual([]);
  });
});

describe('rate limits', () => {
  it('let short bursts pass in a channel, then one message a second, and never touch another workspace', async () => {
    const { slack, post } = await setUp({ rateLimits: true });
    const all = await Promise.all(Array.from({ length: 5 }, () => post()));
    expect(all.filter(one => one.retryAfter === 1)).toHaveLength(2);
    const other = slack.addWorkspace();
    const channel = other.addChannel({ name: 'general' }).id;
    expect(await errorOf(clientOf(slack, other.botToken).chat.postMessage({ channel, text: 'x' }))).toBeUndefined();
    expect(slack.rateLimited).toBe(2);
  });

  it('hold a method to its tier, and a workspace to several hundred posts a minute', () => {
    const limits = createRateLimits();
    const take = (times: number, at: number, channel = (_: number) => 'C') =>
      Array.from({ length: times }, (_, n) => limits.take('post', 'chat.postMessage', 'T', channel(n), at)).filter(
        wait => wait !== undefined,
      );
    expect(take(301, 0, n => `C${n}`)).toEqual([1]);
    const tier = (count: number, at: number) =>
      Array.from({ length: count }, () => limits.take(2, 'conversations.list', 'T', undefined, at)).filter(
        wait => wait !== undefined,
      );
    expect(tier(21, 0)).toEqual([3]);
    expect(tier(1, 2999)).toHaveLength(1);
    expect(tier(1, 3001)).toEqual([]);
    expect(limits.take(2, 'conversations.list', 'T2', undefined, 0)).toBeUndefined();
    expect(limits.take('none', 'auth.test', 'T', undefined, 0)).toBeUndefined();
  });
});

const connect = async (how: How, listen: (app: App) => void, clientPingTimeout = 5000) => {
  const given = await setUp();
  await connectApp(given.slack, how, { token: given.workspace.botToken, clientPingTimeout }, listen);
  return { ...given, seat: given.workspace.user('ada').in(given.general) };
};

describe.each<How>(['socket', 'http'])('events by %s', how => {
  it('come again with a number where told, and the same event twice', async () => {
    const seen: unknown[] = [];
    const { slack, workspace } = await connect(how, app => {
      app.use(async ({ next, context, body }) => {
        if ('event_id' in body) seen.push([body.event_id, context.retryNum || undefined]);
        await next();
      });
      app.event('team_rename', async () => {});
    });
    slack.misbehave.events('retried', 1);
    const first = await workspace.tell({ type: 'team_rename', name: 'New' });
    await slack.until(() => seen.length === 2);
    slack.misbehave.events('duplicated', 1);
    const second = await workspace.tell({ type: 'team_rename', name: 'New' });
    await slack.until(() => seen.length === 4);
    await workspace.tell({ type: 'team_rename', name: 'New' });
    expect(seen.slice(0, 4)).toEqual([
      [first?.id, undefined],
      [first?.id, 1],
      [second?.id, undefined],
      [second?.id, undefined],
    ]);
    expect(seen).toHaveLength(5);
    expect(slack.events[0]).toMatchObject({ attempts: 2, acknowledged: true });
  });

  it('tell of removal and revoked tokens', async () => {
    const seen: unknown[] = [];
    const { slack, workspace } = await connect(how, app => {
      app.event('app_uninstalled', async ({ body }) => void seen.push(['app_uninstalled', body.team_id]));
      app.event('tokens_revoked', async ({ event }) => void seen.push(['tokens_revoked', event.tokens.bot]));
    });
    await workspace.uninstall();
    await slack.until(() => seen.length === 2);
    expect(seen).toEqual([
      ['tokens_revoked', [workspace.botUserId]],
      ['app_uninstalled', workspace.teamId],
    ]);
  });
});

describe('over HTTP', () => {
  it('a request that is wrongly signed, old or not signed is refused by Bolt; one from the future and a replay are not', async () => {
    let runs = 0;
    const { slack, seat } = await connect('http', app => {
      app.command('/go', async ({ ack }) => {
        runs += 1;
        await ack('went');
      });
    });
    for (const how of ['wrong', 'old', 'missing'] as const) {
      slack.misbehave.signatures(how, 1);
      expect(await seat.type('/go')).toMatchObject({ type: 'failed', reason: expect.stringContaining('HTTP 401') });
    }
    expect(runs).toBe(0);
    slack.misbehave.signatures('future', 1);
    expect(await seat.type('/go')).toMatchObject({ text: 'went' });
    expect(await seat.type('/go')).toMatchObject({ text: 'went' });
    expect(await slack.replayLast()).toBe(200);
    expect(runs).toBe(3);
  });

  it('an event that is refused is sent again at once', async () => {
    const { slack, workspace } = await connect('http', app => {
      app.event('team_rename', async () => {});
    });
    slack.misbehave.signatures('wrong', 1);
    const entry = await workspace.tell({ type: 'team_rename', name: 'New' });
    await slack.until(() => entry?.acknowledged === true);
    expect(entry).toMatchObject({ attempts: 2 });
  });

  it('a bot that is not there fails the command, and one that does not know the challenge is not accepted', async () => {
    const { slack, workspace, general } = await setUp();
    await expect(slack.useHttp({ url: slack.url })).rejects.toThrow('did not answer with the challenge');
    const nobody = { commandsUrl: 'http://127.0.0.1:9/', interactivityUrl: '', eventsUrl: '' };
    await expect(slack.useHttp(nobody)).rejects.toThrow();
    expect(await workspace.user('ada').in(general).type('/go')).toMatchObject({
      type: 'failed',
      reason: expect.stringContaining('not connected'),
    });
  });
});

describe('over the socket', () => {
  const listen = (app: App) => {
    app.command('/go', async ({ ack }) => ack('went'));
  };
  /** Short enough to come back soon, long enough not to lose the connection on a busy machine. */
  const COMES_BACK_MS = 300;

  it.each([
    ['asked to reconnect', 'refresh_requested' as const],
    ['warned', 'warning' as const],
  ])('a bot that is %s comes back', async (_, reason) => {
    const { slack, seat } = await connect('socket', listen, COMES_BACK_MS);
    slack.misbehave.socket.disconnect(reason);
    expect(await seat.type('/go')).toMatchObject({ type: 'failed', reason: expect.stringContaining('not connected') });
    await slack.until(() => slack.connections === 1, 20_000);
    expect(slack.connects).toBe(2);
    expect(await seat.type('/go')).toMatchObject({ text: 'went' });
  });

  it('a bot whose connection is cut, and whose next ones are refused, comes back', async () => {
    const { slack, seat } = await connect('socket', listen, COMES_BACK_MS);
    slack.misbehave.socket.refuse(1, 'open');
    slack.misbehave.socket.refuse(1, 'handshake');
    slack.misbehave.socket.drop();
    await slack.until(() => slack.connections === 1, 20_000);
    expect(slack.requests.filter(one => one.method === 'apps.connections.open')).toHaveLength(4);
    expect(await seat.type('/go')).toMatchObject({ text: 'went' });
  });

  it('a command whose ack gets lost has failed for the person', async () => {
    const { slack, seat } = await connect('socket', listen);
    slack.limits.answerWithinMs = 100;
    slack.misbehave.socket.loseAcks(1);
    expect(await seat.type('/go')).toEqual({ type: 'failed', reason: 'operation_timeout' });
    expect(await seat.type('/go')).toMatchObject({ text: 'went' });
  });

  it('each payload goes to one of several connections, and an address works once', async () => {
    const { slack, workspace, seat } = await connect('socket', listen);
    await connectApp(slack, 'socket', { token: workspace.botToken }, listen);
    expect(slack.connections).toBe(2);
    const answers = [await seat.type('/go'), await seat.type('/go')];
    expect(answers).toMatchObject([{ text: 'went' }, { text: 'went' }]);
    expect(slack.ephemerals({ id: seat.id, teamId: seat.teamId })).toHaveLength(2);
    const client = clientOf(slack, slack.appToken);
    const { url = '' } = await client.apps.connections.open();
    const opens = () =>
      new Promise(resolve => {
        const socket = new WebSocket(url);
        socket.addEventListener('open', () => resolve(socket.close() ?? 'open'));
        socket.addEventListener('error', () => resolve('refused'));
      });
    expect(await opens()).toBe('open');
    expect(await opens()).toBe('refused');
    expect(await errorOf(clientOf(slack, workspace.botToken).apps.connections.open())).toBe('not_allowed_token_type');
    expect(await errorOf(clientOf(slack, 'xapp-wrong').apps.connections.open())).toBe('invalid_auth');
  });
});
