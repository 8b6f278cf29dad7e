import { describe, expect, it } from 'vitest';
import { channelDigest } from '../../src/cards/digest.ts';
import { trackLabel } from '../../src/cards/track.ts';
import { trackOrder } from '../../src/curriculum/graph.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { toPlainText } from '../../src/message.ts';
import { testCurriculum } from '../support/curriculum.ts';

it('a channel is never shown a topic before what it builds on, in any track of the real curriculum', async () => {
  const curriculum = await loadCurriculum('content');
  const tracks = [...curriculum.tracks.keys()];
  const weeks = Math.max(...tracks.map(track => trackOrder(curriculum, track).length));
  const seen = new Set<string>();
  for (let week = 0; week < weeks; week += 1) {
    const message = channelDigest(curriculum, { tracks, topicsPerWeek: 1 }, week);
    const lines = message ? toPlainText(message).split('\n') : [];
    const shown = [...curriculum.topics.values()].filter(topic => lines.includes(topic.title));
    for (const topic of shown) {
      expect(topic.requires.filter(id => !seen.has(id) && !shown.some(other => other.id === id))).toEqual([]);
      seen.add(topic.id);
    }
  }
  expect(seen.size).toBe(curriculum.topics.size);
});

describe('a channel digest of several tracks', () => {
  const parts = (message: ReturnType<typeof channelDigest>): string[] =>
    message ? toPlainText(message).split('\n\n---\n\n') : [];
  const shared = new Map(
    [...testCurriculum.topics].map(([id, topic]) => [
      id,
      { ...topic, tracks: topic.tracks.includes('engineering') ? ['engineering', 'research'] : ['general'] },
    ]),
  );

  it('has a part of its own for a track only where there is something new to say, in every week of the real curriculum', async () => {
    const curriculum = await loadCurriculum('content');
    const tracks = [...curriculum.tracks.keys()];
    const labels = tracks.map(track => trackLabel(curriculum, track));
    for (const topicsPerWeek of [1, 2, 3])
      for (let week = 0; week < 20; week += 1) {
        const [, ...sections] = parts(channelDigest(curriculum, { tracks, topicsPerWeek }, week));
        const last = sections.pop() ?? 'Show mine';
        for (const section of sections) {
          expect(section).toMatch(/\[Read\]|complete/);
          const [label = ''] = section.split('\n');
          expect(labels).toContain(label);
          expect(section.split(label), `${label} stands there once`).toHaveLength(2);
        }
        expect(last).toMatch(/^(Also this week’s topics? for[^\n]*\n\n)?Show mine/);
      }
  });

  it('names the tracks without a topic of their own in one line, with the topics where these are not all of the post', () => {
    const of = (tracks: string[], week: number) =>
      parts(channelDigest({ ...testCurriculum, topics: shared }, { tracks, topicsPerWeek: 1 }, week)).at(-1);
    expect(of(['general', 'engineering', 'research'], 0)).toMatch(
      /^Also this week’s topic for: ⚙️ Engineering Track and 🔬 Research Track\.\n/,
    );
    expect(of(['general', 'engineering', 'research'], 3)).toMatch(
      /^Also this week’s topic for 🔬 Research Track, see above: Testing\.\n/,
    );
    expect(of(['engineering'], 3)).toMatch(/^Show mine/);
  });

  it('says of a topic which other tracks have it too', () => {
    const digest = channelDigest(
      { ...testCurriculum, topics: shared },
      { tracks: ['engineering'], topicsPerWeek: 1 },
      3,
    );
    expect(parts(digest)[1]).toContain(
      '⚙️ Engineering Track\n\nTesting\n\nalso 🔬 Research Track · 🌱 Foundation · 2 h',
    );
  });
});
