import { beforeEach, describe, expect, it } from 'vitest';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

describe('/progress', () => {
  let test: TestApp;
  let ada: TestMember;
  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
    await ada.type('/track select engineering');
  });

  it('shows how far the member is: in all, by tier, by module and by role', async () => {
    await ada.type('/roles select platform_engineer');
    await ada.type('/done what-is-safety, testing, observability');
    const said = await ada.type('/progress');
    expect(said).toContain('Engineering Track: ████░░░░░░ 3 of 7 topics (42 %)');
    expect(said).toContain('Still to do: 13.5 h, about 4 weeks at your pace');
    expect(said).toContain('🌱 Foundation: ██████░░░░ 3 of 5 topics (60 %)');
    expect(said).toContain('🛠️ Intermediate: ░░░░░░░░░░ 0 of 2 topics (0 %)');
    expect(said).toContain('Engineering Basics: ██████████ 2 of 2 topics (100 %)');
    expect(said).toMatch(/By role\n\n🏗️ Platform: \S+ 3 of 7 topics/);
    expect(said).toContain('Points: 30');
    expect(ada.lastMessage.private).toBe(true);
  });

  it('names optional topics and those beyond the path next to the total, not in it', async () => {
    await ada.type('/done history, threats, testing');
    expect(await ada.type('/progress')).toContain('Plus 1 optional topic, outside the total.');
    await ada.type('/roles select platform_engineer');
    const said = await ada.type('/progress');
    expect(said).toContain('1 of 7 topics');
    expect(said).toContain('Plus 1 topic done beyond this path');
  });

  it('keeps a topic that somebody had done and that was removed out of the total, and its points', async () => {
    await ada.type('/done testing, what-is-safety');
    const topics = new Map(testCurriculum.topics);
    topics.delete('testing');
    test.setCurriculum({ ...testCurriculum, topics });
    const said = await ada.type('/progress');
    expect(said).toContain('1 of 7 topics');
    expect(said).toContain('Plus 1 topic done beyond this path');
    expect(said).toContain('Points: 20');
  });

  it('says why a streak is what it is, week by week', async () => {
    await ada.type('/done what-is-safety');
    test.setNow('2026-11-30T09:00:00Z');
    await ada.type('/done risk-models');
    test.setNow('2026-12-07T09:00:00Z');
    expect(await ada.type('/progress')).toContain(
      'Streak: 2 weeks in a row; one topic or quiz this week carries it on',
    );
    const why = await ada.press('Why this streak?');
    expect(why).toContain('Week of Mon 7 Dec: ⬜ this week, still open');
    expect(why).toContain('Week of Mon 30 Nov: ✅ something done');
    expect(why).toContain('Week of Mon 23 Nov: ✅ something done');
    expect(await ada.type('/progress streak')).toBe(why);
  });

  it('begins the streak anew after a missed week, and does not after a pause', async () => {
    await ada.type('/done what-is-safety');
    test.setNow('2026-12-07T09:00:00Z');
    await ada.type('/done risk-models');
    expect(await ada.type('/progress streak')).toContain('nothing done: here a streak ended');
    expect(await ada.type('/progress')).toContain('Streak: 1 week in a row');
    await ada.type('/settings pause 2 weeks');
    test.setNow('2026-12-21T09:00:00Z');
    await ada.type('/done reading-papers');
    expect(await ada.type('/progress streak')).toContain('⏸️ rested (you were on pause)');
    expect(await ada.type('/progress')).toContain('Streak: 2 weeks in a row');
  });

  it('has no points and no streak where the member switched them off, and says how to have them back', async () => {
    await ada.type('/done testing');
    await ada.press('progress/streak/');
    await ada.type('/settings points off');
    expect(await ada.type('/progress')).not.toMatch(/points|streak/i);
    expect(await ada.type('/progress streak')).toContain('Points and streaks are switched off here. /settings show');
    await ada.type('/settings points on');
    expect(await ada.type('/progress')).toContain('Points: 10');
  });

  it('has none where the community switched them off either', async () => {
    await test.as('olga', { organiser: true }).type('/settings community-points off');
    expect(await ada.type('/progress')).not.toMatch(/points|streak/i);
    expect(await ada.press('progress/streak/')).toContain('switched off here');
  });

  it('is given to somebody who has done nothing and picked nothing', async () => {
    const said = await test.as('eve').type('/progress');
    expect(said).toContain('General topics: ░░░░░░░░░░ 0 of 3 topics (0 %)');
    expect(said).toContain('Roles: none');
  });

  it('answers what it cannot show with what it can', async () => {
    expect(await ada.type('/progress streek')).toContain(
      'Did you mean Why my streak is what it is (streak)? You can choose from: Everything (all), ',
    );
  });
});
