// Discord's REST API through discord.js: three clients with the patience that each use needs, and what an error means.
import { DiscordAPIError, HTTPError, RateLimitError, REST, RequestMethod } from 'discord.js';
import {
  type APIApplication,
  type APIApplicationCommand,
  type APIChannel,
  type APIGuild,
  type APIGuildMember,
  type APIInteractionResponse,
  type APIMessage,
  type APIUser,
  type RESTGetAPICurrentUserGuildsResult,
  type RESTPostAPIChannelMessageJSONBody,
  type RESTPutAPIApplicationCommandsJSONBody,
  Routes,
} from 'discord-api-types/v10';
import type { DiscordMessage } from './render.ts';

export const DISCORD_API = 'https://discord.com/api';

/** Discord's limit for one bot: requests a second over all routes but interactions' answers. */
const GLOBAL_LIMIT = 50;
/** The second that Discord counts in, and what a timer may be early. */
const GLOBAL_WINDOW_MS = 1_002;
const SEND_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 10_000;
/** Longer than this nobody is kept waiting for a rate limit of Discord's. */
const LONGEST_WAIT_MS = 10_000;
/** Of 10,000 refused requests in ten minutes Discord's edge bans the address, so every 500 are worth a word. */
const REFUSED_WARNING_EVERY = 500;

type Files = DiscordMessage['files'];
const filesOf = (files: Files) =>
  files.map(({ name, data, contentType }) => ({ name, data: Buffer.from(data), contentType }));
const withFiles = (body: object, files: Files = []) => ({ body, ...(files.length > 0 && { files: filesOf(files) }) });

/**
 * Runs at most `limit` works in any `windowMs`, whenever in its course each of them counts: a place is free again so long after
 * its work is done. Pacing by the start alone would need a margin for the slowest way to Discord.
 */
export const createPace = (limit: number, windowMs: number) => {
  /** When each place that is not in use is free, earliest first; by `performance.now()`. */
  const freeAt = Array.from({ length: limit }, () => 0);
  const waiting: ((at: number) => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    const at = freeAt.shift() ?? (await new Promise<number>(resolve => waiting.push(resolve)));
    const restMs = at - performance.now();
    if (restMs > 0) await new Promise(resolve => setTimeout(resolve, restMs));
    try {
      return await work();
    } finally {
      const again = performance.now() + windowMs;
      const next = waiting.shift();
      if (next) next(again);
      else freeAt.push(again);
    }
  };
};

export type DiscordRest = ReturnType<typeof createDiscordRest>;

/**
 * Every call to Discord that Milepost makes. All reject with what discord.js throws; `problemOf` says what it means.
 * Posts are neither repeated nor queued here: that is the outbox's to decide.
 */
export const createDiscordRest = ({
  token,
  apiUrl = DISCORD_API,
  onManyRefused = () => {},
  sendTimeoutMs = SEND_TIMEOUT_MS,
}: {
  token: string;
  apiUrl?: string;
  onManyRefused?: (count: number) => void;
  /** For tests. */
  sendTimeoutMs?: number;
}) => {
  const common = { version: '10', api: apiUrl, invalidRequestWarningInterval: REFUSED_WARNING_EVERY };
  /** Answers to interactions need no token and know no limit, but every millisecond counts. */
  const answers = new REST({
    ...common,
    retries: 0,
    timeout: SEND_TIMEOUT_MS,
    rejectOnRateLimit: () => true,
    // Discord's limit for one bot does not count answers, but discord.js would.
    globalRequestsPerSecond: Number.MAX_SAFE_INTEGER,
  });
  /** Posts happen once or not at all; when a limit is met, the outbox hears of it at once. */
  const posts = new REST({ ...common, retries: 0, timeout: sendTimeoutMs, rejectOnRateLimit: () => true });
  /** Reading, and edits that may be repeated without harm. */
  const reads = new REST({
    ...common,
    retries: 2,
    timeout: READ_TIMEOUT_MS,
    // A 429 that does not say how long would be repeated without end, and one of hours would be waited for.
    rejectOnRateLimit: ({ retryAfter }) => retryAfter <= 0 || retryAfter > LONGEST_WAIT_MS,
  });
  for (const rest of [answers, posts, reads]) rest.on('invalidRequestWarning', ({ count }) => onManyRefused(count));

  const inPace = createPace(GLOBAL_LIMIT, GLOBAL_WINDOW_MS);
  const post = <T>(route: `/${string}`, options: object): Promise<T> =>
    // After a 401 discord.js forgets the token; a token that is valid again shall work without a restart.
    inPace(() => posts.setToken(token).post(route, options) as Promise<T>);
  const read = <T>(route: `/${string}`, query?: Record<string, string>): Promise<T> =>
    inPace(() => reads.setToken(token).get(route, query ? { query: new URLSearchParams(query) } : {}) as Promise<T>);
  const commandsRoute = (applicationId: string, guildId?: string) =>
    guildId === undefined
      ? Routes.applicationCommands(applicationId)
      : Routes.applicationGuildCommands(applicationId, guildId);

  return {
    /** For a request that is made elsewhere and counts towards the same limit. */
    inPace,
    /** The first answer to an interaction; `withinMs` is what is left of its three seconds. */
    callback: async (
      id: string,
      interactionToken: string,
      response: APIInteractionResponse,
      files: Files,
      withinMs: number,
    ): Promise<void> => {
      // Unlike `AbortSignal.timeout` it ends with the request, instead of running out for each one that is long done.
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), Math.max(1, withinMs));
      try {
        await answers.post(Routes.interactionCallback(id, interactionToken), {
          ...withFiles(response, files),
          auth: false,
          signal: patience.signal,
        });
      } finally {
        clearTimeout(timer);
      }
    },
    editOriginal: async (
      applicationId: string,
      interactionToken: string,
      { body, files }: DiscordMessage,
    ): Promise<void> => {
      await reads.patch(Routes.webhookMessage(applicationId, interactionToken, '@original'), {
        ...withFiles(body, files),
        auth: false,
      });
    },
    deleteOriginal: async (applicationId: string, interactionToken: string): Promise<void> => {
      await reads.delete(Routes.webhookMessage(applicationId, interactionToken, '@original'), { auth: false });
    },
    followUp: async (applicationId: string, interactionToken: string, body: object, files: Files): Promise<void> => {
      await answers.post(Routes.webhook(applicationId, interactionToken), { ...withFiles(body, files), auth: false });
    },
    createMessage: (channelId: string, body: RESTPostAPIChannelMessageJSONBody, files: Files) =>
      post<APIMessage>(Routes.channelMessages(channelId), withFiles(body, files)),
    editMessage: async (channelId: string, messageId: string, { body, files }: DiscordMessage): Promise<void> => {
      await inPace(() =>
        reads.setToken(token).patch(Routes.channelMessage(channelId, messageId), withFiles(body, files)),
      );
    },
    startThread: (channelId: string, messageId: string, body: object) =>
      post<APIChannel>(Routes.threads(channelId, messageId), { body }),
    openDirectMessages: (userId: string) => post<APIChannel>(Routes.userChannels(), { body: { recipient_id: userId } }),

    messagesAfter: (channelId: string, after: string) =>
      read<APIMessage[]>(Routes.channelMessages(channelId), { after, limit: '100' }),
    channel: (channelId: string) => read<APIChannel>(Routes.channel(channelId)),
    guild: (guildId: string) => read<APIGuild>(Routes.guild(guildId)),
    guildChannels: (guildId: string) => read<APIChannel[]>(Routes.guildChannels(guildId)),
    guildMember: (guildId: string, userId: string) => read<APIGuildMember>(Routes.guildMember(guildId, userId)),
    guildsAfter: (after: string) =>
      read<RESTGetAPICurrentUserGuildsResult>(Routes.userGuilds(), { after, limit: '200' }),
    currentUser: () => read<APIUser>(Routes.user()),
    currentApplication: () => read<APIApplication>(Routes.currentApplication()),
    gatewayBot: () =>
      read<{ shards: number; session_start_limit: { total: number; remaining: number; reset_after: number } }>(
        Routes.gatewayBot(),
      ),
    /** Discord's own clock, from the header of any answer. */
    serverTime: async (): Promise<Date | undefined> => {
      const { headers } = await reads.queueRequest({
        method: RequestMethod.Get,
        fullRoute: Routes.gateway(),
        auth: false,
      });
      const date = headers.get('date');
      return date ? new Date(date) : undefined;
    },
    commands: {
      list: (applicationId: string, guildId?: string) =>
        read<APIApplicationCommand[]>(commandsRoute(applicationId, guildId)),
      replace: (applicationId: string, body: RESTPutAPIApplicationCommandsJSONBody, guildId?: string) =>
        inPace(
          () =>
            reads.setToken(token).put(commandsRoute(applicationId, guildId), { body }) as Promise<
              APIApplicationCommand[]
            >,
        ),
    },
  };
};

/** What an error of a call to Discord means for the one who called. */
export type Problem =
  | { type: 'refused'; status: number; code: number; message: string }
  /** Not accepted: ask again after so many milliseconds. */
  | { type: 'limited'; retryAfterMs: number }
  /** It never got there. */
  | { type: 'unreachable'; message: string }
  /** It may have happened, or not: no answer, a broken one, or a fault on Discord's side. */
  | { type: 'unclear'; message: string };

/** A 429 that does not say how long (Cloudflare's page) gets a minute of rest. */
const REST_WITHOUT_WORD_MS = 60_000;
/** Failures before a connection stands, so that nothing was sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The system's word for what went wrong with a connection, such as ECONNRESET; of numbers there is none worth telling. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : codeOf(error.cause);
};

export const problemOf = (error: unknown): Problem => {
  if (error instanceof RateLimitError) {
    const waitMs = Math.max(error.retryAfter, error.timeToReset);
    return { type: 'limited', retryAfterMs: waitMs > 0 ? waitMs : REST_WITHOUT_WORD_MS };
  }
  if (error instanceof DiscordAPIError)
    return { type: 'refused', status: error.status, code: Number(error.code) || 0, message: error.message };
  if (error instanceof HTTPError) return { type: 'unclear', message: `Discord answered ${error.status}.` };
  const code = codeOf(error);
  if (NOT_CONNECTED.has(code)) return { type: 'unreachable', message: `Discord could not be reached (${code}).` };
  if (error instanceof Error && error.name === 'AbortError')
    return { type: 'unclear', message: 'Discord did not answer in time.' };
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'unclear', message: `The connection to Discord broke off (${code || message}).` };
};
