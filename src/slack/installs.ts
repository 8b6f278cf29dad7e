// The workspaces that the app is installed in, with their tokens: one by a token of its own, or many by OAuth.
import { cleanText, shorten } from '../clean-text.ts';
import type { Log } from '../log.ts';
import { type Clients, problemOf } from './clients.ts';
import { missingScopes } from './manifest.ts';
import { isTokenRefused } from './outcome.ts';
import { isRefusedForGood, type Refusal, refusedAgain } from './refusal.ts';

const NAME_LIMIT = 80;
/** What Slack calls a workspace, on one clean line; empty where it has nothing to show. */
export const workspaceName = (given = ''): string => shorten(cleanText(given), NAME_LIMIT);

export type Workspace = {
  teamId: string;
  enterpriseId?: string;
  name: string;
  botToken: string;
  botUserId: string;
};

export type Workspaces = {
  /** The workspace with a token that is valid now, or undefined where the app is not installed. Rejects where Slack cannot be asked. */
  of(teamId: string, enterpriseId?: string): Promise<Workspace | undefined>;
  /** Every workspace that the app is installed in; the name may be empty. */
  all(): Promise<Pick<Workspace, 'teamId' | 'name'>[]>;
  /** Slack refused this workspace's token: what is remembered of it is asked for again. */
  doubt(teamId: string): Promise<void>;
  /** Whether the app is not in this workspace any more; not yet where Slack refused its token only once, which may be a mistake. */
  isGone(teamId: string): Promise<boolean>;
  /**
   * The app was removed, or its token taken back, at `at`. Answers the workspaces that it is in no more: an organisation takes several
   * away at once, perhaps without naming one, and news that comes late, when it is back already, none. With `teamIds` an organisation gave
   * it these workspaces or took them away: Slack is asked which.
   */
  removed(where: {
    teamId?: string;
    enterpriseId?: string;
    isOrgInstall: boolean;
    teamIds?: string[];
    at: Date;
  }): Promise<string[]>;
};

/** The one workspace of a bot token. It is asked for once; a token that Slack refuses is asked about again at each use. */
export const createSingleWorkspace = (
  botToken: string,
  clientsOf: (token: string) => Clients,
  now: () => Date,
  log: Log,
): Workspaces => {
  let known: Workspace | undefined;
  let refusal: Refusal | undefined;
  let isRemoved = false;
  /** The workspace that it was, once it was known. */
  let teamIdOnce: string | undefined;
  const ask = async (): Promise<Workspace | undefined> => {
    try {
      const {
        team_id: teamId,
        team,
        user_id: botUserId = '',
        enterprise_id,
        response_metadata: about,
      } = await clientsOf(botToken).reads.auth.test();
      if (teamId === undefined) return undefined;
      const missing = about?.scopes ? missingScopes(about.scopes) : [];
      if (missing.length > 0)
        log.warn(
          { missing },
          'the app in Slack lacks scopes; `npx milepost doctor` says what does not work without them',
        );
      known = {
        teamId,
        name: workspaceName(team),
        botToken,
        botUserId,
        ...(enterprise_id && { enterpriseId: enterprise_id }),
      };
      teamIdOnce = teamId;
      refusal = undefined;
      isRemoved = false;
      return known;
    } catch (error) {
      const problem = problemOf(error);
      if (!isTokenRefused(problem)) throw error;
      refusal = refusedAgain(refusal, now());
      log.error({ problem }, 'Slack refuses SLACK_BOT_TOKEN; install the app in its workspace again');
      return undefined;
    }
  };
  const current = async (): Promise<Workspace | undefined> => known ?? (await ask());
  return {
    async of(teamId) {
      const workspace = await current();
      return workspace?.teamId === teamId ? workspace : undefined;
    },
    async all() {
      const workspace = await current();
      return workspace ? [workspace] : [];
    },
    async doubt() {
      known = undefined;
    },
    async isGone(teamId) {
      const workspace = await current();
      if (workspace) return workspace.teamId !== teamId;
      const isOther = teamIdOnce !== undefined && teamIdOnce !== teamId;
      return isRemoved || isOther || (refusal !== undefined && isRefusedForGood(refusal));
    },
    async removed({ teamId = teamIdOnce, teamIds }) {
      known = undefined;
      // The next who needs it asks Slack, where the one workspace is among these.
      if (teamId === undefined || teamIds) return [];
      // Slack may tell it late: whether the token works is asked. Where Slack cannot be, what it told counts.
      const isBack = (await ask().catch(() => undefined))?.teamId === teamId;
      isRemoved = !isBack;
      return isBack ? [] : [teamId];
    },
  };
};
