import { beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import {
  type Caller,
  type Command,
  decodeAction,
  defineCommand,
  encodeAction,
  type Interaction,
  type Reply,
  reply,
  subcommand,
} from '../src/command.ts';
import { loadCommands } from '../src/commands.ts';
import { UserError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import { text, toPlainText } from '../src/message.ts';
import { type Db, openSqlite } from '../src/storage/database.ts';
import { ledgerOf } from '../src/storage/progress.ts';
import { type TestMember, testApp } from './support/app.ts';
import { testCurriculum } from './support/curriculum.ts';
import { openTestDb } from './support/databases.ts';

type Logged = { details: { err?: unknown; incident?: string }; message: string };

/** An app with these commands, and the errors that it logged. */
const appOn = (db: Db, ...commands: Command[]): { app: App; logged: Logged[]; db: Db } => {
  const logged: Logged[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (details: unknown, message?: string) => {
      logged.push({ details: details as Logged['details'], message: message ?? '' });
    },
  };
  const app = createApp({
    db,
    commands: new Map(commands.map(command => [command.name, command])),
    curriculum: () => testCurriculum,
    now: () => new Date('2026-11-23T09:00:00Z'),
    deliverDue: async () => ({ settled: [], underWay: false }),
    editPost: async () => ({ type: 'sent', messageId: '1' }),
    findChannel: async (_, named) => ({ id: named, name: named }),
    log,
  });
  return { app, logged, db };
};
const appWith = async (...commands: Command[]) => appOn(await openTestDb(), ...commands);

const ada: Caller = {
  platform: 'web',
  communityId: 'test',
  communityName: 'Test',
  memberId: 'ada',
  name: 'Ada',
  organiser: false,
};
const typed = (words: string): Interaction => ({ caller: ada, type: 'text', text: words });
const said = (answer: Reply): string => {
  if (answer.type === 'modal') throw new Error('a form was answered');
  return toPlainText(answer.message);
};

const base = { description: 'For a test', audience: 'member', visibility: 'private' } as const;

describe('a command that is not there', () => {
  it('is answered with the nearest one, privately', async () => {
    const someone = (await testApp()).as('ada');
    expect(await someone.type('/porgress')).toBe(
      '⚠️ There is no command “/porgress”. Did you mean progress? /help lists all commands.',
    );
    expect(someone.lastMessage.private).toBe(true);
  });

  it('knows every language that a platform may name, and is not put off by one that is none', async () => {
    const { app } = await testApp();
    for (const locale of ['de-DE', '!!', '']) {
      const caller = { ...ada, locale };
      const answer = await app.handle({ caller, type: 'command', command: 'progress', options: {} });
      expect(answer, locale).toMatchObject({ type: 'message' });
      expect(answer, locale).not.toMatchObject({ refused: true });
    }
  });

  it('is said to be gone where a platform still offers it', async () => {
    const { app, logged } = await appWith();
    const answer = await app.handle({ caller: ada, type: 'command', command: 'gone', options: {} });
    expect(said(answer)).toContain('not there any more');
    expect(logged).toEqual([]);
  });

  it('is said to have changed where a platform still offers its old subcommand', async () => {
    const test = await testApp();
    for (const name of ['compare', 'constructor', '__proto__', '']) {
      const answer = await test.app.handle({
        caller: ada,
        type: 'command',
        command: 'track',
        subcommand: name,
        options: {},
      });
      expect(said(answer)).toMatch(/\/track has changed|NO TRACK YET/);
    }
  });
});

describe('a button', () => {
  it.each([
    'vanished/show/',
    'next/vanished/',
    'next/constructor/',
    'next/__proto__/x',
    'constructor/constructor/constructor',
    '__proto__/toString/',
    '//',
    'no action at all/',
    'next/show',
    `next/${'x'.repeat(10_000)}/`,
    'track/options/select',
  ])('of an old message, or a forged one, is answered kindly: %.40s', async action => {
    const someone = (await testApp()).as('ada');
    expect(await someone.press(action)).toContain('belongs to an older message that no longer works');
    expect(someone.lastMessage.private).toBe(true);
  });

  it.each(['vanished/options/', 'track/vanished/', 'track/__proto__/select', 'x'])(
    'and a form of an old message is answered so too: %s',
    async modal => {
      const test = await testApp();
      const answer = await test.app.handle({ caller: ada, type: 'modal', modal, fields: { track: 'research' } });
      expect(said(answer)).toContain('belongs to an older message that no longer works');
    },
  );

  it.each(['track/options/select:00000000', 'track/options/select:', 'track/options/select:../x', 'track/options/:x'])(
    'and a form whose options are not kept any more says what to do: %s',
    async modal => {
      const test = await testApp();
      const fields = { track: 'research' };
      const submitted = await test.app.handle({ caller: ada, type: 'modal', modal, fields });
      expect(said(submitted)).toContain('Please type the command again');
      expect(await test.as('ada').press(modal)).toContain('Please type the command again');
    },
  );

  it('cannot run a subcommand that is none through the form for missing options', async () => {
    const test = await testApp();
    for (const name of ['__proto__', 'constructor', 'vanished']) {
      const answer = await test.app.handle({ caller: ada, type: 'modal', modal: `track/options/${name}`, fields: {} });
      expect(said(answer)).toContain('/track has changed');
    }
  });

  it.each(['track/enter/vanished', 'track/select/vanished', 'track/enter/', 'track/enter/__proto__'])(
    'for a track that has left the curriculum names the way to the others: %s',
    async action => {
      const someone = (await testApp()).as('ada');
      expect(await someone.press(action)).toContain('/track list shows those that are');
    },
  );

  it('of an organiser does nothing when a member presses it', async () => {
    const test = await testApp();
    const olga = test.as('olga', { organiser: true });
    await olga.type('/schedule set digest channel:#general');
    const card = olga.lastReply;
    const eve = test.as('eve');
    for (const label of ['Pause', 'Run now', 'Preview', 'Remove'])
      expect(await eve.press(label, card)).toMatch(/\/schedule( \w+)? is for organisers of this community/);
    expect(await eve.press('schedule/removed/1')).toContain('is for organisers');
    expect(await eve.type('/schedule list')).toContain('is for organisers');
    expect(await olga.type('/schedule list')).toContain('SCHEDULES');
    expect(await olga.type('/schedule list')).not.toContain('paused');
  });

  it('and the form of an organiser’s command do nothing for a member', async () => {
    const test = await testApp();
    const answer = await test.app.handle({
      caller: ada,
      type: 'modal',
      modal: 'schedule/options/set',
      fields: { kind: 'digest', channel: 'general' },
    });
    expect(said(answer)).toContain('is for organisers');
    expect(await test.as('olga', { organiser: true }).type('/schedule list')).toContain('There is none yet');
  });

  it('works after a restart, since all it needs is in it', async () => {
    const first = await testApp();
    await first.as('ada').type('/next');
    const old = first.as('ada');
    await old.type('/next');
    const card = old.lastReply;
    const second = await testApp({ db: first.db, now: '2027-01-04T09:00:00Z' });
    expect(await second.as('ada').press('Done', card)).toContain('1 topic done');
    expect(await ledgerOf(first.db, 1)).toHaveLength(1);
  });
});

describe('a handler that fails', () => {
  const broken = defineCommand({
    name: 'broken',
    ...base,
    run: () => {
      throw new Error('the disk is on fire at /var/secret');
    },
    actions: { press: async () => Promise.reject(new TypeError('x is not a function')) },
    modals: {
      form: {
        submit: () => {
          throw 'not even an error';
        },
      },
    },
  });

  it('is answered with an incident and logged once under it, with its cause', async () => {
    const { app, logged } = await appWith(broken);
    const answer = await app.handle(typed('/broken'));
    const incident = /tell an organiser the incident ([0-9a-f]{8})\./.exec(said(answer))?.[1];
    expect(incident).toBeDefined();
    expect(logged).toHaveLength(1);
    expect(logged[0]?.details.incident).toBe(incident);
    expect(logged[0]?.details.err).toMatchObject({ message: 'the disk is on fire at /var/secret' });
    expect(answer).toMatchObject({ private: true });
  });

  it('says nothing of the cause to the person', async () => {
    const { app } = await appWith(broken);
    expect(said(await app.handle(typed('/broken')))).not.toMatch(/disk|secret|Error|at /);
  });

  it('is caught in buttons and forms too, each with an incident of its own', async () => {
    const { app, logged } = await appWith(broken);
    const answers = [
      await app.handle({ caller: ada, type: 'action', action: 'broken/press/', values: [] }),
      await app.handle({ caller: ada, type: 'modal', modal: 'broken/form/', fields: {} }),
    ];
    expect(answers.every(answer => said(answer).includes('Something went wrong on our side'))).toBe(true);
    expect(new Set(logged.map(({ details }) => details.incident)).size).toBe(2);
  });

  it('with something that the person can mend is answered with that, and logs nothing', async () => {
    const refusing = defineCommand({
      name: 'refusing',
      ...base,
      run: () => {
        throw new UserError('busy', 'All **tables** are taken. Try at noon.');
      },
    });
    const { app, logged } = await appWith(refusing);
    expect(said(await app.handle(typed('/refusing')))).toBe('⚠️ All **tables** are taken. Try at noon.');
    expect(logged).toEqual([]);
  });

  it('is answered where even the database is gone', async () => {
    const db = await openSqlite(':memory:');
    const { app, logged } = appOn(db, defineCommand({ name: 'fine', ...base, run: () => reply({ blocks: [] }) }));
    await db.close();
    expect(said(await app.handle(typed('/fine')))).toContain('Something went wrong on our side');
    expect(logged).toHaveLength(1);
  });
});

describe('the answer of a command', () => {
  it('is private or public as the command says, unless the answer says otherwise', async () => {
    const { app } = await appWith(
      defineCommand({
        name: 'post',
        description: 'For all',
        audience: 'member',
        visibility: 'public',
        subcommands: {
          open: subcommand({ description: 'x', run: () => reply({ blocks: [text('x')] }) }),
          secret: subcommand({ description: 'x', run: () => reply({ blocks: [text('x')] }, { private: true }) }),
        },
      }),
    );
    expect(await app.handle(typed('/post open'))).toMatchObject({ private: false });
    expect(await app.handle(typed('/post secret'))).toMatchObject({ private: true });
    expect(await app.handle(typed('/post nonsense'))).toMatchObject({ private: true });
  });

  it('explains a command even where there is no /help', async () => {
    const { app } = await appWith(
      defineCommand({
        name: 'many',
        ...base,
        subcommands: { one: subcommand({ description: 'x', run: () => reply({ blocks: [] }) }) },
      }),
    );
    expect(said(await app.handle(typed('/many')))).toBe('For a test');
  });

  it('is private for every member’s command that there is', async () => {
    for (const command of (await loadCommands()).values())
      if (command.audience === 'member') expect([command.name, command.visibility]).toEqual([command.name, 'private']);
  });
});

describe('closed direct messages', () => {
  const NOTICE = 'your direct messages are closed to me';
  let test: Awaited<ReturnType<typeof testApp>>;
  beforeEach(async () => {
    test = await testApp();
    await test.as('ada').type('/next');
    const { members } = test.db.tables;
    await test.db.query.update(members).set({ directMessagesClosedAt: new Date('2026-11-22T09:00:00Z') });
  });

  it('are told once, with the next private answer, and switched off', async () => {
    const someone = test.as('ada');
    expect(await someone.type('/track list')).toContain(NOTICE);
    expect(await someone.type('/track list')).not.toContain(NOTICE);
    expect(await someone.type('/settings show')).toContain('Direct messages: off');
  });

  it('are told on Discord with how to open them, first', async () => {
    const bo = test.as('bo', { platform: 'discord' });
    await bo.type('/help');
    const { members } = test.db.tables;
    await test.db.query.update(members).set({ directMessagesClosedAt: new Date('2026-11-22T09:00:00Z') });
    expect(await bo.type('/track list')).toMatch(
      /To open them: right-click the server’s name[^.]*Privacy Settings[^.]*\. Then \/settings messages with frequency: weekly/,
    );
  });

  it('are told together with the answer that was asked for', async () => {
    expect(await test.as('ada').type('/progress')).toMatch(/YOUR PROGRESS[\s\S]*your direct messages are closed to me/);
  });

  it.each([
    ['a form is opened', '/track select'],
    ['a mistake is answered', '/nonsense'],
    ['the settings are shown', '/settings show'],
  ])('are told once where %s first', async (_, first) => {
    const someone = test.as('ada');
    const answers = [await someone.type(first), await someone.type('/progress'), await someone.type('/progress')];
    expect(answers.filter(said => said.includes(NOTICE))).toHaveLength(1);
  });

  it('are told together with an incident too', async () => {
    const broken = defineCommand({
      name: 'broken',
      ...base,
      run: () => {
        throw new Error('x');
      },
    });
    const { app, db } = await appWith(broken);
    await app.handle(typed('/broken'));
    await db.query.update(db.tables.members).set({ directMessagesClosedAt: new Date('2026-11-22T09:00:00Z') });
    const answers = [said(await app.handle(typed('/broken'))), said(await app.handle(typed('/broken')))];
    expect(answers.filter(answer => answer.includes(NOTICE))).toHaveLength(1);
  });

  it('do not let an incident escape', async () => {
    const db = await openSqlite(':memory:');
    const breaking = defineCommand({
      name: 'breaking',
      ...base,
      run: async () => {
        await db.close();
        return reply({ blocks: [text('x')] });
      },
    });
    const fine = defineCommand({ name: 'fine', ...base, run: () => reply({ blocks: [text('x')] }) });
    const { app } = appOn(db, breaking, fine);
    await app.handle(typed('/fine'));
    await db.query
      .update(db.tables.members)
      .set({ directMessagesClosedAt: new Date('2026-11-22T09:00:00Z'), directMessages: 'off' });
    expect(said(await app.handle(typed('/breaking')))).not.toBe('');
  });

  it('may be opened again at once', async () => {
    await test.as('ada').type('/settings messages weekly');
    expect(await test.as('ada').type('/settings show')).toContain('Direct messages: every week');
  });

  it('are nobody else’s business: a public answer says nothing of them', async () => {
    const post = defineCommand({
      name: 'post',
      ...base,
      visibility: 'public',
      run: () => reply({ blocks: [text('Hello, all.')] }),
    });
    const { app, db } = await appWith(post);
    await app.handle(typed('/post'));
    await db.query.update(db.tables.members).set({ directMessagesClosedAt: new Date('2026-11-22T09:00:00Z') });
    expect(said(await app.handle(typed('/post')))).toBe('Hello, all.');
  });
});

describe('action ids', () => {
  it('carry command, action and value there and back', () => {
    for (const value of ['', 'x', 'a/b/c', 'zone:Europe/Berlin', 'ünï\ncode'])
      expect(decodeAction(encodeAction('settings', 'set', value))).toEqual({
        command: 'settings',
        action: 'set',
        value,
      });
  });

  it('are refused beyond what Discord takes, and read as nothing where they are none', () => {
    expect(encodeAction('a', 'b', 'x'.repeat(96))).toHaveLength(100);
    expect(() => encodeAction('a', 'b', 'x'.repeat(97))).toThrow('over 100 characters');
    for (const id of ['', 'a', 'a/b', '/b/c', 'A/b/c', 'a b/c/d']) expect(decodeAction(id)).toBeUndefined();
  });
});

describe('a command’s definition', () => {
  it('is refused where Discord or Slack would refuse its names', () => {
    const run = () => reply({ blocks: [] });
    expect(() => defineCommand({ name: 'Two Words', ...base, run })).toThrow('no name that Discord and Slack accept');
    expect(() =>
      defineCommand({ name: 'x', ...base, options: { ä: { type: 'string', description: 'x' } }, run }),
    ).toThrow('no name');
  });

  it('fits Discord’s limits on descriptions, options and choices, for every command that there is', async () => {
    const problems: string[] = [];
    for (const { name, description, subcommands } of (await loadCommands()).values()) {
      if (description.length > 100) problems.push(`/${name}`);
      if (Object.keys(subcommands).length > 25) problems.push(`/${name} has too many subcommands`);
      for (const [sub, { description: about, options = {} }] of Object.entries(subcommands)) {
        if (about.length > 100) problems.push(`/${name} ${sub}`);
        let optionalSeen = false;
        for (const [option, spec] of Object.entries(options)) {
          const choices = typeof spec.choices === 'function' ? spec.choices(testCurriculum) : (spec.choices ?? []);
          if (spec.description.length > 100 || choices.length > 25) problems.push(`/${name} ${sub} ${option}`);
          if (spec.required && optionalSeen)
            problems.push(`/${name} ${sub} ${option} is required after an optional one`);
          optionalSeen ||= !spec.required;
        }
      }
    }
    expect(problems).toEqual([]);
  });
});

describe('an error', () => {
  const markdown = ({ lastMessage }: TestMember) => {
    const [first] = lastMessage.message.blocks;
    return first?.type === 'text' ? first.text : '';
  };

  it('makes the commands that it names links on Discord, and nothing of what somebody typed', async () => {
    const bo = (await testApp()).as('bo', { platform: 'discord' });
    await bo.type('/topics show "`/help` *x* /next"');
    expect(markdown(bo)).toContain('`/topics list` shows all of yours.');
    expect(markdown(bo)).toContain('“\\`/help\\` \\*x\\* /next”');
  });

  it('is plain text where commands are typed', async () => {
    const bo = (await testApp()).as('bo');
    await bo.type('/topics show nonsense-here');
    expect(markdown(bo)).toContain('/topics list shows all of yours.');
    expect(markdown(bo)).not.toContain('`/topics');
  });

  it('tells an organiser in direct messages on Discord where the command can be used', async () => {
    const test = await testApp();
    const where = 'If you manage the server, send it there; otherwise ask one of them';
    expect(await test.as('bo', { platform: 'discord', direct: true }).type('/schedule list')).toContain(where);
    expect(await test.as('bo', { platform: 'discord' }).type('/schedule list')).not.toContain(where);
    const zone = 'settings/set/community-zone:UTC';
    expect(await test.as('bo', { platform: 'discord', direct: true }).press(zone)).toContain(where);
  });
});
