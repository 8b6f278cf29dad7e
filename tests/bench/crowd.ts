// A community of very many members with everybody's points, in which bots answer; beside it, what a commit costs on the same disk.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { monthOf, weekOf } from '../../src/calendar/dates.ts';
import { findOrCreateCommunity, type PlatformName } from '../../src/storage/communities.ts';
import { openSqlite } from '../../src/storage/database.ts';
import { addMembers, addPoints, usePragmas } from './bulk.ts';
import { inChild } from './measure.ts';

const HOUR_MS = 60 * 60 * 1000;

export type CrowdSeed = { path: string; platform: PlatformName; communityId: string; members: number; now: number };

/** Makes the community with everybody's points, on the boards of this week and month. */
export const seedCrowd = async ({ path, platform, communityId, members, now }: CrowdSeed): Promise<void> => {
  const at = new Date(now);
  const ago = (ms: number) => new Date(now - ms);
  const db = await openSqlite(path);
  const { id } = await findOrCreateCommunity(db, { platform, externalId: communityId, name: 'Bench' }, at);
  await db.close();
  addMembers(path, { communityId: id, members, lastActiveAt: at });
  addPoints(path, id, [
    { topicId: 'earlier-programme', at: ago(4000 * HOUR_MS), share: 1, values: 1800, board: 'all' },
    { topicId: 'earlier-this-month', at: ago(2), share: 0.4, values: 150, board: monthOf(at, 'UTC') },
    { topicId: 'earlier-this-week', at: ago(1), share: 0.25, values: 30, board: weekOf(at, 'UTC') },
  ]);
};

export type Crowd = {
  path: string;
  /** Members, each given away once, as people of a platform; `change` is SQL for what they are set to. */
  take<P extends { id: string }>(howMany: number, personOf: (name: string) => P, change?: string): P[];
  /** Sets members that were taken to something else. */
  set(people: readonly { id: string }[], change: string): void;
  /** One row written to a file of its own on the same disk, with the program's settings. */
  commit(): void;
  close(): void;
};

/** Makes the community in `folder`. */
export const openCrowd = async (
  folder: string,
  { platform, communityId, members }: Pick<CrowdSeed, 'platform' | 'communityId' | 'members'>,
): Promise<Crowd> => {
  const path = join(folder, 'bench.sqlite');
  await inChild(import.meta.url, seedCrowd, { path, platform, communityId, members, now: Date.now() });
  const sqlite = new Sqlite(path);
  usePragmas(sqlite);
  const disk = new Sqlite(join(folder, 'commits.sqlite'));
  usePragmas(disk);
  disk.exec('create table rows (at real)');
  const insert = disk.prepare('insert into rows values (?)');
  let given = 0;
  return {
    path,
    take(howMany, personOf, change = 'track = track') {
      const people = Array.from({ length: howMany }, () => {
        given += 1;
        if (given > members) throw new Error('there are not enough members');
        // A prime, so that they come from anywhere on the boards and nobody twice.
        const id = 1 + ((given * 611_953) % members);
        return { id, person: personOf(`Member ${id}`) };
      });
      const update = sqlite.prepare(`update members set external_id = @person, ${change} where id = @id`);
      sqlite.transaction(() => {
        for (const { id, person } of people) update.run({ person: person.id, id });
      })();
      return people.map(({ person }) => person);
    },
    set(people, change) {
      const update = sqlite.prepare(`update members set ${change} where external_id = ?`);
      sqlite.transaction(() => {
        for (const { id } of people) update.run(id);
      })();
    },
    commit: () => insert.run(performance.now()),
    close() {
      sqlite.close();
      disk.close();
    },
  };
};
