// Slack's OAuth endpoint: a code, or a refresh token, for tokens of a workspace or an organisation.
import type { OauthV2AccessResponse } from '@slack/web-api';
import { UserError } from '../errors.ts';
import type { NewSlackInstallation, SlackTokens } from '../storage/slack-installations.ts';
import type { Clients } from './clients.ts';
import { workspaceName } from './installs.ts';

export type Granted = { installation: NewSlackInstallation; tokens: SlackTokens };

export type OAuthAccess = {
  /** What was agreed to on Slack's page. Throws a UserError where Slack gives no bot, else what its client throws. */
  exchange(code: string, redirectUri: string): Promise<Granted>;
  /** The next tokens; the refresh token is used up by it. Throws what Slack's client throws. */
  refresh(refreshToken: string): Promise<SlackTokens>;
};

const noBot = (): UserError =>
  new UserError(
    'slack_installation',
    'Slack gave no bot token. Compare the app with what `npx milepost slack manifest` prints (it must ask for bot scopes), and install it again.',
  );

const tokensOf = (answer: OauthV2AccessResponse, askedAt: Date): SlackTokens => {
  const { access_token: botToken, token_type: type, refresh_token: refreshToken, expires_in: seconds } = answer;
  if (!botToken || type !== 'bot') throw noBot();
  if (!refreshToken || seconds === undefined) return { botToken };
  return { botToken, rotation: { refreshToken, expiresAt: new Date(askedAt.getTime() + seconds * 1000) } };
};

const installationOf = (answer: OauthV2AccessResponse): NewSlackInstallation => {
  const { team, enterprise, bot_user_id: botUserId, app_id: appId = '', scope = '', authed_user: user } = answer;
  const isOrg = answer.is_enterprise_install === true;
  const owner = isOrg ? enterprise : team;
  if (!owner?.id || !botUserId) throw noBot();
  return {
    ownerId: owner.id,
    isOrg,
    enterpriseId: enterprise?.id ?? null,
    name: workspaceName(owner.name),
    appId,
    botUserId,
    scopes: scope.split(',').filter(Boolean),
    installedBy: user?.id ?? '',
  };
};

// Not the InstallProvider of Slack's library: it reads the machine's clock, refreshes without care for a second process, and after the
// code is used up it asks `auth.test`, so that an answer that fails to come would lose the installation.
export const createOAuthAccess = ({
  clientId,
  clientSecret,
  clientsOf,
  now,
}: {
  clientId: string;
  clientSecret: string;
  clientsOf: (token: string) => Clients;
  now: () => Date;
}): OAuthAccess => {
  const client = { client_id: clientId, client_secret: clientSecret };
  const { access } = clientsOf('').reads.oauth.v2;
  return {
    async exchange(code, redirectUri) {
      const askedAt = now();
      const answer = await access({ ...client, code, redirect_uri: redirectUri });
      return { installation: installationOf(answer), tokens: tokensOf(answer, askedAt) };
    },
    async refresh(refreshToken) {
      const askedAt = now();
      return tokensOf(await access({ ...client, grant_type: 'refresh_token', refresh_token: refreshToken }), askedAt);
    },
  };
};
