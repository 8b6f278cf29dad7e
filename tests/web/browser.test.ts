// The page in a real browser over the fake playground. Pictures of each state go to `screenshots/`, to be looked at.
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { text } from '../../src/message.ts';
import { payloads } from '../../src/playground/payload.ts';
import { createWebPlatform, type WebPlatform } from '../../src/web/platform.ts';
import { describeInBrowser, picture } from '../support/browser.ts';
import { createFakePlayground } from './fake-playground.ts';
import { post } from './start-server.ts';

describeInBrowser('the page', openPage => {
  let platform: WebPlatform;

  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const playground = createFakePlayground();
    playground.payloads = payloads;
    platform = createWebPlatform({ port: 0, playground, store: playground.store, reportError: () => 'incident-1' });
    await platform.start();
    const page = await openPage(platform.address(), options);
    await page.getByText('at work in a demo community').waitFor();
    return page;
  };
  afterEach(() => platform.stop());

  const composer = (page: Page) => page.getByRole('combobox', { name: 'Message or command' });
  const say = async (page: Page, command: string) => {
    await composer(page).fill(command);
    await composer(page).press('Escape');
    await composer(page).press('Enter');
  };
  const log = (page: Page) => page.getByRole('log');

  it('greets a first-time visitor and runs what they choose', async () => {
    const page = await open();
    await picture(page, 'fake-welcome');
    expect(await page.getByText('demo data').isVisible()).toBe(true);
    expect(await page.getByText('You are: Ada · organiser').isVisible()).toBe(true);
    await page.getByRole('button', { name: '/next' }).click();
    await log(page).getByRole('heading', { name: 'Your next topics' }).waitFor();
    expect(await page.getByText('at work in a demo community').count()).toBe(0);
    expect(await log(page).getByText('Only you can see this').isVisible()).toBe(true);
  });

  it('completes slash commands by keyboard alone', async () => {
    const page = await open();
    await composer(page).focus();
    await page.keyboard.type('/');
    await page.getByRole('option').nth(3).waitFor();
    await picture(page, 'fake-type-ahead');
    expect(await composer(page).getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('option', { selected: true }).textContent()).toContain('/help');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    expect(await composer(page).inputValue()).toBe('/next');
    await page.keyboard.press('Enter');
    await log(page).getByText('Your next topics').waitFor();
    expect(await composer(page).inputValue()).toBe('');

    await page.keyboard.type('/pr');
    await page.getByRole('option', { name: '/progress' }).waitFor();
    await page.keyboard.press('Enter');
    expect(await composer(page).inputValue()).toBe('/progress');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('listbox').count()).toBe(0);
    await page.keyboard.press('Enter');
    await log(page).getByRole('table').waitFor();
  });

  it('lets a private reply be dismissed, and forgets it in another conversation', async () => {
    const page = await open();
    await say(page, '/next');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await log(page).getByText('Your next topics').count()).toBe(0);
    await say(page, '/next');
    await log(page).getByText('Your next topics').waitFor();
    await page.getByRole('button', { name: '# roadmap' }).click();
    await page.getByRole('button', { name: '# general' }).click();
    await page.getByText('It is quiet').or(page.getByText('demo community')).first().waitFor();
    expect(await log(page).getByText('Your next topics').count()).toBe(0);
  });

  it('shows a public reply to everyone, with who used which command', async () => {
    const page = await open();
    await say(page, '/progress');
    await log(page).getByText('Ada used /progress').waitFor();
    expect(await log(page).getByText('Only you can see this').count()).toBe(0);
    await picture(page, 'fake-public');
    await page.getByRole('button', { name: /Ben/ }).click();
    await page.getByText('You are: Ben · member').waitFor();
    await log(page).getByText('Ada used /progress').waitFor();
  });

  it('puts a replacing answer where the pressed private reply was', async () => {
    const page = await open();
    await say(page, '/next');
    await page.getByRole('button', { name: 'Mark done' }).click();
    await log(page).getByText('Done!').waitFor();
    expect(await log(page).getByRole('article').count()).toBe(1);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
  });

  it('offers one choice at once and several with a confirmation', async () => {
    const page = await open();
    await say(page, '/onboard');
    await log(page).getByRole('combobox', { name: 'Choose your track' }).selectOption('engineering');
    await log(page).getByText('Engineering it is').waitFor();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('alert').getByText('Choose at least 1.').waitFor();
    for (const name of [/Platform engineer/, /Backend engineer/, /Site reliability/])
      await page.getByLabel(name).check();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('alert').getByText('Choose at most 2: 3 are chosen.').waitFor();
    await picture(page, 'fake-several-choices');
    await page.getByLabel(/Backend engineer/).uncheck();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await log(page).getByText('You chose platform and sre.').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  it('keeps what was typed into a form that the server refuses', async () => {
    const page = await open();
    await say(page, '/next');
    await page.getByRole('button', { name: 'Write a reflection' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your reflection' });
    await dialog.getByLabel('What did you learn?').fill('Too short');
    await picture(page, 'fake-modal');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').getByText('at least ten characters').waitFor();
    expect(await dialog.getByLabel('What did you learn?').inputValue()).toBe('Too short');
    await dialog.getByLabel('What did you learn?').fill('Read the last line of the trace first');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await log(page).getByText('Saved. Thank you').waitFor();
    expect(await dialog.isVisible()).toBe(false);
  });

  it('shows what went wrong and gives back what was typed', async () => {
    const page = await open();
    await say(page, '/boom now');
    await page.getByRole('alert').getByText('incident-1').waitFor();
    expect(await composer(page).inputValue()).toBe('/boom now');
  });

  it('moves the clock, tells what arrived and marks where', async () => {
    const page = await open();
    await page.getByText('Next: Mon 23 Nov 09:00 weekly digest').waitFor();
    await page.getByRole('button', { name: 'Go there' }).click();
    await page.getByRole('status').getByText('4 messages delivered: 3 × digest, 1 × leaderboard.').waitFor();
    expect(await page.getByRole('button', { name: 'Milepost 1 new' }).isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: '# roadmap 1 new' }).isVisible()).toBe(true);
    await picture(page, 'fake-clock-moved');
    await page.getByRole('button', { name: 'Milepost 1 new' }).click();
    await log(page).getByText('Good morning, Ada').waitFor();
    expect(await log(page).getByText('Monday 23 November 2026').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Mark done' }).click();
    await log(page).getByText('Done!').waitFor();
    expect(await log(page).getByRole('article').count()).toBe(1);
    await page.getByRole('button', { name: '+1 week' }).click();
    await log(page).getByText('Monday 30 November 2026').waitFor();
    await picture(page, 'fake-direct-messages');
    await page.getByLabel('Go to').fill('2026-12-25T08:00');
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await page.getByText('Fri 25 Dec 2026').waitFor();
  });

  it('starts over only after a confirmation', async () => {
    const page = await open();
    await say(page, '/progress');
    await log(page).getByRole('table').waitFor();
    await page.getByRole('button', { name: 'Start over', exact: true }).click();
    await page.getByRole('button', { name: 'Keep everything' }).click();
    expect(await log(page).getByRole('table').count()).toBe(1);
    await page.getByRole('button', { name: 'Start over', exact: true }).click();
    await page.getByRole('button', { name: 'Delete and start over' }).click();
    await page.getByText('at work in a demo community').waitFor();
    expect(await log(page).getByRole('table').count()).toBe(0);
  });

  it('shows new messages without a reload', async () => {
    const page = await open();
    await platform.deliver({ communityId: 'demo', channelId: 'general' }, { blocks: [text('Breaking news')] }, 'key-1');
    await log(page).getByText('Breaking news').waitFor();
    await platform.deliver({ communityId: 'demo', memberId: 'ada' }, { blocks: [text('Psst')] }, 'key-2');
    await page.getByRole('button', { name: 'Milepost 1 new' }).waitFor();
  });

  it('comes back to the same member and conversation after a reload', async () => {
    const page = await open();
    await page.getByRole('button', { name: /Ben/ }).click();
    await page.getByRole('button', { name: '# roadmap' }).click();
    await page.getByText('It is quiet in #roadmap').waitFor();
    await page.reload();
    await page.getByText('It is quiet in #roadmap').waitFor();
    expect(await page.getByText('You are: Ben · member').isVisible()).toBe(true);
  });

  it('is dark where the visitor prefers that', async () => {
    const page = await open({ colorScheme: 'dark' });
    await say(page, '/next');
    await log(page).getByText('Your next topics').waitFor();
    await say(page, '/progress');
    await log(page).getByRole('table').waitFor();
    await picture(page, 'fake-dark');
    await page.getByRole('button', { name: 'Write a reflection' }).click();
    await picture(page, 'fake-dark-modal');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe('rgb(255, 255, 255)');
  });

  it('fits a phone: nothing sticks out, and the column opens by a button', async () => {
    const page = await open({ viewport: { width: 360, height: 740 }, hasTouch: true, reducedMotion: 'reduce' });
    await picture(page, 'fake-phone-welcome');
    await say(page, '/next');
    await log(page).getByText('Your next topics').waitFor();
    await picture(page, 'fake-phone');
    await say(page, '/progress');
    await log(page).getByRole('table').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await page.getByRole('button', { name: 'Conversations and members' }).click();
    await page.getByRole('button', { name: '# roadmap' }).waitFor();
    await picture(page, 'fake-phone-menu');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: '# roadmap' }).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Clock…' }).click();
    await picture(page, 'fake-phone-clock');
    await page.getByRole('button', { name: '+1 week' }).click();
    await page.getByRole('status').getByText('4 messages delivered').waitFor();
  });

  it.each([
    [360, 'light'],
    [1280, 'dark'],
  ] as const)('lays out every block, however long its words, at %i px in %s', async (width, colorScheme) => {
    const page = await open({ viewport: { width, height: 1500 }, colorScheme });
    await say(page, '/everything');
    await log(page).getByText('Quiet words at the end.').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await log(page).evaluate(element => element.scrollWidth - element.clientWidth)).toBe(0);
    await picture(page, `fake-everything-${width}`);
  });

  const payload = (page: Page, platform = 'Discord') =>
    page.getByRole('region', { name: `${platform} payload as JSON` });
  const fold = (page: Page) => log(page).getByText('Discord payload', { exact: true });

  it('unfolds by keyboard what Discord gets for a digest, asked for only then, and copies it', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const asked: string[] = [];
    page.on('request', request => void (request.url().includes('show=discord') && asked.push(request.url())));
    await page.getByRole('button', { name: 'Go there' }).click();
    await page.getByRole('button', { name: 'Milepost 1 new' }).click();
    await log(page).getByText('Good morning, Ada').waitFor();
    expect(await payload(page).count()).toBe(0);
    expect(asked).toEqual([]);
    await fold(page).focus();
    await page.keyboard.press('Enter');
    await payload(page).waitFor();
    await picture(page, 'fake-payload');
    const shown = (await payload(page).textContent()) ?? '';
    const { flags, components } = JSON.parse(shown);
    expect(flags).toBe(32768);
    expect(components).toMatchObject([{ type: 17, accent_color: 0x2f7bff }]);
    expect(shown).toContain('## Good morning, Ada');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await log(page).getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown);
    await platform.deliver({ communityId: 'demo', memberId: 'ada' }, { blocks: [text('Psst')] }, 'key-1');
    await log(page).getByText('Psst').waitFor();
    expect(await payload(page).isVisible()).toBe(true);
    await fold(page).first().press('Enter');
    expect(await payload(page).count()).toBe(0);
  });

  it('shows what Discord gets for a private answer, the one in its place, and a form', async () => {
    const page = await open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    await say(page, '/next');
    await fold(page).click();
    await payload(page).getByText('## Your next topics').waitFor();
    await log(page).getByText('Slack payload', { exact: true }).click();
    await payload(page, 'Slack').getByText('"text": "Your next topics"').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await log(page).evaluate(element => element.scrollWidth - element.clientWidth)).toBe(0);
    await picture(page, 'fake-payload-phone');
    await page.getByRole('button', { name: 'Write a reflection' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your reflection' });
    await dialog.getByLabel('What did you learn?').fill('Half a sentence');
    await dialog.getByText('Discord payload').click();
    await dialog.getByText('"custom_id": "next/reflect/1"').waitFor();
    await picture(page, 'fake-payload-form');
    expect(await dialog.getByLabel('What did you learn?').inputValue()).toBe('Half a sentence');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Mark done' }).click();
    await log(page).getByText('Done!').waitFor();
    await fold(page).click();
    await payload(page).getByText('is behind you.').waitFor();
  });

  it('says above the payload that something was shortened to fit', async () => {
    const page = await open();
    const long = text('A paragraph that goes on and on, and then some more. '.repeat(100));
    await platform.deliver({ communityId: 'demo', channelId: 'general' }, { blocks: [long] }, 'key-1');
    await fold(page).click();
    await log(page).getByText('Shortened to fit Discord: ').waitFor();
    await picture(page, 'fake-payload-shortened');
  });

  it('says why where the payload cannot be had', async () => {
    const page = await open();
    await say(page, '/next');
    const other = { as: 'ada', command: '/help' };
    for (let more = 0; more < 200; more += 1) await post(`${platform.address()}/api/interactions`, other);
    await fold(page).click();
    await log(page).getByRole('alert').getByText('This answer is not kept any more.').waitFor();
  });

  it('starts its keyboard order with a link to the message box', async () => {
    const page = await open();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the message box' }).press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('composer-input');
  });
});
