// Empties a database: only the playground does that, to start over.
import type { Db } from './database.ts';
import type { Tables } from './tables.ts';

/** Every table, children before their parents. */
const CHILDREN_FIRST = {
  webMessages: true,
  installation: true,
  keptValues: true,
  outages: true,
  directChannels: true,
  slackInstallations: true,
  deliveries: true,
  scheduleRuns: true,
  schedules: true,
  standingCounts: true,
  standings: true,
  quizzes: true,
  progressEvents: true,
  topicProgress: true,
  memberPauses: true,
  memberRoles: true,
  members: true,
  communities: true,
} as const satisfies Record<keyof Tables, true>;

/** Deletes every row of every table. */
export const clearDatabase = async (db: Db): Promise<void> => {
  const names = Object.keys(CHILDREN_FIRST) as (keyof Tables)[];
  await db.atomically(query => names.map(name => query.delete(db.tables[name])));
};
