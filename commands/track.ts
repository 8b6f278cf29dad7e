import { pathBar } from '../src/cards/next-step.ts';
import { accentOf, hoursText, plural } from '../src/cards/topic.ts';
import { changeOf, rolesText, trackChoices, trackLabel } from '../src/cards/track.ts';
import { type Context, defineCommand, encodeAction, type MessageReply, reply, subcommand } from '../src/command.ts';
import type { Curriculum, TrackId } from '../src/curriculum/curriculum.ts';
import { topicsOf, visibleTopics } from '../src/curriculum/graph.ts';
import { UserError } from '../src/errors.ts';
import { learnerOf } from '../src/learner.ts';
import { countDone } from '../src/learning/progress.ts';
import { actions, button, facts, heading, quiet, text } from '../src/message.ts';
import { updateEnrolment } from '../src/storage/members.ts';
import { ensureZoneRuns } from '../src/storage/schedules.ts';

const requireTrack = (curriculum: Curriculum, id: string): TrackId => {
  if (curriculum.tracks.has(id)) return id;
  throw new UserError('unknown_track', 'That track is not there any more. /track list shows those that are.');
};

const enter = async (track: TrackId, context: Context): Promise<MessageReply> => {
  const { db, curriculum, community, now } = context;
  const member = await updateEnrolment(db, community, context.member, { track }, now);
  const [learner] = await Promise.all([
    learnerOf(db, curriculum, member),
    ensureZoneRuns(db, community.id, member.zone, now),
  ]);
  const { hoursLeft } = countDone(learner.topics, learner.done);
  return reply(
    {
      blocks: [
        heading(`You are on ${trackLabel(curriculum, track)}`),
        text(curriculum.tracks.get(track)?.about ?? ''),
        pathBar(curriculum, learner),
        quiet(
          `${hoursText(hoursLeft)} to go; at ${hoursText(member.weeklyHours)} a week that is about ${plural(Math.ceil(hoursLeft / member.weeklyHours), 'week')}.`,
        ),
        actions(
          button('Show what is next', encodeAction('next', 'show'), 'primary'),
          button('Choose roles', encodeAction('roles', 'show')),
        ),
      ],
      accent: accentOf(curriculum, track),
    },
    { replace: true },
  );
};

const select = async (track: TrackId, context: Context): Promise<MessageReply> => {
  const { db, curriculum, member } = context;
  if (member.track === track) return show(context);
  if (member.track === null) return enter(track, context);
  const { done } = await learnerOf(db, curriculum, member);
  const from = trackLabel(curriculum, member.track);
  return reply({
    blocks: [
      heading(`From ${from} to ${trackLabel(curriculum, track)}?`),
      text(curriculum.tracks.get(track)?.about ?? ''),
      ...changeOf(curriculum, member, { track, roles: member.roles }, done),
      actions(
        button('Change track', encodeAction('track', 'enter', track), 'primary'),
        button('Stay', encodeAction('track', 'show')),
      ),
    ],
    accent: accentOf(curriculum, track),
  });
};

const show = async ({ db, curriculum, member }: Context): Promise<MessageReply> => {
  if (!member.track) {
    return reply({
      blocks: [
        heading('No track yet'),
        text('Pick one with `/track list`, or let `/onboard` take you through the choices.'),
        actions(
          button('Show the tracks', encodeAction('track', 'list'), 'primary'),
          button('Set me up', encodeAction('onboard', 'start')),
        ),
      ],
    });
  }
  const learner = await learnerOf(db, curriculum, member);
  const { hoursLeft } = countDone(learner.topics, learner.done);
  return reply({
    blocks: [
      heading(trackLabel(curriculum, member.track)),
      text(curriculum.tracks.get(member.track)?.about ?? ''),
      facts([
        ['Roles', rolesText(curriculum, member.roles)],
        ['Still to do', hoursText(hoursLeft)],
        ['Pace', `${hoursText(member.weeklyHours)} a week`],
      ]),
      pathBar(curriculum, learner),
      actions(
        button('Show what is next', encodeAction('next', 'show'), 'primary'),
        button('Other tracks', encodeAction('track', 'list')),
      ),
    ],
    accent: accentOf(curriculum, member.track),
  });
};

const list = async ({ db, curriculum, member }: Context): Promise<MessageReply> => {
  const { done } = await learnerOf(db, curriculum, member);
  const blocks = [...curriculum.tracks.values()].flatMap(track => {
    const all = countDone(visibleTopics(curriculum, track.id), done);
    const own = countDone(topicsOf(curriculum, { track: track.id, roles: member.roles }), done);
    const yours = track.id === member.track ? ' (yours)' : '';
    const withRoles = own.total === all.total ? '' : `; ${own.total} with your roles`;
    return [
      heading(`${track.icon} ${track.label}${yours}`, 2),
      text(track.about),
      quiet(`${plural(all.total, 'topic')}${withRoles}, ${own.done} done, ${hoursText(own.hoursLeft)} to go`),
    ];
  });
  const buttons = [...curriculum.tracks.values()]
    .filter(track => track.id !== member.track)
    .map(track => button(`${track.icon} ${track.label}`, encodeAction('track', 'select', track.id)));
  return reply({
    blocks: [
      heading('Tracks'),
      text('One track at a time; you can change any time and keep what you have done.'),
      ...blocks,
      actions(...buttons),
    ],
  });
};

export default defineCommand({
  name: 'track',
  description: 'Pick your track, see it, or compare all tracks',
  audience: 'member',
  visibility: 'private',
  alone: 'show',
  subcommands: {
    select: subcommand({
      description: 'Pick a track; before a change you see what it means',
      options: { track: { type: 'string', description: 'The track', required: true, choices: trackChoices } },
      run: ({ track }, context) => select(track, context),
    }),
    show: subcommand({ description: 'Your track and how far you are', run: (_, context) => show(context) }),
    list: subcommand({ description: 'All tracks', run: (_, context) => list(context) }),
  },
  actions: {
    select: (id, context) => select(requireTrack(context.curriculum, id), context),
    enter: (id, context) => enter(requireTrack(context.curriculum, id), context),
    show: (_, context) => show(context),
    list: (_, context) => list(context),
  },
});
