// What a person sees: the visible text of messages and forms, and the answer that an interaction got.
import type { Json } from './form.ts';
import { flatten } from './messages.ts';
import type { Component, StoredMessage } from './world.ts';

export type Modal = { custom_id: string; title: string; components: Component[] };
export type Choices = { name: string; value: string | number }[];

export type Answer =
  | {
      type: 'message';
      /** As it is now: a later edit shows here too. `text` and `buttons` are as they were when the answer came. */
      message: StoredMessage;
      ephemeral: boolean;
      /** The message whose component was used has changed; no new one was posted. */
      updated: boolean;
      deferred: boolean;
      text: string;
      /** Labels of the buttons that can be pressed, links too. */
      buttons: string[];
    }
  | { type: 'modal'; modal: Modal; text: string }
  | { type: 'choices'; choices: Choices }
  /** "This interaction failed" or "The application did not respond". */
  | { type: 'failed'; reason: string };

const LINK_STYLE = 5;

const readComponent = (component: Component): string => {
  const inner = (component.components ?? []).map(readComponent);
  switch (component.type) {
    case 1:
      return inner.join(' ');
    case 2:
      return component.style === LINK_STYLE ? `[${component.label}: ${component.url}]` : `[${component.label}]`;
    case 3:
      return `[${component.placeholder ?? 'Make a selection'}: ${(component.options ?? []).map(one => one.label).join(' | ')}]`;
    case 4:
      return component.value ?? component.placeholder ?? '';
    case 9:
      return [...inner, ...(component.accessory ? [readComponent(component.accessory)] : [])].join('\n');
    case 10:
      return component.content ?? '';
    case 11:
      return `[Picture: ${component.description ?? ''}]`;
    case 12:
      return (component.items ?? []).map(item => `[Picture: ${item.description ?? ''}]`).join('\n');
    case 13:
      return `[File: ${component.file?.url ?? ''}]`;
    case 14:
      return '---';
    case 18: {
      const field = component.component ? readComponent(component.component) : '';
      return [component.label, component.description, field].filter(Boolean).join('\n');
    }
    case 21:
    case 22:
      return (component.options ?? []).map(one => one.label).join(' | ');
    default:
      return inner.join('\n');
  }
};

const embedText = (embed: Json): string =>
  [embed.title, embed.description].filter(part => typeof part === 'string').join('\n');

/** All that a reader sees of a message, line by line. */
export const visibleText = (message: Pick<StoredMessage, 'content' | 'embeds' | 'components'>): string =>
  [message.content, ...message.embeds.map(embedText), ...message.components.map(readComponent)]
    .filter(Boolean)
    .join('\n');

export const buttonsOf = (message: StoredMessage): Component[] =>
  flatten(message.components).filter(component => component.type === 2 && component.disabled !== true);

export const answerOf = (message: StoredMessage, how: { updated: boolean; deferred: boolean }): Answer => ({
  type: 'message',
  message,
  ephemeral: message.ephemeralFor !== undefined,
  ...how,
  text: visibleText(message),
  buttons: buttonsOf(message).map(({ label = '' }) => label),
});

export const modalAnswer = (modal: Modal): Answer => ({
  type: 'modal',
  modal,
  text: [modal.title, ...modal.components.map(readComponent)].join('\n'),
});
