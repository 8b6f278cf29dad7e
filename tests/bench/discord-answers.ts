// How fast Milepost answers in a community of 100,000, and how much it can answer, beside a bare discord.js bot that replies a constant.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { monthOf, weekOf } from '../../src/calendar/dates.ts';
import { findOrCreateCommunity } from '../../src/storage/communities.ts';
import { openSqlite } from '../../src/storage/database.ts';
import { type LocalDiscord, startDiscord, type TestGuild, type TestSeat } from '../support/discord/discord-server.ts';
import { addMembers, addPoints, usePragmas } from './bulk.ts';
import { type BotProcess, startBare, startMilepost } from './discord-bots.ts';
import { type Figure, inChild, median, percentile, timeMs } from './measure.ts';

const MEMBERS = 100_000;
const SAMPLES = 1000;
/** Before these count, so many more run: JavaScript is slow at first. */
const WARM_UP_SHARE = 0.4;
const MAX_MEDIAN_RATIO = 1.5;
const MAX_WORST_RATIO = 2;

const IN_FLIGHT = 32;
const SUSTAINED_MS = 5000;
const SUSTAINED_ROUNDS = 2;
/** What is written is written once: after so many members the load begins again with those who have done it. */
const SUSTAINED_MEMBERS = 8000;

const TOPIC = 'python-for-safety-work';
const HOUR_MS = 60 * 60 * 1000;

type Seed = { path: string; guildId: string; members: number; now: number };

/** Makes the community with everybody's points, on the boards of this week and month. */
export const prepare = async ({ path, guildId, members, now }: Seed): Promise<void> => {
  const at = new Date(now);
  const ago = (ms: number) => new Date(now - ms);
  const db = await openSqlite(path);
  const seen = { platform: 'discord', externalId: guildId, name: 'Bench' } as const;
  const { id } = await findOrCreateCommunity(db, seen, at);
  await db.close();
  addMembers(path, { communityId: id, members, lastActiveAt: at });
  addPoints(path, id, [
    { topicId: 'earlier-programme', at: ago(4000 * HOUR_MS), share: 1, values: 1800, board: 'all' },
    { topicId: 'earlier-this-month', at: ago(2), share: 0.4, values: 150, board: monthOf(at, 'UTC') },
    { topicId: 'earlier-this-week', at: ago(1), share: 0.25, values: 30, board: weekOf(at, 'UTC') },
  ]);
};

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
  /** One row written to a file of its own on the same disk, with the program's settings. */
  commit(): void;
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
  const line = (what: string, of: (values: readonly number[]) => number, atMost: number): Figure => ({
    what: `${what} (a commit: ${of(disk).toFixed(1)} ms)`,
    value: of(ours),
    baseline: of(bare),
    ratio: of(ours) / of(bare),
    unit: 'ms',
    aim: { of: 'ratio', atMost },
  });
  return [
    line(`${one.what}, median`, median, MAX_MEDIAN_RATIO),
    line('  99th percentile', values => percentile(values, 0.99), MAX_WORST_RATIO),
  ];
};

type Load = { answers: number; ms: number; cpuMs: number };

/** Keeps `IN_FLIGHT` interactions under way for `forMs`; `next` gives each of them. */
const sustain = async (side: Side, next: () => Promise<unknown>, forMs: number): Promise<Load> => {
  const before = await side.process.usage();
  const start = performance.now();
  let answers = 0;
  const keepAsking = async (): Promise<void> => {
    while (performance.now() - start < forMs) {
      await next();
      answers += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, keepAsking));
  const ms = performance.now() - start;
  const after = await side.process.usage();
  return { answers, ms, cpuMs: after.cpuMs - before.cpuMs };
};

const sum = (loads: readonly Load[]): Load => ({
  answers: loads.reduce((total, { answers }) => total + answers, 0),
  ms: loads.reduce((total, { ms }) => total + ms, 0),
  cpuMs: loads.reduce((total, { cpuMs }) => total + cpuMs, 0),
});

/** `cases` in turn, each with a member of their own where `people` last; the bare bot answers the same. */
const compareLoad = async (arena: Arena, what: string, cases: readonly Case[], forMs: number): Promise<Figure[]> => {
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
  const loads: { ours: Load[]; bare: Load[] } = { ours: [], bare: [] };
  for (let round = 0; round < SUSTAINED_ROUNDS; round += 1) {
    loads.ours.push(await sustain(ours, askOurs, forMs));
    loads.bare.push(await sustain(bare, askBare, forMs));
  }
  const own = sum(loads.ours);
  const other = sum(loads.bare);
  const perSecond = ({ ms, answers }: Load) => (answers / ms) * 1000;
  const cpu = ({ cpuMs, answers }: Load) => cpuMs / answers;
  return [
    {
      what: `${what}, ${IN_FLIGHT} in flight`,
      value: perSecond(own),
      baseline: perSecond(other),
      // More is better, so the effort is the other way round.
      ratio: perSecond(other) / perSecond(own),
      unit: 'interactions/s',
    },
    {
      what: '  processor time of each',
      value: cpu(own),
      baseline: cpu(other),
      ratio: cpu(own) / cpu(other),
      unit: 'ms',
    },
  ];
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
  const path = join(folder, 'bench.sqlite');
  const seed: Seed = { path, guildId: guild.id, members, now: Date.now() };
  await inChild(import.meta.url, prepare, seed);
  const ours = { discord, guild, process: await startMilepost(discord, path) };
  const bare = { discord: otherDiscord, guild: otherGuild, process: await startBare(otherDiscord) };
  await registerWith(otherDiscord, discord.commands());

  const sqlite = new Sqlite(path);
  usePragmas(sqlite);
  const disk = new Sqlite(join(folder, 'commits.sqlite'));
  usePragmas(disk);
  disk.exec('create table rows (at real)');
  const insert = disk.prepare('insert into rows values (?)');
  let given = 0;
  return {
    ours,
    bare,
    peopleFor(howMany, change = 'track = track') {
      const people = Array.from({ length: howMany }, () => {
        given += 1;
        if (given > members) throw new Error('there are not enough members');
        // A prime, so that they come from anywhere on the boards and nobody twice.
        const id = 1 + ((given * 611_953) % members);
        return { id, seat: discord.user(`Member ${id}`).in(guild) };
      });
      const update = sqlite.prepare(`update members set external_id = @person, ${change} where id = @id`);
      sqlite.transaction(() => {
        for (const { id, seat } of people) update.run({ person: seat.id, id });
      })();
      return people.map(({ seat }) => seat);
    },
    commit: () => insert.run(performance.now()),
    async close() {
      sqlite.close();
      disk.close();
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
    figures.push(...(await compareLoad(arena, '/next', next, forMs)));
    figures.push(...(await compareLoad(arena, 'the four in turn', all, forMs)));
    return figures;
  } finally {
    await arena.close();
  }
};
