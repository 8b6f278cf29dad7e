import { afterEach, describe, expect, it } from 'vitest';
import { clientOf, closeAll, errorOf, refusalOf, startForTest } from '../support/slack/real-app.ts';
import type { LocalSlackOptions } from '../support/slack/slack-server.ts';

afterEach(closeAll);

const setUp = async (options: LocalSlackOptions = {}, scopes?: string[]) => {
  const slack = await startForTest(options);
  const workspace = slack.addWorkspace({ name: 'Readers', ...(scopes && { scopes }) });
  const general = workspace.addChannel({ name: 'general' });
  const ada = workspace.user('ada', { tz: 'Asia/Kolkata', locale: 'de-DE', admin: true });
  const client = clientOf(slack, workspace.botToken);
  return { slack, workspace, general, ada, client };
};
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');

describe('tokens and scopes', () => {
  it('tells who a token is, and refuses one that is missing, wrong, revoked or of a removed app', async () => {
    const { slack, workspace, client } = await setUp();
    expect(await client.auth.test()).toMatchObject({
      team_id: workspace.teamId,
      user_id: workspace.botUserId,
      bot_id: workspace.botId,
      response_metadata: { scopes: expect.arrayContaining(['chat:write']) },
    });
    expect(await errorOf(clientOf(slack, '').auth.test())).toBe('not_authed');
    expect(await errorOf(clientOf(slack, 'xoxb-wrong').auth.test())).toBe('invalid_auth');
    await workspace.revokeTokens();
    expect(await errorOf(client.auth.test())).toBe('token_revoked');
    const second = clientOf(slack, workspace.reinstall());
    expect(await errorOf(second.auth.test())).toBeUndefined();
    await workspace.uninstall();
    expect(await errorOf(second.auth.test())).toBe('account_inactive');
    await expect(workspace.user('ada').inDirectMessages().type('/x')).rejects.toThrow('not installed');
    const third = clientOf(slack, workspace.reinstall());
    await third.auth.revoke();
    expect(await errorOf(third.auth.test())).toBe('token_revoked');
    expect(await errorOf(third.apiCall('no.such'))).toBe('unknown_method');
    const fourth = clientOf(slack, workspace.reinstall());
    expect((await fourth.bots.info({ bot: workspace.botId })).bot).toMatchObject({ app_id: slack.appId });
    const { clientId: client_id, clientSecret: client_secret } = slack;
    expect(await errorOf(fourth.apps.uninstall({ client_id, client_secret: 'wrong' }))).toBe('bad_client_secret');
    await fourth.apps.uninstall({ client_id, client_secret });
    expect(await errorOf(fourth.auth.test())).toBe('account_inactive');
  });

  it('names the scope that is missing', async () => {
    const { workspace, general, ada, client } = await setUp({}, ['commands', 'chat:write']);
    const { data } = await refusalOf(client.users.info({ user: ada.id }));
    expect(data).toMatchObject({ error: 'missing_scope', needed: 'users:read', provided: 'commands,chat:write' });
    const missing = async (call: Promise<unknown>) => (await refusalOf(call)).data?.needed;
    expect(await missing(client.conversations.open({ users: ada.id }))).toBe('im:write');
    expect(await missing(client.conversations.info({ channel: general.id }))).toBe('channels:read');
    expect(await missing(client.conversations.history({ channel: general.id }))).toBe('channels:history');
    expect(await missing(client.users.conversations({ types: 'private_channel' }))).toBe('groups:read');
    expect(await missing(client.team.info())).toBe('team:read');
    workspace.setScopes(['commands', 'users:read']);
    expect(await missing(client.users.info({ user: ada.id }))).toBeUndefined();
    expect(await missing(client.chat.postMessage({ channel: general.id, text: 'x' }))).toBe('chat:write');
  });
});

describe('messages', () => {
  it('go to channels the bot is in, to people, and nowhere else', async () => {
    const { slack, workspace, general, ada, client } = await setUp();
    const say = (channel: string) => errorOf(client.chat.postMessage({ channel, text: 'x' }));
    const hidden = workspace.addChannel({ name: 'hidden', private: true, botIsMember: false });
    const other = workspace.addChannel({ name: 'other', botIsMember: false });
    const old = workspace.addChannel({ name: 'old', archived: true });
    expect(await say(general.id)).toBeUndefined();
    expect(await say('C0NOWHERE')).toBe('channel_not_found');
    expect(await say(hidden.id)).toBe('channel_not_found');
    expect(await say(other.id)).toBe('not_in_channel');
    expect(await say(old.id)).toBe('is_archived');
    expect(await say(workspace.botUserId)).toBe('cannot_dm_bot');
    expect(await say('U0NOBODY')).toBe('user_not_found');
    workspace.setScopes(['chat:write', 'chat:write.public', 'channels:join']);
    expect(await say(other.id)).toBeUndefined();
    await client.conversations.join({ channel: other.id });
    expect(await say(ada.id)).toBeUndefined();
    expect(slack.directMessages(ada)).toMatchObject([{ text: 'x' }]);
    slack.app.messagesTabEnabled = false;
    expect(await say(ada.id)).toBe('messages_tab_disabled');
    slack.app.messagesTabEnabled = true;
    ada.deactivate();
    expect(await say(ada.id)).toBe('user_disabled');
    general.removeBot();
    expect(await errorOf(client.chat.postEphemeral({ channel: general.id, user: ada.id, text: 'x' }))).toBe(
      'not_in_channel',
    );
    general.delete();
    expect(await say(general.id)).toBe('channel_not_found');
  });

  it('change and go; only those of the bot', async () => {
    const { slack, general, client } = await setUp();
    const channel = general.id;
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'one' });
    await client.chat.update({ channel, ts, text: 'two' });
    expect(slack.messages(general)).toMatchObject([{ text: 'two', edits: 1 }]);
    const blocks = [{ type: 'divider' as const }];
    await client.chat.update({ channel, ts, text: 'three', blocks });
    await client.chat.update({ channel, ts, text: 'four' });
    expect(slack.messages(general)).toMatchObject([{ text: 'four', blocks }]);
    await client.chat.update({ channel, ts, text: 'five', blocks: [] });
    expect(slack.messages(general)).toMatchObject([{ text: 'five', blocks: [] }]);
    expect(await errorOf(client.chat.update({ channel, ts: '1.000000', text: 'x' }))).toBe('message_not_found');
    await client.chat.delete({ channel, ts });
    expect(slack.messages(general)).toMatchObject([{ deleted: true }]);
    expect(await errorOf(client.chat.update({ channel, ts, text: 'x' }))).toBe('message_not_found');
    expect((await client.conversations.history({ channel })).messages).toEqual([]);
  });

  it('are read back newest first, by page and by time, with the metadata only where asked', async () => {
    let now = Date.parse('2026-11-20T10:00:00Z');
    const { general, client } = await setUp({ now: () => new Date(now) });
    const channel = general.id;
    const metadata = (key: string) => ({ event_type: 'digest', event_payload: { key } });
    const sent: string[] = [];
    for (const key of ['a', 'b', 'c']) {
      sent.push((await client.chat.postMessage({ channel, text: key, metadata: metadata(key) })).ts ?? '');
      now += 60_000;
    }
    const page = await client.conversations.history({ channel, limit: 2 });
    expect(page.messages?.map(one => one.text)).toEqual(['c', 'b']);
    expect(page.messages?.[0]?.metadata).toEqual({ event_type: 'digest' });
    const next = await client.conversations.history({
      channel,
      limit: 2,
      cursor: page.response_metadata?.next_cursor ?? '',
    });
    expect(next.messages?.map(one => one.text)).toEqual(['a']);
    expect(next.has_more).toBe(false);
    const since = { channel, oldest: sent[1] ?? '', include_all_metadata: true };
    expect((await client.conversations.history(since)).messages?.map(one => one.text)).toEqual(['c']);
    const [, second] = (await client.conversations.history({ ...since, inclusive: true })).messages ?? [];
    expect(second).toMatchObject({
      text: 'b',
      metadata: metadata('b'),
      bot_id: expect.any(String),
      app_id: expect.any(String),
    });
  });

  it('answer in threads, which the channel itself does not list', async () => {
    const { slack, general, client } = await setUp();
    const channel = general.id;
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'top' });
    await client.chat.postMessage({ channel, text: 'reply', thread_ts: ts });
    expect((await client.conversations.history({ channel })).messages).toMatchObject([{ text: 'top', reply_count: 1 }]);
    expect((await client.conversations.replies({ channel, ts })).messages).toMatchObject([
      { text: 'top' },
      { text: 'reply' },
    ]);
    expect(slack.messages(general).at(-1)).toMatchObject({ thread_ts: ts });
  });

  it('tell whom they notify', async () => {
    const { slack, general, client } = await setUp();
    const pings = async (text: string, over: object = {}) => {
      await client.chat.postMessage({ channel: general.id, text, ...over });
      return slack.messages(general).at(-1)?.pings;
    };
    expect(await pings('hello @channel &lt;!channel&gt;')).toEqual({ broadcast: false, users: [] });
    expect(await pings('<!channel> <@U123|ada>')).toEqual({ broadcast: true, users: ['U123'] });
    expect(await pings('@here', { link_names: true })).toMatchObject({ broadcast: true });
    const section = { type: 'section', text: { type: 'mrkdwn', text: '<!here>' } };
    expect(await pings('x', { blocks: [section] })).toMatchObject({ broadcast: true });
    const words = { type: 'section', text: { type: 'plain_text', text: '<!here>' } };
    expect(await pings('x', { blocks: [words] })).toMatchObject({ broadcast: false });
  });
});

describe('people, channels and views', () => {
  it('gives the zone and, where asked, the locale of a person', async () => {
    const { ada, client } = await setUp();
    expect((await client.users.info({ user: ada.id })).user).toMatchObject({
      tz: 'Asia/Kolkata',
      tz_offset: 19_800,
      is_admin: true,
    });
    expect((await client.users.info({ user: ada.id })).user).not.toHaveProperty('locale');
    expect((await client.users.info({ user: ada.id, include_locale: true })).user).toMatchObject({ locale: 'de-DE' });
    ada.change({ tz: 'America/New_York' });
    expect((await client.users.info({ user: ada.id })).user).toMatchObject({ tz: 'America/New_York' });
    expect(await errorOf(client.users.info({ user: 'U0' }))).toBe('user_not_found');
  });

  it('lists the channels that the bot may see', async () => {
    const { workspace, ada, client } = await setUp();
    workspace.addChannel({ name: 'secret', private: true, botIsMember: false });
    const staff = workspace.addChannel({ name: 'staff', private: true });
    workspace.addChannel({ name: 'random', botIsMember: false });
    const types = 'public_channel,private_channel';
    const names = (list: { name?: string }[] | undefined) => list?.map(one => one.name);
    expect(names((await client.conversations.list({ types })).channels)).toEqual(['general', 'staff', 'random']);
    expect(names((await client.users.conversations({ types })).channels)).toEqual(['general', 'staff']);
    expect((await client.conversations.info({ channel: staff.id })).channel).toMatchObject({
      is_private: true,
      is_member: true,
    });
    expect((await client.conversations.members({ channel: staff.id })).members).toContain(ada.id);
    const opened = await client.conversations.open({ users: ada.id });
    expect((await client.conversations.open({ users: ada.id })).channel?.id).toBe(opened.channel?.id);
  });

  it('refuses a Home tab that changed meanwhile, or where there is none', async () => {
    const { slack, ada, client } = await setUp();
    const view = { type: 'home' as const, blocks: [] };
    const first = await client.views.publish({ user_id: ada.id, view });
    const hash = first.view?.hash ?? '';
    await client.views.publish({ user_id: ada.id, view, hash });
    expect(await errorOf(client.views.publish({ user_id: ada.id, view, hash }))).toBe('hash_conflict');
    slack.app.homeTabEnabled = false;
    expect(await errorOf(client.views.publish({ user_id: ada.id, view }))).toBe('not_enabled');
    expect(await errorOf(client.views.update({ view_id: 'V0', view }))).toBe('not_found');
    expect(
      await errorOf(
        client.views.open({
          trigger_id: '1.2.3',
          view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] },
        }),
      ),
    ).toBe('invalid_trigger_id');
  });

  it('takes a picture in three steps, and shows it only when it is one', async () => {
    const { slack, general, client } = await setUp();
    await client.filesUploadV2({ file: PNG, filename: 'board.png', alt_text: 'A board' });
    const id = slack.requests.find(one => one.method === 'files.completeUploadExternal')?.args.files as {
      id: string;
    }[];
    const file = slack.file(id[0]?.id ?? '');
    expect(file).toMatchObject({ name: 'board.png', completed: true, altText: 'A board' });
    expect(file?.data).toEqual(PNG);
    const show = (fileId: string) =>
      errorOf(
        client.chat.postMessage({
          channel: general.id,
          text: 'x',
          blocks: [{ type: 'image', alt_text: 'x', slack_file: { id: fileId } }],
        }),
      );
    expect(await show(file?.id ?? '')).toBeUndefined();
    await client.filesUploadV2({
      file: Buffer.from('text'),
      filename: 'a.txt',
      channel_id: general.id,
      initial_comment: 'See',
    });
    expect(slack.messages(general).at(-1)).toMatchObject({ text: 'See', files: [expect.any(String)] });
    expect(await show(slack.messages(general).at(-1)?.files[0] ?? '')).toBe('invalid_blocks');
  });
});

describe('two workspaces', () => {
  it('with the same ids of people and channels share nothing', async () => {
    const slack = await startForTest();
    const [one, two] = [slack.addWorkspace({ name: 'One' }), slack.addWorkspace({ name: 'Two' })];
    const channels = [one, two].map(workspace => workspace.addChannel({ name: 'general', id: 'C01' }));
    const people = [one, two].map(workspace => workspace.user('ada', { id: 'U01' }));
    await clientOf(slack, one.botToken).chat.postMessage({ channel: 'C01', text: 'for one' });
    await clientOf(slack, two.botToken).chat.postMessage({ channel: 'U01', text: 'for two' });
    expect(channels.map(channel => slack.messages(channel).map(message => message.text))).toEqual([['for one'], []]);
    expect(people.map(person => slack.directMessages(person).map(message => message.text))).toEqual([[], ['for two']]);
    const client = clientOf(slack, one.botToken);
    expect(await errorOf(client.users.info({ user: two.botUserId }))).toBe('user_not_found');
    await client.filesUploadV2({ file: PNG, filename: 'a.png' });
    const uploaded = slack.requests.findLast(one => one.method === 'files.completeUploadExternal')?.args.files as {
      id: string;
    }[];
    const blocks = [{ type: 'image' as const, alt_text: 'x', slack_file: { id: uploaded[0]?.id ?? '' } }];
    const show = (token: string) =>
      errorOf(clientOf(slack, token).chat.postMessage({ channel: 'C01', text: 'x', blocks }));
    expect([await show(one.botToken), await show(two.botToken)]).toEqual([undefined, 'invalid_blocks']);
  });
});
