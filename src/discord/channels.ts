// Finds a channel of a server, and tells whether Milepost can post and read there.

import { type APIChannel, type APIOverwrite, ChannelType } from 'discord-api-types/v10';
import type { Channel } from '../platform.ts';
import { effectivePermissions, missing, permits, REQUIRED } from './permissions.ts';
import { type DiscordRest, problemOf } from './rest.ts';

type Api = Pick<DiscordRest, 'channel' | 'guild' | 'guildChannels' | 'guildMember' | 'currentUser'>;
/** A channel of a server, with the parts that matter here. */
type GuildChannel = {
  id: string;
  type: ChannelType;
  name?: string;
  guild_id?: string;
  parent_id?: string | null;
  permission_overwrites?: APIOverwrite[];
};

export type Standing = {
  channel: GuildChannel;
  guildId: string /** What Milepost may do there, as a set of bits. */;
  permissions: bigint;
};

const THREADS = [ChannelType.AnnouncementThread, ChannelType.PublicThread, ChannelType.PrivateThread];
const POSTABLE = [ChannelType.GuildText, ChannelType.GuildAnnouncement, ...THREADS];
const isThread = ({ type }: GuildChannel): boolean => THREADS.includes(type);

/** The channel and Milepost's permissions in it; undefined where it is no channel of a server. Rejects as the REST calls do. */
export const standingIn = async (api: Api, channelId: string): Promise<Standing | undefined> => {
  const channel = (await api.channel(channelId)) as GuildChannel;
  const guildId = channel.guild_id;
  if (guildId === undefined) return undefined;
  const { id: botId } = await api.currentUser();
  const [guild, member, parent] = await Promise.all([
    api.guild(guildId),
    api.guildMember(guildId, botId),
    isThread(channel) && channel.parent_id ? (api.channel(channel.parent_id) as Promise<APIChannel>) : undefined,
  ]);
  const permissions = effectivePermissions({
    guild: { id: guild.id, ownerId: guild.owner_id, roles: guild.roles },
    member: { id: botId, roleIds: member.roles },
    overwrites: ((parent as GuildChannel | undefined) ?? channel).permission_overwrites ?? [],
    inThread: isThread(channel),
  });
  return { channel, guildId, permissions };
};

/** Whether the history of a channel can be read: without the permission Discord shows an empty one. */
export const canRead = async (api: Api, channelId: string): Promise<boolean> => {
  const standing = await standingIn(api, channelId);
  return standing === undefined || permits(standing.permissions, REQUIRED.read);
};

const clicksFor = (isInThread: boolean): string =>
  `Open the settings of ${isInThread ? 'the channel that the thread is in' : 'the channel'}, Permissions, add Milepost’s role there and allow it`;

/** Why nothing can be posted in this channel, or no thread opened under a post, with what to click; undefined where it can. */
export const problemIn = ({ channel, permissions }: Standing, { thread = false } = {}): string | undefined => {
  if (!POSTABLE.includes(channel.type))
    return 'It is no text channel. Choose a text or announcement channel, or a thread.';
  const inThread = isThread(channel);
  if (inThread && thread) return 'It is a thread itself, and Discord opens no threads in threads. Leave thread out.';
  const wanted = (inThread ? REQUIRED.postInThread : REQUIRED.post) | (thread ? REQUIRED.openThread : 0n);
  const lacking = missing(permissions, wanted);
  return lacking.length === 0 ? undefined : `Milepost lacks ${lacking.join(', ')} there. ${clicksFor(inThread)}.`;
};

const NOT_HERE = { problem: 'There is no such channel in this server. Choose one from the list that Discord offers.' };

/**
 * The channel of server `guildId` that somebody named or chose, or why nothing can be posted there, for the person to read. A channel of
 * another server is treated as one that does not exist.
 */
export const findChannel = async (
  api: Api,
  guildId: string,
  named: string,
  needs: { thread: boolean } = { thread: false },
): Promise<Channel | { problem: string }> => {
  try {
    const id = /^\d{17,20}$/.test(named)
      ? named
      : (await api.guildChannels(guildId)).find(({ name }) => name === named.toLowerCase())?.id;
    const standing = id === undefined ? undefined : await standingIn(api, id);
    if (!standing || standing.guildId !== guildId) return NOT_HERE;
    const problem = problemIn(standing, needs);
    return problem === undefined
      ? { id: standing.channel.id, name: standing.channel.name ?? standing.channel.id }
      : { problem };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.type !== 'refused') return { problem: 'Discord did not answer. Please try again in a minute.' };
    if (problem.code === 10003 || problem.status === 404) return NOT_HERE;
    return {
      problem: `Milepost cannot see it. ${clicksFor(false)}: View Channel, Send Messages and Read Message History.`,
    };
  }
};
