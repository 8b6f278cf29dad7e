// Values that are too long for a choice of Slack's: a short name stands for each, and the value is kept until the form is sent.
import { createHash } from 'node:crypto';
import type { ModalFields } from '../command.ts';
import type { KeptValues } from '../platform.ts';
import { LIMITS } from './limits.ts';

const PREFIX = '~long/';
const KEPT_MS = 24 * 60 * 60 * 1000;

export type LongValues = {
  /** The value of a choice that stands for `value`: itself where Slack takes it. */
  short(value: string): Promise<string>;
  /** What the choices in these fields stand for. */
  restored(fields: ModalFields): Promise<ModalFields>;
};

export const createLongValues = (kept: Pick<KeptValues, 'keep' | 'find'>): LongValues => {
  const restore = async (value: string): Promise<string> =>
    (/^~long\/[\w-]+$/.test(value) ? await kept.find(`slack ${value}`) : undefined) ?? value;
  return {
    async short(value) {
      if (value.length <= LIMITS.option) return value;
      const name = `${PREFIX}${createHash('sha256').update(value).digest('base64url')}`;
      await kept.keep(`slack ${name}`, value, KEPT_MS);
      return name;
    },
    async restored(fields) {
      const entries = Object.entries(fields).map(async ([name, value]) => [
        name,
        typeof value === 'string' ? await restore(value) : await Promise.all(value.map(restore)),
      ]);
      return Object.fromEntries(await Promise.all(entries)) as ModalFields;
    },
  };
};
