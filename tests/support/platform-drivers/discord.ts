// Discord as a platform to test: the bot as it runs, with the real discord.js, against the local Discord.
import type { Component, StoredMessage, TestGuild, TestSeat } from '../discord/discord-server.ts';
import { PERMISSION } from '../discord/permissions.ts';
import { type Answer, buttonsOf, visibleText } from '../discord/reading.ts';
import { startTestBot, type TestBot } from '../discord-bot.ts';
import {
  COMMUNITY_NAME,
  type Driver,
  type DriverKind,
  type Options,
  type Person,
  type PersonName,
  type Place,
  type Post,
  personaOf,
  required,
  type Seen,
} from './driver.ts';
import { plainDiscord } from './plain.ts';

const [SUBCOMMAND, STRING] = [1, 3];
const [SHOWN_MESSAGE, SHOWN_FORM] = [4, 9];

const labelsIn = (message: StoredMessage): string[] => buttonsOf(message).map(({ label = '' }) => label);
type Read = (markup: string) => string;
const postsIn = (messages: StoredMessage[], read: Read): Post[] =>
  messages
    .filter(({ deleted }) => !deleted)
    .map(message => ({
      id: message.id,
      text: read(visibleText(message)),
      buttons: labelsIn(message),
      source: message,
    }));

const filledIn = ({ value = '', options = [] }: Component): string =>
  options.length === 0
    ? value
    : options
        .filter(option => option.default)
        .map(option => option.value)
        .join(', ');

const seen = (answer: Answer, isAlone: boolean, read: Read): Seen => {
  if (answer.type === 'failed') throw new Error(`the interaction failed: ${answer.reason}`);
  if (answer.type === 'choices') throw new Error('an answer, not choices, was expected');
  const text = read(answer.text);
  if (answer.type === 'message')
    return {
      type: 'message',
      text,
      isPrivate: answer.ephemeral || isAlone,
      isReplacement: answer.updated,
      buttons: answer.buttons,
      fields: {},
    };
  const fields = answer.modal.components.map(({ label = '', component }) => [
    label,
    component ? filledIn(component) : '',
  ]);
  return {
    type: 'form',
    text,
    isPrivate: true,
    isReplacement: false,
    buttons: [],
    fields: Object.fromEntries(fields),
  };
};

/** Each option as a field of its own; a channel by its id. */
const optionsFor = (guild: TestGuild, options: Options = {}): Options =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === 'string' && value.startsWith('#') ? guild.channel(value.slice(1)).id : value,
    ]),
  );

/** What a client sends for a command, whether Discord offers it or not. */
const rawCommand = (command: string, options: Options) => {
  const [name, sub] = command.split(' ');
  const given = Object.entries(options).map(([option, value]) => ({ name: option, type: STRING, value }));
  return { id: '1', type: 1, name, options: sub ? [{ name: sub, type: SUBCOMMAND, options: given }] : given };
};

type Seat = { guild: TestGuild; seat: TestSeat; alone: () => Person; read: Read };

const createPerson = (who: PersonName, { guild, seat, alone, read }: Seat): Person => {
  const { name, zone } = personaOf(who);
  const isAlone = guild.channels().every(({ id }) => id !== seat.channelId);
  const see = async (answer: Promise<Answer>): Promise<Seen> => seen(await answer, isAlone, read);
  const stored = (on: Post | undefined): [] | [StoredMessage] => (on ? [on.source as StoredMessage] : []);
  return {
    id: seat.id,
    name,
    zone,
    send: (command, options) => see(seat.slash(command, optionsFor(guild, options))),
    insist: (command, options) => see(seat.sendRaw({ data: rawCommand(command, optionsFor(guild, options)) })),
    press: (label, on) => see(seat.press(label, ...stored(on))),
    choose: values => see(seat.choose(values)),
    submit: fields => see(seat.submit(fields)),
    // Discord throws a form away once it is sent off, so Milepost offers it again by a button.
    reopen: () => see(seat.press('Change what I typed')),
    suggest: async (command, option, typed) =>
      (await seat.autocomplete(command, option, typed)).map(({ value }) => String(value)),
    get alone() {
      return alone();
    },
  };
};

const createPlace = ({ discord }: TestBot, guild: TestGuild): Place => {
  const people = new Map<PersonName, Person>();
  const read = (markup: string): string =>
    plainDiscord(markup, id => guild.channels().find(channel => channel.id === id)?.name);
  const enter = (who: PersonName): Person => {
    const { name, isOrganiser } = personaOf(who);
    const user = discord.user(name);
    const seat = user.in(guild, guild.channel('general'), {
      ...(isOrganiser && { permissions: PERMISSION.manageGuild }),
    });
    const alone = (): Person => createPerson(who, { guild, seat: user.inDirectMessages(), alone, read });
    return createPerson(who, { guild, seat, alone, read });
  };
  return {
    communityId: guild.id,
    person(who) {
      const made = people.get(who) ?? enter(who);
      people.set(who, made);
      return made;
    },
    channel: name => guild.channel(name).id,
    posts: async id => postsIn(discord.messages(id), read),
    direct: async ({ id }) => postsIn(discord.directMessages({ id }), read),
  };
};

export const discord: DriverKind = {
  name: 'Discord',
  lacks: { zones: 'Discord tells nobody’s time zone' },
  async start(commands, { several }) {
    const test = await startTestBot({ commands });
    const { discord: local, bot } = test;
    const addGuild = async (name: string): Promise<TestGuild> => {
      const guild = local.addGuild({ name });
      guild.addChannel({ name: 'weekly-digest' });
      await bot.discord.refreshGuilds();
      return guild;
    };
    const guild = await addGuild(COMMUNITY_NAME);
    const place = createPlace(test, guild);
    const second = several ? createPlace(test, await addGuild('Another community')) : undefined;
    const everything = (): StoredMessage[] => [
      ...guild.channels().flatMap(({ id }) => local.messages(id)),
      ...(['ada', 'ben', 'faye'] as const).flatMap(who => local.directMessages(local.user(personaOf(who).name))),
    ];
    const driver: Driver = {
      ...place,
      platform: bot.discord,
      db: test.db,
      now: test.now,
      liveUntil: async at => (await test.liveUntil(at)).filter(({ state }) => state === 'sent').map(({ kind }) => kind),
      async shown() {
        const isShown = ({ method, path, body, status }: (typeof local.requests)[number]): boolean => {
          if (method !== 'POST' || status >= 300) return false;
          const { type } = (body ?? {}) as { type?: number };
          if (path.endsWith('/callback')) return type === SHOWN_MESSAGE || type === SHOWN_FORM;
          return /^\/channels\/\d+\/messages$|^\/webhooks\//.test(path);
        };
        return local.requests.filter(isShown).length;
      },
      pinged: () =>
        everything().flatMap(({ pings: { everyone, users, roles } }) => [
          ...(everyone ? ['everybody'] : []),
          ...users,
          ...roles,
        ]),
      faults: () => test.log.filter(({ level }) => level >= 50).map(({ msg }) => msg),
      channelThatIsGone() {
        const channel = guild.addChannel({ name: 'void' });
        channel.delete();
        return channel.id;
      },
      closeChannel: channelId =>
        guild
          .channels()
          .find(({ id }) => id === channelId)
          ?.deny(PERMISSION.sendMessages),
      closeDirectMessages: ({ name }) => local.user(name).closeDirectMessages(),
      async remove() {
        guild.remove();
        await bot.discord.refreshGuilds();
      },
      async deletePost(_, { source }) {
        (source as StoredMessage).deleted = true;
      },
      second: () => required(second, 'second community'),
      stop: () => test.stop(),
    };
    return driver;
  },
};
