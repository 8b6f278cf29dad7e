// A local Discord as somebody has set it up in the developer portal: single answers of its REST API can be changed.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalDiscord } from './discord/discord-server.ts';

type Json = Record<string, unknown>;
/** Passes every request on, and changes what a test says of the answers. */
export const startPortal = async (discord: LocalDiscord) => {
  let changes: Record<string, (answer: Json) => Json> = {};
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').replace(/^\/api/, '');
    const body = await request.toArray();
    const { method = 'GET', headers } = request;
    const { authorization = '' } = headers;
    const passed = await fetch(`${discord.apiUrl}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body.length > 0 && { body: Buffer.concat(body) }),
    });
    const text = await passed.text();
    const change = changes[path.replace(/^\/v10/, '')];
    response.writeHead(change ? 200 : passed.status, {
      'content-type': 'application/json',
      date: passed.headers.get('date') ?? '',
    });
    response.end(change ? JSON.stringify(change(JSON.parse(text))) : text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    /** From now on the answer at `path` is this; without a path everything is as usual. */
    answer: (path?: string, change: (answer: Json) => Json = answer => answer) => {
      changes = path === undefined ? {} : { ...changes, [path]: change };
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
