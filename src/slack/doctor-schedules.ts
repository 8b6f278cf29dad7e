// Checks that every schedule can post where it should: its channel is there and Milepost is in it.
import { cleanText, shorten } from '../clean-text.ts';
import {
  type Obstacle,
  once,
  quoted,
  type Scheduled,
  type ScheduledCommunity,
  type ScheduleWords,
  scheduleFindings,
  schedulesToCheck,
} from '../doctor-schedules.ts';
import { type Finding, unchecked } from '../finding.ts';
import { type Clients, problemOf } from './clients.ts';
import type { SlackNames } from './names.ts';

export const slackWords = ({ typed }: SlackNames): ScheduleWords => ({
  resume: id => `\`${typed('schedule resume')} ${id}\``,
  there: 'in that workspace',
  first: `In your workspace send \`${typed('schedule set')} digest channel:#general weekday:monday time:09:00\`; nothing is posted before that.`,
});

/** Undefined where all is well. Never rejects. */
const obstacleTo = async (
  channelOf: (id: string) => ReturnType<Clients['reads']['conversations']['info']>,
  { id, channelId }: Scheduled,
  { typed }: SlackNames,
): Promise<Obstacle | undefined> => {
  const another = `send \`${typed('schedule remove')} ${id}\`, then \`${typed('schedule set')}\` with another channel`;
  try {
    const { channel } = await channelOf(channelId);
    const name = channel?.name === undefined ? 'its channel' : `#${shorten(cleanText(channel.name), 80)}`;
    if (channel?.is_archived)
      return {
        what: `${name} is archived`,
        todo: `unarchive it in Slack and type “/invite @milepost” there. Or ${another}`,
      };
    if (!channel?.is_member) return { what: `Milepost is not in ${name}`, todo: `type “/invite @milepost” in ${name}` };
    if (channel.is_read_only || channel.is_thread_only)
      return {
        what: `${name} takes ${channel.is_read_only ? 'no posts' : 'threads only'} from Milepost`,
        todo: `in Slack let it post there (channel details, Settings, Posting permissions). Or ${another}`,
      };
    return undefined;
  } catch (error) {
    const problem = problemOf(error);
    if (problem.type !== 'refused')
      return { what: 'Slack did not answer about its channel', todo: 'run this again in a minute' };
    if (problem.code === 'channel_not_found')
      return {
        what: 'Slack does not show its channel any more: it was deleted, or is private and Milepost was removed from it',
        todo: `where it is still there, type “/invite @milepost” in it. Or ${another}`,
      };
    const why = problem.needed ? `the scope ${problem.needed} is missing` : problem.code;
    return {
      what: `Slack does not tell about its channel (${why})`,
      todo: 'mend what stands above first, and run this again',
    };
  }
};

/** Findings for the schedules of one community, at most `channels` of its channels. Never rejects; one request a channel. */
export const checkSchedulesOf = async (
  community: ScheduledCommunity,
  { reads }: Clients,
  names: SlackNames,
  channels: number,
): Promise<Finding[]> => {
  const channelOf = once((channel: string) => reads.conversations.info({ channel }));
  const schedules = schedulesToCheck(community);
  const looked = new Set([...new Set(schedules.map(({ channelId }) => channelId))].slice(0, channels));
  const findings: Finding[] = [];
  for (const schedule of schedules)
    if (looked.has(schedule.channelId)) {
      const obstacle = await obstacleTo(channelOf, schedule, names);
      findings.push(...scheduleFindings(community, schedule, obstacle, slackWords(names)));
    }
  const left = schedules.filter(({ channelId }) => !looked.has(channelId)).length;
  if (left > 0)
    findings.push(
      unchecked(
        `${left} more ${left === 1 ? 'schedule' : 'schedules'} in ${quoted(community.name)}`,
        `this looks at ${channels} channels of a workspace, for Slack’s sake`,
      ),
    );
  return findings;
};
