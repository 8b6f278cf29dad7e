import { beforeEach, describe, expect, it } from 'vitest';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

describe('/digest', () => {
  let test: TestApp;
  let ada: TestMember;
  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
    await ada.type('/track select engineering');
  });

  it('gives a member their own topics of this moment, their bar, and one next step', async () => {
    const said = await ada.type('/digest');
    expect(said).toContain('YOUR WEEK: ⚙️ ENGINEERING TRACK');
    expect(said).toContain('Hi ada, here are 2 topics for this week: about 2.5 h of your 4 h.');
    expect(said).toContain('Engineering Track: ░░░░░░░░░░ 0 of 8 topics (0 %)');
    expect(said.match(/Next step:/g)).toHaveLength(1);
    expect(said).toContain('Next step: open What AI safety is and read its first page.');
    expect(ada.lastMessage.private).toBe(true);
  });

  it('says how often they come and how to change that', async () => {
    expect(await ada.type('/digest')).toContain(
      'Your messages are set to come every week. To change that, press a button',
    );
    expect(await ada.press('Every two weeks')).toContain('every two weeks');
    expect(await ada.type('/digest')).toContain('[Every week] [Stop these messages]');
    await ada.press('Stop these messages');
    expect(await ada.type('/digest')).toContain('Messages to you are switched off');
  });

  it('promises no messages to who has no track yet, and says what they wait for in the middle of onboarding', async () => {
    const bo = test.as('bo');
    expect(await bo.type('/digest')).toContain('Messages to you begin once you have picked a track with /onboard.');
    await bo.type('/onboard');
    await bo.press('onboard/track/engineering');
    const said = await bo.type('/digest');
    expect(said).toContain('set to come every week; they wait while you are at /onboard, a day at most.');
    expect(said).toContain('[Every two weeks] [Stop these messages]');
    await bo.type('/settings messages weekly');
    expect(await bo.type('/digest')).toContain('Your messages are set to come every week.');
  });

  it('begins with what was started, without reproach', async () => {
    await ada.type('/start reading-papers');
    const said = await ada.type('/digest');
    expect(said).toContain('You have begun: Reading papers, whenever it suits you.');
    expect(said).toContain('Next step: open Reading papers');
  });

  it('says in pieces what is longer than a week', async () => {
    await ada.type('/done what-is-safety, risk-models, reading-papers, testing, observability, deployment, threats');
    await ada.type('/settings pace 2');
    expect(await ada.type('/digest')).toContain('this one topic takes about 6 h. At your 2 h a week that is 3 weeks');
  });

  it('congratulates where all is done, and points to what is set aside where nothing is open', async () => {
    await ada.type('/skip testing');
    await ada.type('/done what-is-safety, risk-models, reading-papers, history');
    expect(await ada.type('/digest')).toContain('what is left is set aside, or builds on something you set aside');
    await ada.type('/done testing, observability, deployment, threats, incidents');
    expect(await ada.type('/digest')).toContain('you have done all 8 topics of the ⚙️ Engineering Track. 🎉');
  });

  it('leaves out a topic that was started and then removed', async () => {
    await ada.type('/start testing');
    const topics = new Map(testCurriculum.topics);
    topics.delete('testing');
    test.setCurriculum({ ...testCurriculum, topics });
    expect(await ada.type('/digest')).not.toMatch(/testing|undefined/i);
  });

  it('is the member’s own, also behind the button of a channel’s post', async () => {
    await ada.type('/done what-is-safety');
    expect(await test.as('eve').press('digest/mine/')).toContain('Hi eve');
    expect(await ada.press('digest/mine/')).toBe(await ada.type('/digest'));
    expect(ada.lastMessage.private).toBe(true);
  });

  it('is the same when it is asked for twice at once', async () => {
    const [one, other] = await Promise.all([ada.type('/digest'), test.as('ada').type('/digest')]);
    expect(one).toBe(other);
  });

  it('takes no words, and says how it is used', async () => {
    expect(await ada.type('/digest tomorrow')).toContain('I do not know what to do with “tomorrow”. Usage: /digest');
  });
});
