// What comes after something was done: the progress bar and one way on.
import { encodeAction } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import type { Learner } from '../learner.ts';
import { countDone } from '../learning/progress.ts';
import { actions, type Block, type Button, button, progressBar, text } from '../message.ts';
import { topicLink } from './topic.ts';

/** The bar of a member's own path: the same numbers wherever it is shown. */
export const pathBar = (curriculum: Curriculum, { member, topics, done }: Learner): Block => {
  const { done: count, total } = countDone(topics, done);
  const label = member.track ? (curriculum.tracks.get(member.track)?.label ?? 'Your path') : 'General topics';
  return progressBar(label, count, total);
};

/** `Next: Title (4 h).`, or that everything is done, with a button. */
export const nextStep = (learner: Learner, ...more: Button[]): Block[] => {
  const [next] = learner.next;
  if (next) {
    return [
      text(`Next: ${topicLink(next)}`),
      actions(...more, button('Show what is next', encodeAction('next', 'show'))),
    ];
  }
  const { done, total } = countDone(learner.topics, learner.done);
  const words =
    done === total && total > 0 ? 'You have done every topic of your path.' : 'Nothing is waiting for you right now.';
  return [
    text(`${words} \`/track list\` shows where you could go from here.`),
    ...(more.length > 0 ? [actions(...more)] : []),
  ];
};
