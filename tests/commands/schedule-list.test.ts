import { beforeEach, describe, expect, it } from 'vitest';
import { renderMessage } from '../../src/discord/render.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

describe('/schedule', () => {
  let test: TestApp;
  let olga: TestMember;
  beforeEach(async () => {
    test = await testApp();
    olga = test.as('olga', { organiser: true });
  });

  /** A delivery of the outbox, on Sunday morning. */
  const record = async (change: { key: string; channelId?: string; state: 'sent' | 'failed'; reason: string }) => {
    const dueAt = new Date('2026-11-22T09:00:00Z');
    await test.db.query.insert(test.db.tables.deliveries).values({
      kind: 'digest',
      communityId: 1,
      channelId: 'general',
      slot: '2026-11-22T09:00',
      dueAt,
      attempts: 1,
      notBefore: dueAt,
      ...change,
    });
  };

  describe('list', () => {
    it('says how to make one where there is none', async () => {
      expect(await olga.type('/schedule list')).toContain('/schedule set digest channel:#general weekday:monday');
      expect(await olga.type('/schedule')).toBe(await olga.type('/schedule list'));
    });

    it('shows each with its next three runs, in the reader’s own zone', async () => {
      await olga.type('/schedule set digest zone:Berlin send:channel');
      await olga.type('/schedule set leaderboard');
      await olga.type('/settings zone Asia/Tokyo');
      const said = await olga.type('/schedule list');
      expect(said).toContain('Next: Mon 30 Nov, 17:00; Mon 7 Dec, 17:00; Mon 14 Dec, 17:00 (Asia/Tokyo)');
      expect(said).toContain('Next: Mon 30 Nov, 18:00; Mon 7 Dec, 18:00; Mon 14 Dec, 18:00 (Asia/Tokyo)');
    });

    it('names what went wrong before the schedules, and what is not all as asked', async () => {
      await olga.type('/schedule set digest thread:yes');
      await record({ key: 'a', state: 'failed', reason: 'The channel is gone.' });
      await record({ key: 'b', state: 'sent', reason: 'Its thread could not be opened: no permission.' });
      await record({ key: 'c', state: 'sent', reason: 'late by 3 h' });
      const said = await olga.type('/schedule list');
      expect(said).toMatch(
        /Not delivered in the last 14 days\s+- digest of Sun 22 Nov, 09:00 in #general: failed, The channel is gone\.\s+Not all as asked in the last 14 days\s+- digest of Sun 22 Nov, 09:00 in #general: Its thread could not be opened: no permission\.\s+---\s+Schedule 1/,
      );
      expect(said).not.toContain('late by');
    });

    it('is a line for each of more than three, and a select that opens the card', async () => {
      await olga.type('/schedule set digest tracks:engineering');
      await olga.type('/schedule set digest send:direct');
      await olga.type('/schedule set leaderboard weekday:friday');
      expect(await olga.type('/schedule list')).toContain('Schedule 3: leaderboard');
      await olga.type('/schedule set leaderboard channel:#weekly');
      await olga.type('/schedule pause 4');
      const said = await olga.type('/schedule list');
      expect(said).toContain(
        [
          '- 1 digest in #general and direct messages, every Monday at 09:00 · Engineering Track · next Mon 30 Nov, 09:00',
          '- 2 digest in direct messages, every Monday at 09:00 · all tracks · next Mon 30 Nov, 09:00',
          '- 3 leaderboard in #general, every Friday at 09:00 · next Fri 27 Nov, 09:00',
          '- 4 leaderboard in #weekly, every Monday at 09:00 · ⏸️ paused',
        ].join('\n'),
      );
      expect(said).not.toContain('[Preview]');
      expect(await olga.choose('4')).toMatch(/^Schedule 4: leaderboard \(paused\)[\s\S]*\[Resume\]/);
    });

    const CHANNEL = '12345678901234567890';
    const REASON = `Given up after 5 attempts. ${'Discord refused it, and said why at some length. '.repeat(8)}`;
    const SCHEDULES = [
      'cron:"0 9 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 * *" thread:yes topics:5 zone:America/Argentina/ComodRivadavia',
      'tracks:general,engineering topics:5 zone:America/Argentina/ComodRivadavia weekday:wednesday',
      'tracks:engineering',
    ];
    it.each([1, 2, 3, 4, 12, 25])(
      'fits into one message of Discord with %s schedules and many problems',
      async count => {
        await olga.type('/settings zone America/Argentina/ComodRivadavia');
        for (let at = 0; at < count; at += 1)
          await olga.type(`/schedule set digest channel:<#${CHANNEL}> ${SCHEDULES[at % SCHEDULES.length]}`);
        for (let at = 0; at < 20; at += 1) {
          await record({ key: `lost ${at}`, channelId: CHANNEL, state: 'failed', reason: REASON });
          await record({ key: `partly ${at}`, channelId: CHANNEL, state: 'sent', reason: `No thread. ${REASON}` });
        }
        const said = await olga.type('/schedule list');
        for (let id = 1; id <= count; id += 1) expect(said).toMatch(new RegExp(`(Schedule|-) ${id}[: ]`));
        const mention = (name: string): string => `</${name}:${CHANNEL}>`;
        expect(renderMessage(olga.lastMessage.message, { mention }).shortened).toEqual([]);
      },
    );

    it('fits with three schedules that were paused by themselves', async () => {
      for (const options of SCHEDULES) await olga.type(`/schedule set digest channel:<#${CHANNEL}> ${options}`);
      const pausedReason =
        'I may not post in the channel: it needs Send Messages for Milepost. Mend that and send /schedule resume, or /schedule remove and set a new one.';
      await test.db.query.update(test.db.tables.schedules).set({ pausedAt: new Date(), pausedReason });
      for (let at = 0; at < 20; at += 1)
        await record({ key: `lost ${at}`, channelId: CHANNEL, state: 'failed', reason: REASON });
      const said = await olga.type('/schedule list');
      expect(said).toContain(`Paused: ${pausedReason} Nothing goes out until it is resumed.`);
      expect(renderMessage(olga.lastMessage.message).shortened).toEqual([]);
    });
  });

  describe('preview', () => {
    it('shows exactly what goes to the channel next', async () => {
      await olga.type('/schedule set digest tracks:engineering topics:2');
      const said = await olga.type('/schedule preview 1');
      expect(said).toContain('Preview of what goes to #general next; only you see this.');
      expect(said).toMatch(/WEEK 1[\s\S]*Engineering Track[\s\S]*What AI safety is[\s\S]*Risk models/);
      expect(said).toContain('[Read]\n');
      expect(said).toContain('[Show mine]');
      expect(said).toContain('Each member also gets a personal digest; /digest shows yours.');
      expect(olga.lastMessage.private).toBe(true);
    });

    it('has no button that would change something of the organiser’s own', async () => {
      for (const kind of ['digest', 'digest send:direct', 'leaderboard']) await olga.type(`/schedule set ${kind}`);
      await olga.type('/track select engineering');
      for (const id of [1, 2, 3]) {
        expect(await olga.type(`/schedule preview ${id}`)).not.toMatch(
          /\[(Start|Done|Not for me|Every two weeks|Stop these messages)\]/,
        );
      }
      expect(await olga.type('/schedule preview 2')).toContain('buttons that would change something of yours');
      expect(await olga.type('/schedule preview 3')).not.toContain('buttons that would change something of yours');
    });

    it('shows one’s own digest where only direct messages are sent, and the board for a leaderboard', async () => {
      await olga.type('/schedule set digest send:direct');
      expect(await olga.type('/schedule preview 1')).toContain('Hi olga');
      await olga.type('/schedule set leaderboard');
      expect(await olga.type('/schedule preview 2')).toContain('LEADERBOARD, WEEK OF MON 23 NOV');
    });

    it('says why nothing would be posted', async () => {
      await olga.type('/schedule set leaderboard');
      await olga.type('/settings community-points off');
      expect(await olga.type('/schedule preview')).toContain('switched off in this community');
      await olga.type('/schedule set digest tracks:research');
      const tracks = new Map(testCurriculum.tracks);
      tracks.delete('research');
      test.setCurriculum({ ...testCurriculum, tracks });
      expect(await olga.type('/schedule preview 2')).toContain(
        'None of its tracks (research) is in the curriculum any more.',
      );
    });
  });

  describe('with ids for channels, as on Discord', () => {
    const ID = '1234567890123456789';
    const LINK = `[#${ID}](channel:${ID})`;
    const markdown = () =>
      olga.lastMessage.message.blocks.flatMap(block =>
        block.type === 'text' ? [block.text] : block.type === 'list' ? block.items : [],
      );
    beforeEach(() => olga.type(`/schedule set digest channel:<#${ID}>`));

    it('links the channel wherever it is shown, so that the platform names it', async () => {
      expect(markdown()[1]).toContain(
        `**Where:** ${LINK} and each member’s direct messages, at that time in their own zone\\\n**When:** every Monday`,
      );
      await olga.type('/schedule preview');
      expect(markdown()[0]).toContain(`Preview of what goes to ${LINK} next; only you see this.`);
      await olga.type('/schedule remove');
      expect(markdown()[0]).toContain(
        `1: digest in ${LINK}, every Monday at 09:00 · all tracks. What it has sent stays`,
      );
      await olga.press('Remove it');
      expect(markdown()).toEqual([`Removed: 1: digest in ${LINK}, every Monday at 09:00 · all tracks.`]);
    });

    it('links the channel of what was not delivered', async () => {
      await record({ key: 'k', channelId: ID, state: 'failed', reason: 'Given _up_.' });
      await olga.type('/schedule list');
      expect(markdown()).toContain(
        `digest of [Sun 22 Nov, 09:00](time:2026-11-22T09:00Z) in ${LINK}: failed, Given \\_up\\_.`,
      );
    });

    it('shows no bare id where no link can stand', async () => {
      await olga.type('/schedule set leaderboard');
      const choices = await olga.suggest('schedule', 'pause', 'schedule', '');
      expect(choices.map(({ label }) => label)).toEqual([
        '1: digest in a channel, every Monday at 09:00 · all tracks',
        '2: leaderboard in #general, every Monday at 09:00',
      ]);
      const said = await olga.type('/schedule pause 7');
      expect(said).toContain(
        '[Choose a schedule: 1: digest in a channel, every Monday at 09:00 | 2: leaderboard in #general',
      );
      expect(markdown()[1]).toMatch(/^\*\*1\*\* digest in \[#\d+\]\(channel:\d+\) and direct messages, /);
    });

    it('tells schedules apart by their tracks, in at most 100 characters', async () => {
      await olga.type(`/schedule set digest channel:<#${ID}> tracks:engineering`);
      await olga.type(
        `/schedule set digest channel:<#${ID}> cron:"0 9 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21 * *"`,
      );
      const labels = (await olga.suggest('schedule', 'pause', 'schedule', '')).map(({ label }) => label);
      expect(labels[1]).toBe('2: digest in a channel, every Monday at 09:00 · Engineering Track');
      expect(labels[2]).toHaveLength(100);
    });
  });
});
