// Where Milepost is installed in Slack by OAuth, with tokens that only a key from the environment opens.
import { UserError } from '../errors.ts';
import type { Secrets } from '../secrets.ts';
import type { Db } from './database.ts';
import { and, asc, eq, inArray, isNull, lte, placeholder, sql } from './drizzle.ts';

export type SlackTokens = {
  botToken: string;
  /** Where tokens rotate: with it the next ones are had, once, and when the bot's token runs out. */
  rotation?: { refreshToken: string; expiresAt: Date };
};

export type NewSlackInstallation = {
  /** The workspace's id; the organisation's where Milepost was installed for all of its workspaces. */
  ownerId: string;
  isOrg: boolean;
  enterpriseId: string | null;
  /** Of the workspace or the organisation; may be empty. */
  name: string;
  appId: string;
  botUserId: string;
  scopes: string[];
  /** The Slack user who agreed to it. */
  installedBy: string;
};

/** As it is in the database: the tokens are sealed. */
export type SlackInstallation = NewSlackInstallation & {
  botToken: string;
  refreshToken: string | null;
  /** Null where tokens do not rotate. */
  tokenExpiresAt: Date | null;
  /** Counts up with each new pair of tokens. */
  tokenVersion: number;
  installedAt: Date;
};

type Owner = Pick<SlackInstallation, 'ownerId' | 'isOrg'>;

/** Names the organisation that a workspace is served for, so that it is found by the workspace alone. */
const ORGANISATION_OF = 'slackOrganisation/';

export type SlackInstallationStore = {
  /** Keeps an installation, in place of an earlier one of the same workspace or organisation; a removed one is back. */
  save(installation: NewSlackInstallation, tokens: SlackTokens): Promise<void>;
  /**
   * The installation that serves a workspace: its own, else its organisation's, for which `enterpriseId` or a workspace that was
   * remembered is enough. `isRemembered` says whether the workspace was remembered for it. One read. Undefined where there is none,
   * or it was removed.
   */
  find(teamId: string, enterpriseId?: string): Promise<(SlackInstallation & { isRemembered: boolean }) | undefined>;
  /** This very installation as it is now, or undefined where it was removed. */
  read(owner: Owner): Promise<SlackInstallation | undefined>;
  /** All that were not removed, oldest first. */
  all(): Promise<SlackInstallation[]>;
  /** Its tokens in clear. Throws a UserError where no key opens them. */
  open(installation: SlackInstallation): SlackTokens;
  /**
   * Sets the tokens where they are still those that were read, and answers whether they were: of two processes that refresh at once,
   * one wins.
   */
  replaceTokens(read: Pick<SlackInstallation, 'ownerId' | 'tokenVersion'>, tokens: SlackTokens): Promise<boolean>;
  /**
   * Marks an installation as removed at `at` and forgets its tokens. One that was made later stays: Slack tells of a removal more than
   * once, and late.
   */
  remove(owner: Owner, at: Date): Promise<void>;
  /** From now on `find` knows the workspace without being told of its organisation. */
  rememberTeam(teamId: string, enterpriseId: string): Promise<void>;
  /** The workspaces that are remembered of an organisation. */
  teamsOf(enterpriseId: string): Promise<string[]>;
  forgetTeams(teamIds: readonly string[]): Promise<void>;
  /**
   * Seals anew what an earlier key sealed: afterwards SECRET_KEY_OLD can go. Answers the owners' ids of those, and of the
   * installations whose tokens no key opens: there Milepost has to be installed again.
   */
  sealAnew(): Promise<{ renewed: string[]; unreadable: string[] }>;
};

/** Every question is asked of the database, so that all processes know of a new token or a removal at once. */
export const createInstallationStore = (db: Db, secrets: Secrets, now: () => Date): SlackInstallationStore => {
  const { slackInstallations: table, installation: facts } = db.tables;
  const live = isNull(table.removedAt);
  const isOwner = ({ ownerId, isOrg }: Owner) => and(eq(table.ownerId, ownerId), eq(table.isOrg, isOrg), live);
  const placeOf = (ownerId: string, column: string) => `slack_installations/${ownerId}/${column}`;

  const sealed = (ownerId: string, { botToken, rotation }: SlackTokens) => ({
    botToken: secrets.seal(botToken, placeOf(ownerId, 'bot_token')),
    refreshToken: rotation ? secrets.seal(rotation.refreshToken, placeOf(ownerId, 'refresh_token')) : null,
    tokenExpiresAt: rotation?.expiresAt ?? null,
  });

  const openSeals = ({ ownerId, botToken, refreshToken, tokenExpiresAt: expiresAt }: SlackInstallation) => {
    const token = secrets.open(botToken, placeOf(ownerId, 'bot_token'));
    const refresh = refreshToken === null ? undefined : secrets.open(refreshToken, placeOf(ownerId, 'refresh_token'));
    const tokens: SlackTokens = {
      botToken: token.text,
      ...(refresh && expiresAt && { rotation: { refreshToken: refresh.text, expiresAt } }),
    };
    return { tokens, isOld: token.isOld || refresh?.isOld === true };
  };

  const all = async (): Promise<SlackInstallation[]> => {
    const rows = await db.query.select().from(table).where(live).orderBy(asc(table.installedAt), asc(table.ownerId));
    return rows as SlackInstallation[];
  };

  return {
    async save({ ownerId, ...installation }, tokens) {
      const at = now();
      const set = {
        ...installation,
        ...sealed(ownerId, tokens),
        // Slack does not say it, and nothing needs it.
        installedAt: at,
        updatedAt: at,
        removedAt: null,
      };
      await db.query
        .insert(table)
        .values({ ownerId, ...set, tokenVersion: 1 })
        .onConflictDoUpdate({ target: table.ownerId, set: { ...set, tokenVersion: sql`${table.tokenVersion} + 1` } });
    },

    async find(teamId, enterpriseId = '') {
      const rows = await db
        .prepared('slack installation', (query, name) => {
          const remembered = query
            .select({ value: facts.value })
            .from(facts)
            .where(eq(facts.name, placeholder<string>('fact')));
          const owners = [sql.placeholder('team'), sql.placeholder('org'), sql`(${remembered})`];
          return query
            .select({ row: table, remembered: sql<string | null>`(${remembered})` })
            .from(table)
            .where(and(live, sql`${table.ownerId} in (${sql.join(owners, sql`, `)})`))
            .prepare(name);
        })
        .execute({ team: teamId, org: enterpriseId, fact: `${ORGANISATION_OF}${teamId}` });
      const own = rows.find(({ row }) => !row.isOrg && row.ownerId === teamId);
      const ofOrg = rows.filter(({ row }) => row.isOrg && row.ownerId !== teamId);
      const found = own ?? ofOrg.find(({ row }) => row.ownerId === enterpriseId) ?? ofOrg[0];
      return found && { ...(found.row as SlackInstallation), isRemembered: found.remembered === found.row.ownerId };
    },

    async read(owner) {
      const [row] = await db.query.select().from(table).where(isOwner(owner));
      return row as SlackInstallation | undefined;
    },

    all,
    open: installation => openSeals(installation).tokens,

    async replaceTokens({ ownerId, tokenVersion }, tokens) {
      const replaced = await db.query
        .update(table)
        .set({ ...sealed(ownerId, tokens), updatedAt: now(), tokenVersion: tokenVersion + 1 })
        .where(and(eq(table.ownerId, ownerId), eq(table.tokenVersion, tokenVersion), live))
        .returning({ ownerId: table.ownerId });
      return replaced.length > 0;
    },

    async remove(owner, at) {
      await db.query
        .update(table)
        .set({ removedAt: at, updatedAt: now(), botToken: null, refreshToken: null, tokenExpiresAt: null })
        .where(and(isOwner(owner), lte(table.installedAt, at)));
    },

    async rememberTeam(teamId, enterpriseId) {
      await db.query
        .insert(facts)
        .values({ name: `${ORGANISATION_OF}${teamId}`, value: enterpriseId })
        .onConflictDoUpdate({ target: facts.name, set: { value: enterpriseId } });
    },

    async teamsOf(enterpriseId) {
      const rows = await db.query.select({ name: facts.name }).from(facts).where(eq(facts.value, enterpriseId));
      return rows
        .filter(({ name }) => name.startsWith(ORGANISATION_OF))
        .map(({ name }) => name.slice(ORGANISATION_OF.length));
    },

    async forgetTeams(teamIds) {
      const names = teamIds.map(teamId => `${ORGANISATION_OF}${teamId}`);
      if (names.length > 0) await db.query.delete(facts).where(inArray(facts.name, names));
    },

    async sealAnew() {
      const renewed: string[] = [];
      const unreadable: string[] = [];
      for (const row of await all()) {
        try {
          const { tokens, isOld } = openSeals(row);
          if (!isOld) continue;
          const { botToken, refreshToken } = sealed(row.ownerId, tokens);
          // The version stays, so that who refreshes these tokens meanwhile is not turned away.
          await db.query
            .update(table)
            .set({ botToken, refreshToken })
            .where(and(isOwner(row), eq(table.tokenVersion, row.tokenVersion)));
          renewed.push(row.ownerId);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          unreadable.push(row.ownerId);
        }
      }
      return { renewed, unreadable };
    },
  };
};
