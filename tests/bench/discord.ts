// Milepost on Discord: answers, load, posts and memory, through the real client and a local Discord server.
import { measureAnswers } from './discord-answers.ts';
import { measureMemory } from './discord-memory.ts';
import { measurePosts } from './discord-posts.ts';
import { type Figure, withFolder } from './measure.ts';

export const measureDiscord = (shrink: number): Promise<Figure[]> =>
  withFolder(async folder => [
    ...(await measureAnswers(folder, shrink)),
    ...(await measurePosts(folder, shrink)),
    ...(await measureMemory(folder, shrink)),
  ]);
