import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { text } from '../../src/message.ts';
import { json, post, startServer, stopServers } from './start-server.ts';

afterEach(stopServers);

describe('an interaction over HTTP', () => {
  it('answers a private reply as text, blocks and HTML, and keeps it out of the channel', async () => {
    const { url, playground } = await startServer();
    const { reply } = await json(post(`${url}/api/interactions`, { as: 'ada', channel: 'general', command: '/next' }));
    expect(reply).toMatchObject({ private: true, replace: false, accent: '#2f7bff' });
    expect(reply.text).toContain('YOUR NEXT TOPICS');
    expect(reply.blocks[0]).toEqual({ type: 'heading', text: 'Your next topics', level: 1 });
    expect(reply.html).toContain('<h3>Your next topics</h3>');
    expect(playground.handled[0]).toMatchObject({
      type: 'text',
      text: '/next',
      caller: { memberId: 'ada', channelId: 'general' },
    });
    expect(await json(fetch(`${url}/api/channels/general`))).toEqual([]);
  });

  it('puts a public reply into the channel, with who used which command, pictures as base64', async () => {
    const { url } = await startServer();
    const { reply } = await json(
      post(`${url}/api/interactions`, { as: 'ben', channel: 'roadmap', command: '/progress' }),
    );
    expect(reply.private).toBe(false);
    const messages = await json(fetch(`${url}/api/channels/roadmap`));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({ from: 'Ben', command: '/progress', at: '2026-11-20T19:30:00.000Z' });
    expect(messages[0].blocks.at(-1).png).toMatch(/^iVBORw0KGgo/);
  });

  it('keeps every reply in direct messages private', async () => {
    const { url } = await startServer();
    const { reply } = await json(post(`${url}/api/interactions`, { as: 'ben', command: '/progress' }));
    expect(reply.private).toBe(true);
  });

  it('answers a form', async () => {
    const { url } = await startServer();
    const { modal } = await json(post(`${url}/api/interactions`, { as: 'ada', action: 'next/reflect/stack-traces' }));
    expect(modal).toMatchObject({ title: 'Your reflection', submit: 'Save' });
  });

  it('replaces the stored direct message whose button was pressed', async () => {
    const { url, platform } = await startServer();
    const target = { communityId: 'demo', memberId: 'ada' };
    const sent = await platform.deliver(target, { blocks: [text('old')] }, 'key-1');
    const message = sent.type === 'sent' ? sent.messageId : '';
    const { reply } = await json(
      post(`${url}/api/interactions`, { as: 'ada', action: 'next/done/stack-traces', message }),
    );
    expect(reply.replace).toBe(true);
    const messages = await json(fetch(`${url}/api/members/ada/messages`));
    expect(messages).toHaveLength(1);
    expect(messages[0].text).toContain('Done!');
  });

  it("does not replace another member's direct message", async () => {
    const { url, platform } = await startServer();
    const sent = await platform.deliver({ communityId: 'demo', memberId: 'ada' }, { blocks: [text('old')] }, 'key-1');
    const message = sent.type === 'sent' ? sent.messageId : '';
    const { reply } = await json(
      post(`${url}/api/interactions`, { as: 'ben', action: 'next/done/stack-traces', message }),
    );
    expect(reply.replace).toBe(false);
    const messages = await json(fetch(`${url}/api/members/ada/messages`));
    expect(messages[0].text).toBe('old');
  });

  it.each([
    ['no JSON', '{', 400, 'bad_json'],
    ['the wrong shape', '{}', 400, 'bad_shape'],
    ['over 20,000 characters', { as: 'ada', command: 'x'.repeat(20_001) }, 400, 'too_long'],
    ['over 64 KiB', { as: 'ada', command: 'x'.repeat(70_000) }, 413, 'too_large'],
    ['an unknown member', { as: 'zoe', command: '/help' }, 404, 'not_found'],
    ['an unknown channel', { as: 'ada', channel: 'void', command: '/help' }, 404, 'not_found'],
  ])('answers %s with a clear error', async (_what, body, status, code) => {
    const { url, playground } = await startServer();
    const response = await post(`${url}/api/interactions`, body);
    expect(response.status).toBe(status);
    expect((await json(response)).error).toEqual({ code, message: expect.stringMatching(/\w+ \w+/) });
    expect(playground.handled).toEqual([]);
  });

  it('answers what nobody expected with an incident id, and nothing about the cause', async () => {
    const { url, errors } = await startServer();
    const response = await post(`${url}/api/interactions`, { as: 'ada', command: '/boom' });
    expect(response.status).toBe(500);
    expect(await json(response)).toEqual({
      error: { code: 'internal', message: expect.stringContaining('incident-1') },
    });
    expect(String(errors[0])).toContain('on fire');
  });
});

describe('the rest of the API', () => {
  it('lists members and channels', async () => {
    const { url } = await startServer();
    expect((await json(fetch(`${url}/api/members`)))[0]).toMatchObject({ id: 'ada', organiser: true });
    expect((await json(fetch(`${url}/api/channels`)))[0].name).toBe('general');
  });

  it('completes what is in the composer', async () => {
    const { url } = await startServer();
    const completions = await json(post(`${url}/api/complete`, { as: 'ada', channel: 'general', text: '/tr' }));
    expect(completions).toEqual([
      { label: '/track select', insert: '/track select ', description: 'Follow another track' },
    ]);
  });

  it('moves the clock and tells what went out on the way', async () => {
    const { url } = await startServer();
    expect(await json(fetch(`${url}/api/clock`))).toEqual({
      now: '2026-11-20T19:30:00.000Z',
      next: { at: '2026-11-23T09:00:00.000Z', what: 'weekly digest' },
    });
    const moved = await json(post(`${url}/api/clock`, { advance: 'P7D' }));
    expect(moved.now).toBe('2026-11-27T19:30:00.000Z');
    expect(moved.deliveries).toHaveLength(4);
    expect(moved.deliveries[0]).toEqual({
      at: '2026-11-23T09:00:00.000Z',
      kind: 'digest',
      to: 'Ada',
      text: 'Two topics this week.',
    });
    expect(await json(fetch(`${url}/api/members/ada/activity`))).toEqual({
      channels: { general: 0, roadmap: 1 },
      direct: 1,
    });
  });

  it('refuses to move the clock back, and says why', async () => {
    const { url } = await startServer();
    const response = await post(`${url}/api/clock`, { to: '2026-11-01T00:00:00Z' });
    expect(response.status).toBe(400);
    expect((await json(response)).error.message).toContain('only moves forward');
  });

  it('delivers nothing twice when two moves arrive at once', async () => {
    const { url } = await startServer();
    const moves = await Promise.all([1, 2].map(() => json(post(`${url}/api/clock`, { to: '2026-11-23T09:00:00Z' }))));
    expect(moves.map(({ deliveries }) => deliveries.length).sort()).toEqual([0, 4]);
  });

  it('starts over', async () => {
    const { url } = await startServer();
    await post(`${url}/api/clock`, { advance: 'P7D' });
    expect((await post(`${url}/api/reset`, {})).status).toBe(200);
    expect((await json(fetch(`${url}/api/clock`))).now).toBe('2026-11-20T19:30:00.000Z');
  });

  it('tells every open page that something changed', async () => {
    const { url, platform } = await startServer();
    const { body, headers } = await fetch(`${url}/api/events`);
    expect(headers.get('content-type')).toContain('text/event-stream');
    const lines = body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    expect((await lines?.next())?.value).toContain('event: hello');
    await platform.deliver({ communityId: 'demo', channelId: 'general' }, { blocks: [text('hi')] }, 'key-1');
    expect((await lines?.next())?.value).toContain('event: change');
    await platform.stop();
    expect((await lines?.next())?.done).toBe(true);
  });

  it('answers unknown addresses clearly', async () => {
    const { url } = await startServer();
    const missing = await fetch(`${url}/api/nothing`);
    expect([missing.status, (await json(missing)).error.code]).toEqual([404, 'not_found']);
    const page = await fetch(`${url}/nothing`);
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining('The playground is at /')]);
    expect((await fetch(`${url}/api/channels/void`)).status).toBe(404);
    expect((await fetch(`${url}/api/members/zoe/messages`)).status).toBe(404);
  });

  it('says that it is well', async () => {
    const { url } = await startServer();
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok');
  });
});

describe('the web as a platform', () => {
  it('delivers each key once and finds it again', async () => {
    const { url, platform } = await startServer();
    const target = { communityId: 'demo', channelId: 'general' };
    expect(await platform.find(target, 'key-1', new Date(0))).toEqual({ type: 'absent' });
    const first = await platform.deliver(target, { blocks: [text('hi')] }, 'key-1');
    expect(await platform.deliver(target, { blocks: [text('hi')] }, 'key-1')).toEqual(first);
    expect(await platform.find(target, 'key-1', new Date(0))).toEqual({ ...first, type: 'found' });
    expect(await json(fetch(`${url}/api/channels/general`))).toHaveLength(1);
  });

  it('says under a post that a thread is opened, for it has none itself', async () => {
    const { url, platform } = await startServer();
    const target = { communityId: 'demo', channelId: 'general', thread: 'Week 1: *Engineering*' };
    await platform.deliver(target, { blocks: [text('hi')] }, 'key-1');
    const [post] = (await json(fetch(`${url}/api/channels/general`))) as { text: string }[];
    expect(post?.text).toBe('hi\n\n💬 A thread “Week 1: *Engineering*” is opened under this post.');
  });

  it('says that a channel is gone, and asks for another attempt when the store fails', async () => {
    const { platform, playground } = await startServer();
    const message = { blocks: [text('hi')] };
    expect(await platform.deliver({ communityId: 'demo', channelId: 'void' }, message, 'k')).toMatchObject({
      type: 'gone',
    });
    playground.store.append = () => Promise.reject(new Error('disk full'));
    expect(await platform.deliver({ communityId: 'demo', channelId: 'general' }, message, 'k')).toEqual({
      type: 'retry',
      reason: 'disk full',
    });
  });

  it('says which port is taken and what to set', async () => {
    const { url } = await startServer();
    const port = Number(new URL(url).port);
    const error = await startServer(port).catch(cause => cause);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(new RegExp(`Port ${port} .*PORT`));
  });

  it('can be stopped twice, or before it started', async () => {
    const { platform } = await startServer();
    await platform.stop();
    await platform.stop();
    await expect(fetch(platform.address())).rejects.toThrow();
  });
});
