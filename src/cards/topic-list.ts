// The list of topics by module, on as many pages as it takes.
import { encodeAction } from '../command.ts';
import type { Curriculum, Module, Topic } from '../curriculum/curriculum.ts';
import { isForRoles } from '../curriculum/graph.ts';
import type { Learner } from '../learner.ts';
import { countDone } from '../learning/progress.ts';
import { actions, type Block, button, heading, list, type Markdown, quiet, type Select } from '../message.ts';
import { hoursText, stateOf, topicLink } from './topic.ts';
import { trackLabel } from './track.ts';

/** As many options as a menu of Discord holds. */
const MENU_LIMIT = 25;
/** What a page holds, in characters of Markdown: the rest of Discord's 4,000 is for its links, headings and buttons. */
const PAGE_CHARACTERS = 2600;

/** A menu that opens one of the first 25 of `topics`. */
export const readPicker = (topics: readonly Topic[]): Select => ({
  type: 'select',
  action: encodeAction('topics', 'read'),
  placeholder: 'Read a topic',
  options: topics.slice(0, MENU_LIMIT).map(topic => ({ label: topic.title, value: topic.id })),
});

/** A topic in a list: its title, where the member stands with it, its hours and roles. */
export const topicLine = (curriculum: Curriculum, topic: Topic, learner: Learner): Markdown => {
  const star = isForRoles(topic, learner.member.roles) ? ' ⭐' : '';
  const badges = topic.roles.map(id => curriculum.roles.get(id)?.badge ?? id);
  const details = [
    stateOf(curriculum, topic, learner),
    hoursText(topic.hours),
    ...badges,
    ...(topic.optional ? ['optional'] : []),
  ];
  return `${topicLink(topic)}${star} (${details.join(', ')})`;
};

/** A module, or the topics for other roles. */
export type Section = { title: string; about: string; topics: readonly Topic[] };

/** A module with those of its topics that are `topics`. */
export const moduleSection = (curriculum: Curriculum, module: Module, topics: Topic[], learner: Learner): Section => {
  const { done, total } = countDone(topics, learner.done);
  const labels = module.tracks.map(id => trackLabel(curriculum, id)).join(', ');
  const tier = curriculum.tiers.get(module.tier)?.badge ?? module.tier;
  return { title: module.title, about: `${tier} · ${labels} · ${done} of ${total} done`, topics };
};

/** Neighbours in as few groups as hold them, where a group holds a weight of 1. */
const grouped = <T>(items: readonly T[], weightOf: (item: T) => number): T[][] => {
  const groups: T[][] = [];
  let weight = 0;
  for (const item of items) {
    const own = weightOf(item);
    const group = groups.at(-1);
    if (group && weight + own <= 1) {
      group.push(item);
      weight += own;
    } else {
      groups.push([item]);
      weight = own;
    }
  }
  return groups;
};

/** The pages of a list. A section is cut only where it is longer than a page. */
export const pagesOfSections = (sections: readonly Section[], lineOf: (topic: Topic) => Markdown): Section[][] => {
  const lineWeight = (topic: Topic) => Math.max(1 / MENU_LIMIT, lineOf(topic).length / PAGE_CHARACTERS);
  const headWeight = ({ title, about }: Section) => (title.length + about.length + 20) / PAGE_CHARACTERS;
  const pieces = sections.flatMap(section => {
    const spare = 1 - headWeight(section);
    return grouped(section.topics, topic => lineWeight(topic) / spare).map((topics, at) => ({
      ...section,
      title: at === 0 ? section.title : `${section.title}, continued`,
      topics,
    }));
  });
  return grouped(pieces, piece => piece.topics.reduce((sum, topic) => sum + lineWeight(topic), headWeight(piece)));
};

/** The action that turns to a page of the list, of one module where `moduleId` is given; a menu adds the page itself. */
const turnTo = (page: number | '', moduleId = ''): string => encodeAction('topics', 'list', `${page}:${moduleId}`);

/** A menu of the sections; its values are their page and place, so that no two are the same. */
const sectionPicker = (pages: readonly Section[][], moduleId: string | undefined): Select => {
  const options = pages.flatMap((page, at) =>
    page.map(({ title }, place) => ({ label: title, value: `${at}:${place}` })),
  );
  return {
    type: 'select',
    action: turnTo('', moduleId),
    placeholder: 'Go to a module',
    options: options.slice(0, MENU_LIMIT),
  };
};

/** One page, counted from 0 and kept within the pages: its sections, a menu of its topics, and the way to the others. */
export const topicListPage = (
  sections: readonly Section[],
  wanted: number,
  lineOf: (topic: Topic) => Markdown,
  moduleId?: string,
): Block[] => {
  const pages = pagesOfSections(sections, lineOf);
  const at = Math.min(Math.max(0, wanted), pages.length - 1);
  const page = pages[at];
  if (!page) return [];
  const turn = (to: number, label: string) => (pages[to] ? [button(label, turnTo(to, moduleId))] : []);
  const buttons = [...turn(at - 1, '‹ Back'), ...turn(at + 1, 'Next ›')];
  return [
    ...(pages.length > 1 ? [quiet(`Page ${at + 1} of ${pages.length}`)] : []),
    ...page.flatMap(({ title, about, topics }) => [heading(title, 2), quiet(about), list(topics.map(lineOf))]),
    actions(readPicker(page.flatMap(({ topics }) => topics))),
    ...(pages.length > 1 ? [actions(sectionPicker(pages, moduleId)), actions(...buttons)] : []),
  ];
};
