// Checks a workspace's bot token: whether Slack accepts it, whose it is, and which scopes it has.
import { quoted } from '../doctor-schedules.ts';
import { bad, type Finding, good, unchecked, warning } from '../finding.ts';
import { type Clients, problemOf } from './clients.ts';
import { settingsPage } from './doctor-failure.ts';
import { BOT_SCOPES, missingScopes } from './manifest.ts';

/** What does not work without each scope. */
const WITHOUT: Record<(typeof BOT_SCOPES)[number], string> = {
  commands: 'no slash command works',
  'chat:write': 'nothing is posted and nothing answered',
  'im:write': 'no member gets their own digest',
  'users:read': 'nobody’s time zone and name is known, nor who manages the workspace',
  'channels:read': 'no schedule can name a public channel',
  'groups:read': 'no schedule can name a private channel',
  'channels:history': 'in public channels nobody can tell after a crash whether a post got out',
  'groups:history': 'in private channels nobody can tell after a crash whether a post got out',
  'im:history': 'nobody can tell after a crash whether a direct message got out',
  'files:write': 'posts have no pictures',
};

export type Bot = {
  teamId: string;
  workspace: string;
  /** Undefined where Slack did not tell. */
  appId: string | undefined;
  /** Undefined where Slack did not tell. */
  scopes: string[] | undefined;
  isBot: boolean;
};

/** Whose token it is. Throws as the call does. Two requests. */
export const botOf = async ({ reads }: Clients): Promise<Bot> => {
  const { team_id: teamId = '', team = '', bot_id: botId, app_id: appId, response_metadata } = await reads.auth.test();
  const { scopes } = (response_metadata ?? {}) as { scopes?: string[] };
  let knownApp = appId;
  if (knownApp === undefined && botId !== undefined)
    try {
      knownApp = (await reads.bots.info({ bot: botId })).bot?.app_id;
    } catch (error) {
      // Without users:read, which the scopes tell of.
      if (problemOf(error).type !== 'refused') throw error;
    }
  return { teamId, workspace: team, appId: knownApp, scopes, isBot: botId !== undefined };
};

const INSTALL_AGAIN: Record<'one' | 'many', string> = {
  one: 'Install App, Reinstall to Workspace, and put the Bot User OAuth Token into SLACK_BOT_TOKEN where it is another one',
  many: 'then somebody of the workspace installs Milepost again from the install page',
};

/** `whose` is empty for the only workspace. */
export const checkScopes = ({ scopes, appId }: Bot, kind: 'one' | 'many', whose = ''): Finding[] => {
  if (!scopes) return [unchecked(`the scopes${whose}`, 'Slack did not list them')];
  const missing = missingScopes(scopes) as (typeof BOT_SCOPES)[number][];
  const surplus = scopes.filter(scope => !(BOT_SCOPES as readonly string[]).includes(scope));
  const page = settingsPage(appId, 'oauth');
  const findings: Finding[] = [];
  if (missing.length > 0)
    findings.push(
      bad(
        `Scopes${whose}: ${missing.length === 1 ? 'one is' : `${missing.length} are`} missing. Without ${missing.map(scope => `${scope} ${WITHOUT[scope]}`).join('; without ')}`,
        `Open ${page}, OAuth & Permissions, Bot Token Scopes, Add an OAuth Scope (or paste what \`npx milepost slack manifest\` prints into App Manifest; where they are listed there already, nothing is to be added); ${INSTALL_AGAIN[kind]}.`,
      ),
    );
  if (surplus.length > 0)
    findings.push(
      warning(
        `Scopes${whose}: ${surplus.join(', ')} granted, and Milepost needs none of it`,
        `Open ${page}, OAuth & Permissions, Bot Token Scopes, and remove it; ${INSTALL_AGAIN[kind]}.`,
      ),
    );
  return findings.length > 0 || whose !== '' ? findings : [good(`Scopes: all ${BOT_SCOPES.length} are there`)];
};

/** The name of a workspace with its id, for one who has many. */
export const workspaceName = ({ workspace, teamId }: Bot): string => `${quoted(workspace)} (${teamId})`;
