// How far a member is on their path: what is left, tier by tier, and the landmark that comes next.
import { type Curriculum, GENERAL_TRACK } from '../curriculum/curriculum.ts';
import type { Learner } from '../learner.ts';
import { countBy, countDone } from '../learning/progress.ts';
import { type Block, progressBar } from '../message.ts';
import { hoursText, plural } from './topic.ts';

const tiersOf = (curriculum: Curriculum, { topics, done }: Learner) =>
  [...countBy(topics, done, topic => [topic.tier])].map(([id, count]) => ({
    ...count,
    badge: curriculum.tiers.get(id)?.badge ?? id,
  }));

/** A bar for each tier of the path. */
export const tierBars = (curriculum: Curriculum, learner: Learner): Block[] =>
  tiersOf(curriculum, learner).map(({ badge, done, total }) => progressBar(badge, done, total));

/** `13.5 h, about 4 weeks at your pace`, or that there is nothing left. */
export const leftText = ({ member, topics, done }: Learner): string => {
  const { hoursLeft } = countDone(topics, done);
  return hoursLeft === 0
    ? 'nothing'
    : `${hoursText(hoursLeft)}, about ${plural(Math.ceil(hoursLeft / member.weeklyHours), 'week')} at your pace`;
};

/** The first milestone of the track with a topic that is open: `Cloud Platform Foundation (Running …), 1 of 4 topics`. */
const milestoneText = (curriculum: Curriculum, { member, topics, done }: Learner): string | undefined =>
  (curriculum.milestones.get(member.track ?? GENERAL_TRACK) ?? [])
    .map(milestone => {
      const teaching = topics.filter(({ skills }) => skills.some(id => milestone.skills.includes(id)));
      return { ...milestone, ...countDone(teaching, done) };
    })
    .filter(milestone => milestone.done < milestone.total)
    .map(
      ({ title, capability, done: count, total }) => `${title} (${capability}), ${count} of ${plural(total, 'topic')}`,
    )
    .at(0);

/** The milestone that comes next or, on tracks without any, the first tier that is not complete: `🌱 Foundations, 3 of 8 topics`. */
export const landmarkText = (curriculum: Curriculum, learner: Learner): string => {
  const milestone = milestoneText(curriculum, learner);
  if (milestone !== undefined) return milestone;
  const tiers = tiersOf(curriculum, learner).filter(({ total }) => total > 0);
  const next = tiers.find(({ done, total }) => done < total);
  if (next) return `${next.badge}, ${next.done} of ${plural(next.total, 'topic')}`;
  return tiers.length === 0 ? 'none yet' : 'every tier is complete 🎉';
};
