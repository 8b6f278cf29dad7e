import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { channelDigest, nudge, personalDigest } from '../../src/cards/digest.ts';
import { leaderboardPost } from '../../src/cards/leaderboard.ts';
import { topicPage } from '../../src/cards/topic-pages.ts';
import type { Reply } from '../../src/command.ts';
import type { Curriculum, Topic } from '../../src/curriculum/curriculum.ts';
import { nextTopics, topicsOf } from '../../src/curriculum/graph.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import type { Learner } from '../../src/learner.ts';
import type { Message } from '../../src/message.ts';
import { renderMessage } from '../../src/slack/render.ts';
import { renderHome, renderModal } from '../../src/slack/render-view.ts';
import { messageViolations, viewViolations } from '../../src/slack/validate.ts';
import type { Member } from '../../src/storage/members.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';

const LONGEST_NAME = `${'Wolfeschlegelstein'.repeat(4)}hausen`.slice(0, 80);
const COMMUNITY = 'T0123456789';
/** A workspace where every command has the longest name that Slack takes. */
const FULL = { typed: (command: string) => `/${'x'.repeat(31)} ${command}` };

/** The end of a long name in a message's second table, which the ellipsis shows, is the only thing that may be missing. */
const isLongName = ({ what, violations, shortened }: Fault): boolean =>
  /^\/?leaderboard/.test(what) &&
  violations.length === 0 &&
  shortened.every(words => /^\d+ long table cells?$/.test(words));

type Fault = { what: string; violations: string[]; shortened: string[] };
let curriculum: Curriculum;
let faults: Fault[] = [];
let seen = 0;
/** What Slack would refuse, or not show whole, of a message; each with what it was. */
const check = (what: string, message: Message): void => {
  seen += 1;
  for (const context of [{}, FULL]) {
    const rendered = renderMessage(message, context);
    const { shortened } = rendered;
    const home = renderHome(message, context);
    const violations = [...messageViolations(rendered), ...viewViolations(home)];
    if (JSON.stringify(home).includes('Shortened to fit')) violations.push('App Home is shortened');
    if (violations.length + shortened.length > 0) faults.push({ what, violations, shortened });
  }
};
const found = (): Fault[] => {
  const all = faults;
  faults = [];
  return all;
};

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

beforeAll(async () => {
  curriculum = await loadCurriculum(join(import.meta.dirname, '../../content'));
});

describe('the repository’s own content fits into Slack', () => {
  it('every page of every topic, for beginners and for those who have done everything', () => {
    for (const topic of curriculum.topics.values()) {
      for (const done of [[], [...curriculum.topics.keys()]]) {
        const learner = learnerOf(topic.tracks[0] ?? null, [...curriculum.roles.keys()], done);
        for (let page = 0; page < topic.sections.length + 3; page += 1)
          check(`${topic.id}, page ${page + 1}`, topicPage(curriculum, topic, learner, page));
      }
    }
    expect(seen).toBeGreaterThan(100);
    expect(found()).toEqual([]);
  });

  it('the digest of a member: every track, roles, and each point on the way', () => {
    for (const track of tracks()) {
      for (const roles of roleSets()) {
        const done: string[] = [];
        for (;;) {
          const learner = learnerOf(track, roles, done);
          check(`digest, ${track}, ${roles}, ${done.length} done`, personalDigest(curriculum, learner, new Date(0)));
          for (const number of [1, 2, 3] as const) check(`nudge ${number}`, nudge(curriculum, learner, number));
          const [next] = learner.next;
          if (!next) break;
          done.push(next.id);
        }
      }
    }
    expect(found()).toEqual([]);
  });

  it('the digest of a channel: every track, every week, up to five topics', () => {
    for (const track of curriculum.tracks.keys()) {
      for (let topicsPerWeek = 1; topicsPerWeek <= 5; topicsPerWeek += 1) {
        for (let week = 0; week < 20; week += 1) {
          const message = channelDigest(curriculum, { tracks: [track], topicsPerWeek }, week);
          if (message) check(`${track}, ${topicsPerWeek} topics, week ${week + 1}`, message);
        }
      }
    }
    expect(found()).toEqual([]);
  });

  it('the digest of a channel with all tracks, up to five topics of each', () => {
    for (let topicsPerWeek = 1; topicsPerWeek <= 5; topicsPerWeek += 1) {
      for (let week = 0; week < 20; week += 1) {
        const message = channelDigest(curriculum, { tracks: [...curriculum.tracks.keys()], topicsPerWeek }, week);
        if (message) check(`all tracks, ${topicsPerWeek} topics, week ${week + 1}`, message);
      }
    }
    expect(found()).toEqual([]);
  });

  it('a leaderboard, even with the longest names', () => {
    const rows = Array.from({ length: 10 }, (_, at) => ({
      place: at + 1,
      name: LONGEST_NAME,
      points: 123_456 - at,
      own: at === 3,
    }));
    check('leaderboard', leaderboardPost('Mon 23 Nov', rows, { members: 100_000, points: 123_456_789 }));
    expect(found()).toEqual([]);
  });
});

describe('every answer of every command fits into Slack', () => {
  let test: TestApp;
  const checkReply = (what: string, reply: Reply): void => {
    seen += 1;
    if (reply.type === 'message') {
      check(what, reply.message);
      return;
    }
    const violations = viewViolations(renderModal(reply.modal, { privateMetadata: COMMUNITY }));
    if (violations.length > 0) faults.push({ what, violations, shortened: [] });
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
  const caller = { platform: 'slack', communityId: COMMUNITY, communityName: 'Test', organiser: true } as const;
  const people = (name: string) => ({ ...caller, memberId: name, name: LONGEST_NAME, channelId: 'C0123456789' });

  /** Types each text, and presses every kind of button once that answers show. */
  const walk = async (name: string, texts: readonly string[], pressed: Set<string>): Promise<void> => {
    const pending: { action: string; values: string[] }[] = [];
    const note = (what: string, reply: Reply): void => {
      checkReply(what, reply);
      for (const each of actionsOf(reply)) {
        // One button of each kind, and each step or setting.
        const kind = each.action.replace(/\/[a-z0-9-]{12,}(?=:|$)/, '/…').replace(/:\d+/g, ':N');
        if (pressed.has(kind)) continue;
        pressed.add(kind);
        pending.push(each);
      }
    };
    for (const text of texts) note(text, await test.app.handle({ caller: people(name), type: 'text', text }));
    for (let at = 0; at < pending.length && at < 300; at += 1) {
      const { action, values } = pending[at] as (typeof pending)[number];
      note(action, await test.app.handle({ caller: people(name), type: 'action', action, values }));
    }
  };

  const READING = (curriculum: Curriculum): string[] => [
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
  beforeAll(async () => {
    test = await testApp();
    test.setCurriculum(curriculum);
  });

  it.each(['general', 'engineering', 'research', 'governance', 'systems'])(
    'for an organiser on the %s track, from the first command to all topics done',
    async track => {
      const before = seen;
      const name = `member-${track}`;
      const pressed = new Set<string>();
      const reading = READING(curriculum);
      await walk(name, reading, pressed);
      await walk(name, [`/track select ${track}`, `/roles select ${[...curriculum.roles.keys()].join(',')}`], pressed);
      await walk(name, ['/settings leaderboard yes', '/schedule set digest weekday:monday time:09:00'], pressed);
      await walk(name, [...reading, '/schedule preview 1', '/schedule set leaderboard'], pressed);
      const topics: Topic[] = [...curriculum.topics.values()];
      await walk(
        name,
        topics.flatMap(({ id }) => [`/topics show ${id}`, `/quiz ${id}`, `/start ${id}`]),
        pressed,
      );
      await walk(
        name,
        topics.flatMap(({ id }) => [`/done ${id}`, `/skip ${id}`]),
        pressed,
      );
      await walk(name, reading, new Set());
      expect(seen - before).toBeGreaterThan(200);
      expect(found().filter(fault => !isLongName(fault))).toEqual([]);
    },
  );

  it('every question of every quiz, answered rightly and wrongly', async () => {
    const ada: TestMember = test.as(LONGEST_NAME);
    for (const topic of curriculum.topics.values()) {
      const track = topic.tracks.find(id => curriculum.tracks.has(id));
      await ada.type(`/track select ${track}`);
      await ada.press(`track/enter/${track}`);
      for (const pick of ['A', 'B']) {
        await ada.type(`/quiz ${topic.id}`);
        for (let at = 0; at < topic.quiz.length; at += 1) {
          checkReply(`${topic.id}, question ${at + 1}`, ada.lastReply);
          await ada.press(pick);
          checkReply(`${topic.id}, answer ${at + 1}`, ada.lastReply);
          if (at < topic.quiz.length - 1) await ada.press('Next question');
        }
      }
    }
    expect(found()).toEqual([]);
  });
});
