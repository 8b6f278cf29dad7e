// Where a view came from, carried by the view itself: the workspace of each, and of a form where its answer goes.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Place, Source } from './received.ts';

/** Slack's half hour, less a little for the way. */
const RESPONSE_URL_MS = 29 * 60 * 1000;

const readJson = <T extends z.ZodType>(schema: T, text: string): z.infer<T> | undefined => {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const originSchema = z.object({
  teamId: z.string(),
  userId: z.string(),
  responseUrl: z.url({ protocol: /^https?$/ }).optional(),
  channelId: z.string().optional(),
  isDirect: z.boolean(),
  source: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('message'), messageTs: z.string(), isEphemeral: z.boolean() }),
      z.object({ type: z.literal('view'), viewId: z.string(), viewType: z.enum(['modal', 'home']) }),
    ])
    .optional(),
  /** Milliseconds since 1970. */
  at: z.number(),
});

/** For the `private_metadata` of Home and of windows that are no forms: whose they are. */
export const encodeTeam = (teamId: string): string => JSON.stringify({ teamId });

type Id = string | null | undefined;
/** The blocks of an answer, which say whose they are: Slack tells of a private message no more than which block was acted on. */
export const markBlocks = <B extends object>(blocks: readonly B[], teamId: string): B[] => {
  // New each time: in a block of the same name Slack keeps what was chosen before.
  const answer = randomUUID();
  return blocks.map((block, at) => ({ block_id: `${teamId}/${answer}/${at}`, ...block }));
};
const teamInBlock = (blockId: Id): Id => /^(T[\w-]{1,99})\/[\w-]{36}\/\d+$/.exec(blockId ?? '')?.[1];

const teamSchema = z.object({ teamId: z.string().regex(/^[\w-]{1,100}$/) });

/** An organisation may stand where Slack names no workspace. */
const isWorkspace = (id: Id): id is string => typeof id === 'string' && !id.startsWith('E');

/**
 * The workspace in which Milepost showed what was acted on; undefined where nobody says. `outer` is the payload’s team, missing where the
 * install is an organisation’s; `person` is the member’s own workspace, which may be another one.
 */
export const workspaceOf = ({
  outer,
  person,
  blockId,
  message,
  view,
  isForm,
  isOrgInstall,
}: {
  outer: Id;
  person: Id;
  /** What was acted on. */
  blockId?: Id;
  /** The workspace that wrote the message. */
  message: Id;
  view: { private_metadata?: Id; app_installed_team_id?: Id } | null | undefined;
  isForm: boolean;
  isOrgInstall: boolean;
}): string | undefined => {
  const installed = view?.app_installed_team_id;
  const ours = readJson(teamSchema, view?.private_metadata ?? '')?.teamId;
  if (isWorkspace(ours) && (!isWorkspace(outer) || ours === outer || ours === installed)) return ours;
  // In a channel that two companies share, a form names the workspace itself; of any other view it may be that of the first install.
  return [isForm ? installed : undefined, outer, teamInBlock(blockId), message, isOrgInstall ? undefined : person].find(
    isWorkspace,
  );
};

const withoutMetadata = (source: Source): Source => {
  if (source.type === 'message') return source;
  const { privateMetadata: _, ...view } = source;
  return view;
};

/** For a form's `private_metadata`: at most some hundred characters. */
export const encodeOrigin = ({ teamId, userId, responseUrl, channelId, isDirect, source }: Place, now: Date): string =>
  JSON.stringify({
    teamId,
    userId,
    ...(responseUrl !== undefined && { responseUrl }),
    ...(channelId !== undefined && { channelId }),
    isDirect,
    ...(source && { source: withoutMetadata(source) }),
    at: now.getTime(),
  });

/**
 * Where the person was when the form opened, in place of the form itself: with the response URL of that time where it is still good. A
 * form that does not say, or says it of somebody else, stands for nothing but the person.
 */
export const placeBefore = (form: Place, now: Date): Place => {
  const { source, responseUrl: _, channelId: __, ...person } = form;
  const text = source?.type === 'view' ? source.privateMetadata : undefined;
  const origin = readJson(originSchema, text ?? '');
  const isTheirs = origin?.teamId === form.teamId && origin.userId === form.userId;
  if (!origin || !isTheirs) return { ...person, isDirect: true };
  const { at, responseUrl, channelId, isDirect, source: before } = origin;
  const isGood = responseUrl !== undefined && now.getTime() - at < RESPONSE_URL_MS;
  return {
    ...person,
    isDirect,
    ...(isGood && { responseUrl }),
    ...(channelId !== undefined && { channelId }),
    ...(before && { source: before }),
  };
};
