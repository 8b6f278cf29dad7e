// Bolt, loaded by `require`: the same copy in memory as its own packages load.
import { createRequire } from 'node:module';

export const bolt = createRequire(import.meta.url)('@slack/bolt') as typeof import('@slack/bolt');
