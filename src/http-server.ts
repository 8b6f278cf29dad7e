// A port with a fetch handler behind it: listening, what goes wrong with it, and an orderly end.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { UserError } from './errors.ts';

/** How long a request in flight may take once we are told to stop. */
const STOP_GRACE_MS = 3_000;

export type HttpServer = {
  /** Throws a UserError where the port cannot be had. */
  start(): Promise<void>;
  /** Takes nothing new and resolves when nothing is in flight. */
  stop(): Promise<void>;
  /** The address with the real port; only after `start()`. */
  address(): string;
  port(): number;
};

const listen = async (server: Server, port: number, host: string): Promise<void> => {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new UserError(
        'port_in_use',
        `Port ${port} is already in use. Set PORT to another port, or stop what uses it.`,
      );
    }
    if (code === 'EACCES') {
      throw new UserError('port_refused', `This user may not listen on port ${port}. Set PORT to a port above 1023.`);
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new UserError(
        'host_refused',
        `This machine has no address ${host}. Set HOST to 127.0.0.1, or to 0.0.0.0 for all of its addresses.`,
      );
    }
    throw cause;
  }
};

/** `port` 0 takes any free one. */
export const createHttpServer = (
  fetch: (request: Request) => Response | Promise<Response>,
  { port: wanted, host }: { port: number; host: string },
): HttpServer => {
  const server = createAdaptorServer({ fetch }) as Server;
  let port = wanted;
  return {
    port: () => port,
    address: () => `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async start() {
      await listen(server, wanted, host);
      port = (server.address() as AddressInfo).port;
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const grace = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
      await closed;
      clearTimeout(grace);
    },
  };
};
