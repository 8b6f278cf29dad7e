// Checks many workspaces of one app: whether their tokens can be read, run out, are accepted, and what their schedules need.
import { quoted, type ScheduledCommunity, schedulesVerdict } from '../doctor-schedules.ts';
import { bad, type Finding, good, unchecked, warning } from '../finding.ts';
import { type Clients, problemOf } from './clients.ts';
import { failure, tokenRefusal } from './doctor-failure.ts';
import { checkSchedulesOf, slackWords } from './doctor-schedules.ts';
import { botOf, checkScopes } from './doctor-token.ts';
import { PATHS } from './manifest.ts';
import type { SlackNames } from './names.ts';

/** An installation that was not removed. */
export type CheckedInstallation = {
  /** The workspace's id; the organisation's where Milepost was installed for all of its workspaces. */
  ownerId: string;
  name: string;
  appId: string;
  /** Null where its token does not rotate. */
  tokenExpiresAt: Date | null;
  /** Undefined where no key opens it. */
  botToken: string | undefined;
  /** The workspaces of our database that it serves, by their ids. */
  teamIds: readonly string[];
};

/** Beyond that it takes too long; where one is well, most are. */
const WORKSPACES_AT_MOST = 50;
const CHANNELS_AT_MOST = 5;
const NAMED = 5;

const namesOf = (all: readonly { name: string; ownerId: string }[]): string => {
  const named = all.slice(0, NAMED).map(({ name, ownerId }) => `${quoted(name || ownerId)} (${ownerId})`);
  return all.length > NAMED ? `${named.join(', ')} and ${all.length - NAMED} more` : named.join(', ');
};

const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const unreadableFinding = (unreadable: readonly CheckedInstallation[], installUrl: string): Finding =>
  bad(
    `Stored tokens: no key opens ${unreadable.length === 1 ? 'that' : `the ${unreadable.length}`} of ${namesOf(unreadable)}`,
    `Set SECRET_KEY, or SECRET_KEY_OLD beside it, to the key that they were stored with. Where it is lost, somebody of each workspace opens ${installUrl} and installs Milepost again; nothing else is lost.`,
  );

/** What is wrong with one workspace; `stop` where asking for others is no use either. */
const checkInstallation = async (
  installation: CheckedInstallation & { botToken: string },
  communities: readonly ScheduledCommunity[],
  clientsOf: (token: string) => Clients,
  names: SlackNames,
  installUrl: string,
): Promise<{ findings: Finding[]; stop: boolean }> => {
  const { name, ownerId, botToken, teamIds } = installation;
  const who = ` of ${quoted(name || ownerId)} (${ownerId})`;
  const clients = clientsOf(botToken);
  try {
    const bot = await botOf(clients);
    const findings = checkScopes(bot, 'many', who);
    // Where scopes are missing their lack would be told once more of each channel.
    if (findings.every(({ type }) => type !== 'bad'))
      for (const community of communities.filter(({ externalId }) => teamIds.includes(externalId)))
        findings.push(...(await checkSchedulesOf(community, clients, names, CHANNELS_AT_MOST)));
    return { findings, stop: false };
  } catch (error) {
    const refusal = tokenRefusal(error);
    if (refusal !== undefined)
      return {
        findings: [
          bad(
            `Token${who}: Slack refuses it: ${refusal}`,
            `Somebody of that workspace opens ${installUrl} and installs Milepost again; nothing of theirs is lost.`,
          ),
        ],
        stop: false,
      };
    const { type } = problemOf(error);
    return { findings: [failure(`Token${who}`, error)], stop: type === 'unreachable' || type === 'unclear' };
  }
};

/** What the tokens' lives say, of those that rotate. */
const expiryFindings = (all: readonly CheckedInstallation[], now: Date): Finding[] => {
  const rotating = all.flatMap(({ tokenExpiresAt, ...rest }) => (tokenExpiresAt ? [{ ...rest, tokenExpiresAt }] : []));
  const byTime = rotating.toSorted((a, b) => a.tokenExpiresAt.getTime() - b.tokenExpiresAt.getTime());
  const over = byTime.filter(({ tokenExpiresAt }) => tokenExpiresAt <= now);
  const [first] = byTime.filter(({ tokenExpiresAt }) => tokenExpiresAt > now);
  const findings: Finding[] = [];
  if (over.length > 0)
    findings.push(
      warning(
        `Stored tokens: ${over.length === 1 ? 'one has' : `${over.length} have`} run out: ${over
          .slice(0, NAMED)
          .map(one => `${quoted(one.name || one.ownerId)} (${one.ownerId}) at ${minute(one.tokenExpiresAt)}`)
          .join(', ')}${over.length > NAMED ? ', …' : ''}`,
        'Milepost renews a token when it next needs it, and this check changes nothing. Where it runs and this stays so, its log says why; installing it again in the workspace mends it.',
      ),
    );
  if (first)
    findings.push(good(`Stored tokens: the next runs out at ${minute(first.tokenExpiresAt)}, and is renewed before`));
  return findings;
};

const healthyOf = (healthy: number, installed: number): string => {
  if (healthy < installed) return `${healthy} of ${installed} in good health`;
  return installed === 1 ? 'the one that Milepost is in is in good health' : `all ${installed} in good health`;
};

/** Findings for every workspace with a problem, and a count of the others. At most two requests a workspace and five for its channels. */
export const checkInstallations = async (deps: {
  installations: readonly CheckedInstallation[];
  communities: readonly ScheduledCommunity[];
  clientsOf: (token: string) => Clients;
  names: SlackNames;
  publicUrl: string;
  now: Date;
}): Promise<Finding[]> => {
  const { installations, communities, clientsOf, names, publicUrl, now } = deps;
  const installUrl = `${publicUrl}${PATHS.install}`;
  const served = new Set(installations.flatMap(({ teamIds }) => teamIds));
  const resting = communities.filter(({ externalId }) => !served.has(externalId));
  const [rest] = resting;
  const whose = rest && resting.length === 1 ? `of ${quoted(rest.name)}` : `of ${resting.length} communities`;
  const rests = rest ? [good(`Database: the data ${whose} rests until Milepost is installed there again`)] : [];
  if (installations.length === 0)
    return [
      warning(
        `Workspaces: Milepost is installed in none ${rest ? 'any more' : 'yet'}`,
        `Open ${installUrl}, or send it to somebody of a workspace.${rest ? ' Nothing was deleted.' : ''}`,
      ),
      ...rests,
    ];

  const unreadable = installations.filter(({ botToken }) => botToken === undefined);
  const usable = installations.flatMap(({ botToken, ...others }) =>
    botToken !== undefined && (!others.tokenExpiresAt || others.tokenExpiresAt > now) ? [{ ...others, botToken }] : [],
  );
  const findings: Finding[] = unreadable.length > 0 ? [unreadableFinding(unreadable, installUrl)] : [];
  findings.push(
    ...expiryFindings(
      installations.filter(({ botToken }) => botToken !== undefined),
      now,
    ),
  );
  const looked: (typeof usable)[number][] = [];
  let healthy = 0;
  // One after the other: a bot that runs beside this check has the same rate limits.
  for (const installation of usable.slice(0, WORKSPACES_AT_MOST)) {
    const { findings: found, stop } = await checkInstallation(installation, communities, clientsOf, names, installUrl);
    looked.push(installation);
    if (found.length === 0) healthy += 1;
    findings.push(...found);
    if (stop) break;
  }
  if (healthy > 0) findings.push(good(`Workspaces: ${healthyOf(healthy, installations.length)}`));
  const left = usable.length - looked.length;
  if (left > 0)
    findings.push(
      unchecked(
        `${left} more ${left === 1 ? 'workspace' : 'workspaces'}`,
        `this looks at ${WORKSPACES_AT_MOST} at most, while Slack answers`,
      ),
    );
  const seen = communities.filter(({ externalId }) => looked.some(({ teamIds }) => teamIds.includes(externalId)));
  return [...rests, ...findings, ...(seen.length > 0 ? schedulesVerdict(seen, findings, slackWords(names)) : [])];
};
