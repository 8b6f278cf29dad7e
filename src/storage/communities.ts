// Communities: a Discord guild, a Slack workspace, or the playground.
import { communityByExternalId, type SeenCommunity, welcomeCommunity } from './attendance.ts';
import type { Db } from './database.ts';
import { eq } from './drizzle.ts';

export type PlatformName = 'discord' | 'slack' | 'web';

export type Community = {
  id: number;
  platform: PlatformName;
  externalId: string;
  name: string;
  zone: string;
  pointsOn: boolean;
  createdAt: Date;
  /** Since when Milepost is no longer there; null where it is. */
  leftAt: Date | null;
};

/**
 * The community that `platform` knows as `externalId`, for somebody who is acting there: made with the zone UTC when first
 * seen, and welcomed back where it was parked. Its name stays: `welcomeCommunity` follows the platform's.
 */
export const findOrCreateCommunity = async (db: Db, seen: SeenCommunity, now: Date): Promise<Community> => {
  const known = await communityByExternalId(db, seen);
  return known && !known.leftAt ? known : welcomeCommunity(db, seen, now);
};

/** The community with this id, or undefined. */
export const communityById = async (db: Db, id: number): Promise<Community | undefined> => {
  const { communities } = db.tables;
  const [community] = await db.query.select().from(communities).where(eq(communities.id, id));
  return community as Community | undefined;
};

export const updateCommunity = async (
  db: Db,
  id: number,
  change: Partial<Pick<Community, 'zone' | 'pointsOn'>>,
): Promise<void> => {
  await db.query.update(db.tables.communities).set(change).where(eq(db.tables.communities.id, id));
};
