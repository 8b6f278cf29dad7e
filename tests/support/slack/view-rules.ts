// Slack's rules for modals and the Home tab, and for what a type-ahead and a submission may answer.
import { refuse, refuseProblems } from './api-error.ts';
import { type BlockContext, checkBlocks, type Surface } from './block-rules.ts';
import { optionGroups, options, text } from './element-rules.ts';
import {
  anything,
  boolean,
  byType,
  type Fields,
  isObject,
  type Json,
  object,
  type Problems,
  say,
  string,
} from './form.ts';

const MAX_VIEW_BYTES = 250_000;

const common: Fields = {
  private_metadata: string(0, 3000),
  callback_id: string(0, 255),
  external_id: string(0, 255),
};
const view = byType({
  modal: object(
    { type: anything, blocks: anything, title: text(24) },
    {
      ...common,
      close: text(24),
      submit: text(24),
      clear_on_close: boolean,
      notify_on_close: boolean,
      submit_disabled: boolean,
    },
  ),
  home: object({ type: anything, blocks: anything }, common),
});

/** Throws what Slack answers to a view that it does not accept. */
export function checkView(
  given: unknown,
  surface: Surface,
  context: Omit<BlockContext, 'surface'>,
  at = '/view',
): asserts given is Json {
  const problems: Problems = [];
  if (!isObject(given)) {
    say(problems, at, 'must be an object');
    return refuseProblems('invalid_arguments', problems);
  }
  if (given.type !== surface) say(problems, `${at}/type`, `must be ${surface}`);
  view(problems, at, given);
  checkBlocks(problems, `${at}/blocks`, given.blocks, { ...context, surface });
  const hasInput = Array.isArray(given.blocks) && given.blocks.some(block => isObject(block) && block.type === 'input');
  if (surface === 'modal' && hasInput && !isObject(given.submit))
    say(problems, at, 'missing required field: submit (there is an input block)');
  if (Buffer.byteLength(JSON.stringify(given)) > MAX_VIEW_BYTES) refuse('view_too_large');
  refuseProblems('invalid_arguments', problems);
}

/** What is wrong with the answer to a type-ahead; empty where nothing is. */
export const suggestionProblems = (body: unknown): Problems => {
  const problems: Problems = [];
  if (!isObject(body)) return ['the answer must be an object with options or option_groups'];
  if (body.options === undefined && body.option_groups === undefined) return ['missing required field: options'];
  // No suggestion at all is an empty list, which the options of a select may not be.
  const isNone = Array.isArray(body.options) && body.options.length === 0;
  if (body.options !== undefined && !isNone) options(problems, '/options', body.options);
  if (body.option_groups !== undefined) optionGroups(problems, '/option_groups', body.option_groups);
  return problems;
};
