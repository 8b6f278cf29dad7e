// Modal -> Slack's modal view, Message -> the App Home view; everything cut to Slack's limits.
import type { HomeView, InputBlock, KnownBlock, ModalView } from '@slack/types';
import { cleanText } from '../clean-text.ts';
import type { Message, Modal, ModalField } from '../message.ts';
import { FIELD_ACTION } from './action-id.ts';
import { plainText, selectElement, usableOptions } from './controls.ts';
import { LIMITS, startOf } from './limits.ts';
import { type RenderContext, renderBlocks, type Surface } from './render.ts';

const textInput = ({ type, value = '', placeholder = '', maxLength }: ModalField): InputBlock['element'] => {
  const most = Math.min(Math.max(1, Math.floor(maxLength ?? LIMITS.inputValue) || 1), LIMITS.inputValue);
  const filled = startOf(value.toWellFormed(), most);
  return {
    type: 'plain_text_input',
    action_id: FIELD_ACTION,
    multiline: type === 'paragraph',
    ...(maxLength !== undefined && { max_length: most }),
    ...(filled !== '' && { initial_value: filled }),
    ...(cleanText(placeholder) !== '' && { placeholder: plainText(placeholder, LIMITS.placeholder) }),
  };
};

const fieldElement = (field: ModalField): InputBlock['element'] => {
  const options = usableOptions(field.options ?? []);
  // Without a choice to offer, the answer can still be typed.
  if (field.type !== 'select' || options.length === 0) return textInput(field);
  return selectElement({ options, max: field.max, placeholder: field.placeholder ?? '' }, FIELD_ACTION);
};

const inputBlock = (field: ModalField): InputBlock => ({
  type: 'input',
  block_id: field.name,
  label: plainText(field.label, LIMITS.inputLabel, cleanText(field.name) || '…'),
  ...(cleanText(field.description ?? '') !== '' && { hint: plainText(field.description ?? '', LIMITS.inputHint) }),
  optional: !(field.required ?? false),
  element: fieldElement(field),
});

/**
 * The form in Slack's terms; its fields are read by `decodeFields`. A title that Slack would cut short stands above the fields.
 * `privateMetadata` comes back with the answers: at most 3,000 characters.
 */
export const renderModal = (
  { id, title, submit, fields }: Modal,
  { privateMetadata }: { privateMetadata?: string | undefined } = {},
): ModalView => {
  const name = plainText(title, LIMITS.viewTitle);
  const whole = plainText(title, LIMITS.sectionText);
  const isCut = name.text !== whole.text;
  const blocks: KnownBlock[] = [
    ...(isCut ? [{ type: 'section' as const, text: whole }] : []),
    ...fields.slice(0, LIMITS.viewBlocks - 1).map(inputBlock),
  ];
  return {
    type: 'modal',
    callback_id: id,
    title: name,
    submit: plainText(submit, LIMITS.viewButton, 'Send'),
    close: plainText('Cancel', LIMITS.viewButton),
    ...(privateMetadata !== undefined && { private_metadata: privateMetadata }),
    blocks,
  };
};

/** Slack takes no tables there, and a picture only by its address. */
const HOME: Surface = {
  blocks: LIMITS.viewBlocks,
  weigh: blocks => Buffer.byteLength(JSON.stringify(blocks)),
  room: LIMITS.viewBytes,
  tables: false,
  uploads: false,
};

/** The message as a member's App Home. Never more than Slack takes; a line at its end says what is missing. */
export const renderHome = (message: Message, context: RenderContext = {}): HomeView => ({
  type: 'home',
  blocks: renderBlocks(message, context, HOME).blocks,
});

/** The message in a window of its own, for an answer to what was pressed in the App Home or in another window. */
export const renderMessageView = (message: Message, context: RenderContext = {}): ModalView => ({
  type: 'modal',
  title: plainText('Milepost', LIMITS.viewTitle),
  close: plainText('Close', LIMITS.viewButton),
  blocks: renderBlocks(message, context, HOME).blocks,
});
