/// <reference lib="dom" />
// The conversation: message cards grouped by day, and what is pressed in them.
import { arrange, botMark, make, memberMark } from './dom.ts';
import { type LoadPayload, payloadFolds } from './payload.ts';
import { longDay, shortMoment, timeOfDay } from './times.ts';

export const BOT_NAME = 'Milepost';

export type Entry = {
  key: string;
  at: string;
  from: string;
  /** Who did what that this answers, such as "Ada used /progress". */
  used?: { who: string; what: string };
  /** From the server's renderer, which escapes everything. */
  html: string;
  /** Only here until it is dismissed; a stored message otherwise. */
  private: boolean;
  /** Asks what a chat platform gets for it. */
  payload: LoadPayload;
};

export type Pressed = { action: string; values: string[] };

export type Transcript = {
  show(entries: readonly Entry[], invitation: HTMLElement | undefined): void;
  /** To the newest; one that is taller than the view is shown from its beginning. */
  revealNewest(): void;
  /** For keyboard and screen reader users: what they pressed is gone, its answer is here. */
  focusEntry(key: string): void;
};

type Handlers = {
  press: (entry: Entry, pressed: Pressed) => Promise<void>;
  run: (command: string) => Promise<void>;
  dismiss: (entry: Entry) => void;
  complain: (message: string) => void;
};

/** What CSP keeps out of the HTML (the accent) and what only the page knows (the exact time). */
const finishCard = (body: HTMLElement): void => {
  for (const card of body.querySelectorAll<HTMLElement>('[data-accent]')) {
    card.style.setProperty('--accent', card.dataset.accent ?? '');
  }
  for (const time of body.querySelectorAll('time')) {
    if (!Number.isNaN(Date.parse(time.dateTime))) time.title = `${shortMoment(time.dateTime)} UTC`;
  }
};

const author = (entry: Entry): HTMLElement =>
  make(
    'div',
    { class: 'author' },
    make('strong', {}, entry.from),
    ...(entry.from === BOT_NAME ? [make('span', { class: 'bot-mark' }, 'bot')] : []),
    make('time', { datetime: entry.at }, timeOfDay(entry.at)),
  );

const usedLine = ({ who, what }: { who: string; what: string }): HTMLElement =>
  make(
    'p',
    { class: 'used' },
    memberMark(who),
    make('strong', {}, who),
    what.startsWith('/') ? ' used ' : ' wrote ',
    make('code', {}, what),
  );

const buildEntry = (entry: Entry): HTMLElement => {
  const body = make('div', { class: 'body' });
  body.innerHTML = entry.html;
  finishCard(body);
  const dismiss = make('button', { type: 'button', class: 'link', 'data-dismiss': true }, 'Dismiss');
  return make(
    'article',
    { class: entry.private ? 'entry private' : 'entry', 'data-key': entry.key, tabindex: -1 },
    ...(entry.used ? [usedLine(entry.used)] : []),
    entry.from === BOT_NAME ? botMark() : memberMark(entry.from),
    author(entry),
    body,
    ...(entry.private ? [make('p', { class: 'only-you' }, 'Only you can see this · ', dismiss)] : []),
    payloadFolds(entry.payload),
  );
};

const isControl = (element: Element): element is HTMLButtonElement | HTMLSelectElement | HTMLInputElement =>
  element instanceof HTMLButtonElement || element instanceof HTMLSelectElement || element instanceof HTMLInputElement;

/** Disables everything in the message until the answer is there. */
const whilePending = async (article: HTMLElement, pressed: Element, work: Promise<void>): Promise<void> => {
  const controls = [...article.querySelectorAll('button, select, input')].filter(isControl);
  for (const control of controls) control.disabled = true;
  pressed.setAttribute('aria-busy', 'true');
  try {
    await work;
  } finally {
    for (const control of controls) control.disabled = false;
    pressed.removeAttribute('aria-busy');
    if (pressed instanceof HTMLSelectElement) pressed.querySelectorAll('option').forEach(reset);
    if (article.isConnected && document.activeElement === document.body && pressed instanceof HTMLElement)
      pressed.focus({ preventScroll: true });
  }
};
const reset = (option: HTMLOptionElement): void => {
  option.selected = option.defaultSelected;
};

const confirmedValues = (fieldset: HTMLElement): string[] | string => {
  const values = [...fieldset.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => value);
  const { min = '1', max = '1' } = fieldset.dataset;
  if (values.length < Number(min)) return `Choose at least ${min}.`;
  if (values.length > Number(max)) return `Choose at most ${max}: ${values.length} are chosen.`;
  return values;
};

export const createTranscript = (log: HTMLElement, { press, run, dismiss, complain }: Handlers): Transcript => {
  let built = new Map<string, { entry: Entry; node: HTMLElement }>();

  const entryOf = (target: Element) => {
    const article = target.closest<HTMLElement>('[data-key]');
    const entry = built.get(article?.dataset.key ?? '')?.entry;
    return article && entry ? { article, entry } : undefined;
  };

  log.addEventListener('click', event => {
    const target = (event.target as Element).closest<HTMLElement>('button');
    if (!target) return;
    const { command, action } = target.dataset;
    if (command !== undefined)
      return void whilePending(target.closest<HTMLElement>('article, section') ?? log, target, run(command));
    const found = entryOf(target);
    if (!found) return;
    const { article, entry } = found;
    if (target.dataset.dismiss !== undefined) return dismiss(entry);
    if (action !== undefined) return void whilePending(article, target, press(entry, { action, values: [] }));
    const fieldset = target.closest<HTMLElement>('fieldset[data-select]');
    if (target.dataset.confirm === undefined || !fieldset) return;
    const values = confirmedValues(fieldset);
    if (typeof values === 'string') return complain(values);
    void whilePending(article, target, press(entry, { action: fieldset.dataset.select ?? '', values }));
  });

  log.addEventListener('change', event => {
    const select = event.target;
    if (!(select instanceof HTMLSelectElement) || select.dataset.action === undefined || select.value === '') return;
    const found = entryOf(select);
    if (!found) return;
    const pressed = { action: select.dataset.action, values: [select.value] };
    void whilePending(found.article, select, press(found.entry, pressed));
  });

  const revealNewest = (): void => {
    const newest = log.lastElementChild;
    if (newest && newest.clientHeight > log.clientHeight) newest.scrollIntoView({ block: 'start' });
    else log.scrollTo({ top: log.scrollHeight });
  };

  return {
    revealNewest,
    focusEntry: key => built.get(key)?.node.focus({ preventScroll: true }),
    show(entries, invitation) {
      const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
      const next = new Map<string, { entry: Entry; node: HTMLElement }>();
      const nodes: HTMLElement[] = [];
      let day = '';
      for (const entry of entries) {
        if (longDay(entry.at) !== day) {
          day = longDay(entry.at);
          nodes.push(
            ([...log.children].find(child => (child as HTMLElement).dataset.day === day) as HTMLElement) ??
              make('h3', { class: 'day', 'data-day': day }, make('span', {}, day)),
          );
        }
        const known = built.get(entry.key);
        const node = known?.entry.html === entry.html ? known.node : buildEntry(entry);
        next.set(entry.key, { entry, node });
        nodes.push(node);
      }
      built = next;
      arrange(log, invitation ? [...nodes, invitation] : nodes);
      if (atEnd) revealNewest();
    },
  };
};
