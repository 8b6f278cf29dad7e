// Finds topics by what a person typed: for search, for type-ahead, and for "did you mean".
import { closest, distance } from 'fastest-levenshtein';
import MiniSearch from 'minisearch';
import type { Curriculum, Topic, TopicId } from './curriculum.ts';

/** All of these take any text without throwing, and give the same topics in the same order for the same text. */
export type TopicSearch = {
  /** The best matches first, at most `limit`; empty text gives the roadmap from its beginning. */
  search(text: string, limit: number): Topic[];
  /** Like `search`, but topics whose title or id begins with what was typed come first. */
  suggest(typed: string, limit: number): Topic[];
  /** The topic whose id or title this is, in any case. */
  find(text: string): Topic | undefined;
  /** The topic that was most likely meant, if any comes close. */
  nearest(text: string): Topic | undefined;
};

// Longer than any title; the rest of a pasted page would only cost time.
const MAX_TEXT = 200;
// Very short words have no typing mistakes worth guessing, very long ones cost too much to guess.
const isWorthGuessing = (term: string): boolean => term.length >= 4 && term.length <= 30;

const normalise = (text: string): string =>
  text
    .slice(0, MAX_TEXT)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .toLowerCase();

/** Titles are remembered without their article. */
const withoutArticle = (name: string): string => name.replace(/^(?:the|an?) (?=\S)/, '');

const createIndex = (curriculum: Curriculum): MiniSearch => {
  const index = new MiniSearch({
    fields: ['title', 'id', 'sections', 'skills'],
    searchOptions: {
      boost: { title: 4, id: 3 },
      prefix: true,
      fuzzy: term => (isWorthGuessing(term) ? 0.2 : false),
    },
  });
  index.addAll(
    [...curriculum.topics.values()].map(topic => ({
      id: topic.id,
      title: topic.title,
      sections: topic.sections.map(section => section.title).join('\n'),
      skills: topic.skills.map(skill => curriculum.skills.get(skill) ?? '').join('\n'),
    })),
  );
  return index;
};

const buildSearch = (curriculum: Curriculum): TopicSearch => {
  const topics = [...curriculum.topics.values()];
  const place = new Map<TopicId, number>(topics.map((topic, at) => [topic.id, at]));
  // Ids come last, so that they win over the title of another topic; of equal titles the first topic wins.
  const byName = new Map<string, Topic>([
    ...topics.toReversed().map(topic => [withoutArticle(topic.title.toLowerCase()), topic] as const),
    ...topics.toReversed().map(topic => [topic.title.toLowerCase(), topic] as const),
    ...topics.map(topic => [topic.id, topic] as const),
  ]);
  const names = [...byName.keys()];
  let index: MiniSearch | undefined;

  const matches = (words: string): Topic[] => {
    index ??= createIndex(curriculum);
    const every = index.search(words, { combineWith: 'AND' });
    const results = every.length > 0 ? every : index.search(words);
    return results
      .sort((a, b) => b.score - a.score || (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
      .flatMap(result => curriculum.topics.get(result.id) ?? []);
  };
  const ranked = (words: string): Topic[] => (words === '' ? topics : matches(words));
  const first = (found: readonly Topic[], limit: number): Topic[] => found.slice(0, Math.max(0, limit));
  const find = (text: string): Topic | undefined =>
    byName.get(normalise(text)) ?? byName.get(withoutArticle(normalise(text)));

  return {
    find,
    search: (text, limit) => first(ranked(normalise(text)), limit),
    suggest(typed, limit) {
      const words = normalise(typed);
      const beginning = topics.filter(
        topic => topic.title.toLowerCase().startsWith(words) || topic.id.startsWith(words),
      );
      return first([...new Set([...beginning, ...ranked(words)])], limit);
    },
    nearest(text) {
      const words = normalise(text);
      if (words === '' || names.length === 0) return undefined;
      const name = closest(words, names);
      const isClose = distance(words, name) <= Math.max(1, Math.floor(words.length / 4));
      return isClose ? byName.get(name) : matches(words)[0];
    },
  };
};

const searches = new WeakMap<Curriculum, TopicSearch>();

/** The search over this curriculum, made once; its index is built when it is first needed. */
export const createTopicSearch = (curriculum: Curriculum): TopicSearch => {
  const made = searches.get(curriculum) ?? buildSearch(curriculum);
  searches.set(curriculum, made);
  return made;
};
