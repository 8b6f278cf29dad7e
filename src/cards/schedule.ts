// A schedule in chat: what it posts, where, when, and what can be done with it.

import { formatDay, inZone, timeLink } from '../calendar/dates.ts';
import { describeCron, type Slot } from '../calendar/slots.ts';
import { type Choice, encodeAction } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { channelLink, escapeMarkdown } from '../markdown.ts';
import { actions, type Block, button, facts, heading, list, type Markdown, quiet, text } from '../message.ts';
import type { Delivery } from '../storage/deliveries.ts';
import type { Schedule } from '../storage/schedules.ts';
import { plural } from './topic.ts';
import { trackLabel } from './track.ts';

/** Whether a channel's id is a name that a reader knows, such as `general`; those of Discord and Slack say nothing. */
const isName = (channelId: string): boolean => !/^(\d{15,}|[CDG][A-Z0-9]{7,})$/.test(channelId);

/** `#general` where a link cannot stand: a label, or a sentence of an error. */
export const channelName = (channelId: string): string => (isName(channelId) ? `#${channelId}` : 'a channel');

const placeOf = (schedule: Schedule, channel: (id: string) => string): string =>
  schedule.channelId === null ? 'direct messages' : channel(schedule.channelId);

const summaryOf = ({ cron, pausedAt }: Schedule): string => `, ${describeCron(cron)}${pausedAt ? ' (paused)' : ''}`;

/** `1: digest in #general, every Monday at 09:00`, as plain text. */
export const scheduleLabel = (schedule: Schedule): string =>
  `${schedule.id}: ${schedule.kind} in ${placeOf(schedule, channelName)}${summaryOf(schedule)}`;

/** The same as Markdown, with its channel as the platform shows it. */
export const scheduleLine = (schedule: Schedule): Markdown =>
  `${schedule.id}: ${schedule.kind} in ${placeOf(schedule, channelLink)}${escapeMarkdown(summaryOf(schedule))}`;

export const scheduleChoice = (schedule: Schedule): Choice => ({
  label: scheduleLabel(schedule),
  value: String(schedule.id),
});

/** Where the posts of a schedule go. */
export const channelText = (schedule: Schedule): Markdown => placeOf(schedule, channelLink);

const audienceText = ({ kind, channelId, direct }: Schedule): Markdown => {
  const channel = channelId === null ? [] : [channelLink(channelId)];
  return [
    ...channel,
    ...(kind === 'digest' && direct ? ['each member’s direct messages, at that time in their own zone'] : []),
  ].join(' and ');
};

/** The schedule with its next runs (shown in the reader's own zone) and its buttons. */
export const scheduleCard = (
  curriculum: Curriculum,
  schedule: Schedule,
  next: readonly Slot[],
  readerZone: string,
): Block[] => {
  const { id, kind, cron, zone, tracks, topicsPerWeek, thread, startsOn, pausedAt, pausedReason } = schedule;
  const value = String(id);
  const isDigest = kind === 'digest';
  return [
    heading(`Schedule ${id}: ${isDigest ? 'digest' : 'leaderboard'}${pausedAt ? ' (paused)' : ''}`, 2),
    text(`**Where:** ${audienceText(schedule)}`),
    facts([
      ['When', `${describeCron(cron)}, ${zone}`],
      ...(isDigest
        ? ([['Tracks', tracks.map(track => trackLabel(curriculum, track)).join(', ')]] as [string, string][])
        : []),
      ...(isDigest && schedule.channelId !== null
        ? ([['Pace', `${plural(topicsPerWeek, 'topic')} a week from each track`]] as [string, string][])
        : []),
      ...(thread ? ([['Thread', 'one under each post, to talk about it']] as [string, string][]) : []),
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
        ? `Paused${pausedReason ? `: ${escapeMarkdown(pausedReason)}` : ''}. Nothing goes out until it is resumed.`
        : `Next: ${next.map(({ at }, index) => timeLink(at, readerZone, index === next.length - 1)).join('; ')}`,
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

const TROUBLES_SHOWN = 8;

const troubleLine = ({ kind, slot, state, channelId, memberId, reason }: Delivery): Markdown => {
  const direct = memberId === null ? 'to members' : 'to a member';
  const where = channelId === null ? direct : `in ${channelLink(channelId)}`;
  return `${escapeMarkdown(`${kind} of ${slot.replace('T', ' ')}`)} ${where}: ${escapeMarkdown(`${state}${reason ? `, ${reason}` : ''}`)}`;
};

/** What did not go out in the last `days`, and why; nothing where all did. */
export const troublesBlocks = (troubles: readonly Delivery[], days: number): Block[] =>
  troubles.length === 0
    ? []
    : [
        heading(`Not delivered in the last ${days} days`, 2),
        list(troubles.slice(0, TROUBLES_SHOWN).map(troubleLine)),
        ...(troubles.length > TROUBLES_SHOWN ? [quiet(`and ${troubles.length - TROUBLES_SHOWN} more`)] : []),
      ];

const SETTLED_SHOWN = 3;

/** `#general failed, a direct message cancelled`: what became of the first few deliveries, by the names the outbox gives them. */
export const settledText = (settled: readonly { to: string; state: string }[]): Markdown =>
  settled
    .slice(0, SETTLED_SHOWN)
    .map(({ to, state }) => {
      const channelId = /^channel:(.*)$/s.exec(to)?.[1];
      return `${channelId === undefined ? 'a direct message' : channelLink(channelId)} ${state}`;
    })
    .join(', ');
