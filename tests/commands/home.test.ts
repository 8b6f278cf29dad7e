import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { visibleTopics } from '../../src/curriculum/graph.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { renderMessage } from '../../src/discord/render.ts';
import { messageViolations } from '../../src/discord/validate.ts';
import { toPlainText } from '../../src/message.ts';
import { renderHome } from '../../src/slack/render-view.ts';
import { viewViolations } from '../../src/slack/validate.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

/** The lines below the heading `title`, up to the next part of the page. */
const partOf = (page: string, title: string): string =>
  page.split(`\n\n${title}\n\n`)[1]?.split('\n\nSettings:')[0] ?? '';

const idsOf = (curriculum: Curriculum, track: string | null): string[] =>
  visibleTopics(curriculum, track).map(({ id }) => id);

describe('/home', () => {
  let test: TestApp;
  let ada: TestMember;
  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
  });

  it('invites a new member to set up, and shows what there is for everybody', async () => {
    const said = await ada.type('/home');
    expect(ada.lastMessage.private).toBe(true);
    expect(said).toContain('You have not picked a track yet');
    expect(said).toContain('Track: none yet\nRoles: none\nPace: 4 h a week');
    expect(said).toContain('General topics: ░░░░░░░░░░ 0 of 3 topics (0 %)');
    expect(partOf(said, 'This week')).toContain('What AI safety is');
    expect(said).not.toContain('[Pause]');
    expect(await ada.press('Set me up')).toContain('STEP 1 OF 6');
  });

  it('shows a member in the middle of their path where they stand', async () => {
    await ada.type('/track select engineering');
    await ada.type('/roles select platform_engineer');
    await ada.type('/done what-is-safety, testing, observability');
    const said = await ada.type('/home');
    expect(said).toContain('Track: ⚙️ Engineering Track\nRoles: Platform Engineer\nPace: 4 h a week');
    expect(said).toContain('Still to do: 13.5 h, about 4 weeks at your pace');
    expect(said).toContain('Next landmark: 🌱 Foundation, 3 of 5 topics');
    expect(said).toContain('Engineering Track: ████░░░░░░ 3 of 7 topics (42 %)');
    expect(said).toContain('🌱 Foundation: ██████░░░░ 3 of 5 topics (60 %)');
    expect(said).toContain('🛠️ Intermediate: ░░░░░░░░░░ 0 of 2 topics (0 %)');
    expect(said).toContain('Points: 30\nStreak: 1 week in a row');
  });

  it('has the same topics as /next, each to be read, started and marked done', async () => {
    const topics = new Map([...testCurriculum.topics].map(([id, topic]) => [id, { ...topic, requires: [], hours: 1 }]));
    test.setCurriculum({ ...testCurriculum, topics });
    await ada.type('/track select engineering');
    await ada.type('/settings pace 7');
    const titles = (page: string) => [...topics.values()].filter(({ title }) => page.includes(`${title} matters`));
    const next = titles(await ada.type('/next'));
    const week = partOf(await ada.type('/home'), 'This week');
    expect(titles(week)).toEqual(next);
    expect(next).toHaveLength(5);
    expect(week).toContain('7 topics, 7 h, for your 7 h a week (All settings changes that)');
    expect(week.match(/\[Read\] \[Start\] \[Done\]/g)).toHaveLength(5);
    expect(week).toContain('+2 more, see All topics');
  });

  it('follows what is done with its buttons', async () => {
    await ada.type('/track select engineering');
    await ada.type('/home');
    await ada.press('done/done/what-is-safety');
    const said = await ada.press('home/show/');
    expect(said).toContain('Engineering Track: █░░░░░░░░░ 1 of 8 topics');
    expect(partOf(said, 'This week')).not.toContain('What AI safety is matters');
    await ada.press('start/start/risk-models');
    expect(await ada.press('home/show/')).toContain('▶️ started');
  });

  it('names the tier after one that is complete as the next landmark', async () => {
    await ada.type('/track select engineering');
    await ada.type('/done what-is-safety, risk-models, reading-papers, testing, observability');
    expect(await ada.type('/home')).toContain('Next landmark: 🛠️ Intermediate, 0 of 3 topics');
  });

  it('names the milestone that comes next on a track with milestones, and the tier once all are reached', async () => {
    const milestones = new Map([
      [
        'engineering',
        [
          { id: 'a', title: 'Tester (2026)', capability: 'Finding faults', skills: ['testing'] },
          { id: 'b', title: 'Shipper (2027)', capability: 'Deploying', skills: ['deployment'] },
          { id: 'c', title: 'Unwritten (2028)', capability: 'More', skills: ['threat-modelling'] },
        ],
      ],
    ]);
    test.setCurriculum({ ...testCurriculum, milestones });
    await ada.type('/track select engineering');
    expect(await ada.type('/home')).toContain('Next landmark: Tester (2026) (Finding faults), 0 of 1 topic\n');
    await ada.type('/done testing');
    expect(await ada.type('/home')).toContain('Next landmark: Shipper (2027) (Deploying), 0 of 1 topic\n');
    await ada.type('/done deployment');
    expect(await ada.type('/home')).toContain('Next landmark: 🌱 Foundation, 1 of 5 topics');
  });

  it('congratulates who has done everything, and shows the way to other tracks', async () => {
    await ada.type('/track select research');
    await ada.type(`/done ${idsOf(testCurriculum, 'research').join(',')}`);
    const said = await ada.type('/home');
    expect(said).toContain('Still to do: nothing\nNext landmark: every tier is complete 🎉');
    expect(said).toContain('You have done every topic of your path. Change track shows where you could go from here.');
    expect(await ada.press('Change track')).toContain('[⚙️ Engineering Track]');
  });

  describe('of points', () => {
    it('shows the place only to who lets boards show their name, and offers that to the others', async () => {
      await test.as('bob').type('/done what-is-safety, reading-papers');
      await ada.type('/done what-is-safety');
      const said = await ada.type('/home');
      expect(said).toContain('Points: 10');
      expect(said).not.toContain('Place this week');
      expect(said).toContain('once it may show your name: Show my name.');
      await ada.press('Show my name');
      const shown = await ada.type('/home');
      expect(shown).toContain('Place this week: 2 of 2, with 10 points');
      expect(shown).not.toContain('[Show my name]');
      const board = await ada.press('Leaderboard');
      expect(board).toContain('THIS WEEK');
      expect(board).toMatch(/2 {2}ada \(you\) +10/);
    });

    it('shares a place with members of the same points, and has none before the first', async () => {
      await ada.type('/settings leaderboard yes');
      expect(await ada.type('/home')).toContain('Place this week: none yet; the first topic or quiz');
      await test.as('bob').type('/done what-is-safety');
      await ada.type('/done what-is-safety');
      expect(await ada.type('/home')).toContain('Place this week: 1 of 2, with 10 points');
      test.setNow('2026-11-30T09:00:00Z');
      expect(await ada.type('/home')).toContain('Place this week: none yet');
    });

    it('shows none to who switched them off, but how to have them back', async () => {
      await ada.type('/done what-is-safety');
      await ada.type('/settings leaderboard yes');
      await ada.type('/settings points off');
      const said = await ada.type('/home');
      expect(said).toContain('switched points and streaks off for yourself; All settings brings them back');
      expect(said).not.toMatch(/Points:|Streak:|Place|\[Show my name\]/);
    });

    it('says nothing of them where the community switched them off', async () => {
      await test.as('olga', { organiser: true }).type('/settings community-points off');
      await ada.type('/done what-is-safety');
      expect(await ada.type('/home')).not.toMatch(/point|streak|leaderboard/i);
    });
  });

  describe('of settings', () => {
    it('has them in a line, with what changes them', async () => {
      const berta = test.as('berta', { zone: 'Europe/Berlin' });
      await berta.type('/track select engineering');
      await berta.type('/settings messages fortnightly');
      expect(await berta.type('/home')).toContain(
        'Settings: Europe/Berlin · direct messages every two weeks · no pause',
      );
      const home = berta.lastReply;
      expect(await berta.press('All settings')).toContain('YOUR SETTINGS');
      expect(await berta.press('Change time zone', home)).toContain('City or zone');
    });

    it('shows until when somebody is on pause, and ends it', async () => {
      await ada.type('/track select engineering');
      await ada.type('/home');
      await ada.press('Pause');
      await ada.fill({ value: '2 weeks' });
      expect(await ada.type('/home')).toContain('on pause until Mon 7 Dec');
      await ada.press('End the pause');
      expect(await ada.type('/home')).toContain('no pause');
    });
  });

  it('changes track and roles by its buttons, and names no command that one of them stands for', async () => {
    const said = await ada.type('/home');
    const page = ada.lastReply;
    expect(said).not.toMatch(/\/\w/);
    await ada.press('Pick a track', page);
    await ada.press('🔬 Research Track');
    await ada.press('Roles', page);
    await ada.choose('platform_engineer');
    expect(await ada.type('/home')).toContain('Track: 🔬 Research Track\nRoles: Platform Engineer');
    await ada.press('Change track');
    await ada.press('⚙️ Engineering Track');
    expect(await ada.press('Change track')).toContain('YOU ARE ON ⚙️ ENGINEERING TRACK');
  });

  it('looks the same an hour later, so that nothing is published anew', async () => {
    await ada.type('/track select engineering');
    await ada.type('/done what-is-safety');
    const said = await ada.type('/home');
    test.setNow('2026-11-23T10:07:00Z');
    expect(await ada.type('/home')).toBe(said);
  });

  it('leads to all topics and to help, and /progress leads to it', async () => {
    const home = await ada.type('/home');
    const page = ada.lastReply;
    expect(await ada.press('All topics', page)).toContain('Topics for everybody'.toUpperCase());
    expect(await ada.press('Help', page)).toContain('WHAT MILEPOST CAN DO');
    await ada.type('/progress');
    expect(await ada.press('My plan')).toBe(home);
  });

  it('takes no words, and says how it is used', async () => {
    expect(await ada.type('/home sweet')).toContain('Usage: /home');
  });

  it('is whole on Discord and in Slack’s Home, with the real content, for every track at every stage', async () => {
    const curriculum = await loadCurriculum(join(import.meta.dirname, '../../content'));
    test.setCurriculum(curriculum);
    const check = async (member: TestMember): Promise<string> => {
      const said = await member.type('/home');
      const { message } = member.lastMessage;
      const { body, shortened } = renderMessage(message, { communityId: '1234567890123456789', marker: 2 ** 31 - 1 });
      expect([...messageViolations(body), ...shortened]).toEqual([]);
      const home = renderHome(message, {});
      expect(viewViolations(home)).toEqual([]);
      expect(JSON.stringify(home)).not.toMatch(/left out|shortened/);
      return said;
    };
    const roles = [...curriculum.roles.keys()].join(',');
    for (const track of [undefined, ...curriculum.tracks.keys()]) {
      const member = test.as(`member of ${track}`, { zone: 'America/Argentina/ComodRivadavia' });
      await member.type('/settings pace 40');
      if (track) await member.type(`/track select ${track}`);
      expect((await check(member)).match(/\[Done\]/g)).toHaveLength(5);
      await member.type(`/roles select ${roles}`);
      const topics = idsOf(curriculum, track ?? null);
      while (topics.length > 0) {
        await member.type(`/done ${topics.splice(0, 4).join(',')}`);
        await check(member);
      }
      expect(toPlainText(member.lastMessage.message)).toContain('You have done every topic of your path.');
    }
  });
});
