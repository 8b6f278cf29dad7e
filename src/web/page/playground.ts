/// <reference lib="dom" />
// The page's own state, and how its parts and the server meet.
import type { ActivityAnswer, StoredMessageAnswer } from '../answers.ts';
import type { DemoChannel, DemoMember } from '../playground.ts';
import { type Act, api, type Where } from './api.ts';
import { createClockBar, type Move, showClock, showMove } from './clock-bar.ts';
import { createComposer } from './composer.ts';
import { byId, make } from './dom.ts';
import { invitationFor } from './invitation.ts';
import { openModal } from './modal.ts';
import type { LoadPayload } from './payload.ts';
import { createSidebar, showSidebar } from './sidebar.ts';
import { BOT_NAME, createTranscript, type Entry } from './transcript.ts';

const REFRESH_DEBOUNCE_MS = 80;
const CLOCK_EVERY_MS = 15_000;

/** A private reply stands after the `after` stored messages that were there when it came. */
type PrivateEntry = Entry & { after: number };

let members: DemoMember[] = [];
let channels: DemoChannel[] = [];
let as: DemoMember;
/** Undefined: the direct messages with the bot. */
let channel: string | undefined;
let stored: StoredMessageAnswer[] = [];
let privates: PrivateEntry[] = [];
let activity: ActivityAnswer = { channels: {}, direct: 0 };
let now = '';
/** How many messages of `#channel` and `@member` were on screen once. */
let seen: Record<string, number> = {};
/** Whether this visitor has sent or pressed anything yet. */
let untouched = true;
let lastPrivate = 0;
let lastAsked = 0;
let lastShown = 0;
let invitation: { key: string; node: HTMLElement | undefined } = { key: '', node: undefined };

const where = (): Where => (channel === undefined ? { as: as.id } : { as: as.id, channel });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const complain = (message: string): void => {
  const close = make('button', { type: 'button', class: 'link' }, 'Close');
  close.addEventListener('click', () => byId('alert').replaceChildren());
  byId('alert').replaceChildren(make('p', {}, message), close);
};
const clearNotices = (): void => {
  byId('alert').replaceChildren();
  byId('status').replaceChildren();
};

/** Runs `work`; a failure is shown and answered as false. */
const attempt = async (work: () => Promise<void>): Promise<boolean> => {
  clearNotices();
  try {
    await work();
    return true;
  } catch (error) {
    complain(messageOf(error));
    return false;
  }
};

const storedEntry = ({ id, at, from, command, html }: StoredMessageAnswer, place: Where): Entry => ({
  key: id,
  at,
  from: command === undefined ? from : BOT_NAME,
  ...(command !== undefined && { used: { who: from, what: command } }),
  html,
  private: false,
  payload: platform => api.messagePayload(place, id, platform),
});

const entries = (): Entry[] => {
  const all: Entry[] = [];
  const place = where();
  for (let at = 0; at <= stored.length; at += 1) {
    all.push(...privates.filter(({ after }) => Math.min(after, stored.length) === at));
    const message = stored[at];
    if (message) all.push(storedEntry(message, place));
  }
  return all;
};

const showUnread = (): void => {
  const unreadIn = (key: string, count: number): number => Math.max(0, count - (seen[key] ?? 0));
  showSidebar({
    channels,
    members,
    as,
    channel,
    unread: {
      channels: Object.fromEntries(
        channels.map(({ name }) => [name, unreadIn(`#${name}`, activity.channels[name] ?? 0)]),
      ),
      direct: unreadIn(`@${as.id}`, activity.direct),
    },
  });
};

const show = (): void => {
  const about = channels.find(({ name }) => name === channel)?.description ?? 'Only you and Milepost';
  byId('place-title').textContent = channel === undefined ? BOT_NAME : `# ${channel}`;
  byId('place-about').textContent = about;
  document.title = `${channel === undefined ? BOT_NAME : `#${channel}`} · Milepost playground`;
  const all = entries();
  const place = { channel, first: channel === channels[0]?.name, empty: all.length === 0, untouched };
  const key = JSON.stringify(place);
  // The same invitation stays the same element, so that a press on it is not lost in a refresh.
  if (invitation.key !== key) invitation = { key, node: invitationFor(place) };
  transcript.show(all, invitation.node);
  showUnread();
};

const refresh = async (): Promise<void> => {
  lastAsked += 1;
  const mine = lastAsked;
  const asked = where();
  const [messages, counted, clock, known] = await Promise.all([
    api.messages(asked),
    api.activity(asked.as),
    api.clock(),
    api.members(),
  ]);
  showClock(clock);
  now = clock.now;
  // Answers may overtake each other, and belong to a place that was left.
  if (mine < lastShown || asked.as !== as.id || asked.channel !== channel) return;
  lastShown = mine;
  members = known;
  as = members.find(({ id }) => id === as.id) ?? as;
  stored = messages;
  activity = counted;
  seen[channel === undefined ? `@${as.id}` : `#${channel}`] = messages.length;
  show();
};

const addPrivate = ({ html, payload }: Pick<Entry, 'html' | 'payload'>, used: Entry['used']): void => {
  lastPrivate += 1;
  const key = `private-${lastPrivate}`;
  const entry = { key, at: now, from: BOT_NAME, html, private: true, payload, after: stored.length };
  privates = [...privates, used ? { ...entry, used } : entry];
};

type Answered = Awaited<ReturnType<typeof api.interact>>;

/** Shows what an interaction answered; `origin` is the message that was pressed. */
const take = async ({ answer, id }: Answered, used: Entry['used'], origin?: Entry): Promise<void> => {
  untouched = false;
  const payload: LoadPayload = platform => api.answerPayload(id, platform);
  if ('modal' in answer) {
    const message = storedIdOf(origin);
    const submit = async (fields: Record<string, string | string[]>): Promise<void> => {
      const result = await api.interact(where(), { modal: answer.modal.id, fields, ...message });
      // The form then shows why, and keeps what was typed.
      if ('reply' in result.answer && result.answer.reply.refused) throw new Error(result.answer.reply.text);
      await take(result, used, origin);
    };
    openModal(answer.modal, submit, payload);
    show();
    return;
  }
  const { reply } = answer;
  const replacesPrivate = reply.replace && privates.some(({ key }) => key === origin?.key);
  const replacesDirect = reply.replace && !replacesPrivate && storedIdOf(origin) !== undefined;
  if (replacesPrivate)
    privates = privates.map(entry => (entry.key === origin?.key ? { ...entry, html: reply.html, payload } : entry));
  else if (reply.private && !replacesDirect) addPrivate({ html: reply.html, payload }, used);
  await refresh();
  if (replacesPrivate || replacesDirect) transcript.focusEntry(origin?.key ?? '');
  else transcript.revealNewest();
};

/** A stored direct message may be replaced by its answer, so the server is told which one it was. */
const storedIdOf = (origin: Entry | undefined): { message: string } | undefined =>
  origin && !origin.private && channel === undefined ? { message: origin.key } : undefined;

const send = (text: string): Promise<boolean> =>
  attempt(async () => take(await api.interact(where(), { command: text }), { who: as.name, what: text }));

const press = async (entry: Entry, pressed: { action: string; values: string[] }): Promise<void> => {
  const act: Act = { ...pressed, ...storedIdOf(entry) };
  await attempt(async () => take(await api.interact(where(), act), undefined, entry));
};

const transcript = createTranscript(byId('transcript'), {
  press,
  complain,
  run: async command => void (await send(command)),
  dismiss(entry) {
    privates = privates.filter(({ key }) => key !== entry.key);
    show();
    composer.focus();
  },
});

const composer = createComposer({
  send,
  complete: text => api.complete(where(), text),
});

const placeHash = (): string =>
  `#${encodeURIComponent(as.id)}/${channel === undefined ? '@' : encodeURIComponent(channel)}`;

/** Another member or conversation: private replies do not come along. */
const go = async (member: DemoMember, to: string | undefined): Promise<void> => {
  as = member;
  channel = to;
  stored = [];
  privates = [];
  history.replaceState(null, '', placeHash());
  composer.prepare(`Message as ${as.name}, or type /`);
  await attempt(refresh);
  transcript.revealNewest();
};

createSidebar({
  channel: name => void go(as, name),
  direct: () => void go(as, undefined),
  member: id => void go(members.find(member => member.id === id) ?? as, channel),
});

const move = async (to: Move): Promise<void> => {
  await attempt(async () => {
    byId('status').replaceChildren('Moving the clock…');
    const moved = await api.moveClock(to);
    await refresh();
    showMove(moved.now, moved.deliveries);
  });
};

const startOver = async (): Promise<void> => {
  await attempt(async () => {
    await api.reset();
    await load();
    byId('status').replaceChildren('Everything is as it was at the start.');
  });
};

createClockBar(move, startOver);

const load = async (): Promise<void> => {
  const [memberList, channelList] = await Promise.all([api.members(), api.channels()]);
  members = memberList;
  channels = channelList;
  untouched = true;
  const [wantedMember, wantedPlace] = location.hash.slice(1).split('/').map(decodeURIComponent);
  const member = members.find(({ id }) => id === wantedMember) ?? members[0];
  if (!member) throw new Error('This playground has no members.');
  activity = await api.activity(member.id);
  // What was in the channels before the visit is no news; direct messages are, until they are opened.
  seen = Object.fromEntries(Object.entries(activity.channels).map(([name, count]) => [`#${name}`, count]));
  const known = channels.some(({ name }) => name === wantedPlace) ? wantedPlace : channels[0]?.name;
  await go(member, wantedPlace === '@' ? undefined : known);
};

const listen = (): void => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refreshSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh().catch(error => complain(messageOf(error))), REFRESH_DEBOUNCE_MS);
  };
  // The demo clock runs on between moves; while the connection is lost, that is said elsewhere.
  setInterval(() => void api.clock().then(showClock, () => undefined), CLOCK_EVERY_MS);
  const events = new EventSource('/api/events');
  let wasLost = false;
  events.addEventListener('change', refreshSoon);
  events.addEventListener('hello', () => {
    if (wasLost) clearNotices();
    wasLost = false;
    refreshSoon();
  });
  events.addEventListener('error', () => {
    wasLost = true;
    complain('The connection to the playground is lost. Trying again…');
  });
};

await attempt(load);
listen();
