// The ceiling of posting to Slack: a loop over its real clients, one a workspace, with as many posts under way as Milepost has.
import { readFileSync } from 'node:fs';
import { type ChatPostMessageArguments, LogLevel, WebClient } from '@slack/web-api';

/** That of src/delivery/send.ts. */
const CONCURRENCY = 8;

/** The arguments of `chat.postMessage`, as they arrived: what was JSON is JSON again. */
export type BarePost = { token: string; post: Record<string, unknown>; reply?: Record<string, unknown> };

/** Posts what the file at `path` lists, each with the reply in its thread after it; rejects at the first that Slack refuses. */
export const postAll = async ({ apiUrl, path }: { apiUrl: string; path: string }): Promise<void> => {
  const posts = JSON.parse(readFileSync(path, 'utf8')) as BarePost[];
  const clients = new Map<string, WebClient>();
  const clientOf = (token: string): WebClient => {
    const options = { slackApiUrl: apiUrl, logLevel: LogLevel.ERROR, rejectRateLimitedCalls: true };
    const client = clients.get(token) ?? new WebClient(token, options);
    clients.set(token, client);
    return client;
  };
  const queue = posts.values();
  const work = async (): Promise<void> => {
    for (const { token, post, reply } of queue) {
      const { chat } = clientOf(token);
      const { ts } = await chat.postMessage(post as unknown as ChatPostMessageArguments);
      if (reply) await chat.postMessage({ ...reply, thread_ts: ts } as unknown as ChatPostMessageArguments);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
};
