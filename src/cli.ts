#!/usr/bin/env node
// The `milepost` command line: what a maintainer or operator does outside of chat.
import { Command } from 'commander';
import type { DiscordEnv } from './env.ts';
import { UserError } from './errors.ts';
import type { ManifestFlags } from './slack/cli.ts';

// Each action loads only what it needs, so that --help answers at once.
const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

// Whoever reads the output may have enough of it: `milepost … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const env = async () => (await import('./env.ts')).loadEnv();

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);

const program = new Command('milepost')
  .description('Walks a community through a learning roadmap, one week at a time.')
  .version('0.1.0')
  .showHelpAfterError('(--help explains every command)');

const content = program.command('content').description('work on the curriculum in content/');
content
  .command('check')
  .description(
    'check every file of the curriculum; lists all problems with file and line, and exits with 1 where there are any',
  )
  .argument('[dir]', 'the content folder (default: CONTENT_DIR, or content)')
  .action(async (dir: string | undefined) => {
    const { loadCurriculum } = await import('./curriculum/load.ts');
    const { modules, topics } = await loadCurriculum(dir ?? (await env()).contentDir);
    print(`Everything is in order: ${modules.size} modules, ${topics.size} topics.`);
  });

const digest = program.command('digest').description('look at digests without sending them');
digest
  .command('preview')
  .description(
    'print the digest that a member with this track and these roles would get first, or what a channel would see',
  )
  .requiredOption('--track <track>', 'the track, such as engineering')
  .option('--roles <roles>', 'roles, separated by commas', listOf, [])
  .option('--hours <hours>', 'hours a week, from 1 to 40', Number, 4)
  .option('--done <topics>', 'ids of topics that are done already, separated by commas', listOf, [])
  .option('--channel', 'the digest of a channel instead of a personal one')
  .option('--week <week>', 'the week of the series that the channel digest is for, from 1 to 520', Number, 1)
  .action(async options => {
    const { loadCurriculum } = await import('./curriculum/load.ts');
    const { previewDigest } = await import('./delivery/preview.ts');
    print(previewDigest(await loadCurriculum((await env()).contentDir), options));
  });

const database = program.command('database').description('look after the database');
database
  .command('migrate')
  .description('bring the database of DATABASE_URL or DATABASE_PATH up to date (a SQLite file is copied first)')
  .action(async () => {
    const { databaseUrl, databasePath } = await env();
    const { openDatabase } = await import('./storage/database.ts');
    const db = await openDatabase({ url: databaseUrl, path: databasePath });
    await db.close();
    print(`The ${databaseUrl ? 'PostgreSQL database' : `database ${databasePath}`} is up to date.`);
  });

program
  .command('doctor')
  .description(
    'check settings, content, database, Discord and Slack; says what to click or set, changes nothing, and exits with 1 where something is broken',
  )
  .action(async () => {
    const { runDoctor } = await import('./doctor.ts');
    if (!(await runDoctor(print))) process.exitCode = 1;
  });

const discordEnv = async (): Promise<DiscordEnv> => {
  const { discord } = await env();
  if (discord) return discord;
  throw new UserError(
    'no_token',
    'DISCORD_TOKEN is not set. Open https://discord.com/developers/applications, choose the application, Bot, Reset Token, and put the token into .env as DISCORD_TOKEN. README.md explains every step.',
  );
};

/** The commands as this version has them, in Discord's form. */
const wantedCommands = async () => {
  const [{ applicationCommands }, { loadCommands }, { loadCurriculum }] = await Promise.all([
    import('./discord/commands.ts'),
    import('./commands.ts'),
    import('./curriculum/load.ts'),
  ]);
  return applicationCommands(await loadCommands(), await loadCurriculum((await env()).contentDir));
};

const discord = program.command('discord').description('set Milepost up on Discord');
discord
  .command('invite')
  .description('print the link that adds Milepost to a server')
  .action(async () => {
    const connection = await discordEnv();
    const { describeInvite } = await import('./discord/cli.ts');
    print(await describeInvite(connection));
  });
discord
  .command('register')
  .description('register the slash commands with Discord where they differ; every start does the same for all servers')
  .option('--guild <id>', 'only for the server with this ID, such as a test server')
  .option('--clear', 'remove them instead')
  .action(async (options: { guild?: string; clear?: true }) => {
    const connection = await discordEnv();
    const { registerByHand } = await import('./discord/cli.ts');
    print(await registerByHand(connection, options.clear ? [] : await wantedCommands(), options));
  });

discord
  .command('adopt')
  .description('give the database to the application of DISCORD_TOKEN, after a move to another Discord application')
  .action(async () => {
    const { databaseUrl, databasePath } = await env();
    const connection = await discordEnv();
    const [{ applicationOf }, { openDatabase }, { adoptDatabase }] = await Promise.all([
      import('./discord/cli.ts'),
      import('./storage/database.ts'),
      import('./storage/adopt.ts'),
    ]);
    const { id, name } = await applicationOf(connection);
    const db = await openDatabase({ url: databaseUrl, path: databasePath });
    try {
      await adoptDatabase(db, id);
    } finally {
      await db.close();
    }
    print(
      `The database now belongs to “${name}” (${id}). Invite it to each server with the link of \`npx milepost discord invite\`; data and schedules are as they were.`,
    );
  });

/** The text of a file, or of the input where it is called `-`. */
const readInput = async (file: string): Promise<string> => {
  const [{ readFile }, { text }] = await Promise.all([import('node:fs/promises'), import('node:stream/consumers')]);
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new UserError('input_file', `${file}: ${why}. Name a file, or - for the input.`);
  }
};

const slack = program.command('slack').description('set Milepost up on Slack');
slack
  .command('manifest')
  .description(
    'print the manifest of the Slack app; paste it at https://api.slack.com/apps, Create New App, From a manifest, or into App Manifest of the app',
  )
  .option('--socket', 'for Socket Mode, without a public address; so it is unless the settings say HTTP')
  .option('--url <address>', 'for HTTP, with Slack calling Milepost at this https address')
  .option('--oauth', 'for many workspaces: with the install page, rotating tokens and org-wide installation')
  .option('--yaml', 'YAML instead of JSON')
  .option(
    '--against <file>',
    'instead list what is different in the manifest that Slack has, copied from App Manifest into this file (- reads it from the input); exits with 1 where anything is',
  )
  .action(async ({ against, ...flags }: ManifestFlags & { against?: string }) => {
    const settings = await env();
    const [{ compareManifest, describeManifest }, { loadCommands }] = await Promise.all([
      import('./slack/cli.ts'),
      import('./commands.ts'),
    ]);
    const commands = await loadCommands();
    if (against === undefined) return print(describeManifest(commands, flags, settings));
    const { isSame, said } = compareManifest(commands, flags, settings, await readInput(against));
    print(said);
    if (!isSame) process.exitCode = 1;
  });

/** Every command with its options, for `milepost --help`: nobody should have to ask level by level. */
const explained = (command: Command, path: string): string[] =>
  command.commands.flatMap(sub => {
    const name = `${path} ${sub.name()}`;
    if (sub.commands.length > 0) return explained(sub, name);
    const places = sub.registeredArguments.map(argument => `[${argument.name()}]`);
    const options = sub.options.map(
      option =>
        `      ${option.flags.padEnd(20)} ${option.description}${typeof option.defaultValue === 'number' ? ` (default: ${option.defaultValue})` : ''}`,
    );
    return [`  ${[name, ...places].join(' ')}\n      ${sub.description()}`, ...options];
  });
program.addHelpText('after', () => `\nEvery command:\n${explained(program, 'milepost').join('\n')}`);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
