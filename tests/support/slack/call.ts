// What a Web API method gets and answers, and how it finds the workspace and channel that it is about.
import { refuse } from './api-error.ts';
import type { Json } from './form.ts';
import type { Tier } from './rate-limits.ts';
import { type Channel, directChannelWith, type Token, type Workspace, type World } from './world.ts';

export type Call = { args: Json; world: World; workspace: Workspace; token: Token };
export type Method = {
  tier: Tier;
  /** Any one of these scopes is enough; none is needed where it is left out. */
  scopes?: readonly string[] | ((call: Call) => readonly string[]);
  run(call: Call): Json;
};
/** Of methods that have no bot token: the app's own, or a client id and secret. */
export type AppMethod = { tier: Tier; runApp(args: Json, token: string, basic: string | undefined): Json };
export type Methods = Record<string, Method | AppMethod>;

export const requireScope = (
  { token, workspace }: Pick<Call, 'token' | 'workspace'>,
  anyOf: readonly string[],
): void => {
  const provided = token.enterpriseId === undefined ? workspace.scopes : token.scopes;
  if (anyOf.length === 0 || anyOf.some(scope => provided.has(scope))) return;
  refuse('missing_scope', { needed: anyOf[0], provided: [...provided].join(',') });
};

/** A string argument; throws `invalid_arguments` where it is missing. */
export const requireArg = ({ args }: Pick<Call, 'args'>, name: string, code = 'invalid_arguments'): string => {
  const value = args[name];
  if (typeof value === 'string' && value !== '') return value;
  const messages = [`[ERROR] missing required field: ${name}`];
  return refuse(code, { response_metadata: { messages } });
};

export const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === '1' || value === 1;

/** The channel of this id, if the bot may know of it: a private one only where it is a member. */
export const findChannel = ({ workspace }: Pick<Call, 'workspace'>, id: string): Channel => {
  const channel = workspace.channels.get(id);
  if (!channel || (channel.kind === 'private' && !channel.memberIds.has(workspace.botUserId)))
    return refuse('channel_not_found');
  return channel;
};

/** The direct messages with a person; throws what Slack says to somebody who cannot be written to. */
export const openDirect = ({ world, workspace }: Pick<Call, 'world' | 'workspace'>, userId: string): Channel => {
  const person = workspace.people.get(userId);
  if (!person) return refuse('user_not_found');
  if (person.isBot) return refuse('cannot_dm_bot');
  if (person.deleted) return refuse('user_disabled');
  return directChannelWith(world, workspace, userId);
};

/** What kind of channel this is, as the scopes call it: `channels`, `groups` or `im`. */
export const scopeKind = (channel: Channel): 'channels' | 'groups' | 'im' =>
  channel.kind === 'public' ? 'channels' : channel.kind === 'private' ? 'groups' : 'im';
