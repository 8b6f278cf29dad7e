import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { loadCurriculum } from '../../src/curriculum/load.ts';
import { registerByHand } from '../../src/discord/cli.ts';
import { applicationCommands } from '../../src/discord/commands.ts';
import { checkDiscord, type DiscordCheckDeps } from '../../src/discord/doctor.ts';
import { createDiscordRest } from '../../src/discord/rest.ts';
import type { ScheduledCommunity } from '../../src/doctor-schedules.ts';
import { type LocalDiscord, startDiscord, type TestGuild } from '../support/discord/discord-server.ts';
import { PERMISSION } from '../support/discord/permissions.ts';
import { startTestBot } from '../support/discord-bot.ts';
import { startPortal } from '../support/discord-portal.ts';

/** In the middle of a second, of which Discord's `Date` header says only the start. */
const NOW = new Date('2026-11-23T08:00:00.500Z');

type Json = Record<string, unknown>;
let discord: LocalDiscord;
let portal: Awaited<ReturnType<typeof startPortal>>;
let guild: TestGuild;
let curriculum: Curriculum;
let deps: DiscordCheckDeps;

beforeAll(async () => {
  discord = await startDiscord({ now: () => NOW });
  portal = await startPortal(discord);
  guild = discord.addGuild({ name: 'Safety Circle' });
  curriculum = await loadCurriculum('content');
  const commands = await loadCommands();
  await registerByHand({ token: discord.token, apiUrl: discord.apiUrl }, applicationCommands(commands, curriculum), {});
  deps = { token: discord.token, apiUrl: portal.apiUrl, commands, curriculum, communities: [], now: () => NOW };
});
afterAll(async () => {
  await portal.stop();
  await discord.stop();
});
afterEach(() => {
  discord.misbehave.clear();
  portal.answer();
});

const check = async (given: Partial<DiscordCheckDeps> = {}) => {
  const findings = await checkDiscord({ ...deps, communities: [communityWith({})], ...given });
  const lines = findings.map(
    finding => `${finding.type}: ${finding.what}${'todo' in finding ? ` -> ${finding.todo}` : ''}`,
  );
  expect(lines.join('\n')).not.toContain(discord.token);
  return lines;
};
/** The only lines that are not good. */
const troubles = async (given: Partial<DiscordCheckDeps> = {}) =>
  (await check(given)).filter(line => !line.startsWith('good: '));

const communityWith = (
  schedule: Partial<ScheduledCommunity['schedules'][number]>,
  community: Partial<ScheduledCommunity> = {},
): ScheduledCommunity => ({
  externalId: guild.id,
  name: guild.name,
  schedules: [
    {
      id: 7,
      kind: 'digest',
      channelId: guild.channel('general').id,
      thread: true,
      pausedAt: null,
      pausedReason: null,
      ...schedule,
    },
  ],
  ...community,
});

describe('what the doctor says of Discord', () => {
  it('is all good for a bot in good health', async () => {
    const lines = await check();
    expect(lines.filter(line => !line.startsWith('good: '))).toEqual([]);
    expect(lines).toEqual([
      expect.stringContaining(`application “Milepost” (${discord.applicationId}), bot “milepost”`),
      'good: Clock: agrees with Discord’s',
      'good: Interactions: over the gateway',
      expect.stringMatching(/^good: Logins: 1000 of 1000 left/),
      'good: Servers: Milepost is in 1',
      expect.stringMatching(/^good: Commands: \d+ registered, as this version has them$/),
      'good: Schedules: the one that posts in a channel may do so',
    ]);
  });

  it('changes nothing on Discord', async () => {
    discord.clearRequests();
    await check();
    expect(discord.requests.length).toBeGreaterThan(5);
    expect(discord.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('names the button for a token that is refused, and does not go on with it', async () => {
    discord.misbehave.revokeToken();
    discord.clearRequests();
    expect(await troubles()).toEqual([
      expect.stringMatching(/^bad: Token: Discord refuses the token -> .*Reset Token.*DISCORD_TOKEN/),
      expect.stringMatching(/^unchecked: not checked: the application/),
    ]);
    expect(discord.requests.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(2);
  });

  it('tells a network that is down from a token that is wrong', async () => {
    const lines = await troubles({ apiUrl: 'http://127.0.0.1:1/api' });
    expect(lines[0]).toMatch(/^bad: Token: Discord could not be reached \(ECONNREFUSED\)\. -> .*firewall/);
    expect(lines.filter(line => line.startsWith('bad'))).toHaveLength(1);
  });

  it('goes on with the other checks where one fails', async () => {
    discord.misbehave.rest({ match: '/users/@me/guilds' }, { error: { status: 403, code: 20001, message: 'No bots' } });
    portal.answer('/applications/@me', answer => ({ ...answer, interactions_endpoint_url: 'https://old.example/' }));
    expect(await troubles()).toEqual([
      expect.stringMatching(/^bad: Interactions: /),
      'bad: Servers: Discord refused to say (No bots, 20001) -> Run this again; where it stays so, look at https://discordstatus.com.',
      'unchecked: not checked: the schedules (the list of servers could not be read)',
    ]);
  });

  it.each([
    [6_000, 'warning: Clock: this machine is 6 s behind Discord'],
    [-45_000, 'bad: Clock: this machine is 45 s ahead of Discord'],
  ])('notices a clock that is off by %i ms, and says how to set it', async (skew, expected) => {
    discord.misbehave.skewClock(skew);
    const [line = '', ...others] = await troubles();
    expect(line).toContain(expected);
    expect(line).toContain('NTP');
    expect(others).toEqual([]);
  });

  it.each([
    [
      'interactions go to an endpoint, and this bot waits at the gateway',
      undefined,
      'https://bot.example.org/discord/interactions',
      /^bad: .*none arrives over the gateway -> .*empty Interactions Endpoint URL/,
    ],
    [
      'the public key is another application’s',
      'f'.repeat(64),
      'https://bot.example.org/discord/interactions',
      /^bad: .*not the key of this application.* -> .*copy Public Key/,
    ],
    [
      'there is a public key but no endpoint',
      'right',
      null,
      /^bad: .*does not know where to send them -> .*https:\/\/YOUR-HOST\/discord\/interactions/,
    ],
    [
      'the endpoint has another path',
      'right',
      'https://bot.example.org/interactions',
      /^warning: .*Milepost listens at \/discord\/interactions/,
    ],
  ])('says what to click where %s', async (_, key, url, expected) => {
    portal.answer('/applications/@me', answer => ({ ...answer, interactions_endpoint_url: url }));
    const publicKey = key === 'right' ? discord.publicKey : key;
    const lines = await troubles(publicKey === undefined ? {} : { publicKey });
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  it('is content with HTTP interactions that fit together, and asks for no logins then', async () => {
    const test = await startTestBot({ http: true, curriculum });
    onTestFinished(() => test.stop());
    const { token, apiUrl, publicKey } = test.discord;
    const lines = await check({ token, apiUrl, publicKey: publicKey.toUpperCase(), now: test.now, communities: [] });
    expect(lines.join('\n')).toMatch(/^good: Interactions: by HTTP at http:.*\/discord\/interactions$/m);
    expect(lines.join('\n')).not.toMatch(/Logins|^bad/m);
    const [gateway = ''] = (await check({ token, apiUrl, now: test.now, communities: [] })).filter(line =>
      line.startsWith('bad: '),
    );
    expect(gateway).toContain('so none arrives over the gateway');
  });

  it.each([
    [49, /^warning: Logins: 49 of 1000 left for today -> .*1000 again in 5 h/],
    [0, /^bad: Logins: 0 of 1000 left/],
  ])('warns of a restart loop when %i logins are left', async (remaining, expected) => {
    portal.answer('/gateway/bot', answer => ({
      ...answer,
      session_start_limit: { total: 1000, remaining, reset_after: 5 * 3_600_000, max_concurrency: 1 },
    }));
    expect(await troubles()).toEqual([expect.stringMatching(expected)]);
  });

  it('hints at privileged intents that are on for nothing', async () => {
    portal.answer('/applications/@me', answer => ({ ...answer, flags: (1 << 15) | (1 << 19) }));
    expect(await troubles()).toEqual([
      expect.stringMatching(/^warning: Intents: Server Members, Message Content can be read/),
    ]);
  });

  it('says which switch keeps everybody from inviting it, and that a private bot is for its owner', async () => {
    portal.answer('/applications/@me', answer => ({ ...answer, bot_require_code_grant: true }));
    expect(await troubles()).toEqual([
      expect.stringMatching(/^bad: Application: Requires OAuth2 Code Grant is on.* -> Open .*\/bot, switch .* off/),
    ]);
    portal.answer('/applications/@me', answer => ({ ...answer, bot_public: false }));
    const lines = await check();
    expect(lines.join('\n')).toMatch(/^good: Application: Public Bot is off, so only the application’s owner/m);
    expect(lines.filter(line => !line.startsWith('good: '))).toEqual([]);
  });

  it('refuses a database of another application, and does not look for its channels', async () => {
    expect(await troubles({ owner: discord.applicationId })).toEqual([]);
    expect(await troubles({ owner: '123456789012345678' })).toEqual([
      expect.stringMatching(/^bad: Database: it belongs to the Discord application 123456789012345678,.*discord adopt/),
      'unchecked: not checked: the schedules (they are another application’s)',
    ]);
  });

  it('prints the invite link for a bot that is nowhere', async () => {
    portal.answer('/users/@me/guilds?after=0&limit=200', () => [] as never);
    const lines = await troubles({ communities: [] });
    expect(lines[0]).toContain(`client_id=${discord.applicationId}`);
    expect(lines[0]).toMatch(
      /^warning: Servers: Milepost is in none yet -> .*https:\/\/discord\.com\/oauth2\/authorize/,
    );
  });

  it('reads the list of servers to its end', async () => {
    const many = await startDiscord();
    try {
      for (let at = 0; at < 201; at += 1) many.addGuild({ name: `Server ${at}` });
      const findings = await checkDiscord({ ...deps, token: many.token, apiUrl: many.apiUrl });
      expect(findings.map(({ what }) => what)).toContain('Servers: Milepost is in 201');
    } finally {
      await many.stop();
    }
  });

  it('sees commands that are not those of this version, and none at all', async () => {
    const list = `/applications/${discord.applicationId}/commands`;
    portal.answer(list, answer => (answer as unknown as Json[]).slice(1) as never);
    expect(await troubles()).toEqual([
      expect.stringMatching(/^bad: Commands: .*not those of this version -> .*npx milepost discord register/),
    ]);
    portal.answer(list, () => [] as never);
    expect(await troubles()).toEqual([expect.stringMatching(/^warning: Commands: none is registered/)]);
  });

  it('sees commands that a server shows twice, and does not ask in many servers', async () => {
    const connection = { token: discord.token, apiUrl: discord.apiUrl };
    const wanted = applicationCommands(deps.commands, curriculum);
    await registerByHand(connection, wanted, { guild: guild.id });
    expect(await troubles()).toEqual([
      `warning: Commands: the server “Safety Circle” has ${wanted.length} of its own beside those of all servers, so that members there see commands twice -> \`npx milepost discord register --guild ${guild.id} --clear\` removes them; those of all servers stay.`,
    ]);
    await registerByHand(connection, [{ name: 'old', description: 'Of an earlier bot' }], { guild: guild.id });
    const [line = '', ...others] = await troubles();
    expect([line.includes('has 1 of its own'), line.includes('twice'), others]).toEqual([true, false, []]);

    const more = Array.from({ length: 24 }, (_, at) => discord.addGuild({ name: `Server ${at}` }));
    expect(await troubles()).toHaveLength(1);
    more.push(discord.addGuild({ name: 'One too many' }));
    discord.clearRequests();
    expect(await troubles()).toEqual([]);
    expect(discord.requests.filter(({ path }) => /guilds\/\d+\/commands/.test(path))).toEqual([]);
    for (const one of more) one.remove();
    await registerByHand(connection, [], { guild: guild.id, clear: true });
  });

  it('says that the clock could not be compared where Discord does not tell the time', async () => {
    discord.misbehave.rest({ match: /^\/gateway$/ }, { error: { status: 403, code: 0, message: 'No' } });
    expect(await troubles()).toEqual(['unchecked: not checked: the clock (Discord did not tell the time)']);
  });

  it('says what could not be checked without content or database', async () => {
    expect(await troubles({ curriculum: undefined, communities: undefined })).toEqual([
      'unchecked: not checked: the commands (their lists come from the content)',
      'unchecked: not checked: the schedules (they are in the database)',
    ]);
  });
});

describe('what the doctor says of schedules', () => {
  /** A thread that was opened under a post in a new channel. */
  const threadIn = async (name: string) => {
    const parent = guild.addChannel({ name });
    const api = createDiscordRest({ token: discord.token, apiUrl: discord.apiUrl });
    const { id } = await api.createMessage(parent.id, { content: 'Week 1' }, []);
    return { parent, thread: (await api.startThread(parent.id, id, { name: 'Week 1: all tracks' })).id };
  };
  const of = (schedule: Parameters<typeof communityWith>[0], community?: Parameters<typeof communityWith>[1]) =>
    troubles({ communities: [communityWith(schedule, community)] });

  it('names the permissions that are missing, the schedule, the channel and the server', async () => {
    const quiet = guild.addChannel({ name: 'quiet', deny: PERMISSION.sendMessages | PERMISSION.readMessageHistory });
    expect(await of({ channelId: quiet.id })).toEqual([
      'bad: Schedule 7 (digest) in “Safety Circle”: #quiet: Milepost lacks Send Messages, Read Message History there -> Open the settings of the channel, Permissions, add Milepost’s role there and allow it.',
    ]);
  });

  it('asks for the permissions of a thread only where the schedule opens one', async () => {
    const channel = guild.addChannel({ name: 'no-threads', deny: PERMISSION.createPublicThreads });
    expect(await of({ channelId: channel.id, thread: false })).toEqual([]);
    expect(await of({ channelId: channel.id, thread: true })).toEqual([
      expect.stringContaining('Create Public Threads'),
    ]);
  });

  it('says where a channel cannot be seen, is gone, or is of another server', async () => {
    const hidden = guild.addChannel({ name: 'hidden', deny: PERMISSION.viewChannel });
    const gone = guild.addChannel({ name: 'gone' });
    gone.delete();
    const foreign = discord.addGuild({ name: 'Elsewhere' });
    expect(await of({ channelId: hidden.id })).toEqual([
      expect.stringMatching(/: Milepost cannot see its channel -> .*View Channel/),
    ]);
    expect(await of({ channelId: gone.id })).toEqual([
      expect.stringMatching(
        /: its channel does not exist any more -> .*`\/schedule remove`, schedule: 7, .*\/schedule set/,
      ),
    ]);
    expect(await of({ channelId: foreign.channel('general').id })).toEqual([
      expect.stringContaining('its channel is not in this server'),
    ]);
    foreign.remove();
  });

  it('lists a schedule that was paused because its channel was lost, and whether it can go on', async () => {
    const lost = { pausedAt: NOW, pausedReason: 'I may not post in the channel. Choose another channel, and resume.' };
    expect(await of(lost)).toEqual([
      expect.stringMatching(
        /^warning: Schedule 7 .* is paused: I may not post.* -> .*can be posted in now.*`\/schedule resume`, schedule: 7/,
      ),
    ]);
    const shut = guild.addChannel({ name: 'shut', deny: PERMISSION.sendMessages });
    expect(await of({ ...lost, channelId: shut.id })).toEqual([
      expect.stringMatching(
        /^bad: .*would not get through: #shut: Milepost lacks Send Messages .*`\/schedule resume`, schedule: 7/,
      ),
    ]);
  });

  it('leaves alone what an organiser paused and what goes to direct messages only', async () => {
    const shut = guild.addChannel({ name: 'shut-too', deny: PERMISSION.sendMessages });
    expect(await of({ channelId: shut.id, pausedAt: NOW, pausedReason: 'by Ada' })).toEqual([]);
    expect(await of({ channelId: null })).toEqual([]);
  });

  it('names the settings of the channel that a thread is in, for a schedule that posts in the thread', async () => {
    const { thread, parent } = await threadIn('weekly');
    expect(await of({ channelId: thread, thread: false })).toEqual([]);
    parent.deny(PERMISSION.sendMessagesInThreads);
    expect(await of({ channelId: thread, thread: false })).toEqual([
      expect.stringMatching(
        /#Week 1: .* lacks Send Messages in Threads .*-> Open the settings of the channel that the/,
      ),
    ]);
    parent.deny(PERMISSION.viewChannel);
    expect(await of({ channelId: thread, thread: false })).toEqual([
      expect.stringMatching(/cannot see its channel -> .*\(of a thread: those of the channel that it is in\)/),
    ]);
  });

  it('says that no threads open in a thread, and how to go on without', async () => {
    const { thread } = await threadIn('monthly');
    expect(await of({ channelId: thread, thread: true })).toEqual([
      expect.stringMatching(
        /^bad: .*opens no threads in threads -> .*`\/schedule remove`, schedule: 7, .* without thread\.$/,
      ),
    ]);
  });
});

describe('what the doctor says of servers that Milepost was removed from', () => {
  const elsewhere = (name: string, externalId = '123456789012345678') => communityWith({}, { externalId, name });
  const nowhere = () => portal.answer('/users/@me/guilds?after=0&limit=200', () => [] as never);

  it('says that their data rests, with no control character of a name', async () => {
    const one = elsewhere('Old\u001b[31m place');
    expect(await check({ communities: [communityWith({}), one] })).toContain(
      'good: Servers: Milepost is in 1; the data of “Old [31m place” rests until it is invited again',
    );
    const both = [communityWith({}), one, elsewhere('Older place', '123456789012345679')];
    expect((await check({ communities: both })).join('\n')).toContain('the data of 2 communities rests');
    expect(await troubles({ communities: both })).toEqual([]);
  });

  it('gives the invite link where Milepost is in no server any more, and asks for no new schedule', async () => {
    nowhere();
    expect(await troubles({ communities: [elsewhere('Old place')] })).toEqual([
      expect.stringMatching(
        /^warning: Servers: Milepost is in none any more; the data of “Old place” rests .*-> Nothing was deleted\. .*oauth2/,
      ),
      'unchecked: not checked: the schedules (Milepost is in none of their servers)',
    ]);
  });

  it('asks for a schedule in the form of Discord where there is none', async () => {
    expect(await troubles({ communities: [] })).toEqual([
      expect.stringMatching(/^warning: Schedules: there is none yet -> .*`\/schedule set`, kind: digest;/),
    ]);
  });
});
