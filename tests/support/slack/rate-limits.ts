// Slack's rate limits: a tier per method and workspace, and one message a second per channel.

export type Tier = 1 | 2 | 3 | 4 | 'post' | 'none';
const PER_MINUTE: Record<number, number> = { 1: 1, 2: 20, 3: 50, 4: 100 };
/** "Several hundred messages per minute per workspace". */
const POSTS_PER_MINUTE = 300;
const POSTS_PER_SECOND_IN_CHANNEL = 1;
/** "Short bursts are allowed", of a length that is not documented. */
const BURST_IN_CHANNEL = 3;

type Bucket = { tokens: number; at: number };
export type RateLimits = {
  /** Whole seconds to wait, or undefined where the call may pass. `at` is `performance.now()`. */
  take(tier: Tier, method: string, team: string, channel: string | undefined, at: number): number | undefined;
};

export const createRateLimits = (): RateLimits => {
  const buckets = new Map<string, Bucket>();
  const fill = (key: string, size: number, perSecond: number, at: number): Bucket => {
    const bucket = buckets.get(key) ?? { tokens: size, at };
    bucket.tokens = Math.min(size, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    buckets.set(key, bucket);
    return bucket;
  };
  return {
    take: (tier, method, team, channel, at) => {
      if (tier === 'none') return undefined;
      const perMinute = tier === 'post' ? POSTS_PER_MINUTE : (PER_MINUTE[tier] ?? 1);
      const asked = [{ bucket: fill(`${method} ${team}`, perMinute, perMinute / 60, at), perSecond: perMinute / 60 }];
      if (tier === 'post') {
        const key = `${method} ${team} ${channel}`;
        const bucket = fill(key, BURST_IN_CHANNEL, POSTS_PER_SECOND_IN_CHANNEL, at);
        asked.push({ bucket, perSecond: POSTS_PER_SECOND_IN_CHANNEL });
      }
      const waits = asked.map(({ bucket, perSecond }) => (bucket.tokens >= 1 ? 0 : (1 - bucket.tokens) / perSecond));
      const wait = Math.max(...waits);
      if (wait > 0) return Math.max(1, Math.ceil(wait));
      for (const { bucket } of asked) bucket.tokens -= 1;
      return undefined;
    },
  };
};
