// How a topic looks in chat: its badges, its state, its buttons.
import { encodeAction } from '../command.ts';
import { type Curriculum, GENERAL_TRACK, type Topic, type TrackId } from '../curriculum/curriculum.ts';
import { isForRoles, missingPrerequisites } from '../curriculum/graph.ts';
import type { Learner } from '../learner.ts';
import { escapeMarkdown } from '../markdown.ts';
import { actions, type Block, type Button, button, heading, type Markdown, quiet, text } from '../message.ts';

/** `4 h`, `1.5 h`, kept on one line. */
export const hoursText = (hours: number): string => `${Number(hours.toFixed(1))}\u00a0h`;

/** `1 topic`, `3 topics`. */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** The colour of a track, for a message's accent; that of the general path where there is none. */
export const accentOf = (curriculum: Curriculum, track: TrackId | null): string =>
  curriculum.tracks.get(track ?? GENERAL_TRACK)?.color ?? '#5865F2';

/** `⚙️ Engineering Track · 🛠️ Intermediate · 🏗️ Platform · 6 h`: every topic carries these wherever it is shown. */
export const badgesOf = (curriculum: Curriculum, topic: Topic): string => {
  const tracks = topic.tracks.map(id => curriculum.tracks.get(id)).filter(track => track !== undefined);
  const roles = topic.roles.map(id => curriculum.roles.get(id)).filter(role => role !== undefined);
  return [
    ...tracks.map(track => `${track.icon} ${track.label}`),
    curriculum.tiers.get(topic.tier)?.badge ?? topic.tier,
    ...roles.map(role => role.badge),
    hoursText(topic.hours),
    ...(topic.optional ? ['optional'] : []),
  ].join(' · ');
};

/** The title as Markdown, a link that opens the topic. */
export const topicLink = (topic: Topic): Markdown => `[${escapeMarkdown(topic.title)}](topic:${topic.id})`;

/** The titles as Markdown, separated by commas. */
export const titlesOf = (topics: readonly Topic[]): Markdown =>
  escapeMarkdown(topics.map(topic => topic.title).join(', '));

/** One word and a mark on where the member stands with the topic. */
export const stateOf = (curriculum: Curriculum, topic: Topic, learner: Pick<Learner, 'done' | 'progress'>): string => {
  const state = learner.progress.get(topic.id)?.state;
  if (state === 'done') return '✅ done';
  if (missingPrerequisites(curriculum, topic, learner.done).length > 0) return '🔒 locked';
  if (state === 'started') return '▶️ started';
  return state === 'skipped' ? '⏭️ skipped' : '⬜ open';
};

/** Read, Start, Done and Not for me, as far as each still makes sense; the first and the last where they are wanted. */
export const topicButtons = (
  topic: Topic,
  learner?: Pick<Learner, 'progress'>,
  { read = true, skip = true } = {},
): Button[] => {
  const state = learner?.progress.get(topic.id)?.state;
  return [
    ...(read ? [button('Read', encodeAction('topics', 'read', topic.id))] : []),
    ...(state === 'done' || state === 'started' ? [] : [button('Start', encodeAction('start', 'start', topic.id))]),
    ...(state === 'done'
      ? [button('Undo', encodeAction('undo', 'undo', topic.id))]
      : [button('Done', encodeAction('done', 'done', topic.id), 'primary')]),
    ...(!skip || state === 'done' || state === 'skipped'
      ? []
      : [button('Not for me', encodeAction('skip', 'skip', topic.id))]),
  ];
};

/** A topic as a card: title, badges, why it is recommended, the start of its summary, buttons (`skip` as for `topicButtons`). */
export const topicCard = (
  curriculum: Curriculum,
  topic: Topic,
  learner?: Learner,
  how: { skip?: boolean } = {},
): Block[] => {
  const recommended = learner && isForRoles(topic, learner.member.roles) ? ['⭐ Recommended for your role'] : [];
  const started = learner?.progress.get(topic.id)?.state === 'started' ? ['▶️ started'] : [];
  return [
    heading(topic.title, 2),
    quiet(escapeMarkdown([badgesOf(curriculum, topic), ...recommended, ...started].join(' · '))),
    text(firstSentences(topic.summary)),
    actions(...topicButtons(topic, learner, how)),
  ];
};

/** Whole sentences from the start of a summary, about 240 characters. */
export const firstSentences = (summary: string, about = 240): string => {
  const paragraph = summary.split('\n\n')[0] ?? '';
  const sentences = paragraph.match(/[^.!?]+[.!?]+(?=\s|$)\s*|.+$/gs) ?? [paragraph];
  let result = '';
  for (const sentence of sentences) {
    if (result !== '' && result.length + sentence.length > about) break;
    result += sentence;
  }
  return result.trim();
};
