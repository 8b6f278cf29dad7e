import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadCommands } from '../../src/commands.ts';
import { describeInvite, registerByHand } from '../../src/discord/cli.ts';
import { applicationCommands } from '../../src/discord/commands.ts';
import { UserError } from '../../src/errors.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { type LocalDiscord, startDiscord, type TestGuild } from '../support/discord/discord-server.ts';
import { startPortal } from '../support/discord-portal.ts';

let discord: LocalDiscord;
let guild: TestGuild;
let wanted: ReturnType<typeof applicationCommands>;
beforeAll(async () => {
  discord = await startDiscord();
  guild = discord.addGuild({ name: 'Safety Circle' });
  wanted = applicationCommands(await loadCommands(), testCurriculum);
});
afterAll(() => discord.stop());
afterEach(() => discord.misbehave.clear());

const connection = () => ({ token: discord.token, apiUrl: discord.apiUrl });
const problem = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.then(
    () => undefined,
    (refused: unknown) => refused,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
};

describe('the invite link', () => {
  it('is that of the application that the token belongs to, and says what it asks for', async () => {
    const text = await describeInvite(connection());
    expect(text).toContain(`https://discord.com/oauth2/authorize?client_id=${discord.applicationId}`);
    expect(text).toContain('not to be an administrator');
  });

  it('comes with the switch of the portal that would make it useless', async () => {
    const portal = await startPortal(discord);
    onTestFinished(() => portal.stop());
    portal.answer('/applications/@me', answer => ({ ...answer, bot_require_code_grant: true }));
    const text = await describeInvite({ ...connection(), apiUrl: portal.apiUrl });
    expect(text).toMatch(
      /Requires OAuth2 Code Grant is on, .*\. Open https:\/\/discord.com\/developers\S+\/bot, switch/,
    );
  });

  it('is not to be had where Discord refuses the token or cannot be reached', async () => {
    expect(await problem(describeInvite({ ...connection(), token: 'wrong' }))).toMatch(/Reset Token/);
    expect(await problem(describeInvite({ ...connection(), apiUrl: 'http://127.0.0.1:1/api' }))).toMatch(
      /could not be reached \(ECONNREFUSED\)\. `npx milepost doctor`/,
    );
  });
});

describe('registering by hand', () => {
  const register = (how: Parameters<typeof registerByHand>[2]) => registerByHand(connection(), wanted, how);

  it('registers for one server, says that commands show twice, and takes it back', async () => {
    await register({});
    const here = { guild: guild.id };
    expect(await register(here)).toMatch(/^Added for the server \d+: \d+ \(\/digest, .*\)\.\n.*twice.*--clear/);
    expect(discord.commands(guild.id).length).toBe(discord.commands().length);
    expect(await register(here)).toMatch(/^Discord has all \d+ commands .* already; nothing was changed/);
    expect(await register({ ...here, clear: true })).toMatch(/^Removed for the server \d+: \d+ \(.*\)\.$/);
    expect(discord.commands(guild.id)).toEqual([]);
    expect(await register({ ...here, clear: true })).toMatch(/^There is no command to remove/);
  });

  it('names what it added, changed and removed', async () => {
    const [first, second, ...others] = wanted as [(typeof wanted)[0], (typeof wanted)[0]];
    const old = [
      { ...first, description: 'As it was' },
      ...others,
      { name: 'gone', description: 'Not there any more' },
    ];
    await registerByHand(connection(), old, {});
    expect(await register({})).toBe(
      `Added for all servers: 1 (/${second.name}).\nChanged for all servers: 1 (/${first.name}).\nRemoved for all servers: 1 (/gone).`,
    );
  });

  it('says that removing the commands of all servers lasts until the next start', async () => {
    await register({});
    expect(await register({ clear: true })).toMatch(
      /^Removed for all servers: .*\nThe next start .* registers them again/,
    );
    expect(discord.commands()).toEqual([]);
  });

  it.each([
    ['safety-circle', /^--guild takes the ID of a server.*Copy Server ID/],
    ['1234567890123456789012', /^--guild takes the ID of a server/],
    ['123456789012345678', /^Milepost is not in that server.*discord invite/],
  ])('refuses the server %j in words', async (id, expected) => {
    expect(await problem(register({ guild: id }))).toMatch(expected);
  });

  it('says where Milepost was removed from the server', async () => {
    const left = discord.addGuild({ name: 'Left' });
    left.remove();
    expect(await problem(register({ guild: left.id }))).toMatch(/^Milepost is not in that server/);
  });

  it.each([
    [{ error: { status: 401, code: 0, message: '401: Unauthorized' } }, /Reset Token/],
    [{ error: { status: 400, code: 50035, message: 'Invalid Form Body' } }, /^Discord refused it: Invalid Form Body/],
  ])('says in words that Discord answers %j', async (how, expected) => {
    discord.misbehave.rest({ match: '/commands' }, how);
    expect(await problem(register({}))).toMatch(expected);
  });
});
