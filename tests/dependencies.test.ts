import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { init, parse } from 'es-module-lexer';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
type Import = { from: string; to: string };

/** Every import that remains when types are taken away, with paths from the project's root; packages by their name. */
const importsOf = (folder: string): Import[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => {
      const from = join(folder, file);
      const [imports] = parse(stripTypeScriptTypes(readFileSync(join(ROOT, from), 'utf8')));
      return imports
        .flatMap(({ specifier }) => (specifier ? [specifier] : []))
        .map(name => ({ from, to: name.startsWith('.') ? relative(ROOT, join(ROOT, dirname(from), name)) : name }));
    });

let all: Import[] = [];
beforeAll(async () => {
  await init;
  all = [...importsOf('src'), ...importsOf('commands')];
});

const under = (path: string, ...places: string[]): boolean =>
  places.some(place => path === `${place}.ts` || path.startsWith(`${place}/`));
const offending = (isWrong: (one: Import) => boolean): string[] =>
  all.filter(isWrong).map(({ from, to }) => `${from} -> ${to}`);
const isOurs = (path: string): boolean => path.endsWith('.ts');
const PLATFORMS = ['src/web', 'src/discord', 'src/slack'];
const ROOTS = ['src/start', 'src/main', 'src/bot', 'src/cli', 'src/doctor', 'src/playground'];

describe('dependencies point one way', () => {
  it('sees the imports at all', () => {
    expect(all.length).toBeGreaterThan(100);
    expect(all).toContainEqual({ from: 'src/bot/bot.ts', to: 'src/app.ts' });
  });

  it('the core words (message, markdown, errors, command) know nothing of the rest', () => {
    const core = [
      'src/message',
      'src/markdown',
      'src/errors',
      'src/nearest',
      'src/clean-text',
      'src/command',
      'src/platform',
    ];
    expect(offending(({ from, to }) => under(from, ...core) && isOurs(to) && !under(to, ...core))).toEqual([]);
  });

  it('the rules of time and of learning are pure: they use nothing but themselves and the core words', () => {
    const pure = ['src/calendar', 'src/learning'];
    const allowed = [...pure, 'src/errors', 'src/nearest', 'src/clean-text'];
    expect(offending(({ from, to }) => under(from, ...pure) && isOurs(to) && !under(to, ...allowed))).toEqual([]);
  });

  it('what renderers have in common knows no platform, and nothing else but the core words', () => {
    const allowed = ['src/rendering', 'src/message', 'src/markdown', 'src/clean-text', 'src/command'];
    expect(offending(({ from, to }) => under(from, 'src/rendering') && isOurs(to) && !under(to, ...allowed))).toEqual(
      [],
    );
  });

  it('only storage knows the databases', () => {
    const drivers = /^(drizzle-orm|better-sqlite3|pg)(\/|$)/;
    expect(offending(({ from, to }) => drivers.test(to) && !under(from, 'src/storage'))).toEqual([]);
  });

  it('storage knows no command, platform, card or delivery', () => {
    const allowed = ['src/storage', 'src/calendar', 'src/learning', 'src/errors'];
    expect(offending(({ from, to }) => under(from, 'src/storage') && isOurs(to) && !under(to, ...allowed))).toEqual([]);
  });

  it('commands know no platform', () => {
    expect(
      offending(({ from, to }) => under(from, 'commands', 'src/cards') && under(to, ...PLATFORMS, ...ROOTS)),
    ).toEqual([]);
  });

  it('platforms know neither each other nor storage nor commands', () => {
    const wrong = (from: string, to: string) =>
      PLATFORMS.some(platform => under(from, platform) && under(to, ...PLATFORMS.filter(other => other !== platform)));
    const forbidden = ['src/storage', 'commands', 'src/delivery', 'src/curriculum', ...ROOTS];
    expect(
      offending(({ from, to }) => wrong(from, to) || (under(from, ...PLATFORMS) && under(to, ...forbidden))),
    ).toEqual([]);
  });

  it('nothing but the composition roots knows the platforms', () => {
    expect(offending(({ from, to }) => under(to, ...PLATFORMS) && !under(from, ...PLATFORMS, ...ROOTS))).toEqual([]);
  });

  it('nobody imports a composition root', () => {
    expect(offending(({ from, to }) => under(to, ...ROOTS) && !under(from, ...ROOTS))).toEqual([]);
  });

  it('process.env is read in env.ts only', () => {
    const readers = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts') && readFileSync(join(ROOT, 'src', file), 'utf8').includes('process.env'))
      .sort();
    expect(readers).toEqual(['env.ts']);
  });

  it('no import goes in a circle', () => {
    const next = new Map<string, string[]>();
    for (const { from, to } of all) if (isOurs(to)) next.set(from, [...(next.get(from) ?? []), to]);
    const circles: string[] = [];
    const seen = new Set<string>();
    const walk = (file: string, path: string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (seen.has(file)) return;
      seen.add(file);
      for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    };
    for (const file of next.keys()) walk(file, []);
    expect(circles).toEqual([]);
  });
});
