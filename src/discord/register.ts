// Registers the slash commands with Discord, only where what Discord has is not what we want.
import {
  type APIApplicationCommand,
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';

type Wanted = RESTPostAPIChatInputApplicationCommandsJSONBody;

/** The two calls to Discord that this needs; without a guild they are about the commands of every server. */
export type CommandsApi = {
  list(guildId?: string): Promise<APIApplicationCommand[]>;
  replace(body: RESTPutAPIApplicationCommandsJSONBody, guildId?: string): Promise<APIApplicationCommand[]>;
};

const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

/** One option with Discord's defaults filled in; all that it may leave out or add of its own is left out. */
const comparableOption = (option: APIApplicationCommandOption): unknown => {
  const given: Partial<{
    required: boolean;
    autocomplete: boolean;
    choices: { name: string; value: string | number }[];
    channel_types: number[];
    min_value: number;
    max_value: number;
    min_length: number;
    max_length: number;
    options: APIApplicationCommandOption[];
  }> = option;
  return {
    type: option.type,
    name: option.name,
    description: option.description,
    required: given.required ?? false,
    autocomplete: given.autocomplete ?? false,
    choices: (given.choices ?? []).map(({ name, value }) => [name, value]),
    channelTypes: sorted(given.channel_types ?? []),
    limits: [given.min_value, given.max_value, given.min_length, given.max_length].map(limit => limit ?? null),
    options: (given.options ?? []).map(comparableOption),
  };
};

const EVERYWHERE = [InteractionContextType.Guild, InteractionContextType.BotDM, InteractionContextType.PrivateChannel];

/** A command as one text that is equal where Discord would treat the commands alike. */
const comparable = (command: Wanted | APIApplicationCommand, isOfGuild: boolean): string =>
  JSON.stringify({
    type: command.type ?? ApplicationCommandType.ChatInput,
    name: command.name,
    description: command.description,
    permissions: command.default_member_permissions ?? null,
    nsfw: command.nsfw ?? false,
    // Commands of one server have no contexts: they are in that server and nowhere else.
    contexts: isOfGuild ? null : sorted(command.contexts ?? EVERYWHERE),
    installed: isOfGuild ? null : sorted(command.integration_types ?? [ApplicationIntegrationType.GuildInstall]),
    options: (command.options ?? []).map(comparableOption),
  });

/** Discord makes the entry point of an app with an Activity by itself, and refuses a list that leaves it out. */
const isEntryPoint = ({ type }: APIApplicationCommand): boolean => type === ApplicationCommandType.PrimaryEntryPoint;

/**
 * Whether Discord has other commands than `wanted`, comparing what we set with Discord's defaults filled in. The order of commands
 * means nothing, that of options and choices does.
 */
export const differs = (wanted: readonly Wanted[], registered: readonly APIApplicationCommand[]): boolean => {
  const theirs = registered.filter(command => !isEntryPoint(command));
  if (wanted.length !== theirs.length) return true;
  const byName = new Map(theirs.map(command => [command.name, command]));
  return wanted.some(command => {
    const there = byName.get(command.name);
    if (!there) return true;
    const isOfGuild = there.guild_id !== undefined;
    return comparable(command, isOfGuild) !== comparable(there, isOfGuild);
  });
};

const bodyOf = (
  wanted: readonly Wanted[],
  registered: readonly APIApplicationCommand[],
  guildId: string | undefined,
): RESTPutAPIApplicationCommandsJSONBody => {
  if (guildId !== undefined) {
    return wanted.map(({ contexts: _contexts, integration_types: _types, ...command }) => command);
  }
  const kept = registered
    .filter(isEntryPoint)
    .map(({ application_id: _app, version: _version, ...command }) => command);
  return [...wanted, ...(kept as RESTPutAPIApplicationCommandsJSONBody)];
};

/** Brings Discord's list, of every server or of one guild, to `wanted`; one read where it is so already. */
export const registerCommands = async (
  api: CommandsApi,
  wanted: readonly Wanted[],
  { guildId }: { guildId?: string } = {},
): Promise<{ changed: boolean; registered: APIApplicationCommand[] }> => {
  const registered = await api.list(guildId);
  if (!differs(wanted, registered)) return { changed: false, registered };
  return { changed: true, registered: await api.replace(bodyOf(wanted, registered, guildId), guildId) };
};

/**
 * A function that answers the clickable mention of a slash command: `</topics show:ID>` for `topics show`, `</next:ID>` for `next`;
 * undefined where there is none, as for a command that only its subcommands can be called of.
 */
export const mentionOf = (registered: readonly APIApplicationCommand[]): ((command: string) => string | undefined) => {
  const mentions = new Map<string, string>();
  for (const { id, name, type, options = [] } of registered) {
    if (type !== ApplicationCommandType.ChatInput) continue;
    const subcommands = options.filter(option => option.type === ApplicationCommandOptionType.Subcommand);
    const paths = subcommands.length > 0 ? subcommands.map(option => `${name} ${option.name}`) : [name];
    for (const path of paths) mentions.set(path, `</${path}:${id}>`);
  }
  return command => mentions.get(command);
};
