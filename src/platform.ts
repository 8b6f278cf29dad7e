// The port to a chat platform: how the core delivers, and what the composition root starts and stops.

import type { Hono } from 'hono';
import type { Message } from './message.ts';
import type { PlatformName } from './storage/communities.ts';

/** Where a delivery goes: a channel of a community, or one member's direct messages. Ids are the platform's own. */
export type Target = { communityId: string } & (
  | {
      channelId: string;
      /** The name of the discussion thread to open under the post, at most 100 characters; none is opened without it. */
      thread?: string;
    }
  | { memberId: string }
);

/**
 * What became of one attempt. `sent`, `removed`, `refused`, `gone` and `closed` are final; `unclear` is resolved by a repeat under the same
 * key where the platform allows one (`repeatsWithinMs`), and otherwise by `find`.
 */
export type Outcome =
  /** `note` says for an organiser what did not go as asked, such as a thread that could not be opened. */
  | { type: 'sent'; messageId: string; note?: string }
  /** It had been posted, and was deleted before we knew: it counts as sent and is not repeated. */
  | { type: 'removed'; reason: string }
  /** Not accepted; try again, not before `at` where the platform said when (that is no attempt). */
  | { type: 'retry'; reason: string; at?: Date }
  /** The platform will never take this message: a fault of ours, and no reason to try it again. */
  | { type: 'refused'; reason: string }
  /** The channel or member is not there any more, or closed to us. */
  | { type: 'gone'; reason: string }
  /** This member takes no direct messages. */
  | { type: 'closed'; reason: string }
  | { type: 'unclear'; reason: string };

/** What a search for a delivery came to. */
export type Search =
  | { type: 'found'; messageId: string; note?: string }
  | { type: 'absent' }
  /** The platform could not be asked now; it can be asked again. */
  | { type: 'later' }
  /** The platform cannot tell, now or ever. */
  | { type: 'unknown' };

export type Platform = {
  readonly name: PlatformName;
  /**
   * For so many milliseconds after the first attempt, `deliver` with the same key posts nothing twice. Where it is missing,
   * a delivery whose outcome is unclear is only looked for.
   */
  readonly repeatsWithinMs?: number;
  start(): Promise<void>;
  /** Resolves when nothing is in flight any more. */
  stop(): Promise<void>;
  /** Posts `message` once; `key` is the delivery's, by which the platform can find it again. Never throws for a refusal. */
  deliver(target: Target, message: Message, key: string): Promise<Outcome>;
  /** Changes the message that `deliver` posted under this key where it stands; `gone` where it is not there any more. Never throws for a refusal. */
  edit(target: Target, messageId: string, message: Message, key: string): Promise<Outcome>;
  /**
   * Whether a message with this delivery key is there; `unknown` where the platform cannot tell. `since` is when the first attempt
   * began, by our clock: what is older need not be read.
   */
  find(target: Target, key: string, since: Date): Promise<Search>;
};

/** Where a platform keeps values for a while, by name; shared by all processes. */
export type KeptValues = {
  keep(name: string, value: string, forMs: number): Promise<void>;
  find(name: string): Promise<string | undefined>;
  /** Takes a name for so long: false where somebody has it. */
  claim(name: string, forMs: number): Promise<boolean>;
};

/** Where a platform keeps the ids of direct-message channels, so that each is opened once. A person's id is the platform's own. */
export type DirectChannels = {
  find(personId: string): Promise<string | undefined>;
  remember(personId: string, channelId: string): Promise<void>;
  forget(personId: string): Promise<void>;
};

export type Channel = { id: string; name: string };

/** A platform that the bot connects to over the network. */
export type ChatPlatform = Platform & {
  /** What it is reached by over HTTP, where it is. */
  readonly routes?: Hono;
  /** The channel that somebody named or chose, or why nothing can be posted there; with `thread`, also why no thread can be opened under a post. */
  findChannel(communityId: string, named: string, needs?: { thread: boolean }): Promise<Channel | { problem: string }>;
  /** Whether interactions can arrive at this moment. */
  isConnected(): boolean;
};
