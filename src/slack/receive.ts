// What Slack sends when somebody does something, checked and as our own Interaction; pure, and never throws.
import { z } from 'zod';
import { decodeAction } from '../command.ts';
import { opensKeptForm } from '../kept-forms.ts';
import { decodeActionId, decodeFieldId, decodeFields, decodePress, isLinkId } from './action-id.ts';
import type { SlackNames } from './names.ts';
import { workspaceOf } from './origin.ts';
import { receiveEvent } from './receive-event.ts';
import {
  given,
  id,
  isDirect,
  isTrue,
  type Place,
  type Received,
  type Source,
  some,
  someEnterpriseId,
  someId,
  someText,
  typeText,
  unknown,
} from './received.ts';

const slashCommand = z.object({
  command: given,
  text: z.string().catch(''),
  team_id: id,
  team_domain: someText,
  enterprise_id: someEnterpriseId,
  is_enterprise_install: z.unknown().optional(),
  channel_id: someId,
  channel_name: someText,
  user_id: id,
  user_name: someText,
  trigger_id: some(given),
  response_url: some(given),
});

const chosen = some(z.object({ value: z.string().optional().catch(undefined) }));
const pressed = { selected_option: chosen, selected_options: some(z.array(chosen)) };
const fieldState = z.object({ ...pressed, value: someText, selected_conversation: someText });
const view = z.object({
  id,
  type: someText,
  callback_id: someText,
  private_metadata: someText,
  app_installed_team_id: some(id),
  state: some(z.object({ values: some(z.record(z.string(), z.record(z.string(), fieldState).catch({}))) })),
});
/** What every button, select and form sends. */
const envelope = z.object({
  team: z.object({ id, domain: someText, enterprise_id: someEnterpriseId }).nullish(),
  enterprise: z.object({ id }).nullish(),
  is_enterprise_install: z.unknown().optional(),
  user: z.object({ id, name: someText, username: someText, team_id: someId }),
  channel: z.object({ id, name: someText }).nullish(),
  container: some(
    z.object({ message_ts: some(given), view_id: some(id), channel_id: some(id), is_ephemeral: some(z.boolean()) }),
  ),
  message: some(z.object({ ts: some(given), team: some(id) })),
  actions: some(z.array(z.object({ block_id: someText }))),
  view: view.nullish(),
  trigger_id: some(given),
  response_url: some(given),
});
type Envelope = z.infer<typeof envelope>;

const press = z.object({ ...pressed, action_id: z.string() });
const suggestion = z.object({ action_id: z.string(), value: z.string().catch('') });

const sourceOf = ({ container, message, view: shown }: Envelope): Source | undefined => {
  if (shown) {
    const { id: viewId, type, private_metadata: privateMetadata } = shown;
    const viewType = type === 'home' ? 'home' : 'modal';
    return { type: 'view', viewId, viewType, ...(privateMetadata && { privateMetadata }) };
  }
  const messageTs = container?.message_ts ?? message?.ts;
  return messageTs ? { type: 'message', messageTs, isEphemeral: container?.is_ephemeral === true } : undefined;
};

/** Undefined where no workspace is named. */
const placeOf = (sent: Envelope, isForm: boolean): Place | undefined => {
  const { team, enterprise, user, channel, container } = sent;
  const isOrgInstall = isTrue(sent.is_enterprise_install);
  const teamId = workspaceOf({
    outer: team?.id,
    person: user.team_id,
    blockId: sent.actions?.[0]?.block_id,
    message: sent.message?.team,
    view: sent.view,
    isForm,
    isOrgInstall,
  });
  if (!teamId) return undefined;
  const enterpriseId = enterprise?.id ?? team?.enterprise_id;
  const channelId = channel?.id ?? container?.channel_id;
  const source = sourceOf(sent);
  return {
    teamId,
    ...(team?.domain && team.id === teamId && { teamDomain: team.domain }),
    ...(enterpriseId && { enterpriseId }),
    isOrgInstall,
    ...(channelId && { channelId }),
    userId: user.id,
    userName: user.name || user.username || '',
    ...(sent.trigger_id && { triggerId: sent.trigger_id }),
    ...(sent.response_url && { responseUrl: sent.response_url }),
    isDirect: isDirect(channelId, channel?.name),
    ...(source && { source }),
  };
};

const receiveCommand = (body: object, names: Pick<SlackNames, 'readSlash'>): Received => {
  const read = slashCommand.safeParse(body);
  if (!read.success) return unknown('a malformed command');
  const sent = read.data;
  const text = names.readSlash(sent);
  const place: Place = {
    teamId: sent.team_id,
    ...(sent.team_domain && { teamDomain: sent.team_domain }),
    ...(sent.enterprise_id && { enterpriseId: sent.enterprise_id }),
    isOrgInstall: isTrue(sent.is_enterprise_install),
    ...(sent.channel_id && { channelId: sent.channel_id }),
    userId: sent.user_id,
    userName: sent.user_name ?? '',
    ...(sent.trigger_id && { triggerId: sent.trigger_id }),
    ...(sent.response_url && { responseUrl: sent.response_url }),
    isDirect: isDirect(sent.channel_id, sent.channel_name),
  };
  const command = /^\/(\S+)/.exec(text)?.[1]?.toLowerCase() ?? '';
  return { type: 'interaction', place, interaction: { type: 'text', text }, command };
};

const commandOf = (action: string): string => decodeAction(action)?.command ?? '';

const opensLink = (actions: unknown): boolean => {
  const read = press.safeParse(Array.isArray(actions) ? actions[0] : undefined);
  return read.success && isLinkId(read.data.action_id);
};

const receiveActions = (sent: Envelope, place: Place, actions: unknown): Received => {
  const read = press.safeParse(Array.isArray(actions) ? actions[0] : undefined);
  if (!read.success) return unknown('a malformed action', place);
  const pressedId = decodeActionId(read.data.action_id);
  // A choice inside a form counts once the form is sent.
  if (sent.view?.type === 'modal' && !decodeAction(pressedId) && !opensKeptForm(pressedId))
    return { type: 'ignored', reason: 'a choice in a form that is still open' };
  const { action, values } = decodePress(read.data);
  return { type: 'interaction', place, interaction: { type: 'action', action, values }, command: commandOf(action) };
};

const receiveSubmission = ({ view: form }: Envelope, place: Place): Received => {
  if (!form) return unknown('a form without its view', place);
  const modal = form.callback_id ?? '';
  const fields = decodeFields(form.state?.values ?? {});
  return { type: 'interaction', place, interaction: { type: 'modal', modal, fields }, command: commandOf(modal) };
};

/** The action id says which option's values are offered. Of several values that are chosen one by one, a comma ends none. */
const receiveSuggestion = (place: Place, body: object): Received => {
  const read = suggestion.safeParse(body);
  if (!read.success) return unknown('malformed type-ahead');
  const { action_id, value } = read.data;
  const asking = decodeFieldId(action_id);
  if (!asking) return unknown('type-ahead for nothing of ours');
  const { several, ...option } = asking;
  const typed = several ? (value.split(',').at(-1) ?? '').trim() : value;
  return { type: 'suggestion', place, at: { ...option, typed } };
};

/**
 * What a payload of Slack's means: a slash command, a press, a form, type-ahead or an event. Never throws: what is malformed, or nothing
 * that Milepost offers, is `unknown`. Ids and values are what was sent; whether there is such a command or action is the app's to answer.
 */
export const receive = (payload: unknown, names: Pick<SlackNames, 'readSlash'>): Received => {
  if (typeof payload !== 'object' || payload === null) return unknown('a malformed payload');
  const body = payload as { type?: unknown; command?: unknown; event?: unknown; actions?: unknown };
  if (body.type === undefined && body.command !== undefined) return receiveCommand(body, names);
  if (body.type === 'event_callback') return receiveEvent(body, body.event);
  if (body.type === 'view_closed') return { type: 'ignored', reason: 'a form was closed' };
  if (opensLink(body.actions)) return { type: 'ignored', reason: 'a link was opened' };
  const read = envelope.safeParse(body);
  if (!read.success) return unknown('a malformed payload');
  const place = placeOf(read.data, body.type === 'view_submission');
  if (!place && !isTrue(read.data.is_enterprise_install)) return unknown('a payload of no workspace');
  if (!place) return { type: 'nowhere', ...(read.data.response_url && { responseUrl: read.data.response_url }) };
  switch (body.type) {
    case 'block_actions':
      return receiveActions(read.data, place, body.actions);
    case 'view_submission':
      return receiveSubmission(read.data, place);
    case 'block_suggestion':
      return receiveSuggestion(place, body);
    default:
      return unknown(`a payload of ${typeText(body.type)}`, place);
  }
};
