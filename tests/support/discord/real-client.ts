// A local Discord with the real discord.js connected to it, closed again when the test is over.
import { REST } from '@discordjs/rest';
import { Client, type ClientOptions, Events } from 'discord.js';
import { Routes } from 'discord-api-types/v10';
import { type LocalDiscord, type LocalDiscordOptions, startDiscord } from './discord-server.ts';

const closers: (() => unknown)[] = [];
/** Runs `close` when the test is over; the newest first. */
export const closeAfterwards = (close: () => unknown): void => {
  closers.push(close);
};
/** For `afterEach`. */
export const closeAll = async (): Promise<void> => {
  for (const close of closers.splice(0).reverse()) await close();
};

export const startForTest = async (options?: LocalDiscordOptions): Promise<LocalDiscord> => {
  const discord = await startDiscord(options);
  closeAfterwards(() => discord.stop());
  return discord;
};

/** REST without the retries and waits of its own. */
export const restOf = (discord: LocalDiscord): REST =>
  new REST({ api: discord.apiUrl, retries: 0, rejectOnRateLimit: () => true }).setToken(discord.token);

export type Refusal = { status?: number; code?: unknown; rawError?: { errors?: unknown } };
/** What a call failed with: status, code and the tree of faults; empty where it was accepted. */
export const refusalOf = async (call: Promise<unknown>): Promise<Refusal> =>
  call.then(
    () => ({}),
    (error: Refusal) => error,
  );

/** Answers one interaction, given raw as loosely as a test needs it. */
export type Answering = (
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever field it wants of the raw interaction
  interaction: any,
  callback: (body: unknown) => Promise<unknown>,
  rest: REST,
) => unknown;

/** A client of the real discord.js, ready, that answers every interaction by `answer`. */
export const connectClient = async (
  discord: LocalDiscord,
  answer: Answering = () => {},
  options: Partial<ClientOptions> = {},
): Promise<Client> => {
  const client = new Client({ intents: [], ...options, rest: { api: discord.apiUrl, retries: 0 } });
  client.on(Events.Error, () => {});
  client.on(Events.Raw as never, ({ t, d }: { t: string; d: { id: string; token: string } }) => {
    if (t !== 'INTERACTION_CREATE') return;
    const callback = (body: unknown) =>
      client.rest.post(Routes.interactionCallback(d.id, d.token), { body, auth: false });
    Promise.resolve(answer(d, callback, client.rest)).catch(() => {});
  });
  closeAfterwards(() => client.destroy());
  const ready = new Promise(resolve => client.once(Events.ClientReady, resolve));
  await client.login(discord.token);
  await ready;
  return client;
};
