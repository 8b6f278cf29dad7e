import { timeLink } from '../src/calendar/dates.ts';
import { cronOf, nextSlot, parseCron, type Slot, slotAt } from '../src/calendar/slots.ts';
import { requireZone, suggestZones } from '../src/calendar/zones.ts';
import { requireSchedule, type ScheduleAct, suggestSchedules, withSchedule } from '../src/cards/find-schedule.ts';
import { commandCode, commandText } from '../src/cards/given-command.ts';
import { channelText, scheduleCard, scheduleLine } from '../src/cards/schedule.ts';
import { previewCard } from '../src/cards/schedule-preview.ts';
import { runText } from '../src/cards/schedule-run.ts';
import { schedulesList } from '../src/cards/schedules.ts';
import { trackChoices } from '../src/cards/track.ts';
import { type Context, defineCommand, encodeAction, type MessageReply, reply, subcommand } from '../src/command.ts';
import {
  type Composed,
  composeChannelDigest,
  composeLeaderboard,
  composePersonalDigest,
  threadOf,
} from '../src/delivery/compose.ts';
import { channelKey, planNow } from '../src/delivery/plan.ts';
import { refreshLastPost } from '../src/delivery/refresh.ts';
import { UserError } from '../src/errors.ts';
import { escapeMarkdown } from '../src/markdown.ts';
import { actions, type Block, button, heading, type Markdown, type Message, text } from '../src/message.ts';
import {
  audiences,
  channelFrom,
  cronFrom,
  kinds,
  refuseDigestOptions,
  refuseThreadAlone,
  requireChannel,
  type SetOptions,
  weekdays,
} from '../src/schedule-options.ts';
import { deliveryByKey, postsWithoutThread, troublesOf } from '../src/storage/deliveries.ts';
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

const nextSlots = ({ cron, zone }: Schedule, now: Date): Slot[] => {
  const slots: Slot[] = [];
  for (let after = now; slots.length < NEXT_RUNS; after = slots.at(-1)?.at ?? now)
    slots.push(nextSlot(cron, zone, after));
  return slots;
};

const cardOf = (schedule: Schedule, context: Context): Block[] =>
  scheduleCard(schedule, schedule.pausedAt ? [] : nextSlots(schedule, context.now), context);

const set = async (options: SetOptions, context: Context): Promise<MessageReply> => {
  refuseDigestOptions(options);
  refuseThreadAlone(options);
  const { db, curriculum, community, member, platform, now } = context;
  if ((await schedulesOf(db, community.id)).length >= SCHEDULES_AT_MOST) {
    throw new UserError(
      'too_many_schedules',
      `There are ${SCHEDULES_AT_MOST} schedules already. Remove one first: /schedule list shows them.`,
    );
  }
  const zone = options.zone === undefined ? community.zone : requireZone(options.zone);
  const cron = cronFrom(options, context);
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
          ? `⚠️ Points are switched off in this community: nothing is posted until ${commandCode(platform, '/settings community-points', { state: 'on' })}. After that:`
          : 'Done. This is what will happen:',
      ),
      ...cardOf(schedule, context),
    ],
  });
};

const list = async (context: Context): Promise<MessageReply> => {
  const { db, community, now, platform } = context;
  const all = await schedulesOf(db, community.id);
  if (all.length === 0) {
    const example = { kind: 'digest', channel: '#general', weekday: 'monday', time: '09:00' };
    return reply({
      blocks: [
        heading('Schedules'),
        text(`There is none yet. For example: ${commandCode(platform, '/schedule set', example)}`),
      ],
    });
  }
  const since = new Date(now.getTime() - TROUBLES_DAYS * DAY_MS);
  const [lost, partly] = await Promise.all([
    troublesOf(db, community.id, since),
    postsWithoutThread(db, community.id, since),
  ]);
  const listed = all.map(schedule => ({ schedule, next: schedule.pausedAt ? [] : nextSlots(schedule, now) }));
  return reply({ blocks: schedulesList(listed, { days: TROUBLES_DAYS, lost, partly }, context) });
};

const show = (schedule: Schedule, context: Context): MessageReply => reply({ blocks: cardOf(schedule, context) });

const pause = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  await pauseSchedule(context.db, schedule.id, `by ${context.member.name}`, context.now);
  return changed(
    'Paused. Nothing of it goes out until you resume it; what falls into the pause is not sent later.',
    schedule,
    context,
  );
};

const resume = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  const { id, channelId, thread, pausedAt } = schedule;
  if (!pausedAt) return changed('It is running already.', schedule, context);
  if (channelId !== null)
    await requireChannel(
      channelId,
      thread,
      context,
      where =>
        `Schedule ${id} stays paused: I cannot post in ${where}${thread ? ' with a thread under each post' : ''}.`,
      ' To go on in another channel, send /schedule set, and /schedule remove for this one; to go on here, mend that and send /schedule resume again.',
    );
  await resumeSchedule(context.db, id, context.now);
  return changed('Running again, from its next time on.', schedule, context);
};

const changed = async (words: Markdown | Block[], { id }: Schedule, context: Context): Promise<MessageReply> => {
  const schedule = await scheduleById(context.db, id);
  const lead = typeof words === 'string' ? [text(words)] : words;
  return reply({ blocks: [...lead, ...(schedule ? cardOf(schedule, context) : [])] }, { replace: true });
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
  return reply(
    previewCard(schedule, message, {
      thread: 'message' in composed ? threadOf(context.curriculum, schedule, slot.slot) : undefined,
      alsoPersonal: schedule.kind === 'digest' && schedule.direct && schedule.channelId !== null,
    }),
  );
};

const run = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  const { db, platform, now } = context;
  const { id, channelId, zone, pausedAt } = schedule;
  if (pausedAt)
    throw new UserError(
      'paused',
      `Schedule ${id} is paused. Resume it first: ${commandText(platform, '/schedule resume', { schedule: id })}`,
    );
  await planNow(db, schedule, now);
  const delivered = await context.deliverDue();
  const post = channelId === null ? undefined : await deliveryByKey(db, channelKey(schedule, slotAt(now, zone)));
  // A post that could not be delivered may have paused it.
  const after = (await scheduleById(db, id)) ?? schedule;
  return changed(runText(after, delivered, post), schedule, context);
};

const refresh = async (schedule: Schedule, context: Context): Promise<MessageReply> => {
  const { dueAt } = await refreshLastPost(context, schedule);
  return changed(
    `The post of ${timeLink(dueAt, context.member.zone)} in ${channelText(schedule)} now shows the content as it is today.`,
    schedule,
    context,
  );
};

const askRemove = (schedule: Schedule, { curriculum }: Context): MessageReply =>
  reply({
    blocks: [
      heading(`Remove schedule ${schedule.id}?`, 2),
      text(
        `${scheduleLine(curriculum, schedule)}. What it has sent stays; nothing more goes out. A pause can be taken back, a removal cannot.`,
      ),
      actions(
        button('Remove it', encodeAction('schedule', 'removed', String(schedule.id)), 'danger'),
        button('Pause it instead', encodeAction('schedule', 'pause', String(schedule.id))),
        button('Keep it', encodeAction('schedule', 'list')),
      ),
    ],
  });

const remove = async (schedule: Schedule, { db, curriculum, now }: Context): Promise<MessageReply> => {
  await removeSchedule(db, schedule.id, now);
  return reply({ blocks: [text(`Removed: ${scheduleLine(curriculum, schedule)}.`)] }, { replace: true });
};

const scheduleOption = { type: 'integer', description: 'Its number, from /schedule list' } as const;

/** A subcommand that acts on one schedule; where it is not clear which, a menu leads to the action of the same name. */
const onSchedule = (name: string, description: string, act: ScheduleAct) =>
  subcommand({
    description,
    options: { schedule: scheduleOption },
    autocomplete: { schedule: suggestSchedules },
    run: ({ schedule }, context) => withSchedule(name, schedule, act, context),
  });
const onButton =
  (act: ScheduleAct) =>
  async (id: string, context: Context, [chosen]: readonly string[]): Promise<MessageReply> =>
    act(await requireSchedule(chosen ?? id, context), context);

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
          asked: true,
          check: weekday => cronOf({ weekday, time: '09:00' }),
          description: 'Monday unless told; a leaderboard on Monday or Tuesday is that of the whole week before',
        },
        time: {
          type: 'string',
          asked: true,
          check: time => cronOf({ weekday: 'monday', time }),
          description: 'On a 24-hour clock, such as 09:00',
        },
        zone: {
          type: 'string',
          label: 'Time zone',
          check: requireZone,
          description: 'Time zone, such as Europe/Berlin; the community’s unless told',
        },
        tracks: { type: 'string', description: 'All tracks unless told', many: true, choices: trackChoices },
        topics: {
          type: 'integer',
          label: 'Topics a week',
          description: 'Topics a week from each track; 1 unless told',
          min: 1,
          max: 5,
        },
        cron: {
          type: 'string',
          label: 'Cron expression',
          check: parseCron,
          description: 'Instead of weekday and time: five fields, such as "0 9 * * 1"',
          words: 5,
        },
        send: {
          type: 'string',
          label: 'Send to',
          description: 'Where a digest goes; both unless told',
          choices: audiences,
        },
        thread: {
          type: 'boolean',
          label: 'Discussion thread',
          asked: true,
          description: 'Open a discussion thread under each digest; no unless told',
        },
      },
      autocomplete: {
        weekday: typed =>
          weekdays.filter(day => day.startsWith(typed.toLowerCase())).map(day => ({ label: day, value: day })),
        zone: typed => suggestZones(typed).map(zone => ({ label: zone, value: zone })),
      },
      run: (options, context) => set(options, context),
    }),
    list: subcommand({ description: 'All schedules with their next three runs', run: (_, context) => list(context) }),
    pause: onSchedule('pause', 'Stop a schedule for a while', pause),
    resume: onSchedule('resume', 'Let a paused schedule go on', resume),
    preview: onSchedule('preview', 'See exactly what will be posted next', preview),
    run: onSchedule('run', 'Send it once now; the series stays as it is', run),
    refresh: onSchedule('refresh', 'Bring its last post up to date, after a change of content', refresh),
    remove: onSchedule('remove', 'End a schedule', askRemove),
  },
  actions: {
    list: (_, context) => list(context),
    show: onButton(show),
    pause: onButton(pause),
    resume: onButton(resume),
    preview: onButton(preview),
    run: onButton(run),
    refresh: onButton(refresh),
    remove: onButton(askRemove),
    removed: onButton(remove),
  },
});
