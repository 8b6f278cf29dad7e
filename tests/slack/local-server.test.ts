import type { App } from '@slack/bolt';
import { afterEach, describe, expect, it } from 'vitest';
import { clientOf, closeAll, connectApp, errorOf, type How, startForTest } from '../support/slack/real-app.ts';
import type { LocalSlackOptions } from '../support/slack/slack-server.ts';

afterEach(closeAll);

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });
const button = (label: string, action_id: string) => ({ type: 'button' as const, text: plain(label), action_id });
const row = (...elements: ReturnType<typeof button>[]) => ({ type: 'actions' as const, elements });
const option = (label: string, value = label) => ({ text: plain(label), value });
const home = (...blocks: object[]) => ({ type: 'home' as const, blocks: blocks as [] });

const setUp = async (how: How, listen: (app: App) => void, options: LocalSlackOptions = {}) => {
  const slack = await startForTest(options);
  const workspace = slack.addWorkspace({ name: 'Readers' });
  const general = workspace.addChannel({ name: 'general' });
  await connectApp(slack, how, { token: workspace.botToken }, listen);
  const ada = workspace.user('ada');
  return { slack, workspace, general, ada, seat: ada.in(general) };
};

describe.each<How>(['socket', 'http'])('the local Slack, reached by %s', how => {
  it('lets the real Bolt answer a command by its ack, a button by a form, and the form', async () => {
    const { slack, seat, ada, general } = await setUp(how, app => {
      app.command('/track', async ({ ack, command }) => {
        expect(command).toMatchObject({ text: 'select "my track"', channel_name: 'general', user_name: 'ada' });
        await ack({ text: 'Picked', blocks: [section('*Picked*'), row(button('Note', 'note/1'))] });
      });
      app.action('note/1', async ({ ack, body, client }) => {
        await ack();
        expect(body).toMatchObject({ type: 'block_actions', container: { is_ephemeral: true } });
        expect(body).not.toHaveProperty('message');
        const element = { type: 'plain_text_input' as const, action_id: 'words', initial_value: 'before' };
        const blocks = [{ type: 'input' as const, block_id: 'b', label: plain('Your words'), element }];
        const view = {
          type: 'modal' as const,
          callback_id: 'note',
          title: plain('A note'),
          submit: plain('Send'),
          blocks,
        };
        await client.views.open({ trigger_id: 'trigger_id' in body ? body.trigger_id : '', view });
      });
      app.view('note', async ({ ack, view, client, body }) => {
        const words = view.state.values.b?.words?.value;
        if (words === 'no') return ack({ response_action: 'errors', errors: { b: 'Say more' } });
        await ack();
        await client.chat.postEphemeral({ channel: general.id, user: body.user.id, text: `Noted: ${words}` });
      });
    });
    expect(await seat.type('/track select "my track"')).toMatchObject({
      type: 'message',
      ephemeral: true,
      text: '*Picked*\n[Note]',
      buttons: ['Note'],
    });
    expect(await seat.press('Note')).toMatchObject({ type: 'modal', text: 'A note\nYour words\nbefore' });
    await expect(seat.submit({ 'Your words': '' })).rejects.toThrow('required');
    expect(await seat.submit({ 'Your words': 'no' })).toMatchObject({ type: 'modal', errors: { b: 'Say more' } });
    expect(slack.modalOf(ada)).toBeDefined();
    expect(await seat.submit({ b: 'hello' })).toMatchObject({ type: 'message', ephemeral: true, text: 'Noted: hello' });
    expect(slack.modalOf(ada)).toBeUndefined();
    expect(slack.messages(general)).toEqual([]);
    expect(slack.ephemerals(ada)).toHaveLength(2);
  });

  it('replaces, deletes and adds messages by response_url, and shows channel posts', async () => {
    const { slack, seat, general } = await setUp(how, app => {
      app.command('/board', async ({ ack, respond }) => {
        await ack();
        await respond({
          response_type: 'in_channel',
          text: 'Board',
          blocks: [row(button('More', 'more'), button('Gone', 'gone'))],
        });
      });
      app.action('more', async ({ ack, respond, body }) => {
        await ack();
        expect(body).toMatchObject({ message: { bot_id: expect.any(String) } });
        await respond({ replace_original: true, text: 'More', blocks: [section('More'), row(button('Gone', 'gone'))] });
      });
      app.action('gone', async ({ ack, respond }) => {
        await ack();
        await respond({ delete_original: true });
      });
    });
    expect(await seat.type('/board')).toMatchObject({ type: 'message', ephemeral: false, buttons: ['More', 'Gone'] });
    expect(await seat.press('more')).toMatchObject({ type: 'message', replaced: true, text: 'More\n[Gone]' });
    expect(slack.messages(general)).toMatchObject([{ edits: 1, deleted: false }]);
    const [message] = slack.messages(general);
    if (!message) throw new Error('no message');
    expect(await seat.press('Gone', message)).toEqual({ type: 'nothing' });
    expect(slack.messages(general)).toMatchObject([{ deleted: true }]);
    await expect(seat.press('Gone', message)).rejects.toThrow('was deleted');
    expect(slack.warnings).toEqual([]);
  });

  it('loads suggestions into a select, and takes one of them only', async () => {
    const { seat } = await setUp(how, app => {
      app.command('/find', async ({ ack }) => {
        const element = { type: 'external_select' as const, action_id: 'topic', min_query_length: 1 };
        await ack({ text: 'Which?', blocks: [{ type: 'actions', elements: [element] }] });
      });
      app.options('topic', async ({ ack, options }) => {
        const count = options.value === 'many' ? 101 : 2;
        await ack({ options: Array.from({ length: count }, (_, at) => option(`${options.value} ${at}`, `t${at}`)) });
      });
      app.action('topic', async ({ ack, respond, action }) => {
        await ack();
        const chosen = 'selected_option' in action ? action.selected_option?.value : '';
        await respond({ replace_original: true, text: `Topic ${chosen}` });
      });
    });
    await seat.type('/find');
    expect(await seat.typeahead('topic', 'align')).toEqual([
      { label: 'align 0', value: 't0' },
      { label: 'align 1', value: 't1' },
    ]);
    await expect(seat.typeahead('topic', 'many')).rejects.toThrow('no more than 100 items');
    await expect(seat.typeahead('topic', '')).rejects.toThrow('at least 1');
    await expect(seat.choose('t7')).rejects.toThrow('not offered');
    expect(await seat.choose('t1')).toMatchObject({ replaced: true, text: 'Topic t1' });
  });

  it('shows the Home tab as it is published, and only to who looks at it', async () => {
    const { slack, seat, ada } = await setUp(how, app => {
      app.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({
          user_id: event.user,
          view: home(section('Your plan'), row(button('Done', 'done'))),
        });
      });
      app.action('done', async ({ ack, body, client }) => {
        await ack();
        expect(body).toMatchObject({ container: { type: 'view' }, view: { type: 'home' } });
        await client.views.publish({ user_id: body.user.id, view: home(section('All done')) });
      });
      app.command('/plan', async ({ ack, body, client, respond }) => {
        await ack();
        await client.views.publish({ user_id: body.user_id, view: home(section('From a command')) });
        await respond('Your Home tab is new');
      });
    });
    expect(await seat.openHome()).toMatchObject({ type: 'home', text: 'Your plan\n[Done]', buttons: ['Done'] });
    expect(await seat.press('Done')).toMatchObject({ type: 'home', text: 'All done' });
    expect(await seat.type('/plan')).toMatchObject({ type: 'message', text: 'Your Home tab is new' });
    expect(slack.homeOf(ada)).toMatchObject({ updates: 2 });
  });

  it('lets a form be updated, covered by another and closed with all below it', async () => {
    const form = (title: string, callback_id: string) => ({
      type: 'modal' as const,
      title: plain(title),
      callback_id,
      submit: plain('Go'),
      blocks: [section(title)],
    });
    const { slack, seat, ada } = await setUp(how, app => {
      app.command('/form', async ({ ack, body, client }) => {
        await client.views.open({ trigger_id: body.trigger_id, view: form('One', 'one') });
        await ack();
      });
      app.view('one', ({ ack }) => ack({ response_action: 'update', view: form('Two', 'two') }));
      app.view('two', ({ ack }) => ack({ response_action: 'push', view: form('Three', 'three') }));
      app.view('three', ({ ack }) => ack({ response_action: 'clear' }));
    });
    expect(await seat.type('/form')).toMatchObject({ type: 'modal', text: 'One\nOne' });
    expect(await seat.submit()).toMatchObject({ text: 'Two\nTwo' });
    expect(await seat.submit()).toMatchObject({ text: 'Three\nThree' });
    expect(slack.modalOf(ada)).toMatchObject({ callback_id: 'three' });
    expect(await seat.submit()).toEqual({ type: 'nothing' });
    expect(slack.modalOf(ada)).toBeUndefined();
  });

  it('lets a form keep what its bot may not do: errors for fields that are not there, a fourth form, one name twice', async () => {
    const form = (over: object = {}) => ({
      type: 'modal' as const,
      title: plain('T'),
      submit: plain('Go'),
      blocks: [section('x')],
      ...over,
    });
    const refused: unknown[] = [];
    const { slack, seat } = await setUp(how, app => {
      app.command('/form', async ({ ack, body, client }) => {
        await ack();
        await client.views.open({
          trigger_id: body.trigger_id,
          view: form({ callback_id: body.text, external_id: 'mine' }),
        });
      });
      app.view('wrong', ({ ack }) => ack({ response_action: 'errors', errors: { nowhere: 'No' } }));
      app.view('more', async ({ ack, body, client }) => {
        const push = client.views.push({
          trigger_id: 'trigger_id' in body ? String(body.trigger_id) : '',
          view: form({ callback_id: 'more', external_id: 'mine' }),
        });
        refused.push(await errorOf(push));
        await ack({ response_action: 'push', view: form({ callback_id: 'more' }) });
      });
    });
    await seat.type('/form wrong');
    expect(await seat.submit()).toMatchObject({
      type: 'failed',
      reason: expect.stringContaining('no input block nowhere'),
    });
    for (const view of slack.views) view.closed = true;
    await seat.type('/form more');
    await seat.submit();
    await seat.submit();
    expect(await seat.submit()).toMatchObject({
      type: 'failed',
      reason: expect.stringContaining('push_limit_reached'),
    });
    expect(refused).toEqual(Array(3).fill('duplicate_external_id'));
  });

  it('takes the first thing that is seen as the answer, however long a call before it takes', async () => {
    const { slack, seat, general } = await setUp(
      how,
      app => {
        app.command('/slow', async ({ ack, respond, client }) => {
          await ack();
          await client.auth.test();
          await respond('First');
        });
        app.command('/early', async ({ ack, client, respond }) => {
          await client.chat.postMessage({ channel: general.id, text: 'Before the ack' });
          await respond('Also before');
          await ack();
        });
      },
      { quietMs: 30 },
    );
    slack.misbehave.api({ method: 'auth.test' }, { delayMs: 100 });
    expect(await seat.type('/slow')).toMatchObject({ text: 'First', ephemeral: true });
    expect(await seat.type('/early')).toMatchObject({ text: 'Before the ack', ephemeral: false });
  });

  it('lets people open the menu of an overflow, and tells two type-aheads of the same action id apart', async () => {
    const { seat } = await setUp(how, app => {
      app.command('/menu', async ({ ack }) => {
        const overflow = {
          type: 'overflow' as const,
          action_id: 'menu',
          options: [option('Done', 'd'), option('Later', 'l')],
        };
        await ack({ text: 'x', blocks: [{ ...section('Topic'), accessory: overflow }] });
      });
      app.action('menu', async ({ ack, action, body, client }) => {
        await ack();
        const chosen = action.type === 'overflow' ? action.selected_option.value : '';
        const field = (block_id: string) => ({
          type: 'input' as const,
          block_id,
          label: plain(`Which ${block_id}`),
          element: { type: 'external_select' as const, action_id: 'value', min_query_length: 0 },
        });
        const view = {
          type: 'modal' as const,
          callback_id: 'f',
          title: plain(chosen),
          submit: plain('Go'),
          blocks: [field('a'), field('b')],
        };
        await client.views.open({ trigger_id: 'trigger_id' in body ? body.trigger_id : '', view });
      });
      app.options('value', ({ ack, payload }) =>
        ack({ options: [option(`of ${'block_id' in payload ? payload.block_id : ''}`)] }),
      );
      app.view('f', async ({ ack, view, respond: _, client, body }) => {
        await ack();
        const chosen = ['a', 'b'].map(id => view.state.values[id]?.value?.selected_option?.value).join(' and ');
        await client.chat.postMessage({ channel: body.user.id, text: chosen });
      });
    });
    expect(await seat.type('/menu')).toMatchObject({ buttons: ['Done', 'Later'] });
    expect(await seat.press('Later')).toMatchObject({ type: 'modal', text: expect.stringMatching(/^l\n/) });
    await seat.typeahead('a', '');
    await expect(seat.submit({ a: 'of a', b: 'of a' })).rejects.toThrow('not offered');
    await seat.typeahead('Which b', '');
    expect(await seat.submit({ a: 'of a', b: 'of b' })).toMatchObject({ text: 'of a and of b', ephemeral: false });
  });

  it('does not let a bot open a form by the trigger of another workspace', async () => {
    let trigger = '';
    const { slack, seat } = await setUp(how, app => {
      app.command('/go', async ({ ack, body }) => {
        trigger = body.trigger_id;
        await ack('ok');
      });
    });
    await seat.type('/go');
    const client = clientOf(slack, slack.addWorkspace().botToken);
    const view = { type: 'modal' as const, title: plain('T'), blocks: [] };
    expect(await errorOf(client.views.open({ trigger_id: trigger, view }))).toBe('invalid_trigger_id');
    expect(slack.views).toEqual([]);
  });

  it('says how a command failed: no ack, an ack that Slack refuses', async () => {
    const { slack, seat } = await setUp(how, app => {
      app.command('/silent', async () => {});
      app.command('/wrong', ({ ack }) => ack({ blocks: [section('x'.repeat(3001))] }));
    });
    slack.limits.answerWithinMs = 100;
    expect(await seat.type('/silent')).toEqual({ type: 'failed', reason: 'operation_timeout' });
    expect(await seat.type('/wrong')).toMatchObject({
      type: 'failed',
      reason: expect.stringContaining('must be less than 3001 characters [json-pointer:/blocks/0/text/text]'),
    });
    await expect(seat.type('/help')).rejects.toThrow("Slack's own");
    await expect(seat.type('hello')).rejects.toThrow('no command');
  });

  it('gives a trigger three seconds and one use, and a response_url five uses and thirty minutes', async () => {
    const seen: unknown[] = [];
    let now = Date.parse('2026-11-20T10:00:00Z');
    let trigger = '';
    let url = '';
    const { slack, seat, workspace } = await setUp(
      how,
      app => {
        app.command('/go', async ({ ack, body }) => {
          trigger = body.trigger_id;
          url = body.response_url;
          await ack('ok');
        });
      },
      { now: () => new Date(now) },
    );
    const view = JSON.stringify({ type: 'modal', title: plain('T'), blocks: [section('x')] });
    const openForm = async (view_: string) => {
      const headers = { authorization: `Bearer ${workspace.botToken}` };
      const body = new URLSearchParams({ trigger_id: trigger, view: view_ });
      const answer = await fetch(`${slack.apiUrl}views.open`, { method: 'POST', headers, body });
      return ((await answer.json()) as { error?: string }).error;
    };
    await seat.type('/go');
    expect(await openForm('{}')).toBe('invalid_arguments');
    expect(await openForm(view)).toBeUndefined();
    expect(await openForm(view)).toBe('exchanged_trigger_id');
    slack.limits.triggerLifeMs = -1;
    await seat.type('/go');
    expect(await openForm(view)).toBe('expired_trigger_id');
    const respond = async () => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"text":"x"}',
      });
      seen.push([answer.status, ((await answer.json()) as { error?: string }).error]);
    };
    for (let at = 0; at < 6; at += 1) await respond();
    expect(seen.splice(0)).toEqual([...Array(5).fill([200, undefined]), [404, 'used_url']]);
    await seat.type('/go');
    now += 31 * 60_000;
    await respond();
    expect(seen).toEqual([[404, 'expired_url']]);
  });

  it('measures a command from sent to acknowledged and to answered', async () => {
    const { slack, seat } = await setUp(
      how,
      app => {
        app.command('/go', async ({ ack, respond }) => {
          await ack();
          await respond('Here');
        });
      },
      { keepRequests: false },
    );
    const { ackMs, answerMs } = await seat.fire(seat.prepare('/go'));
    expect(ackMs).toBeGreaterThan(0);
    expect(answerMs).toBeGreaterThanOrEqual(ackMs);
    expect(slack.requests).toEqual([]);
    expect(slack.interactionLog).toEqual([]);
  });
});

describe('what shows nothing', () => {
  it('is known at once where the bot says when it is idle', async () => {
    let working = 0;
    const { seat, slack, general } = await setUp(
      'socket',
      app => {
        app.use(async ({ next }) => {
          working += 1;
          await next();
          working -= 1;
        });
        app.command('/none', ({ ack }) => ack());
        app.command('/late', async ({ ack, respond, client, command }) => {
          await ack();
          await client.auth.test();
          await respond('late');
          await client.chat.postMessage({ channel: command.channel_id, text: 'and later' });
        });
      },
      { isIdle: () => working === 0, quietMs: 60_000 },
    );
    expect(await seat.type('/none')).toEqual({ type: 'nothing' });
    expect(await seat.type('/late')).toMatchObject({ type: 'message', text: 'late' });
    expect(slack.messages(general)).toMatchObject([{ text: 'and later' }]);
    slack.limits.isIdle = () => false;
    slack.limits.finishWithinMs = 10_000_000;
    expect(await seat.fire(seat.prepare('/late'))).toMatchObject({ ackMs: expect.any(Number) });
  });
});

describe('the manifest', () => {
  it('makes its commands, events and tabs the only ones, and escapes names where it says so', async () => {
    const seen: string[] = [];
    const { slack, seat, ada, general } = await setUp('socket', app => {
      app.command('/who-is', async ({ ack, command }) => {
        seen.push(command.text);
        await ack('fine');
      });
    });
    slack.useManifest({
      display_information: { name: 'Milepost' },
      features: {
        bot_user: { display_name: 'Milepost' },
        slash_commands: [{ command: '/who-is', description: 'Who', should_escape: true }],
      },
      oauth_config: { scopes: { bot: ['commands'] } },
      settings: { socket_mode_enabled: true, event_subscriptions: { bot_events: ['app_uninstalled'] } },
    });
    await seat.type('/who-is @ada in #general, @nobody');
    expect(seen).toEqual([`<@${ada.id}|ada> in <#${general.id}|general>, @nobody`]);
    await seat.type('/who-is #general');
    expect(seen.at(-1)).toBe(`<#${general.id}|general>`);
    await expect(seat.type('/track')).rejects.toThrow('not a valid command');
    expect(await seat.openHome()).toEqual({ type: 'nothing' });
    expect(slack.events).toEqual([]);
  });
});
