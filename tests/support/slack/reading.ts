// What a person sees: the visible text of messages and views, and the answer that something they did got.
import type { Block, Option, StoredMessage, StoredView } from './world.ts';

export type Answer =
  | {
      type: 'message';
      /** As it is now: a later edit shows here too. `text` and `buttons` are as they were when the answer came. */
      message: StoredMessage;
      ephemeral: boolean;
      /** A message that was there has changed; no new one was posted. */
      replaced: boolean;
      text: string;
      /** Labels of the buttons, links and the entries of overflow menus too. */
      buttons: string[];
    }
  /** `errors`: what the bot said is wrong with the submission, by block id. */
  | { type: 'modal'; view: StoredView; text: string; errors: Record<string, string> }
  | { type: 'home'; view: StoredView; text: string; buttons: string[] }
  /** Acknowledged, and nothing to see came of it. */
  | { type: 'nothing' }
  /** `operation_timeout`: no ack within 3 s; `dispatch_failed`: no connection, or an ack that is none. */
  | { type: 'failed'; reason: string };
export type Suggestion = { label: string; value: string; description?: string };

const optionLabels = (element: Block): string =>
  [...(element.options ?? []), ...(element.option_groups ?? []).flatMap(group => group.options)]
    .map(option => option.text.text)
    .join(' | ');

const richText = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(richText).join('');
  const block = value as Block & { elements?: unknown[]; [key: string]: unknown };
  switch (block.type) {
    case 'text':
      return String(block.text);
    case 'link':
      return `${block.text ?? ''}<${block.url}>`;
    case 'emoji':
      return `:${block.name}:`;
    case 'user':
      return `<@${block.user_id}>`;
    case 'channel':
      return `<#${block.channel_id}>`;
    case 'broadcast':
      return `<!${block.range}>`;
    case 'date':
      return String(block.fallback ?? block.timestamp);
    case 'rich_text':
    case 'rich_text_list':
      return (block.elements ?? []).map(richText).join('\n');
    default:
      return (block.elements ?? []).map(richText).join('');
  }
};

const cellText = (cell: Block): string =>
  cell.type === 'rich_text' ? richText(cell) : String(cell.text ?? cell.value);

const readElement = (element: Block): string => {
  const { type } = element;
  if (type === 'button') return element.url ? `[${element.text?.text}: ${element.url}]` : `[${element.text?.text}]`;
  if (type === 'image') return `[Picture: ${element.alt_text}]`;
  if (type === 'plain_text' || type === 'mrkdwn') return String(element.text);
  if (type.endsWith('_input')) return String(element.initial_value ?? element.placeholder?.text ?? '');
  return `[${element.placeholder?.text ?? type}: ${optionLabels(element)}]`;
};

const readBlock = (block: Block): string => {
  switch (block.type) {
    case 'section':
      return [
        block.text?.text,
        ...(block.fields ?? []).map(field => field.text),
        block.accessory && readElement(block.accessory),
      ]
        .filter(Boolean)
        .join('\n');
    case 'header':
      return String(block.text?.text);
    case 'markdown':
      return String(block.text);
    case 'context':
    case 'actions':
      return (block.elements ?? []).map(readElement).join(' ');
    case 'image':
      return `[Picture: ${block.alt_text}]`;
    case 'divider':
      return '---';
    case 'input':
      return [block.label?.text, block.hint?.text, block.element && readElement(block.element)]
        .filter(Boolean)
        .join('\n');
    case 'table':
    case 'data_table':
      return (block.rows as Block[][]).map(row => row.map(cellText).join(' | ')).join('\n');
    default:
      return richText(block);
  }
};

/** All that a reader sees of blocks, line by line, in Slack's own markup. */
export const blocksText = (blocks: readonly Block[]): string => blocks.map(readBlock).filter(Boolean).join('\n');

/** What a reader sees of a message: its blocks, or the text where there are none. */
export const visibleText = (message: Pick<StoredMessage, 'text' | 'blocks'>): string =>
  message.blocks.length > 0 ? blocksText(message.blocks) : message.text;

export const viewText = (view: StoredView): string =>
  [view.title?.text, blocksText(view.blocks)].filter(Boolean).join('\n');

/** Every element that can be used, with the id of its block. */
export const elementsIn = (blocks: readonly Block[]): { element: Block; blockId: string; label?: string }[] =>
  blocks.flatMap(block =>
    [...(block.type === 'actions' ? (block.elements ?? []) : []), block.accessory, block.element]
      .filter(element => element !== undefined)
      .map(element => ({
        element,
        blockId: block.block_id ?? '',
        ...(block.label && { label: block.label.text }),
      })),
  );

/** Of buttons, links too, and of what stands in overflow menus. */
export const buttonLabels = (blocks: readonly Block[]): string[] =>
  elementsIn(blocks).flatMap(({ element }) => {
    if (element.type === 'overflow') return (element.options ?? []).map(option => option.text.text);
    return element.type === 'button' ? [element.text?.text ?? ''] : [];
  });

export const messageAnswer = (message: StoredMessage, replaced: boolean): Answer => ({
  type: 'message',
  message,
  ephemeral: message.ephemeralFor !== undefined,
  replaced,
  text: visibleText(message),
  buttons: buttonLabels(message.blocks),
});
export const modalAnswer = (view: StoredView, errors: Record<string, string> = {}): Answer => ({
  type: 'modal',
  view,
  text: viewText(view),
  errors,
});
export const homeAnswer = (view: StoredView): Answer => ({
  type: 'home',
  view,
  text: viewText(view),
  buttons: buttonLabels(view.blocks),
});

export const suggestion = (option: Option): Suggestion => ({
  label: option.text.text,
  value: option.value,
  ...(option.description && { description: option.description.text }),
});
