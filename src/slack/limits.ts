// Slack's limits on messages and views (its Block Kit reference), and how to cut a text to one of them.
import { cleanText } from '../clean-text.ts';

/** Lengths are in UTF-16 units, the stricter way to count characters. */
export const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  /**
   * Of a message's blocks as JSON, without the choices of menus. Slack documents no such limit, and refuses from about 13,200
   * characters on (`msg_blocks_too_long`), counting something for each block besides its text.
   */
  messageWeight: 12_000,
  /** Bytes of a view as JSON: 250 kB, less what stands around its blocks. */
  viewBytes: 240_000,
  viewBytesInAll: 250_000,
  /** The plain form beside the blocks: `chat.update` takes no more. */
  plainText: 4000,
  header: 150,
  sectionText: 3000,
  fields: 10,
  field: 2000,
  contextElements: 10,
  contextText: 2000,
  actions: 25,
  actionId: 255,
  blockId: 255,
  buttonLabel: 75,
  buttonValue: 2000,
  url: 3000,
  selectOptions: 100,
  overflowOptions: 5,
  /** Label, value and description of a choice. */
  option: 75,
  placeholder: 150,
  altText: 2000,
  /** Ours, not Slack's: more of them would leave no room for texts. */
  pictures: 10,
  picturesWeight: 5000,
  tableRows: 100,
  tableColumns: 20,
  tables: 1,
  viewTitle: 24,
  viewButton: 24,
  callbackId: 255,
  privateMetadata: 3000,
  inputLabel: 2000,
  inputHint: 2000,
  inputValue: 3000,
} as const;

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
