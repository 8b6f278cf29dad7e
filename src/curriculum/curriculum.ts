// The curriculum as the program sees it: read-only, loaded whole from `content/`, in a fixed order.
import type { Markdown } from '../message.ts';

export type TrackId = string;
export type RoleId = string;
export type TierId = string;
export type ModuleId = string;
export type TopicId = string;
export type SkillId = string;

/** The track whose topics every member sees. */
export const GENERAL_TRACK: TrackId = 'general';

export type Track = { id: TrackId; label: string; icon: string; color: string; about: string };
export type Role = {
  id: RoleId;
  title: string;
  badge: string;
  focus: string;
  employers: readonly string[];
  keySkills: readonly string[];
};
/** `points` are what finishing one of its topics gives. */
export type Tier = { id: TierId; label: string; badge: string; points: number };

export type Resource = {
  title: string;
  url: string;
  kind: string;
  minutes: number;
  level: 'intro' | 'intermediate' | 'advanced';
  why: string;
};
export type QuizQuestion = {
  question: string;
  options: readonly string[];
  /** Index of the right option, counted from 0. */
  answer: number;
  explanation: string;
};
export type Section = { title: string; markdown: Markdown };

export type Topic = {
  id: TopicId;
  title: string;
  module: ModuleId;
  tier: TierId;
  /** Its own or its module's. */
  tracks: readonly TrackId[];
  /** Its own or its module's; empty where the topic is for every role. */
  roles: readonly RoleId[];
  hours: number;
  /** Optional topics stand outside every total. */
  optional: boolean;
  requires: readonly TopicId[];
  skills: readonly SkillId[];
  resources: readonly Resource[];
  quiz: readonly QuizQuestion[];
  summary: Markdown;
  objectives: readonly Markdown[];
  sections: readonly Section[];
  exercise: { task: Markdown; doneWhen: readonly Markdown[] };
  reflect: Markdown;
  /** Path of its file below the content folder. */
  file: string;
};

export type Module = {
  id: ModuleId;
  title: string;
  tier: TierId;
  tracks: readonly TrackId[];
  roles: readonly RoleId[];
  /** Only the topics that have a file, in order. */
  topics: readonly TopicId[];
};

/** What members of a track can do after a part of it; it is reached by the topics that teach its skills. */
export type Milestone = { id: string; title: string; capability: string; skills: readonly SkillId[] };

export type Requirement = { employer: string; title: string; topics: readonly TopicId[] };
export type ActionGroup = { title: string; actions: readonly { id: string; title: string }[] };

/** Each map iterates in the order of the roadmap: tiers, then modules, then topics within their module. */
export type Curriculum = {
  tracks: ReadonlyMap<TrackId, Track>;
  roles: ReadonlyMap<RoleId, Role>;
  tiers: ReadonlyMap<TierId, Tier>;
  modules: ReadonlyMap<ModuleId, Module>;
  topics: ReadonlyMap<TopicId, Topic>;
  /** Of each track that has some, in their order. */
  milestones: ReadonlyMap<TrackId, readonly Milestone[]>;
  /** Skill titles by id, from the milestones. */
  skills: ReadonlyMap<SkillId, string>;
  /** `topics` keeps only those that exist. */
  requirements: readonly Requirement[];
  actionGroups: readonly ActionGroup[];
};
