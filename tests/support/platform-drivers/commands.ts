// Commands that only the contract has: in public, in place, with type-ahead in a form, and one that fails.
import {
  type Command,
  type Commands,
  defineCommand,
  encodeAction,
  type MessageReply,
  reply,
} from '../../../src/command.ts';
import { loadCommands } from '../../../src/commands.ts';
import { UserError } from '../../../src/errors.ts';
import { escapeMarkdown } from '../../../src/markdown.ts';
import { actions, button, text } from '../../../src/message.ts';

const tallied = (count: number, replace: boolean): MessageReply =>
  reply(
    {
      blocks: [
        text(`The tally stands at ${count}.`),
        actions(button('One more', encodeAction('tally', 'add', String(count)))),
      ],
    },
    { replace },
  );

const wave = defineCommand({
  name: 'wave',
  description: 'Greets everybody in the channel',
  audience: 'member',
  visibility: 'public',
  run: (_, { member }) => reply({ blocks: [text(`👋 ${escapeMarkdown(member.name)} waves at everybody.`)] }),
});

const tally = defineCommand({
  name: 'tally',
  description: 'Counts, in one message',
  audience: 'member',
  visibility: 'private',
  run: () => tallied(0, false),
  actions: { add: count => tallied(Number(count) + 1, true) },
});

const broken = defineCommand({
  name: 'broken',
  description: 'Fails',
  audience: 'member',
  visibility: 'private',
  run: () => {
    throw new Error('on purpose');
  },
});

/** `option`: a command's option, such as `settings zone zone`. */
const look = defineCommand({
  name: 'look',
  description: 'Opens a form that offers the values of an option',
  audience: 'member',
  visibility: 'private',
  options: { option: { type: 'string', description: 'Of which option', required: true } },
  run: ({ option: path }) => {
    const words = path.split(' ');
    const [command = '', ...between] = words;
    const option = between.pop() ?? '';
    const suggest = { command, subcommand: between[0] ?? '', option };
    const field = { name: 'value', label: 'What to look for', type: 'text', suggest } as const;
    return {
      type: 'modal',
      modal: { id: encodeAction('look', 'found'), title: 'Look', submit: 'Look', fields: [field] },
    };
  },
  modals: {
    found: {
      submit: () => {
        throw new UserError('nothing', 'There is nothing to find here.');
      },
    },
  },
});

/** Milepost's commands and those of the contract. */
export const contractCommands = async (): Promise<Commands> => {
  const own = [wave, tally, broken, look].map((command): [string, Command] => [command.name, command]);
  return new Map([...(await loadCommands()), ...own]);
};
