import { beforeEach, describe, expect, it } from 'vitest';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

const without = (id: string): Curriculum => {
  const topics = new Map(testCurriculum.topics);
  topics.delete(id);
  return { ...testCurriculum, topics };
};

describe('/topics', () => {
  let test: TestApp;
  let ada: TestMember;
  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
    await ada.type('/track select engineering');
  });

  describe('list', () => {
    it('shows the topics of the track by module, with where the member stands', async () => {
      await ada.type('/done what-is-safety');
      await ada.type('/start reading-papers');
      await ada.type('/skip testing');
      const said = await ada.type('/topics list');
      expect(said).toContain('⚙️ ENGINEERING TRACK');
      expect(said).toContain('🌱 Foundation · 🧭 General · 1 of 3 done');
      expect(said).toContain('- What AI safety is (✅ done, 1 h)');
      expect(said).toContain('- Risk models (⬜ open, 2 h)');
      expect(said).toContain('- Reading papers (▶️ started, 1.5 h)');
      expect(said).toContain('- A short history (⬜ open, 3 h, optional)');
      expect(said).toContain('- Testing (⏭️ skipped, 2 h)');
      expect(said).toContain('- Observability (🔒 locked, 3 h)');
      expect(said).not.toContain('Experiments');
    });

    it('shows one module by its title or id', async () => {
      for (const typed of ['engineering-basics', 'Engineering Basics']) {
        const said = await ada.type(`/topics list ${typed}`);
        expect(said).toContain('Observability');
        expect(said).not.toContain('Risk models');
      }
    });

    it('says so where the track has nothing in that module, and answers a misspelt one with the nearest', async () => {
      expect(await ada.type('/topics list research-basics')).toContain('no topic of your track in this module');
      expect(await ada.type('/topics list enginering-basics')).toContain('Did you mean Engineering Basics?');
    });

    it('opens a topic from its menu', async () => {
      await ada.type('/topics list');
      expect(await ada.choose('observability')).toContain('OBSERVABILITY');
    });
  });

  describe('show', () => {
    it('opens the first page of a topic by title or id, with its prerequisites done or locked', async () => {
      for (const typed of ['deployment', 'Deployment', 'DEPLOYMENT']) {
        const said = await ada.type(`/topics show ${typed}`);
        expect(said).toContain('Page 1 of 4: Overview · 🔒 locked');
        expect(said).toContain('🔒 locked until done: Observability');
        expect(said).toContain('Skills: Deploys without surprises');
        expect(said).toContain('⚙️ Engineering Track · 🛠️ Intermediate · 🏗️ Platform · 4 h');
      }
      await ada.type('/done testing, observability');
      expect(await ada.type('/topics show deployment')).toContain('✅ done: Observability');
    });

    it('is read page by page, forth and back, to the quiz', async () => {
      await ada.type('/topics show testing');
      expect(await ada.press('The idea ›')).toContain('Testing in one paragraph.');
      expect(ada.lastMessage.replace).toBe(true);
      expect(await ada.press('Exercise ›')).toContain('Try it out on paper.');
      const last = await ada.press('Resources ›');
      expect(last).toContain('Reading on Testing (https://example.org/testing) (article, 20 min, intro)');
      expect(last).toContain('[‹ Back] [Take the quiz]');
      expect(await ada.press('‹ Back')).toContain('Page 3 of 4');
    });

    it('stays within its pages, whatever a button says', async () => {
      for (const [page, shown] of [
        ['99', 4],
        ['-3', 1],
        ['x', 1],
        ['', 1],
        ['1e9', 2],
      ] as const)
        expect(await ada.press(`topics/page/testing:${page}`)).toContain(`Page ${shown} of 4`);
    });

    it('says whose topic it is where the member’s track does not show it', async () => {
      expect(await ada.type('/topics show experiments')).toContain('“Experiments” belongs to the Research Track');
      expect(await ada.press('topics/read/experiments')).toContain('/track select research shows what a change');
    });

    it('answers a misspelt topic with the nearest', async () => {
      expect(await ada.type('/topics show observabilty')).toContain('Did you mean Observability');
    });

    it('says that a removed topic is not there, also to its old buttons', async () => {
      await ada.type('/topics show testing');
      const old = ada.lastReply;
      test.setCurriculum(without('testing'));
      for (const label of ['The idea ›', 'Start', 'Done', 'Not for me'])
        expect(await ada.press(label, old)).toContain('There is no topic “testing” any more');
    });
  });

  describe('search', () => {
    it('finds topics by a word of title, section or skill', async () => {
      expect(await ada.type('/topics search observ')).toContain('Observability');
      expect(await ada.type('/topics search surprises')).toContain('Deployment');
      expect(await ada.type('/topics search the idea')).toMatch(/\d+ topics for “the idea”/);
    });

    it('finds only what the track shows', async () => {
      expect(await ada.type('/topics search statistics')).not.toContain('- Statistics');
    });

    it('says what was looked for where nothing is found, and what to try', async () => {
      expect(await ada.type('/topics search xylophone')).toContain(
        'No topic of your track has “xylophone” in its title, sections or skills. Try a shorter word, or /topics list.',
      );
    });
  });

  it('suggests topics of the track as one types', async () => {
    const labels = (await ada.suggest('topics', 'show', 'topic', 'dep')).map(({ label }) => label);
    expect(labels[0]).toBe('Deployment');
    expect(labels).not.toContain('Experiments');
  });
});
