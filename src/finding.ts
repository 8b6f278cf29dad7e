// What a check of the installation found, and what to do about it.

export type Finding =
  | { type: 'good'; what: string }
  /** It works, or will by itself, but somebody should look; `todo` is what to click or set. */
  | { type: 'warning'; what: string; todo: string }
  | { type: 'bad'; what: string; todo: string }
  /** What was not looked at, and why. */
  | { type: 'unchecked'; what: string };

export const good = (what: string): Finding => ({ type: 'good', what });
export const warning = (what: string, todo: string): Finding => ({ type: 'warning', what, todo });
export const bad = (what: string, todo: string): Finding => ({ type: 'bad', what, todo });
export const unchecked = (subject: string, why: string): Finding => ({
  type: 'unchecked',
  what: `not checked: ${subject} (${why})`,
});
