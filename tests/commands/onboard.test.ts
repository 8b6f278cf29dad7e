import { beforeEach, describe, expect, it } from 'vitest';
import { memberById, updateMember } from '../../src/storage/members.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

const FIRST = 'STEP 1 OF 6: YOUR TRACK';

describe('/onboard', () => {
  let test: TestApp;
  let ada: TestMember;
  const stored = async () => {
    const member = await memberById(test.db, 1);
    if (!member) throw new Error('no member');
    return member;
  };
  const skipTo = async (step: number) => {
    for (let at = 1; at < step; at += 1) await ada.press('Skip');
  };

  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
  });

  it('takes a member through six steps to a summary and their first topics', async () => {
    const welcome = await ada.type('/onboard');
    expect(welcome).toContain('Welcome, ada.');
    expect(welcome).toContain(FIRST);
    expect(welcome).toContain('⚙️ Engineering Track: Building safe systems.');
    expect(ada.lastMessage).toMatchObject({ private: true });

    expect(await ada.press('⚙️ Engineering Track')).toContain('STEP 2 OF 6: YOUR ROLES');
    expect(ada.lastMessage.replace).toBe(true);
    expect(await ada.choose('platform_engineer', 'security_engineer')).toContain('STEP 3 OF 6: HOURS A WEEK');
    expect(await ada.choose('6')).toContain('STEP 4 OF 6: YOUR TIME ZONE');
    expect(await ada.press('Change')).toContain('A city or an IANA id: UTC');
    expect(await ada.fill({ value: 'berlin' })).toContain('STEP 5 OF 6: DIRECT MESSAGES');
    const names = await ada.press('Every two weeks');
    expect(names).toContain('STEP 6 OF 6: LEADERBOARDS');
    expect(names).toContain('others here see your name and your points. No is the default');

    const summary = await ada.press('Yes, show my name');
    expect(summary).toContain('Track: ⚙️ Engineering Track');
    expect(summary).toContain('Roles: Platform Engineer, Security Engineer');
    expect(summary).toContain('Pace: 6 h a week');
    expect(summary).toContain('Time zone: Europe/Berlin');
    expect(summary).toContain('Direct messages: every two weeks');
    expect(summary).toContain('Name on leaderboards: shown');
    expect(summary).toContain('Your first topics');
    expect(summary).toContain('What AI safety is');
    expect(await stored()).toMatchObject({
      track: 'engineering',
      roles: ['platform_engineer', 'security_engineer'],
      weeklyHours: 6,
      zone: 'Europe/Berlin',
      zoneChosen: true,
      directMessages: 'fortnightly',
      listed: true,
      onboardingStep: null,
      onboardedAt: new Date('2026-11-23T09:00:00Z'),
    });
    expect(await ada.press('Show my topics')).toContain('WHAT IS NEXT');
  });

  it('can be skipped step by step, and then changes nothing', async () => {
    await ada.type('/onboard');
    const before = await stored();
    await skipTo(6);
    const summary = await ada.press('Skip');
    expect(summary).toContain('Track: none yet');
    expect(summary).toContain('Weekly messages begin once you have a track');
    expect(await stored()).toEqual({
      ...before,
      onboardingStep: null,
      onboardedAt: new Date('2026-11-23T09:00:00Z'),
    });
    expect((await stored()).listed).toBeNull();
  });

  it('goes back a step with what was chosen marked', async () => {
    await ada.type('/onboard');
    await ada.press('🔬 Research Track');
    expect(await ada.press('Back')).toContain('[🔬 Research Track (current)]');
    await ada.press('Skip');
    await ada.press('Skip');
    await ada.choose('10');
    const hours = await ada.press('Back');
    expect(hours).toContain('STEP 3 OF 6');
    const selects = ada.lastMessage.message.blocks.flatMap(block => (block.type === 'actions' ? block.items : []));
    const selected = selects.flatMap(item =>
      item.type === 'select' ? item.options.filter(({ selected }) => selected) : [],
    );
    expect(selected.map(({ value }) => value)).toEqual(['10']);
  });

  it('goes on a week later where it was left, says so, and can start again', async () => {
    await ada.type('/onboard');
    await ada.press('⚙️ Engineering Track');
    await ada.press('Skip');
    test.setNow('2026-11-30T09:00:00Z');
    const resumed = await ada.type('/onboard');
    expect(resumed).toContain('You left off here; what you answered before is kept.');
    expect(resumed).toContain('STEP 3 OF 6');
    expect(await ada.press('Start again')).toContain('[⚙️ Engineering Track (current)]');
    expect(await ada.press('onboard/start/')).toContain(FIRST);
  });

  it('starts at the first step with the present values when it was finished before', async () => {
    await ada.type('/onboard');
    await ada.press('⚙️ Engineering Track');
    await ada.choose('platform_engineer');
    for (let step = 3; step <= 6; step += 1) await ada.press('Skip');
    const again = await ada.type('/onboard');
    expect(again).toContain('You have been through this before');
    expect(again).toContain(FIRST);
    expect(again).toContain('[⚙️ Engineering Track (current)]');
    expect(await ada.press('Skip')).toContain('Now: Platform Engineer');
  });

  it('keeps the hours that are there when asked to, for what a menu shows as chosen may not be chosen again', async () => {
    await ada.type('/settings pace 7');
    await ada.type('/onboard');
    await skipTo(3);
    expect(await ada.press('Keep 7 h')).toContain('STEP 4 OF 6');
    expect((await stored()).weeklyHours).toBe(7);
  });

  it('takes another number of hours by form, from 1 to 40', async () => {
    await ada.type('/onboard');
    await skipTo(3);
    await ada.press('Another number');
    const form = ada.lastReply;
    expect(form).toMatchObject({ type: 'modal' });
    expect(await ada.fill({ value: '12' })).toContain('STEP 4 OF 6');
    expect((await stored()).weeklyHours).toBe(12);
    await ada.press('Back');
    await ada.press('Another number');
    expect(await ada.fill({ value: 'forty-one' })).toContain('a whole number from 1 to 40, not “forty-one”');
    expect((await stored()).weeklyHours).toBe(12);
  });

  it('keeps the zone that is there when asked to', async () => {
    const eve = test.as('eve', { zone: 'America/New_York' });
    await eve.type('/onboard');
    for (let at = 1; at < 4; at += 1) await eve.press('Skip');
    expect(eve.lastMessage.message.blocks).toContainEqual({
      type: 'facts',
      items: [
        { label: 'Now', value: 'America/New_York' },
        { label: 'Time there', value: 'Mon 23 Nov, 04:00' },
      ],
    });
    expect(await eve.press('Keep it')).toContain('STEP 5 OF 6');
    expect(await stored()).toMatchObject({ zone: 'America/New_York', zoneChosen: true });
  });

  it('offers the nearest zone for a misspelt city', async () => {
    await ada.type('/onboard');
    await skipTo(4);
    await ada.press('Change');
    const offered = await ada.fill({ value: 'new yrok' });
    expect(offered).toContain('“new yrok” is no time zone that I can use.');
    expect(offered).toContain('STEP 4 OF 6');
    expect(await ada.press('Use America/New_York')).toContain('STEP 5 OF 6');
    expect((await stored()).zone).toBe('America/New_York');
  });

  it('removes all roles with one button, and refuses more than five', async () => {
    const roles = new Map(
      Array.from({ length: 6 }, (_, at) => {
        const id = `role_${at}`;
        return [id, { id, title: `Role ${at}`, badge: '', focus: 'x', employers: [], keySkills: [] }] as const;
      }),
    );
    test.setCurriculum({ ...testCurriculum, roles });
    await ada.type('/onboard');
    await ada.press('Skip');
    const step = ada.lastReply;
    await ada.choose('role_1', 'role_2');
    await ada.press('Back');
    expect(await ada.choose(...roles.keys())).toContain('at most 5 roles; you chose 6');
    expect((await stored()).roles).toEqual(['role_1', 'role_2']);
    await ada.press('No particular role', step);
    expect((await stored()).roles).toEqual([]);
  });

  it('says that leaderboards are off where the organisers have them off', async () => {
    await test.as('olga', { organiser: true }).type('/settings community-points off');
    await ada.type('/onboard');
    await skipTo(6);
    expect(await ada.press('Back')).toContain('STEP 5');
    expect(await ada.press('Skip')).toContain('switched off at present');
  });

  describe('with buttons of an old message', () => {
    it('answers a track that has vanished with those that are there', async () => {
      await ada.type('/onboard');
      const said = await ada.press('onboard/track/atlantis');
      expect(said).toContain('That track is not there any more.');
      expect(said).toContain(FIRST);
      expect((await stored()).track).toBeNull();
    });

    it('asks again for roles of which one has vanished', async () => {
      await ada.type('/onboard');
      await ada.press('Skip');
      test.setCurriculum({
        ...testCurriculum,
        roles: new Map([...testCurriculum.roles].filter(([id]) => id !== 'security_engineer')),
      });
      expect(await ada.choose('security_engineer')).toContain('Not all of these roles are still there');
      expect((await stored()).roles).toEqual([]);
    });

    it('begins at the first step where a step has vanished', async () => {
      await ada.type('/onboard');
      expect(await ada.press('onboard/go/shoe-size')).toContain(FIRST);
      await updateMember(test.db, 1, { onboardingStep: 'shoe-size' });
      const said = await ada.type('/onboard');
      expect(said).toContain('The questions have changed');
      expect(said).toContain(FIRST);
    });

    it('saves a late pick after the end, and the next step follows', async () => {
      await ada.type('/onboard');
      const first = ada.lastReply;
      await skipTo(6);
      await ada.press('Skip');
      expect(await ada.press('🔬 Research Track', first)).toContain('STEP 2 OF 6');
      expect((await stored()).track).toBe('research');
    });
  });

  it.each(['x'.repeat(10_000), '\u0000\u001b[31m\u202e', '@everyone', '<!channel>', '<b>x</b> **y**', '+02:00'])(
    'asks again for a zone given as %.20s',
    async value => {
      await ada.type('/onboard');
      await skipTo(4);
      await ada.press('Change');
      const said = await ada.fill({ value });
      expect(said).toContain('is no time zone that I can use');
      expect(said.length).toBeLessThan(900);
      expect((await stored()).zone).toBe('UTC');
    },
  );

  it('shows a hostile name as it is written, without markup', async () => {
    const hostile = test.as('**<!channel>** [x](https://example.org)');
    expect(await hostile.type('/onboard')).toContain('Welcome, **<!channel>** [x](https://example.org).');
  });
});
