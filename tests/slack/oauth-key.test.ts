import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Db, openSqlite } from '../../src/storage/database.ts';
import { openTestDb } from '../support/databases.ts';
import { clientOf, closeAfterwards, closeAll, errorOf } from '../support/slack/real-app.ts';
import {
  installByBrowser,
  KEY,
  OLD_KEY,
  startClock,
  startInstaller,
  startSlackAt,
} from '../support/slack-installer.ts';

afterEach(closeAll);

const start = async (db: Db) => {
  const clock = startClock();
  const slack = await startSlackAt(clock);
  const installer = await startInstaller({ db, slack, clock });
  const readers = slack.addWorkspace({ name: 'Readers', installed: false });
  slack.installInto({ workspace: readers });
  return { db, clock, slack, installer, readers };
};

describe('the key in the environment', () => {
  it('is all that stands between a copy of the database and the tokens', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'milepost-'));
    closeAfterwards(() => rm(folder, { recursive: true }));
    const path = join(folder, 'milepost.sqlite');
    const db = await openSqlite(path);
    const { slack, installer, readers } = await start(db);
    slack.app.tokenRotation = true;
    await installByBrowser(installer.url);
    await db.close();
    const file = await readFile(path, 'latin1');
    expect(file).toContain(readers.teamId);
    expect(file).not.toContain('xox');
    expect(file).not.toContain(readers.botToken.split('-').at(-1));
  });

  it('can be changed: what the old one sealed is sealed anew at the start, and the old one can go', async () => {
    const { db, clock, slack } = await start(await openTestDb());
    const before = await startInstaller({ db, slack, clock, keys: [OLD_KEY] });
    await installByBrowser(before.url);
    const both = await startInstaller({ db, slack, clock, keys: [KEY, OLD_KEY] });
    await both.start();
    expect(both.lines.some(({ msg }) => msg.includes('SECRET_KEY_OLD can go'))).toBe(true);
    const after = await startInstaller({ db, slack, clock });
    await after.start();
    expect(after.lines).toEqual([]);
    const [team] = await after.workspaces.all();
    const token = (await after.workspaces.of(team?.teamId ?? ''))?.botToken ?? '';
    expect(await errorOf(clientOf(slack, token).auth.test())).toBeUndefined();
  });

  it('that is lost is named in the log once for each workspace, and the others go on', async () => {
    const { db, clock, slack, readers } = await start(await openTestDb());
    const before = await startInstaller({ db, slack, clock, keys: [OLD_KEY] });
    await installByBrowser(before.url);
    const now = await startInstaller({ db, slack, clock });
    const other = slack.addWorkspace({ name: 'Other', installed: false });
    slack.installInto({ workspace: other });
    await installByBrowser(now.url);
    await now.start();
    expect(await now.workspaces.of(readers.teamId)).toBeUndefined();
    expect((await now.workspaces.of(other.teamId))?.botToken).toBe(other.botToken);
    expect(await now.workspaces.all()).toEqual([{ teamId: other.teamId, name: 'Other' }]);
    const errors = now.lines.filter(({ level }) => level === 50);
    expect(errors).toMatchObject([{ workspace: readers.teamId }]);
    expect(errors[0]?.msg).toMatch(/SECRET_KEY_OLD.*\/slack\/install/);
    slack.installInto({ workspace: readers });
    await installByBrowser(now.url);
    expect((await now.workspaces.of(readers.teamId))?.botToken).toBe(readers.botToken);
  });
});
