import { beforeEach, describe, expect, it } from 'vitest';
import { memberById, pausesOf, updateMember } from '../../src/storage/members.ts';
import { createSchedule, type NewSchedule, runsOfSchedule } from '../../src/storage/schedules.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';

const HOSTILE = [
  'x'.repeat(10_000),
  '\u0000\u001b[31m\u202e',
  '@everyone',
  '<!channel>',
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
];

describe('/settings', () => {
  let test: TestApp;
  let ada: TestMember;
  const stored = async () => {
    const member = await memberById(test.db, 1);
    if (!member) throw new Error('no member');
    return member;
  };

  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
  });

  it('shows every setting, to the member alone', async () => {
    const said = await ada.type('/settings show');
    expect(said).toContain('Time zone: UTC (Mon 23 Nov, 09:00)');
    expect(said).toContain('Pace: 4 h a week');
    expect(said).toContain('Direct messages: every week');
    expect(said).toContain('Name on leaderboards: not shown');
    expect(said).toContain('Points and streaks: on');
    expect(said).toContain('Pause: none');
    expect(said).not.toContain('whole community');
    expect(ada.lastMessage.private).toBe(true);
  });

  describe('zone', () => {
    it.each([
      ['Europe/Berlin', 'Europe/Berlin'],
      ['berlin', 'Europe/Berlin'],
      ['new york', 'America/New_York'],
      ['asia/calcutta', 'Asia/Calcutta'],
    ])('takes %s, says what time it is there, and how to go back', async (typed, zone) => {
      const said = await ada.type(`/settings zone ${typed}`);
      expect(said).toContain(`Your time zone is now ${zone}, where it is Mon 23 Nov`);
      expect(said).toContain('To go back: /settings zone UTC');
      expect(await stored()).toMatchObject({ zone, zoneChosen: true });
    });

    it('makes sure that the digests of the community run in the new zone of a member with a track', async () => {
      await ada.type('/settings show');
      const schedule: NewSchedule = {
        communityId: 1,
        kind: 'digest',
        channelId: null,
        direct: true,
        cron: '0 9 * * 1',
        zone: 'UTC',
        tracks: ['engineering'],
        topicsPerWeek: 2,
        startsOn: '2026-11-23',
        createdBy: 'olga',
      };
      const { id } = await createSchedule(test.db, schedule, new Date('2026-11-23T09:00:00Z'));
      const zones = async () => (await runsOfSchedule(test.db, id)).map(run => run.target).sort();
      await ada.type('/settings zone tokyo');
      expect(await zones()).toEqual(['zone:UTC']);
      await ada.type('/onboard');
      await ada.press('⚙️ Engineering Track');
      expect(await zones()).toEqual(['zone:Asia/Tokyo', 'zone:UTC']);
      await ada.type('/settings zone lima');
      expect(await zones()).toEqual(['zone:America/Lima', 'zone:Asia/Tokyo', 'zone:UTC']);
    });

    it('does not offer a way back where nothing changed', async () => {
      expect(await ada.type('/settings zone utc')).toContain('It was so already.');
    });

    it('answers a misspelt city with the nearest zone, and an offset with why it is refused', async () => {
      expect(await ada.type('/settings zone Berln')).toContain('Did you mean Europe/Berlin?');
      expect(await ada.type('/settings zone +02:00')).toContain('Name a city instead, such as Europe/Berlin');
      expect((await stored()).zone).toBe('UTC');
    });

    it('suggests zones with their time as one types', async () => {
      expect((await ada.suggest('settings', 'zone', 'zone', '')).length).toBe(25);
      expect(await ada.suggest('settings', 'zone', 'zone', 'kyi')).toEqual([
        { label: 'Europe/Kyiv', value: 'Europe/Kyiv', description: 'Mon 23 Nov, 11:00' },
      ]);
    });
  });

  it('changes the pace and says how to go back', async () => {
    expect(await ada.type('/settings pace 6')).toContain('Your pace is now 6 h a week');
    expect(await ada.type('/settings pace 8')).toContain('To go back: /settings pace 6');
    expect(await ada.type('/settings pace 41')).toContain('from 1 to 40');
    expect((await stored()).weeklyHours).toBe(8);
  });

  it('changes how often messages come, by command and by the buttons of other messages', async () => {
    await ada.type('/track select engineering');
    const said = await ada.type('/settings messages fortnightly');
    expect(said).toContain('You now get direct messages every two weeks.');
    expect(said).toContain('To change that: /settings messages weekly or /settings messages off.');
    expect(await ada.press('settings/frequency/off')).toContain('Direct messages are now off');
    expect((await stored()).directMessages).toBe('off');
    // The message with the button, a digest, stays.
    expect(ada.lastMessage.replace ?? false).toBe(false);
    expect(await ada.press('settings/frequency/daily')).toContain('not one of weekly, fortnightly, off');
  });

  it('says that messages begin with a track where there is none', async () => {
    expect(await ada.type('/settings messages weekly')).toContain('once you have picked a track');
  });

  it('shows or hides the name on leaderboards, and says how to undo that', async () => {
    expect(await ada.type('/settings leaderboard yes')).toContain('/settings leaderboard no hides your name again');
    expect((await stored()).listed).toBe(true);
    expect(await ada.type('/settings leaderboard no')).toContain('/settings leaderboard yes shows it');
    expect((await stored()).listed).toBe(false);
  });

  it('switches points off and on for the member', async () => {
    expect(await ada.type('/settings points off')).toContain('Nothing is lost: /settings points on');
    expect((await stored()).pointsOn).toBe(false);
    expect(await ada.type('/settings points on')).toContain('now on');
    expect((await stored()).pointsOn).toBe(true);
  });

  describe('pause', () => {
    it('rests messages until midnight of that day in the member’s zone', async () => {
      await ada.type('/settings zone berlin');
      const said = await ada.type('/settings pause 2026-12-24');
      expect(said).toContain('You are on pause until Thu 24 Dec 2026');
      expect(said).toContain('your streak rests');
      expect(said).toContain('/settings resume ends it');
      expect((await stored()).pausedUntil).toEqual(new Date('2026-12-23T23:00:00Z'));
    });

    it('says nothing of a streak where points are off', async () => {
      await ada.type('/settings points off');
      expect(await ada.type('/settings pause 2 weeks')).not.toContain('streak');
    });

    it('counts no day twice when a pause is set again', async () => {
      await ada.type('/settings pause 4 weeks');
      test.setNow('2026-11-25T09:00:00Z');
      await ada.type('/settings pause next monday');
      expect(await pausesOf(test.db, 1)).toEqual([
        { fromAt: new Date('2026-11-23T09:00:00Z'), untilAt: new Date('2026-11-25T09:00:00Z') },
        { fromAt: new Date('2026-11-25T09:00:00Z'), untilAt: new Date('2026-11-30T00:00:00Z') },
      ]);
    });

    it.each([
      ['2026-11-22', 'Sun 22 Nov 2026 is over, so there is nothing to wait for.'],
      ['today', 'That is today, so there is nothing to wait for.'],
      ['2028-01-01', 'more than a year away'],
      ['christmas', 'I cannot read a day in “christmas”. Try a date such as 2026-12-07'],
    ])('refuses %s and says what would do', async (typed, why) => {
      expect(await ada.type(`/settings pause ${typed}`)).toContain(why);
      expect((await stored()).pausedUntil).toBeNull();
    });

    it('ends with resume, by command or by the button of a nudge', async () => {
      await ada.type('/settings pause 2 weeks');
      test.setNow('2026-11-25T09:00:00Z');
      expect(await ada.press('settings/resume/')).toContain('your pause is over');
      expect((await stored()).pausedUntil).toBeNull();
      expect(await ada.type('/settings resume')).toContain('You are not on pause');
    });

    it('that has no end is shown as one that lasts until resumed', async () => {
      await ada.type('/settings show');
      await updateMember(test.db, 1, { pausedUntil: new Date('9999-01-01T00:00:00Z'), pausedReason: 'silence' });
      expect(await ada.type('/settings show')).toContain('Pause: until you resume');
      expect(await ada.type('/settings resume')).toContain('Welcome back');
    });
  });

  describe('the panel', () => {
    it('changes a setting by select or button, in its place, and then shows what is so', async () => {
      await ada.type('/settings show');
      expect(await ada.choose('8')).toContain('Pace: 8 h a week');
      expect(ada.lastMessage.replace).toBe(true);
      expect(await ada.choose('off')).toContain('Direct messages: off');
      expect(await ada.press('Show my name')).toContain('Name on leaderboards: shown');
      expect(await ada.press('Hide my name')).toContain('Name on leaderboards: not shown');
      expect(await ada.press('Switch points off')).toContain('Points and streaks: off');
      expect(await stored()).toMatchObject({ weeklyHours: 8, directMessages: 'off', listed: false, pointsOn: false });
    });

    it('leads to the tracks and the roles', async () => {
      await ada.type('/settings show');
      expect(await ada.press('Pick a track')).toContain('[⚙️ Engineering Track]');
      await ada.press('⚙️ Engineering Track');
      await ada.type('/settings show');
      const shown = ada.lastReply;
      expect(await ada.press('Change track', shown)).toContain('Engineering Track (yours)');
      expect(await ada.press('Roles', shown)).toContain('YOUR ROLES');
    });

    it('asks for a zone and for a date by form', async () => {
      await ada.type('/settings show');
      expect(await ada.press('Change time zone')).toContain('City or zone');
      expect(await ada.fill({ value: 'tokyo' })).toContain('Time zone: Asia/Tokyo');
      await ada.press('Pause');
      expect(await ada.fill({ value: '2 weeks' })).toContain('Pause: until Mon 7 Dec');
      expect(await ada.press('End the pause')).toContain('Pause: none');
    });

    it('answers a button for a setting that is no longer there', async () => {
      expect(await ada.press('settings/set/colour:red')).toContain('/settings show has all of them');
      expect(await ada.press('settings/form/colour')).toContain('/settings show has all of them');
      expect(await ada.press('settings/set/__proto__:x')).toContain('/settings show has all of them');
      expect(await ada.press('settings/set/pace:lots')).toContain('from 1 to 40');
    });
  });

  describe('of the community', () => {
    it('are shown to organisers and changed by them', async () => {
      const olga = test.as('olga', { organiser: true });
      expect(await olga.type('/settings show')).toContain('For the whole community');
      const said = await olga.type('/settings community-zone berlin');
      expect(said).toContain('The community’s time zone is now Europe/Berlin');
      expect(said).toContain('To go back: /settings community-zone UTC');
      expect(await olga.type('/settings community-points off')).toContain('now off for everybody here');
      expect(await ada.type('/settings show')).toContain('on (off for the community)');
      await olga.type('/settings show');
      expect(await olga.press('Switch points on for all')).toContain('now on for the community');
    });

    it('are refused to members, by command, button and form', async () => {
      for (const said of [
        await ada.type('/settings community-zone berlin'),
        await ada.type('/settings community-points off'),
        await ada.press('settings/set/community-points:off'),
        await ada.press('settings/form/community-zone'),
      ]) {
        expect(said).toMatch(/only organisers|for organisers/i);
      }
    });
  });

  describe.each(HOSTILE)('given %.24s', typed => {
    it.each(['zone', 'pace', 'messages', 'leaderboard', 'points', 'pause'])(
      'as a value of %s, changes nothing and answers briefly',
      async name => {
        await ada.type('/settings show');
        const before = await stored();
        const said = await ada.type(`/settings ${name} ${typed}`);
        expect(said.length).toBeLessThan(600);
        expect(await stored()).toEqual(before);
      },
    );

    it('in a form, changes nothing and answers briefly', async () => {
      await ada.type('/settings show');
      const before = await stored();
      for (const label of ['Change time zone', 'Pause']) {
        await ada.type('/settings show');
        await ada.press(label);
        const said = await ada.fill({ value: typed });
        expect(said).toMatch(/^⚠️/);
        expect(said.length).toBeLessThan(600);
      }
      expect(await stored()).toEqual(before);
    });
  });

  it('names the commands that take a value as they are given there', async () => {
    const way = (said: string) => /To go back: (.*)\.$/m.exec(said)?.[1];
    expect(way(await ada.type('/settings pace 6'))).toBe('/settings pace 4');
    const bo = test.as('bo', { platform: 'discord' });
    expect(way(await bo.type('/settings pace 6'))).toBe('/settings pace with hours: 4');
    const [, first] = bo.lastMessage.message.blocks;
    expect(first?.type).toBe('actions');
    expect(bo.lastMessage.message.blocks[0]).toMatchObject({ text: expect.stringContaining('`/settings pace` with') });
  });

  it('names the schedules that stay in another zone than the community’s, and how to move them', async () => {
    const olga = test.as('olga', { organiser: true });
    await olga.type('/schedule set digest');
    await olga.type('/schedule set leaderboard zone:Tokyo');
    const said = await olga.type('/settings community-zone Tokyo');
    expect(said).toContain('Schedules keep the time zone that they were made with. These are in another one:');
    expect(said).toContain('- 1: digest in #general, every Monday at 09:00 · all tracks, in UTC\n');
    expect(said).not.toContain('2: leaderboard');
    expect(said).toContain('make it anew with /schedule set, and end the old one with /schedule remove.');
    await olga.type('/schedule remove 1');
    await olga.press('Remove it');
    expect(await olga.type('/settings community-zone Tokyo')).not.toContain('Schedules');
    for (let at = 0; at < 7; at += 1) await olga.type('/schedule set leaderboard zone:Lima');
    expect(await olga.type('/settings community-zone Berlin')).toContain('- and 3 more, see /schedule list');
  });

  it('says of members in Slack that they keep the zone of their profile, and so they do', async () => {
    const sam = test.as('sam', { platform: 'slack', organiser: true, zone: 'UTC' });
    await sam.type('/settings show');
    await sam.press('Change its time zone');
    const said = await sam.fill({ value: 'Berlin' });
    expect(said).toContain('members keep theirs, which is that of their Slack profile until they choose another.');
    expect(said).not.toContain('chosen no zone of their own');
    expect(said).toContain('Time zone: UTC (');
    const olga = test.as('olga', { organiser: true });
    expect(await olga.type('/settings community-zone Tokyo')).toContain(
      'so do members who have chosen no zone of their own.',
    );
  });

  it('takes members who never chose a zone along when the community’s changes, with their digests', async () => {
    const olga = test.as('olga', { organiser: true });
    await olga.type('/schedule set digest');
    await test.as('bo').type('/track select engineering');
    await test.as('cy').type('/track select engineering');
    await test.as('cy').type('/settings zone Tokyo');
    await olga.type('/settings community-zone Berlin');
    expect(await test.as('bo').type('/settings')).toContain('Time zone: Europe/Berlin');
    expect(await test.as('cy').type('/settings')).toContain('Time zone: Asia/Tokyo');
    const targets = (await runsOfSchedule(test.db, 1)).map(({ target }) => target);
    expect(targets).toContain('zone:Europe/Berlin');
    expect(await olga.type('/settings')).toMatch(/Time zone: Europe\/Berlin[\s\S]*Time zone: Europe\/Berlin/);
  });
});
