// What a rendered message shows in Slack: its texts and controls by kind, for tests of the renderer.
import type {
  ActionsBlock,
  KnownBlock,
  MultiStaticSelect,
  Overflow,
  Button as SlackButton,
  StaticSelect,
} from '@slack/types';
import type { Block, Select } from '../../src/message.ts';
import { type RenderContext, renderMessage, type SlackMessage, withFiles } from '../../src/slack/render.ts';

export const PNG = new Uint8Array([137, 80, 78, 71]);
export const render = (blocks: Block[], context?: RenderContext): SlackMessage => renderMessage({ blocks }, context);
export const typesOf = (blocks: Block[]): string[] =>
  render(blocks).blocks.map(block =>
    block.type === 'section' ? (block.accessory ? 'section+' : block.fields ? 'fields' : 'section') : block.type,
  );

export type Shown = {
  texts: string[];
  buttons: SlackButton[];
  selects: (StaticSelect | MultiStaticSelect)[];
  menus: Overflow[];
};
export const shownIn = (blocks: readonly KnownBlock[]): Shown => {
  const shown: Shown = { texts: [], buttons: [], selects: [], menus: [] };
  const note = (element: ActionsBlock['elements'][number]): void => {
    if (element.type === 'button') shown.buttons.push(element);
    if (element.type === 'static_select' || element.type === 'multi_static_select') shown.selects.push(element);
    if (element.type === 'overflow') shown.menus.push(element);
  };
  for (const block of blocks) {
    if (block.type === 'header') shown.texts.push(block.text.text);
    if (block.type === 'section') {
      shown.texts.push(...[block.text, ...(block.fields ?? [])].flatMap(each => (each ? [each.text] : [])));
      if (block.accessory) note(block.accessory as ActionsBlock['elements'][number]);
    }
    if (block.type === 'context')
      shown.texts.push(...block.elements.flatMap(each => ('text' in each ? [each.text] : [])));
    if (block.type === 'table')
      shown.texts.push(...block.rows.flat().flatMap(cell => ('text' in cell ? [cell.text] : [])));
    if (block.type === 'image') shown.texts.push(block.alt_text);
    if (block.type === 'actions') block.elements.forEach(note);
  }
  return shown;
};
export const textOf = (blocks: Block[], context?: RenderContext): string =>
  shownIn(render(blocks, context).blocks).texts.join('\n¶\n');
export const select = (count: number, more: Partial<Select> = {}): Select => ({
  type: 'select',
  action: 'topics/read/',
  placeholder: 'Read a topic',
  options: Array.from({ length: count }, (_, at) => ({ label: `Topic ${at}`, value: `topic-${at}` })),
  ...more,
});
export const table = (
  rows: { cells: string[]; own?: boolean }[],
  columns = [{ label: 'Place' }, { label: 'Name' }],
): Block => ({
  type: 'table',
  columns,
  rows,
});
/** The message as it is sent once its pictures are uploaded. */
export const sent = (message: SlackMessage): SlackMessage => ({
  ...message,
  blocks: withFiles(
    message,
    message.images.map((_, at) => `F00${at}`),
  ),
});
