// Interactions by HTTP: signed with the application's key and posted to the bot, as Discord does with an endpoint URL.
import { randomUUID, sign } from 'node:crypto';
import { errors } from './api-error.ts';
import type { Json } from './form.ts';
import type { Asked, Interactions } from './interactions.ts';
import type { World } from './world.ts';

export type SignedRequest = { method: 'POST'; headers: Record<string, string>; body: string };

/** The request that Discord would make with this body; `at` is the moment it says it was signed. */
export const signRequest = (world: World, body: string, at = world.now()): SignedRequest => {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = sign(null, Buffer.from(timestamp + body), world.application.privateKey).toString('hex');
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Discord-Interactions/1.0 (+https://discord.com)',
      'x-signature-ed25519': signature,
      'x-signature-timestamp': timestamp,
    },
    body,
  };
};

const savedEndpoints = new WeakMap<World, string>();
/** The endpoint URL that was saved last, or null. */
export const endpointOf = (world: World): string | null => savedEndpoints.get(world) ?? null;

/** What Discord does when somebody saves an endpoint URL: one good PING and one badly signed. Throws what it would say. */
export const checkEndpoint = async (world: World, url: string): Promise<void> => {
  const ping = JSON.stringify({
    id: world.nextId(),
    application_id: world.application.id,
    type: 1,
    version: 1,
    token: randomUUID(),
  });
  const signed = signRequest(world, ping);
  const bad = { ...signed, headers: { ...signed.headers, 'x-signature-ed25519': '0'.repeat(128) } };
  const refused = await fetch(url, bad);
  await refused.arrayBuffer();
  if (refused.status !== 401) throw new Error(`a badly signed PING must get 401, not ${refused.status}`);
  const answered = await fetch(url, signed);
  const text = await answered.text();
  const isJson = (answered.headers.get('content-type') ?? '').startsWith('application/json');
  if (answered.status !== 200 || !isJson || JSON.parse(text).type !== 1)
    throw new Error(`a PING must get 200 with {"type":1} as JSON, not ${answered.status} ${text.slice(0, 200)}`);
  savedEndpoints.set(world, url);
};

/** Posts an interaction; an answer in the response counts as its callback, 202 says that the callback comes by REST. */
export const postInteraction = async (
  world: World,
  interactions: Interactions,
  url: string,
  payload: Json,
  asked: Asked,
): Promise<void> => {
  try {
    const response = await fetch(url, signRequest(world, JSON.stringify(payload)));
    const text = await response.text();
    if (response.status === 202) return;
    if (response.status !== 200) {
      asked.lastRefusal = `HTTP ${response.status} ${text.slice(0, 500)}`;
      return;
    }
    interactions.callback(asked.id, asked.token, JSON.parse(text), [], performance.now());
  } catch (error) {
    // A callback that came by REST meanwhile is as good.
    if (!(error instanceof Error && error.message === errors.alreadyAcknowledged().message))
      asked.lastRefusal ??= String(error);
  }
};
