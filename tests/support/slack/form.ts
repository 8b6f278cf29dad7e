// The small rules of which Slack's checks are made; each adds what is wrong to a list, in Slack's words with a JSON pointer.

export type Json = { [key: string]: unknown };
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export type Problems = string[];
/** Adds what is wrong with `value`; `at` is its JSON pointer. */
export type Rule = (problems: Problems, at: string, value: unknown) => void;

export const isAbsent = (value: unknown): boolean => value === undefined || value === null;
export const say = (problems: Problems, at: string, message: string): void => {
  problems.push(`${message} [json-pointer:${at}]`);
};

/** A string of `min` to `max` characters (UTF-16 units, the strictest way to count); blanks alone count as none. */
export const string =
  (min: number, max: number): Rule =>
  (problems, at, value) => {
    if (typeof value !== 'string') say(problems, at, 'must be a string');
    else if (min > 0 && value.trim().length < min) say(problems, at, `must be more than ${min - 1} characters`);
    else if (value.length > max) say(problems, at, `must be less than ${max + 1} characters`);
  };

export const matching =
  (pattern: RegExp, message: string): Rule =>
  (problems, at, value) => {
    if (typeof value !== 'string' || !pattern.test(value)) say(problems, at, message);
  };

export const whole =
  (min: number, max: number): Rule =>
  (problems, at, value) => {
    if (!Number.isInteger(value)) say(problems, at, 'must be an integer');
    else if (Number(value) < min) say(problems, at, `must be greater than ${min - 1}`);
    else if (Number(value) > max) say(problems, at, `must be less than ${max + 1}`);
  };

export const boolean: Rule = (problems, at, value) => {
  if (typeof value !== 'boolean') say(problems, at, 'must be a boolean');
};

export const anything: Rule = () => {};

export const oneOf =
  (...values: readonly unknown[]): Rule =>
  (problems, at, value) => {
    if (!values.includes(value)) say(problems, at, `must be a valid enum value (${values.join(', ')})`);
  };

export const list =
  (rule: Rule, min: number, max: number): Rule =>
  (problems, at, value) => {
    if (!Array.isArray(value)) return say(problems, at, 'must be an array');
    if (value.length < min) say(problems, at, `no fewer than ${min} items allowed`);
    if (value.length > max) return say(problems, at, `no more than ${max} items allowed`);
    for (const [index, one] of value.entries()) rule(problems, `${at}/${index}`, one);
  };

export type Fields = Readonly<Record<string, Rule>>;

/** An object with these fields and no others. */
export const object =
  (required: Fields, optional: Fields = {}): Rule =>
  (problems, at, value) => {
    if (!isObject(value)) return say(problems, at, 'must be an object');
    for (const key of Object.keys(required))
      if (isAbsent(value[key])) say(problems, at, `missing required field: ${key}`);
    for (const [key, given] of Object.entries(value)) {
      const rule = required[key] ?? optional[key];
      if (!rule) say(problems, at, `invalid additional property: ${key}`);
      else if (!isAbsent(given)) rule(problems, `${at}/${key}`, given);
    }
  };

/** The rule that the object's `type` names. */
export const byType =
  (rules: Fields): Rule =>
  (problems, at, value) => {
    const rule = isObject(value) && typeof value.type === 'string' ? rules[value.type] : undefined;
    if (rule) return rule(problems, at, value);
    const type = isObject(value) ? String(value.type) : typeof value;
    say(problems, at, `unsupported type: ${type} (allowed: ${Object.keys(rules).join(', ')})`);
  };

export const all =
  (...rules: readonly Rule[]): Rule =>
  (problems, at, value) => {
    for (const rule of rules) rule(problems, at, value);
  };
