// What a reader sees of a platform's own markup: the words, without what makes them bold, a link or a time.

const zoned = (seconds: string): string => new Date(Number(seconds) * 1000).toISOString();

/** The name of a channel by its id, where there is one. */
export type ChannelNames = (id: string) => string | undefined;
const named = (nameOf: ChannelNames, whole: string, id: string): string => {
  const name = nameOf(id);
  return name === undefined ? whole : `#${name}`;
};

/** Discord's Markdown as it is read. */
export const plainDiscord = (markdown: string, nameOf: ChannelNames): string =>
  markdown
    .replaceAll(/(?<!\\)<#(\d+)>/g, (whole, id) => named(nameOf, whole, id))
    .replaceAll(/(?<!\\)<\/([\w -]+):\d+>/g, '/$1')
    .replaceAll(/(?<!\\)<t:(\d+)(?::\w)?>/g, (_, seconds) => zoned(seconds))
    .replaceAll(/\[((?:\\.|[^\]\\])*)\]\(<?(?:https?:[^)]*)>?\)/g, '$1')
    .replaceAll(/^(?:#{1,3}|-#) /gm, '')
    .replaceAll(/(?<!\\)(\*\*|`|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}]))/gu, '')
    .replaceAll(/\u200b/g, '')
    .replaceAll(/\\([^\p{L}\p{N}\s])/gu, '$1');

/** What Milepost writes in Slack for characters that would be markup and cannot be escaped: to the eye they are the same. */
const ALIKE: Readonly<Record<string, string>> = { '∗': '*', ˍ: '_', '∼': '~', ˋ: '`' };

/** Slack's mrkdwn as it is read. */
export const plainSlack = (mrkdwn: string, nameOf: ChannelNames): string =>
  mrkdwn
    .replaceAll(/<#(C\w+)(?:\|[^>]*)?>/g, (whole, id) => named(nameOf, whole, id))
    .replaceAll(/<!date\^(\d+)\^[^|>]*\|[^>]*>/g, (_, seconds) => zoned(seconds))
    .replaceAll(/<https?:[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/(?<![\p{L}\p{N}])([*_`])(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}])/gu, '$2')
    .replaceAll(/[∗ˍ∼ˋ]/g, mark => ALIKE[mark] ?? mark)
    .replaceAll(/[\u200b\u2060]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** The words alone, in lower case: what is left when each platform's layout, punctuation and capitals are taken away. */
export const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
