import { cronOf, nextSlot, parseCron, type Slot } from '../src/calendar/slots.ts';
import { requireZone, suggestZones } from '../src/calendar/zones.ts';
import {
  channelName,
  channelText,
  scheduleCard,
  scheduleChoice,
  scheduleLabel,
  scheduleLine,
  settledText,
  troublesBlocks,
} from '../src/cards/schedule.ts';
import { plural } from '../src/cards/topic.ts';
import { trackChoices } from '../src/cards/track.ts';
import {
  type Choice,
  type Context,
  defineCommand,
  encodeAction,
  type MessageReply,
  reply,
  subcommand,
} from '../src/command.ts';
import {
  type Composed,
  composeChannelDigest,
  composeLeaderboard,
  composePersonalDigest,
  threadOf,
} from '../src/delivery/compose.ts';
import { planNow } from '../src/delivery/plan.ts';
import { refreshLastPost } from '../src/delivery/refresh.ts';
import { UserError } from '../src/errors.ts';
import { escapeMarkdown } from '../src/markdown.ts';
import { actions, type Block, button, divider, heading, type Message, quiet, text } from '../src/message.ts';
import { quote } from '../src/nearest.ts';
import { troublesOf } from '../src/storage/deliveries.ts';
import {
  createSchedule,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
  type Schedule,
  type ScheduleKind,
  scheduleById,
  schedulesOf,
} from '../src/storage/schedules.ts';

const NEXT_RUNS = 3;
const SCHEDULES_AT_MOST = 25;
const TROUBLES_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

const kinds = [
  { value: 'digest', label: 'Weekly digest' },
  { value: 'leaderboard', label: 'Leaderboard of the week' },
];
const audiences = [
  { value: 'both', label: 'The channel and direct messages' },
  { value: 'channel', label: 'Only the channel' },
  { value: 'direct', label: 'Only direct messages' },
];
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const nextSlots = ({ cron, zone }: Schedule, now: Date): Slot[] => {
  const slots: Slot[] = [];
  for (let after = now; slots.length < NEXT_RUNS; after = slots.at(-1)?.at ?? now)
    slots.push(nextSlot(cron, zone, after));
  return slots;
};

const cardOf = (schedule: Schedule, { curriculum, member, now }: Context): Block[] =>
  scheduleCard(curriculum, schedule, schedule.pausedAt ? [] : nextSlots(schedule, now), member.zone);

/** The schedule of this community with the typed number; without a number, the only one there is. */
const requireSchedule = async (typed: string | number | undefined, { db, community }: Context): Promise<Schedule> => {
  const all = await schedulesOf(db, community.id);
  const wanted = typed === undefined && all.length === 1 ? all[0] : all.find(({ id }) => String(id) === String(typed));
  if (wanted) return wanted;
  const known =
    all.length === 0
      ? 'There is none yet: /schedule set makes one.'
      : `There are: ${all.map(scheduleLabel).join('; ')}.`;
  throw new UserError(
    'unknown_schedule',
    typed === undefined
      ? `Say which schedule, by its number. ${known}`
      : `There is no schedule ${quote(String(typed))} here. ${known}`,
  );
};

type SetOptions = {
  kind: string;
  channel: string | undefined;
  weekday: string | undefined;
  time: string | undefined;
  zone: string | undefined;
  tracks: string[] | undefined;
  topics: number | undefined;
  cron: string | undefined;
  send: string | undefined;
  thread: boolean | undefined;
};

const cronFrom = ({ cron, weekday, time }: SetOptions): string => {
  if (cron === undefined)
    return cronOf({
      weekday: weekday ?? 'monday',
      time: time ?? '09:00',
    });
  if (weekday !== undefined || time !== undefined) {
    throw new UserError(
      'cron_or_weekday',
      'Give either a weekday and time, or a cron expression, not both. For example: /schedule set digest weekday:monday time:09:00',
    );
  }
  return parseCron(cron);
};

const channelFrom = async (options: SetOptions, context: Context): Promise<string | null> => {
  if (options.kind === 'digest' && options.send === 'direct') return null;
  const typed = options.channel ?? context.channelId;
  if (typed === undefined) {
    throw new UserError(
      'no_channel',
      'Say which channel to post in, such as channel:#general, or send:direct for direct messages only.',
    );
  }
  const channel = await context.findChannel(typed);
  if ('id' in channel) return channel.id;
  const name = channelName(typed);
  const where = name === `#${typed}` ? quote(name) : 'that channel';
  throw new UserError('unknown_channel', `I cannot post in ${where}. ${channel.problem}`);
};

/** What only digests have, for a leaderboard: refused rather than left out in silence. */
const refuseDigestOptions = ({ kind, ...options }: SetOptions): void => {
  const given = (['tracks', 'topics', 'send', 'thread'] as const).filter(name => options[name] !== undefined);
  if (kind === 'digest' || given.length === 0) return;
  throw new UserError(
    'digest_only',
    `${given.join(' and ')} are for digests: a leaderboard is of the whole community and goes to a channel. Leave them out.`,
  );
};

/** A thread stands under a post, and direct messages are none. */
const refuseThreadAlone = ({ thread, send }: SetOptions): void => {
  if (!thread || send !== 'direct') return;
  throw new UserError(
    'thread_needs_channel',
    'A thread is opened under a post in a channel, and send:direct posts in none. Leave out thread, or choose send:both or send:channel.',
  );
};

const set = async (options: SetOptions, context: Context): Promise<MessageReply> => {
  refuseDigestOptions(options);
  refuseThreadAlone(options);
  const { db, curriculum, community, member, now } = context;
  if ((await schedulesOf(db, community.id)).length >= SCHEDULES_AT_MOST) {
    throw new UserError(
      'too_many_schedules',
      `There are ${SCHEDULES_AT_MOST} schedules already. Remove one first: /schedule list shows them.`,
    );
  }
  const zone = options.zone === undefined ? community.zone : requireZone(options.zone);
  const cron = cronFrom(options);
  const schedule = await createSchedule(
    db,
    {
      communityId: community.id,
      kind: options.kind as ScheduleKind,
      cron,
      channelId: await channelFrom(options, context),
      direct: options.kind === 'digest' && options.send !== 'channel',
      zone,
      tracks: options.kind === 'digest' ? (options.tracks ?? [...curriculum.tracks.keys()]) : [],
      topicsPerWeek: options.topics ?? 1,
      thread: options.thread ?? false,
      // The week of the first post is week 1, not the rest of the week in which the schedule was made.
      startsOn: nextSlot(cron, zone, now).slot.slice(0, 10),
      createdBy: member.externalId,
    },
    now,
  );
  return reply({
    blocks: [
      text(
        schedule.kind === 'leaderboard' && !community.pointsOn
          ? '⚠️ Points are switched off in this community: nothing is posted until `/settings community-points on`. After that:'
          : 'Done. This is what will happen:',
      ),
      ...cardOf(schedule, context),
    ],
  });
};

const list = async (context: Context): Promise<MessageReply> => {
  const all = await schedulesOf(context.db, context.community.id);
  if (all.length === 0) {
    return reply({
      blocks: [
        heading('Schedules'),
        text('There is none yet. For example: `/schedule set digest channel:#general weekday:monday time:09:00`'),
      ],
    });
  }
  const troubles = await troublesOf(
    context.db,
    context.community.id,
    new Date(context.now.getTime() - TROUBLES_DAYS * DAY_MS),
  );
  return reply({
    blocks: [
      heading('Schedules'),
      ...all.flatMap(schedule => cardOf(schedule, context)),
      ...troublesBlocks(troubles, TROUBLES_DAYS),
    ],
  });
};

const pause = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  await pauseSchedule(context.db, schedule.id, `by ${context.member.name}`, context.now);
  return changed(
    'Paused. Nothing of it goes out until you resume it; what falls into the pause is not sent later.',
    schedule,
    context,
  );
};

const resume = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  await resumeSchedule(context.db, schedule.id, context.now);
  return changed('Running again, from its next time on.', schedule, context);
};

const changed = async (words: string, { id }: Schedule, context: Context): Promise<MessageReply> => {
  const schedule = await scheduleById(context.db, id);
  return reply({ blocks: [text(words), ...(schedule ? cardOf(schedule, context) : [])] }, { replace: true });
};

const composePost = async (schedule: Schedule, slot: Slot, context: Context): Promise<Composed> => {
  const { db, curriculum, community, member } = context;
  if (schedule.kind === 'leaderboard') return composeLeaderboard(db, community, slot.at);
  if (schedule.channelId !== null) return composeChannelDigest(curriculum, schedule, slot.slot);
  return { message: await composePersonalDigest(db, curriculum, member, slot.at) };
};

const preview = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  const slot = nextSlot(schedule.cron, schedule.zone, context.now);
  const composed = await composePost(schedule, slot, context);
  const message: Message =
    'message' in composed ? composed.message : { blocks: [text(escapeMarkdown(composed.cancelled))] };
  const own = schedule.kind === 'digest' && schedule.direct && schedule.channelId !== null;
  const thread = 'message' in composed ? threadOf(context.curriculum, schedule, slot.slot) : undefined;
  return reply({
    ...message,
    blocks: [
      quiet(`Preview of what goes to ${channelText(schedule)} next; only you see this.`),
      divider(),
      ...message.blocks,
      ...(thread === undefined
        ? []
        : [divider(), quiet(`💬 A thread “${escapeMarkdown(thread)}” is opened under it.`)]),
      ...(own ? [divider(), quiet('Each member also gets a personal digest; `/digest` shows yours.')] : []),
    ],
  });
};

const run = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  if (schedule.pausedAt)
    throw new UserError(
      'paused',
      `Schedule ${schedule.id} is paused. Resume it first: /schedule resume ${schedule.id}`,
    );
  await planNow(context.db, schedule, context.now);
  const { settled } = await context.deliverDue();
  const sent = settled.filter(({ state }) => state === 'sent').length;
  const others = settled.filter(({ state }) => state !== 'sent');
  return changed(
    `${plural(sent, 'message')} sent now${
      others.length > 0 ? `, ${plural(others.length, 'other')} not: ${settledText(others)}` : ''
    }. The series goes on as planned.${schedule.direct ? ' Members who had their digest of this week already get no second one.' : ''}`,
    schedule,
    context,
  );
};

const refresh = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  const { slot } = await refreshLastPost(context, schedule);
  return changed(
    `The post of ${slot.replace('T', ' ')} in ${channelText(schedule)} now shows the content as it is today.`,
    schedule,
    context,
  );
};

const askRemove = (schedule: Schedule): MessageReply =>
  reply({
    blocks: [
      heading(`Remove schedule ${schedule.id}?`, 2),
      text(
        `${scheduleLine(schedule)}. What it has sent stays; nothing more goes out. A pause can be taken back, a removal cannot.`,
      ),
      actions(
        button('Remove it', encodeAction('schedule', 'removed', String(schedule.id)), 'danger'),
        button('Pause it instead', encodeAction('schedule', 'pause', String(schedule.id))),
        button('Keep it', encodeAction('schedule', 'list')),
      ),
    ],
  });

const remove = async (schedule: Schedule, { db, now }: Context): Promise<MessageReply> => {
  await removeSchedule(db, schedule.id, now);
  return reply({ blocks: [text(`Removed: ${scheduleLine(schedule)}.`)] }, { replace: true });
};

const scheduleOption = { type: 'integer', description: 'Its number, from /schedule list' } as const;
const suggestSchedules = async (_: string, { db, community }: Context): Promise<Choice[]> =>
  (await schedulesOf(db, community.id)).map(scheduleChoice);

const onSchedule = (
  description: string,
  act: (schedule: Schedule, context: Context) => MessageReply | Promise<MessageReply>,
) =>
  subcommand({
    description,
    options: { schedule: scheduleOption },
    autocomplete: { schedule: suggestSchedules },
    run: async ({ schedule }, context) => act(await requireSchedule(schedule, context), context),
  });
const onButton =
  (act: (schedule: Schedule, context: Context) => MessageReply | Promise<MessageReply>) =>
  async (id: string, context: Context): Promise<MessageReply> =>
    act(await requireSchedule(id, context), context);

export default defineCommand({
  name: 'schedule',
  description: 'Post digests and leaderboards by themselves',
  audience: 'organiser',
  visibility: 'private',
  alone: 'list',
  subcommands: {
    set: subcommand({
      description: 'Post a digest or a leaderboard regularly',
      options: {
        kind: { type: 'string', description: 'What to post', required: true, choices: kinds },
        channel: { type: 'channel', description: 'Where; this channel unless told' },
        weekday: {
          type: 'string',
          description: 'Monday unless told; a leaderboard on Monday or Tuesday is that of the whole week before',
        },
        time: { type: 'string', description: 'On a 24-hour clock, such as 09:00' },
        zone: { type: 'string', description: 'Time zone, such as Europe/Berlin; the community’s unless told' },
        tracks: { type: 'string', description: 'All tracks unless told', many: true, choices: trackChoices },
        topics: { type: 'integer', description: 'Topics a week from each track; 1 unless told', min: 1, max: 5 },
        cron: {
          type: 'string',
          description: 'Instead of weekday and time: five fields, such as "0 9 * * 1"',
          words: 5,
        },
        send: { type: 'string', description: 'Where a digest goes; both unless told', choices: audiences },
        thread: { type: 'boolean', description: 'Open a discussion thread under each digest; no unless told' },
      },
      autocomplete: {
        weekday: typed =>
          weekdays.filter(day => day.startsWith(typed.toLowerCase())).map(day => ({ label: day, value: day })),
        zone: typed => suggestZones(typed).map(zone => ({ label: zone, value: zone })),
      },
      run: (options, context) => set(options, context),
    }),
    list: subcommand({ description: 'All schedules with their next three runs', run: (_, context) => list(context) }),
    pause: onSchedule('Stop a schedule for a while', pause),
    resume: onSchedule('Let a paused schedule go on', resume),
    preview: onSchedule('See exactly what will be posted next', preview),
    run: onSchedule('Send it once now; the series stays as it is', run),
    refresh: onSchedule('Bring its last post up to date, after a change of content', refresh),
    remove: onSchedule('End a schedule', askRemove),
  },
  actions: {
    list: (_, context) => list(context),
    pause: onButton(pause),
    resume: onButton(resume),
    preview: onButton(preview),
    run: onButton(run),
    remove: onButton(askRemove),
    removed: onButton(remove),
  },
});
