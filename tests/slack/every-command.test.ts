// Everything that can be typed, pressed, chosen, filled in or completed, by people in a Slack client: all of it is answered.
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Command } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { elementsIn } from '../support/slack/reading.ts';
import type { Answer, TestSeat } from '../support/slack/slack-server.ts';
import { passTimeWith, type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';
import { createSlackVisit, isForm, notifies, type SlackVisit, suggestingFields } from '../support/slack-visit.ts';
import { BEGINNINGS, everythingDefined, examplesOf, OLD_BUTTONS, type Options } from '../support/visit.ts';

const WEEKLY = 'C0WEEKLY01';
const FORM_FIELDS = 5;

const commands = await loadCommands();
const leaves: { name: string; options: NonNullable<Command['subcommands'][string]['options']>; suggests: string[] }[] =
  [...commands.values()].flatMap(command =>
    Object.entries(command.subcommands).map(([sub, { options = {}, autocomplete = {} }]) => ({
      name: `${command.name} ${sub}`.trim(),
      options,
      suggests: Object.keys(autocomplete),
    })),
  );
const optionsOf = (command: string) => leaves.find(({ name }) => name === command)?.options ?? {};

/** What Slack refused, what it only let pass, and what was logged as a fault of ours. */
const complaints = ({ slack, log }: SlackTestBot): unknown[] => [
  ...slack.requests.filter(({ status, answer }) => status !== 200 || answer?.ok === false),
  ...slack.warnings,
  ...log.filter(({ level }) => level >= 40),
];

const openWorkspace = async (curriculum: Curriculum, options: Partial<SlackTestBotOptions> = {}) => {
  const test = await startSlackTestBot({ transport: 'socket', curriculum, ...options });
  const general = test.workspace.addChannel({ name: 'general', id: 'C0GENERAL1' });
  const weekly = test.workspace.addChannel({ name: 'weekly', id: WEEKLY });
  const organiser = test.workspace.user('Ada', { id: 'U0ADA00001', admin: true }).in(general);
  return { test, general, weekly, organiser };
};

const typed = (value: string | number | boolean): string =>
  value === true ? 'yes' : value === WEEKLY ? '#weekly' : String(value);
const quotedIfNeeded = (text: string): string => (/\s/.test(text) ? `"${text}"` : text);
const byName = (options: Options): string[] =>
  Object.entries(options).map(([name, value]) => `${name}:${quotedIfNeeded(typed(value))}`);
/** The first ones in their order, what comes after a gap by name. */
const inOrder = (command: string, options: Options, quote: (text: string) => string): string[] => {
  const rest = { ...options };
  const words: string[] = [];
  for (const name of Object.keys(optionsOf(command))) {
    if (rest[name] === undefined) break;
    words.push(quote(typed(rest[name])));
    delete rest[name];
  }
  return [...words, ...byName(rest)];
};

type Send = (visit: SlackVisit, seat: TestSeat, command: string, options: Options) => Promise<Answer>;
const line =
  (write: (command: string, options: Options) => string[]): Send =>
  (visit, seat, command, options) =>
    visit.type(seat, write(command, options).join(' '), command);

const slashOf = (command: string): string => (command === 'help' ? '/milepost help' : `/${command}`);

/** Nothing that is entered there is wrong. */
const ANY_TEXT = new Set(['topics search']);
const NONSENSE = 'qqqq';
/** Enters nonsense into the form that is open: it says so under the field, and stays open. */
const refuseInForm = async (visit: SlackVisit, seat: TestSeat, name: string, many: boolean): Promise<void> => {
  const wrong = await visit.entered(seat, name, NONSENSE);
  const refused = await seat.submit({ [name]: many ? [wrong] : wrong });
  const said = refused.type === 'modal' ? refused.errors : {};
  if (!isForm(refused) || !said[name]?.includes(NONSENSE))
    visit.faults.push(`${name}: ${NONSENSE} is not refused under its field: ${JSON.stringify(said)}`);
};

/** Leaves out what is required and fills it into the form that asks for it. */
const inForm: Send = async (visit, seat, command, options) => {
  const required = Object.entries(optionsOf(command)).flatMap(([name, spec]) => (spec.required ? [name] : []));
  const isAsked = required.length > 0 && Object.keys(options).length <= FORM_FIELDS;
  const given = Object.entries(options).filter(([name]) => !isAsked || !required.includes(name));
  const sent = [slashOf(command), ...byName(Object.fromEntries(given))].join(' ');
  if (!isAsked) return visit.type(seat, sent, command);
  const form = await visit.type(seat, sent);
  if (!isForm(form)) throw new Error(`${sent} opens no form but ${JSON.stringify(form).slice(0, 300)}`);
  const fields: Record<string, string | string[]> = {};
  for (const name of required) {
    const { many = false, choices } = optionsOf(command)[name] ?? {};
    if (!choices && !ANY_TEXT.has(command)) await refuseInForm(visit, seat, name, many);
    const values = many ? String(options[name]).split(', ') : [String(options[name])];
    // Several are chosen from what one list offers.
    for (const value of [...values, ...(values.length > 1 ? [''] : [])]) await visit.entered(seat, name, value);
    fields[name] = many ? values : (values[0] ?? '');
  }
  const answer = await seat.submit(fields);
  visit.answered(`${sent} and its form`, answer, command);
  return answer;
};

const WAYS: { way: string; options: Partial<SlackTestBotOptions>; send: Send }[] = [
  { way: 'options by name', options: {}, send: line((command, given) => [slashOf(command), ...byName(given)]) },
  {
    way: 'options in their order, after /milepost',
    options: { transport: 'http' },
    send: line((command, given) => [`/milepost ${command}`, ...inOrder(command, given, quotedIfNeeded)]),
  },
  {
    way: 'everything in quotes, where commands have a prefix',
    options: { commandPrefix: 'mp' },
    send: line((command, given) => [`/mp-${command}`, ...inOrder(command, given, text => `“${text}”`)]),
  },
  { way: 'what is required in a form', options: { transport: 'http' }, send: inForm },
];

describe('every command with each of its options', () => {
  const transcripts = new Map<string, string[]>();

  it.each(WAYS)('is typed with $way', async ({ way, options, send }) => {
    const { test, organiser } = await openWorkspace(testCurriculum, options);
    const visit = createSlackVisit(test.slack, { prefix: options.commandPrefix ?? '' });
    const examples = examplesOf(testCurriculum, WEEKLY);
    const transcript: string[] = [];
    try {
      for (const [command, many] of Object.entries(examples))
        for (const given of many) {
          const answer = await send(visit, organiser, command, given);
          const said = 'text' in answer ? answer.text : answer.type;
          transcript.push(`${command} ${JSON.stringify(given)}: ${said.replaceAll('/mp-', '/')}`);
        }
      expect(visit.faults).toEqual([]);
      expect(complaints(test)).toEqual([]);
      const forms = test.slack.views.filter(({ type }) => type === 'modal');
      expect(forms.length > 15, 'forms open where something is missing, and only there').toBe(send === inForm);
      expect(Object.keys(examples).filter(command => !visit.carriedOut.has(`/${command}`))).toEqual([]);
      transcripts.set(way, transcript);
    } finally {
      await test.stop();
    }
  });

  it('comes to the same, whichever way it was typed', () => {
    const [first, ...others] = WAYS.map(({ way }) => transcripts.get(way));
    expect(first?.length).toBeGreaterThan(50);
    for (const other of others)
      expect(other?.map(said => said.replaceAll('/milepost help', '/help'))).toEqual(
        first?.map(said => said.replaceAll('/milepost help', '/help')),
      );
  });
});

describe('everything that a workspace can do with Milepost', () => {
  const reached = { actions: new Set<string>(), carriedOut: new Set<string>(), forms: new Set<string>() };
  const open = async (): ReturnType<typeof openWorkspace> => {
    const workspace = await openWorkspace(testCurriculum);
    onTestFinished(() => workspace.test.stop());
    onTestFinished(passTimeWith(workspace.test));
    return workspace;
  };
  const finish = (visit: SlackVisit, test: SlackTestBot): void => {
    expect(visit.faults).toEqual([]);
    expect(complaints(test)).toEqual([]);
    for (const name of visit.reached) reached.actions.add(name);
    for (const name of visit.carriedOut) reached.carriedOut.add(name);
    for (const name of visit.forms) reached.forms.add(name);
  };

  it('is typed, each command with each of its options, and then pressed, chosen and filled in, to the last button', async () => {
    const { test, organiser } = await open();
    const examples = examplesOf(testCurriculum, WEEKLY);
    const given = ([name, many]: [string, Options[]]) => [name, [...new Set(many.flatMap(Object.keys))].sort()];
    const offered = leaves.map(({ name, options }) => [name, Object.keys(options).sort()]);
    expect(Object.fromEntries(Object.entries(examples).map(given))).toEqual(Object.fromEntries(offered));

    const visit = createSlackVisit(test.slack);
    for (const [command, many] of Object.entries(examples))
      for (const options of many)
        await visit.type(organiser, [slashOf(command), ...byName(options)].join(' '), command);
    await visit.useEverything(organiser);
    expect(visit.answers).toBeGreaterThan(200);
    finish(visit, test);
  });

  it('is suggested while it is typed, wherever a form has a field for it', async () => {
    const { test, organiser } = await open();
    const asked: string[] = [];
    for (const { name, options, suggests } of leaves) {
      const isRequired = Object.values(options).some(({ required }) => required);
      const more = suggests
        .filter(option => !options[option]?.required)
        .map(option => `${option}:${BEGINNINGS[option]}`);
      if (!isRequired || suggests.length === 0) continue;
      const form = await organiser.type([`/${name}`, ...more].join(' '));
      expect(suggestingFields(form).sort(), `/${name}`).toEqual([...suggests].sort());
      for (const option of suggests) {
        const found = await organiser.typeahead(option, BEGINNINGS[option] ?? 'test');
        expect(found.length, `/${name} ${option}`).toBeGreaterThan(0);
        const own = await organiser.typeahead(option, 'zzz zzz');
        expect(
          own.map(({ value }) => value),
          `/${name} ${option}: what is typed may be sent as it is`,
        ).toContain('zzz zzz');
        asked.push(`${name} ${option}`);
      }
    }
    expect(asked.length).toBeGreaterThan(6);
    expect(complaints(test)).toEqual([]);
  });

  it('is pressed under the posts of a channel by everybody who sees them, each for themselves', async () => {
    const { test, organiser, weekly } = await open();
    await organiser.type('/schedule set digest channel:#weekly weekday:monday time:09:00');
    await test.liveUntil('2026-11-30T12:00:00Z');
    const posts = test.slack.messages(weekly);
    expect(posts.length).toBeGreaterThan(0);
    expect(posts.filter(notifies)).toEqual([]);
    const edits = posts.map(post => post.edits);
    const visit = createSlackVisit(test.slack);
    const reader = test.workspace.user('Ruth').in(weekly);
    for (const post of posts) visit.meet(post);
    await visit.useEverything(reader);
    expect(visit.answers).toBeGreaterThan(50);
    expect(test.slack.messages(weekly).map(post => post.edits)).toEqual(edits);
    finish(visit, test);
  });

  it('is pressed in Home, and in the windows that it opens', async () => {
    const { test, general } = await open();
    const seat = test.workspace.user('Hope', { tz: 'Asia/Tokyo' }).in(general);
    const visit = createSlackVisit(test.slack);
    visit.answered('Home of somebody new', await seat.openHome());
    await seat.type('/track select engineering');
    visit.answered('Home with a track', await seat.openHome());
    await visit.useEverything(seat);
    expect(visit.answers).toBeGreaterThan(100);
    expect(test.slack.messages(general)).toEqual([]);
    finish(visit, test);
  });

  it('is pressed in direct messages, in digests and in what comes after weeks of silence', async () => {
    const { test, general, organiser } = await open();
    await organiser.type('/schedule set digest weekday:monday time:09:00 send:direct');
    const person = test.workspace.user('Faye');
    await person.in(general).type('/track select engineering');
    await test.liveUntil('2027-02-15T12:00:00Z');
    const letters = test.slack.directMessages(person);
    expect(JSON.stringify(letters.map(({ blocks }) => blocks))).toContain('Your messages rest from now on');
    expect(letters.filter(notifies)).toEqual([]);
    const visit = createSlackVisit(test.slack);
    for (const letter of letters.toReversed()) visit.meet(letter);
    const alone = person.inDirectMessages();
    for (const command of ['next', 'digest', 'onboard', 'settings show', 'progress', 'quiz'])
      await visit.type(alone, `/${command}`, command, false);
    await visit.useEverything(alone, false);
    finish(visit, test);
  });

  it('was all of what the commands define, and each was done at least once and not only refused', async () => {
    const { actions, forms } = await everythingDefined();
    expect(actions.filter(name => !reached.carriedOut.has(name))).toEqual(OLD_BUTTONS);
    expect(actions.filter(name => !reached.actions.has(name))).toEqual(OLD_BUTTONS);
    expect(forms.filter(name => !reached.forms.has(name))).toEqual([]);
    const { organiser } = await open();
    for (const name of OLD_BUTTONS) {
      const shown = await organiser.type('/progress');
      if (shown.type !== 'message') throw new Error(`no message but ${shown.type}`);
      const old = structuredClone(shown.message);
      const [first] = elementsIn(old.blocks);
      if (first) first.element.action_id = `${name}/`;
      expect(await organiser.press(`${name}/`, old)).toMatchObject({
        type: 'message',
        ephemeral: true,
        text: expect.not.stringContaining('⚠️'),
      });
    }
  });
});

describe('the repository’s own content', () => {
  it('is walked through by a member who has done several topics', async () => {
    const curriculum = await loadCurriculum(join(import.meta.dirname, '../../content'));
    const { test, organiser, weekly } = await openWorkspace(curriculum, { transport: 'http' });
    const visit = createSlackVisit(test.slack, { everyTopic: false });
    for (const [command, many] of Object.entries(examplesOf(curriculum, WEEKLY)))
      for (const options of many)
        await visit.type(organiser, [slashOf(command), ...byName(options)].join(' '), command);
    const ids = [...curriculum.topics.values()]
      .filter(({ tracks }) => tracks.includes('engineering'))
      .map(({ id }) => id);
    await visit.type(organiser, `/done ${ids.slice(0, 8).join(' ')}`, 'done');
    for (const command of ['next', 'digest', 'progress', 'topics list', 'roles show', 'leaderboard', 'schedule list'])
      await visit.type(organiser, `/${command}`, command);
    visit.answered('Home', await organiser.openHome());
    await visit.useEverything(organiser);
    await test.liveUntil('2026-11-30T12:00:00Z');
    expect(test.slack.messages(weekly).length).toBeGreaterThan(0);
    expect(visit.answers).toBeGreaterThan(150);
    expect(visit.faults).toEqual([]);
    expect(complaints(test)).toEqual([]);
    await test.stop();
  });
});
