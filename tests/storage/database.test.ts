import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { communityById, findOrCreateCommunity } from '../../src/storage/communities.ts';
import { openSqlite } from '../../src/storage/database.ts';
import { deliveryByKey } from '../../src/storage/deliveries.ts';
import { findOrCreateMember, updateEnrolment } from '../../src/storage/members.ts';
import { ledgerOf, setTopicState } from '../../src/storage/progress.ts';
import { nextRun, schedulesOf } from '../../src/storage/schedules.ts';
import { describeOnBothDatabases } from '../support/databases.ts';

const now = new Date('2026-11-23T09:00:00Z');
const ROOT = join(import.meta.dirname, '../..');

describe('a SQLite file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'milepost-database-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is made with its folder, and keeps what it was given', async () => {
    const path = join(folder, 'deep/down/milepost.sqlite');
    const first = await openSqlite(path);
    await findOrCreateCommunity(first, { platform: 'web', externalId: 'a', name: 'A' }, now);
    await first.close();
    const again = await openSqlite(path);
    expect((await findOrCreateCommunity(again, { platform: 'web', externalId: 'a', name: 'other' }, now)).name).toBe(
      'A',
    );
    await again.close();
    expect(readdirSync(join(folder, 'deep/down'))).toEqual(['milepost.sqlite']);
  });

  it.each([
    ['text', 'This is no database, but it is long enough to look at. '.repeat(40)],
    ['a cut-off database', 'SQLite format 3\u0000rest is missing'],
  ])('that is %s is refused with what to check, and left as it is', async (_, content) => {
    const path = join(folder, 'broken.sqlite');
    writeFileSync(path, content);
    const refusal = await openSqlite(path).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as UserError).message).toContain(`Cannot use the database ${path}`);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it('that cannot be made says so', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(openSqlite(join(folder, 'file/milepost.sqlite'))).rejects.toThrow('Cannot use the database');
  });

  it('is copied before a later migration, which may rebuild a table without losing the rows that refer to it', async () => {
    const path = join(folder, 'milepost.sqlite');
    const db = await openSqlite(path);
    const community = await findOrCreateCommunity(db, { platform: 'web', externalId: 'a', name: 'A' }, now);
    const joined = await findOrCreateMember(db, community, { externalId: 'ada', name: 'Ada' }, now);
    const member = await updateEnrolment(db, community, joined, { track: 'general', roles: ['x'] }, now);
    await setTopicState(db, { community, member }, 'done', [{ id: 't', points: 10 }], now);
    await db.close();

    const migrations = join(folder, 'migrations');
    cpSync(join(ROOT, 'migrations/sqlite'), migrations, { recursive: true });
    const journalFile = join(migrations, 'meta/_journal.json');
    const journal = JSON.parse(readFileSync(journalFile, 'utf8'));
    const [first] = journal.entries;
    const last = journal.entries.at(-1);
    journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: 'rebuild' });
    writeFileSync(journalFile, JSON.stringify(journal));
    const start = readFileSync(join(migrations, `${first.tag}.sql`), 'utf8');
    const members = /CREATE TABLE `members` \([^;]*\);/.exec(start)?.[0] ?? '';
    // The way drizzle-kit rebuilds a table: a new one, the rows, the old one dropped.
    writeFileSync(
      join(migrations, 'rebuild.sql'),
      [
        members.replace('`members`', '`__new_members`'),
        'INSERT INTO `__new_members` SELECT * FROM `members`;',
        'DROP TABLE `members`;',
        'ALTER TABLE `__new_members` RENAME TO `members`;',
      ].join('\n--> statement-breakpoint\n'),
    );
    const migrated = await openSqlite(path, migrations);
    expect((await ledgerOf(migrated, member.id)).map(event => event.topicId)).toEqual(['t']);
    expect((await findOrCreateMember(migrated, community, { externalId: 'ada', name: 'Ada' }, now)).roles).toEqual([
      'x',
    ]);
    await migrated.close();
    expect(readdirSync(folder).filter(name => name.startsWith('milepost.sqlite.before-migration-'))).toHaveLength(1);
  });
});

describe('the SQLite file of an earlier version', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'milepost-earlier-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The migrations up to and with the one whose number is `last`. */
  const migrationsUntil = (last: number): string => {
    const migrations = join(folder, 'migrations');
    cpSync(join(ROOT, 'migrations/sqlite'), migrations, { recursive: true });
    const journalFile = join(migrations, 'meta/_journal.json');
    const journal = JSON.parse(readFileSync(journalFile, 'utf8'));
    writeFileSync(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, last + 1) }));
    return migrations;
  };

  it('keeps its communities, schedules and what was planned: nothing is parked and no thread is opened', async () => {
    const path = join(folder, 'milepost.sqlite');
    await (await openSqlite(path, migrationsUntil(0))).close();
    const file = new Sqlite(path);
    file.exec(`
      insert into communities values (1, 'web', 'a', 'A', 'UTC', 1, 1000);
      insert into schedules values (7, 1, 'digest', 'weekly', 1, '0 9 * * 1', 'UTC', '["general"]', 2, '2026-11-23', null, null, null, 'ada', 1000);
      insert into schedule_runs values (7, 'channel', '2026-11-30T09:00', 2000);
      insert into deliveries values ('k', 'digest', 1, 7, null, 'weekly', '2026-11-23T09:00', 1000, 'pending', 0, 1000, null, null, null, null, null, null);
    `);
    file.close();
    const db = await openSqlite(path);
    expect(await communityById(db, 1)).toMatchObject({ name: 'A', leftAt: null });
    expect(await schedulesOf(db, 1)).toMatchObject([{ id: 7, thread: false, tracks: ['general'], topicsPerWeek: 2 }]);
    expect((await nextRun(db))?.nextSlot).toBe('2026-11-30T09:00');
    expect((await deliveryByKey(db, 'k'))?.state).toBe('pending');
    await db.close();
  });
});

describeOnBothDatabases('a transaction', open => {
  it('leaves nothing behind when one of its statements fails', async () => {
    const db = await open();
    const { installation } = db.tables;
    await expect(
      db.atomically(query => [
        query.insert(installation).values({ name: 'a', value: '1' }),
        query.insert(installation).values({ name: 'a', value: '2' }),
      ]),
    ).rejects.toThrow();
    expect(await db.query.select().from(installation)).toEqual([]);
  });

  it('answers the rows of its statements in their order', async () => {
    const db = await open();
    const { installation } = db.tables;
    const [first, second] = await db.atomically(query => [
      query.insert(installation).values({ name: 'a', value: '1' }).returning(),
      query.select().from(installation),
    ]);
    expect([first, second]).toEqual([[{ name: 'a', value: '1' }], [{ name: 'a', value: '1' }]]);
  });
});

describe('migrations', () => {
  it.each(['sqlite', 'postgres'])('of %s are applied in the order of their times, so none is passed over', dialect => {
    const file = join(ROOT, 'migrations', dialect, 'meta/_journal.json');
    const times = JSON.parse(readFileSync(file, 'utf8')).entries.map((entry: { when: number }) => entry.when);
    expect(times).toEqual([...new Set(times)].sort((a, b) => Number(a) - Number(b)));
    expect(times.length).toBeGreaterThan(0);
  });
});
