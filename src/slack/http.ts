// Slack's requests over HTTP, as a receiver of Bolt's on our own web server: signed, fresh and new, or refused.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { App, Receiver, ReceiverEvent } from '@slack/bolt';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Log } from '../log.ts';
import type { KeptValues } from '../platform.ts';
import { PATHS } from './manifest.ts';
import { repeatKeyOf } from './repeats.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** Slack's own advice: what is older than five minutes is a replay. Bolt takes what is from the future, which is none either. */
const MAX_AGE_MS = 5 * 60_000;
/** Slack waits 3 s for an acknowledgement. */
const ACK_WITHIN_MS = 2_900;

const isEqual = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

type Body = Record<string, unknown>;

const asObject = (value: unknown): Body | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined;

/** The payload of a request: JSON for events, a form for everything else; undefined where it is neither. */
const readBody = (contentType: string, body: string): Body | undefined => {
  try {
    if (contentType.includes('json')) return asObject(JSON.parse(body));
    if (!contentType.includes('form-urlencoded')) return undefined;
    const form = Object.fromEntries(new URLSearchParams(body));
    return typeof form.payload === 'string' ? asObject(JSON.parse(form.payload)) : form;
  } catch {
    return undefined;
  }
};

export type HttpReceiver = { receiver: Receiver; routes: Hono };

export const createHttpReceiver = ({
  signingSecret,
  kept,
  now,
  log,
}: {
  signingSecret: string;
  kept: Pick<KeptValues, 'claim'>;
  now: () => Date;
  log: Log;
}): HttpReceiver => {
  let bolt: Pick<App, 'processEvent'> | undefined;

  const isFromSlack = (signature: string, timestamp: string, body: string): boolean => {
    if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now().getTime() - Number(timestamp) * 1000) > MAX_AGE_MS)
      return false;
    const expected = `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
    return isEqual(signature, expected);
  };

  /** What the app acknowledges with, nothing where the payload is not as Slack's are; undefined where it takes longer than Slack waits. */
  const acknowledged = async (body: Body, retryNum: number | undefined): Promise<{ answer: unknown } | undefined> => {
    const { promise, resolve } = Promise.withResolvers<{ answer: unknown } | undefined>();
    const timer = setTimeout(resolve, ACK_WITHIN_MS, undefined);
    const event: ReceiverEvent = {
      body,
      ...(retryNum !== undefined && { retryNum }),
      async ack(answer?: unknown) {
        resolve({ answer });
        // What follows would hold the response up: it is on its way first.
        await setImmediate();
      },
    };
    bolt
      ?.processEvent(event)
      .catch(error => log.warn({ err: error }, 'Bolt could not take what Slack sent'))
      // Slack would send it again and again, and it would not be better.
      .finally(() => resolve({ answer: undefined }));
    return promise.finally(() => clearTimeout(timer));
  };

  const routes = new Hono();
  routes.post(PATHS.events, bodyLimit({ maxSize: BODY_LIMIT_BYTES }), async c => {
    const text = await c.req.text();
    const contentType = c.req.header('content-type') ?? '';
    const body = readBody(contentType, text);
    // Slack looks whether the certificate is in order, and signs none of that.
    if (body?.ssl_check !== undefined) return c.body(null, 200);
    const signature = c.req.header('x-slack-signature') ?? '';
    if (!isFromSlack(signature, c.req.header('x-slack-request-timestamp') ?? '', text))
      return c.text('The signature is not Slack’s, or too old.', 401);
    if (!body) return c.text('The body is no payload of Slack’s.', 400);
    if (body.type === 'url_verification') return c.json({ challenge: body.challenge });
    // Whatever has an id of its own is done once by that; a claim is a wait for the disk before Slack hears of us.
    if (repeatKeyOf(body) === undefined && !(await kept.claim(`slack signature ${signature}`, 2 * MAX_AGE_MS)))
      return c.text('This request was here before.', 401);
    const retry = c.req.header('x-slack-retry-num');
    const done = await acknowledged(body, retry === undefined ? undefined : Number(retry));
    if (!done) return c.text('Milepost did not acknowledge it.', 503);
    const { answer } = done;
    if (answer === undefined || answer === '') return c.body(null, 200);
    return typeof answer === 'string' ? c.text(answer) : c.json(answer as object);
  });

  return {
    routes,
    receiver: {
      init(app) {
        bolt = app;
      },
      start: async () => undefined,
      stop: async () => undefined,
    },
  };
};
