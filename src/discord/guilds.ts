// Keeps the list of servers that Milepost is in, read from Discord without any intent: a few requests, whatever the number of servers.
import { cleanText, shorten } from '../clean-text.ts';
import type { Log } from '../log.ts';
import { type DiscordRest, problemOf } from './rest.ts';

/** How soon a server that Milepost joined or left without a word is noticed; deliveries that fail ask at once. */
const EVERY_MS = 10 * 60 * 1000;
const PAGE = 200;
/** As the core shortens the names of communities. */
const NAME_LIMIT = 80;

/** Where the core keeps which communities Milepost is in. Nothing is ever deleted by it. */
export type Attendance = {
  /** The servers that Milepost believes to be in. */
  present(): Promise<{ externalId: string; name: string }[]>;
  /** It is in these servers (again), of a page at most; harmless when known. */
  joined(guilds: readonly { externalId: string; name: string }[]): Promise<void>;
  /** It is not in this server any more: its data rests until it comes back. */
  left(guildId: string): Promise<void>;
};

export type Guilds = {
  /** Reads the list, and goes on to every ten minutes; harmless when done again. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads the list now; a call while one is read waits for that one. */
  refresh(): Promise<void>;
};

export const createGuilds = ({
  api,
  attendance,
  log,
}: {
  api: Pick<DiscordRest, 'guild' | 'guildsAfter'>;
  attendance: Attendance;
  log: Log;
}): Guilds => {
  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> | undefined;

  const isGone = async (guildId: string): Promise<boolean> => {
    try {
      await api.guild(guildId);
      return false;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.type === 'refused' && (problem.status === 403 || problem.status === 404)) return true;
      throw error;
    }
  };

  const read = async (): Promise<void> => {
    const known = new Map((await attendance.present()).map(({ externalId, name }) => [externalId, name]));
    for (let after = '0'; ; ) {
      const page = await api.guildsAfter(after);
      const present = page.map(({ id, name }) => ({ externalId: id, name: shorten(cleanText(name), NAME_LIMIT) }));
      await attendance.joined(present.filter(({ externalId, name }) => known.get(externalId) !== name));
      for (const { externalId, name } of present) {
        if (!known.has(externalId)) log.info({ guild: externalId, name }, 'Milepost is in this server now');
        known.delete(externalId);
      }
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      after = last.id;
    }
    // Only a list that was read to its end says who is missing, and each of them is asked for before its data is put to rest.
    for (const id of known.keys()) {
      if (!(await isGone(id))) continue;
      await attendance.left(id);
      log.info({ guild: id }, 'Milepost is not in this server any more; its data rests');
    }
  };

  const refresh = (): Promise<void> => {
    reading ??= read()
      .catch(error =>
        log.warn({ problem: problemOf(error) }, 'the list of servers could not be read; it is tried again'),
      )
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  return {
    refresh,
    async start() {
      timer ??= setInterval(refresh, EVERY_MS).unref();
      await refresh();
    },
    async stop() {
      clearInterval(timer);
      await reading;
    },
  };
};
