// Who acts: in a server Discord says it; in direct messages the communities that the person belongs to decide.
import type { Caller } from '../command.ts';
import type { Place } from './receive.ts';

/** A community that a person belongs to, and the name they have there. */
export type Home = { externalId: string; name: string; memberName: string };

export type Who = {
  caller: Caller;
  /** In direct messages, where the person belongs to several communities and did not say which: the one that was taken. */
  guessed?: string;
};

/**
 * The caller of an interaction, or undefined in direct messages with somebody whom no community knows. A community that a pressed
 * button names counts only where the person belongs to it; otherwise it is the one in which they were active last.
 */
export const whoActs = async (place: Place, homesOf: (userId: string) => Promise<Home[]>): Promise<Who | undefined> => {
  const { guildId, channelId, userId, userName, organiser, hintedCommunityId, locale } = place;
  const person = { platform: 'discord', memberId: userId, ...(locale !== undefined && { locale }) } as const;
  if (guildId !== undefined) {
    // Discord does not send the server's name along; it comes with the list of servers.
    const caller = { ...person, communityId: guildId, communityName: '', name: userName, organiser };
    return { caller: { ...caller, ...(channelId !== undefined && { channelId }) } };
  }
  const homes = await homesOf(userId);
  const hinted = homes.find(({ externalId }) => externalId === hintedCommunityId);
  const home = hinted ?? homes[0];
  if (!home) return undefined;
  // What somebody may manage is known in the server only.
  const caller = {
    ...person,
    communityId: home.externalId,
    communityName: home.name,
    name: home.memberName,
    organiser: false,
  };
  return { caller, ...(!hinted && homes.length > 1 && { guessed: home.name }) };
};
