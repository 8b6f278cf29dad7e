import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Commands, defineCommand, reply, subcommand } from '../src/command.ts';
import { parseCommandText, usageOf } from '../src/command-text.ts';
import { loadCommands } from '../src/commands.ts';
import { UserError } from '../src/errors.ts';
import { text } from '../src/message.ts';
import { type TestApp, testApp } from './support/app.ts';
import { testCurriculum } from './support/curriculum.ts';

const nothing = () => reply({ blocks: [text('ran')] });
const commands: Commands = new Map(
  [
    defineCommand({
      name: 'book',
      description: 'Has options of its own',
      audience: 'member',
      visibility: 'private',
      options: {
        title: { type: 'string', description: 'A title', required: true },
        pages: { type: 'integer', description: 'Pages' },
        note: { type: 'string', description: 'A note' },
      },
      run: nothing,
    }),
    defineCommand({
      name: 'shelf',
      description: 'Has subcommands',
      audience: 'member',
      visibility: 'private',
      subcommands: {
        add: subcommand({
          description: 'Add',
          options: { count: { type: 'integer', description: 'How many', required: true } },
          run: nothing,
        }),
        clear: subcommand({ description: 'Clear', run: nothing }),
      },
    }),
  ].map(command => [command.name, command] as const),
);

const parsed = (typed: string) => {
  const { command, subcommand: sub, options, help } = parseCommandText(commands, typed);
  return [`${command.name}${sub ? ` ${sub}` : ''}${help ? ' (help)' : ''}`, options];
};
const refusal = (typed: string): string => {
  try {
    parseCommandText(commands, typed);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a typed command', () => {
  it.each([
    ['/book Emma', { title: 'Emma' }],
    ['book Emma', { title: 'Emma' }],
    ['  /BOOK   Emma  ', { title: 'Emma' }],
    ['/milepost book Emma', { title: 'Emma' }],
    ['/book Emma 300', { title: 'Emma', pages: '300' }],
    ['/book Emma 300 read it twice', { title: 'Emma', pages: '300', note: 'read it twice' }],
    ['/book "War and Peace" 1200', { title: 'War and Peace', pages: '1200' }],
    ['/book “War and Peace” 1200', { title: 'War and Peace', pages: '1200' }],
    ['/book „War and Peace“ 1200', { title: 'War and Peace', pages: '1200' }],
    ['/book "War and', { title: 'War and' }],
    ["/book Emma's 300", { title: "Emma's", pages: '300' }],
    ['/book pages:300 Emma', { title: 'Emma', pages: '300' }],
    ['/book pages=300 title=Emma', { title: 'Emma', pages: '300' }],
    ['/book PAGES:300 Emma', { title: 'Emma', pages: '300' }],
    ['/book title:"War and Peace" note:long', { title: 'War and Peace', note: 'long' }],
    ['/book note:long Emma 300', { title: 'Emma', pages: '300', note: 'long' }],
    ['/book title: 12', { title: '', pages: '12' }],
    ['/book https://example.org/a', { title: 'https://example.org/a' }],
    ['/book constructor:x', { title: 'constructor:x' }],
  ])('gives its options by position and by name: %s', (typed, expected) => {
    expect(parsed(typed)).toEqual(['book', expected]);
  });

  it('finds its subcommand in any case', () => {
    expect(parsed('/Shelf ADD 3')).toEqual(['shelf add', { count: '3' }]);
    expect(parsed('/shelf clear')).toEqual(['shelf clear', {}]);
  });

  it.each(['/shelf', '/shelf help', '/book help', '/book HELP'])('asks for help with %s', typed => {
    expect(parsed(typed)[0]).toMatch(/\(help\)$/);
  });

  it('is answered with the nearest command', () => {
    expect(refusal('/bok Emma')).toBe('There is no command “/bok”. Did you mean book? /help lists all commands.');
    expect(refusal('/zzzzzzzz')).toBe('There is no command “/zzzzzzzz”. /help lists all commands.');
    expect(refusal('/__proto__')).toContain('There is no command “/__proto__”.');
  });

  it('is answered with the nearest subcommand and all that there are', () => {
    expect(refusal('/shelf ad 3')).toBe('/shelf cannot do “ad”. Did you mean add? It can: add, clear.');
    expect(refusal('/shelf constructor')).toBe('/shelf cannot do “constructor”. It can: add, clear.');
  });

  it('is answered with its usage where it has too many words', () => {
    expect(refusal('/shelf add 3 more of them')).toBe(
      'I do not know what to do with “more of them”. Usage: /shelf add <count>',
    );
    expect(refusal('/shelf clear now')).toContain('Usage: /shelf clear');
    expect(refusal('/shelf add more count:3')).toContain('“more”. Usage: /shelf add <count>');
  });

  it('is refused under a name that was meant for an option, and leaves texts with a colon alone', () => {
    expect(parsed('/book Emma pags:300')).toEqual(['book', { title: 'Emma', pags: '300' }]);
    expect(parsed('/book Emma page: 300')).toEqual(['book', { title: 'Emma', page: '', pages: '300' }]);
    expect(parsed('/shelf add number:3')).toEqual(['shelf add', { number: '3' }]);
    expect(parsed('/book Emma:revised')).toEqual(['book', { title: 'Emma:revised' }]);
    expect(parsed('/book "note: read it"')).toEqual(['book', { note: ' read it' }]);
  });

  it('shows required options in angle and others in square brackets', () => {
    const book = commands.get('book');
    expect(book && usageOf(book, '')).toBe('/book <title> [pages] [note]');
  });
});

describe('typed to the real commands', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await testApp();
  });

  it('nothing at all, and a lone slash, give the help', async () => {
    expect(await test.as('ada').type('')).toContain('WHAT MILEPOST CAN DO');
    expect(await test.as('ada').type(' / ')).toContain('WHAT MILEPOST CAN DO');
  });

  it('a command alone explains itself, or does the one thing that is meant most often', async () => {
    expect(await test.as('olga', { organiser: true }).type('/schedule help')).toContain('/schedule set <kind>');
    expect(await test.as('ada').type('/track help')).toContain('/track select <track>');
    expect(await test.as('ada').type('/track')).toBe(await test.as('ada').type('/track show'));
  });

  it('a word goes to the option whose value it can be', async () => {
    const real = await loadCommands();
    const options = (typed: string) => parseCommandText(real, typed, testCurriculum).options;
    expect(options('/schedule set digest monday 09:00')).toEqual({ kind: 'digest', weekday: 'monday', time: '09:00' });
    expect(options('/schedule set digest 9 mon #general')).toEqual({
      kind: 'digest',
      time: '9',
      weekday: 'mon',
      channel: '#general',
    });
    expect(options('/schedule set #general digest')).toEqual({ kind: 'digest', channel: '#general' });
    expect(options('/leaderboard engineering')).toEqual({ track: 'engineering' });
    // A channel may be called like a track, and what is nothing else stays in its place.
    expect(options('/schedule set digest general')).toEqual({ kind: 'digest', channel: 'general' });
    expect(options('/schedule set digest #general moonday')).toMatchObject({ weekday: 'moonday' });
  });

  it('help after a subcommand explains, except where it is what somebody looks for', async () => {
    const olga = test.as('olga', { organiser: true });
    expect(await olga.type('/schedule set help')).toContain('/schedule set <kind>');
    expect(await olga.type('/topics show HELP')).toContain('/topics show <topic>');
    expect(await olga.type('/topics search help')).toContain('“help”');
    expect(await olga.type('/topics search text:foo:bar')).toContain('“foo:bar”');
    expect(await olga.type('/topics search test:foo')).toContain('“test:foo”');
  });

  it('hours may be written as such', async () => {
    for (const typed of ['6h', '6 hours', 'hours:6 h'])
      expect(await test.as('ada').type(`/settings pace ${typed}`)).toContain('6 h a week');
  });

  it('a misspelt one is answered with the nearest', async () => {
    expect(await test.as('ada').type('/trakc select engineering')).toContain('Did you mean track?');
    expect(await test.as('ada').type('/track selct engineering')).toContain('Did you mean select?');
    expect(await test.as('ada').type('/track select enginering')).toContain(
      'Did you mean ⚙️ Engineering Track (engineering)?',
    );
    expect(await test.as('ada').type('/topics show risk-modles')).toContain('Did you mean Risk models?');
  });

  it('an emoji at the end of a long word is not cut in half', async () => {
    const said = await test.as('ada').type(`/x${'😀'.repeat(100)}`);
    expect(said).toContain('There is no command');
    expect(said).toContain('😀');
  });

  it('an answer never holds half of an emoji', async () => {
    const answers = [
      await test.as('ada').type(`/x${'😀'.repeat(100)}`),
      await test.as('ada').type(`/${'😀'.repeat(100)}`),
    ];
    expect(answers.filter(said => !said.isWellFormed())).toEqual([]);
  });
});

describe('completion', () => {
  let test: TestApp;
  const complete = async (typed: string, who: { organiser?: boolean; name?: string } = {}) => {
    const name = who.name ?? 'ada';
    return test.app.complete(
      {
        platform: 'web',
        communityId: 'test',
        communityName: 'Test',
        memberId: name,
        name,
        organiser: who.organiser ?? false,
      },
      typed,
    );
  };
  const labels = async (typed: string, who?: { organiser?: boolean; name?: string }) =>
    (await complete(typed, who)).map(({ label }) => label);
  const inserts = async (typed: string, who?: { organiser?: boolean; name?: string }) =>
    (await complete(typed, who)).map(({ insert }) => insert);

  beforeAll(async () => {
    test = await testApp();
  });

  it('offers every command for members after a slash, and to organisers theirs as well', async () => {
    const known = await loadCommands();
    const forMembers = [...known.values()]
      .filter(({ audience }) => audience === 'member')
      .map(({ name }) => `/${name}`);
    expect(await labels('/')).toEqual(forMembers);
    expect(await labels('/')).not.toContain('/schedule');
    expect(await labels('/', { organiser: true, name: 'olga' })).toEqual([...known.keys()].map(name => `/${name}`));
  });

  it('hides an organiser’s command from a member who types its name', async () => {
    for (const typed of ['/sch', '/schedule ', '/schedule s', '/schedule set ', '/schedule set kind:'])
      expect(await complete(typed)).toEqual([]);
    expect(await labels('/sch', { organiser: true, name: 'olga' })).toEqual(['/schedule']);
  });

  it('narrows the commands down as one types, and says what each does', async () => {
    expect(await complete('/tr')).toEqual([
      { label: '/track', insert: '/track ', description: 'Pick your track, see it, or compare all tracks' },
    ]);
    expect(await labels('/TR')).toEqual(['/track']);
    expect(await labels('/zzz')).toEqual([]);
  });

  it('offers subcommands', async () => {
    expect(await labels('/track ')).toEqual(['select', 'show', 'list']);
    expect(await inserts('/track s')).toEqual(['/track select ', '/track show ']);
  });

  it('offers the values of an option, by id and by label', async () => {
    expect(await inserts('/track select ')).toContain('/track select engineering ');
    expect(await inserts('/track select eng')).toEqual(['/track select engineering ']);
    expect(await inserts('/track select Research')).toEqual(['/track select research ']);
    expect(await inserts('/roles select platform_engineer se')).toEqual([
      '/roles select platform_engineer security_engineer ',
    ]);
  });

  it('offers topics by title, and only those that the member may see', async () => {
    expect(await inserts('/done ris')).toContain('/done risk-models ');
    expect(await labels('/topics show dep')).not.toContain('Deployment');
    await test.as('eve').type('/track select engineering');
    expect(await labels('/topics show dep', { name: 'eve' })).toContain('Deployment');
  });

  it('offers the names of options that are not given yet, and their values', async () => {
    expect(await labels('/leaderboard ')).toEqual(expect.arrayContaining(['period:', 'track:', 'role:']));
    expect(await labels('/leaderboard track:general ')).not.toContain('track:');
    expect(await inserts('/leaderboard track:res')).toEqual(['/leaderboard track:research ']);
    expect(await inserts('/leaderboard ro')).toEqual(['/leaderboard role:']);
  });

  it('offers every value with what was typed before it left as it is', async () => {
    for (const insert of await inserts('/leaderboard  period:all  track:')) {
      expect(insert.startsWith('/leaderboard  period:all  track:')).toBe(true);
    }
  });

  it('offers nothing for what is no command, and nothing after the last option', async () => {
    expect(await complete('track')).toEqual([]);
    expect(await complete('')).toEqual([]);
    expect(await complete('/track show me ')).toEqual([]);
    expect(await complete('/track constructor ')).toEqual([]);
    expect(await complete('/__proto__ ')).toEqual([]);
  });

  it('gives at most 25 suggestions', async () => {
    expect((await complete('/settings zone a')).length).toBeLessThanOrEqual(25);
  });

  it('what it offers for an organiser’s schedule is understood when typed', async () => {
    const olga = { organiser: true, name: 'olga' };
    expect(await inserts('/schedule set ', olga)).toContain('/schedule set digest ');
    expect(await inserts('/schedule set digest weekday:mon', olga)).toEqual(['/schedule set digest weekday:monday ']);
    expect(await labels('/schedule set digest cron:x z', olga)).toContain('zone:');
  });

  it('reads quoted words as one', async () => {
    const olga = { organiser: true, name: 'olga' };
    expect(await labels('/schedule set digest cron:"0 9 * * 1" zo', olga)).toEqual(['zone:']);
    expect(await labels('/schedule set digest "my channel" mo', olga)).toEqual(['monday']);
  });

  it('leaves the words before the last as they are', async () => {
    const offered = await inserts('/topics search a safety mo');
    expect(offered).toContain('/topics search risk-models ');
  });

  it('offers the second of several values after a comma without a blank', async () => {
    expect(await inserts('/roles select platform_engineer,sec')).not.toEqual([]);
  });

  it('takes no longer for a long word', async () => {
    const script = `
      const { loadCommands } = await import('./src/commands.ts');
      const { completeCommandText } = await import('./src/command-text.ts');
      const context = { commands: await loadCommands(), organiser: false };
      await completeCommandText('/nothing ' + 'a'.repeat(400) + ' ', context);
      console.log('completed');`;
    const cwd = join(import.meta.dirname, '..');
    // In a process of its own, which can be ended where it does not come back.
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd, timeout: 8000 });
    expect((await run).stdout).toContain('completed');
  });

  it('goes on with the second word of a title', async () => {
    expect(await inserts('/topics show risk mo')).not.toEqual([]);
  });

  it('offers the second topic of /done after a comma', async () => {
    expect(await inserts('/done what-is-safety, risk')).not.toEqual([]);
  });

  it('hides the community’s settings from members, who may not change them', async () => {
    expect((await labels('/settings ')).filter(label => label.startsWith('community'))).toEqual([]);
  });
});

describe('any text', () => {
  const words = fc.constantFrom(
    '/',
    ...['track', 'select', 'list', 'show', 'roles', 'topics', 'search', 'next', 'start', 'done', 'skip', 'undo'],
    ...['quiz', 'progress', 'leaderboard', 'digest', 'settings', 'schedule', 'set', 'help', 'onboard', 'milepost'],
    ...['engineering', 'platform_engineer', 'risk-models', 'track:', 'cron:', 'zone:', 'topics:', 'kind=digest', 'all'],
    ...['"', '“', ',', ':', '=', '1', '-1', '99999999999999999999', 'none', '0 9 * * 1', 'Europe/Berlin', 'yes'],
    ...['__proto__', 'constructor', 'toString', '@everyone', '<!channel>', '\u0000', '\u202e', '😀', '\ud83d', '**b**'],
  );
  const typed = fc.oneof(
    { weight: 3, arbitrary: fc.array(words, { maxLength: 7 }).map(parts => `/${parts.join(' ')}`) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }).map(rest => `/${rest}`) },
    { weight: 1, arbitrary: fc.tuple(words, fc.string({ maxLength: 40 })).map(([word, rest]) => `/${word} ${rest}`) },
  );

  it('is answered: nothing throws, nothing becomes an incident', async () => {
    const test = await testApp();
    const people = [test.as('ada'), test.as('olga', { organiser: true })];
    await fc.assert(
      fc.asyncProperty(typed, fc.constantFrom(0, 1), async (said, who) => {
        // testApp's log throws the cause of an incident, so that an incident fails here.
        const answer = await people[who]?.type(said);
        expect(answer).not.toContain('Something went wrong on our side');
        expect(answer?.trim()).not.toBe('');
      }),
      { numRuns: 400 },
    );
  });

  it('is completed, or not, without throwing, and never beyond 25', async () => {
    const test = await testApp();
    await fc.assert(
      fc.asyncProperty(typed, fc.boolean(), async (half, organiser) => {
        const caller = {
          platform: 'web',
          communityId: 'test',
          communityName: 'Test',
          memberId: 'x',
          name: 'x',
        } as const;
        const offered = await test.app.complete({ ...caller, organiser }, half);
        expect(offered.length).toBeLessThanOrEqual(25);
        expect(offered.every(({ label, insert }) => label !== '' && insert.startsWith('/'))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('as the name of an option gives no suggestions and never throws', async () => {
    const test = await testApp();
    for (const option of ['', 'nonsense', 'x'.repeat(10_000)])
      expect(await test.as('ada').suggest('topics', 'show', option, 'r')).toEqual([]);
    expect(await test.as('ada').suggest('nonsense', 'show', 'topic', 'r')).toEqual([]);
    expect(await test.as('ada').suggest('topics', 'constructor', 'topic', 'r')).toEqual([]);
  });

  it('as the name of an option is none that every object has', async () => {
    const test = await testApp();
    for (const option of ['__proto__', 'constructor'])
      expect(await test.as('ada').suggest('topics', 'show', option, 'r')).toEqual([]);
  });

  it('of 10,000 characters is answered in a short text', async () => {
    const test = await testApp();
    for (const long of [
      'x'.repeat(10_000),
      `/${'x '.repeat(5000)}`,
      `/topics search ${'['.repeat(9985)}`,
      '"'.repeat(10_000),
    ]) {
      const answer = await test.as('ada').type(long);
      expect(answer.length).toBeLessThan(2500);
      await test.app.complete(
        { platform: 'web', communityId: 'test', communityName: 'Test', memberId: 'ada', name: 'ada', organiser: false },
        `/${long}`,
      );
    }
  });
});

describe('type-ahead for several values', () => {
  it('offers each value once, with the titles of those before it', async () => {
    const ada = (await testApp()).as('ada');
    const choices = await ada.suggest('roles', 'select', 'roles', 'security_engineer, ');
    expect(choices.map(({ label, value }) => [label, value])).toEqual([
      ['Security Engineer, Platform Engineer', 'security_engineer, platform_engineer'],
      ['Security Engineer, No role', 'security_engineer, none'],
    ]);
    expect(await ada.suggest('roles', 'select', 'roles', 'Security Engineer, plat')).toEqual([choices[0]]);
    const [first] = choices;
    expect(await ada.type(`/roles select ${first?.label}`)).toContain('Platform Engineer, Security Engineer');
  });

  it('does so for topics too, and what it shows is understood', async () => {
    const ada = (await testApp()).as('ada');
    await ada.type('/track select engineering');
    const labels = (await ada.suggest('done', '', 'topics', 'risk-models, ')).map(({ label }) => label);
    expect(labels).toContain('Risk models, Testing');
    expect(labels).not.toContain('Risk models, Risk models');
    expect(await ada.type('/done Risk models, Testing')).toContain('2 topics done');
    expect(await ada.type('/progress')).toContain('2 of 8 topics');
  });

  it('is offered in a typed line one at a time', async () => {
    const test = await testApp();
    const caller = {
      platform: 'web',
      communityId: 'test',
      communityName: 'Test',
      memberId: 'ada',
      name: 'ada',
    } as const;
    const offered = await test.app.complete({ ...caller, organiser: false }, '/roles select security_engineer,');
    expect(offered.map(({ label, insert }) => [label, insert])).toEqual([
      ['Platform Engineer', '/roles select security_engineer,platform_engineer '],
      ['No role', '/roles select security_engineer,none '],
    ]);
  });

  it('is a menu in the form, with words that fit one', async () => {
    const ada = (await testApp()).as('ada');
    await ada.type('/roles select');
    const form = ada.lastReply;
    expect(form.type === 'modal' && form.modal.fields[0]).toMatchObject({
      type: 'select',
      description: 'One or several; “No role” for every topic of the track',
    });
  });
});
