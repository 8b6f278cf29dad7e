// Interactions over HTTP instead of the gateway: Discord posts each one, signed, and any number of processes can take it.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { APIInteraction } from 'discord-api-types/v10';
import { InteractionResponseType, InteractionType } from 'discord-api-types/v10';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';

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

/** Signatures of the last minute: a request that is sent a second time is not from Discord. */
const createReplayGuard = (now: () => Date) => {
  const seen = new Map<string, number>();
  return (signature: string): boolean => {
    const at = now().getTime();
    for (const [old, seenAt] of seen) {
      if (at - seenAt <= 2 * MAX_AGE_MS) break;
      seen.delete(old);
    }
    if (seen.has(signature)) return true;
    seen.set(signature, at);
    return false;
  };
};

export type HttpInteractionsDeps = {
  /** As the developer portal shows it. */
  publicKey: string;
  respond: (payload: APIInteraction) => Promise<void>;
  now: () => Date;
};

/**
 * The endpoint as a fetch handler. Every request is refused with 401 unless its raw body is signed, fresh and new. An interaction is
 * acknowledged with 202 and answered by a request of our own, exactly as one that came over the gateway.
 */
export const createHttpInteractions = ({ publicKey, respond, now }: HttpInteractionsDeps): Hono => {
  const key = keyOf(publicKey);
  const isReplayed = createReplayGuard(now);

  const isFromDiscord = (signature: string, timestamp: string, body: string): boolean => {
    if (!/^[0-9a-f]{128}$/i.test(signature) || !/^\d{1,12}$/.test(timestamp)) return false;
    if (Math.abs(now().getTime() - Number(timestamp) * 1000) > MAX_AGE_MS) return false;
    return (
      verify(null, Buffer.from(timestamp + body), key, Buffer.from(signature, 'hex')) &&
      !isReplayed(signature.toLowerCase())
    );
  };

  const server = new Hono();
  server.post(INTERACTIONS_PATH, bodyLimit({ maxSize: BODY_LIMIT_BYTES }), async c => {
    const body = await c.req.text();
    const signed = isFromDiscord(
      c.req.header('x-signature-ed25519') ?? '',
      c.req.header('x-signature-timestamp') ?? '',
      body,
    );
    if (!signed) return c.text('The signature is not Discord’s, or too old.', 401);
    let payload: APIInteraction;
    try {
      payload = JSON.parse(body) as APIInteraction;
    } catch {
      return c.text('The body is not JSON.', 400);
    }
    if (payload?.type === InteractionType.Ping) return c.json({ type: InteractionResponseType.Pong });
    void respond(payload);
    return c.body(null, 202);
  });
  return server;
};
