// Looks whether a database is there and up to date, without making or changing anything.
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { loadPostgres, loadSqlite, readMigrationFiles } from './drizzle.ts';

/**
 * `new`: it is made at the first start. `behind`: the next start brings it up to date. `ahead`: a later version of Milepost made or
 * migrated it.
 */
export type DatabaseState = 'new' | 'behind' | 'current' | 'ahead';

const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const CONNECT_TIMEOUT_MS = 10_000;

/** `applied` is the moment of the newest migration that the database has had, undefined where it has had none. */
const stateOf = (applied: number | undefined, folder: 'sqlite' | 'postgres'): DatabaseState => {
  const wanted = Math.max(
    ...readMigrationFiles({ migrationsFolder: join(MIGRATIONS, folder) }).map(({ folderMillis }) => folderMillis),
  );
  if (applied === undefined) return 'new';
  if (applied === wanted) return 'current';
  return applied < wanted ? 'behind' : 'ahead';
};

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

const requireWritable = (path: string): void => {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch {
    throw new UserError(
      'database',
      `This user may not write ${path}. Give it to the user that Milepost runs as, or set DATABASE_PATH to a place that is theirs.`,
    );
  }
};

const inspectSqlite = (path: string): DatabaseState => {
  // SQLite writes its journal beside the file, so the folder must be writable too.
  requireWritable(nearestFolder(dirname(resolve(path))));
  if (!existsSync(path)) return 'new';
  requireWritable(path);
  const { Sqlite } = loadSqlite();
  try {
    const sqlite = new Sqlite(path, { readonly: true, fileMustExist: true });
    try {
      const known = sqlite.prepare(`select 1 from sqlite_master where name = '__drizzle_migrations'`).get();
      const newest = known && sqlite.prepare('select max(created_at) as at from __drizzle_migrations').get();
      const { at = null } = (newest ?? {}) as { at?: number | null };
      return stateOf(at === null ? undefined : Number(at), 'sqlite');
    } finally {
      sqlite.close();
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      'database',
      `The database ${path} cannot be read: ${why}. Check that DATABASE_PATH names Milepost’s SQLite file.`,
    );
  }
};

const inspectPostgres = async (url: string): Promise<DatabaseState> => {
  const { Client } = loadPostgres();
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that breaks off rejects the query under way as well; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      `select to_regclass('drizzle.__drizzle_migrations') is not null as known,
              has_database_privilege(current_database(), 'CREATE') as "mayCreate"`,
    );
    const [{ known, mayCreate }] = rows as [{ known: boolean; mayCreate: boolean }];
    if (!known && !mayCreate) throw new Error('its user may not create a schema');
    const newest = known && (await client.query('select max(created_at) as at from drizzle.__drizzle_migrations'));
    const at = newest ? (newest.rows[0] as { at: string | null }).at : null;
    return stateOf(at === null ? undefined : Number(at), 'postgres');
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : '') || String((cause as { code?: unknown }).code ?? cause);
    throw new UserError(
      'database',
      `The PostgreSQL database cannot be used: ${why}. Check DATABASE_URL, that the server runs, and that its user may create tables.`,
    );
  } finally {
    await client.end().catch(() => {});
  }
};

/** How the database that `url` or else `path` names stands. Throws a UserError where it cannot be used. */
export const inspectDatabase = async ({
  url,
  path,
}: {
  url?: string | undefined;
  path: string;
}): Promise<DatabaseState> => (url ? inspectPostgres(url) : inspectSqlite(path));
