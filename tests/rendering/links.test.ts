import { expect, it } from 'vitest';
import { hasTimeOfDay, isSameAddress, looksLikeAddress, ownLink, secondsOf } from '../../src/rendering/links.ts';

it.each(['https://e.org', ' www.e.org', 'e.org', 'paypal.com/login', 'sub.e-x.org:8080', 'see steam://run'])(
  'a reader could take "%s" for an address',
  label => {
    expect(looksLikeAddress(label)).toBe(true);
  },
);

it.each(['the paper', 'GPT-4 report', 'e.g. this', 'a.b', 'v1.2', 'Ada. Bo'])(
  'nobody takes "%s" for an address',
  label => {
    expect(looksLikeAddress(label)).toBe(false);
  },
);

it('a label that is the address itself says nothing more', () => {
  expect(isSameAddress('e.org/x', 'https://e.org/x/')).toBe(true);
  expect(isSameAddress('e.org/x', 'https://evil.example/x')).toBe(false);
});

it('links of our own lead to a topic, a moment or a channel; all others lead elsewhere', () => {
  expect(ownLink('topic:testing')).toEqual({ kind: 'topic', target: 'testing' });
  expect(ownLink('time:2026-01-01T09:00:00Z')).toEqual({ kind: 'time', target: '2026-01-01T09:00:00Z' });
  expect([ownLink('topic:'), ownLink('https://e.org/topic:x'), ownLink('javascript:topic:x')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('a moment has its seconds, and what is none has not', () => {
  expect(secondsOf('2026-01-01T09:00:00.900Z')).toBe(1_767_258_000);
  expect([secondsOf('2026-01-01'), secondsOf('tomorrow'), secondsOf('2026-99-01T00:00Z')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it.each([
  ['Mon 5 Jan, 09:30', true],
  ['9h30', true],
  ['5 January 2026', false],
])('"%s" tells a time of day: %s', (label, expected) => {
  expect(hasTimeOfDay(label)).toBe(expected);
});
