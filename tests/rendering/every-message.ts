// Every message that the repository's own content and commands make, for tests that a platform takes all of them.
import { join } from 'node:path';
import { channelDigest, nudge, personalDigest } from '../../src/cards/digest.ts';
import { leaderboardPost } from '../../src/cards/leaderboard.ts';
import { topicPage } from '../../src/cards/topic-pages.ts';
import type { Caller, Reply } from '../../src/command.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { nextTopics, topicsOf } from '../../src/curriculum/graph.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import type { Learner } from '../../src/learner.ts';
import type { Message } from '../../src/message.ts';
import type { Member } from '../../src/storage/members.ts';
import type { TestApp, TestMember } from '../support/app.ts';

export const curriculum: Curriculum = await loadCurriculum(join(import.meta.dirname, '../../content'));

export const LONGEST_NAME = `${'Wolfeschlegelstein'.repeat(4)}hausen`.slice(0, 80);
const NOW = new Date('2026-11-23T09:00:00Z');
const memberOf = (track: string | null, roles: string[], weeklyHours = 40): Member => ({
  id: 1,
  communityId: 1,
  externalId: 'ada',
  name: LONGEST_NAME,
  track,
  roles,
  weeklyHours,
  zone: 'America/Argentina/ComodRivadavia',
  zoneChosen: true,
  directMessages: 'weekly',
  listed: true,
  pointsOn: true,
  onboardingStep: null,
  onboardedAt: NOW,
  pausedUntil: null,
  pausedReason: null,
  directMessagesClosedAt: null,
  nudges: 0,
  lastActiveAt: NOW,
  joinedAt: NOW,
});
const learnerOf = (track: string | null, roles: string[], done: readonly string[] = [], hours = 40): Learner => {
  const member = memberOf(track, roles, hours);
  const doneIds = new Set(done);
  return {
    member,
    progress: new Map(done.map(topicId => [topicId, { topicId, state: 'done', startedAt: null, changedAt: NOW }])),
    done: doneIds,
    skipped: new Set(),
    topics: topicsOf(curriculum, member),
    next: nextTopics(curriculum, member, { done: doneIds, skipped: new Set(), hours }),
  };
};
const tracks = (): (string | null)[] => [null, ...curriculum.tracks.keys()];
const roleSets = (): string[][] => [[], ...[...curriculum.roles.keys()].map(id => [id]), [...curriculum.roles.keys()]];

type Named = [what: string, message: Message];

function* topicPages(): Generator<Named> {
  for (const topic of curriculum.topics.values()) {
    for (const done of [[], [...curriculum.topics.keys()]]) {
      const learner = learnerOf(topic.tracks[0] ?? null, [...curriculum.roles.keys()], done);
      for (let page = 0; page < topic.sections.length + 3; page += 1)
        yield [`${topic.id}, page ${page + 1}`, topicPage(curriculum, topic, learner, page)];
    }
  }
}

function* memberDigests(): Generator<Named> {
  for (const track of tracks()) {
    for (const roles of roleSets()) {
      const done: string[] = [];
      for (;;) {
        const learner = learnerOf(track, roles, done);
        yield [`digest, ${track}, ${roles}, ${done.length} done`, personalDigest(curriculum, learner, new Date(0))];
        for (const number of [1, 2, 3] as const) yield [`nudge ${number}`, nudge(curriculum, learner, number)];
        const [next] = learner.next;
        if (!next) break;
        done.push(next.id);
      }
    }
  }
}

function* channelDigests(trackSets: string[][]): Generator<Named> {
  for (const tracksOf of trackSets) {
    for (let topicsPerWeek = 1; topicsPerWeek <= 5; topicsPerWeek += 1) {
      for (let week = 0; week < 20; week += 1) {
        const message = channelDigest(curriculum, { tracks: tracksOf, topicsPerWeek }, week);
        if (message) yield [`${tracksOf}, ${topicsPerWeek} topics, week ${week + 1}`, message];
      }
    }
  }
}

/** What Milepost sends by itself, and the pages of topics; each with a number of messages that there are at least. */
export const CONTENT: [what: string, least: number, messages: () => Iterable<Named>][] = [
  ['every page of every topic, for beginners and for those who have done everything', 100, topicPages],
  ['the digest of a member: every track, roles, and each point on the way', 100, memberDigests],
  [
    'the digest of a channel: every track, every week, up to five topics',
    100,
    () => channelDigests([...curriculum.tracks.keys()].map(track => [track])),
  ],
  [
    'the digest of a channel with all tracks, up to five topics of each',
    30,
    () => channelDigests([[...curriculum.tracks.keys()]]),
  ],
];

export const longLeaderboard = (): Message => {
  const rows = Array.from({ length: 10 }, (_, at) => ({
    place: at + 1,
    name: LONGEST_NAME,
    points: 123_456 - at,
    own: at === 3,
  }));
  return leaderboardPost('Mon 23 Nov', rows, { members: 100_000, points: 123_456_789 });
};

const actionsOf = (reply: Reply): { action: string; values: string[] }[] =>
  reply.type !== 'message'
    ? []
    : reply.message.blocks
        .flatMap(block => (block.type === 'actions' ? block.items : []))
        .flatMap(item => {
          if (item.type === 'link') return [];
          if (item.type === 'button') return [{ action: item.action, values: [] }];
          return item.options.slice(0, 2).map(({ value }) => ({ action: item.action, values: [value] }));
        });
const READING = [
  '/help',
  ...['digest', 'done', 'leaderboard', 'onboard', 'schedule', 'settings', 'topics', 'track'].map(
    name => `/help ${name}`,
  ),
  '/onboard',
  '/next',
  '/digest',
  '/track list',
  '/track show',
  '/roles show',
  '/topics list',
  ...[...curriculum.modules.values()].filter(({ topics }) => topics.length > 0).map(({ id }) => `/topics list ${id}`),
  '/topics search model',
  '/topics search zzz',
  '/progress',
  '/progress streak',
  '/leaderboard',
  '/leaderboard all',
  '/settings show',
  '/settings zone',
  '/settings pause',
  '/quiz',
  '/undo',
  '/schedule list',
  '/nonsense',
  `/topics show ${'x'.repeat(200)}`,
];

type Note = (what: string, reply: Reply) => void;

/** Types each text, and presses every kind of button once that answers show. */
const walk = async (
  { app }: TestApp,
  caller: Caller,
  texts: readonly string[],
  pressed: Set<string>,
  note: Note,
): Promise<void> => {
  const pending: { action: string; values: string[] }[] = [];
  const noteAll: Note = (what, reply) => {
    note(what, reply);
    for (const each of actionsOf(reply)) {
      // One button of each kind, and each step or setting.
      const kind = each.action.replace(/\/[a-z0-9-]{12,}(?=:|$)/, '/…').replace(/:\d+/g, ':N');
      if (pressed.has(kind)) continue;
      pressed.add(kind);
      pending.push(each);
    }
  };
  for (const text of texts) noteAll(text, await app.handle({ caller, type: 'text', text }));
  for (let at = 0; at < pending.length && at < 300; at += 1) {
    const { action, values } = pending[at] as (typeof pending)[number];
    noteAll(action, await app.handle({ caller, type: 'action', action, values }));
  }
};

/** Every answer of every command on the way of an organiser through a track. */
export const walkTrack = async (test: TestApp, caller: Caller, track: string, note: Note): Promise<void> => {
  const pressed = new Set<string>();
  const ids = [...curriculum.topics.keys()];
  for (const texts of [
    READING,
    [`/track select ${track}`, `/roles select ${[...curriculum.roles.keys()].join(',')}`],
    ['/settings leaderboard yes', '/schedule set digest weekday:monday time:09:00'],
    [...READING, '/schedule preview 1', '/schedule set leaderboard'],
    ids.flatMap(id => [`/topics show ${id}`, `/quiz ${id}`, `/start ${id}`]),
    ids.flatMap(id => [`/done ${id}`, `/skip ${id}`]),
  ])
    await walk(test, caller, texts, pressed, note);
  await walk(test, caller, READING, new Set(), note);
};

/** Every question of every quiz, answered rightly and wrongly. */
export const walkQuizzes = async (ada: TestMember, note: Note): Promise<void> => {
  for (const topic of curriculum.topics.values()) {
    const track = topic.tracks.find(id => curriculum.tracks.has(id));
    await ada.type(`/track select ${track}`);
    await ada.press(`track/enter/${track}`);
    for (const pick of ['A', 'B']) {
      await ada.type(`/quiz ${topic.id}`);
      for (let at = 0; at < topic.quiz.length; at += 1) {
        note(`${topic.id}, question ${at + 1}`, ada.lastReply);
        await ada.press(pick);
        note(`${topic.id}, answer ${at + 1}`, ada.lastReply);
        if (at < topic.quiz.length - 1) await ada.press('Next question');
      }
    }
  }
};
