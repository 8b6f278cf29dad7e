// What a visit to Milepost needs on any platform: what to type after each command and into each form, and all there is to reach.
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';

/** Values by the names of a command's options. */
export type Options = Readonly<Record<string, string | number | boolean>>;

/** What to type after each command: every option at least once. `weekly` is a channel's id. */
export const examplesOf = (curriculum: Curriculum, weekly: string): Record<string, Options[]> => {
  const [first = '', second = '', third = '', fourth = ''] = [...curriculum.topics.values()]
    .filter(({ tracks }) => tracks.includes('general') || tracks.includes('engineering'))
    .map(({ id }) => id);
  const [role = '', otherRole = ''] = curriculum.roles.keys();
  const module = curriculum.topics.get(first)?.module ?? '';
  return {
    help: [{}, { command: 'track' }, { command: 'schedule' }],
    onboard: [{}],
    'track show': [{}],
    'track list': [{}],
    'track select': [{ track: 'engineering' }],
    'roles show': [{}],
    'roles select': [{ roles: `${role}, ${otherRole}` }, { roles: 'none' }, { roles: role }],
    home: [{}],
    next: [{}],
    digest: [{}],
    'topics list': [{}, { module }],
    'topics show': [{ topic: first }],
    'topics search': [{ text: 'a' }, { text: 'zzz' }],
    start: [{ topic: second }],
    done: [{ topics: first }, { topics: `${third}, ${first}` }],
    skip: [{ topic: fourth }],
    undo: [{}, { topic: third }],
    quiz: [{}, { topic: second }],
    progress: [{}, { about: 'all' }, { about: 'streak' }],
    leaderboard: [{}, { period: 'all' }, { track: 'engineering' }, { role }],
    'settings show': [{}],
    'settings zone': [{ zone: 'Europe/Berlin' }],
    'settings pace': [{ hours: 6 }],
    'settings messages': [{ frequency: 'fortnightly' }, { frequency: 'weekly' }],
    'settings leaderboard': [{ shown: 'yes' }],
    'settings points': [{ state: 'off' }, { state: 'on' }],
    'settings pause': [{ until: '2 weeks' }],
    'settings resume': [{}],
    'settings community-zone': [{ zone: 'Europe/Paris' }],
    'settings community-points': [{ state: 'off' }, { state: 'on' }],
    'schedule set': [
      { kind: 'digest', channel: weekly, weekday: 'monday', time: '09:00', zone: 'Europe/Paris', thread: true },
      { kind: 'digest', cron: '0 9 * * 2', send: 'direct', tracks: 'engineering', topics: 2 },
      { kind: 'leaderboard', channel: weekly },
      // With a fourth the list has a select in place of their cards.
      { kind: 'leaderboard', channel: weekly, weekday: 'friday' },
    ],
    'schedule list': [{}],
    // Without a number they ask which.
    'schedule pause': [{ schedule: 1 }, {}],
    'schedule resume': [{ schedule: 1 }, {}],
    'schedule preview': [{ schedule: 1 }, { schedule: 2 }, { schedule: 3 }, {}],
    'schedule run': [{ schedule: 1 }, {}],
    'schedule refresh': [{ schedule: 1 }, {}],
    'schedule remove': [{ schedule: 1 }, {}],
  };
};

/** What to type for suggestions, where the first letter of a topic will not do. */
export const BEGINNINGS: Readonly<Record<string, string>> = {
  zone: 'berlin',
  weekday: 'mon',
  command: 'tr',
  tracks: 'eng',
  roles: 'en',
  schedule: '',
};

/** What to type into a form, by the action that it belongs to: first something wrong where that is refused, then something right. */
export const FORMS: Readonly<Record<string, { field: string; wrong: string; right: string; again?: string }>> = {
  'onboard/hours': { field: 'value', wrong: 'a few', right: '5' },
  // Not refused: the step comes again and offers the nearest zone.
  'onboard/zone': { field: 'value', wrong: 'Berlim', right: 'New York', again: 'Change' },
  'settings/form/zone': { field: 'value', wrong: 'Atlantis', right: 'Lisbon' },
  'settings/form/community-zone': { field: 'value', wrong: 'Atlantis', right: 'Madrid' },
  'settings/form/pause': { field: 'value', wrong: 'when I feel like it', right: '2 weeks' },
};

/** No message has a button for these (any more): they answer those of older messages only. */
export const OLD_BUTTONS = ['progress/show'];

/** What nobody shall read in an answer. */
export const OUR_FAULT = /the incident [0-9a-f]{8}|could not be shown/;

/** All buttons and selects, and all forms, that commands/*.ts have handlers for, as `command/action`. */
export const everythingDefined = async (): Promise<{ actions: string[]; forms: string[] }> => {
  const commands = [...(await loadCommands()).values()];
  const of = (part: 'actions' | 'modals'): string[] =>
    commands.flatMap(command => Object.keys(command[part]).map(name => `${command.name}/${name}`)).sort();
  return { actions: of('actions'), forms: of('modals') };
};

/** One of a kind is enough: tries of a quiz are numbered without end; without `everyTopic` one topic stands for all. */
export const kindOf = (action: string, values: readonly string[], everyTopic: boolean): string => {
  const tried = action.startsWith('quiz/') ? action.replaceAll(/:\d+/g, ':N') : action;
  const kind = everyTopic
    ? tried
    : tried.replace(/^(topics|start|done|skip|undo|quiz)\/([a-z]+)\/[a-z0-9-]+/, '$1/$2/…');
  return `${kind} ${everyTopic || !action.startsWith('topics/') ? values : ''}`;
};
