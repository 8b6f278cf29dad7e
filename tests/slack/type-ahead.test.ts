import { describe, expect, it, onTestFinished } from 'vitest';
import { type Command, defineCommand, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { text } from '../../src/message.ts';
import type { Answer, Block, TestSeat } from '../support/slack/slack-server.ts';
import { type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));
const elementOf = (answer: Answer): Block | undefined =>
  answer.type === 'modal' ? answer.view.blocks.find(({ element }) => element)?.element : undefined;

const visit = async (options: Partial<SlackTestBotOptions> = {}): Promise<{ test: SlackTestBot; ada: TestSeat }> => {
  const test = await startSlackTestBot({ transport: 'socket', commands: await loadCommands(), ...options });
  onTestFinished(() => test.stop());
  test.workspace.addChannel({ name: 'general' });
  return { test, ada: test.workspace.user('Ada', { admin: true }).in() };
};

const LONG = Array.from({ length: 12 }, (_, at) => `topic-number-${at}`).join(', ');
/** Takes several words, each from a list or free, and one long text. */
const pick: Command = defineCommand({
  name: 'pick',
  description: 'Picks',
  audience: 'member',
  visibility: 'private',
  subcommands: {
    many: {
      description: 'Several',
      options: { words: { type: 'string', description: 'Words', required: true, many: true } },
      autocomplete: {
        words: typed =>
          ['red', 'green', 'blue'].filter(w => w.startsWith(typed)).map(w => ({ label: `The ${w}`, value: w })),
      },
      run: ({ words }) => reply({ blocks: [text(`Picked: ${JSON.stringify(words)}`)] }),
    },
    long: {
      description: 'A long one',
      options: { words: { type: 'string', description: 'Words', required: true, max: 1000 } },
      autocomplete: { words: () => [{ label: LONG, value: LONG }] },
      run: ({ words }) => reply({ blocks: [text(`Picked: ${words}`)] }),
    },
    broken: {
      description: 'One that fails',
      options: { words: { type: 'string', description: 'Words', required: true } },
      autocomplete: {
        words: () => {
          throw new Error('no words');
        },
      },
      run: () => reply({ blocks: [text('Picked')] }),
    },
  },
});
const picking = () => visit({ commands: new Map([['pick', pick]]) });

describe.each(['socket', 'http'] as const)('type-ahead over %s', transport => {
  it('offers the same topics as on Discord, and the one that is chosen counts', async () => {
    const { ada } = await visit({ transport });
    await ada.type('/track select engineering');
    const form = await ada.type('/start');
    expect(elementOf(form)).toMatchObject({ type: 'external_select', min_query_length: 0 });
    const all = await ada.typeahead('topic', '');
    expect(all.length).toBeGreaterThan(3);
    const found = await ada.typeahead('topic', 'what ai');
    expect(found[0]).toMatchObject({ label: 'What AI safety is', value: 'what-is-safety' });
    expect(textOf(await ada.submit({ topic: 'What AI safety is' }))).toContain('What AI safety is');
  });
});

describe('type-ahead', () => {
  it('offers time zones in the form of a button, and whatever was typed', async () => {
    const { ada } = await visit();
    await ada.type('/settings show');
    await ada.press('Change time zone');
    const found = await ada.typeahead('value', 'lisb');
    expect(found.map(({ value }) => value)).toEqual(['Europe/Lisbon', 'lisb']);
    expect(found.at(-1)?.label).toBe('“lisb”');
    expect(textOf(await ada.submit({ value: 'Europe/Lisbon' }))).toContain('Europe/Lisbon');
  });

  it('takes a text that is no suggestion, and the command says what is wrong with it', async () => {
    const { ada } = await visit();
    await ada.type('/start');
    expect(await ada.typeahead('topic', 'no such topic')).toEqual([
      { label: '“no such topic”', value: 'no such topic' },
    ]);
    const refused = await ada.submit({ topic: 'no such topic' });
    expect(refused).toMatchObject({ type: 'modal', errors: { topic: expect.stringContaining('no such topic') } });
  });

  it('offers several values one by one, and the command gets them all', async () => {
    const { ada } = await picking();
    const form = await ada.type('/pick many');
    expect(elementOf(form)?.type).toBe('multi_external_select');
    expect((await ada.typeahead('words', 'red, gr')).map(({ value }) => value)).toEqual(['green', 'gr']);
    await ada.typeahead('words', '');
    expect(textOf(await ada.submit({ words: ['red', 'blue'] }))).toBe('Picked: ["red","blue"]');
  });

  it('keeps a value that is longer than Slack takes', async () => {
    const { ada } = await picking();
    await ada.type('/pick long');
    const [found] = await ada.typeahead('words', 'topic');
    expect(found?.value.length).toBeLessThanOrEqual(75);
    expect(found?.label).toBe('… topic-number-11');
    expect(textOf(await ada.submit({ words: found?.value ?? '' }))).toBe(`Picked: ${LONG}`);
  });

  it('that fails offers nothing, and says so in the log', async () => {
    const { ada, test } = await picking();
    await ada.type('/pick broken');
    expect(await ada.typeahead('words', 'x')).toEqual([]);
    expect(test.log.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toEqual(['type-ahead failed']);
  });

  it('of a form that Milepost no longer has offers nothing, and says nothing at each letter', async () => {
    const { ada, test } = await visit();
    const form = await ada.type('/start');
    const element = elementOf(form);
    if (element) element.action_id = '?vanished/gone/topic';
    expect(await ada.typeahead('topic', '', form)).toEqual([]);
    if (element) element.action_id = 'another app’s';
    expect(await ada.typeahead('topic', '', form)).toEqual([]);
    expect(test.slack.ephemerals({ id: ada.id, teamId: ada.teamId })).toEqual([]);
  });
});
