// What an organiser reads after a run that they asked for: what went out, what did not and why.

import type { Delivered } from '../command.ts';
import { channelLink, escapeMarkdown } from '../markdown.ts';
import { type Block, list, type Markdown, text } from '../message.ts';
import type { Delivery } from '../storage/deliveries.ts';
import type { Schedule } from '../storage/schedules.ts';
import { plural } from './topic.ts';

const LINES = 5;
const CHANNEL = /^channel:(.*)$/s;

const WORDS: Record<string, string> = {
  cancelled: 'not sent',
  missed: 'too late to be sent',
  retrying: 'not sent yet; it is tried again soon',
  pending: 'not sent yet; it goes out soon',
  sending: 'it is not known yet whether it arrived',
  unconfirmed: 'it may have arrived',
};
const fateText = ({ state, reason }: { state: string; reason?: string | null }): string =>
  `${WORDS[state] ?? state}${reason ? `. ${reason}` : '.'}`;

type Settled = Delivered['settled'][number];

/** `1 post and 12 direct messages`, or nothing. */
const countText = (sent: readonly Settled[]): string => {
  const posts = sent.filter(({ to }) => CHANNEL.test(to)).length;
  const direct = sent.length - posts;
  return [
    ...(posts > 0 ? [plural(posts, 'post')] : []),
    ...(direct > 0 ? [plural(direct, 'direct message')] : []),
  ].join(' and ');
};

/** A line for each post that failed or is not all as asked, and one for all direct messages of the same fate. */
const linesOf = (settled: readonly Settled[]): Markdown[] => {
  const posts: Markdown[] = [];
  const direct = new Map<string, number>();
  for (const { to, state, reason } of settled) {
    const channelId = CHANNEL.exec(to)?.[1];
    if (state === 'sent') {
      if (channelId !== undefined && reason !== undefined)
        posts.push(`Post in ${channelLink(channelId)}: ${escapeMarkdown(`sent. ${reason}`)}`);
      continue;
    }
    const fate = fateText({ state, ...(reason !== undefined && { reason }) });
    if (channelId === undefined) direct.set(fate, (direct.get(fate) ?? 0) + 1);
    else posts.push(`Post in ${channelLink(channelId)}: ${escapeMarkdown(fate)}`);
  }
  const others = [...direct].map(
    ([fate, count]) =>
      `${count === 1 ? 'A member’s direct message' : `Direct messages of ${count} members`}: ${escapeMarkdown(fate)}`,
  );
  const lines = [...posts, ...others];
  return lines.length > LINES ? [...lines.slice(0, LINES), `and ${lines.length - LINES} more`] : lines;
};

/** Why this run settled no post of the schedule: its post of this minute, as the outbox has it. */
const earlierText = ({ state, reason }: Pick<Delivery, 'state' | 'reason'>): string => {
  if (state === 'sent') return 'It was posted a moment ago; try again in a minute.';
  if (state === 'sending' || state === 'pending') return 'Its post is on its way.';
  return `Its post of a moment ago: ${fateText({ state, reason })}`;
};

/**
 * What became of a run of a schedule, given as it is afterwards; `post` is its post of this minute, where it posts in a channel. With nothing sent and nothing
 * refused it says why.
 */
export const runText = (
  { direct, channelId, pausedAt }: Pick<Schedule, 'direct' | 'channelId' | 'pausedAt'>,
  { settled, underWay }: Delivered,
  post: Pick<Delivery, 'state' | 'reason'> | undefined,
): Block[] => {
  const count = countText(settled.filter(({ state }) => state === 'sent'));
  const lines = linesOf(settled);
  const hasPost = settled.some(({ to }) => to === `channel:${channelId}`);
  const lead = [
    ...(count === '' ? [] : [`${count} sent now${underWay ? '; the rest is on its way' : ''}.`]),
    ...(count === '' && underWay ? ['It is on its way.'] : []),
    ...(!underWay && !hasPost && post ? [escapeMarkdown(earlierText(post))] : []),
    ...(count === '' && lines.length > 0 ? ['Nothing was sent now.'] : []),
    ...(count === '' && lines.length === 0 && !underWay && !post ? ['No direct message was due.'] : []),
    ...(pausedAt ? [] : ['The series goes on as planned.']),
    ...(direct ? ['Members who had their digest of this week already get no second one.'] : []),
  ];
  return [text(lead.join(' ')), ...(lines.length > 0 ? [list(lines)] : [])];
};
