// Slack as the bot runs it: the platform with what it keeps in our database.
import type { SlackEnv } from '../env.ts';
import { createSecrets } from '../secrets.ts';
import { createSlackPlatform, type SlackPlatform, type SlackPlatformDeps } from '../slack/platform.ts';
import { parkCommunity, welcomeCommunity } from '../storage/attendance.ts';
import { createInstallationStore } from '../storage/slack-installations.ts';
import { directChannelsIn, keptIn, type PlatformDeps } from './platform-deps.ts';

const PLATFORM = 'slack';

export type SlackSettings = SlackEnv &
  Pick<SlackPlatformDeps, 'firstWaitMs' | 'sendTimeoutMs' | 'waits'> & {
    publicUrl: string | undefined;
    secretKeys: readonly string[];
  };

export const createSlack = ({ secretKeys, ...env }: SlackSettings, { db, now, ...deps }: PlatformDeps): SlackPlatform =>
  createSlackPlatform({
    ...env,
    ...deps,
    attendance: {
      async joined(externalId, name) {
        await welcomeCommunity(db, { platform: PLATFORM, externalId, name }, now());
      },
      left: externalId => parkCommunity(db, { platform: PLATFORM, externalId }, now()),
    },
    installations: () => createInstallationStore(db, createSecrets(secretKeys), now),
    directChannels: directChannelsIn(db, PLATFORM),
    kept: keptIn(db, now),
    now,
  });
