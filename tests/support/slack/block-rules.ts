// Slack's rules for blocks: what each holds, on which surface it may stand, and what must be unique among them.
import {
  anyText,
  asAccessory,
  imageElement,
  imageFields,
  imageSource,
  inActions,
  inInput,
  text,
} from './element-rules.ts';
import {
  all,
  anything,
  boolean,
  byType,
  type Fields,
  isObject,
  type Json,
  list,
  object,
  oneOf,
  type Problems,
  type Rule,
  say,
  string,
  whole,
} from './form.ts';

export type Surface = 'message' | 'modal' | 'home';
export type BlockContext = {
  surface: Surface;
  /** Whether this uploaded file is a picture that can be shown. */
  isPicture(file: { id?: unknown; url?: unknown }): boolean;
};

export const MAX_BLOCKS: Record<Surface, number> = { message: 50, modal: 100, home: 100 };
/** "about 13,200 characters over all blocks" as reported: the local server is a little stricter. */
export const MAX_CHARACTERS_IN_BLOCKS = 13_000;
/** Over all cells of a message's tables. */
const MAX_CHARACTERS_IN_TABLES = 10_000;

const base: Fields = { type: anything };
const blockId: Fields = { block_id: string(1, 255) };

const style = object({}, { bold: boolean, italic: boolean, strike: boolean, code: boolean, underline: boolean });
const inline = byType({
  text: object({ ...base, text: string(1, 100_000) }, { style }),
  link: object({ ...base, url: string(1, 3000) }, { text: string(0, 3000), unsafe: boolean, style }),
  emoji: object({ ...base, name: string(1, 255) }, { unicode: anything, url: anything, style }),
  user: object({ ...base, user_id: string(1, 255) }, { style }),
  usergroup: object({ ...base, usergroup_id: string(1, 255) }, { style }),
  channel: object({ ...base, channel_id: string(1, 255) }, { style }),
  broadcast: object({ ...base, range: oneOf('here', 'channel', 'everyone') }, { style }),
  color: object({ ...base, value: string(1, 255) }, { style }),
  date: object(
    { ...base, timestamp: whole(0, 9_999_999_999), format: string(1, 3000) },
    { url: anything, fallback: string(1, 3000), style },
  ),
});
const inlines = list(inline, 0, 1000);
const border = oneOf(0, 1);
const richSection = object({ ...base, elements: inlines });
const richText = object(
  {
    ...base,
    elements: list(
      byType({
        rich_text_section: richSection,
        rich_text_list: object(
          { ...base, style: oneOf('bullet', 'ordered'), elements: list(richSection, 1, 1000) },
          { indent: whole(0, 8), offset: whole(0, 10_000), border },
        ),
        rich_text_quote: object({ ...base, elements: inlines }, { border }),
        rich_text_preformatted: object({ ...base, elements: inlines }, { border, language: string(1, 255) }),
      }),
      1,
      1000,
    ),
  },
  blockId,
);

const cell = byType({
  raw_text: object({ ...base, text: string(1, 10_000) }),
  raw_number: object({ ...base, value: anything }, { text: string(1, 255) }),
  rich_text: richText,
});
const columnSettings = list(object({}, { align: oneOf('left', 'center', 'right'), is_wrapped: boolean }), 0, 20);

const textOrFields: Rule = (problems, at, value) => {
  if (isObject(value) && !isObject(value.text) && !Array.isArray(value.fields))
    say(problems, at, 'missing required field: text (or fields)');
};

const everywhere: Fields = {
  section: all(
    object(base, {
      ...blockId,
      text: anyText(3000),
      fields: list(anyText(2000), 1, 10),
      accessory: asAccessory,
      expand: boolean,
    }),
    textOrFields,
  ),
  divider: object(base, blockId),
  header: object({ ...base, text: text(150) }, blockId),
  context: object(
    {
      ...base,
      elements: list(byType({ image: imageElement, plain_text: text(3000), mrkdwn: text(3000, 'mrkdwn') }), 1, 10),
    },
    blockId,
  ),
  actions: object({ ...base, elements: list(inActions, 1, 25) }, blockId),
  image: all(
    object({ ...base, alt_text: string(1, 2000) }, { ...blockId, title: text(2000), ...imageFields }),
    imageSource,
  ),
  input: object(
    { ...base, label: text(2000), element: inInput },
    { ...blockId, hint: text(2000), optional: boolean, dispatch_action: boolean },
  ),
  rich_text: richText,
};
const inMessages: Fields = {
  markdown: object({ ...base, text: string(1, 12_000) }, blockId),
  table: object({ ...base, rows: list(list(cell, 1, 20), 1, 100) }, { ...blockId, column_settings: columnSettings }),
  data_table: object(
    { ...base, rows: list(list(cell, 1, 20), 2, 101), caption: string(1, 2000) },
    { ...blockId, page_size: whole(1, 100), row_header_column_index: whole(0, 19) },
  ),
};

/** Every object in a tree, itself included. */
const objectsIn = (value: unknown): Json[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (!isObject(value)) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
};

/** The elements of a block that have an `action_id`. */
export const elementsOf = (block: Json): Json[] =>
  [...(Array.isArray(block.elements) ? block.elements : []), block.accessory, block.element].filter(isObject);

const checkUniqueIds = (problems: Problems, at: string, blocks: readonly Json[]): void => {
  const blockIds = new Set<unknown>();
  for (const [index, block] of blocks.entries()) {
    if (typeof block.block_id === 'string') {
      if (blockIds.has(block.block_id))
        say(problems, `${at}/${index}/block_id`, `block_id ${block.block_id} already exists`);
      blockIds.add(block.block_id);
    }
    const actionIds = new Set<unknown>();
    for (const { action_id: actionId } of elementsOf(block)) {
      if (actionId === undefined) continue;
      if (actionIds.has(actionId)) say(problems, `${at}/${index}`, `action_id ${actionId} already exists`);
      actionIds.add(actionId);
    }
  }
  const focused = blocks.flatMap(elementsOf).filter(element => element.focus_on_load === true);
  if (focused.length > 1) say(problems, at, 'focus_on_load may be true for one element only');
};

const checkTables = (problems: Problems, at: string, blocks: readonly Json[]): void => {
  const tables = blocks.filter(({ type }) => type === 'table' || type === 'data_table');
  if (tables.length > 1) say(problems, at, 'only_one_table_allowed');
  if (countCharacters(tables) > MAX_CHARACTERS_IN_TABLES)
    say(problems, at, `tables must be less than ${MAX_CHARACTERS_IN_TABLES + 1} characters`);
};

const checkFiles = (problems: Problems, at: string, blocks: readonly Json[], context: BlockContext): void => {
  for (const { slack_file: file } of objectsIn(blocks))
    if (isObject(file) && !context.isPicture(file)) say(problems, at, `invalid slack file: ${file.id ?? file.url}`);
};

/** All characters that a reader sees in these blocks. */
export const countCharacters = (blocks: unknown): number => {
  let count = 0;
  for (const one of objectsIn(blocks))
    for (const key of ['text', 'alt_text', 'caption'])
      if (typeof one[key] === 'string') count += (one[key] as string).length;
  return count;
};

/** Adds what Slack would find wrong with these blocks. */
export const checkBlocks = (problems: Problems, at: string, blocks: unknown, context: BlockContext): void => {
  const { surface } = context;
  list(byType(surface === 'message' ? { ...everywhere, ...inMessages } : everywhere), 0, MAX_BLOCKS[surface])(
    problems,
    at,
    blocks,
  );
  if (!Array.isArray(blocks)) return;
  const known = blocks.filter(isObject);
  checkUniqueIds(problems, at, known);
  checkTables(problems, at, known);
  checkFiles(problems, at, known, context);
};
