// What no honest client sends, on any platform, and how to see that it changed nothing.
import type { Db } from '../../src/storage/database.ts';

export const WARN = 40;
export const ERROR = 50;

/** Ids that were never made by Milepost, or for something that is not there. */
export const HOSTILE_IDS = [
  ...`/ // /// ! @! @1! #2! @1#2! @x!track/show/ ~again/ ~again/00000000 é/è/ê nothing/there/ track/nothing/ TRACK/SHOW/
    track/constructor/x track/__proto__/x constructor/constructor/x toString/call/ __proto__/x/y track/options/show
    track/enter/ track/enter/nowhere track/enter/__proto__ done/done/ done/done/nothing done/done/constructor
    done/done/testing';delete_from_members;-- start/start/@everyone skip/skip/<@1> undo/undo/ undo/undo/nothing
    topics/read/ topics/read/interpretability topics/page/testing topics/page/testing:NaN topics/page/testing:-1
    topics/page/testing:1e309 topics/page/testing:99999999999999999999 topics/page/:1 quiz/start/ quiz/start/nothing
    quiz/answer/testing quiz/answer/testing:NaN:NaN:NaN quiz/answer/testing:1:0:99 quiz/answer/testing:1:-1:0
    quiz/answer/testing:99999999999999999999:0:0 quiz/answer/testing:1:0.5:0 quiz/answer/testing:1:99999999999:0
    quiz/again/testing:Infinity quiz/next/testing:-0 onboard/go/nowhere onboard/go/__proto__ onboard/track/nowhere
    onboard/roles/nobody onboard/hours/1e9 onboard/hours/-4 onboard/zone/Atlantis onboard/zone/../../etc/passwd
    onboard/messages/hourly onboard/leaderboard/perhaps settings/set/ settings/set/pace: settings/set/pace:1e5
    settings/set/pace:99 settings/set/zone:Atlantis settings/set/__proto__:on settings/set/pause:yesterday
    settings/set/messages:hourly settings/set/track:research settings/frequency/hourly settings/form/
    settings/form/nothing settings/form/__proto__ schedule/pause/ schedule/pause/0 schedule/pause/-1 schedule/pause/1e0
    schedule/pause/999999999999999999999 schedule/removed/NaN roles/select/security_engineer digest/mine/somebody-else`
    .trim()
    .split(/\s+/),
  ...['', ' ', 'x'.repeat(100), '\u{1F600}'.repeat(50), '\u202etrack/show/', 'track/show/\u0000', '\ud800'],
  ...['undo/undo/\u0000', `undo/undo/${'\ud800'.repeat(20)}`, 'schedule/preview/\u0000', 'schedule/run/1 or 1=1'],
  'settings/set/pause:999999999 weeks',
];

/** What a forged menu says was chosen. */
export const HOSTILE_VALUES = [[], ['x'], ['__proto__', '\u0000', 'x'.repeat(100)], ['schedule/pause/999']];
/** What a forged form says was entered. */
export const HOSTILE_TEXTS = ['', '\u0000', '@everyone <@1> [x](https://evil.example)', 'x'.repeat(4000)];

const EVIL = 'https://evil.example';

/** Names that would do something in a chat, or hide. */
export const HOSTILE_NAMES = [
  '@everyone',
  '@here',
  '<@1>',
  '<@&1>',
  '<#1>',
  '</next:1>',
  '<t:0:R>',
  '<a:x:1>',
  `[win](${EVIL})`,
  `[win](<${EVIL}>)`,
  EVIL,
  '# Big',
  '-# small',
  '> quote',
  '- item',
  '**bold** __u__',
  '||spoiler||',
  '`code`',
  '```',
  '```\n@everyone',
  '\\',
  '\u202eevil\u2066',
  '\u200b\u200b\u200b',
  '\u0000',
  '   ',
  '\u{1F600}'.repeat(32),
  '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}'.repeat(4),
  `a${'\u0301'.repeat(31)}`,
  '\ufdfd'.repeat(32),
  'a\nb\r\nc',
  '__proto__',
];

const long = 'x'.repeat(6000);
/** Commands and options, as a forged client would send them: unknown, huge, of the wrong kind or out of range. */
export const HOSTILE_COMMANDS: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  ...Object.fromEntries(
    ['nonsense', '__proto__', 'constructor', '', long, 'track nonsense', 'track constructor', 'track', 'next show'].map(
      name => [name, [{}]],
    ),
  ),
  'track __proto__': [{ track: 'x' }],
  next: [{ nonsense: 1 }, { constructor: 'y' }],
  'track select': [long, true, 7].map(track => ({ track })),
  'settings pace': [2 ** 53, -(2 ** 63), 1e308, 1.5, 0, '4; drop table members', false].map(hours => ({ hours })),
  'settings pause': ['\u0000', '9'.repeat(200), '+275760-09-13', '9999-12-31', long].map(until => ({ until })),
  'schedule set': [
    { kind: 'x' },
    { kind: 'digest', cron: '99 99 99 99 99' },
    { kind: 'digest', topics: 2 ** 31 },
    { kind: 'digest', time: '25:99' },
    { kind: 'digest', weekday: long },
  ],
  'schedule pause': [{ schedule: 2 ** 53 - 1 }],
  'schedule run': [{ schedule: -1 }, { schedule: 2 ** 31 }],
  ...Object.fromEntries(
    ['start', 'skip', 'undo', 'quiz', 'topics show'].map(name => [
      name,
      [long, '\u0000', '\u200b', '\ud800', '@everyone', '%', "' or 1=1 --", '\u202e\u2066'].map(topic => ({
        topic,
      })),
    ]),
  ),
  done: [long, ','.repeat(1000), 'x,'.repeat(499)].map(topics => ({ topics })),
  'topics search': [long, '.*+?^$()|[]\\'].map(wanted => ({ text: wanted })),
  help: ['@everyone', '__proto__', long].map(command => ({ command })),
  'roles select': [{ roles: 'x '.repeat(3000) }],
  leaderboard: [{ period: '2026', track: 'x' }],
};
/** Of these: a year far away is still a year, and nothing that can be seen is the same as nothing, so the last topic is undone. */
export const MAY_DO_SOMETHING = ['settings pause', 'undo', 'quiz'];

/** Every row of one community, and of its members, as text that can be compared. */
export const rowsOf = async ({ query, tables }: Db, communityId: string): Promise<string> => {
  const sorted = (rows: object[]) => rows.map(row => JSON.stringify(row)).sort();
  const { communities, members, schedules, deliveries, standings } = tables;
  const [community] = (await query.select().from(communities)).filter(({ externalId }) => externalId === communityId);
  const own = <R extends { communityId: number }>(rows: R[]) => rows.filter(row => row.communityId === community?.id);
  const people = own(await query.select().from(members));
  const theirs = <R extends { memberId: number }>(rows: R[]) =>
    rows.filter(({ memberId }) => people.some(({ id }) => id === memberId));
  return [
    JSON.stringify(community),
    ...sorted(people),
    ...sorted(own(await query.select().from(schedules))),
    ...sorted(own(await query.select().from(deliveries))),
    ...sorted(own(await query.select().from(standings))),
    ...sorted(theirs(await query.select().from(tables.topicProgress))),
    ...sorted(theirs(await query.select().from(tables.progressEvents))),
    ...sorted(theirs(await query.select().from(tables.quizzes))),
    ...sorted(theirs(await query.select().from(tables.memberRoles))),
  ].join('\n');
};

/** Lines of the log from a level on, as short text. */
export const logged = ({ log }: { log: readonly { level: number }[] }, level: number): string[] =>
  log.filter(line => line.level >= level).map(line => JSON.stringify(line).slice(0, 600));
