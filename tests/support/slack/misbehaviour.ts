// What can go wrong between a bot and Slack, on demand and for as many requests as a test says.

export type ApiFault =
  | { status: 429; retryAfter: number }
  /** `stored`: the request was carried out before the server failed. */
  | { status: 500 | 502 | 503 | 504; stored?: boolean }
  /** `ok: false` with this code, such as `fatal_error`; `stored` as above. */
  | { error: string; stored?: boolean; needed?: string; provided?: string }
  /** Accepted, never answered. */
  | { hang: true; stored?: boolean }
  /** The connection is cut instead of an answer. */
  | { drop: true; stored?: boolean }
  | { delayMs: number };

/** `method`: a name such as `chat.postMessage`, a pattern, or `response_url`, `upload`. */
export type ApiMatch = { method: string | RegExp; times?: number; team?: string; channel?: string };

export type SignatureFault = 'wrong' | 'old' | 'future' | 'missing';
export type EventFault =
  /** Delivered once more with `x-slack-retry-num`, though the first was acknowledged. */
  | 'retried'
  /** The very same request twice. */
  | 'duplicated';

type Rule<At, How> = { at: At; how: How; left: number };
const take = <At, How>(rules: Rule<At, How>[], matches: (at: At) => boolean): How | undefined => {
  const rule = rules.find(({ at, left }) => left > 0 && matches(at));
  if (rule) rule.left -= 1;
  return rule?.how;
};

export type Faults = {
  /** Applies to the next `times` matching calls, or to all until `clear`. Answers a function that ends it. */
  api(at: ApiMatch, how: ApiFault): () => void;
  /** The next `times` events (all until `clear` where not told). */
  events(how: EventFault, times?: number): void;
  /** The next `times` signed requests. */
  signatures(how: SignatureFault, times?: number): void;
  clear(): void;
  next(method: string, team: string | undefined, channel: string | undefined): ApiFault | undefined;
  nextEvent(): EventFault | undefined;
  nextSignature(): SignatureFault | undefined;
};

export const createFaults = (): Faults => {
  let api: Rule<ApiMatch, ApiFault>[] = [];
  let events: Rule<undefined, EventFault>[] = [];
  let signatures: Rule<undefined, SignatureFault>[] = [];
  const FOREVER = Number.POSITIVE_INFINITY;
  return {
    api: (at, how) => {
      const rule = { at, how, left: at.times ?? FOREVER };
      api.push(rule);
      return () => {
        api = api.filter(one => one !== rule);
      };
    },
    events: (how, times = FOREVER) => {
      events.push({ at: undefined, how, left: times });
    },
    signatures: (how, times = FOREVER) => {
      signatures.push({ at: undefined, how, left: times });
    },
    clear: () => {
      api = [];
      events = [];
      signatures = [];
    },
    next: (method, team, channel) =>
      take(api, at => {
        if (at.team !== undefined && at.team !== team) return false;
        if (at.channel !== undefined && at.channel !== channel) return false;
        return typeof at.method === 'string' ? at.method === method : at.method.test(method);
      }),
    nextEvent: () => take(events, () => true),
    nextSignature: () => take(signatures, () => true),
  };
};
