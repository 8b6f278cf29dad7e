import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST, NEXT, withContent } from './curriculum/content-fixture.ts';

const ROOT = join(import.meta.dirname, '..');

type Run = { code: number; out: string; err: string };
/** Runs the command line as a maintainer would, with only these variables set. */
const milepost = (args: string[], variables: Record<string, string> = {}): Promise<Run> =>
  new Promise(resolve => {
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, ...variables };
    execFile(process.execPath, ['src/cli.ts', ...args], { cwd: ROOT, env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });

describe('milepost --help', () => {
  it('names every command and what it does', async () => {
    const { code, out } = await milepost(['--help']);
    expect(code).toBe(0);
    for (const word of ['Usage: milepost', 'content', 'digest', 'database', 'doctor', 'discord', 'slack'])
      expect(out).toContain(word);
  });

  it.each([
    [['content', 'check', '--help'], 'lists all problems with file and line'],
    [['digest', 'preview', '--help'], '--track <track>'],
    [['database', 'migrate', '--help'], 'bring the database'],
    [['doctor', '--help'], 'says what to click or set'],
    [['discord', 'register', '--help'], '--guild <id>'],
    [['slack', 'manifest', '--help'], '--against <file>'],
  ])('explains %j', async (args, expected) => {
    const { code, out } = await milepost(args);
    expect(code).toBe(0);
    expect(out).toContain(expected);
  });

  it.each([
    [['contnet']],
    [['content', 'chekc']],
    [['digest', 'preview', '--trakc', 'x']],
    [['discord', 'regsiter']],
    [['content', 'check', 'a', 'b']],
  ])('is pointed to by %j, which is no command', async args => {
    const { code, out, err } = await milepost(args);
    expect(code).not.toBe(0);
    expect(out).toBe('');
    expect(err).toMatch(/error: /);
    expect(err).toContain('--help explains every command');
  });
});

describe('milepost content check', () => {
  it('finds the repository’s own content in order', async () => {
    const { code, out, err } = await milepost(['content', 'check']);
    expect(err).toBe('');
    expect(out).toMatch(/^Everything is in order: \d+ modules, \d+ topics\.\n$/);
    expect(code).toBe(0);
  });

  it('counts what is in a good folder', async () => {
    await withContent({}, async dir => {
      expect(await milepost(['content', 'check', dir])).toEqual({
        code: 0,
        out: 'Everything is in order: 2 modules, 3 topics.\n',
        err: '',
      });
    });
  });

  it('takes the folder of CONTENT_DIR where none is named', async () => {
    await withContent({}, async dir => {
      const { out } = await milepost(['content', 'check'], { CONTENT_DIR: dir });
      expect(out).toContain('2 modules, 3 topics');
    });
  });

  it('lists the problems of every broken file with file and line, and exits with 1', async () => {
    const edits = {
      [FIRST]: (text: string) => text.replace('hours: 2.5', 'hours: soon'),
      [NEXT]: (text: string) => text.replace('requires: [first-steps]', 'requires: [frist-steps]'),
    };
    await withContent(edits, async dir => {
      const { code, out, err } = await milepost(['content', 'check', dir]);
      expect(code).toBe(1);
      expect(out).toBe('');
      expect(err).toMatch(/first-steps\.md:4\b/);
      expect(err).toMatch(/next-steps\.md:5\b/);
      expect(err).toContain('first-steps');
      expect(err).not.toMatch(/^\s+at /m);
    });
  });

  it('names the folder where there is no such folder, and exits with 1', async () => {
    const { code, err } = await milepost(['content', 'check', '/nowhere/at/all']);
    expect(code).toBe(1);
    expect(err).toContain('/nowhere/at/all');
    expect(err).toContain('no such folder');
    expect(err).not.toMatch(/^\s+at /m);
  });
});

describe('milepost digest preview', () => {
  it('prints the first digest of a member of a track', async () => {
    const { code, out, err } = await milepost([
      'digest',
      'preview',
      '--track',
      'engineering',
      '--roles',
      'platform_engineer',
    ]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('YOUR WEEK');
    expect(out).toContain('Next step: open');
  });

  it('prints what a channel would see', async () => {
    const { code, out } = await milepost(['digest', 'preview', '--track', 'engineering', '--channel', '--week', '2']);
    expect(code).toBe(0);
    expect(out).toContain('WEEK 2');
    expect(out).toContain('[Show mine]');
  });

  it.each([
    [['--track', 'enginering'], 'There is no track “enginering”. Did you mean engineering?'],
    [['--track', 'engineering', '--roles', 'platform_enginer'], 'Did you mean platform_engineer?'],
    [['--track', 'engineering', '--done', 'no-such-topic'], 'There is no topic “no-such-topic”.'],
    [['--track', 'engineering', '--hours', 'many'], '--hours takes a whole number from 1 to 40.'],
    [['--track', 'engineering', '--hours', '41'], '--hours takes a whole number from 1 to 40.'],
    [['--track', 'engineering', '--channel', '--week', '0'], '--week takes a whole number from 1 to 520.'],
    [['--track', '__proto__'], 'There is no track'],
  ])('is refused with %j, and says what is known', async (args, expected) => {
    const { code, out, err } = await milepost(['digest', 'preview', ...args]);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(expected);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it('asks for the track where none is given', async () => {
    const { code, err } = await milepost(['digest', 'preview']);
    expect(code).toBe(1);
    expect(err).toContain("required option '--track <track>'");
  });

  it('is refused with every bad variable of the environment', async () => {
    const { code, err } = await milepost(['digest', 'preview', '--track', 'engineering'], {
      PORT: 'x',
      LOG_LEVEL: 'y',
    });
    expect(code).toBe(1);
    expect(err).toContain('PORT must be');
    expect(err).toContain('LOG_LEVEL must be');
  });
});

describe('milepost database migrate', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'milepost-cli-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes a database, and finds it up to date the next time', async () => {
    const DATABASE_PATH = join(folder, 'new', 'milepost.sqlite');
    for (const time of [1, 2]) {
      const { code, out, err } = await milepost(['database', 'migrate'], { DATABASE_PATH });
      expect([time, code, err]).toEqual([time, 0, '']);
      expect(out).toBe(`The database ${DATABASE_PATH} is up to date.\n`);
    }
  });
});
