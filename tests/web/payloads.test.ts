import { afterEach, describe, expect, it } from 'vitest';
import { type ModalField, text } from '../../src/message.ts';
import { payloads } from '../../src/playground/payload.ts';
import { messageViolations } from '../../src/slack/validate.ts';
import { json, post, startServer, stopServers } from './start-server.ts';

afterEach(stopServers);

describe('what a chat platform gets, where "show" asks for it', () => {
  const IS_COMPONENTS_V2 = 32768;
  const CONTAINER = 17;
  const LABEL = 18;
  const startShowing = async () => {
    const started = await startServer();
    const shown: unknown[] = [];
    started.playground.payloads = {
      ...payloads,
      discord: one => {
        shown.push(one);
        return payloads.discord(one);
      },
    };
    return { ...started, shown };
  };

  it('stands beside each message of a channel, with pictures by name only', async () => {
    const { url, shown } = await startShowing();
    await post(`${url}/api/clock`, { advance: 'P7D' });
    const [plain] = await json(fetch(`${url}/api/channels/roadmap`));
    expect(plain).not.toHaveProperty('discord');
    expect(shown).toEqual([]);
    const [{ discord, ...rest }] = await json(fetch(`${url}/api/channels/roadmap?show=discord`));
    expect(rest).toEqual(plain);
    expect(discord.shortened).toEqual([]);
    expect(discord.payload).toMatchObject({
      flags: IS_COMPONENTS_V2,
      components: [{ type: CONTAINER, accent_color: 0x2f7bff }],
      attachments: [{ filename: 'picture-1.png', description: 'Points per week: 10, 40, 80' }],
    });
    expect(JSON.stringify(discord)).toContain('attachment://picture-1.png');
    expect(JSON.stringify(discord)).not.toContain('iVBORw0KGgo');
  });

  it('stands beside each direct message', async () => {
    const { url } = await startShowing();
    await post(`${url}/api/clock`, { advance: 'P7D' });
    const [{ discord }] = await json(fetch(`${url}/api/members/ada/messages?show=discord`));
    expect(discord.payload.flags).toBe(IS_COMPONENTS_V2);
    expect(JSON.stringify(discord.payload)).toContain('## Good morning, Ada');
  });

  it('stands in the answer to an interaction, and says what was shortened to fit', async () => {
    const { url, playground } = await startShowing();
    const long = text('One more sentence for everybody. '.repeat(200));
    playground.handle = async () => ({ type: 'message', message: { blocks: [long] }, private: true });
    const ask = { as: 'ada', command: '/help' };
    expect((await json(post(`${url}/api/interactions`, ask))).reply).not.toHaveProperty('discord');
    const { reply } = await json(post(`${url}/api/interactions`, { ...ask, show: 'discord' }));
    expect(reply.discord.payload.components[0].type).toBe(CONTAINER);
    expect(reply.discord.shortened).toEqual([expect.stringMatching(/\w/)]);
  });

  it('stands in a form, and says what of it was shortened', async () => {
    const { url, playground } = await startShowing();
    const press = { as: 'ada', action: 'next/reflect/stack-traces' };
    expect((await json(post(`${url}/api/interactions`, press))).modal).not.toHaveProperty('discord');
    const { modal } = await json(post(`${url}/api/interactions`, { ...press, show: 'discord' }));
    expect(modal).toMatchObject({ title: 'Your reflection', discord: { shortened: [] } });
    expect(modal.discord.payload).toMatchObject({ custom_id: 'next/reflect/1', title: 'Your reflection' });
    expect(modal.discord.payload.components[0]).toMatchObject({ type: LABEL, label: 'What did you learn?' });

    const options = Array.from({ length: 30 }, (_, at) => ({ label: `Choice ${at}`, value: `${at}` }));
    const fields = [
      { name: 'told', label: 'Told', type: 'text', description: 'd'.repeat(101), value: 'v'.repeat(4001) },
      { name: 'one', label: 'l'.repeat(46), type: 'select', options },
      ...['a', 'b', 'c', 'd'].map(name => ({ name, label: name, type: 'text' })),
    ] as ModalField[];
    const large = { id: 'next/reflect/1', title: 't'.repeat(46), submit: 'Save', fields };
    playground.handle = async () => ({ type: 'modal', modal: large });
    const cut = await json(post(`${url}/api/interactions`, { ...press, show: 'discord' }));
    expect(cut.modal.discord.shortened).toEqual([
      'the title',
      'the description of “told”',
      'the text of “told”',
      'the label of “one”',
      '5 of 30 choices of “one”',
      'the field “d”',
    ]);
  });

  it('is Block Kit for Slack, beside what Discord gets where both are asked for', async () => {
    const { url } = await startShowing();
    await post(`${url}/api/interactions`, { as: 'ben', channel: 'roadmap', command: '/progress' });
    const [{ discord, slack }] = await json(fetch(`${url}/api/channels/roadmap?show=discord&show=slack`));
    expect(discord.payload.flags).toBe(IS_COMPONENTS_V2);
    expect(slack.shortened).toEqual([]);
    expect(slack.payload.text).toMatch(/\w/);
    // A picture is in it by name: only a workspace gives it the id of a file.
    expect(messageViolations(slack.payload)).toEqual([expect.stringContaining('slack_file')]);
    expect(JSON.stringify(slack)).not.toContain('iVBORw0KGgo');
  });

  it('is a modal view for Slack where a form is shown, and says what of it was cut', async () => {
    const { url, playground } = await startShowing();
    const press = { as: 'ada', action: 'next/reflect/1', show: 'slack' };
    const { modal } = await json(post(`${url}/api/interactions`, press));
    expect(modal.slack).toMatchObject({ shortened: [], payload: { type: 'modal', callback_id: 'next/reflect/1' } });
    expect(modal).not.toHaveProperty('discord');
    playground.handle = async () => ({
      type: 'modal',
      modal: {
        id: 'next/reflect/1',
        title: 'A title that is longer than Slack shows at the top of a window',
        submit: 'Send',
        fields: [{ name: 'a', label: 'Label', type: 'text', placeholder: 'p'.repeat(200), value: 'v'.repeat(3100) }],
      },
    });
    const cut = await json(post(`${url}/api/interactions`, press));
    expect(cut.modal.slack.shortened).toEqual(['the placeholder of “a”', 'the text of “a”']);
    expect(JSON.stringify(cut.modal.slack.payload)).toContain('at the top of a window');
  });

  it('can be asked for later by the id of an answer, without doing anything again', async () => {
    const { url, playground } = await startShowing();
    const response = await post(`${url}/api/interactions`, { as: 'ada', command: '/next' });
    const answer = await json(response);
    const later = `${url}/api/answers/${response.headers.get('answer-id')}`;
    expect(await json(fetch(later))).toEqual(answer);
    const { reply } = await json(fetch(`${later}?show=discord`));
    expect(JSON.stringify(reply.discord.payload)).toContain('## Your next topics');
    expect(playground.handled).toHaveLength(1);
    for (let more = 0; more < 200; more += 1) await post(`${url}/api/interactions`, { as: 'ada', command: '/help' });
    const gone = await fetch(later);
    expect([gone.status, (await json(gone)).error.message]).toEqual([
      404,
      expect.stringContaining('not kept any more'),
    ]);
  });

  it.each(['', 'teams', 'discord&show=teams'])('refuses "show=%s" and says what it takes', async value => {
    const { url } = await startShowing();
    for (const path of ['/api/channels/general', '/api/members/ada/messages']) {
      const response = await fetch(`${url}${path}?show=${value}`);
      expect(response.status).toBe(400);
      expect((await json(response)).error).toEqual({
        code: 'bad_show',
        message: expect.stringContaining('"show" takes "discord" or "slack"'),
      });
    }
  });

  it.each(['teams', '', null, 1, ['discord']])(
    'refuses an interaction with show %j before anything is done',
    async show => {
      const { url, playground } = await startShowing();
      const response = await post(`${url}/api/interactions`, { as: 'ada', command: '/next', show });
      expect([response.status, (await json(response)).error.code]).toEqual([400, 'bad_show']);
      expect(playground.handled).toEqual([]);
    },
  );

  it('is refused by a playground that knows no chat platform', async () => {
    const { url } = await startServer();
    const response = await fetch(`${url}/api/channels/general?show=discord`);
    expect([response.status, (await json(response)).error.code]).toEqual([400, 'bad_show']);
  });
});
