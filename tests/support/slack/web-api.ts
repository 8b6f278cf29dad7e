// The HTTP side: reads a call, lets go wrong what a test asked for, checks token, scope and rate limit, and finds the method.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { refuse, SlackError } from './api-error.ts';
import { type Methods, requireScope } from './call.ts';
import { isObject, type Json } from './form.ts';
import type { Interactions } from './interactions.ts';
import type { ApiFault, Faults } from './misbehaviour.ts';
import type { OAuth } from './oauth.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Token, Workspace, World } from './world.ts';

/** A call as it came; `at` is `performance.now()`, `status` 0 where no answer was given. */
export type RecordedRequest = {
  /** Such as `chat.postMessage`; `response_url` and `upload` for those. */
  method: string;
  token: string;
  teamId: string | undefined;
  /** JSON in a form is decoded. */
  args: Json;
  at: number;
  status: number;
  answer: Json | undefined;
};

export type WebApiOptions = {
  world: World;
  methods: Methods;
  interactions: Interactions;
  oauth: OAuth;
  faults: Faults;
  rateLimits: RateLimits | undefined;
  latencyMs: number;
  record: (request: RecordedRequest) => void;
  answered: (request: RecordedRequest) => void;
};

type Answer = { status: number; headers?: Record<string, string>; body: Json | string };

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const IN_JSON = ['blocks', 'attachments', 'metadata', 'view', 'files', 'unfurls'];
/** Arguments that a form holds as JSON. */
const decode = (key: string, value: string): unknown => {
  if (!IN_JSON.includes(key)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
};

const isForm = (type: string): boolean => type.startsWith('application/x-www-form-urlencoded');

const parseArgs = async (type: string, raw: Buffer): Promise<Json> => {
  if (type.startsWith('application/json')) {
    const parsed: unknown = raw.length > 0 ? JSON.parse(raw.toString()) : {};
    return isObject(parsed) ? parsed : refuse('json_not_object');
  }
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
    const args: Json = {};
    for (const [key, value] of form)
      args[key] = typeof value === 'string' ? decode(key, value) : Buffer.from(await value.arrayBuffer());
    return args;
  }
  if (raw.length > 0 && !isForm(type)) return refuse('invalid_post_type');
  return Object.fromEntries([...new URLSearchParams(raw.toString())].map(([key, value]) => [key, decode(key, value)]));
};

const asAnswer = (error: unknown): Answer => {
  if (error instanceof SlackError) return { status: 200, body: { ok: false, error: error.code, ...error.extra } };
  if (error instanceof SyntaxError) return { status: 200, body: { ok: false, error: 'invalid_json' } };
  console.error('the local Slack failed', error);
  return { status: 500, body: `${error}` };
};

const limited = (retryAfter: number): Answer => ({
  status: 429,
  headers: { 'retry-after': String(retryAfter) },
  body: { ok: false, error: 'ratelimited' },
});

const faultAnswer = (fault: ApiFault): Answer | undefined => {
  if ('error' in fault) {
    const { error, needed, provided } = fault;
    return { status: 200, body: { ok: false, error, ...(needed && { needed }), ...(provided && { provided }) } };
  }
  if (!('status' in fault)) return undefined;
  if (fault.status === 429) return limited(fault.retryAfter);
  return { status: fault.status, body: `<html><body>${fault.status}</body></html>` };
};

const reply = (response: ServerResponse, { status, headers = {}, body }: Answer, at: Date): void => {
  const isJson = typeof body !== 'string';
  const type = isJson ? 'application/json; charset=utf-8' : 'text/html';
  response.writeHead(status, { 'content-type': type, date: at.toUTCString(), ...headers });
  response.end(isJson ? JSON.stringify(body) : body);
};

const tokenProblem = (world: World, token: Token | undefined): string | undefined => {
  if (!token) return 'invalid_auth';
  if (token.state === 'revoked') return 'token_revoked';
  if (token.state === 'uninstalled') return 'account_inactive';
  if (token.expiresAt !== undefined && world.now().getTime() >= token.expiresAt) return 'token_expired';
  return undefined;
};

/** The workspace that a call is about: the token's, or of an org-wide one what `team_id`, channel, user or view say. */
const workspaceFor = (world: World, token: Token, args: Json, triggerTeam: string | undefined): Workspace => {
  if (token.teamId !== undefined) return world.workspaces.get(token.teamId) ?? refuse('invalid_auth');
  const ours = [...world.workspaces.values()].filter(one => one.enterpriseId === token.enterpriseId);
  const asked = args.team_id;
  const users = [args.user, args.user_id, args.users, args.channel].map(String);
  const found =
    ours.find(one => one.id === asked) ??
    ours.find(one => one.channels.has(String(args.channel)) || one.channels.has(String(args.channel_id))) ??
    ours.find(one => one.id === (triggerTeam ?? world.views.get(String(args.view_id))?.teamId)) ??
    ours.find(one => users.some(id => one.people.has(id))) ??
    ours[0];
  return found ?? refuse('team_access_not_granted');
};

/** An HTTP server that answers Slack's Web API under `/api/`, and what belongs to it; not listening yet. */
export const createWebApi = (options: WebApiOptions): Server => {
  const { world, methods, interactions, oauth, faults, rateLimits, latencyMs } = options;

  const callMethod = (name: string, args: Json, authorization: string, recorded: RecordedRequest): Answer => {
    const method = methods[name];
    if (!method) return refuse('unknown_method');
    const [, scheme, credentials = ''] = /^(Bearer|Basic) (.+)$/.exec(authorization) ?? [];
    const value = scheme === 'Bearer' ? credentials : String(args.token ?? '');
    recorded.token = value;
    if ('runApp' in method) {
      const basic = scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString() : undefined;
      return { status: 200, body: { ok: true, ...method.runApp(args, value, basic) } };
    }
    if (value === '') return refuse('not_authed');
    const token = world.tokens.get(value);
    const problem = tokenProblem(world, token);
    if (problem !== undefined || !token) return refuse(problem ?? 'invalid_auth');
    const workspace = workspaceFor(world, token, args, interactions.teamOfTrigger(args.trigger_id));
    recorded.teamId = workspace.id;
    const channel = typeof args.channel === 'string' ? args.channel : undefined;
    const wait = rateLimits?.take(method.tier, name, workspace.id, channel, performance.now());
    if (wait !== undefined) return limited(wait);
    const call = { args, world, workspace, token };
    const scopes = typeof method.scopes === 'function' ? method.scopes(call) : (method.scopes ?? []);
    requireScope(call, scopes);
    const headers = { 'x-oauth-scopes': [...workspace.scopes].join(','), 'x-accepted-oauth-scopes': scopes.join(',') };
    return { status: 200, headers, body: { ok: true, ...method.run(call) } };
  };

  const upload = (id: string, args: Json, raw: Buffer): Answer => {
    const file = world.files.get(id);
    if (!file) return { status: 404, body: 'not found' };
    const data = Object.values(args).find(value => Buffer.isBuffer(value)) ?? raw;
    file.data = data as Buffer;
    return { status: 200, body: `OK - ${file.data.length}` };
  };

  /** The team that a call is about, for faults: known before its token is checked. */
  const teamOf = (authorization: string, args: Json): string | undefined =>
    world.tokens.get(authorization.replace('Bearer ', '') || String(args.token))?.teamId;

  const handlePost = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const [, area = '', ...rest] = path.split('/');
    const name = area === 'api' ? rest.join('/') : area === 'response' ? 'response_url' : 'upload';
    const type = request.headers['content-type'] ?? '';
    const raw = await readBody(request);
    interactions.inFlight += 1;
    interactions.lastActivityAt = performance.now();
    const recorded: RecordedRequest = {
      method: name,
      token: '',
      teamId: undefined,
      args: {},
      at: performance.now(),
      status: 0,
      answer: undefined,
    };
    options.record(recorded);
    try {
      const authorization = request.headers.authorization ?? '';
      if (name !== 'upload' || type.startsWith('multipart')) recorded.args = await parseArgs(type, raw);
      const run = (): Answer => {
        try {
          if (name === 'response_url') return interactions.respond(rest[0] ?? '', recorded.args);
          if (name === 'upload') return upload(rest.at(-1) ?? '', recorded.args, raw);
          return callMethod(name, recorded.args, authorization, recorded);
        } catch (error) {
          return asAnswer(error);
        }
      };
      const channel = typeof recorded.args.channel === 'string' ? recorded.args.channel : undefined;
      const fault = faults.next(name, teamOf(authorization, recorded.args), channel);
      if (fault && 'delayMs' in fault) await delay(fault.delayMs);
      const isDone = fault === undefined || 'delayMs' in fault || ('stored' in fault && fault.stored === true);
      const answer = isDone ? run() : undefined;
      if (latencyMs > 0) await delay(latencyMs);
      if (fault && 'drop' in fault) request.socket.destroy();
      else if (!(fault && 'hang' in fault)) {
        const given = (fault && faultAnswer(fault)) ?? answer ?? { status: 500, body: 'nothing to answer' };
        recorded.status = given.status;
        if (typeof given.body !== 'string') recorded.answer = given.body;
        if (!response.destroyed) reply(response, given, world.now());
      }
    } catch (error) {
      const given = asAnswer(error);
      recorded.status = given.status;
      reply(response, given, world.now());
    } finally {
      interactions.inFlight -= 1;
      interactions.lastActivityAt = performance.now();
      options.answered(recorded);
    }
  };

  const handleGet = (response: ServerResponse, url: URL): void => {
    if (url.pathname === '/oauth/v2/authorize') {
      const page = oauth.authorize(url.searchParams);
      if ('location' in page) response.writeHead(302, { location: page.location }).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end(page.text);
      return;
    }
    const file = world.files.get(url.pathname.split('/').at(-1) ?? '');
    if (file?.data) response.writeHead(200).end(file.data);
    else response.writeHead(404).end();
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', world.url || 'http://slack');
    if (request.method === 'GET') return handleGet(response, url);
    if (!/^\/(api|response|upload)\//.test(url.pathname)) return void response.writeHead(404).end();
    handlePost(request, response, url.pathname).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  return server;
};
