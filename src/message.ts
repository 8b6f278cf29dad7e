// What a reply or a post looks like, as plain data: each platform renders it, and every message has a plain-text form.
import { markdownToPlain } from './markdown.ts';

/**
 * A string in our Markdown subset: paragraphs, one-level lists, **bold**, _italic_, `code`, fenced code, quotes and
 * links. Link targets are http(s), `topic:ID` (a topic of the curriculum), `time:ISO` (an instant, shown in the reader's
 * own zone) or `channel:ID` (a channel by the platform's id, made by `channelLink`). Text that a member typed goes through
 * `escapeMarkdown` first.
 */
export type Markdown = string;

export type Button = {
  type: 'button';
  label: string;
  /** Encoded by `encodeAction`: `command/action/value`. */
  action: string;
  style?: 'primary' | 'secondary' | 'danger';
};
export type LinkButton = { type: 'link'; label: string; url: string };
export type SelectOption = { label: string; value: string; description?: string; selected?: boolean };
export type Select = {
  type: 'select';
  action: string;
  placeholder: string;
  options: SelectOption[];
  /** How many may be chosen: 1 and 1 unless told. */
  min?: number;
  max?: number;
};

export type Block =
  | { type: 'heading'; text: string; level: 1 | 2 }
  | { type: 'text'; text: Markdown; tone?: 'normal' | 'quiet' }
  | { type: 'facts'; items: { label: string; value: string }[] }
  | { type: 'list'; ordered: boolean; items: Markdown[] }
  | { type: 'progress'; label: string; done: number; total: number; unit: string }
  | { type: 'table'; columns: { label: string; align?: 'start' | 'end' }[]; rows: { cells: string[]; own?: boolean }[] }
  | { type: 'image'; png: Uint8Array; alt: string }
  | { type: 'divider' }
  | { type: 'actions'; items: (Button | LinkButton | Select)[] };

export type Message = {
  blocks: Block[];
  /** `#rrggbb`: the track's colour, where the message belongs to one track. */
  accent?: string;
};

export type ModalField = {
  name: string;
  label: string;
  /** A `channel` may be chosen or typed, as a platform can: its answer is an id, a name or a mention. */
  type: 'text' | 'paragraph' | 'select' | 'channel';
  description?: string;
  required?: boolean;
  value?: string;
  placeholder?: string;
  maxLength?: number;
  /** For `text`: the option of a command whose type-ahead helps, where a platform can; any other text may be given too. */
  suggest?: { command: string; subcommand: string; option: string };
  /** Of a `select`; of a text with `suggest`, what it is filled in with, as people see it. */
  options?: SelectOption[];
  /** For `select` and `suggest`: above 1 lets several be chosen. */
  max?: number;
};
/** A form of one to five fields; `id` is encoded like an action and names the handler of its submission. */
export type Modal = { id: string; title: string; submit: string; fields: ModalField[] };

export const heading = (text: string, level: 1 | 2 = 1): Block => ({ type: 'heading', text, level });
export const text = (markdown: Markdown): Block => ({ type: 'text', text: markdown, tone: 'normal' });
export const quiet = (markdown: Markdown): Block => ({ type: 'text', text: markdown, tone: 'quiet' });
export const list = (items: Markdown[], ordered = false): Block => ({ type: 'list', ordered, items });
export const facts = (items: [label: string, value: string][]): Block => ({
  type: 'facts',
  items: items.map(([label, value]) => ({ label, value })),
});
export const progressBar = (label: string, done: number, total: number, unit = 'topics'): Block => ({
  type: 'progress',
  label,
  done,
  total,
  unit,
});
export const divider = (): Block => ({ type: 'divider' });
export const actions = (...items: (Button | LinkButton | Select)[]): Block => ({ type: 'actions', items });
export const button = (label: string, action: string, style: Button['style'] = 'secondary'): Button => ({
  type: 'button',
  label,
  action,
  style,
});
export const linkButton = (label: string, url: string): LinkButton => ({ type: 'link', label, url });

/** Whole percent, rounded down so that 100 % means all of it; an empty total is 0 %. */
export const percent = (done: number, total: number): number => (total === 0 ? 0 : Math.floor((100 * done) / total));

/** Ten cells of a bar in text, `█████░░░░░`: filled only by whole tenths, at least one once anything is done. */
export const barOfText = (done: number, total: number): string => {
  const share = total === 0 ? 0 : Math.floor((10 * done) / total);
  const filled = done > 0 ? Math.max(1, share) : 0;
  return '█'.repeat(filled) + '░'.repeat(10 - filled);
};

const plainTable = (block: Extract<Block, { type: 'table' }>): string => {
  const rows = [block.columns.map(column => column.label), ...block.rows.map(row => row.cells)];
  const widths = block.columns.map((_, at) => Math.max(...rows.map(row => (row[at] ?? '').length)));
  return rows
    .map(row =>
      row
        .map((cell, at) =>
          block.columns[at]?.align === 'end' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const plainBlock = (block: Block): string => {
  switch (block.type) {
    case 'heading':
      return block.level === 1 ? block.text.toUpperCase() : block.text;
    case 'text':
      return markdownToPlain(block.text);
    case 'facts':
      return block.items.map(item => `${item.label}: ${item.value}`).join('\n');
    case 'list':
      return block.items
        .map((item, at) => {
          const mark = block.ordered ? `${at + 1}. ` : '- ';
          return mark + markdownToPlain(item).replaceAll('\n', `\n${' '.repeat(mark.length)}`);
        })
        .join('\n');
    case 'progress':
      return `${block.label}: ${barOfText(block.done, block.total)} ${block.done} of ${block.total} ${block.unit} (${percent(block.done, block.total)} %)`;
    case 'table':
      return plainTable(block);
    case 'image':
      return `[Picture: ${block.alt}]`;
    case 'divider':
      return '---';
    case 'actions':
      return block.items
        .map(item => {
          if (item.type === 'link') return `[${item.label}: ${item.url}]`;
          if (item.type === 'button') return `[${item.label}]`;
          return `[${item.placeholder}: ${item.options.map(option => option.label).join(' | ')}]`;
        })
        .join(' ');
    default:
      return block satisfies never;
  }
};

/** The message as text without markup: for notifications, screen readers, terminals and tests. */
export const toPlainText = (message: Message): string =>
  message.blocks.map(plainBlock).join('\n\n').replaceAll('\u00a0', ' ');
