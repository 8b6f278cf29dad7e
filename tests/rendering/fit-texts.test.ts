import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitTexts } from '../../src/rendering/fit-texts.ts';
import type { Loss } from '../../src/rendering/losses.ts';
import type { Piece } from '../../src/rendering/pieces.ts';

type Text = { shown: string; size: number; cut(room: number): { chunk?: Text; lost: Loss } };
/** A text that can be cut anywhere from ten characters on. */
const textOf = (shown: string): Text => ({
  shown,
  size: shown.length,
  cut: room => ({ ...(room >= 10 && { chunk: textOf(shown.slice(0, room)) }), lost: { what: 'end', count: 1 } }),
});
const piecesOf = (...texts: string[]): Piece<Text, never, never>[] =>
  texts.map(shown => ({ type: 'text', chunk: textOf(shown) }));
const fitted = (texts: string[], room: number, gap?: number): { sizes: number[]; missing: string[] } => {
  const { pieces, missing } = fitTexts(piecesOf(...texts), room, gap);
  return { sizes: pieces.map(piece => (piece.type === 'text' ? piece.chunk.size : 0)), missing };
};

describe('texts that are too long together', () => {
  it('the longest end early, the short ones stay whole', () => {
    expect(fitted(['a'.repeat(30), 'b'.repeat(300), 'c'.repeat(400)], 230)).toEqual({
      sizes: [30, 100, 100],
      missing: ['the ends of 2 texts'],
    });
  });

  it('nothing changes where there is room for all', () => {
    expect(fitted(['a'.repeat(50), 'b'.repeat(50)], 104, 2)).toEqual({ sizes: [50, 50], missing: [] });
  });

  it('what stands between two texts takes room as well', () => {
    expect(fitted(['a'.repeat(50), 'b'.repeat(50)], 103, 2).missing).toEqual(['the ends of 2 texts']);
  });

  it('of very many texts the first are shown, and the others counted', () => {
    const { sizes, missing } = fitted(
      Array.from({ length: 50 }, () => 'x'.repeat(100)),
      240,
    );
    expect(sizes).toHaveLength(10);
    expect(missing).toEqual(['40 whole texts', 'the ends of 10 texts']);
  });

  it('controls and dividers stay where they are', () => {
    const [text] = piecesOf('x'.repeat(100)) as [Piece<Text, string, never>];
    const pieces: Piece<Text, string, never>[] = [{ type: 'divider' }, text, { type: 'rows', rows: ['row'] }];
    expect(fitTexts(pieces, 50).pieces.map(({ type }) => type)).toEqual(['divider', 'text', 'rows']);
    expect(fitTexts(pieces, 0).pieces.map(({ type }) => type)).toEqual(['divider', 'rows']);
  });

  it('always fit in the end, and what is missing is always said', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(lengths, fc.nat(3000), fc.nat(3), (given, room, gap) => {
        const { sizes, missing } = fitted(
          given.map(length => 'x'.repeat(length)),
          room,
          gap,
        );
        expect(sizes.reduce((sum, size) => sum + size + gap, 0)).toBeLessThanOrEqual(room);
        expect(missing.length === 0).toBe(
          sizes.length === given.length && sizes.every((size, at) => size === given[at]),
        );
      }),
    );
  });
});
