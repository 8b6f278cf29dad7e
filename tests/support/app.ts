// The real app on a real database, driven as a member would: type a command, press a button, choose, fill in a form.
import { type App, createApp } from '../../src/app.ts';
import type { Caller, Choice, Interaction, MessageReply, Reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import type { Log } from '../../src/log.ts';
import { type Button, type Modal, type Select, toPlainText } from '../../src/message.ts';
import type { PlatformName } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { testCurriculum } from './curriculum.ts';
import { openTestDb } from './databases.ts';

/** A fault of ours fails the test with its cause instead of becoming an incident. */
const strictLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (details: unknown) => {
    throw (details as { err?: unknown }).err ?? details;
  },
};

export type TestMember = {
  /** Types a command, such as `/track select engineering`. */
  type(text: string): Promise<string>;
  /** Presses the button with this label on `on`, or sends an action id as it is. */
  press(labelOrAction: string, on?: Reply): Promise<string>;
  /** Chooses values in the select that has them. */
  choose(...values: string[]): Promise<string>;
  /** Submits the form that the last reply opened. */
  fill(fields: Record<string, string>): Promise<string>;
  suggest(command: string, subcommand: string, option: string, typed: string): Promise<Choice[]>;
  readonly lastReply: Reply;
  /** The last reply as a message; throws where it was a form. */
  readonly lastMessage: MessageReply;
};

export type TestApp = {
  app: App;
  db: Db;
  /** On the web unless told; `direct` in direct messages, which have no channel of the community. */
  as(name: string, how?: { organiser?: boolean; zone?: string; platform?: PlatformName; direct?: boolean }): TestMember;
  setNow(now: string | Date): void;
  /** Content may be replaced while the bot runs. */
  setCurriculum(curriculum: Curriculum): void;
};

const itemsOf = (reply: Reply | undefined): (Button | Select)[] =>
  reply?.type === 'message'
    ? reply.message.blocks
        .flatMap(block => (block.type === 'actions' ? block.items : []))
        .filter(item => item.type !== 'link')
    : [];

const formText = (modal: Modal): string =>
  [modal.title, ...modal.fields.map(({ label, value = '' }) => `${label}: ${value}`)].join('\n');
/** What a reader sees: the plain text of a message, or the title and fields of a form. */
const readOut = (reply: Reply): string => (reply.type === 'modal' ? formText(reply.modal) : toPlainText(reply.message));

/** `now` starts on Monday 23 November 2026, 09:00 UTC, and moves only by `setNow`. Answers are read as plain text. */
export const testApp = async (given: { db?: Db; now?: string | Date } = {}): Promise<TestApp> => {
  const db = given.db ?? (await openTestDb());
  const commands = await loadCommands();
  let now = new Date(given.now ?? '2026-11-23T09:00:00Z');
  let curriculum = testCurriculum;
  const app = createApp({
    db,
    commands,
    curriculum: () => curriculum,
    now: () => now,
    deliverDue: async () => ({ settled: [], underWay: false }),
    editPost: async () => ({ type: 'sent', messageId: '1' }),
    findChannel: async (_, named) => ({ id: named, name: named }),
    log: strictLog,
  });

  const as: TestApp['as'] = (name, { organiser = false, zone, platform = 'web', direct = false } = {}) => {
    const caller: Caller = {
      platform,
      communityId: 'test',
      communityName: 'Test',
      memberId: name,
      name,
      organiser,
      ...(!direct && { channelId: 'general' }),
      ...(zone && { zone }),
    };
    let last: Reply | undefined;
    const send = async (
      what: Interaction extends infer I ? (I extends Interaction ? Omit<I, 'caller'> : never) : never,
    ) => {
      last = await app.handle({ caller, ...what } as Interaction);
      return readOut(last);
    };
    return {
      type: text => send({ type: 'text', text }),
      press: (labelOrAction, on = last) => {
        const found = itemsOf(on).find(item => item.type === 'button' && item.label === labelOrAction);
        if (!found && !labelOrAction.includes('/')) {
          const there = itemsOf(on).flatMap(item => (item.type === 'button' ? [item.label] : []));
          throw new Error(`no button “${labelOrAction}”; there are: ${there.join(', ')}`);
        }
        return send({ type: 'action', action: found?.action ?? labelOrAction, values: [] });
      },
      choose: (...values) => {
        const selects = itemsOf(last).filter(item => item.type === 'select');
        const found = selects.find(({ options }) =>
          values.every(value => options.some(option => option.value === value)),
        );
        if (!found) throw new Error(`no select offers ${values.join(', ')}`);
        return send({ type: 'action', action: found.action, values });
      },
      fill: fields => {
        if (last?.type !== 'modal') throw new Error('the last reply is not a form');
        return send({ type: 'modal', modal: last.modal.id, fields });
      },
      suggest: (command, subcommand, option, typed) => app.suggest(caller, { command, subcommand, option, typed }),
      get lastReply() {
        if (!last) throw new Error('nothing was answered yet');
        return last;
      },
      get lastMessage() {
        if (last?.type !== 'message') throw new Error('the last reply is not a message');
        return last;
      },
    };
  };
  return {
    app,
    db,
    as,
    setNow: moment => {
      now = new Date(moment);
    },
    setCurriculum: changed => {
      curriculum = changed;
    },
  };
};
