// drizzle-orm and the two drivers, by `require` (see columns.ts); storage imports them from here only.
import { createRequire } from 'node:module';

export type { SQL } from 'drizzle-orm';

const require = createRequire(import.meta.url);

export const {
  and,
  asc,
  between,
  count,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  not,
  notInArray,
  or,
  sql,
  sum,
} = require('drizzle-orm') as typeof import('drizzle-orm');

/** A value of a prepared statement that is given when it runs, typed as what it stands for. */
export const placeholder = <T>(name: string): T => sql.placeholder(name) as unknown as T;

type BetterSqlite3 = typeof import('better-sqlite3');
/** SQLite, loaded when it is used: an installation on PostgreSQL never loads it, and the other way round. */
export const loadSqlite = () => ({
  Sqlite: require('better-sqlite3') as BetterSqlite3,
  ...(require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3')),
  ...(require('drizzle-orm/better-sqlite3/migrator') as typeof import('drizzle-orm/better-sqlite3/migrator')),
});
export const loadPostgres = () => ({
  ...(require('pg') as typeof import('pg')),
  ...(require('drizzle-orm/node-postgres') as typeof import('drizzle-orm/node-postgres')),
  ...(require('drizzle-orm/node-postgres/migrator') as typeof import('drizzle-orm/node-postgres/migrator')),
});
export const { readMigrationFiles } = require('drizzle-orm/migrator') as typeof import('drizzle-orm/migrator');
