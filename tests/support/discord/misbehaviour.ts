// What can go wrong between a bot and Discord's REST interface, on demand and for as many requests as a test says.

export type RestFault =
  | { status: 429; retryAfter: number; global?: boolean; scope?: 'user' | 'global' | 'shared' }
  /** `stored`: the request was carried out before the server failed. */
  | { status: 500 | 502 | 503 | 504; stored: boolean }
  /** Accepted, never answered. */
  | { hang: true; stored: boolean }
  /** The connection is cut instead of an answer. */
  | { drop: true; stored: boolean }
  | { delayMs: number }
  | { error: { status: number; code: number; message: string } }
  /** Cloudflare's answer: a page of HTML without Retry-After. */
  | { html429: true };

/** `match` is searched in the path after `/api/v10`: a pattern, or a piece of it. */
export type RestMatch = { match: RegExp | string; method?: string; times?: number };

export type Faults = {
  /** Applies to the next `times` matching requests, or to all until `clear`. Answers a function that ends it. */
  rest(at: RestMatch, how: RestFault): () => void;
  clear(): void;
  /** What goes wrong with this request, if anything: counts as one time. */
  next(method: string, path: string): RestFault | undefined;
};

export const createFaults = (): Faults => {
  let rules: { at: RestMatch; how: RestFault; left: number }[] = [];
  return {
    rest: (at, how) => {
      const rule = { at, how, left: at.times ?? Number.POSITIVE_INFINITY };
      rules.push(rule);
      return () => {
        rules = rules.filter(one => one !== rule);
      };
    },
    clear: () => {
      rules = [];
    },
    next: (method, path) => {
      if (rules.length === 0) return undefined;
      const rule = rules.find(({ at, left }) => {
        if (left <= 0 || (at.method !== undefined && at.method.toUpperCase() !== method)) return false;
        return typeof at.match === 'string' ? path.includes(at.match) : path.search(at.match) !== -1;
      });
      if (rule) rule.left -= 1;
      return rule?.how;
    },
  };
};
