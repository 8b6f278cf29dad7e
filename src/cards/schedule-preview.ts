// A post before it goes out, for its organiser's eyes: as it will be, but nothing in it changes their own progress or settings.

import { decodeAction } from '../command.ts';
import { escapeMarkdown } from '../markdown.ts';
import { actions, type Block, divider, type Message, quiet } from '../message.ts';
import type { Schedule } from '../storage/schedules.ts';
import { channelText } from './schedule.ts';

/** Buttons of these only show something. */
const SHOWING = new Set(['topics/read', 'digest/mine']);
const onlyShows = (action: string): boolean => {
  const id = decodeAction(action);
  return id !== undefined && SHOWING.has(`${id.command}/${id.action}`);
};

const withoutChanges = (blocks: readonly Block[]): Block[] =>
  blocks.flatMap((block): Block[] => {
    if (block.type !== 'actions') return [block];
    const items = block.items.filter(item => item.type === 'link' || onlyShows(item.action));
    return items.length === 0 ? [] : [actions(...items)];
  });

/** `message` as a preview; `thread` is the name of the thread that is opened under it, where one is. */
export const previewCard = (
  schedule: Schedule,
  message: Message,
  { thread, alsoPersonal }: { thread: string | undefined; alsoPersonal: boolean },
): Message => {
  const shown = withoutChanges(message.blocks);
  const buttons = (blocks: readonly Block[]): number =>
    blocks.reduce((sum, block) => sum + (block.type === 'actions' ? block.items.length : 0), 0);
  const isReduced = buttons(shown) < buttons(message.blocks);
  return {
    ...message,
    blocks: [
      quiet(
        `Preview of what goes to ${channelText(schedule)} next; only you see this.${isReduced ? ' The buttons that would change something of yours are left out here.' : ''}`,
      ),
      divider(),
      ...shown,
      ...(thread === undefined
        ? []
        : [divider(), quiet(`💬 A thread “${escapeMarkdown(thread)}” is opened under it.`)]),
      ...(alsoPersonal ? [divider(), quiet('Each member also gets a personal digest; `/digest` shows yours.')] : []),
    ],
  };
};
