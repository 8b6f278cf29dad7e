// What a member could learn this week: the topics that fit their hours, each with its buttons.
import { encodeAction } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import type { Learner } from '../learner.ts';
import { actions, type Block, button, type Markdown, quiet, text } from '../message.ts';
import { hoursText, plural, topicCard } from './topic.ts';

/** A longer list is no help on a Monday morning. */
const SHOWN_TOPICS = 5;

/** For members without a track: what they see is for everybody, and how to begin. Nothing for the others. */
export const invitation = ({ member }: Pick<Learner, 'member'>): Block[] =>
  member.track
    ? []
    : [
        text('You have not picked a track yet, so these are the topics for everybody.'),
        actions(button('Set me up', encodeAction('onboard', 'start'), 'primary')),
      ];

/** `2 topics, 2.5 h, for your 4 h a week`, and what changes that: a command unless told. */
export const weekInHours = ({ member, next }: Learner, changedBy: Markdown = '`/settings pace`'): Block => {
  const hours = next.reduce((sum, topic) => sum + topic.hours, 0);
  return quiet(
    `${plural(next.length, 'topic')}, ${hoursText(hours)}, for your ${hoursText(member.weeklyHours)} a week (${changedBy} changes that)`,
  );
};

/** The topics of this week as cards, at most five, and where the others are: `all`, a command unless told; `skip` as for `topicButtons`. */
export const weekTopics = (
  curriculum: Curriculum,
  learner: Learner,
  { all = '`/topics list`', ...how }: { skip?: boolean; all?: Markdown } = {},
): Block[] => {
  const shown = learner.next.slice(0, SHOWN_TOPICS);
  const rest = learner.next.length - shown.length;
  return [
    ...shown.flatMap(topic => topicCard(curriculum, topic, learner, how)),
    ...(rest > 0 ? [quiet(`+${rest} more, see ${all}`)] : []),
  ];
};
