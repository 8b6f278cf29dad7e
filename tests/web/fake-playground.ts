// An in-memory `Playground`: two members, two channels, and a few commands that show every kind of reply.
import type { Caller, Interaction, Reply } from '../../src/command.ts';
import { reply } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import { progressBar, text } from '../../src/message.ts';
import type { MessageStore } from '../../src/web/platform.ts';
import type { DemoMember, Playground, StoredMessage } from '../../src/web/playground.ts';
import {
  digest,
  everythingMessage,
  nextMessage,
  onboardMessage,
  progressMessage,
  rolesMessage,
} from './fake-messages.ts';

export const START = new Date('2026-11-20T19:30:00Z');
const DAY_MS = 86_400_000;

const MEMBERS: DemoMember[] = [
  { id: 'ada', name: 'Ada', organiser: true, about: 'engineering, platform engineer, 8 topics done' },
  { id: 'ben', name: 'Ben', organiser: false, about: 'new here, no track yet' },
  { id: 'chi', name: 'Chiamaka Okonkwo-Featherstonehaugh', organiser: false, about: 'security, 3 topics done' },
];
const CHANNELS = [
  { name: 'general', description: 'Say hello and ask anything' },
  { name: 'roadmap', description: 'Weekly digests and the leaderboard' },
];
const COMMANDS = [
  ['/onboard', 'Choose your track and roles'],
  ['/next', 'What to learn next'],
  ['/help', 'What I can do'],
  ['/progress', 'Where you stand, for everyone to see'],
  ['/track select', 'Follow another track'],
  ['/topics show', 'One topic in detail'],
  ['/everything', 'Every block there is'],
] as const;

const answer = (typed: Interaction): Reply => {
  if (typed.type === 'modal') {
    const told = String(typed.fields.reflection ?? '');
    if (told.length < 10)
      throw new UserError('too_short', 'Write at least ten characters, so that it means something later.');
    return reply({ blocks: [text('Saved. Thank you for the reflection.')] }, { private: true, replace: true });
  }
  if (typed.type === 'action') {
    if (typed.action.startsWith('next/reflect')) {
      const fields = [
        {
          name: 'reflection',
          label: 'What did you learn?',
          type: 'paragraph',
          required: true,
          description: 'A sentence is enough.',
        },
        { name: 'link', label: 'Link to your work', type: 'text', placeholder: 'https://' },
        {
          name: 'feeling',
          label: 'How sure are you?',
          type: 'select',
          options: [
            { label: 'Not yet', value: '1' },
            { label: 'Sure', value: '2' },
          ],
        },
      ] as const;
      return {
        type: 'modal',
        modal: {
          id: 'next/reflect/1',
          title: 'Your reflection',
          submit: 'Save',
          fields: fields.map(field => ({ ...field })) as never,
        },
      };
    }
    if (typed.action === 'next/done/stack-traces') {
      return reply(
        {
          accent: '#1f9d55',
          blocks: [text('Done! **Reading a stack trace** is behind you.'), progressBar('Engineering', 4, 12)],
        },
        { private: true, replace: true },
      );
    }
    if (typed.action.startsWith('onboard/track')) return reply(rolesMessage, { private: true, replace: true });
    return reply({ blocks: [text(`You chose ${typed.values.join(' and ')}.`)] }, { private: true, replace: true });
  }
  const typedText = typed.type === 'text' ? typed.text : '';
  if (typedText.startsWith('/boom')) throw new Error('the database is on fire');
  if (typedText.startsWith('/onboard')) return reply(onboardMessage, { private: true });
  if (typedText.startsWith('/next')) return reply(nextMessage, { private: true });
  if (typedText.startsWith('/everything')) return reply(everythingMessage, { private: true });
  if (typedText.startsWith('/progress')) return reply(progressMessage(typed.caller.name), { private: false });
  return reply({ blocks: [text('I know `/onboard`, `/next` and `/progress`.')] }, { private: true });
};

export type FakePlayground = Playground & { store: MessageStore; handled: Interaction[] };

export const createFakePlayground = (): FakePlayground => {
  let now = START;
  let lastId = 0;
  let places = new Map<string, StoredMessage[]>();
  const keys = new Map<string, string>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const add = (where: string, stored: Omit<StoredMessage, 'id' | 'at'>): string => {
    lastId += 1;
    places.set(where, [...(places.get(where) ?? []), { id: `m${lastId}`, at: now, ...stored }]);
    changed();
    return `m${lastId}`;
  };
  const handled: Interaction[] = [];
  const nextMonday = (): Date => {
    const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), 9));
    while (day.getUTCDay() !== 1 || day <= now) day.setTime(day.getTime() + DAY_MS);
    return day;
  };

  return {
    handled,
    members: async () => MEMBERS,
    channels: async () => CHANNELS,
    async callerOf(memberId, channel) {
      const member = MEMBERS.find(({ id }) => id === memberId);
      if (!member) return undefined;
      const { id, name, organiser } = member;
      const caller: Caller = {
        platform: 'web',
        communityId: 'demo',
        communityName: 'Demo community',
        memberId: id,
        name,
        organiser,
      };
      return { ...caller, ...(channel && { channelId: channel }) };
    },
    async handle(interaction) {
      handled.push(interaction);
      return answer(interaction);
    },
    complete: async (_caller, typed) =>
      COMMANDS.filter(([command]) => command.startsWith(typed)).map(([command, description]) => ({
        label: command,
        insert: command.includes(' ') ? `${command} ` : command,
        description,
      })),
    channelMessages: async name => places.get(`#${name}`) ?? [],
    directMessages: async id => places.get(`@${id}`) ?? [],
    postPublic: async (channel, from, command, message) => void add(`#${channel}`, { from, command, message }),
    async replaceMessage(id, message) {
      for (const [where, stored] of places) {
        places.set(
          where,
          stored.map(one => (one.id === id ? { ...one, message } : one)),
        );
      }
      changed();
    },
    now: () => now,
    nextDue: async () => ({ at: nextMonday(), what: 'weekly digest' }),
    async moveClock(to) {
      const delivered = [];
      for (let due = nextMonday(); due <= to; due = nextMonday()) {
        now = due;
        for (const { id, name } of MEMBERS) {
          add(`@${id}`, { from: 'Milepost', message: digest(name) });
          delivered.push({ at: due, kind: 'digest', to: name, text: 'Two topics this week.' });
        }
        add('#roadmap', { from: 'Milepost', message: progressMessage('Ada') });
        delivered.push({ at: due, kind: 'leaderboard', to: '#roadmap', text: 'The leaderboard' });
      }
      now = to;
      changed();
      return delivered;
    },
    async reset() {
      places = new Map();
      now = START;
      changed();
    },
    subscribe(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    store: {
      async append(target, message, key) {
        if ('channelId' in target && !CHANNELS.some(({ name }) => name === target.channelId)) {
          throw new UserError('not_found', `There is no channel ${target.channelId}.`);
        }
        const where = 'channelId' in target ? `#${target.channelId}` : `@${target.memberId}`;
        const id = keys.get(key) ?? add(where, { from: 'Milepost', message });
        keys.set(key, id);
        return id;
      },
      findByKey: async (_target, key) => keys.get(key),
      async replace(id, message) {
        for (const messages of places.values()) {
          const found = messages.find(one => one.id === id);
          if (found) found.message = message;
        }
      },
    },
  };
};
