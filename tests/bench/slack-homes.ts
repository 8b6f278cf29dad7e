// How many Homes Milepost publishes a second when people in many workspaces open theirs and press buttons there, and what one costs.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openSqlite } from '../../src/storage/database.ts';
import {
  type Block,
  type LocalSlack,
  startSlack,
  type TestSeat,
  type TestUser,
} from '../support/slack/slack-server.ts';
import type { BotProcess } from './bot-process.ts';
import { usePragmas } from './bulk.ts';
import { compareLoad, IN_FLIGHT } from './load.ts';
import { besideBare, count, type Figure, timeMs } from './measure.ts';
import { install, PATIENCE_MS, startBareSlack, startOnManyWorkspaces } from './slack-bots.ts';

/** So many that none comes near to what Slack takes of a workspace in a minute. */
const WORKSPACES = 100;
const PEOPLE = 3;
const SAMPLES = 200;
const SUSTAINED_MS = 2500;
const BUTTON = 'Done';

type Person = { user: TestUser; seat: TestSeat };
type Side = { slack: LocalSlack; people: Person[]; process: BotProcess };

const open = async ({ seat }: Person): Promise<readonly Block[]> => {
  const answer = await seat.openHome();
  if (answer.type !== 'home') throw new Error(`a Home was opened and there was ${JSON.stringify(answer)}`);
  return answer.view.blocks;
};

const press = async (slack: LocalSlack, { user, seat }: Person): Promise<void> => {
  const home = slack.homeOf(user);
  const before = home?.updates;
  const answer = await seat.press(BUTTON, home);
  // Ours answers in a window, and the bare app in Home alone.
  if (answer.type === 'modal') await slack.until(() => slack.homeOf(user)?.updates !== before);
  else if (answer.type !== 'home' || answer.view.updates === before)
    throw new Error(`a button of a Home was pressed and there was ${JSON.stringify(answer).slice(0, 500)}`);
};

const openWorkspaces = async (
  howMany: number,
  path?: string,
): Promise<{ slack: LocalSlack; people: Person[]; workspaces: ReturnType<LocalSlack['addWorkspace']>[] }> => {
  const slack = await startSlack({ keepRequests: false, quietMs: PATIENCE_MS });
  const workspaces = Array.from({ length: howMany }, (_, at) => slack.addWorkspace({ name: `Workspace ${at}` }));
  const db = path === undefined ? undefined : await openSqlite(path);
  for (const workspace of workspaces) {
    workspace.addChannel({ name: 'general' });
    if (db) await install(db, slack, workspace, new Date());
  }
  await db?.close();
  // Neighbours in the list are in different workspaces.
  const people = Array.from({ length: PEOPLE }, (_, at) =>
    workspaces.map(workspace => {
      const user = workspace.user(`Member ${at}`);
      return { user, seat: user.in() };
    }),
  ).flat();
  return { slack, people, workspaces };
};

/** Everybody opens their Home for the first time, and is on a track from then on. */
const settle = async ({ people }: Pick<Side, 'people'>, path: string): Promise<void> => {
  const waiting = people.values();
  const work = async (): Promise<void> => {
    for (const person of waiting) await open(person);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  const sqlite = new Sqlite(path);
  usePragmas(sqlite);
  sqlite.exec(`update members set track = 'engineering'`);
  sqlite.close();
};

/** One after the other, each begun again from the first. */
const inTurn = (people: readonly Person[]): (() => Person) => {
  let at = 0;
  return () => {
    const person = people[at % people.length];
    at += 1;
    if (!person) throw new Error('there is nobody');
    return person;
  };
};

const measureOne = async (ours: Side, bare: Side, samples: number): Promise<Figure[]> => {
  const ourNext = inTurn(ours.people);
  const bareNext = inTurn(bare.people);
  const times: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  for (let turn = 0; turn < samples; turn += 1) {
    times.ours.push(await timeMs(() => open(ourNext())));
    times.bare.push(await timeMs(() => open(bareNext())));
  }
  return besideBare('open a Home, beside a bare views.publish', times, { median: 1.5 });
};

export const measureSlackHomes = async (folder: string, shrink: number): Promise<Figure[]> => {
  // More people than are under way at once: each has one Home.
  const howMany = Math.max(IN_FLIGHT, WORKSPACES / shrink);
  const path = join(folder, 'homes.sqlite');
  const { slack, people } = await openWorkspaces(howMany, path);
  const other = await openWorkspaces(howMany);
  const milepost = await startOnManyWorkspaces(slack, path, 'socket');
  const ours: Side = { slack, people, process: milepost };
  let bareBot: BotProcess | undefined;
  try {
    await settle(ours, path);
    const [first] = people;
    const home = first ? structuredClone([...(await open(first))]) : [];
    bareBot = await startBareSlack(other.slack, other.workspaces, { folder, how: 'socket', home });
    const bare: Side = { slack: other.slack, people: other.people, process: bareBot };
    await settle(bare, path);
    const load = (ask: (side: Side, person: Person) => Promise<unknown>) => {
      const asking = (side: Side) => {
        const next = inTurn(side.people);
        return { process: side.process, ask: () => ask(side, next()) };
      };
      return { ours: asking(ours), bare: asking(bare) };
    };
    const where = `in ${count(howMany)} workspaces`;
    const forMs = SUSTAINED_MS / shrink;
    return [
      ...(await measureOne(ours, bare, Math.max(10, SAMPLES / shrink))),
      ...(await compareLoad(
        `Homes opened ${where}`,
        'publishes/s',
        load((_, person) => open(person)),
        forMs,
      )),
      ...(await compareLoad(
        `Homes after ${BUTTON} ${where}`,
        'publishes/s',
        load((side, person) => press(side.slack, person)),
        forMs,
      )),
    ];
  } finally {
    await Promise.all([milepost.stop(), bareBot?.stop()]);
    await Promise.all([slack.stop(), other.slack.stop()]);
  }
};
