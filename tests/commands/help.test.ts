import { beforeEach, describe, expect, it } from 'vitest';
import { loadCommands } from '../../src/commands.ts';
import { type TestMember, testApp } from '../support/app.ts';

describe('/help', () => {
  let ada: TestMember;
  let olga: TestMember;
  beforeEach(async () => {
    const test = await testApp();
    ada = test.as('ada');
    olga = test.as('olga', { organiser: true });
  });

  it('lists every command for members with what it does, made from the definitions', async () => {
    const said = await ada.type('/help');
    for (const { name, description, audience } of (await loadCommands()).values())
      if (audience === 'member') expect(said).toMatch(new RegExp(`- /${name}\\b.*: ${description.slice(0, 20)}`));
    expect(ada.lastMessage.private).toBe(true);
  });

  it('lists the organisers’ commands for organisers only', async () => {
    expect(await ada.type('/help')).not.toContain('/schedule');
    expect(await olga.type('/help')).toMatch(/For organisers[\s\S]*\/schedule/);
  });

  it('explains every command with its usage, each option and what it takes', async () => {
    for (const { name, subcommands } of (await loadCommands()).values()) {
      const said = await olga.type(`/help ${name}`);
      expect(said).toContain(`/${name.toUpperCase()}`);
      for (const [sub, { options = {} }] of Object.entries(subcommands)) {
        expect(said).toContain(sub ? `/${name} ${sub}` : `/${name}`);
        for (const [option, { description }] of Object.entries(options)) {
          expect(said).toContain(`${option}`);
          expect(said).toContain(description);
        }
      }
    }
  });

  it('names the values of a closed list, and what is optional', async () => {
    const said = await ada.type('/help leaderboard');
    expect(said).toContain('/leaderboard [period] [track] [role]');
    expect(said).toContain(
      '- period, optional: This week unless told (one of This week week, This month month, All time all)',
    );
    expect(await ada.type('/help /track')).toContain(
      '- track: The track (one of 🧭 General general, ⚙️ Engineering Track engineering, 🔬 Research Track research)',
    );
    expect(await ada.type('/track help')).toBe(await ada.type('/help track'));
  });

  it('tells a member who may use an organiser’s command, and where', async () => {
    const test = await testApp();
    expect(await test.as('eve').type('/help schedule')).toContain('This is for organisers: those who manage this');
    const eve = test.as('eve', { platform: 'discord', direct: true });
    const said = await eve.type('/help schedule');
    expect(said).toContain('members who may manage the server (the permission “Manage Server”)');
    expect(said).toContain('If that is you, send /schedule there.');
    expect(await olga.type('/help schedule')).not.toContain('This is for organisers');
  });

  it('names commands and values as they are picked on Discord', async () => {
    const test = await testApp();
    const eve = test.as('eve', { platform: 'discord' });
    const said = await eve.type('/help leaderboard');
    expect(said).not.toContain('[period]');
    expect(said).toContain('- period, optional: This week unless told (one of This week, This month, All time)');
    expect(await eve.type('/help')).toContain('/help with command: track explains one command.');
  });

  it('lets one choose the command to explain, from those that one may use', async () => {
    const overview = await ada.type('/help');
    expect(overview).toMatch(/\[Explain a command: .*track/);
    expect(overview).not.toMatch(/Explain a command: .*schedule/);
    expect(await ada.choose('track')).toBe(await ada.type('/help track'));
    expect(ada.lastMessage.private).toBe(true);
    await olga.type('/help');
    expect(await olga.choose('schedule')).toContain('/SCHEDULE');
  });

  it('says how to type where commands are typed, and where the plan stands', async () => {
    const test = await testApp();
    const typing = 'what is needed and left out is asked for';
    const home = 'The Home tab of this app shows your plan.';
    const shown = async (platform: 'web' | 'slack' | 'discord') => {
      const said = await test.as('eve', { platform }).type('/help');
      return [typing, home].map(words => said.includes(words));
    };
    expect(await shown('web')).toEqual([true, false]);
    expect(await shown('slack')).toEqual([true, true]);
    expect(await shown('discord')).toEqual([false, false]);
  });

  it('answers an unknown command with the nearest', async () => {
    expect(await ada.type('/help trakc')).toContain('There is no command “trakc”. Did you mean track?');
  });

  it('suggests commands as one types, the organisers’ to organisers', async () => {
    expect((await ada.suggest('help', '', 'command', '/s')).map(({ value }) => value)).toEqual([
      'settings',
      'skip',
      'start',
    ]);
    expect((await olga.suggest('help', '', 'command', 's')).map(({ value }) => value)).toContain('schedule');
  });
});
