import { nextStep, pathBar } from '../src/cards/next-step.ts';
import { invitation, weekInHours, weekTopics } from '../src/cards/this-week.ts';
import { accentOf, plural } from '../src/cards/topic.ts';
import { type Context, defineCommand, type MessageReply, reply } from '../src/command.ts';
import { missingPrerequisites } from '../src/curriculum/graph.ts';
import { learnerOf } from '../src/learner.ts';
import { heading, quiet } from '../src/message.ts';

const show = async ({ db, curriculum, member }: Context): Promise<MessageReply> => {
  const learner = await learnerOf(db, curriculum, member);
  const accent = accentOf(curriculum, member.track);
  if (learner.next.length === 0) {
    return reply({
      blocks: [heading('What is next'), ...invitation(learner), pathBar(curriculum, learner), ...nextStep(learner)],
      accent,
    });
  }
  const locked = learner.topics.filter(
    topic => !learner.done.has(topic.id) && missingPrerequisites(curriculum, topic, learner.done).length > 0,
  ).length;
  return reply({
    blocks: [
      heading('What is next'),
      weekInHours(learner),
      ...invitation(learner),
      ...weekTopics(curriculum, learner),
      pathBar(curriculum, learner),
      ...(locked > 0
        ? [
            quiet(
              `${plural(locked, 'further topic')} of your path will open once what ${locked === 1 ? 'it builds' : 'they build'} on is done.`,
            ),
          ]
        : []),
    ],
    accent,
  });
};

export default defineCommand({
  name: 'next',
  description: 'Your next topics: everything they need is done, and they fit your weekly hours',
  audience: 'member',
  visibility: 'private',
  run: (_, context) => show(context),
  actions: { show: (_, context) => show(context) },
});
