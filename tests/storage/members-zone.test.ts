import { expect, it } from 'vitest';
import { type Community, findOrCreateCommunity, type PlatformName } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import {
  findOrCreateMember,
  followCommunityZone,
  memberById,
  updateEnrolment,
  updateMember,
  zonesOfMembers,
} from '../../src/storage/members.ts';
import { followPlatformZone } from '../../src/storage/platform-zone.ts';
import { dueRuns } from '../../src/storage/schedules.ts';
import { describeOnBothDatabases } from '../support/databases.ts';
import { mondayDigest } from '../support/delivery.ts';

const NOW = new Date('2026-11-23T08:00:00Z');

describeOnBothDatabases('the zone of a member', open => {
  const community = (db: Db, platform: PlatformName = 'slack'): Promise<Community> =>
    findOrCreateCommunity(db, { platform, externalId: 'T1', name: 'Readers' }, NOW);
  const join = (db: Db, of: Community, zone?: string) =>
    findOrCreateMember(db, of, { externalId: 'U1', name: 'Ada', ...(zone !== undefined && { zone }) }, NOW);

  it('is what their platform says, else their community’s, and not their own choice', async () => {
    const db = await open();
    const slack = await community(db);
    expect(await join(db, slack, 'Asia/Tokyo')).toMatchObject({ zone: 'Asia/Tokyo', zoneChosen: false });
    const odd = await findOrCreateMember(db, slack, { externalId: 'U2', name: 'Bob', zone: 'No/Where' }, NOW);
    expect(odd).toMatchObject({ zone: slack.zone, zoneChosen: false });
  });

  it('follows their platform until they choose one', async () => {
    const db = await open();
    const ada = await join(db, await community(db), 'Asia/Tokyo');
    const moved = await followPlatformZone(db, ada, 'Europe/Lisbon', NOW);
    expect(moved).toEqual({ ...ada, zone: 'Europe/Lisbon' });
    expect(await memberById(db, ada.id)).toEqual(moved);
    for (const nothing of [undefined, 'No/Where', 'Europe/Lisbon'])
      expect(await followPlatformZone(db, moved, nothing, NOW)).toBe(moved);
    await updateMember(db, ada.id, { zone: 'Europe/Paris', zoneChosen: true });
    const chosen = await memberById(db, ada.id);
    expect(chosen && (await followPlatformZone(db, chosen, 'Asia/Tokyo', NOW))).toBe(chosen);
    expect(await memberById(db, ada.id)).toMatchObject({ zone: 'Europe/Paris' });
  });

  it('does not follow the community’s where the platform knows everybody’s, and does where it knows nobody’s', async () => {
    const db = await open();
    for (const [platform, after] of [
      ['slack', 'UTC'],
      ['discord', 'Asia/Tokyo'],
    ] as const) {
      const of = { ...(await community(db, platform)), zone: 'UTC' };
      const ada = await join(db, of, 'UTC');
      await followCommunityZone(db, of, 'Asia/Tokyo');
      expect((await memberById(db, ada.id))?.zone, platform).toBe(after);
    }
  });

  it('that a platform changes has its digests from then on', async () => {
    const db = await open();
    const of = await community(db);
    await mondayDigest(db, of, NOW, { direct: true, channelId: null });
    const ada = await updateEnrolment(db, of, await join(db, of, 'Europe/Berlin'), { track: 'engineering' }, NOW);
    await followPlatformZone(db, ada, 'Asia/Tokyo', NOW);
    expect(await zonesOfMembers(db, of.id)).toEqual(['Asia/Tokyo']);
    const due = await dueRuns(db, new Date('2026-11-30T12:00:00Z'));
    expect(due.map(({ target }) => target)).toContain('zone:Asia/Tokyo');
  });
});
