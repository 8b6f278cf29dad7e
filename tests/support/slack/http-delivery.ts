// How Slack reaches a bot over HTTP: signed requests, commands and interactions as forms, events as JSON.
import { createHmac } from 'node:crypto';
import type { Json } from './form.ts';
import type { SignatureFault } from './misbehaviour.ts';
import type { World } from './world.ts';

export type HttpEndpoints =
  | { url: string }
  | { commandsUrl: string; interactivityUrl: string; eventsUrl: string; optionsUrl?: string };
export type SignedRequest = { method: 'POST'; headers: Record<string, string>; body: string };

const FORM = 'application/x-www-form-urlencoded';
const HOUR_S = 3600;
const AGE_S: Record<SignatureFault, number> = { old: -HOUR_S, future: HOUR_S, wrong: 0, missing: 0 };

/** Signed at the real time: what checks it compares with the machine's clock. */
export const signRequest = (
  world: World,
  body: string,
  type: string,
  fault?: SignatureFault,
  at = world.signingClock(),
): SignedRequest => {
  const timestamp = String(Math.floor(at.getTime() / 1000) + (fault ? AGE_S[fault] : 0));
  const key = fault === 'wrong' ? 'another secret' : world.app.signingSecret;
  const signature = createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    method: 'POST',
    headers: {
      'content-type': type,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      ...(fault !== 'missing' && { 'x-slack-signature': `v0=${signature}`, 'x-slack-request-timestamp': timestamp }),
    },
    body,
  };
};

const asForm = (fields: Record<string, unknown>): string =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  ).toString();

export type DeliveryKind = 'slash_commands' | 'interactive' | 'events_api';

export const encodePayload = (kind: DeliveryKind, payload: Json): { body: string; type: string } => {
  if (kind === 'events_api') return { body: JSON.stringify(payload), type: 'application/json' };
  const fields = kind === 'slash_commands' ? payload : { payload: JSON.stringify(payload) };
  return { body: asForm(fields), type: FORM };
};

export const endpointFor = (endpoints: HttpEndpoints, kind: DeliveryKind, payload: Json): string => {
  if ('url' in endpoints) return endpoints.url;
  if (kind === 'slash_commands') return endpoints.commandsUrl;
  if (kind === 'events_api') return endpoints.eventsUrl;
  return payload.type === 'block_suggestion' && endpoints.optionsUrl !== undefined
    ? endpoints.optionsUrl
    : endpoints.interactivityUrl;
};

/** The ack of a bot: its body, or why there is none. */
export type Ack = { ok: true; body: unknown } | { ok: false; reason: string };

export const postSigned = async (
  url: string,
  request: SignedRequest,
  extra: Record<string, string> = {},
): Promise<Ack> => {
  try {
    const response = await fetch(url, { ...request, headers: { ...request.headers, ...extra }, redirect: 'manual' });
    const text = await response.text();
    if (response.status !== 200)
      return { ok: false, reason: `dispatch_failed: HTTP ${response.status} ${text.slice(0, 200)}` };
    const isJson = response.headers.get('content-type')?.includes('json');
    return { ok: true, body: isJson && text !== '' ? (JSON.parse(text) as unknown) : text };
  } catch (error) {
    return { ok: false, reason: `dispatch_failed: ${error}` };
  }
};

/** As when an organiser enters the URL for events; throws what is wrong with the answer. */
export const checkEndpoint = async (world: World, url: string): Promise<void> => {
  const challenge = createHmac('sha256', 'challenge').update(String(performance.now())).digest('hex');
  const { body, type } = encodePayload('events_api', {
    type: 'url_verification',
    token: world.app.verificationToken,
    challenge,
  });
  const ack = await postSigned(url, signRequest(world, body, type));
  const given = ack.ok ? (typeof ack.body === 'string' ? ack.body : (ack.body as Json).challenge) : ack.reason;
  if (given !== challenge) throw new Error(`${url} did not answer with the challenge: ${given}`);
};
