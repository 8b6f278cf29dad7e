// The app manifest that an operator pastes into Slack: commands from our definitions, and no scope that is not needed.
import type { AppsManifestCreateArguments } from '@slack/web-api';
import { shorten } from '../clean-text.ts';
import type { Command, Commands } from '../command.ts';
import { usageOf } from '../command-text.ts';
import { MAIN, slackCommandNames } from './names.ts';

export type Manifest = AppsManifestCreateArguments['manifest'];

/** Where Slack and browsers find our web server, on the address that the manifest names. */
export const PATHS = {
  events: '/slack/events',
  install: '/slack/install',
  redirect: '/slack/oauth_redirect',
} as const;

/** Every scope of the bot, each with what would not work without it. */
export const BOT_SCOPES = [
  // The slash commands themselves.
  'commands',
  // Digests, boards and answers. Not chat:write.public: where Milepost is no member it could not find its own post again.
  'chat:write',
  // Opens the direct messages of a member for their own digest.
  'im:write',
  // Time zone, language and name of a member, and whether they manage the workspace.
  'users:read',
  // The name of a public or private channel, and whether Milepost is a member there.
  'channels:read',
  'groups:read',
  // Finds its own post again after a crash, so that it is not posted twice: in channels, and in direct messages.
  'channels:history',
  'groups:history',
  'im:history',
  // Pictures in posts.
  'files:write',
] as const;

/** A member opens Milepost's home, and Milepost was removed. Messages are not among them: Milepost reads nobody's. */
export const BOT_EVENTS = ['app_home_opened', 'app_uninstalled', 'tokens_revoked'] as const;
/** With many workspaces: an organisation gave Milepost some of its workspaces, or took it out of them. */
export const ORGANISATION_EVENTS = ['team_access_granted', 'team_access_revoked'] as const;

/** The scopes that are lacking, in our order; `have` as Slack's header `x-oauth-scopes` lists them. */
export const missingScopes = (have: string | readonly string[]): string[] => {
  const given = new Set((typeof have === 'string' ? have.split(',') : have).map(scope => scope.trim()));
  return BOT_SCOPES.filter(scope => !given.has(scope));
};

/** Slack's limits. */
const MOST = { commands: 50, description: 2000, usage: 1000 };
/** Slack shows a hint on one line beside the command: a longer one names the subcommands only. */
const HINT_LENGTH = 100;

/** What may follow a command's name: `select <track> | show | list`; organisers find theirs by `/settings help`. */
const usageHint = (command: Command): string => {
  const parts = Object.entries(command.subcommands)
    .filter(([, { audience }]) => audience !== 'organiser')
    .map(([name]) => ({
      name,
      usage: usageOf(command, name)
        .slice(command.name.length + 1)
        .trim(),
    }));
  const whole = parts.map(({ usage }) => usage).join(' | ');
  const isLong = whole.length > HINT_LENGTH && parts.length > 1;
  return shorten(isLong ? parts.map(({ name }) => name).join(' | ') : whole, MOST.usage);
};

const describe = ({ description, audience }: Command): string =>
  shorten(audience === 'organiser' ? `${description} (for organisers)` : description, MOST.description);

type SlashCommand = NonNullable<NonNullable<Manifest['features']>['slash_commands']>[number];

const slashCommands = (commands: Commands, prefix: string | undefined, url: string | undefined): SlashCommand[] => {
  const names = slackCommandNames(commands, prefix);
  if (names.size > MOST.commands)
    throw new Error(`Slack takes ${MOST.commands} slash commands, and there are ${names.size}`);
  return [...names].map(([slash, name]) => {
    const command = commands.get(name);
    const description = command ? describe(command) : 'Everything Milepost can do, command by command';
    const hint = command ? usageHint(command) : '<command>, such as help or track select';
    return {
      command: slash,
      description,
      ...(hint !== '' && { usage_hint: hint }),
      ...(url !== undefined && { url }),
      // A channel that is named then comes with its id.
      should_escape: true,
    };
  });
};

const ABOUT =
  'Milepost walks your community through a learning roadmap, one week at a time. Members pick a track and engineering roles; on a schedule Milepost posts the week’s topics, sends each member their own next steps, and keeps a leaderboard. It reads nobody’s messages.';

export type Connection = { socket: true } | { url: string };
export type ManifestOptions = {
  prefix?: string | undefined;
  /** For many workspaces: the address that the install page is under, which over HTTP is `url` unless told. */
  oauth?: boolean | { url: string };
};

/**
 * The manifest of the app, by Socket Mode or with Slack calling `url` (without a slash at its end). Throws where there are more
 * commands than Slack takes: a fault of ours.
 */
export const slackManifest = (
  commands: Commands,
  connection: Connection,
  { prefix, oauth = false }: ManifestOptions = {},
): Manifest => {
  const url = 'url' in connection ? connection.url : undefined;
  const requests = url === undefined ? undefined : `${url}${PATHS.events}`;
  const installUrl = typeof oauth === 'object' ? oauth.url : oauth ? url : undefined;
  if (oauth && installUrl === undefined) throw new Error('OAuth needs the address of the install page');
  return {
    display_information: {
      name: 'Milepost',
      description: 'A learning roadmap for your community, one week at a time',
      long_description: ABOUT,
      background_color: '#0f766e',
    },
    features: {
      // Read-only would take the box away in which commands are typed.
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: MAIN, always_online: true },
      slash_commands: slashCommands(commands, prefix, requests),
    },
    oauth_config: {
      ...(installUrl !== undefined && { redirect_urls: [`${installUrl}${PATHS.redirect}`] }),
      scopes: { bot: [...BOT_SCOPES] },
    },
    settings: {
      event_subscriptions: {
        ...(requests !== undefined && { request_url: requests }),
        bot_events: [...BOT_EVENTS, ...(oauth === false ? [] : ORGANISATION_EVENTS)],
      },
      interactivity: {
        is_enabled: true,
        ...(requests !== undefined && { request_url: requests, message_menu_options_url: requests }),
      },
      // With a single token Milepost serves the one workspace of that token.
      org_deploy_enabled: oauth !== false,
      socket_mode_enabled: url === undefined,
      token_rotation_enabled: oauth !== false,
    },
  };
};
