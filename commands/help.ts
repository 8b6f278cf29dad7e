import { commandCode, isTyped } from '../src/cards/given-command.ts';
import {
  type Choice,
  type Command,
  type Context,
  defineCommand,
  encodeAction,
  type MessageReply,
  mayUse,
  reply,
} from '../src/command.ts';
import { usageOf } from '../src/command-text.ts';
import { UserError } from '../src/errors.ts';
import { escapeMarkdown } from '../src/markdown.ts';
import { actions, type Block, heading, list, type Markdown, quiet, text } from '../src/message.ts';
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

/** The commands that somebody may use. */
const commandChoices = ({ commands, organiser }: Pick<Context, 'commands' | 'organiser'>): Choice[] =>
  [...commands.values()]
    .filter(command => mayUse(command, organiser))
    .map(({ name, description }) => ({ label: name, value: name, description }));

/** What holds wherever commands are typed. */
const typingText = (platform: PlatformName): Markdown =>
  isTyped(platform)
    ? ' Options may be typed in their order, or as `name:value`; what is needed and left out is asked for.'
    : '';

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
        `${commandCode(context.platform, '/help', { command: 'track' })} explains one command.${typingText(context.platform)}`,
      ),
      ...(context.platform === 'slack' ? [quiet('The Home tab of this app shows your plan.')] : []),
      actions({
        type: 'select',
        action: encodeAction('help', 'show'),
        placeholder: 'Explain a command',
        // What each is for stands above.
        options: commandChoices(context).map(({ label, value }) => ({ label, value })),
      }),
    ],
  });

/** The command of this name explained. Throws a UserError that names the nearest where there is none. */
const explain = (name: string, context: Context): MessageReply => {
  const wanted = name.replace(/^\//, '').toLowerCase();
  const command = context.commands.get(wanted);
  if (command) return helpOf(command, context);
  throw new UserError(
    'unknown_command',
    `There is no command ${quote(name)}.${didYouMean(wanted, [...context.commands.keys()])} /help lists all commands.`,
  );
};

export default defineCommand({
  name: 'help',
  description: 'What Milepost can do, and how each command is used',
  audience: 'member',
  visibility: 'private',
  options: { command: { type: 'string', description: 'A command to explain' } },
  autocomplete: {
    command: (typed, context) =>
      commandChoices(context).filter(({ value }) => value.startsWith(typed.replace(/^\//, '').toLowerCase())),
  },
  run: ({ command }, context) => (command === undefined ? overview(context) : explain(command, context)),
  actions: { show: (name, context, [chosen]) => explain(chosen ?? name, context) },
});
