// Somebody who uses everything that they are shown in Slack, and notes what went wrong.
import { decodeAction } from '../../src/command.ts';
import { decodePress, isLinkId } from '../../src/slack/action-id.ts';
import { elementsIn, messageAnswer } from './slack/reading.ts';
import type { Answer, Block, LocalSlack, StoredMessage, StoredView, TestSeat } from './slack/slack-server.ts';
import { FORMS, kindOf, OUR_FAULT } from './visit.ts';

/** What has controls: a message, a window or Home, as it was when it was met. */
type Place = StoredMessage | StoredView;
type Control = { place: Place; element: Block; values: string[] };

const isView = (place: Place): place is StoredView => 'hash' in place;
export const isForm = (answer: Answer): answer is Extract<Answer, { type: 'modal' }> =>
  answer.type === 'modal' && answer.view.submit !== undefined;
const blocksOf = (answer: Answer): readonly Block[] => {
  if (answer.type === 'message') return answer.message.blocks;
  return answer.type === 'modal' || answer.type === 'home' ? answer.view.blocks : [];
};
const textOf = (answer: Answer): string => ('text' in answer ? answer.text : '');

/** A ping of anybody, in text or as an element of a rich text. */
const PINGS = /<@|<!(?!date\^)|"type":"(?:user|usergroup|broadcast)"/;
export const notifies = ({ blocks, text }: StoredMessage): boolean => PINGS.test(JSON.stringify([blocks, text]));

/** The fields of a form with type-ahead, by name. */
export const suggestingFields = (answer: Answer): string[] =>
  elementsIn(blocksOf(answer)).flatMap(({ element, blockId }) =>
    element.type.endsWith('external_select') ? [blockId] : [],
  );

/**
 * The people of one test, what they have met so far, and what the bot did to them. With `prefix` the workspace has commands such as
 * `/mp-next`.
 */
export const createSlackVisit = (slack: LocalSlack, { everyTopic = true, prefix = '' } = {}) => {
  const seen = new Set<string>();
  /** `command/action` of everything pressed or submitted; and of what was also carried out rather than refused. */
  const reached = new Set<string>();
  const carriedOut = new Set<string>();
  const forms = new Set<string>();
  const faults: string[] = [];
  const waiting: Control[] = [];
  let answers = 0;

  const judgeMessage = (what: string, answer: Answer & { type: 'message' }, isInChannel: boolean): void => {
    const { ephemeral: isHidden, replaced: isReplaced, text } = answer;
    const isTyped = what.startsWith('/');
    // What is pressed in direct messages stays readable, unless it is refused; everything else only one person sees.
    const shallHide = isInChannel || isTyped || text.startsWith('⚠️');
    if (!isReplaced && isHidden !== shallHide) faults.push(`${what}: ${isHidden ? 'hidden' : 'everybody sees it'}`);
    if (answer.message.text.trim() === '') faults.push(`${what}: nothing to read in a notification`);
  };

  /** Whether it was done, rather than refused. */
  const judge = (what: string, answer: Answer, isInChannel: boolean, mayBeSilent = false): boolean => {
    answers += 1;
    if (answer.type === 'failed') faults.push(`${what}: ${answer.reason}`);
    if (answer.type === 'nothing' && !mayBeSilent) faults.push(`${what}: no answer`);
    const said = isForm(answer) ? Object.values(answer.errors).join('\n') : textOf(answer);
    if (PINGS.test(JSON.stringify(blocksOf(answer)))) faults.push(`${what}: somebody was notified`);
    if (OUR_FAULT.test(said)) faults.push(`${what}: ${said}`);
    if (/discord/i.test(said)) faults.push(`${what}: Slack is no Discord: ${said.slice(0, 300)}`);
    const unprefixed = prefix && new RegExp(`\`/(?!${prefix}-|milepost\\b)[a-z]+`).exec(said);
    if (unprefixed) faults.push(`${what}: ${unprefixed[0]} is no command of this workspace`);
    if (said.includes('`/help')) faults.push(`${what}: /help is Slack’s own`);
    if (answer.type === 'message') judgeMessage(what, answer, isInChannel);
    return answer.type !== 'failed' && answer.type !== 'nothing' && !said.startsWith('⚠️');
  };

  const meet = (place: Place): void => {
    const copy = structuredClone(place);
    const keep = (element: Block, values: string[]): void => {
      const { action, values: chosen } = decode(element, values);
      const kind = isLinkId(action) ? 'a link' : kindOf(action, chosen, everyTopic);
      const where = isView(place) ? place.type : 'message';
      // A form that is kept for one person has an id of its own each time.
      if (seen.has(`${where} ${kind}`) || action.startsWith('~')) return;
      seen.add(`${where} ${kind}`);
      waiting.push({ place: copy, element, values });
    };
    for (const { element } of elementsIn(copy.blocks)) {
      const values = (element.options ?? []).map(({ value }) => value);
      if (element.type === 'button') keep(element, []);
      else for (const value of values) keep(element, [value]);
      if (!element.type.startsWith('multi_')) continue;
      keep(element, []);
      keep(element, values.slice(0, Number(element.max_selected_items ?? values.length)));
    }
  };
  const meetAnswer = (answer: Answer): void => {
    if (answer.type === 'message') meet(answer.message);
    if (answer.type === 'home' || (answer.type === 'modal' && !isForm(answer))) meet(answer.view);
  };

  const decode = ({ action_id: id = '' }: Block, values: readonly string[]) =>
    isLinkId(id)
      ? { action: id, values: [] }
      : decodePress({ action_id: id, selected_options: values.map(value => ({ value })) });

  /** As a person does it where the control is still there; as a slow or second device does it where it has gone since. */
  const use = (seat: TestSeat, { place: met, element, values }: Control): Promise<Answer> => {
    const { type, action_id: id = '' } = element;
    const place = structuredClone(met);
    if (isView(place) && place.type === 'modal') {
      for (const view of slack.views) if (view.type === 'modal' && view.userId === place.userId) view.closed = true;
      Object.assign(slack.views.find(view => view.id === place.id) ?? {}, structuredClone(place), { closed: false });
    }
    if (type === 'button') return seat.press(id, place);
    return type === 'overflow' ? seat.press(values[0] ?? '', place) : seat.choose(values, place, id);
  };

  /** What came of it for the person; a digest that arrives meanwhile is no answer, but the new message that only they see. */
  const answerTo = async (seat: TestSeat, act: () => Promise<Answer>): Promise<Answer> => {
    const before = slack.ephemerals(seat).length;
    const seen = await act();
    if (seen.type !== 'message' || seen.replaced || !seen.message.metadata) return seen;
    const own = slack.ephemerals(seat).slice(before).at(-1);
    return own ? messageAnswer(own, false) : { type: 'nothing' };
  };

  /** As a person fills a field with type-ahead: types, and takes what is offered for it. */
  const entered = async (seat: TestSeat, field: string, typed: string): Promise<string> => {
    if (!suggestingFields(seat.last).includes(field)) return typed;
    const [first] = await seat.typeahead(field, typed);
    if (!first) faults.push(`the field ${field} offers nothing for ${typed}, not even that`);
    return first?.value ?? typed;
  };

  /** Sends a form off wrongly, and then rightly: it stays open, or is opened again. */
  const fill = async (seat: TestSeat, isInChannel: boolean, answer: Answer & { type: 'modal' }): Promise<Answer> => {
    const id = answer.view.callback_id;
    const name = Object.keys(FORMS).find(one => id.startsWith(one));
    if (name === undefined) {
      faults.push(`the form ${id} is not known to this test`);
      return answer;
    }
    const { field, wrong, right, again } = FORMS[name] as (typeof FORMS)[string];
    const refused = await seat.submit({ [field]: await entered(seat, field, wrong) });
    judge(`${name} filled in wrongly`, refused, isInChannel);
    const said = refused.type === 'modal' && isForm(refused) ? (refused.errors[field] ?? '') : textOf(refused);
    if (!said.includes(wrong)) {
      faults.push(`${name} does not say what is wrong with ${wrong}: ${JSON.stringify(refused).slice(0, 300)}`);
      return refused;
    }
    if (again !== undefined) {
      meetAnswer(refused);
      const opened = await seat.press(again);
      if (!isForm(opened)) faults.push(`${name}: ${again} opens no form`);
    } else if (!isForm(refused)) faults.push(`${name}: what was typed is lost`);
    const done = await seat.submit({ [field]: await entered(seat, field, right) });
    if (judge(`${name} filled in`, done, isInChannel)) forms.add(name.split('/').slice(0, 2).join('/'));
    return done;
  };

  return {
    reached,
    carriedOut,
    forms,
    faults,
    get answers() {
      return answers;
    },
    /** Takes note of everything that can be pressed or chosen in a message or a view. */
    meet,
    entered,
    /** Judges an answer to a command and takes note of what it shows; `command` is its name where it counts as carried out. */
    answered(what: string, answer: Answer, command?: string, isInChannel = true): void {
      if (judge(what, answer, isInChannel) && command !== undefined) carriedOut.add(`/${command}`);
      meetAnswer(answer);
    },
    async type(seat: TestSeat, line: string, command?: string, isInChannel = true): Promise<Answer> {
      const answer = await answerTo(seat, () => seat.type(line));
      this.answered(line, answer, command, isInChannel);
      return answer;
    },
    /** Uses everything that answers have shown and nobody has used, breadth first, until nothing new appears. */
    async useEverything(seat: TestSeat, isInChannel = true, most = 2_000): Promise<void> {
      for (let control = waiting.shift(); control; control = waiting.shift()) {
        const { place, element, values } = control;
        const id = element.action_id ?? '';
        const what = `[${element.text?.text ?? element.placeholder?.text}] (${id} ${values})`;
        const { action } = decode(element, values);
        // Home is published where it looks different, and of a link that was opened Slack only tells.
        const mayBeSilent = isLinkId(id) || (isView(place) && place.type === 'home');
        const answer = await answerTo(seat, () => use(seat, control));
        const isDone = judge(what, answer, isInChannel, mayBeSilent);
        const { command, action: part } = decodeAction(action) ?? { command: '', action };
        reached.add(`${command}/${part}`);
        if (isDone) carriedOut.add(`${command}/${part}`);
        meetAnswer(isForm(answer) ? await fill(seat, isInChannel, answer) : answer);
        if (answers > most) throw new Error(`no end after ${answers} answers`);
      }
    },
  };
};

export type SlackVisit = ReturnType<typeof createSlackVisit>;
