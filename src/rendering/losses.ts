// What a message had no room for, in words.
import { shortenTo } from './cut-text.ts';

export type Loss = { what: 'end' | 'line' | 'entry' | 'text'; count: number };
/** A text that is not there at all. */
export const GONE: Loss = { what: 'text', count: 1 };

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const LOSSES: Record<Loss['what'], (count: number) => string> = {
  end: count => (count === 1 ? 'the end of a text' : `the ends of ${count} texts`),
  line: count => plural(count, 'line'),
  entry: count => plural(count, 'list entry', 'list entries'),
  text: count => plural(count, 'whole text'),
};
/** What was lost in all. */
export const lossWords = (losses: readonly Loss[]): string[] =>
  (['text', 'entry', 'line', 'end'] as const).flatMap(what => {
    const count = losses.reduce((sum, loss) => sum + (loss.what === what ? loss.count : 0), 0);
    return count === 0 ? [] : [LOSSES[what](count)];
  });

/** The same words with how often they are meant. */
export const counted = (words: readonly string[]): string[] => {
  const times = new Map<string, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return [...times].map(([word, count]) => (count === 1 ? word : `${word} (${count} times)`));
};

/** Buttons and menus that were left out, by their labels. */
export const droppedWords = (labels: readonly string[]): string[] =>
  labels.length === 0 ? [] : [`${plural(labels.length, 'button')} (${counted(labels).join(', ')})`];

/** They give way before any text does. */
export const HINTS = 'the commands beside topics';

/** For the line that says what is missing, and what stands around it: UTF-16 units. */
export const NOTICE_ROOM = 500;
const NOTICE_WORDS = 180;
/** All that is missing, for that line. */
export const missingWords = (missing: readonly string[]): string =>
  shortenTo(counted(missing).join(', '), NOTICE_WORDS);

/** How to see all of it; `command` writes a command as it is typed. */
export const adviceOf = (hasTopics: boolean, command: (name: string) => string): string =>
  hasTopics
    ? `${command('topics show')} opens any topic, ${command('topics list')} lists one module.`
    : 'Ask for less at a time to see everything.';
