// What Slack's payloads come to, and what is checked alike in all of them.
import { z } from 'zod';
import type { Interaction } from '../command.ts';

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
  | { type: 'removed'; teamId?: string; enterpriseId?: string; isOrgInstall: boolean; at: Date }
  /** An organisation gave Milepost these workspaces, or took it out of them: which, Slack is asked. */
  | { type: 'access'; teamIds: string[]; enterpriseId: string; isOrgInstall: true; at: Date }
  /** Ours, and to be acknowledged without doing anything. */
  | { type: 'ignored'; reason: string }
  /** Nothing that Milepost offers; with a place it can be answered. */
  | { type: 'unknown'; reason: string; place?: Place }
  /** Something that was done where a whole organisation installed Milepost, and nobody says in which workspace; the URL can answer it. */
  | { type: 'nowhere'; responseUrl?: string };

// Ids decide whose data is touched, so they must be right; names and the like are only shown, so a broken one is left out.
export const given = z.string().min(1);
/** Of a person, a workspace or a channel: letters and digits. No database could look for others, nor keep who has them. */
export const id = given.regex(/^[\w-]{1,100}$/);
export const some = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);
export const someId = id.nullish();
export const someEnterpriseId = id.or(z.literal('')).nullish();
export const someText = some(z.string());

export const typeText = (type: unknown): string =>
  typeof type === 'string' ? `type ${type.slice(0, 80)}` : 'no known type';
/** Slack says it in words where the payload is a form's. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true';
export const isDirect = (channelId: string | null | undefined, name?: string | null): boolean =>
  name === 'directmessage' || channelId?.startsWith('D') === true;

export const unknown = (reason: string, place?: Place): Received => ({
  type: 'unknown',
  reason,
  ...(place && { place }),
});
