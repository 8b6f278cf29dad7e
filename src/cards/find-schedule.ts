// From a number to a schedule of this community, or the question which one is meant.
import { nextSlot } from '../calendar/slots.ts';
import { type Choice, type Context, encodeAction, type MessageReply, reply } from '../command.ts';
import { UserError } from '../errors.ts';
import { escapeMarkdown } from '../markdown.ts';
import { heading, text } from '../message.ts';
import { quote } from '../nearest.ts';
import { type Schedule, schedulesOf } from '../storage/schedules.ts';
import { scheduleChoice } from './schedule.ts';
import { schedulePicker } from './schedules.ts';

export const suggestSchedules = async (_: string, { db, community, curriculum }: Context): Promise<Choice[]> =>
  (await schedulesOf(db, community.id)).map(schedule => scheduleChoice(curriculum, schedule));

const withNumber = (all: readonly Schedule[], number: string): Schedule | undefined =>
  all.find(({ id }) => String(id) === number);

/** The schedule of a button, by its number. Throws a UserError where this community has none of that number (any more). */
export const requireSchedule = async (number: string, { db, community }: Context): Promise<Schedule> => {
  const all = await schedulesOf(db, community.id);
  const found = withNumber(all, number);
  if (found) return found;
  const known =
    all.length === 0 ? 'There is none yet: /schedule set makes one.' : '/schedule list shows all there are.';
  throw new UserError('unknown_schedule', `There is no schedule ${quote(number)} here. ${known}`);
};

/** What a subcommand does with a schedule. */
export type ScheduleAct = (schedule: Schedule, context: Context) => MessageReply | Promise<MessageReply>;

/** Which schedules something can be done with, where that is not all. */
const OPEN_TO: Readonly<Record<string, (schedule: Schedule) => boolean>> = {
  pause: ({ pausedAt }) => !pausedAt,
  resume: ({ pausedAt }) => pausedAt !== null,
};

/** A menu whose choice does `action` at once. */
const ask = (action: string, schedules: readonly Schedule[], context: Context, problem?: string): MessageReply => {
  const listed = schedules.map(schedule => ({
    schedule,
    next: schedule.pausedAt ? [] : [nextSlot(schedule.cron, schedule.zone, context.now)],
  }));
  const question = `${action.charAt(0).toUpperCase()}${action.slice(1)} which schedule?`;
  return reply(
    {
      blocks: [
        ...(problem === undefined ? [] : [text(escapeMarkdown(problem))]),
        heading(question, 2),
        ...schedulePicker(listed, encodeAction('schedule', action), context),
      ],
    },
    { refused: problem !== undefined },
  );
};

/**
 * Does `act`, the work of the action `action`, with the schedule of the typed number; without a number with the only one that it can
 * be done with, and where there are several, or none of that number, it asks which.
 */
export const withSchedule = async (
  action: string,
  typed: number | undefined,
  act: ScheduleAct,
  context: Context,
): Promise<MessageReply> => {
  const all = await schedulesOf(context.db, context.community.id);
  if (typed !== undefined) {
    const found = withNumber(all, String(typed));
    if (found) return act(found, context);
    if (all.length > 0) return ask(action, all, context, `There is no schedule ${quote(String(typed))} here.`);
    return act(await requireSchedule(String(typed), context), context);
  }
  if (all.length === 0) throw new UserError('no_schedule', 'There is no schedule yet: /schedule set makes one.');
  const open = all.filter(OPEN_TO[action] ?? (() => true));
  const candidates = open.length > 0 ? open : all;
  const [only] = candidates;
  return only && candidates.length === 1 ? act(only, context) : ask(action, candidates, context);
};
