// Links to topics that an outline plans but nobody has written yet: shown as their words, for there is nothing to open.

const TOPIC_LINK = /\[((?:[^\]\\]|\\.)*)\]\(topic:([a-z0-9][a-z0-9_-]*)\)/g;

const withoutDeadLinks = (markdown: string, isWritten: (id: string) => boolean): string =>
  markdown.includes('](topic:')
    ? markdown.replaceAll(TOPIC_LINK, (link, words: string, id: string) => (isWritten(id) ? link : words))
    : markdown;

/** `content` (a topic, or any part of one) with every link to a topic that is not written as plain words. */
export const unlinkUnwritten = <T>(content: T, isWritten: (id: string) => boolean): T => {
  if (typeof content === 'string') return withoutDeadLinks(content, isWritten) as T;
  if (Array.isArray(content)) return content.map(part => unlinkUnwritten(part, isWritten)) as T;
  if (content === null || typeof content !== 'object' || Object.getPrototypeOf(content) !== Object.prototype)
    return content;
  return Object.fromEntries(Object.entries(content).map(([key, part]) => [key, unlinkUnwritten(part, isWritten)])) as T;
};
