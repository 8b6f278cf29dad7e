// The last look before Slack: a message that would be refused all the same goes out as its plain text, and the fault is logged.
import type { Log } from '../log.ts';
import { escapeMarkdown } from '../markdown.ts';
import { type Message, text, toPlainText } from '../message.ts';
import { type RenderContext, renderMessage, type SlackMessage, withFiles } from './render.ts';
import { messageViolations } from './validate.ts';

type About = Record<string, string>;

/** `rendered` as it was made of `message`, or its plain text; `about` goes into the log, such as the key of a delivery. */
export const checkedMessage = (
  rendered: SlackMessage,
  message: Message,
  context: RenderContext,
  log: Log,
  about: About = {},
): SlackMessage => {
  const { shortened } = rendered;
  if (shortened.length > 0) log.warn({ ...about, shortened }, 'a message was shortened to fit Slack');
  const violations = messageViolations(rendered);
  if (violations.length === 0) return rendered;
  log.error({ ...about, violations }, 'a message would not have fitted Slack, so its plain text was sent');
  return renderMessage({ blocks: [text(escapeMarkdown(toPlainText(message)))] }, context);
};

/** The message with words in place of pictures that would have to be uploaded. */
export const renderSafely = (message: Message, context: RenderContext, log: Log, about: About = {}): SlackMessage => {
  const made = renderMessage(message, context);
  return checkedMessage({ ...made, blocks: withFiles(made, []) }, message, context, log, about);
};
