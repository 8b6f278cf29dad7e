// Small facts about this installation, by name.
import type { Db, Query, Statement } from './database.ts';
import { eq } from './drizzle.ts';

/** The fact that says which Discord application this database belongs to. */
export const DISCORD_APPLICATION = 'discordApplication';

/** The fact `name` about this installation, or undefined. */
export const installationFact = async (db: Db, name: string): Promise<string | undefined> => {
  const { installation } = db.tables;
  const [row] = await db.query
    .select({ value: installation.value })
    .from(installation)
    .where(eq(installation.name, name));
  return row?.value;
};

/** The statement that sets the fact `name`, in place of its earlier value. */
export const settingInstallationFact = (db: Db, query: Query, name: string, value: string): Statement => {
  const { installation } = db.tables;
  return query
    .insert(installation)
    .values({ name, value })
    .onConflictDoUpdate({ target: installation.name, set: { value } });
};

/** Sets the fact `name`, in place of its earlier value. */
export const setInstallationFact = async (db: Db, name: string, value: string): Promise<void> => {
  await settingInstallationFact(db, db.query, name, value);
};
