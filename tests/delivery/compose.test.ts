import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { channelDigest, nudge, personalDigest } from '../../src/cards/digest.ts';
import { decodeAction } from '../../src/command.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { trackOrder } from '../../src/curriculum/graph.ts';
import { composeChannelDigest, composeLeaderboard, composePersonalDigest } from '../../src/delivery/compose.ts';
import { learnerOf } from '../../src/learner.ts';
import { type Message, toPlainText } from '../../src/message.ts';
import type { Community } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { type Member, updateEnrolment, updateMember } from '../../src/storage/members.ts';
import { setTopicState } from '../../src/storage/progress.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { describeOnBothDatabases, openTestDb } from '../support/databases.ts';
import { demoCommunity, joinAs, mondayDigest } from '../support/delivery.ts';

const monday = new Date('2026-11-23T08:00:00Z');
const tuesday = new Date('2026-11-24T08:00:00Z');
const nextMonday = new Date('2026-11-30T08:00:00Z');
const HOSTILE = '**Ada**\n# [free](https://evil.example) <!channel> @everyone `x`';

const actionsOf = (message: Message): string[] =>
  message.blocks.flatMap(block =>
    block.type === 'actions' ? block.items.flatMap(item => (item.type === 'link' ? [] : [item.action])) : [],
  );
const titlesIn = (message: Message): string[] =>
  [...testCurriculum.topics.values()].map(({ title }) => title).filter(title => toPlainText(message).includes(title));
const REPROACH = /still not|haven't|have not|failed|behind|should have|only \d|missed|late|overdue|unfortunately/i;
const read = (message: Message | undefined): string => {
  if (!message) throw new Error('there is no message');
  return toPlainText(message);
};

describe('a channel digest', () => {
  const engineering = { tracks: ['engineering'], topicsPerWeek: 2 };

  it('walks the track in order, a fixed number of topics a week, and says which week it is', () => {
    const order = trackOrder(testCurriculum, 'engineering').map(({ id }) => id);
    const walked = Array.from({ length: Math.ceil(order.length / 2) }, (_, week) => {
      const message = channelDigest(testCurriculum, engineering, week);
      expect(read(message)).toMatch(new RegExp(`^WEEK ${week + 1}\n`));
      return actionsOf(message as Message)
        .map(decodeAction)
        .filter(action => action?.action === 'read')
        .map(action => action?.value);
    });
    expect(walked.flat()).toEqual(order);
    expect(walked.slice(0, -1).every(week => week.length === 2)).toBe(true);
  });

  it('reads well aloud', () => {
    const text = read(channelDigest(testCurriculum, engineering, 0));
    expect(text).toContain('⚙️ Engineering Track');
    expect(text).toContain('What AI safety is');
    expect(text).toContain('🧭 General · 🌱 Foundation · 1 h');
    expect(text.match(/Engineering Track/g)).toHaveLength(1);
    expect(text).toContain('What AI safety is matters to safety work.');
    expect(text).toContain('[Read]');
    expect(text.trimEnd().endsWith('[Show mine]')).toBe(true);
    expect(text).not.toMatch(REPROACH);
  });

  it('says when a track is complete, once more the week after, and then nothing', () => {
    const order = trackOrder(testCurriculum, 'engineering').length;
    const last = Math.ceil(order / 2) - 1;
    expect(read(channelDigest(testCurriculum, engineering, last))).toContain('With this the track is complete');
    expect(read(channelDigest(testCurriculum, engineering, last))).toContain('/next');
    expect(read(channelDigest(testCurriculum, engineering, last + 1))).toContain(
      `complete: all ${order} topics have been here. /next`,
    );
    expect(channelDigest(testCurriculum, engineering, last + 2)).toBeUndefined();
  });

  it('shows a general topic once, under general, where several tracks share a post', () => {
    const tracks = ['engineering', 'general', 'research'];
    for (let week = 0; week < 6; week += 1) {
      const message = channelDigest(testCurriculum, { tracks, topicsPerWeek: 3 }, week);
      if (!message) continue;
      const ids = actionsOf(message).filter(id => id.startsWith('topics/read/'));
      expect(new Set(ids).size).toBe(ids.length);
    }
    const text = read(channelDigest(testCurriculum, { tracks, topicsPerWeek: 3 }, 0));
    expect(text.indexOf('🧭 General\n')).toBeLessThan(text.indexOf('What AI safety is'));
    expect(text).not.toContain('⚙️ Engineering Track\n');
    expect(text).toMatch(
      /---\n\nAlso this week’s topics for: ⚙️ Engineering Track and 🔬 Research Track\.\n\nShow mine gives you/,
    );
  });

  it('names a shared topic only by a link in the second of two tracks', () => {
    const message = channelDigest(testCurriculum, { tracks: ['engineering', 'research'], topicsPerWeek: 3 }, 0);
    expect(actionsOf(message as Message).filter(id => id.startsWith('topics/read/'))).toHaveLength(3);
    expect(read(message)).toContain('Also this week’s topics for: 🔬 Research Track.');
    const later = { tracks: ['engineering', 'research'], topicsPerWeek: 4 };
    expect(read(channelDigest(testCurriculum, later, 0))).toContain(
      'Also on this track this week, see above: What AI safety is, Risk models and Reading papers.',
    );
  });

  it('is cancelled with a reason where its tracks are gone', () => {
    const schedule = { tracks: ['systems'], topicsPerWeek: 2, startsOn: '2026-11-23' };
    expect(composeChannelDigest(testCurriculum, schedule, '2026-11-23T09:00')).toEqual({
      cancelled: 'None of its tracks (systems) is in the curriculum any more.',
    });
  });
});

describe('a personal message', () => {
  let db: Db;
  let community: Community;
  const learner = async (change = {}, name = 'Ada', curriculum: Curriculum = testCurriculum) =>
    learnerOf(db, curriculum, await joinAs(db, community, name, monday, change));
  const mark = (member: Member, state: 'done' | 'started' | 'skipped', ids: string[], at: Date) =>
    setTopicState(
      db,
      { community, member },
      state,
      ids.map(id => ({ id, points: 10 })),
      at,
    );

  beforeEach(async () => {
    db = await openTestDb();
    community = await demoCommunity(db, monday);
  });

  it('greets by name and brings topics that fit the hours, one next step, and how to change how often they come', async () => {
    const message = personalDigest(testCurriculum, await learner({ weeklyHours: 4 }));
    const text = read(message);
    expect(text).toContain('YOUR WEEK: ⚙️ ENGINEERING TRACK');
    expect(text).toContain('Hi Ada, here are 2 topics for this week: about 2.5 h of your 4 h.');
    expect(text).toContain('Engineering Track: ░░░░░░░░░░ 0 of 8 topics (0 %)');
    expect(text).toContain('Next step: open What AI safety is and read its first page.');
    expect(text).toContain('Your messages are set to come every week. To change that, press a button');
    expect(actionsOf(message)).toEqual(
      expect.arrayContaining(['settings/frequency/fortnightly', 'settings/frequency/off']),
    );
    expect(actionsOf(message)).not.toContain('settings/frequency/weekly');
    expect(text).not.toMatch(REPROACH);
    expect(message.accent).toBe('#f59e0b');
    expect(text.match(/Next step/g)).toHaveLength(1);
  });

  it('never asks for more hours than the member has, unless one topic alone takes more', async () => {
    const { member } = await learner();
    const ids = [...testCurriculum.topics.keys()];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.subarray(ids), async (weeklyHours, done) => {
        const progress = new Map(
          done.map(topicId => [topicId, { topicId, state: 'done' as const, startedAt: null, changedAt: monday }]),
        );
        const { nextTopics, topicsOf } = await import('../../src/curriculum/graph.ts');
        const own = { ...member, weeklyHours };
        const sets = { done: new Set(done), skipped: new Set<string>() };
        const next = nextTopics(testCurriculum, own, { ...sets, hours: weeklyHours });
        const message = personalDigest(testCurriculum, {
          member: own,
          progress,
          ...sets,
          topics: topicsOf(testCurriculum, own),
          next,
        });
        const shown = actionsOf(message)
          .filter(id => id.startsWith('topics/read/'))
          .map(id => testCurriculum.topics.get(id.slice('topics/read/'.length)));
        const hours = shown.reduce((sum, topic) => sum + (topic?.hours ?? 0), 0);
        expect(shown.length <= 1 || hours <= weeklyHours).toBe(true);
        if (next.length > 0) expect(shown.length).toBeGreaterThan(0);
        expect(read(message)).not.toMatch(REPROACH);
      }),
      { numRuns: 100 },
    );
  });

  it('spreads a topic that is larger than the week over several', async () => {
    const { member } = await learner({ weeklyHours: 2 });
    await mark(member, 'done', ['what-is-safety', 'risk-models', 'reading-papers', 'testing'], monday);
    const text = read(personalDigest(testCurriculum, await learnerOf(db, testCurriculum, member)));
    expect(text).toContain(
      'Hi Ada, this one topic takes about 3 h. At your 2 h a week that is 2 weeks, in pieces as you like.',
    );
  });

  it('can be stopped by who left onboarding half way and gets it all the same', async () => {
    const message = personalDigest(testCurriculum, await learner({ onboardingStep: 'zone' }));
    expect(actionsOf(message)).toContain('settings/frequency/off');
    expect(read(message)).toContain('set to come every week; they wait while you are at /onboard, a day at most.');
    expect(read(message)).not.toContain('begin');
  });

  it('marks what is recommended for the member’s role', async () => {
    const { member } = await learner({ roles: ['security_engineer'], weeklyHours: 10 });
    await mark(member, 'done', ['what-is-safety', 'risk-models', 'reading-papers', 'testing', 'observability'], monday);
    const text = read(personalDigest(testCurriculum, await learnerOf(db, testCurriculum, member)));
    expect(text).toContain('🔐 Security · 3 h · ⭐ Recommended for your role');
  });

  it('mentions what is still open from last week without a word of reproach', async () => {
    const { member } = await learner();
    const schedule = await mondayDigest(db, community, new Date('2026-11-20T12:00:00Z'));
    await db.query.insert(db.tables.deliveries).values({
      key: `personal:${member.id}:2026-W48`,
      kind: 'digest',
      communityId: community.id,
      scheduleId: schedule.id,
      memberId: member.id,
      slot: '2026-11-23T09:00',
      dueAt: monday,
      state: 'sent',
      attempts: 1,
      notBefore: monday,
      firstSentAt: monday,
    });
    await mark(member, 'done', ['what-is-safety'], tuesday);
    const text = read(await composePersonalDigest(db, testCurriculum, member, nextMonday));
    expect(text).toContain('Still open from last week: Reading papers, whenever it suits you.');
    expect(text).not.toMatch(REPROACH);
    const first = read(await composePersonalDigest(db, testCurriculum, member, monday));
    expect(first).not.toContain('Still open');
  });

  it('goes on with what was started', async () => {
    const { member } = await learner();
    await mark(member, 'started', ['reading-papers'], tuesday);
    const text = read(await composePersonalDigest(db, testCurriculum, member, nextMonday));
    expect(text).toContain('You have begun: Reading papers, whenever it suits you.');
    expect(text).toContain('Next step: open Reading papers and read its first page.');
  });

  it('shows five topics at most and says where the others are', async () => {
    const message = personalDigest(testCurriculum, await learner({ weeklyHours: 40 }));
    expect(actionsOf(message).filter(id => id.startsWith('topics/read/'))).toHaveLength(3);
    const wide: Curriculum = {
      ...testCurriculum,
      topics: new Map([...testCurriculum.topics].map(([id, topic]) => [id, { ...topic, requires: [] }])),
    };
    const text = read(personalDigest(wide, await learner({ weeklyHours: 40 }, 'Bo', wide)));
    expect(text.match(/\[Read\]/g)).toHaveLength(5);
    expect(text).toContain('+3 more, see /next');
  });

  it('says so when everything is done, and where one could go', async () => {
    const { member, topics } = await learner();
    await mark(
      member,
      'done',
      topics.map(({ id }) => id),
      monday,
    );
    const text = read(personalDigest(testCurriculum, await learnerOf(db, testCurriculum, member)));
    expect(text).toContain('you have done all 8 topics of the ⚙️ Engineering Track');
    expect(text).toContain('/track list');
    expect(text).toContain('8 of 8 topics (100 %)');
    expect(text).toContain('To change that');
  });

  it('has an answer where all that is left was set aside', async () => {
    const { member, topics } = await learner();
    await mark(
      member,
      'skipped',
      topics.map(({ id }) => id),
      monday,
    );
    const text = read(personalDigest(testCurriculum, await learnerOf(db, testCurriculum, member)));
    expect(text).toContain('/topics list');
    expect(text).not.toContain('you have done all');
  });

  it.each(['digest', 1, 2, 3] as const)(
    '(%s) shows a hostile name as it is, and nothing of it takes effect',
    async kind => {
      const own = await learner({}, HOSTILE);
      const message = kind === 'digest' ? personalDigest(testCurriculum, own) : nudge(testCurriculum, own, kind);
      expect(read(message)).toContain('Hi **Ada** # [free](https://evil.example) <!channel> @everyone `x`,');
      const markdown = message.blocks.flatMap(block => (block.type === 'text' ? [block.text] : [])).join('\n');
      expect(markdown).not.toContain('](https://evil');
    },
  );

  it.each([1, 2] as const)('nudge %i is short: one small step, and how to pause or stop', async number => {
    const message = nudge(testCurriculum, await learner(), number);
    const text = read(message);
    expect(text).toContain('What AI safety is takes about 1 h, and its first page only a few minutes.');
    expect(titlesIn(message)).toEqual(['What AI safety is']);
    expect(text).toContain('/settings pause');
    expect(actionsOf(message)).toEqual(
      expect.arrayContaining(['settings/frequency/off', 'topics/read/what-is-safety']),
    );
    expect(text).not.toMatch(REPROACH);
    expect(text.length).toBeLessThan(700);
  });

  it('nudge 3 says that messages rest from now on and how to resume', async () => {
    const message = nudge(testCurriculum, await learner(), 3);
    const text = read(message);
    expect(text).toContain('YOUR MESSAGES REST FROM NOW ON');
    expect(text).toContain('press Resume or send /settings resume');
    expect(actionsOf(message)).toEqual(['settings/resume/']);
    expect(text).not.toMatch(REPROACH);
  });
});

describeOnBothDatabases('a leaderboard post', open => {
  let db: Db;
  let community: Community;
  const friday = new Date('2026-11-27T16:00:00Z');
  const post = async (at = friday): Promise<string> => {
    const composed = await composeLeaderboard(db, community, at);
    return 'message' in composed ? toPlainText(composed.message) : composed.cancelled;
  };
  const earn = async (name: string, points: number, listed: boolean | null, at = tuesday) => {
    const member = await joinAs(db, community, name, monday);
    if (listed !== null) await updateMember(db, member.id, { listed });
    await setTopicState(db, { community, member }, 'done', [{ id: 'testing', points }], at);
    return member;
  };

  beforeEach(async () => {
    db = await open();
    community = await demoCommunity(db, monday);
  });

  it('shares places, names only those who said yes, and counts all', async () => {
    await earn('Ada', 30, true);
    await earn('Bo', 20, true);
    await earn('Secret Cy', 20, false);
    await earn('Shy Di', 10, null);
    const text = await post();
    expect(text).toContain('🏆 LEADERBOARD, WEEK OF MON 23 NOV');
    expect(text).toMatch(/🥇 1 {2}Ada +30/);
    expect(text).toMatch(/🥈 2 {2}Bo +20/);
    expect(text).toMatch(/🥈 2 {2}A member +20/);
    expect(text).toMatch(/ 4 {2}A member +10/);
    expect(text).toContain('Together: 4 members, 80 points.');
    expect(text).toContain('/settings');
    expect(text).not.toMatch(/Cy|Di/);
  });

  it('shows ten and counts the others', async () => {
    for (let at = 0; at < 12; at += 1) await earn(`m${at}`, 10 + at, true);
    const text = await post();
    expect(text).toContain('And 2 more members. Together: 12 members');
    expect(text).not.toMatch(/m0 |m1 /);
  });

  it('is about the week before when it is posted on a Monday or Tuesday', async () => {
    await earn('Ada', 30, true);
    expect(await post(nextMonday)).toMatch(/WEEK OF MON 23 NOV[\s\S]*Ada/);
    expect(await post(new Date('2026-12-04T16:00:00Z'))).toContain('WEEK OF MON 30 NOV');
  });

  it('invites where nobody is on it', async () => {
    expect(await post()).toContain('Nobody was on this week’s board.');
  });

  it('shows a name as one plain line', async () => {
    await earn('Ad\u202ea\nLovelace\u0007', 30, true);
    expect(await post()).toMatch(/1 {2}Ad a Lovelace +30/);
  });

  it('is cancelled where points are off, and leaves out who switched theirs off', async () => {
    const ada = await earn('Ada', 30, true);
    await updateEnrolment(db, community, ada, { pointsOn: false }, tuesday);
    expect(await post()).toContain('Nobody was on this week');
    community = { ...community, pointsOn: false };
    expect(await post()).toBe('Points and leaderboards are switched off in this community.');
  });
});
