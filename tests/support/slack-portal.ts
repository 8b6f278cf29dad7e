// A local Slack as somebody has set it up on the app's pages: single answers of its Web API can be changed.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;
/** Passes every request on, and changes what a test says of the answers. */
export const startSlackPortal = async (apiUrl: string) => {
  let changes: Record<string, Json> = {};
  const server = createServer(async (request, response) => {
    const method = (request.url ?? '').replace('/api/', '');
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const passed = await fetch(`${apiUrl}${method}`, {
      method: 'POST',
      headers: { authorization, 'content-type': type },
      body: Buffer.concat(await request.toArray()),
    });
    const text = await passed.text();
    const change = changes[method];
    const headers = Object.fromEntries(
      ['date', 'retry-after', 'x-oauth-scopes', 'content-type'].flatMap(name => {
        const value = passed.headers.get(name);
        return value === null ? [] : [[name, value]];
      }),
    );
    response.writeHead(passed.status, headers);
    response.end(change ? JSON.stringify({ ...(JSON.parse(text) as Json), ...change }) : text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    /** From now on the answers of these methods have these fields as well; without a word everything is as usual. */
    answer(given: Record<string, Json> = {}) {
      changes = given;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
