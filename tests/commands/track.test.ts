import { beforeEach, describe, expect, it } from 'vitest';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

const withoutTrack = (id: string): Curriculum => {
  const tracks = new Map(testCurriculum.tracks);
  tracks.delete(id);
  return { ...testCurriculum, tracks };
};

describe('/track', () => {
  let test: TestApp;
  let ada: TestMember;
  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
  });

  it('puts a member on their first track at once, with what it means for them', async () => {
    const said = await ada.type('/track select engineering');
    expect(said).toContain('YOU ARE ON ⚙️ ENGINEERING TRACK');
    expect(said).toContain('0 of 8 topics');
    expect(said).toContain('22.5 h to go; at 4 h a week that is about 6 weeks.');
    expect(ada.lastMessage.message.accent).toBe('#f59e0b');
    expect(ada.lastMessage.private).toBe(true);
    expect(await ada.press('Show what is next')).toContain('WHAT IS NEXT');
  });

  it('answers a misspelt track with the nearest, and changes nothing', async () => {
    expect(await ada.type('/track select enginering')).toContain('Did you mean ⚙️ Engineering Track (engineering)?');
    expect(await ada.type('/track show')).toContain('NO TRACK YET');
  });

  it('shows before a change what carries over, what is new, what is left behind and the hours left', async () => {
    await ada.type('/track select engineering');
    await ada.type('/done what-is-safety, testing');
    const said = await ada.type('/track select research');
    expect(said).toContain('FROM ⚙️ ENGINEERING TRACK TO 🔬 RESEARCH TRACK?');
    expect(said).toContain('Carries over: 1 topic done');
    expect(said).toContain('New: 3 topics');
    expect(said).toContain('Left behind: 5 topics (what you did there is kept)');
    expect(said).toContain('Still to do: 5 topics, 14.5 h');
    expect(said).toContain('New: Experiments, Statistics, Interpretability');
    expect(await ada.type('/track show')).toContain('⚙️ ENGINEERING TRACK');
  });

  it('changes only when the change is confirmed, and keeps what was done for the way back', async () => {
    await ada.type('/track select engineering');
    await ada.type('/done what-is-safety, testing');
    await ada.type('/track select research');
    expect(await ada.press('Change track')).toContain('1 of 6 topics');
    await ada.type('/track select engineering');
    expect(await ada.press('Change track')).toContain('2 of 8 topics');
  });

  it('stays where it is when the member says so', async () => {
    await ada.type('/track select engineering');
    await ada.type('/track select research');
    expect(await ada.press('Stay')).toContain('⚙️ ENGINEERING TRACK');
  });

  it('shows the track that a member is on already instead of asking', async () => {
    await ada.type('/track select engineering');
    expect(await ada.type('/track select engineering')).toContain('Pace: 4 h a week');
  });

  it('lists every track with its size, what is done of it, and a button for each other one', async () => {
    await ada.type('/track select engineering');
    await ada.type('/roles select platform_engineer');
    await ada.type('/done what-is-safety');
    const said = await ada.type('/track list');
    expect(said).toContain('⚙️ Engineering Track (yours)');
    expect(said).toContain('8 topics; 7 with your roles, 1 done');
    expect(said).toContain('[🧭 General] [🔬 Research Track]');
    expect(await ada.press('🔬 Research Track')).toContain('FROM ⚙️ ENGINEERING TRACK TO 🔬 RESEARCH TRACK?');
  });

  it('enters a track once when the button is pressed twice at once', async () => {
    await ada.type('/track select engineering');
    await ada.type('/done what-is-safety');
    await ada.type('/track select research');
    const question = ada.lastReply;
    const both = await Promise.all([
      ada.press('Change track', question),
      test.as('ada').press('Change track', question),
    ]);
    for (const said of both) expect(said).toContain('YOU ARE ON 🔬 RESEARCH TRACK');
    expect(await ada.type('/leaderboard track:research')).toContain('1 member, 10 points together');
    expect(await ada.type('/leaderboard track:engineering')).toContain('Nobody is on this board yet');
  });

  it('goes on working where the member’s track has left the curriculum', async () => {
    await ada.type('/track select engineering');
    await ada.type('/done testing, what-is-safety');
    test.setCurriculum(withoutTrack('engineering'));
    for (const command of [
      '/track show',
      '/track list',
      '/next',
      '/progress',
      '/digest',
      '/topics list',
      '/leaderboard',
    ])
      expect(await ada.type(command)).not.toMatch(/undefined|NaN/);
    expect(await ada.type('/track select research')).toContain('1 topic done');
    expect(await ada.press('Change track')).toContain('1 of 6 topics');
  });
});
