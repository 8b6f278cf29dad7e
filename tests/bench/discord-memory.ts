// What Milepost holds in memory in one server and in ten thousand.
import { join } from 'node:path';
import { startDiscord } from '../support/discord/discord-server.ts';
import { startOnDiscord } from './discord-bots.ts';
import { count, type Figure, median, timeMs } from './measure.ts';

const SERVERS = 10_000;
const STARTS = 3;
const MAX_GROWTH_MB = 15;

type Held = { firstMb: number; knownMb: number; firstStartMs: number };

/** `firstMb`: after a start that stored every server as new; `knownMb`: the median of starts that knew them all. */
const heldWith = async (servers: number, path: string, starts: number): Promise<Held> => {
  const discord = await startDiscord({ keepRequests: false });
  const guilds = Array.from({ length: servers }, (_, at) => discord.addGuild({ name: `Server ${at}` }));
  const [guild] = guilds;
  if (!guild) throw new Error('there is no server');
  guild.addChannel({ name: 'general' });
  const holds = async (): Promise<{ mb: number; startMs: number }> => {
    let milepost: Awaited<ReturnType<typeof startOnDiscord>> | undefined;
    const startMs = await timeMs(async () => {
      milepost = await startOnDiscord(discord, path);
    });
    const answer = await discord.user('Member').in(guild).slash('next');
    if (answer.type !== 'message') throw new Error(`there was no answer: ${JSON.stringify(answer)}`);
    const { residentMb = Number.NaN } = (await milepost?.usage()) ?? {};
    await milepost?.stop();
    return { mb: residentMb, startMs };
  };
  try {
    const first = await holds();
    const known: number[] = [];
    for (let start = 0; start < starts; start += 1) known.push((await holds()).mb);
    return { firstMb: first.mb, knownMb: median(known), firstStartMs: first.startMs };
  } finally {
    await discord.stop();
  }
};

export const measureMemory = async (folder: string, shrink: number): Promise<Figure[]> => {
  const servers = SERVERS / shrink;
  const starts = Math.max(1, Math.round(STARTS / shrink));
  const one = await heldWith(1, join(folder, 'one.sqlite'), starts);
  const many = await heldWith(servers, join(folder, 'many.sqlite'), starts);
  return [
    { what: `memory in ${count(servers)} servers, beside one`, value: many.knownMb, baseline: one.knownMb, unit: 'MB' },
    {
      what: '  more than in one',
      value: many.knownMb - one.knownMb,
      unit: 'MB',
      aim: { of: 'value', atMost: MAX_GROWTH_MB },
    },
    { what: '  when it just joined them all', value: many.firstMb, baseline: one.firstMb, unit: 'MB' },
    { what: '  that start', value: many.firstStartMs, baseline: one.firstStartMs, unit: 'ms' },
  ];
};
