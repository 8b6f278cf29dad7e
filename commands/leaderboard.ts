import { commandCode } from '../src/cards/given-command.ts';
import { type LeaderboardRow, leaderboardTable } from '../src/cards/leaderboard.ts';
import { plural } from '../src/cards/topic.ts';
import { roleChoices, trackChoices, trackLabel } from '../src/cards/track.ts';
import { type Context, defineCommand, type MessageReply, reply } from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { leaderboardOf } from '../src/leaderboard.ts';
import { type Block, heading, quiet, text } from '../src/message.ts';
import { boardKey, type Period, type Scope } from '../src/storage/standings.ts';

const PERIODS: { value: Period; label: string }[] = [
  { value: 'week', label: 'This week' },
  { value: 'month', label: 'This month' },
  { value: 'all', label: 'All time' },
];

const ownBlocks = (
  around: readonly LeaderboardRow[],
  { member: { pointsOn, listed }, platform }: Pick<Context, 'member' | 'platform'>,
): Block[] => {
  if (!pointsOn) {
    return [
      text(
        `You have switched points off for yourself, so you are on no board. ${commandCode(platform, '/settings points', { state: 'on' })} brings you back.`,
      ),
    ];
  }
  if (around.length === 0) {
    return [text('You are not on this board yet: the first topic or quiz you finish puts you there.')];
  }
  return [
    leaderboardTable(around),
    ...(listed
      ? []
      : [
          quiet(
            `Only you see that this is you: others see “A member”. ${commandCode(platform, '/settings leaderboard', { shown: 'yes' })} shows your name.`,
          ),
        ]),
  ];
};

const show = async (context: Context, period: Period, scope: Scope, title: string): Promise<MessageReply> => {
  const { db, community, member, now } = context;
  if (!community.pointsOn)
    throw new UserError('points_off', 'Points and leaderboards are switched off in this community.');
  const board = boardKey(community, period, scope, now);
  const { top, around, members, points } = await leaderboardOf(db, community.id, board, member);
  if (members === 0) {
    return reply({ blocks: [heading(title), text('Nobody is on this board yet. The first topic done opens it.')] });
  }
  // With few members their neighbours are everybody.
  const everybody =
    around.length === members
      ? []
      : [heading(members > top.length ? `Top ${top.length}` : 'Everybody', 2), leaderboardTable(top)];
  return reply({
    blocks: [
      heading(title),
      heading('Your place', 2),
      ...ownBlocks(around, context),
      ...everybody,
      quiet(`${plural(members, 'member')}, ${plural(points, 'point')} together.`),
    ],
  });
};

export default defineCommand({
  name: 'leaderboard',
  description: 'Your place, your neighbours and the top ten, for the week, the month or all time',
  audience: 'member',
  visibility: 'private',
  options: {
    period: { type: 'string', description: 'This week unless told', choices: PERIODS },
    track: { type: 'string', description: 'Only members of this track', choices: trackChoices },
    role: { type: 'string', description: 'Only members with this role', choices: roleChoices },
  },
  run: ({ period = 'week', track, role }, context) => {
    const { curriculum } = context;
    if (track && role) {
      throw new UserError(
        'one_filter',
        'A board is for one track or for one role, not for both at once. Leave one of them out.',
      );
    }
    const label = PERIODS.find(({ value }) => value === period)?.label ?? period;
    const scope: Scope = track ? `track:${track}` : role ? `role:${role}` : '*';
    const of = track ? trackLabel(curriculum, track) : role ? (curriculum.roles.get(role)?.title ?? role) : undefined;
    return show(context, period as Period, scope, of ? `${label}: ${of}` : label);
  },
  actions: { show: (_, context) => show(context, 'week', '*', 'This week') },
});
