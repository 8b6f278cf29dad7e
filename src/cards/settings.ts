// The settings of a member, in one panel or one line, each with what changes it.

import { formatDay, formatMoment, inZone } from '../calendar/dates.ts';
import { type Context, encodeAction } from '../command.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { escapeMarkdown } from '../markdown.ts';
import { actions, type Block, type Button, button, facts, heading, type Markdown, text } from '../message.ts';
import type { DirectMessages, Member } from '../storage/members.ts';
import type { Schedule } from '../storage/schedules.ts';
import { hasPoints } from './points.ts';
import { scheduleLine } from './schedule.ts';
import { trackLabel } from './track.ts';

/** An answer about one setting is no list of schedules. */
const NAMED_SCHEDULES = 5;
/** Weekly hours to choose from. */
const HOURS = [2, 4, 6, 8, 10];
/** How often messages come, in words. */
export const FREQUENCIES: Record<DirectMessages, string> = {
  weekly: 'every week',
  fortnightly: 'every two weeks',
  off: 'off',
};

export const isPaused = ({ pausedUntil }: Member, now: Date): boolean => pausedUntil !== null && pausedUntil > now;

/** `until Thu 24 Dec`, or that it has no end. */
export const pauseText = ({ pausedUntil, zone }: Member, now: Date): string => {
  const day = inZone(pausedUntil ?? now, zone).toPlainDate();
  return day.year > inZone(now, zone).year + 1 ? 'until you resume' : `until ${formatDay(day)}`;
};

/** The action that changes a setting from the panel; a select adds the value. */
const set = (name: string, value = ''): string => encodeAction('settings', 'set', `${name}:${value}`);
/** The action that opens, and the form that submits, a setting that takes free text. */
export const settingForm = (name: string): string => encodeAction('settings', 'form', name);

/** A button that switches what is on off, and the other way round. */
const toggle = (name: string, isOn: boolean, suffix = ''): Button =>
  button(`Switch points ${isOn ? 'off' : 'on'}${suffix}`, set(name, isOn ? 'off' : 'on'));

/** What changes the track and the roles. */
export const pathButtons = ({ track }: Pick<Member, 'track'>): Button[] => [
  button(track ? 'Change track' : 'Pick a track', encodeAction('track', 'list')),
  button('Roles', encodeAction('roles', 'show')),
];
const zoneButton: Button = button('Change time zone', settingForm('zone'));
/** Shows or hides the name on leaderboards. */
const nameButton = ({ listed }: Member): Button =>
  listed ? button('Hide my name', set('leaderboard', 'no')) : button('Show my name', set('leaderboard', 'yes'));
const pauseButton = (member: Member, now: Date): Button =>
  isPaused(member, now) ? button('End the pause', set('resume')) : button('Pause', settingForm('pause'));

/** Time zone, messages and pause in one line, and buttons for these and all others. */
export const settingsInShort = (context: Context): Block[] => {
  const { member, now } = context;
  const pause = isPaused(member, now) ? `on pause ${pauseText(member, now)}` : 'no pause';
  const messages = `direct messages ${FREQUENCIES[member.directMessages]}`;
  return [
    text(`**Settings:** ${escapeMarkdown([member.zone, messages, pause].join(' · '))}`),
    actions(
      zoneButton,
      ...(hasPoints(context) && !member.listed ? [nameButton(member)] : []),
      // Without a track nothing is sent that could rest.
      ...(member.track || isPaused(member, now) ? [pauseButton(member, now)] : []),
      button('All settings', encodeAction('settings', 'show')),
    ),
  ];
};

/** Which of `schedules` go on in another zone than the community's, `zone`, and how to change that; or nothing. */
export const schedulesElsewhere = (curriculum: Curriculum, schedules: readonly Schedule[], zone: string): Markdown => {
  const elsewhere = schedules.filter(schedule => schedule.zone !== zone);
  if (elsewhere.length === 0) return '';
  const more = elsewhere.length - NAMED_SCHEDULES;
  const lines = [
    ...elsewhere
      .slice(0, NAMED_SCHEDULES)
      .map(schedule => `${scheduleLine(curriculum, schedule)}, in ${escapeMarkdown(schedule.zone)}`),
    ...(more > 0 ? [`and ${more} more, see \`/schedule list\``] : []),
  ];
  return [
    '',
    'Schedules keep the time zone that they were made with. These are in another one:',
    lines.map(line => `- ${line}`).join('\n'),
    'To move one, make it anew with `/schedule set`, and end the old one with `/schedule remove`.',
  ].join('\n\n');
};

const selectOf = (
  name: string,
  placeholder: string,
  options: [label: string, value: string][],
  current: string,
): Block =>
  actions({
    type: 'select',
    action: set(name),
    placeholder,
    options: options.map(([label, value]) => ({ label, value, selected: value === current })),
  });

const communityPart = ({ community, organiser }: Context): Block[] =>
  organiser
    ? [
        heading('For the whole community', 2),
        facts([
          ['Time zone', community.zone],
          ['Points and streaks', community.pointsOn ? 'on' : 'off'],
        ]),
        actions(
          button('Change its time zone', settingForm('community-zone')),
          toggle('community-points', community.pointsOn, ' for all'),
        ),
      ]
    : [];

/** All settings of the member, and for organisers those of the community. */
export const settingsPanel = (context: Context): Block[] => {
  const { member, community, curriculum, now } = context;
  const hours = [...new Set([...HOURS, member.weeklyHours])].sort((a, b) => a - b);
  return [
    heading('Your settings'),
    facts([
      ['Track', member.track ? trackLabel(curriculum, member.track) : 'none yet'],
      ['Time zone', `${member.zone} (${formatMoment(now, member.zone)})`],
      ['Pace', `${member.weeklyHours} h a week`],
      ['Direct messages', FREQUENCIES[member.directMessages]],
      ['Name on leaderboards', member.listed ? 'shown' : 'not shown'],
      [
        'Points and streaks',
        `${member.pointsOn ? 'on' : 'off'}${community.pointsOn ? '' : ' (off for the community)'}`,
      ],
      ['Pause', isPaused(member, now) ? pauseText(member, now) : 'none'],
    ]),
    selectOf(
      'pace',
      'Hours a week',
      hours.map(each => [`${each} hours a week`, String(each)]),
      String(member.weeklyHours),
    ),
    selectOf(
      'messages',
      'How often messages come',
      Object.entries(FREQUENCIES).map(([value, label]) => [`Direct messages: ${label}`, value]),
      member.directMessages,
    ),
    actions(zoneButton, nameButton(member), toggle('points', member.pointsOn), pauseButton(member, now)),
    actions(...pathButtons(member)),
    ...communityPart(context),
  ];
};
