// Slack's requests over HTTP, as a receiver of Bolt's on our own web server: signed, fresh and new, or refused.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { App, Receiver, ReceiverEvent } from '@slack/bolt';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { KeptValues } from '../platform.ts';
import { PATHS } from './manifest.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** Slack's own advice: what is older than five minutes is a replay. Bolt takes what is from the future, which is none either. */
const MAX_AGE_MS = 5 * 60_000;
/** Slack waits 3 s for an acknowledgement. */
const ACK_WITHIN_MS = 2_900;

const isEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** The payload of a request: JSON for events, a form for everything else; undefined where it is neither. */
const readBody = (contentType: string, body: string): Record<string, unknown> | undefined => {
  try {
    if (contentType.includes('json')) return JSON.parse(body) as Record<string, unknown>;
    const form = Object.fromEntries(new URLSearchParams(body));
    return typeof form.payload === 'string' ? (JSON.parse(form.payload) as Record<string, unknown>) : form;
  } catch {
    return undefined;
  }
};

export type HttpReceiver = { receiver: Receiver; routes: Hono };

export const createHttpReceiver = ({
  signingSecret,
  kept,
  now,
}: {
  signingSecret: string;
  kept: Pick<KeptValues, 'claim'>;
  now: () => Date;
}): HttpReceiver => {
  let bolt: Pick<App, 'processEvent'> | undefined;

  const isFromSlack = (signature: string, timestamp: string, body: string): boolean => {
    if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now().getTime() - Number(timestamp) * 1000) > MAX_AGE_MS)
      return false;
    const expected = `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
    return isEqual(signature, expected);
  };

  /** What the app acknowledges with; undefined where it takes longer than Slack waits. */
  const acknowledged = (
    body: Record<string, unknown>,
    retryNum: number | undefined,
  ): Promise<{ answer: unknown } | undefined> =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, ACK_WITHIN_MS, undefined);
      const event: ReceiverEvent = {
        body,
        ...(retryNum !== undefined && { retryNum }),
        async ack(answer?: unknown) {
          clearTimeout(timer);
          resolve({ answer });
        },
      };
      void bolt?.processEvent(event);
    });

  const routes = new Hono();
  routes.post(PATHS.events, bodyLimit({ maxSize: BODY_LIMIT_BYTES }), async c => {
    const text = await c.req.text();
    const signature = c.req.header('x-slack-signature') ?? '';
    if (!isFromSlack(signature, c.req.header('x-slack-request-timestamp') ?? '', text))
      return c.text('The signature is not Slack’s, or too old.', 401);
    const body = readBody(c.req.header('content-type') ?? '', text);
    if (!body) return c.text('The body is no payload of Slack’s.', 400);
    if (body.ssl_check !== undefined) return c.body(null, 200);
    if (body.type === 'url_verification') return c.json({ challenge: body.challenge });
    // A retry is the same event signed anew, so events are known by their own id.
    const name = typeof body.event_id === 'string' ? `slack event ${body.event_id}` : `signature ${signature}`;
    if (!(await kept.claim(name, 2 * MAX_AGE_MS)))
      return body.event_id === undefined ? c.text('This request was here before.', 401) : c.body(null, 200);
    const retry = c.req.header('x-slack-retry-num');
    const done = await acknowledged(body, retry === undefined ? undefined : Number(retry));
    if (!done) return c.text('It takes longer than Slack waits.', 503);
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
