// Checks that Discord shows the commands of this version, and each of them once.
import type { APIApplication } from 'discord-api-types/v10';
import type { Commands } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { quoted } from '../doctor-schedules.ts';
import { bad, type Finding, good, warning } from '../finding.ts';
import { applicationCommands } from './commands.ts';
import { differs } from './register.ts';
import type { DiscordRest } from './rest.ts';

/** Each server costs a request, and beyond a few of them nobody registers commands by hand. */
const SERVERS_AT_MOST = 25;

/** The commands of all servers. */
export const checkCommands = async (
  api: DiscordRest,
  { id }: APIApplication,
  commands: Commands,
  curriculum: Curriculum,
): Promise<Finding[]> => {
  const wanted = applicationCommands(commands, curriculum);
  const registered = await api.commands.list(id);
  if (!differs(wanted, registered)) return [good(`Commands: ${wanted.length} registered, as this version has them`)];
  return registered.length === 0
    ? [
        warning(
          'Commands: none is registered with Discord yet',
          'The next start of Milepost registers them, or `npx milepost discord register` does so now.',
        ),
      ]
    : [
        bad(
          'Commands: those that Discord shows are not those of this version',
          'Start Milepost anew, or run `npx milepost discord register`. People may have to reload Discord (Ctrl+R) to see them.',
        ),
      ];
};

/** The commands that single servers have beside those of all servers; nothing is asked where Milepost is in many servers. */
export const checkGuildCommands = async (
  api: DiscordRest,
  { id }: APIApplication,
  commands: Commands,
  guilds: readonly { id: string; name: string }[],
): Promise<Finding[]> => {
  if (guilds.length > SERVERS_AT_MOST) return [];
  const findings: Finding[] = [];
  // One server after the other: a bot that runs beside this check shares its 50 requests a second.
  for (const guild of guilds) {
    const own = await api.commands.list(id, guild.id);
    const twice = own.some(({ name }) => commands.has(name)) ? ', so that members there see commands twice' : '';
    if (own.length > 0)
      findings.push(
        warning(
          `Commands: the server ${quoted(guild.name)} has ${own.length} of its own beside those of all servers${twice}`,
          `\`npx milepost discord register --guild ${guild.id} --clear\` removes them; those of all servers stay.`,
        ),
      );
  }
  return findings;
};
