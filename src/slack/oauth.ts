// Many workspaces on one installation of Milepost, by OAuth: installed on our page, found by their id, gone when they are removed.
import type { Hono } from 'hono';
import type { Log } from '../log.ts';
import type { KeptValues } from '../platform.ts';
import type {
  NewSlackInstallation,
  SlackInstallation,
  SlackInstallationStore,
} from '../storage/slack-installations.ts';
import { type Clients, problemOf, SLACK_API } from './clients.ts';
import { type Workspaces, workspaceName } from './installs.ts';
import { PATHS } from './manifest.ts';
import { createOAuthAccess } from './oauth-access.ts';
import { createOAuthRoutes } from './oauth-routes.ts';
import { createTokens } from './oauth-tokens.ts';
import { isTokenRefused } from './outcome.ts';

/** Slack gives at most so many workspaces of an organisation at once. */
const TEAMS_A_PAGE = 100;
const PAGES_AT_MOST = 100;

export type OAuthOptions = {
  clientId: string;
  clientSecret: string;
  /** Signs what the browser carries from our page to Slack's and back. */
  stateSecret: string;
  /** Where our web server is reached from outside, without a slash at its end. */
  publicUrl: string;
  /** With a slash at its end. */
  apiUrl?: string;
  installations: SlackInstallationStore;
  /** Milepost is in this workspace, or is back; the name may be empty. */
  installed: (workspace: Team) => Promise<void>;
  clientsOf: (token: string) => Clients;
  kept: Pick<KeptValues, 'claim'>;
  now: () => Date;
  log: Log;
};

type Team = { teamId: string; name: string };

export type OAuthWorkspaces = {
  workspaces: Workspaces;
  /** The install page, and where Slack sends the browser back to. */
  routes: Hono;
  /** Seals anew what an earlier key sealed, and says in the log which workspaces no key opens. */
  start(): Promise<void>;
  /** Whether no token is being renewed. */
  isIdle(): boolean;
  settled(): Promise<void>;
};

export const createOAuthWorkspaces = (deps: OAuthOptions): OAuthWorkspaces => {
  const { publicUrl, apiUrl = SLACK_API, installations, clientsOf, kept, now, log } = deps;
  const access = createOAuthAccess(deps);
  const tokens = createTokens({
    installations,
    refresh: access.refresh,
    clientsOf,
    kept,
    installUrl: `${publicUrl}${PATHS.install}`,
    now,
    log,
  });
  /** Of the workspaces of organisations, as far as Slack has said them. */
  const names = new Map<string, string>();

  const listTeams = async (botToken: string): Promise<Team[]> => {
    const teams: Team[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_AT_MOST; page += 1) {
      const answer = await clientsOf(botToken).reads.auth.teams.list({
        limit: TEAMS_A_PAGE,
        ...(cursor && { cursor }),
      });
      for (const { id: teamId, name } of answer.teams ?? [])
        if (teamId) teams.push({ teamId, name: workspaceName(name) });
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) break;
    }
    return teams;
  };

  /** The workspaces that an organisation's installation serves: by Slack, else the ones that were seen before. */
  const teamsOf = async (organisation: SlackInstallation): Promise<Team[]> => {
    const { ownerId } = organisation;
    const seen = await installations.teamsOf(ownerId);
    try {
      const botToken = await tokens.of(organisation);
      if (botToken === undefined) return [];
      const teams = await listTeams(botToken);
      for (const { teamId, name } of teams) {
        names.set(teamId, name);
        if (!seen.includes(teamId)) await installations.rememberTeam(teamId, ownerId);
      }
      await installations.forgetTeams(seen.filter(teamId => !teams.some(team => team.teamId === teamId)));
      return teams;
    } catch (error) {
      log.warn({ err: error, organisation: ownerId }, 'Slack did not say which workspaces an organisation has');
      return seen.map(teamId => ({ teamId, name: names.get(teamId) ?? '' }));
    }
  };

  /** Slack is asked which of these an organisation's installation serves: they are welcomed, and the others are answered. */
  const settleTeams = async (organisation: SlackInstallation, teamIds: readonly string[]): Promise<string[]> => {
    const botToken = await tokens.of(organisation);
    if (botToken === undefined) return [];
    const served = new Map((await listTeams(botToken)).map(team => [team.teamId, team]));
    const gone: string[] = [];
    for (const teamId of teamIds) {
      const team = served.get(teamId);
      if (team) {
        names.set(teamId, team.name);
        await deps.installed(team);
        await installations.rememberTeam(teamId, organisation.ownerId);
      } else {
        await installations.forgetTeams([teamId]);
        // It may have an installation of its own.
        if (!(await installations.find(teamId))) gone.push(teamId);
      }
    }
    return gone;
  };

  const servedBy = async (installation: SlackInstallation): Promise<Team[]> =>
    installation.isOrg ? teamsOf(installation) : [{ teamId: installation.ownerId, name: installation.name }];

  const install = async (code: string, redirectUri: string): Promise<NewSlackInstallation> => {
    const granted = await access.exchange(code, redirectUri);
    await installations.save(granted.installation, granted.tokens);
    const { ownerId, isOrg, name } = granted.installation;
    log.info({ workspace: ownerId, name, organisation: isOrg }, 'Milepost was installed in Slack');
    try {
      const saved = await installations.read({ ownerId, isOrg });
      for (const team of saved ? await servedBy(saved) : []) await deps.installed(team);
    } catch (error) {
      // It is installed; the first who comes, or the next start, makes up for it.
      log.error({ err: error, workspace: ownerId }, 'a workspace could not be welcomed yet');
    }
    return granted.installation;
  };

  /**
   * Whether Slack still takes the token: it tells of a removal late, and perhaps also of tokens that were replaced by newer ones. Where
   * it cannot be asked, nothing is thrown away: the next post finds out.
   */
  const isAlive = async (owner: Pick<SlackInstallation, 'ownerId' | 'isOrg'>): Promise<boolean> => {
    const installation = await installations.read(owner);
    if (!installation) return false;
    try {
      const botToken = await tokens.of(installation);
      if (botToken === undefined) return false;
      await clientsOf(botToken).reads.auth.test();
      return true;
    } catch (error) {
      const problem = problemOf(error);
      if (isTokenRefused(problem)) return false;
      log.warn({ problem, workspace: owner.ownerId }, 'Slack told of a removal, and could not be asked about it');
      return true;
    }
  };

  const workspaces: Workspaces = {
    async of(teamId, enterpriseId) {
      const found = await installations.find(teamId, enterpriseId);
      const botToken = found && (await tokens.of(found));
      if (!found || botToken === undefined) return undefined;
      const { isOrg, ownerId, botUserId } = found;
      const name = isOrg ? (names.get(teamId) ?? '') : found.name;
      if (isOrg && !found.isRemembered) {
        await deps.installed({ teamId, name });
        await installations.rememberTeam(teamId, ownerId);
      }
      return { teamId, name, botToken, botUserId, ...(found.enterpriseId && { enterpriseId: found.enterpriseId }) };
    },
    async all() {
      const teams = new Map<string, Team>();
      for (const installation of await installations.all())
        if (tokens.canOpen(installation)) for (const team of await servedBy(installation)) teams.set(team.teamId, team);
      return [...teams.values()];
    },
    async doubt(teamId) {
      try {
        const found = await installations.find(teamId);
        if (!found) return;
        await tokens.doubt(found);
        // An organisation can take Milepost out of one workspace, and its token stays good.
        if (found.isOrg) await settleTeams(found, [teamId]);
      } catch (error) {
        log.error({ err: error, workspace: teamId }, 'the token of a Slack workspace could not be looked at');
      }
    },
    async isGone(teamId) {
      const found = await installations.find(teamId);
      return !found || tokens.isGone(found);
    },
    async removed({ teamId, enterpriseId, isOrgInstall: isOrg, teamIds, at }) {
      const ownerId = isOrg ? enterpriseId : teamId;
      if (ownerId !== undefined && teamIds) {
        const organisation = await installations.read({ ownerId, isOrg });
        return organisation ? settleTeams(organisation, teamIds) : [];
      }
      if (ownerId === undefined || (await isAlive({ ownerId, isOrg }))) return [];
      await installations.remove({ ownerId, isOrg }, at);
      const served = new Set([...(teamId ? [teamId] : []), ...(isOrg ? await installations.teamsOf(ownerId) : [])]);
      const gone: string[] = [];
      for (const team of served) if (!(await installations.find(team, enterpriseId))) gone.push(team);
      // So that the first who comes after it was installed again is welcomed.
      await installations.forgetTeams(gone);
      return gone;
    },
  };

  return {
    workspaces,
    routes: createOAuthRoutes({ ...deps, apiUrl, install }),
    async start() {
      const { renewed, unreadable } = await installations.sealAnew();
      if (renewed.length > 0)
        log.info({ workspaces: renewed }, 'Slack tokens were sealed with the new SECRET_KEY; SECRET_KEY_OLD can go');
      for (const one of await installations.all()) if (unreadable.includes(one.ownerId)) tokens.canOpen(one);
    },
    isIdle: tokens.isIdle,
    settled: tokens.settled,
  };
};
