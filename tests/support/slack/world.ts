// Everything the local Slack knows: workspaces, people, channels, messages, views, tokens, files.
import type { Json } from './form.ts';
import { createIds, createTimestamps, secret } from './ids.ts';

export type Person = {
  id: string;
  teamId: string;
  name: string;
  tz: string;
  locale: string;
  isAdmin: boolean;
  isOwner: boolean;
  isBot: boolean;
  /** The account was deactivated. */
  deleted: boolean;
};
/** Any block or element, loosely: a test names the field it looks for. */
export type Block = {
  type: string;
  block_id?: string;
  action_id?: string;
  text?: { type: string; text: string } & Json;
  elements?: Block[];
  accessory?: Block;
  element?: Block;
  fields?: { type: string; text: string }[];
  label?: { text: string };
  hint?: { text: string };
  placeholder?: { text: string };
  options?: Option[];
  option_groups?: { label: { text: string }; options: Option[] }[];
  value?: string;
  url?: string;
  style?: string;
  alt_text?: string;
  [key: string]: unknown;
};
export type Option = {
  text: { type: string; text: string };
  value: string;
  description?: { text: string };
  url?: string;
};

export type StoredMessage = {
  ts: string;
  teamId: string;
  channelId: string;
  /** The person or the bot user that posted it. */
  userId: string;
  text: string;
  blocks: Block[];
  attachments: Json[];
  metadata?: { event_type: string; event_payload: Json };
  thread_ts?: string;
  /** Only this person sees it. */
  ephemeralFor?: string;
  edits: number;
  deleted: boolean;
  files: string[];
  /** Who is notified by it. */
  pings: { broadcast: boolean; users: string[] };
};
export type Channel = {
  id: string;
  teamId: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  archived: boolean;
  memberIds: Set<string>;
  /** Of a direct message channel: the person at the other end. */
  personId?: string;
  /** Oldest first; deleted ones stay, and say so; ephemeral ones are not among them. */
  messages: StoredMessage[];
};
export type StoredView = {
  id: string;
  teamId: string;
  userId: string;
  type: 'modal' | 'home';
  title?: { text: string };
  submit?: { text: string };
  close?: { text: string };
  blocks: Block[];
  private_metadata: string;
  callback_id: string;
  external_id: string;
  hash: string;
  clear_on_close: boolean;
  notify_on_close: boolean;
  rootId: string;
  previousId?: string;
  /** Where the person was when it was opened. */
  channelId?: string;
  closed: boolean;
  updates: number;
};
export type Workspace = {
  id: string;
  name: string;
  enterpriseId?: string;
  botUserId: string;
  botId: string;
  scopes: Set<string>;
  installed: boolean;
  people: Map<string, Person>;
  channels: Map<string, Channel>;
  /** Only in this workspace; messages that one person sees, oldest first. */
  ephemerals: StoredMessage[];
};
export type Token = {
  value: string;
  teamId?: string;
  /** Of an org-wide installation. */
  enterpriseId?: string;
  scopes: Set<string>;
  state: 'live' | 'revoked' | 'uninstalled';
  /** Milliseconds since 1970, where tokens rotate. */
  expiresAt?: number;
};
export type UploadedFile = {
  id: string;
  teamId: string;
  name: string;
  length: number;
  data?: Buffer;
  completed: boolean;
  altText?: string;
};

export type SlackApp = {
  id: string;
  name: string;
  clientId: string;
  clientSecret: string;
  signingSecret: string;
  appToken: string;
  verificationToken: string;
  homeTabEnabled: boolean;
  messagesTabEnabled: boolean;
  tokenRotation: boolean;
};

export type World = {
  now: () => Date;
  /** When requests are signed; Bolt looks at the real clock. */
  signingClock: () => Date;
  nextId: (letter: string) => string;
  nextTs: () => string;
  app: SlackApp;
  workspaces: Map<string, Workspace>;
  tokens: Map<string, Token>;
  views: Map<string, StoredView>;
  files: Map<string, UploadedFile>;
  /** Where the server is: `http://127.0.0.1:PORT`. */
  url: string;
  /** What the bot did that Slack lets pass, but whose outcome no document tells. */
  warnings: string[];
};

export const createWorld = (now: () => Date, signingClock: () => Date): World => {
  const nextId = createIds();
  const appId = nextId('A');
  return {
    now,
    signingClock,
    nextId,
    nextTs: createTimestamps(now),
    app: {
      id: appId,
      name: 'Milepost',
      clientId: `${Date.now()}.${Math.floor(Math.random() * 1e12)}`,
      clientSecret: secret(),
      signingSecret: secret(),
      appToken: `xapp-1-${appId}-1234567890-${secret(32)}`,
      verificationToken: secret(12),
      homeTabEnabled: true,
      messagesTabEnabled: true,
      tokenRotation: false,
    },
    workspaces: new Map(),
    tokens: new Map(),
    views: new Map(),
    files: new Map(),
    url: '',
    warnings: [],
  };
};

export const workspaceOf = (world: World, teamId: string): Workspace => {
  const workspace = world.workspaces.get(teamId);
  if (!workspace) throw new Error(`there is no workspace ${teamId}`);
  return workspace;
};

/** The channel in which the bot and this person write to each other; made when there is none. */
export const directChannelWith = (world: World, workspace: Workspace, personId: string): Channel => {
  for (const channel of workspace.channels.values()) if (channel.personId === personId) return channel;
  const channel: Channel = {
    id: world.nextId('D'),
    teamId: workspace.id,
    name: 'directmessage',
    kind: 'im',
    archived: false,
    memberIds: new Set([personId, workspace.botUserId]),
    personId,
    messages: [],
  };
  workspace.channels.set(channel.id, channel);
  return channel;
};

export const newToken = (world: World, of: Pick<Token, 'teamId' | 'enterpriseId' | 'scopes' | 'expiresAt'>): Token => {
  const prefix = of.expiresAt === undefined ? 'xoxb' : 'xoxe.xoxb';
  const token: Token = { ...of, value: `${prefix}-${secret(6)}-${secret(6)}-${secret(12)}`, state: 'live' };
  world.tokens.set(token.value, token);
  return token;
};

const PICTURES = ['89504e47', 'ffd8ff', '47494638', '52494646'];
/** Whether an uploaded file is there, complete, and a PNG, JPEG, GIF or WebP of this workspace. */
export const isPicture = (world: World, workspace: Workspace, file: { id?: unknown; url?: unknown }): boolean => {
  const id = typeof file.id === 'string' ? file.id : String(file.url).split('/').at(-1);
  const known = world.files.get(id ?? '');
  if (!known?.completed || known.teamId !== workspace.id) return false;
  const start = known.data?.subarray(0, 8).toString('hex') ?? '';
  return PICTURES.some(magic => start.startsWith(magic));
};
