import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Command, defineCommand, encodeAction, reply } from '../../src/command.ts';
import { actions, button, type Message, text } from '../../src/message.ts';
import type { KeptValues } from '../../src/platform.ts';
import { createClients } from '../../src/slack/clients.ts';
import { createPictures } from '../../src/slack/pictures.ts';
import { memoryLog } from '../support/delivery.ts';
import type { ApiFault } from '../support/slack/misbehaviour.ts';
import type { Answer, Block } from '../support/slack/slack-server.ts';
import { PUBLIC_URL, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';
import { PNG } from '../support/slack-shown.ts';

const NAME = createHash('sha256').update(PNG).digest('hex');
const ADDRESS = `${PUBLIC_URL}/slack/pictures/${NAME}.png`;

const board: Message = {
  blocks: [
    text('The board'),
    { type: 'image', png: PNG, alt: 'Ada leads' },
    actions(button('Again', encodeAction('board', 'again'))),
  ],
};
const command: Command = defineCommand({
  name: 'board',
  description: 'Shows a picture',
  audience: 'member',
  visibility: 'private',
  run: () => reply(board, { private: false }),
  actions: { again: () => reply(board) },
});

const visit = async (options: Partial<SlackTestBotOptions> = {}) => {
  const test = await startSlackTestBot({ transport: 'http', commands: new Map([['board', command]]), ...options });
  onTestFinished(() => test.stop());
  const channel = test.workspace.addChannel({ name: 'general' });
  return { test, channel, ada: test.workspace.user('Ada').in(channel), slack: test.slack };
};
const pictureIn = (answer: Answer): (Block & { slack_file?: { id: string } }) | undefined =>
  answer.type === 'message' ? answer.message.blocks.find(({ type }) => type === 'image') : undefined;
const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));

describe('a picture, where Slack can fetch it', () => {
  it('stands by an address under which anybody gets its bytes, for a year and more', async () => {
    const { test, ada, slack } = await visit({ publicUrl: PUBLIC_URL });
    expect(pictureIn(await ada.type('/board'))).toMatchObject({ image_url: ADDRESS, alt_text: 'Ada leads' });
    test.setNow('2027-12-20T08:00:00Z');
    const got = await fetch(`${test.bot.http?.address()}/slack/pictures/${NAME}.png`);
    expect([got.status, new Uint8Array(await got.arrayBuffer())]).toEqual([200, new Uint8Array(PNG)]);
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(slack.requests.map(({ method }) => method)).not.toContain('files.getUploadURLExternal');
  });

  it('is nowhere else, and no name leads to anything else that is kept', async () => {
    const { test } = await visit({ publicUrl: PUBLIC_URL });
    for (const name of [NAME, `${NAME}.png`, 'x.png', '..%2f..%2fx.png', `${NAME.toUpperCase()}.png`]) {
      const got = await fetch(`${test.bot.http?.address()}/slack/pictures/${name}`);
      expect(got.status, name).toBe(404);
    }
  });

  it('that cannot be kept is told by its words', async () => {
    const { log, lines } = memoryLog();
    const kept: Pick<KeptValues, 'keep' | 'find'> = {
      keep: () => Promise.reject(new Error('the disk is full')),
      find: async () => undefined,
    };
    const pictures = createPictures({ publicUrl: PUBLIC_URL, kept, log });
    const clients = createClients('http://127.0.0.1:9/api/')('xoxb-1');
    const context = { pictureUrl: pictures.pictureUrl };
    const { blocks } = await pictures.render(clients, board, context);
    expect(JSON.stringify(blocks)).toContain('Picture: Ada leads');
    expect(JSON.stringify(blocks)).not.toContain(ADDRESS);
    expect(lines.map(({ msg }) => msg)).toEqual(['a picture could not be kept, so its words are shown']);
  });
});

describe('a picture, where Slack cannot fetch it', () => {
  it('is uploaded to the workspace, with its words', async () => {
    const { ada, slack, channel } = await visit({ transport: 'socket' });
    const shown = pictureIn(await ada.type('/board'));
    const file = slack.file(shown?.slack_file?.id ?? '');
    expect(file).toMatchObject({ completed: true, altText: 'Ada leads', teamId: channel.teamId });
    expect(new Uint8Array(file?.data ?? [])).toEqual(new Uint8Array(PNG));
    expect(shown?.alt_text).toBe('Ada leads');
  });

  it.each<[string, string, ApiFault]>([
    ['the permission is missing', 'files.getUploadURLExternal', { error: 'missing_scope', needed: 'files:write' }],
    ['the upload fails', 'upload', { status: 500 }],
    ['it is not completed', 'files.completeUploadExternal', { error: 'internal_error' }],
    ['Slack limits it', 'files.getUploadURLExternal', { status: 429, retryAfter: 1 }],
  ])('is told by its words because %s, and the answer comes all the same', async (_, method, fault) => {
    const { ada, slack, test } = await visit({ transport: 'socket' });
    slack.misbehave.api({ method, times: 1 }, fault);
    const answer = await ada.type('/board');
    expect(pictureIn(answer)).toBeUndefined();
    expect(textOf(answer)).toContain('Picture: Ada leads');
    const warned = test.log.filter(({ level }) => level > 30).map(({ msg }) => msg);
    expect(warned).toEqual(['a picture could not be uploaded, so its words are shown']);
  });

  it('whose file Slack does not take in a message, the words of the message come alone', async () => {
    const { ada, slack } = await visit({ transport: 'socket' });
    slack.misbehave.api({ method: 'response_url', times: 1 }, { error: 'invalid_blocks' });
    expect(textOf(await ada.type('/board'))).toContain('The board');
    expect(slack.requests.filter(({ method }) => method === 'response_url')).toHaveLength(2);
  });
});
