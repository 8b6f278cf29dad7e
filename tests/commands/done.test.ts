import { beforeEach, describe, expect, it } from 'vitest';
import { ledgerOf } from '../../src/storage/progress.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

describe('/done', () => {
  let test: TestApp;
  let ada: TestMember;
  const ledger = async () =>
    (await ledgerOf(test.db, 1)).map(({ topicId, kind, points }) => `${kind} ${topicId} ${points}`);

  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
    await ada.type('/track select engineering');
  });

  it('marks a topic with its points, shows the bar, what is open now, and what is next', async () => {
    const said = await ada.type('/done what-is-safety');
    expect(said).toContain('1 topic done');
    expect(said).toContain('✅ What AI safety is (+10 points)');
    expect(said).toContain('Now open: Risk models');
    expect(said).toContain('1 of 8 topics (12 %)');
    expect(said).toContain('Next: Risk models');
    expect(await ledger()).toEqual(['done what-is-safety 10']);
  });

  it.each([
    'what-is-safety, reading-papers, testing',
    'what-is-safety reading-papers testing',
    'What AI safety is, Reading papers, Testing',
    'what-is-safety,what-is-safety,reading-papers,,testing,',
  ])('marks several topics at once, each once: %s', async typed => {
    const said = await ada.type(`/done ${typed}`);
    expect(said).toContain('3 topics done');
    expect((await ledger()).sort()).toEqual(['done reading-papers 10', 'done testing 10', 'done what-is-safety 10']);
  });

  it('gives points by tier', async () => {
    expect(await ada.type('/done deployment')).toContain('(+20 points)');
  });

  it('says what a topic builds on where that is still open', async () => {
    expect(await ada.type('/done deployment')).toContain('it builds on Observability, still open');
  });

  it('changes nothing at all where one of several topics is unknown', async () => {
    const said = await ada.type('/done what-is-safety, tsting, reading-papers');
    expect(said).toContain('There is no topic “tsting”. Did you mean Testing');
    expect(await ledger()).toEqual([]);
    expect(await ada.type('/progress')).toContain('0 of 8 topics');
  });

  it('changes nothing at all where one of several topics belongs to another track', async () => {
    expect(await ada.type('/done what-is-safety, experiments')).toContain(
      '“Experiments” belongs to the Research Track',
    );
    expect(await ledger()).toEqual([]);
  });

  it('counts a topic once, however often it is marked', async () => {
    await ada.type('/done testing');
    expect(await ada.type('/done testing')).toContain('was done already, so nothing changed');
    expect(await ledger()).toHaveLength(1);
  });

  it('counts a topic once when two presses arrive at once, and tells one of them so', async () => {
    await ada.type('/next');
    const card = ada.lastReply;
    const both = await Promise.all([ada.press('Done', card), test.as('ada').press('Done', card)]);
    expect(both.filter(said => said.includes('1 topic done'))).toHaveLength(1);
    expect(both.filter(said => said.includes('was done already'))).toHaveLength(1);
    expect(await ledger()).toEqual(['done what-is-safety 10']);
  });

  it('counts each topic once when the same several topics are typed twice at once', async () => {
    await Promise.all([
      ada.type('/done testing, what-is-safety'),
      test.as('ada').type('/done what-is-safety, testing'),
    ]);
    expect((await ledger()).sort()).toEqual(['done testing 10', 'done what-is-safety 10']);
  });

  it('offers the quiz and the way back', async () => {
    expect(await ada.type('/done testing')).toContain('[Take the quiz] [Undo]\n\nNext: ');
    expect(await ada.press('Undo')).toContain('“Testing” is no longer done; it is open again.');
  });

  it('offers to read the next topic, there and then', async () => {
    expect(await ada.type('/done what-is-safety')).toContain('Next: Risk models\n\n[Read] [Show what is next]');
    expect(await ada.press('Read')).toMatch(/^RISK MODELS\n\nPage 1 of /);
  });

  it('says that a topic is not there any more, and keeps what was done of it', async () => {
    await ada.type('/done testing, what-is-safety');
    await ada.type('/next');
    const topics = new Map(testCurriculum.topics);
    topics.delete('testing');
    test.setCurriculum({ ...testCurriculum, topics });
    expect(await ada.press('done/done/testing')).toContain('There is no topic “testing” any more');
    expect(await ada.type('/progress')).toContain('Plus 1 topic done beyond this path');
    expect(await ada.type('/leaderboard')).toContain('20 points together');
    test.setCurriculum(testCurriculum);
    expect(await ada.type('/progress')).toContain('2 of 8 topics');
  });

  it('never marks another topic by the button of a removed one', async () => {
    await ada.type('/topics show testing');
    const old = ada.lastReply;
    const topics = new Map(testCurriculum.topics);
    const testing = topics.get('testing');
    if (!testing) throw new Error('no topic');
    topics.delete('testing');
    topics.set('testing-of-models', { ...testing, id: 'testing-of-models', title: 'Evaluations' });
    test.setCurriculum({ ...testCurriculum, topics });
    expect(await ada.press('Done', old)).toContain('There is no topic “testing” any more');
    expect(await ledger()).toEqual([]);
  });

  it('has no word of points where they are off', async () => {
    await ada.type('/settings points off');
    expect(await ada.type('/done testing')).not.toMatch(/point/i);
  });

  it('asks for a topic where only commas are typed', async () => {
    expect(await ada.type('/done ,')).not.toContain('Already done');
  });
});
