// What the bot gives to every chat platform: the app, the clock, and what the platform keeps in our database.
import type { App } from '../app.ts';
import type { Commands } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import type { Log } from '../log.ts';
import type { DirectChannels, KeptValues } from '../platform.ts';
import type { PlatformName } from '../storage/communities.ts';
import type { Db } from '../storage/database.ts';
import { directChannel, forgetDirectChannel, rememberDirectChannel } from '../storage/direct-channels.ts';
import { claimName, keepValue, keptValue } from '../storage/kept-values.ts';

/** What every platform is made with, beside its settings. */
export type PlatformDeps = {
  db: Db;
  app: Pick<App, 'handle' | 'suggest'>;
  commands: Commands;
  curriculum: () => Curriculum;
  /** Told of what ends the work for good while it runs. */
  onFatal: (error: Error) => void;
  now: () => Date;
  log: Log;
};

export const keptIn = (db: Db, now: () => Date): KeptValues => {
  const after = (ms: number): Date => new Date(now().getTime() + ms);
  return {
    keep: (name, value, forMs) => keepValue(db, name, value, after(forMs), now()),
    find: name => keptValue(db, name, now()),
    claim: (name, forMs) => claimName(db, name, after(forMs), now()),
  };
};

export const directChannelsIn = (db: Db, platform: PlatformName): DirectChannels => ({
  find: person => directChannel(db, platform, person),
  remember: (person, channelId) => rememberDirectChannel(db, platform, person, channelId),
  forget: person => forgetDirectChannel(db, platform, person),
});
