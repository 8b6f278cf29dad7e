// A small curriculum for tests: three tracks, two roles, twelve topics with prerequisites, one of them optional.
import type { Curriculum, Module, Role, Tier, Topic, Track } from '../../src/curriculum/curriculum.ts';

const byId = <T extends { id: string }>(items: readonly T[]): ReadonlyMap<string, T> =>
  new Map(items.map(item => [item.id, item]));

const tracks: Track[] = [
  { id: 'general', label: 'General', icon: '🧭', color: '#5865f2', about: 'What everyone starts with.' },
  { id: 'engineering', label: 'Engineering Track', icon: '⚙️', color: '#f59e0b', about: 'Building safe systems.' },
  { id: 'research', label: 'Research Track', icon: '🔬', color: '#10b981', about: 'Studying how models behave.' },
];

const roles: Role[] = [
  {
    id: 'platform_engineer',
    title: 'Platform Engineer',
    badge: '🏗️ Platform',
    focus: 'Infrastructure that holds.',
    employers: ['Example Labs'],
    keySkills: ['deployment'],
  },
  {
    id: 'security_engineer',
    title: 'Security Engineer',
    badge: '🔐 Security',
    focus: 'Systems that resist.',
    employers: [],
    keySkills: ['threat-modelling'],
  },
];

const tiers: Tier[] = [
  { id: 'foundation', label: 'Foundation', badge: '🌱 Foundation', points: 10 },
  { id: 'intermediate', label: 'Intermediate', badge: '🛠️ Intermediate', points: 20 },
  { id: 'advanced', label: 'Advanced', badge: '🚀 Advanced', points: 30 },
];

type Outline = Pick<Topic, 'id' | 'title' | 'hours'> &
  Partial<Pick<Topic, 'requires' | 'roles' | 'optional' | 'skills'>>;

const moduleOf = (
  module: Omit<Module, 'topics' | 'roles'>,
  outlines: Outline[],
): { module: Module; topics: Topic[] } => ({
  module: { ...module, roles: [], topics: outlines.map(({ id }) => id) },
  topics: outlines.map(outline => ({
    module: module.id,
    tier: module.tier,
    tracks: module.tracks,
    roles: [],
    optional: false,
    requires: [],
    skills: [],
    resources: [
      {
        title: `Reading on ${outline.title}`,
        url: `https://example.org/${outline.id}`,
        kind: 'article',
        minutes: 20,
        level: 'intro',
        why: 'It is short and clear.',
      },
    ],
    quiz: [1, 2, 3, 4].map(number => ({
      question: `Question ${number} on ${outline.title}?`,
      options: ['The right answer', 'A wrong answer', 'Another wrong answer'],
      answer: 0,
      explanation: 'The first one is right, because the text says so.',
    })),
    summary: `${outline.title} matters to safety work. It is the second sentence that says why. There is more to read.`,
    objectives: [`Explain ${outline.title}`, 'Name two of its limits'],
    sections: [{ title: 'The idea', markdown: `**${outline.title}** in one paragraph.` }],
    exercise: { task: 'Try it out on paper.', doneWhen: ['It is written down', 'A friend understood it'] },
    reflect: 'What would change your mind?',
    file: `modules/${module.id}/${outline.id}.md`,
    ...outline,
  })),
});

const modules = [
  moduleOf({ id: 'safety-core', title: 'AI Safety Core', tier: 'foundation', tracks: ['general'] }, [
    { id: 'what-is-safety', title: 'What AI safety is', hours: 1 },
    { id: 'risk-models', title: 'Risk models', hours: 2, requires: ['what-is-safety'] },
    { id: 'reading-papers', title: 'Reading papers', hours: 1.5 },
    { id: 'history', title: 'A short history', hours: 3, optional: true },
  ]),
  moduleOf({ id: 'engineering-basics', title: 'Engineering Basics', tier: 'foundation', tracks: ['engineering'] }, [
    { id: 'testing', title: 'Testing', hours: 2, skills: ['testing'] },
    { id: 'observability', title: 'Observability', hours: 3, requires: ['testing'] },
  ]),
  moduleOf({ id: 'production', title: 'Production', tier: 'intermediate', tracks: ['engineering'] }, [
    {
      id: 'deployment',
      title: 'Deployment',
      hours: 4,
      requires: ['observability'],
      roles: ['platform_engineer'],
      skills: ['deployment'],
    },
    { id: 'threats', title: 'Threat modelling', hours: 3, requires: ['testing'], roles: ['security_engineer'] },
    { id: 'incidents', title: 'Incidents', hours: 6, requires: ['deployment'] },
  ]),
  moduleOf({ id: 'research-basics', title: 'Research Basics', tier: 'foundation', tracks: ['research'] }, [
    { id: 'experiments', title: 'Experiments', hours: 2, requires: ['reading-papers'] },
    { id: 'statistics', title: 'Statistics', hours: 4 },
    { id: 'interpretability', title: 'Interpretability', hours: 5, requires: ['experiments', 'statistics'] },
  ]),
];

/** Read-only: a test that needs another one spreads it and replaces a map. */
export const testCurriculum: Curriculum = {
  tracks: byId(tracks),
  roles: byId(roles),
  tiers: byId(tiers),
  modules: byId(modules.map(({ module }) => module)),
  topics: byId(modules.flatMap(({ topics }) => topics)),
  milestones: new Map(),
  skills: new Map([
    ['testing', 'Writes tests that find faults'],
    ['deployment', 'Deploys without surprises'],
    ['threat-modelling', 'Finds how a system can be attacked'],
  ]),
  requirements: [{ employer: 'Example Labs', title: 'Platform Engineer', topics: ['deployment', 'incidents'] }],
  actionGroups: [{ title: 'In your first week', actions: [{ id: 'join', title: 'Join a study group' }] }],
};
