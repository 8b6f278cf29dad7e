// Who acts, as the app knows people, with the clients of their workspace.
import type { Caller } from '../command.ts';
import type { Clients } from './clients.ts';
import type { Workspaces } from './installs.ts';
import type { People, Person } from './people.ts';
import type { Place } from './received.ts';

export type Present = {
  clients: Clients;
  caller: Caller;
  isBot: boolean;
  /** Only where Slack has not said yet who it is: the caller as it says in the end, undefined where it does not. */
  later?: Promise<Caller | undefined>;
};

export type Callers = {
  /** Undefined where the app is not installed (any more). Waits at most `waitMs` for Slack to say who it is; rejects as `Workspaces.of`. */
  of(place: Place, waitMs: number): Promise<Present | undefined>;
};

export const createCallers = ({
  workspaces,
  clientsOf,
  people,
}: {
  workspaces: Pick<Workspaces, 'of'>;
  clientsOf: (token: string) => Clients;
  people: People;
}): Callers => ({
  async of({ teamId, enterpriseId, userId, userName, channelId, isDirect }, waitMs) {
    const workspace = await workspaces.of(teamId, enterpriseId);
    if (!workspace) return undefined;
    const clients = clientsOf(workspace.botToken);
    const callerOf = ({ name, organiser, zone, locale }: Person): Caller => ({
      platform: 'slack',
      communityId: teamId,
      communityName: workspace.name,
      memberId: userId,
      name,
      organiser,
      ...(zone !== undefined && { zone }),
      ...(locale !== undefined && { locale }),
      ...(channelId !== undefined && !isDirect && { channelId }),
    });
    const { person, later } = await people.of(clients, teamId, userId, userName, waitMs);
    return {
      clients,
      caller: callerOf(person),
      isBot: person.isBot || userId === workspace.botUserId,
      ...(later && { later: later.then(known => known && callerOf(known)) }),
    };
  },
});
