// All schedules of a community on one message, what went wrong first: it fits a chat message with as many as are allowed.

import { timeLink } from '../calendar/dates.ts';
import type { Slot } from '../calendar/slots.ts';
import { shorten } from '../clean-text.ts';
import { type Context, encodeAction } from '../command.ts';
import { channelLink, escapeMarkdown, markdownToPlain } from '../markdown.ts';
import { actions, type Block, divider, heading, list, type Markdown, quiet, toPlainText } from '../message.ts';
import type { Delivery } from '../storage/deliveries.ts';
import type { Schedule } from '../storage/schedules.ts';
import { scheduleCard, scheduleEntry, scheduleOption } from './schedule.ts';

/** More are a line each: their cards would not fit into one message of Discord. */
const CARDS_AT_MOST = 3;
/** Discord's 4,000 characters a message, less headings, marks and mentions. */
const ROOM = 3400;
const TROUBLES_SHOWN = 5;
const REASON_LIMIT = 160;

const troubleLine = ({ kind, dueAt, state, channelId, memberId, reason }: Delivery, zone: string): Markdown => {
  const direct = memberId === null ? 'to members' : 'to a member';
  const where = channelId === null ? direct : `in ${channelLink(channelId)}`;
  const fate = [...(state === 'sent' ? [] : [state]), ...(reason ? [reason] : [])].join(', ');
  return `${escapeMarkdown(kind)} of ${timeLink(dueAt, zone)} ${where}: ${escapeMarkdown(shorten(fate, REASON_LIMIT))}`;
};

/** The newest troubles that fit into `room` characters, one at least, and how many more there are. */
const section = (title: string, troubles: readonly Delivery[], zone: string, room: number): Block[] => {
  if (troubles.length === 0) return [];
  let left = room;
  const lines = troubles
    .slice(0, TROUBLES_SHOWN)
    .map(trouble => troubleLine(trouble, zone))
    .filter((line, at) => {
      left -= markdownToPlain(line).length;
      return at === 0 || left >= 0;
    });
  const more = troubles.length - lines.length;
  return [heading(title, 2), list(lines), ...(more > 0 ? [quiet(`and ${more} more`)] : [])];
};

/** What became of the posts of the last `days` that an organiser should know of: `lost` did not go out, `partly` not all as asked. */
export type Troubles = { days: number; lost: readonly Delivery[]; partly: readonly Delivery[] };

const troublesBlocks = ({ days, lost, partly }: Troubles, zone: string, room: number): Block[] => {
  const isBoth = lost.length > 0 && partly.length > 0;
  return [
    ...section(`Not delivered in the last ${days} days`, lost, zone, isBoth ? (room * 2) / 3 : room),
    ...section(`Not all as asked in the last ${days} days`, partly, zone, isBoth ? room / 3 : room),
  ];
};

const lengthOf = (blocks: readonly Block[]): number =>
  toPlainText({ blocks: blocks.filter(({ type }) => type !== 'actions') }).length;

export type Listed = { schedule: Schedule; next: readonly Slot[] };

/** Schedules as a line each, and a menu of them whose choice is `action`. */
export const schedulePicker = (
  schedules: readonly Listed[],
  action: string,
  context: Pick<Context, 'curriculum' | 'member'>,
): Block[] => [
  list(schedules.map(({ schedule, next }) => scheduleEntry(schedule, next[0], context))),
  actions({
    type: 'select',
    action,
    placeholder: 'Choose a schedule',
    options: schedules.map(({ schedule }) => scheduleOption(context.curriculum, schedule)),
  }),
];

const schedulesBlocks = (
  all: readonly Listed[],
  context: Pick<Context, 'curriculum' | 'member' | 'commands'>,
): Block[] =>
  all.length <= CARDS_AT_MOST
    ? all.flatMap(({ schedule, next }) => scheduleCard(schedule, next, context))
    : schedulePicker(all, encodeAction('schedule', 'show'), context);

/** Up to three schedules as cards; more as a line each, with one select that opens the card. */
export const schedulesList = (
  all: readonly Listed[],
  troubles: Troubles,
  context: Pick<Context, 'curriculum' | 'member' | 'commands'>,
): Block[] => {
  const schedules = schedulesBlocks(all, context);
  const problems = troublesBlocks(troubles, context.member.zone, ROOM - lengthOf(schedules));
  return [heading('Schedules'), ...problems, ...(problems.length > 0 ? [divider()] : []), ...schedules];
};
