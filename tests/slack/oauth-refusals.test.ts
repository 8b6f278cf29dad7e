// Workspaces by OAuth whose token Slack refuses, or that an organisation takes away: when they are left, and when they are not.
import { afterEach, describe, expect, it } from 'vitest';
import { receive } from '../../src/slack/receive.ts';
import { communityByExternalId, presentCommunities } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import { openTestDb } from '../support/databases.ts';
import { mondayDigest } from '../support/delivery.ts';
import { closeAfterwards, closeAll } from '../support/slack/real-app.ts';
import type { TestWorkspace } from '../support/slack/slack-server.ts';
import { PUBLIC_URL, passTimeWith, type SlackTestBot, startSlackTestBot } from '../support/slack-bot.ts';
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

const POST = { method: 'chat.postMessage' };

/** The bot in these workspaces, each with a digest on Mondays at nine. */
const start = async (how: { orgWide: boolean }) => {
  const test = await startSlackTestBot({ transport: 'http', many: true });
  closeAfterwards(() => test.stop());
  closeAfterwards(passTimeWith(test));
  test.slack.app.tokenRotation = false;
  const { slack } = test;
  const places = how.orgWide
    ? ['One', 'Two'].map(name => slack.addWorkspace({ name, enterpriseId: 'E01', installed: false }))
    : [test.workspace];
  slack.installInto({ workspace: places[0] as TestWorkspace, orgWide: how.orgWide });
  const browser = openBrowser();
  const address = test.bot.http?.address() ?? '';
  const back = await browser.agree(address);
  expect((await browser.visit(back.replace(PUBLIC_URL, address))).status).toBe(200);
  const made = [];
  for (const [n, workspace] of places.entries()) {
    const externalId = workspace.teamId;
    const community = (await communityByExternalId(test.db, { platform: 'slack', externalId })) as Community;
    const weekly = workspace.addChannel({ name: 'weekly', id: `C0WEEKLY${n}` });
    await mondayDigest(test.db, community, test.now(), { channelId: weekly.id, direct: false, zone: 'UTC' });
    made.push({ workspace, weekly, community, posts: () => slack.messages(weekly).length });
  }
  const [one, two] = made;
  if (!one) throw new Error('no workspace');
  const here = async () => (await presentCommunities(test.db, 'slack')).map(({ externalId }) => externalId);
  return { ...test, test, one, two: two ?? one, here };
};
const told = ({ slack, bot }: SlackTestBot): Promise<void> => slack.until(() => bot.slack.isIdle());

describe('a workspace whose token Slack refuses', () => {
  it('for a moment is asked again, gets its post late and is not left', async () => {
    const { test, slack, one, here } = await start({ orgWide: false });
    slack.misbehave.api({ ...POST, times: 1 }, { error: 'invalid_auth' });
    slack.misbehave.api({ method: 'auth.test', times: 1 }, { error: 'invalid_auth' });
    await test.liveUntil('2026-11-23T09:11:00Z');
    expect(one.posts()).toBe(1);
    expect(await here()).toEqual([one.workspace.teamId]);
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(one.posts()).toBe(2);
  });

  it('for minutes is left, and welcomed by the first who acts when it is taken again', async () => {
    const { test, slack, one, here } = await start({ orgWide: false });
    slack.misbehave.api(POST, { error: 'invalid_auth' });
    slack.misbehave.api({ method: 'auth.test' }, { error: 'invalid_auth' });
    await test.liveUntil('2026-11-23T09:11:00Z');
    expect(await here()).toEqual([one.workspace.teamId]);
    await test.liveUntil('2026-11-23T09:21:00Z');
    expect(await here()).toEqual([]);
    slack.misbehave.clear();
    await test.liveUntil('2026-11-24T08:00:00Z');
    const answer = await one.workspace.user('ada').in(one.weekly).type('/next');
    expect(JSON.stringify(answer)).toContain('track');
    expect(await here()).toEqual([one.workspace.teamId]);
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect(one.posts()).toBe(1);
  });

  it('because it does not know Milepost’s client secret is not left', async () => {
    const clock = startClock();
    const slack = await startSlackAt(clock, { rotation: true });
    const readers = slack.addWorkspace({ name: 'Readers', installed: false });
    slack.installInto({ workspace: readers });
    const db = await openTestDb();
    await installByBrowser((await startInstaller({ db, slack, clock })).url);
    const wrong = await startInstaller({ db, slack, clock, clientSecret: 'wrong' });
    pass(clock, 13 * HOUR_MS);
    for (let n = 0; n < 4; n += 1) {
      expect(await wrong.workspaces.of(readers.teamId)).toBeUndefined();
      pass(clock, 11 * 60_000);
    }
    expect(await wrong.workspaces.isGone(readers.teamId)).toBe(false);
  });

  it('whose installation is gone is left with the next post', async () => {
    const { test, db, one, here } = await start({ orgWide: false });
    // As where the process died between the two writes of a removal.
    const { slackInstallations } = db.tables;
    await db.query.update(slackInstallations).set({ removedAt: test.now(), botToken: null, refreshToken: null });
    await test.liveUntil('2026-11-23T09:01:00Z');
    expect(await here()).toEqual([]);
    expect(one.posts()).toBe(0);
    expect(await test.liveUntil('2026-12-07T12:00:00Z')).toEqual([]);
  });
});

describe('news of a removal', () => {
  it('throws nothing away where Slack cannot be asked whether it is so', async () => {
    const { test, slack, one, here } = await start({ orgWide: false });
    slack.misbehave.api({ method: 'auth.test' }, { status: 503 });
    await one.workspace.tell({ type: 'tokens_revoked', tokens: { bot: [one.workspace.botUserId] } });
    await told(test);
    slack.misbehave.clear();
    expect(await here()).toEqual([one.workspace.teamId]);
    await test.liveUntil('2026-11-23T09:01:00Z');
    expect(one.posts()).toBe(1);
    expect(test.log.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
      'Slack told of a removal, and could not be asked about it',
    ]);
  });

  it('from an organisation that names no workspace ends it in all of them', async () => {
    const clock = startClock();
    const slack = await startSlackAt(clock);
    const [one, two] = ['One', 'Two'].map(name => slack.addWorkspace({ name, enterpriseId: 'E01', installed: false }));
    if (!one || !two) throw new Error('no workspaces');
    slack.installInto({ workspace: one, orgWide: true });
    const installer = await startInstaller({ db: await openTestDb(), slack, clock });
    await installByBrowser(installer.url);
    slack.uninstallOrg('E01');
    const payload = {
      type: 'event_callback',
      team_id: null,
      enterprise_id: 'E01',
      event_time: clock.now.getTime() / 1000,
      event: { type: 'app_uninstalled' },
      authorizations: [{ enterprise_id: 'E01', team_id: null, is_enterprise_install: true }],
    };
    const news = receive(payload, { readSlash: () => '' });
    if (news.type !== 'removed') throw new Error(`it is ${JSON.stringify(news)}`);
    expect((await installer.workspaces.removed(news)).sort()).toEqual([one.teamId, two.teamId].sort());
    expect(await installer.workspaces.of(two.teamId, 'E01')).toBeUndefined();
  });
});

describe('an organisation', () => {
  it('that takes Milepost out of one workspace keeps it in the others, although nothing tells of it but the post', async () => {
    const { test, slack, one, two, here } = await start({ orgWide: true });
    // From now on it is not among the workspaces that Slack lists.
    await two.workspace.uninstall();
    await told(test);
    expect(await here()).toEqual([one.workspace.teamId, two.workspace.teamId]);
    slack.misbehave.api(POST, { error: 'team_access_not_granted' });
    await test.liveUntil('2026-11-23T09:01:00Z');
    expect(await here()).toEqual([one.workspace.teamId]);
    slack.misbehave.clear();
    await test.liveUntil('2026-11-23T09:11:00Z');
    expect([one.posts(), two.posts()]).toEqual([1, 0]);
  });

  it('that gives and takes workspaces is followed at once', async () => {
    const { test, slack, one, two, here } = await start({ orgWide: true });
    const tell = async (type: string): Promise<void> => {
      await one.workspace.tell({ type, team_ids: [two.workspace.teamId], event_ts: '1.0' });
      await told(test);
    };
    await two.workspace.uninstall();
    await told(test);
    await tell('team_access_revoked');
    expect(await here()).toEqual([one.workspace.teamId]);
    await test.liveUntil('2026-11-23T09:01:00Z');
    expect([one.posts(), two.posts()]).toEqual([1, 0]);
    slack.installInto({ workspace: two.workspace, orgWide: true });
    two.workspace.reinstall();
    await tell('team_access_granted');
    expect(await here()).toEqual([one.workspace.teamId, two.workspace.teamId]);
    await test.liveUntil('2026-11-30T09:01:00Z');
    expect([one.posts(), two.posts()]).toEqual([2, 1]);
  });

  it('is believed about its workspaces only as far as Slack lists them', async () => {
    const { test, one, two, here } = await start({ orgWide: true });
    await one.workspace.tell({ type: 'team_access_revoked', team_ids: [two.workspace.teamId], event_ts: '1.0' });
    await told(test);
    expect((await here()).sort()).toEqual([one.workspace.teamId, two.workspace.teamId].sort());
  });
});
