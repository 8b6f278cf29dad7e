import { requireVisibleTopics, suggestTopics, topicOfButton } from '../src/cards/find-topic.ts';
import { nextStep, pathBar } from '../src/cards/next-step.ts';
import { accentOf, plural, titlesOf } from '../src/cards/topic.ts';
import { type Choice, type Context, defineCommand, encodeAction, type MessageReply, reply } from '../src/command.ts';
import { splitLast, suggestAfter } from '../src/command-text.ts';
import type { Topic } from '../src/curriculum/curriculum.ts';
import { missingPrerequisites } from '../src/curriculum/graph.ts';
import { createTopicSearch } from '../src/curriculum/search.ts';
import { learnerOf } from '../src/learner.ts';
import { topicPoints } from '../src/learning/points.ts';
import { button, heading, list, quiet } from '../src/message.ts';
import { setTopicState } from '../src/storage/progress.ts';

const markDone = async (topics: Topic[], context: Context): Promise<MessageReply> => {
  const { db, curriculum, community, member, now } = context;
  const changed = await setTopicState(
    db,
    context,
    'done',
    topics.map(topic => ({ id: topic.id, points: topicPoints(curriculum, topic) })),
    now,
  );
  const learner = await learnerOf(db, curriculum, member);
  const showPoints = community.pointsOn && member.pointsOn;
  const lines = topics.map(topic => {
    if (!changed.includes(topic.id)) return `${titlesOf([topic])}: was done already, so nothing changed`;
    const points = showPoints ? ` (+${topicPoints(curriculum, topic)} points)` : '';
    const open = missingPrerequisites(curriculum, topic, learner.done);
    const note = open.length > 0 ? `; it builds on ${titlesOf(open)}, still open` : '';
    return `✅ ${titlesOf([topic])}${points}${note}`;
  });
  const doneBefore = new Set([...learner.done].filter(id => !changed.includes(id)));
  const opened = learner.topics.filter(
    topic =>
      !learner.done.has(topic.id) &&
      missingPrerequisites(curriculum, topic, doneBefore).length > 0 &&
      missingPrerequisites(curriculum, topic, learner.done).length === 0,
  );
  const [first] = topics;
  const buttons =
    first && topics.length === 1
      ? [
          ...(first.quiz.length > 0 ? [button('Take the quiz', encodeAction('quiz', 'start', first.id))] : []),
          button('Undo', encodeAction('undo', 'undo', first.id)),
        ]
      : [];
  return reply({
    blocks: [
      heading(changed.length > 0 ? `${plural(changed.length, 'topic')} done` : 'Already done', 2),
      list(lines),
      ...(opened.length > 0 ? [quiet(`Now open: ${titlesOf(opened)}`)] : []),
      pathBar(curriculum, learner),
      ...nextStep(learner, ...buttons),
    ],
    accent: accentOf(curriculum, member.track),
  });
};

/** Suggestions for the last of several topics, each with those that were typed before it. */
const suggestLast = (typed: string, context: Context): Choice[] => {
  const search = createTopicSearch(context.curriculum);
  const { chosen, last } = splitLast(typed, part => {
    const topic = search.find(part);
    return topic && { label: topic.title, value: topic.id };
  });
  return suggestAfter(chosen, suggestTopics(last, context));
};

export default defineCommand({
  name: 'done',
  description: 'Mark one or more topics as done',
  audience: 'member',
  visibility: 'private',
  options: {
    topics: { type: 'string', description: 'A topic, or several separated by commas', required: true, max: 1000 },
  },
  autocomplete: { topics: suggestLast },
  run: ({ topics }, context) => markDone(requireVisibleTopics(context, topics), context),
  actions: { done: (id, context) => markDone([topicOfButton(context, id)], context) },
});
