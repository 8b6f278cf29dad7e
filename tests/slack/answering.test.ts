import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Command, defineCommand, encodeAction, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { actions, button, text } from '../../src/message.ts';
import { createClients } from '../../src/slack/clients.ts';
import { createHomes } from '../../src/slack/home.ts';
import { createSingleWorkspace } from '../../src/slack/installs.ts';
import { createSlackNames } from '../../src/slack/names.ts';
import { createPeople } from '../../src/slack/people.ts';
import { createPictures } from '../../src/slack/pictures.ts';
import { createResponder } from '../../src/slack/respond.ts';
import { keepValue, keptValue } from '../../src/storage/kept-values.ts';
import { testApp } from '../support/app.ts';
import { memoryLog } from '../support/delivery.ts';
import type { ApiFault } from '../support/slack/misbehaviour.ts';
import type { Answer, LocalSlack, TestChannel, TestSeat, TestUser } from '../support/slack/slack-server.ts';
import { type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

const step = (label: string, how: { replace?: boolean; private?: boolean; refused?: boolean } = {}) =>
  reply(
    {
      blocks: [text(label), actions(button('On', encodeAction('say', 'on')), button('No', encodeAction('say', 'no')))],
    },
    how,
  );
const say: Command = defineCommand({
  name: 'say',
  description: 'Says something',
  audience: 'member',
  visibility: 'private',
  alone: 'quietly',
  subcommands: {
    quietly: { description: 'To one', run: (_, { member }) => step(`For ${member.name}`) },
    loudly: { description: 'To all', run: () => step('For everybody', { private: false }) },
  },
  actions: {
    on: (_, { member }) => step(`On with ${member.name}`, { replace: true }),
    no: () => step('Not that', { refused: true }),
    deeper: (value = '') => {
      const further = button('Deeper', encodeAction('say', 'deeper', `${value}+`));
      const on = button('On', encodeAction('say', 'on'));
      return reply({ blocks: [text(`Depth ${value.length}`), actions(further, on)] });
    },
  },
});
const commands = new Map([[say.name, say]]);

let test: SlackTestBot;
let slack: LocalSlack;
let channel: TestChannel;
let user: TestUser;
let ada: TestSeat;

const start = async (options: Partial<SlackTestBotOptions> = {}): Promise<void> => {
  test = await startSlackTestBot({
    transport: 'socket',
    commands,
    waits: { urlMs: 200 },
    sendTimeoutMs: 200,
    ...options,
  });
  onTestFinished(() => test.stop());
  slack = test.slack;
  channel = test.workspace.addChannel({ name: 'general' });
  user = test.workspace.user('Ada');
  ada = user.in(channel);
};
beforeEach(() => start());

const asked = (method: string) => slack.requests.filter(one => one.method === method);
const warned = () => test.log.filter(({ level }) => level > 30).map(({ msg }) => msg);
const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));

describe('an answer', () => {
  it('to a command is for the one who typed it, or for all where the command says so', async () => {
    expect(await ada.type('/say quietly')).toMatchObject({ type: 'message', ephemeral: true });
    expect(slack.messages(channel)).toEqual([]);
    expect(await ada.type('/say loudly')).toMatchObject({ type: 'message', ephemeral: false });
    expect(slack.messages(channel)).toHaveLength(1);
    expect(warned()).toEqual([]);
  });

  it('takes the place of a private message, and of one between Milepost and a member, where it says so', async () => {
    await ada.type('/say quietly');
    expect(await ada.press('On')).toMatchObject({ replaced: true, ephemeral: true });
    expect(slack.ephemerals(user)).toHaveLength(1);
    const direct = user.inDirectMessages();
    await direct.type('/say loudly');
    expect(await direct.press('On')).toMatchObject({ replaced: true });
    expect(slack.directMessages(user)).toHaveLength(1);
    expect(slack.warnings).toEqual([]);
  });

  it('never takes the place of a message that others see, and each who presses gets their own', async () => {
    const post = await ada.type('/say loudly');
    const bob = test.workspace.user('Bob').in(channel);
    for (const [seat, name] of [
      [bob, 'Bob'],
      [ada, 'Ada'],
    ] as const) {
      const answer = await seat.press('On', post);
      expect(answer).toMatchObject({ ephemeral: true, replaced: false });
      expect(textOf(answer)).toContain(`On with ${name}`);
      expect(slack.ephemerals({ id: seat.id, teamId: seat.teamId })).toHaveLength(1);
    }
    expect(slack.messages(channel).map(message => message.text)).toEqual([expect.stringContaining('For everybody')]);
  });

  it('to what was refused in direct messages does not stay there', async () => {
    const direct = user.inDirectMessages();
    await direct.type('/say loudly');
    expect(await direct.press('On')).toMatchObject({ ephemeral: false });
    expect(await direct.press('No')).toMatchObject({ ephemeral: true });
  });

  it('to a button of last month comes all the same, where the message stands', async () => {
    const post = await ada.type('/say loudly');
    test.setNow('2026-12-24T09:00:00Z');
    expect(textOf(await ada.press('On', post))).toContain('On with Ada');
  });

  it('to two presses at once comes twice, and each says the same', async () => {
    const post = await ada.type('/say loudly');
    const answers = await Promise.all([ada.press('On', post), ada.press('On', post)]);
    expect(answers.map(textOf)).toEqual([
      expect.stringContaining('On with Ada'),
      expect.stringContaining('On with Ada'),
    ]);
    expect(slack.ephemerals(user)).toHaveLength(2);
  });

  it('to a payload that is nothing of ours says so', async () => {
    expect(
      textOf(
        await ada.sendRaw('interactive', {
          type: 'message_action',
          user: { id: user.id },
          team: { id: test.workspace.teamId },
          channel: { id: channel.id },
        }),
      ),
    ).toContain('I cannot do that');
  });
});

describe('where the response URL fails', () => {
  it.each<[string, ApiFault]>([
    ['has been used up', { error: 'used_url' }],
    ['is too old', { error: 'expired_url' }],
    ['is limited', { status: 429, retryAfter: 1 }],
    ['is out of order', { status: 503 }],
  ])('because it %s, the answer comes once in another way', async (_, fault) => {
    slack.misbehave.api({ method: 'response_url', times: 1 }, fault);
    expect(await ada.type('/say quietly')).toMatchObject({
      type: 'message',
      ephemeral: true,
      text: expect.stringContaining('For Ada'),
    });
    expect(slack.ephemerals(user)).toHaveLength(1);
    expect(asked('chat.postEphemeral')).toHaveLength(1);
    expect(warned()).toEqual(['an answer was shown in another way']);
  });

  it.each<[string, ApiFault]>([
    ['breaks off', { drop: true, stored: true }],
    ['says nothing', { hang: true, stored: true }],
  ])('and nobody knows whether the answer arrived, for the line %s, it is not said twice', async (_, fault) => {
    slack.misbehave.api({ method: 'response_url', times: 1 }, fault);
    await ada.type('/say quietly');
    expect(slack.ephemerals(user)).toHaveLength(1);
    expect(asked('chat.postEphemeral')).toEqual([]);
    expect(warned()).toEqual(['an answer could not be shown in Slack']);
  });

  it('where Milepost is no member, the answer comes as a direct message', async () => {
    channel.removeBot();
    slack.misbehave.api({ method: 'response_url', times: 1 }, { error: 'used_url' });
    await ada.type('/say quietly');
    expect(slack.directMessages(user).map(({ text: words }) => words)).toEqual([expect.stringContaining('For Ada')]);
    expect(slack.ephemerals(user)).toEqual([]);
  });

  it('an answer for all is posted for all, once', async () => {
    slack.misbehave.api({ method: 'response_url', times: 1 }, { status: 500 });
    await ada.type('/say loudly');
    expect(slack.messages(channel)).toHaveLength(1);
    expect(slack.messages(channel)[0]?.ephemeralFor).toBeUndefined();
  });

  it('a message in direct messages is changed where it stands', async () => {
    const direct = user.inDirectMessages();
    await direct.type('/say loudly');
    slack.misbehave.api({ method: 'response_url', times: 1 }, { error: 'used_url' });
    expect(await direct.press('On')).toMatchObject({ replaced: true, text: expect.stringContaining('On with Ada') });
    expect(slack.directMessages(user)).toHaveLength(1);
  });

  it('and every other way too, it is said once in the log, without what was said', async () => {
    slack.misbehave.api({ method: /response_url|chat\..*|views\..*/ }, { error: 'used_url' });
    expect(await ada.type('/say quietly')).toEqual({ type: 'nothing' });
    expect(warned()).toEqual(['an answer could not be shown in Slack']);
    expect(JSON.stringify(test.log)).not.toContain('For Ada');
    slack.misbehave.clear();
    expect(await ada.type('/say quietly')).toMatchObject({ type: 'message' });
  });

  it('because Slack does not take the blocks, the words come alone', async () => {
    slack.misbehave.api({ method: 'response_url', times: 1 }, { error: 'invalid_blocks' });
    expect(await ada.type('/say quietly')).toMatchObject({
      type: 'message',
      ephemeral: true,
      text: expect.stringContaining('For Ada'),
    });
    expect(slack.ephemerals(user)[0]?.blocks).toEqual([]);
  });
});

describe('an address that is none of Slack’s', () => {
  it('is told nothing, and the answer comes in another way', async () => {
    let heard = 0;
    const elsewhere = createServer((_, response) => {
      heard += 1;
      response.end('ok');
    });
    onTestFinished(() => void elsewhere.close());
    await once(elsewhere.listen(0, 'localhost'), 'listening');
    const response_url = `http://localhost:${(elsewhere.address() as AddressInfo).port}/response`;
    const asking = { command: '/say', text: 'quietly', response_url };
    expect(textOf(await ada.sendRaw('slash_commands', asking))).toContain('For Ada');
    expect(heard).toBe(0);
    expect(asked('chat.postEphemeral')).toHaveLength(1);
  });
});

describe('where the whole organisation installed Milepost', () => {
  const orgWide = () => ({
    type: 'block_actions',
    team: null,
    enterprise: { id: 'E00ORG' },
    is_enterprise_install: true,
    user: { id: user.id, team_id: 'T00ELSEWHERE' },
    command: undefined,
    actions: [{ type: 'button', action_id: 'say/on/', block_id: 'b', action_ts: '1' }],
  });

  it('what is pressed in Home and in windows belongs to the workspace that they were shown in', async () => {
    await ada.openHome();
    for (const find of [() => slack.homeOf(user), () => slack.modalOf(user)]) {
      const { id, type, private_metadata } = find() ?? {};
      const view = { id, type, private_metadata, app_installed_team_id: 'E00ORG' };
      expect(textOf(await ada.sendRaw('interactive', { ...orgWide(), view }))).toContain('On with');
    }
    const communities = await test.db.query.select().from(test.db.tables.communities);
    expect(communities.map(({ externalId }) => externalId)).toEqual([test.workspace.teamId]);
  });

  it('what is pressed on an answer that only one person sees belongs to the workspace that it was given in', async () => {
    const answer = await ada.type('/say quietly');
    const [block] = answer.type === 'message' ? answer.message.blocks.filter(({ type }) => type === 'actions') : [];
    const actions = [{ type: 'button', action_id: 'say/on/', block_id: block?.block_id, action_ts: '1' }];
    expect(textOf(await ada.sendRaw('interactive', { ...orgWide(), actions }))).toContain('On with');
  });

  it('a press on a message of which nobody knows the workspace is refused in words', async () => {
    expect(textOf(await ada.sendRaw('interactive', orgWide()))).toContain('type the command instead');
    expect(await test.db.query.select().from(test.db.tables.members)).toEqual([]);
  });
});

describe('in a window', () => {
  const open = () => slack.views.filter(view => view.type === 'modal' && !view.closed);
  const words = () => open().map(({ blocks }) => /Depth \d|On with Ada/.exec(JSON.stringify(blocks))?.[0]);
  /** Presses a button of Home that opens a window, and in it as often as told the one that leads on. */
  const goDeeper = async (times: number): Promise<void> => {
    await ada.openHome();
    const home = slack.homeOf(user);
    if (!home) throw new Error('no Home');
    const label = { type: 'plain_text', text: 'Deeper' };
    home.blocks = [{ type: 'actions', elements: [{ type: 'button', action_id: 'say/deeper/', text: label }] }];
    await ada.press('Deeper', home);
    for (let time = 0; time < times; time += 1) await ada.press('Deeper');
  };

  it('what is pressed lays its answer upon it, with a way back, as far as Slack has room', async () => {
    await goDeeper(2);
    expect(words()).toEqual(['Depth 0', 'Depth 1', 'Depth 2']);
    await ada.press('Deeper');
    expect(words()).toEqual(['Depth 0', 'Depth 1', 'Depth 3']);
    expect(warned()).toEqual([]);
    expect(slack.directMessages(user)).toEqual([]);
  });

  it('an answer that takes the place of what it belongs to takes that of the window', async () => {
    await goDeeper(1);
    await ada.press('On');
    expect(words()).toEqual(['Depth 0', 'On with Ada']);
    expect(asked('views.push')).toHaveLength(1);
    expect(warned()).toEqual([]);
  });

  it('an answer that comes too late to lie upon it takes its place', async () => {
    await goDeeper(0);
    slack.limits.triggerLifeMs = -1;
    await ada.press('Deeper');
    expect(words()).toEqual(['Depth 1']);
    expect(warned()).toEqual(['an answer was shown in another way']);
  });

  it('an answer of which nobody knows whether it arrived is not said twice', async () => {
    await goDeeper(0);
    slack.misbehave.api({ method: 'views.push', times: 1 }, { hang: true, stored: true });
    await ada.press('Deeper');
    expect(words()).toEqual(['Depth 0', 'Depth 1']);
    expect(asked('views.update')).toEqual([]);
    expect(slack.directMessages(user)).toEqual([]);
  });
});

describe('what cannot be acknowledged any more, because the connection was renewed', () => {
  it('is done and answered all the same', async () => {
    const { app, db } = await testApp();
    const { log, lines } = memoryLog();
    const now = () => new Date('2026-11-23T09:00:00Z');
    const kept = {
      keep: (name: string, value: string, forMs: number) =>
        keepValue(db, name, value, new Date(now().getTime() + forMs), now()),
      find: (name: string) => keptValue(db, name, now()),
      claim: async () => true,
    };
    const clientsOf = createClients(slack.apiUrl);
    const responder = createResponder({
      app,
      workspaces: createSingleWorkspace(test.workspace.botToken, clientsOf, now, log),
      clientsOf,
      apiUrl: slack.apiUrl,
      people: createPeople({ kept, now, log }),
      homes: createHomes({ app, renderContext: {}, kept, log }),
      pictures: createPictures({ publicUrl: undefined, kept, log }),
      names: createSlackNames(await loadCommands()),
      renderContext: {},
      kept,
      viaHttp: false,
      now,
      log,
    });
    const payload = { command: '/next', text: '', team_id: test.workspace.teamId, user_id: user.id, user_name: 'ada' };
    await responder.respond(payload, () => Promise.reject(new Error('the connection is not ready')));
    expect(slack.directMessages(user).map(({ text: words }) => words)).toEqual([
      expect.stringContaining('What is next'),
    ]);
    expect(lines.filter(({ level }) => level > 30)).toEqual([]);
  });
});

describe('in direct messages', () => {
  it('with Milepost a command is answered to the one who typed it', async () => {
    expect(await user.inDirectMessages().type('/say quietly')).toMatchObject({ type: 'message', ephemeral: true });
  });

  it('with somebody else the other sees nothing, and where the URL fails the answer comes from Milepost', async () => {
    const place = { channel_id: 'D0000OTHERS', channel_name: 'directmessage', command: '/say', text: 'quietly' };
    expect(await ada.sendRaw('slash_commands', place)).toMatchObject({ type: 'message', ephemeral: true });
    slack.misbehave.api({ method: 'response_url', times: 1 }, { error: 'used_url' });
    await ada.sendRaw('slash_commands', place);
    expect(slack.directMessages(user)).toHaveLength(1);
  });
});

describe('another bot', () => {
  it('is not answered, and is no member', async () => {
    const post = await ada.type('/say loudly');
    const bot = test.workspace.botUserId;
    const team = { id: test.workspace.teamId };
    const press = { type: 'block_actions', user: { id: bot, team_id: team.id }, team, channel: { id: channel.id } };
    if (post.type !== 'message') throw new Error('no message');
    const action = { type: 'button', action_id: 'say/on/', block_id: 'b', action_ts: '1' };
    expect(await ada.sendRaw('interactive', { ...press, actions: [action], command: undefined })).toEqual({
      type: 'nothing',
    });
    const members = await test.db.query.select().from(test.db.tables.members);
    expect(members).toHaveLength(1);
  });
});

describe('a workspace that Milepost has left', () => {
  it('says what happened to somebody who still uses it', async () => {
    const foreign = { team_id: 'T0000000000', command: '/say', text: '' };
    expect(textOf(await ada.sendRaw('slash_commands', foreign))).toContain(
      'Milepost has no access to this workspace any more',
    );
  });
});
