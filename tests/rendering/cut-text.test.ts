import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfWord, firstWords, labelOf, longest, shortenTo, startOf } from '../../src/rendering/cut-text.ts';

const FAMILY = '👩‍👩‍👧';
const anyText = fc.array(
  fc.oneof(
    fc.constantFrom(FAMILY, ' ', 'word', '\n', '\ud83d', `e${'\u0301'.repeat(60)}`),
    fc.string({ unit: 'grapheme' }),
  ),
  { maxLength: 12 },
);

describe('the start of a text', () => {
  it.each([
    ['Ada', 3, 'Ada'],
    ['Ada', 2, 'Ad'],
    [`a${FAMILY}b`, 5, 'a'],
    [FAMILY, 7, ''],
    ['', 0, ''],
  ])('%s in %i units is "%s"', (text, limit, expected) => {
    expect(startOf(text, limit)).toBe(expected);
  });

  it('never has half of a character, nor more than there is room for', () => {
    fc.assert(
      fc.property(anyText, fc.nat(100), (parts, limit) => {
        const text = parts.join('').toWellFormed();
        const start = startOf(text, limit);
        expect(start.length).toBeLessThanOrEqual(limit);
        expect(start.isWellFormed()).toBe(true);
        expect(text.startsWith(start)).toBe(true);
      }),
    );
  });

  it('is something even of a character with hundreds of marks', () => {
    expect(startOf(`e${'\u0301'.repeat(500)}`, 100)).toHaveLength(100);
    expect(startOf(`e${'\u{1e8d0}'.repeat(500)}`, 100)).toBe(`e${'\u{1e8d0}'.repeat(49)}`);
  });
});

describe('a text that is shortened', () => {
  it.each([
    ['fits as it is', 14, 'fits as it is'],
    ['is cut here and there', 11, 'is cut her…'],
    ['is cut here', 8, 'is cut…'],
  ])('%s, in %i units, is "%s"', (text, limit, expected) => {
    expect(shortenTo(text, limit)).toBe(expected);
  });

  it('is one line where it is a label', () => {
    expect(labelOf(' one\ntwo\u202e three ', 9)).toBe('one two…');
  });

  it.each([
    ['one two three', 9, 'one two …'],
    ['one two three', 7, 'one two …'],
    ['one', 2, '…'],
    ['a-word-of-more-than-twenty-units', 24, 'a-word-of-more-than-twen …'],
  ])('ends after a word, unless the word is long: %s, about %i units, is "%s"', (text, limit, expected) => {
    expect(firstWords(text, limit)).toBe(expected);
  });

  it('ends where the rest of it goes on, so that nothing is lost or said twice', () => {
    expect(['one two three'.slice(0, endOfWord('one two three', 9)), endOfWord('one', 2)]).toEqual(['one two', 0]);
  });
});

it('the longest form that fits is found, and nothing where none does', () => {
  const quoted = (length: number): string => `"${'x'.repeat(length)}"`;
  expect([longest(quoted, 100, 7), longest(quoted, 3, 7), longest(quoted, 100, 2), longest(quoted, 100, -1)]).toEqual([
    '"xxxxx"',
    '"xxx"',
    '',
    '',
  ]);
});
