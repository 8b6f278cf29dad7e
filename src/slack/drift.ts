// What the app's settings at Slack are other than what this version wants: two manifests compared, in Slack's menu words; pure.
import { parse } from 'yaml';
import { cleanText, shorten } from '../clean-text.ts';
import { UserError } from '../errors.ts';
import type { Manifest } from './manifest.ts';

export type Difference = {
  /** `breaks`: something does not work; `spare`: there for nothing; `looks`: only how something is described. */
  weight: 'breaks' | 'spare' | 'looks';
  /** Begins with the page of the app's settings that it stands on. */
  text: string;
};

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As loosely as Slack adds fields: what is missing is undefined. */
const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((one, key) => (isFields(one) ? one[key] : undefined), value);
const textAt = (value: unknown, ...keys: readonly string[]): string => {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : '';
};
const listAt = (value: unknown, ...keys: readonly string[]): string[] => {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found.filter(one => typeof one === 'string') : [];
};

const shown = (text: string): string => (text === '' ? 'none' : `“${shorten(cleanText(text), 120)}”`);
/** Slack's editor may escape what its form would not, and ends no line with a blank. */
const sameText = (a: string, b: string): boolean => {
  const plain = (text: string) =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll(/\s+/g, ' ').trim();
  return plain(a) === plain(b);
};
const sameAddress = (a: string, b: string): boolean => a.replace(/\/+$/, '') === b.replace(/\/+$/, '');

const breaks = (text: string): Difference => ({ weight: 'breaks', text });
const spare = (text: string): Difference => ({ weight: 'spare', text });
const looks = (text: string): Difference => ({ weight: 'looks', text });

const usesSocket = (manifest: unknown): boolean => at(manifest, 'settings', 'socket_mode_enabled') === true;

const commandsOf = (manifest: unknown): Map<string, Fields> => {
  const commands = at(manifest, 'features', 'slash_commands');
  const all = Array.isArray(commands) ? commands.filter(isFields) : [];
  return new Map(all.map(one => [textAt(one, 'command'), one]));
};

const commandDifferences = (ours: unknown, theirs: unknown): Difference[] => {
  const [wanted, there] = [commandsOf(ours), commandsOf(theirs)];
  const page = 'Slash Commands';
  const lacking = [...wanted.keys()].filter(name => !there.has(name));
  const surplus = [...there.keys()].filter(name => !wanted.has(name));
  const differences: Difference[] = [];
  if (lacking.length > 0)
    differences.push(
      breaks(`${page}: ${lacking.join(', ')} missing, so nobody can send ${lacking.length === 1 ? 'it' : 'them'}`),
    );
  if (surplus.length > 0)
    differences.push(breaks(`${page}: ${surplus.map(cleanText).join(', ')} not known to this version of Milepost`));
  for (const [name, want] of wanted) {
    const have = there.get(name);
    if (!have) continue;
    const [url, theirUrl] = [textAt(want, 'url'), textAt(have, 'url')];
    // By Socket Mode the addresses stay where they were, and nobody calls them.
    if (!usesSocket(ours) && !sameAddress(url, theirUrl))
      differences.push(breaks(`${page}: ${name} has the Request URL ${shown(theirUrl)}, and Milepost is at ${url}`));
    if (have.should_escape !== true)
      differences.push(
        breaks(`${page}: ${name} does not escape channels, users, and links, so no channel is understood`),
      );
    if (!sameText(textAt(want, 'description'), textAt(have, 'description')))
      differences.push(looks(`${page}: ${name} has another Short Description`));
    if (!sameText(textAt(want, 'usage_hint'), textAt(have, 'usage_hint')))
      differences.push(looks(`${page}: ${name} has another Usage Hint`));
  }
  return differences;
};

const listDifferences = (
  page: string,
  want: readonly string[],
  have: readonly string[],
  lackingMeans = '',
): Difference[] => {
  const lacking = want.filter(one => !have.includes(one));
  const surplus = have.filter(one => !want.includes(one));
  return [
    ...(lacking.length > 0 ? [breaks(`${page}: ${lacking.join(', ')} missing${lackingMeans}`)] : []),
    ...(surplus.length > 0
      ? [spare(`${page}: ${surplus.map(cleanText).join(', ')} there, and Milepost needs none of it`)]
      : []),
  ];
};

type Switch = { keys: readonly string[]; name: string; wrong: string; spare?: true };
const SWITCHES: readonly Switch[] = [
  { keys: ['settings', 'socket_mode_enabled'], name: 'Socket Mode: Enable Socket Mode', wrong: 'so nothing arrives' },
  {
    keys: ['settings', 'interactivity', 'is_enabled'],
    name: 'Interactivity & Shortcuts: Interactivity',
    wrong: 'so no button works',
  },
  {
    keys: ['features', 'app_home', 'home_tab_enabled'],
    name: 'App Home: Home Tab',
    wrong: 'so members do not see their plan',
  },
  {
    keys: ['features', 'app_home', 'messages_tab_enabled'],
    name: 'App Home: Messages Tab',
    wrong: 'so no direct message arrives',
  },
  {
    keys: ['features', 'app_home', 'messages_tab_read_only_enabled'],
    name: 'App Home: the Messages tab read-only',
    wrong: 'so commands cannot be typed there',
  },
  {
    keys: ['settings', 'token_rotation_enabled'],
    name: 'OAuth & Permissions: Token Rotation',
    wrong: 'which Milepost needs with OAuth for many workspaces, and cannot have with one bot token',
  },
  {
    keys: ['settings', 'org_deploy_enabled'],
    name: 'Org Level Apps: opted in to org-wide installation',
    wrong: 'which goes with OAuth for many workspaces only',
    spare: true,
  },
];

const switchDifferences = (ours: unknown, theirs: unknown): Difference[] =>
  SWITCHES.flatMap(({ keys, name, wrong, spare: isSpare }) => {
    const [want, have] = [at(ours, ...keys) === true, at(theirs, ...keys) === true];
    if (want === have) return [];
    const text = `${name} is ${have ? 'on' : 'off'} and must be ${want ? 'on' : 'off'}, ${wrong}`;
    return [have && isSpare ? spare(text) : breaks(text)];
  });

const ADDRESSES: readonly (readonly [name: string, ...keys: string[]])[] = [
  ['Event Subscriptions: the Request URL', 'settings', 'event_subscriptions', 'request_url'],
  ['Interactivity & Shortcuts: the Request URL', 'settings', 'interactivity', 'request_url'],
  ['Interactivity & Shortcuts: the Options Load URL', 'settings', 'interactivity', 'message_menu_options_url'],
];

const addressDifferences = (ours: unknown, theirs: unknown): Difference[] =>
  usesSocket(ours)
    ? []
    : ADDRESSES.flatMap(([name, ...keys]) => {
        const [want, have] = [textAt(ours, ...keys), textAt(theirs, ...keys)];
        return sameAddress(want, have) ? [] : [breaks(`${name} is ${shown(have)} and must be ${want}`)];
      });

/** Slack takes an address for a redirect that begins with one of the list. */
const redirectDifferences = (ours: unknown, theirs: unknown): Difference[] => {
  const have = listAt(theirs, 'oauth_config', 'redirect_urls');
  const lacking = listAt(ours, 'oauth_config', 'redirect_urls').filter(url => !have.some(one => url.startsWith(one)));
  return lacking.map(url =>
    breaks(`OAuth & Permissions: ${url} missing among the Redirect URLs, so nobody can install`),
  );
};

/**
 * What is different at Slack (`theirs`) from what this version wants (`ours`). Not compared: names, descriptions and colour of the
 * app, which are the operator's to choose, order, and what Slack adds by itself.
 */
export const manifestDifferences = (ours: Manifest, theirs: unknown): Difference[] => {
  const scopes = ['oauth_config', 'scopes', 'bot'];
  const events = ['settings', 'event_subscriptions', 'bot_events'];
  return [
    ...switchDifferences(ours, theirs),
    ...listDifferences('OAuth & Permissions: Bot Token Scopes', listAt(ours, ...scopes), listAt(theirs, ...scopes)),
    ...listDifferences('OAuth & Permissions: User Token Scopes', [], listAt(theirs, 'oauth_config', 'scopes', 'user')),
    ...redirectDifferences(ours, theirs),
    ...listDifferences(
      'Event Subscriptions: bot events',
      listAt(ours, ...events),
      listAt(theirs, ...events),
      ', so Milepost is not told',
    ),
    ...addressDifferences(ours, theirs),
    ...commandDifferences(ours, theirs),
  ];
};

/**
 * The manifest that somebody copied from Slack's page App Manifest, JSON or YAML, also as `apps.manifest.export` answers it. Throws
 * a UserError where it is none.
 */
export const readManifest = (text: string): unknown => {
  let read: unknown;
  try {
    read = parse(text, { logLevel: 'error' });
  } catch (error) {
    const [why = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UserError(
      'manifest_unreadable',
      `This is neither JSON nor YAML: ${why.replace(/:$/, '')}. Copy the whole of App Manifest, at https://api.slack.com/apps in your app.`,
    );
  }
  const manifest = isFields(read) && isFields(read.manifest) ? read.manifest : read;
  if (isFields(manifest) && isFields(manifest.display_information)) return manifest;
  throw new UserError(
    'manifest_none',
    'This is no manifest: it has no display_information. Copy the whole of App Manifest, at https://api.slack.com/apps in your app.',
  );
};

const ORDER: readonly Difference['weight'][] = ['breaks', 'spare', 'looks'];

/** One line a difference, those that break something first. */
export const listDifferencesFound = (differences: readonly Difference[]): string[] =>
  ORDER.flatMap(wanted => differences.filter(({ weight }) => weight === wanted)).map(({ weight, text }) =>
    weight === 'looks' ? `${text} (harmless)` : text,
  );
