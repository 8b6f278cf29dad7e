import { describe, expect, it } from 'vitest';
import { drawTable } from '../../src/rendering/table.ts';

const COLUMNS = [
  { label: 'Place', align: 'end' as const },
  { label: 'Member' },
  { label: 'Points', align: 'end' as const },
];
const drawn = (...rows: { cells: string[]; own?: boolean }[]): string => drawTable(COLUMNS, rows).lines.join('\n');

describe('a table as text', () => {
  it('has its columns in line, with emoji and East Asian characters two columns wide', () => {
    expect(drawn({ cells: ['🥇 1', 'Ada', '120'] }, { cells: ['12', '漢字', '9'] })).toBe(
      ['Place  Member  Points', ' 🥇 1  Ada        120', '   12  漢字         9'].join('\n'),
    );
  });

  it('marks the own row, and moves the others aside for the mark', () => {
    expect(drawn({ cells: ['1', 'Ada', '9'] }, { cells: ['2', 'Bo', '8'], own: true })).toBe(
      ['  Place  Member  Points', '      1  Ada          9', '▸     2  Bo           8'].join('\n'),
    );
  });

  it('is as wide as a phone shows: the widest column gives way, at the end of a character', () => {
    const { lines, trimmed } = drawTable(COLUMNS, [
      { cells: ['1', 'A name that is much too long for it', '9'] },
      { cells: ['2', '👩‍👩‍👧'.repeat(20), '8'] },
    ]);
    expect(Math.max(...lines.map(line => [...new Intl.Segmenter().segment(line)].length))).toBe(36);
    expect(lines[1]).toContain('  A name that is much…  ');
    expect(lines[2]).toMatch(/^ {4}2 {2}(?:👩‍👩‍👧){10}… {2,3} {5}8$/u);
    expect(trimmed).toBe(2);
  });

  it('is no wider with an own row', () => {
    const { lines } = drawTable(COLUMNS, [{ cells: ['1', 'A name that is much too long for it', '9'], own: true }]);
    expect(lines.map(({ length }) => length)).toEqual([36, 36]);
  });

  it('has room for a cell that is not there, and none for one too many', () => {
    expect(drawn({ cells: ['1'] }, { cells: ['2', 'Bo', '8', 'more'] })).toBe(
      ['Place  Member  Points', '    1', '    2  Bo           8'].join('\n'),
    );
  });
});
