import { expect, it } from 'vitest';
import { encodeAction } from '../../src/command.ts';
import { actions, button, type Message, text } from '../../src/message.ts';
import type { Place } from '../support/platform-drivers/driver.ts';
import { onEachPlatform } from './each-platform.ts';

const saying = (words: string): Message => ({
  blocks: [text(words), actions(button('Done', encodeAction('done', 'done', 'testing')))],
});

onEachPlatform(
  'two communities with the same people',
  ({ driver }) => {
    const weekly = (place: Place) => ({ communityId: place.communityId, channelId: place.channel('weekly-digest') });
    const textsIn = async (place: Place) =>
      (await place.posts(place.channel('weekly-digest'))).map(post => post.text.split('\n')[0]);

    it('are two places: what somebody does in one is not done in the other', async () => {
      const [here, there] = [driver().person('faye'), driver().second().person('faye')];
      expect(there.id).toBe(here.id);
      await here.send('track select', { track: 'engineering' });
      await there.send('track select', { track: 'research' });
      await here.send('done', { topics: 'testing' });
      expect((await here.send('track show')).text).toContain('Engineering Track');
      expect((await there.send('track show')).text).toContain('Research Track');
      expect((await there.send('leaderboard', { period: 'all' })).text).toContain('Nobody is on this board yet');
      expect((await here.send('leaderboard', { period: 'all' })).text).toContain('1 member, 10 points together');
    });

    it('have schedules of their own, which nobody of the other touches', async () => {
      const [here, there] = [driver().person('ada'), driver().second().person('ada')];
      await here.send('schedule set', { kind: 'digest', channel: '#weekly-digest' });
      expect((await there.send('schedule list')).text).toContain('There is none yet');
      expect((await there.send('schedule remove', { schedule: 1 })).text).toContain('There is no schedule “1” here');
      expect((await here.send('schedule list')).text).toContain('Schedule 1: digest');
      expect(await driver().liveUntil('2026-11-30T23:00:00Z')).toContain('digest');
      expect(await textsIn(driver().second())).toEqual([]);
      expect((await textsIn(driver())).length).toBeGreaterThan(0);
    });

    it('get their own posts, also under the same key', async () => {
      const { platform, now } = driver();
      const second = driver().second();
      expect(await platform.deliver(weekly(driver()), saying('Here.'), 'key-1')).toMatchObject({ type: 'sent' });
      expect(await platform.find(weekly(second), 'key-1', now())).toEqual({ type: 'absent' });
      expect(await textsIn(second)).toEqual([]);
      expect(await platform.deliver(weekly(second), saying('There.'), 'key-1')).toMatchObject({ type: 'sent' });
      expect([await textsIn(driver()), await textsIn(second)]).toEqual([['Here.'], ['There.']]);
    });

    it('reach the same person each in its own name, and find both messages again', async () => {
      const { platform, now } = driver();
      const places = [driver(), driver().second()] as const;
      for (const [at, place] of places.entries()) {
        const target = { communityId: place.communityId, memberId: place.person('faye').id };
        expect(await platform.deliver(target, saying(`Message ${at}.`), `key-${at}`)).toMatchObject({ type: 'sent' });
      }
      for (const [at, place] of places.entries()) {
        const target = { communityId: place.communityId, memberId: place.person('faye').id };
        const found = await platform.find(target, `key-${at}`, now());
        if (found.type !== 'found') throw new Error(`message ${at} is ${found.type}`);
        const edited = await platform.edit(target, found.messageId, saying(`Better ${at}.`), `key-${at}`);
        expect(edited).toMatchObject({ type: 'sent' });
        const texts = (await place.direct(place.person('faye'))).map(post => post.text.split('\n')[0]);
        expect(texts).toContain(`Better ${at}.`);
      }
    });

    it('are not mixed up by a button in direct messages: it counts for the one that sent it', async () => {
      const { platform } = driver();
      const second = driver().second();
      const [here, there] = [driver().person('faye'), second.person('faye')];
      await there.send('track select', { track: 'engineering' });
      await here.send('track select', { track: 'engineering' });
      const target = { communityId: second.communityId, memberId: there.id };
      expect(await platform.deliver(target, saying('From there.'), 'key-1')).toMatchObject({ type: 'sent' });
      const [post] = await second.direct(there);
      expect((await there.alone.press('Done', post)).text).toContain('1 topic done');
      expect((await there.send('done', { topics: 'testing' })).text).toContain('Already done');
      expect((await here.send('done', { topics: 'testing' })).text).toContain('1 topic done');
    });
  },
  { several: true },
);
