// The JSON bodies of the playground's requests, checked, as our own values. Throws a `UserError` for everything else.
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Caller, Interaction } from '../command.ts';
import { UserError } from '../errors.ts';

const MAX_BODY_CHARACTERS = 20_000;
const MAX_FIELDS = 25;

/** An interaction that lacks only its caller, with what is needed to find that caller. */
export type Received = {
  as: string;
  /** The channel it was typed in; without one it is a direct message to the bot. */
  channel?: string;
  /** The stored message whose button was pressed. */
  messageId?: string;
  /** What else the answer shall show, as it was asked for: nothing, or one value. */
  show: readonly unknown[];
  withCaller: (caller: Caller) => Interaction;
};

const someText = z.string().min(1);
const from = {
  as: someText,
  channel: someText.optional(),
  message: someText.optional(),
  show: z.unknown().optional(),
};
const commandBody = z.strictObject({ ...from, command: z.string().trim().min(1) });
const actionBody = z.strictObject({
  ...from,
  action: someText,
  values: z.array(z.string()).max(MAX_FIELDS).default([]),
});
const fieldValues = z
  .record(z.string(), z.union([z.string(), z.array(z.string()).max(MAX_FIELDS)]))
  .refine(fields => Object.keys(fields).length <= MAX_FIELDS, `at most ${MAX_FIELDS} fields`);
const modalBody = z.strictObject({ ...from, modal: someText, fields: fieldValues });
const completionBody = z.strictObject({ as: someText, channel: someText.optional(), text: z.string() });
const moveBody = z.union([z.strictObject({ to: z.string() }), z.strictObject({ advance: z.string() })]);

const parseJson = (body: string): unknown => {
  if (body.length > MAX_BODY_CHARACTERS) {
    throw new UserError(
      'too_long',
      `That is ${body.length} characters; at most ${MAX_BODY_CHARACTERS} fit. Please shorten it.`,
    );
  }
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new UserError(
      'bad_json',
      `The body is not JSON: ${cause instanceof Error ? cause.message : 'it cannot be parsed'}.`,
    );
  }
};

const check = <S extends z.ZodType>(schema: S, value: unknown): z.infer<S> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError('bad_shape', `The body does not have the expected shape. ${z.prettifyError(result.error)}`);
};

const place = (body: {
  as: string;
  channel?: string | undefined;
  message?: string | undefined;
}): Omit<Received, 'withCaller' | 'show'> => ({
  as: body.as,
  ...(body.channel && { channel: body.channel }),
  ...(body.message && { messageId: body.message }),
});

/** Where an interaction was made, and what its answer shall show beside itself. */
const placeAndShow = (body: Parameters<typeof place>[0] & { show?: unknown }): Omit<Received, 'withCaller'> => ({
  ...place(body),
  show: 'show' in body ? [body.show] : [],
});

/** The body of `POST /api/interactions`: exactly one of a typed `command`, a pressed `action`, a submitted `modal`. */
export const receiveInteraction = (body: string): Received => {
  const value = parseJson(body);
  const kinds = ['command', 'action', 'modal'].filter(
    kind => typeof value === 'object' && value !== null && kind in value,
  );
  if (kinds.length !== 1) {
    throw new UserError('bad_shape', 'The body needs "as" and exactly one of "command", "action" and "modal".');
  }
  if (kinds[0] === 'command') {
    const typed = check(commandBody, value);
    return { ...placeAndShow(typed), withCaller: caller => ({ caller, type: 'text', text: typed.command }) };
  }
  if (kinds[0] === 'action') {
    const { action, values, ...where } = check(actionBody, value);
    return { ...placeAndShow(where), withCaller: caller => ({ caller, type: 'action', action, values }) };
  }
  const { modal, fields, ...where } = check(modalBody, value);
  return { ...placeAndShow(where), withCaller: caller => ({ caller, type: 'modal', modal, fields }) };
};

/** The body of `POST /api/complete`: what is in the composer so far. */
export const receiveCompletion = (body: string): { as: string; channel?: string; text: string } => {
  const { text, ...where } = check(completionBody, parseJson(body));
  return { ...place(where), text };
};

const readTarget = (body: z.infer<typeof moveBody>, now: Temporal.ZonedDateTime): Temporal.ZonedDateTime => {
  const [typed, example] =
    'to' in body ? [body.to, 'a time such as 2026-11-23T09:00:00Z'] : [body.advance, 'a duration such as P7D'];
  try {
    if ('to' in body) return Temporal.Instant.from(typed).toZonedDateTimeISO('UTC');
    return now.add(Temporal.Duration.from(typed));
  } catch {
    throw new UserError('bad_time', `"${typed.slice(0, 60)}" is not ${example}.`);
  }
};

/** The body of `POST /api/clock`: where the clock goes. Only forward, and at most two years. */
export const receiveClockMove = (body: string, now: Date): Date => {
  const start = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO('UTC');
  const target = readTarget(check(moveBody, parseJson(body)), start);
  if (Temporal.ZonedDateTime.compare(target, start) < 0) {
    throw new UserError(
      'clock_back',
      `The clock shows ${now.toISOString()} and only moves forward, because what was sent stays sent. Start over to go back.`,
    );
  }
  if (Temporal.ZonedDateTime.compare(target, start.add({ years: 2 })) > 0) {
    throw new UserError('clock_too_far', 'The clock moves at most two years at a time. Choose an earlier date.');
  }
  return new Date(target.epochMilliseconds);
};
