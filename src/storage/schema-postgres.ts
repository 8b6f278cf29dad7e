// What drizzle-kit reads to generate migrations/postgres; the program itself uses defineTables.
import { postgresColumns } from './columns.ts';
import { defineTables } from './tables.ts';

export const {
  communities,
  members,
  memberRoles,
  memberPauses,
  topicProgress,
  progressEvents,
  quizzes,
  standings,
  standingCounts,
  schedules,
  scheduleRuns,
  deliveries,
  directChannels,
  outages,
  installation,
  keptValues,
  slackInstallations,
  webMessages,
} = defineTables(postgresColumns);
