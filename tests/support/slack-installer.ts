// Milepost with many workspaces on a database, without the rest of the bot: its install page, a browser, and a clock that a test sets.
import { createHttpServer } from '../../src/http-server.ts';
import { createSecrets } from '../../src/secrets.ts';
import { createClients } from '../../src/slack/clients.ts';
import { createOAuthWorkspaces, type OAuthWorkspaces } from '../../src/slack/oauth.ts';
import { parkCommunity, welcomeCommunity } from '../../src/storage/attendance.ts';
import type { Db } from '../../src/storage/database.ts';
import { claimName } from '../../src/storage/kept-values.ts';
import { createInstallationStore, type SlackInstallationStore } from '../../src/storage/slack-installations.ts';
import { memoryLog } from './delivery.ts';
import { closeAfterwards, startForTest } from './slack/real-app.ts';
import type { LocalSlack } from './slack/slack-server.ts';

export const KEY = 'the-key-of-this-year-0123456789abcdef';
export const OLD_KEY = 'the-key-of-last-year-0123456789abcdef';
export const HOUR_MS = 3_600_000;

export type Clock = { now: Date };
export const startClock = (): Clock => ({ now: new Date('2026-11-23T08:00:00Z') });
export const pass = (clock: Clock, ms: number): void => {
  clock.now = new Date(clock.now.getTime() + ms);
};

/** A local Slack that lives by the clock. */
export const startSlackAt = (clock: Clock, { rotation = false } = {}): Promise<LocalSlack> =>
  startForTest({ now: () => clock.now, signingClock: () => clock.now }).then(slack => {
    slack.app.tokenRotation = rotation;
    return slack;
  });

export type Installer = OAuthWorkspaces & {
  url: string;
  installations: SlackInstallationStore;
  lines: { level: number; msg: string; workspace?: string }[];
  /** What Slack tells of a removal, at the time of the clock unless told. */
  remove(where: { teamId: string; enterpriseId?: string; isOrgInstall?: boolean; at?: Date }): Promise<void>;
};

/** One process on this database. */
export const startInstaller = async (given: {
  db: Db;
  slack: LocalSlack;
  clock: Clock;
  keys?: readonly string[];
  clientSecret?: string;
}): Promise<Installer> => {
  const { db, slack, clock, keys = [KEY] } = given;
  const now = () => clock.now;
  const { log, lines } = memoryLog();
  const http = createHttpServer(request => made.routes.fetch(request), { host: '127.0.0.1', port: 0 });
  await http.start();
  closeAfterwards(() => http.stop());
  const installations = createInstallationStore(db, createSecrets(keys), now);
  const made = createOAuthWorkspaces({
    clientId: slack.clientId,
    clientSecret: given.clientSecret ?? slack.clientSecret,
    stateSecret: 'a-secret-that-nobody-guesses',
    publicUrl: http.address(),
    apiUrl: slack.apiUrl,
    installations,
    async installed({ teamId, name }) {
      await welcomeCommunity(db, { platform: 'slack', externalId: teamId, name }, clock.now);
    },
    clientsOf: createClients(slack.apiUrl),
    kept: { claim: (name, forMs) => claimName(db, name, new Date(clock.now.getTime() + forMs), clock.now) },
    now,
    log,
  });
  return {
    ...made,
    url: http.address(),
    installations,
    lines,
    async remove({ at = clock.now, isOrgInstall = false, ...where }) {
      for (const externalId of await made.workspaces.removed({ ...where, isOrgInstall, at }))
        await parkCommunity(db, { platform: 'slack', externalId }, at);
    },
  };
};

export type Page = { status: number; text: string; headers: Headers };
const read = async (answer: Response): Promise<Page> => ({
  status: answer.status,
  text: await answer.text(),
  headers: answer.headers,
});

/** A browser with its one cookie. */
export const openBrowser = () => {
  let cookie = '';
  const visit = async (address: string): Promise<Page> => {
    const answer = await fetch(address, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    const set = answer.headers.get('set-cookie');
    if (set !== null) cookie = /Max-Age=0/i.test(set) ? '' : (set.split(';')[0] ?? '');
    return read(answer);
  };
  return {
    visit,
    get cookie() {
      return cookie;
    },
    set cookie(value) {
      cookie = value;
    },
    /** Opens the install page and presses its button; answers where Slack sends the browser back to. */
    async agree(url: string): Promise<string> {
      const page = await visit(`${url}/slack/install`);
      const button = /class="button" href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
      const slackPage = await fetch(button, { redirect: 'manual' });
      return slackPage.headers.get('location') ?? `no way back: ${await slackPage.text()}`;
    },
  };
};

/** The whole way, as a person goes it. */
export const installByBrowser = async (url: string): Promise<Page> => {
  const browser = openBrowser();
  return browser.visit(await browser.agree(url));
};
