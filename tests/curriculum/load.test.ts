import { describe, expect, test } from 'vitest';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { reportCycles } from '../../src/curriculum/prerequisites.ts';
import { ContentError, formatProblems } from '../../src/curriculum/problems.ts';
import { DEEP, FIRST, lineHolding, NEXT, problemsOf, replaced, validText, withContent } from './content-fixture.ts';

describe('loading a valid content folder', () => {
  const load = (edits = {}) => withContent(edits, loadCurriculum);

  test('gives everything in roadmap order: tiers, then modules, then topics', async () => {
    const curriculum = await load();
    expect([...curriculum.tracks.keys()]).toEqual(['general', 'engineering', 'research']);
    expect([...curriculum.modules.keys()]).toEqual(['basics', 'deep-work']);
    expect([...curriculum.topics.keys()]).toEqual(['first-steps', 'next-steps', 'deep-dive']);
    expect([...curriculum.skills]).toEqual([
      ['model-serving', 'Model serving'],
      ['data-ethics', 'Data ethics'],
    ]);
    expect(curriculum.actionGroups).toEqual([{ title: 'Start', actions: [{ id: 'say-hello', title: 'Say hello' }] }]);
  });

  test('orders modules of one tier as order.yaml does', async () => {
    const sameTier = replaced('tier: advanced', 'tier: foundations');
    const curriculum = await load({ 'modules/deep-work/module.yaml': sameTier });
    expect([...curriculum.modules.keys()]).toEqual(['deep-work', 'basics']);
    expect([...curriculum.topics.keys()]).toEqual(['deep-dive', 'first-steps', 'next-steps']);
  });

  test('leaves out planned topics without a file, in modules and in requirements', async () => {
    const curriculum = await load();
    expect(curriculum.modules.get('basics')?.topics).toEqual(['first-steps', 'next-steps']);
    expect(curriculum.requirements).toEqual([{ employer: 'METR', title: 'Steps', topics: ['first-steps'] }]);
  });

  test('takes a topic apart', async () => {
    const topic = (await load()).topics.get('deep-dive');
    expect(topic).toMatchObject({
      title: 'The deep-dive Topic',
      module: 'deep-work',
      tier: 'advanced',
      tracks: ['engineering'],
      roles: ['platform_engineer'],
      hours: 2.5,
      optional: false,
      requires: ['next-steps', 'first-steps'],
      skills: ['model-serving'],
      objectives: ['Write one thing', 'Decide another', 'Explain a third'],
      exercise: {
        task: 'Do this, as [the first](topic:first-steps) says.',
        doneWhen: ['A file is there', 'A command prints 42', 'The two agree'],
      },
      reflect: 'What would change your mind?',
      file: DEEP,
    });
    expect(topic?.summary).toMatch(/^word0 .* word79$/);
    expect(topic?.sections).toEqual([{ title: 'Diving', markdown: expect.stringMatching(/^word0 .* word149$/) }]);
  });

  test('counts the right answers of a quiz from 0', async () => {
    const topic = (await load()).topics.get('first-steps');
    expect(topic?.quiz.map(question => question.answer)).toEqual([2, 0, 1]);
  });

  test("lets a topic's own tracks and roles replace those of its module", async () => {
    const own = replaced('hours: 2.5', 'hours: 2.5\ntracks: [research, engineering]\nroles: []');
    expect((await load({ [DEEP]: own })).topics.get('deep-dive')).toMatchObject({
      tracks: ['research', 'engineering'],
      roles: [],
    });
  });

  test('reads Windows line ends and a byte order mark as if they were not there', async () => {
    const windows = (text: string): string => `\uFEFF${text.replaceAll('\n', '\r\n')}`;
    const edits = { [FIRST]: windows, 'tracks.yaml': windows, 'modules/basics/module.yaml': windows };
    expect(await load(edits)).toEqual(await load());
  });

  test('does not count code as words, and keeps it in the section', async () => {
    const code = `\n\n\`\`\`python\n## not a heading\n${'call() '.repeat(150)}\n\`\`\`\n\n## Exercise`;
    const curriculum = await load({ [DEEP]: replaced('\n\n## Exercise', code) });
    expect(curriculum.topics.get('deep-dive')?.sections[0]?.markdown).toContain('## not a heading');
  });

  test('allows links to planned topics, and hidden files', async () => {
    const edits = { [NEXT]: replaced('(topic:first-steps)', '(topic:planned-topic)'), 'modules/basics/.DS_Store': 'x' };
    expect(await problemsOf(edits)).toEqual([]);
  });

  test('shows a link to a topic that is planned but not written as its words', async () => {
    const planned = await load({ [NEXT]: replaced('(topic:first-steps)', '(topic:planned-topic)') });
    expect(planned.topics.get('next-steps')?.exercise.task).toBe('Do this, as the first says.');
    expect(planned.topics.get('deep-dive')?.exercise.task).toContain('(topic:first-steps)');
  });

  test('follows a circle of thousands of prerequisites', () => {
    const ids = Array.from({ length: 3000 }, (_, at) => `link-${at}`);
    const found: string[] = [];
    const relations = ids.map((id, at) => ({
      id,
      tracks: ['general'],
      requires: [{ id: ids[(at + 1) % ids.length] ?? '', line: 1 }],
      report: (_line: number, message: string) => found.push(message),
    }));
    reportCycles(new Map(relations.map(relation => [relation.id, relation])));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('link-2999 -> link-0');
  });
});

describe('reporting', () => {
  test('tells all problems of all files at once, by file and line, with their count', async () => {
    const broken = {
      'tiers.yaml': replaced('points: 10', 'points: ten'),
      'modules/basics/module.yaml': replaced('- general', '- generl'),
      [FIRST]: (text: string) => text.replace('hours: 2.5', 'hours: 0').replace('## Walking', '## Waking'),
      [NEXT]: replaced('skills: [data-ethics]', 'skills: [data-etics]'),
    };
    const message = await withContent(broken, dir =>
      loadCurriculum(dir).then(
        () => '',
        (error: ContentError) => error.message,
      ),
    );
    const first = broken[FIRST](validText(FIRST));
    expect(message.split('\n')).toEqual([
      `content/${FIRST}:4  hours is 0: at least 0.5 needed`,
      `content/${FIRST}:${lineHolding(first, '## Waking')}  the heading "Waking" is not in the outline: did you mean "Walking"?`,
      'content/modules/basics/module.yaml:5  there is no track "generl": did you mean "general"?',
      `content/${NEXT}:6  there is no skill "data-etics": did you mean "data-ethics"?`,
      'content/tiers.yaml:4  [1].points is text: write a number',
      '5 problems in 4 files',
    ]);
  });

  test('checks references and the body of a topic whose front matter breaks the schema', async () => {
    const problems = await problemsOf({
      [NEXT]: text =>
        text
          .replace('hours: 2.5', 'hours: many')
          .replace('[first-steps]', '[frist-steps]')
          .replace('## Reflect', '## Reflct'),
    });
    expect(problems.map(problem => problem.message)).toEqual([
      'hours is text: write a number',
      'there is no topic "frist-steps" to require: did you mean "first-steps"?',
      'the heading "Reflct" is not in the outline: did you mean "Reflect"?',
    ]);
  });

  test('reports a broken file once and nothing that only follows from it', async () => {
    for (const file of [
      'tracks.yaml',
      'tiers.yaml',
      'roles.yaml',
      'milestones/engineering.yaml',
      'modules/order.yaml',
    ]) {
      expect(await problemsOf({ [file]: 'a: [' })).toEqual([
        { file: `content/${file}`, line: 1, message: expect.stringContaining('not valid YAML') },
      ]);
    }
    const problems = await problemsOf({ 'modules/basics/module.yaml': 'a: [' });
    expect(problems.map(problem => problem.file)).toEqual(['content/modules/basics/module.yaml']);
  });

  test('formats problems by file, then by line as a number', () => {
    const at = (file: string, line: number) => ({ file, line, message: 'x' });
    expect(formatProblems([at('b.md', 2), at('a.md', 10), at('a.md', 9)])).toBe(
      'a.md:9  x\na.md:10  x\nb.md:2  x\n3 problems in 2 files',
    );
    expect(formatProblems([at('a.md', 1)])).toBe('a.md:1  x\n1 problem in 1 file');
  });

  test('names a content folder that is not there', async () => {
    const error = await loadCurriculum('/nowhere/content').catch(thrown => thrown);
    expect(error).toBeInstanceOf(ContentError);
    expect(error.problems).toEqual([
      { file: '/nowhere/content', line: 1, message: 'there is no such folder: name the content folder' },
    ]);
  });
});
