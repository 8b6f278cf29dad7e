// A schedule in chat: what it posts, where, when, and what can be done with it.

import { formatDay, inZone, timeLink } from '../calendar/dates.ts';
import { describeCron, type Slot } from '../calendar/slots.ts';
import { cleanText, shorten } from '../clean-text.ts';
import { type Choice, type Commands, type Context, encodeAction } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { channelLink, escapeMarkdown } from '../markdown.ts';
import { actions, type Block, button, heading, type Markdown, quiet, type SelectOption, text } from '../message.ts';
import type { Schedule } from '../storage/schedules.ts';
import { withCommands } from './given-command.ts';
import { plural } from './topic.ts';
import { trackLabel } from './track.ts';

/** Discord's limit on the label of a suggestion. */
const LABEL_LIMIT = 100;
/** Slack's limit on either line of a menu's option. */
const OPTION_LIMIT = 75;

/** Whether a channel's id is a name that a reader knows, such as `general`; those of Discord and Slack say nothing. */
const isName = (channelId: string): boolean => !/^(\d{15,}|[CDG][A-Z0-9]{7,})$/.test(channelId);

/** `#general` where a link cannot stand: a label, or a sentence of an error. */
export const channelName = (channelId: string): string => (isName(channelId) ? `#${channelId}` : 'a channel');

const placeOf = (schedule: Schedule, channel: (id: string) => string): string =>
  schedule.channelId === null ? 'direct messages' : channel(schedule.channelId);

/** `all tracks`, or their names; nothing for a leaderboard. */
const tracksOf = (curriculum: Curriculum, { kind, tracks }: Schedule): string => {
  if (kind !== 'digest') return '';
  const isAll = tracks.length > 1 && [...curriculum.tracks.keys()].every(id => tracks.includes(id));
  return isAll ? 'all tracks' : tracks.map(id => curriculum.tracks.get(id)?.label ?? id).join(', ');
};

const timesOf = ({ cron, pausedAt }: Schedule): string => `, ${describeCron(cron)}${pausedAt ? ' (paused)' : ''}`;
const summaryOf = (curriculum: Curriculum, schedule: Schedule): string => {
  const tracks = tracksOf(curriculum, schedule);
  return `${timesOf(schedule)}${tracks === '' ? '' : ` · ${tracks}`}`;
};

/** `1: digest in #general`. */
const nameOf = (schedule: Schedule): string => `${schedule.id}: ${schedule.kind} in ${placeOf(schedule, channelName)}`;

/** `1: digest in #general, every Monday at 09:00 · all tracks`, as plain text of at most 100 characters. */
const scheduleLabel = (curriculum: Curriculum, schedule: Schedule): string =>
  shorten(`${nameOf(schedule)}${summaryOf(curriculum, schedule)}`, LABEL_LIMIT);

/** The same as Markdown, whole, with its channel as the platform shows it. */
export const scheduleLine = (curriculum: Curriculum, schedule: Schedule): Markdown =>
  `${schedule.id}: ${schedule.kind} in ${placeOf(schedule, channelLink)}${escapeMarkdown(summaryOf(curriculum, schedule))}`;

export const scheduleChoice = (curriculum: Curriculum, schedule: Schedule): Choice => ({
  label: scheduleLabel(curriculum, schedule),
  value: String(schedule.id),
});

/** The same for a menu: its zone and tracks on a second line. */
export const scheduleOption = (curriculum: Curriculum, schedule: Schedule): SelectOption => {
  const tracks = tracksOf(curriculum, schedule);
  return {
    label: shorten(`${nameOf(schedule)}${timesOf(schedule)}`, OPTION_LIMIT),
    value: String(schedule.id),
    description: shorten([schedule.zone, ...(tracks === '' ? [] : [tracks])].join(' · '), OPTION_LIMIT),
  };
};

const LINE_CRON = 24;
const LINE_TRACKS = 30;

/** What, where, when and the next run, on one short line; its number is bold. */
export const scheduleEntry = (
  schedule: Schedule,
  next: Slot | undefined,
  { curriculum, member }: Pick<Context, 'curriculum' | 'member'>,
): Markdown => {
  const { id, kind, channelId, direct, cron, pausedAt } = schedule;
  const tracks = tracksOf(curriculum, schedule);
  const fewTracks = tracks.length > LINE_TRACKS ? plural(schedule.tracks.length, 'track') : tracks;
  const place = placeOf(schedule, channelLink) + (channelId !== null && direct ? ' and direct messages' : '');
  return [
    `**${id}** ${kind} in ${place}, ${escapeMarkdown(shorten(describeCron(cron), LINE_CRON))}`,
    ...(tracks === '' ? [] : [escapeMarkdown(fewTracks)]),
    pausedAt ? '⏸️ paused' : `next ${next ? timeLink(next.at, member.zone) : 'never'}`,
  ].join(' · ');
};

/** Where the posts of a schedule go. */
export const channelText = (schedule: Schedule): Markdown => placeOf(schedule, channelLink);

const audienceText = ({ kind, channelId, direct }: Schedule): Markdown => {
  const channel = channelId === null ? [] : [channelLink(channelId)];
  return [
    ...channel,
    ...(kind === 'digest' && direct ? ['each member’s direct messages, at that time in their own zone'] : []),
  ].join(' and ');
};

const pausedText = (reason: string | null, commands: Commands): Markdown => {
  const why = cleanText(reason ?? '').replace(/[.\s]+$/, '');
  return `Paused${why === '' ? '' : `: ${withCommands(why, commands)}`}. Nothing goes out until it is resumed.`;
};

/** As `facts`, a line each, for values of which one is a link. */
const linkedFacts = (items: string[][]): Block =>
  text(items.map(([label, value]) => `**${label}:** ${value}`).join('\\\n'));

/** The schedule with its next runs (shown in the reader's own zone) and its buttons. */
export const scheduleCard = (
  schedule: Schedule,
  next: readonly Slot[],
  { curriculum, member, commands }: Pick<Context, 'curriculum' | 'member' | 'commands'>,
): Block[] => {
  const { id, kind, cron, zone, tracks, topicsPerWeek, thread, startsOn, pausedAt, pausedReason } = schedule;
  const value = String(id);
  const isDigest = kind === 'digest';
  return [
    heading(`Schedule ${id}: ${isDigest ? 'digest' : 'leaderboard'}${pausedAt ? ' (paused)' : ''}`, 2),
    linkedFacts([
      ['Where', audienceText(schedule)],
      ['When', escapeMarkdown(`${describeCron(cron)}, ${zone}`)],
      ...(isDigest ? [['Tracks', escapeMarkdown(tracks.map(track => trackLabel(curriculum, track)).join(', '))]] : []),
      ...(isDigest && schedule.channelId !== null
        ? [['Pace', `${plural(topicsPerWeek, 'topic')} a week from each track`]]
        : []),
      ...(thread ? [['Thread', 'one under each post, to talk about it']] : []),
      ['First post', formatDay(inZone(new Date(`${startsOn}T12:00Z`), 'UTC').toPlainDate())],
    ]),
    ...(isDigest && !/^every [A-Z]/.test(describeCron(cron))
      ? [
          quiet(
            'The topics change once a week, Monday to Sunday: a post more often repeats them, one more seldom leaves some out.',
          ),
        ]
      : []),
    text(
      pausedAt
        ? pausedText(pausedReason, commands)
        : `Next: ${next.map(({ at }, index) => timeLink(at, member.zone, index === next.length - 1)).join('; ')}`,
    ),
    actions(
      button('Preview', encodeAction('schedule', 'preview', value)),
      ...(pausedAt
        ? [button('Resume', encodeAction('schedule', 'resume', value), 'primary')]
        : [
            button('Run now', encodeAction('schedule', 'run', value)),
            button('Pause', encodeAction('schedule', 'pause', value)),
          ]),
      button('Remove', encodeAction('schedule', 'remove', value), 'danger'),
    ),
  ];
};
