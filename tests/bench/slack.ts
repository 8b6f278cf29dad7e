// Milepost on Slack: acknowledgements and answers, posts, Homes, start and memory, through the real Bolt and a local Slack.
import { type Figure, withFolder } from './measure.ts';
import { measureSlackAnswers } from './slack-answers.ts';
import { measureSlackDirect } from './slack-direct.ts';
import { measureSlackHomes } from './slack-homes.ts';
import { measureSlackMemory } from './slack-memory.ts';
import { measureSlackPosts } from './slack-posts.ts';

const PARTS = [measureSlackAnswers, measureSlackPosts, measureSlackDirect, measureSlackHomes, measureSlackMemory];

export const measureSlack = (shrink: number): Promise<Figure[]> =>
  withFolder(async folder => {
    const figures: Figure[] = [];
    for (const measure of PARTS) figures.push(...(await measure(folder, shrink)));
    return figures;
  });
