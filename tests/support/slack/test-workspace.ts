// A workspace and its people as a test gets them in hand.
import type { Delivery, EventLogEntry } from './delivery.ts';
import type { Json } from './form.ts';
import type { Interactions } from './interactions.ts';
import { createSeat, type TestSeat } from './user.ts';
import {
  createChannel,
  createPerson,
  createWorkspace,
  installApp,
  type NewChannel,
  type NewPerson,
  type NewWorkspace,
  revokeTokens,
  type TestChannel,
  uninstallApp,
} from './workspaces.ts';
import { directChannelWith, type Workspace, type World } from './world.ts';

export type TestUser = {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  /** Takes a seat in a channel (the first one unless told). */
  in(channel?: { id: string } | string): TestSeat;
  inDirectMessages(): TestSeat;
  /** Leaves a channel, or comes back. */
  leave(channel: { id: string }): void;
  join(channel: { id: string }): void;
  /** The account is closed. */
  deactivate(): void;
  /** What Slack knows of them changes. */
  change(how: { tz?: string; locale?: string; admin?: boolean; name?: string }): void;
};

export type TestWorkspace = {
  readonly teamId: string;
  readonly name: string;
  readonly enterpriseId: string | undefined;
  readonly botUserId: string;
  readonly botId: string;
  /** The newest token that was given for this workspace; empty before an installation. */
  readonly botToken: string;
  addChannel(channel: NewChannel): TestChannel;
  channels(): readonly { id: string; teamId: string; name: string }[];
  /** The person of this name; the same one each time. */
  user(name: string, how?: NewPerson): TestUser;
  /** What the app may do from now on. */
  setScopes(scopes: readonly string[]): void;
  /** Tells the bot of an event of any type. */
  tell(event: Json): Promise<EventLogEntry | undefined>;
  uninstall(): Promise<void>;
  revokeTokens(): Promise<void>;
  /** A new token; `botToken` is that. */
  reinstall(): string;
};

export type Parts = { world: World; interactions: Interactions; delivery: Delivery; manifest: () => unknown };

const addUser = (parts: Parts, workspace: Workspace, name: string, how?: NewPerson): TestUser => {
  const { world } = parts;
  const person = createPerson(world, workspace, name, how);
  const seat = (channelId: string): TestSeat => {
    const channel = workspace.channels.get(channelId);
    if (!channel) throw new Error(`there is no channel ${channelId}`);
    const where = { workspace, person, channel };
    return createSeat(world, { ...parts, where });
  };
  return {
    id: person.id,
    teamId: workspace.id,
    name,
    in: given => {
      const first = [...workspace.channels.values()].find(channel => channel.kind !== 'im')?.id ?? '';
      return seat(given === undefined ? first : typeof given === 'string' ? given : given.id);
    },
    inDirectMessages: () => seat(directChannelWith(world, workspace, person.id).id),
    leave: ({ id }) => {
      workspace.channels.get(id)?.memberIds.delete(person.id);
    },
    join: ({ id }) => {
      workspace.channels.get(id)?.memberIds.add(person.id);
    },
    deactivate: () => {
      person.deleted = true;
    },
    change: ({ admin, ...rest }) => {
      Object.assign(person, rest, admin === undefined ? {} : { isAdmin: admin });
    },
  };
};

export const addWorkspace = (parts: Parts, given?: NewWorkspace): TestWorkspace => {
  const { world, delivery } = parts;
  const workspace = createWorkspace(world, given);
  const users = new Map<string, TestUser>();
  if (workspace.installed) installApp(world, workspace.id);
  return {
    teamId: workspace.id,
    name: workspace.name,
    enterpriseId: workspace.enterpriseId,
    botUserId: workspace.botUserId,
    botId: workspace.botId,
    get botToken() {
      return [...world.tokens.values()].findLast(token => token.teamId === workspace.id)?.value ?? '';
    },
    addChannel: channel => createChannel(world, workspace, channel),
    channels: () => [...workspace.channels.values()],
    user: (name, how) => {
      const known = users.get(name) ?? addUser(parts, workspace, name, how);
      users.set(name, known);
      return known;
    },
    setScopes: scopes => {
      workspace.scopes = new Set(scopes);
    },
    tell: event => delivery.tell(workspace, event),
    uninstall: () => uninstallApp(world, delivery, workspace),
    revokeTokens: () => revokeTokens(world, delivery, workspace),
    reinstall: () => installApp(world, workspace.id),
  };
};
