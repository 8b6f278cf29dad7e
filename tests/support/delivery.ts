// For tests of what is delivered: a chat platform in memory whose answers a test chooses, and a community to deliver to.
import { pino } from 'pino';
import type { Log } from '../../src/log.ts';
import { toPlainText } from '../../src/message.ts';
import type { Outcome, Platform, Target } from '../../src/platform.ts';
import type { PlatformName } from '../../src/storage/communities.ts';
import { type Community, findOrCreateCommunity } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import {
  findOrCreateMember,
  type Member,
  type MemberChange,
  updateEnrolment,
  updateMember,
} from '../../src/storage/members.ts';
import { createSchedule, type NewSchedule, type Schedule } from '../../src/storage/schedules.ts';

export type Posted = { to: string; key: string; text: string; thread?: string };
export type FakePlatform = Omit<Platform, 'repeatsWithinMs'> & {
  /** Set where the same key posts nothing twice for so long; how long that is kept is the test's affair. */
  repeatsWithinMs?: number;
  /** Everything that arrived, in order. */
  posted: Posted[];
  /** The answer to the next deliveries: `sent` unless told. `arrives` says whether the message is there nevertheless. */
  answer: (target: Target, key: string) => Outcome & { arrives?: boolean };
  /** Set where the platform cannot look into its history. */
  isBlind: boolean;
};

const nameOf = (target: Target): string =>
  'channelId' in target ? `channel:${target.channelId}` : `member:${target.memberId}`;

/** A platform that keeps what it is given. */
export const fakePlatform = (name: PlatformName = 'web'): FakePlatform => {
  const posted: Posted[] = [];
  const platform: FakePlatform = {
    name,
    posted,
    answer: (_, key) => ({ type: 'sent', messageId: `id of ${key}` }),
    isBlind: false,
    start: async () => {},
    stop: async () => {},
    async deliver(target, message, key) {
      const { arrives, ...outcome } = platform.answer(target, key);
      const isRepeat = platform.repeatsWithinMs !== undefined && posted.some(post => post.key === key);
      const thread = 'thread' in target && target.thread !== undefined && { thread: target.thread };
      if ((arrives ?? outcome.type === 'sent') && !isRepeat)
        posted.push({ to: nameOf(target), key, text: toPlainText(message), ...thread });
      return outcome;
    },
    async edit(target, messageId, message, key) {
      const post = posted.find(one => one.key === key && one.to === nameOf(target));
      if (!post) return { type: 'gone', reason: 'It is not there any more.' };
      post.text = toPlainText(message);
      return { type: 'sent', messageId };
    },
    async find(_, key) {
      if (platform.isBlind) return { type: 'unknown' };
      return posted.some(post => post.key === key) ? { type: 'found', messageId: `id of ${key}` } : { type: 'absent' };
    },
  };
  return platform;
};

/** A log that keeps its lines, for tests that read them. */
export const memoryLog = (): { log: Log; lines: { level: number; msg: string }[] } => {
  const lines: { level: number; msg: string }[] = [];
  return { log: pino({ level: 'debug' }, { write: line => lines.push(JSON.parse(line)) }), lines };
};

/** A community `demo` on the web, in the zone of Berlin. */
export const demoCommunity = async (db: Db, now: Date, externalId = 'demo'): Promise<Community> => {
  const community = await findOrCreateCommunity(db, { platform: 'web', externalId, name: 'Demo' }, now);
  await db.query.update(db.tables.communities).set({ zone: 'Europe/Berlin' });
  return { ...community, zone: 'Europe/Berlin' };
};

/** A member on the engineering track in Berlin, unless told. */
export const joinAs = async (
  db: Db,
  community: Community,
  name: string,
  now: Date,
  change: MemberChange & Partial<Pick<Member, 'track' | 'roles'>> = {},
): Promise<Member> => {
  const { track = 'engineering', roles = [], ...settings } = change;
  const made = await findOrCreateMember(db, community, { externalId: name, name, zone: 'Europe/Berlin' }, now);
  const member = await updateEnrolment(db, community, made, { track, roles }, now);
  if (Object.keys(settings).length > 0) await updateMember(db, member.id, settings);
  return { ...member, ...settings };
};

/** A digest every Monday at nine in Berlin, to the channel `weekly` and to members, from the week of 2026-11-23. */
export const mondayDigest = (
  db: Db,
  community: Community,
  now: Date,
  change: Partial<NewSchedule> = {},
): Promise<Schedule> =>
  createSchedule(
    db,
    {
      communityId: community.id,
      kind: 'digest',
      channelId: 'weekly',
      direct: true,
      cron: '0 9 * * 1',
      zone: 'Europe/Berlin',
      tracks: ['engineering'],
      topicsPerWeek: 2,
      startsOn: '2026-11-23',
      createdBy: 'ada',
      ...change,
    },
    now,
  );
