// Slack's rules for an app manifest: every field by name, its length, and which slash commands are Slack's own.
import {
  all,
  anything,
  boolean,
  type Fields,
  isObject,
  type Json,
  list,
  matching,
  object,
  type Problems,
  type Rule,
  say,
  string,
} from './form.ts';

/** Commands that Slack keeps for itself or that mean something in its clients. */
export const RESERVED_COMMANDS: ReadonlySet<string> = new Set(
  [
    'archive',
    'active',
    'apps',
    'away',
    'call',
    'collapse',
    'dm',
    'dnd',
    'expand',
    'feed',
    'feedback',
    'giphy',
    'help',
    'huddle',
    'invite',
    'invite_people',
    'join',
    'keys',
    'kick',
    'leave',
    'list',
    'me',
    'msg',
    'mute',
    'open',
    'part',
    'poll',
    'prefs',
    'remind',
    'remove',
    'rename',
    'search',
    'shortcuts',
    'shrug',
    'skype',
    'star',
    'status',
    'todo',
    'topic',
    'unarchive',
    'who',
  ].map(name => `/${name}`),
);

const url = all(string(1, 3000), matching(/^https?:\/\/\S+$/, 'must be a valid URL'));
const commandName: Rule = (problems, at, value) => {
  if (typeof value !== 'string' || !/^\/[a-z0-9_-]{1,31}$/.test(value))
    return say(problems, at, 'must be a slash and 1 to 31 lower-case letters, digits, - or _');
  if (RESERVED_COMMANDS.has(value)) say(problems, at, `${value} is reserved`);
};
const command = object(
  { command: commandName, description: string(1, 2000) },
  { usage_hint: string(1, 1000), url, should_escape: boolean },
);
const shortcut = object({
  name: string(1, 24),
  callback_id: string(1, 255),
  description: string(1, 150),
  type: anything,
});
const scopes = list(matching(/^[a-z][a-z_.-]*(:[a-z._-]+)*$/, 'must be a scope'), 0, 255);
const events = list(matching(/^[a-z_.]+$/, 'must be an event type'), 1, 100);

const manifest = object(
  {
    display_information: object(
      { name: string(1, 35) },
      {
        description: string(1, 140),
        long_description: string(175, 4000),
        background_color: matching(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be a colour'),
      },
    ),
  },
  {
    _metadata: anything,
    features: object({}, {
      app_home: object(
        {},
        { home_tab_enabled: boolean, messages_tab_enabled: boolean, messages_tab_read_only_enabled: boolean },
      ),
      bot_user: object({ display_name: string(1, 80) }, { always_online: boolean }),
      slash_commands: list(command, 1, 50),
      shortcuts: list(shortcut, 1, 10),
      unfurl_domains: list(string(1, 255), 1, 5),
      agent_view: anything,
      assistant_view: anything,
    } satisfies Fields),
    oauth_config: object(
      {},
      {
        redirect_urls: list(url, 1, 1000),
        scopes: object({}, { bot: scopes, user: scopes, bot_optional: scopes, user_optional: scopes }),
        token_management_enabled: boolean,
        pkce_enabled: boolean,
      },
    ),
    settings: object(
      {},
      {
        allowed_ip_address_ranges: list(string(1, 255), 1, 10),
        event_subscriptions: object(
          {},
          { request_url: url, bot_events: events, user_events: events, metadata_subscriptions: list(anything, 1, 20) },
        ),
        interactivity: object({ is_enabled: boolean }, { request_url: url, message_menu_options_url: url }),
        org_deploy_enabled: boolean,
        socket_mode_enabled: boolean,
        token_rotation_enabled: boolean,
        is_hosted: boolean,
        hermes_app_type: anything,
        function_runtime: anything,
        incoming_webhooks: anything,
      },
    ),
  },
);

const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((one, key) => (isObject(one) ? one[key] : undefined), value);
export const manifestCommands = (given: unknown): Json[] => {
  const commands = at(given, 'features', 'slash_commands');
  return Array.isArray(commands) ? commands.filter(isObject) : [];
};

/** What belongs together: addresses where there is no socket, a bot user where there are bot scopes. */
const checkTogether = (problems: Problems, given: unknown): void => {
  const usesSocket = at(given, 'settings', 'socket_mode_enabled') === true;
  const commands = manifestCommands(given);
  const names = commands.map(one => one.command);
  for (const [index, one] of commands.entries()) {
    const here = `/features/slash_commands/${index}`;
    if (names.indexOf(one.command) !== index) say(problems, here, `duplicate command ${one.command}`);
    if (!usesSocket && one.url === undefined) say(problems, here, 'missing required field: url');
  }
  const bot = at(given, 'oauth_config', 'scopes', 'bot');
  const hasScopes = Array.isArray(bot) && bot.length > 0;
  if (hasScopes && at(given, 'features', 'bot_user') === undefined)
    say(problems, '/features', 'missing required field: bot_user');
  if (commands.length > 0 && !(hasScopes && bot.includes('commands')))
    say(problems, '/oauth_config/scopes/bot', 'commands is needed for slash commands');
  const events = at(given, 'settings', 'event_subscriptions');
  if (!usesSocket && isObject(events) && events.request_url === undefined)
    say(problems, '/settings/event_subscriptions', 'missing required field: request_url');
  if (
    !usesSocket &&
    at(given, 'settings', 'interactivity', 'is_enabled') === true &&
    at(given, 'settings', 'interactivity', 'request_url') === undefined
  )
    say(problems, '/settings/interactivity', 'missing required field: request_url');
};

/** What Slack would find wrong with a manifest; empty where nothing is. */
export const manifestProblems = (given: unknown): Problems => {
  const problems: Problems = [];
  manifest(problems, '', given);
  checkTogether(problems, given);
  return problems;
};
