import { expect, it } from 'vitest';
import { claimName, keepValue, keptValue } from '../../src/storage/kept-values.ts';
import { describeOnBothDatabases } from '../support/databases.ts';

const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 23, 8, minutes));

describeOnBothDatabases('values kept for a while', open => {
  it('are read back until they expire, the newest in place of the last', async () => {
    const db = await open();
    await keepValue(db, 'form', 'old', at(10), at(0));
    await keepValue(db, 'form', 'new', at(20), at(0));
    expect(await keptValue(db, 'form', at(19))).toBe('new');
    expect(await keptValue(db, 'form', at(20))).toBeUndefined();
    expect(await keptValue(db, 'nothing', at(0))).toBeUndefined();
  });

  it('are swept out when others are kept', async () => {
    const db = await open();
    await keepValue(db, 'first', 'x', at(10), at(0));
    await keepValue(db, 'second', 'y', at(30), at(11));
    expect(await db.query.select({ name: db.tables.keptValues.name }).from(db.tables.keptValues)).toEqual([
      { name: 'second' },
    ]);
  });

  it('let a name be taken by one of many, and again once it has expired', async () => {
    const db = await open();
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimName(db, 'signature', at(10), at(0))));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await claimName(db, 'signature', at(30), at(11))).toBe(true);
    expect(await claimName(db, 'signature', at(40), at(12))).toBe(false);
  });
});
