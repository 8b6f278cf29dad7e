// OAuth: a person agrees on a page, the app exchanges the code for a token and, where tokens rotate, refreshes it.
import { refuse } from './api-error.ts';
import type { Methods } from './call.ts';
import type { Json } from './form.ts';
import { secret } from './ids.ts';
import { newToken, type Workspace, type World } from './world.ts';

const CODE_LIFE_MS = 10 * 60_000;
const TOKEN_LIFE_S = 43_200;

export type InstallChoice = {
  workspace: Workspace;
  /** Who agrees. */
  userId: string;
  /** For all workspaces of the organisation. */
  orgWide?: boolean;
  /** They press Cancel. */
  deny?: boolean;
};
type Grant = InstallChoice & { scopes: string[]; redirectUri: string | undefined; at: number; used: boolean };
type Renewal = { teamId?: string; enterpriseId?: string; scopes: Set<string>; userId: string; used: boolean };

export type OAuth = {
  methods: Methods;
  /** What the person who comes to the page next decides; undefined: the first workspace's owner agrees. */
  choice: InstallChoice | undefined;
  /** Where `redirect_uri` is not given. */
  redirectUrls: string[];
  /** The page: where it sends the browser, or the words on it. */
  authorize(query: URLSearchParams): { location: string } | { text: string };
};

export const createOAuth = (world: World, pickWorkspace: () => InstallChoice | undefined): OAuth => {
  const grants = new Map<string, Grant>();
  const renewals = new Map<string, Renewal>();

  const answer = (renewal: Omit<Renewal, 'used'>): Json => {
    const { teamId, enterpriseId, scopes, userId } = renewal;
    const isOrgWide = enterpriseId !== undefined;
    const workspace =
      world.workspaces.get(teamId ?? '') ??
      [...world.workspaces.values()].find(one => one.enterpriseId === enterpriseId);
    if (!workspace) return refuse('team_not_found');
    const rotates = world.app.tokenRotation;
    const token = newToken(world, {
      scopes,
      ...(isOrgWide ? { enterpriseId } : { teamId: workspace.id }),
      ...(rotates && { expiresAt: world.now().getTime() + TOKEN_LIFE_S * 1000 }),
    });
    const refreshToken = `xoxe-1-${secret(24)}`;
    if (rotates) renewals.set(refreshToken, { ...renewal, used: false });
    const enterprise =
      workspace.enterpriseId === undefined ? null : { id: workspace.enterpriseId, name: 'Organisation' };
    return {
      app_id: world.app.id,
      authed_user: { id: userId },
      scope: [...scopes].join(','),
      token_type: 'bot',
      access_token: token.value,
      bot_user_id: workspace.botUserId,
      team: isOrgWide ? null : { id: workspace.id, name: workspace.name },
      enterprise,
      is_enterprise_install: isOrgWide,
      ...(rotates && { refresh_token: refreshToken, expires_in: TOKEN_LIFE_S }),
    };
  };

  const exchange = (args: Json): Json => {
    const grant = grants.get(String(args.code ?? ''));
    if (!grant || world.now().getTime() - grant.at > CODE_LIFE_MS) return refuse('invalid_code');
    if (grant.used) return refuse('code_already_used');
    if (grant.redirectUri !== undefined && args.redirect_uri !== grant.redirectUri) return refuse('bad_redirect_uri');
    grant.used = true;
    const { workspace, userId, orgWide = false, scopes } = grant;
    const installed = orgWide
      ? [...world.workspaces.values()].filter(one => one.enterpriseId === workspace.enterpriseId)
      : [workspace];
    for (const one of installed) {
      one.installed = true;
      one.scopes = new Set(scopes);
    }
    const { enterpriseId } = workspace;
    const where = orgWide && enterpriseId !== undefined ? { enterpriseId } : { teamId: workspace.id };
    return answer({ ...where, scopes: new Set(scopes), userId });
  };

  const renew = (args: Json): Json => {
    const renewal = renewals.get(String(args.refresh_token ?? ''));
    if (!renewal || renewal.used) return refuse('invalid_refresh_token');
    renewal.used = true;
    const { used: _, ...rest } = renewal;
    return answer(rest);
  };

  const requireClient = (args: Json, basic: string | undefined): void => {
    const [basicId, basicSecret] = basic?.split(':') ?? [];
    if ((args.client_id ?? basicId) !== world.app.clientId) refuse('invalid_client_id');
    if ((args.client_secret ?? basicSecret) !== world.app.clientSecret) refuse('bad_client_secret');
  };

  const oauth: OAuth = {
    choice: undefined,
    redirectUrls: [],
    authorize: query => {
      if (query.get('client_id') !== world.app.clientId) return { text: 'invalid_client_id' };
      const scopes = (query.get('scope') ?? '').split(',').filter(Boolean);
      if (scopes.length === 0) return { text: 'invalid_scope' };
      const asked = query.get('redirect_uri') ?? undefined;
      const known = oauth.redirectUrls;
      if (asked !== undefined && known.length > 0 && !known.some(url => asked.startsWith(url)))
        return { text: `redirect_uri did not match any configured URIs. Passed URI: ${asked}` };
      const target = asked ?? known[0];
      if (target === undefined) return { text: 'redirect_uri is not configured' };
      const location = new URL(target);
      const state = query.get('state');
      if (state !== null) location.searchParams.set('state', state);
      const choice = oauth.choice ?? pickWorkspace();
      if (!choice) return { text: 'there is no workspace to install to' };
      if (choice.deny) location.searchParams.set('error', 'access_denied');
      else {
        const code = `${secret(8)}.${secret(16)}`;
        grants.set(code, { ...choice, scopes, redirectUri: asked, at: world.now().getTime(), used: false });
        location.searchParams.set('code', code);
      }
      return { location: location.href };
    },
    methods: {
      'oauth.v2.access': {
        tier: 'none',
        runApp: (args, _token, basic) => {
          requireClient(args, basic);
          if (args.grant_type === 'refresh_token') return renew(args);
          if (args.grant_type !== undefined && args.grant_type !== 'authorization_code')
            return refuse('invalid_grant_type');
          return exchange(args);
        },
      },
      'apps.uninstall': {
        tier: 1,
        runApp: (args, value, basic) => {
          requireClient(args, basic);
          const token = world.tokens.get(value);
          if (!token) return refuse('invalid_auth');
          token.state = 'uninstalled';
          const workspace = world.workspaces.get(token.teamId ?? '');
          if (workspace) workspace.installed = false;
          return {};
        },
      },
    },
  };
  return oauth;
};
