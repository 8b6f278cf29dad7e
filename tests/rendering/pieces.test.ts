import { describe, expect, it } from 'vitest';
import { button } from '../../src/message.ts';
import { counted, droppedWords, lossWords, missingWords } from '../../src/rendering/losses.ts';
import { arrange, besideOf, type Looks, type Piece, withoutARow } from '../../src/rendering/pieces.ts';

type Row = { items: ReturnType<typeof button>[] };
type Small = Piece<string, Row, never>;
const rows = (...labels: string[]): Small => ({
  type: 'rows',
  rows: labels.map(label => ({ items: [button(label, 'a/b/')] })),
});
const text = (chunk: string): Small => ({ type: 'text', chunk });
const divider: Small = { type: 'divider' };

describe('what gives way', () => {
  const looks: Looks<Small, 'beautiful' | 'small', Small[]> = {
    styles: ['beautiful', 'small'],
    inStyle: (pieces, style) => (style === 'small' ? pieces.filter(({ type }) => type !== 'divider') : [...pieces]),
    assemble: pieces => [...pieces],
  };
  const pieces = [text('a'), divider, rows('1', '2'), text('b'), rows('3')];
  const within = (most: number) => arrange(pieces, looks, made => made.length <= most);

  it('is nothing where the most beautiful form fits', () => {
    expect(within(5)).toEqual({ made: pieces, dropped: [] });
  });

  it('is decoration before any control', () => {
    expect(within(4)).toEqual({ made: pieces.filter(piece => piece !== divider), dropped: [] });
  });

  it('are rows from the end, named in their order; the very last leads on and stays', () => {
    expect(within(3)).toEqual({ made: [text('a'), text('b'), rows('3')], dropped: ['1', '2'] });
  });

  it('is never a text: what is left at last is the caller’s', () => {
    expect(within(1).made).toEqual([text('a'), text('b')]);
    expect(within(1).dropped.toSorted()).toEqual(['1', '2', '3']);
    expect(withoutARow([text('a')])).toBeUndefined();
  });
});

it('beside a button stands all that is short, else the short end, but no heading without its text', () => {
  const short = { kind: 'text', length: 1 };
  const long = { kind: 'text', length: 9 };
  const title = { kind: 'heading', length: 1 };
  const isShort = (chunks: readonly { length: number }[]): boolean =>
    chunks.length > 0 && chunks.every(({ length }) => length < 5);
  expect(besideOf([title, short], isShort)).toEqual({ above: [], beside: [title, short] });
  expect(besideOf([long, short], isShort)).toEqual({ above: [long], beside: [short] });
  expect(besideOf([long, short], isShort, false)).toEqual({ above: [long, short], beside: [] });
  expect(besideOf([long, title], isShort)).toEqual({ above: [long, title], beside: [] });
  expect(besideOf([], isShort)).toEqual({ above: [], beside: [] });
});

it('what is missing is said once, with how often, and briefly', () => {
  expect(
    lossWords([
      { what: 'end', count: 1 },
      { what: 'line', count: 2 },
      { what: 'entry', count: 1 },
      { what: 'line', count: 3 },
    ]),
  ).toEqual(['1 list entry', '5 lines', 'the end of a text']);
  expect(counted(['a picture', 'a line', 'a picture'])).toEqual(['a picture (2 times)', 'a line']);
  expect([droppedWords([]), droppedWords(['Read', 'Read', 'Done'])]).toEqual([
    [],
    ['3 buttons (Read (2 times), Done)'],
  ]);
  expect(missingWords(Array.from({ length: 90 }, (_, at) => `the button “${at}”`))).toHaveLength(180);
});
