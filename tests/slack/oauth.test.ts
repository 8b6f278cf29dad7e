import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { presentCommunities, welcomeCommunity } from '../../src/storage/attendance.ts';
import { type Db, openSqlite } from '../../src/storage/database.ts';
import { createSchedule, schedulesOf } from '../../src/storage/schedules.ts';
import { describeOnBothDatabases, openTestDb } from '../support/databases.ts';
import { clientOf, closeAfterwards, closeAll } from '../support/slack/real-app.ts';
import {
  HOUR_MS,
  installByBrowser,
  openBrowser,
  pass,
  startClock,
  startInstaller,
  startSlackAt,
} from '../support/slack-installer.ts';

afterEach(closeAll);

const start = async (db: Db) => {
  const clock = startClock();
  const slack = await startSlackAt(clock);
  const installer = await startInstaller({ db, slack, clock });
  const readers = slack.addWorkspace({ name: 'Readers <&> Writers', installed: false });
  slack.installInto({ workspace: readers });
  return { db, clock, slack, installer, readers };
};
const here = async (db: Db): Promise<string[]> => (await presentCommunities(db, 'slack')).map(one => one.externalId);

describe('the install page', () => {
  it('says what Milepost asks for, and asks Slack for that and no more', async () => {
    const { installer, slack } = await start(await openTestDb());
    const { status, text, headers } = await openBrowser().visit(`${installer.url}/slack/install`);
    expect(status).toBe(200);
    expect(text).toContain('Milepost reads nobody’s messages');
    const button = new URL(/class="button" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '');
    const asked = button.searchParams.get('scope')?.split(',') ?? [];
    expect(asked).toContain('chat:write');
    for (const scope of asked) expect(text).toContain(`<code>${scope}</code>`);
    expect(text.match(/<dt>/g)).toHaveLength(asked.length);
    expect(`${button.origin}${button.pathname}`).toBe(slack.authorizeUrl);
    expect(headers.get('set-cookie')).toMatch(
      /Max-Age=600; Path=\/slack\/oauth_redirect; HttpOnly; Secure; SameSite=Lax/,
    );
  });

  it('runs no script, stands in no frame and is kept by no cache', async () => {
    const { installer } = await start(await openTestDb());
    const { text, headers } = await openBrowser().visit(`${installer.url}/slack/install`);
    expect(text).not.toContain('<script');
    const policy = headers.get('content-security-policy');
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe('somebody who comes back from Slack', () => {
  it('who cancelled is told that nothing was installed', async () => {
    const { db, installer, slack, readers } = await start(await openTestDb());
    slack.installInto({ workspace: readers, deny: true });
    const page = await installByBrowser(installer.url);
    expect(page).toMatchObject({ status: 200 });
    expect(page.text).toContain('Nothing was installed');
    expect(page.text).toContain(`href="${installer.url}/slack/install"`);
    expect(await here(db)).toEqual([]);
  });

  it('with a wrong, foreign, old or used state is sent to the start, and Slack is not asked', async () => {
    const { db, clock, installer, slack } = await start(await openTestDb());
    const browser = openBrowser();
    const back = await browser.agree(installer.url);
    const cookie = browser.cookie;
    const refused = async (address: string, withCookie = cookie) => {
      browser.cookie = withCookie;
      const { status, text } = await browser.visit(address);
      expect(text).toContain('Start again');
      return status;
    };
    const forged = new URL(back);
    forged.searchParams.set('state', 'forged');
    expect(await refused(forged.href)).toBe(400);
    expect(await refused(forged.href, 'milepost-slack-state=forged')).toBe(400);
    forged.searchParams.delete('state');
    expect(await refused(forged.href, 'milepost-slack-state=')).toBe(400);
    expect(await refused(back, '')).toBe(400);
    const other = openBrowser();
    await other.agree(installer.url);
    expect(await refused(back, other.cookie)).toBe(400);
    pass(clock, 601_000);
    expect(await refused(back)).toBe(400);
    pass(clock, -601_000);
    expect(slack.requests.filter(({ method }) => method === 'oauth.v2.access')).toEqual([]);
    expect(await here(db)).toEqual([]);

    browser.cookie = cookie;
    expect((await browser.visit(back)).status).toBe(200);
    expect(await refused(back)).toBe(400);
    expect(slack.requests.filter(({ method }) => method === 'oauth.v2.access')).toHaveLength(1);
  });

  it('with a code that was used is told what Slack says', async () => {
    const { installer } = await start(await openTestDb());
    const first = openBrowser();
    const used = new URL(await first.agree(installer.url));
    await first.visit(used.href);
    const second = openBrowser();
    const back = new URL(await second.agree(installer.url));
    back.searchParams.set('code', used.searchParams.get('code') ?? '');
    const { status, text } = await second.visit(back.href);
    expect(status).toBe(502);
    expect(text).toContain('code_already_used');
  });

  it('is told what happened where Slack fails, refuses or says nothing; nothing is kept', async () => {
    const { db, installer, slack } = await start(await openTestDb());
    slack.misbehave.api({ method: 'oauth.v2.access', times: 1 }, { status: 503 });
    expect((await installByBrowser(installer.url)).text).toContain('no clear answer');
    slack.misbehave.api({ method: 'oauth.v2.access', times: 1 }, { drop: true });
    expect((await installByBrowser(installer.url)).text).toContain('no clear answer');
    slack.misbehave.api({ method: 'oauth.v2.access', times: 1 }, { status: 429, retryAfter: 1 });
    expect((await installByBrowser(installer.url)).text).toContain('Wait a minute');
    const browser = openBrowser();
    const back = new URL(await browser.agree(installer.url));
    back.searchParams.delete('code');
    back.searchParams.set('error', '<script>alert(1)</script>');
    const { text } = await browser.visit(back.href);
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toContain('<script');
    expect(await here(db)).toEqual([]);
    expect((await installByBrowser(installer.url)).status).toBe(200);
  });

  it('is told where it is our database that fails, without what is wrong with it', async () => {
    const db = await openSqlite(':memory:');
    const { installer } = await start(db);
    const browser = openBrowser();
    const back = await browser.agree(installer.url);
    await db.close();
    const { status, text } = await browser.visit(back);
    expect(status).toBe(500);
    expect(text).toContain('could not keep');
    expect(text).not.toMatch(/database connection|at .*\.ts/);
    expect(installer.lines.some(({ level }) => level === 50)).toBe(true);
  });
});

describe('an installation that is kept', () => {
  it('is told as done although its community cannot be welcomed yet', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'milepost-'));
    closeAfterwards(() => rm(folder, { recursive: true }));
    const path = join(folder, 'milepost.sqlite');
    const db = await openSqlite(path);
    closeAfterwards(() => db.close());
    const { installer, readers } = await start(db);
    const other = new Sqlite(path);
    closeAfterwards(() => other.close());
    other.exec(`create trigger full before insert on communities begin select raise(abort, 'disk full'); end`);
    expect((await installByBrowser(installer.url)).status).toBe(200);
    expect(installer.lines.filter(({ level }) => level === 50)).toMatchObject([{ workspace: readers.teamId }]);
    expect(await installer.workspaces.all()).toEqual([{ teamId: readers.teamId, name: readers.name }]);
  });
});

describeOnBothDatabases('Milepost in many workspaces', open => {
  it('is installed by a page, and each workspace has a token of its own', async () => {
    const { db, clock, slack, installer, readers } = await start(await open());
    const other = slack.addWorkspace({ name: 'Other', installed: false });
    const page = await installByBrowser(installer.url);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Milepost is in Readers &lt;&amp;&gt; Writers');
    // A schedule keeps the zone that holds when it is made.
    expect(page.text).toMatch(/invite @milepost[\s\S]*settings community-zone[\s\S]*schedule set/);
    expect(page.text).toContain(`/app_redirect?app=${slack.appId}&amp;team=${readers.teamId}"`);
    expect(await installer.workspaces.of(other.teamId)).toBeUndefined();
    slack.installInto({ workspace: other });
    pass(clock, 1000);
    await installByBrowser(installer.url);
    for (const { teamId, name, botToken, botUserId } of [readers, other]) {
      expect(await installer.workspaces.of(teamId)).toEqual({ teamId, name, botToken, botUserId });
      expect((await clientOf(slack, botToken).auth.test()).team_id).toBe(teamId);
    }
    expect(await installer.workspaces.all()).toEqual([
      { teamId: readers.teamId, name: readers.name },
      { teamId: other.teamId, name: other.name },
    ]);
    expect(await here(db)).toEqual([readers.teamId, other.teamId]);
  });

  it('takes a second installation in place of the first', async () => {
    const { installer, readers } = await start(await open());
    await installByBrowser(installer.url);
    const first = readers.botToken;
    await installByBrowser(installer.url);
    expect(readers.botToken).not.toBe(first);
    expect((await installer.workspaces.of(readers.teamId))?.botToken).toBe(readers.botToken);
    expect(await installer.workspaces.all()).toHaveLength(1);
  });

  it('keeps everything when it is removed, told twice and late, and comes back', async () => {
    const { db, clock, installer, readers } = await start(await open());
    await installByBrowser(installer.url);
    const community = await welcomeCommunity(
      db,
      { platform: 'slack', externalId: readers.teamId, name: '' },
      clock.now,
    );
    await createSchedule(
      db,
      {
        communityId: community.id,
        kind: 'digest',
        channelId: 'C1',
        direct: true,
        cron: '0 9 * * 1',
        zone: 'Europe/Berlin',
        tracks: [],
        topicsPerWeek: 2,
        startsOn: '2026-11-23',
        createdBy: 'ada',
      },
      clock.now,
    );
    pass(clock, HOUR_MS);
    const removedAt = clock.now;
    await readers.uninstall();
    await installer.remove({ teamId: readers.teamId });
    expect(await installer.workspaces.of(readers.teamId)).toBeUndefined();
    expect(await here(db)).toEqual([]);
    await installer.remove({ teamId: readers.teamId });
    expect(await here(db)).toEqual([]);

    pass(clock, HOUR_MS);
    await installByBrowser(installer.url);
    expect(await here(db)).toEqual([readers.teamId]);
    await installer.remove({ teamId: readers.teamId, at: removedAt });
    expect(await here(db)).toEqual([readers.teamId]);
    expect((await installer.workspaces.of(readers.teamId))?.botToken).toBe(readers.botToken);
    expect(await schedulesOf(db, community.id)).toHaveLength(1);
    expect((await db.query.select().from(db.tables.scheduleRuns)).length).toBeGreaterThan(0);
  });

  it('stays where Slack still takes its token: what was taken back was an older one', async () => {
    const { db, clock, installer, readers } = await start(await open());
    await installByBrowser(installer.url);
    pass(clock, HOUR_MS);
    await installer.remove({ teamId: readers.teamId });
    expect(await here(db)).toEqual([readers.teamId]);
    expect(await installer.workspaces.of(readers.teamId)).toBeDefined();
  });

  it('is removed for every process at once', async () => {
    const { db, clock, slack, installer, readers } = await start(await open());
    const second = await startInstaller({ db, slack, clock });
    await installByBrowser(installer.url);
    expect(await second.workspaces.of(readers.teamId)).toBeDefined();
    pass(clock, 1000);
    await readers.uninstall();
    await installer.remove({ teamId: readers.teamId });
    expect(await second.workspaces.of(readers.teamId)).toBeUndefined();
  });

  it('says in the log which token is of no use any more, once, and what to do', async () => {
    const { installer, readers } = await start(await open());
    await installByBrowser(installer.url);
    await installer.workspaces.doubt(readers.teamId);
    expect(await installer.workspaces.of(readers.teamId)).toBeDefined();
    await readers.revokeTokens();
    for (let n = 0; n < 2; n += 1) await installer.workspaces.doubt(readers.teamId);
    expect(await installer.workspaces.of(readers.teamId)).toBeUndefined();
    const errors = installer.lines.filter(({ level }) => level === 50);
    expect(errors).toMatchObject([{ workspace: readers.teamId }]);
    expect(errors[0]?.msg).toContain(`install Milepost again at ${installer.url}/slack/install`);
    await installByBrowser(installer.url);
    expect((await installer.workspaces.of(readers.teamId))?.botToken).toBe(readers.botToken);
  });
});

describeOnBothDatabases('an installation for a whole organisation', open => {
  const startOrg = async () => {
    const made = await start(await open());
    const [one, two, three] = ['One', 'Two', 'Three'].map(name =>
      made.slack.addWorkspace({ name, enterpriseId: 'E01', installed: false }),
    );
    if (!one || !two || !three) throw new Error('no workspaces');
    made.slack.installInto({ workspace: one, orgWide: true });
    return { ...made, one, two, three };
  };

  it('is welcomed in all its workspaces, which it serves with one token', async () => {
    const { db, installer, one, two, three, readers } = await startOrg();
    const page = await installByBrowser(installer.url);
    expect(page.text).toContain('installed for the organisation');
    expect((await here(db)).sort()).toEqual([one, two, three].map(({ teamId }) => teamId).sort());
    const tokens = await Promise.all([one, two].map(({ teamId }) => installer.workspaces.of(teamId)));
    expect(tokens[0]?.botToken).toBe(tokens[1]?.botToken);
    expect(tokens[1]).toMatchObject({ teamId: two.teamId, name: 'Two', enterpriseId: 'E01' });
    expect(await installer.workspaces.of(readers.teamId)).toBeUndefined();
    expect(await installer.workspaces.of(readers.teamId, 'E02')).toBeUndefined();
  });

  it('is welcomed with the first who comes where Slack does not list its workspaces', async () => {
    const { db, slack, installer, two } = await startOrg();
    slack.misbehave.api({ method: 'auth.teams.list' }, { error: 'fatal_error' });
    await installByBrowser(installer.url);
    expect(await here(db)).toEqual([]);
    expect(await installer.workspaces.of(two.teamId)).toBeUndefined();
    expect(await installer.workspaces.of(two.teamId, 'E01')).toMatchObject({ teamId: two.teamId });
    expect(await here(db)).toEqual([two.teamId]);
    // From now on the sender, which knows the workspace alone, finds it too.
    expect(await installer.workspaces.of(two.teamId)).toMatchObject({ teamId: two.teamId });
    expect(await installer.workspaces.all()).toEqual([{ teamId: two.teamId, name: '' }]);
  });

  it('is read to the end where there are more workspaces than Slack says at once', async () => {
    const { slack, installer } = await startOrg();
    for (let n = 0; n < 120; n += 1) slack.addWorkspace({ enterpriseId: 'E01', installed: false });
    await installByBrowser(installer.url);
    expect(await installer.workspaces.all()).toHaveLength(123);
  });

  it('forgets a workspace that Slack does not list any more', async () => {
    const { installer, two, three } = await startOrg();
    await installByBrowser(installer.url);
    await two.uninstall();
    expect((await installer.workspaces.all()).map(({ teamId }) => teamId)).not.toContain(two.teamId);
    expect(await installer.workspaces.of(two.teamId)).toBeUndefined();
    expect(await installer.workspaces.of(three.teamId)).toBeDefined();
  });

  it('is removed from all its workspaces but one that has an installation of its own, and comes back', async () => {
    const { db, clock, slack, installer, one, two, three } = await startOrg();
    await installByBrowser(installer.url);
    slack.installInto({ workspace: two });
    await installByBrowser(installer.url);
    pass(clock, 1000);
    slack.uninstallOrg('E01');
    await installer.remove({ teamId: one.teamId, enterpriseId: 'E01', isOrgInstall: true });
    expect(await here(db)).toEqual([two.teamId]);
    expect(await installer.workspaces.of(three.teamId, 'E01')).toBeUndefined();
    expect((await installer.workspaces.of(two.teamId, 'E01'))?.botToken).toBe(two.botToken);
    slack.misbehave.api({ method: 'auth.teams.list' }, { error: 'fatal_error' });
    slack.installInto({ workspace: one, orgWide: true });
    await installByBrowser(installer.url);
    await installer.workspaces.of(three.teamId, 'E01');
    expect((await here(db)).sort()).toEqual([two.teamId, three.teamId].sort());
  });

  it('stays in a workspace whose own installation is removed', async () => {
    const { db, clock, slack, installer, two } = await startOrg();
    await installByBrowser(installer.url);
    slack.installInto({ workspace: two });
    await installByBrowser(installer.url);
    pass(clock, 1000);
    await two.uninstall();
    await installer.remove({ teamId: two.teamId, enterpriseId: 'E01' });
    expect(await here(db)).toContain(two.teamId);
    expect(await installer.workspaces.of(two.teamId)).toMatchObject({ teamId: two.teamId });
  });
});
