// What Slack sends when somebody does something, checked and as our own Interaction; pure, and never throws.
import { z } from 'zod';
import { decodeAction, type Interaction } from '../command.ts';
import { opensKeptForm } from '../kept-forms.ts';
import { decodeActionId, decodeFieldId, decodeFields, decodePress, isLinkId } from './action-id.ts';
import type { SlackNames } from './names.ts';

/** Where an interaction came from and who acted; ids are Slack's, as text. */
export type Place = {
  /** The workspace that this belongs to: the one for which Milepost is installed. */
  teamId: string;
  /** Its name in its address, where Slack says it. */
  teamDomain?: string;
  enterpriseId?: string;
  /** Milepost is installed for all workspaces of the organisation. */
  isOrgInstall: boolean;
  /** Undefined in Milepost's Home and in forms. */
  channelId?: string;
  userId: string;
  /** The handle, not the name that is shown; may be empty. */
  userName: string;
  /** For one form, within 3 s. */
  triggerId?: string;
  /** For five answers, within 30 minutes; none in Home and in forms. */
  responseUrl?: string;
  /**
   * Between two: the person and Milepost, or, where a command was typed, perhaps the person and somebody else. Slack does not tell
   * which; with somebody else Milepost cannot post, and what it answers for all to see they see too.
   */
  isDirect: boolean;
  /** What the pressed button was on, or the form that was sent. */
  source?: Source;
};

export type Source =
  /** One that only this person sees is not in the payload, and is changed by `responseUrl` alone. */
  | { type: 'message'; messageTs: string; isEphemeral: boolean }
  /** A window or Milepost's Home; `privateMetadata` is what we put into it. */
  | { type: 'view'; viewId: string; viewType: 'modal' | 'home'; privateMetadata?: string };

type WithoutCaller<I> = I extends Interaction ? Omit<I, 'caller'> : never;
export type InteractionWithoutCaller = WithoutCaller<Interaction>;

export type Received =
  | {
      type: 'interaction';
      place: Place;
      interaction: InteractionWithoutCaller;
      /** The command it belongs to; empty where an id is not one of ours. */
      command: string;
    }
  /** Somebody types in a select that offers an option's values. */
  | {
      type: 'suggestion';
      place: Place;
      at: { command: string; subcommand: string; option: string; typed: string };
    }
  /** Somebody looks at Milepost's Home. */
  | { type: 'home'; place: Place }
  /** Milepost was removed, or its token taken back, at `at`; Slack tells it twice and may tell it late. */
  | { type: 'removed'; teamId: string; enterpriseId?: string; isOrgInstall: boolean; at: Date }
  /** Ours, and to be acknowledged without doing anything. */
  | { type: 'ignored'; reason: string }
  /** Nothing that Milepost offers; with a place it can be answered. */
  | { type: 'unknown'; reason: string; place?: Place };

// Ids decide whose data is touched, so they must be right; names and the like are only shown, so a broken one is left out.
const given = z.string().min(1);
/** Of a person, a workspace or a channel: letters and digits. No database could look for others, nor keep who has them. */
const id = given.regex(/^[\w-]{1,100}$/);
const some = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);
const someId = id.nullish();
const someEnterpriseId = id.or(z.literal('')).nullish();
const someText = some(z.string());

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
  message: some(z.object({ ts: some(given) })),
  view: view.nullish(),
  trigger_id: some(given),
  response_url: some(given),
});
type Envelope = z.infer<typeof envelope>;

const press = z.object({ ...pressed, action_id: z.string() });
const suggestion = z.object({ action_id: z.string(), value: z.string().catch('') });

const eventEnvelope = z.object({
  team_id: someId,
  enterprise_id: someEnterpriseId,
  is_enterprise_install: z.unknown().optional(),
  /** Seconds. */
  event_time: z.number().nonnegative().max(1e11),
  authorizations: some(
    z.array(z.object({ team_id: someId, enterprise_id: someId, is_enterprise_install: some(z.boolean()) })),
  ),
});
const homeOpened = z.object({ user: id, channel: some(id), tab: someText });
const tokensRevoked = z.object({ tokens: z.object({ bot: some(z.array(z.unknown())) }) });

const typeText = (type: unknown): string => (typeof type === 'string' ? `type ${type.slice(0, 80)}` : 'no known type');
/** Slack says it in words where the payload is a form's. */
const isTrue = (value: unknown): boolean => value === true || value === 'true';
const isDirect = (channelId: string | null | undefined, name?: string | null): boolean =>
  name === 'directmessage' || channelId?.startsWith('D') === true;

const unknown = (reason: string, place?: Place): Received => ({ type: 'unknown', reason, ...(place && { place }) });

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
const placeOf = (sent: Envelope): Place | undefined => {
  const { team, enterprise, user, channel, container } = sent;
  // In a channel that two companies share, forms say themselves whose they are; org-wide, the team may be missing.
  const teamId = sent.view?.app_installed_team_id ?? team?.id ?? user.team_id;
  if (!teamId) return undefined;
  const enterpriseId = enterprise?.id ?? team?.enterprise_id;
  const channelId = channel?.id ?? container?.channel_id;
  const source = sourceOf(sent);
  return {
    teamId,
    ...(team?.domain && team.id === teamId && { teamDomain: team.domain }),
    ...(enterpriseId && { enterpriseId }),
    isOrgInstall: isTrue(sent.is_enterprise_install),
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

const receiveActions = (sent: Envelope, place: Place, actions: unknown): Received => {
  const read = press.safeParse(Array.isArray(actions) ? actions[0] : undefined);
  if (!read.success) return unknown('a malformed action', place);
  if (isLinkId(read.data.action_id)) return { type: 'ignored', reason: 'a link was opened' };
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

type Heard = Pick<Place, 'teamId' | 'enterpriseId' | 'isOrgInstall'> & { at: Date };

/** Whom an event is for; where somebody of another company acts, the outer team is theirs. */
const heardBy = (sent: z.infer<typeof eventEnvelope>): Heard | undefined => {
  const granted = sent.authorizations?.[0];
  const teamId = granted?.team_id ?? sent.team_id;
  if (!teamId) return undefined;
  const enterpriseId = granted ? granted.enterprise_id : sent.enterprise_id;
  const isOrgInstall = granted?.is_enterprise_install === true || isTrue(sent.is_enterprise_install);
  return { teamId, ...(enterpriseId && { enterpriseId }), isOrgInstall, at: new Date(sent.event_time * 1000) };
};

const receiveHome = (event: unknown, { at: _, ...where }: Heard): Received => {
  const read = homeOpened.safeParse(event);
  if (!read.success) return unknown('a malformed event');
  const { user: userId, channel: channelId, tab } = read.data;
  if (tab && tab !== 'home') return { type: 'ignored', reason: 'another tab than Home was opened' };
  return {
    type: 'home',
    place: { ...where, ...(channelId && { channelId }), userId, userName: '', isDirect: true },
  };
};

const receiveEvent = (body: object, event: unknown): Received => {
  const type = (event as { type?: unknown } | null | undefined)?.type;
  const read = eventEnvelope.safeParse(body);
  const heard = read.success ? heardBy(read.data) : undefined;
  if (!heard) return unknown('a malformed event');
  switch (type) {
    case 'app_home_opened':
      return receiveHome(event, heard);
    case 'app_uninstalled':
      return { type: 'removed', ...heard };
    case 'tokens_revoked': {
      const revoked = tokensRevoked.safeParse(event);
      const isBot = revoked.success && (revoked.data.tokens.bot?.length ?? 0) > 0;
      return isBot ? { type: 'removed', ...heard } : { type: 'ignored', reason: 'no token of the bot was revoked' };
    }
    default:
      return unknown(`an event of ${typeText(type)}`);
  }
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
  const read = envelope.safeParse(body);
  if (!read.success) return unknown('a malformed payload');
  const place = placeOf(read.data);
  if (!place) return unknown('a payload of no workspace');
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
