// Loads the whole content folder into a curriculum, or says everything that is wrong with it.
import { stat } from 'node:fs/promises';
import type * as z from 'zod';
import { type ContentFolder, mapConcurrently, openContentFolder, type YamlFile } from './content-folder.ts';
import type { Curriculum, Module, Requirement, Topic, TopicId } from './curriculum.ts';
import { type Outline, readOutline } from './outline.ts';
import { reportCycles, reportHiddenPrerequisites } from './prerequisites.ts';
import { ContentError, checkKnown, quote } from './problems.ts';
import { actionsSchema, requirementsSchema } from './schema.ts';
import { parseTopicFile, type References, type Relations } from './topic-file.ts';
import { unlinkUnwritten } from './unwritten.ts';
import { readVocabulary } from './vocabulary.ts';

// Parsing takes longer than reading: a few files ahead hide the disk, more would only hold texts in memory.
const FILES_AT_ONCE = 4;

const byId = <Item extends { id: string }>(items: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(items.map(item => [item.id, item]));

const readTopics = async (content: ContentFolder, outline: Outline, references: References) => {
  const parsed = await mapConcurrently(outline.topicFiles, FILES_AT_ONCE, async ({ path, entry }) => {
    const text = await content.text(path);
    return text === undefined ? undefined : parseTopicFile(text, path, entry, references, content.reportIn(path));
  });
  const topics = new Map<TopicId, Topic>();
  const relations = new Map<TopicId, Relations>();
  for (const file of parsed) {
    if (file?.topic) topics.set(file.topic.id, file.topic);
    if (file?.relations) relations.set(file.relations.id, file.relations);
  }
  return { topics, relations };
};

const checkRequirements = (
  file: YamlFile<z.output<typeof requirementsSchema>>,
  knownTopics: Outline['knownTopics'],
): void => {
  file.data?.forEach(({ requirements }, group) => {
    requirements.forEach(({ topics }, at) => {
      topics.forEach((id, position) => {
        const line = file.source?.lineOf([group, 'requirements', at, 'topics', position]) ?? 1;
        checkKnown('topic', id, knownTopics, line, file.report);
      });
    });
  });
};

const checkActions = (file: YamlFile<z.output<typeof actionsSchema>>): void => {
  const seen = new Set<string>();
  file.data?.forEach(({ actions }, group) => {
    actions.forEach(({ id }, at) => {
      const line = file.source?.lineOf([group, 'actions', at, 'id']) ?? 1;
      if (seen.has(id))
        file.report(line, `the action ${quote(id)} is already in the list: give one of them another id`);
      seen.add(id);
    });
  });
};

/**
 * The curriculum in the content folder `dir`. Topics that an outline plans but that have no file yet are left out.
 * Throws a `ContentError` with every problem of every file when anything is wrong.
 */
export const loadCurriculum = async (dir: string): Promise<Curriculum> => {
  if (!(await stat(dir).catch(() => undefined))?.isDirectory()) {
    throw new ContentError([{ file: dir, line: 1, message: 'there is no such folder: name the content folder' }]);
  }
  const content = openContentFolder(dir);
  const [vocabulary, requirements, actions] = await Promise.all([
    readVocabulary(content),
    content.yaml('requirements.yaml', requirementsSchema),
    content.yaml('actions.yaml', actionsSchema),
  ]);
  const outline = await readOutline(content, vocabulary);
  checkRequirements(requirements, outline.knownTopics);
  checkActions(actions);

  const filed = new Set(outline.topicFiles.map(file => file.id));
  const references = { ...vocabulary.known, topics: outline.knownTopics, filed };
  const { topics: found, relations } = await readTopics(content, outline, references);
  reportCycles(relations);
  reportHiddenPrerequisites(relations, vocabulary.known.tracks ?? new Set());
  if (content.problems.length > 0) throw new ContentError(content.problems);

  const topics = new Map<TopicId, Topic>();
  const modules: Module[] = outline.modules.map(module => {
    const own = [...outline.entries.values()].filter(entry => entry.folder === module.id && found.has(entry.id));
    for (const { id } of own)
      topics.set(
        id,
        unlinkUnwritten(found.get(id) as Topic, other => found.has(other)),
      );
    return { ...module, topics: own.map(entry => entry.id) };
  });
  const known = (ids: readonly TopicId[]): TopicId[] => ids.filter(id => topics.has(id));
  return {
    tracks: byId(vocabulary.tracks),
    roles: byId(vocabulary.roles),
    tiers: byId(vocabulary.tiers),
    modules: byId(modules),
    topics,
    milestones: vocabulary.milestones,
    skills: vocabulary.skills,
    requirements: (requirements.data ?? []).flatMap(({ employer, requirements: asked }): Requirement[] =>
      asked.map(requirement => ({ employer, title: requirement.title, topics: known(requirement.topics) })),
    ),
    actionGroups: actions.data ?? [],
  };
};
