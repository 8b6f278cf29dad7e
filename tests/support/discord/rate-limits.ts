// Discord's rate limits: 50 requests in any second for a bot, and a bucket for each route and channel or server.
import { createHash } from 'node:crypto';

const GLOBAL_PER_SECOND = 50;

/** How many requests a bucket takes in which time. Discord publishes none of these; they are of the order it shows. */
const sizeOf = (method: string, route: string): { limit: number; windowMs: number } => {
  if (method === 'POST' && route === '/channels/:channel/messages') return { limit: 5, windowMs: 5000 };
  if (route === '/users/@me/guilds') return { limit: 1, windowMs: 1000 };
  if (route === '/users/@me/channels') return { limit: 30, windowMs: 1000 };
  return { limit: 50, windowMs: 1000 };
};

export type RateAnswer =
  | { type: 'passed'; headers: Record<string, string> }
  | {
      type: 'limited';
      headers: Record<string, string>;
      body: { message: string; retry_after: number; global: boolean };
    };

export type RateLimits = {
  /** Counts a request of the bot; `top` is the channel or server (or webhook) whose bucket it falls into. */
  take(method: string, route: string, top: string, nowMs: number): RateAnswer;
};

const MESSAGE = 'You are being rate limited.';

const bucketHeaders = (hash: string, limit: number, remaining: number, resetAfterMs: number) => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': ((Date.now() + resetAfterMs) / 1000).toFixed(3),
  'x-ratelimit-reset-after': (resetAfterMs / 1000).toFixed(3),
  'x-ratelimit-bucket': hash,
});

export const createRateLimits = (): RateLimits => {
  /** Times of the requests of the last second, oldest first. */
  let recent: number[] = [];
  const buckets = new Map<string, { used: number; resetsAt: number }>();
  const hashes = new Map<string, string>();
  const hashOf = (route: string): string => {
    const known = hashes.get(route);
    if (known) return known;
    const made = createHash('sha256').update(route).digest('hex').slice(0, 32);
    hashes.set(route, made);
    return made;
  };
  return {
    take: (method, route, top, nowMs) => {
      // Interactions and webhooks do not count towards the bot's global limit.
      const countsGlobally = !route.startsWith('/interactions/') && !route.startsWith('/webhooks/');
      if (countsGlobally) {
        recent = recent.filter(at => nowMs - at < 1000);
        if (recent.length >= GLOBAL_PER_SECOND) {
          const retryAfter = Math.max(0.001, (1000 - (nowMs - (recent[0] ?? nowMs))) / 1000);
          const headers = {
            'retry-after': String(Math.ceil(retryAfter)),
            'x-ratelimit-global': 'true',
            'x-ratelimit-scope': 'global',
          };
          return { type: 'limited', headers, body: { message: MESSAGE, retry_after: retryAfter, global: true } };
        }
        recent.push(nowMs);
      }
      const { limit, windowMs } = sizeOf(method, route);
      const name = `${method} ${route}`;
      const key = `${name} ${top}`;
      let bucket = buckets.get(key);
      if (!bucket || bucket.resetsAt <= nowMs) {
        bucket = { used: 0, resetsAt: nowMs + windowMs };
        buckets.set(key, bucket);
      }
      const resetAfterMs = bucket.resetsAt - nowMs;
      if (bucket.used >= limit) {
        const headers = {
          ...bucketHeaders(hashOf(name), limit, 0, resetAfterMs),
          'retry-after': String(Math.ceil(resetAfterMs / 1000)),
          'x-ratelimit-scope': 'user',
        };
        return {
          type: 'limited',
          headers,
          body: { message: MESSAGE, retry_after: resetAfterMs / 1000, global: false },
        };
      }
      bucket.used += 1;
      return { type: 'passed', headers: bucketHeaders(hashOf(name), limit, limit - bucket.used, resetAfterMs) };
    },
  };
};
