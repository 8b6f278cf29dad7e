/// <reference lib="dom" />
// What Discord gets for a message or form, in a fold: asked for whenever it is unfolded, with a button that copies it.
import type { Payload } from './api.ts';
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

const contentOf = ({ payload, shortened }: Payload): HTMLElement[] => {
  const json = JSON.stringify(payload, null, 2);
  const code = make('code', {}, json);
  const button = make('button', { type: 'button', class: 'button small secondary' }, 'Copy');
  const done = make('span', { role: 'status' });
  button.addEventListener('click', async () => {
    done.textContent = await copy(json, code);
  });
  return [
    ...(shortened.length > 0
      ? [make('p', { class: 'payload-note' }, `Shortened to fit Discord: ${shortened.join('; ')}.`)]
      : []),
    make('pre', { tabindex: 0, role: 'region', 'aria-label': 'Discord payload as JSON' }, code),
    make('div', { class: 'payload-tools' }, button, done),
  ];
};

/** A closed fold; `load` is called each time somebody opens it. */
export const payloadFold = (load: () => Promise<Payload>): HTMLElement => {
  const content = make('div', { class: 'payload-content' });
  // The transcript is a live region: a screen reader would read out all of the JSON.
  const fold = make(
    'details',
    { class: 'payload', 'aria-live': 'off' },
    make('summary', {}, 'Discord payload'),
    content,
  );
  fold.addEventListener('toggle', async () => {
    if (!fold.open) return;
    content.replaceChildren('Loading…');
    try {
      content.replaceChildren(...contentOf(await load()));
    } catch (error) {
      content.replaceChildren(make('p', { role: 'alert' }, error instanceof Error ? error.message : String(error)));
    }
    fold.scrollIntoView({ block: 'nearest' });
  });
  return fold;
};
