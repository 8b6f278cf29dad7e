// How digests and nudges look: the week's topics for a channel, for one member, and a friendly word after silence.
import { encodeAction } from '../command.ts';
import { type Curriculum, GENERAL_TRACK, type Topic, type TopicId, type TrackId } from '../curriculum/curriculum.ts';
import { nextTopics, trackOrder } from '../curriculum/graph.ts';
import type { Learner } from '../learner.ts';
import { isBeforeMessages } from '../learning/onboarding.ts';
import { countDone } from '../learning/progress.ts';
import { escapeMarkdown } from '../markdown.ts';
import { actions, type Block, button, divider, heading, type Markdown, type Message, quiet, text } from '../message.ts';
import type { DirectMessages } from '../storage/members.ts';
import { pathBar } from './next-step.ts';
import { accentOf, badgesOf, firstSentences, hoursText, plural, topicButtons, topicCard, topicLink } from './topic.ts';
import { trackLabel } from './track.ts';

/** A longer list is no help on a Monday morning. */
const SHOWN_TOPICS = 5;
const NAME_LIMIT = 80;

const enumerate = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

// --- Channel ---

/** The badges of a topic below the heading of `track`, which says that one already. */
const badgesBelow = (curriculum: Curriculum, track: TrackId, topic: Topic): string => {
  const others = topic.tracks.filter(id => id !== track);
  const badges = badgesOf(curriculum, { ...topic, tracks: others });
  return others.length > 0 && others.length < topic.tracks.length ? `also ${badges}` : badges;
};

/** A topic in a post for everyone: nothing in it depends on who reads. */
const publicTopic = (curriculum: Curriculum, track: TrackId, topic: Topic): Block[] => [
  text(`**${topicLink(topic)}**`),
  quiet(escapeMarkdown(badgesBelow(curriculum, track, topic))),
  text(firstSentences(topic.summary)),
  actions(...topicButtons(topic)),
];

type Walk = { track: TrackId; walk: readonly Topic[] };
type Weeks = { from: number; until: number };

/** Whether all that a track has this week stands under another one, and it is not over yet. */
const isAllAbove = ({ walk }: Walk, { from, until }: Weeks, shown: ReadonlySet<TopicId>): boolean =>
  until < walk.length && walk.slice(from, until).every(({ id }) => shown.has(id));

/** The tracks that bring nothing of their own this week, in one line; without titles where they have all that the post has. */
const alsoFor = (
  curriculum: Curriculum,
  walks: readonly Walk[],
  { from, until }: Weeks,
  shown: ReadonlySet<TopicId>,
): Block[] => {
  const byTopics = new Map<string, { topics: readonly Topic[]; labels: string[] }>();
  for (const { track, walk } of walks) {
    const topics = walk.slice(from, until);
    const key = topics.map(({ id }) => id).join();
    const labels = [...(byTopics.get(key)?.labels ?? []), escapeMarkdown(trackLabel(curriculum, track))];
    byTopics.set(key, { topics, labels });
  }
  const sentences = [...byTopics.values()].map(({ topics, labels }) => {
    const noun = topics.length === 1 ? 'topic' : 'topics';
    return topics.length === shown.size
      ? `Also this week’s ${noun} for: ${enumerate(labels)}.`
      : `Also this week’s ${noun} for ${enumerate(labels)}, see above: ${enumerate(topics.map(topicLink))}.`;
  });
  return sentences.length > 0 ? [quiet(sentences.join(' '))] : [];
};

const trackSection = (
  curriculum: Curriculum,
  { track, walk }: Walk,
  { from, until }: Weeks,
  shown: Set<TopicId>,
): Block[] => {
  const label = trackLabel(curriculum, track);
  const section = [divider(), heading(label, 2)];
  const topics = walk.slice(from, until);
  // That a track is complete is said once.
  if (walk.length > 0 && from - (until - from) >= walk.length) return [];
  if (walk.length === 0) return [...section, text('There are no topics here yet.')];
  if (topics.length === 0) {
    return [
      ...section,
      text(
        `This track is complete: ${walk.length === 1 ? 'its topic has' : `all ${walk.length} topics have`} been here. \`/next\` shows what is still open for you.`,
      ),
    ];
  }
  const fresh = topics.filter(topic => !shown.has(topic.id));
  const above = topics.filter(topic => shown.has(topic.id));
  for (const topic of fresh) shown.add(topic.id);
  return [
    ...section,
    ...fresh.flatMap(topic => publicTopic(curriculum, track, topic)),
    ...(above.length > 0
      ? [quiet(`Also on this track this week, see above: ${enumerate(above.map(topicLink))}.`)]
      : []),
    ...(until >= walk.length
      ? [text('With this the track is complete. `/next` shows what is still open for you.')]
      : []),
  ];
};

/**
 * The channel's digest for week `week` (counted from 0): `topicsPerWeek` topics of each track in order. Undefined once
 * every track was complete in an earlier post, or where none of `tracks` exists.
 */
export const channelDigest = (
  curriculum: Curriculum,
  { tracks, topicsPerWeek }: { tracks: readonly TrackId[]; topicsPerWeek: number },
  week: number,
): Message | undefined => {
  const known = tracks.filter(track => curriculum.tracks.has(track));
  const walks = known.map(track => ({ track, walk: trackOrder(curriculum, track) }));
  const from = Math.max(0, week) * topicsPerWeek;
  if (walks.every(({ walk }) => from - topicsPerWeek >= walk.length && from > 0) || known.length === 0)
    return undefined;
  const shown = new Set<TopicId>();
  // General topics belong under their own heading, wherever it stands in the list.
  const sorted = [...walks].sort((a, b) => Number(b.track === GENERAL_TRACK) - Number(a.track === GENERAL_TRACK));
  const weeks = { from, until: from + topicsPerWeek };
  const without: Walk[] = [];
  const sections = sorted.flatMap(walk => {
    if (!isAllAbove(walk, weeks, shown)) return trackSection(curriculum, walk, weeks, shown);
    without.push(walk);
    return [];
  });
  const [only] = known;
  return {
    blocks: [
      heading(`Week ${Math.max(0, week) + 1}`),
      text('This week’s topics. Take what you have time for; nothing runs away.'),
      ...sections,
      divider(),
      ...alsoFor(curriculum, without, weeks, shown),
      text('**Show mine** gives you the topics that fit your own track, roles and pace; only you see them.'),
      actions(button('Show mine', encodeAction('digest', 'mine'), 'primary')),
    ],
    ...(known.length === 1 && only && { accent: accentOf(curriculum, only) }),
  };
};

// --- Member ---

const nameOf = ({ member }: Learner): Markdown => {
  const name = escapeMarkdown([...member.name].slice(0, NAME_LIMIT).join(''));
  return name === '' ? 'there' : name;
};

const FREQUENCIES: { value: DirectMessages; label: string; now: string }[] = [
  { value: 'weekly', label: 'Every week', now: 'every week' },
  { value: 'fortnightly', label: 'Every two weeks', now: 'every two weeks' },
  { value: 'off', label: 'Stop these messages', now: 'not at all' },
];

/** How often messages come and how to change that: on every one of them. */
const fewer = ({ member }: Learner): Block[] => {
  if (member.directMessages !== 'off' && member.track === null)
    return [quiet('Messages to you begin once you have picked a track with `/onboard`.')];
  // As true in a digest that came after that day as in one that was asked for before.
  const waiting = isBeforeMessages(member) ? '; they wait while you are at `/onboard`, a day at most' : '';
  return [
    quiet(
      member.directMessages === 'off'
        ? 'Messages to you are switched off; a button switches them on.'
        : `Your messages are set to come ${FREQUENCIES.find(({ value }) => value === member.directMessages)?.now ?? 'every week'}${waiting}. To change that, press a button; \`/settings\` also sets a pause.`,
    ),
    actions(
      ...FREQUENCIES.filter(({ value }) => value !== member.directMessages).map(({ value, label }) =>
        button(label, encodeAction('settings', 'frequency', value)),
      ),
    ),
  ];
};

/**
 * What the digest of `sentAt` brought, worked out again from the ledger's state at that time: digests are not kept, and the same
 * inputs always give the same topics.
 */
const topicsSentAt = (curriculum: Curriculum, { member, progress }: Learner, sentAt: Date): Topic[] => {
  const settled = (state: 'done' | 'skipped'): Set<TopicId> =>
    new Set(
      [...progress.values()]
        .filter(topic => topic.state === state && topic.changedAt <= sentAt)
        .map(({ topicId }) => topicId),
    );
  const then = { done: settled('done'), skipped: settled('skipped'), hours: member.weeklyHours };
  return nextTopics(curriculum, member, then).slice(0, SHOWN_TOPICS);
};

/** What was begun, or brought by the last digest, and is still to be done. */
const stillOpen = (curriculum: Curriculum, learner: Learner, lastSentAt: Date | undefined): Topic[] => {
  const sent = new Set(lastSentAt ? topicsSentAt(curriculum, learner, lastSentAt).map(({ id }) => id) : []);
  return learner.topics.filter(({ id }) => {
    const state = learner.progress.get(id)?.state;
    return state === 'started' || (sent.has(id) && state !== 'done' && state !== 'skipped');
  });
};

const paceText = ({ member, next }: Learner): Markdown => {
  const hours = next.reduce((sum, topic) => sum + topic.hours, 0);
  const [first] = next;
  if (first && next.length === 1 && first.hours > member.weeklyHours) {
    const weeks = Math.ceil(first.hours / member.weeklyHours);
    return `this one topic takes about ${hoursText(first.hours)}. At your ${hoursText(member.weeklyHours)} a week that is ${plural(weeks, 'week')}, in pieces as you like.`;
  }
  return `here ${next.length === 1 ? 'is' : 'are'} ${plural(next.length, 'topic')} for this week: about ${hoursText(hours)} of your ${hoursText(member.weeklyHours)}.`;
};

const nothingNext = (curriculum: Curriculum, { member, topics, done }: Learner): { lead: Markdown; step: Markdown } => {
  const count = countDone(topics, done);
  const label = escapeMarkdown(trackLabel(curriculum, member.track ?? GENERAL_TRACK));
  return count.done === count.total
    ? {
        lead: `you have done all ${plural(count.total, 'topic')} of the ${label}. 🎉`,
        step: `**Next step:** have a look at \`/track list\`, there may be another track for you${member.roles.length > 0 ? ', or at `/roles show`: with other roles this track has more' : ''}.`,
      }
    : {
        lead: 'nothing new is waiting for you: what is left is set aside, or builds on something you set aside.',
        step: '**Next step:** `/topics list` shows what you set aside, if you would like some of it back.',
      };
};

/**
 * A member's own digest. `lastSentAt` is when their last digest went out: its topics that are still open are mentioned, and
 * nothing is said about why.
 */
export const personalDigest = (curriculum: Curriculum, learner: Learner, lastSentAt?: Date): Message => {
  const { member, next } = learner;
  const shown = next.slice(0, SHOWN_TOPICS);
  const more = next.length - shown.length;
  const open = stillOpen(curriculum, learner, lastSentAt);
  const [first] = [...open.filter(({ id }) => learner.progress.get(id)?.state === 'started'), ...next];
  const nothing = nothingNext(curriculum, learner);
  return {
    blocks: [
      heading(`Your week: ${trackLabel(curriculum, member.track ?? GENERAL_TRACK)}`),
      text(`Hi **${nameOf(learner)}**, ${shown.length > 0 ? paceText(learner) : nothing.lead}`),
      ...(open.length > 0
        ? [
            text(
              `${lastSentAt ? 'Still open from last week' : 'You have begun'}: ${enumerate([...open.slice(0, 3).map(topicLink), ...(open.length > 3 ? [`${open.length - 3} more`] : [])])}, whenever it suits you.`,
            ),
          ]
        : []),
      ...shown.flatMap(topic => [divider(), ...topicCard(curriculum, topic, learner)]),
      ...(more > 0 ? [quiet(`+${more} more, see \`/next\``)] : []),
      divider(),
      pathBar(curriculum, learner),
      text(first ? `**Next step:** open ${topicLink(first)} and read its first page.` : nothing.step),
      ...fewer(learner),
    ],
    accent: accentOf(curriculum, member.track),
  };
};

/**
 * A friendly word after silence: the first, second and third. The third says that messages rest from now on; the caller
 * sees to it that they do.
 */
export const nudge = (curriculum: Curriculum, learner: Learner, number: 1 | 2 | 3): Message => {
  const small = [...learner.next].sort((a, b) => a.hours - b.hours)[0];
  const step = small
    ? `${topicLink(small)} takes about ${hoursText(small.hours)}, and its first page only a few minutes.`
    : '`/next` shows what there is for you.';
  const buttons = small ? [actions(...topicButtons(small, learner))] : [];
  const name = nameOf(learner);
  const accent = accentOf(curriculum, learner.member.track);
  if (number === 3) {
    return {
      blocks: [
        heading('Your messages rest from now on'),
        text(
          `Hi **${name}**, it has been quiet for a while, so Milepost stops writing to you. Everything you have done is kept, and your place with it.`,
        ),
        text(`Whenever you would like to go on, press **Resume** or send \`/settings resume\`. ${step}`),
        actions(button('Resume', encodeAction('settings', 'resume'), 'primary')),
        quiet('Nothing more comes until then. `/settings messages` asks for fewer afterwards, or for none.'),
      ],
      accent,
    };
  }
  return {
    blocks: [
      heading(number === 1 ? 'One small step?' : 'Still here when you are'),
      text(
        number === 1
          ? `Hi **${name}**, if you have a little time this week, here is one small step. ${step}`
          : `Hi **${name}**, your path is as you left it. If you would like to go on, this is a small way back in: ${step}`,
      ),
      ...buttons,
      text(
        'Not now is fine too. `/settings pause` rests these messages until a date you choose, and your streak rests with them.',
      ),
      ...fewer(learner),
    ],
    accent,
  };
};
