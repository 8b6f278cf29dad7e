// Discord's rules for the components of a message: what may stand in what, how many, how long.
import { at, type Form, isObject, type Json } from './form.ts';

const TYPE = {
  actionRow: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  section: 9,
  textDisplay: 10,
  thumbnail: 11,
  mediaGallery: 12,
  file: 13,
  separator: 14,
  container: 17,
} as const;
export const ComponentKind = TYPE;

const SELECTS = [3, 5, 6, 7, 8];
const IN_CONTAINER = [TYPE.actionRow, TYPE.section, TYPE.textDisplay, TYPE.mediaGallery, TYPE.file, TYPE.separator];
const TOP_LEVEL = [...IN_CONTAINER, TYPE.container];
const LINK_STYLE = 5;
const PREMIUM_STYLE = 6;

export const MAX_COMPONENTS = 40;
export const MAX_TEXT = 4000;
const MAX_INT32 = 2 ** 31 - 1;

/** What holds for the tree as a whole. */
type Tally = { form: Form; count: number; text: number; customIds: Set<string>; ids: Set<number>; files: Set<string> };

const typeOf = (
  form: Form,
  path: string,
  component: unknown,
  allowed: readonly number[],
): { component: Json; type: number } | undefined => {
  if (!isObject(component)) {
    form.add(path, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
    return undefined;
  }
  const { type } = component;
  if (typeof type === 'number' && allowed.includes(type)) return { component, type };
  form.add(at(path, 'type'), 'UNION_TYPE_CHOICES', `Value of field "type" must be one of (${allowed.join(', ')}).`);
  return undefined;
};

const checkIds = ({ form, customIds, ids }: Tally, path: string, component: Json): void => {
  const { id } = component;
  if (id !== undefined && id !== null && form.whole(at(path, 'id'), id, 0, MAX_INT32) && id !== 0) {
    if (ids.has(id)) form.add(at(path, 'id'), 'COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated');
    ids.add(id);
  }
  const { custom_id: customId } = component;
  if (typeof customId !== 'string') return;
  if (customIds.has(customId)) {
    const message = 'Component custom id cannot be duplicated';
    form.add(at(path, 'custom_id'), 'COMPONENT_CUSTOM_ID_DUPLICATED', message);
  }
  customIds.add(customId);
};

const isWebAddress = (url: unknown): boolean => typeof url === 'string' && /^(https?|discord):\/\/\S+$/.test(url);

const checkButton = (form: Form, path: string, button: Json): void => {
  form.optionalBoolean(at(path, 'disabled'), button.disabled);
  if (!form.whole(at(path, 'style'), button.style, 1, PREMIUM_STYLE)) return;
  const { style, url, custom_id: customId } = button;
  if (style === PREMIUM_STYLE) return;
  if (button.emoji === undefined || button.label !== undefined) form.text(at(path, 'label'), button.label, 1, 80);
  if (style === LINK_STYLE) {
    if (customId !== undefined)
      form.add(
        path,
        'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
        'A custom id and url cannot both be specified',
      );
    if (form.text(at(path, 'url'), url, 1, 512) && !isWebAddress(url)) {
      const message = `Scheme "${url.split(':')[0]}" is not supported. Scheme must be one of ('discord', 'http', 'https').`;
      form.add(at(path, 'url'), 'URL_TYPE_INVALID_SCHEME', message);
    }
    return;
  }
  if (url !== undefined)
    form.add(path, 'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE', 'A custom id and url cannot both be specified');
  form.text(at(path, 'custom_id'), customId, 1, 100);
};

/** A select menu; `disabled` is the caller's to judge, since a modal has no disabled ones. */
export const checkSelect = (form: Form, path: string, select: Json): void => {
  form.text(at(path, 'custom_id'), select.custom_id, 1, 100);
  form.optionalText(at(path, 'placeholder'), select.placeholder, 0, 150);
  form.optionalWhole(at(path, 'min_values'), select.min_values, 0, 25);
  form.optionalWhole(at(path, 'max_values'), select.max_values, 1, 25);
  const min = Number(select.min_values ?? 1);
  const max = Number(select.max_values ?? 1);
  if (min > max) form.add(at(path, 'min_values'), 'SELECT_COMPONENT_MIN_MAX', 'Min values must not exceed max values.');
  if (select.type !== TYPE.stringSelect) return;
  const options = form.list(at(path, 'options'), select.options, 1, 25);
  const values = new Set<unknown>();
  let chosen = 0;
  for (const [index, option] of options.entries()) {
    const where = at(at(path, 'options'), index);
    if (!isObject(option)) {
      form.add(where, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
      continue;
    }
    form.text(at(where, 'label'), option.label, 1, 100);
    form.text(at(where, 'value'), option.value, 1, 100);
    form.optionalText(at(where, 'description'), option.description, 1, 100);
    form.optionalBoolean(at(where, 'default'), option.default);
    if (values.has(option.value)) {
      const message = 'The specified option value is already used';
      form.add(at(where, 'value'), 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', message);
    }
    values.add(option.value);
    if (option.default === true) chosen += 1;
  }
  if (chosen > max) {
    const message = 'The number of default options exceeds max_values.';
    form.add(at(path, 'options'), 'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES', message);
  }
  if (options.length > 0 && (min > options.length || max > options.length)) {
    const message = `Must not ask for more values than there are options (${options.length}).`;
    form.add(at(path, max > options.length ? 'max_values' : 'min_values'), 'SELECT_COMPONENT_MAX_VALUES', message);
  }
};

const checkMedia = ({ form, files }: Tally, path: string, media: unknown, fileOnly = false): void => {
  const where = at(path, 'url');
  const url = isObject(media) ? media.url : undefined;
  if (!form.text(where, url, 1, 2048)) return;
  if (url.startsWith('attachment://')) {
    if (!files.has(url.slice('attachment://'.length)))
      form.add(where, 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND', 'The referenced attachment was not found');
  } else if (fileOnly || !/^https?:\/\/\S+$/.test(url)) {
    form.add(where, 'URL_TYPE_INVALID_SCHEME', 'Scheme is not supported here.');
  }
};

const checkActionRow = (tally: Tally, path: string, row: Json): void => {
  const { form } = tally;
  const where = at(path, 'components');
  const children = form.list(where, row.components, 1, 5);
  const hasSelect = children.some(child => isObject(child) && SELECTS.includes(Number(child.type)));
  if (hasSelect && children.length > 1)
    form.add(where, 'BASE_TYPE_BAD_LENGTH', 'An action row holds up to five buttons or exactly one select.');
  for (const [index, child] of children.entries()) {
    checkOne(tally, at(where, index), child, [TYPE.button, ...SELECTS]);
  }
};

const checkChildren = (
  tally: Tally,
  path: string,
  value: unknown,
  allowed: readonly number[],
  min: number,
  max: number,
): void => {
  for (const [index, child] of tally.form.list(path, value, min, max).entries()) {
    checkOne(tally, at(path, index), child, allowed);
  }
};

const checkOne = (tally: Tally, path: string, value: unknown, allowed: readonly number[]): void => {
  const { form } = tally;
  tally.count += 1;
  const found = typeOf(form, path, value, allowed);
  if (!found) return;
  const { component, type } = found;
  checkIds(tally, path, component);
  if (type === TYPE.actionRow) checkActionRow(tally, path, component);
  else if (type === TYPE.button) checkButton(form, path, component);
  else if (SELECTS.includes(type)) {
    checkSelect(form, path, component);
    form.optionalBoolean(at(path, 'disabled'), component.disabled);
  } else if (type === TYPE.section) {
    checkChildren(tally, at(path, 'components'), component.components, [TYPE.textDisplay], 1, 3);
    if (component.accessory === undefined)
      form.add(at(path, 'accessory'), 'BASE_TYPE_REQUIRED', 'This field is required');
    else checkOne(tally, at(path, 'accessory'), component.accessory, [TYPE.button, TYPE.thumbnail]);
  } else if (type === TYPE.textDisplay) {
    if (form.text(at(path, 'content'), component.content, 1, MAX_TEXT)) tally.text += component.content.length;
  } else if (type === TYPE.thumbnail) {
    checkMedia(tally, at(path, 'media'), component.media);
    form.optionalText(at(path, 'description'), component.description, 1, 1024);
  } else if (type === TYPE.mediaGallery) {
    for (const [index, item] of form.list(at(path, 'items'), component.items, 1, 10).entries()) {
      const where = at(at(path, 'items'), index);
      checkMedia(tally, at(where, 'media'), isObject(item) ? item.media : undefined);
      if (isObject(item)) form.optionalText(at(where, 'description'), item.description, 1, 1024);
    }
  } else if (type === TYPE.file) checkMedia(tally, at(path, 'file'), component.file, true);
  else if (type === TYPE.separator) {
    form.optionalBoolean(at(path, 'divider'), component.divider);
    form.optionalWhole(at(path, 'spacing'), component.spacing, 1, 2);
  } else if (type === TYPE.container) {
    form.optionalWhole(at(path, 'accent_color'), component.accent_color, 0, 0xffffff);
    checkChildren(tally, at(path, 'components'), component.components, IN_CONTAINER, 1, MAX_COMPONENTS);
  }
};

/** The components of a message; without `v2` only up to five action rows. `files`: names that `attachment://` may name. */
export const checkMessageComponents = (
  form: Form,
  components: unknown,
  { v2, files }: { v2: boolean; files: Iterable<string> },
): void => {
  const tally = {
    form,
    count: 0,
    text: 0,
    customIds: new Set<string>(),
    ids: new Set<number>(),
    files: new Set(files),
  };
  checkChildren(tally, 'components', components, v2 ? TOP_LEVEL : [TYPE.actionRow], 0, v2 ? MAX_COMPONENTS : 5);
  if (tally.count > MAX_COMPONENTS) {
    const message = `The total number of components must be ${MAX_COMPONENTS} or fewer (${tally.count}).`;
    form.add('components', 'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED', message);
  }
  if (tally.text > MAX_TEXT) {
    const message = `The total text of a message must be ${MAX_TEXT} or fewer characters (${tally.text}).`;
    form.add('components', 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED', message);
  }
};
