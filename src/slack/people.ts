// Who people are in their workspace: name, time zone, language and whether they manage it, asked of Slack at most once a day.
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
  /** Empty where Slack does not say it. */
  name: z.string(),
  /** IANA zone, where Slack knows one. */
  zone: z.string().optional(),
  /** BCP 47. */
  locale: z.string().optional(),
  /** An admin or owner of this workspace. */
  organiser: z.boolean(),
  isBot: z.boolean(),
});
export type Person = z.infer<typeof personSchema>;
const keptSchema = z.object({ person: personSchema, askedAt: z.number() });

/** Somebody whom Slack does not tell of now, as it told of them before, if it did: who managed the workspace then may not any more. */
const asBefore = (person: Person | undefined): Person => ({
  ...(person ?? { name: '', isBot: false }),
  organiser: false,
});

export type Found = {
  person: Person;
  /** Only where Slack has not said yet who it is: what it says in the end, undefined where it does not. */
  later?: Promise<Person | undefined>;
};

export type People = {
  /**
   * Waits for Slack at most `waitMs`; then what was known before, or somebody without a name, and in both cases who manages nothing.
   * `handle` is the name of those whom Slack knows by no other. Never throws.
   */
  of(clients: Clients, teamId: string, userId: string, handle: string, waitMs: number): Promise<Found>;
};

type Asking = { answer: Promise<Person | undefined>; until: number };

type EnterpriseUser = { teams?: string[]; is_admin?: boolean; is_owner?: boolean };

const ask = async ({ reads }: Clients, teamId: string, userId: string, handle: string): Promise<Person> => {
  const { user } = await reads.users.info({ user: userId, include_locale: true });
  const profile = user?.profile;
  const name = profile?.display_name || profile?.real_name || user?.real_name || user?.name || handle;
  const organisation = user?.enterprise_user as EnterpriseUser | undefined;
  // Whoever comes from another workspace may manage that one, and is a guest here, unless they manage the organisation of both.
  const manages =
    user?.team_id === undefined || user.team_id === teamId
      ? user?.is_admin || user?.is_owner || user?.is_primary_owner
      : organisation?.teams?.includes(teamId) && (organisation.is_admin || organisation.is_owner);
  return {
    name,
    organiser: manages === true && !user?.is_stranger,
    isBot: user?.is_bot === true || userId === 'USLACKBOT',
    ...(user?.tz && { zone: user.tz }),
    ...(user?.locale && { locale: user.locale }),
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
    [clients, teamId, userId, handle]: Parameters<typeof ask>,
  ): Promise<Person | undefined> => {
    const at = now().getTime();
    try {
      const known = await findKept(key);
      if (known) remember(before, key, known.person);
      if (known && known.askedAt + FRESH_MS > at) {
        entry.until = known.askedAt + FRESH_MS;
        return known.person;
      }
      const person = await ask(clients, teamId, userId, handle);
      entry.until = at + FRESH_MS;
      remember(before, key, person);
      // Nobody waits for the disk.
      kept
        .keep(keptAs(key), JSON.stringify({ person, askedAt: at }), KEPT_MS)
        .catch(error => log.warn({ err: error }, 'who somebody is could not be kept'));
      return person;
    } catch (error) {
      const problem = problemOf(error);
      log.warn({ problem }, 'Slack did not say who somebody is');
      entry.until = at + RETRY_MS;
      // Whom Slack will not tell of may not be there any more.
      if (problem.type === 'refused') before.delete(key);
      const old = before.get(key);
      return old && asBefore(old);
    }
  };

  return {
    async of(clients, teamId, userId, handle, waitMs) {
      const key = `${teamId} ${userId}`;
      let entry = asked.get(key);
      if (!entry || entry.until <= now().getTime()) {
        // Until it is known how long the answer holds, all wait for the same one.
        entry = { answer: Promise.resolve(undefined), until: Number.POSITIVE_INFINITY };
        entry.answer = learn(entry, key, [clients, teamId, userId, handle]);
        remember(asked, key, entry);
      }
      const { answer } = entry;
      const inTime = await within(answer, waitMs);
      return inTime === TOO_LATE
        ? { person: asBefore(before.get(key)), later: answer }
        : { person: inTime ?? asBefore(undefined) };
    },
  };
};
