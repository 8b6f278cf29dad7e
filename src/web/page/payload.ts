/// <reference lib="dom" />
// What each chat platform gets for a message or form, in folds: asked for whenever one is unfolded, with a button that copies it.
import type { Payload, PayloadPlatform } from './api.ts';
import { make } from './dom.ts';

/** Puts the text on the clipboard; where the browser forbids that, selects it, and says what to press. */
const copy = async (json: string, shown: HTMLElement): Promise<string> => {
  try {
    await navigator.clipboard.writeText(json);
    return 'Copied';
  } catch {
    getSelection()?.selectAllChildren(shown);
    return 'Selected; copy it with Ctrl+C or ⌘C';
  }
};

const NAMES: Record<PayloadPlatform, string> = { discord: 'Discord', slack: 'Slack' };

const contentOf = ({ payload, shortened }: Payload, name: string): HTMLElement[] => {
  const json = JSON.stringify(payload, null, 2);
  const code = make('code', {}, json);
  const button = make('button', { type: 'button', class: 'button small secondary' }, 'Copy');
  const done = make('span', { role: 'status' });
  button.addEventListener('click', async () => {
    done.textContent = await copy(json, code);
  });
  return [
    ...(shortened.length > 0
      ? [make('p', { class: 'payload-note' }, `Shortened to fit ${name}: ${shortened.join('; ')}.`)]
      : []),
    make('pre', { tabindex: 0, role: 'region', 'aria-label': `${name} payload as JSON` }, code),
    make('div', { class: 'payload-tools' }, button, done),
  ];
};

/** Asks what a platform gets. */
export type LoadPayload = (platform: PayloadPlatform) => Promise<Payload>;

const payloadFold = (platform: PayloadPlatform, load: LoadPayload): HTMLElement => {
  const name = NAMES[platform];
  const content = make('div', { class: 'payload-content' });
  const fold = make('details', { class: 'payload' }, make('summary', {}, `${name} payload`), content);
  fold.addEventListener('toggle', async () => {
    if (!fold.open) return;
    content.replaceChildren('Loading…');
    try {
      content.replaceChildren(...contentOf(await load(platform), name));
    } catch (error) {
      content.replaceChildren(make('p', { role: 'alert' }, error instanceof Error ? error.message : String(error)));
    }
    fold.scrollIntoView({ block: 'nearest' });
  });
  return fold;
};

/** A closed fold for each platform; `load` is called each time somebody opens one. */
export const payloadFolds = (load: LoadPayload): HTMLElement =>
  // The transcript is a live region: a screen reader would read out all of the JSON.
  make('div', { class: 'payloads', 'aria-live': 'off' }, payloadFold('discord', load), payloadFold('slack', load));
