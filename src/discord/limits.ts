// Discord's limits on messages and forms (its component and message reference), and how to cut a text to one of them.
import { cleanText } from '../clean-text.ts';

/** Lengths are in UTF-16 units, the stricter way to count characters. */
export const LIMITS = {
  /** Components of a message, nested ones included. */
  components: 40,
  /** Over all text displays of a message. */
  text: 4000,
  customId: 100,
  buttonsInRow: 5,
  buttonLabel: 80,
  url: 512,
  selectOptions: 25,
  /** Label, value and description of a select's option. */
  option: 100,
  selectPlaceholder: 150,
  sectionTexts: 3,
  galleryItems: 10,
  attachments: 10,
  altText: 1024,
  /** Bytes, where the server is not boosted. */
  file: 10 * 1024 * 1024,
  request: 25 * 1024 * 1024,
  modalTitle: 45,
  modalFields: 5,
  fieldLabel: 45,
  fieldDescription: 100,
  inputPlaceholder: 100,
  inputValue: 4000,
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
