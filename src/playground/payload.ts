// Any message or form as the payload that Discord gets. Discord's renderer is loaded when it is first asked for.
import { cleanText } from '../clean-text.ts';
import type { Modal } from '../message.ts';
import type { Payload, Shown } from '../web/playground.ts';

type Form = ReturnType<typeof import('../discord/render-modal.ts').renderModal>;
type Label = Extract<Form['components'][number], { label: string }>;

const isCut = (whole = '', shown = ''): boolean => cleanText(whole).length > shown.length;

/** What of a field did not fit, in words. */
const cutOf = (field: Modal['fields'][number], { label, description, component }: Label): string[] => {
  const options = field.options ?? [];
  const shown = 'options' in component ? component.options : [];
  const value = 'value' in component ? component.value : undefined;
  const placeholder = 'placeholder' in component ? component.placeholder : undefined;
  const parts = [
    isCut(field.label, label) && 'the label',
    isCut(field.description, description) && 'the description',
    isCut(field.placeholder, placeholder) && 'the placeholder',
    // A text of a form keeps its line breaks.
    field.type !== 'select' && (field.value ?? '').length > (value ?? '').length && 'the text',
    options.length > shown.length && `${options.length - shown.length} of ${options.length} choices`,
    options.some(option => {
      const same = shown.find(one => one.value === option.value);
      return same && (isCut(option.label, same.label) || isCut(option.description, same.description));
    }) && 'the words of choices',
  ];
  return parts.filter(part => part !== false).map(part => `${part} of “${field.name}”`);
};

const cutIn = ({ title, fields }: Modal, form: Form): string[] => {
  const labels = form.components.filter((component): component is Label => 'label' in component);
  return [
    ...(isCut(title, form.title) ? ['the title'] : []),
    ...fields.flatMap((field, at) => {
      const label = labels[at];
      return label ? cutOf(field, label) : [`the field “${field.name}”`];
    }),
  ];
};

/**
 * Pictures are in it by name (`attachment://…`). It lacks what only a real server has: its ids (in clickable commands, and in the
 * buttons of direct messages), a delivery's marker and nonce, and the flag that hides a private answer.
 */
export const discordPayload = async (shown: Shown): Promise<Payload> => {
  if ('modal' in shown) {
    const { renderModal } = await import('../discord/render-modal.ts');
    const form = renderModal(shown.modal);
    return { payload: form, shortened: cutIn(shown.modal, form) };
  }
  const { renderMessage } = await import('../discord/render.ts');
  const { body, shortened } = renderMessage(shown.message);
  return { payload: body, shortened };
};
