// The JSON that the playground's server answers, as types that the page shares, and how it is made from our own values.
import type { Reply } from '../command.ts';
import { type Block, type Message, type Modal, toPlainText } from '../message.ts';
import type { Completion, DemoChannel, DemoMember, Payload, PayloadPlatform, StoredMessage } from './playground.ts';
import { renderMessage } from './render.ts';

type ImageBlock = Extract<Block, { type: 'image' }>;
/** A block as JSON: a picture's bytes are base64. */
export type BlockAnswer = Exclude<Block, ImageBlock> | { type: 'image'; png: string; alt: string };

/** What chat platforms get, only those that were asked for by `show`. */
export type ShownAnswer = Partial<Record<PayloadPlatform, Payload>>;

/** A message in three forms: plain text, data, and HTML that is safe to insert. */
export type MessageAnswer = { text: string; blocks: BlockAnswer[]; html: string; accent?: string } & ShownAnswer;
export type StoredMessageAnswer = { id: string; at: string; from: string; command?: string } & MessageAnswer;
/** `refused`: nothing was done, and the text says why and what to do. */
export type ReplyAnswer = { reply: { private: boolean; replace: boolean; refused?: true } & MessageAnswer };
export type InteractionAnswer = ReplyAnswer | { modal: Modal & ShownAnswer };
export type ClockAnswer = { now: string; next: { at: string; what: string } | null };
export type DeliveryAnswer = { at: string; kind: string; to: string; text: string };
export type MoveAnswer = { now: string; deliveries: DeliveryAnswer[] };
/** How many messages there are in each place that the member can see: what unread marks are counted from. */
export type ActivityAnswer = { channels: Record<string, number>; direct: number };
export type MembersAnswer = DemoMember[];
export type ChannelsAnswer = DemoChannel[];
export type MessagesAnswer = StoredMessageAnswer[];
export type CompletionsAnswer = Completion[];
export type ErrorAnswer = { error: { code: string; message: string } };

const blockAnswer = (block: Block): BlockAnswer =>
  block.type === 'image' ? { ...block, png: Buffer.from(block.png).toString('base64') } : block;

export const messageAnswer = (message: Message, shown: ShownAnswer): MessageAnswer => ({
  text: toPlainText(message),
  blocks: message.blocks.map(blockAnswer),
  html: renderMessage(message),
  ...(message.accent && { accent: message.accent }),
  ...shown,
});

export const storedMessageAnswer = (
  { id, at, from, command, message }: StoredMessage,
  shown: ShownAnswer,
): StoredMessageAnswer => ({
  id,
  at: at.toISOString(),
  from,
  ...(command && { command }),
  ...messageAnswer(message, shown),
});

/** What an interaction came to, and how it is shown. */
export type Answered = { reply: Reply; private: boolean; replace: boolean };

export const interactionAnswer = ({ reply, ...how }: Answered, shown: ShownAnswer): InteractionAnswer =>
  reply.type === 'modal'
    ? { modal: { ...reply.modal, ...shown } }
    : { reply: { ...how, ...(reply.refused && { refused: true }), ...messageAnswer(reply.message, shown) } };
