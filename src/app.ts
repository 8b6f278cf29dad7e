// Takes every interaction to its handler and every error to one answer: the only boundary between people and the commands.
import { randomUUID } from 'node:crypto';
import { askAnOrganiser, commandCode, withCommands } from './cards/given-command.ts';
import { cleanText, shorten } from './clean-text.ts';
import {
  type Caller,
  type Choice,
  type Command,
  type Commands,
  type Context,
  type Delivered,
  decodeAction,
  encodeAction,
  type Interaction,
  type MessageReply,
  mayUse,
  type OptionSpecs,
  type OptionValues,
  type Post,
  type RawOptions,
  type Reply,
  reply,
} from './command.ts';
import { type Completion, completeCommandText, parseCommandText, suggestValues } from './command-text.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { UserError } from './errors.ts';
import type { Log } from './log.ts';
import { escapeMarkdown } from './markdown.ts';
import { actions, type Block, button, list, type Message, quiet, text } from './message.ts';
import { resolveOptions, SEVERAL_WRONG } from './options.ts';
import { changedOptions, OPTIONS_FORM, optionsForm, submittedOptions, typedAgain } from './options-form.ts';
import type { Channel, Outcome } from './platform.ts';
import { findOrCreateCommunity, type PlatformName } from './storage/communities.ts';
import type { Db } from './storage/database.ts';
import { findOrCreateMember, SILENCE, updateMember } from './storage/members.ts';
import { followPlatformZone } from './storage/platform-zone.ts';

export type AppDeps = {
  db: Db;
  commands: Commands;
  /** Asked at each interaction, so that content can be replaced while the bot runs. */
  curriculum: () => Curriculum;
  now: () => Date;
  deliverDue: (communityId: number) => Promise<Delivered>;
  /** Asks the caller's platform for a channel. */
  findChannel: (caller: Caller, named: string, needs?: { thread: boolean }) => Promise<Channel | { problem: string }>;
  /** Changes a post on the caller's platform. */
  editPost: (caller: Caller, post: Post, message: Message) => Promise<Outcome>;
  log: Log;
};

export type App = {
  /** The answer to whatever a member did. Never throws: what they can mend is said, the rest gets an incident id. */
  handle(interaction: Interaction): Promise<Reply>;
  /** Type-ahead for one option of a command, at most 25; empty where there is nothing to suggest. */
  suggest(
    caller: Caller,
    at: { command: string; subcommand: string; option: string; typed: string },
  ): Promise<Choice[]>;
  /** Type-ahead for a half-typed command. */
  complete(caller: Caller, text: string): Promise<Completion[]>;
};

const NAME_LIMIT = 80;
const cleanName = (name: string, otherwise: string): string => shorten(cleanText(name), NAME_LIMIT) || otherwise;

/** English, the language of all texts, where the platform says none that this Node knows. */
const localeOf = ({ locale = '' }: Caller): string => {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
};

const contextOf = async (deps: AppDeps, caller: Caller): Promise<Context> => {
  const { db, commands } = deps;
  const now = deps.now();
  const community = await findOrCreateCommunity(
    db,
    {
      platform: caller.platform,
      externalId: caller.communityId,
      name: cleanName(caller.communityName, 'This community'),
    },
    now,
  );
  const found = await findOrCreateMember(
    db,
    community,
    {
      externalId: caller.memberId,
      name: cleanName(caller.name, ''),
      ...(caller.zone && { zone: caller.zone }),
    },
    now,
  );
  const member = await followPlatformZone(db, found, caller.zone, now);
  return {
    now,
    db,
    curriculum: deps.curriculum(),
    commands,
    community,
    member,
    organiser: caller.organiser,
    platform: caller.platform,
    locale: localeOf(caller),
    ...(caller.channelId !== undefined && { channelId: caller.channelId }),
    deliverDue: () => deps.deliverDue(community.id),
    findChannel: (named, needs) => deps.findChannel(caller, named, needs),
    editPost: (post, message) => deps.editPost(caller, post, message),
  };
};

const requireAudience = (command: Command, context: Context, name = ''): void => {
  const subcommand = Object.hasOwn(command.subcommands, name) ? command.subcommands[name] : undefined;
  if (mayUse(command, context.organiser, subcommand)) return;
  throw new UserError(
    'organisers_only',
    `/${[command.name, name].join(' ').trim()} is for organisers of this community. ${askAnOrganiser(context)}, or see /help for what you can do.`,
  );
};

const runCommand = (command: Command, name: string, raw: RawOptions, context: Context): Reply | Promise<Reply> => {
  requireAudience(command, context, name);
  const subcommand = Object.hasOwn(command.subcommands, name) ? command.subcommands[name] : undefined;
  if (!subcommand) {
    throw new UserError(
      'unknown_subcommand',
      `/${command.name} has changed and cannot do this any more. /help ${command.name} shows what it can do.`,
    );
  }
  const { values, missing } = resolveOptions(subcommand.options ?? {}, raw, context.curriculum);
  if (missing.length > 0) return optionsForm(command, name, raw, context);
  return subcommand.run(values as OptionValues<OptionSpecs>, context);
};

const helpFor = (command: Command, context: Context): Reply | Promise<Reply> => {
  const help = context.commands.get('help');
  return help
    ? runCommand(help, '', { command: command.name }, context)
    : reply({ blocks: [text(escapeMarkdown(command.description))] });
};

const outdated = () =>
  new UserError(
    'outdated',
    'This button or form belongs to an older message that no longer works. /next shows where you are; /help lists all commands.',
  );

const route = async (interaction: Interaction, context: Context): Promise<{ command: Command; reply: Reply }> => {
  const { commands } = context;
  if (interaction.type === 'text') {
    const typed = parseCommandText(commands, interaction.text, context.curriculum);
    const { command } = typed;
    if (typed.help) return { command, reply: await helpFor(command, context) };
    return { command, reply: await runCommand(command, typed.subcommand, typed.options, context) };
  }
  if (interaction.type === 'command') {
    const command = commands.get(interaction.command);
    if (!command)
      throw new UserError('unknown_command', 'This command is not there any more. /help lists all commands.');
    return { command, reply: await runCommand(command, interaction.subcommand ?? '', interaction.options, context) };
  }
  const id = decodeAction(interaction.type === 'action' ? interaction.action : interaction.modal);
  const command = id && commands.get(id.command);
  if (!command) throw outdated();
  requireAudience(command, context);
  if (interaction.type === 'action') {
    if (id.action === OPTIONS_FORM) return { command, reply: await changedOptions(command, id.value, context) };
    const handler = Object.hasOwn(command.actions, id.action) ? command.actions[id.action] : undefined;
    if (!handler) throw outdated();
    return { command, reply: await handler(id.value, context, interaction.values) };
  }
  if (id.action === OPTIONS_FORM) {
    const { name, given } = await submittedOptions(command, id.value, interaction.fields, context);
    return { command, reply: await runCommand(command, name, given, context) };
  }
  const modal = Object.hasOwn(command.modals, id.action) ? command.modals[id.action] : undefined;
  if (!modal) throw outdated();
  return { command, reply: await modal.submit(interaction.fields, context, id.value) };
};

/** Commands that the sentence names are code: each platform shows how they are called there. The playground knows them by no other name. */
const errorReply = (messages: string[], { commands }: AppDeps, { platform }: Caller): MessageReply => {
  const [first = '', ...others] = messages.map(message =>
    platform === 'web' ? escapeMarkdown(message) : withCommands(cleanText(message), commands),
  );
  const blocks =
    others.length === 0 ? [text(`⚠️ ${first}`)] : [text('⚠️ Please look at these again:'), list([first, ...others])];
  return reply({ blocks }, { private: true, refused: true });
};

/**
 * A member whose direct messages were found closed: they are switched off before the command runs, so that it can switch them
 * on again. `directMessagesClosedAt` stays until the member was told.
 */
const settleClosed = async (context: Context): Promise<Context> => {
  const { db, member } = context;
  if (!member.directMessagesClosedAt || member.directMessages === 'off') return context;
  const change = { directMessages: 'off' as const };
  await updateMember(db, member.id, change);
  return { ...context, member: { ...member, ...change } };
};

const closedNotice = (platform: PlatformName): Block => {
  const again = `${commandCode(platform, '/settings messages', { frequency: 'weekly' })} switches them on again.`;
  const how =
    platform === 'discord'
      ? 'To open them: right-click the server’s name (on a phone: press it, then ⋯), choose Privacy Settings, and switch Direct Messages on. Then '
      : '';
  return quiet(
    `Your last message could not be delivered, because your direct messages are closed to me, so I switched them off. ${how}${again}`,
  );
};

/** What a member is told with the next private answer, whatever they asked: closed messages once, resting ones until resumed. */
const noticesFor = async (interaction: Interaction, { db, member, now, platform }: Context): Promise<Block[]> => {
  const notices: Block[] = [];
  if (member.directMessagesClosedAt) {
    await updateMember(db, member.id, { directMessagesClosedAt: null });
    notices.push(closedNotice(platform));
  }
  const isPress = interaction.type === 'action' || interaction.type === 'modal';
  if (!isPress && member.pausedReason === SILENCE && member.pausedUntil && member.pausedUntil > now) {
    notices.push(
      quiet('Good to see you. Your weekly messages still rest, after the long silence.'),
      actions(button('Resume messages', encodeAction('settings', 'resume'))),
    );
  }
  return notices;
};

export const createApp = (deps: AppDeps): App => {
  /** Logs a fault of ours once, and answers the sentence that the person sees. */
  const incidentOf = (error: unknown, { type, caller }: Interaction): string => {
    const incident = randomUUID().slice(0, 8);
    deps.log.error({ err: error, incident, interaction: type, community: caller.communityId }, 'an interaction failed');
    return `Something went wrong on our side. Please look whether it was done before you try again; if it stays, tell an organiser the incident ${incident}.`;
  };

  /** One line without anything that was typed, so that an operator sees what people are refused, and where. */
  const noteRefusal = ({ code }: UserError, { type, caller }: Interaction): void =>
    deps.log.info(
      { code, interaction: type, platform: caller.platform, community: caller.communityId },
      'an interaction was refused',
    );

  return {
    async handle(interaction) {
      let context: Context | undefined;
      let answer: MessageReply;
      let refusedLine: string | undefined;
      try {
        context = await settleClosed(await contextOf(deps, interaction.caller));
        const { command, reply: replied } = await route(interaction, context);
        if (replied.type === 'modal') return replied;
        answer = { ...replied, private: replied.private ?? command.visibility === 'private' };
        // The settings may just have changed what the notices are about, and they show it themselves.
        if (!answer.private || command.name === 'settings') return answer;
      } catch (error) {
        const refusal = error instanceof UserError ? error : undefined;
        if (refusal) noteRefusal(refusal, interaction);
        if (refusal && interaction.type === 'text') refusedLine = interaction.text;
        const message = refusal?.message ?? incidentOf(error, interaction);
        const messages = refusal?.code === SEVERAL_WRONG ? message.split('\n') : [message];
        answer = errorReply(messages, deps, interaction.caller);
      }
      try {
        const again = context && refusedLine !== undefined ? await typedAgain(refusedLine, context) : [];
        const notices = context ? await noticesFor(interaction, context) : [];
        return { ...answer, message: { ...answer.message, blocks: [...answer.message.blocks, ...again, ...notices] } };
      } catch (error) {
        deps.log.error({ err: error, community: interaction.caller.communityId }, 'a notice was left out');
        return answer;
      }
    },
    async suggest(caller, { command: name, subcommand, option, typed }) {
      const context = await contextOf(deps, caller);
      const command = context.commands.get(name);
      const found =
        command && Object.hasOwn(command.subcommands, subcommand) ? command.subcommands[subcommand] : undefined;
      // What is suggested may be what only organisers see.
      return command && found && mayUse(command, caller.organiser, found)
        ? suggestValues(found, option, typed, context)
        : [];
    },
    async complete(caller, typed) {
      return completeCommandText(typed.slice(0, 500), await contextOf(deps, caller));
    },
  };
};
