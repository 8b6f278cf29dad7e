import { beforeEach, describe, expect, it } from 'vitest';
import { type TestApp, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

describe('/leaderboard', () => {
  let test: TestApp;
  const ORDER = [...testCurriculum.topics.keys()].filter(id => id !== 'history');
  /** A member with 10 points for each of `topics` general or track topics, whose name may be shown unless told. */
  const join = async (name: string, topics: number, { listed = true, track = 'engineering' } = {}) => {
    const member = test.as(name);
    await member.type(`/track select ${track}`);
    if (listed) await member.type('/settings leaderboard yes');
    const done = ORDER.slice(0, topics).join(', ');
    if (topics > 0) await member.type(`/done ${done}`);
    return member;
  };
  const tableOf = (said: string, title: string): string[] =>
    (said.split(`${title}\n\n`)[1] ?? '').split('\n\n')[0]?.split('\n').slice(1) ?? [];
  const namesIn = (rows: string[]): string[] => rows.map(row => /\d\s{2,}(.*?)\s{2,}\d+$/.exec(row)?.[1] ?? row);

  beforeEach(async () => {
    test = await testApp();
  });

  it('says so where nobody is on it yet', async () => {
    expect(await test.as('ada').type('/leaderboard')).toContain('Nobody is on this board yet.');
  });

  it('opens on the member’s own place with three neighbours on either side, and the top beside it', async () => {
    for (let at = 1; at <= 5; at += 1) await join(`general-${at}`, at);
    const ada = await join('ada', 2);
    for (const name of ['low-1', 'low-2', 'low-3', 'low-4']) await join(name, 1);
    const said = await ada.type('/leaderboard all');
    const own = namesIn(tableOf(said, 'Your place'));
    expect(own).toEqual(['general-5', 'general-4', 'general-3', 'ada (you)', 'general-2', 'low-4', 'low-3']);
    expect(said).toContain('Everybody');
    expect(said).toMatch(/10 members, \d+ points together\./);
  });

  it('shows only as many neighbours as there are, and nobody twice where they are everybody', async () => {
    await join('first', 3);
    const ada = await join('ada', 2);
    const last = await join('last', 1);
    const said = await ada.type('/leaderboard');
    expect(namesIn(tableOf(said, 'Your place'))).toEqual(['first', 'ada (you)', 'last']);
    expect(said).not.toContain('Everybody');
    expect(said.match(/first/g)).toHaveLength(1);
    await last.type('/settings points off');
    expect(namesIn(tableOf(await last.type('/leaderboard'), 'Everybody'))).toEqual(['first', 'ada']);
  });

  it('shows the top ten of more than ten members, and the own place far below them', async () => {
    for (let at = 0; at < 12; at += 1) await join(`strong-${at}`, 2);
    const ada = await join('ada', 1);
    const said = await ada.type('/leaderboard');
    expect(said).toContain('Top 10');
    expect(tableOf(said, 'Top 10')).toHaveLength(10);
    expect(said).toMatch(/13 {2}ada \(you\)/);
    expect(tableOf(said, 'Top 10').join()).not.toContain('ada');
  });

  it('gives members with the same points the same place', async () => {
    await join('one', 2);
    await join('two', 2);
    const ada = await join('ada', 1);
    const places = tableOf(await ada.type('/leaderboard'), 'Your place').map(row => /(\d+) {2}\w/.exec(row)?.[1]);
    expect(places).toEqual(['1', '1', '3']);
  });

  it('never names somebody else who has not said yes: not in the top, not as a neighbour', async () => {
    await join('Shy Sheila', 3, { listed: false });
    const ada = await join('ada', 2);
    await join('Quiet Quentin', 1, { listed: false });
    for (const command of [
      '/leaderboard',
      '/leaderboard month',
      '/leaderboard all',
      '/leaderboard track:engineering',
    ]) {
      const said = await ada.type(command);
      expect(said).not.toMatch(/Sheila|Quentin/);
      expect(namesIn(tableOf(said, 'Your place'))).toEqual(['A member', 'ada (you)', 'A member']);
      expect(said).toContain('3 members');
    }
    await test.as('Shy Sheila').type('/settings leaderboard yes');
    expect(await ada.type('/leaderboard')).toContain('Shy Sheila');
    await test.as('Shy Sheila').type('/settings leaderboard no');
    expect(await ada.type('/leaderboard')).not.toContain('Shy Sheila');
  });

  it('tells an unlisted member which row is theirs, and that only they see it', async () => {
    const ada = await join('ada', 1, { listed: false });
    const said = await ada.type('/leaderboard');
    expect(said).toContain('A member (you)');
    expect(said).toContain('Only you see that this is you');
  });

  it('is for the week, the month or all time', async () => {
    const ada = await join('ada', 1);
    test.setNow('2026-11-30T09:00:00Z');
    expect(await ada.type('/leaderboard')).toContain('Nobody is on this board yet.');
    expect(await ada.type('/leaderboard month')).toContain('THIS MONTH');
    expect(await ada.type('/leaderboard month')).toContain('1 member, 10 points together.');
    test.setNow('2026-12-01T09:00:00Z');
    expect(await ada.type('/leaderboard month')).toContain('Nobody is on this board yet.');
    expect(await ada.type('/leaderboard all')).toContain('1 member, 10 points together.');
  });

  it('is for one track or one role', async () => {
    const ada = await join('ada', 2);
    await ada.type('/roles select platform_engineer');
    await join('rob', 1, { track: 'research' });
    expect(await ada.type('/leaderboard track:research')).toContain('1 member, 10 points together.');
    expect(await ada.type('/leaderboard track:research')).toContain('You are not on this board yet');
    expect(await ada.type('/leaderboard role:platform_engineer')).toContain('THIS WEEK: PLATFORM ENGINEER');
    expect(await ada.type('/leaderboard role:platform_engineer')).toContain('1 member, 20 points together.');
    expect(await ada.type('/leaderboard track:research role:platform_engineer')).toContain('Leave one of them out.');
  });

  it('counts a member with points off nowhere, and brings them back with what they had', async () => {
    const ada = await join('ada', 2);
    const bob = await join('bob', 1);
    await bob.type('/settings points off');
    expect(await ada.type('/leaderboard')).toContain('1 member, 20 points together.');
    expect(await bob.type('/leaderboard')).toContain(
      'You have switched points off for yourself, so you are on no board.',
    );
    await bob.type('/done reading-papers');
    expect(await ada.type('/leaderboard')).not.toContain('bob');
    await bob.type('/settings points on');
    expect(await ada.type('/leaderboard')).toContain('2 members, 40 points together.');
  });

  it('is off where the community switched points off, and whole again afterwards', async () => {
    const ada = await join('ada', 2);
    const olga = test.as('olga', { organiser: true });
    await olga.type('/settings community-points off');
    expect(await ada.type('/leaderboard')).toContain('switched off in this community');
    await ada.type('/done reading-papers');
    await olga.type('/settings community-points on');
    expect(await ada.type('/leaderboard')).toContain('1 member, 30 points together.');
  });

  it('counts once what was pressed twice at once, and takes back what was undone', async () => {
    const ada = await join('ada', 0);
    await Promise.all([ada.press('done/done/testing'), test.as('ada').press('done/done/testing')]);
    expect(await ada.type('/leaderboard')).toContain('1 member, 10 points together.');
    await ada.type('/undo testing');
    expect(await ada.type('/leaderboard')).toContain('Nobody is on this board yet.');
  });

  it('keeps the points for a topic that was removed', async () => {
    const ada = await join('ada', 2);
    test.setCurriculum({ ...testCurriculum, topics: new Map() });
    expect(await ada.type('/leaderboard')).toContain('1 member, 20 points together.');
  });

  it('shows nothing of another community', async () => {
    await join('ada', 2);
    const caller = { platform: 'web', communityName: 'Other', memberId: 'eve', name: 'eve', organiser: false } as const;
    const answer = await test.app.handle({
      caller: { ...caller, communityId: 'other' },
      type: 'text',
      text: '/leaderboard all',
    });
    expect(JSON.stringify(answer)).toContain('Nobody is on this board yet.');
  });

  it('answers an unknown period, track or role with the nearest', async () => {
    const ada = test.as('ada');
    expect(await ada.type('/leaderboard weak')).toContain('Did you mean This week (week)?');
    expect(await ada.type('/leaderboard track:reserch')).toContain('Did you mean 🔬 Research Track (research)?');
    expect(await ada.type('/leaderboard role:platform')).toContain('Did you mean Platform Engineer?');
  });
});
