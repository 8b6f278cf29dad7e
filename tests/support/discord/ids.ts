// Discord's ids (snowflakes): a moment in milliseconds since 2015 and a counter, as text of 17 to 20 digits that only grows.

const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/** The smallest id that something made at `at` can have. */
export const snowflakeAt = (at: Date): bigint => (BigInt(at.getTime()) - DISCORD_EPOCH_MS) << 22n;

/** Ids that grow even where `now` stands still or goes back. */
export const createIds = (now: () => Date): (() => string) => {
  let last = 0n;
  return () => {
    const fromClock = snowflakeAt(now());
    last = fromClock > last ? fromClock : last + 1n;
    return last.toString();
  };
};

export const isSnowflake = (value: unknown): value is string => typeof value === 'string' && /^\d{17,20}$/.test(value);
