import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { createTopicSearch, type TopicSearch } from '../../src/curriculum/search.ts';

describe('topic search', () => {
  let curriculum: Curriculum;
  let search: TopicSearch;
  beforeAll(async () => {
    curriculum = await loadCurriculum(join(import.meta.dirname, '../../content'));
    search = createTopicSearch(curriculum);
  });
  const ids = (topics: readonly { id: string }[]): string[] => topics.map(topic => topic.id);

  test('puts the topic with the word in its title first', () => {
    expect(ids(search.search('kubernetes', 3))[0]).toBe('kubernetes-for-model-evaluation');
    expect(ids(search.search('alignment', 3))[0]).toBe('alignment-problem');
  });

  test('finds topics by a section title and by a skill title', () => {
    expect(ids(search.search('goal misgeneralisation', 5))).toContain('alignment-problem');
    expect(ids(search.search('data sovereignty', 5))).toContain('ai-ethics-fundamentals');
  });

  test('forgives typing mistakes and unfinished words', () => {
    expect(ids(search.search('kuberntes', 3))[0]).toBe('kubernetes-for-model-evaluation');
    expect(ids(search.search('dock', 3))[0]).toBe('docker-containerization');
  });

  test('lists topics with any of the words when none has all of them', () => {
    expect(ids(search.search('docker alignment', 5))).toEqual(
      expect.arrayContaining(['docker-containerization', 'alignment-problem']),
    );
  });

  test('gives the roadmap from its beginning when nothing is typed', () => {
    const roadmap = [...curriculum.topics.keys()];
    expect(ids(search.suggest('', 5))).toEqual(roadmap.slice(0, 5));
    expect(ids(search.suggest(' \n\t', 100))).toEqual(roadmap);
  });

  test('suggests topics that begin with what was typed before those that only hold it', () => {
    expect(ids(search.suggest('the ', 25))[0]).toBe('ai-safety-landscape');
    expect(ids(search.suggest('cloud-inf', 25))[0]).toBe('cloud-infrastructure-for-ai-safety');
  });

  test('finds a topic by its exact id or title in any case, and nothing else', () => {
    expect(search.find('DOCKER-containerization')?.id).toBe('docker-containerization');
    expect(search.find('  docker & containerization ')?.id).toBe('docker-containerization');
    expect(search.find('docker')).toBeUndefined();
    expect(search.find('')).toBeUndefined();
  });

  test('finds a title whose article was left out, and one that has none with an article', () => {
    for (const typed of ['AI Safety Landscape', 'the ai safety landscape', 'The Docker & Containerization'])
      expect(search.find(typed)?.title.toLowerCase()).toContain(typed.toLowerCase().replace('the ', ''));
    expect(search.find('the')).toBeUndefined();
  });

  test('names the nearest topic for a slip, and none for nonsense', () => {
    expect(search.nearest('evalutions-101')?.id).toBe('evaluations-101');
    expect(search.nearest('kubernetes')?.id).toBe('kubernetes-for-model-evaluation');
    expect(search.nearest('qqqqzzzzxxxx')).toBeUndefined();
    expect(search.nearest('')).toBeUndefined();
  });

  test('keeps to the limit', () => {
    expect(search.search('a', 2)).toHaveLength(2);
    expect(search.search('ai', 0)).toEqual([]);
    expect(search.suggest('', -1)).toEqual([]);
  });

  test('answers any text without throwing, the same way each time', () => {
    const odd = [
      'x'.repeat(10_000),
      'a '.repeat(5_000),
      '\0\u001b',
      '.*+?^$()|[]{}\\',
      '__proto__',
      'constructor',
      '\ud800',
    ];
    const check = (text: string): void => {
      const once = [
        ids(search.search(text, 10)),
        ids(search.suggest(text, 10)),
        search.nearest(text)?.id,
        search.find(text)?.id,
      ];
      const again = [
        ids(search.search(text, 10)),
        ids(search.suggest(text, 10)),
        search.nearest(text)?.id,
        search.find(text)?.id,
      ];
      expect(again).toEqual(once);
    };
    odd.forEach(check);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), check), { numRuns: 100 });
  });

  test('answers nothing from an empty curriculum', () => {
    const empty = createTopicSearch({ ...curriculum, topics: new Map() });
    expect([empty.search('docker', 5), empty.suggest('', 5)]).toEqual([[], []]);
    expect([empty.nearest('docker'), empty.find('docker')]).toEqual([undefined, undefined]);
  });

  test('is made once for a curriculum', () => {
    expect(createTopicSearch(curriculum)).toBe(search);
  });
});
