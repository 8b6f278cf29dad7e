import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadCommands } from '../../src/commands.ts';
import type { ScheduledCommunity } from '../../src/doctor-schedules.ts';
import type { SlackEnv } from '../../src/env.ts';
import { checkSlack, type SlackCheckDeps } from '../../src/slack/doctor.ts';
import { BOT_SCOPES, slackManifest } from '../../src/slack/manifest.ts';
import { type LocalSlack, startSlack, type TestChannel, type TestWorkspace } from '../support/slack/slack-server.ts';
import { startSlackPortal } from '../support/slack-portal.ts';

/** In the middle of a second, of which the `Date` header says only the start. */
const NOW = new Date('2026-11-23T08:00:00.500Z');
const ADDRESS = 'https://milepost.example.org';

type Json = Record<string, unknown>;

let slack: LocalSlack;
let portal: Awaited<ReturnType<typeof startSlackPortal>>;
let workspace: TestWorkspace;
let general: TestChannel;
let deps: SlackCheckDeps;
let commands: SlackCheckDeps['commands'];

beforeAll(async () => {
  slack = await startSlack({ now: () => NOW });
  portal = await startSlackPortal(slack.apiUrl);
  commands = await loadCommands();
  workspace = slack.addWorkspace({ name: 'AI Safety Leeds', scopes: BOT_SCOPES });
  general = workspace.addChannel({ name: 'general' });
});
afterAll(async () => {
  await portal.stop();
  await slack.stop();
});
beforeEach(() => {
  slack.useManifest(slackManifest(commands, { socket: true }) as never);
  const transport = { type: 'socket', appToken: slack.appToken } as const;
  const one = { type: 'one', botToken: workspace.botToken } as const;
  deps = {
    slack: { transport, workspace: one, apiUrl: portal.apiUrl },
    publicUrl: undefined,
    configToken: slack.configToken,
    commands,
    communities: [],
    installations: [],
    now: () => NOW,
  };
});
afterEach(() => {
  slack.misbehave.clear();
  portal.answer();
  workspace.setScopes(BOT_SCOPES);
});

const communityWith = (
  schedule: Partial<ScheduledCommunity['schedules'][number]>,
  community: Partial<ScheduledCommunity> = {},
): ScheduledCommunity => ({
  externalId: workspace.teamId,
  name: workspace.name,
  schedules: [
    { id: 7, kind: 'digest', channelId: general.id, thread: true, pausedAt: null, pausedReason: null, ...schedule },
  ],
  ...community,
});

const check = async (given: Partial<SlackCheckDeps> = {}) => {
  const findings = await checkSlack({ ...deps, communities: [communityWith({})], ...given });
  const lines = findings.map(
    finding => `${finding.type}: ${finding.what}${'todo' in finding ? ` -> ${finding.todo}` : ''}`,
  );
  for (const secret of [workspace.botToken, slack.appToken, slack.configToken, slack.signingSecret])
    expect(lines.join('\n')).not.toContain(secret);
  return lines;
};
const troubles = async (given: Partial<SlackCheckDeps> = {}) =>
  (await check(given)).filter(line => !line.startsWith('good: '));
const withSlack = (change: Partial<SlackEnv>): Partial<SlackCheckDeps> => ({ slack: { ...deps.slack, ...change } });

describe('what the doctor says of Slack', () => {
  it('is all good for an app in good health', async () => {
    expect(await check()).toEqual([
      'good: Clock: agrees with Slack’s',
      `good: Bot token: Slack accepts it, workspace “AI Safety Leeds” (${workspace.teamId}), app ${slack.appId}`,
      'good: Scopes: all 10 are there',
      'good: App token: Slack accepts it, with connections:write, for Socket Mode',
      'good: Manifest: the app’s settings at Slack are those of this version',
      'good: Schedules: the one that posts in a channel may do so',
    ]);
  });

  it('changes nothing at Slack, and opens no connection that would take events away', async () => {
    slack.clearRequests();
    await check();
    expect(slack.requests.map(({ method }) => method).sort()).toEqual(
      [
        'api.test',
        'apps.connections.open',
        'apps.manifest.export',
        'auth.test',
        'bots.info',
        'conversations.info',
      ].sort(),
    );
    expect(slack.connects).toBe(0);
  });

  it('tells a network that is down from a token that is wrong', async () => {
    const closed = await startSlackPortal(slack.apiUrl);
    await closed.stop();
    const lines = await troubles(withSlack({ apiUrl: closed.apiUrl }));
    expect(lines).toEqual([
      expect.stringMatching(/^bad: Connection: Slack could not be reached \(ECONNREFUSED\)\. -> .*firewall/),
      'unchecked: not checked: everything else about Slack (Slack has to answer first)',
    ]);
  });

  it.each([
    [-6_000, 'warning: Clock: this machine is 6 s behind Slack'],
    [200_000, 'bad: Clock: this machine is 200 s ahead of Slack'],
  ])('notices a clock that is off by %i ms, and says how to set it', async (skew, expected) => {
    const [line = '', ...others] = await troubles({ now: () => new Date(NOW.getTime() + skew) });
    expect(line).toContain(expected);
    expect(line).toContain('NTP');
    expect(others).toEqual([]);
  });

  it.each([
    ['invalid_auth', 'Slack does not know this token'],
    ['account_inactive', 'the app was removed from its workspace'],
    ['token_revoked', 'the token was taken back'],
    ['token_expired', 'the token has run out'],
  ])(
    'says what %s means for the bot token and what to click, and still looks at the app token',
    async (error, words) => {
      slack.misbehave.api({ method: 'auth.test' }, { error });
      const lines = await check();
      expect(lines[1]).toContain(`bad: Bot token: Slack refuses SLACK_BOT_TOKEN: ${words}`);
      expect(lines[1]).toMatch(/-> .*OAuth & Permissions.*Bot User OAuth Token/);
      expect(lines[2]).toMatch(/^good: App token/);
      expect(lines.at(-1)).toMatch(
        /^unchecked: .*the scopes and the schedules \(Slack has to accept the bot token first\)/,
      );
    },
  );

  it('notices a person’s token in place of the bot’s', async () => {
    portal.answer({ 'auth.test': { bot_id: undefined } });
    expect((await troubles())[0]).toMatch(/^bad: Bot token: SLACK_BOT_TOKEN is a person’s token, .*xoxb-/);
  });

  it('says of each missing scope what does not work without it', async () => {
    workspace.setScopes(BOT_SCOPES.filter(scope => !['im:write', 'groups:history'].includes(scope)));
    expect(await troubles()).toEqual([
      expect.stringMatching(
        /^bad: Scopes: 2 are missing\. Without im:write no member gets their own digest; without groups:history .*after a crash.* -> .*Add an OAuth Scope.*Reinstall to Workspace/,
      ),
    ]);
  });

  it('hints at scopes that are there for nothing', async () => {
    workspace.setScopes([...BOT_SCOPES, 'chat:write.public']);
    expect(await troubles()).toEqual([
      expect.stringMatching(
        /^warning: Scopes: chat:write\.public granted, and Milepost needs none of it -> .*and remove it/,
      ),
    ]);
  });

  it('goes on without users:read, which says which app the token is of', async () => {
    workspace.setScopes(BOT_SCOPES.filter(scope => scope !== 'users:read'));
    expect(await troubles()).toEqual([
      expect.stringMatching(/^bad: Scopes: one is missing\. Without users:read nobody’s time zone/),
    ]);
    const http = { transport: { type: 'http', signingSecret: slack.signingSecret } } as const;
    const lines = await troubles({ ...withSlack(http), publicUrl: ADDRESS });
    expect(lines.at(-1)).toMatch(/^unchecked: .*\(Slack did not tell which app the token is of\)/);
  });

  it.each([
    [
      { error: 'invalid_auth' },
      /^bad: App token: Slack refuses SLACK_APP_TOKEN: Slack does not know .*App-Level Tokens/,
    ],
    [{ error: 'not_allowed_token_type' }, /^bad: App token: .*not the kind of token that belongs here/],
    [
      { error: 'missing_scope', needed: 'connections:write' },
      /^bad: App token: it lacks the scope connections:write.* -> .*add the scope connections:write/,
    ],
    [{ status: 503 as const }, /^bad: App token: Slack answered 503\. -> .*slack-status/],
    [{ status: 429 as const, retryAfter: 90 }, /^bad: App token: Slack asks to wait -> Run this again in 2 min/],
  ])('says what is wrong with an app token: %j', async (fault, expected) => {
    slack.misbehave.api({ method: 'apps.connections.open' }, fault);
    expect(await troubles()).toEqual([expect.stringMatching(expected)]);
  });

  it('notices Socket Mode that is switched off', async () => {
    const messages = ['[WARN] Socket Mode is not turned on.'];
    portal.answer({ 'apps.connections.open': { response_metadata: { messages } } });
    expect(await troubles()).toEqual([
      `warning: App token: Slack accepts it, and says that Socket Mode is not turned on -> Open https://api.slack.com/apps/${slack.appId}/socket-mode, Socket Mode, and switch Enable Socket Mode on: where it is off, nothing arrives.`,
    ]);
  });

  it('notices an app token of another app', async () => {
    portal.answer({ 'apps.connections.open': { url: 'wss://wss.slack.example/link/?ticket=1&app_id=A0000OTHER' } });
    expect(await troubles()).toEqual([
      expect.stringMatching(/^bad: App token: SLACK_APP_TOKEN is of the app A0000OTHER, and the bot token of A/),
    ]);
  });
});

describe('what the doctor says of Slack by HTTP', () => {
  const http = () => withSlack({ transport: { type: 'http', signingSecret: slack.signingSecret } });

  it('names what to look at oneself: nobody can ask Slack whether the address and the signing secret are right', async () => {
    slack.useManifest(slackManifest(commands, { url: ADDRESS }) as never);
    expect(await troubles({ ...http(), publicUrl: ADDRESS })).toEqual([
      expect.stringMatching(
        /^unchecked: not checked: whether Slack reaches https:\/\/milepost\.example\.org\/slack\/events .*Event Subscriptions.*Verified/,
      ),
      expect.stringMatching(/^unchecked: not checked: the signing secret .*App Credentials/),
    ]);
  });

  it('asks for an address, and for one that Slack can call', async () => {
    expect((await troubles(http()))[0]).toMatch(/^warning: HTTP: PUBLIC_URL is not set.* \/slack\/events/);
    const lines = await troubles({ ...http(), publicUrl: 'http://localhost:8080' });
    expect(lines[0]).toMatch(/^bad: HTTP: Slack cannot call http:\/\/localhost:8080\/slack\/events/);
  });
});

describe('what the doctor says of the app’s settings', () => {
  it('says how to have them checked where nobody gave it a configuration token', async () => {
    expect(await troubles({ configToken: undefined })).toEqual([
      expect.stringMatching(
        /^unchecked: not checked: .*commands, addresses, events, App Home .*slack manifest --against FILE.*SLACK_CONFIG_TOKEN/,
      ),
    ]);
  });

  it('lists what is different, those that break something first, and what to paste where', async () => {
    const manifest = structuredClone(slackManifest(commands, { socket: true })) as never as {
      features: { app_home: Json; slash_commands: Json[] };
    };
    manifest.features.app_home.messages_tab_enabled = false;
    manifest.features.slash_commands = manifest.features.slash_commands.filter(one => one.command !== '/quiz');
    (manifest.features.slash_commands[0] as Json).description = 'Something else';
    slack.useManifest(manifest as never);
    const [line = '', ...others] = await troubles();
    expect(others).toEqual([]);
    expect(line).toMatch(/^bad: Manifest: 3 settings are not as this version wants -> App Home: Messages Tab is off/);
    expect(line).toMatch(
      /\nSlash Commands: \/quiz missing.*\nSlash Commands: \/milepost has another Short Description \(harmless\)\nOpen /,
    );
  });

  it('only warns of what is there for nothing', async () => {
    const manifest = structuredClone(slackManifest(commands, { socket: true })) as never as {
      oauth_config: { scopes: { bot: string[] } };
    };
    manifest.oauth_config.scopes.bot.push('team:read');
    slack.useManifest(manifest as never);
    expect(await troubles()).toEqual([
      expect.stringMatching(/^warning: Manifest: one setting is not .*Bot Token Scopes: team:read there, and Milepost/),
    ]);
  });

  it('follows the prefix and the address of the settings', async () => {
    slack.useManifest(slackManifest(commands, { socket: true }, { prefix: 'mp' }) as never);
    expect((await troubles())[0]).toContain('/mp-track');
    expect(await troubles(withSlack({ commandPrefix: 'mp' }))).toEqual([]);
  });

  it.each([
    ['token_expired', /^warning: Manifest: Slack refuses SLACK_CONFIG_TOKEN: the token has run out -> .*12 hours/],
    ['app_not_found', /^warning: Manifest: Slack does not show the app .*Collaborators/],
  ])('says what to do where Slack answers %s', async (error, expected) => {
    slack.misbehave.api({ method: 'apps.manifest.export' }, { error });
    expect(await troubles()).toEqual([expect.stringMatching(expected)]);
  });
});

describe('what the doctor says of schedules in Slack', () => {
  const of = (schedule: Parameters<typeof communityWith>[0]) => troubles({ communities: [communityWith(schedule)] });

  it('says where Milepost is not in the channel, and how to invite it', async () => {
    const quiet = workspace.addChannel({ name: 'quiet', botIsMember: false });
    expect(await of({ channelId: quiet.id })).toEqual([
      'bad: Schedule 7 (digest) in “AI Safety Leeds”: Milepost is not in #quiet -> Type “/invite @milepost” in #quiet.',
    ]);
  });

  it('says where a channel is archived, gone, or private without Milepost', async () => {
    const old = workspace.addChannel({ name: 'old', archived: true });
    expect(await of({ channelId: old.id })).toEqual([expect.stringMatching(/: #old is archived -> Unarchive it/)]);
    const hidden = workspace.addChannel({ name: 'hidden', private: true, botIsMember: false });
    for (const channelId of [hidden.id, 'C0000GONE'])
      expect(await of({ channelId })).toEqual([
        expect.stringMatching(
          /: Slack does not show its channel any more.* -> .*`\/schedule remove 7`, then `\/schedule set`/,
        ),
      ]);
  });

  it('says where a channel takes no posts from Milepost', async () => {
    const channel = { id: general.id, name: 'general', is_member: true, is_read_only: true };
    portal.answer({ 'conversations.info': { channel } });
    expect(await troubles()).toEqual([
      expect.stringMatching(/: #general takes no posts from Milepost -> .*Posting permissions/),
    ]);
  });

  it('lists a schedule that was paused because its channel was lost, and whether it can go on', async () => {
    const lost = { pausedAt: NOW, pausedReason: 'The channel is archived.' };
    expect(await of(lost)).toEqual([
      'warning: Schedule 7 (digest) in “AI Safety Leeds” is paused: The channel is archived. -> Its channel can be posted in now: send `/schedule resume 7`, in that workspace.',
    ]);
    const shut = workspace.addChannel({ name: 'shut', botIsMember: false });
    expect(await of({ ...lost, channelId: shut.id })).toEqual([
      expect.stringMatching(
        /^bad: .* is paused, and would not get through: Milepost is not in #shut.* `\/schedule resume 7`\.$/,
      ),
    ]);
  });

  it('leaves alone what an organiser paused and what goes to direct messages only', async () => {
    const shut = workspace.addChannel({ name: 'shut-too', botIsMember: false });
    expect(await of({ channelId: shut.id, pausedAt: NOW, pausedReason: 'by Ada' })).toEqual([]);
    expect(await of({ channelId: null })).toEqual([]);
  });

  it('asks once for a channel of several schedules, and says where it looked at 40 channels of more', async () => {
    const [one] = communityWith({}).schedules;
    const twice = [one, { ...one, id: 8 }] as ScheduledCommunity['schedules'];
    slack.clearRequests();
    expect(await troubles({ communities: [communityWith({}, { schedules: twice })] })).toEqual([]);
    expect(slack.requests.filter(({ method }) => method === 'conversations.info')).toHaveLength(1);
    const many = Array.from({ length: 42 }, (_, at) => ({
      ...(one as ScheduledCommunity['schedules'][number]),
      id: at,
      channelId: workspace.addChannel({ name: `c${at}` }).id,
    }));
    slack.clearRequests();
    expect(await troubles({ communities: [communityWith({}, { schedules: many })] })).toEqual([
      expect.stringMatching(/^unchecked: not checked: 2 more schedules in “AI Safety Leeds” /),
    ]);
    expect(slack.requests.filter(({ method }) => method === 'conversations.info')).toHaveLength(40);
  });

  it('asks for the first schedule, in the workspace’s own words', async () => {
    slack.useManifest(slackManifest(commands, { socket: true }, { prefix: 'mp' }) as never);
    const none = [communityWith({}, { schedules: [] })];
    expect(await troubles({ ...withSlack({ commandPrefix: 'mp' }), communities: none })).toEqual([
      expect.stringMatching(/^warning: Schedules: there is none yet -> .*`\/mp-schedule set digest channel:#general/),
    ]);
  });

  it('says whose data rests, and what it could not look at without the database', async () => {
    const other = communityWith({ channelId: 'C0000GONE' }, { externalId: 'T0000OTHER', name: 'Old\u001b[31m place' });
    expect(await troubles({ communities: [other, communityWith({})] })).toEqual([]);
    const lines = await check({ communities: [other, communityWith({})] });
    expect(lines).toContain(
      'good: Database: it also holds the data of “Old [31m place”, which rests: the token is of another workspace',
    );
    expect(await troubles({ communities: undefined })).toEqual([
      'unchecked: not checked: the schedules (they are in the database)',
    ]);
  });
});
