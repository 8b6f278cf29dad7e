// From what a member typed to a topic: exact, by title, or the nearest ones in the answer.
import type { Choice, Context } from '../command.ts';
import type { Curriculum, Topic } from '../curriculum/curriculum.ts';
import { isVisible } from '../curriculum/graph.ts';
import { createTopicSearch } from '../curriculum/search.ts';
import { UserError } from '../errors.ts';
import { nearest, quote } from '../nearest.ts';
import { choiceName } from '../options.ts';
import { commandText } from './given-command.ts';

/** The only topic whose id or title begins with what was typed, where that is long enough to be meant. */
const begunBy = (curriculum: Curriculum, typed: string): Topic | undefined => {
  const wanted = typed.trim().toLowerCase();
  if (wanted.length < 4) return undefined;
  const begins = (topic: Topic) => topic.id.startsWith(wanted) || topic.title.toLowerCase().startsWith(wanted);
  const [first, second] = [...curriculum.topics.values()].filter(begins);
  return second ? undefined : first;
};

/** The first topic with a word in its title that is nearly what was typed: `dokcer` means Docker. */
const byWord = (curriculum: Curriculum, typed: string): Topic | undefined => {
  const topicOf = new Map<string, Topic>();
  for (const topic of curriculum.topics.values()) {
    for (const word of topic.title.toLowerCase().match(/\p{L}{4,}/gu) ?? [])
      if (!topicOf.has(word)) topicOf.set(word, topic);
  }
  const word = nearest(typed, [...topicOf.keys()]);
  return word === undefined ? undefined : topicOf.get(word);
};

/**
 * The topic with this id or title, in any case, or the only one that begins like it. Throws a UserError that names the
 * nearest ones.
 */
export const requireTopic = (curriculum: Curriculum, typed: string): Topic => {
  const search = createTopicSearch(curriculum);
  const found = search.find(typed) ?? begunBy(curriculum, typed);
  if (found) return found;
  const near = search.nearest(typed) ?? byWord(curriculum, typed);
  const others = search.search(typed, 3).filter(topic => topic.id !== near?.id);
  const suggestions = [...(near ? [near] : []), ...others]
    .slice(0, 3)
    .map(({ title, id }) => choiceName({ label: title, value: id }));
  const hint = suggestions.length > 0 ? ` Did you mean ${suggestions.join(', or ')}?` : '';
  throw new UserError('unknown_topic', `There is no topic ${quote(typed)}.${hint} /topics list shows all of yours.`);
};

/** Type-ahead over title, sections and skills of the topics that this member's track shows. */
export const suggestTopics = (
  typed: string,
  { curriculum, member }: Pick<Context, 'curriculum' | 'member'>,
): Choice[] =>
  createTopicSearch(curriculum)
    .suggest(typed, 100)
    .filter(topic => isVisible(topic, member.track))
    .slice(0, 25)
    .map(topic => ({
      label: topic.title,
      value: topic.id,
      description: curriculum.modules.get(topic.module)?.title ?? '',
    }));

type Asker = Pick<Context, 'curriculum' | 'member' | 'platform'>;

/** The topic of a button: by its id alone, for its press must never mean another topic. Visible to the member, as below. */
export const topicOfButton = (context: Asker, id: string): Topic => {
  const topic = context.curriculum.topics.get(id);
  if (topic) return requireVisible(context, topic);
  throw new UserError('unknown_topic', `There is no topic ${quote(id)} any more. /topics list shows all of yours.`);
};

/** The same, but only a topic that this member's track shows; otherwise a UserError that says whose it is. */
export const requireVisibleTopic = (context: Asker, typed: string): Topic =>
  requireVisible(context, requireTopic(context.curriculum, typed));

const requireVisible = ({ curriculum, member, platform }: Asker, topic: Topic): Topic => {
  if (isVisible(topic, member.track)) return topic;
  const select = commandText(platform, '/track select', { track: topic.tracks[0] ?? '' });
  const tracks = topic.tracks.map(id => curriculum.tracks.get(id)?.label ?? id).join(' and ');
  throw new UserError(
    'other_track',
    `“${topic.title}” belongs to the ${tracks}. ${select} shows what a change would mean for you before anything changes.`,
  );
};

/**
 * One or several topics in one text: ids or titles separated by commas, or ids separated by blanks. Throws for the first
 * that is unknown, before anything is changed.
 */
export const requireVisibleTopics = (context: Asker, typed: string): Topic[] => {
  const search = createTopicSearch(context.curriculum);
  const parts = search.find(typed) ? [typed] : typed.split(',').map(part => part.trim());
  const names = parts.filter(Boolean).flatMap(part => {
    const words = part.split(/\s+/);
    return search.find(part) || !words.every(word => search.find(word)) ? [part] : words;
  });
  if (names.length === 0) throw new UserError('no_topic', 'Say which topic, by its title or id. /next shows yours.');
  return [...new Set(names.map(name => requireVisibleTopic(context, name)))];
};
