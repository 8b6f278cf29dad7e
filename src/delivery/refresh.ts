// Brings the last post of a schedule up to date where it stands, such as after a mended topic.
import { commandText } from '../cards/given-command.ts';
import type { Context } from '../command.ts';
import { UserError } from '../errors.ts';
import { type Delivery, lastPostOf } from '../storage/deliveries.ts';
import type { Schedule } from '../storage/schedules.ts';
import { composeChannelDigest, composeLeaderboard } from './compose.ts';

/**
 * Writes the newest post of a schedule anew from the content of now and changes it where it stands; its time and its thread stay.
 * Answers the delivery. Throws a UserError where there is no post, where it is not there any more, or where Discord or Slack refuse.
 */
export const refreshLastPost = async (
  {
    db,
    curriculum,
    community,
    platform,
    editPost,
  }: Pick<Context, 'db' | 'curriculum' | 'community' | 'platform' | 'editPost'>,
  schedule: Schedule,
): Promise<Delivery> => {
  const post = await lastPostOf(db, schedule.id);
  if (!post?.channelId || !post.messageId)
    throw new UserError(
      'no_post',
      `Schedule ${schedule.id} has posted nothing in a channel yet. ${commandText(platform, '/schedule run', { schedule: schedule.id })} posts it now.`,
    );
  const composed =
    schedule.kind === 'leaderboard'
      ? await composeLeaderboard(db, community, post.dueAt)
      : composeChannelDigest(curriculum, schedule, post.slot);
  if ('cancelled' in composed) throw new UserError('nothing_to_post', `The post stays as it is. ${composed.cancelled}`);
  const { channelId, messageId, key } = post;
  const outcome = await editPost({ channelId, messageId, key }, composed.message);
  if (outcome.type === 'sent') return post;
  throw new UserError('not_refreshed', `The post could not be changed. ${outcome.reason}`);
};
