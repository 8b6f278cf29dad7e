// Texts that have to fit: their start in so many units, cut where a reader would cut them.
import { cleanText } from '../clean-text.ts';

/** UTF-16 units of a family of four with skin tones, and some room. */
const LONGEST_EMOJI = 40;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The start of `text` in at most `limit` UTF-16 units, cut between characters as a reader sees them. */
export const startOf = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const boundary = graphemes.segment(text).containing(limit)?.index ?? limit;
  if (boundary > 0) return text.slice(0, boundary);
  // Nothing rather than a part of an emoji; but one character may also have hundreds of combining marks.
  if (limit < LONGEST_EMOJI) return '';
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
};

/** `text` in at most `limit` UTF-16 units, with an ellipsis in place of what is cut. */
export const shortenTo = (text: string, limit: number): string =>
  text.length <= limit ? text : `${startOf(text, limit - 1).trimEnd()}…`;

/** A label on one line, in at most `limit` units. */
export const labelOf = (text: string, limit: number): string => shortenTo(cleanText(text), limit);

/** `text` with a space for each run of line ends. */
export const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').trim();

/** A word so long that a part of it says more than nothing. */
const LONG_WORD = 20;

/** Where to cut `text` so that at most `limit` units are left: after a word, or within one that is long. */
export const endOfWord = (text: string, limit: number): number => {
  const start = startOf(text, Math.max(0, limit));
  if (/\s/.test(text.charAt(start.length))) return start.length;
  const words = start.replace(/(^|\s+)\S*$/, '').length;
  return start.length - words > LONG_WORD ? start.length : words;
};

/** The start of `text` in about `limit` units, up to the end of a word, with an ellipsis. */
export const firstWords = (text: string, limit: number): string => {
  const shown = text.slice(0, endOfWord(text, limit)).trimEnd();
  return shown === '' ? '…' : `${shown} …`;
};

/** The greatest length from 1 to `most` that `fits`, where whatever is longer than one that does not fit does not fit either; else 0. */
export const greatest = (most: number, fits: (length: number) => boolean): number => {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** The longest `render(length)` that fits into `room`, where a greater length gives a longer text; '' where none does. */
export const longest = (render: (length: number) => string, most: number, room: number): string => {
  let best = '';
  greatest(Math.min(most, room), length => {
    const text = render(length);
    if (text.length > room) return false;
    best = text;
    return true;
  });
  return best;
};
