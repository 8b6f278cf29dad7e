import { describe, expect, it } from 'vitest';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import type { ApiFault } from '../support/slack/misbehaviour.ts';
import type { Answer, TestSeat } from '../support/slack/slack-server.ts';
import { type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

type Visit = { test: SlackTestBot; ada: TestSeat; home(): Answer & { type: 'home' }; read(): string };

/** A member of the engineering track with their Home open. */
const visit = async (given: SlackTestBotOptions, see: (visit: Visit) => Promise<void>): Promise<void> => {
  const test = await startSlackTestBot(given);
  try {
    const { slack, workspace } = test;
    const ada = workspace.user('ada', { tz: 'Europe/Lisbon' }).in(workspace.addChannel({ name: 'general' }));
    await ada.type('/track select engineering');
    const opened = await ada.openHome();
    if (opened.type !== 'home') throw new Error(`no Home: ${JSON.stringify(opened)}`);
    const home = () => ({ ...opened, view: slack.homeOf(ada) ?? opened.view });
    await see({ test, ada, home, read: () => JSON.stringify(home().view.blocks) });
    expect(test.log.filter(({ level }) => level > 30)).toEqual([]);
    expect(slack.warnings).toEqual([]);
  } finally {
    await test.stop();
  }
};

describe.each(['socket', 'http'] as const)('Milepost’s Home over %s', transport => {
  it('shows the member’s plan when it is opened, and follows what is pressed in it', () =>
    visit({ transport }, async ({ test, ada, home, read }) => {
      expect(read()).toContain('Your plan');
      expect(read()).toContain('*Track*\\n⚙️ Engineering Track');
      expect(read()).toContain('*Settings:* Europe/Lisbon · direct messages every week · no pause');
      await ada.press('Start', home());
      expect(read()).toContain('▶️ started');
      await ada.press('Show my name', home());
      expect(test.slack.modalOf(ada)).toBeUndefined();
      expect(read()).toContain('*Place this week:* none yet');
    }));

  it('answers Done in a window with the way back and the quiz, so that a second tap marks nothing else', () =>
    visit({ transport }, async ({ test, ada, home, read }) => {
      const done = await ada.press('Done', home());
      expect(done).toMatchObject({ type: 'modal', text: expect.stringContaining('1 topic done') });
      expect(JSON.stringify(test.slack.modalOf(ada)?.blocks)).toMatch(/"Take the quiz"[\s\S]*"Undo"/);
      expect(read()).toContain('1 of 8 topics');
      await ada.press('Undo', done);
      expect(read()).toContain('0 of 8 topics');
      expect(read()).toContain('"done/done/what-is-safety"');
    }));

  it('leads to another track and to roles, each in a window', () =>
    visit({ transport }, async ({ ada, home, read }) => {
      await ada.press('🔬 Research Track', await ada.press('Change track', home()));
      await ada.press('Change track');
      expect(read()).toContain('*Track*\\n🔬 Research Track');
      await ada.press('Roles', home());
      await ada.choose('platform_engineer');
      expect(read()).toContain('*Roles*\\nPlatform Engineer');
    }));

  it('follows what is typed in a channel and chosen in a form, and is made for nobody who never opened it', () =>
    visit({ transport }, async ({ test, ada, home, read }) => {
      await ada.type('/done what-is-safety, reading-papers');
      expect(read()).toContain('2 of 8 topics');
      expect(await ada.press('Change time zone', home())).toMatchObject({ type: 'modal' });
      await ada.typeahead('value', 'Berlin');
      await ada.submit({ value: 'Berlin' });
      expect(read()).toContain('*Settings:* Europe/Berlin');
      const bob = test.workspace.user('bob').in();
      await bob.type('/done what-is-safety');
      expect(test.slack.homeOf(bob)).toBeUndefined();
    }));
});

describe('Milepost’s Home', () => {
  it('leads to a topic, all topics, the leaderboard, the settings and help, each in a window', () =>
    visit({ transport: 'socket' }, async ({ ada, home }) => {
      const windows = {
        Read: 'What AI safety is',
        'All topics': 'Engineering Basics',
        Leaderboard: 'This week',
        'All settings': 'Your settings',
        Help: 'What Milepost can do',
      };
      for (const [label, words] of Object.entries(windows)) {
        const answer = await ada.press(label, home());
        expect(answer.type, label).toBe('modal');
        expect('text' in answer && answer.text, label).toContain(words);
      }
    }));

  it('invites who has no track to set up, in a window', async () => {
    const test = await startSlackTestBot({ transport: 'socket' });
    try {
      const eve = test.workspace.user('eve').in(test.workspace.addChannel({ name: 'general' }));
      const home = await eve.openHome();
      expect('text' in home && home.text).toContain('You have not picked a track yet');
      const answer = await eve.press('Set me up');
      expect(answer).toMatchObject({ type: 'modal' });
      expect('text' in answer && answer.text).toContain('Step 1 of 6');
    } finally {
      await test.stop();
    }
  });

  it('has room for the real content, with as many topics as anybody has time for', async () => {
    const curriculum = await loadCurriculum('content');
    await visit({ transport: 'socket', curriculum }, async ({ ada, read }) => {
      await ada.type('/settings pace 40');
      expect(read().match(/"topics\/read\//g)).toHaveLength(5);
      expect(read()).not.toContain('left out');
    });
  });

  it('is kept up to date after a restart too', async () => {
    const first = await startSlackTestBot({ transport: 'socket' });
    const { slack, workspace, db } = first;
    try {
      const ada = workspace.user('ada').in(workspace.addChannel({ name: 'general' }));
      const home = await ada.openHome();
      await first.bot.stop();
      const second = await startSlackTestBot({ transport: 'socket', running: { slack, workspace }, db });
      await ada.press('done/done/what-is-safety', home);
      expect(JSON.stringify(slack.homeOf(ada)?.blocks)).toContain('1 of 3 topics');
      await second.stop();
    } finally {
      await slack.stop();
    }
  });

  it.each<[string, ApiFault]>([
    ['Slack does not take', { error: 'invalid_arguments' }],
    ['has to wait', { status: 429, retryAfter: 30 }],
  ])('that %s tells in a window what came of a press', async (_, fault) => {
    const test = await startSlackTestBot({ transport: 'socket' });
    try {
      const { slack } = test;
      const ada = test.workspace.user('ada').in(test.workspace.addChannel({ name: 'general' }));
      await ada.type('/track select engineering');
      const home = await ada.openHome();
      slack.limits.isIdle = () => slack.modalOf(ada) !== undefined || test.platform.isIdle();
      slack.misbehave.api({ method: 'views.publish' }, fault);
      const answer = await ada.press('Show my name', home);
      expect(answer).toMatchObject({
        type: 'modal',
        text: expect.stringContaining('Leaderboards may now *show your name*'),
      });
    } finally {
      await test.stop();
    }
  });

  it('is published also where something else is there than was known', () =>
    visit({ transport: 'socket' }, async ({ test, ada, home, read }) => {
      home().view.hash = '1795420800.another';
      await ada.press('Start', home());
      expect(read()).toContain('▶️ started');
      expect(test.slack.modalOf(ada)).toBeUndefined();
    }));

  it('is left as it is by what changes nothing', () =>
    visit({ transport: 'socket' }, async ({ test, ada }) => {
      const before = test.slack.requests.filter(({ method }) => method === 'views.publish').length;
      await ada.type('/next');
      await ada.type('/milepost help');
      expect(test.slack.requests.filter(({ method }) => method === 'views.publish')).toHaveLength(before);
    }));
});
