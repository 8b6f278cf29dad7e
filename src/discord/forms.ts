// Keeps the forms that people were shown for a day, so that one that was refused, or came too late, can be opened again as it was filled in.
import { randomUUID } from 'node:crypto';
import type { ModalFields } from '../command.ts';
import type { Modal, ModalField } from '../message.ts';
import type { KeptValues } from '../platform.ts';

/** Custom ids that open a kept form again; no command's actions begin like this. */
const PREFIX = '~again/';
const KEPT_MS = 24 * 60 * 60 * 1000;

const filledIn = (field: ModalField, given: string | readonly string[] | undefined): ModalField => {
  if (given === undefined) return field;
  if (field.type !== 'select') return { ...field, value: String(given) };
  const chosen = [given].flat();
  return {
    ...field,
    options: (field.options ?? []).map(option => ({ ...option, selected: chosen.includes(option.value) })),
  };
};

export type Forms = {
  /** Remembers what a person was shown. */
  shown(userId: string, modal: Modal): Promise<void>;
  /** The custom id of a button that opens `modal` again. */
  keep(modal: Modal): Promise<string>;
  /** The form with this id that the person was shown last, with what they filled in; undefined once it is forgotten. */
  filled(userId: string, modalId: string, fields: ModalFields): Promise<Modal | undefined>;
  /** The form behind a custom id: undefined where the id is none of ours, `forgotten` where the form is gone. */
  behind(customId: string): Promise<Modal | 'forgotten' | undefined>;
};

export const createForms = (kept: KeptValues): Forms => {
  // An id that somebody made up may hold characters that a database refuses.
  const shownTo = (userId: string, modalId: string): string =>
    `form ${userId} ${encodeURIComponent(modalId.toWellFormed())}`;
  const find = async (name: string): Promise<Modal | undefined> => {
    const value = await kept.find(name);
    return value === undefined ? undefined : (JSON.parse(value) as Modal);
  };
  return {
    shown: (userId, modal) => kept.keep(shownTo(userId, modal.id), JSON.stringify(modal), KEPT_MS),
    async keep(modal) {
      const customId = `${PREFIX}${randomUUID()}`;
      await kept.keep(customId, JSON.stringify(modal), KEPT_MS);
      return customId;
    },
    async filled(userId, modalId, fields) {
      const modal = await find(shownTo(userId, modalId));
      return modal && { ...modal, fields: modal.fields.map(field => filledIn(field, fields[field.name])) };
    },
    async behind(customId) {
      if (!customId.startsWith(PREFIX)) return undefined;
      return (/^[\w-]+$/.test(customId.slice(PREFIX.length)) && (await find(customId))) || 'forgotten';
    },
  };
};
