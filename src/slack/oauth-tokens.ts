// Tokens that are valid now: renewed before they run out, by one process at a time, for people who act and for posts alike.
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { KeptValues } from '../platform.ts';
import type { SlackInstallation, SlackInstallationStore, SlackTokens } from '../storage/slack-installations.ts';
import { type Clients, problemOf } from './clients.ts';
import { isTokenRefused } from './outcome.ts';
import { isRefusedForGood, type Refusal, refusedAgain, TOKEN_REST_MS } from './refusal.ts';

/** As Slack's own library does; a token lives 12 hours. */
const RENEW_AHEAD_MS = 2 * 60 * 60_000;
/** A token that has less left is renewed before it is used. */
const SPARE_MS = 60_000;
/** Longer than a call to Slack may take: until then nobody else uses the same refresh token. */
const CLAIM_MS = 12_000;
/** After a failure, while the old token is good. */
const REST_MS = 30_000;
/** How long another process that is at it is waited for, look by look. */
const LOOK_AFTER_MS = [0, 50, 100, 200, 400, 800];

type Rotation = NonNullable<SlackTokens['rotation']>;

export type TokensDeps = {
  installations: Pick<SlackInstallationStore, 'open' | 'read' | 'replaceTokens'>;
  /** The next tokens; the refresh token is used up by it. */
  refresh: (refreshToken: string) => Promise<SlackTokens>;
  clientsOf: (token: string) => Clients;
  kept: Pick<KeptValues, 'claim'>;
  /** Where Milepost is installed again. */
  installUrl: string;
  now: () => Date;
  log: Log;
};

export type Tokens = {
  /**
   * The bot's token, valid now. Undefined where Slack refused it in the last ten minutes, or no key opens it: the log says once what to
   * do. Rejects where it has run out and Slack cannot be asked for the next.
   */
  of(installation: SlackInstallation): Promise<string | undefined>;
  /** Whether a key opens its tokens; where none does, the log says once what to do. */
  canOpen(installation: SlackInstallation): boolean;
  /** Whether Slack refused it again and again for minutes, so that only a new installation helps. */
  isGone(installation: SlackInstallation): boolean;
  /** Slack refused a token of this installation: it is tried, and renewed where Slack will not have it. Never rejects. */
  doubt(installation: SlackInstallation): Promise<void>;
  isIdle(): boolean;
  /** Resolves when nothing is being renewed any more. */
  settled(): Promise<void>;
};

export const createTokens = (deps: TokensDeps): Tokens => {
  const { installations, refresh, clientsOf, kept, installUrl, now, log } = deps;
  const underWay = new Map<string, Promise<string | undefined>>();
  const restsUntil = new Map<string, number>();
  /** By owner, the version of tokens that this process may refresh. */
  const claimed = new Map<string, number>();
  /** By owner, new tokens that could not be kept yet, and the version that they follow: the refresh token is used up. */
  const unsaved = new Map<string, { after: number; tokens: SlackTokens }>();
  /**
   * By owner, the version of tokens that Slack would not renew lately; `isRefused` where it did not take the token itself either, and
   * `isOurs` where it is Milepost that it does not know.
   */
  const dead = new Map<string, Refusal & { version: number; isRefused: boolean; isOurs: boolean }>();
  const told = new Map<string, string>();

  const tellOnce = ({ ownerId, name, tokenVersion }: SlackInstallation, fields: object, message: string): void => {
    const what = `${tokenVersion} ${message}`;
    if (told.get(ownerId) === what) return;
    told.set(ownerId, what);
    log.error({ workspace: ownerId, name, ...fields }, message);
  };

  const opened = (installation: SlackInstallation): SlackTokens | undefined => {
    try {
      return installations.open(installation);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tellOnce(installation, {}, `The tokens of a Slack workspace cannot be read: ${error.message} (${installUrl})`);
      return undefined;
    }
  };

  const endOf = ({ ownerId, tokenVersion }: SlackInstallation) => {
    const end = dead.get(ownerId);
    return end?.version === tokenVersion ? end : undefined;
  };

  const bury = (installation: SlackInstallation, isRefused: boolean, code: string): void => {
    const { ownerId, tokenVersion: version } = installation;
    const isOurs = /client/.test(code);
    dead.set(ownerId, { ...refusedAgain(endOf(installation), now()), version, isRefused, isOurs });
    tellOnce(
      installation,
      { code, validUntil: isRefused ? undefined : installation.tokenExpiresAt },
      isOurs
        ? 'Slack does not know Milepost by SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, so its tokens run out; put them right and start again'
        : `Slack takes the token of a workspace no more; somebody there has to install Milepost again at ${installUrl}`,
    );
  };

  /** The token that another process has put in the place of this one. */
  const replacedBy = async (read: SlackInstallation, waits: readonly number[]): Promise<string | undefined> => {
    for (const wait of waits) {
      if (wait > 0) await delay(wait);
      const current = await installations.read(read);
      if (!current) return undefined;
      if (current.tokenVersion !== read.tokenVersion) return opened(current)?.botToken;
    }
    return undefined;
  };

  const mayRefresh = async ({ ownerId, tokenVersion }: SlackInstallation): Promise<boolean> => {
    if (claimed.get(ownerId) === tokenVersion) return true;
    if (!(await kept.claim(`slack tokens ${ownerId} ${tokenVersion}`, CLAIM_MS))) return false;
    claimed.set(ownerId, tokenVersion);
    return true;
  };

  const renewNow = async (read: SlackInstallation, { refreshToken }: Rotation): Promise<string | undefined> => {
    const { ownerId, tokenVersion } = read;
    if (!(await mayRefresh(read))) {
      const token = await replacedBy(read, LOOK_AFTER_MS);
      if (token === undefined) throw new Error('Another process is renewing this token, and not done yet.');
      return token;
    }
    // Who had read it before it was renewed comes late, and the refresh token is used up.
    const renewed = await replacedBy(read, [0]);
    if (renewed !== undefined) return renewed;
    const known = unsaved.get(ownerId);
    let tokens = known?.after === tokenVersion ? known.tokens : undefined;
    try {
      tokens ??= await refresh(refreshToken);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.type !== 'refused') throw error;
      // A process whose claim had lapsed may have used the refresh token all the same.
      const token = await replacedBy(read, [0]);
      if (token === undefined) bury(read, false, problem.code);
      return token;
    }
    unsaved.set(ownerId, { after: tokenVersion, tokens });
    const isKept = await installations.replaceTokens(read, tokens);
    unsaved.delete(ownerId);
    return isKept ? tokens.botToken : replacedBy(read, [0]);
  };

  /** The renewed token; undefined where there is none any more. At most once at a time. */
  const renew = (read: SlackInstallation, rotation: Rotation): Promise<string | undefined> => {
    const { ownerId } = read;
    const known = underWay.get(ownerId);
    if (known) return known;
    const work = renewNow(read, rotation)
      .catch(error => {
        const problem = problemOf(error);
        const restMs = problem.type === 'limited' ? problem.retryAfterMs : REST_MS;
        restsUntil.set(ownerId, now().getTime() + restMs);
        log.warn({ err: error, workspace: ownerId }, 'the token of a Slack workspace could not be renewed yet');
        throw error;
      })
      .finally(() => underWay.delete(ownerId));
    underWay.set(ownerId, work);
    return work;
  };

  return {
    async of(installation) {
      const tokens = opened(installation);
      if (!tokens) return undefined;
      const { botToken, rotation } = tokens;
      const leftMs = rotation ? rotation.expiresAt.getTime() - now().getTime() : Number.POSITIVE_INFINITY;
      const end = endOf(installation);
      if (end && now().getTime() < end.lastAt + TOKEN_REST_MS)
        return leftMs > 0 && !end.isRefused ? botToken : undefined;
      if (!rotation || leftMs > RENEW_AHEAD_MS) return botToken;
      if (leftMs <= 0) return renew(installation, rotation);
      // Nobody waits for Slack while the old token is good.
      if (leftMs <= SPARE_MS) return (await renew(installation, rotation).catch(() => undefined)) ?? botToken;
      if (now().getTime() >= (restsUntil.get(installation.ownerId) ?? 0)) renew(installation, rotation).catch(() => {});
      return botToken;
    },
    canOpen: installation => opened(installation) !== undefined,
    isGone(installation) {
      const end = endOf(installation);
      return end !== undefined && !end.isOurs && isRefusedForGood(end);
    },
    async doubt(installation) {
      const tokens = opened(installation);
      if (!tokens) return;
      try {
        await clientsOf(tokens.botToken).reads.auth.test();
        dead.delete(installation.ownerId);
        told.delete(installation.ownerId);
      } catch (error) {
        const problem = problemOf(error);
        if (problem.type !== 'refused' || !isTokenRefused(problem)) return;
        const renewed = tokens.rotation && (await renew(installation, tokens.rotation).catch(() => tokens.botToken));
        if (renewed === undefined) bury(installation, true, problem.code);
      }
    },
    isIdle: () => underWay.size === 0,
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay.values());
    },
  };
};
