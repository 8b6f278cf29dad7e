// What `/schedule set` takes: its choices, and what it answers to values that cannot be or do not go together.

import { cronOf, parseCron } from './calendar/slots.ts';
import { commandText } from './cards/given-command.ts';
import { channelName } from './cards/schedule.ts';
import type { Context } from './command.ts';
import { UserError } from './errors.ts';
import { quote } from './nearest.ts';

export const kinds = [
  { value: 'digest', label: 'Weekly digest' },
  { value: 'leaderboard', label: 'Leaderboard of the week' },
];
export const audiences = [
  { value: 'both', label: 'The channel and direct messages' },
  { value: 'channel', label: 'Only the channel' },
  { value: 'direct', label: 'Only direct messages' },
];
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

export type SetOptions = {
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

/** Their cron expression; Monday at nine unless told. Throws a UserError where they make none. */
export const cronFrom = ({ cron, weekday, time }: SetOptions, { platform }: Pick<Context, 'platform'>): string => {
  if (cron === undefined)
    return cronOf({
      weekday: weekday ?? 'monday',
      time: time ?? '09:00',
    });
  if (weekday !== undefined || time !== undefined) {
    throw new UserError(
      'cron_or_weekday',
      `Give either a weekday and time, or a cron expression, not both. For example: ${commandText(platform, '/schedule set', { kind: 'digest', weekday: 'monday', time: '09:00' })}`,
    );
  }
  return parseCron(cron);
};

/** The id of a channel that posts can go to. Throws a UserError of `refusal`, the platform's reason and `otherwise` where they cannot. */
export const requireChannel = async (
  named: string,
  thread: boolean,
  { findChannel }: Pick<Context, 'findChannel'>,
  refusal: (where: string) => string,
  otherwise = '',
): Promise<string> => {
  const channel = await findChannel(named, { thread });
  if ('id' in channel) return channel.id;
  const name = channelName(named);
  const where = name === `#${named}` ? quote(name) : 'that channel';
  throw new UserError('unknown_channel', `${refusal(where)} ${channel.problem}${otherwise}`);
};

/** The id of the channel that they name, or of the one they are given in; null for direct messages only. Throws as `requireChannel`. */
export const channelFrom = async (options: SetOptions, context: Context): Promise<string | null> => {
  if (options.kind === 'digest' && options.send === 'direct') return null;
  const typed = options.channel ?? context.channelId;
  if (typed === undefined) {
    throw new UserError(
      'no_channel',
      'Say which channel to post in, such as #general, or choose to send direct messages only.',
    );
  }
  const thread = options.thread ?? false;
  return requireChannel(typed, thread, context, where =>
    thread ? `I cannot post in ${where} with a thread under each post.` : `I cannot post in ${where}.`,
  );
};

/** What only digests have, for a leaderboard: refused rather than left out in silence. */
export const refuseDigestOptions = ({ kind, ...options }: SetOptions): void => {
  const given = (['tracks', 'topics', 'send', 'thread'] as const).filter(name => options[name] !== undefined);
  if (kind === 'digest' || given.length === 0) return;
  throw new UserError(
    'digest_only',
    `${given.join(' and ')} are for digests: a leaderboard is of the whole community and goes to a channel. Leave them out.`,
  );
};

/** A thread stands under a post, and direct messages are none. */
export const refuseThreadAlone = ({ thread, send }: SetOptions): void => {
  if (!thread || send !== 'direct') return;
  throw new UserError(
    'thread_needs_channel',
    'A thread is opened under a post in a channel, and this digest goes to direct messages only. Leave out thread, or let it go to the channel too.',
  );
};
