// What a command is: one platform-free definition from which registration, parsing, forms and `/help` are made.
import type { Curriculum } from './curriculum/curriculum.ts';
import type { Message, Modal } from './message.ts';
import type { Channel, Outcome } from './platform.ts';
import type { Community, PlatformName } from './storage/communities.ts';
import type { Db } from './storage/database.ts';
import type { Member } from './storage/members.ts';

export type Choice = { label: string; value: string; description?: string };

export type OptionSpec = {
  type: 'string' | 'integer' | 'boolean' | 'channel';
  description: string;
  /** What a form calls it, at most 45 characters (Discord); its name with a capital unless told. */
  label?: string;
  required?: true;
  /** A form has a field for it although it may be left out, where there is room. */
  asked?: true;
  /** A closed list: an id or a label is accepted in any case, anything else is answered with the nearest. At most 25. */
  choices?: readonly Choice[] | ((curriculum: Curriculum) => Choice[]);
  /** Several values, separated by commas or spaces. */
  many?: true;
  /** What the menu of a form says in place of a description that is about typing. */
  inForm?: string;
  min?: number;
  max?: number;
  /** How many words a value has when it is typed by name without quotes: five for a cron expression. */
  words?: number;
  /** May follow a number: `6h`, `6 hours`. */
  unit?: 'hours';
  /** Throws a UserError for a text that can be no value, so that it is named together with whatever else is wrong. */
  check?: (value: string) => void;
  /** No text is wrong, not even `help` or `name:value`. */
  anything?: true;
};
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OneValue<S extends OptionSpec> = S['type'] extends 'integer'
  ? number
  : S['type'] extends 'boolean'
    ? boolean
    : string;
type ValueOf<S extends OptionSpec> = S['many'] extends true ? OneValue<S>[] : OneValue<S>;
/** The values a handler gets: required options are there, the others may be undefined. */
export type OptionValues<O extends OptionSpecs> = {
  [K in keyof O]: O[K]['required'] extends true ? ValueOf<O[K]> : ValueOf<O[K]> | undefined;
};

/** Who acts, as the platform knows them. Ids are the platform's own, as text. */
export type Caller = {
  platform: PlatformName;
  communityId: string;
  communityName: string;
  memberId: string;
  name: string;
  /** May manage the community on the platform (Discord's Manage Server, Slack's admins). */
  organiser: boolean;
  /** IANA zone, where the platform knows it. */
  zone?: string;
  /** Their language and country, BCP 47, where the platform knows it. */
  locale?: string;
  channelId?: string;
};

/** Option values as a platform hands them over, before they are checked against the command's specs. */
export type RawOptions = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export type Interaction = { caller: Caller } & (
  | { type: 'command'; command: string; subcommand?: string; options: RawOptions }
  /** A command as it was typed: `/track select engineering`. */
  | { type: 'text'; text: string }
  | { type: 'action'; action: string; values: readonly string[] }
  | { type: 'modal'; modal: string; fields: Readonly<Record<string, string | readonly string[]>> }
);

/** A post of a schedule, as the outbox recorded it. */
export type Post = { channelId: string; messageId: string; key: string };
/** What became of the deliveries of one community; `underWay` where it goes on in the background. */
export type Delivered = { settled: readonly { to: string; state: string; reason?: string }[]; underWay: boolean };

/** What every handler gets: the moment, the people, the content and the data. */
export type Context = {
  now: Date;
  db: Db;
  curriculum: Curriculum;
  commands: Commands;
  community: Community;
  member: Member;
  organiser: boolean;
  platform: PlatformName;
  /** In whose manner numbers are written; BCP 47. */
  locale: string;
  /** The channel the interaction came from, where there is one. */
  channelId?: string;
  /** Sends everything that is due now, and answers what became of this community's, as far as that is known within a minute or so. */
  deliverDue: () => Promise<Delivered>;
  /**
   * The channel of this community that a member named or that an id stands for, or why nothing can be posted there; with `thread`,
   * also why no thread can be opened under a post.
   */
  findChannel: (named: string, needs?: { thread: boolean }) => Promise<Channel | { problem: string }>;
  /** Changes a post of this community where it stands; answers what became of it. */
  editPost: (post: Post, message: Message) => Promise<Outcome>;
};

export type MessageReply = {
  type: 'message';
  message: Message;
  /** Unless told, the command's `visibility` decides. */
  private?: boolean;
  /** Take the place of the message whose button was pressed, where that message was private to the member. */
  replace?: boolean;
  /** Nothing was done; the message says why. A form that is refused stays open with what was typed. */
  refused?: boolean;
};
export type Reply = MessageReply | { type: 'modal'; modal: Modal };

export type Subcommand<O extends OptionSpecs = OptionSpecs> = {
  description: string;
  /** For organisers only, in a command that is for members too. */
  audience?: 'organiser';
  options?: O;
  autocomplete?: { [K in keyof O]?: (typed: string, context: Context) => Choice[] | Promise<Choice[]> };
  run(options: OptionValues<O>, context: Context): Reply | Promise<Reply>;
};
export type ActionHandler = (value: string, context: Context, values: readonly string[]) => Reply | Promise<Reply>;
export type ModalFields = Readonly<Record<string, string | readonly string[]>>;
export type ModalHandler = {
  submit(fields: ModalFields, context: Context, value: string): Reply | Promise<Reply>;
};

export type Command = {
  name: string;
  /** At most 100 characters (Discord). */
  description: string;
  audience: 'member' | 'organiser';
  visibility: 'private' | 'public';
  /** The subcommand that the command stands for when it is typed alone; without one it explains itself. */
  alone?: string;
  /** A command has either `subcommands` or a `run` of its own, under the name ''. */
  subcommands: Readonly<Record<string, Subcommand>>;
  actions: Readonly<Record<string, ActionHandler>>;
  modals: Readonly<Record<string, ModalHandler>>;
};
export type Commands = ReadonlyMap<string, Command>;

/** Whether somebody may use a command, or one of its subcommands. */
export const mayUse = (command: Command, organiser: boolean, subcommand?: Subcommand): boolean =>
  organiser || (command.audience === 'member' && subcommand?.audience !== 'organiser');

type CommandBase = Pick<Command, 'name' | 'description' | 'audience' | 'visibility'> &
  Partial<Pick<Command, 'actions' | 'modals' | 'alone'>>;

/** A subcommand whose handler's option types follow from its specs. */
// biome-ignore lint/suspicious/noExplicitAny: each subcommand has specs of its own; the router checks values against them
export const subcommand = <const O extends OptionSpecs>(definition: Subcommand<O>): Subcommand<any> => definition;

/** A command: its data and its handlers. Throws when a name or description breaks what Discord or Slack accepts. */
export function defineCommand(
  definition: CommandBase & ({ subcommands: Command['subcommands'] } | (Pick<Subcommand, 'run'> & { options?: never })),
): Command;
export function defineCommand<const O extends OptionSpecs>(
  definition: CommandBase & Omit<Subcommand<O>, 'description' | 'audience'> & { options: O },
): Command;
export function defineCommand(
  definition: CommandBase & Partial<Omit<Subcommand, 'audience'>> & { subcommands?: Command['subcommands'] },
): Command {
  const { name, description, audience, visibility, run, options, autocomplete } = definition;
  const subcommands = definition.subcommands ?? {
    '': {
      description,
      run: run as Subcommand['run'],
      ...(options && { options }),
      ...(autocomplete && { autocomplete }),
    },
  };
  for (const [sub, { options: specs = {} }] of Object.entries(subcommands)) {
    for (const part of [name, ...(sub === '' ? [] : [sub]), ...Object.keys(specs)]) {
      if (!/^[a-z][a-z0-9_-]{0,31}$/.test(part))
        throw new Error(`/${name}: "${part}" is no name that Discord and Slack accept`);
    }
  }
  return {
    name,
    description,
    audience,
    visibility,
    ...(definition.alone !== undefined && { alone: definition.alone }),
    subcommands,
    actions: definition.actions ?? {},
    modals: definition.modals ?? {},
  };
}

/** Discord's limit on a `custom_id`, the smallest of the platforms'. */
export const ACTION_ID_LIMIT = 100;

/**
 * `command/action/value`: all that a button carries. Throws when longer than 100 characters: the value must be an id,
 * never free text.
 */
export const encodeAction = (command: string, action: string, value = ''): string => {
  const id = `${command}/${action}/${value}`;
  if (id.length > ACTION_ID_LIMIT) throw new Error(`action id over ${ACTION_ID_LIMIT} characters: ${id}`);
  return id;
};

/** The parts of an encoded action, or undefined where it is none; a longer one was never ours. */
export const decodeAction = (id: string): { command: string; action: string; value: string } | undefined => {
  const match = id.length > ACTION_ID_LIMIT ? null : /^([a-z0-9_-]+)\/([a-z0-9_-]+)\/(.*)$/s.exec(id);
  return match ? { command: match[1] ?? '', action: match[2] ?? '', value: match[3] ?? '' } : undefined;
};

/** A reply that is one message; `private` and `replace` as in `MessageReply`. */
export const reply = (
  message: Message,
  how: Pick<MessageReply, 'private' | 'replace' | 'refused'> = {},
): MessageReply => ({
  type: 'message',
  message,
  ...how,
});
