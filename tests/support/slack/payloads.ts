// The payloads that Slack sends for what a person does, field by field.

import type { Asked } from './asked.ts';
import type { Json } from './form.ts';
import { messageJson, type State, stateOf, viewJson } from './messages.ts';
import type { Block, Channel, Option, Person, Workspace, World } from './world.ts';

/** A person at a place. */
export type Where = { workspace: Workspace; person: Person; channel: Channel };

const domainOf = (workspace: Workspace): string => workspace.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
const nameOf = (channel: Channel): string => (channel.kind === 'private' ? 'privategroup' : channel.name);
const responseUrl = (world: World, asked: Asked): string => `${world.url}/response/${asked.responseId}`;

const isOrgWide = (world: World, { enterpriseId }: Workspace): boolean =>
  enterpriseId !== undefined &&
  [...world.tokens.values()].some(token => token.enterpriseId === enterpriseId && token.state === 'live');
const enterpriseOf = ({ enterpriseId }: Workspace): Json | null =>
  enterpriseId === undefined ? null : { id: enterpriseId, name: 'Organisation' };

export const commandPayload = (
  world: World,
  { workspace, person, channel }: Where,
  asked: Asked,
  command: string,
  text: string,
): Json => ({
  token: world.app.verificationToken,
  team_id: workspace.id,
  team_domain: domainOf(workspace),
  ...(workspace.enterpriseId !== undefined && {
    enterprise_id: workspace.enterpriseId,
    enterprise_name: 'Organisation',
  }),
  channel_id: channel.id,
  channel_name: nameOf(channel),
  user_id: person.id,
  user_name: person.name.toLowerCase(),
  command,
  text,
  api_app_id: world.app.id,
  is_enterprise_install: String(isOrgWide(world, workspace)),
  response_url: responseUrl(world, asked),
  trigger_id: asked.triggerId,
});

const common = (world: World, { workspace, person }: Where): Json => ({
  user: { id: person.id, username: person.name.toLowerCase(), name: person.name.toLowerCase(), team_id: workspace.id },
  api_app_id: world.app.id,
  token: world.app.verificationToken,
  team: { id: workspace.id, domain: domainOf(workspace) },
  enterprise: enterpriseOf(workspace),
  is_enterprise_install: isOrgWide(world, workspace),
});

const source = (world: World, { workspace }: Where, asked: Asked): Json => {
  const { source: message, view } = asked;
  if (view) return { container: { type: 'view', view_id: view.id }, view: viewJson(world, workspace, view) };
  if (!message) return {};
  const channel = workspace.channels.get(message.channelId);
  if (!channel) return {};
  const isEphemeral = message.ephemeralFor !== undefined;
  const container = { type: 'message', message_ts: message.ts, channel_id: channel.id, is_ephemeral: isEphemeral };
  return {
    container,
    channel: { id: channel.id, name: nameOf(channel) },
    // Of a private message Slack gives no more than where it is.
    ...(!isEphemeral && { message: messageJson(world, workspace, channel, message) }),
  };
};

/** What an element's own type adds to an action: the button's value, the options chosen. */
export const chosenIn = (element: Block, values: readonly Option[] | readonly string[]): Json => {
  const [first] = values;
  switch (element.type) {
    case 'button':
      return {
        text: element.text,
        ...(element.value !== undefined && { value: element.value }),
        ...(element.style && { style: element.style }),
      };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { selected_options: [...values] };
    case 'users_select':
      return { selected_user: first };
    case 'conversations_select':
      return { selected_conversation: first };
    case 'channels_select':
      return { selected_channel: first };
    case 'datepicker':
      return { selected_date: first };
    case 'timepicker':
      return { selected_time: first };
    default:
      return { selected_option: first };
  }
};

export type Used = { element: Block; blockId: string; chosen: Json };

export const actionPayload = (world: World, where: Where, asked: Asked, { element, blockId, chosen }: Used): Json => {
  const { source: message } = asked;
  const state: State = message ? stateOf(message.blocks) : {};
  if (element.type !== 'button' && element.type !== 'overflow')
    state[blockId] = { ...state[blockId], [element.action_id ?? '']: { type: element.type, ...chosen } };
  return {
    type: 'block_actions',
    ...common(world, where),
    ...source(world, where, asked),
    trigger_id: asked.triggerId,
    ...(message && { state: { values: state }, response_url: responseUrl(world, asked) }),
    actions: [
      {
        type: element.type,
        action_id: element.action_id,
        block_id: blockId,
        ...chosen,
        action_ts: (Date.now() / 1000).toFixed(6),
      },
    ],
  };
};

export const suggestionPayload = (
  world: World,
  where: Where,
  asked: Asked,
  actionId: string,
  blockId: string,
  typed: string,
): Json => ({
  type: 'block_suggestion',
  ...common(world, where),
  ...source(world, where, asked),
  action_id: actionId,
  block_id: blockId,
  value: typed,
});

export const submissionPayload = (world: World, where: Where, asked: Asked, state: State): Json => ({
  type: 'view_submission',
  ...common(world, where),
  trigger_id: asked.triggerId,
  view: asked.view ? viewJson(world, where.workspace, asked.view, state) : null,
  response_urls: [],
});
