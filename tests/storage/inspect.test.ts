import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openPostgres, openSqlite } from '../../src/storage/database.ts';
import { inspectDatabase } from '../../src/storage/inspect.ts';

const postgres = inject('postgres');

describe('looking at a SQLite database', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'milepost-inspect-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A database whose newest migration was at this distance from ours. */
  const migratedOff = async (name: string, byMs: number): Promise<string> => {
    const path = join(folder, name);
    await (await openSqlite(path)).close();
    const sqlite = new Sqlite(path);
    sqlite.prepare('delete from __drizzle_migrations where id < (select max(id) from __drizzle_migrations)').run();
    sqlite.prepare('update __drizzle_migrations set created_at = created_at + ?').run(byMs);
    sqlite.close();
    return path;
  };

  it('finds none in a place where one can be made, and makes none', async () => {
    const path = join(folder, 'not', 'yet', 'milepost.sqlite');
    expect(await inspectDatabase({ path })).toBe('new');
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  it('knows one that is up to date, one of an earlier version and one of a later version', async () => {
    expect(await inspectDatabase({ path: await migratedOff('current.sqlite', 0) })).toBe('current');
    expect(await inspectDatabase({ path: await migratedOff('ahead.sqlite', 1) })).toBe('ahead');
    const behind = await migratedOff('behind.sqlite', -1);
    const before = await readFile(behind);
    expect(await inspectDatabase({ path: behind })).toBe('behind');
    expect((await readFile(behind)).equals(before)).toBe(true);
  });

  it('says what to do about a file that is no database', async () => {
    const path = join(folder, 'notes.txt');
    await writeFile(path, 'These are notes and no database. '.repeat(40));
    await expect(inspectDatabase({ path })).rejects.toThrow(/notes\.txt cannot be read: .*DATABASE_PATH/);
  });

  it('says so where the folder may not be written', async () => {
    // Nothing but the kernel's own folders is closed to root.
    const isRoot = process.getuid?.() === 0;
    const locked = isRoot ? '/proc/sys' : await mkdtemp(join(folder, 'locked-'));
    if (!isRoot) await chmod(locked, 0o500);
    await expect(inspectDatabase({ path: join(locked, 'milepost.sqlite') })).rejects.toThrow('may not write');
  });
});

const url = 'url' in postgres ? postgres.url : undefined;
describe.skipIf(url === undefined)('looking at a PostgreSQL database', () => {
  const name = `test_inspect_${process.pid}`;
  const administer = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: `${url}/postgres` });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  beforeAll(() => administer(`create database ${name}`));
  afterAll(() => administer(`drop database ${name} with (force)`));

  it('knows an empty one, and one that is up to date, and makes nothing', async () => {
    const place = { url: `${url}/${name}`, path: '' };
    expect(await inspectDatabase(place)).toBe('new');
    expect(await inspectDatabase(place)).toBe('new');
    await (await openPostgres(place.url)).close();
    expect(await inspectDatabase(place)).toBe('current');
  });

  it('says what to check where it cannot be reached', async () => {
    const nowhere = 'postgres://somebody:secret@127.0.0.1:1/milepost';
    const refused = inspectDatabase({ url: nowhere, path: '' }).catch((error: Error) => error.message);
    expect(await refused).toMatch(/^The PostgreSQL database cannot be used: .*ECONNREFUSED.*Check DATABASE_URL/);
    expect(await refused).not.toContain('secret');
  });
});
