import { expect, it } from 'vitest';
import { communityByExternalId } from '../../src/storage/attendance.ts';
import { type Member, memberByExternalId } from '../../src/storage/members.ts';
import type { PersonName } from '../support/platform-drivers/driver.ts';
import { onEachPlatform } from './each-platform.ts';

onEachPlatform('what people do', ({ driver, person, itWith }) => {
  const memberOf = async (who: PersonName): Promise<Member | undefined> => {
    const { db, communityId, platform } = driver();
    const community = await communityByExternalId(db, { platform: platform.name, externalId: communityId });
    return community && (await memberByExternalId(db, community.id, person(who).id));
  };
  const postsInGeneral = async () => driver().posts(driver().channel('general'));

  it('makes them a member with their name, the first time', async () => {
    expect(await memberOf('faye')).toBeUndefined();
    expect(await person('faye').send('next')).toMatchObject({ type: 'message', isPrivate: true });
    expect(await memberOf('faye')).toMatchObject({ name: 'Faye Moreau', track: null });
    expect(await memberOf('ben'), 'nobody else').toBeUndefined();
  });

  itWith('zones', 'gives them the time zone that they have on the platform', async () => {
    expect((await person('faye').send('settings show')).text).toContain('Europe/Paris');
    expect(await memberOf('faye')).toMatchObject({ zone: 'Europe/Paris', zoneChosen: false });
  });

  it('does what a command with its options says', async () => {
    const seen = await person('faye').send('track select', { track: 'engineering' });
    expect(seen.text).toMatch(/you are on .*Engineering Track/i);
    expect(seen.buttons).toEqual(['Show what is next', 'Choose roles']);
    expect(await memberOf('faye')).toMatchObject({ track: 'engineering' });
  });

  it('takes several values and values of several words', async () => {
    const roles = await person('faye').send('roles select', { roles: 'platform_engineer, Security Engineer' });
    expect(roles.text).toContain('Your roles are now: Platform Engineer, Security Engineer.');
    expect((await memberOf('faye'))?.roles.toSorted()).toEqual(['platform_engineer', 'security_engineer']);
    const zone = await person('faye').send('settings zone', { zone: 'New York' });
    expect(zone.text).toContain('Your time zone is now America/New_York');
  });

  it('asks by a form for an option that is missing, and does what its answer says', async () => {
    const form = await person('faye').send('roles select');
    expect(form).toMatchObject({ type: 'form', isPrivate: true, fields: { Roles: '' } });
    expect(form.text).toContain('/roles select');
    const seen = await person('faye').submit({ Roles: ['platform_engineer', 'security_engineer'] });
    expect(seen).toMatchObject({ type: 'message', isPrivate: true });
    expect(seen.text).toContain('Your roles are now: Platform Engineer, Security Engineer.');
    expect((await memberOf('faye'))?.roles).toHaveLength(2);
  });

  it('says why a form is refused, changes nothing, and keeps what was typed', async () => {
    const faye = person('faye');
    await faye.send('settings zone', { zone: 'Lisbon' });
    await faye.send('settings show');
    expect(await faye.press('Change time zone')).toMatchObject({ type: 'form', fields: { 'City or zone': '' } });
    const refused = await faye.submit({ 'City or zone': 'Atlantis' });
    expect(refused.text).toContain('“Atlantis” is no time zone');
    expect(refused.isPrivate).toBe(true);
    expect(await memberOf('faye')).toMatchObject({ zone: 'Europe/Lisbon' });
    expect(await faye.reopen()).toMatchObject({ type: 'form', fields: { 'City or zone': 'Atlantis' } });
    expect((await faye.submit({ 'City or zone': 'Madrid' })).text).toContain('Europe/Madrid');
    expect(await memberOf('faye')).toMatchObject({ zone: 'Europe/Madrid' });
  });

  it('asks by a form again and again until an option that must be there is right', async () => {
    const faye = person('faye');
    await faye.send('track select', { track: 'engineering' });
    expect(await faye.insist('done')).toMatchObject({ type: 'form', fields: { Topics: '' } });
    const refused = await faye.submit({ Topics: 'observabilty' });
    expect(refused.text).toContain('“observabilty”');
    expect(refused.text).toContain('Observability');
    expect((await faye.reopen()).fields).toEqual({ Topics: 'observabilty' });
    expect((await faye.submit({ Topics: 'testing' })).text).toContain('1 topic done');
  });

  it('offers the nearest name for one that is misspelt, and does nothing', async () => {
    const choice = await person('faye').insist('track select', { track: 'enginering' });
    expect(choice.text).toContain(
      '“enginering” is no choice for track. Did you mean ⚙️ Engineering Track (engineering)?',
    );
    expect(choice.isPrivate).toBe(true);
    expect(await memberOf('faye')).toMatchObject({ track: null });
    expect((await person('faye').send('done', { topics: 'observabilty' })).text).toContain('Observability');
    expect((await person('faye').send('settings zone', { zone: 'Berlim' })).text).toContain('Europe/Berlin');
  });

  it('answers a command that is not there with what there is', async () => {
    const seen = await person('faye').insist('nonsense');
    expect(seen).toMatchObject({ type: 'message', isPrivate: true });
    expect(seen.text).toMatch(/command/);
    expect(seen.text).toMatch(/\/(milepost )?help lists all commands\./);
  });

  it('shows a private answer to the person alone, once', async () => {
    const before = await driver().shown();
    const seen = await person('faye').send('next');
    expect(seen).toMatchObject({ type: 'message', isPrivate: true, isReplacement: false });
    expect(await postsInGeneral()).toEqual([]);
    expect(await driver().shown()).toBe(before + 1);
  });

  it('shows a public answer to all, once', async () => {
    const before = await driver().shown();
    const seen = await person('faye').send('wave');
    expect(seen).toMatchObject({ type: 'message', isPrivate: false });
    expect((await postsInGeneral()).map(({ text }) => text)).toEqual(['👋 Faye Moreau waves at everybody.']);
    expect(await driver().shown()).toBe(before + 1);
  });

  it('shows a form once, and its answer once', async () => {
    const before = await driver().shown();
    await person('faye').send('roles select');
    expect(await driver().shown()).toBe(before + 1);
    await person('faye').submit({ Roles: ['platform_engineer'] });
    expect(await driver().shown()).toBe(before + 2);
  });

  it('changes a private message in place when its button is pressed', async () => {
    const faye = person('faye');
    expect(await faye.send('tally')).toMatchObject({ text: expect.stringContaining('stands at 0'), isPrivate: true });
    const before = await driver().shown();
    expect(await faye.press('One more')).toMatchObject({
      text: expect.stringContaining('stands at 1'),
      isPrivate: true,
      isReplacement: true,
    });
    expect(await faye.press('One more')).toMatchObject({ text: expect.stringContaining('stands at 2') });
    expect(await driver().shown(), 'no new message').toBe(before);
  });

  it('takes a choice of several values, and of none', async () => {
    const faye = person('faye');
    await faye.send('roles show');
    const both = await faye.choose(['platform_engineer', 'security_engineer']);
    expect(both.text).toContain('Your roles are now: Platform Engineer, Security Engineer.');
    expect(both.isReplacement).toBe(true);
    expect((await memberOf('faye'))?.roles).toHaveLength(2);
    expect((await faye.choose([])).text).toContain('No role chosen');
    expect((await memberOf('faye'))?.roles).toEqual([]);
  });

  it('answers in direct messages as in a channel, about the same progress', async () => {
    const faye = person('faye');
    await faye.send('track select', { track: 'engineering' });
    const seen = await faye.alone.send('done', { topics: 'testing' });
    expect(seen).toMatchObject({ text: expect.stringContaining('1 topic done'), isPrivate: true });
    expect((await faye.send('done', { topics: 'testing' })).text).toContain('Already done');
    expect(await postsInGeneral()).toEqual([]);
  });

  it('keeps organisers’ commands from members, and changes nothing', async () => {
    await person('ada').send('schedule set', { kind: 'digest', channel: '#weekly-digest' });
    for (const [command, options] of [
      ['schedule set', { kind: 'digest' }],
      ['schedule remove', { schedule: 1 }],
      ['settings community-points', { state: 'off' }],
    ] as const) {
      const seen = await person('faye').insist(command, options);
      expect(seen.text).toMatch(/for organisers|Only organisers/);
      expect(seen.isPrivate).toBe(true);
    }
    const list = await person('ada').send('schedule list');
    expect(list.text).toContain('Schedule 1');
    expect(list.text).not.toContain('Schedule 2');
    expect((await person('ada').send('settings community-points', { state: 'on' })).text).toContain('now on');
  });

  it('offers the same values for the same text, to everybody', async () => {
    const faye = person('faye');
    await faye.send('track select', { track: 'engineering' });
    expect(await faye.suggest('settings zone', 'zone', 'berl')).toEqual(['Europe/Berlin']);
    expect(await faye.suggest('topics show', 'topic', 'depl')).toEqual(['deployment']);
    expect(await faye.suggest('topics show', 'topic', 'zzz')).toEqual([]);
    const all = await faye.suggest('settings zone', 'zone', 'america');
    expect(all).toHaveLength(25);
  });

  it('says which incident it was when a handler fails, and goes on', async () => {
    await person('faye').send('track select', { track: 'engineering' });
    const before = await driver().shown();
    const seen = await person('faye').send('broken');
    expect(seen.text).toMatch(/Something went wrong on our side\..* the incident [0-9a-f]{8}\./);
    expect(seen.text).not.toContain('on purpose');
    expect(seen.isPrivate).toBe(true);
    expect(await driver().shown()).toBe(before + 1);
    expect(driver().faults()).toEqual(['an interaction failed']);
    expect((await person('faye').send('done', { topics: 'testing' })).text).toContain('1 topic done');
    expect(await memberOf('faye')).toMatchObject({ track: 'engineering' });
  });

  it('repeats what a member typed as text, and pings nobody by it', async () => {
    const hostile = '<!channel> @everyone <@U012345678> *a* `b` &amp; [c](d)';
    const seen = await person('faye').send('topics search', { text: hostile });
    expect(seen.text).toContain(hostile);
    expect(driver().pinged()).toEqual([]);
  });
});
