// Any message or form as the payload that a chat platform gets. A platform's renderer is loaded when it is first asked for.
import type { SectionBlock } from '@slack/types';
import { cleanText } from '../clean-text.ts';
import type { Modal, ModalField } from '../message.ts';
import type { Payload, PayloadPlatform, Shown } from '../web/playground.ts';

type ShownOption = { label: string; value: string; description?: string | undefined };
/** What of a field is in the payload, whatever the platform calls it. */
type ShownField = {
  label: string;
  description?: string | undefined;
  placeholder?: string | undefined;
  value?: string | undefined;
  options?: readonly ShownOption[] | undefined;
};
type ShownForm = { title: string; fields: readonly ShownField[] };

const isCut = (whole = '', shown = ''): boolean => cleanText(whole).length > shown.length;

/** What of a field did not fit, in words. */
const cutOf = (field: ModalField, shown: ShownField): string[] => {
  const options = field.options ?? [];
  const kept = shown.options ?? [];
  const parts = [
    isCut(field.label, shown.label) && 'the label',
    isCut(field.description, shown.description) && 'the description',
    isCut(field.placeholder, shown.placeholder) && 'the placeholder',
    // A text of a form keeps its line breaks.
    field.type !== 'select' && (field.value ?? '').length > (shown.value ?? '').length && 'the text',
    options.length > kept.length && `${options.length - kept.length} of ${options.length} choices`,
    options.some(option => {
      const same = kept.find(one => one.value === option.value);
      return same && (isCut(option.label, same.label) || isCut(option.description, same.description));
    }) && 'the words of choices',
  ];
  return parts.filter(part => part !== false).map(part => `${part} of “${field.name}”`);
};

const cutIn = ({ title, fields }: Modal, form: ShownForm): string[] => [
  ...(isCut(title, form.title) ? ['the title'] : []),
  ...fields.flatMap((field, at) => {
    const shown = form.fields[at];
    return shown ? cutOf(field, shown) : [`the field “${field.name}”`];
  }),
];

type DiscordForm = ReturnType<typeof import('../discord/render-modal.ts').renderModal>;
type DiscordLabel = Extract<DiscordForm['components'][number], { label: string }>;

const shownOnDiscord = ({ title, components }: DiscordForm): ShownForm => ({
  title,
  fields: components
    .filter((one): one is DiscordLabel => 'label' in one)
    .map(({ label, description, component }) => ({
      label,
      description,
      ...('placeholder' in component && { placeholder: component.placeholder }),
      ...('value' in component && { value: component.value }),
      ...('options' in component && { options: component.options }),
    })),
});

/**
 * Pictures are in it by name (`attachment://…`). It lacks what only a real server has: its ids (in clickable commands, and in the
 * buttons of direct messages), a delivery's marker and nonce, and the flag that hides a private answer.
 */
const discordPayload = async (shown: Shown): Promise<Payload> => {
  if ('modal' in shown) {
    const { renderModal } = await import('../discord/render-modal.ts');
    const form = renderModal(shown.modal);
    return { payload: form, shortened: cutIn(shown.modal, shownOnDiscord(form)) };
  }
  const { renderMessage } = await import('../discord/render.ts');
  const { body, shortened } = renderMessage(shown.message);
  return { payload: body, shortened };
};

type SlackForm = ReturnType<typeof import('../slack/render-view.ts').renderModal>;
type SlackInput = Extract<SlackForm['blocks'][number], { type: 'input' }>;
type SlackText = { text: string } | undefined;

const isSection = (block: SlackForm['blocks'][number]): block is SectionBlock => block.type === 'section';

const shownInSlack = ({ title, blocks }: SlackForm): ShownForm => {
  // A title that Slack would cut short stands above the fields.
  const whole = blocks.find(isSection)?.text?.text;
  return {
    title: whole ?? title.text,
    fields: blocks
      .filter((block): block is SlackInput => block.type === 'input')
      .map(({ label, hint, element }): ShownField => {
        const { placeholder, initial_value, options } = element as {
          placeholder?: SlackText;
          initial_value?: string;
          options?: { text: { text: string }; value?: string; description?: SlackText }[];
        };
        return {
          label: label.text,
          description: hint?.text,
          placeholder: placeholder?.text,
          value: initial_value,
          options: options?.map(({ text, value = '', description }) => ({
            label: text.text,
            value,
            description: description?.text,
          })),
        };
      }),
  };
};

/**
 * As Slack's Block Kit Builder takes it. It lacks what only a real workspace adds: a delivery's metadata and the ids of uploaded
 * pictures; commands are named as without SLACK_COMMAND_PREFIX.
 */
const slackPayload = async (shown: Shown): Promise<Payload> => {
  if ('modal' in shown) {
    const { renderModal } = await import('../slack/render-view.ts');
    const form = renderModal(shown.modal);
    return { payload: form, shortened: cutIn(shown.modal, shownInSlack(form)) };
  }
  const { renderMessage } = await import('../slack/render.ts');
  const { text, blocks, shortened } = renderMessage(shown.message);
  return { payload: { text, blocks }, shortened };
};

export const payloads: Readonly<Record<PayloadPlatform, (shown: Shown) => Promise<Payload>>> = {
  discord: discordPayload,
  slack: slackPayload,
};
