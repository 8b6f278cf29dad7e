import { beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import {
  type Caller,
  defineCommand,
  type Interaction,
  type OptionSpecs,
  type RawOptions,
  reply,
} from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { type ModalField, text, toPlainText } from '../src/message.ts';
import { choicesOf, resolveOptions } from '../src/options.ts';
import { testApp } from './support/app.ts';
import { testCurriculum } from './support/curriculum.ts';
import { openTestDb } from './support/databases.ts';

const specs = {
  name: { type: 'string', description: 'A name', required: true, max: 20 },
  track: {
    type: 'string',
    description: 'A track',
    choices: curriculum =>
      [...curriculum.tracks.values()].map(({ id, icon, label }) => ({ value: id, label: `${icon} ${label}` })),
  },
  roles: {
    type: 'string',
    description: 'Roles',
    many: true,
    choices: curriculum => [...curriculum.roles.values()].map(({ id, title }) => ({ value: id, label: title })),
  },
  count: { type: 'integer', description: 'How many', min: 1, max: 5 },
  any: { type: 'integer', description: 'Any number' },
  sure: { type: 'boolean', description: 'Sure' },
  where: { type: 'channel', label: 'Channel', description: 'A channel' },
} as const satisfies OptionSpecs;

const values = (raw: RawOptions) => resolveOptions(specs, { name: 'x', ...raw }, testCurriculum).values;
const refusal = (raw: RawOptions): string => {
  try {
    resolveOptions(specs, raw, testCurriculum);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a value of a closed list', () => {
  it.each(['engineering', 'ENGINEERING', 'Engineering Track', '⚙️ Engineering Track', ' engineering-track '])(
    'is taken by id or by label, in any case: %s',
    typed => {
      expect(values({ track: typed }).track).toBe('engineering');
    },
  );

  it.each([
    ['enginering', '⚙️ Engineering Track (engineering)'],
    ['Research Trakc', '🔬 Research Track (research)'],
    ['genral', '🧭 General'],
    ['res', '🔬 Research Track (research)'],
  ])('is answered with the nearest one where it is misspelt: %s', (typed, meant) => {
    const said = refusal({ track: typed });
    expect(said).toContain(`“${typed}” is no choice for track.`);
    expect(said).toContain(`Did you mean ${meant}?`);
    expect(said).toContain(
      'You can choose from: 🧭 General, ⚙️ Engineering Track (engineering), 🔬 Research Track (research).',
    );
  });

  it('is answered with the whole list where nothing is near', () => {
    const said = refusal({ track: 'underwater basket weaving' });
    expect(said).not.toContain('Did you mean');
    expect(said).toContain('🧭 General, ⚙️ Engineering Track (engineering), 🔬 Research Track (research)');
  });

  it('is never a name that every object has', () => {
    for (const typed of ['constructor', '__proto__', 'toString'])
      expect(refusal({ track: typed })).toContain('is no choice for track');
  });
});

describe('several values', () => {
  it.each([
    'platform_engineer, security_engineer',
    'platform_engineer security_engineer',
    'platform_engineer,security_engineer',
    'Platform Engineer, Security Engineer',
    ' , platform_engineer ,, security_engineer, ',
  ])('may be parted by commas or blanks: %s', typed => {
    expect(values({ roles: typed }).roles).toEqual(['platform_engineer', 'security_engineer']);
  });

  it('come as a list from a form, each once', () => {
    expect(values({ roles: ['security_engineer', 'platform_engineer', 'Security Engineer'] }).roles).toEqual([
      'security_engineer',
      'platform_engineer',
    ]);
  });

  it('are refused together where one is unknown', () => {
    expect(refusal({ name: 'x', roles: 'platform_engineer, securty_engineer' })).toContain(
      '“securty_engineer” is no choice for roles. Did you mean Security Engineer?',
    );
  });
});

describe('a whole number', () => {
  it.each([
    ['3', 3],
    [3, 3],
    [' 5 ', 5],
    ['+2', 2],
    ['01', 1],
  ])('is read from %j', (raw, expected) => {
    expect(values({ count: raw }).count).toBe(expected);
  });

  it.each([0, 6, -1, '0', '6', '-1', '2.5', 2.5, 'two', '1e1', '3h', '٣'])(
    'is refused with its range where it is %j',
    raw => {
      expect(refusal({ count: raw })).toContain('count takes a whole number from 1 to 5, not');
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, '99999999999999999999'])('is refused where it is %j', raw => {
    expect(refusal({ any: raw })).toContain('any takes a whole number, not');
  });

  it('may be anything where no range is set', () => {
    expect(values({ any: '-999999999999999' }).any).toBe(-999_999_999_999_999);
  });
});

describe('yes or no', () => {
  it.each(['yes', 'Y', 'on', 'TRUE', '1', true])('is yes for %j', raw => {
    expect(values({ sure: raw }).sure).toBe(true);
  });

  it.each(['no', 'N', 'off', 'False', '0', false])('is no for %j', raw => {
    expect(values({ sure: raw }).sure).toBe(false);
  });

  it('is neither for anything else, and the answer says what is taken', () => {
    expect(refusal({ sure: 'perhaps' })).toBe('sure takes yes or no, not “perhaps”.');
  });
});

describe('a channel', () => {
  it.each(['general', '#general', '<#general>', '<#general|the general one>'])('is read from %s', raw => {
    expect(values({ where: raw }).where).toBe('general');
  });
});

describe('a text', () => {
  it('is taken as it is, without blanks around it', () => {
    expect(values({ name: '  Ada  Lovelace ' }).name).toBe('Ada  Lovelace');
  });

  it('loses control and bidirectional characters', () => {
    expect(values({ name: 'a\u0000b\u202ec\u001b[0m' }).name).toBe('a b c [0m');
  });

  it('is refused with both lengths where it is too long, and nothing of it is repeated', () => {
    expect(refusal({ name: 'x'.repeat(10_000) })).toBe(
      'name takes at most 20 characters; yours has 10000. Please shorten it.',
    );
  });
});

describe('the options of a command', () => {
  it('name what is missing and leave out what was left empty', () => {
    expect(resolveOptions(specs, { track: '', roles: [], count: '' }, testCurriculum)).toEqual({
      values: {},
      missing: ['name'],
    });
  });

  it('refuse an unknown name with the nearest one and the list of all', () => {
    const said = refusal({ trakc: 'engineering' });
    expect(said).toContain('There is no option “trakc” here.');
    expect(said).toContain('Did you mean track?');
    expect(said).toContain('It takes: name, track, roles, count, any, sure, where.');
    expect(() => resolveOptions({}, { x: 'y' }, testCurriculum)).toThrow('It takes none.');
    expect(refusal({ constructor: 'x' })).toContain('There is no option “constructor”');
  });

  it('hold closed lists that follow the curriculum', () => {
    expect(choicesOf(specs.track, testCurriculum)?.map(({ value }) => value)).toEqual([
      ...testCurriculum.tracks.keys(),
    ]);
    expect(choicesOf(specs.name, testCurriculum)).toBeUndefined();
  });

  it('ask again where a list of several values has only commas', () => {
    const needed = { roles: { ...specs.roles, required: true } } as const satisfies OptionSpecs;
    expect(resolveOptions(needed, { roles: ' , ' }, testCurriculum).missing).toEqual(['roles']);
  });

  it('count a text of invisible characters alone as missing', () => {
    expect(resolveOptions(specs, { name: '\u200b\u202e' }, testCurriculum).missing).toEqual(['name']);
  });
});

describe('a number of hours', () => {
  const hours = { hours: { type: 'integer', description: 'Hours', unit: 'hours', min: 1, max: 40 } } as const;
  const read = (raw: string): unknown => resolveOptions(hours, { hours: raw }, testCurriculum).values.hours;

  it.each(['6', '6h', '6 h', '6 hours', '6 Hours', '6hrs'])('is read from %s', raw => {
    expect(read(raw)).toBe(6);
  });

  it.each(['6 days', 'h', 'hours', '60h', '6 h h'])('is not read from %s', raw => {
    expect(() => read(raw)).toThrow('hours takes a whole number from 1 to 40');
  });
});

describe('several wrong options', () => {
  it('are named together, one on each line', () => {
    const said = refusal({ count: '9', sure: 'perhaps', trakc: 'x', track: 'general' });
    expect(said.split('\n')).toEqual([
      'count takes a whole number from 1 to 5, not “9”.',
      'sure takes yes or no, not “perhaps”.',
      expect.stringContaining('There is no option “trakc” here. Did you mean track?'),
    ]);
  });

  it('count a text that can be no value among them', () => {
    const check = (value: string) => {
      if (value !== 'blue') throw new UserError('colour', `${value} is no colour.`);
    };
    const checked = { colour: { type: 'string', description: 'A colour', check }, count: specs.count } as const;
    expect(() => resolveOptions(checked, { colour: 'loud', count: '9' }, testCurriculum)).toThrow(
      'loud is no colour.\ncount takes',
    );
    expect(resolveOptions(checked, { colour: 'blue' }, testCurriculum).values).toEqual({ colour: 'blue' });
  });

  it('are said to be meant for an option whose name holds theirs', () => {
    const week = { weekday: { type: 'string', description: 'A day' } } as const;
    expect(() => resolveOptions(week, { day: 'monday' }, testCurriculum)).toThrow('Did you mean weekday?');
  });
});

describe('the form that asks for what is missing', () => {
  const order = defineCommand({
    name: 'order',
    description: 'Takes every kind of option',
    audience: 'member',
    visibility: 'private',
    options: specs,
    run: options => reply({ blocks: [text(JSON.stringify(options))] }),
  });
  const caller: Caller = {
    platform: 'web',
    communityId: 'test',
    communityName: 'Test',
    memberId: 'ada',
    name: 'Ada',
    organiser: false,
  };
  let handle: (what: Omit<Extract<Interaction, { type: 'command' }>, 'caller' | 'type'>) => Promise<ModalField[]>;
  let submit: (fields: Record<string, string | string[]>) => Promise<string>;

  let app: App;

  beforeAll(async () => {
    app = createApp({
      db: await openTestDb(),
      commands: new Map([['order', order]]),
      curriculum: () => testCurriculum,
      now: () => new Date('2026-11-23T09:00:00Z'),
      deliverDue: async () => ({ settled: [], underWay: false }),
      editPost: async () => ({ type: 'sent', messageId: '1' }),
      findChannel: async (_, named) => ({ id: named, name: named }),
      log: {
        debug() {},
        info() {},
        warn() {},
        error: (details: unknown) => {
          throw (details as { err: unknown }).err;
        },
      },
    });
    handle = async what => {
      const answer = await app.handle({ caller, type: 'command', ...what });
      if (answer.type !== 'modal') throw new Error(`no form: ${toPlainText(answer.message)}`);
      expect(answer.modal).toMatchObject({ id: 'order/options/', title: '/order' });
      return answer.modal.fields;
    };
    submit = async fields => {
      const answer = await app.handle({ caller, type: 'modal', modal: 'order/options/', fields });
      if (answer.type === 'modal') return `form: ${answer.modal.fields.map(({ name }) => name).join(', ')}`;
      return toPlainText(answer.message);
    };
  });

  it('has a field for each required option and for a channel, with what the option says of itself', async () => {
    expect(await handle({ command: 'order', options: {} })).toEqual([
      { name: 'name', label: 'Name', description: 'A name', required: true, type: 'text', maxLength: 20 },
      { name: 'where', label: 'Channel', description: 'A channel', required: false, type: 'channel', maxLength: 200 },
    ]);
  });

  it('keeps the text and numbers that were given already', async () => {
    const fields = await handle({ command: 'order', options: { count: 3, where: '#general' } });
    expect(fields.map(({ name, value }) => [name, value])).toEqual([
      ['name', undefined],
      ['count', '3'],
      ['where', '#general'],
    ]);
  });

  it('offers the closed list of an option, and yes and no', async () => {
    const fields = await handle({
      command: 'order',
      options: { track: 'research', roles: 'platform_engineer', sure: 'no' },
    });
    const offered = fields.map(({ name, options, max }) => [name, options?.map(({ value }) => value), max]);
    expect(offered).toEqual([
      ['name', undefined, undefined],
      ['track', ['general', 'engineering', 'research'], 1],
      ['roles', ['platform_engineer', 'security_engineer'], 2],
      ['sure', ['yes', 'no'], 1],
      ['where', undefined, undefined],
    ]);
  });

  it('has the given value of a closed list selected', async () => {
    const fields = await handle({
      command: 'order',
      options: { track: 'research', roles: 'platform_engineer', sure: 'no' },
    });
    const selected = fields.flatMap(({ options = [] }) => options.filter(option => option.selected));
    expect(selected.map(({ value }) => value)).toEqual(['research', 'platform_engineer', 'no']);
  });

  it('keeps what more than five options were given, and the command runs with all of them', async () => {
    const options = { track: 'research', roles: 'platform_engineer', count: 3, any: 7, sure: 'no', where: 'general' };
    const form = await app.handle({ caller, type: 'command', command: 'order', options });
    if (form.type !== 'modal') throw new Error('no form');
    expect(form.modal.fields.map(({ name }) => name)).toEqual(['name', 'track', 'roles', 'count', 'any']);
    const fields = { name: 'Ada', track: ['general'], roles: [], count: '', any: '8' };
    const answer = await app.handle({ caller, type: 'modal', modal: form.modal.id, fields });
    if (answer.type === 'modal') throw new Error('the form came again');
    expect(JSON.parse(toPlainText(answer.message))).toEqual({
      name: 'Ada',
      track: 'general',
      any: 8,
      sure: false,
      where: 'general',
    });
  });

  it('runs the command with what was filled in', async () => {
    const said = await submit({
      name: 'Ada',
      track: ['research'],
      roles: ['security_engineer'],
      count: '2',
      sure: 'yes',
    });
    expect(JSON.parse(said)).toEqual({
      name: 'Ada',
      track: 'research',
      roles: ['security_engineer'],
      count: 2,
      sure: true,
    });
  });

  it('comes again where it is sent empty, and says what is wrong where it is wrong', async () => {
    expect(await submit({ name: '' })).toBe('form: name, where');
    expect(await submit({ name: 'Ada', count: '9' })).toContain('count takes a whole number from 1 to 5, not “9”');
    expect(await submit({ name: 'Ada', colour: 'red' })).toContain('There is no option “colour” here.');
  });
});

describe('a real command with something missing', () => {
  it.each([
    ['/track select', { track: 'research' }, 'Research Track'],
    ['/roles select', { roles: 'platform_engineer' }, 'Your roles are now: Platform Engineer.'],
    ['/done', { topics: 'what-is-safety' }, '1 topic done'],
    ['/skip', { topic: 'risk models' }, 'Skipping is not the same as done'],
    ['/start', { topic: 'testing' }, 'belongs to the Engineering Track'],
    ['/topics show', { topic: 'history' }, 'A SHORT HISTORY'],
    ['/topics search', { text: 'risk' }, '1 topic for “risk”'],
  ])('%s opens a form, and the filled form runs it', async (command, fields, expected) => {
    const ada = (await testApp()).as('ada');
    expect(await ada.type(command)).toContain(command);
    expect(ada.lastReply.type).toBe('modal');
    expect(await ada.fill(fields)).toContain(expected);
  });

  it('asks an organiser for the kind of a schedule and keeps the channel', async () => {
    const olga = (await testApp()).as('olga', { organiser: true });
    expect(await olga.type('/schedule set channel:#general topics:2')).toContain('Channel: #general');
    expect(await olga.fill({ kind: 'digest', channel: '#general', topics: '2' })).toContain('2 topics a week');
  });
});
