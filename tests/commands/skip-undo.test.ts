import { beforeEach, describe, expect, it } from 'vitest';
import { ledgerOf } from '../../src/storage/progress.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

let test: TestApp;
let ada: TestMember;
beforeEach(async () => {
  test = await testApp();
  ada = test.as('ada');
  await ada.type('/track select engineering');
});
const removeTopic = (id: string): void => {
  const topics = new Map(testCurriculum.topics);
  topics.delete(id);
  test.setCurriculum({ ...testCurriculum, topics });
};

describe('/skip', () => {
  it('leaves a topic out of what is suggested, and says what stays locked for it', async () => {
    const said = await ada.type('/skip testing');
    expect(said).toContain('Skipping is not the same as done');
    expect(said).toContain('These build on it and stay locked until it is done: Observability, Threat modelling');
    expect(await ada.type('/next')).not.toMatch(/Testing|Observability/);
  });

  it('is not done: it gives no points, moves no bar and opens nothing', async () => {
    await ada.type('/skip what-is-safety');
    const said = await ada.type('/progress');
    expect(said).toContain('0 of 8 topics (0 %)');
    expect(said).toContain('Skipped: 1 topic');
    expect(said).toContain('Points: 0');
    expect(said).toContain('Streak: none at the moment');
    expect(await ada.type('/topics show risk-models')).toContain('🔒 locked until done: What AI safety is');
    expect((await ledgerOf(test.db, 1)).reduce((sum, { points }) => sum + points, 0)).toBe(0);
  });

  it('never takes away what is done', async () => {
    await ada.type('/done testing');
    expect(await ada.type('/skip testing')).toContain('You have done this topic, so there is nothing to skip.');
    expect(await ada.type('/progress')).toContain('1 of 8 topics');
  });

  it('may be followed by done after all', async () => {
    await ada.type('/skip testing');
    expect(await ada.type('/done testing')).toContain('1 topic done');
    expect(await ada.type('/progress')).not.toContain('Skipped');
  });

  it('says so where the topic is left out already, also when pressed twice at once', async () => {
    const both = await Promise.all([ada.press('skip/skip/testing'), test.as('ada').press('skip/skip/testing')]);
    expect(both.filter(said => said.includes('This topic is left out already.'))).toHaveLength(1);
    expect(await ada.type('/skip testing')).toContain('left out already');
  });

  it('answers a misspelt topic with the nearest, and one of another track with whose it is', async () => {
    expect(await ada.type('/skip testng')).toContain('Did you mean Testing');
    expect(await ada.type('/skip experiments')).toContain('belongs to the Research Track');
  });
});

describe('/start', () => {
  it('marks a topic as begun, once, and keeps it with what it offers next', async () => {
    expect(await ada.type('/start testing')).toContain('Started. It stays in your digest until you mark it done');
    expect(await ada.type('/start testing')).toContain('You had started this topic already.');
    expect(await ada.type('/digest')).toContain('You have begun: Testing');
  });

  it('never undoes what is done', async () => {
    await ada.type('/done testing');
    expect(await ada.type('/start testing')).toContain('You have done this topic already, and it stays done.');
    expect(await ada.type('/progress')).toContain('1 of 8 topics');
  });

  it('brings a skipped topic back', async () => {
    await ada.type('/skip testing');
    expect(await ada.type('/start testing')).toContain('Started.');
    expect(await ada.type('/topics list')).toContain('Testing (▶️ started');
  });

  it('says what the topic builds on, and answers a misspelt one', async () => {
    expect(await ada.type('/start deployment')).toContain('It builds on Observability, which you have not done yet.');
    expect(await ada.type('/start deploymnt')).toContain('Did you mean Deployment');
  });
});

describe('/undo', () => {
  it('takes back the topic that was named last, where several were marked at once', async () => {
    for (const [topics, last] of [
      ['testing, what-is-safety', 'What AI safety is'],
      ['risk-models, reading-papers', 'Reading papers'],
    ]) {
      await ada.type(`/done ${topics}`);
      expect(await ada.type('/undo')).toContain(`“${last}” is no longer done`);
      test.setNow('2026-11-23T09:00:59.999Z');
    }
  });

  it('takes back the last thing that was marked, with its points', async () => {
    await ada.type('/done testing');
    test.setNow('2026-11-23T10:00:00Z');
    await ada.type('/done what-is-safety');
    expect(await ada.type('/undo')).toContain('“What AI safety is” is no longer done; it is open again.');
    expect(await ada.type('/progress')).toMatch(/1 of 8 topics[\s\S]*Points: 10/);
    expect(await ada.type('/undo')).toContain('“Testing” is no longer done');
  });

  it('takes back what was marked for a named topic', async () => {
    await ada.type('/done testing, what-is-safety');
    expect(await ada.type('/undo testing')).toContain('“Testing” is no longer done');
    expect(await ada.type('/progress')).toContain('1 of 8 topics');
  });

  it('returns to started where the topic had been started', async () => {
    await ada.type('/start testing');
    await ada.type('/done testing');
    expect(await ada.type('/undo testing')).toContain('is no longer done; it is started again');
    expect(await ada.type('/undo testing')).toContain('is no longer started; it is open again');
  });

  it('takes back a skip', async () => {
    await ada.type('/skip testing');
    expect(await ada.press('Undo')).toContain('“Testing” is no longer skipped; it is open again.');
    expect(await ada.type('/topics list')).toContain('Testing (⬜ open');
  });

  it('says so where there is nothing to take back', async () => {
    expect(await ada.type('/undo')).toContain('you have not started, done or skipped a topic yet');
    expect(await ada.type('/undo testing')).toContain('it is neither started, done nor skipped');
    expect(await ada.type('/undo tesing')).toContain('Did you mean Testing');
  });

  it('takes points back once when it is pressed twice at once', async () => {
    await ada.type('/done testing');
    const card = ada.lastReply;
    const both = await Promise.all([ada.press('Undo', card), test.as('ada').press('Undo', card)]);
    expect(both.filter(said => said.includes('is no longer done'))).toHaveLength(1);
    expect(both.filter(said => said.includes('nothing to undo'))).toHaveLength(1);
    expect(await ada.type('/progress')).toContain('Points: 0');
  });

  it('takes back a topic that has left the curriculum since', async () => {
    await ada.type('/done testing');
    const card = ada.lastReply;
    removeTopic('testing');
    expect(await ada.press('Undo', card)).toContain('“testing” is no longer done');
    await ada.type('/skip what-is-safety');
    removeTopic('what-is-safety');
    expect(await ada.type('/undo')).toContain('“what-is-safety” is no longer skipped');
  });

  it('of one member never touches another’s', async () => {
    await ada.type('/done testing');
    const card = ada.lastReply;
    expect(await test.as('eve').press('Undo', card)).toContain('nothing to undo');
    expect(await ada.type('/progress')).toContain('1 of 8 topics');
  });
});
