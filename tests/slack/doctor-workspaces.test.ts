import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadCommands } from '../../src/commands.ts';
import type { ScheduledCommunity } from '../../src/doctor-schedules.ts';
import { checkSlack, type SlackCheckDeps } from '../../src/slack/doctor.ts';
import type { CheckedInstallation } from '../../src/slack/doctor-workspaces.ts';
import { BOT_SCOPES, slackManifest } from '../../src/slack/manifest.ts';
import { type LocalSlack, startSlack, type TestWorkspace } from '../support/slack/slack-server.ts';

const NOW = new Date('2026-11-23T08:00:00.500Z');
const ADDRESS = 'https://milepost.example.org';
const hours = (count: number): Date => new Date(NOW.getTime() + count * 3_600_000);

let slack: LocalSlack;
let leeds: TestWorkspace;
let york: TestWorkspace;
let deps: SlackCheckDeps;
beforeAll(async () => {
  slack = await startSlack({ now: () => NOW });
  leeds = slack.addWorkspace({ name: 'AI Safety Leeds', scopes: BOT_SCOPES });
  york = slack.addWorkspace({ name: 'AI Safety York', scopes: BOT_SCOPES });
  const commands = await loadCommands();
  slack.useManifest(slackManifest(commands, { socket: true }, { oauth: { url: ADDRESS } }) as never);
  const { clientId, clientSecret } = slack;
  deps = {
    slack: {
      transport: { type: 'socket', appToken: slack.appToken },
      workspace: { type: 'many', clientId, clientSecret, stateSecret: 'a state secret of some length' },
      apiUrl: slack.apiUrl,
    },
    publicUrl: ADDRESS,
    configToken: slack.configToken,
    commands,
    communities: [],
    installations: [],
    now: () => NOW,
  };
});
afterAll(() => slack.stop());
beforeEach(() => slack.clearRequests());
afterEach(() => {
  slack.misbehave.clear();
  leeds.setScopes(BOT_SCOPES);
});

const installed = (workspace: TestWorkspace, change: Partial<CheckedInstallation> = {}): CheckedInstallation => ({
  ownerId: workspace.teamId,
  name: workspace.name,
  appId: slack.appId,
  tokenExpiresAt: null,
  botToken: workspace.botToken,
  teamIds: [workspace.teamId],
  ...change,
});
const communityOf = (
  { teamId, name }: { teamId: string; name: string },
  ...channels: string[]
): ScheduledCommunity => ({
  externalId: teamId,
  name,
  schedules: channels.map((channelId, at) => ({
    id: at + 1,
    kind: 'digest',
    channelId,
    thread: false,
    pausedAt: null,
    pausedReason: null,
  })),
});

const check = async (given: Partial<SlackCheckDeps> = {}) => {
  const findings = await checkSlack({ ...deps, ...given });
  const lines = findings.map(
    finding => `${finding.type}: ${finding.what}${'todo' in finding ? ` -> ${finding.todo}` : ''}`,
  );
  for (const secret of [leeds.botToken, york.botToken, slack.appToken, slack.configToken, slack.clientSecret])
    expect(lines.join('\n')).not.toContain(secret);
  return lines;
};
const troubles = async (given: Partial<SlackCheckDeps> = {}) =>
  (await check(given)).filter(line => !line.startsWith('good: '));

describe('what the doctor says of many workspaces', () => {
  it('is all good, in one line for all that are well', async () => {
    const general = leeds.addChannel({ name: 'general' });
    const lines = await check({
      installations: [installed(leeds), installed(york, { tokenExpiresAt: hours(3) })],
      communities: [communityOf(leeds, general.id), communityOf(york)],
    });
    expect(lines).toEqual([
      'good: Clock: agrees with Slack’s',
      'good: OAuth: Slack refuses neither Client ID nor Client Secret',
      'good: App token: Slack accepts it, with connections:write, for Socket Mode',
      'good: Manifest: the app’s settings at Slack are those of this version',
      'good: Stored tokens: the next runs out at 2026-11-23 11:00 UTC, and is renewed before',
      'good: Workspaces: all 2 in good health',
      'good: Schedules: the one that posts in a channel may do so',
    ]);
  });

  it('changes nothing: no token is renewed, nothing installed', async () => {
    await check({ installations: [installed(leeds, { tokenExpiresAt: hours(-1) }), installed(york)] });
    const codes = slack.requests
      .filter(({ method }) => method === 'oauth.v2.access')
      .map(({ answer }) => answer?.error);
    expect(codes).toEqual(['invalid_code']);
    expect(slack.connects).toBe(0);
  });

  it('tells a client ID and a client secret that Slack refuses', async () => {
    const { workspace } = deps.slack;
    const refused = (change: object) =>
      troubles({ slack: { ...deps.slack, workspace: { ...workspace, ...change } as never } });
    expect((await refused({ clientId: '1.2' }))[0]).toMatch(
      /^bad: OAuth: Slack refuses SLACK_CLIENT_ID, .*App Credentials/,
    );
    expect((await refused({ clientSecret: 'f'.repeat(32) }))[0]).toMatch(
      /^bad: OAuth: Slack refuses SLACK_CLIENT_SECRET/,
    );
  });

  it('prints the install page where Milepost is in no workspace, yet or any more', async () => {
    const what = `-> Open ${ADDRESS}/slack/install, or send it to somebody of a workspace.`;
    expect(await troubles()).toEqual([`warning: Workspaces: Milepost is installed in none yet ${what}`]);
    const lines = await check({ communities: [communityOf(leeds)] });
    expect(lines).toContain(`warning: Workspaces: Milepost is installed in none any more ${what} Nothing was deleted.`);
    expect(lines).toContain(
      'good: Database: the data of “AI Safety Leeds” rests until Milepost is installed there again',
    );
  });

  it('names the workspaces whose tokens no key opens, and how to get them back', async () => {
    const lost = installed(york, { botToken: undefined });
    const lines = await check({ installations: [installed(leeds), lost] });
    expect(lines).toContain(
      `bad: Stored tokens: no key opens that of “AI Safety York” (${york.teamId}) -> Set SECRET_KEY, or SECRET_KEY_OLD beside it, to the key that they were stored with. Where it is lost, somebody of each workspace opens ${ADDRESS}/slack/install and installs Milepost again; nothing else is lost.`,
    );
    expect(lines).toContain('good: Workspaces: 1 of 2 in good health');
    const many = Array.from({ length: 7 }, (_, at) => installed(york, { ownerId: `T${at}`, botToken: undefined }));
    expect((await troubles({ installations: many }))[0]).toMatch(/no key opens the 7 of .*\(T4\) and 2 more/);
  });

  it('says which tokens have run out, and does not renew them', async () => {
    const lines = await troubles({ installations: [installed(leeds), installed(york, { tokenExpiresAt: hours(-2) })] });
    expect(lines).toEqual([
      expect.stringMatching(
        /^warning: Stored tokens: one has run out: “AI Safety York” \(T\w+\) at 2026-11-23 06:00 UTC -> Milepost renews a token when/,
      ),
    ]);
    expect(slack.requests.filter(({ teamId }) => teamId === york.teamId)).toEqual([]);
  });

  it('has one line for each workspace with a problem: a token that Slack refuses, scopes that are missing', async () => {
    leeds.setScopes(BOT_SCOPES.filter(scope => scope !== 'chat:write'));
    slack.misbehave.api({ method: 'auth.test', team: york.teamId }, { error: 'account_inactive' });
    expect(await troubles({ installations: [installed(leeds), installed(york)] })).toEqual([
      expect.stringMatching(
        /^bad: Scopes of “AI Safety Leeds” \(T\w+\): one is missing\. Without chat:write nothing is posted.*installs Milepost again/,
      ),
      expect.stringMatching(
        /^bad: Token of “AI Safety York” \(T\w+\): Slack refuses it: the app was removed .* -> Somebody of that workspace opens https:\/\/milepost\.example\.org\/slack\/install/,
      ),
    ]);
  });

  it('says which workspace a schedule is in, at most five channels of each', async () => {
    const quiet = york.addChannel({ name: 'quiet', botIsMember: false });
    const more = Array.from({ length: 6 }, (_, at) => leeds.addChannel({ name: `c${at}` }).id);
    const lines = await troubles({
      installations: [installed(leeds), installed(york)],
      communities: [communityOf(leeds, ...more), communityOf(york, quiet.id)],
    });
    expect(lines).toEqual([
      expect.stringMatching(/^unchecked: not checked: 1 more schedule in “AI Safety Leeds” /),
      'bad: Schedule 1 (digest) in “AI Safety York”: Milepost is not in #quiet -> Type “/invite @milepost” in #quiet.',
    ]);
  });

  it('looks at the workspaces of an organisation with the organisation’s token', async () => {
    const first = slack.addWorkspace({ name: 'Org One', enterpriseId: 'E1', scopes: BOT_SCOPES });
    const second = slack.addWorkspace({ name: 'Org Two', enterpriseId: 'E1', scopes: BOT_SCOPES });
    const gone = second.addChannel({ name: 'gone', botIsMember: false });
    const org = installed(first, {
      ownerId: 'E1',
      name: 'Organisation',
      botToken: slack.orgToken('E1', BOT_SCOPES),
      teamIds: [first.teamId, second.teamId],
    });
    expect(await troubles({ installations: [org], communities: [communityOf(second, gone.id)] })).toEqual([
      expect.stringContaining('Schedule 1 (digest) in “Org Two”: Milepost is not in #gone'),
    ]);
  });

  it('looks at fifty workspaces, and says how many it left out', async () => {
    const all = Array.from({ length: 52 }, () => installed(leeds));
    expect(await troubles({ installations: all })).toEqual([
      'unchecked: not checked: 2 more workspaces (this looks at 50 at most, while Slack answers)',
    ]);
    expect(slack.requests.filter(({ method }) => method === 'auth.test')).toHaveLength(50);
  });

  it('stops asking where Slack does not answer any more', async () => {
    slack.misbehave.api({ method: 'auth.test' }, { drop: true });
    const lines = await troubles({ installations: [installed(leeds), installed(york)] });
    expect(lines).toEqual([
      expect.stringMatching(/^bad: Token of “AI Safety Leeds” .*broke off.*firewall/),
      expect.stringMatching(/^unchecked: not checked: 1 more workspace /),
    ]);
  });

  it('says what it could not look at without the database', async () => {
    const lines = await troubles({ installations: undefined, communities: undefined });
    expect(lines.at(-1)).toBe('unchecked: not checked: the workspaces and their schedules (they are in the database)');
  });
});
