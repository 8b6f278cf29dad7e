// Names and texts that would do something in Slack: shown as they are typed, and nobody is notified.
import { describe, expect, it } from 'vitest';
import { ERROR, HOSTILE_NAMES, logged, WARN } from '../support/forgery.ts';
import type { Answer, Block, LocalSlack, StoredMessage } from '../support/slack/slack-server.ts';
import { install, startBot, textOf } from '../support/slack-forgery.ts';

const EVIL = 'https://evil.example';
/** Names that would do something in Slack above all. */
const NAMES = [
  ...HOSTILE_NAMES,
  ...['\u061c\u200e\u200f\u2067x', '\u001b[31mred', 'x'.repeat(10_000), '<'.repeat(10_000), '&amp;'.repeat(2_000)],
  ...[
    '&amp;lt;!here&amp;gt;',
    '*bold*',
    '_italic_',
    '~gone~',
    ':smile:',
    ':+1::skin-tone-2:',
    '>>> quote',
    '&',
    '<',
    '>',
  ],
  ...[`<${EVIL}>`, '<mailto:a@evil.example>', `<!date^0^{date}^${EVIL}|never>`, '&lt;!channel&gt;', `<${EVIL}|win>`],
  // On boards those who came last stand first.
  ...['<!channel>', '<!here|here>', '<!everyone>', '<!subteam^S12345678|team>', '<@U12345678>', '<#C12345678|x>'],
];

/** Characters that hide, turn around or control what stands beside them. */
const UNSEEN = /(?!\n)\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const EMOJI = /:smile:|:\+1:|:skin-tone-2:/;
/** What is alive in Slack’s markup: mentions, links and dates that are not ours, and entities. */
const ALIVE_ANYWHERE = [/<(?!#C[A-Z0-9]{7,}(?:\|[^<>]*)?>|!date\^\d{9,}\^|https?:\/\/(?!evil))/, /&(?!amp;|lt;|gt;)/];
const ALIVE_OUTSIDE_CODE = [/(?<![\p{L}\p{N}])\*bold\*|(?<![\p{L}\p{N}])_italic_|(?<![\p{L}\p{N}])~gone~/u, EMOJI];

type Text = { type: string; text: string; verbatim?: boolean };
/** Every text in blocks or a window, however deep. */
const textsIn = (value: unknown): Text[] => {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = value as Partial<Text>;
  const isText = (own.type === 'mrkdwn' || own.type === 'plain_text') && typeof own.text === 'string';
  return [...(isText ? [own as Text] : []), ...Object.values(value).flatMap(textsIn)];
};

const expectBlocksHarmless = (blocks: readonly Block[], what: string): void => {
  for (const { type, text, verbatim } of textsIn(blocks)) {
    const where = `${what}: ${JSON.stringify(text).slice(0, 300)}`;
    expect(text, where).not.toMatch(UNSEEN);
    if (type === 'mrkdwn') {
      const outsideCode = text.replaceAll(/```[\s\S]*?```|`[^`\n]+`/g, '');
      expect(outsideCode, where).not.toContain('```');
      for (const alive of ALIVE_ANYWHERE) expect(text, where).not.toMatch(alive);
      for (const alive of ALIVE_OUTSIDE_CODE) expect(outsideCode, where).not.toMatch(alive);
      // Else Slack makes links of addresses and pings of names by itself.
      expect(verbatim, where).toBe(true);
    } else expect(text, where).not.toMatch(EMOJI);
  }
};
const expectHarmless = (message: StoredMessage, what: string): void => {
  expect(message.pings, what).toEqual({ broadcast: false, users: [] });
  expectBlocksHarmless(message.blocks, what);
  const where = `notification of ${what}: ${JSON.stringify(message.text).slice(0, 300)}`;
  expect(message.text, where).not.toMatch(UNSEEN);
  expect(message.text, where).not.toMatch(/<(?!#C[A-Z0-9]{7,}|!date\^\d{9,}\^|https?:\/\/(?!evil))/);
  expect(message.text, where).not.toMatch(/&(?!amp;|lt;|gt;)/);
  expect(message.text.trim(), where).not.toBe('');
};
const expectAnswerHarmless = (answer: Answer, what: string): void => {
  if (answer.type === 'message') {
    expectHarmless(answer.message, what);
    return;
  }
  if (answer.type !== 'modal' && answer.type !== 'home') throw new Error(`${what}: ${textOf(answer)}`);
  expectBlocksHarmless(answer.view.blocks, what);
  const said = answer.type === 'modal' ? Object.values(answer.errors) : [];
  for (const error of said) expect(error, what).not.toMatch(UNSEEN);
};
/** Slack refused nothing, and nothing asked it to find names and addresses by itself. */
const expectSlackContent = ({ requests, warnings }: LocalSlack): void => {
  expect(warnings).toEqual([]);
  expect(requests.filter(({ answer }) => (answer as { ok?: boolean } | undefined)?.ok === false)).toEqual([]);
  for (const { args } of requests) {
    expect(args.link_names ?? false).toBe(false);
    expect(args.parse ?? 'none').toBe('none');
  }
};
const quoted = (name: string): string => JSON.stringify(name).slice(0, 40);

describe('names of members', () => {
  it('do nothing in answers, windows, Home, direct messages, and on the leaderboard and its thread that all see', async () => {
    const test = await startBot();
    const { slack, workspace } = test;
    const board = workspace.addChannel({ name: 'board' });
    const organiser = workspace.user('Otto', { admin: true }).in(board);
    await organiser.type(`/schedule set leaderboard <#${board.id}> weekday:tuesday time:10:00`);
    await organiser.type(`/schedule set digest <#${board.id}> weekday:tuesday time:10:00 send:both thread:yes`);
    for (const [at, name] of NAMES.entries()) {
      const user = workspace.user(`person ${at}`);
      user.change({ name });
      const seat = user.in(board);
      await seat.type('/track select engineering');
      await seat.type('/settings leaderboard yes');
      await seat.type('/done what-is-safety');
      for (const line of ['/onboard', '/leaderboard', '/progress', '/settings show', '/start'])
        expectAnswerHarmless(await seat.type(line), `${line} for ${quoted(name)}`);
      expectAnswerHarmless(await seat.openHome(), `Home of ${quoted(name)}`);
      await seat.type('/settings messages weekly');
    }
    await test.liveUntil('2026-12-01T12:00:00Z');
    expect(slack.messages(board).length).toBeGreaterThan(2);
    expect(slack.messages(board).some(message => message.thread_ts !== undefined)).toBe(true);
    for (const post of slack.messages(board)) expectHarmless(post, 'a post');
    expect(JSON.stringify(slack.messages(board))).toContain('subteam');
    for (const [at, name] of NAMES.entries()) {
      const letters = slack.directMessages(workspace.user(`person ${at}`));
      expect(letters.length).toBeGreaterThan(0);
      for (const letter of letters) expectHarmless(letter, `a message to ${quoted(name)}`);
    }
    const members = await test.db.query.select().from(test.db.tables.members);
    expect(members).toHaveLength(NAMES.length + 1);
    for (const { name } of members) {
      expect(name).toMatch(/\S/);
      expect([...name].length).toBeLessThanOrEqual(80);
    }
    expectSlackContent(slack);
    expect(logged(test, ERROR)).toEqual([]);
  });
});

describe('names of workspaces', () => {
  it('do nothing wherever they are shown, nor on the page that installs Milepost', async () => {
    const test = await startBot({ many: true });
    const { slack } = test;
    for (const name of NAMES) {
      const workspace = slack.addWorkspace({ name, installed: false });
      const channel = workspace.addChannel({ name: 'weekly' });
      await install(test, { workspace });
      const seat = workspace.user('Ada', { admin: true }).in(channel);
      for (const line of ['/onboard', '/home', '/leaderboard', '/schedule set digest', '/schedule run'])
        expectAnswerHarmless(await seat.type(line), `${line} in ${quoted(name)}`);
      expectAnswerHarmless(await seat.openHome(), `Home in ${quoted(name)}`);
      for (const post of slack.messages(channel)) expectHarmless(post, `a digest in ${quoted(name)}`);
    }
    const communities = await test.db.query.select().from(test.db.tables.communities);
    expect(communities).toHaveLength(NAMES.length);
    for (const { name } of communities) expect(name).toMatch(/\S/);
    expectSlackContent(slack);
    expect(logged(test, ERROR)).toEqual([]);
  });
});

describe('names of channels', () => {
  it('do nothing in a list of schedules, and in what is said of a channel that is not there', async () => {
    const test = await startBot();
    const { slack, workspace } = test;
    const home = workspace.addChannel({ name: 'general' });
    const organiser = workspace.user('Otto', { admin: true }).in(home);
    for (const [at, name] of NAMES.entries()) {
      const channel = workspace.addChannel({ name, botIsMember: at % 2 === 0 });
      const label = name.replaceAll(/[<>&|]/g, '').slice(0, 80);
      const made = await organiser.sendRaw('slash_commands', {
        command: '/schedule',
        text: `set leaderboard <#${channel.id}|${label}>`,
      });
      expectAnswerHarmless(made, `a schedule in ${quoted(name)}`);
      const escaped = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      const typed = { command: '/schedule', text: `set leaderboard channel:"${escaped}"` };
      expectAnswerHarmless(await organiser.sendRaw('slash_commands', typed), `a channel ${quoted(name)} typed`);
      expectAnswerHarmless(await organiser.type('/schedule list'), 'the list');
      await organiser.type('/schedule remove 1');
    }
    for (const post of slack.messages(home)) expectHarmless(post, 'a post');
    expect(logged(test, ERROR)).toEqual([]);
    expect(slack.warnings).toEqual([]);
  });
});

describe('typed text', () => {
  it('does nothing in answers, in windows and what is wrong with them, and in what is offered while it is typed', async () => {
    const test = await startBot();
    const { slack, workspace } = test;
    const channel = workspace.addChannel({ name: 'general' });
    const ada = workspace.user('Ada', { admin: true }).in(channel);
    for (const name of NAMES) {
      const escaped = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      for (const [command, before] of [
        ['/topics', 'search '],
        ['/start', ''],
        ['/settings', 'zone '],
        ['/help', ''],
        ['/milepost', ''],
      ] as const) {
        const answer = await ada.sendRaw('slash_commands', { command, text: `${before}${escaped}` });
        expectAnswerHarmless(answer, `${command} ${quoted(name)}`);
      }
      const form = await ada.type('/start');
      const suggestions = await ada.typeahead('topic', name, form);
      for (const { label } of suggestions) {
        expect(label).not.toMatch(UNSEEN);
        expect(label).not.toMatch(EMOJI);
      }
      const offered = suggestions.find(({ value }) => value === name.trim());
      if (!offered) continue;
      expectAnswerHarmless(await ada.submit({ topic: offered.value }), `a form with ${quoted(name)}`);
    }
    expect(slack.messages(channel)).toEqual([]);
    expectSlackContent(slack);
    expect(logged(test, WARN)).toEqual([]);
  });
});
