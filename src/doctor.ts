// `milepost doctor`: checks settings, content, database and Discord, and prints what is in order and what to do about the rest.
import { loadCommands } from './commands.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { loadCurriculum } from './curriculum/load.ts';
import type { ScheduledCommunity } from './discord/doctor-schedules.ts';
import { type Env, loadEnv } from './env.ts';
import { bad, type Finding, good, unchecked, warning } from './finding.ts';
import type { Community } from './storage/communities.ts';
import { openDatabase } from './storage/database.ts';
import { inspectDatabase } from './storage/inspect.ts';
import { DISCORD_APPLICATION, installationFact } from './storage/installation.ts';
import { schedulesOf } from './storage/schedules.ts';

const MARKS: Record<Finding['type'], string> = { good: '✓', warning: '!', bad: '✗', unchecked: '-' };
/** The form of Discord's tokens: never printed, wherever one was put by mistake. */
const TOKEN = /[\w-]{17,}\.[\w-]{5,}\.[\w-]{20,}/g;

const indented = (text: string): string => text.replaceAll('\n', '\n    ');

/** One line, and below it what to do; without anything that looks like a token. */
const formatFinding = (finding: Finding): string => {
  const todo = 'todo' in finding ? `\n    ${indented(finding.todo)}` : '';
  return `${MARKS[finding.type]} ${indented(finding.what)}${todo}`.replaceAll(TOKEN, '[a token]');
};

const things = (count: number): string => (count === 1 ? 'One thing' : `${count} things`);

const verdictOn = (findings: readonly Finding[]): string => {
  const count = (type: Finding['type']): number => findings.filter(finding => finding.type === type).length;
  if (count('bad') > 0)
    return `${things(count('bad'))} must be mended (✗), best from top to bottom. Then run this again.`;
  return count('warning') > 0
    ? `Nothing is broken. ${things(count('warning'))} to look at (!).`
    : 'Everything is in order.';
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The first line says what is wrong; the others, where there are any, are its details. */
const badFrom = (subject: string, error: unknown, otherwise: string): Finding => {
  const [what = '', ...details] = messageOf(error).split('\n');
  const todo = details.map(line => line.trim()).filter(Boolean);
  return bad(`${subject}: ${what}`, todo.join('\n') || otherwise);
};

const readSettings = (): { env?: Env; finding: Finding } => {
  try {
    return { env: loadEnv(), finding: good('Settings: all can be used') };
  } catch (error) {
    return { finding: badFrom('Settings', error, 'Look at .env and at the environment of this process.') };
  }
};

const PROBLEMS_SHOWN = 5;

const checkContent = async (folder: string): Promise<{ curriculum?: Curriculum; finding: Finding }> => {
  try {
    const curriculum = await loadCurriculum(folder);
    const { modules, topics } = curriculum;
    return { curriculum, finding: good(`Content: ${modules.size} modules, ${topics.size} topics`) };
  } catch (error) {
    // One problem a line, and the last line counts them.
    const problems = messageOf(error).split('\n').filter(Boolean);
    const todo = [...problems.slice(0, -1).slice(0, PROBLEMS_SHOWN), '`npx milepost content check` says it all.'];
    return { finding: bad(`Content: ${problems.at(-1)?.trim()}`, todo.join('\n')) };
  }
};

type Place = { url: string | undefined; path: string };

/** What the database says of Discord; nothing of it where the database could not be read. */
type Known = { communities?: ScheduledCommunity[]; owner?: string | undefined };

/** Every community on Discord with its schedules; only of a database that is up to date, so that nothing is changed. */
const readKnown = async (place: Place): Promise<Known> => {
  const db = await openDatabase(place);
  try {
    const all = (await db.query.select().from(db.tables.communities)) as Community[];
    const communities: ScheduledCommunity[] = [];
    for (const { id, platform, externalId, name } of all.toSorted((a, b) => a.id - b.id))
      if (platform === 'discord') communities.push({ externalId, name, schedules: await schedulesOf(db, id) });
    return { communities, owner: await installationFact(db, DISCORD_APPLICATION) };
  } finally {
    await db.close();
  }
};

const checkDatabase = async (place: Place): Promise<{ known: Known; finding: Finding }> => {
  const name = place.url ? 'the PostgreSQL database' : place.path;
  try {
    const state = await inspectDatabase(place);
    switch (state) {
      case 'new':
        return {
          known: { communities: [] },
          finding: good(
            place.url
              ? 'Database: PostgreSQL, still empty; the first start makes the tables'
              : `Database: none yet; the first start makes it at ${place.path}`,
          ),
        };
      case 'behind':
        return {
          known: {},
          finding: warning(
            `Database: ${name} is from an earlier version`,
            place.url
              ? 'The next start brings it up to date; make a backup (pg_dump) before that.'
              : 'The next start brings it up to date and leaves a copy beside it.',
          ),
        };
      case 'ahead':
        return {
          known: {},
          finding: bad(
            `Database: ${name} was made or changed by a later version of Milepost`,
            'Run that version, or go back to a copy of the database from before.',
          ),
        };
      case 'current':
        return { known: await readKnown(place), finding: good(`Database: ${name} is up to date`) };
      default:
        return state satisfies never;
    }
  } catch (error) {
    return { known: {}, finding: badFrom('Database', error, 'Check DATABASE_PATH or DATABASE_URL.') };
  }
};

const NO_TOKEN = warning(
  'Discord: DISCORD_TOKEN is not set, so `npm start` runs the playground',
  'README.md, “Discord, from nothing to the first digest”, says how to get a token. Put it into .env as DISCORD_TOKEN.',
);

const checkPlatforms = async (
  { discord }: Env,
  curriculum: Curriculum | undefined,
  { communities, owner }: Known,
): Promise<Finding[]> => {
  if (!discord) return [NO_TOKEN];
  try {
    const { checkDiscord } = await import('./discord/doctor.ts');
    return await checkDiscord({
      ...discord,
      commands: await loadCommands(),
      curriculum,
      communities,
      owner,
      now: () => new Date(),
    });
  } catch (error) {
    return [badFrom('Discord', error, 'This is a fault of Milepost; please report it.')];
  }
};

/** Checks everything there is, printing each finding as it comes; answers whether nothing is broken. Changes nothing. */
export const runDoctor = async (print: (line: string) => void): Promise<boolean> => {
  const findings: Finding[] = [];
  const report = (...found: Finding[]): void => {
    findings.push(...found);
    for (const finding of found) print(formatFinding(finding));
  };
  const { env, finding } = readSettings();
  report(finding);
  if (env) {
    const { curriculum, finding: content } = await checkContent(env.contentDir);
    report(content);
    const { known, finding: database } = await checkDatabase({ url: env.databaseUrl, path: env.databasePath });
    report(database);
    report(...(await checkPlatforms(env, curriculum, known)));
  } else report(unchecked('content, database and Discord', 'the settings say where they are'));
  print(`\n${verdictOn(findings)}`);
  return findings.every(({ type }) => type !== 'bad');
};
