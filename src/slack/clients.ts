// Slack's Web API through the real WebClient: two clients a token, so that reading never waits for posting, and what an error means.
import { createRequire } from 'node:module';
import type { WebClient, WebClientOptions } from '@slack/web-api';

// By `require`, as Bolt itself loads it: one copy in memory.
const { WebClient: Client } = createRequire(import.meta.url)('@slack/web-api') as { WebClient: typeof WebClient };

export const SLACK_API = 'https://slack.com/api/';

/** Slack's client would repeat a post for half an hour and wait for an answer without end: the outbox decides on both. */
export const CLIENT_OPTIONS = {
  retryConfig: { retries: 0 },
  timeout: 10_000,
  rejectRateLimitedCalls: true,
} as const satisfies WebClientOptions;

/** Tokens whose clients are kept; one more costs a new pair. */
const KEPT = 1_000;

export type Clients = {
  /** Where messages are written. One workspace's 429 rests this client and no other. */
  posts: WebClient;
  /** Everything else. */
  reads: WebClient;
};

/** The clients of a token; asked again it answers the same ones. A call is given up after `timeout` milliseconds. */
export const createClients = (
  apiUrl = SLACK_API,
  timeout: number = CLIENT_OPTIONS.timeout,
): ((token: string) => Clients) => {
  const known = new Map<string, Clients>();
  const make = (token: string) =>
    new Client(token, { ...CLIENT_OPTIONS, timeout, slackApiUrl: apiUrl, logger: silent });
  return token => {
    const clients = known.get(token) ?? { posts: make(token), reads: make(token) };
    known.delete(token);
    known.set(token, clients);
    if (known.size > KEPT) known.delete(known.keys().next().value as string);
    return clients;
  };
};

/** What an error of a call to Slack means for the one who called. */
export type Problem =
  /** `code` is Slack's own, such as `channel_not_found`; `needed` the scopes that are missing, `where` which part of the blocks is wrong. */
  | { type: 'refused'; code: string; needed?: string; where?: string[] }
  /** Not accepted: ask again after so many milliseconds. */
  | { type: 'limited'; retryAfterMs: number }
  /** It never got there. */
  | { type: 'unreachable'; message: string }
  /** It may have happened, or not. */
  | { type: 'unclear'; message: string };

/** Failures before a connection stands, so that nothing was sent. */
const NOT_CONNECTED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Slack's own words for "it may have happened all the same". */
const AMBIGUOUS = new Set(['fatal_error', 'internal_error', 'request_timeout']);
const TRY_LATER = new Set(['ratelimited', 'rate_limited', 'service_unavailable', 'message_limit_exceeded']);
const REST_WITHOUT_WORD_MS = 60_000;

type SlackError = Error & {
  code?: string;
  retryAfter?: number;
  statusCode?: number;
  data?: { error?: string; needed?: string; response_metadata?: { messages?: string[] } };
};

const systemCodeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  // A time-out is a DOMException, whose code is a number.
  const { code, cause, original } = error as Error & { code?: unknown; original?: unknown };
  return typeof code === 'string' && !code.startsWith('slack_') ? code : systemCodeOf(original ?? cause);
};

export const problemOf = (error: unknown): Problem => {
  const { code, retryAfter, statusCode, data, message = '' } = (error ?? {}) as Partial<SlackError>;
  if (code === 'slack_webapi_rate_limited_error')
    return { type: 'limited', retryAfterMs: retryAfter ? retryAfter * 1000 : REST_WITHOUT_WORD_MS };
  if (code === 'slack_webapi_platform_error' && data?.error) {
    if (AMBIGUOUS.has(data.error)) return { type: 'unclear', message: `Slack answered ${data.error}.` };
    if (TRY_LATER.has(data.error)) return { type: 'limited', retryAfterMs: REST_WITHOUT_WORD_MS };
    const where = data.response_metadata?.messages?.slice(0, 5);
    return {
      type: 'refused',
      code: data.error,
      ...(data.needed !== undefined && { needed: data.needed }),
      ...(where && { where }),
    };
  }
  if (statusCode !== undefined) return { type: 'unclear', message: `Slack answered ${statusCode}.` };
  const system = systemCodeOf(error);
  if (NOT_CONNECTED.has(system)) return { type: 'unreachable', message: `Slack could not be reached (${system}).` };
  return { type: 'unclear', message: `The connection to Slack broke off (${system || message}).` };
};

const nothing = (): void => {};
/** What goes wrong is logged by the one who called, with the delivery or interaction it was about. */
export const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
};
