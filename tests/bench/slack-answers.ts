// How fast Milepost acknowledges and answers in a workspace of 100,000, over HTTP and Socket Mode, beside a bare Bolt app that answers with the same blocks.
import {
  type LocalSlack,
  type Prepared,
  startSlack,
  type TestSeat,
  type TestWorkspace,
} from '../support/slack/slack-server.ts';
import { type Crowd, openCrowd } from './crowd.ts';
import { besideBare, type Figure, timeMs } from './measure.ts';
import { type Content, type How, PATIENCE_MS, startBareSlack, startOnSlack } from './slack-bots.ts';

const MEMBERS = 100_000;
const SAMPLES = 300;
/** Before these count, so many more run: JavaScript is slow at first. */
const WARM_UP_SHARE = 0.4;
const MAX_MEDIAN_RATIO = 1.5;
const HOUR_MS = 60 * 60 * 1000;

type Case = {
  what: string;
  line: string;
  expected: RegExp;
  /** The button that is pressed on the answer to `line`: that is what counts then. */
  press?: { label: string; expected: RegExp };
  /** What the members who do it are set to before, in SQL. */
  members?: string;
};
/** Milepost asks Slack once a day who somebody is. */
const FIRST: Case = {
  what: '/next (first in a day)',
  line: '/next',
  expected: /What is next/,
  members: `last_active_at = last_active_at - ${2 * HOUR_MS}`,
};
const CASES: readonly Case[] = [
  { what: '/track select', line: '/track select governance', expected: /You are on/, members: 'track = null' },
  { what: '/next', line: '/next', expected: /What is next/, members: `track = 'engineering'` },
  { what: '/done, pressed', line: '/next', expected: /What is next/, press: { label: 'Done', expected: /done/i } },
  // The board that everybody is on.
  { what: '/leaderboard all', line: '/leaderboard all', expected: /Your place[\s\S]*Top 10/ },
];

type Side = { slack: LocalSlack; workspace: TestWorkspace };
type Times = Record<'ours' | 'bare' | 'disk', number[]>;

/** What our bot answers with, which the bare one is to answer with too. */
const answerOf = async (seat: TestSeat, line: string, expected: RegExp): Promise<Content> => {
  const answer = await (line.startsWith('/') ? seat.type(line) : seat.press(line));
  if (answer.type !== 'message' || !expected.test(answer.text))
    throw new Error(`${line} was answered with ${JSON.stringify(answer)}`);
  const { text, blocks } = answer.message;
  return structuredClone({ text, blocks });
};

const contentsOf = async (seat: TestSeat): Promise<Record<string, Content>> => {
  const contents: Record<string, Content> = {};
  for (const { line, expected, press } of CASES) {
    contents[line.split(' ')[0] ?? ''] = await answerOf(seat, line, expected);
    if (press) contents.press = await answerOf(seat, press.label, press.expected);
  }
  return contents;
};

/** What is timed: the command, or the button on its answer. */
const prepared = async (seat: TestSeat, { line, press }: Case): Promise<Prepared> =>
  press ? seat.preparePress(press.label, await seat.type(line)) : seat.prepare(line);

/** One interaction at a time, ours and the bare bot's in turn, so that what else the machine does hits both. */
const compare = async (
  one: Case,
  how: How,
  { people, stranger, commit }: { people: readonly TestSeat[]; stranger: TestSeat; commit: Crowd['commit'] },
): Promise<Figure[]> => {
  const ack: Times = { ours: [], bare: [], disk: [] };
  const answer: Times = { ours: [], bare: [], disk: ack.disk };
  const counted = people.length - Math.ceil((people.length * WARM_UP_SHARE) / (1 + WARM_UP_SHARE));
  for (const [at, person] of people.entries()) {
    const ourTurn = await prepared(person, one);
    const bareTurn = await prepared(stranger, one);
    const ours = await person.fire(ourTurn);
    const bare = await stranger.fire(bareTurn);
    const diskMs = await timeMs(commit);
    if (at < people.length - counted) continue;
    ack.ours.push(ours.ackMs);
    ack.bare.push(bare.ackMs);
    answer.ours.push(ours.answerMs);
    answer.bare.push(bare.answerMs);
    ack.disk.push(diskMs);
  }
  const name = `${how === 'http' ? 'HTTP' : 'Socket'}: ${one.what}`;
  return [
    ...besideBare(`${name}, to ack`, ack, { median: MAX_MEDIAN_RATIO }),
    ...besideBare(`${name}, to answer`, answer, { median: MAX_MEDIAN_RATIO }),
  ];
};

const measureOver = async (
  how: How,
  folder: string,
  [ours, bare]: readonly [Side, Side],
  crowd: Crowd,
  samples: number,
) => {
  const milepost = await startOnSlack(ours.slack, ours.workspace, crowd.path, how);
  const seatOf = (name: string): TestSeat => ours.workspace.user(name, { tz: 'Etc/UTC' }).in();
  const [checked] = crowd.take(1, seatOf, 'track = null');
  const answers = checked ? await contentsOf(checked) : {};
  const other = await startBareSlack(bare.slack, [bare.workspace], { folder, how, answers });
  try {
    const people = crowd.take(Math.ceil(samples * (1 + WARM_UP_SHARE)), seatOf, FIRST.members);
    const stranger = bare.workspace.user('Stranger').in();
    const at = { people, stranger, commit: crowd.commit };
    const figures: Figure[] = [];
    // Whoever comes first makes both of them warm.
    const first = await compare(FIRST, how, at);
    for (const one of CASES) {
      if (one.members) crowd.set(people, one.members);
      figures.push(...(await compare(one, how, at)));
    }
    return [...figures, ...first];
  } finally {
    await Promise.all([milepost.stop(), other.stop()]);
  }
};

const openSide = async (): Promise<Side> => {
  const slack = await startSlack({ keepRequests: false, quietMs: PATIENCE_MS });
  const workspace = slack.addWorkspace({ name: 'Bench' });
  workspace.addChannel({ name: 'general' });
  return { slack, workspace };
};

export const measureSlackAnswers = async (folder: string, shrink: number): Promise<Figure[]> => {
  const sides = await Promise.all([openSide(), openSide()]);
  const members = Math.max(3 * SAMPLES, MEMBERS / shrink);
  const crowd = await openCrowd(folder, { platform: 'slack', communityId: sides[0].workspace.teamId, members });
  try {
    const figures: Figure[] = [];
    for (const how of ['http', 'socket'] as const)
      figures.push(...(await measureOver(how, folder, sides, crowd, Math.max(10, SAMPLES / shrink))));
    return figures;
  } finally {
    crowd.close();
    for (const { slack } of sides) await slack.stop();
  }
};
