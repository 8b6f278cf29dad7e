// The last look before Discord: a message that would be refused all the same goes out as its plain text, and the fault is logged.
import type { Log } from '../log.ts';
import { escapeMarkdown } from '../markdown.ts';
import { type Message, text, toPlainText } from '../message.ts';
import { type DiscordMessage, type RenderContext, renderMessage } from './render.ts';
import { messageViolations } from './validate.ts';

/** `about` goes into the log, such as the key of a delivery. */
export const renderSafely = (
  message: Message,
  context: RenderContext,
  log: Log,
  about: Record<string, string> = {},
): DiscordMessage => {
  const rendered = renderMessage(message, context);
  const { shortened } = rendered;
  if (shortened.length > 0) log.warn({ ...about, shortened }, 'a message was shortened to fit Discord');
  const violations = messageViolations(rendered.body);
  if (violations.length === 0) return rendered;
  log.error({ ...about, violations }, 'a message would not have fitted Discord, so its plain text was sent');
  return renderMessage({ blocks: [text(escapeMarkdown(toPlainText(message)))] }, context);
};
