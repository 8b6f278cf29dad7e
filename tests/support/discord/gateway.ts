// Discord's gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME with replay, dispatches, and everything that can go wrong.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { guildCreateJson, userJson } from './api-shapes.ts';
import { isObject, type Json } from './form.ts';
import type { Guild, World } from './world.ts';

const OP = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  resume: 6,
  reconnect: 7,
  invalidSession: 9,
  hello: 10,
  ack: 11,
} as const;
const CLOSE = {
  unknownOp: 4001,
  decodeError: 4002,
  notAuthenticated: 4003,
  authenticationFailed: 4004,
  alreadyAuthenticated: 4005,
  invalidSeq: 4007,
  rateLimited: 4008,
  invalidShard: 4010,
  invalidIntents: 4013,
  disallowedIntents: 4014,
} as const;

export const GUILDS_INTENT = 1 << 0;
/** Guild members, presences, message content: not granted to this application. */
const PRIVILEGED_INTENTS = (1 << 1) | (1 << 8) | (1 << 15);
const ALL_INTENTS = (1 << 26) - 1;
const SENDS_PER_MINUTE = 120;
const IDENTIFY_BUDGET = 1000;
const MOST_REPLAYED = 1000;

type Session = {
  id: string;
  intents: number;
  shard: [id: number, count: number];
  seq: number;
  /** Frames for a replay, the newest last. */
  sent: { seq: number; frame: string }[];
  socket?: WebSocket;
  ready: boolean;
};

export type GatewayFaults = {
  /** Cuts every connection without a close frame. */
  drop(): void;
  close(code: number): void;
  invalidSession(resumable: boolean): void;
  /** Op 7: asks the bot to connect again and resume. */
  reconnect(): void;
  /** No heartbeat is acknowledged any more, until told otherwise. */
  silence(on?: boolean): void;
  /** The next event reaches the bot twice. */
  duplicateNextDispatch(): void;
  /** Every login is answered by closing with this code, until told otherwise. */
  refuseLogins(code: number | undefined): void;
  /** Connections are cut at the handshake, until told otherwise. */
  refuseConnections(on: boolean): void;
  delayReady(ms: number): void;
  /** Interactions asked while nobody is connected arrive right after READY, before any GUILD_CREATE. */
  interactionBeforeReady(on?: boolean): void;
  clear(): void;
};

export type Gateway = {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  dispatch: World['dispatch'];
  /** Runs `send` now, or after the next READY where interactions wait for it. */
  whenReachable(send: () => void): void;
  info(url: string): Json;
  faults: GatewayFaults;
  closeAll(code: number): void;
  stop(): void;
  readonly stats: { open: number; connects: number; identifies: number; resumes: number };
};

type Options = { heartbeatIntervalMs: number; token: () => string; url: () => string };

export const createGateway = (world: World, options: Options): Gateway => {
  const server = new WebSocketServer({ noServer: true });
  const sessions = new Map<string, Session>();
  const stats = { open: 0, connects: 0, identifies: 0, resumes: 0 };
  let isSilent = false;
  let duplicateNext = false;
  let refuses = false;
  let refusesLoginsBy: number | undefined;
  let readyDelayMs = 0;
  let holdsInteractions = false;
  let held: (() => void)[] = [];

  const write = (session: Session, event: string, data: Json): void => {
    session.seq += 1;
    const frame = JSON.stringify({ op: OP.dispatch, s: session.seq, t: event, d: data });
    session.sent.push({ seq: session.seq, frame });
    if (session.sent.length > 2 * MOST_REPLAYED) session.sent = session.sent.slice(-MOST_REPLAYED);
    session.socket?.send(frame);
  };

  const isOnShard = ({ shard: [id, count] }: Session, guildId: string | undefined): boolean =>
    guildId === undefined ? id === 0 : Number((BigInt(guildId) >> 22n) % BigInt(count)) === id;

  const dispatch: Gateway['dispatch'] = (event, data, { guildId, intent = 0 }) => {
    const times = duplicateNext ? 2 : 1;
    for (const session of sessions.values()) {
      if (!session.ready || (session.intents & intent) !== intent || !isOnShard(session, guildId)) continue;
      duplicateNext = false;
      for (let time = 0; time < times; time += 1) write(session, event, data);
    }
  };

  const sendReady = (session: Session): void => {
    const guilds = [...world.guilds.values()].filter((guild: Guild) => guild.hasBot && isOnShard(session, guild.id));
    write(session, 'READY', {
      v: 10,
      user: { ...userJson(world.bot), verified: true, mfa_enabled: false, email: null },
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: options.url(),
      session_type: 'normal',
      private_channels: [],
      relationships: [],
      application: { id: world.application.id, flags: 0 },
      shard: session.shard,
    });
    session.ready = true;
    const waiting = held;
    held = [];
    for (const send of waiting) send();
    if ((session.intents & GUILDS_INTENT) !== 0)
      for (const guild of guilds) write(session, 'GUILD_CREATE', guildCreateJson(world, guild));
  };

  const identify = (socket: WebSocket, data: Json): Session | undefined => {
    stats.identifies += 1;
    const intents = Number(data.intents);
    const [shard = 0, count = 1] = Array.isArray(data.shard) ? data.shard.map(Number) : [];
    const refusal =
      refusesLoginsBy ??
      (data.token !== options.token()
        ? CLOSE.authenticationFailed
        : !Number.isInteger(intents) || intents < 0 || intents > ALL_INTENTS
          ? CLOSE.invalidIntents
          : (intents & PRIVILEGED_INTENTS) !== 0
            ? CLOSE.disallowedIntents
            : !(shard >= 0 && shard < count)
              ? CLOSE.invalidShard
              : undefined);
    if (refusal !== undefined) {
      socket.close(refusal);
      return undefined;
    }
    const session: Session = {
      id: randomBytes(16).toString('hex'),
      intents,
      shard: [shard, count],
      seq: 0,
      sent: [],
      socket,
      ready: false,
    };
    sessions.set(session.id, session);
    if (readyDelayMs > 0) setTimeout(() => sendReady(session), readyDelayMs).unref();
    else sendReady(session);
    return session;
  };

  const resume = (socket: WebSocket, data: Json): Session | undefined => {
    if (data.token !== options.token()) {
      socket.close(CLOSE.authenticationFailed);
      return undefined;
    }
    const session = sessions.get(String(data.session_id));
    const seq = Number(data.seq);
    if (!session?.ready) {
      socket.send(JSON.stringify({ op: OP.invalidSession, d: false }));
      return undefined;
    }
    if (!(seq <= session.seq)) {
      socket.close(CLOSE.invalidSeq);
      return undefined;
    }
    stats.resumes += 1;
    session.socket?.terminate();
    session.socket = socket;
    for (const missed of session.sent) if (missed.seq > seq) socket.send(missed.frame);
    write(session, 'RESUMED', {});
    return session;
  };

  server.on('connection', (socket: WebSocket) => {
    stats.open += 1;
    stats.connects += 1;
    let session: Session | undefined;
    let sends: number[] = [];
    socket.send(JSON.stringify({ op: OP.hello, d: { heartbeat_interval: options.heartbeatIntervalMs } }));
    socket.on('error', () => {});
    socket.on('close', code => {
      stats.open -= 1;
      if (session?.socket === socket) delete session.socket;
      // A client that closes with 1000 or 1001 gives its session up.
      if (session && (code === 1000 || code === 1001)) sessions.delete(session.id);
    });
    socket.on('message', raw => {
      const now = performance.now();
      sends = [...sends.filter(at => now - at < 60_000), now];
      if (sends.length > SENDS_PER_MINUTE) return socket.close(CLOSE.rateLimited);
      let frame: unknown;
      try {
        frame = JSON.parse(String(raw));
      } catch {
        return socket.close(CLOSE.decodeError);
      }
      const { op, d } = isObject(frame) ? frame : ({} as Json);
      const data = isObject(d) ? d : {};
      if (op === OP.heartbeat) {
        if (!isSilent) socket.send(JSON.stringify({ op: OP.ack }));
      } else if (op === OP.identify || op === OP.resume) {
        if (session) return socket.close(CLOSE.alreadyAuthenticated);
        session = op === OP.identify ? identify(socket, data) : resume(socket, data);
      } else if (!session) return socket.close(CLOSE.notAuthenticated);
      else if (![OP.presence, 4, 8].includes(Number(op))) return socket.close(CLOSE.unknownOp);
    });
  });

  const eachSocket = (run: (socket: WebSocket, session: Session | undefined) => void): void => {
    for (const socket of server.clients)
      run(
        socket,
        [...sessions.values()].find(one => one.socket === socket),
      );
  };

  const faults: GatewayFaults = {
    drop: () => eachSocket(socket => socket.terminate()),
    close: code => eachSocket(socket => socket.close(code)),
    invalidSession: resumable => {
      eachSocket((socket, session) => {
        if (session && !resumable) {
          sessions.delete(session.id);
          delete session.socket;
        }
        socket.send(JSON.stringify({ op: OP.invalidSession, d: resumable }));
      });
    },
    reconnect: () => eachSocket(socket => socket.send(JSON.stringify({ op: OP.reconnect, d: null }))),
    silence: (on = true) => {
      isSilent = on;
    },
    duplicateNextDispatch: () => {
      duplicateNext = true;
    },
    refuseLogins: code => {
      refusesLoginsBy = code;
    },
    refuseConnections: on => {
      refuses = on;
    },
    delayReady: ms => {
      readyDelayMs = ms;
    },
    interactionBeforeReady: (on = true) => {
      holdsInteractions = on;
    },
    clear: () => {
      isSilent = false;
      duplicateNext = false;
      refuses = false;
      refusesLoginsBy = undefined;
      readyDelayMs = 0;
      holdsInteractions = false;
    },
  };

  return {
    handleUpgrade: (request, socket, head) => {
      if (refuses) socket.destroy();
      else server.handleUpgrade(request, socket, head, client => server.emit('connection', client, request));
    },
    dispatch,
    whenReachable: send => {
      const isReachable = [...sessions.values()].some(session => session.ready && session.socket);
      if (holdsInteractions && !isReachable) held.push(send);
      else send();
    },
    info: url => ({
      url,
      shards: 1,
      session_start_limit: {
        total: IDENTIFY_BUDGET,
        remaining: Math.max(0, IDENTIFY_BUDGET - stats.identifies),
        reset_after: 86_400_000,
        max_concurrency: 1,
      },
    }),
    faults,
    closeAll: code => {
      sessions.clear();
      for (const socket of server.clients) socket.close(code);
    },
    stop: () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
    stats,
  };
};
