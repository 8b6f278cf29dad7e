// Modal -> Slack's modal view, Message -> the App Home view; everything cut to Slack's limits.
import type {
  ConversationsSelect,
  ExternalSelect,
  HomeView,
  InputBlock,
  KnownBlock,
  ModalView,
  MultiExternalSelect,
  PlainTextOption,
} from '@slack/types';
import { cleanText } from '../clean-text.ts';
import type { Message, Modal, ModalField, SelectOption } from '../message.ts';
import { encodeFieldId, FIELD_ACTION } from './action-id.ts';
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

const isUsable = ({ value }: SelectOption): boolean => value.trim() !== '' && value.length <= LIMITS.option;
const optionOf = ({ label, value }: SelectOption): PlainTextOption => ({
  text: plainText(label, LIMITS.option, cleanText(value) || undefined),
  value,
});

/** A menu that is filled as somebody types; what it is filled in with is chosen. */
const suggestingSelect = (
  { max = 1, placeholder = '' }: ModalField,
  suggest: NonNullable<ModalField['suggest']>,
  chosen: readonly SelectOption[],
): ExternalSelect | MultiExternalSelect => {
  const several = max > 1;
  const common = {
    action_id: encodeFieldId(suggest, several),
    min_query_length: 0,
    placeholder: plainText(placeholder, LIMITS.placeholder, 'Type to find it'),
  };
  const [first, ...others] = chosen.map(optionOf);
  return several
    ? {
        type: 'multi_external_select',
        ...common,
        max_selected_items: max,
        ...(first && { initial_options: [first, ...others].slice(0, max) }),
      }
    : { type: 'external_select', ...common, ...(first && { initial_option: first }) };
};

/** Slack's own menu of channels, without direct messages; the channel where the person is, unless one is given. */
const channelSelect = (channelId: string): ConversationsSelect => ({
  type: 'conversations_select',
  action_id: FIELD_ACTION,
  filter: { include: ['public', 'private'], exclude_bot_users: true },
  ...(channelId === '' ? { default_to_current_conversation: true } : { initial_conversation: channelId }),
});

/** The id in what was given for a channel, empty where nothing was; undefined for a name, whose id we do not know. */
const channelIdIn = (given: string): string | undefined =>
  given === '' ? '' : /^(?:<#)?([CG][A-Z0-9]{7,})(?:\|[^>]*)?>?$/.exec(given)?.[1];

/** What cannot be chosen in a menu, because Slack takes no such value, is typed. */
const fieldElement = (field: ModalField): InputBlock['element'] => {
  const { type, suggest, value = '', options = value === '' ? [] : [{ label: value, value }], max = 1 } = field;
  switch (type) {
    case 'channel': {
      const channelId = channelIdIn(value);
      return channelId === undefined ? textInput(field) : channelSelect(channelId);
    }
    case 'select': {
      const usable = usableOptions(options);
      const isWhole = usable.length > 0 && usable.length === options.length;
      return isWhole
        ? selectElement({ options: usable, max, placeholder: field.placeholder ?? '' }, FIELD_ACTION)
        : textInput(field);
    }
    case 'text':
      return suggest && options.every(isUsable) ? suggestingSelect(field, suggest, options) : textInput(field);
    case 'paragraph':
      return textInput(field);
    default:
      return type satisfies never;
  }
};

const inputBlock = (field: ModalField, renamed: (text: string) => string): InputBlock => ({
  type: 'input',
  block_id: field.name,
  label: plainText(field.label, LIMITS.inputLabel, cleanText(field.name) || '…'),
  ...(cleanText(field.description ?? '') !== '' && {
    hint: plainText(renamed(field.description ?? ''), LIMITS.inputHint),
  }),
  optional: !(field.required ?? false),
  element: fieldElement(field),
});

/**
 * The form in Slack's terms; its fields are read by `decodeFields`. A title that Slack would cut short stands above the fields.
 * `privateMetadata` comes back with the answers: at most 3,000 characters.
 */
export const renderModal = (
  { id, title, submit, fields }: Modal,
  {
    privateMetadata,
    renamed = text => text,
  }: Pick<RenderContext, 'renamed'> & { privateMetadata?: string | undefined } = {},
): ModalView => {
  const name = plainText(renamed(title), LIMITS.viewTitle);
  const whole = plainText(renamed(title), LIMITS.sectionText);
  const isCut = name.text !== whole.text;
  const blocks: KnownBlock[] = [
    ...(isCut ? [{ type: 'section' as const, text: whole }] : []),
    ...fields.slice(0, LIMITS.viewBlocks - 1).map(field => inputBlock(field, renamed)),
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

export type ViewContext = RenderContext & {
  /** Comes back with what is pressed in the view: at most 3,000 characters. */
  privateMetadata?: string;
};
const metadataOf = ({ privateMetadata }: ViewContext) =>
  privateMetadata !== undefined && { private_metadata: privateMetadata };

/** The message as a member's App Home. Never more than Slack takes; a line at its end says what is missing. */
export const renderHome = (message: Message, context: ViewContext = {}): HomeView => ({
  type: 'home',
  ...metadataOf(context),
  blocks: renderBlocks(message, context, HOME).blocks,
});

/** The message in a window of its own, for an answer to what was pressed in the App Home or in another window. */
export const renderMessageView = (message: Message, context: ViewContext = {}): ModalView => ({
  type: 'modal',
  title: plainText('Milepost', LIMITS.viewTitle),
  close: plainText('Close', LIMITS.viewButton),
  ...metadataOf(context),
  blocks: renderBlocks(message, context, HOME).blocks,
});
