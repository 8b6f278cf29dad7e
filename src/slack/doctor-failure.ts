// What a failed call to Slack says to somebody who sets Milepost up.
import { bad, type Finding } from '../finding.ts';
import { problemOf } from './clients.ts';

export const APPS = 'https://api.slack.com/apps';
/** The app's settings, or one page of them; the list of apps where the app is not known. */
export const settingsPage = (appId: string | undefined, page?: string): string =>
  [APPS, appId, appId && page].filter(Boolean).join('/');

/** What Slack's refusals of a token mean. */
const TOKEN_REFUSALS: Record<string, string> = {
  invalid_auth: 'Slack does not know this token',
  not_authed: 'Slack does not know this token',
  not_allowed_token_type: 'this is not the kind of token that belongs here',
  account_inactive: 'the app was removed from its workspace, or the workspace is gone',
  token_revoked: 'the token was taken back',
  token_expired: 'the token has run out',
  team_access_not_granted: 'the app is not allowed in this workspace',
  team_disabled: 'the workspace is switched off',
};

/** Why Slack refuses a token, in words; undefined where it is something else. */
export const tokenRefusal = (error: unknown): string | undefined => {
  const problem = problemOf(error);
  return problem.type === 'refused' ? TOKEN_REFUSALS[problem.code] : undefined;
};

export const failure = (subject: string, error: unknown): Finding => {
  const problem = problemOf(error);
  switch (problem.type) {
    case 'refused':
      return bad(
        `${subject}: Slack refused to say (${problem.needed ? `the scope ${problem.needed} is missing` : problem.code})`,
        'Run this again; where it stays so, look at https://slack-status.com.',
      );
    case 'limited':
      return bad(
        `${subject}: Slack asks to wait`,
        `Run this again in ${Math.max(1, Math.ceil(problem.retryAfterMs / 60_000))} min.`,
      );
    case 'unreachable':
    case 'unclear':
      return bad(
        `${subject}: ${problem.message}`,
        'Check this machine’s network, firewall and name service, SLACK_API_URL where it is set, and https://slack-status.com.',
      );
    default:
      return problem satisfies never;
  }
};

/** A check that ends in a finding even where it throws. */
export const attempt = async (subject: string, check: () => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await check();
  } catch (error) {
    return [failure(subject, error)];
  }
};
