import { formatDay, formatMoment } from '../src/calendar/dates.ts';
import { parseUntil } from '../src/calendar/until.ts';
import { requireZone, suggestZones } from '../src/calendar/zones.ts';
import { askAnOrganiser, commandCode } from '../src/cards/given-command.ts';
import {
  FREQUENCIES,
  isPaused,
  pauseText,
  schedulesElsewhere,
  settingForm,
  settingsPanel,
} from '../src/cards/settings.ts';
import {
  type Choice,
  type Context,
  defineCommand,
  encodeAction,
  type MessageReply,
  type OptionSpec,
  type Reply,
  reply,
  type Subcommand,
} from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { isBeforeMessages } from '../src/learning/onboarding.ts';
import { actions, type Button, button, type Markdown, type ModalField, text } from '../src/message.ts';
import { quote } from '../src/nearest.ts';
import { updateCommunity } from '../src/storage/communities.ts';
import {
  followCommunityZone,
  type Member,
  type MemberChange,
  pauseMember,
  resumeMember,
  updateEnrolment,
  updateMember,
} from '../src/storage/members.ts';
import { ensureZoneRuns, schedulesOf } from '../src/storage/schedules.ts';

/** What is so after a change, and the sentence that says it and how to undo it. */
type Saved = { context: Context; said: Markdown };
type Setter = (value: string, context: Context) => Promise<Saved>;

const OFTEN = ['weekly', 'fortnightly', 'off'] as const;
const YES_NO = ['yes', 'no'] as const;
const ON_OFF = ['on', 'off'] as const;

const requireOneOf = <V extends string>(value: string, known: readonly V[]): V => {
  const found = known.find(each => each === value);
  if (found) return found;
  throw new UserError(
    'unknown_choice',
    `${quote(value)} is not one of ${known.join(', ')}. /settings show has them all.`,
  );
};

const requireOrganiser = (context: Context): void => {
  if (!context.organiser)
    throw new UserError(
      'organisers_only',
      `Only organisers change what holds for the whole community. ${askAnOrganiser(context)}.`,
    );
};

/** Each setting's one option. */
const OPTIONS = {
  zone: 'zone',
  pace: 'hours',
  messages: 'frequency',
  leaderboard: 'shown',
  points: 'state',
  pause: 'until',
  'community-zone': 'zone',
  'community-points': 'state',
} as const;
type Setting = keyof typeof OPTIONS;

/** The command that sets a setting to `value`. */
const commandFor = ({ platform }: Context, name: Setting, value: string | number): Markdown =>
  commandCode(platform, `/settings ${name}`, { [OPTIONS[name]]: value });

const save = async (context: Context, change: MemberChange, said: Markdown): Promise<Saved> => {
  await updateMember(context.db, context.member.id, change);
  return { context: { ...context, member: { ...context.member, ...change } }, said };
};

/** How to get back to what was before, where something changed. */
const wayBack = (context: Context, name: Setting, before: string | number, after: string | number): Markdown =>
  before === after ? ' It was so already.' : ` To go back: ${commandFor(context, name, before)}.`;

/** Why messages do not come although they are switched on, or nothing. */
const restingNote = (member: Member, now: Date): string => {
  if (isPaused(member, now)) return ` You are on pause ${pauseText(member, now)}; \`/settings resume\` ends it.`;
  if (!member.track) return ' They begin once you have picked a track with `/onboard`.';
  return isBeforeMessages(member) ? ' They wait while you are at `/onboard`, a day at most.' : '';
};

const setZone: Setter = async (typed, context) => {
  const { db, community, member, now } = context;
  const zone = requireZone(typed);
  const saved = await save(
    context,
    { zone, zoneChosen: true },
    `Your time zone is now **${zone}**, where it is ${formatMoment(now, zone)}. Messages follow that clock.${wayBack(context, 'zone', member.zone, zone)}`,
  );
  if (member.track) await ensureZoneRuns(db, community.id, zone, now);
  return saved;
};

const setPace: Setter = async (typed, context) => {
  const hours = /^\d{1,2}$/.test(typed.trim()) ? Number(typed) : 0;
  if (hours < 1 || hours > 40)
    throw new UserError('not_a_number', `A pace is a whole number of hours from 1 to 40, not ${quote(typed)}. Try 4.`);
  return save(
    context,
    { weeklyHours: hours },
    `Your pace is now **${hours} h a week**, and what I suggest fits into it.${wayBack(context, 'pace', context.member.weeklyHours, hours)}`,
  );
};

const setMessages: Setter = async (value, context) => {
  const { member, now } = context;
  const frequency = requireOneOf(value, OFTEN);
  const others = OFTEN.filter(other => other !== frequency).map(other => commandFor(context, 'messages', other));
  const change = {
    directMessages: frequency,
    directMessagesClosedAt: null,
    // This is the answer that an unfinished onboarding waits for.
    ...(isBeforeMessages(member) && { onboardingStep: null }),
  };
  const said =
    frequency === 'off'
      ? 'Direct messages are now **off**; `/digest` shows your topics whenever you like.'
      : `You now get direct messages **${FREQUENCIES[frequency]}**.${restingNote({ ...member, ...change }, now)}`;
  return save(context, change, `${said} To change that: ${others.join(' or ')}.`);
};

const setLeaderboard: Setter = async (value, context) => {
  const listed = requireOneOf(value, YES_NO) === 'yes';
  const said = listed
    ? `Leaderboards may now **show your name** and your points. ${commandFor(context, 'leaderboard', 'no')} hides your name again.`
    : `Your name is now **not shown** on leaderboards; your points count in totals only. ${commandFor(context, 'leaderboard', 'yes')} shows it.`;
  return save(context, { listed }, said);
};

const setPoints: Setter = async (value, context) => {
  const { db, community, now } = context;
  const pointsOn = requireOneOf(value, ON_OFF) === 'on';
  const member = await updateEnrolment(db, community, context.member, { pointsOn }, now);
  const resting = community.pointsOn
    ? ''
    : ' Your organisers have them switched off for the whole community at present.';
  const said = pointsOn
    ? `Points and streaks are now **on** for you.${resting} ${commandFor(context, 'points', 'off')} switches them off.`
    : `Points and streaks are now **off** for you, and you stand on no leaderboard. Nothing is lost: ${commandFor(context, 'points', 'on')} brings everything back.`;
  return { context: { ...context, member }, said };
};

const setPause: Setter = async (typed, context) => {
  const { db, member, now, community } = context;
  const parsed = parseUntil(typed, now, member.zone);
  if ('problem' in parsed) throw new UserError('unclear_date', parsed.problem);
  await pauseMember(db, member.id, now, parsed.until, 'member');
  const streak = community.pointsOn && member.pointsOn ? ' and your streak rests' : '';
  return {
    context: { ...context, member: { ...member, pausedUntil: parsed.until, pausedReason: 'member' } },
    said: `You are on pause until **${formatDay(parsed.day)} ${parsed.day.year}**: no messages before that day${streak}. \`/settings resume\` ends it earlier.`,
  };
};

const resume: Setter = async (_, context) => {
  const { db, member, now } = context;
  if (!isPaused(member, now))
    return {
      context,
      said: `You are not on pause, so there is nothing to end. ${commandFor(context, 'pause', '2 weeks')} would start one.`,
    };
  await resumeMember(db, member.id, now);
  const resumed = { ...member, pausedUntil: null, pausedReason: null };
  const messages =
    member.directMessages === 'off'
      ? `Your direct messages are off; ${commandFor(context, 'messages', 'weekly')} switches them on.`
      : `Messages come again ${FREQUENCIES[member.directMessages]}.${restingNote(resumed, now)}`;
  return {
    context: { ...context, member: resumed },
    said: `Welcome back: your pause is **over**. ${messages} ${commandFor(context, 'pause', '2 weeks')} would rest them again.`,
  };
};

const setCommunityZone: Setter = async (typed, context) => {
  requireOrganiser(context);
  const { db, curriculum, community, member, now } = context;
  const zone = requireZone(typed);
  await updateCommunity(db, community.id, { zone });
  await followCommunityZone(db, community, zone);
  await ensureZoneRuns(db, community.id, zone, now);
  const isSlack = community.platform === 'slack';
  const follows = !isSlack && !member.zoneChosen && member.zone === community.zone;
  const members = isSlack
    ? 'members keep theirs, which is that of their Slack profile until they choose another'
    : 'so do members who have chosen no zone of their own';
  const elsewhere = schedulesElsewhere(curriculum, await schedulesOf(db, community.id), zone);
  return {
    context: { ...context, community: { ...community, zone }, member: { ...member, ...(follows && { zone }) } },
    said: `The community’s time zone is now **${zone}**, where it is ${formatMoment(now, zone)}. Weeks and months of leaderboards follow it, and ${members}.${wayBack(context, 'community-zone', community.zone, zone)}${elsewhere}`,
  };
};

const setCommunityPoints: Setter = async (value, context) => {
  requireOrganiser(context);
  const { db, community } = context;
  const pointsOn = requireOneOf(value, ON_OFF) === 'on';
  await updateCommunity(db, community.id, { pointsOn });
  const said = pointsOn
    ? `Points, streaks and leaderboards are now **on** for the community. ${commandFor(context, 'community-points', 'off')} switches them off.`
    : `Points, streaks and leaderboards are now **off** for everybody here. Nothing is lost: ${commandFor(context, 'community-points', 'on')} brings everything back.`;
  return { context: { ...context, community: { ...community, pointsOn } }, said };
};

const SETTERS: ReadonlyMap<string, Setter> = new Map([
  ['zone', setZone],
  ['pace', setPace],
  ['messages', setMessages],
  ['leaderboard', setLeaderboard],
  ['points', setPoints],
  ['pause', setPause],
  ['resume', resume],
  ['community-zone', setCommunityZone],
  ['community-points', setCommunityPoints],
]);
const panel = (context: Context, said?: Markdown, replace = false): MessageReply =>
  reply({ blocks: [...(said ? [text(said)] : []), ...settingsPanel(context)] }, { replace });

/** Changes one setting, for a command or a button in any other message. */
const change = async (setter: Setter, value: string, context: Context, ...more: Button[]): Promise<MessageReply> => {
  const { said } = await setter(value, context);
  return reply({ blocks: [text(said), actions(...more, button('All settings', encodeAction('settings', 'show')))] });
};

const outdated = (): UserError =>
  new UserError('outdated', 'This setting has changed since the message was made. /settings show has all of them.');

/** The same from the panel, which then shows what is so. */
const changeInPanel = async (name: string, value: string, context: Context): Promise<MessageReply> => {
  const setter = SETTERS.get(name);
  if (!setter) throw outdated();
  const saved = await setter(value, context);
  return panel(saved.context, saved.said, true);
};

/** The settings that take free text: the title, label and placeholder of their forms. */
const FORMS: ReadonlyMap<string, readonly [title: string, label: string, placeholder: string]> = new Map([
  ['zone', ['Your time zone', 'City or zone', 'Berlin, New York, Asia/Kolkata']],
  ['community-zone', ['Community time zone', 'City or zone', 'Berlin, New York, Asia/Kolkata']],
  ['pause', ['Pause messages', 'Until when', '2026-12-24, 2 weeks, next monday']],
]);

const openForm = (name: string, context: Context): Reply => {
  const found = FORMS.get(name);
  if (!found) throw outdated();
  if (name === 'community-zone') requireOrganiser(context);
  const [title, label, placeholder] = found;
  const suggest = name === 'pause' ? undefined : { command: 'settings', subcommand: name, option: OPTIONS.zone };
  const field: ModalField = {
    name: 'value',
    label,
    type: 'text',
    required: true,
    placeholder,
    maxLength: 60,
    ...(suggest && { suggest }),
  };
  return { type: 'modal', modal: { id: settingForm(name), title, submit: 'Save', fields: [field] } };
};

const suggestZone = (typed: string, { now }: Context): Choice[] =>
  suggestZones(typed).map(zone => ({ label: zone, value: zone, description: formatMoment(now, zone) }));

const next = button('Show what is next', encodeAction('next', 'show'), 'primary');
const closed = (label: string, description: string, ...values: string[]): OptionSpec => ({
  type: 'string',
  label,
  description,
  required: true,
  choices: values.map(value => ({ label: value, value })),
});
const ZONE: OptionSpec = { type: 'string', label: 'Time zone', description: 'A city or an IANA id', required: true };
const HOURS_A_WEEK: OptionSpec = {
  type: 'integer',
  description: 'Hours a week',
  required: true,
  min: 1,
  max: 40,
  unit: 'hours',
};
const UNTIL: OptionSpec = {
  type: 'string',
  label: 'Until when',
  description: '2026-12-24, 2 weeks, next monday',
  required: true,
};

/** A subcommand with one option, which its setter takes as text. */
const setting = (description: string, name: Setting, setter: Setter, spec: OptionSpec): Subcommand => ({
  description,
  options: { [OPTIONS[name]]: spec },
  ...(spec === ZONE && { autocomplete: { [OPTIONS[name]]: suggestZone } }),
  run: (values, context) => change(setter, String(values[OPTIONS[name]]), context),
});

export default defineCommand({
  name: 'settings',
  description: 'Time zone, pace, direct messages, leaderboards, points, pause',
  audience: 'member',
  visibility: 'private',
  alone: 'show',
  subcommands: {
    show: { description: 'All your settings', run: (_, context) => panel(context) },
    zone: setting('Your time zone', 'zone', setZone, ZONE),
    pace: setting('How many hours a week you have', 'pace', setPace, HOURS_A_WEEK),
    messages: setting(
      'How often you get direct messages',
      'messages',
      setMessages,
      closed('Direct messages', 'How often', ...OFTEN),
    ),
    leaderboard: setting(
      'Whether leaderboards show your name',
      'leaderboard',
      setLeaderboard,
      closed('Your name on leaderboards', 'Show it', ...YES_NO),
    ),
    points: setting(
      'Points and streaks for yourself',
      'points',
      setPoints,
      closed('Points and streaks', 'On or off', ...ON_OFF),
    ),
    pause: setting('No messages until a day of your choice', 'pause', setPause, UNTIL),
    resume: { description: 'End your pause', run: (_, context) => change(resume, '', context, next) },
    'community-zone': {
      ...setting('The community’s time zone', 'community-zone', setCommunityZone, ZONE),
      audience: 'organiser',
    },
    'community-points': {
      ...setting(
        'Points, streaks and leaderboards for everybody',
        'community-points',
        setCommunityPoints,
        closed('Points and streaks', 'On or off', ...ON_OFF),
      ),
      audience: 'organiser',
    },
  },
  actions: {
    show: (_, context) => panel(context),
    frequency: (value, context, [chosen = '']) => change(setMessages, value || chosen, context),
    resume: (_, context) => change(resume, '', context, next),
    form: openForm,
    set: (value, context, [chosen = '']) => {
      const [name = '', given] = value.split(':');
      return changeInPanel(name, given || chosen, context);
    },
  },
  modals: { form: { submit: ({ value }, context, name) => changeInPanel(name, String(value ?? ''), context) } },
});
