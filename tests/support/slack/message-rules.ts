// Slack's rules for a whole message: text, blocks, metadata.
import { refuse, refuseProblems } from './api-error.ts';
import { checkBlocks, countCharacters, MAX_CHARACTERS_IN_BLOCKS } from './block-rules.ts';
import { isObject, type Json, type Problems } from './form.ts';

/** Longer text is cut, not refused. */
export const MAX_TEXT = 40_000;
const MAX_UPDATED_TEXT = 4000;
/** "about 4,000 bytes" as reported. */
const MAX_METADATA_BYTES = 4000;

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
const isFlat = (value: unknown): boolean =>
  isScalar(value) || (Array.isArray(value) || isObject(value) ? Object.values(value).every(isScalar) : false);

const metadataProblem = (metadata: unknown): string | undefined => {
  if (!isObject(metadata)) return 'invalid_metadata_format';
  const { event_type: type, event_payload: payload } = metadata;
  if (typeof type !== 'string' || type === '' || !isObject(payload)) return 'invalid_metadata_schema';
  if (!Object.values(payload).every(isFlat)) return 'invalid_metadata_schema';
  return Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES ? 'metadata_too_large' : undefined;
};

export type MessageRules = { isPicture(file: { id?: unknown; url?: unknown }): boolean; isUpdate?: boolean };

/** Throws what Slack answers to a message that it does not accept. */
export const checkMessage = (body: Json, { isPicture, isUpdate = false }: MessageRules): void => {
  const { text, blocks, attachments, metadata, markdown_text: markdown } = body;
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0;
  const hasText = typeof text === 'string' && text.trim() !== '';
  if (blocks !== undefined && !Array.isArray(blocks)) refuse('invalid_blocks_format');
  if (typeof markdown === 'string') {
    if (hasBlocks || hasText) refuse('markdown_text_conflict');
    if (markdown.length > 12_000) refuse('msg_too_long');
  } else if (!hasText && !hasBlocks && !(Array.isArray(attachments) && attachments.length > 0)) refuse('no_text');
  if (isUpdate && typeof text === 'string' && text.length > MAX_UPDATED_TEXT) refuse('msg_too_long');
  if (blocks !== undefined) {
    const problems: Problems = [];
    checkBlocks(problems, '/blocks', blocks, { surface: 'message', isPicture });
    refuseProblems('invalid_blocks', problems);
    if (countCharacters(blocks) > MAX_CHARACTERS_IN_BLOCKS) refuse('msg_blocks_too_long');
  }
  const problem = metadata === undefined ? undefined : metadataProblem(metadata);
  if (problem !== undefined) refuse(problem);
};
