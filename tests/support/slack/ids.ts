// Ids and timestamps in Slack's form: a letter and ten characters; seconds with six digits behind the point.
import { randomBytes } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Such as `U04K2P9QX1Z`; never the same twice. */
export const createIds = (): ((letter: string) => string) => {
  let count = 0;
  return letter => {
    count += 1;
    const counted = count.toString(36).toUpperCase().padStart(5, '0');
    const noise = [...randomBytes(5)].map(byte => LETTERS[byte % LETTERS.length]).join('');
    return `${letter}0${noise}${counted}`;
  };
};

/** Message timestamps that grow even where `now` stands still or goes back. */
export const createTimestamps = (now: () => Date): (() => string) => {
  let last = 0;
  return () => {
    const micros = now().getTime() * 1000;
    last = micros > last ? micros : last + 1;
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`;
  };
};

export const secret = (bytes = 16): string => randomBytes(bytes).toString('hex');
