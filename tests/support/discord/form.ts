// The small checks of which Discord's rules for forms are made; each adds what is wrong to a list, in Discord's words.
import type { Problem } from './api-error.ts';

export type Json = { [key: string]: unknown };
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong so far; lengths are counted in UTF-16 units, the strictest way. */
export type Form = {
  readonly problems: Problem[];
  add(path: string, code: string, message: string): void;
  /** A string of `min` to `max` characters; one of nothing but blanks counts as missing where `min` is above 0. */
  text(path: string, value: unknown, min: number, max: number): value is string;
  optionalText(path: string, value: unknown, min: number, max: number): void;
  whole(path: string, value: unknown, min: number, max: number): value is number;
  optionalWhole(path: string, value: unknown, min: number, max: number): void;
  optionalBoolean(path: string, value: unknown): void;
  /** A list of `min` to `max` entries; anything else becomes an empty one. */
  list(path: string, value: unknown, min: number, max: number): unknown[];
};

export const at = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
const isAbsent = (value: unknown): boolean => value === undefined || value === null;

export const startForm = (): Form => {
  const problems: Problem[] = [];
  const add: Form['add'] = (path, code, message) => {
    problems.push({ path, code, message });
  };
  const required = (path: string) => add(path, 'BASE_TYPE_REQUIRED', 'This field is required');
  const badLength = (path: string, min: number, max: number) =>
    min === 0
      ? add(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
      : add(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);

  const text = (path: string, value: unknown, min: number, max: number): value is string => {
    if (isAbsent(value)) required(path);
    else if (typeof value !== 'string') add(path, 'STRING_TYPE_CONVERT', `Could not interpret "${value}" as string.`);
    else if (min > 0 && value.trim() === '') required(path);
    else if (value.length < min || value.length > max) badLength(path, min, max);
    else return true;
    return false;
  };
  const whole = (path: string, value: unknown, min: number, max: number): value is number => {
    if (isAbsent(value)) required(path);
    else if (!Number.isInteger(value)) add(path, 'NUMBER_TYPE_COERCE', `Value "${value}" is not int.`);
    else if (Number(value) < min) add(path, 'NUMBER_TYPE_MIN', `int value should be greater than or equal to ${min}.`);
    else if (Number(value) > max) add(path, 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${max}.`);
    else return true;
    return false;
  };
  return {
    problems,
    add,
    text,
    whole,
    optionalText: (path, value, min, max) => {
      if (!isAbsent(value)) text(path, value, min, max);
    },
    optionalWhole: (path, value, min, max) => {
      if (!isAbsent(value)) whole(path, value, min, max);
    },
    optionalBoolean: (path, value) => {
      if (!isAbsent(value) && typeof value !== 'boolean')
        add(path, 'BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
    },
    list: (path, value, min, max) => {
      if (isAbsent(value)) {
        if (min > 0) required(path);
        return [];
      }
      if (!Array.isArray(value)) {
        add(path, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType.');
        return [];
      }
      if (value.length < min || value.length > max) badLength(path, min, max);
      return value;
    },
  };
};
