// Links of our Markdown: where they lead, and what may be shown for them.

/** `[, kind, target]` of a link to a topic, a moment or a channel. */
export type OwnLink = { kind: 'topic' | 'time' | 'channel'; target: string };
/** What a link of our own leads to; undefined for all others. */
export const ownLink = (url: string): OwnLink | undefined => {
  const [, kind, target = ''] = /^(topic|time|channel):(.+)$/s.exec(url) ?? [];
  return kind === undefined ? undefined : { kind: kind as OwnLink['kind'], target };
};

/** `url` with each of `marks` encoded, or undefined where it is no web address. */
export const webAddressWithout = (marks: RegExp, url: string): string | undefined => {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  return href.replaceAll(marks, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
};

const withoutScheme = (url: string): string => url.replace(/^https?:\/\//i, '').replace(/\/$/, '');
/** Whether `label` says nothing but the address itself. */
export const isSameAddress = (label: string, address: string): boolean =>
  withoutScheme(label) === withoutScheme(address);

/** Whether a reader could take `label` for an address, and be misled where it is another one. */
export const looksLikeAddress = (label: string): boolean =>
  /^\s*(?:[a-z][a-z0-9+.-]*:\/\/|www\.)|^\s*[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/:?#]\S*)?\s*$/i.test(label) ||
  label.includes('://');

/** Seconds of an instant in ISO form since 1970; undefined where it is none. */
export const secondsOf = (instant: string): number | undefined => {
  const time = /^\d{4}-\d\d-\d\dT/.test(instant) ? Date.parse(instant) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
};

/** Whether `label` tells a time of day: a date without one stays a date. */
export const hasTimeOfDay = (label: string): boolean => /\d[:.h]\d\d/.test(label);
