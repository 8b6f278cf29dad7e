import { accentOf, hoursText, plural } from '../src/cards/topic.ts';
import { roleChoices, rolesText } from '../src/cards/track.ts';
import { type Context, defineCommand, encodeAction, type MessageReply, reply, subcommand } from '../src/command.ts';
import type { Curriculum, RoleId } from '../src/curriculum/curriculum.ts';
import { topicsOf } from '../src/curriculum/graph.ts';
import { learnerOf } from '../src/learner.ts';
import { countDone } from '../src/learning/progress.ts';
import { actions, type Block, facts, heading, list, quiet, type Select, text } from '../src/message.ts';
import { updateEnrolment } from '../src/storage/members.ts';

const NONE = 'none';

const choices = (curriculum: Curriculum) => [
  ...roleChoices(curriculum),
  { value: NONE, label: 'No role', description: 'Every topic of the track' },
];

const picker = (curriculum: Curriculum, chosen: readonly RoleId[]): Select => ({
  type: 'select',
  action: encodeAction('roles', 'select'),
  placeholder: 'Choose your roles',
  options: [...curriculum.roles.values()].map(role => ({
    label: role.title,
    value: role.id,
    description: role.focus.slice(0, 75),
    selected: chosen.includes(role.id),
  })),
  min: 0,
  max: curriculum.roles.size,
});

/** What several roles share: a topic of two roles is one topic. */
const overlap = ({ curriculum, member }: Pick<Context, 'curriculum' | 'member'>): Block[] => {
  if (member.roles.length < 2) return [];
  const total = (roles: readonly RoleId[]): number =>
    countDone(topicsOf(curriculum, { track: member.track, roles }), new Set()).total;
  const parts = member.roles.map(role => `${curriculum.roles.get(role)?.title ?? role}: ${total([role])}`);
  return [
    quiet(
      `Together ${plural(total(member.roles), 'topic')} (${parts.join(', ')}); a topic that several roles share counts once.`,
    ),
  ];
};

const show = async (context: Context, replace = false): Promise<MessageReply> => {
  const { db, curriculum, member } = context;
  const learner = await learnerOf(db, curriculum, member);
  const { total, hoursLeft } = countDone(learner.topics, learner.done);
  const roles = member.roles.map(id => curriculum.roles.get(id)).filter(role => role !== undefined);
  return reply(
    {
      blocks: [
        heading('Your roles'),
        text(
          roles.length > 0
            ? 'You are sent the topics of these roles, what they build on, and what is for everybody. Everything else of your track stays in `/topics`.'
            : 'No role chosen: you are sent every topic of your track. A role narrows that down to what its work needs.',
        ),
        list(
          roles.map(role => `**${role.badge}** ${role.title}: ${role.focus}. Known by ${role.keySkills.join(', ')}.`),
        ),
        facts([['Your path', `${plural(total, 'topic')}, ${hoursText(hoursLeft)} to go`]]),
        ...overlap(context),
        actions(picker(curriculum, member.roles)),
      ].filter(block => block.type !== 'list' || block.items.length > 0),
      accent: accentOf(curriculum, member.track),
    },
    { replace },
  );
};

const select = async (chosen: readonly string[], context: Context, replace = false): Promise<MessageReply> => {
  const { db, curriculum, community, now } = context;
  const roles = [...curriculum.roles.keys()].filter(id => chosen.includes(id));
  const member = await updateEnrolment(db, community, context.member, { roles }, now);
  const answer = await show({ ...context, member }, replace);
  const said = text(`Your roles are now: **${rolesText(curriculum, roles)}**.`);
  return { ...answer, message: { ...answer.message, blocks: [said, ...answer.message.blocks] } };
};

export default defineCommand({
  name: 'roles',
  description: 'Choose the engineering roles you work towards, or see them',
  audience: 'member',
  visibility: 'private',
  alone: 'show',
  subcommands: {
    select: subcommand({
      description: 'Choose none, one or several roles; they replace the earlier ones',
      options: {
        roles: {
          type: 'string',
          description: 'Roles, separated by commas; none for no role',
          inForm: 'One or several; “No role” for every topic of the track',
          required: true,
          many: true,
          choices,
        },
      },
      run: ({ roles }, context) => select(roles, context),
    }),
    show: subcommand({ description: 'Your roles and what they add up to', run: (_, context) => show(context) }),
  },
  actions: {
    show: (_, context) => show(context),
    select: (_, context, values) => select(values, context, true),
  },
});
