// Everything that Slack would refuse in a message or a view, in words: a last look before sending.
import { LIMITS } from './limits.ts';
import { weightOf } from './render.ts';

type Data = Readonly<Record<string, unknown>>;
type Report = (at: string, problem: string) => void;
type Place = 'message' | 'modal' | 'home';

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
const dataIn = (value: unknown): Data[] => (Array.isArray(value) ? value.map(each => (isData(each) ? each : {})) : []);

/** Says what is wrong with a text of `from` to `to` characters; one that is not there is fine when `from` is 0. */
const checkText = (value: unknown, at: string, from: number, to: number, report: Report): void => {
  if (value === undefined && from === 0) return;
  if (typeof value !== 'string') report(at, 'is no text');
  else if (value.length > to) report(at, `has ${value.length} characters, at most ${to}`);
  else if (from > 0 && value.trim().length < from) report(at, 'is empty');
  else if (!value.isWellFormed()) report(at, 'has half of a character');
};

/** What may stand in mrkdwn between `<` and `>`: links, dates and channels; no mention of anybody. */
const ALLOWED = /<(?:https?:\/\/[^<>|\s]+(?:\|[^<>]+)?|!date\^\d+\^[^<>|^]+\|[^<>]+|#[CDG][A-Z0-9]+)>/g;

const checkMarkup = (text: string, at: string, report: Report): void => {
  const rest = text.replaceAll(ALLOWED, '').replaceAll(/^(?:> )+/gm, '');
  if (/[<>]/.test(rest)) report(at, 'has a < or > that is neither escaped nor ours');
  if (/&(?!amp;|lt;|gt;)/.test(text)) report(at, 'has a & that is not escaped');
};

/** A text object; `kinds` are those that its place takes. */
const checkTextObject = (
  value: unknown,
  at: string,
  kinds: readonly ('plain_text' | 'mrkdwn')[],
  most: number,
  report: Report,
): void => {
  if (!isData(value)) {
    report(at, 'is no text object');
    return;
  }
  if (!kinds.includes(value.type as 'mrkdwn')) report(at, `is of the type ${value.type}, not ${kinds.join(' or ')}`);
  checkText(value.text, `${at}.text`, 1, most, report);
  if (value.type === 'mrkdwn' && typeof value.text === 'string') checkMarkup(value.text, at, report);
  if (value.type === 'mrkdwn' && value.emoji !== undefined) report(at, 'has emoji, which is for plain_text');
  if (value.type === 'mrkdwn' && value.verbatim !== true) report(at, 'is not verbatim: names in it would be linked');
};
const checkPlain = (value: unknown, at: string, most: number, report: Report): void =>
  checkTextObject(value, at, ['plain_text'], most, report);

const isWebUrl = (url: unknown): boolean =>
  typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

const checkButton = ({ text, url, value, style }: Data, at: string, report: Report): void => {
  checkPlain(text, `${at}.text`, LIMITS.buttonLabel, report);
  checkText(value, `${at}.value`, 0, LIMITS.buttonValue, report);
  if (url !== undefined && !isWebUrl(url)) report(`${at}.url`, 'is no web address');
  checkText(url, `${at}.url`, 0, LIMITS.url, report);
  if (style !== undefined && style !== 'primary' && style !== 'danger') report(`${at}.style`, 'is none of Slack’s');
};

const checkOption = ({ text, value, description }: Data, at: string, report: Report): void => {
  checkPlain(text, `${at}.text`, LIMITS.option, report);
  checkText(value, `${at}.value`, 1, LIMITS.option, report);
  if (description !== undefined) checkPlain(description, `${at}.description`, LIMITS.option, report);
};

const checkOptions = (given: unknown, at: string, most: number, report: Report): Data[] => {
  const options = dataIn(given);
  if (options.length < 1 || options.length > most) report(`${at}.options`, `are ${options.length}, from 1 to ${most}`);
  for (const [index, option] of options.entries()) checkOption(option, `${at}.options[${index}]`, report);
  if (new Set(options.map(({ value }) => value)).size < options.length) report(`${at}.options`, 'have a value twice');
  return options;
};

const checkSelect = (select: Data, at: string, report: Report): void => {
  const options = checkOptions(select.options, at, LIMITS.selectOptions, report).map(option => JSON.stringify(option));
  if (select.placeholder !== undefined) checkPlain(select.placeholder, `${at}.placeholder`, LIMITS.placeholder, report);
  const isMulti = select.type === 'multi_static_select';
  const chosen = isMulti
    ? dataIn(select.initial_options)
    : select.initial_option === undefined
      ? []
      : dataIn([select.initial_option]);
  if (chosen.some(option => !options.includes(JSON.stringify(option))))
    report(at, 'has chosen what is no option of it');
  if (isMulti && select.initial_options !== undefined && chosen.length === 0) report(at, 'has an empty choice');
  const most = select.max_selected_items;
  if (most !== undefined && !(isMulti && Number.isInteger(most) && Number(most) >= 1))
    report(`${at}.max_selected_items`, 'is no number from 1 on');
  if (typeof most === 'number' && chosen.length > most) report(at, `has more than ${most} values chosen`);
};

/** A menu that is filled as somebody types: only what is chosen at first is in it. */
const checkExternalSelect = (select: Data, at: string, report: Report): void => {
  const { placeholder, initial_option: one, initial_options: several, min_query_length: least = 0 } = select;
  if (placeholder !== undefined) checkPlain(placeholder, `${at}.placeholder`, LIMITS.placeholder, report);
  if (!Number.isInteger(least) || Number(least) < 0) report(`${at}.min_query_length`, 'is no number from 0 on');
  for (const option of dataIn(one === undefined ? [] : [one])) checkOption(option, `${at}.initial_option`, report);
  if (several !== undefined) checkOptions(several, `${at}.initial_options`, LIMITS.selectOptions, report);
};

const checkChannelSelect = ({ initial_conversation: id, placeholder }: Data, at: string, report: Report): void => {
  if (placeholder !== undefined) checkPlain(placeholder, `${at}.placeholder`, LIMITS.placeholder, report);
  if (id !== undefined && !(typeof id === 'string' && /^[CG][A-Z0-9]+$/.test(id)))
    report(`${at}.initial_conversation`, 'is no id of a channel');
};

const checkInput = (
  { initial_value: value, placeholder, max_length: max, min_length: min = 0 }: Data,
  at: string,
  report: Report,
): void => {
  const most = max ?? LIMITS.inputValue;
  if (!Number.isInteger(most) || Number(most) < 1 || Number(most) > LIMITS.inputValue)
    report(`${at}.max_length`, `is not from 1 to ${LIMITS.inputValue}`);
  if (!Number.isInteger(min) || Number(min) < 0 || Number(min) > Number(most))
    report(`${at}.min_length`, 'is not from 0 to max_length');
  checkText(value, `${at}.initial_value`, 0, Number(most), report);
  if (placeholder !== undefined) checkPlain(placeholder, `${at}.placeholder`, LIMITS.placeholder, report);
};

const IN_ACTIONS = ['button', 'static_select', 'multi_static_select', 'overflow'];
const IN_INPUT = [
  'plain_text_input',
  'static_select',
  'multi_static_select',
  'external_select',
  'multi_external_select',
  'conversations_select',
];

const checkElement = (given: unknown, at: string, types: readonly string[], report: Report): void => {
  const element = isData(given) ? given : {};
  const type = String(element.type);
  if (!types.includes(type)) report(at, `is of a type that has no place there: ${type}`);
  checkText(element.action_id, `${at}.action_id`, 1, LIMITS.actionId, report);
  if (type === 'button') checkButton(element, at, report);
  else if (type === 'overflow') checkOptions(element.options, at, LIMITS.overflowOptions, report);
  else if (type === 'plain_text_input') checkInput(element, at, report);
  else if (type === 'conversations_select') checkChannelSelect(element, at, report);
  else if (type.endsWith('external_select')) checkExternalSelect(element, at, report);
  else if (type.endsWith('static_select')) checkSelect(element, at, report);
};

const checkTable = ({ rows: given, column_settings: columns }: Data, at: string, report: Report): void => {
  const rows = Array.isArray(given) ? given.map(dataIn) : [];
  if (rows.length < 1 || rows.length > LIMITS.tableRows) report(at, `has ${rows.length} rows, from 1 to 100`);
  for (const [index, row] of rows.entries()) {
    if (row.length < 1 || row.length > LIMITS.tableColumns || row.length !== rows[0]?.length)
      report(`${at}.rows[${index}]`, `has ${row.length} cells, from 1 to 20, and as many as the first`);
    for (const { type, text } of row) {
      if (type !== 'raw_text') report(`${at}.rows[${index}]`, 'has a cell that is no raw text');
      checkText(text, `${at}.rows[${index}]`, 1, LIMITS.sectionText, report);
    }
  }
  if (dataIn(columns).length > LIMITS.tableColumns) report(`${at}.column_settings`, 'are more than 20');
  if (dataIn(columns).some(({ align = 'left' }) => !['left', 'center', 'right'].includes(String(align))))
    report(`${at}.column_settings`, 'have an unknown align');
};

const checkImage = ({ alt_text: alt, image_url: url, slack_file: file }: Data, at: string, report: Report): void => {
  checkText(alt, `${at}.alt_text`, 1, LIMITS.altText, report);
  if ((url === undefined) === (file === undefined)) report(at, 'has not exactly one of image_url and slack_file');
  if (url !== undefined && (!isWebUrl(url) || String(url).length > LIMITS.url))
    report(`${at}.image_url`, 'is no web address');
  if (file !== undefined && !(isData(file) && /^F[A-Z0-9]+$/.test(String(file.id))))
    report(`${at}.slack_file`, 'is no uploaded file');
};

const checkSection = ({ text, fields, accessory }: Data, at: string, report: Report): void => {
  if (text === undefined && fields === undefined) report(at, 'has neither text nor fields');
  if (text !== undefined) checkTextObject(text, `${at}.text`, ['plain_text', 'mrkdwn'], LIMITS.sectionText, report);
  const given = dataIn(fields);
  if (fields !== undefined && (given.length < 1 || given.length > LIMITS.fields))
    report(`${at}.fields`, `are ${given.length}, from 1 to 10`);
  for (const [index, field] of given.entries())
    checkTextObject(field, `${at}.fields[${index}]`, ['plain_text', 'mrkdwn'], LIMITS.field, report);
  if (accessory !== undefined) checkElement(accessory, `${at}.accessory`, IN_ACTIONS, report);
};

const checkBlock = (block: Data, at: string, place: Place, report: Report): void => {
  checkText(block.block_id, `${at}.block_id`, 0, LIMITS.blockId, report);
  switch (block.type) {
    case 'header':
      checkPlain(block.text, `${at}.text`, LIMITS.header, report);
      break;
    case 'section':
      checkSection(block, at, report);
      break;
    case 'divider':
      break;
    case 'image':
      checkImage(block, at, report);
      break;
    case 'context': {
      const elements = dataIn(block.elements);
      if (elements.length < 1 || elements.length > LIMITS.contextElements)
        report(at, `has ${elements.length} elements, from 1 to 10`);
      for (const [index, element] of elements.entries())
        checkTextObject(element, `${at}.elements[${index}]`, ['plain_text', 'mrkdwn'], LIMITS.contextText, report);
      break;
    }
    case 'actions': {
      const elements = dataIn(block.elements);
      if (elements.length < 1 || elements.length > LIMITS.actions)
        report(at, `has ${elements.length} elements, from 1 to 25`);
      for (const [index, element] of elements.entries())
        checkElement(element, `${at}.elements[${index}]`, IN_ACTIONS, report);
      break;
    }
    case 'table':
      if (place !== 'message') report(at, 'has no place in a view');
      checkTable(block, at, report);
      break;
    case 'input':
      if (place === 'message') report(at, 'has no place in a message');
      checkPlain(block.label, `${at}.label`, LIMITS.inputLabel, report);
      if (block.hint !== undefined) checkPlain(block.hint, `${at}.hint`, LIMITS.inputHint, report);
      checkElement(block.element, `${at}.element`, IN_INPUT, report);
      break;
    default:
      report(at, `is of a type that is not used here: ${block.type}`);
  }
};

const checkUnique = (values: readonly unknown[], what: string, report: Report): void => {
  const given = values.filter(value => value !== undefined);
  for (const value of new Set(given.filter((each, at) => given.indexOf(each) !== at)))
    report(what, `is there twice: ${value}`);
};

const checkBlocks = (blocks: readonly Data[], place: Place, report: Report): void => {
  const most = place === 'message' ? LIMITS.messageBlocks : LIMITS.viewBlocks;
  if (blocks.length === 0) report('blocks', 'are none');
  if (blocks.length > most) report('blocks', `are ${blocks.length}, at most ${most}`);
  for (const [at, block] of blocks.entries()) checkBlock(block, `blocks[${at}]`, place, report);
  const tables = blocks.filter(({ type }) => type === 'table').length;
  if (tables > LIMITS.tables) report('blocks', `have ${tables} tables, at most one`);
  checkUnique(
    blocks.map(block => block.block_id),
    'block_id',
    report,
  );
  // The fields of a form share one, each in its own block.
  checkUnique(
    blocks
      .flatMap(({ elements, accessory }) => [...dataIn(elements), ...dataIn([accessory])])
      .map(each => each.action_id),
    'action_id',
    report,
  );
};

/** What Slack would refuse in this message, each with its place; empty where all is well. */
export const messageViolations = (message: unknown): string[] => {
  const violations: string[] = [];
  const report: Report = (at, problem) => violations.push(`${at} ${problem}`);
  if (!isData(message)) return ['the message is no object'];
  checkText(message.text, 'text', 1, LIMITS.plainText, report);
  if (typeof message.text === 'string') checkMarkup(message.text, 'text', report);
  const blocks = dataIn(message.blocks);
  checkBlocks(blocks, 'message', report);
  const weight = weightOf(blocks);
  if (weight > LIMITS.messageWeight) report('blocks', `weigh ${weight} characters, at most ${LIMITS.messageWeight}`);
  return violations;
};

/** What Slack would refuse in this modal or App Home, each with its place; empty where all is well. */
export const viewViolations = (view: unknown): string[] => {
  const violations: string[] = [];
  const report: Report = (at, problem) => violations.push(`${at} ${problem}`);
  if (!isData(view)) return ['the view is no object'];
  const { type, title, submit, close, callback_id: id, private_metadata: metadata } = view;
  if (type !== 'modal' && type !== 'home') report('type', 'is neither modal nor home');
  const blocks = dataIn(view.blocks);
  checkBlocks(blocks, type === 'home' ? 'home' : 'modal', report);
  if (type === 'modal') {
    checkPlain(title, 'title', LIMITS.viewTitle, report);
    if (submit !== undefined) checkPlain(submit, 'submit', LIMITS.viewButton, report);
    if (close !== undefined) checkPlain(close, 'close', LIMITS.viewButton, report);
    if (submit === undefined && blocks.some(block => block.type === 'input'))
      report('submit', 'is missing beside fields');
  } else if (title !== undefined || submit !== undefined || close !== undefined)
    report('title', 'has no place in App Home');
  checkText(id, 'callback_id', 0, LIMITS.callbackId, report);
  checkText(metadata, 'private_metadata', 0, LIMITS.privateMetadata, report);
  const bytes = Buffer.byteLength(JSON.stringify(view));
  if (bytes > LIMITS.viewBytesInAll) report('the view', `has ${bytes} bytes, at most ${LIMITS.viewBytesInAll}`);
  return violations;
};
