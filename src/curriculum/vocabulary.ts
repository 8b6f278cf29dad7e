// The words that modules and topics refer to: tracks, tiers, roles, and the skills that the milestones name.
import { basename } from 'node:path';
import * as z from 'zod';
import type { ContentFolder, YamlFile } from './content-folder.ts';
import {
  GENERAL_TRACK,
  type Milestone,
  type Role,
  type SkillId,
  type Tier,
  type Track,
  type TrackId,
} from './curriculum.ts';
import { checkKnown, quote } from './problems.ts';
import { milestonesSchema, rolesSchema, tiersSchema, tracksSchema } from './schema.ts';

/** What an id is checked against; undefined when its file cannot be read, which is reported there and only there. */
export type Known = ReadonlySet<string> | undefined;

export type Vocabulary = {
  tracks: readonly Track[];
  tiers: readonly Tier[];
  roles: readonly Role[];
  milestones: ReadonlyMap<TrackId, readonly Milestone[]>;
  skills: ReadonlyMap<SkillId, string>;
  known: { tracks: Known; tiers: Known; roles: Known; skills: Known };
};

const entryWithId = z.object({ id: z.string() });

// Also of a file that breaks its schema elsewhere: one slip must not make every reference to it look wrong.
const knownIn = (file: YamlFile<unknown>): Known => {
  if (!Array.isArray(file.source?.data)) return undefined;
  return new Set(file.source.data.flatMap(entry => entryWithId.safeParse(entry).data?.id ?? []));
};

type Milestones = YamlFile<z.output<typeof milestonesSchema>>;
const trackOf = ({ path }: Milestones): TrackId => basename(path, '.yaml');

const milestonesIn = ({ data }: Milestones): Milestone[] =>
  (data ?? []).map(({ id, title, capability, technical, ethical }) => ({
    id,
    title,
    capability,
    skills: [...technical, ...ethical].map(skill => skill.id),
  }));

const collectSkills = (files: readonly Milestones[]): ReadonlyMap<SkillId, string> => {
  const skills = new Map<SkillId, string>();
  const definedIn = new Map<SkillId, string>();
  for (const file of files) {
    file.data?.forEach((milestone, at) => {
      for (const group of ['technical', 'ethical'] as const) {
        milestone[group].forEach((skill, position) => {
          const line = file.source?.lineOf([at, group, position, 'id']) ?? 1;
          const earlier = definedIn.get(skill.id);
          if (earlier)
            file.report(line, `the skill ${quote(skill.id)} is already defined in ${earlier}: keep one of them`);
          definedIn.set(skill.id, `${file.path}:${line}`);
          skills.set(skill.id, skill.title);
        });
      }
    });
  }
  return skills;
};

/** Reads tracks.yaml, tiers.yaml, roles.yaml and milestones/*.yaml. */
export const readVocabulary = async (folder: ContentFolder): Promise<Vocabulary> => {
  const [tracks, tiers, roles, listed] = await Promise.all([
    folder.yaml('tracks.yaml', tracksSchema),
    folder.yaml('tiers.yaml', tiersSchema),
    folder.yaml('roles.yaml', rolesSchema),
    folder.list('milestones', { mayBeAbsent: true }),
  ]);
  const knownTracks = knownIn(tracks);
  if (knownTracks && !knownTracks.has(GENERAL_TRACK))
    tracks.report(1, `the track "${GENERAL_TRACK}" is missing: add it, every member sees its topics`);

  for (const name of [...listed.folders, ...listed.files.filter(name => !name.endsWith('.yaml'))])
    folder.reportIn(`milestones/${name}`)(1, 'is not read: the milestones of a track stand in <track>.yaml; rename it');
  const paths = listed.files.filter(name => name.endsWith('.yaml')).map(name => `milestones/${name}`);
  const milestones = await Promise.all(paths.map(path => folder.yaml(path, milestonesSchema)));
  for (const file of milestones) checkKnown('track', trackOf(file), knownTracks, 1, file.report);
  const skills = collectSkills(milestones);

  return {
    tracks: tracks.data ?? [],
    tiers: tiers.data ?? [],
    roles: roles.data ?? [],
    milestones: new Map(milestones.map(file => [trackOf(file), milestonesIn(file)])),
    skills,
    known: {
      tracks: knownTracks,
      tiers: knownIn(tiers),
      roles: knownIn(roles),
      skills: milestones.every(file => file.data) ? new Set(skills.keys()) : undefined,
    },
  };
};
