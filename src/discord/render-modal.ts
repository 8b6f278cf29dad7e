// Modal -> Discord's form: one Label component for each field, everything cut to Discord's limits.
import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from 'discord-api-types/v10';
import type { Modal, ModalField } from '../message.ts';
import { labelOf, startOf } from '../rendering/cut-text.ts';
import { selectOptions, selectRange, usableOptions } from './controls.ts';
import { encodeCustomId } from './custom-id.ts';
import { LIMITS } from './limits.ts';
import type { RenderContext } from './render.ts';

type Child = APILabelComponent['component'];

const textInput = ({ name, type, required, value, placeholder, maxLength }: ModalField): Child => {
  const most = Math.min(Math.max(1, maxLength ?? LIMITS.inputValue), LIMITS.inputValue);
  const filled = startOf((value ?? '').toWellFormed(), most);
  const hint = labelOf(placeholder ?? '', LIMITS.inputPlaceholder);
  return {
    type: ComponentType.TextInput,
    custom_id: name,
    style: type === 'paragraph' ? TextInputStyle.Paragraph : TextInputStyle.Short,
    // Discord requires an answer unless told otherwise.
    required: required ?? false,
    ...(maxLength !== undefined && { max_length: most }),
    ...(filled !== '' && { value: filled }),
    ...(hint !== '' && { placeholder: hint }),
  };
};

const fieldInput = (field: ModalField): Child => {
  const options = usableOptions(field.options ?? []);
  // Without a choice to offer, the answer can still be typed.
  if (field.type !== 'select' || options.length === 0) return textInput(field);
  const range = selectRange({ min: field.required ? 1 : 0, max: field.max ?? 1 }, options.length);
  const placeholder = labelOf(field.placeholder ?? '', LIMITS.selectPlaceholder);
  return {
    type: ComponentType.StringSelect,
    custom_id: field.name,
    required: field.required ?? false,
    ...range,
    options: selectOptions(options, range.max_values),
    ...(placeholder !== '' && { placeholder }),
  };
};

const labelled = (field: ModalField): APILabelComponent => {
  const description = labelOf(field.description ?? '', LIMITS.fieldDescription);
  return {
    type: ComponentType.Label,
    label: labelOf(field.label, LIMITS.fieldLabel) || labelOf(field.name, LIMITS.fieldLabel),
    ...(description !== '' && { description }),
    component: fieldInput(field),
  };
};

/** The form in Discord's terms. `submit` has no place there: Discord names the button itself. */
export const renderModal = (
  { id, title, fields }: Modal,
  { communityId }: Pick<RenderContext, 'communityId'> = {},
): APIModalInteractionResponseCallbackData => ({
  custom_id: encodeCustomId(id, { communityId }),
  title: labelOf(title, LIMITS.modalTitle) || '…',
  components: fields.slice(0, LIMITS.modalFields).map(labelled),
});
