import { beforeEach, describe, expect, it } from 'vitest';
import type { Curriculum, Module, Topic } from '../../src/curriculum/curriculum.ts';
import { renderMessage } from '../../src/discord/render.ts';
import { messageViolations } from '../../src/discord/validate.ts';
import { type TestApp, type TestMember, testApp } from '../support/app.ts';
import { testCurriculum } from '../support/curriculum.ts';

const WORDS = 'evaluating dangerous capabilities of language models in production';

/** The test curriculum with `count` topics under long titles, in modules of `perModule`. */
const longCurriculum = (count: number, perModule: number): Curriculum => {
  const [[, topic] = []] = testCurriculum.topics;
  const [[, module] = []] = testCurriculum.modules;
  if (!topic || !module) throw new Error('the test curriculum is empty');
  const topics = Array.from(
    { length: count },
    (_, at): Topic => ({
      ...topic,
      id: `topic-${at}`,
      title: `Topic ${at}: ${WORDS}`.slice(0, 80),
      module: `module-${Math.floor(at / perModule)}`,
      tracks: ['engineering'],
      roles: [...testCurriculum.roles.keys()].slice(0, 3),
      requires: [],
    }),
  );
  const modules = [...new Set(topics.map(each => each.module))].map(
    (id): Module => ({
      ...module,
      id,
      title: `${id} about ${WORDS}`.slice(0, 60),
      tracks: ['engineering'],
      topics: topics.filter(each => each.module === id).map(each => each.id),
    }),
  );
  return {
    ...testCurriculum,
    modules: new Map(modules.map(each => [each.id, each])),
    topics: new Map(topics.map(each => [each.id, each])),
  };
};

describe.each([
  ['73 topics in 15 modules', 73, 5],
  ['60 topics in one module', 60, 60],
  ['60 modules of one topic', 60, 1],
])('/topics list with %s', (_, count, perModule) => {
  let test: TestApp;
  let ada: TestMember;
  const fitsDiscord = () => {
    const { body, shortened } = renderMessage(ada.lastMessage.message, {});
    expect(shortened).toEqual([]);
    expect(messageViolations(body)).toEqual([]);
  };
  const hasNext = () =>
    ada.lastMessage.message.blocks.some(
      block => block.type === 'actions' && block.items.some(item => item.type === 'button' && item.label === 'Next ›'),
    );

  beforeEach(async () => {
    test = await testApp();
    ada = test.as('ada');
    await ada.type('/track select engineering');
    test.setCurriculum(longCurriculum(count, perModule));
  });

  it('shows every topic once on pages that Discord takes whole, and in the menu of its page', async () => {
    let said = await ada.type('/topics list');
    const seen: string[] = [];
    for (let page = 1; page < 100; page += 1) {
      fitsDiscord();
      const ids = [...said.matchAll(/^- Topic (\d+):/gm)].map(([, id]) => `topic-${id}`);
      seen.push(...ids);
      const { items } = ada.lastMessage.message.blocks.find(block => block.type === 'actions') ?? { items: [] };
      expect(items[0]?.type === 'select' && items[0].options.map(({ value }) => value)).toEqual(ids);
      if (!hasNext()) break;
      said = await ada.press('Next ›');
      expect(said).toContain(`Page ${page + 1} of`);
      expect(ada.lastMessage.replace).toBe(true);
    }
    expect(seen).toEqual(Array.from({ length: count }, (_each, at) => `topic-${at}`));
  });

  it('goes back, and to a section of the menu', async () => {
    await ada.type('/topics list');
    await ada.press('Next ›');
    expect(await ada.press('‹ Back')).toContain('Topic 0:');
    await ada.choose('1:0');
    expect(await ada.press('‹ Back')).toContain('Page 1 of');
  });
});

it('/topics list of one long module turns the pages of that module alone', async () => {
  const test = await testApp();
  const ada = test.as('ada');
  await ada.type('/track select engineering');
  test.setCurriculum(longCurriculum(90, 45));
  expect(await ada.type('/topics list module-1')).toContain('Topic 45:');
  expect(await ada.press('Next ›')).toContain(', continued');
  expect(await ada.press('‹ Back')).not.toContain('Topic 44:');
});
