// Interactions over HTTP instead of the gateway: Discord posts each one, signed, and any number of processes can take it.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { APIInteraction } from 'discord-api-types/v10';
import { InteractionResponseType, InteractionType } from 'discord-api-types/v10';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { KeptValues } from '../platform.ts';

export const INTERACTIONS_PATH = '/discord/interactions';

/** A message with its components comes along with each press, and modals bring up to 20,000 characters. */
const BODY_LIMIT_BYTES = 1024 * 1024;
/** Discord sends at once and documents no window; this leaves room for a clock that is a little off. */
const MAX_AGE_MS = 60_000;

/** The Ed25519 key of 64 hexadecimal digits that the developer portal shows. */
const keyOf = (publicKey: string): KeyObject =>
  createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey, 'hex').toString('base64url') },
    format: 'jwk',
  });

/** What the body says, or undefined where it is not even an object in JSON. */
const readInteraction = (body: string): APIInteraction | undefined => {
  try {
    const payload: unknown = JSON.parse(body);
    const isObject = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
    return isObject ? (payload as APIInteraction) : undefined;
  } catch {
    return undefined;
  }
};

export type HttpInteractionsDeps = {
  /** As the developer portal shows it. */
  publicKey: string;
  respond: (payload: APIInteraction) => Promise<void>;
  /** Shared by all processes, so that a request counts once whichever of them it reaches. */
  kept: Pick<KeptValues, 'claim'>;
  now: () => Date;
};

/**
 * The endpoint as a fetch handler. Every request is refused with 401 unless its raw body is signed, fresh and new. An interaction is
 * acknowledged with 202 and answered by a request of our own, exactly as one that came over the gateway.
 */
export const createHttpInteractions = ({ publicKey, respond, kept, now }: HttpInteractionsDeps): Hono => {
  const key = keyOf(publicKey);

  const isFromDiscord = (signature: string, timestamp: string, body: string): boolean => {
    if (!/^[0-9a-f]{128}$/i.test(signature) || !/^\d{1,12}$/.test(timestamp)) return false;
    if (Math.abs(now().getTime() - Number(timestamp) * 1000) > MAX_AGE_MS) return false;
    return verify(null, Buffer.from(timestamp + body), key, Buffer.from(signature, 'hex'));
  };

  const server = new Hono();
  server.post(INTERACTIONS_PATH, bodyLimit({ maxSize: BODY_LIMIT_BYTES }), async c => {
    const body = await c.req.text();
    const signature = c.req.header('x-signature-ed25519') ?? '';
    if (!isFromDiscord(signature, c.req.header('x-signature-timestamp') ?? '', body))
      return c.text('The signature is not Discord’s, or too old.', 401);
    // A request counts for as long as its timestamp is accepted, so its signature is remembered for twice that.
    if (!(await kept.claim(`signature ${signature.toLowerCase()}`, 2 * MAX_AGE_MS)))
      return c.text('This request was here before.', 401);
    const payload = readInteraction(body);
    if (!payload) return c.text('The body is no interaction in JSON.', 400);
    if (payload.type === InteractionType.Ping) return c.json({ type: InteractionResponseType.Pong });
    void respond(payload);
    return c.body(null, 202);
  });
  return server;
};
