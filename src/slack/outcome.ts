// What Slack's refusal of a post means for its delivery, in words for an organiser; pure.
import type { Outcome } from '../platform.ts';
import type { Problem } from './clients.ts';
import { TOKEN_REST_MS } from './refusal.ts';

/** Slack's error codes after which a channel is of no use any more. */
const CHANNEL_GONE: Record<string, string> = {
  channel_not_found:
    'Slack does not show me that channel any more: it was deleted, or is private and I was removed from it.',
  not_in_channel: 'I am not in the channel: type “/invite @milepost” there.',
  is_archived: 'The channel is archived.',
  restricted_action: 'A setting of the workspace does not let me post in the channel.',
  restricted_action_read_only_channel: 'The channel is read-only for me.',
  restricted_action_thread_only_channel: 'The channel takes threads only.',
};
const PERSON_GONE: Record<string, string> = {
  user_not_found: 'This person is not in the workspace any more.',
  user_disabled: 'This person’s account is switched off.',
  user_not_visible: 'Slack does not show me this person any more.',
  channel_not_found: 'Slack does not let me write to this person.',
  is_archived: 'The conversation with this person is archived.',
};
/** One checkbox of the app for everybody: no member's wish. */
export const MESSAGES_TAB_OFF =
  'The app’s Messages tab is switched off: at https://api.slack.com/apps, App Home, Show Tabs, switch it on.';
const PERSON_CLOSED: Record<string, string> = {
  cannot_dm_bot: 'A bot takes no direct messages.',
};
/** The workspace took its permission back, or its token ran out. */
const TOKEN_REFUSED = new Set([
  'account_inactive',
  'invalid_auth',
  'missing_scope',
  'not_allowed_token_type',
  'not_authed',
  'team_access_not_granted',
  'team_disabled',
  'token_expired',
  'token_revoked',
  'user_removed_from_team',
]);
/** Blocks that Slack does not take; the same as plain text may do. */
const BAD_BLOCKS = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'invalid_arguments',
  'msg_blocks_too_long',
]);
/** A fault of ours: the same message would be refused again. */
const MALFORMED = new Set([...BAD_BLOCKS, 'metadata_too_large', 'msg_too_long', 'no_text']);

export const hasBadBlocks = (problem: Problem | undefined): boolean =>
  problem?.type === 'refused' && BAD_BLOCKS.has(problem.code);

/** Whether Slack will not hear of this workspace's token any more. */
export const isTokenRefused = (problem: Problem): boolean =>
  problem.type === 'refused' && TOKEN_REFUSED.has(problem.code);

export const outcomeOf = (problem: Problem, to: 'channel' | 'person', now: Date): Outcome => {
  switch (problem.type) {
    case 'limited':
      return { type: 'retry', reason: 'Slack’s rate limit.', at: new Date(now.getTime() + problem.retryAfterMs) };
    case 'unreachable':
      return { type: 'retry', reason: problem.message };
    case 'unclear':
      return { type: 'unclear', reason: problem.message };
    case 'refused': {
      const { code, needed } = problem;
      if (code === 'messages_tab_disabled')
        return { type: 'retry', reason: MESSAGES_TAB_OFF, at: new Date(now.getTime() + TOKEN_REST_MS) };
      const closed = to === 'person' ? PERSON_CLOSED[code] : undefined;
      if (closed) return { type: 'closed', reason: closed };
      const gone = (to === 'person' ? PERSON_GONE : CHANNEL_GONE)[code];
      if (gone) return { type: 'gone', reason: gone };
      if (code === 'message_not_found' || code === 'cant_update_message')
        return { type: 'gone', reason: 'The message is not there any more.' };
      if (isTokenRefused(problem)) {
        const what = needed ? `the scope ${needed} is missing` : code;
        return {
          type: 'retry',
          reason: `Slack does not let me in (${what}). Install the app in the workspace again.`,
          at: new Date(now.getTime() + TOKEN_REST_MS),
        };
      }
      if (MALFORMED.has(code)) return { type: 'refused', reason: `Slack does not take this message (${code}).` };
      return { type: 'retry', reason: `Slack refused it (${code}).` };
    }
    default:
      return problem satisfies never;
  }
};
