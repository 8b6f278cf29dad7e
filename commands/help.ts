import { commandCode, isTyped } from '../src/cards/given-command.ts';
import {
  type Choice,
  type Command,
  type Context,
  defineCommand,
  type MessageReply,
  mayUse,
  reply,
} from '../src/command.ts';
import { usageOf } from '../src/command-text.ts';
import { UserError } from '../src/errors.ts';
import { escapeMarkdown } from '../src/markdown.ts';
import { type Block, heading, list, type Markdown, quiet, text } from '../src/message.ts';
import { didYouMean, quote } from '../src/nearest.ts';
import { choicesOf } from '../src/options.ts';
import type { PlatformName } from '../src/storage/communities.ts';

const code = (words: string): string => `\`${words}\``;

/** By its title, with the id where that is what is typed. */
const choiceText = ({ label, value }: Choice, platform: PlatformName): Markdown => {
  if (!isTyped(platform)) return escapeMarkdown(label);
  return label === value ? code(value) : `${escapeMarkdown(label)} ${code(value)}`;
};

const optionLines = (command: Command, name: string, { curriculum, platform }: Context): Markdown[] =>
  Object.entries(command.subcommands[name]?.options ?? {}).map(([option, spec]) => {
    const choices = choicesOf(spec, curriculum)?.map(choice => choiceText(choice, platform));
    const oneOf = choices ? ` (${spec.many ? 'any of' : 'one of'} ${choices.join(', ')})` : '';
    return `${code(option)}${spec.required ? '' : ', optional'}: ${escapeMarkdown(spec.description)}${oneOf}`;
  });

/** Who may use a command, where that is not everybody. */
const whoMay = ({ name, audience }: Command, { platform, organiser, channelId }: Context): Block[] => {
  if (audience === 'member' || organiser) return [];
  const who =
    platform === 'discord'
      ? 'members who may manage the server (the permission “Manage Server”)'
      : 'those who manage this community';
  const where =
    platform === 'discord' && channelId === undefined ? ` If that is you, send ${code(`/${name}`)} there.` : '';
  return [quiet(`This is for organisers: ${who}.${where}`)];
};

const helpOf = (command: Command, context: Context): MessageReply => {
  const usable = Object.entries(command.subcommands).filter(([, subcommand]) =>
    mayUse(command, context.organiser, subcommand),
  );
  const parts = usable.flatMap(([name, { description }]): Block[] => {
    const lines = optionLines(command, name, context);
    return [
      text(
        `${code(isTyped(context.platform) ? usageOf(command, name) : `/${command.name} ${name}`.trim())}${name ? ` ${escapeMarkdown(description)}` : ''}`,
      ),
      ...(lines.length > 0 ? [list(lines)] : []),
    ];
  });
  return reply(
    {
      blocks: [
        heading(`/${command.name}`),
        text(escapeMarkdown(command.description)),
        ...whoMay(command, context),
        ...parts,
      ],
    },
    { private: true },
  );
};

const linesFor = (audience: Command['audience'], { commands, organiser }: Context): string[] =>
  [...commands.values()]
    .filter(command => command.audience === audience)
    .map(command => {
      const subs = Object.entries(command.subcommands).flatMap(([name, subcommand]) =>
        name !== '' && mayUse(command, organiser, subcommand) ? [name] : [],
      );
      return `${code(`/${command.name}`)}${subs.length > 0 ? ` ${subs.join(', ')}` : ''}: ${escapeMarkdown(command.description)}`;
    });

const overview = (context: Context): MessageReply =>
  reply({
    blocks: [
      heading('What Milepost can do'),
      text(
        'Milepost walks you through a learning roadmap, one week at a time. `/onboard` sets you up in two minutes; `/next` shows what to learn now.',
      ),
      list(linesFor('member', context)),
      ...(context.organiser ? [heading('For organisers', 2), list(linesFor('organiser', context))] : []),
      quiet(
        `${commandCode(context.platform, '/help', { command: 'track' })} explains one command.${isTyped(context.platform) ? ' Options may be typed in their order, or as `name:value`.' : ''}`,
      ),
    ],
  });

export default defineCommand({
  name: 'help',
  description: 'What Milepost can do, and how each command is used',
  audience: 'member',
  visibility: 'private',
  options: { command: { type: 'string', description: 'A command to explain' } },
  autocomplete: {
    command: (typed, { commands, organiser }) =>
      [...commands.values()]
        .filter(
          ({ name, audience }) =>
            name.startsWith(typed.replace(/^\//, '').toLowerCase()) && (organiser || audience === 'member'),
        )
        .map(({ name, description }) => ({ label: name, value: name, description })),
  },
  run: ({ command: name }, context) => {
    if (name === undefined) return overview(context);
    const wanted = name.replace(/^\//, '').toLowerCase();
    const command = context.commands.get(wanted);
    if (command) return helpOf(command, context);
    throw new UserError(
      'unknown_command',
      `There is no command ${quote(name)}.${didYouMean(wanted, [...context.commands.keys()])} /help lists all commands.`,
    );
  },
});
