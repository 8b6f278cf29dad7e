// Keeps the forms that people were shown for a day, so that one that was refused, or came too late, can be opened again as it was filled in.
import { randomUUID } from 'node:crypto';
import type { ModalFields } from './command.ts';
import type { Modal, ModalField } from './message.ts';
import type { KeptValues } from './platform.ts';

/** Actions that open a kept form again; no command's begin like this. */
const PREFIX = '~again/';
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Whether an action opens a kept form again. */
export const opensKeptForm = (action: string): boolean => action.startsWith(PREFIX);

const filledIn = (field: ModalField, given: string | readonly string[] | undefined): ModalField => {
  if (given === undefined) return field;
  if (field.type !== 'select') {
    const labelOf = (value: string): string => field.options?.find(known => known.value === value)?.label ?? value;
    const options = [given].flat().flatMap(value => (value === '' ? [] : [{ label: labelOf(value), value }]));
    return { ...field, value: String(given), ...(field.suggest && { options }) };
  }
  const chosen = [given].flat();
  return {
    ...field,
    options: (field.options ?? []).map(option => ({ ...option, selected: chosen.includes(option.value) })),
  };
};

export type Forms = {
  /** Remembers what a person was shown. */
  shown(userId: string, modal: Modal): Promise<void>;
  /** The action of a button that opens `modal` again. */
  keep(modal: Modal): Promise<string>;
  /** The form with this id that the person was shown last, with what they filled in; undefined once it is forgotten. */
  filled(userId: string, modalId: string, fields: ModalFields): Promise<Modal | undefined>;
  /** The form behind an action: undefined where it opens none, `forgotten` where the form is gone. */
  behind(action: string): Promise<Modal | 'forgotten' | undefined>;
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
      const action = `${PREFIX}${randomUUID()}`;
      await kept.keep(action, JSON.stringify(modal), KEPT_MS);
      return action;
    },
    async filled(userId, modalId, fields) {
      const modal = await find(shownTo(userId, modalId));
      return modal && { ...modal, fields: modal.fields.map(field => filledIn(field, fields[field.name])) };
    },
    async behind(action) {
      if (!opensKeptForm(action)) return undefined;
      return (/^[\w-]+$/.test(action.slice(PREFIX.length)) && (await find(action))) || 'forgotten';
    },
  };
};
