import { landmarkText, leftText, tierBars } from '../src/cards/landmark.ts';
import { nextStep, pathBar } from '../src/cards/next-step.ts';
import { standingBlocks } from '../src/cards/points.ts';
import { settingsInShort } from '../src/cards/settings.ts';
import { invitation, weekInHours, weekTopics } from '../src/cards/this-week.ts';
import { accentOf, hoursText } from '../src/cards/topic.ts';
import { rolesText, trackLabel } from '../src/cards/track.ts';
import { type Context, defineCommand, encodeAction, type MessageReply, type Reply, reply } from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { learnerOf } from '../src/learner.ts';
import { actions, button, facts, heading } from '../src/message.ts';

/**
 * The member's plan on one page. Nothing in it depends on the hour, so that it looks the same as long as nothing changes; and all
 * of it has room in one message of Discord's, where 40 components are the limit: hence no "Not for me", which is where a topic is read.
 */
const show = async (context: Context): Promise<MessageReply> => {
  const { db, curriculum, community, member } = context;
  const [learner, standing] = await Promise.all([learnerOf(db, curriculum, member), standingBlocks(context)]);
  const week =
    learner.next.length > 0
      ? [weekInHours(learner), ...weekTopics(curriculum, learner, { skip: false })]
      : nextStep(learner, button('Other tracks', encodeAction('track', 'list')));
  return reply({
    blocks: [
      heading('Your plan'),
      ...invitation(learner),
      facts([
        ['Track', member.track ? trackLabel(curriculum, member.track) : 'none yet'],
        ['Roles', rolesText(curriculum, member.roles)],
        ['Pace', `${hoursText(member.weeklyHours)} a week`],
        ['Still to do', leftText(learner)],
        ['Next landmark', landmarkText(curriculum, learner)],
      ]),
      pathBar(curriculum, learner),
      ...tierBars(curriculum, learner),
      heading('This week', 2),
      ...week,
      ...(standing.length > 0 ? [heading('Points and streak', 2), ...standing] : []),
      ...settingsInShort(context),
      actions(
        ...(community.pointsOn ? [button('Leaderboard', encodeAction('leaderboard', 'show'))] : []),
        button('All topics', encodeAction('topics', 'list')),
        button('Help', encodeAction('home', 'help')),
      ),
    ],
    accent: accentOf(curriculum, member.track),
  });
};

const help = async (context: Context): Promise<Reply> => {
  const overview = context.commands.get('help')?.subcommands[''];
  if (!overview) throw new UserError('unknown_command', 'There is no help here. /next shows where you are.');
  return overview.run({}, context);
};

export default defineCommand({
  name: 'home',
  description: 'Your plan on one page: track, progress, this week’s topics, points, settings',
  audience: 'member',
  visibility: 'private',
  run: (_, context) => show(context),
  actions: { show: (_, context) => show(context), help: (_, context) => help(context) },
});
