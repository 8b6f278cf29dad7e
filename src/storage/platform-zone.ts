// Keeps members in the time zone that their platform says they are in, unless they set one themselves.
import { isZone } from '../calendar/dates.ts';
import type { Db } from './database.ts';
import { type Member, updateMember } from './members.ts';
import { ensureZoneRuns } from './schedules.ts';

/** The member as they are afterwards; costs nothing where the zone is the same. */
export const followPlatformZone = async (
  db: Db,
  member: Member,
  zone: string | undefined,
  now: Date,
): Promise<Member> => {
  if (zone === undefined || zone === member.zone || member.zoneChosen || !isZone(zone)) return member;
  await updateMember(db, member.id, { zone });
  if (member.track) await ensureZoneRuns(db, member.communityId, zone, now);
  return { ...member, zone };
};
