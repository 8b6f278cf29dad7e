// How fast messages are posted, so that Slack never has to refuse one: per workspace and per channel.

/**
 * Slack takes "several hundred messages per minute per workspace" and "generally one message per second per channel", with short
 * bursts (docs.slack.dev, rate limits).
 */
const WORKSPACE = { burst: 290, perSecond: 290 / 60 };
/** A post and the first word in its thread go together. */
const CHANNEL = { burst: 2, perSecond: 1 };
/** A little slower than the workspace's own pace, so that all who come back at their time find a place. */
const BOOKED_EVERY_MS = 210;
/** Buckets that are full again are forgotten when there are so many. */
const REMEMBERED = 10_000;

/** Slack's limits leave no room for a message yet. */
export class NotYet extends Error {
  readonly waitMs: number;
  constructor(waitMs: number) {
    super('Slack’s rate limit');
    this.waitMs = waitMs;
  }
}

type Limit = { burst: number; perSecond: number };
type Bucket = { left: number; at: number };

/** What a message has to wait for, and how long at least. */
export type Wait = { for: 'workspace' | 'channel'; ms: number };

export type Pace = {
  /** Takes a place for one message at `atMs`; undefined where it was taken. */
  take(teamId: string, channelId: string, atMs: number): Wait | undefined;
  /** After how many milliseconds a message comes back for which the workspace has no place: each of many gets a time of its own. */
  book(teamId: string, atMs: number): number;
  /** Slack asked to leave a workspace alone until then. */
  rest(teamId: string, untilMs: number): void;
};

/** Times are milliseconds of one clock, whichever it is. */
export const createPace = (): Pace => {
  const buckets = new Map<string, Bucket>();
  const resting = new Map<string, number>();
  const booked = new Map<string, number>();

  const bucketOf = (key: string, { burst, perSecond }: Limit, atMs: number): Bucket => {
    const bucket = buckets.get(key) ?? { left: burst, at: atMs };
    bucket.left = Math.min(burst, bucket.left + (Math.max(0, atMs - bucket.at) / 1000) * perSecond);
    bucket.at = atMs;
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > REMEMBERED) buckets.delete(buckets.keys().next().value as string);
    return bucket;
  };
  const waitMs = ({ left }: Bucket, { perSecond }: Limit): number =>
    left >= 1 ? 0 : Math.ceil(((1 - left) / perSecond) * 1000);
  /** What is past says nothing any more. */
  const futureOf = (times: Map<string, number>, teamId: string, atMs: number): number => {
    const time = times.get(teamId) ?? 0;
    if (time > atMs) return time;
    times.delete(teamId);
    return atMs;
  };

  return {
    take(teamId, channelId, atMs) {
      const rest = futureOf(resting, teamId, atMs) - atMs;
      if (rest > 0) return { for: 'workspace', ms: rest };
      const workspace = bucketOf(teamId, WORKSPACE, atMs);
      const ofWorkspace = waitMs(workspace, WORKSPACE);
      if (ofWorkspace > 0) return { for: 'workspace', ms: ofWorkspace };
      const channel = bucketOf(`${teamId} ${channelId}`, CHANNEL, atMs);
      const ofChannel = waitMs(channel, CHANNEL);
      if (ofChannel > 0) return { for: 'channel', ms: ofChannel };
      workspace.left -= 1;
      channel.left -= 1;
      return undefined;
    },
    book(teamId, atMs) {
      const after = Math.max(futureOf(booked, teamId, atMs), futureOf(resting, teamId, atMs));
      booked.set(teamId, after + BOOKED_EVERY_MS);
      return after + BOOKED_EVERY_MS - atMs;
    },
    rest(teamId, untilMs) {
      resting.set(teamId, Math.max(untilMs, resting.get(teamId) ?? 0));
    },
  };
};
