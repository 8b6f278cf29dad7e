// Discord as the bot runs it: the platform with what it keeps in our database.
import { createDiscordPlatform, type DiscordPlatform } from '../discord/platform.ts';
import type { DiscordEnv } from '../env.ts';
import { parkCommunity, presentCommunities, welcomeCommunities } from '../storage/attendance.ts';
import { DISCORD_APPLICATION, installationFact, setInstallationFact } from '../storage/installation.ts';
import { communitiesOfPerson } from '../storage/members.ts';
import { directChannelsIn, keptIn, type PlatformDeps } from './platform-deps.ts';

const PLATFORM = 'discord';

export const createDiscord = (env: DiscordEnv, { db, now, ...deps }: PlatformDeps): DiscordPlatform =>
  createDiscordPlatform({
    ...env,
    ...deps,
    homesOf: userId => communitiesOfPerson(db, PLATFORM, userId),
    attendance: {
      present: () => presentCommunities(db, PLATFORM),
      joined: guilds =>
        welcomeCommunities(
          db,
          guilds.map(guild => ({ ...guild, platform: PLATFORM })),
          now(),
        ),
      left: externalId => parkCommunity(db, { platform: PLATFORM, externalId }, now()),
    },
    ownership: {
      owner: () => installationFact(db, DISCORD_APPLICATION),
      own: applicationId => setInstallationFact(db, DISCORD_APPLICATION, applicationId),
    },
    directChannels: directChannelsIn(db, PLATFORM),
    kept: keptIn(db, now),
    now,
  });
