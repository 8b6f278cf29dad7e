// The HTTP side: reads a request, lets go wrong what a test asked for, checks token and rate limits, and finds the route.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, errors, refuseForm } from './api-error.ts';
import type { Json } from './form.ts';
import { isSnowflake } from './ids.ts';
import type { UploadedFile } from './message-rules.ts';
import type { Faults, RestFault } from './misbehaviour.ts';
import type { RateLimits } from './rate-limits.ts';

/** A request as it came by REST; `at` is `performance.now()`, `status` 0 where no answer was given. */
export type RecordedRequest = {
  method: string;
  /** After `/api/v10`, without the query. */
  path: string;
  /** The path with names for ids, such as `/channels/:channel/messages`. */
  route: string;
  query: string;
  at: number;
  status: number;
  body: unknown;
  files: string[];
};

export type Call = {
  query: URLSearchParams;
  /** The ids in the path, by the names that the route gives them. */
  params: Record<string, string>;
  body: Json;
  files: readonly UploadedFile[];
  arrivedAt: number;
};
/** `auth: false`: the path holds a token of its own. */
export type Route = {
  method: string;
  route: string;
  auth?: false;
  run(call: Call): { status?: number; body?: unknown };
};

type Answer = { status: number; headers?: Record<string, string>; body?: unknown; html?: string };
export type RestOptions = {
  routes: readonly Route[];
  faults: Faults;
  rateLimits: RateLimits | undefined;
  latencyMs: number;
  authorization: () => string;
  date: () => Date;
  /** Called with every request before it is answered. */
  record: (request: RecordedRequest) => void;
  answered: (request: RecordedRequest) => void;
};

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const parseJson = (text: string): Json => {
  try {
    return text === '' ? {} : (JSON.parse(text) as Json);
  } catch {
    throw errors.badJson();
  }
};

/** A body of JSON, or `payload_json` with `files[n]` in a form. */
const parseBody = async (contentType: string, raw: Buffer): Promise<{ body: Json; files: UploadedFile[] }> => {
  if (!contentType.startsWith('multipart/form-data')) return { body: parseJson(raw.toString()), files: [] };
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } }).formData();
  const files: UploadedFile[] = [];
  for (const [key, value] of form) {
    const index = /^files\[(\d+)\]$/.exec(key)?.[1];
    if (index === undefined || typeof value === 'string') continue;
    const data = Buffer.from(await value.arrayBuffer());
    files.push({ index: Number(index), name: value.name, contentType: value.type, data });
  }
  return { body: parseJson(String(form.get('payload_json') ?? '')), files };
};

/** Parameters that are not ids. */
const FREE = new Set(['token', 'which']);

const matchRoute = (route: readonly string[], path: readonly string[]): Record<string, string> | undefined => {
  if (route.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of route.entries()) {
    const given = path[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given);
    else if (part !== given) return undefined;
  }
  return params;
};

const asAnswer = (error: unknown): Answer => {
  if (error instanceof ApiError) return { status: error.status, body: error.body };
  console.error('the local Discord server failed', error);
  return { status: 500, body: { message: `500: ${error}`, code: 0 } };
};

const faultAnswer = (fault: RestFault): Answer | undefined => {
  if ('html429' in fault) return { status: 429, html: '<html><body>You are being rate limited (1015)</body></html>' };
  if ('error' in fault)
    return { status: fault.error.status, body: { message: fault.error.message, code: fault.error.code } };
  if (!('status' in fault)) return undefined;
  if (fault.status !== 429)
    return { status: fault.status, body: { message: `${fault.status}: Internal Server Error`, code: 0 } };
  const { retryAfter, global = false, scope = global ? 'global' : 'user' } = fault;
  const headers = {
    'retry-after': String(retryAfter),
    'x-ratelimit-scope': scope,
    ...(global && { 'x-ratelimit-global': 'true' }),
  };
  return { status: 429, headers, body: { message: 'You are being rate limited.', retry_after: retryAfter, global } };
};

const reply = (response: ServerResponse, date: Date, { status, headers = {}, body, html }: Answer): void => {
  const payload = html ?? (body === undefined ? '' : JSON.stringify(body));
  response.sendDate = false;
  response.writeHead(status, {
    date: date.toUTCString(),
    ...headers,
    ...(payload !== '' && { 'content-type': html ? 'text/html' : 'application/json' }),
  });
  response.end(payload);
};

/** An HTTP server that answers Discord's REST routes under `/api/v10`; not listening yet. */
export const createRestServer = (options: RestOptions): Server => {
  const { faults, rateLimits, latencyMs } = options;
  const routes = options.routes.map(route => ({ ...route, parts: route.route.split('/') }));

  const find = (method: string, path: string) => {
    const parts = path.split('/');
    for (const route of routes) {
      if (route.method !== method) continue;
      const params = matchRoute(route.parts, parts);
      if (params) return { route, params };
    }
    return undefined;
  };

  const perform = (found: NonNullable<ReturnType<typeof find>>, call: Call, authorization: string): Answer => {
    const { route, params } = found;
    if (route.auth !== false && authorization !== options.authorization()) throw errors.unauthorized();
    let headers: Record<string, string> = {};
    if (rateLimits) {
      const top = params.channel ?? params.guild ?? params.token ?? '';
      const taken = rateLimits.take(route.method, route.route, top, performance.now());
      if (taken.type === 'limited') return { status: 429, headers: taken.headers, body: taken.body };
      headers = taken.headers;
    }
    for (const [name, value] of Object.entries(params)) {
      if (FREE.has(name) || isSnowflake(value)) continue;
      refuseForm([{ path: `${name}_id`, code: 'NUMBER_TYPE_COERCE', message: `Value "${value}" is not snowflake.` }]);
    }
    const { status, body } = route.run(call);
    return { status: status ?? (body === undefined ? 204 : 200), headers, body };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://discord');
    const path = url.pathname.replace(/^\/api\/v10/, '');
    const method = request.method ?? 'GET';
    const raw = await readBody(request);
    const arrivedAt = performance.now();
    const found = url.pathname.startsWith('/api/v10/') ? find(method, path) : undefined;
    const recorded: RecordedRequest = {
      method,
      path,
      route: found?.route.route ?? path,
      query: url.search.slice(1),
      at: arrivedAt,
      status: 0,
      body: undefined,
      files: [],
    };
    options.record(recorded);
    const run = async (): Promise<Answer> => {
      try {
        const { body, files } = await parseBody(request.headers['content-type'] ?? '', raw);
        recorded.body = body;
        recorded.files = files.map(file => file.name);
        if (!found) throw errors.noSuchRoute();
        const call = { query: url.searchParams, params: found.params, body, files, arrivedAt };
        return perform(found, call, request.headers.authorization ?? '');
      } catch (error) {
        return asAnswer(error);
      }
    };
    const fault = faults.next(method, path);
    if (fault && 'delayMs' in fault) await delay(fault.delayMs);
    const isDone = fault === undefined || 'delayMs' in fault || ('stored' in fault && fault.stored);
    const answer = isDone ? await run() : undefined;
    if (latencyMs > 0) await delay(latencyMs);
    if (fault && 'drop' in fault) request.socket.destroy();
    else if (!(fault && 'hang' in fault)) {
      const given = (fault && faultAnswer(fault)) ?? answer ?? asAnswer(errors.noSuchRoute());
      recorded.status = given.status;
      if (!response.destroyed) reply(response, options.date(), given);
    }
    options.answered(recorded);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  return server;
};
