// The things of one server, for people of another and for members without the permission: out of reach, and not even named.
import { describe, expect, it } from 'vitest';
import { expectToldPrivately, press, send, settle, startBot, submitForm, textOf } from '../support/discord-forgery.ts';
import { logged, rowsOf, WARN } from '../support/forgery.ts';

describe('another server’s things', () => {
  const meet = async () => {
    const test = await startBot();
    const oslo = await settle(test, 'Oslo');
    const leeds = await settle(test, 'Leeds');
    return { test, oslo, leeds, before: await rowsOf(test.db, oslo.guild.id) };
  };

  it('are out of reach of an organiser who knows their numbers', async () => {
    const { test, oslo, leeds, before } = await meet();
    for (const action of ['pause', 'resume', 'preview', 'run', 'remove', 'removed']) {
      const id = `schedule/${action}/${oslo.schedule}`;
      for (const customId of [id, `@${oslo.guild.id}!${id}`, `@${oslo.guild.id}#2!${id}`]) {
        const answer = await press(leeds.organiser, customId);
        expectToldPrivately(answer);
        expect(textOf(answer)).toContain(`There is no schedule “${oslo.schedule}” here`);
        expect(textOf(answer)).not.toContain(oslo.channel.id);
      }
    }
    for (const sub of ['pause', 'resume', 'preview', 'run', 'refresh', 'remove']) {
      const answer = await leeds.organiser.slash(`schedule ${sub}`, { schedule: Number(oslo.schedule) });
      expect(textOf(answer)).toContain('There is no schedule');
    }
    const offered = await leeds.organiser.autocomplete('schedule run', 'schedule', '');
    expect(offered.map(({ value }) => String(value))).toEqual([leeds.schedule]);
    expect(test.discord.messages(oslo.channel.id)).toEqual([]);
    expect(await rowsOf(test.db, oslo.guild.id)).toBe(before);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('are out of reach by the name of their server in a pressed button', async () => {
    const { test, oslo, leeds, before } = await meet();
    for (const action of [
      'done/done/risk-models',
      'settings/set/pace:40',
      'track/enter/research',
      'undo/undo/testing',
    ]) {
      await press(leeds.member, `@${oslo.guild.id}!${action}`);
      await press(test.discord.user('Member of Leeds').inDirectMessages(), `@${oslo.guild.id}!${action}`);
    }
    expect(await rowsOf(test.db, oslo.guild.id)).toBe(before);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('such as channels cannot be posted to, and their names stay unknown', async () => {
    const { test, oslo, leeds } = await meet();
    const gone = leeds.guild.addChannel({ name: 'gone' });
    gone.delete();
    const direct = test.discord.user('Ada').inDirectMessages().channelId;
    const voice = leeds.guild.addChannel({ name: 'Voice', type: 2 }).id;
    const hidden = leeds.guild.addChannel({ name: 'board', deny: 1n << 10n }).id;
    const before = await rowsOf(test.db, leeds.guild.id);
    for (const channel of [
      oslo.channel.id,
      gone.id,
      direct,
      voice,
      hidden,
      '1',
      '9'.repeat(20),
      '../users/@me',
      '@everyone',
      '<#1>',
      'x'.repeat(200),
    ]) {
      const answer = await send(leeds.organiser, 'schedule set', { kind: 'digest', channel });
      expectToldPrivately(answer, channel);
      expect(textOf(answer)).toContain('I cannot post in');
      expect(textOf(answer)).not.toContain('oslo-weekly');
    }
    expect(await rowsOf(test.db, leeds.guild.id)).toBe(before);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('are not changed by a member without Manage Server, whatever they send', async () => {
    const { test, leeds } = await meet();
    const before = await rowsOf(test.db, leeds.guild.id);
    const { member } = leeds;
    await expect(member.slash('schedule list')).rejects.toThrow('is not shown to');
    const forged = [
      ...['set', 'list', 'pause', 'resume', 'preview', 'run', 'refresh', 'remove'].map(sub =>
        send(member, `schedule ${sub}`, sub === 'set' ? { kind: 'digest' } : {}),
      ),
      ...['pause', 'resume', 'preview', 'run', 'remove', 'removed', 'list'].map(action =>
        press(member, `schedule/${action}/${leeds.schedule}`),
      ),
      member.slash('settings community-zone', { zone: 'Europe/Oslo' }),
      member.slash('settings community-points', { state: 'off' }),
      press(member, 'settings/set/community-points:off'),
      press(member, 'settings/form/community-zone'),
      submitForm(member, 'settings/form/community-zone', { value: 'Europe/Oslo' }),
      ...['-1', '0x20', '32n', 'ManageGuild', ' 32', '1e3', 32, null, ['32'], '32\n'].map(permissions =>
        member.sendRaw({
          type: 3,
          data: { component_type: 2, custom_id: `schedule/removed/${leeds.schedule}` },
          member: { user: { id: member.id, username: 'x' }, nick: 'Member of Leeds', permissions },
        }),
      ),
    ];
    for (const answer of await Promise.all(forged)) {
      expectToldPrivately(answer);
      expect(textOf(answer)).toMatch(/for organisers|Only organisers/);
    }
    expect(await rowsOf(test.db, leeds.guild.id)).toBe(before);
    expect(logged(test, WARN)).toEqual([]);
  });
});
