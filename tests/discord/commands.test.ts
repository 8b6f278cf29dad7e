import { join } from 'node:path';
import {
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ChannelType,
  InteractionContextType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Choice,
  type Command,
  type Commands,
  defineCommand,
  type OptionSpecs,
  reply,
  subcommand,
} from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { applicationCommands } from '../../src/discord/commands.ts';
import { testCurriculum } from '../support/curriculum.ts';

type Body = RESTPostAPIChatInputApplicationCommandsJSONBody;
type AnyOption = {
  type: number;
  name: string;
  description: string;
  required?: boolean;
  autocomplete?: boolean;
  choices?: { name: string; value: string | number }[];
  min_value?: number;
  max_value?: number;
  max_length?: number;
  channel_types?: number[];
  options?: AnyOption[];
};
const optionsOf = (part: Body | APIApplicationCommandOption | AnyOption): AnyOption[] =>
  ('options' in part ? (part.options as AnyOption[]) : undefined) ?? [];

const NAME = /^[-_'\p{Ll}\p{Lo}\p{N}]{1,32}$/u;
const within = (text: string, limit: number): boolean => text.length >= 1 && text.length <= limit;

/** What Discord's documentation says it would refuse of a part of a command. */
const refusals = (part: Body | AnyOption, path: string): string[] => {
  const options = optionsOf(part);
  const { choices = [], autocomplete = false } = part as AnyOption;
  const firstOptional = options.findIndex(option => !option.required);
  return [
    ...(NAME.test(part.name) ? [] : [`${path}: name`]),
    ...(within(part.description, 100) ? [] : [`${path}: description`]),
    ...(options.length <= 25 ? [] : [`${path}: ${options.length} options`]),
    ...(new Set(options.map(({ name }) => name)).size === options.length ? [] : [`${path}: a name twice`]),
    ...(options.some((option, at) => option.required && firstOptional !== -1 && at > firstOptional)
      ? [`${path}: required after optional`]
      : []),
    ...(choices.length <= 25 ? [] : [`${path}: ${choices.length} choices`]),
    ...(choices.every(({ name, value }) => within(name, 100) && within(String(value), 100)) ? [] : [`${path}: choice`]),
    ...(choices.length > 0 && autocomplete ? [`${path}: choices with type-ahead`] : []),
    ...options.flatMap(option => refusals(option, `${path} ${option.name}`)),
  ];
};

const charactersOf = (part: Body | AnyOption): number =>
  part.name.length +
  part.description.length +
  ((part as AnyOption).choices ?? []).reduce((sum, { name, value }) => sum + `${name}${value}`.length, 0) +
  optionsOf(part).reduce((sum, option) => sum + charactersOf(option), 0);

const of = (...commands: Command[]): Commands => new Map(commands.map(command => [command.name, command]));
const done = () => reply({ blocks: [] });
const withOptions = (options: OptionSpecs, name = 'try'): Command =>
  defineCommand({ name, description: 'Try it', audience: 'member', visibility: 'private', options, run: done });
/** The one option of a command that has only this one. */
const builtOption = (spec: OptionSpecs[string]): AnyOption | undefined =>
  applicationCommands(of(withOptions({ value: spec })), testCurriculum).flatMap(optionsOf)[0];
const labelled = (count: number, label = (at: number) => `Choice ${at}`): Choice[] =>
  Array.from({ length: count }, (_, at) => ({ value: `choice-${at}`, label: label(at) }));

describe('our commands as Discord’s application commands', () => {
  let commands: Commands;
  let curriculum: Curriculum;
  let bodies: Map<string, Body>;
  beforeAll(async () => {
    commands = await loadCommands();
    curriculum = await loadCurriculum(join(import.meta.dirname, '../../content'));
    bodies = new Map(applicationCommands(commands, curriculum).map(body => [body.name, body]));
  });
  const option = (path: string): AnyOption | undefined => {
    const [name = '', ...rest] = path.split(' ');
    const body = bodies.get(name);
    return rest.reduce<AnyOption | undefined>(
      (part, next) => part && optionsOf(part).find(found => found.name === next),
      body as AnyOption | undefined,
    );
  };

  it('are all there, and Discord would refuse none of them', () => {
    expect([...bodies.keys()].sort()).toEqual([...commands.keys()].sort());
    expect([...bodies.values()].flatMap(body => refusals(body, body.name))).toEqual([]);
    for (const body of bodies.values()) expect([body.name, charactersOf(body) <= 8000]).toEqual([body.name, true]);
  });

  it('show every description and choice as it was written', () => {
    const said = (part: Body | AnyOption): string[] => [
      part.description,
      ...((part as AnyOption).choices ?? []).map(({ name }) => name),
      ...optionsOf(part).flatMap(said),
    ];
    const written = [...commands.values()].flatMap(({ description, subcommands }) => [
      description,
      ...Object.values(subcommands).flatMap(({ description, options = {} }) => [
        description,
        ...Object.values(options).map(spec => spec.description),
      ]),
    ]);
    const shown = [...bodies.values()].flatMap(said);
    expect(written.filter(text => !shown.includes(text))).toEqual([]);
    expect(shown.filter(text => text.endsWith('…'))).toEqual([]);
  });

  it('have their subcommands, and options at top level where they have none', () => {
    expect(optionsOf(bodies.get('track') as Body).map(({ name, type }) => [name, type])).toEqual([
      ['select', ApplicationCommandOptionType.Subcommand],
      ['show', ApplicationCommandOptionType.Subcommand],
      ['list', ApplicationCommandOptionType.Subcommand],
    ]);
    expect(option('done topics')?.type).toBe(ApplicationCommandOptionType.String);
    expect(bodies.get('next')?.options).toEqual([]);
  });

  it('offer the tracks of the curriculum as a list that opens at once', () => {
    const track = option('track select track');
    expect(track?.required).toBe(true);
    expect(track?.choices?.map(({ value }) => value)).toEqual([...curriculum.tracks.keys()]);
    expect(track?.choices?.[1]?.name).toContain('Engineering');
    expect(track?.autocomplete).toBeUndefined();
  });

  it('leave an option that takes several values to our form with its select, with type-ahead for who types it', () => {
    const roles = option('roles select roles');
    expect(roles).toMatchObject({ type: ApplicationCommandOptionType.String, autocomplete: true });
    expect(roles).not.toHaveProperty('required');
    expect(roles).not.toHaveProperty('choices');
  });

  it('ask type-ahead where a command has its own, for numbers too', () => {
    expect(option('done topics')).toMatchObject({ autocomplete: true, required: true, max_length: 1000 });
    expect(option('schedule pause schedule')).toMatchObject({
      type: ApplicationCommandOptionType.Integer,
      autocomplete: true,
    });
  });

  it('let Discord check ranges, lengths and kinds of channel before anything is sent', () => {
    expect(option('settings pace hours')).toMatchObject({ min_value: 1, max_value: 40, required: true });
    expect(option('topics search text')).toMatchObject({ max_length: 200, required: true });
    expect(option('schedule set channel')?.channel_types).toEqual([
      ChannelType.GuildText,
      ChannelType.GuildAnnouncement,
      ChannelType.AnnouncementThread,
      ChannelType.PublicThread,
      ChannelType.PrivateThread,
    ]);
  });

  it('show an organiser’s command on servers only, to those who may manage them', () => {
    expect(bodies.get('schedule')).toMatchObject({
      default_member_permissions: '32',
      contexts: [InteractionContextType.Guild],
      integration_types: [0],
    });
  });

  it('show a member’s command to everybody, in direct messages too, also where some of its subcommands are for organisers', () => {
    for (const name of ['next', 'settings']) {
      expect(bodies.get(name)).not.toHaveProperty('default_member_permissions');
      expect(bodies.get(name)?.contexts).toEqual([InteractionContextType.Guild, InteractionContextType.BotDM]);
    }
  });
});

describe('an option for Discord', () => {
  it('that is required stands before those that are not', () => {
    const spec = { type: 'string', description: 'A word' } as const;
    const built = applicationCommands(
      of(withOptions({ a: spec, b: { ...spec, required: true }, c: spec, d: { ...spec, required: true } })),
      testCurriculum,
    ).flatMap(optionsOf);
    expect(built.map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c']);
  });

  it('of yes or no, and one of several numbers, have the types for that', () => {
    expect(builtOption({ type: 'boolean', description: 'Yes or no' })).toEqual({
      type: ApplicationCommandOptionType.Boolean,
      name: 'value',
      description: 'Yes or no',
    });
    // Several numbers are typed as one text.
    expect(builtOption({ type: 'integer', description: 'Numbers', many: true })).toMatchObject({
      type: ApplicationCommandOptionType.String,
      max_length: 2000,
    });
  });

  it('with a closed list of numbers gives numbers', () => {
    const choices = [
      { value: '1', label: 'One' },
      { value: '2', label: 'Two' },
    ];
    expect(builtOption({ type: 'integer', description: 'A number', choices })?.choices).toEqual([
      { name: 'One', value: 1 },
      { name: 'Two', value: 2 },
    ]);
  });

  it('with up to 25 choices is a closed list, with more it is type-ahead over all of them', () => {
    expect(builtOption({ type: 'string', description: 'One', choices: labelled(25) })?.choices).toHaveLength(25);
    const longer = builtOption({ type: 'string', description: 'One', choices: labelled(26) });
    expect(longer).toMatchObject({ autocomplete: true });
    expect(longer).not.toHaveProperty('choices');
  });

  it('with choices that a closed list cannot tell apart or hold is type-ahead', () => {
    const same = labelled(2, at => `${'x'.repeat(120)}${at}`);
    const long = [{ value: 'v'.repeat(101), label: 'Long' }];
    for (const choices of [same, long, []]) {
      const built = builtOption({ type: 'string', description: 'One', choices });
      expect(built).toMatchObject({ autocomplete: true });
      expect(built).not.toHaveProperty('choices');
    }
  });

  it('keeps what its texts begin with where they are too long, and never cuts a character in half', () => {
    const built = builtOption({
      type: 'string',
      description: 'x'.repeat(150),
      choices: [{ value: 'a', label: '🧭'.repeat(80) }],
    });
    expect(built?.description).toBe(`${'x'.repeat(99)}…`);
    const name = built?.choices?.[0]?.name ?? '';
    expect(name.length).toBeLessThanOrEqual(100);
    expect(name).toBe(`${'🧭'.repeat(49)}…`);
    expect(builtOption({ type: 'string', description: ' \u200b ' })?.description).toBe('value');
  });

  it('takes no longer text than Discord can ask for', () => {
    expect(builtOption({ type: 'string', description: 'Long', max: 9000 })?.max_length).toBe(6000);
  });
});

describe('a command that Discord counts too long', () => {
  const choices = labelled(25, at => `${at} ${'x'.repeat(90)}`);
  const lists = (count: number): OptionSpecs =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`o${at}`, { type: 'string', description: 'One of them', choices }]),
    );

  it('offers its lists by type-ahead instead, which count nothing', () => {
    const [short] = applicationCommands(of(withOptions(lists(2))), testCurriculum);
    expect(optionsOf(short as Body)[0]?.choices).toHaveLength(25);
    const [long] = applicationCommands(of(withOptions(lists(4))), testCurriculum);
    expect(optionsOf(long as Body).map(({ autocomplete }) => autocomplete)).toEqual([true, true, true, true]);
    expect(charactersOf(long as Body)).toBeLessThan(8000);
  });
});

describe('what cannot be registered at all', () => {
  const run = subcommand({ description: 'x'.repeat(100), run: done });
  const named = (count: number, subcommands: Command['subcommands'] = { '': run }): Command[] =>
    Array.from({ length: count }, (_, at) => ({ ...withOptions({}, `try-${at}`), subcommands }));

  it('is said all at once: too many commands, subcommands or options', () => {
    expect(applicationCommands(of(...named(100)), testCurriculum)).toHaveLength(100);
    expect(() => applicationCommands(of(...named(101)), testCurriculum)).toThrow('there are 101 commands, over 100');

    const manySubs = Object.fromEntries(Array.from({ length: 26 }, (_, at) => [`sub-${at}`, run]));
    const manyOptions = Object.fromEntries(
      Array.from({ length: 26 }, (_, at) => [`o${at}`, { type: 'string', description: 'A word' } as const]),
    );
    const both = of(...named(1, manySubs), withOptions(manyOptions));
    expect(() => applicationCommands(both, testCurriculum)).toThrow(/\/try-0 has 26 subcommands.*\/try has 26 options/);
  });

  it('is a command that both runs by itself and has subcommands', () => {
    expect(() => applicationCommands(of(...named(1, { '': run, sub: run })), testCurriculum)).toThrow(
      '/try-0 both runs by itself and has subcommands',
    );
  });

  it('is a command of over 8,000 characters even without lists', () => {
    const options = Object.fromEntries(
      Array.from({ length: 25 }, (_, at) => [`o${at}`, { type: 'string', description: 'x'.repeat(100) } as const]),
    );
    const subs = Object.fromEntries(
      Array.from({ length: 4 }, (_, at) => [`sub-${at}`, subcommand({ description: 'Sub', options, run: done })]),
    );
    expect(() => applicationCommands(of(...named(1, subs)), testCurriculum)).toThrow(/\/try-0 has \d+ characters/);
  });
});
