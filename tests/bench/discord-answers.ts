// How fast Milepost answers in a community of 100,000, and how much it can answer, beside a bare discord.js bot that replies a constant.
import { type LocalDiscord, startDiscord, type TestGuild, type TestSeat } from '../support/discord/discord-server.ts';
import type { BotProcess } from './bot-process.ts';
import { type Crowd, openCrowd } from './crowd.ts';
import { startBareDiscord, startOnDiscord } from './discord-bots.ts';
import { compareLoad, type Loaded } from './load.ts';
import { besideBare, type Figure, timeMs } from './measure.ts';

const MEMBERS = 100_000;
const SAMPLES = 1000;
/** Before these count, so many more run: JavaScript is slow at first. */
const WARM_UP_SHARE = 0.4;
const MAX_MEDIAN_RATIO = 1.5;
const MAX_WORST_RATIO = 2;

const SUSTAINED_MS = 5000;
/** What is written is written once: after so many members the load begins again with those who have done it. */
const SUSTAINED_MEMBERS = 8000;

const TOPIC = 'python-for-safety-work';
const HOUR_MS = 60 * 60 * 1000;

type Case = {
  what: string;
  command: string;
  options?: Record<string, string>;
  expected: RegExp;
  /** What the members who send it are set to before, in SQL. */
  members?: string;
};
const FIRST_IN_AN_HOUR = ' (first in an hour)';
const CASES: readonly Case[] = [
  {
    what: '/track select',
    command: 'track select',
    options: { track: 'governance' },
    expected: /You are on/,
    members: 'track = null',
  },
  { what: '/next', command: 'next', expected: /What is next/ },
  { what: '/done', command: 'done', options: { topics: TOPIC }, expected: /1 topic done/ },
  {
    // The board that everybody is on.
    what: '/leaderboard all',
    command: 'leaderboard',
    options: { period: 'all' },
    expected: /Your place[\s\S]*\(you\)[\s\S]*Top 10/,
  },
  {
    what: `/next${FIRST_IN_AN_HOUR}`,
    command: 'next',
    expected: /What is next/,
    members: `last_active_at = last_active_at - ${2 * HOUR_MS}`,
  },
];

type Side = { discord: LocalDiscord; guild: TestGuild; process: BotProcess };
type Arena = {
  ours: Side;
  bare: Side;
  /** People on our side who are members there, each given away once; `change` is SQL for what they are set to. */
  peopleFor(howMany: number, change?: string): TestSeat[];
  commit: Crowd['commit'];
};

const answered = async (seat: TestSeat, { command, options }: Case, expected: RegExp): Promise<void> => {
  const answer = await seat.slash(command, options);
  if (answer.type !== 'message' || !expected.test(answer.text))
    throw new Error(`/${command} was answered with ${JSON.stringify(answer)}`);
};

/** One interaction at a time, ours and the bare bot's in turn, so that what else the machine does hits both. */
const compare = async (arena: Arena, one: Case, samples: number): Promise<Figure[]> => {
  const warmUp = Math.ceil(samples * WARM_UP_SHARE);
  const people = arena.peopleFor(samples + warmUp + 1, one.members);
  const stranger = arena.bare.discord.user('Stranger').in(arena.bare.guild);
  const checked = people.pop();
  if (checked) await answered(checked, one, one.expected);
  await answered(stranger, one, /^constant$/);
  const ours: number[] = [];
  const bare: number[] = [];
  const disk: number[] = [];
  for (const [at, person] of people.entries()) {
    const ourMs = await person.fire(person.prepare(one.command, one.options));
    const bareMs = await stranger.fire(stranger.prepare(one.command, one.options));
    const diskMs = await timeMs(arena.commit);
    if (at < warmUp) continue;
    ours.push(ourMs);
    bare.push(bareMs);
    disk.push(diskMs);
  }
  return besideBare(one.what, { ours, bare, disk }, { median: MAX_MEDIAN_RATIO, worst: MAX_WORST_RATIO });
};

/** `cases` in turn, each with a member of their own where `people` last; the bare bot answers the same. */
const loadOf = (arena: Arena, cases: readonly Case[]): { ours: Loaded; bare: Loaded } => {
  const { ours, bare } = arena;
  const people = cases.map(one => arena.peopleFor(Math.ceil(SUSTAINED_MEMBERS / cases.length), one.members));
  const stranger = bare.discord.user('Stranger').in(bare.guild);
  let asked = 0;
  const turn = (): { one: Case; seat: TestSeat } => {
    const which = asked % cases.length;
    const those = people[which] ?? [];
    const seat = those[Math.floor(asked / cases.length) % those.length];
    asked += 1;
    const one = cases[which];
    if (!one || !seat) throw new Error('nobody is left to ask');
    return { one, seat };
  };
  const askOurs = (): Promise<number> => {
    const { one, seat } = turn();
    return seat.fire(seat.prepare(one.command, one.options));
  };
  const askBare = (): Promise<number> => {
    const { one } = turn();
    return stranger.fire(stranger.prepare(one.command, one.options));
  };
  return { ours: { process: ours.process, ask: askOurs }, bare: { process: bare.process, ask: askBare } };
};

const registerWith = async (discord: LocalDiscord, commands: unknown): Promise<void> => {
  const answer = await fetch(`${discord.apiUrl}/v10/applications/${discord.applicationId}/commands`, {
    method: 'PUT',
    headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(commands),
  });
  if (!answer.ok) throw new Error(`the bare bot's commands were refused: ${await answer.text()}`);
};

const openArena = async (folder: string, members: number): Promise<Arena & { close(): Promise<void> }> => {
  const [discord, otherDiscord] = await Promise.all([
    startDiscord({ keepRequests: false }),
    startDiscord({ keepRequests: false }),
  ]);
  const guilds = [discord, otherDiscord].map(one => {
    const guild = one.addGuild({ name: 'Bench' });
    guild.addChannel({ name: 'general' });
    return guild;
  });
  const [guild, otherGuild] = guilds as [TestGuild, TestGuild];
  const crowd = await openCrowd(folder, { platform: 'discord', communityId: guild.id, members });
  const ours = { discord, guild, process: await startOnDiscord(discord, crowd.path) };
  const bare = { discord: otherDiscord, guild: otherGuild, process: await startBareDiscord(otherDiscord) };
  await registerWith(otherDiscord, discord.commands());
  return {
    ours,
    bare,
    peopleFor: (howMany, change) => crowd.take(howMany, name => discord.user(name).in(guild), change),
    commit: crowd.commit,
    async close() {
      crowd.close();
      await Promise.all([ours.process.stop(), bare.process.stop()]);
      await Promise.all([discord.stop(), otherDiscord.stop()]);
    },
  };
};

export const measureAnswers = async (folder: string, shrink: number): Promise<Figure[]> => {
  const arena = await openArena(folder, Math.max(SUSTAINED_MEMBERS * 3, MEMBERS / shrink));
  try {
    const figures: Figure[] = [];
    for (const one of CASES) figures.push(...(await compare(arena, one, Math.max(10, SAMPLES / shrink))));
    const forMs = SUSTAINED_MS / shrink;
    const next = CASES.filter(({ what }) => what === '/next');
    const all = CASES.filter(({ what }) => !what.endsWith(FIRST_IN_AN_HOUR));
    figures.push(...(await compareLoad('/next', 'interactions/s', loadOf(arena, next), forMs)));
    figures.push(...(await compareLoad('the four in turn', 'interactions/s', loadOf(arena, all), forMs)));
    return figures;
  } finally {
    await arena.close();
  }
};
