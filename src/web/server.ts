// The playground's HTTP routes: each reads a request, asks the `Playground`, and answers JSON or a file of the page.
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { decodeAction, type Interaction } from '../command.ts';
import { UserError } from '../errors.ts';
import {
  type ActivityAnswer,
  type Answered,
  type ChannelsAnswer,
  type ClockAnswer,
  type CompletionsAnswer,
  type ErrorAnswer,
  type InteractionAnswer,
  interactionAnswer,
  type MembersAnswer,
  type MessagesAnswer,
  type MoveAnswer,
  type ShownAnswer,
  storedMessageAnswer,
} from './answers.ts';
import { type EventStreams, streamChanges } from './event-stream.ts';
import { createPageFiles } from './page-files.ts';
import { type DemoMember, PAYLOAD_PLATFORMS, type Playground, type Shown, type StoredMessage } from './playground.ts';
import { type Received, receiveClockMove, receiveCompletion, receiveInteraction } from './receive.ts';
import { onlyFromHere, pageHeaders } from './security.ts';

const BODY_LIMIT_BYTES = 64 * 1024;

export type WebServerDeps = {
  playground: Playground;
  /** The port that clients reach it on: known once it listens. */
  port: () => number;
  /** Logs what nobody expected and answers the incident id that the person sees. */
  reportError: (error: unknown) => string;
  /** Where open event streams are kept until the platform stops. */
  streams: EventStreams;
};

const notFound = (what: string, name: string): UserError =>
  new UserError('not_found', `There is no ${what} "${name.slice(0, 60)}" in this playground.`);

/** What a public reply says was used: `/progress` for whatever the member did with that command. */
const commandOf = (interaction: Interaction): string => {
  if (interaction.type === 'text') return `/${interaction.text.replace(/^\//, '').slice(0, 100)}`;
  if (interaction.type === 'command') return `/${interaction.command}`;
  const id = interaction.type === 'action' ? interaction.action : interaction.modal;
  return `/${decodeAction(id)?.command ?? 'help'}`;
};

const requireMember = async (playground: Playground, id: string): Promise<DemoMember> => {
  const member = (await playground.members()).find(one => one.id === id);
  if (!member) throw notFound('member', id);
  return member;
};

const requireChannel = async (playground: Playground, name: string): Promise<void> => {
  if (!(await playground.channels()).some(channel => channel.name === name)) throw notFound('channel', name);
};

const interact = async (playground: Playground, received: Received): Promise<Answered> => {
  const { as, channel, messageId } = received;
  if (channel !== undefined) await requireChannel(playground, channel);
  const caller = await playground.callerOf(as, channel);
  if (!caller) throw notFound('member', as);
  const interaction = received.withCaller(caller);
  const reply = await playground.handle(interaction);
  if (reply.type === 'modal') return { reply, private: true, replace: false };

  // Only a channel can be public: in direct messages there is nobody else to see it.
  if (reply.private === false && channel !== undefined) {
    await playground.postPublic(channel, caller.name, commandOf(interaction), reply.message);
    return { reply, private: false, replace: false };
  }
  if (reply.replace && messageId !== undefined) {
    const isTheirs = (await playground.directMessages(as)).some(({ id }) => id === messageId);
    if (isTheirs) await playground.replaceMessage(messageId, reply.message);
    return { reply, private: true, replace: isTheirs };
  }
  return { reply, private: true, replace: reply.replace ?? false };
};

/** What `show` adds to each message or form of an answer. */
type Show = (shown: Shown) => Promise<ShownAnswer>;

/** `asked` are the values that were given for `show`; without one nothing is added. */
const readShow = ({ payloads }: Playground, asked: readonly unknown[]): Show => {
  if (asked.length === 0) return async () => ({});
  const wanted = asked.map(value => PAYLOAD_PLATFORMS.find(platform => platform === value));
  if (wanted.includes(undefined)) {
    const given = String(JSON.stringify(asked[wanted.indexOf(undefined)])).slice(0, 60);
    throw new UserError(
      'bad_show',
      `"show" takes "discord" or "slack", which adds what that platform gets, and not ${given}.`,
    );
  }
  if (!payloads)
    throw new UserError('bad_show', 'This playground cannot show what chat platforms get. Leave "show" out.');
  const platforms = PAYLOAD_PLATFORMS.filter(platform => wanted.includes(platform));
  return async shown =>
    Object.fromEntries(
      await Promise.all(platforms.map(async platform => [platform, await payloads[platform](shown)] as const)),
    );
};

const showAll = (messages: readonly StoredMessage[], show: Show): Promise<MessagesAnswer> =>
  Promise.all(messages.map(async message => storedMessageAnswer(message, await show(message))));

const KEPT_ANSWERS = 200;

/** The newest answers by an id: private ones are stored nowhere else, and the page may ask later what a chat platform gets for them. */
const createRecentAnswers = () => {
  const kept = new Map<string, Answered>();
  return {
    keep(answered: Answered): string {
      const id = randomUUID();
      kept.set(id, answered);
      const [oldest] = kept.keys();
      if (kept.size > KEPT_ANSWERS && oldest !== undefined) kept.delete(oldest);
      return id;
    },
    require(id: string): Answered {
      const answered = kept.get(id);
      if (answered) return answered;
      throw new UserError('not_found', 'This answer is not kept any more. Ask again, and look at the new one.');
    },
  };
};

const activityOf = async (playground: Playground, memberId: string): Promise<ActivityAnswer> => {
  const channels = await playground.channels();
  const counts = channels.map(async ({ name }) => [name, (await playground.channelMessages(name)).length] as const);
  return {
    channels: Object.fromEntries(await Promise.all(counts)),
    direct: (await playground.directMessages(memberId)).length,
  };
};

/** Runs one piece of work after the other: two moves of the clock at once would both deliver what lies between. */
const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
};

const createApi = ({ playground, streams }: WebServerDeps): Hono => {
  const inTurn = createTurns();
  const api = new Hono();
  const recent = createRecentAnswers();
  api.post('/interactions', async c => {
    const received = receiveInteraction(await c.req.text());
    const show = readShow(playground, received.show);
    const answered = await interact(playground, received);
    c.header('answer-id', recent.keep(answered));
    return c.json<InteractionAnswer>(interactionAnswer(answered, await show(answered.reply)));
  });
  api.get('/answers/:id', async c => {
    const show = readShow(playground, c.req.queries('show') ?? []);
    const answered = recent.require(c.req.param('id'));
    return c.json<InteractionAnswer>(interactionAnswer(answered, await show(answered.reply)));
  });
  api.get('/members', async c => c.json<MembersAnswer>(await playground.members()));
  api.get('/members/:id/messages', async c => {
    const { id } = await requireMember(playground, c.req.param('id'));
    const show = readShow(playground, c.req.queries('show') ?? []);
    return c.json<MessagesAnswer>(await showAll(await playground.directMessages(id), show));
  });
  api.get('/members/:id/activity', async c => {
    const { id } = await requireMember(playground, c.req.param('id'));
    return c.json<ActivityAnswer>(await activityOf(playground, id));
  });
  api.get('/channels', async c => c.json<ChannelsAnswer>(await playground.channels()));
  api.get('/channels/:name', async c => {
    const name = c.req.param('name');
    await requireChannel(playground, name);
    const show = readShow(playground, c.req.queries('show') ?? []);
    return c.json<MessagesAnswer>(await showAll(await playground.channelMessages(name), show));
  });
  api.get('/clock', async c => {
    const next = await playground.nextDue();
    const now = playground.now().toISOString();
    return c.json<ClockAnswer>({ now, next: next ? { at: next.at.toISOString(), what: next.what } : null });
  });
  api.post('/clock', async c => {
    const body = await c.req.text();
    const delivered = await inTurn(async () => playground.moveClock(receiveClockMove(body, playground.now())));
    const deliveries = delivered.map(({ at, kind, to, text }) => ({ at: at.toISOString(), kind, to, text }));
    return c.json<MoveAnswer>({ now: playground.now().toISOString(), deliveries });
  });
  api.post('/complete', async c => {
    const { as, channel, text } = receiveCompletion(await c.req.text());
    const caller = await playground.callerOf(as, channel);
    if (!caller) throw notFound('member', as);
    return c.json<CompletionsAnswer>(await playground.complete(caller, text));
  });
  api.post('/reset', async c => {
    await inTurn(() => playground.reset());
    return c.json({ reset: true });
  });
  api.get('/events', c => streamChanges(c, playground, streams));
  return api;
};

/** The whole server as one fetch handler; `platform.ts` gives it a port. */
export const createWebServer = (deps: WebServerDeps): Hono => {
  const server = new Hono();
  const tooLarge: ErrorAnswer = {
    error: { code: 'too_large', message: 'The body is over 64 KiB. Please shorten it.' },
  };
  server.use(pageHeaders());
  server.use(onlyFromHere(deps.port));
  server.use('/api/*', async (c, next) => {
    c.header('cache-control', 'no-store');
    await next();
  });
  server.use(bodyLimit({ maxSize: BODY_LIMIT_BYTES, onError: c => c.json(tooLarge, 413) }));
  server.get('/healthz', c => c.text('ok'));
  server.route('/api', createApi(deps));
  server.route('/', createPageFiles());
  server.notFound(c => {
    if (!c.req.path.startsWith('/api/')) return c.text('There is nothing here. The playground is at /', 404);
    const message = `There is no ${c.req.method} ${c.req.path} here; the README lists the routes.`;
    return c.json<ErrorAnswer>({ error: { code: 'not_found', message } }, 404);
  });
  server.onError((error, c) => {
    if (error instanceof UserError) {
      const { code, message } = error;
      return c.json<ErrorAnswer>({ error: { code, message } }, code === 'not_found' ? 404 : 400);
    }
    const message = `Something went wrong on our side. If you report it, give the incident ${deps.reportError(error)}.`;
    return c.req.path.startsWith('/api/')
      ? c.json({ error: { code: 'internal', message } }, 500)
      : c.text(message, 500);
  });
  return server;
};
