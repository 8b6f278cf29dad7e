import { beforeEach, describe, expect, it } from 'vitest';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

describe('/roles', () => {
  let test: TestApp;
  let ada: TestMember;
  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
    await ada.type('/track select engineering');
  });

  it('narrows the path down to what a role needs', async () => {
    const said = await ada.type('/roles select platform_engineer');
    expect(said).toContain('Your roles are now: Platform Engineer.');
    expect(said).toContain('Your path: 7 topics, 19.5 h to go');
    expect(await ada.type('/topics list')).toMatch(/For other roles[\s\S]*Threat modelling/);
  });

  it('takes several roles and counts a topic that they share once', async () => {
    const said = await ada.type('/roles select Platform Engineer, security_engineer');
    expect(said).toContain('Your path: 8 topics, 22.5 h to go');
    expect(said).toContain('a topic that several roles share counts once');
    await ada.type('/done testing');
    expect(await ada.type('/progress')).toMatch(
      /1 of 8 topics[\s\S]*🏗️ Platform: \S+ 1 of 7[\s\S]*🔐 Security: \S+ 1 of 8/,
    );
  });

  it('says one number of topics for a path', async () => {
    const said = await ada.type('/roles select platform_engineer, security_engineer');
    expect(said).toContain('Your path: 8 topics');
    expect(said).toContain('Together 8 topics (Platform Engineer: 7, Security Engineer: 8)');
  });

  it('marks the topics of a role as recommended', async () => {
    await ada.type('/roles select platform_engineer');
    await ada.type('/done what-is-safety, risk-models, reading-papers, testing, observability');
    const said = await ada.type('/next');
    expect(said).toContain('⭐ Recommended for your role');
    expect(said).toContain('🏗️ Platform');
  });

  it('replaces earlier roles, and none takes them all away', async () => {
    await ada.type('/roles select platform_engineer');
    expect(await ada.type('/roles select security_engineer')).toContain('Your roles are now: Security Engineer.');
    expect(await ada.type('/roles select none')).toContain('Your roles are now: none.');
    expect(await ada.type('/roles show')).toContain('No role chosen: you are sent every topic of your track.');
  });

  it('can be chosen from the menu, several or none', async () => {
    await ada.type('/roles show');
    expect(await ada.choose('platform_engineer', 'security_engineer')).toContain(
      'Platform Engineer, Security Engineer',
    );
    expect(ada.lastMessage.replace).toBe(true);
    expect(await ada.choose()).toContain('Your roles are now: none.');
  });

  it('answers a misspelt role with the nearest, and changes nothing', async () => {
    await ada.type('/roles select platform_engineer');
    expect(await ada.type('/roles select securty_engineer')).toContain('Did you mean Security Engineer?');
    expect(await ada.type('/roles select security_engineer, nonsense')).toContain('“nonsense” is no choice for roles');
    expect(await ada.type('/roles show')).toContain('Your path: 7 topics');
  });

  it('are asked for again where only a comma is typed', async () => {
    await ada.type('/roles select platform_engineer');
    await ada.type('/roles select ,');
    expect(await ada.type('/roles show')).toContain('Your path: 7 topics');
  });

  it('keeps one set of roles when two choices arrive at once', async () => {
    await ada.type('/roles show');
    const menu = { type: 'action', action: 'roles/select/' } as const;
    const caller = {
      platform: 'web',
      communityId: 'test',
      communityName: 'Test',
      memberId: 'ada',
      name: 'ada',
      organiser: false,
    } as const;
    await Promise.all([
      test.app.handle({ caller, ...menu, values: ['platform_engineer'] }),
      test.app.handle({ caller, ...menu, values: ['platform_engineer', 'security_engineer'] }),
    ]);
    expect(await ada.type('/roles show')).toMatch(/Platform Engineer/);
    await ada.type('/done testing');
    expect(await ada.type('/leaderboard role:platform_engineer')).toContain('1 member, 10 points together');
  });

  it('goes on working where a chosen role has left the roadmap', async () => {
    await ada.type('/roles select platform_engineer, security_engineer');
    const roles = new Map(testCurriculum.roles);
    roles.delete('platform_engineer');
    test.setCurriculum({ ...testCurriculum, roles });
    for (const command of ['/roles show', '/progress', '/next', '/track show', '/topics list', '/digest'])
      expect(await ada.type(command)).not.toMatch(/undefined|NaN/);
    expect(await ada.type('/roles select security_engineer')).toContain('Your roles are now: Security Engineer.');
  });
});
