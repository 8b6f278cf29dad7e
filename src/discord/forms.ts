// Keeps the forms that people were shown for a while, so that one that was refused, or came too late, can be opened again as it was filled in.
import { randomUUID } from 'node:crypto';
import type { ModalFields } from '../command.ts';
import type { Modal, ModalField } from '../message.ts';

/** Custom ids that open a kept form again; no command's actions begin like this. */
const PREFIX = '~again/';
/** Some 2 kB each. Who waits longer than 500 forms of others starts again. */
const KEPT = 500;

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
  shown(userId: string, modal: Modal): void;
  /** The custom id of a button that opens `modal` again. */
  keep(modal: Modal): string;
  /** The form with this id that the person was shown last, with what they filled in; undefined once it is forgotten. */
  filled(userId: string, modalId: string, fields: ModalFields): Modal | undefined;
  /** The form behind a custom id: undefined where the id is none of ours, `forgotten` where the form is gone. */
  behind(customId: string): Modal | 'forgotten' | undefined;
};

export const createForms = (): Forms => {
  const forms = new Map<string, Modal>();
  const remember = (key: string, modal: Modal): void => {
    forms.delete(key);
    forms.set(key, modal);
    if (forms.size > KEPT) forms.delete(forms.keys().next().value as string);
  };
  return {
    shown: (userId, modal) => remember(`${userId} ${modal.id}`, modal),
    keep(modal) {
      const customId = `${PREFIX}${randomUUID()}`;
      remember(customId, modal);
      return customId;
    },
    filled(userId, modalId, fields) {
      const modal = forms.get(`${userId} ${modalId}`);
      return modal && { ...modal, fields: modal.fields.map(field => filledIn(field, fields[field.name])) };
    },
    behind: customId => (customId.startsWith(PREFIX) ? (forms.get(customId) ?? 'forgotten') : undefined),
  };
};
