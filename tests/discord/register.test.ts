import {
  type APIApplicationCommand,
  type APIApplicationCommandOption,
  ApplicationCommandType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCommands } from '../../src/commands.ts';
import { applicationCommands } from '../../src/discord/commands.ts';
import { type CommandsApi, differs, mentionOf, registerCommands } from '../../src/discord/register.ts';
import { testCurriculum } from '../support/curriculum.ts';

type Wanted = RESTPostAPIChatInputApplicationCommandsJSONBody;
type Loose = Record<string, unknown> & { options?: Loose[]; choices?: Loose[]; channel_types?: number[] };

const APP = '100000000000000001';
const GUILD = '200000000000000002';

/** Options as Discord reads them back: defaults left out or spelled out, translations of its own, lists in its own order. */
const optionReadBack = (option: Loose): Loose => {
  const { required, autocomplete, options, choices, channel_types, ...rest } = option;
  return {
    name_localizations: null,
    description_localizations: null,
    ...rest,
    ...(required === true && { required }),
    ...(autocomplete === true && { autocomplete }),
    ...(choices && { choices: choices.map(choice => ({ name_localizations: null, ...choice })) }),
    ...(channel_types && { channel_types: channel_types.toReversed() }),
    ...(options && options.length > 0 && { options: options.map(optionReadBack) }),
  };
};

/** A command as Discord answers it, for all servers or for one. */
const readBack = (command: Loose, at: number, guildId?: string): APIApplicationCommand => {
  const { options, contexts, integration_types, ...rest } = command;
  const scope = guildId
    ? { guild_id: guildId }
    : {
        dm_permission: (contexts as number[] | undefined)?.includes(1) ?? true,
        contexts: (contexts as number[] | undefined)?.toReversed() ?? null,
        integration_types: integration_types ?? [0],
      };
  return {
    id: `30000000000000000${at}`,
    application_id: APP,
    version: `40000000000000000${at}`,
    default_member_permissions: null,
    type: 1,
    name_localizations: null,
    description_localizations: null,
    nsfw: false,
    ...rest,
    ...scope,
    ...(options && options.length > 0 && { options: options.map(optionReadBack) }),
  } as unknown as APIApplicationCommand;
};

/** Discord's two calls over a list in memory; what was sent stays in `sent`. */
const discord = (start: APIApplicationCommand[] = []) => {
  const lists = new Map<string, APIApplicationCommand[]>([['', start]]);
  const sent: { body: RESTPutAPIApplicationCommandsJSONBody; guildId: string | undefined }[] = [];
  const api: CommandsApi = {
    list: async (guildId = '') => lists.get(guildId) ?? [],
    replace: async (body, guildId) => {
      sent.push({ body, guildId });
      const stored = body.map((command, at) => readBack(command as unknown as Loose, at, guildId)).toReversed();
      lists.set(guildId ?? '', stored);
      return stored;
    },
  };
  return { api, sent };
};

const entryPoint = {
  ...readBack({ name: 'launch', description: '' }, 9),
  type: ApplicationCommandType.PrimaryEntryPoint,
  handler: 2,
} as APIApplicationCommand;

let wanted: Wanted[];
beforeAll(async () => {
  wanted = applicationCommands(await loadCommands(), testCurriculum);
});
const registered = (): APIApplicationCommand[] =>
  wanted.map((command, at) => readBack(command as unknown as Loose, at));
/** What Discord has after one of our commands was changed. */
const changedIn = (name: string, change: (command: Loose) => void): APIApplicationCommand[] => {
  const copy = structuredClone(registered()) as unknown as Loose[];
  const command = copy.find(one => one.name === name);
  if (!command) throw new Error(`no command ${name}`);
  change(command);
  return copy as unknown as APIApplicationCommand[];
};
const optionAt = (command: Loose, ...path: number[]): Loose =>
  path.reduce<Loose>((part, at) => part.options?.[at] ?? {}, command);

describe('registering the commands', () => {
  it('sends them once, and never again while they stay as they are', async () => {
    const { api, sent } = discord();
    const first = await registerCommands(api, wanted);
    expect(first.changed).toBe(true);
    expect(first.registered).toHaveLength(wanted.length);
    const second = await registerCommands(api, wanted);
    expect(second).toEqual({ changed: false, registered: first.registered });
    expect(sent).toEqual([{ body: wanted, guildId: undefined }]);
  });

  it('for one server sends no contexts, which Discord keeps for commands of all servers', async () => {
    const { api, sent } = discord();
    expect((await registerCommands(api, wanted, { guildId: GUILD })).changed).toBe(true);
    expect((await registerCommands(api, wanted, { guildId: GUILD })).changed).toBe(false);
    expect(sent.map(({ guildId }) => guildId)).toEqual([GUILD]);
    expect(sent[0]?.body).toHaveLength(wanted.length);
    for (const command of sent[0]?.body ?? []) {
      expect(command).not.toHaveProperty('contexts');
      expect(command).not.toHaveProperty('integration_types');
    }
  });

  it('keeps the entry point of an app with an Activity, without which Discord refuses the list', async () => {
    const { api, sent } = discord([entryPoint]);
    await registerCommands(api, wanted);
    expect(sent[0]?.body).toHaveLength(wanted.length + 1);
    expect(sent[0]?.body.at(-1)).toMatchObject({ id: entryPoint.id, name: 'launch', type: 4, handler: 2 });
    expect((await registerCommands(api, wanted)).changed).toBe(false);
    expect(sent).toHaveLength(1);
  });
});

describe('what Discord has differs from what we want', () => {
  it('never by what Discord adds, leaves out or orders by itself', () => {
    expect(differs(wanted, registered())).toBe(false);
    expect(differs(wanted, registered().toReversed())).toBe(false);
    const spelledOut = changedIn('schedule', command => {
      for (const option of command.options?.[0]?.options ?? []) {
        option.required ??= false;
        option.autocomplete ??= false;
      }
    });
    expect(differs(wanted, spelledOut)).toBe(false);
    const plain = { name: 'x', description: 'X' };
    expect(differs([plain], [readBack(plain, 1)])).toBe(false);
    expect(differs([plain], [readBack({ ...plain, contexts: [0, 1, 2] }, 1)])).toBe(false);
  });

  it('where a command is missing, is there too much or twice', () => {
    expect(differs(wanted, [])).toBe(true);
    expect(differs(wanted, registered().slice(1))).toBe(true);
    expect(differs(wanted, [...registered(), readBack({ name: 'old', description: 'Old' }, 99)])).toBe(true);
    expect(differs(wanted, [...registered().slice(1), ...registered().slice(1, 2)])).toBe(true);
    const asUserCommand = changedIn('next', command => {
      command.type = ApplicationCommandType.User;
    });
    expect(differs(wanted, asUserCommand)).toBe(true);
  });

  it.each<[what: string, command: string, change: (command: Loose) => void]>([
    ['a description', 'next', command => Object.assign(command, { description: 'Another' })],
    ['who may see it', 'schedule', command => Object.assign(command, { default_member_permissions: null })],
    ['who may see it, the other way', 'next', command => Object.assign(command, { default_member_permissions: '32' })],
    ['where it can be used', 'schedule', command => Object.assign(command, { contexts: [0, 1] })],
    ['that it can be used everywhere', 'next', command => Object.assign(command, { contexts: null })],
    ['how it is installed', 'next', command => Object.assign(command, { integration_types: [0, 1] })],
    ['an age limit', 'next', command => Object.assign(command, { nsfw: true })],
    ['a subcommand', 'track', command => command.options?.pop()],
    ['the order of subcommands', 'track', command => command.options?.reverse()],
    ['what an option says', 'track', command => Object.assign(optionAt(command, 0, 0), { description: 'Another' })],
    ['that an option is asked for', 'track', command => Object.assign(optionAt(command, 0, 0), { required: false })],
    ['the type of an option', 'done', command => Object.assign(optionAt(command, 0), { type: 4 })],
    ['type-ahead', 'done', command => Object.assign(optionAt(command, 0), { autocomplete: false })],
    ['a length', 'done', command => Object.assign(optionAt(command, 0), { max_length: 999 })],
    ['a choice', 'track', command => optionAt(command, 0, 0).choices?.pop()],
    ['the order of choices', 'track', command => optionAt(command, 0, 0).choices?.reverse()],
    ['a choice’s name', 'track', command => Object.assign(optionAt(command, 0, 0).choices?.[0] ?? {}, { name: 'X' })],
    ['a choice’s value', 'track', command => Object.assign(optionAt(command, 0, 0).choices?.[0] ?? {}, { value: 'x' })],
    [
      'the kinds of channel',
      'schedule',
      command => {
        const channel = command.options?.[0]?.options?.find(({ name }) => name === 'channel');
        channel?.channel_types?.pop();
      },
    ],
    [
      'a range',
      'schedule',
      command => {
        const topics = command.options?.[0]?.options?.find(({ name }) => name === 'topics');
        Object.assign(topics ?? {}, { max_value: 6 });
      },
    ],
  ])('by %s', (_, name, change) => {
    const changed = changedIn(name, change);
    expect(changed).not.toEqual(registered());
    expect(differs(wanted, changed)).toBe(true);
  });
});

describe('the clickable mention of a command', () => {
  const commands = [
    readBack({ name: 'next', description: 'Next' }, 1),
    readBack(
      {
        name: 'topics',
        description: 'Topics',
        options: [
          { type: 1, name: 'show', description: 'Show', options: [{ type: 3, name: 'topic', description: 'T' }] },
        ],
      },
      2,
    ),
    readBack({ name: 'done', description: 'Done', options: [{ type: 3, name: 'topics', description: 'T' }] }, 3),
    { ...readBack({ name: 'profile', description: '' }, 4), type: ApplicationCommandType.User },
  ] satisfies (Omit<APIApplicationCommand, 'options'> & { options?: APIApplicationCommandOption[] })[];
  const mention = mentionOf(commands);

  it('is there for a command, and for each subcommand of one that has some', () => {
    expect(mention('next')).toBe('</next:300000000000000001>');
    expect(mention('done')).toBe('</done:300000000000000003>');
    expect(mention('topics show')).toBe('</topics show:300000000000000002>');
  });

  it('is not there for what a person could not send', () => {
    for (const none of ['topics', 'topics nope', 'next show', 'done topics', 'profile', 'nope', '', 'constructor'])
      expect([none, mention(none)]).toEqual([none, undefined]);
  });
});
