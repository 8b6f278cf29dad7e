// Who people are in their workspace: name, time zone and whether they manage it, asked of Slack at most once a day.
import type { Log } from '../log.ts';
import { type Clients, problemOf } from './clients.ts';

const FRESH_MS = 24 * 60 * 60 * 1000;
/** What could not be asked is asked again after so long; until then the person is nobody special. */
const RETRY_MS = 60_000;
const REMEMBERED = 20_000;

export type Person = {
  name: string;
  /** IANA zone, where Slack knows one. */
  zone?: string;
  /** An admin or owner of the workspace. */
  organiser: boolean;
};

export type People = {
  /** Never throws: where Slack cannot be asked, the name is the one given, and nobody is an organiser. */
  of(clients: Clients, teamId: string, userId: string, givenName: string): Promise<Person>;
};

export const createPeople = (now: () => Date, log: Log): People => {
  const known = new Map<string, { person: Person; until: number }>();
  const ask = async ({ reads }: Clients, userId: string, givenName: string): Promise<Person> => {
    const { user } = await reads.users.info({ user: userId, include_locale: true });
    const profile = user?.profile;
    const name = profile?.display_name || profile?.real_name || user?.real_name || user?.name || givenName;
    const organiser = Boolean(user?.is_admin || user?.is_owner || user?.is_primary_owner);
    return { name, organiser, ...(user?.tz && { zone: user.tz }) };
  };
  return {
    async of(clients, teamId, userId, givenName) {
      const key = `${teamId} ${userId}`;
      const at = now().getTime();
      const remembered = known.get(key);
      if (remembered && remembered.until > at) return remembered.person;
      let entry: { person: Person; until: number };
      try {
        entry = { person: await ask(clients, userId, givenName), until: at + FRESH_MS };
      } catch (error) {
        log.warn({ problem: problemOf(error) }, 'Slack did not say who somebody is');
        const person = remembered?.person ?? { name: givenName, organiser: false };
        entry = { person, until: at + RETRY_MS };
      }
      known.delete(key);
      known.set(key, entry);
      if (known.size > REMEMBERED) known.delete(known.keys().next().value as string);
      return entry.person;
    },
  };
};
