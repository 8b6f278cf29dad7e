// Message -> accessible HTML. Every character passes hast-util-to-html, which escapes it; no string is pasted into markup.
import type { Element, ElementContent, Properties, Root } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { type Handlers, type State, toHast } from 'mdast-util-to-hast';
import { parseMarkdown } from '../markdown.ts';
import {
  type Block,
  type Button,
  type LinkButton,
  type Markdown,
  type Message,
  percent,
  type Select,
} from '../message.ts';

const element = (tagName: string, properties: Properties, ...children: (ElementContent | string)[]): Element => ({
  type: 'element',
  tagName,
  properties,
  children: children.map(child => (typeof child === 'string' ? { type: 'text', value: child } : child)),
});

const isWebAddress = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
const isInstant = (value: string): boolean => /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value));

const webLink = (url: string, properties: Properties, children: ElementContent[]): Element =>
  element('a', { href: url, target: '_blank', rel: ['noopener', 'noreferrer'], ...properties }, ...children);

/** A link of the subset as its element; any other target leaves only the link's text, and `channel:` with it: `#general`. */
const linkContent = (url: string, children: ElementContent[]): ElementContent[] => {
  const topic = /^topic:([a-z0-9][a-z0-9_-]*)$/i.exec(url)?.[1];
  if (topic) {
    const command = `/topics show ${topic}`;
    return [element('button', { type: 'button', className: ['topic-link'], dataCommand: command }, ...children)];
  }
  const time = /^time:(.+)$/.exec(url)?.[1];
  if (time && isInstant(time)) return [element('time', { dateTime: time }, ...children)];
  return isWebAddress(url) ? [webLink(url, {}, children)] : children;
};

const inlineChildren = (state: State, node: Parameters<State['all']>[0]): ElementContent[] => state.all(node);
const plain = (value: string): ElementContent => ({ type: 'text', value });

const handlers: Handlers = {
  html: (_state, node: { value: string }) => plain(node.value),
  link: (state, node) => linkContent(node.url, inlineChildren(state, node)),
  linkReference: (state, node) =>
    linkContent(state.definitionById.get(node.identifier.toUpperCase())?.url ?? '', inlineChildren(state, node)),
  image: (_state, node: { alt?: string | null }) => plain(node.alt ?? ''),
  imageReference: (_state, node: { alt?: string | null }) => plain(node.alt ?? ''),
  // A heading inside a text would break the message's own outline.
  heading: (state, node) => element('p', {}, element('strong', {}, ...inlineChildren(state, node))),
};

const markdownContent = (markdown: Markdown): ElementContent[] => {
  const tree = toHast(parseMarkdown(markdown), { handlers });
  const nodes = tree.type === 'root' ? tree.children : [tree];
  return nodes.filter(node => node.type !== 'doctype');
};

/** `markdown` for a place that holds one line, such as a list item: a lone paragraph loses its `<p>`. */
const itemContent = (markdown: Markdown): ElementContent[] => {
  const content = markdownContent(markdown).filter(node => node.type !== 'text' || node.value.trim() !== '');
  const [only, ...others] = content;
  return others.length === 0 && only?.type === 'element' && only.tagName === 'p' ? only.children : content;
};

const htmlOf = (children: ElementContent[]): string => toHtml({ type: 'root', children } satisfies Root);

/** HTML of our Markdown subset: raw HTML is shown as text, and only http(s), `topic:` and `time:` links are alive; `channel:` is its name. */
export const renderMarkdown = (markdown: Markdown): string => htmlOf(markdownContent(markdown));

const renderButton = ({ label, action, style = 'secondary' }: Button): Element =>
  element('button', { type: 'button', className: ['button', style], dataAction: action }, label);

const renderLinkButton = ({ label, url }: LinkButton): Element =>
  isWebAddress(url)
    ? webLink(url, { className: ['button', 'secondary'] }, [plain(label)])
    : element('span', { className: ['button', 'secondary'] }, label);

const renderSingleSelect = ({ action, placeholder, options }: Select): Element => {
  const chosen = options.some(option => option.selected);
  return element(
    'select',
    { className: ['select'], dataAction: action, ariaLabel: placeholder },
    element('option', { value: '', disabled: true, selected: !chosen }, placeholder),
    ...options.map(({ label, value, description, selected }) =>
      element('option', { value, selected: Boolean(selected) }, description ? `${label} (${description})` : label),
    ),
  );
};

// A group of checkboxes rather than `<select multiple>`: it needs no held-down key and shows the descriptions.
const renderMultipleSelect = ({ action, placeholder, options, min = 1, max = 1 }: Select): Element =>
  element(
    'fieldset',
    { className: ['choices'], dataSelect: action, dataMin: String(min), dataMax: String(max) },
    element(
      'legend',
      {},
      placeholder,
      max < options.length ? element('span', { className: ['quiet'] }, ` (up to ${max})`) : '',
    ),
    element(
      'div',
      { className: ['choice-list'] },
      ...options.map(({ label, value, description, selected }) =>
        element(
          'label',
          { className: ['choice'] },
          element('input', { type: 'checkbox', value, checked: Boolean(selected) }),
          element('span', {}, label, description ? element('small', { className: ['quiet'] }, description) : ''),
        ),
      ),
    ),
    element('button', { type: 'button', className: ['button', 'primary'], dataConfirm: true }, 'Confirm'),
  );

const renderProgress = ({ label, done, total, unit }: Extract<Block, { type: 'progress' }>): Element => {
  const numbers = `${done} of ${total} ${unit} (${percent(done, total)} %)`;
  return element(
    'div',
    { className: ['progress'] },
    element('div', { className: ['progress-text'] }, element('span', {}, label), element('span', {}, numbers)),
    element(
      'progress',
      { value: String(done), max: String(Math.max(total, 1)), ariaLabel: `${label}: ${numbers}` },
      numbers,
    ),
  );
};

const renderTable = ({ columns, rows }: Extract<Block, { type: 'table' }>): Element => {
  const alignment = (at: number): Properties => (columns[at]?.align === 'end' ? { className: ['end'] } : {});
  const head = columns.map(({ label }, at) => element('th', { scope: 'col', ...alignment(at) }, label));
  const body = rows.map(({ cells, own }) =>
    element(
      'tr',
      own ? { className: ['own'], ariaCurrent: 'true' } : {},
      ...cells.map((cell, at) => element('td', alignment(at), cell)),
    ),
  );
  return element(
    'div',
    { className: ['table'], tabIndex: 0, role: 'group', ariaLabel: 'Table' },
    element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body)),
  );
};

const renderBlock = (block: Block): Element => {
  switch (block.type) {
    case 'heading':
      return element(block.level === 1 ? 'h3' : 'h4', {}, block.text);
    case 'text':
      return element(
        'div',
        { className: block.tone === 'quiet' ? ['text', 'quiet'] : ['text'] },
        ...markdownContent(block.text),
      );
    case 'facts':
      return element(
        'dl',
        { className: ['facts'] },
        ...block.items.map(({ label, value }) =>
          element('div', {}, element('dt', {}, label), element('dd', {}, value)),
        ),
      );
    case 'list':
      return element(
        block.ordered ? 'ol' : 'ul',
        {},
        ...block.items.map(item => element('li', {}, ...itemContent(item))),
      );
    case 'progress':
      return renderProgress(block);
    case 'table':
      return renderTable(block);
    case 'image':
      return element('img', {
        src: `data:image/png;base64,${Buffer.from(block.png).toString('base64')}`,
        alt: block.alt,
      });
    case 'divider':
      return element('hr', {});
    case 'actions':
      return element(
        'div',
        { className: ['actions'] },
        ...block.items.map(item => {
          if (item.type === 'link') return renderLinkButton(item);
          if (item.type === 'button') return renderButton(item);
          return (item.max ?? 1) > 1 ? renderMultipleSelect(item) : renderSingleSelect(item);
        }),
      );
    default:
      return block satisfies never;
  }
};

/**
 * The message as HTML. `data-accent` is its colour: the page turns it into the custom property `--accent`, because our
 * Content-Security-Policy forbids style attributes.
 */
export const renderMessage = ({ blocks, accent }: Message): string => {
  const colour = accent && /^#[0-9a-f]{6}$/i.test(accent) ? { dataAccent: accent } : {};
  return htmlOf([element('div', { className: ['card'], ...colour }, ...blocks.map(renderBlock))]);
};
