// What `milepost discord …` does: prints the invite link, and registers or removes the slash commands by hand.
import type { RESTPostAPIChatInputApplicationCommandsJSONBody } from 'discord-api-types/v10';
import { UserError } from '../errors.ts';
import { checkInvitable } from './doctor-application.ts';
import { TOKEN_REFUSED } from './gateway.ts';
import { inviteUrl } from './permissions.ts';
import { commandsApi } from './platform.ts';
import { differs, registerCommands } from './register.ts';
import { createDiscordRest, problemOf } from './rest.ts';

type Connection = { token: string; apiUrl?: string };

/** Discord's codes. */
const MISSING_ACCESS = 50001;
const UNKNOWN_GUILD = 10004;

const HOUR_MS = 3_600_000;
/** The only limit of many hours that these calls can meet is that on new commands. */
const waitText = (ms: number): string =>
  ms < HOUR_MS
    ? `${Math.ceil(ms / 1000)} s`
    : `${Math.ceil(ms / HOUR_MS)} h, for it takes at most 200 new commands a day`;

/** The call's result; throws what went wrong as a sentence for the one who typed the command. */
const asked = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    const problem = problemOf(error);
    if (problem.type === 'limited')
      throw new UserError(
        'discord_limit',
        `Discord asks to wait ${waitText(problem.retryAfterMs)}. Run this again then.`,
      );
    if (problem.type !== 'refused')
      throw new UserError('discord_unreachable', `${problem.message} \`npx milepost doctor\` says what to check.`);
    const { status, code, message } = problem;
    if (status === 401) throw new UserError('token_refused', TOKEN_REFUSED);
    if (code === MISSING_ACCESS || code === UNKNOWN_GUILD)
      throw new UserError(
        'not_in_guild',
        'Milepost is not in that server, or the ID is not that of a server. Open the link of `npx milepost discord invite` and choose the server first.',
      );
    throw new UserError('discord_refused', `Discord refused it: ${message} (${code || status}).`);
  }
};

/** The link that adds Milepost to a server, and what it asks for. */
export const describeInvite = async (connection: Connection): Promise<string> => {
  const application = await asked(createDiscordRest(connection).currentApplication());
  const { id, name } = application;
  return [
    inviteUrl(id),
    `Open it as somebody with Manage Server and choose the server. It adds “${name}” with its slash commands, and asks to see channels, post there and in threads, open threads, attach pictures, and read its own posts again; not to be an administrator.`,
    ...checkInvitable(application).map(finding =>
      'todo' in finding ? `${finding.what}. ${finding.todo}` : `${finding.what}.`,
    ),
  ].join('\n');
};

/** The application that the token belongs to. */
export const applicationOf = async (connection: Connection): Promise<{ id: string; name: string }> => {
  const application = await asked(createDiscordRest(connection).currentApplication());
  const { id, name } = application;
  return { id, name };
};

type Wanted = RESTPostAPIChatInputApplicationCommandsJSONBody;

/** The server's id as it was typed. Throws a UserError where it is none. */
const requireGuildId = (typed: string): string => {
  if (/^\d{17,20}$/.test(typed)) return typed;
  throw new UserError(
    'guild_id',
    '--guild takes the ID of a server, a number of 17 to 20 digits. In Discord: User Settings, Advanced, switch on Developer Mode; then right-click the server, Copy Server ID.',
  );
};

const named = (commands: readonly { name: string }[]): string =>
  `${commands.length} (${commands.map(({ name }) => `/${name}`).join(', ')})`;

/**
 * Brings the commands that Discord has, for all servers or for one, to `wanted`, or to none with `clear`; answers in words what was
 * changed. Throws a UserError where Discord refuses it.
 */
export const registerByHand = async (
  connection: Connection,
  wanted: readonly Wanted[],
  { guild, clear = false }: { guild?: string; clear?: boolean },
): Promise<string> => {
  const guildId = guild === undefined ? undefined : requireGuildId(guild);
  const where = guildId === undefined ? 'for all servers' : `for the server ${guildId}`;
  const api = await asked(commandsApi(createDiscordRest(connection)));
  const before = await asked(api.list(guildId));
  const after = clear ? [] : wanted;
  const { changed } = await asked(registerCommands(api, after, guildId === undefined ? {} : { guildId }));
  if (!changed)
    return clear
      ? `There is no command to remove ${where}.`
      : `Discord has all ${after.length} commands ${where} already; nothing was changed.`;

  const had = new Map(before.map(command => [command.name, command]));
  const isWanted = new Set(after.map(({ name }) => name));
  const groups: [string, readonly { name: string }[]][] = [
    ['Added', after.filter(({ name }) => !had.has(name))],
    [
      'Changed',
      after.filter(command => {
        const old = had.get(command.name);
        return old !== undefined && differs([command], [old]);
      }),
    ],
    ['Removed', before.filter(({ name }) => !isWanted.has(name))],
  ];
  const lines = groups
    .filter(([, group]) => group.length > 0)
    .map(([what, group]) => `${what} ${where}: ${named(group)}.`);
  const note =
    guildId === undefined
      ? clear && 'The next start of Milepost registers them again.'
      : !clear &&
        `Members of this server see each command twice while both lists are there; \`npx milepost discord register --guild ${guildId} --clear\` removes these again.`;
  return [...lines, ...(note ? [note] : [])].join('\n');
};
