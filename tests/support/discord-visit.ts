// Somebody who uses everything that they are shown in Discord, and notes what went wrong.
import { decodeAction } from '../../src/command.ts';
import { decodePress } from '../../src/discord/custom-id.ts';
import type { Answer, Component, StoredMessage, TestSeat } from './discord/discord-server.ts';
import { flatten } from './discord/messages.ts';
import { FORMS, kindOf, type Options, OUR_FAULT } from './visit.ts';

const BUTTON = 2;
const SELECT = 3;
const LINK_STYLE = 5;

type Control = { source: StoredMessage; component: Component; values: string[] };

/** The people of one test, what they have met so far, and what the bot did to them. */
export const createVisit = ({ everyTopic = true } = {}) => {
  const seen = new Set<string>();
  /** `command/action` of everything pressed or submitted; and of what was also carried out rather than refused. */
  const reached = new Set<string>();
  const carriedOut = new Set<string>();
  const forms = new Set<string>();
  const faults: string[] = [];
  const waiting: Control[] = [];
  let answers = 0;

  const judge = (what: string, answer: Answer, isInServer: boolean): boolean => {
    answers += 1;
    if (answer.type === 'failed') faults.push(`${what}: ${answer.reason}`);
    if (answer.type !== 'message') return answer.type === 'modal';
    const { everyone, users, roles } = answer.message.pings;
    if (everyone || users.length + roles.length > 0) faults.push(`${what}: somebody was notified`);
    // Every command of Milepost is private; in direct messages only a refusal is hidden, so that the rest stays readable.
    if (isInServer && !answer.ephemeral) faults.push(`${what}: everybody in the channel sees it`);
    const isRefused = answer.text.startsWith('⚠️');
    if (!isInServer && answer.ephemeral !== isRefused && !answer.updated) faults.push(`${what}: hidden ${!isRefused}`);
    if (OUR_FAULT.test(answer.text)) faults.push(`${what}: ${answer.text}`);
    return !isRefused;
  };

  const meet = (source: StoredMessage): void => {
    const keep = (component: Component, values: string[]): void => {
      const { action, values: chosen } = decodePress(component.custom_id ?? '', values);
      const kind = kindOf(action, chosen, everyTopic);
      // A form that is kept for one person has an id of its own each time.
      if (seen.has(kind) || action.startsWith('~')) return;
      seen.add(kind);
      waiting.push({ source, component: structuredClone(component), values });
    };
    for (const component of flatten(source.components)) {
      if (component.type === BUTTON && component.style !== LINK_STYLE) keep(component, []);
      if (component.type !== SELECT) continue;
      const options = (component.options ?? []).map(({ value }) => value);
      if (component.min_values === 0) keep(component, []);
      if ((component.max_values ?? 1) > 1) keep(component, options.slice(0, component.max_values));
      for (const value of options) keep(component, [value]);
    }
  };

  /** As a person does it where the control is still there; as a slow or second device does it where it has gone since. */
  const use = (seat: TestSeat, { source, component, values }: Control): Promise<Answer> =>
    seat.sendRaw({
      type: 3,
      data: {
        component_type: component.type,
        custom_id: component.custom_id,
        ...(component.type === SELECT && { values }),
      },
      message: source.id,
    });

  const done = (customId: string, values: string[], isCarriedOut: boolean): void => {
    const { command, action } = decodeAction(decodePress(customId, values).action) ?? { command: '', action: customId };
    reached.add(`${command}/${action}`);
    if (isCarriedOut) carriedOut.add(`${command}/${action}`);
  };

  /** Sends a form off wrongly, opens it again as it was filled in, and sends it off rightly. */
  const fill = async (seat: TestSeat, isInServer: boolean): Promise<Answer> => {
    const form = seat.last;
    if (form.type !== 'modal') throw new Error('no form');
    const id = form.modal.custom_id.replace(/^@\d+!/, '');
    const name = Object.keys(FORMS).find(one => id.startsWith(one));
    if (name === undefined) {
      faults.push(`the form ${id} is not known to this test`);
      return form;
    }
    const { field, wrong, right, again = 'Change what I typed' } = FORMS[name] as (typeof FORMS)[string];
    const refused = await seat.submit({ [field]: wrong });
    judge(`${name} filled in wrongly`, refused, isInServer);
    if (refused.type !== 'message' || !refused.text.includes(wrong)) {
      faults.push(`${name} does not say what is wrong with ${wrong}: ${JSON.stringify(refused).slice(0, 300)}`);
      return refused;
    }
    meet(refused.message);
    const opened = await seat.press(again);
    const kept = opened.type === 'modal' ? opened.modal.components[0]?.component?.value : undefined;
    if (kept !== wrong && again !== 'Change') faults.push(`${name}: what was typed is lost: ${kept}`);
    const answer = await seat.submit({ [field]: right });
    if (judge(`${name} filled in`, answer, isInServer)) forms.add(name.split('/').slice(0, 2).join('/'));
    return answer;
  };

  return {
    reached,
    carriedOut,
    forms,
    faults,
    get answers() {
      return answers;
    },
    /** Takes note of everything that can be pressed or chosen in a message. */
    meet,
    async type(seat: TestSeat, command: string, options: Options, isInServer = true): Promise<Answer> {
      const answer = await seat.slash(command, options);
      if (judge(`/${command} ${JSON.stringify(options)}`, answer, isInServer)) carriedOut.add(`/${command}`);
      if (answer.type === 'message') meet(answer.message);
      return answer;
    },
    /** Uses everything that answers have shown and nobody has used, breadth first, until nothing new appears. */
    async useEverything(seat: TestSeat, isInServer = true, most = 2_000): Promise<void> {
      for (let control = waiting.shift(); control; control = waiting.shift()) {
        const { component, values } = control;
        const what = `${component.label ?? component.placeholder} (${component.custom_id} ${values})`;
        const answer = await use(seat, control);
        done(component.custom_id ?? '', values, judge(what, answer, isInServer));
        const last = answer.type === 'modal' ? await fill(seat, isInServer) : answer;
        if (last.type === 'message') meet(last.message);
        if (answers > most) throw new Error(`no end after ${answers} answers`);
      }
    },
  };
};

export type Visit = ReturnType<typeof createVisit>;
