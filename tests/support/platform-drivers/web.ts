// The playground as a platform to test: the real page server over HTTP, its demo people, and an empty database.
import { createApp } from '../../../src/app.ts';
import { createScheduler } from '../../../src/delivery/scheduler.ts';
import type { Block, Modal } from '../../../src/message.ts';
import { DEMO_COMMUNITY, findDemoChannel } from '../../../src/playground/demo.ts';
import { createPlayground } from '../../../src/playground/playground.ts';
import { eq } from '../../../src/storage/drizzle.ts';
import { createWebPlatform } from '../../../src/web/platform.ts';
import { testCurriculum } from '../curriculum.ts';
import { openTestDb } from '../databases.ts';
import { memoryLog } from '../delivery.ts';
import {
  type Driver,
  type DriverKind,
  notHere,
  type Person,
  type Post,
  personaOf,
  required,
  type Seen,
  START,
  typedLine,
} from './driver.ts';

type Reply = { private: boolean; replace: boolean; refused?: true; text: string; blocks: Block[] };
type Stored = { id: string; text: string; blocks: Block[] };
type Answer = { reply: Reply } | { modal: Modal };
type Call = <T>(path: string, body?: unknown) => Promise<T>;

const controlsIn = (blocks: readonly Block[]) => blocks.flatMap(block => (block.type === 'actions' ? block.items : []));
const buttonsIn = (blocks: readonly Block[]): string[] =>
  controlsIn(blocks).flatMap(item => (item.type === 'button' ? [item.label] : []));

const filledIn = ({ value, options = [] }: Modal['fields'][number]): string =>
  value ??
  options
    .filter(({ selected }) => selected)
    .map(option => option.value)
    .join(', ');
const formSeen = ({ title, fields }: Modal): Seen => ({
  type: 'form',
  text: [title, ...fields.map(({ label }) => label)].join('\n'),
  isPrivate: true,
  isReplacement: false,
  buttons: [],
  fields: Object.fromEntries(fields.map(field => [field.label, filledIn(field)])),
});
const messageSeen = ({ text, blocks, private: isPrivate, replace }: Reply): Seen => ({
  type: 'message',
  text,
  isPrivate,
  isReplacement: replace,
  buttons: buttonsIn(blocks),
  fields: {},
});
const postOf = (stored: Stored): Post => ({
  id: stored.id,
  text: stored.text,
  buttons: buttonsIn(stored.blocks),
  source: stored,
});

/** `answered` hears of each answer that took no other's place. */
const createPerson = (call: Call, id: string, channel: string | undefined, answered: () => void): Person => {
  const { name, zone } = personaOf(id as 'ada');
  let last: Answer | undefined;
  /** What the last button or form stood on: an answer of their own, one of their direct messages, or a post for all. */
  let origin: { type: 'answer' | 'post' } | { type: 'direct'; message: string } = { type: 'post' };
  /** What the page keeps of a form that was refused. */
  let typed: { modal: Modal; fields: Readonly<Record<string, string>> } | undefined;

  const act = async (what: object): Promise<Seen> => {
    const answer = await call<Answer | { error: { message: string } }>('/api/interactions', {
      as: id,
      ...(channel !== undefined && { channel }),
      ...(origin.type === 'direct' && { message: origin.message }),
      ...what,
    });
    if ('error' in answer) throw new Error(answer.error.message);
    last = answer;
    if ('modal' in answer) {
      answered();
      return formSeen(answer.modal);
    }
    // As the page does it: only what nobody else sees gives way to an answer.
    const isReplacement = answer.reply.replace && origin.type !== 'post';
    if (answer.reply.private && !isReplacement) answered();
    if (!isReplacement) origin = { type: 'answer' };
    return messageSeen({ ...answer.reply, replace: isReplacement });
  };
  const blocksOf = (on: Post | undefined): Block[] => {
    if (on) return (on.source as Stored).blocks;
    const shown = required(last, 'answer to act on');
    return 'reply' in shown ? shown.reply.blocks : [];
  };
  const send: Person['send'] = (command, options) => {
    origin = { type: 'post' };
    return act({ command: typedLine(command, options) });
  };
  return {
    id,
    name,
    zone,
    send,
    insist: send,
    press: async (label, on) => {
      const buttons = controlsIn(blocksOf(on)).filter(item => item.type === 'button');
      const { action } = required(
        buttons.find(item => item.label === label),
        `button “${label}”`,
      );
      if (on) origin = channel === undefined ? { type: 'direct', message: on.id } : { type: 'post' };
      return act({ action });
    },
    choose: async values => {
      const menus = controlsIn(blocksOf(undefined)).filter(item => item.type === 'select');
      const offers = (value: string, options: readonly { value: string }[]) =>
        options.some(option => option.value === value);
      const menu = menus.find(({ options }) => values.every(value => offers(value, options)));
      return act({ action: required(menu, `menu with ${values}`).action, values });
    },
    submit: async given => {
      const form = required(last && 'modal' in last ? last.modal : undefined, 'form to send off');
      const entries = form.fields.map(field => [field, given[field.label] ?? filledIn(field)] as const);
      const seen = await act({
        modal: form.id,
        fields: Object.fromEntries(entries.map(([field, value]) => [field.name, value])),
      });
      const isRefused = last !== undefined && 'reply' in last && last.reply.refused === true;
      typed = isRefused
        ? { modal: form, fields: Object.fromEntries(entries.map(([field, value]) => [field.label, String(value)])) }
        : undefined;
      return seen;
    },
    reopen: async () => {
      // The page leaves a form that is refused open as it is.
      const { modal, fields } = required(typed, 'form that was refused');
      last = { modal };
      return { ...formSeen(modal), fields };
    },
    suggest: async (command, option, text) => {
      const line = `${typedLine(command)} ${option}:${text}`;
      const found = await call<{ insert: string }[]>('/api/complete', { as: id, text: line });
      return found.map(({ insert }) => insert.slice(insert.indexOf(`${option}:`) + option.length + 1).trim());
    },
    get alone() {
      return createPerson(call, id, undefined, answered);
    },
  };
};

export const web: DriverKind = {
  name: 'the web',
  lacks: {
    limits: 'the page shows messages of any length',
    'closed channels': 'the playground’s channels cannot be closed to it',
    'closed direct messages': 'nobody in the playground closes their messages',
    removal: 'nobody removes Milepost from its own playground',
    'several communities': 'the playground is one community',
  },
  async start(commands) {
    const db = await openTestDb();
    const { log, lines } = memoryLog();
    let now = new Date(START);
    let answers = 0;
    const clock = {
      now: () => now,
      set: async (to: Date) => {
        now = to;
      },
    };
    const curriculum = () => testCurriculum;
    const app = createApp({
      db,
      commands,
      curriculum,
      now: clock.now,
      deliverDue: communityId => scheduler.deliverFor(communityId),
      findChannel: async (_, named) => findDemoChannel(named),
      editPost: ({ communityId }, { channelId, messageId, key }, message) =>
        platform.edit({ communityId, channelId }, messageId, message, key),
      log,
    });
    const { playground, store } = createPlayground({
      db,
      clock,
      curriculum,
      app: () => app,
      scheduler: () => scheduler,
    });
    const reportError = (error: unknown): string => {
      log.error({ err: error }, 'the web server failed');
      return 'unknown';
    };
    const platform = createWebPlatform({ port: 0, playground, store, reportError });
    const scheduler = createScheduler({ db, curriculum, platforms: [platform], clock: clock.now, log });
    await platform.start();

    const call: Call = async (path, body) => {
      const response = await fetch(`${platform.address()}${path}`, {
        ...(body !== undefined && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      });
      return response.json() as never;
    };
    const people = new Map<string, Person>();
    const stored = (path: string): Promise<Stored[]> => call(path);
    const driver: Driver = {
      platform,
      db,
      communityId: DEMO_COMMUNITY.externalId,
      now: () => now,
      person(who) {
        const made = people.get(who) ?? createPerson(call, who, 'general', () => (answers += 1));
        people.set(who, made);
        return made;
      },
      channel: name => name,
      posts: async channel => (await stored(`/api/channels/${channel}`)).map(postOf),
      direct: async ({ id }) => (await stored(`/api/members/${id}/messages`)).map(postOf),
      async liveUntil(to) {
        const { deliveries } = await call<{ deliveries: { kind: string }[] }>('/api/clock', { to });
        return deliveries.map(({ kind }) => kind);
      },
      async shown() {
        const places = [
          'channels/general',
          'channels/weekly-digest',
          ...[...people.keys()].map(id => `members/${id}/messages`),
        ];
        const counts = await Promise.all(places.map(async place => (await stored(`/api/${place}`)).length));
        return counts.reduce((sum, count) => sum + count, answers);
      },
      // There are no notifications in the playground.
      pinged: () => [],
      faults: () => lines.filter(({ level }) => level >= 50).map(({ msg }) => msg),
      channelThatIsGone: () => 'void',
      closeChannel: () => notHere('a closed channel'),
      closeDirectMessages: () => notHere('closed direct messages'),
      remove: () => notHere('removal'),
      async deletePost(_, { id }) {
        const { webMessages } = db.tables;
        await db.query.delete(webMessages).where(eq(webMessages.id, Number(id)));
      },
      second: () => notHere('a second community'),
      stop: () => platform.stop(),
    };
    return driver;
  },
};
