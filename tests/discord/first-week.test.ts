import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import type { Answer, TestChannel, TestSeat, TestUser } from '../support/discord/discord-server.ts';
import { startTestBot, type TestBot } from '../support/discord-bot.ts';

const MANAGE_SERVER = 1n << 5n;
const text = (answer: Answer): string => {
  if (answer.type === 'failed') throw new Error(`the interaction failed: ${answer.reason}`);
  return 'text' in answer ? answer.text : '';
};

describe('a first day and a first week on Discord, with the real content', () => {
  let test: TestBot;
  let general: TestChannel;
  let weekly: TestChannel;
  let organiser: TestSeat;
  let person: TestUser;
  let member: TestSeat;

  beforeAll(async () => {
    test = await startTestBot({ now: '2026-11-26T10:00:00Z', curriculum: await loadCurriculum('content') });
    const guild = test.discord.addGuild({ name: 'AI Safety Leeds' });
    general = guild.addChannel({ name: 'general' });
    weekly = guild.addChannel({ name: 'weekly-digest' });
    organiser = test.discord.user('ada').in(guild, general, { permissions: MANAGE_SERVER });
    person = test.discord.user('faye');
    member = person.in(guild, general);
  });
  afterAll(() => test.stop());

  it('takes an organiser from the invitation to two schedules and a preview', async () => {
    await test.bot.discord.refreshGuilds();
    expect(text(await organiser.slash('help'))).toContain('For organisers');
    expect(text(await organiser.slash('settings community-zone', { zone: 'Europe/Berlin' }))).toContain(
      'Europe/Berlin',
    );

    const zones = await organiser.autocomplete('schedule set', 'zone', 'berl', { kind: 'digest' });
    expect(zones.map(({ value }) => value)).toContain('Europe/Berlin');
    const weeklyOptions = { channel: weekly.id, weekday: 'monday', zone: 'Europe/Berlin' };
    const digest = { kind: 'digest', tracks: 'engineering', thread: true, time: '09:00', ...weeklyOptions };
    const made = text(await organiser.slash('schedule set', digest));
    expect(made).toContain(`<#${weekly.id}>`);
    // 09:00 in Berlin on Monday 30 November, in each reader's own zone.
    expect(made).toContain(`<t:${Date.parse('2026-11-30T08:00:00Z') / 1000}:`);

    const preview = await organiser.press('Preview');
    expect(text(preview)).toContain('only you see this');
    expect(text(preview)).toContain('Week 1');
    expect(preview).toMatchObject({ ephemeral: true });
    await organiser.slash('schedule set', { kind: 'leaderboard', time: '11:00', ...weeklyOptions });
    expect(text(await organiser.slash('schedule list'))).toContain('Schedule 2: leaderboard');
    expect(test.discord.messages(weekly.id), 'nothing was posted yet').toEqual([]);
  });

  it('takes a member through onboarding, a topic, a quiz and the board, seen by nobody else', async () => {
    expect(text(await member.slash('onboard'))).toContain('Step 1 of 6');
    await member.press('⚙️ Engineering Track');
    await member.choose(['platform_engineer']);
    await member.press('Skip');
    expect(await member.press('Change')).toMatchObject({ type: 'modal' });
    expect(text(await member.submit({ 'A city or an IANA id': 'Nowhere' }))).toContain('no time zone');
    await member.press('Change');
    expect(text(await member.submit({ 'A city or an IANA id': 'Lisbon' }))).toContain('Step 5 of 6');
    await member.press('Every week (current)');
    const ready = await member.press('Yes, show my name');
    expect(text(ready)).toContain('Europe/Lisbon');
    expect(ready, 'one message carries the whole onboarding').toMatchObject({ updated: true, ephemeral: true });

    await member.press('Show my topics');
    expect(text(await member.press('Read'))).toContain('Page 1 of');
    expect(text(await member.press('Done'))).toContain('1 topic done');
    expect(text(await member.press('Take the quiz'))).toContain('Question 1 of');
    expect(text(await member.press('A'))).toMatch(/The right answer is|Right/);
    expect(text(await member.slash('progress'))).toContain('1 of 15 topics');
    expect(text(await member.slash('leaderboard', { period: 'all' }))).toContain('faye (you)');
    expect(test.discord.messages(general.id).every(({ ephemeralFor }) => ephemeralFor !== undefined)).toBe(true);
  });

  it('brings the digest to the channel with its thread, and to the member at their own nine o’clock', async () => {
    const settled = await test.liveUntil('2026-11-30T12:00:00Z');
    expect(settled.map(({ kind, state, at }) => [kind, state, at.toISOString().slice(11, 16)])).toEqual([
      ['digest', 'sent', '08:00'],
      // Lisbon is an hour behind Berlin.
      ['digest', 'sent', '09:00'],
      ['leaderboard', 'sent', '10:00'],
    ]);
    const [post, board] = test.discord.messages(weekly.id);
    expect(test.discord.threads(weekly.id)).toMatchObject([{ name: 'Week 1: Engineering Track', messageId: post?.id }]);
    expect(JSON.stringify(board?.components)).toContain('faye');

    const own = await member.press('Show mine', post);
    expect(text(own)).toContain('Your week');
    expect(own, 'in the channel it is for one pair of eyes').toMatchObject({ ephemeral: true });
  });

  it('lets the member go on from the digest in their direct messages', async () => {
    const [digest] = test.discord.directMessages(person);
    const direct = person.inDirectMessages();
    expect(text(await direct.press('Read', digest))).toContain('Page 1 of');
    expect(text(await direct.press('Done', digest))).toContain('1 topic done');
    expect(text(await direct.slash('progress'))).toContain('2 of 15 topics');
    expect(text(await member.slash('progress')), 'it is the same progress').toContain('2 of 15 topics');
  });

  it('goes on after a restart, old buttons included', async () => {
    const [post] = test.discord.messages(weekly.id);
    await test.bot.stop();
    const again = await startTestBot({
      discord: test.discord,
      db: test.db,
      curriculum: await loadCurriculum('content'),
    });
    again.setNow('2026-12-07T12:00:00Z');
    try {
      expect(text(await member.press('Done', post))).toContain('already');
      const kinds = (await again.bot.scheduler.tick()).map(({ kind, state }) => `${kind} ${state}`);
      expect(kinds.toSorted()).toEqual(['digest sent', 'digest sent', 'leaderboard sent']);
      expect(again.log.filter(({ msg }) => msg.includes('registered the commands'))).toEqual([]);
    } finally {
      await again.bot.stop();
    }
  });

  it('never broke a rule of Discord, pinged nobody, and had nothing to complain about', () => {
    const messages = test.discord.requests
      .map(({ body }) => body as { data?: object; components?: unknown; allowed_mentions?: unknown } | undefined)
      .map(
        body =>
          (body?.data ?? body) as { components?: unknown; custom_id?: unknown; allowed_mentions?: unknown } | undefined,
      )
      .filter(body => body?.components !== undefined && body.custom_id === undefined);
    expect(messages.length).toBeGreaterThan(20);
    for (const { allowed_mentions } of messages as { allowed_mentions?: unknown }[])
      expect(allowed_mentions).toEqual({ parse: [] });
    const refused = test.discord.requests.filter(({ status }) => status >= 400);
    expect(refused).toEqual([]);
    const everything = [weekly.id, general.id].flatMap(id => test.discord.messages(id));
    expect(everything.filter(({ pings }) => pings.everyone || pings.users.length + pings.roles.length > 0)).toEqual([]);
    expect(test.log.filter(({ level }) => level > 30)).toEqual([]);
  });
});
