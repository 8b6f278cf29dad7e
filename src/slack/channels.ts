// Finds a channel of a workspace, and tells whether Milepost can post there.
import type { Channel } from '../platform.ts';
import { type Clients, problemOf } from './clients.ts';

const PAGE = 200;
const PAGES = 25;
const NOT_HERE = {
  problem:
    'There is no such channel in this workspace, or it is private and I am not in it. Type “/invite @milepost” there first.',
};

type Found = { id?: string; name?: string; is_member?: boolean; is_archived?: boolean };

const findByName = async ({ reads }: Clients, teamId: string, name: string): Promise<Found | undefined> => {
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { channels = [], response_metadata: next } = await reads.conversations.list({
      // A token of a whole organisation has to say which workspace; for others it goes without saying.
      team_id: teamId,
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: PAGE,
      ...(cursor && { cursor }),
    });
    const found = channels.find(channel => channel.name === name);
    cursor = next?.next_cursor || undefined;
    if (found || cursor === undefined) return found;
  }
  return undefined;
};

/** The channel that somebody named or chose, or why nothing can be posted there, for the person to read. */
export const findChannel = async (
  clients: Clients,
  teamId: string,
  named: string,
): Promise<Channel | { problem: string }> => {
  try {
    const isId = /^[CDG][A-Z0-9]{7,}$/.test(named);
    const found: Found | undefined = isId
      ? (await clients.reads.conversations.info({ channel: named })).channel
      : await findByName(clients, teamId, named.toLowerCase());
    if (!found?.id) return NOT_HERE;
    if (found.is_archived) return { problem: 'It is archived.' };
    if (!found.is_member) return { problem: 'I am not in it. Type “/invite @milepost” there, then send this again.' };
    return { id: found.id, name: found.name ?? found.id };
  } catch (error) {
    const problem = problemOf(error);
    return problem.type === 'refused' ? NOT_HERE : { problem: 'Slack did not answer. Please try again in a minute.' };
  }
};
