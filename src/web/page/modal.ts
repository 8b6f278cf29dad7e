/// <reference lib="dom" />
// A form of the bot as a native dialog: what was typed stays until the server took it.
import type { Modal, ModalField } from '../../message.ts';
import { byId, make } from './dom.ts';
import { type LoadPayload, payloadFolds } from './payload.ts';

type Fields = Record<string, string | string[]>;

const isSeveral = (field: ModalField): boolean => field.type === 'select' && (field.max ?? 1) > 1;

const choices = (field: ModalField, describedBy: string | undefined): HTMLElement =>
  make(
    'div',
    { class: 'choice-list', role: 'group', 'aria-label': field.label, 'aria-describedby': describedBy },
    ...(field.options ?? []).map(({ label, value, description, selected }) =>
      make(
        'label',
        { class: 'choice' },
        make('input', { type: 'checkbox', name: field.name, value, checked: Boolean(selected) }),
        make('span', {}, label, ...(description ? [make('small', { class: 'quiet' }, description)] : [])),
      ),
    ),
  );

const control = (field: ModalField, id: string, describedBy: string | undefined): HTMLElement => {
  const { name, type, required = false, placeholder, maxLength, value = '' } = field;
  const common = { id, name, required, 'aria-describedby': describedBy };
  if (type === 'select') {
    const options = field.options ?? [];
    const chosen = options.some(option => option.selected);
    return make(
      'select',
      { ...common, class: 'select' },
      make('option', { value: '', selected: !chosen }, placeholder ?? 'Choose…'),
      ...options.map(option =>
        make('option', { value: option.value, selected: Boolean(option.selected) }, option.label),
      ),
    );
  }
  const typed = { ...common, placeholder, maxlength: maxLength };
  return type === 'paragraph'
    ? make('textarea', { ...typed, rows: 5 }, value)
    : make('input', { ...typed, type: 'text', value });
};

const fieldRow = (field: ModalField): HTMLElement => {
  const id = `field-${field.name}`;
  const hint = field.description ? make('p', { class: 'quiet', id: `${id}-hint` }, field.description) : undefined;
  const mark = field.required ? [make('span', { class: 'required', 'aria-hidden': 'true' }, ' *')] : [];
  const label = isSeveral(field)
    ? make('p', { class: 'field-label' }, field.label, ...mark)
    : make('label', { class: 'field-label', for: id }, field.label, ...mark);
  const input = isSeveral(field) ? choices(field, hint?.id) : control(field, id, hint?.id);
  return make('div', { class: 'field' }, label, ...(hint ? [hint] : []), input);
};

const valuesOf = (modal: Modal, form: HTMLFormElement): Fields => {
  const data = new FormData(form);
  return Object.fromEntries(
    modal.fields.map(field => [
      field.name,
      isSeveral(field) ? data.getAll(field.name).map(String) : String(data.get(field.name) ?? ''),
    ]),
  );
};

const missing = (modal: Modal, fields: Fields): string | undefined => {
  const field = modal.fields.find(one => one.required && isSeveral(one) && fields[one.name]?.length === 0);
  return field && `"${field.label}" needs at least one choice.`;
};

/**
 * Opens `modal`; `submit` sends it and throws an error whose message is shown in the form, which then stays open. `payload` asks
 * what a chat platform gets for the form.
 */
export const openModal = (modal: Modal, submit: (fields: Fields) => Promise<void>, payload: LoadPayload): void => {
  const dialog = byId<HTMLDialogElement>('modal');
  const error = make('div', { role: 'alert', class: 'form-error' });
  const send = make('button', { type: 'submit', class: 'button primary' }, modal.submit);
  const cancel = make('button', { type: 'button', class: 'button secondary' }, 'Cancel');
  const needed = modal.fields.some(field => field.required);
  const form = make(
    'form',
    {},
    make('h2', { id: 'modal-title' }, modal.title),
    ...(needed ? [make('p', { class: 'quiet' }, make('span', { class: 'required' }, '*'), ' must be filled in')] : []),
    ...modal.fields.map(fieldRow),
    error,
    make('div', { class: 'dialog-buttons' }, cancel, send),
    payloadFolds(payload),
  );
  cancel.addEventListener('click', () => dialog.close());
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const fields = valuesOf(modal, form);
    const problem = missing(modal, fields);
    error.textContent = problem ?? '';
    if (problem) return;
    send.disabled = true;
    try {
      await submit(fields);
      // The answer may be another form, which then has the dialog.
      if (form.isConnected) dialog.close();
    } catch (cause) {
      error.textContent = cause instanceof Error ? cause.message : String(cause);
    } finally {
      send.disabled = false;
    }
  });
  dialog.replaceChildren(form);
  // The pressed button may be gone or disabled by then, and the keyboard must not fall back to the top of the page.
  dialog.onclose = () => setTimeout(() => document.activeElement === document.body && byId('composer-input').focus());
  if (!dialog.open) dialog.showModal();
  form.querySelector<HTMLElement>('input, textarea, select')?.focus();
};
