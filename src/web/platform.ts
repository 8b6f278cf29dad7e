// The web as a `Platform`: starts and stops the playground's server, and delivers into its message store.
import { UserError } from '../errors.ts';
import { createHttpServer } from '../http-server.ts';
import { escapeMarkdown } from '../markdown.ts';
import { type Message, quiet } from '../message.ts';
import type { Outcome, Platform, Target } from '../platform.ts';
import type { EventStreams } from './event-stream.ts';
import type { Playground } from './playground.ts';
import { createWebServer } from './server.ts';

/** Where delivered messages are kept; `Playground` reads them back. */
export type MessageStore = {
  /** Idempotent by `key`; answers the message's id. A `UserError` says that the target is not there any more. */
  append(target: Target, message: Message, key: string): Promise<string>;
  findByKey(target: Target, key: string): Promise<string | undefined>;
  replace(messageId: string, message: Message): Promise<void>;
};

export type WebPlatformDeps = {
  /** 0 takes any free port. */
  port: number;
  host?: string;
  playground: Playground;
  store: MessageStore;
  /** Logs what nobody expected and answers the incident id that the person sees. */
  reportError: (error: unknown) => string;
};

export type WebPlatform = Platform & {
  /** The address to open, with the real port; only after `start()`. */
  address(): string;
};

/** The playground has no threads: it says where one would be. */
const withThread = (message: Message, target: Target): Message =>
  'thread' in target && target.thread !== undefined
    ? {
        ...message,
        blocks: [...message.blocks, quiet(`💬 A thread “${escapeMarkdown(target.thread)}” is opened under this post.`)],
      }
    : message;

const deliverTo = async (store: MessageStore, target: Target, message: Message, key: string): Promise<Outcome> => {
  try {
    return { type: 'sent', messageId: await store.append(target, withThread(message, target), key) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Appending is idempotent by key, so trying again is harmless whatever happened.
    return error instanceof UserError ? { type: 'gone', reason } : { type: 'retry', reason };
  }
};

/** Undefined also where the target is not there any more. */
const findIn = async (store: MessageStore, target: Target, key: string): Promise<string | undefined> => {
  try {
    return await store.findByKey(target, key);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
};

export const createWebPlatform = (deps: WebPlatformDeps): WebPlatform => {
  const { store, host = '127.0.0.1' } = deps;
  const streams: EventStreams = new Set();
  const { fetch } = createWebServer({ ...deps, port: () => server.port(), streams });
  const server = createHttpServer(fetch, { port: deps.port, host });

  return {
    name: 'web',
    address: () => server.address(),
    start: () => server.start(),
    async stop() {
      for (const end of streams) end();
      await server.stop();
    },
    deliver: (target, message, key) => deliverTo(store, target, message, key),
    async edit(target, messageId, message, key) {
      if ((await findIn(store, target, key)) !== messageId)
        return { type: 'gone', reason: 'The post is not there any more.' };
      await store.replace(messageId, withThread(message, target));
      return { type: 'sent', messageId };
    },
    async find(target, key) {
      const messageId = await findIn(store, target, key);
      return messageId === undefined ? { type: 'absent' } : { type: 'found', messageId };
    },
  };
};
