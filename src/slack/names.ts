// Which slash commands Milepost has in Slack, how a member types each of its commands there, and what they typed.
import type { Commands } from '../command.ts';

/** Everything can be reached under it, also what Slack keeps for itself. */
export const MAIN = 'milepost';
/** The slash and at most 31 lower-case letters, digits, - or _ (Slack's manifest schema). */
const NAME_LIMIT = 32;

/**
 * Slack's own, of which a manifest may have none, or which its clients take before any app sees them. From Slack's help page
 * "Use built-in slash commands" over the years, with the names that Slack's manifest check is reported to refuse.
 */
const RESERVED: ReadonlySet<string> = new Set(
  [
    'active archive apps away call close collapse dm dnd expand feed feedback giphy help huddle invite invite_people join keys kick',
    'leave list me msg mute open part poll prefs pro remind remove rename search shortcuts shrug skype star status todo topic',
    'unarchive unmute who',
  ].flatMap(names => names.split(' ')),
);

/** The slash commands that the app declares, each with the command it stands for: `/track`, or `/mp-track` with the prefix `mp`. */
export const slackCommandNames = (commands: Commands, prefix?: string): ReadonlyMap<string, string> => {
  const own = [...commands.keys()].flatMap((name): [string, string][] => {
    const slash = prefix === undefined ? name : `${prefix}-${name}`;
    const isFree = slash !== MAIN && !RESERVED.has(slash) && slash.length < NAME_LIMIT;
    return isFree ? [[`/${slash}`, name]] : [];
  });
  return new Map([[`/${MAIN}`, ''], ...own]);
};

/** What stands between `<` and `>` for Slack, as the member saw it; a channel stays, for its id is worth more than its name. */
const spoken = (whole: string, kind: string, target: string, label: string | undefined): string => {
  switch (kind) {
    case '#':
      return whole;
    case '@':
      return label ? `@${label.replace(/^@/, '')}` : `@${target}`;
    case '!':
      return `@${(label ?? target.split('^')[0] ?? '').replace(/^@/, '')}`;
    default:
      return label || target;
  }
};

/** What a member typed, of what Slack made of it: entities, and mentions and links in angle brackets. */
const unescapeText = (text: string): string =>
  text
    .replaceAll(/<([#@!]|(?=https?:|mailto:))([^<>|\s]+)(?:\|([^<>]*))?>/g, spoken)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Quotes are somebody's own text; a command stands by itself, not in a path. */
const QUOTE_OR_COMMAND = /“[^”]*”|(?<![\w/])\/([a-z][a-z0-9_-]*)(?![\w/])/g;

export type SlackNames = {
  /** How a command is typed in this workspace: `topics show` as `/topics show`, `help` as `/milepost help`. */
  typed(command: string): string;
  /** Plain `text` with the commands that it names as they are typed in this workspace; quotes stay as they are. */
  renamed(text: string): string;
  /** A slash command as Slack tells of it, as one line for our parser: `/track select engineering`. */
  readSlash(sent: { command: string; text: string }): string;
};

export const createSlackNames = (commands: Commands, prefix?: string): SlackNames => {
  const known = slackCommandNames(commands, prefix);
  const slashOf = new Map([...known].map(([slash, name]) => [name, slash]));
  const typed = (command: string): string => {
    const [name = '', ...rest] = command.split(' ');
    const slash = slashOf.get(name) ?? (commands.has(name) ? `/${MAIN} ${name}` : `/${name}`);
    return [slash, ...rest].join(' ');
  };
  return {
    typed,
    renamed: text =>
      text.replaceAll(QUOTE_OR_COMMAND, (whole, name?: string) =>
        name !== undefined && commands.has(name) ? typed(name) : whole,
      ),
    readSlash({ command, text }) {
      const slash = command.toLowerCase();
      const line = unescapeText(text).trim();
      // One that the manifest no longer has is read by its own name.
      const name = known.get(slash) ?? slash.replace(/^\//, '');
      if (name === '') return line === '' ? '/help' : `/${line.replace(/^\/\s*/, '')}`;
      return `/${name} ${line}`.trimEnd();
    },
  };
};
