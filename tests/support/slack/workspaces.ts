// Workspaces as a test sets them up: people, channels, what the app may do there, installed and removed.
import type { Delivery } from './delivery.ts';
import { type Channel, newToken, type Person, type Workspace, type World, workspaceOf } from './world.ts';

/** Every scope that the local server knows a method for, but `chat:write.public`. */
export const USUAL_SCOPES = [
  'commands',
  'chat:write',
  'im:write',
  'users:read',
  'team:read',
  'channels:read',
  'groups:read',
  'im:read',
  'channels:history',
  'groups:history',
  'im:history',
  'channels:join',
  'files:write',
];

export type NewWorkspace = {
  name?: string;
  /** Two workspaces may have people and channels of the same ids, not the same id themselves. */
  id?: string;
  scopes?: readonly string[];
  /** Makes it part of an organisation. */
  enterpriseId?: string;
  /** `false`: the app is not there yet; OAuth brings it. */
  installed?: boolean;
};
export type NewChannel = { name: string; id?: string; private?: boolean; botIsMember?: boolean; archived?: boolean };
export type NewPerson = { id?: string; tz?: string; locale?: string; admin?: boolean; owner?: boolean };

export type TestChannel = {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  archive(): void;
  unarchive(): void;
  /** The bot is taken out, or let in again. */
  removeBot(): void;
  addBot(): void;
  delete(): void;
};

export const createWorkspace = (world: World, given: NewWorkspace = {}): Workspace => {
  const {
    name = `Workspace ${world.workspaces.size + 1}`,
    id = world.nextId('T'),
    scopes = USUAL_SCOPES,
    enterpriseId,
    installed = true,
  } = given;
  if (world.workspaces.has(id)) throw new Error(`there is a workspace ${id} already`);
  const botUserId = world.nextId('U');
  const workspace: Workspace = {
    id,
    name,
    ...(enterpriseId !== undefined && { enterpriseId }),
    botUserId,
    botId: world.nextId('B'),
    scopes: new Set(scopes),
    installed,
    people: new Map(),
    channels: new Map(),
    ephemerals: [],
  };
  world.workspaces.set(id, workspace);
  const bot = createPerson(world, workspace, 'Milepost', { id: botUserId });
  bot.isBot = true;
  return workspace;
};

export const createPerson = (world: World, workspace: Workspace, name: string, how: NewPerson = {}): Person => {
  const { id = world.nextId('U'), tz = 'Europe/Berlin', locale = 'en-US', admin = false, owner = false } = how;
  const person: Person = {
    id,
    teamId: workspace.id,
    name,
    tz,
    locale,
    isAdmin: admin || owner,
    isOwner: owner,
    isBot: false,
    deleted: false,
  };
  workspace.people.set(id, person);
  // Everybody is in the channels that are open to all.
  for (const channel of workspace.channels.values()) if (channel.kind === 'public') channel.memberIds.add(id);
  return person;
};

export const createChannel = (world: World, workspace: Workspace, given: NewChannel): TestChannel => {
  const { name, id = world.nextId('C'), private: isPrivate = false, botIsMember = true, archived = false } = given;
  const people = [...workspace.people.values()].filter(person => !person.isBot).map(person => person.id);
  const channel: Channel = {
    id,
    teamId: workspace.id,
    name,
    kind: isPrivate ? 'private' : 'public',
    archived,
    memberIds: new Set([...people, ...(botIsMember ? [workspace.botUserId] : [])]),
    messages: [],
  };
  workspace.channels.set(id, channel);
  return testChannel(workspace, channel);
};

export const testChannel = (workspace: Workspace, channel: Channel): TestChannel => ({
  id: channel.id,
  teamId: channel.teamId,
  name: channel.name,
  archive: () => {
    channel.archived = true;
  },
  unarchive: () => {
    channel.archived = false;
  },
  removeBot: () => {
    channel.memberIds.delete(workspace.botUserId);
  },
  addBot: () => {
    channel.memberIds.add(workspace.botUserId);
  },
  delete: () => {
    workspace.channels.delete(channel.id);
  },
});

const tokensOf = (world: World, workspace: Workspace) =>
  [...world.tokens.values()].filter(token => token.teamId === workspace.id && token.state === 'live');

/** The app with a token of its own in a workspace, as after an installation from Slack's page. */
export const installApp = (world: World, teamId: string): string => {
  const workspace = workspaceOf(world, teamId);
  workspace.installed = true;
  return newToken(world, { teamId, scopes: workspace.scopes }).value;
};

/** Somebody removes the app: its tokens die and it is told. */
export const uninstallApp = async (world: World, delivery: Delivery, workspace: Workspace): Promise<void> => {
  for (const token of tokensOf(world, workspace)) token.state = 'uninstalled';
  workspace.installed = false;
  await tellRevoked(delivery, workspace);
  await delivery.tell(workspace, { type: 'app_uninstalled' });
};

export const revokeTokens = async (world: World, delivery: Delivery, workspace: Workspace): Promise<void> => {
  for (const token of tokensOf(world, workspace)) token.state = 'revoked';
  await tellRevoked(delivery, workspace);
};

const tellRevoked = async (delivery: Delivery, workspace: Workspace): Promise<void> => {
  await delivery.tell(workspace, {
    type: 'tokens_revoked',
    tokens: { oauth: [], bot: [workspace.botUserId] },
    event_ts: '0',
  });
};
