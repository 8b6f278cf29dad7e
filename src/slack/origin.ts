// Where a form came from, carried by the form itself, so that the answer to it goes there.
import { z } from 'zod';
import type { Place, Source } from './receive.ts';

/** Slack's half hour, less a little for the way. */
const RESPONSE_URL_MS = 29 * 60 * 1000;

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
  const origin = originIn(text);
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

const originIn = (text: string | undefined): z.infer<typeof originSchema> | undefined => {
  try {
    return originSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
};
