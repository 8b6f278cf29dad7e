// Discord's rules for a modal, and for the choices that answer type-ahead.
import { refuseForm } from './api-error.ts';
import { checkSelect } from './component-rules.ts';
import { at, type Form, isObject, type Json, startForm } from './form.ts';

const TEXT_DISPLAY = 10;
const LABEL = 18;
const ACTION_ROW = 1;
const IN_LABEL = [3, 4, 5, 6, 7, 8, 19, 21, 22, 23];

const checkTextInput = (form: Form, path: string, input: Json, inLabel: boolean): void => {
  form.text(at(path, 'custom_id'), input.custom_id, 1, 100);
  form.whole(at(path, 'style'), input.style, 1, 2);
  if (!inLabel) form.text(at(path, 'label'), input.label, 1, 45);
  else if (input.label !== undefined && input.label !== null)
    form.add(at(path, 'label'), 'COMPONENT_LABEL_NOT_ALLOWED', 'A text input in a label has no label of its own.');
  form.optionalText(at(path, 'placeholder'), input.placeholder, 0, 100);
  form.optionalWhole(at(path, 'min_length'), input.min_length, 0, 4000);
  form.optionalWhole(at(path, 'max_length'), input.max_length, 1, 4000);
  const min = Number(input.min_length ?? 0);
  const max = Number(input.max_length ?? 4000);
  if (min > max) form.add(at(path, 'min_length'), 'NUMBER_TYPE_MAX', 'min_length must not exceed max_length.');
  if (input.value !== undefined && input.value !== null && input.value !== '')
    form.text(at(path, 'value'), input.value, min, max);
};

/** Radio and checkbox groups: their options, with values that differ. */
const checkGroup = (form: Form, path: string, group: Json, min: number): void => {
  form.text(at(path, 'custom_id'), group.custom_id, 1, 100);
  const values = new Set<unknown>();
  for (const [index, option] of form.list(at(path, 'options'), group.options, min, 10).entries()) {
    const where = at(at(path, 'options'), index);
    if (!isObject(option)) continue;
    form.text(at(where, 'label'), option.label, 1, 100);
    form.text(at(where, 'value'), option.value, 1, 100);
    form.optionalText(at(where, 'description'), option.description, 1, 100);
    if (values.has(option.value)) form.add(at(where, 'value'), 'OPTION_VALUE_DUPLICATED', 'The value is already used');
    values.add(option.value);
  }
};

const checkField = (form: Form, path: string, field: unknown): void => {
  if (!isObject(field) || !IN_LABEL.includes(Number(field.type))) {
    form.add(at(path, 'type'), 'UNION_TYPE_CHOICES', `Value of field "type" must be one of (${IN_LABEL.join(', ')}).`);
    return;
  }
  if (field.disabled === true)
    form.add(at(path, 'disabled'), 'COMPONENT_DISABLED_IN_MODAL', 'A component of a modal cannot be disabled.');
  form.optionalBoolean(at(path, 'required'), field.required);
  if (field.type === 4) checkTextInput(form, path, field, true);
  else if (field.type === 19 || field.type === 23) form.text(at(path, 'custom_id'), field.custom_id, 1, 100);
  else if (field.type === 21) checkGroup(form, path, field, 2);
  else if (field.type === 22) checkGroup(form, path, field, 1);
  else checkSelect(form, path, field);
};

const checkTopLevel = (form: Form, path: string, component: unknown): void => {
  const type = isObject(component) ? component.type : undefined;
  if (!isObject(component) || (type !== TEXT_DISPLAY && type !== LABEL && type !== ACTION_ROW)) {
    form.add(at(path, 'type'), 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of (1, 10, 18).');
  } else if (type === TEXT_DISPLAY) form.text(at(path, 'content'), component.content, 1, 4000);
  else if (type === LABEL) {
    form.text(at(path, 'label'), component.label, 1, 45);
    form.optionalText(at(path, 'description'), component.description, 0, 100);
    if (component.component === undefined)
      form.add(at(path, 'component'), 'BASE_TYPE_REQUIRED', 'This field is required');
    else checkField(form, at(path, 'component'), component.component);
  } else {
    const [input, ...more] = form.list(at(path, 'components'), component.components, 1, 1);
    if (more.length === 0 && isObject(input) && input.type === 4)
      checkTextInput(form, `${path}.components.0`, input, false);
    else form.add(`${path}.components.0.type`, 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of (4).');
  }
};

/** Throws what Discord answers to a modal it does not accept. */
export const checkModal = (modal: unknown): void => {
  const form = startForm();
  const { title, custom_id: customId, components } = isObject(modal) ? modal : ({} as Json);
  form.text('data.title', title, 1, 45);
  form.text('data.custom_id', customId, 1, 100);
  const seen = new Set<unknown>();
  for (const [index, component] of form.list('data.components', components, 1, 5).entries()) {
    const path = `data.components.${index}`;
    checkTopLevel(form, path, component);
    const field = isObject(component) && isObject(component.component) ? component.component : undefined;
    if (field?.custom_id === undefined) continue;
    if (seen.has(field.custom_id)) {
      const message = 'Component custom id cannot be duplicated';
      form.add(`${path}.component.custom_id`, 'COMPONENT_CUSTOM_ID_DUPLICATED', message);
    }
    seen.add(field.custom_id);
  }
  refuseForm(form.problems);
};

/** Throws what Discord answers to choices it does not accept; `optionType` is the type of the option being typed. */
export const checkChoices = (data: unknown, optionType: number): void => {
  const form = startForm();
  const choices = isObject(data) ? data.choices : undefined;
  if (!Array.isArray(choices)) form.add('data.choices', 'BASE_TYPE_REQUIRED', 'This field is required');
  for (const [index, choice] of form.list('data.choices', choices, 0, 25).entries()) {
    const path = `data.choices.${index}`;
    if (!isObject(choice)) {
      form.add(path, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
      continue;
    }
    form.text(at(path, 'name'), choice.name, 1, 100);
    if (optionType === 3) form.text(at(path, 'value'), choice.value, 1, 100);
    else if (optionType === 4) form.whole(at(path, 'value'), choice.value, -(2 ** 53), 2 ** 53);
    else if (typeof choice.value !== 'number')
      form.add(at(path, 'value'), 'NUMBER_TYPE_COERCE', `Value "${choice.value}" is not float.`);
  }
  refuseForm(form.problems);
};
