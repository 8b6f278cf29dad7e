import { afterEach, describe, expect, it } from 'vitest';
import { adoptDatabase } from '../../src/storage/adopt.ts';
import { presentCommunities } from '../../src/storage/attendance.ts';
import { directChannel, rememberDirectChannel } from '../../src/storage/direct-channels.ts';
import { startDiscord } from '../support/discord/discord-server.ts';
import { startTestBot, type TestBot } from '../support/discord-bot.ts';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});
/** Ids come from the time, so another application was made on another day. */
const anotherDiscord = () => startDiscord({ now: () => new Date('2026-11-24T08:00:00Z') });
const started = (test: TestBot): TestBot => {
  ended.push(() => test.stop());
  return test;
};

describe('a database that belongs to another Discord application', () => {
  it('is left alone: the start is refused, and no community is put to rest', async () => {
    const first = await startTestBot();
    first.discord.addGuild({ name: 'Leeds' });
    await first.bot.discord.refreshGuilds();
    await first.bot.stop();
    ended.push(() => first.discord.stop());

    const staging = await anotherDiscord();
    ended.push(() => staging.stop());
    const start = startTestBot({ discord: staging, db: first.db });
    await expect(start).rejects.toMatchObject({
      code: 'other_application',
      message: expect.stringContaining('npx milepost discord adopt'),
    });
    expect(await presentCommunities(first.db, 'discord')).toMatchObject([{ name: 'Leeds' }]);
  });

  it('can be given to it, and then its old channels of direct messages are forgotten', async () => {
    const first = await startTestBot();
    await first.bot.stop();
    ended.push(() => first.discord.stop());
    await rememberDirectChannel(first.db, 'discord', '1', '2');

    const moved = await anotherDiscord();
    ended.push(() => moved.stop());
    await adoptDatabase(first.db, moved.applicationId);
    started(await startTestBot({ discord: moved, db: first.db }));
    expect(await directChannel(first.db, 'discord', '1')).toBeUndefined();
  });
});
