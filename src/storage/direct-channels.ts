// The direct message channels that a platform opened for people: kept, so that it is not asked for each message.
import type { PlatformName } from './communities.ts';
import type { Db } from './database.ts';
import { and, eq, sql } from './drizzle.ts';

/** The channel of a person's direct messages, or undefined where none was remembered. */
export const directChannel = async (
  db: Db,
  platform: PlatformName,
  memberExternalId: string,
): Promise<string | undefined> => {
  const [row] = await db
    .prepared('direct channel', (query, name) => {
      const { directChannels } = db.tables;
      return query
        .select({ channelId: directChannels.channelId })
        .from(directChannels)
        .where(
          and(
            eq(directChannels.platform, sql.placeholder('platform')),
            eq(directChannels.memberExternalId, sql.placeholder('memberExternalId')),
          ),
        )
        .prepare(name);
    })
    .execute({ platform, memberExternalId });
  return row?.channelId;
};

/** Remembers a person's channel, in place of an earlier one. */
export const rememberDirectChannel = async (
  db: Db,
  platform: PlatformName,
  memberExternalId: string,
  channelId: string,
): Promise<void> => {
  const { directChannels } = db.tables;
  await db.query
    .insert(directChannels)
    .values({ platform, memberExternalId, channelId })
    .onConflictDoUpdate({
      target: [directChannels.platform, directChannels.memberExternalId],
      set: { channelId },
    });
};

/** Forgets a person's channel, where the platform does not know it any more. */
export const forgetDirectChannel = async (db: Db, platform: PlatformName, memberExternalId: string): Promise<void> => {
  const { directChannels } = db.tables;
  await db.query
    .delete(directChannels)
    .where(and(eq(directChannels.platform, platform), eq(directChannels.memberExternalId, memberExternalId)));
};
