// Everything that Discord would refuse in a message or a form, in words: a last look before sending.
import { ButtonStyle, ComponentType, MessageFlags } from 'discord-api-types/v10';
import { LIMITS } from './limits.ts';

type Data = Readonly<Record<string, unknown>>;
type Report = (at: string, problem: string) => void;

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
const dataIn = (value: unknown): Data[] => (Array.isArray(value) ? value.map(each => (isData(each) ? each : {})) : []);
const childrenOf = (component: Data): Data[] => dataIn(component.components);

/** Says what is wrong with a text of `from` to `to` characters; one that is not there is fine when `from` is 0. */
const checkText = (value: unknown, at: string, from: number, to: number, report: Report): void => {
  if (value === undefined && from === 0) return;
  if (typeof value !== 'string') report(at, 'is no text');
  else if (value.length > to) report(at, `has ${value.length} characters, at most ${to}`);
  else if (from > 0 && value.trim().length < from) report(at, 'is empty');
  else if (!value.isWellFormed()) report(at, 'has half of a character');
};

const isWebUrl = (url: unknown): boolean =>
  typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

const checkButton = (button: Data, at: string, report: Report): void => {
  const { style, label, custom_id: id, url } = button;
  checkText(label, `${at}.label`, 1, LIMITS.buttonLabel, report);
  if (style === ButtonStyle.Link) {
    if (id !== undefined) report(at, 'is a link with a custom_id');
    if (!isWebUrl(url)) report(`${at}.url`, 'is no web address');
    checkText(url, `${at}.url`, 1, LIMITS.url, report);
  } else {
    if (typeof style !== 'number' || style < ButtonStyle.Primary || style > ButtonStyle.Danger)
      report(`${at}.style`, 'is none of Discord’s');
    if (url !== undefined) report(at, 'has an address but is no link');
    checkText(id, `${at}.custom_id`, 1, LIMITS.customId, report);
  }
};

const checkSelect = (select: Data, at: string, report: Report): void => {
  const { custom_id: id, placeholder, options: given, min_values: min = 1, max_values: max = 1 } = select;
  checkText(id, `${at}.custom_id`, 1, LIMITS.customId, report);
  checkText(placeholder, `${at}.placeholder`, 0, LIMITS.selectPlaceholder, report);
  const options = dataIn(given);
  if (options.length < 1 || options.length > LIMITS.selectOptions)
    report(`${at}.options`, `are ${options.length}, from 1 to ${LIMITS.selectOptions}`);
  for (const [index, { label, value, description }] of options.entries()) {
    checkText(label, `${at}.options[${index}].label`, 1, LIMITS.option, report);
    checkText(value, `${at}.options[${index}].value`, 1, LIMITS.option, report);
    checkText(description, `${at}.options[${index}].description`, 0, LIMITS.option, report);
    if (description === '') report(`${at}.options[${index}].description`, 'is empty');
  }
  if (new Set(options.map(({ value }) => value)).size < options.length) report(`${at}.options`, 'have a value twice');
  if (typeof min !== 'number' || typeof max !== 'number' || !Number.isInteger(min) || !Number.isInteger(max))
    report(at, 'has a min_values or max_values that is no whole number');
  else {
    if (min < 0 || min > max) report(at, `takes from ${min} to ${max} values`);
    if (max < 1 || max > options.length) report(at, `takes up to ${max} of ${options.length} values`);
    if (options.filter(option => option.default === true).length > max)
      report(at, `has more than ${max} values chosen`);
  }
};

const checkRow = (row: Data, at: string, report: Report): void => {
  const children = childrenOf(row);
  const buttons = children.filter(({ type }) => type === ComponentType.Button);
  const isOneSelect = children.length === 1 && children[0]?.type === ComponentType.StringSelect;
  if (!isOneSelect && (buttons.length < children.length || buttons.length < 1 || buttons.length > LIMITS.buttonsInRow))
    report(at, 'holds neither 1 to 5 buttons nor one select');
};

const checkSection = (section: Data, at: string, report: Report): void => {
  const texts = childrenOf(section);
  if (
    texts.length < 1 ||
    texts.length > LIMITS.sectionTexts ||
    texts.some(({ type }) => type !== ComponentType.TextDisplay)
  )
    report(at, `holds ${texts.length} components, from 1 to 3 text displays`);
  const { accessory } = section;
  if (!isData(accessory) || ![ComponentType.Button, ComponentType.Thumbnail].includes(accessory.type as number))
    report(`${at}.accessory`, 'is neither a button nor a thumbnail');
};

const checkMedia = (gallery: Data, at: string, files: ReadonlySet<string>, report: Report): void => {
  const items = dataIn(gallery.items);
  if (items.length < 1 || items.length > LIMITS.galleryItems)
    report(at, `holds ${items.length} pictures, from 1 to 10`);
  for (const [index, { media, description }] of items.entries()) {
    const url = isData(media) ? media.url : undefined;
    const file = typeof url === 'string' ? /^attachment:\/\/(.+)$/.exec(url)?.[1] : undefined;
    if (file === undefined ? !isWebUrl(url) : !files.has(file)) report(`${at}.items[${index}]`, 'has no such file');
    checkText(description, `${at}.items[${index}].description`, 0, LIMITS.altText, report);
  }
};

const IN_CONTAINER = [
  ComponentType.ActionRow,
  ComponentType.Section,
  ComponentType.TextDisplay,
  ComponentType.MediaGallery,
  ComponentType.Separator,
];

type Found = { component: Data; at: string };
/** Every component with its place, nested ones after their parents. */
const allIn = (components: readonly Data[], at: string): Found[] =>
  components.flatMap((component, index) => {
    const place = `${at}[${index}]`;
    const { accessory } = component;
    return [
      { component, at: place },
      ...allIn(childrenOf(component), `${place}.components`),
      ...(isData(accessory) ? [{ component: accessory, at: `${place}.accessory` }] : []),
    ];
  });

const checkComponent = ({ component, at }: Found, files: ReadonlySet<string>, report: Report): void => {
  const colour = component.accent_color;
  switch (component.type) {
    case ComponentType.Container:
      if (colour !== undefined && !(Number.isInteger(colour) && Number(colour) >= 0 && Number(colour) <= 0xffffff))
        report(`${at}.accent_color`, 'is no colour');
      if (childrenOf(component).length === 0) report(at, 'is empty');
      if (childrenOf(component).some(({ type }) => !IN_CONTAINER.includes(type as number)))
        report(at, 'holds what no container may hold');
      break;
    case ComponentType.ActionRow:
      checkRow(component, at, report);
      break;
    case ComponentType.Section:
      checkSection(component, at, report);
      break;
    case ComponentType.TextDisplay:
      checkText(component.content, at, 1, LIMITS.text, report);
      break;
    case ComponentType.MediaGallery:
      checkMedia(component, at, files, report);
      break;
    case ComponentType.Button:
      checkButton(component, at, report);
      break;
    case ComponentType.StringSelect:
      checkSelect(component, at, report);
      break;
    case ComponentType.Separator:
      break;
    default:
      report(at, `is of a type that is not used in messages here: ${component.type}`);
  }
};

const checkUnique = (found: readonly Found[], key: 'custom_id' | 'id', report: Report): void => {
  const seen = new Set<unknown>();
  for (const { component, at } of found) {
    const value = component[key];
    if (value === undefined) continue;
    if (seen.has(value)) report(`${at}.${key}`, `is there twice: ${value}`);
    seen.add(value);
    if (key === 'id' && !(Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31))
      report(`${at}.id`, 'is no positive 32-bit number');
  }
};

/** What Discord would refuse in this body of a message with components, each with its place; empty where all is well. */
export const messageViolations = (body: unknown): string[] => {
  const violations: string[] = [];
  const report: Report = (at, problem) => violations.push(`${at} ${problem}`);
  if (!isData(body)) return ['the body is no object'];
  if (!(Number(body.flags) & MessageFlags.IsComponentsV2)) report('flags', 'do not say that this is of Components V2');
  for (const old of ['content', 'embeds', 'poll', 'stickers', 'sticker_ids'])
    if (body[old] !== undefined && body[old] !== null) report(old, 'has no place beside Components V2');
  const attachments = dataIn(body.attachments);
  if (attachments.length > LIMITS.attachments) report('attachments', `are ${attachments.length}, at most 10`);
  for (const [at, { description }] of attachments.entries())
    checkText(description, `attachments[${at}].description`, 0, LIMITS.altText, report);
  const files = new Set(attachments.map(({ filename }) => String(filename)));
  const top = dataIn(body.components);
  const found = allIn(top, 'components');
  if (top.length === 0) report('components', 'are none');
  if (found.length > LIMITS.components) report('components', `are ${found.length}, at most ${LIMITS.components}`);
  for (const each of found) checkComponent(each, files, report);
  const text = found.reduce(
    (sum, { component }) => sum + (component.type === ComponentType.TextDisplay ? String(component.content).length : 0),
    0,
  );
  if (text > LIMITS.text) report('components', `hold ${text} characters of text, at most ${LIMITS.text}`);
  checkUnique(found, 'custom_id', report);
  checkUnique(found, 'id', report);
  return violations;
};

const checkInput = (input: Data, at: string, report: Report): void => {
  const { style, custom_id: id, value, placeholder, min_length: min = 0, max_length: max = LIMITS.inputValue } = input;
  checkText(id, `${at}.custom_id`, 1, LIMITS.customId, report);
  if (style !== 1 && style !== 2) report(`${at}.style`, 'is none of Discord’s');
  if (!Number.isInteger(max) || Number(max) < 1 || Number(max) > LIMITS.inputValue)
    report(`${at}.max_length`, `is not from 1 to ${LIMITS.inputValue}`);
  if (!Number.isInteger(min) || Number(min) < 0 || Number(min) > Number(max))
    report(`${at}.min_length`, 'is not from 0 to max_length');
  checkText(value, `${at}.value`, 0, Number(max), report);
  if (typeof value === 'string' && value !== '' && value.length < Number(min))
    report(`${at}.value`, `has fewer than ${min} characters`);
  checkText(placeholder, `${at}.placeholder`, 0, LIMITS.inputPlaceholder, report);
  if (input.label !== undefined) report(`${at}.label`, 'has no place inside a Label');
};

/** What Discord would refuse in this form, each with its place; empty where all is well. */
export const modalViolations = (modal: unknown): string[] => {
  const violations: string[] = [];
  const report: Report = (at, problem) => violations.push(`${at} ${problem}`);
  if (!isData(modal)) return ['the form is no object'];
  checkText(modal.title, 'title', 1, LIMITS.modalTitle, report);
  checkText(modal.custom_id, 'custom_id', 1, LIMITS.customId, report);
  const fields = childrenOf(modal);
  if (fields.length < 1 || fields.length > LIMITS.modalFields)
    report('components', `are ${fields.length}, from 1 to ${LIMITS.modalFields}`);
  const inputs: Found[] = [];
  for (const [index, field] of fields.entries()) {
    const at = `components[${index}]`;
    if (field.type === ComponentType.TextDisplay) {
      checkText(field.content, `${at}.content`, 1, LIMITS.text, report);
      continue;
    }
    if (field.type !== ComponentType.Label) report(at, 'is neither a Label nor a text display');
    checkText(field.label, `${at}.label`, 1, LIMITS.fieldLabel, report);
    checkText(field.description, `${at}.description`, 0, LIMITS.fieldDescription, report);
    const child = isData(field.component) ? field.component : {};
    inputs.push({ component: child, at: `${at}.component` });
    if (child.disabled !== undefined) report(`${at}.component.disabled`, 'has no place in a form');
    if (child.type === ComponentType.TextInput) checkInput(child, `${at}.component`, report);
    else if (child.type === ComponentType.StringSelect) {
      checkSelect(child, `${at}.component`, report);
      if (child.required === true && child.min_values === 0)
        report(`${at}.component`, 'is required and takes no value at all');
    } else report(`${at}.component`, 'is neither a text input nor a select');
  }
  checkUnique(inputs, 'custom_id', report);
  return violations;
};
