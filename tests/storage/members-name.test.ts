import { expect, it } from 'vitest';
import { type Community, findOrCreateCommunity } from '../../src/storage/communities.ts';
import { findOrCreateMember, memberById } from '../../src/storage/members.ts';
import { describeOnBothDatabases } from '../support/databases.ts';

const NOW = new Date('2026-11-23T08:00:00Z');
const LATER = new Date('2026-11-24T08:00:00Z');

describeOnBothDatabases('the name of a member', open => {
  it('stays while their platform says none, and follows it again', async () => {
    const db = await open();
    const of: Community = await findOrCreateCommunity(
      db,
      { platform: 'slack', externalId: 'T1', name: 'Readers' },
      NOW,
    );
    const seen = (name: string, at: Date) => findOrCreateMember(db, of, { externalId: 'U1', name }, at);
    const { id } = await seen('', NOW);
    const stored = async () => (await memberById(db, id))?.name;
    expect(await stored()).toBe('A member');
    await seen('Ada', NOW);
    for (const at of [NOW, LATER]) expect(await seen('', at)).toMatchObject({ id, name: 'Ada', lastActiveAt: at });
    expect(await stored()).toBe('Ada');
    await seen('Ada King', LATER);
    expect(await stored()).toBe('Ada King');
  });
});
