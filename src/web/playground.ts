// The port of the web platform: what the playground's server needs from the application; the composition root supplies it.
import type { Caller, Interaction, Reply } from '../command.ts';
import type { Message, Modal } from '../message.ts';

/** A demo member; `id` is what "as" takes, `about` one line such as "engineering, platform engineer, 8 topics done". */
export type DemoMember = { id: string; name: string; organiser: boolean; about: string };
export type DemoChannel = { name: string; description: string };

export type StoredMessage = {
  id: string;
  at: Date;
  /** Who it is from: the bot's name, or, with `command`, the name of the member who used that command. */
  from: string;
  /** Such as `/progress`, where the message answers a command in public. */
  command?: string;
  message: Message;
};

/** `insert` is the whole text of the composer once this was chosen. */
export type Completion = { label: string; insert: string; description: string };

/** One thing that went out because the clock passed its time. */
export type Delivered = { at: Date; kind: string; to: string; text: string };

/** What a member sees at once: a message or a form. */
export type Shown = { message: Message } | { modal: Modal };
/** `payload` is JSON with files by their names only; `shortened` says in words what did not fit, and is empty where everything did. */
export type Payload = { payload: object; shortened: string[] };
/** The chat platforms whose payloads can be shown, as `show` names them. */
export const PAYLOAD_PLATFORMS = ['discord', 'slack'] as const;
export type PayloadPlatform = (typeof PAYLOAD_PLATFORMS)[number];

export type Playground = {
  members(): Promise<DemoMember[]>;
  channels(): Promise<DemoChannel[]>;
  /** Undefined where there is no such member; without a channel they write in their direct messages. */
  callerOf(memberId: string, channel?: string): Promise<Caller | undefined>;
  /**
   * A message reply says whether it is private; one that does not is treated as private. A `UserError` it throws is shown
   * where it happened, in the form or above the composer, and what was typed stays; a reply closes the form.
   */
  handle(interaction: Interaction): Promise<Reply>;
  complete(caller: Caller, text: string): Promise<Completion[]>;
  /** Newest last. */
  channelMessages(name: string): Promise<StoredMessage[]>;
  /** What the bot wrote to this member, newest last. */
  directMessages(memberId: string): Promise<StoredMessage[]>;
  /** A public reply lands in the channel; `from` is the member's name. */
  postPublic(channel: string, from: string, command: string, message: Message): Promise<void>;
  /** A reply with `replace` to a pressed button takes the place of the stored direct message. */
  replaceMessage(id: string, message: Message): Promise<void>;
  /** What each chat platform gets for it. A playground without this refuses to show it. */
  payloads?: Readonly<Record<PayloadPlatform, (shown: Shown) => Promise<Payload>>>;
  now(): Date;
  nextDue(): Promise<{ at: Date; what: string } | undefined>;
  /** Runs everything that falls due until `to`, in order, and leaves the clock there. */
  moveClock(to: Date): Promise<Delivered[]>;
  reset(): Promise<void>;
  /** Calls back when there is something new to show; the answer ends that. */
  subscribe(onChange: () => void): () => void;
};
