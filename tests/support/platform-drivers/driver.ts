// How a test acts and looks on any platform: what people do, what they see, and what can happen to the places they are in.
import type { Commands } from '../../../src/command.ts';
import type { Platform } from '../../../src/platform.ts';
import { DEMO_COMMUNITY, PERSONAS } from '../../../src/playground/demo.ts';
import type { Db } from '../../../src/storage/database.ts';

/** What came of something that a person did, as they see it. */
export type Seen = {
  type: 'message' | 'form';
  /** Without markup. */
  text: string;
  /** Nobody else sees it. */
  isPrivate: boolean;
  /** It stands where the message stood whose button was pressed. */
  isReplacement: boolean;
  /** Labels of buttons that can be pressed. */
  buttons: readonly string[];
  /** What the fields of a form are filled in with, by their labels. */
  fields: Readonly<Record<string, string>>;
};

/** A message in a channel or in somebody's direct messages. */
export type Post = {
  id: string;
  /** Without markup. */
  text: string;
  buttons: readonly string[];
  /** The platform's own record of it. */
  source: unknown;
};

export type Value = string | number | boolean;
export type Options = Readonly<Record<string, Value>>;
export type Fields = Readonly<Record<string, string | readonly string[]>>;

export type Person = {
  readonly id: string;
  /** As others see it. */
  readonly name: string;
  /** The zone that they set on the platform, or would have set. */
  readonly zone: string;
  /** Sends `track select`; throws what the client would not let them send. A value `#general` is that channel. */
  send(command: string, options?: Options): Promise<Seen>;
  /** The same where a client would offer neither the command nor the value: from an older client, or by hand. */
  insist(command: string, options?: Options): Promise<Seen>;
  /** Presses a button of what they saw last, or of `on`. */
  press(label: string, on?: Post): Promise<Seen>;
  /** Chooses these values in the menu that has them, in what they saw last. */
  choose(values: readonly string[]): Promise<Seen>;
  /** Sends off the form that they saw last; fields by label, the others as they were filled in. */
  submit(fields: Fields): Promise<Seen>;
  /** After a refused form: the form with what they typed. Throws where that is lost. */
  reopen(): Promise<Seen>;
  /** The values that are offered while they type into an option. */
  suggest(command: string, option: string, typed: string): Promise<string[]>;
  /** The same person in the bot's direct messages. */
  readonly alone: Person;
};

/** What not every platform has. */
export type Ability =
  | 'zones'
  | 'limits'
  | 'repeats'
  | 'closed channels'
  | 'closed direct messages'
  | 'removal'
  | 'several communities';

/** A community with people, in whose channels and messages things can be looked at. */
export type Place = {
  readonly communityId: string;
  /** The same person each time, known to the bot only once they do something. */
  person(who: PersonName): Person;
  /** A channel's id. */
  channel(name: ChannelName): string;
  /** What everybody sees in a channel, oldest first. */
  posts(channelId: string): Promise<Post[]>;
  /** What the bot wrote to a person, oldest first. */
  direct(person: Person): Promise<Post[]>;
};

export type Driver = Place & {
  readonly platform: Platform;
  readonly db: Db;
  now(): Date;
  /** Lives through the time until then; answers what was sent, by kind, in order. */
  liveUntil(at: string): Promise<string[]>;
  /** How many messages and forms were shown so far to anybody; a changed message counts once. */
  shown(): Promise<number>;
  /** Whom anything so far notified by name, or everybody. */
  pinged(): string[];
  /** What was logged as a fault of ours. */
  faults(): string[];
  channelThatIsGone(): string;
  /** The bot may not post there any more. Where the platform has no such thing, throws. */
  closeChannel(channelId: string): void;
  closeDirectMessages(person: Person): void;
  /** The bot is removed from the community. */
  remove(): Promise<void>;
  deletePost(channelId: string, post: Post): Promise<void>;
  /** Another community, where ids are the same as here as far as the platform lets them be; throws where it was not asked for. */
  second(): Place;
  stop(): Promise<void>;
};

export type DriverKind = {
  name: string;
  /** Why something cannot be had here; everything else is there. */
  lacks: Partial<Record<Ability, string>>;
  /** `several`: with a second community. */
  start(commands: Commands, how: { several: boolean }): Promise<Driver>;
};

export type PersonName = 'ada' | 'ben' | 'faye';
export type ChannelName = 'general' | 'weekly-digest';

/** Monday, an hour before anything falls due. */
export const START = '2026-11-23T08:00:00Z';
export const COMMUNITY_NAME = DEMO_COMMUNITY.name;

/** The people of the contract are the playground's, on every platform: Ada organises. */
export const personaOf = (who: PersonName): { name: string; zone: string; isOrganiser: boolean } => {
  const persona = PERSONAS.find(({ id }) => id === who);
  if (!persona) throw new Error(`there is no ${who}`);
  return { name: persona.name, zone: persona.zone, isOrganiser: persona.organiser === true };
};

export const notHere = (what: string): never => {
  throw new Error(`${what} cannot be had on this platform`);
};

/** Throws the first time somebody acts on an answer that never came. */
export const required = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
};

const quoted = (value: Value): string => {
  const text = value === true ? 'yes' : value === false ? 'no' : String(value);
  return /\s/.test(text) ? `"${text}"` : text;
};
/** A command as it is typed where options are text. */
export const typedLine = (command: string, options: Options = {}): string =>
  [`/${command}`, ...Object.entries(options).map(([name, value]) => `${name}:${quoted(value)}`)].join(' ');
