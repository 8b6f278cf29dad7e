// Who people are in their workspace: name, time zone and whether they manage it, asked of Slack at most once a day.
import { z } from 'zod';
import type { Log } from '../log.ts';
import type { KeptValues } from '../platform.ts';
import { TOO_LATE, within } from '../within.ts';
import { type Clients, problemOf } from './clients.ts';

const FRESH_MS = 24 * 60 * 60 * 1000;
/** What was true once is better than nothing while Slack cannot be asked. */
const KEPT_MS = 30 * FRESH_MS;
/** What could not be asked is asked again after so long. */
const RETRY_MS = 60_000;
const REMEMBERED = 20_000;

const personSchema = z.object({
  name: z.string(),
  /** IANA zone, where Slack knows one. */
  zone: z.string().optional(),
  /** An admin or owner of this workspace. */
  organiser: z.boolean(),
  isBot: z.boolean(),
});
export type Person = z.infer<typeof personSchema>;
const keptSchema = z.object({ person: personSchema, askedAt: z.number() });

export type Found = {
  person: Person;
  /** Only where Slack has not said yet who it is: what it says in the end, undefined where it cannot be asked. */
  later?: Promise<Person | undefined>;
};

export type People = {
  /**
   * Waits for Slack at most `waitMs`; then what was known before, or somebody with the given name who manages nothing. Never throws.
   */
  of(clients: Clients, teamId: string, userId: string, givenName: string, waitMs: number): Promise<Found>;
};

type Asking = { answer: Promise<Person | undefined>; until: number };

const ask = async ({ reads }: Clients, teamId: string, userId: string, givenName: string): Promise<Person> => {
  const { user } = await reads.users.info({ user: userId });
  const profile = user?.profile;
  const name = profile?.display_name || profile?.real_name || user?.real_name || user?.name || givenName;
  // Whoever comes from another workspace may manage that one, and is a guest here.
  const isFromHere =
    user?.team_id === undefined ||
    user.team_id === teamId ||
    (user.enterprise_user?.teams as string[] | undefined)?.includes(teamId) === true;
  const manages = Boolean(user?.is_admin || user?.is_owner || user?.is_primary_owner);
  return {
    name,
    organiser: manages && isFromHere && !user?.is_stranger,
    isBot: user?.is_bot === true || userId === 'USLACKBOT',
    ...(user?.tz && { zone: user.tz }),
  };
};

export const createPeople = ({
  kept,
  now,
  log,
}: {
  kept: Pick<KeptValues, 'keep' | 'find'>;
  now: () => Date;
  log: Log;
}): People => {
  const asked = new Map<string, Asking>();
  const before = new Map<string, Person>();

  const remember = <T>(map: Map<string, T>, key: string, value: T): void => {
    map.delete(key);
    map.set(key, value);
    if (map.size > REMEMBERED) map.delete(map.keys().next().value as string);
  };
  const keptAs = (key: string): string => `slack person ${encodeURIComponent(key)}`;

  /** What another process or an earlier one learned. */
  const findKept = async (key: string): Promise<z.infer<typeof keptSchema> | undefined> => {
    const value = await kept.find(keptAs(key));
    return value === undefined ? undefined : keptSchema.safeParse(JSON.parse(value)).data;
  };

  const learn = async (
    entry: Asking,
    key: string,
    [clients, teamId, userId, givenName]: Parameters<typeof ask>,
  ): Promise<Person | undefined> => {
    const at = now().getTime();
    try {
      const known = await findKept(key);
      if (known) remember(before, key, known.person);
      if (known && known.askedAt + FRESH_MS > at) {
        entry.until = known.askedAt + FRESH_MS;
        return known.person;
      }
      const person = await ask(clients, teamId, userId, givenName);
      entry.until = at + FRESH_MS;
      remember(before, key, person);
      // Nobody waits for the disk.
      kept
        .keep(keptAs(key), JSON.stringify({ person, askedAt: at }), KEPT_MS)
        .catch(error => log.warn({ err: error }, 'who somebody is could not be kept'));
      return person;
    } catch (error) {
      log.warn({ problem: problemOf(error) }, 'Slack did not say who somebody is');
      entry.until = at + RETRY_MS;
      return before.get(key);
    }
  };

  return {
    async of(clients, teamId, userId, givenName, waitMs) {
      const key = `${teamId} ${userId}`;
      let entry = asked.get(key);
      if (!entry || entry.until <= now().getTime()) {
        // Until it is known how long the answer holds, all wait for the same one.
        entry = { answer: Promise.resolve(undefined), until: Number.POSITIVE_INFINITY };
        entry.answer = learn(entry, key, [clients, teamId, userId, givenName]);
        remember(asked, key, entry);
      }
      const { answer } = entry;
      const inTime = await within(answer, waitMs);
      const found = inTime === TOO_LATE ? before.get(key) : inTime;
      if (found) return { person: found };
      const person: Person = { name: givenName, organiser: false, isBot: false };
      return inTime === TOO_LATE ? { person, later: answer } : { person };
    },
  };
};
