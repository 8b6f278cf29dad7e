// `milepost doctor`: checks settings, content, database, Discord and Slack, and prints what is in order and what to do about the rest.
import { loadCommands } from './commands.ts';
import type { Curriculum } from './curriculum/curriculum.ts';
import { loadCurriculum } from './curriculum/load.ts';
import { type Known, type Place, readKnown } from './doctor-database.ts';
import { type Env, loadEnv } from './env.ts';
import { bad, type Finding, good, unchecked, warning } from './finding.ts';
import { inspectDatabase } from './storage/inspect.ts';

const MARKS: Record<Finding['type'], string> = { good: '✓', warning: '!', bad: '✗', unchecked: '-' };
/** The forms of Discord's and of Slack's tokens: never printed, wherever one was put by mistake. */
const TOKEN = /[\w-]{17,}\.[\w-]{5,}\.[\w-]{20,}|\bx(?:app|ox[a-z](?:\.xox[a-z])?)-[\w-]{10,}/g;

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

const checkDatabase = async (
  place: Place,
  secretKeys: readonly string[],
): Promise<{ known: Known; finding: Finding }> => {
  const name = place.url ? 'the PostgreSQL database' : place.path;
  try {
    const state = await inspectDatabase(place);
    switch (state) {
      case 'new':
        return {
          known: { discord: [], slack: [], installations: [] },
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
        return { known: await readKnown(place, secretKeys), finding: good(`Database: ${name} is up to date`) };
      default:
        return state satisfies never;
    }
  } catch (error) {
    return { known: {}, finding: badFrom('Database', error, 'Check DATABASE_PATH or DATABASE_URL.') };
  }
};

const NO_TOKEN = warning(
  'Platforms: no token of Discord or Slack is set, so `npm start` runs the playground',
  'README.md, “Discord, from nothing to the first digest” and “Slack, from nothing to the first digest”, says how to get one. Put it into .env as DISCORD_TOKEN, or as SLACK_BOT_TOKEN with SLACK_APP_TOKEN.',
);

const now = (): Date => new Date();

/** What a platform's check finds; a check that fails is a finding as well. */
const checkedBy = async (platform: string, check: () => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await check();
  } catch (error) {
    return [badFrom(platform, error, 'This is a fault of Milepost; please report it.')];
  }
};

/** The checks of the platforms that are set up, by name. */
const platformChecks = (
  env: Env,
  curriculum: Curriculum | undefined,
  known: Known,
): [name: string, check: () => Promise<Finding[]>][] => {
  const { discord, slack, publicUrl, slackConfigToken: configToken } = env;
  const checks: [string, () => Promise<Finding[]>][] = [];
  if (discord)
    checks.push([
      'Discord',
      async () => {
        const [{ checkDiscord }, commands] = await Promise.all([import('./discord/doctor.ts'), loadCommands()]);
        const { discord: communities, owner } = known;
        return checkDiscord({ ...discord, commands, curriculum, communities, owner, now });
      },
    ]);
  if (slack)
    checks.push([
      'Slack',
      async () => {
        const [{ checkSlack }, commands] = await Promise.all([import('./slack/doctor.ts'), loadCommands()]);
        const { slack: communities, installations } = known;
        return checkSlack({ slack, publicUrl, configToken, commands, communities, installations, now });
      },
    ]);
  return checks;
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
    const place = { url: env.databaseUrl, path: env.databasePath };
    const { known, finding: database } = await checkDatabase(place, env.secretKeys);
    report(database);
    const checks = platformChecks(env, curriculum, known);
    if (checks.length === 0) report(NO_TOKEN);
    for (const [name, check] of checks) {
      if (checks.length > 1) print(`\n${name}`);
      report(...(await checkedBy(name, check)));
    }
  } else report(unchecked('content, database, Discord and Slack', 'the settings say where they are'));
  print(`\n${verdictOn(findings)}`);
  return findings.every(({ type }) => type !== 'bad');
};
