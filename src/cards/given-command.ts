// How an answer names a command: typed with its values, or, where commands are picked from a list, with its values in words.
import type { Commands, Context } from '../command.ts';
import { escapeMarkdown, markdownOf } from '../markdown.ts';
import type { Markdown } from '../message.ts';
import type { PlatformName } from '../storage/communities.ts';

/** By the names of the command's options, the one that is typed first in front. */
type Values = Readonly<Record<string, string | number>>;

/** Discord takes no typed line: people pick the command and fill in a box for each value. */
export const isTyped = (platform: PlatformName): boolean => platform !== 'discord';

const typedLine = (command: string, values: Values): string =>
  [command, ...Object.entries(values).map(([name, value], at) => (at === 0 ? value : `${name}:${value}`))].join(' ');
const inWords = (values: Values): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');

/** As plain text: `/settings pause 2 weeks`, or `/settings pause with until: 2 weeks` where commands are picked. */
export const commandText = (platform: PlatformName, command: string, values: Values): string =>
  isTyped(platform) ? typedLine(command, values) : `${command} with ${inWords(values)}`;

/** The same as Markdown, the command as code: alone it becomes a link on Discord. */
export const commandCode = (platform: PlatformName, command: string, values: Values): Markdown =>
  isTyped(platform) ? `\`${typedLine(command, values)}\`` : `\`${command}\` with ${escapeMarkdown(inWords(values))}`;

/** Quotes are somebody's own text; a command stands by itself, not in a path. */
const QUOTE_OR_COMMAND = /“[^”]*”|(?<![\w/])\/([a-z][a-z0-9_-]*)(?: ([a-z][a-z0-9_-]*))?/g;

/** Plain `text` as Markdown that shows exactly these characters, with the commands that it names as code. */
export const withCommands = (text: string, commands: Commands): Markdown => {
  const parts: { text: string; code: boolean }[] = [];
  let at = 0;
  for (const { 0: match, 1: name = '', 2: sub = '', index } of text.matchAll(QUOTE_OR_COMMAND)) {
    const command = commands.get(name);
    if (!command) continue;
    const named = sub !== '' && Object.hasOwn(command.subcommands, sub) ? match : `/${name}`;
    parts.push({ text: text.slice(at, index), code: false }, { text: named, code: true });
    at = index + named.length;
  }
  return markdownOf([...parts, { text: text.slice(at), code: false }]);
};

/** Where an organiser can do what is refused here: in direct messages Discord does not say who manages the server. */
export const askAnOrganiser = ({ platform, channelId }: Pick<Context, 'platform' | 'channelId'>): string => {
  if (platform === 'slack') return 'Ask an owner or admin of this workspace';
  return platform === 'discord' && channelId === undefined
    ? 'If you manage the server, send it there; otherwise ask one of them'
    : 'Ask one of them';
};
