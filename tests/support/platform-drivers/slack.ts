// Slack as a platform to test: the bot as it runs, with the real Bolt, against the local Slack, by Socket Mode or over HTTP.
import { type Answer, blocksText, buttonLabels, elementsIn, messageAnswer, visibleText } from '../slack/reading.ts';
import type { Block, StoredMessage, StoredView, TestChannel, TestSeat, TestWorkspace } from '../slack/slack-server.ts';
import { PUBLIC_URL, type SlackTestBot, startSlackTestBot } from '../slack-bot.ts';
import { openBrowser } from '../slack-installer.ts';
import {
  type ChannelName,
  type Driver,
  type DriverKind,
  type Fields,
  notHere,
  type Person,
  type PersonName,
  type Place,
  type Post,
  personaOf,
  required,
  type Seen,
  START,
  typedLine,
} from './driver.ts';
import { plainSlack } from './plain.ts';

const CHANNELS = ['general', 'weekly-digest'] as const;
const PEOPLE = ['ada', 'ben', 'faye'] as const;

type Read = (markup: string) => string;
const postsIn = (messages: StoredMessage[], read: Read): Post[] =>
  messages
    .filter(({ deleted }) => !deleted)
    .map(message => ({
      id: message.ts,
      text: read(visibleText(message)),
      buttons: buttonLabels(message.blocks),
      source: message,
    }));

type Option = { value: string };
const filledIn = ({ initial_value, initial_option, initial_options }: Block): string => {
  const chosen = [initial_option, ...((initial_options as Option[] | undefined) ?? [])] as (Option | undefined)[];
  return String(initial_value ?? chosen.flatMap(option => option?.value ?? []).join(', '));
};
const fieldsOf = (view: StoredView): Record<string, string> =>
  Object.fromEntries(elementsIn(view.blocks).map(({ element, label = '' }) => [label, filledIn(element)]));

const seen = (answer: Answer, isAlone: boolean, read: Read): Seen => {
  switch (answer.type) {
    case 'message': {
      const { ephemeral, replaced, buttons } = answer;
      const text = read(answer.text);
      return { type: 'message', text, isPrivate: ephemeral || isAlone, isReplacement: replaced, buttons, fields: {} };
    }
    case 'modal': {
      const { view, errors } = answer;
      return {
        // A window without a button to send it off only shows something.
        type: view.submit && Object.keys(errors).length === 0 ? 'form' : 'message',
        text: [read(answer.text), ...Object.values(errors)].join('\n'),
        isPrivate: true,
        isReplacement: false,
        buttons: buttonLabels(view.blocks),
        fields: fieldsOf(view),
      };
    }
    default:
      throw new Error(`a message or a form was expected, not ${JSON.stringify(answer).slice(0, 300)}`);
  }
};

/** As Slack's client sends what is typed. */
const escaped = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

type Seat = {
  seat: TestSeat;
  isAlone: boolean;
  /** Every message that this person can see. */
  visible: () => StoredMessage[];
  read: Read;
  alone: () => Person;
};

const createPerson = (who: PersonName, { seat, isAlone, visible, read, alone }: Seat): Person => {
  const { name, zone } = personaOf(who);
  /** Where a form was answered by a message: that message. */
  let answer: StoredMessage | undefined;
  /** The form that was refused, and what was typed into it. */
  let refused: { view: StoredView; typed: Fields } | undefined;
  const see = async (came: Promise<Answer>): Promise<Seen> => {
    const found = await came;
    answer = undefined;
    return seen(found, isAlone, read);
  };
  const on = (post?: Post): [] | [StoredMessage] => {
    const message = post ? (post.source as StoredMessage) : answer;
    return message ? [message] : [];
  };
  const type = (line: string): Promise<Seen> => see(seat.type(escaped(line)));
  /** Values with type-ahead are typed first, and then chosen from what is offered. */
  const lookUp = async (fields: Fields): Promise<void> => {
    const { last } = seat;
    if (last.type !== 'modal') return;
    for (const { element, label = '' } of elementsIn(last.view.blocks))
      if (element.type.endsWith('external_select') && fields[label] !== undefined)
        await seat.typeahead(label, String(fields[label]));
  };
  return {
    id: seat.id,
    name,
    zone,
    send: (command, options) => type(typedLine(command, options)),
    // Slack’s client knows only the commands of the manifest; everything else is typed behind /milepost.
    insist: (command, options) => type(typedLine(command, options).replace('/', '/milepost ')),
    press: (label, post) => see(seat.press(label, ...on(post))),
    choose: values => see(seat.choose(values, ...on())),
    async submit(fields) {
      await lookUp(fields);
      const before = new Map(visible().map(message => [message, message.edits]));
      const found = await seat.submit(fields);
      const isRefused = found.type === 'modal' && Object.keys(found.errors).length > 0;
      refused = isRefused ? { view: found.view, typed: fields } : undefined;
      answer = undefined;
      if (found.type !== 'nothing') return seen(found, isAlone, read);
      // The window closed, and the answer is where the form was opened from.
      answer = required(
        visible().findLast(message => before.get(message) !== message.edits),
        'answer to the form',
      );
      return seen(messageAnswer(answer, before.has(answer)), isAlone, read);
    },
    async reopen() {
      const { view, typed } = required(refused, 'form that was refused');
      if (view.closed) throw new Error('the form was closed, and what was typed is lost');
      // The form stands open as it was; the client keeps what is in it.
      const kept = Object.entries(typed).map(([label, value]) => [label, String(value)]);
      const form = seen({ type: 'modal', view, text: blocksText(view.blocks), errors: {} }, isAlone, read);
      return { ...form, fields: { ...form.fields, ...Object.fromEntries(kept) } };
    },
    async suggest(command, option, typed) {
      // In Slack values are offered in forms, so this takes the form of the contract that has such a field.
      await seat.type(typedLine('look', { option: `${command} ${option}` }));
      const values = (await seat.typeahead('What to look for', typed)).map(({ value }) => value);
      // Slack's menus take only what they offer, so they offer what was typed too.
      return values.filter(value => value !== typed);
    },
    get alone() {
      return alone();
    },
  };
};

const createPlace = ({ slack }: SlackTestBot, workspace: TestWorkspace): Place => {
  const { teamId } = workspace;
  const people = new Map<PersonName, Person>();
  const read = (markup: string): string =>
    plainSlack(markup, id => workspace.channels().find(channel => channel.id === id)?.name);
  const idOf = (name: ChannelName): string =>
    required(
      workspace.channels().find(channel => channel.name === name),
      `channel #${name}`,
    ).id;
  const enter = (who: PersonName): Person => {
    const { name, zone, isOrganiser } = personaOf(who);
    const user = workspace.user(name, { id: `U0${who.toUpperCase()}`, tz: zone, admin: isOrganiser });
    const visible = (): StoredMessage[] => [
      ...CHANNELS.flatMap(channel => slack.messages({ id: idOf(channel), teamId })),
      ...slack.directMessages(user),
      ...slack.ephemerals(user),
    ];
    const alone = (): Person =>
      createPerson(who, { seat: user.inDirectMessages(), isAlone: true, visible, read, alone });
    return createPerson(who, { seat: user.in(idOf('general')), isAlone: false, visible, read, alone });
  };
  return {
    communityId: teamId,
    person(who) {
      const made = people.get(who) ?? enter(who);
      people.set(who, made);
      return made;
    },
    channel: idOf,
    posts: async id => postsIn(slack.messages({ id, teamId }), read),
    direct: async ({ id }) => postsIn(slack.directMessages({ id, teamId }), read),
  };
};

/** With the same ids in each workspace: Slack’s are unique within one only. */
const furnish = (workspace: TestWorkspace): TestChannel[] =>
  CHANNELS.map(name => workspace.addChannel({ name, id: `C0${name.replaceAll(/\W/g, '').toUpperCase()}` }));

/** As an organiser installs Milepost from its own page. */
const install = async ({ slack, bot }: SlackTestBot, workspace: TestWorkspace): Promise<void> => {
  slack.installInto({ workspace });
  const address = required(bot.http, 'web server').address();
  const browser = openBrowser();
  const back = await browser.agree(address);
  const { status } = await browser.visit(back.replace(PUBLIC_URL, address));
  if (status !== 200) throw new Error(`the installation ended with ${status}`);
};

const slackOver = (transport: 'socket' | 'http', name: string): DriverKind => ({
  name,
  lacks: {
    repeats: 'Slack recognises no repeat, so an unclear post is only looked for',
    'closed direct messages': 'nobody in Slack can close their messages to one app',
  },
  async start(commands, { several }) {
    const test = await startSlackTestBot({ transport, commands, now: START, many: several });
    const { slack, workspace } = test;
    const channels = furnish(workspace);
    const another = several ? slack.addWorkspace({ name: 'Another community', installed: false }) : undefined;
    if (another) {
      furnish(another);
      for (const one of [workspace, another]) await install(test, one);
    }
    const place = createPlace(test, workspace);
    const { teamId } = workspace;
    /** Everything that was ever shown to anybody, but forms. */
    const messages = (): StoredMessage[] => [
      ...CHANNELS.flatMap(channel => slack.messages({ id: place.channel(channel), teamId })),
      ...PEOPLE.flatMap(who => {
        const { id } = place.person(who);
        return [...slack.directMessages({ id, teamId }), ...slack.ephemerals({ id, teamId })];
      }),
    ];
    const driver: Driver = {
      ...place,
      platform: test.platform,
      db: test.db,
      now: test.now,
      liveUntil: async at => (await test.liveUntil(at)).filter(({ state }) => state === 'sent').map(({ kind }) => kind),
      shown: async () => messages().length + slack.views.filter(({ type }) => type === 'modal').length,
      pinged: () =>
        messages().flatMap(({ pings: { broadcast, users } }) => [...(broadcast ? ['everybody'] : []), ...users]),
      faults: () => [...test.log.filter(({ level }) => level >= 50).map(({ msg }) => msg), ...slack.warnings],
      channelThatIsGone() {
        const channel = workspace.addChannel({ name: 'void' });
        channel.delete();
        return channel.id;
      },
      closeChannel: channelId => channels.find(({ id }) => id === channelId)?.removeBot(),
      closeDirectMessages: () => notHere('closing one’s messages'),
      remove: () => workspace.uninstall(),
      async deletePost(_, { source }) {
        (source as StoredMessage).deleted = true;
      },
      second: () => createPlace(test, required(another, 'second community')),
      stop: () => test.stop(),
    };
    return driver;
  },
});

export const slackOverSocket = slackOver('socket', 'Slack over Socket Mode');
export const slackOverHttp = slackOver('http', 'Slack over HTTP');
