import { describe, expect, it } from 'vitest';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import type { Answer } from '../support/slack/slack-server.ts';
import { startSlackTestBot } from '../support/slack-bot.ts';

const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));

describe.each(['socket', 'http'] as const)('a first week on Slack over %s', transport => {
  it('takes an organiser to a digest with a thread, and a member to it', async () => {
    const curriculum = await loadCurriculum('content');
    const test = await startSlackTestBot({ transport, now: '2026-11-26T10:00:00Z', curriculum });
    try {
      const { workspace, slack } = test;
      const general = workspace.addChannel({ name: 'general' });
      const weekly = workspace.addChannel({ name: 'weekly' });
      const ada = workspace.user('ada', { admin: true, tz: 'Europe/Berlin' }).in(general);
      expect(textOf(await ada.type('/milepost help'))).toContain('For organisers');
      const made = '/schedule set digest channel:#weekly weekday:monday time:09:00 tracks:engineering thread:yes';
      expect(textOf(await ada.type(`${made} zone:Europe/Berlin`))).toContain(`<#${weekly.id}>`);

      const faye = workspace.user('faye', { tz: 'Europe/Lisbon' });
      const member = faye.in(general);
      expect(textOf(await member.type('/onboard'))).toContain('Step 1 of 6');
      expect(textOf(await member.press('⚙️ Engineering Track'))).toContain('Step 2 of 6');
      expect(await member.type('/track select')).toMatchObject({ type: 'modal' });
      await member.type('/next');
      expect(textOf(await member.press('Done'))).toContain('1 topic done');

      const settled = await test.liveUntil('2026-11-30T12:00:00Z');
      expect(settled.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['digest sent', 'digest sent']);
      const [post, thread] = slack.messages(weekly);
      expect(textOf({ text: post?.text } as Answer)).toContain('WEEK 1');
      expect(thread).toMatchObject({ text: '💬 Week 1: Engineering Track: talk about it here.' });
      expect(slack.directMessages(faye)).toHaveLength(1);
      expect(await member.openHome()).toMatchObject({ type: 'home' });
      expect(test.log.filter(({ level }) => level > 30)).toEqual([]);
    } finally {
      await test.stop();
    }
  });
});
