// Values that are kept for a while by name, such as a form that was sent back; what has expired is swept out along the way.
import type { Db } from './database.ts';
import { and, eq, gt, lte } from './drizzle.ts';

const sweeping = (db: Db, now: Date) =>
  db.query.delete(db.tables.keptValues).where(lte(db.tables.keptValues.expiresAt, now));

/** Keeps `value` until `expiresAt`, in place of what was kept under this name. */
export const keepValue = async (db: Db, name: string, value: string, expiresAt: Date, now: Date): Promise<void> => {
  const { keptValues } = db.tables;
  await db.atomically(query => [
    query.delete(keptValues).where(lte(keptValues.expiresAt, now)),
    query
      .insert(keptValues)
      .values({ name, value, expiresAt })
      .onConflictDoUpdate({ target: keptValues.name, set: { value, expiresAt } }),
  ]);
};

/** What is kept under this name at `now`, or undefined. */
export const keptValue = async (db: Db, name: string, now: Date): Promise<string | undefined> => {
  const { keptValues } = db.tables;
  const [row] = await db.query
    .select({ value: keptValues.value })
    .from(keptValues)
    .where(and(eq(keptValues.name, name), gt(keptValues.expiresAt, now)));
  return row?.value;
};

/** Takes a name until `expiresAt` and answers true, or false where somebody has it: of many processes one takes it. */
export const claimName = async (db: Db, name: string, expiresAt: Date, now: Date): Promise<boolean> => {
  const { keptValues } = db.tables;
  const claimed = await db.query
    .insert(keptValues)
    .values({ name, value: '', expiresAt })
    .onConflictDoUpdate({
      target: keptValues.name,
      set: { expiresAt },
      setWhere: lte(keptValues.expiresAt, now),
    })
    .returning({ name: keptValues.name });
  // Rarely, so that a claim costs one statement.
  if (Math.random() < 0.01) await sweeping(db, now);
  return claimed.length > 0;
};
