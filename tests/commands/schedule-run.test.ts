import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Caller, Delivered } from '../../src/command.ts';
import { loadCommands } from '../../src/commands.ts';
import type { Curriculum } from '../../src/curriculum/curriculum.ts';
import { createScheduler } from '../../src/delivery/scheduler.ts';
import { toPlainText } from '../../src/message.ts';
import type { Channel } from '../../src/platform.ts';
import { testCurriculum } from '../support/curriculum.ts';
import { openTestDb } from '../support/databases.ts';
import { fakePlatform, memoryLog } from '../support/delivery.ts';

type FindChannel = (named: string, thread: boolean) => Channel | { problem: string };

/** Two communities on one running Milepost: what is posted goes to a chat platform in memory. */
const running = async () => {
  const db = await openTestDb();
  const platform = fakePlatform();
  let at = new Date('2026-11-23T09:00:00Z');
  const now = () => at;
  const setNow = (moment: string): void => {
    at = new Date(moment);
  };
  const { log } = memoryLog();
  let curriculum = testCurriculum;
  let delivered: Delivered | undefined;
  let findChannel: FindChannel = named => ({ id: named, name: named });
  const scheduler = createScheduler({
    db,
    curriculum: () => curriculum,
    platforms: [platform],
    clock: now,
    log,
  });
  const app = createApp({
    db,
    commands: await loadCommands(),
    curriculum: () => curriculum,
    now,
    deliverDue: async id => delivered ?? scheduler.deliverFor(id),
    editPost: ({ communityId }, { channelId, messageId, key }, message) =>
      platform.edit({ communityId, channelId }, messageId, message, key),
    findChannel: async (_, named, needs) => findChannel(named, needs?.thread ?? false),
    log,
  });
  const personOf =
    (community: string, name: string, organiser: boolean) =>
    async (typed: string): Promise<string> => {
      const person = { memberId: name, name, organiser };
      const caller: Caller = { platform: 'web', communityId: community, communityName: community, ...person };
      const answer = await app.handle({ caller, type: 'text', text: typed });
      return answer.type === 'modal' ? 'form' : toPlainText(answer.message);
    };
  const setCurriculum = (changed: Curriculum): void => {
    curriculum = changed;
  };
  const setChannels = (answer: FindChannel): void => {
    findChannel = answer;
  };
  const setDelivered = (answer: Delivered): void => {
    delivered = answer;
  };
  return {
    platform,
    setNow,
    setCurriculum,
    setChannels,
    setDelivered,
    here: personOf('here', 'boss', true),
    there: personOf('there', 'chief', true),
    member: (name: string) => personOf('here', name, false),
  };
};

describe('/schedule run', () => {
  it('posts at once, and leaves the series as it is', async () => {
    const { platform, here } = await running();
    await here('/schedule set digest channel:#weekly tracks:engineering send:channel');
    expect(await here('/schedule run 1')).toContain('1 post sent now. The series goes on as planned.');
    expect(platform.posted).toMatchObject([{ to: 'channel:weekly', text: expect.stringContaining('WEEK 1') }]);
    expect(await here('/schedule list')).toContain('Next: Mon 30 Nov, 09:00');
  });

  it('posts once when it is asked for twice at once', async () => {
    const { platform, here } = await running();
    await here('/schedule set digest channel:#weekly send:channel');
    await Promise.all([here('/schedule run 1'), here('/schedule run 1')]);
    expect(platform.posted).toHaveLength(1);
  });

  it('says what could not be sent', async () => {
    const { platform, here } = await running();
    platform.answer = () => ({ type: 'gone', reason: 'The channel is gone.' });
    await here('/schedule set digest channel:#weekly send:channel');
    expect(await here('/schedule run 1')).toContain(
      'Nothing was sent now.\n\n- Post in #weekly: failed. The channel is gone.',
    );
  });

  it('says so where it was posted a moment ago, and posts again a minute later', async () => {
    const { platform, setNow, here } = await running();
    await here('/schedule set digest channel:#weekly send:channel');
    await here('/schedule run 1');
    setNow('2026-11-23T09:00:40Z');
    expect(await here('/schedule run 1')).toMatch(/^It was posted a moment ago; try again in a minute\./);
    expect(platform.posted).toHaveLength(1);
    setNow('2026-11-23T09:01:00Z');
    expect(await here('/schedule run 1')).toContain('1 post sent now.');
    expect(platform.posted).toHaveLength(2);
  });

  it('tells posts from direct messages, and gives the reason of those that were refused', async () => {
    const { platform, here, member } = await running();
    for (const name of ['ada', 'bo', 'cy', 'di']) await member(name)('/track select engineering');
    platform.answer = target =>
      'memberId' in target && ['cy', 'di'].includes(target.memberId)
        ? { type: 'closed', reason: 'They are closed.' }
        : { type: 'sent', messageId: 'x' };
    await here('/schedule set digest channel:#weekly');
    const said = await here('/schedule run 1');
    expect(said).toContain('1 post and 2 direct messages sent now. The series goes on as planned.');
    expect(said).toContain(
      '- Direct messages of 2 members: not sent. The member takes no direct messages: They are closed.',
    );
    expect(said).not.toMatch(/\bcy\b|\bdi\b/);
  });

  it('says that no direct message was due where all members have had theirs', async () => {
    const { here, member } = await running();
    await member('ada')('/track select engineering');
    await here('/schedule set digest send:direct');
    expect(await here('/schedule run 1')).toContain('1 direct message sent now.');
    expect(await here('/schedule run 1')).toMatch(/^No direct message was due\./);
  });

  it('says what is not as asked with a post that went out', async () => {
    const { platform, here } = await running();
    platform.answer = () => ({ type: 'sent', messageId: 'x', note: 'Its thread could not be opened: it may not.' });
    await here('/schedule set digest channel:#weekly send:channel thread:yes');
    expect(await here('/schedule run 1')).toContain(
      '- Post in #weekly: sent. Its thread could not be opened: it may not.',
    );
  });

  it('says that the rest is on its way where it takes longer than anybody waits', async () => {
    const { here, setDelivered } = await running();
    await here('/schedule set digest channel:#weekly');
    setDelivered({ settled: [{ to: 'channel:weekly', state: 'sent' }], underWay: true });
    expect(await here('/schedule run 1')).toContain('1 post sent now; the rest is on its way.');
    setDelivered({ settled: [], underWay: true });
    expect(await here('/schedule run 1')).toMatch(/^It is on its way\./);
  });

  it('brings its last post up to date where it stands', async () => {
    const { platform, here, setCurriculum } = await running();
    await here('/schedule set digest channel:#weekly tracks:engineering send:channel');
    expect(await here('/schedule refresh 1')).toContain(
      'has posted nothing in a channel yet. /schedule run 1 posts it',
    );
    await here('/schedule run 1');
    const [before] = platform.posted.map(({ text }) => text);
    const topics = new Map(
      [...testCurriculum.topics].map(([id, topic]) => [id, { ...topic, title: `${topic.title}, mended` }]),
    );
    setCurriculum({ ...testCurriculum, topics });
    expect(await here('/schedule refresh 1')).toContain(
      'The post of Mon 23 Nov, 09:00 in #weekly now shows the content as it is today.',
    );
    expect(platform.posted).toHaveLength(1);
    expect(platform.posted[0]?.text).toContain(', mended');
    expect(before).not.toContain(', mended');
    platform.posted.length = 0;
    expect(await here('/schedule refresh 1')).toContain('The post could not be changed. It is not there any more.');
  });

  it('refuses a paused schedule, and says how to resume it', async () => {
    const { platform, here } = await running();
    await here('/schedule set digest channel:#weekly');
    await here('/schedule pause 1');
    expect(await here('/schedule run 1')).toContain('Schedule 1 is paused. Resume it first: /schedule resume 1');
    expect(platform.posted).toEqual([]);
  });

  it('counts and names only what its own community was sent', async () => {
    const { platform, setNow, here, there } = await running();
    platform.answer = target =>
      'channelId' in target && target.channelId === 'secret-plans'
        ? { type: 'gone', reason: 'The channel is gone.' }
        : { type: 'sent', messageId: 'x' };
    await here('/schedule set digest channel:#weekly weekday:friday send:channel');
    await there('/schedule set digest channel:#secret-plans weekday:monday time:09:00 send:channel');
    setNow('2026-11-30T09:00:00Z');
    expect(await here('/schedule run 1')).not.toContain('secret-plans');
  });
});

describe('a channel that nothing can be posted in', () => {
  const noThreads = (named: string, thread: boolean) =>
    thread ? { problem: 'Milepost lacks Create Public Threads there.' } : { id: named, name: named };

  it('is refused for a digest with threads where only the threads are missing', async () => {
    const { here, setChannels } = await running();
    setChannels(noThreads);
    expect(await here('/schedule set digest channel:#weekly thread:yes')).toContain(
      'with a thread under each post. Milepost lacks Create Public Threads there.',
    );
    expect(await here('/schedule list')).toContain('There is none yet');
    expect(await here('/schedule set digest channel:#weekly')).toContain('Schedule 1: digest');
  });

  it('keeps a schedule paused, and says what to do; once it is mended, it goes on', async () => {
    const { platform, here, setChannels } = await running();
    platform.answer = () => ({ type: 'gone', reason: 'The channel does not exist any more.' });
    await here('/schedule set digest channel:#weekly send:channel');
    const failed = await here('/schedule run 1');
    expect(failed).toContain('Paused: The channel does not exist any more. Mend that and send /schedule resume');
    expect(failed).not.toContain('The series goes on');
    expect(failed).not.toMatch(/\.\./);
    setChannels(() => ({ problem: 'There is no such channel.' }));
    const said = await here('/schedule resume');
    expect(said).toMatch(/Schedule 1 stays paused: I cannot post in “#weekly”\. There is no such channel\./);
    expect(said).toContain('/schedule remove for this one');
    expect(await here('/schedule list')).toContain('Schedule 1: digest (paused)');
    setChannels(named => ({ id: named, name: named }));
    expect(await here('/schedule resume')).toContain('Running again, from its next time on.');
  });

  it('is looked at for threads too when a schedule that opens them is resumed', async () => {
    const { here, setChannels } = await running();
    await here('/schedule set digest channel:#weekly thread:yes');
    await here('/schedule set digest channel:#weekly');
    for (const id of [1, 2]) await here(`/schedule pause ${id}`);
    setChannels(noThreads);
    expect(await here('/schedule resume 1')).toContain('Create Public Threads');
    expect(await here('/schedule resume 2')).toContain('Running again');
  });
});
