import { expect, it } from 'vitest';
import { escapeMarkdown } from '../../src/markdown.ts';
import { heading, list, type Message, text } from '../../src/message.ts';
import { wordsOf } from '../support/platform-drivers/plain.ts';
import { onEachPlatform } from './each-platform.ts';

const saying = (words: string): Message => ({ blocks: [text(words)] });

onEachPlatform('the port', ({ driver, person, itWith }) => {
  const toChannel = () => ({ communityId: driver().communityId, channelId: driver().channel('weekly-digest') });
  const inChannel = () => driver().posts(driver().channel('weekly-digest'));
  const toFaye = () => ({ communityId: driver().communityId, memberId: person('faye').id });
  const targets = { 'a channel': toChannel, 'one member': toFaye };
  const lookAt = { 'a channel': inChannel, 'one member': () => driver().direct(person('faye')) };

  it.each(['a channel', 'one member'] as const)(
    'posts to %s once, finds it by its key, and changes it in place',
    async where => {
      const { platform, now } = driver();
      const [target, look] = [targets[where](), lookAt[where]];
      expect(await platform.find(target, 'key-1', now())).toEqual({ type: 'absent' });
      const sent = await platform.deliver(target, saying('The **first** words.'), 'key-1');
      if (sent.type !== 'sent') throw new Error(JSON.stringify(sent));
      expect((await look()).map(post => post.text)).toEqual(['The first words.']);
      expect(await platform.find(target, 'key-1', now())).toEqual({ type: 'found', messageId: sent.messageId });
      expect(await platform.find(target, 'key-2', now())).toEqual({ type: 'absent' });

      const edited = await platform.edit(target, sent.messageId, saying('Better words.'), 'key-1');
      expect(edited).toEqual({ type: 'sent', messageId: sent.messageId });
      expect((await look()).map(post => post.text)).toEqual(['Better words.']);
      expect(await platform.find(target, 'key-1', now()), 'it keeps its key').toMatchObject({ type: 'found' });
    },
  );

  it('shows what is for a channel and what is for one member to them alone', async () => {
    const { platform } = driver();
    await platform.deliver(toChannel(), saying('For everybody.'), 'key-1');
    await platform.deliver(toFaye(), saying('For Faye.'), 'key-2');
    expect((await inChannel()).map(post => post.text)).toEqual(['For everybody.']);
    expect((await driver().direct(person('faye'))).map(post => post.text)).toEqual(['For Faye.']);
    expect(await driver().direct(person('ben'))).toEqual([]);
    expect(await driver().posts(driver().channel('general'))).toEqual([]);
    expect(await driver().shown()).toBe(2);
  });

  itWith('repeats', 'posts nothing twice under the same key', async () => {
    const { platform } = driver();
    const first = await platform.deliver(toChannel(), saying('Once.'), 'key-1');
    expect(await platform.deliver(toChannel(), saying('Once.'), 'key-1')).toEqual(first);
    expect(await inChannel()).toHaveLength(1);
  });

  it('posts under another key beside what is there', async () => {
    const { platform } = driver();
    await platform.deliver(toChannel(), saying('The same.'), 'key-1');
    await platform.deliver(toChannel(), saying('The same.'), 'key-2');
    expect(await inChannel()).toHaveLength(2);
  });

  it('says that a channel is gone', async () => {
    const { platform, communityId } = driver();
    const target = { communityId, channelId: driver().channelThatIsGone() };
    const outcome = await platform.deliver(target, saying('Anybody?'), 'key-1');
    expect(outcome).toEqual({ type: 'gone', reason: expect.stringMatching(/channel/) });
  });

  it('neither changes nor finds anything in a channel that is gone, and says so', async () => {
    const { platform, communityId, now } = driver();
    const sent = await platform.deliver(toChannel(), saying('Here.'), 'key-1');
    const target = { communityId, channelId: driver().channelThatIsGone() };
    const messageId = sent.type === 'sent' ? sent.messageId : '';
    expect(await platform.edit(target, messageId, saying('Anybody?'), 'key-1')).toMatchObject({ type: 'gone' });
    expect((await platform.find(target, 'key-1', now())).type).toMatch(/^(absent|unknown)$/);
    expect((await inChannel()).map(post => post.text)).toEqual(['Here.']);
  });

  it('says that a message is gone which was deleted, and finds it no more', async () => {
    const { platform, now } = driver();
    const sent = await platform.deliver(toChannel(), saying('Soon gone.'), 'key-1');
    const [post] = await inChannel();
    if (sent.type !== 'sent' || !post) throw new Error(JSON.stringify(sent));
    await driver().deletePost(toChannel().channelId, post);
    expect(await platform.edit(toChannel(), sent.messageId, saying('Hm.'), 'key-1')).toMatchObject({ type: 'gone' });
    expect(await platform.find(toChannel(), 'key-1', now())).toEqual({ type: 'absent' });
    expect(await inChannel()).toEqual([]);
  });

  itWith('closed channels', 'says that a channel is closed to it, and what an organiser can do', async () => {
    const { platform } = driver();
    driver().closeChannel(toChannel().channelId);
    const outcome = await platform.deliver(toChannel(), saying('Hello?'), 'key-1');
    expect(outcome).toEqual({ type: 'gone', reason: expect.stringMatching(/invite|Send Messages/) });
    expect(await inChannel()).toEqual([]);
  });

  itWith('closed direct messages', 'says that somebody’s direct messages are closed', async () => {
    const { platform } = driver();
    driver().closeDirectMessages(person('faye'));
    const outcome = await platform.deliver(toFaye(), saying('Hello?'), 'key-1');
    expect(outcome).toEqual({ type: 'closed', reason: expect.stringMatching(/\w+ \w+/) });
    expect(await driver().direct(person('faye'))).toEqual([]);
  });

  itWith('removal', 'keeps what is due for a community that it was removed from', async () => {
    const { platform } = driver();
    await driver().remove();
    const outcome = await platform.deliver(toChannel(), saying('Hello?'), 'key-1');
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringContaining('Milepost is not in this') });
    expect((await platform.deliver(toFaye(), saying('Hello?'), 'key-2')).type).not.toBe('sent');
    expect(await inChannel()).toEqual([]);
  });

  const everything = Array.from({ length: 120 }, (_, at) => `Paragraph ${at} ${'says a little '.repeat(30)}`);
  const long: Message = { blocks: [heading('A long story'), ...everything.map(text), list(everything)] };

  it('posts a message of any length, with its beginning', async () => {
    const { platform } = driver();
    expect(await platform.deliver(toChannel(), long, 'key-1')).toMatchObject({ type: 'sent' });
    const [post, ...more] = await inChannel();
    expect(more).toEqual([]);
    expect(wordsOf(post?.text ?? '')).toMatch(/^a long story paragraph 0 says a little/);
  });

  itWith('limits', 'says in a message what did not fit into it', async () => {
    await driver().platform.deliver(toChannel(), long, 'key-1');
    const [post] = await inChannel();
    expect(post?.text).toMatch(/Shortened to fit \w+; not shown: \d+/);
  });

  it('shows markup in members’ names as text, and pings nobody', async () => {
    const names = [
      '<!channel>',
      '@everyone',
      '<@U012345678>',
      '<@123456789012345678>',
      '*Ada*',
      '_b_',
      '`c`',
      '~d~',
      '[e](https://example.org)',
      'f & g &amp; <h>',
    ];
    const { platform } = driver();
    const message: Message = {
      blocks: [heading(names.join(' ')), ...names.map(name => text(`By ${escapeMarkdown(name)}.`))],
    };
    expect(await platform.deliver(toChannel(), message, 'key-1')).toMatchObject({ type: 'sent' });
    const [post] = await inChannel();
    for (const name of names) expect(post?.text).toContain(`By ${name}.`);
    expect(driver().pinged()).toEqual([]);
  });
});
