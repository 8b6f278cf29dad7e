// The playground's composition root: a demo community on the web platform, with a clock that can be moved.
import { randomUUID } from 'node:crypto';
import { createApp } from '../app.ts';
import { loadCommands } from '../commands.ts';
import { loadCurriculum } from '../curriculum/load.ts';
import { createScheduler } from '../delivery/scheduler.ts';
import type { Env } from '../env.ts';
import type { Log } from '../log.ts';
import { openDatabase } from '../storage/database.ts';
import { createWebPlatform } from '../web/platform.ts';
import { createMovableClock } from './clock.ts';
import { findDemoChannel } from './demo.ts';
import { createPlayground } from './playground.ts';

/** Opens the demo's database, makes the demo where there is none, and serves it; answers how to stop. */
export const startPlayground = async (env: Env, log: Log): Promise<() => Promise<void>> => {
  const [curriculum, commands, db] = await Promise.all([
    loadCurriculum(env.contentDir),
    loadCommands(),
    openDatabase({ path: env.playgroundDatabasePath }),
  ]);
  const clock = await createMovableClock(db);
  const now = () => clock.now();
  const app = createApp({
    db,
    commands,
    curriculum: () => curriculum,
    now,
    deliverDue: communityId => scheduler.deliverFor(communityId),
    findChannel: async (_, named) => findDemoChannel(named),
    editPost: ({ communityId }, { channelId, messageId, key }, message) =>
      web.edit({ communityId, channelId }, messageId, message, key),
    log,
  });
  const { playground, store, fill } = createPlayground({
    db,
    clock,
    curriculum: () => curriculum,
    app: () => app,
    scheduler: () => scheduler,
  });
  const web = createWebPlatform({
    port: env.port,
    playground,
    store,
    reportError: error => {
      const incident = randomUUID().slice(0, 8);
      log.error({ err: error, incident }, 'the web server failed');
      return incident;
    },
  });
  const scheduler = createScheduler({ db, curriculum: () => curriculum, platforms: [web], clock: now, log });
  await fill();
  await web.start();
  await scheduler.start();
  process.stdout.write(
    `Milepost's playground runs at ${web.address()}\nIt is a demo community in ${env.playgroundDatabasePath}; Ctrl+C stops it.\n`,
  );
  return async () => {
    await scheduler.stop();
    await web.stop();
    await db.close();
  };
};
