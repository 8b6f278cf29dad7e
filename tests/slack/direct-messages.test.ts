import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { communityByExternalId } from '../../src/storage/attendance.ts';
import type { Community } from '../../src/storage/communities.ts';
import type { Db } from '../../src/storage/database.ts';
import { directChannel, rememberDirectChannel } from '../../src/storage/direct-channels.ts';
import { scheduleById } from '../../src/storage/schedules.ts';
import { openTestDb } from '../support/databases.ts';
import { mondayDigest } from '../support/delivery.ts';
import type { ApiFault } from '../support/slack/misbehaviour.ts';
import type { LocalSlack, TestSeat } from '../support/slack/slack-server.ts';
import { type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from '../support/slack-bot.ts';

const SHORTLY_AFTER = '2026-11-23T09:00:50Z';
const LATER = '2026-11-23T09:20:00Z';
const NEXT_WEEK = '2026-11-30T09:01:00Z';
const POST = { method: 'chat.postMessage', times: 1 };

let test: SlackTestBot;
let slack: LocalSlack;
let db: Db;
let community: Community;

const start = async (options: Partial<SlackTestBotOptions> = {}): Promise<SlackTestBot> => {
  const bot = await startSlackTestBot({ transport: 'socket', db, sendTimeoutMs: 250, ...options });
  onTestFinished(() => bot.stop());
  return bot;
};

beforeEach(async () => {
  db = await openTestDb();
  test = await start();
  slack = test.slack;
  test.workspace.addChannel({ name: 'general' });
  const externalId = test.workspace.teamId;
  community = (await communityByExternalId(db, { platform: 'slack', externalId })) as Community;
});

/** A digest each Monday at nine in UTC to every member. */
const direct = () => mondayDigest(db, community, test.now(), { channelId: null, direct: true, zone: 'UTC' });
const person = (name: string) => test.workspace.user(name, { tz: 'UTC' });
/** A member on the engineering track. */
const join = async (name: string): Promise<TestSeat> => {
  const seat = person(name).in();
  await seat.type('/track select engineering');
  return seat;
};
const to = (name: string) => slack.directMessages(person(name)).filter(({ deleted }) => !deleted);
const asked = (method: string) => slack.requests.filter(one => one.method === method);
const keptOf = (name: string) => directChannel(db, 'slack', `${test.workspace.teamId}:${person(name).id}`);

describe('a direct message', () => {
  it('is posted to the person, and from then on to the conversation, also over a restart', async () => {
    await join('ada');
    await direct();
    await test.liveUntil(SHORTLY_AFTER);
    const [first] = to('ada');
    expect(await keptOf('ada')).toBe(first?.channelId);
    await test.bot.stop();
    const second = await start({ running: test, now: SHORTLY_AFTER });
    test.setNow(NEXT_WEEK);
    await second.liveUntil(NEXT_WEEK);
    expect(to('ada')).toHaveLength(2);
    expect(asked('chat.postMessage').map(({ args }) => args.channel)).toEqual([person('ada').id, first?.channelId]);
    expect(asked('conversations.open')).toEqual([]);
  });

  it('goes to the person again where Slack does not know the conversation any more', async () => {
    await join('ada');
    await rememberDirectChannel(db, 'slack', `${test.workspace.teamId}:${person('ada').id}`, 'D0GONE');
    await direct();
    await test.liveUntil(SHORTLY_AFTER);
    expect(to('ada')).toHaveLength(1);
    expect(asked('chat.postMessage').map(({ args }) => args.channel)).toEqual(['D0GONE', person('ada').id]);
    expect(await keptOf('ada')).toBe(to('ada')[0]?.channelId);
  });

  it.each<[name: string, fault: ApiFault]>([
    ['Slack says 500 after it took it', { status: 500, stored: true }],
    ['Slack says 502 before it took it', { status: 502 }],
    ['Slack says fatal_error after it took it', { error: 'fatal_error', stored: true }],
    ['the answer never comes', { hang: true, stored: true }],
    ['the connection is cut before it', { drop: true }],
  ])('arrives once where %s', async (_, fault) => {
    await join('ada');
    await direct();
    slack.misbehave.api(POST, fault);
    await test.liveUntil(LATER);
    expect(to('ada')).toHaveLength(1);
    expect(asked('conversations.history').length).toBeGreaterThan(0);
  });

  it('arrives once where it is unclear, and the conversation has to be asked for twice', async () => {
    await join('ada');
    await direct();
    slack.misbehave.api(POST, { hang: true, stored: true });
    slack.misbehave.api({ method: 'conversations.open', times: 1 }, { status: 503 });
    await test.liveUntil(LATER);
    expect(to('ada')).toHaveLength(1);
    expect(asked('conversations.open')).toHaveLength(2);
  });

  it.each<[name: string, what: string, breakIt: () => void]>([
    ['whose account is switched off', 'account', () => person('ada').deactivate()],
    [
      'that Slack does not know any more',
      'workspace',
      () => slack.misbehave.api({ ...POST, channel: person('ada').id }, { error: 'user_not_found' }),
    ],
  ])('to somebody %s is sent no more, and the others get theirs', async (_, __, breakIt) => {
    await join('ada');
    await join('bo');
    const made = await direct();
    breakIt();
    await test.liveUntil(NEXT_WEEK);
    expect([to('ada').length, to('bo').length]).toEqual([0, 2]);
    expect(asked('chat.postMessage')).toHaveLength(3);
    expect((await scheduleById(db, made.id))?.pausedAt).toBeNull();
  });

  it('wait while the app has no Messages tab: an operator is told what to click, no member is switched off', async () => {
    await join('ada');
    slack.app.messagesTabEnabled = false;
    await direct();
    await test.liveUntil(SHORTLY_AFTER);
    expect(to('ada')).toEqual([]);
    const said = test.log.filter(({ msg }) => msg.includes('Messages tab'));
    expect(said).toMatchObject([{ level: 50, msg: expect.stringContaining('App Home, Show Tabs') }]);
    slack.app.messagesTabEnabled = true;
    await test.liveUntil(new Date(new Date(SHORTLY_AFTER).getTime() + 3_600_000).toISOString());
    expect(to('ada')).toHaveLength(1);
  });

  it('notifies nobody but its reader, whatever somebody is called', async () => {
    const name = '<!channel> <@U0000001> @everyone *bold*';
    await join(name);
    await direct();
    await test.liveUntil(SHORTLY_AFTER);
    expect(to(name)).toMatchObject([{ pings: { broadcast: false, users: [] } }]);
  });
});
