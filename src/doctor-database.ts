// What the database says of the chat platforms, for the checks of `milepost doctor`; only ever read.
import type { ScheduledCommunity } from './doctor-schedules.ts';
import { UserError } from './errors.ts';
import { createSecrets } from './secrets.ts';
import type { CheckedInstallation } from './slack/doctor-workspaces.ts';
import type { Community, PlatformName } from './storage/communities.ts';
import { type Db, openDatabase } from './storage/database.ts';
import { DISCORD_APPLICATION, installationFact } from './storage/installation.ts';
import { schedulesOf } from './storage/schedules.ts';
import { createInstallationStore, type SlackInstallation } from './storage/slack-installations.ts';

export type Place = { url: string | undefined; path: string };

/** Nothing of it where the database could not be read. */
export type Known = {
  discord?: ScheduledCommunity[];
  slack?: ScheduledCommunity[];
  /** The Discord application that the database belongs to. */
  owner?: string | undefined;
  installations?: CheckedInstallation[];
};

const readInstallations = async (
  db: Db,
  keys: readonly string[],
  communities: readonly ScheduledCommunity[],
): Promise<CheckedInstallation[]> => {
  const store = createInstallationStore(db, createSecrets(keys), () => new Date());
  /** Undefined where no key opens it. */
  const tokenOf = (installation: SlackInstallation): string | undefined => {
    try {
      return store.open(installation).botToken;
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  };
  const teams = new Map<string, string[]>();
  for (const { externalId } of communities) {
    const serving = await store.find(externalId);
    if (serving) teams.set(serving.ownerId, [...(teams.get(serving.ownerId) ?? []), externalId]);
  }
  return (await store.all()).map(installation => ({
    ownerId: installation.ownerId,
    name: installation.name,
    appId: installation.appId,
    tokenExpiresAt: installation.tokenExpiresAt,
    botToken: tokenOf(installation),
    teamIds: teams.get(installation.ownerId) ?? [],
  }));
};

/** Every community with its schedules, and the installations; only of a database that is up to date, so that nothing is changed. */
export const readKnown = async (place: Place, secretKeys: readonly string[]): Promise<Known> => {
  const db = await openDatabase(place);
  try {
    const all = ((await db.query.select().from(db.tables.communities)) as Community[]).toSorted((a, b) => a.id - b.id);
    const scheduledOn = async (wanted: PlatformName): Promise<ScheduledCommunity[]> => {
      const communities: ScheduledCommunity[] = [];
      for (const { id, platform, externalId, name } of all)
        if (platform === wanted) communities.push({ externalId, name, schedules: await schedulesOf(db, id) });
      return communities;
    };
    const slack = await scheduledOn('slack');
    return {
      discord: await scheduledOn('discord'),
      slack,
      owner: await installationFact(db, DISCORD_APPLICATION),
      // Without a key there are no workspaces by OAuth.
      ...(secretKeys.length > 0 && { installations: await readInstallations(db, secretKeys, slack) }),
    };
  } finally {
    await db.close();
  }
};
