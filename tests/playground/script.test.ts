import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlaygroundProcess, startPlayground } from '../support/playground-process.ts';

type Posted = { at: string; text: string; blocks: unknown[] };

describe('the playground by script', () => {
  let playground: PlaygroundProcess;
  beforeAll(async () => {
    playground = await startPlayground();
  });
  afterAll(async () => {
    expect(await playground.stop()).toBe(0);
  });
  const directMessages = (id: string): Promise<Posted[]> => playground.call(`/api/members/${id}/messages`);

  it('begins with a community that has a past: posts in the channels, digests in direct messages', async () => {
    const channel: Posted[] = await playground.call('/api/channels/weekly-digest');
    expect(channel).toHaveLength(2);
    expect(channel[0]?.text).toContain('WEEK 1');
    expect(channel[1]?.text).toContain('WEEK 2');
    expect(await directMessages('ada')).toHaveLength(2);
    expect(await directMessages('faye')).toEqual([]);
    expect(playground.output(), 'nothing to complain about').not.toContain('"level"');
  });

  it('walks a new member from onboarding to their first digest', async () => {
    await playground.say('faye', '/track select engineering');
    await playground.say('faye', '/roles select platform_engineer');
    expect(await playground.say('faye', '/settings zone Berlin')).toContain('Europe/Berlin');
    expect(await playground.say('faye', '/next')).toContain('The AI Safety Landscape');
    expect(await playground.say('faye', '/done ai-safety-landscape, how-frontier-models-work')).toContain(
      '2 topics done',
    );
    const { deliveries } = await playground.call('/api/clock', { advance: 'P7D' });
    expect(deliveries.map((delivery: { at: string }) => delivery.at)).toEqual(
      deliveries.map((delivery: { at: string }) => delivery.at).sort(),
    );
    const [digest, ...more] = await directMessages('faye');
    expect(more).toEqual([]);
    expect(digest?.text).toContain('2 of 15 topics');
    expect(digest?.text).toContain('Stop these messages');
  });

  it('presses buttons and fills in forms by their ids', async () => {
    const asked = await playground.call('/api/interactions', { as: 'ben', command: '/track select' });
    expect(asked.modal).toMatchObject({ id: 'track/options/select' });
    const answer = { as: 'ben', modal: asked.modal.id, fields: { track: 'systems' } };
    const compared = await playground.call('/api/interactions', answer);
    expect(compared.reply.text).toContain('Carries over');
    const changed = await playground.call('/api/interactions', {
      as: 'ben',
      action: 'track/enter/systems',
      values: [],
    });
    expect(changed.reply.text).toContain('AI Systems Track');
  });

  it('posts what an organiser runs now in the channel, and leaves the series as it was', async () => {
    const before = await playground.call('/api/clock');
    const posts: Posted[] = await playground.call('/api/channels/leaderboard');
    await playground.say('ada', '/schedule run 2');
    expect(await playground.call('/api/channels/leaderboard')).toHaveLength(posts.length + 1);
    expect((await playground.call('/api/clock')).next).toEqual(before.next);
    expect(await playground.say('ben', '/schedule run 2')).toContain('for organisers');
  });

  it('sends one nudge after 1, 3 and 6 silent weeks, then rests until the member resumes', async () => {
    await playground.call('/api/reset', {});
    const before = (await directMessages('emil')).length;
    for (let week = 0; week < 12; week += 1) {
      await playground.call('/api/clock', { advance: 'P7D' });
      // To look at the page is no activity of the members on it.
      await playground.call('/api/members');
    }
    const sent = (await directMessages('emil')).slice(before).map(message => message.text.split('\n')[0]);
    expect(sent.filter(title => title === 'ONE SMALL STEP?')).toHaveLength(1);
    expect(sent.filter(title => title === 'STILL HERE WHEN YOU ARE')).toHaveLength(1);
    expect(sent.at(-1)).toBe('YOUR MESSAGES REST FROM NOW ON');
    expect(sent.length).toBeLessThan(12);
    expect(await playground.say('emil', '/settings resume')).toContain('every week');
    await playground.call('/api/clock', { advance: 'P7D' });
    expect((await directMessages('emil')).length).toBe(before + sent.length + 1);
  });

  it('starts over on request', async () => {
    await playground.call('/api/reset', {});
    expect(await directMessages('faye')).toEqual([]);
    expect(await playground.call('/api/channels/weekly-digest')).toHaveLength(2);
  });
});
