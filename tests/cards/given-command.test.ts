import { beforeAll, describe, expect, it } from 'vitest';
import { commandCode, commandText, withCommands } from '../../src/cards/given-command.ts';
import type { Commands } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { markdownToPlain } from '../../src/markdown.ts';

describe('a command with values', () => {
  const values = { kind: 'digest', channel: '#general', time: '09:00' };

  it('is a line to type on the web and Slack: the first value by itself, the others by name', () => {
    expect(commandText('web', '/schedule set', values)).toBe('/schedule set digest channel:#general time:09:00');
    expect(commandCode('slack', '/settings pause', { until: '2 weeks' })).toBe('`/settings pause 2 weeks`');
  });

  it('is the command alone and its values in words on Discord, where nothing is typed', () => {
    expect(commandText('discord', '/schedule run', { schedule: 6 })).toBe('/schedule run with schedule: 6');
    expect(markdownToPlain(commandCode('discord', '/schedule set', values))).toBe(
      '/schedule set with kind: digest, channel: #general, time: 09:00',
    );
    expect(commandCode('discord', '/settings zone', { zone: 'America/Port_of_Spain' })).toMatch(
      /^`\/settings zone` with/,
    );
  });
});

describe('a sentence that names commands', () => {
  let commands: Commands;
  beforeAll(async () => {
    commands = await loadCommands();
  });

  it('has those that there are as code, with their subcommand', () => {
    expect(withCommands('Resume it first: /schedule resume with schedule: 6.', commands)).toBe(
      'Resume it first: `/schedule resume` with schedule: 6.',
    );
    expect(withCommands('/help lists all commands.', commands)).toBe('`/help` lists all commands.');
  });

  it('leaves quotes, paths and what is no command as they are', () => {
    for (const text of ['There is no “/help /next”.', 'It is Europe/help there.', 'Try and/or /nonsense.'])
      expect(withCommands(text, commands)).toBe(text);
  });

  it('shows exactly the same characters', () => {
    const text = '*Bold* [x](y) `code` /next and <@1> “/help” _so_ /settings pause';
    expect(markdownToPlain(withCommands(text, commands))).toBe(text);
  });
});
