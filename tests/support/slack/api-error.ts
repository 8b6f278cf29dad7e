// A refusal as Slack words it: `ok: false`, an error code, and what else the answer carries.
import type { Json, Problems } from './form.ts';

export class SlackError extends Error {
  readonly code: string;
  readonly extra: Json;
  /** `extra` goes into the answer beside `ok` and `error`. */
  constructor(code: string, extra: Json = {}) {
    super(code);
    this.code = code;
    this.extra = extra;
  }
}

export const refuse = (code: string, extra?: Json): never => {
  throw new SlackError(code, extra);
};

/** Throws `code` with the problems in `response_metadata.messages` when there are any. */
export const refuseProblems = (code: 'invalid_blocks' | 'invalid_arguments', problems: Problems): void => {
  if (problems.length === 0) return;
  const messages = problems.map(problem => `[ERROR] ${problem}`);
  throw new SlackError(code, { errors: [...problems], response_metadata: { messages } });
};
