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

/** The buttons of what was done; then `Next: Title` with its buttons, or that everything is done. */
export const nextStep = (learner: Learner, ...more: Button[]): Block[] => {
  const before = more.length > 0 ? [actions(...more)] : [];
  const [next] = learner.next;
  if (next) {
    return [
      ...before,
      text(`Next: ${topicLink(next)}`),
      actions(
        button('Read', encodeAction('topics', 'read', next.id)),
        button('Show what is next', encodeAction('next', 'show')),
      ),
    ];
  }
  const { done, total } = countDone(learner.topics, learner.done);
  const words =
    done === total && total > 0 ? 'You have done every topic of your path.' : 'Nothing is waiting for you right now.';
  return [text(`${words} \`/track list\` shows where you could go from here.`), ...before];
};
