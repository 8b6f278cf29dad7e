import { formatMoment } from '../src/calendar/dates.ts';
import { findZone, nearestZone, zoneHint } from '../src/calendar/zones.ts';
import { accentOf, hoursText, topicCard } from '../src/cards/topic.ts';
import { rolesText, trackLabel } from '../src/cards/track.ts';
import { type Context, defineCommand, encodeAction, type MessageReply, type Reply, reply } from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { learnerOf } from '../src/learner.ts';
import { ONBOARDING_STEPS as STEPS, type OnboardingStep as Step } from '../src/learning/onboarding.ts';
import { escapeMarkdown } from '../src/markdown.ts';
import {
  actions,
  type Block,
  type Button,
  button,
  facts,
  heading,
  list,
  type ModalField,
  quiet,
  type Select,
  text,
} from '../src/message.ts';
import { quote } from '../src/nearest.ts';
import {
  type DirectMessages,
  type Member,
  type MemberChange,
  updateEnrolment,
  updateMember,
} from '../src/storage/members.ts';
import { ensureZoneRuns } from '../src/storage/schedules.ts';

const TITLES: Record<Step, string> = {
  track: 'Your track',
  roles: 'Your roles',
  hours: 'Hours a week',
  zone: 'Your time zone',
  messages: 'Direct messages',
  leaderboard: 'Leaderboards',
};
const HOURS = [2, 4, 6, 8, 10];
const MOST_ROLES = 5;
const FREQUENCIES: Record<DirectMessages, string> = {
  weekly: 'Every week',
  fortnightly: 'Every two weeks',
  off: 'Off',
};

const isStep = (step: string | null): step is Step => STEPS.some(each => each === step);
const after = (step: Step): Step | undefined => STEPS[STEPS.indexOf(step) + 1];
const pick = (step: Step, value = ''): string => encodeAction('onboard', step, value);
const go = (step: Step): string => encodeAction('onboard', 'go', step);
/** A button for a value; the one that holds now says so. */
const choice = (label: string, action: string, isCurrent: boolean): Button =>
  button(isCurrent ? `${label} (current)` : label, action, isCurrent ? 'primary' : 'secondary');

/** What each step asks and why, with the present value marked. */
const BODIES: Record<Step, (context: Context) => Block[]> = {
  track: ({ curriculum, member }) => [
    text(
      'A track decides which topics you see. You can change it any time with `/track`, and what you have done stays done.',
    ),
    list([...curriculum.tracks.values()].map(({ id, about }) => `**${trackLabel(curriculum, id)}**: ${about}`)),
    actions(
      ...[...curriculum.tracks.keys()].map(id =>
        choice(trackLabel(curriculum, id), pick('track', id), id === member.track),
      ),
    ),
  ],
  roles: ({ curriculum, member }) => {
    const roles: Select = {
      type: 'select',
      action: pick('roles'),
      placeholder: 'Choose up to five roles',
      options: [...curriculum.roles.values()].map(({ id, title, focus }) => ({
        label: title,
        value: id,
        description: focus,
        selected: member.roles.includes(id),
      })),
      min: 0,
      max: Math.min(MOST_ROLES, curriculum.roles.size),
    };
    return [
      text(
        'With a role you are sent its topics, what they build on, and what is for everybody; the rest stays in `/topics`. Without one you are sent every topic of your track.',
      ),
      facts([['Now', rolesText(curriculum, member.roles)]]),
      ...(curriculum.roles.size > 0 ? [actions(roles)] : []),
      actions(button('No particular role', pick('roles', 'none'))),
    ];
  },
  hours: ({ member }) => [
    text('What I suggest each week fits into these hours. A few are fine; `/settings pace` changes them any time.'),
    actions({
      type: 'select',
      action: pick('hours'),
      placeholder: 'Hours a week',
      options: [...new Set([...HOURS, member.weeklyHours])]
        .sort((a, b) => a - b)
        .map(hours => ({
          label: `${hours} hours a week`,
          value: String(hours),
          selected: hours === member.weeklyHours,
        })),
    }),
    actions(
      // What a select shows as chosen cannot be chosen once more everywhere.
      button(`Keep ${member.weeklyHours} h`, pick('hours', String(member.weeklyHours)), 'primary'),
      button('Another number', encodeAction('onboard', 'hours-form')),
    ),
  ],
  zone: ({ member, now }) => [
    text('Messages arrive by your own clock, and your weeks begin on your own Monday.'),
    facts([
      ['Now', member.zone],
      ['Time there', formatMoment(now, member.zone)],
    ]),
    actions(
      button('Keep it', encodeAction('onboard', 'keep-zone'), 'primary'),
      button('Change', encodeAction('onboard', 'zone-form')),
    ),
  ],
  messages: ({ member }) => [
    text(
      'I can send you your next topics by direct message. Each message says how to get fewer; `/digest` shows the same whenever you like.',
    ),
    actions(
      ...Object.entries(FREQUENCIES).map(([value, label]) =>
        choice(label, pick('messages', value), value === member.directMessages),
      ),
    ),
  ],
  leaderboard: ({ member, community }) => [
    text(
      'May your name be shown on leaderboards? With yes, others here see your name and your points. No is the default: you then count in totals and are never named.',
    ),
    ...(community.pointsOn
      ? []
      : [quiet('Your organisers have leaderboards switched off at present; your answer is kept for later.')]),
    actions(
      choice('Yes, show my name', pick('leaderboard', 'yes'), member.listed === true),
      choice('No', pick('leaderboard', 'no'), member.listed === false),
    ),
  ],
};

/** One step as a message; `before` is shown first. */
const screen = (step: Step, context: Context, before: Block[] = [], replace = true): MessageReply => {
  const { curriculum, member } = context;
  const at = STEPS.indexOf(step);
  const previous = STEPS[at - 1];
  const next = after(step);
  return reply(
    {
      blocks: [
        ...before,
        heading(`Step ${at + 1} of ${STEPS.length}: ${TITLES[step]}`),
        ...BODIES[step](context),
        actions(
          ...(previous ? [button('Back', go(previous))] : []),
          button('Skip', next ? go(next) : encodeAction('onboard', 'finish')),
        ),
      ],
      accent: accentOf(curriculum, member.track),
    },
    { replace },
  );
};

const changed = async (context: Context, change: MemberChange): Promise<Context> => {
  await updateMember(context.db, context.member.id, change);
  return { ...context, member: { ...context.member, ...change } };
};

const enrolled = async (context: Context, change: Partial<Pick<Member, 'track' | 'roles'>>): Promise<Context> => {
  const member = await updateEnrolment(context.db, context.community, context.member, change, context.now);
  return { ...context, member };
};

const goTo = async (step: Step, context: Context, before: Block[] = [], replace = true): Promise<MessageReply> =>
  screen(step, await changed(context, { onboardingStep: step }), before, replace);

/** After a step was answered and saved: the next one, or the end. */
const goOn = (step: Step, context: Context): Promise<MessageReply> => {
  const next = after(step);
  return next ? goTo(next, context) : finish(context);
};

/** Where the member left off, or the first step. */
const start = (context: Context): Promise<MessageReply> => {
  const { onboardingStep: step, onboardedAt, name } = context.member;
  if (isStep(step) && step !== STEPS[0]) {
    const resumed = [
      text('You left off here; what you answered before is kept.'),
      actions(button('Start again', go(STEPS[0]))),
    ];
    return goTo(step, context, resumed, false);
  }
  const words =
    step !== null && !isStep(step)
      ? 'The questions have changed since you were here, so we begin at the first; what you chose is kept.'
      : onboardedAt
        ? 'You have been through this before: what you chose is marked, and Skip leaves it as it is.'
        : `Welcome, ${escapeMarkdown(name)}. Six short questions; you can skip each of them, and come back to \`/onboard\` later.`;
  return goTo(STEPS[0], context, [text(words)], false);
};

const finish = async (before: Context): Promise<MessageReply> => {
  const context = await changed(before, { onboardedAt: before.now, onboardingStep: null });
  const { db, curriculum, member } = context;
  const learner = await learnerOf(db, curriculum, member);
  const [first, ...others] = learner.next;
  return reply(
    {
      blocks: [
        heading('You are all set'),
        facts([
          ['Track', member.track ? trackLabel(curriculum, member.track) : 'none yet: you see the topics for everybody'],
          ['Roles', rolesText(curriculum, member.roles)],
          ['Pace', `${hoursText(member.weeklyHours)} a week`],
          ['Time zone', member.zone],
          ['Direct messages', FREQUENCIES[member.directMessages].toLowerCase()],
          ['Name on leaderboards', member.listed ? 'shown' : 'not shown'],
        ]),
        quiet(
          member.track
            ? 'Change any of this with `/settings`, `/track` and `/roles`.'
            : 'Weekly messages begin once you have a track: `/track list` compares them. The rest is in `/settings`.',
        ),
        heading(first ? 'Your first topics' : 'Nothing is waiting for you', 2),
        ...(first
          ? topicCard(curriculum, first, learner)
          : [text('You have done what there is on this path. `/track list` shows where you could go from here.')]),
        ...(others.length > 0
          ? [
              list(
                others.map(({ id, title, hours }) => `[${escapeMarkdown(title)}](topic:${id}) (${hoursText(hours)})`),
              ),
            ]
          : []),
        actions(button('Show my topics', encodeAction('next', 'show'), 'primary')),
      ],
      accent: accentOf(curriculum, member.track),
    },
    { replace: true },
  );
};

const pickTrack = async (id: string, context: Context): Promise<MessageReply> => {
  const { db, curriculum, community, now } = context;
  if (!curriculum.tracks.has(id))
    return goTo('track', context, [text('That track is not there any more. Here are those that are.')]);
  const after = await enrolled(context, { track: id });
  await ensureZoneRuns(db, community.id, after.member.zone, now);
  return goOn('track', after);
};

const pickRoles = async (ids: readonly string[], context: Context): Promise<MessageReply> => {
  const known = [...context.curriculum.roles.keys()].filter(id => ids.includes(id));
  if (new Set(ids).size > known.length)
    return goTo('roles', context, [
      text('Not all of these roles are still there, so nothing was changed. Please choose again.'),
    ]);
  if (known.length > MOST_ROLES)
    throw new UserError('too_many_roles', `Please choose at most ${MOST_ROLES} roles; you chose ${known.length}.`);
  return goOn('roles', await enrolled(context, { roles: known }));
};

const pickHours = async (typed: string, context: Context): Promise<MessageReply> => {
  const hours = /^\d{1,2}$/.test(typed.trim()) ? Number(typed) : 0;
  if (hours < 1 || hours > 40)
    throw new UserError('not_a_number', `Hours a week are a whole number from 1 to 40, not ${quote(typed)}. Try 4.`);
  return goOn('hours', await changed(context, { weeklyHours: hours }));
};

const pickZone = async (typed: string, context: Context): Promise<MessageReply> => {
  const { db, community, now } = context;
  const zone = findZone(typed);
  if (!zone) {
    const nearest = nearestZone(typed);
    const said = text(escapeMarkdown(`${quote(typed)} is no time zone that I can use. ${zoneHint(typed)}`));
    const offer = nearest ? [actions(button(`Use ${nearest}`, pick('zone', nearest), 'primary'))] : [];
    return goTo('zone', context, [said, ...offer]);
  }
  const after = await changed(context, { zone, zoneChosen: true });
  if (after.member.track) await ensureZoneRuns(db, community.id, zone, now);
  return goOn('zone', after);
};

const pickMessages = async (value: string, context: Context): Promise<MessageReply> => {
  if (value !== 'weekly' && value !== 'fortnightly' && value !== 'off') return goTo('messages', context);
  return goOn('messages', await changed(context, { directMessages: value, directMessagesClosedAt: null }));
};

/** Type-ahead of `/settings zone` helps here too. */
const SUGGEST_ZONE: Pick<ModalField, 'suggest'> = {
  suggest: { command: 'settings', subcommand: 'zone', option: 'zone' },
};

const askFor = (step: 'hours' | 'zone', label: string, value: string, placeholder: string): Reply => ({
  type: 'modal',
  modal: {
    id: pick(step),
    title: TITLES[step],
    submit: 'Save',
    fields: [
      {
        name: 'value',
        label,
        type: 'text',
        required: true,
        value,
        placeholder,
        maxLength: 60,
        ...(step === 'zone' && SUGGEST_ZONE),
      },
    ],
  },
});

export default defineCommand({
  name: 'onboard',
  description: 'Set yourself up in six short steps: track, roles, hours, time zone, messages, leaderboards',
  audience: 'member',
  visibility: 'private',
  run: (_, context) => start(context),
  actions: {
    start: (_, context) => start(context),
    go: (step, context) => (isStep(step) ? goTo(step, context) : start(context)),
    finish: (_, context) => finish(context),
    track: pickTrack,
    roles: (value, context, values) => pickRoles(value === 'none' ? [] : values, context),
    hours: (value, context, [chosen = value]) => pickHours(chosen, context),
    'hours-form': (_, { member }) => askFor('hours', 'Hours a week, from 1 to 40', String(member.weeklyHours), '5'),
    zone: pickZone,
    'keep-zone': async (_, context) => goOn('zone', await changed(context, { zoneChosen: true })),
    'zone-form': (_, { member }) =>
      askFor('zone', 'A city or an IANA id', member.zone, 'Berlin, New York, Asia/Kolkata'),
    messages: pickMessages,
    leaderboard: async (value, context) => goOn('leaderboard', await changed(context, { listed: value === 'yes' })),
  },
  modals: {
    hours: { submit: ({ value }, context) => pickHours(String(value ?? ''), context) },
    zone: { submit: ({ value }, context) => pickZone(String(value ?? ''), context) },
  },
});
