// The two bots that are compared on Discord: Milepost as `npm start` runs it, and the bare one.
import { join } from 'node:path';
import type { LocalDiscord } from '../support/discord/discord-server.ts';
import { type BotProcess, startBot, startMilepost } from './bot-process.ts';

/** Milepost with the database at `path`; resolves when it is connected and its servers and commands are known. */
export const startOnDiscord = (discord: LocalDiscord, path: string): Promise<BotProcess> =>
  startMilepost({ DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl, DATABASE_PATH: path });

export const startBareDiscord = (discord: LocalDiscord): Promise<BotProcess> =>
  startBot([join(import.meta.dirname, 'discord-bare.ts'), discord.apiUrl, discord.token], /connected/);
