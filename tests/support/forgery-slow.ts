// A command that takes as long as a test says.
import { type Command, type Commands, defineCommand, encodeAction, type Reply, reply } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import { actions, button, text } from '../../src/message.ts';

/** A command, its button and its form that answer when the test says so, and what the test says. */
export const slowCommands = async (visibility: Command['visibility'] = 'private') => {
  let answer: (with_: Reply | Error) => void = () => {};
  let started: () => void = () => {};
  const work = (): Promise<Reply> => {
    started();
    return new Promise((resolve, reject) => {
      answer = given => (given instanceof Error ? reject(given) : resolve(given));
    });
  };
  const slow = defineCommand({
    name: 'slow',
    description: 'Takes its time',
    audience: 'member',
    visibility,
    run: work,
    actions: {
      work,
      offer: () => reply({ blocks: [text('Here'), actions(button('Work', encodeAction('slow', 'work')))] }),
    },
    modals: { work: { submit: work } },
  });
  return {
    commands: new Map([...(await loadCommands()), ['slow', slow]]) as Commands,
    /** Resolves when the handler has begun. */
    begins: () =>
      new Promise<void>(resolve => {
        started = resolve;
      }),
    finish: (given: Reply | Error) => answer(given),
  };
};

/** A form that the app knows. */
export const ZONE_FORM: Reply = {
  type: 'modal',
  modal: {
    id: 'settings/form/zone',
    title: 'Your zone',
    submit: 'Save',
    fields: [{ name: 'value', label: 'City', type: 'text', required: true }],
  },
};
