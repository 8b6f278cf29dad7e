// Socket Mode: a one-use address, a WebSocket that says hello, envelopes out, acks in, and disconnects of all kinds.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { refuse } from './api-error.ts';
import type { Methods } from './call.ts';
import type { Json } from './form.ts';
import type { Ack, DeliveryKind } from './http-delivery.ts';
import { secret } from './ids.ts';
import type { World } from './world.ts';

const PING_EVERY_MS = 10_000;
const MAX_CONNECTIONS = 10;

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled';
export type SocketFaults = {
  /** Sends `disconnect`; a bot has to open another connection. The connection itself ends a little later. */
  disconnect(reason?: DisconnectReason): void;
  /** Cuts every connection without a word. */
  drop(): void;
  /** The next `times` connections: no address from `apps.connections.open`, or the address does not take them. */
  refuse(times: number, where?: 'open' | 'handshake'): void;
  /** Acks get lost on the way: they are read and forgotten. */
  loseAcks(times: number): void;
};

export type Sockets = {
  methods: Methods;
  faults: SocketFaults & { clear(): void };
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends an envelope to one of the connections; `onAck` gets its ack. False where there is no connection. */
  send(
    kind: DeliveryKind,
    payload: Json,
    retry: { attempt: number; reason: string } | undefined,
    onAck: (ack: Ack) => void,
  ): boolean;
  readonly open: number;
  readonly connects: number;
  stop(): void;
};

export const createSockets = (world: World): Sockets => {
  const tickets = new Set<string>();
  const server = new WebSocketServer({ noServer: true });
  const connections: WebSocket[] = [];
  const waiting = new Map<string, (ack: Ack) => void>();
  const refused = { open: 0, handshake: 0 };
  let lostAcks = 0;
  let connects = 0;
  let turn = 0;

  const remove = (socket: WebSocket): void => {
    const at = connections.indexOf(socket);
    if (at !== -1) connections.splice(at, 1);
  };

  const connect = (socket: WebSocket): void => {
    connects += 1;
    connections.push(socket);
    const debug = { host: 'local-slack', approximate_connection_time: 18_060 };
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: connections.length,
        debug_info: debug,
        connection_info: { app_id: world.app.id },
      }),
    );
    const pings = setInterval(() => socket.ping(), PING_EVERY_MS).unref();
    socket.on('close', () => {
      clearInterval(pings);
      remove(socket);
    });
    socket.on('error', () => {});
    socket.on('message', data => {
      const { envelope_id: id, payload } = JSON.parse(String(data)) as { envelope_id?: string; payload?: unknown };
      const onAck = waiting.get(String(id));
      if (!onAck) return;
      if (lostAcks > 0) {
        lostAcks -= 1;
        return;
      }
      waiting.delete(String(id));
      onAck({ ok: true, body: payload });
    });
  };

  return {
    methods: {
      'apps.connections.open': {
        tier: 3,
        runApp: (_args, value) => {
          if (value === '') return refuse('not_authed');
          if (!value.startsWith('xapp-')) return refuse('not_allowed_token_type');
          if (value !== world.app.appToken) return refuse('invalid_auth');
          if (refused.open > 0) {
            refused.open -= 1;
            return refuse('internal_error');
          }
          if (connections.length >= MAX_CONNECTIONS) return refuse('too_many_websockets');
          const ticket = secret();
          tickets.add(ticket);
          return { url: `${world.url.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${world.app.id}` };
        },
      },
    },
    faults: {
      disconnect: (reason = 'refresh_requested') => {
        // From now on the old connections get nothing more: what follows goes to new ones.
        for (const socket of connections.splice(0)) {
          socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local-slack' } }));
        }
      },
      drop: () => {
        for (const socket of connections.splice(0)) socket.terminate();
      },
      refuse: (times, where = 'open') => {
        refused[where] += times;
      },
      loseAcks: times => {
        lostAcks += times;
      },
      clear: () => {
        Object.assign(refused, { open: 0, handshake: 0 });
        lostAcks = 0;
      },
    },
    handleUpgrade: (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://slack').searchParams.get('ticket') ?? '';
      const isRefused = refused.handshake > 0;
      if (isRefused) refused.handshake -= 1;
      if (isRefused || !tickets.delete(ticket)) {
        socket.end('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, connect);
    },
    send: (kind, payload, retry, onAck) => {
      const open = connections.filter(socket => socket.readyState === socket.OPEN);
      const socket = open[turn % Math.max(1, open.length)];
      if (!socket) return false;
      turn += 1;
      const id = crypto.randomUUID();
      waiting.set(id, onAck);
      const envelope = {
        envelope_id: id,
        type: kind,
        accepts_response_payload: kind !== 'events_api',
        payload,
        ...(kind === 'events_api' && { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' }),
      };
      socket.send(JSON.stringify(envelope));
      return true;
    },
    get open() {
      return connections.length;
    },
    get connects() {
      return connects;
    },
    stop: () => {
      for (const socket of [...server.clients]) socket.terminate();
      server.close();
    },
  };
};
