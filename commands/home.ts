import { landmarkText, leftText, tierBars } from '../src/cards/landmark.ts';
import { pathBar } from '../src/cards/next-step.ts';
import { hasPoints, pointFacts, standingBlocks, streakOf } from '../src/cards/points.ts';
import { pathButtons, settingsInShort } from '../src/cards/settings.ts';
import { invitation, weekInHours, weekTopics } from '../src/cards/this-week.ts';
import { accentOf, hoursText } from '../src/cards/topic.ts';
import { rolesText, trackLabel } from '../src/cards/track.ts';
import { type Context, defineCommand, encodeAction, type MessageReply, type Reply, reply } from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { type Learner, learnerOf } from '../src/learner.ts';
import { countDone } from '../src/learning/progress.ts';
import { actions, type Block, button, facts, heading, quiet, text } from '../src/message.ts';

// Home has no place to type: where it has a button, its texts name that, and no command.

const nothingThisWeek = ({ member, topics, done }: Learner): Block => {
  const count = countDone(topics, done);
  const isAll = count.total > 0 && count.done === count.total;
  const [track] = pathButtons(member);
  return text(
    `${isAll ? 'You have done every topic of your path.' : 'Nothing is waiting for you right now.'} **${track?.label}** shows where you could go from here.`,
  );
};

const standing = async (context: Context): Promise<Block[]> => {
  const { community, member } = context;
  if (community.pointsOn && !member.pointsOn)
    return [quiet('You have switched points and streaks off for yourself; **All settings** brings them back.')];
  if (!hasPoints(context) || member.listed) return standingBlocks(context);
  return [
    facts(pointFacts(await streakOf(context), context)),
    quiet('Your place on the leaderboard will be here once it may show your name: **Show my name**.'),
  ];
};

/**
 * The member's plan on one page. Nothing in it depends on the hour, so that it looks the same as long as nothing changes; and all
 * of it has room in one message of Discord's, where 40 components are the limit: hence no "Not for me", which is where a topic is read.
 */
const show = async (context: Context): Promise<MessageReply> => {
  const { db, curriculum, community, member } = context;
  const [learner, points] = await Promise.all([learnerOf(db, curriculum, member), standing(context)]);
  const week =
    learner.next.length > 0
      ? [
          weekInHours(learner, '**All settings**'),
          ...weekTopics(curriculum, learner, { skip: false, all: '**All topics**' }),
        ]
      : [nothingThisWeek(learner)];
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
      ...(points.length > 0 ? [heading('Points and streak', 2), ...points] : []),
      ...settingsInShort(context),
      actions(
        ...(community.pointsOn ? [button('Leaderboard', encodeAction('leaderboard', 'show'))] : []),
        button('All topics', encodeAction('topics', 'list')),
        ...pathButtons(member),
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
