// What a rendered message shows: its components by kind, for tests of the renderer.
import type { APIButtonComponent, APIContainerComponent, APIStringSelectComponent } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import { type DiscordMessage, type RenderContext, renderMessage } from '../../src/discord/render.ts';
import type { Block, Select } from '../../src/message.ts';

export const COMMUNITY = '1234567890123456789';
export const PNG = new Uint8Array([137, 80, 78, 71]);
export const render = (blocks: Block[], context?: RenderContext): DiscordMessage => renderMessage({ blocks }, context);
export const containerOf = ({ body }: DiscordMessage): APIContainerComponent =>
  body.components[0] as APIContainerComponent;
export const inside = (blocks: Block[], context?: RenderContext) => containerOf(render(blocks, context)).components;
export const typesOf = (blocks: Block[]): string[] => inside(blocks).map(({ type }) => ComponentType[type]);

export type Shown = {
  texts: string[];
  buttons: APIButtonComponent[];
  selects: APIStringSelectComponent[];
  total: number;
};
export const shownIn = (message: DiscordMessage): Shown => {
  const shown: Shown = { texts: [], buttons: [], selects: [], total: 0 };
  const walk = (component: { type: number; components?: unknown[]; accessory?: unknown }): void => {
    shown.total += 1;
    if (component.type === ComponentType.TextDisplay)
      shown.texts.push((component as { content?: string }).content ?? '');
    if (component.type === ComponentType.Button) shown.buttons.push(component as APIButtonComponent);
    if (component.type === ComponentType.StringSelect) shown.selects.push(component as APIStringSelectComponent);
    for (const child of component.components ?? []) walk(child as typeof component);
    if (component.accessory) walk(component.accessory as typeof component);
  };
  walk(containerOf(message) as never);
  return shown;
};
export const textOf = (blocks: Block[], context?: RenderContext): string =>
  shownIn(render(blocks, context)).texts.join('\n¶\n');
export const select = (count: number, more: Partial<Select> = {}): Select => ({
  type: 'select',
  action: 'topics/read/',
  placeholder: 'Read a topic',
  options: Array.from({ length: count }, (_, at) => ({ label: `Topic ${at}`, value: `topic-${at}` })),
  ...more,
});
