import { requireVisibleTopic, suggestTopics, topicOfButton } from '../src/cards/find-topic.ts';
import { accentOf, plural, topicButtons } from '../src/cards/topic.ts';
import { moduleSection, readPicker, topicLine, topicListPage } from '../src/cards/topic-list.ts';
import { topicPage } from '../src/cards/topic-pages.ts';
import { trackLabel } from '../src/cards/track.ts';
import { type Context, defineCommand, type MessageReply, reply, subcommand } from '../src/command.ts';
import type { Curriculum, Topic } from '../src/curriculum/curriculum.ts';
import { isVisible, visibleTopics } from '../src/curriculum/graph.ts';
import { createTopicSearch } from '../src/curriculum/search.ts';
import { learnerOf } from '../src/learner.ts';
import { escapeMarkdown } from '../src/markdown.ts';
import { actions, list as bulletList, heading, text } from '../src/message.ts';
import { quote } from '../src/nearest.ts';

/** The best matches of a search have buttons of their own. */
const SEARCH_CARDS = 4;

const list = async (
  { db, curriculum, member }: Context,
  { module: moduleId, page = 0 }: { module?: string | undefined; page?: number },
  replace = false,
): Promise<MessageReply> => {
  const learner = await learnerOf(db, curriculum, member);
  const inScope = (topic: Topic) => moduleId === undefined || topic.module === moduleId;
  const own = learner.topics.filter(inScope);
  const others = visibleTopics(curriculum, member.track).filter(
    topic => inScope(topic) && !learner.topics.includes(topic),
  );
  const modules = [...curriculum.modules.values()].flatMap(module => {
    const topics = own.filter(topic => topic.module === module.id);
    return topics.length > 0 ? [moduleSection(curriculum, module, topics, learner)] : [];
  });
  const elsewhere =
    others.length > 0
      ? [{ title: 'For other roles', about: 'Not sent to you, but yours to read.', topics: others }]
      : [];
  const sections = [...modules, ...elsewhere];
  return reply(
    {
      blocks: [
        heading(member.track ? trackLabel(curriculum, member.track) : 'Topics for everybody'),
        ...(sections.length === 0 ? [text('There is no topic of your track in this module yet.')] : []),
        ...topicListPage(sections, page, topic => topicLine(curriculum, topic, learner), moduleId),
      ],
      accent: accentOf(curriculum, member.track),
    },
    { replace },
  );
};

const search = async ({ db, curriculum, member }: Context, wanted: string): Promise<MessageReply> => {
  const learner = await learnerOf(db, curriculum, member);
  const found = createTopicSearch(curriculum)
    .search(wanted, 50)
    .filter(topic => isVisible(topic, member.track))
    .slice(0, 10);
  if (found.length === 0) {
    return reply({
      blocks: [
        heading('Nothing found', 2),
        text(
          escapeMarkdown(
            `No topic of your track has ${quote(wanted)} in its title, sections or skills. Try a shorter word, or /topics list.`,
          ),
        ),
      ],
    });
  }
  return reply({
    blocks: [
      heading(`${plural(found.length, 'topic')} for ${quote(wanted)}`, 2),
      ...found
        .slice(0, SEARCH_CARDS)
        .flatMap(topic => [text(topicLine(curriculum, topic, learner)), actions(...topicButtons(topic, learner))]),
      ...(found.length > SEARCH_CARDS
        ? [
            heading('Also found', 2),
            bulletList(found.slice(SEARCH_CARDS).map(topic => topicLine(curriculum, topic, learner))),
            actions(readPicker(found.slice(SEARCH_CARDS))),
          ]
        : []),
    ],
    accent: accentOf(curriculum, member.track),
  });
};

const read = async (context: Context, topic: Topic, page: number, replace = false): Promise<MessageReply> => {
  const learner = await learnerOf(context.db, context.curriculum, context.member);
  return reply(topicPage(context.curriculum, topic, learner, page), { replace });
};

const moduleChoices = (curriculum: Curriculum) =>
  [...curriculum.modules.values()]
    .filter(module => module.topics.length > 0)
    .map(({ id, title }) => ({ value: id, label: title }));

export default defineCommand({
  name: 'topics',
  description: 'List, read and search the topics of your track',
  audience: 'member',
  visibility: 'private',
  alone: 'list',
  subcommands: {
    list: subcommand({
      description: 'All topics of your track by module, with where you stand',
      options: { module: { type: 'string', description: 'Only this module', choices: moduleChoices } },
      run: ({ module }, context) => list(context, { module }),
    }),
    show: subcommand({
      description: 'Read a topic page by page',
      options: { topic: { type: 'string', description: 'The topic, by title or id', required: true } },
      autocomplete: { topic: suggestTopics },
      run: ({ topic }, context) => read(context, requireVisibleTopic(context, topic), 0),
    }),
    search: subcommand({
      description: 'Find topics by a word in title, section or skill',
      options: { text: { type: 'string', description: 'What you look for', required: true, anything: true } },
      autocomplete: { text: suggestTopics },
      run: (options, context) => search(context, options.text),
    }),
  },
  actions: {
    list: (value, context, [chosen]) => {
      const [page = '', module = ''] = value.split(':');
      const wanted = { page: Number.parseInt(chosen ?? page, 10) || 0, ...(module !== '' && { module }) };
      return list(context, wanted, true);
    },
    read: (id, context, [chosen]) => read(context, topicOfButton(context, chosen ?? id), 0),
    page: (value, context) => {
      const [id = '', page = '0'] = value.split(':');
      return read(context, topicOfButton(context, id), Number.parseInt(page, 10) || 0, true);
    },
  },
});
