// Where Milepost is installed in Slack by OAuth, with sealed tokens; and the same as Bolt's installation store.
import type { Installation, InstallationQuery, InstallationStore } from '@slack/bolt';
import { UserError } from '../errors.ts';
import type { Secrets } from '../secrets.ts';
import type { Db } from './database.ts';
import { and, asc, eq, inArray, isNull, lte, placeholder, sql } from './drizzle.ts';
import { installationFact, setInstallationFact } from './installation.ts';

/** The tokens of one installation, sealed. */
export type SealedTokens = {
  botToken: string;
  /** Null where tokens do not rotate, as is `tokenExpiresAt` then. */
  refreshToken: string | null;
  tokenExpiresAt: Date | null;
};

export type NewSlackInstallation = SealedTokens & {
  /** The workspace's id; the organisation's where Milepost was installed for all of its workspaces. */
  ownerId: string;
  isOrg: boolean;
  enterpriseId: string | null;
  /** Of the workspace or the organisation; may be empty. */
  name: string;
  appId: string;
  botId: string;
  botUserId: string;
  scopes: string[];
  /** The Slack user who agreed to it. */
  installedBy: string;
};

export type SlackInstallation = NewSlackInstallation & {
  tokenVersion: number;
  installedAt: Date;
  updatedAt: Date;
};

/** Which installation: Bolt's own question. */
export type Owner = {
  teamId?: string | undefined;
  enterpriseId?: string | undefined;
  isEnterpriseInstall: boolean;
};

/** Keeps an installation, in place of an earlier one of the same workspace or organisation; a removed one is back. */
export const saveInstallation = async (db: Db, installation: NewSlackInstallation, now: Date): Promise<void> => {
  const { slackInstallations: table } = db.tables;
  const { ownerId, ...rest } = installation;
  const set = { ...rest, installedAt: now, updatedAt: now, removedAt: null };
  await db.query
    .insert(table)
    .values({ ownerId, ...set, tokenVersion: 1 })
    .onConflictDoUpdate({ target: table.ownerId, set: { ...set, tokenVersion: sql`${table.tokenVersion} + 1` } });
};

const liveRowsOf = async (db: Db, ids: { team: string; org: string }): Promise<SlackInstallation[]> => {
  const { slackInstallations: table } = db.tables;
  const rows = await db
    .prepared('slack installation', (query, name) =>
      query
        .select()
        .from(table)
        .where(
          and(
            inArray(table.ownerId, [placeholder<string>('team'), placeholder<string>('org')]),
            isNull(table.removedAt),
          ),
        )
        .prepare(name),
    )
    .execute(ids);
  return rows as SlackInstallation[];
};

const organisationFact = (teamId: string): string => `slackOrganisation/${teamId}`;

/** Remembers which organisation a workspace belongs to, so that its organisation's installation is found by the workspace alone. */
export const rememberOrganisation = (db: Db, teamId: string, enterpriseId: string): Promise<void> =>
  setInstallationFact(db, organisationFact(teamId), enterpriseId);

/**
 * The installation that serves a workspace: its own, else its organisation's; the other way round with `isEnterpriseInstall`.
 * Without an `enterpriseId` the organisation is the remembered one. Undefined where there is none, or it was removed.
 */
export const installationOf = async (
  db: Db,
  { teamId = '', enterpriseId, isEnterpriseInstall }: Owner,
): Promise<SlackInstallation | undefined> => {
  const ofTeamAnd = async (org: string): Promise<SlackInstallation | undefined> => {
    const rows = await liveRowsOf(db, { team: teamId, org });
    const own = rows.find(row => !row.isOrg && row.ownerId === teamId);
    const ofOrg = rows.find(row => row.isOrg && row.ownerId === org);
    return isEnterpriseInstall ? (ofOrg ?? own) : (own ?? ofOrg);
  };
  const found = await ofTeamAnd(enterpriseId ?? '');
  if (found || enterpriseId || !teamId) return found;
  const remembered = await installationFact(db, organisationFact(teamId));
  return remembered === undefined ? undefined : ofTeamAnd(remembered);
};

/** All installations that were not removed, oldest first. */
export const installations = async (db: Db): Promise<SlackInstallation[]> => {
  const { slackInstallations: table } = db.tables;
  const rows = await db.query
    .select()
    .from(table)
    .where(isNull(table.removedAt))
    .orderBy(asc(table.installedAt), asc(table.ownerId));
  return rows as SlackInstallation[];
};

/**
 * Marks this very installation as removed at `at` and forgets its tokens; answers whether there was one. One that was made later
 * stays: Slack tells of a removal more than once, and late.
 */
export const removeInstallation = async (
  db: Db,
  { teamId = '', enterpriseId = '', isEnterpriseInstall }: Owner,
  at: Date,
): Promise<boolean> => {
  const { slackInstallations: table } = db.tables;
  const removed = await db.query
    .update(table)
    .set({ removedAt: at, updatedAt: at, botToken: null, refreshToken: null, tokenExpiresAt: null })
    .where(
      and(
        eq(table.ownerId, isEnterpriseInstall ? enterpriseId : teamId),
        eq(table.isOrg, isEnterpriseInstall),
        isNull(table.removedAt),
        lte(table.installedAt, at),
      ),
    )
    .returning({ ownerId: table.ownerId });
  return removed.length > 0;
};

/**
 * Sets the tokens where they are still those of `tokenVersion` and answers whether they were: of two processes that refresh at
 * once, one wins.
 */
export const replaceTokens = async (
  db: Db,
  { ownerId, tokenVersion }: Pick<SlackInstallation, 'ownerId' | 'tokenVersion'>,
  tokens: SealedTokens,
  now: Date,
): Promise<boolean> => {
  const { slackInstallations: table } = db.tables;
  const { botToken, refreshToken, tokenExpiresAt } = tokens;
  const replaced = await db.query
    .update(table)
    .set({ botToken, refreshToken, tokenExpiresAt, updatedAt: now, tokenVersion: tokenVersion + 1 })
    .where(and(eq(table.ownerId, ownerId), eq(table.tokenVersion, tokenVersion), isNull(table.removedAt)))
    .returning({ ownerId: table.ownerId });
  return replaced.length > 0;
};

/** The same tokens under another seal: their version stays, so that nobody who refreshes them is turned away. */
const replaceSeals = async (db: Db, row: SlackInstallation, seals: Omit<SealedTokens, 'tokenExpiresAt'>) => {
  const { slackInstallations: table } = db.tables;
  await db.query
    .update(table)
    .set(seals)
    .where(and(eq(table.ownerId, row.ownerId), eq(table.tokenVersion, row.tokenVersion), isNull(table.removedAt)));
};

/** Bolt hands `metadata` back with refreshed tokens, and so which version it had read. */
const READ = /^tokens:(\d+)$/;

const toNew = (installation: Installation<'v1' | 'v2', boolean>): Omit<NewSlackInstallation, keyof SealedTokens> => {
  const { team, enterprise, bot, user, appId = '' } = installation;
  const isOrg = installation.isEnterpriseInstall === true;
  const owner = isOrg ? enterprise : team;
  if (!owner || !bot)
    throw new UserError(
      'slack_installation',
      'Slack gave no bot token. Check with `npx milepost slack manifest` that the app asks for its bot scopes, and install it again.',
    );
  return {
    ownerId: owner.id,
    isOrg,
    enterpriseId: enterprise?.id ?? null,
    name: owner.name ?? '',
    appId,
    botId: bot.id,
    botUserId: bot.userId,
    scopes: bot.scopes,
    installedBy: user.id,
  };
};

export type SlackInstallationStore = Required<InstallationStore> & {
  /**
   * Seals anew what an earlier key sealed: afterwards SECRET_KEY_OLD can go. Answers the owners' ids of those, and of the
   * installations whose tokens no key opens: there Milepost has to be installed again.
   */
  sealAnew(): Promise<{ renewed: string[]; unreadable: string[] }>;
};

/**
 * Bolt's installation store over the database. Every question reads one row, so that all processes know of a new token or a
 * removal at once; it needs no cache. Throws a UserError where Milepost is not installed, or no key opens the tokens.
 */
export const createInstallationStore = (db: Db, secrets: Secrets, now: () => Date): SlackInstallationStore => {
  const placeOf = (ownerId: string, column: 'bot_token' | 'refresh_token') =>
    `slack_installations/${ownerId}/${column}`;

  const sealed = (ownerId: string, bot: NonNullable<Installation['bot']>): SealedTokens => ({
    botToken: secrets.seal(bot.token, placeOf(ownerId, 'bot_token')),
    refreshToken: bot.refreshToken ? secrets.seal(bot.refreshToken, placeOf(ownerId, 'refresh_token')) : null,
    tokenExpiresAt: bot.refreshToken && bot.expiresAt ? new Date(bot.expiresAt * 1000) : null,
  });

  /** The tokens in clear; sealed anew along the way where an earlier key had sealed them. */
  const open = async (row: SlackInstallation) => {
    const token = secrets.open(row.botToken, placeOf(row.ownerId, 'bot_token'));
    const refresh = row.refreshToken
      ? secrets.open(row.refreshToken, placeOf(row.ownerId, 'refresh_token'))
      : undefined;
    const isOld = token.isOld || refresh?.isOld === true;
    const clear = { token: token.text, ...(refresh && { refreshToken: refresh.text }) };
    if (isOld) {
      const { botToken, refreshToken } = sealed(row.ownerId, { ...clear, scopes: [], id: '', userId: '' });
      await replaceSeals(db, row, { botToken, refreshToken });
    }
    return { ...clear, isOld };
  };

  return {
    async storeInstallation(installation) {
      const installed = toNew(installation);
      const tokens = sealed(installed.ownerId, installation.bot as NonNullable<Installation['bot']>);
      const read = READ.exec(installation.metadata ?? '')?.[1];
      if (read === undefined) await saveInstallation(db, { ...installed, ...tokens }, now());
      // Where another process was first, its tokens are those that count.
      else await replaceTokens(db, { ...installed, tokenVersion: Number(read) }, tokens, now());
    },
    async fetchInstallation(query: InstallationQuery<boolean>) {
      const row = await installationOf(db, query);
      if (!row) throw new UserError('slack_not_installed', 'Milepost is not installed in this Slack workspace.');
      const { token, refreshToken } = await open(row);
      const owner = { id: row.ownerId, name: row.name };
      return {
        team: row.isOrg ? undefined : owner,
        enterprise: row.isOrg ? owner : row.enterpriseId === null ? undefined : { id: row.enterpriseId },
        user: { token: undefined, scopes: undefined, id: row.installedBy },
        bot: {
          token,
          scopes: row.scopes,
          id: row.botId,
          userId: row.botUserId,
          ...(refreshToken !== undefined && { refreshToken }),
          ...(row.tokenExpiresAt && { expiresAt: Math.floor(row.tokenExpiresAt.getTime() / 1000) }),
        },
        appId: row.appId,
        tokenType: 'bot',
        isEnterpriseInstall: row.isOrg,
        authVersion: 'v2',
        metadata: `tokens:${row.tokenVersion}`,
      } as Installation<'v2', boolean>;
    },
    async deleteInstallation(query: InstallationQuery<boolean>) {
      await removeInstallation(db, query, now());
    },
    async sealAnew() {
      const renewed: string[] = [];
      const unreadable: string[] = [];
      for (const row of await installations(db)) {
        try {
          if ((await open(row)).isOld) renewed.push(row.ownerId);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          unreadable.push(row.ownerId);
        }
      }
      return { renewed, unreadable };
    },
  };
};
