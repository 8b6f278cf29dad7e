// Empties a database: only the playground does that, to start over.
import type { Db } from './database.ts';

/** Deletes every row of every table, children before their parents. */
export const clearDatabase = async (db: Db): Promise<void> => {
  const { tables: t } = db;
  const childrenFirst = [
    t.webMessages,
    t.installation,
    t.keptValues,
    t.outages,
    t.directChannels,
    t.deliveries,
    t.scheduleRuns,
    t.schedules,
    t.standingCounts,
    t.standings,
    t.quizzes,
    t.progressEvents,
    t.topicProgress,
    t.memberPauses,
    t.memberRoles,
    t.members,
    t.communities,
  ];
  await db.atomically(query => childrenFirst.map(table => query.delete(table)));
};
