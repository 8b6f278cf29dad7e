// Type-ahead in forms: what the app suggests as Slack's options, and always what was typed itself.
import type { App } from '../app.ts';
import type { Choice } from '../command.ts';
import type { Log } from '../log.ts';
import { TOO_LATE, within } from '../within.ts';
import type { Callers } from './caller.ts';
import { plainText } from './controls.ts';
import { LIMITS } from './limits.ts';
import type { LongValues } from './long-values.ts';
import type { Received } from './received.ts';

/** Slack shows nothing that comes after three seconds, and people type on. */
export const WITHIN_MS = 2_000;
const WHO_WITHIN_MS = 500;

type Typing = Extract<Received, { type: 'suggestion' }>;
type Option = { text: ReturnType<typeof plainText>; value: string; description?: ReturnType<typeof plainText> };

/** Of several values that were typed one after the other the last is what is new: a long label is cut at its front. */
const labelOf = (label: string): string => {
  if (label.length <= LIMITS.option || !label.includes(', ')) return label;
  return `… ${label.slice(label.lastIndexOf(', ') + 2)}`;
};

/** What was typed, where it is no suggestion: a field takes any text. */
const withTyped = (typed: string, choices: readonly Choice[]): Choice[] => {
  const text = typed.trim();
  const isKnown = choices.some(({ label, value }) =>
    [label, value].some(one => one.toLowerCase() === text.toLowerCase()),
  );
  const own = text === '' || isKnown ? [] : [{ label: `“${text}”`, value: text }];
  return [...choices.slice(0, LIMITS.selectOptions - own.length), ...own];
};

/** The options for what is being typed; none where they cannot be found in time. Never throws. */
export const createSuggester = ({
  app,
  callers,
  longValues,
  log,
}: {
  app: Pick<App, 'suggest'>;
  callers: Callers;
  longValues: LongValues;
  log: Log;
}): ((typing: Typing) => Promise<Option[]>) => {
  const optionOf = async ({ label, value, description = '' }: Choice): Promise<Option> => ({
    text: plainText(labelOf(label), LIMITS.option),
    value: await longValues.short(value),
    ...(description.trim() !== '' && { description: plainText(description, LIMITS.option) }),
  });
  const suggested = async ({ place, at }: Typing): Promise<Option[]> => {
    const present = await callers.of(place, WHO_WITHIN_MS);
    const found = present && !present.isBot ? await app.suggest(present.caller, at) : [];
    const options = await Promise.all(withTyped(at.typed, found).map(optionOf));
    // One value twice, and Slack shows none of them.
    return options.filter(({ value }, index) => options.findIndex(other => other.value === value) === index);
  };
  return async typing => {
    try {
      const options = await within(suggested(typing), WITHIN_MS);
      return options === TOO_LATE ? [] : options;
    } catch (error) {
      log.error({ err: error, command: typing.at.command, option: typing.at.option }, 'type-ahead failed');
      return [];
    }
  };
};
