import { expect, it } from 'vitest';
import { directChannel, forgetDirectChannel, rememberDirectChannel } from '../../src/storage/direct-channels.ts';
import { describeOnBothDatabases } from '../support/databases.ts';

describeOnBothDatabases('direct message channels', open => {
  it('are remembered by platform and person, the last one counts, until they are forgotten', async () => {
    const db = await open();
    expect(await directChannel(db, 'discord', 'ada')).toBeUndefined();
    await rememberDirectChannel(db, 'discord', 'ada', '1');
    await rememberDirectChannel(db, 'discord', 'ada', '2');
    await rememberDirectChannel(db, 'discord', 'bo', '3');
    await rememberDirectChannel(db, 'slack', 'ada', 'D4');
    await forgetDirectChannel(db, 'discord', 'bo');
    await forgetDirectChannel(db, 'discord', 'nobody');
    expect(await directChannel(db, 'discord', 'ada')).toBe('2');
    expect(await directChannel(db, 'discord', 'bo')).toBeUndefined();
    expect(await directChannel(db, 'slack', 'ada')).toBe('D4');
  });
});
