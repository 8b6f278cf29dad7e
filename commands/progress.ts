import { leftText, tierBars } from '../src/cards/landmark.ts';
import { pathBar } from '../src/cards/next-step.ts';
import { hasPoints, pointFacts, streakOf } from '../src/cards/points.ts';
import { streakReasons } from '../src/cards/streak.ts';
import { accentOf, plural } from '../src/cards/topic.ts';
import { rolesText } from '../src/cards/track.ts';
import { type Context, defineCommand, encodeAction, type MessageReply, reply } from '../src/command.ts';
import { topicsOf } from '../src/curriculum/graph.ts';
import { UserError } from '../src/errors.ts';
import { type Learner, learnerOf } from '../src/learner.ts';
import { countBy, countDone } from '../src/learning/progress.ts';
import { actions, type Block, button, facts, heading, progressBar, quiet } from '../src/message.ts';

const bars = ({ curriculum, member }: Context, learner: Learner): Block[] => {
  const modules = countBy(learner.topics, learner.done, topic => [topic.module]);
  const roles = member.roles.map(role => {
    const count = countDone(topicsOf(curriculum, { track: member.track, roles: [role] }), learner.done);
    return progressBar(curriculum.roles.get(role)?.badge ?? role, count.done, count.total);
  });
  return [
    heading('By tier', 2),
    ...tierBars(curriculum, learner),
    heading('By module', 2),
    ...[...modules].map(([id, { done, total }]) => progressBar(curriculum.modules.get(id)?.title ?? id, done, total)),
    ...(roles.length > 0 ? [heading('By role', 2), ...roles] : []),
  ];
};

const overview = async (context: Context): Promise<MessageReply> => {
  const { db, curriculum, member } = context;
  const learner = await learnerOf(db, curriculum, member);
  const beyond = [...learner.done].filter(id => !learner.topics.some(topic => topic.id === id)).length;
  const optional = learner.topics.filter(topic => topic.optional && learner.done.has(topic.id)).length;
  const game = hasPoints(context) ? pointFacts(await streakOf(context), context) : [];
  return reply({
    blocks: [
      heading('Your progress'),
      pathBar(curriculum, learner),
      facts([
        ['Roles', rolesText(curriculum, member.roles)],
        ['Still to do', leftText(learner)],
        ...(learner.skipped.size > 0
          ? ([['Skipped', plural(learner.skipped.size, 'topic')]] as [string, string][])
          : []),
        ...game,
      ]),
      ...(optional > 0 ? [quiet(`Plus ${plural(optional, 'optional topic')}, outside the total.`)] : []),
      ...(beyond > 0
        ? [
            quiet(
              `Plus ${plural(beyond, 'topic')} done beyond this path; they are kept and count again if your path includes them.`,
            ),
          ]
        : []),
      ...bars(context, learner),
      actions(
        button('Show what is next', encodeAction('next', 'show'), 'primary'),
        button('My plan', encodeAction('home', 'show')),
        ...(game.length > 0 ? [button('Why this streak?', encodeAction('progress', 'streak'))] : []),
      ),
    ],
    accent: accentOf(curriculum, member.track),
  });
};

const explainStreak = async (context: Context): Promise<MessageReply> => {
  const { member } = context;
  if (!hasPoints(context)) {
    throw new UserError(
      'points_off',
      'Points and streaks are switched off here. /settings show says by whom, and how to switch yours on.',
    );
  }
  const { streak } = await streakOf(context);
  return reply({ blocks: streakReasons(streak, member.zone), accent: accentOf(context.curriculum, member.track) });
};

export default defineCommand({
  name: 'progress',
  description: 'How far you are: in all, by tier, module and role; and why your streak is what it is',
  audience: 'member',
  visibility: 'private',
  options: {
    about: {
      type: 'string',
      label: 'Show',
      description: 'What to show',
      choices: [
        { value: 'all', label: 'Everything' },
        { value: 'streak', label: 'Why my streak is what it is' },
      ],
    },
  },
  run: ({ about }, context) => (about === 'streak' ? explainStreak(context) : overview(context)),
  actions: { streak: (_, context) => explainStreak(context), show: (_, context) => overview(context) },
});
