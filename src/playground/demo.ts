// The demo community: who is in it and what they have done, so that the playground has something to show.

import { nextSlot } from '../calendar/slots.ts';
import type { Curriculum, RoleId, TrackId } from '../curriculum/curriculum.ts';
import { learnerOf } from '../learner.ts';
import { topicPoints } from '../learning/points.ts';
import type { Channel } from '../platform.ts';
import { findOrCreateCommunity, updateCommunity } from '../storage/communities.ts';
import type { Db } from '../storage/database.ts';
import { findOrCreateMember, type MemberChange, updateEnrolment, updateMember } from '../storage/members.ts';
import { setTopicState, type Who } from '../storage/progress.ts';
import { createSchedule } from '../storage/schedules.ts';

export const DEMO_COMMUNITY = { platform: 'web', externalId: 'demo', name: 'Demo community' } as const;
/** The community's zone, and that of its schedules. */
export const DEMO_ZONE = 'Europe/London';
export const DEMO_CHANNELS = [
  { name: 'general', description: 'Say hello and try commands' },
  { name: 'weekly-digest', description: 'This week’s topics, every Monday' },
  { name: 'leaderboard', description: 'The leaderboard of the week before, every Monday' },
];

/** The demo's channel of this name, or what there is instead. */
export const findDemoChannel = (named: string): Channel | { problem: string } => {
  const channel = DEMO_CHANNELS.find(({ name }) => name === named.toLowerCase());
  if (channel) return { id: channel.name, name: channel.name };
  return { problem: `The playground has ${DEMO_CHANNELS.map(({ name }) => `#${name}`).join(', ')}.` };
};

type Persona = {
  id: string;
  name: string;
  zone: string;
  organiser?: true;
  /** Can be played in the playground; the others only make the community a community. */
  playable: boolean;
  track?: TrackId;
  roles?: RoleId[];
  weeklyHours?: number;
  settings?: MemberChange;
  /** Topics finished in each week of the demo's past, oldest week first. */
  finished?: number[];
  /** Leaves the next topic started. */
  startsNext?: true;
};

const shown: MemberChange = { listed: true };

export const PERSONAS: readonly Persona[] = [
  {
    id: 'ada',
    name: 'Ada Okafor',
    zone: 'Europe/London',
    organiser: true,
    playable: true,
    track: 'engineering',
    roles: ['platform_engineer'],
    weeklyHours: 6,
    settings: shown,
    finished: [1, 1, 1, 2, 1, 1],
    startsNext: true,
  },
  {
    id: 'ben',
    name: 'Ben Castillo',
    zone: 'America/New_York',
    playable: true,
    track: 'research',
    roles: ['ml_safety_engineer'],
    weeklyHours: 4,
    settings: shown,
    finished: [1, 0, 1, 1, 1],
  },
  {
    id: 'chen',
    name: 'Chen Wei',
    zone: 'Asia/Singapore',
    playable: true,
    track: 'governance',
    roles: ['governance_engineer'],
    weeklyHours: 3,
    settings: { listed: false, directMessages: 'fortnightly' },
    finished: [1, 1, 1, 0, 1],
  },
  {
    id: 'dara',
    name: 'Dara Novak',
    zone: 'Europe/Berlin',
    playable: true,
    track: 'systems',
    roles: ['platform_engineer', 'security_engineer'],
    weeklyHours: 8,
    settings: shown,
    finished: [2, 2, 1, 2, 1, 2],
    startsNext: true,
  },
  {
    id: 'emil',
    name: 'Emil Lind',
    zone: 'Europe/Stockholm',
    playable: true,
    track: 'general',
    weeklyHours: 2,
    settings: shown,
    finished: [0, 0, 1, 0, 1],
  },
  { id: 'faye', name: 'Faye Moreau', zone: 'Europe/Paris', playable: true },
  {
    id: 'gita',
    name: 'Gita Rao',
    zone: 'Asia/Kolkata',
    playable: false,
    track: 'engineering',
    roles: ['safety_tools_engineer'],
    settings: shown,
    finished: [1, 1, 1, 1, 1],
  },
  {
    id: 'hugo',
    name: 'Hugo Silva',
    zone: 'America/Sao_Paulo',
    playable: false,
    track: 'engineering',
    settings: { listed: false, directMessages: 'off' },
    finished: [1, 2, 0, 1, 1],
  },
  {
    id: 'ines',
    name: 'Inès Haddad',
    zone: 'Africa/Tunis',
    playable: false,
    track: 'research',
    settings: shown,
    finished: [2, 1, 0, 1, 1],
  },
  {
    id: 'jun',
    name: 'Jun Mori',
    zone: 'Asia/Tokyo',
    playable: false,
    track: 'systems',
    roles: ['security_engineer'],
    settings: shown,
    finished: [1, 1, 2, 1, 2],
  },
  {
    id: 'kofi',
    name: 'Kofi Mensah',
    zone: 'Africa/Accra',
    playable: false,
    track: 'governance',
    settings: shown,
    finished: [1, 0, 0, 1],
  },
  {
    id: 'lena',
    name: 'Lena Fischer',
    zone: 'Europe/Berlin',
    playable: false,
    track: 'general',
    settings: { listed: false },
    finished: [0, 1, 1, 0],
  },
];

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** Something that a member does at a moment of the demo's past. */
export type DemoDeed = { at: Date; run(): Promise<void> };

const enrol = async (db: Db, persona: Persona, joined: Date): Promise<Who> => {
  const community = await findOrCreateCommunity(db, DEMO_COMMUNITY, joined);
  const { id: externalId, name, zone, track, roles = [], weeklyHours = 4, settings } = persona;
  const member = await findOrCreateMember(db, community, { externalId, name, zone }, joined);
  if (!track) return { community, member };
  const change = { weeklyHours, zoneChosen: true, onboardedAt: joined, ...settings };
  await updateMember(db, member.id, change);
  return {
    community,
    member: await updateEnrolment(db, community, { ...member, ...change }, { track, roles }, joined),
  };
};

/** What the persona finishes, a topic a deed, in the order in which they come up for them; `order` spreads the hours. */
const deedsOf = (
  db: Db,
  curriculum: Curriculum,
  who: Who,
  persona: Persona,
  joined: Date,
  order: number,
): DemoDeed[] => {
  const setNext = async (state: 'done' | 'started', at: Date): Promise<void> => {
    const [topic] = (await learnerOf(db, curriculum, who.member)).next;
    if (topic) await setTopicState(db, who, state, [{ id: topic.id, points: topicPoints(curriculum, topic) }], at);
  };
  const finished = persona.finished ?? [];
  const deeds = finished.flatMap((topics, week) =>
    Array.from({ length: topics }, (_, nth): DemoDeed => {
      const at = new Date(joined.getTime() + week * WEEK_MS + (1 + nth * 2) * DAY_MS + (order % 9) * HOUR_MS);
      return { at, run: () => setNext('done', at) };
    }),
  );
  if (!persona.startsNext) return deeds;
  const startsAt = new Date(joined.getTime() + finished.length * WEEK_MS - HOUR_MS);
  return [...deeds, { at: startsAt, run: () => setNext('started', startsAt) }];
};

/**
 * Fills an empty database with the demo community, its members' settings and its two schedules, as of `begin`. Answers what
 * the members do until `end`, in order: the caller lives through the weeks between and runs each deed when its time has come.
 */
export const seedDemo = async (db: Db, curriculum: Curriculum, begin: Date, end: Date): Promise<DemoDeed[]> => {
  const community = await findOrCreateCommunity(db, DEMO_COMMUNITY, begin);
  await updateCommunity(db, community.id, { zone: DEMO_ZONE });
  const deeds: DemoDeed[] = [];
  for (const [order, persona] of PERSONAS.entries()) {
    const joined = new Date(end.getTime() - (persona.finished?.length ?? 0) * WEEK_MS);
    deeds.push(...deedsOf(db, curriculum, await enrol(db, persona, joined), persona, joined, order));
  }
  const base = {
    communityId: community.id,
    zone: DEMO_ZONE,
    topicsPerWeek: 1,
    createdBy: 'ada',
  };
  const digestCron = '0 9 * * 1';
  const leaderboardCron = '0 10 * * 1';
  const startsOn = (cron: string): string => nextSlot(cron, base.zone, begin).slot.slice(0, 10);
  await createSchedule(
    db,
    {
      ...base,
      kind: 'digest',
      channelId: 'weekly-digest',
      direct: true,
      cron: digestCron,
      tracks: [...curriculum.tracks.keys()],
      startsOn: startsOn(digestCron),
    },
    begin,
  );
  await createSchedule(
    db,
    {
      ...base,
      kind: 'leaderboard',
      channelId: 'leaderboard',
      direct: false,
      cron: leaderboardCron,
      tracks: [],
      startsOn: startsOn(leaderboardCron),
    },
    new Date(begin.getTime() + 1),
  );
  return deeds.sort((a, b) => a.at.getTime() - b.at.getTime());
};
