// Our command definitions as Discord's application commands: what a person sees and fills in after typing `/`.
import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  type APIApplicationCommandOptionChoice,
  type APIApplicationCommandSubcommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  ChannelType,
  InteractionContextType,
  PermissionFlagsBits,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import { cleanText, shorten } from '../clean-text.ts';
import type { Choice, Command, Commands, OptionSpec, Subcommand } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { choicesOf } from '../options.ts';

/** Discord's limits on application commands. */
const MOST = { commands: 100, options: 25, choices: 25, description: 100, choice: 100, text: 6000, total: 8000 };
/** What the router takes of a text unless its option says otherwise; Discord's client then stops at the same length. */
const TEXT_LIMIT = 200;
/** What the router takes of several values in one text. */
const MANY_LIMIT = 2000;

const POSTABLE = [
  ChannelType.GuildText,
  ChannelType.GuildAnnouncement,
  ChannelType.AnnouncementThread,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
] as const;

/** `text` in at most `limit` UTF-16 units, the strictest way to count characters; `otherwise` where nothing can be seen of it. */
const fitted = (text: string, limit: number, otherwise: string): string => {
  const clean = cleanText(text) || otherwise;
  let kept = shorten(clean, limit);
  for (let characters = limit - 1; kept.length > limit; characters -= 1) kept = shorten(clean, characters);
  return kept;
};

const described = (name: string, description: string) => ({
  name,
  description: fitted(description, MOST.description, name),
});

const toChoices = <V extends string | number>(
  choices: readonly Choice[],
  toValue: (value: string) => V,
): APIApplicationCommandOptionChoice<V>[] =>
  choices.map(({ label, value }) => ({ name: fitted(label, MOST.choice, value), value: toValue(value) }));

/** Whether Discord can show these as a closed list: few enough, short enough, and told apart by their names. */
const fitAsChoices = (choices: readonly Choice[]): boolean =>
  choices.length > 0 &&
  choices.length <= MOST.choices &&
  choices.every(({ value }) => value !== '' && value.length <= MOST.choice) &&
  new Set(toChoices(choices, String).map(({ name }) => name)).size === choices.length;

type Building = { curriculum: Curriculum; closedLists: boolean };

/** How the values of a text or number are found: by the command's own type-ahead, in a closed list, or typed freely. */
const valuesOf = (
  name: string,
  spec: OptionSpec,
  { autocomplete }: Subcommand,
  { curriculum, closedLists }: Building,
): { autocomplete: true } | { choices: readonly Choice[] } | undefined => {
  if (autocomplete && Object.hasOwn(autocomplete, name) && autocomplete[name]) return { autocomplete: true };
  const choices = choicesOf(spec, curriculum);
  if (!choices) return undefined;
  // Discord's lists take one value and 25 entries; the app's own type-ahead knows every closed list as well.
  return closedLists && !spec.many && fitAsChoices(choices) ? { choices } : { autocomplete: true };
};

/**
 * Whether Discord asks for an option before the command can be sent. That is quicker than our form, also for a closed list: the list
 * opens as soon as the command is picked. An option that takes several values is the exception: Discord's box takes one, so it is left
 * to the form, whose select takes several.
 */
const isAskedFor = (spec: OptionSpec): boolean => spec.required === true && !spec.many;

const optionOf = (
  name: string,
  spec: OptionSpec,
  subcommand: Subcommand,
  building: Building,
): APIApplicationCommandBasicOption => {
  const base = { ...described(name, spec.description), ...(isAskedFor(spec) && { required: true }) };
  const type = spec.many ? 'string' : spec.type;
  switch (type) {
    case 'boolean':
      return { ...base, type: ApplicationCommandOptionType.Boolean };
    case 'channel':
      return { ...base, type: ApplicationCommandOptionType.Channel, channel_types: [...POSTABLE] };
    case 'integer': {
      const number = { ...base, type: ApplicationCommandOptionType.Integer } as const;
      const values = valuesOf(name, spec, subcommand, building);
      if (values && 'choices' in values) return { ...number, choices: toChoices(values.choices, Number) };
      return {
        ...number,
        ...(spec.min !== undefined && { min_value: spec.min }),
        ...(spec.max !== undefined && { max_value: spec.max }),
        ...values,
      };
    }
    case 'string': {
      const text = { ...base, type: ApplicationCommandOptionType.String } as const;
      const values = valuesOf(name, spec, subcommand, building);
      if (values && 'choices' in values) return { ...text, choices: toChoices(values.choices, String) };
      const longest = spec.many ? MANY_LIMIT : (spec.max ?? TEXT_LIMIT);
      return { ...text, max_length: Math.min(longest, MOST.text), ...values };
    }
    default:
      return type satisfies never;
  }
};

/** In their order, but required ones first: Discord refuses any other. */
const optionsOf = (subcommand: Subcommand, building: Building): APIApplicationCommandBasicOption[] => {
  const specs = Object.entries(subcommand.options ?? {});
  return [...specs.filter(([, spec]) => isAskedFor(spec)), ...specs.filter(([, spec]) => !isAskedFor(spec))].map(
    ([name, spec]) => optionOf(name, spec, subcommand, building),
  );
};

const subcommandOf = (
  name: string,
  subcommand: Subcommand,
  building: Building,
): APIApplicationCommandSubcommandOption => ({
  ...described(name, subcommand.description),
  type: ApplicationCommandOptionType.Subcommand,
  options: optionsOf(subcommand, building),
});

const commandOf = (command: Command, building: Building): RESTPostAPIChatInputApplicationCommandsJSONBody => {
  const alone = command.subcommands[''];
  const options = alone
    ? optionsOf(alone, building)
    : Object.entries(command.subcommands).map(([name, subcommand]) => subcommandOf(name, subcommand, building));
  const forOrganisers = command.audience === 'organiser';
  return {
    ...described(command.name, command.description),
    type: ApplicationCommandType.ChatInput,
    options,
    // A server's administrators may open or close a command to others; the app checks the person again.
    ...(forOrganisers && { default_member_permissions: String(PermissionFlagsBits.ManageGuild) }),
    contexts: forOrganisers
      ? [InteractionContextType.Guild]
      : [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  };
};

/** All that Discord counts towards a command's 8,000 characters: names, descriptions and values. */
const sizeOf = (part: RESTPostAPIChatInputApplicationCommandsJSONBody | APIApplicationCommandOption): number => {
  const choices: readonly APIApplicationCommandOptionChoice[] = ('choices' in part && part.choices) || [];
  const options: readonly APIApplicationCommandOption[] = ('options' in part && part.options) || [];
  return (
    part.name.length +
    part.description.length +
    choices.reduce((sum, { name, value }) => sum + name.length + String(value).length, 0) +
    options.reduce((sum, option) => sum + sizeOf(option), 0)
  );
};

/** Why Discord would refuse a command whatever we shorten; empty where it takes it. */
const faultsOf = (command: Command, body: RESTPostAPIChatInputApplicationCommandsJSONBody): string[] => {
  const { '': alone, ...named } = command.subcommands;
  const parts = Object.entries(alone ? { '': alone } : named);
  return [
    ...(alone && Object.keys(named).length > 0 ? ['both runs by itself and has subcommands'] : []),
    ...(parts.length > MOST.options ? [`has ${parts.length} subcommands, over ${MOST.options}`] : []),
    ...parts.flatMap(([name, { options = {} }]) => {
      const count = Object.keys(options).length;
      return count > MOST.options ? [`${name} has ${count} options, over ${MOST.options}`.trim()] : [];
    }),
    ...(sizeOf(body) > MOST.total ? [`has ${sizeOf(body)} characters, over ${MOST.total}`] : []),
  ].map(fault => `/${command.name} ${fault}`);
};

const registrable = (command: Command, curriculum: Curriculum): RESTPostAPIChatInputApplicationCommandsJSONBody => {
  const body = commandOf(command, { curriculum, closedLists: true });
  // Type-ahead offers the same as a closed list and counts nothing.
  return sizeOf(body) > MOST.total ? commandOf(command, { curriculum, closedLists: false }) : body;
};

/**
 * What is registered with Discord. Texts of the content that are too long are shortened, lists that are too long become type-ahead.
 * Throws, with everything that is wrong, where a definition cannot be registered at all: a bug of ours.
 */
export const applicationCommands = (
  commands: Commands,
  curriculum: Curriculum,
): RESTPostAPIChatInputApplicationCommandsJSONBody[] => {
  const built = [...commands.values()].map(command => ({ command, body: registrable(command, curriculum) }));
  const faults = [
    ...(built.length > MOST.commands ? [`there are ${built.length} commands, over ${MOST.commands}`] : []),
    ...built.flatMap(({ command, body }) => faultsOf(command, body)),
  ];
  if (faults.length > 0) throw new Error(`Discord would refuse these commands: ${faults.join('; ')}`);
  return built.map(({ body }) => body);
};
