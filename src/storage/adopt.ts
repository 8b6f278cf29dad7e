// Gives the database to another Discord application.
import type { Db } from './database.ts';
import { eq } from './drizzle.ts';
import { DISCORD_APPLICATION, settingInstallationFact } from './installation.ts';

/** From now on the database is this application's. The channels of direct messages were the old one's, so they are forgotten. */
export const adoptDatabase = async (db: Db, applicationId: string): Promise<void> => {
  const { directChannels } = db.tables;
  await db.atomically(query => [
    settingInstallationFact(db, query, DISCORD_APPLICATION, applicationId),
    query.delete(directChannels).where(eq(directChannels.platform, 'discord')),
  ]);
};
