// What a chat platform keeps in our database, as the ports that platforms ask for.
import type { DirectChannels, KeptValues } from '../platform.ts';
import type { PlatformName } from '../storage/communities.ts';
import type { Db } from '../storage/database.ts';
import { directChannel, forgetDirectChannel, rememberDirectChannel } from '../storage/direct-channels.ts';
import { claimName, keepValue, keptValue } from '../storage/kept-values.ts';

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
