import type { Page } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { describeInBrowser, picture } from '../support/browser.ts';
import { type PlaygroundProcess, startPlayground } from '../support/playground-process.ts';

describeInBrowser('a first week in the playground', openPage => {
  let playground: PlaygroundProcess;
  beforeAll(async () => {
    playground = await startPlayground();
  });
  afterAll(() => playground.stop());

  const composer = (page: Page) => page.getByRole('combobox', { name: 'Message or command' });
  const log = (page: Page) => page.getByRole('log');
  const say = async (page: Page, command: string) => {
    await composer(page).fill(command);
    await composer(page).press('Escape');
    await composer(page).press('Enter');
  };
  const press = (page: Page, name: string) => log(page).getByRole('button', { name, exact: true }).last().click();
  const heading = (page: Page, name: string | RegExp) => log(page).getByRole('heading', { name }).last().waitFor();

  it('takes a new member from onboarding over a quiz to the first digest', async () => {
    const page = await openPage(`${playground.url}/#faye/general`);
    await page.getByText('at work in a demo community').waitFor();
    await picture(page, 'week-1-welcome');

    await say(page, '/onboard');
    await heading(page, /Step 1 of 6/);
    await picture(page, 'week-2-onboarding');
    await press(page, '⚙️ Engineering Track');
    await heading(page, /Step 2 of 6/);
    await log(page)
      .getByRole('checkbox', { name: /AI Safety Platform Engineer/ })
      .check();
    await picture(page, 'week-3-roles');
    await press(page, 'Confirm');
    await heading(page, /Step 3 of 6/);
    await press(page, 'Skip');
    await heading(page, /Step 4 of 6/);
    await press(page, 'Change');
    await page.getByRole('dialog').getByRole('textbox').fill('Berlin');
    await picture(page, 'week-4-zone');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await heading(page, /Step 5 of 6/);
    await press(page, 'Every week (current)');
    await heading(page, /Step 6 of 6/);
    await log(page).getByRole('button', { name: /^Yes/ }).last().click();
    await log(page).getByRole('button', { name: 'Show my topics' }).waitFor();
    await picture(page, 'week-5-ready');

    await press(page, 'Show my topics');
    await heading(page, 'What is next');
    await press(page, 'Read');
    await log(page).getByText('Page 1 of').waitFor();
    await picture(page, 'week-6-topic');
    await log(page).getByRole('button', { name: /›$/ }).last().click();
    await log(page).getByText('Page 2 of').waitFor();
    await press(page, 'Done');
    await heading(page, '1 topic done');
    await press(page, 'Take the quiz');
    await log(page).getByText('Question 1 of').last().waitFor();
    await picture(page, 'week-7-quiz');

    await say(page, '/progress');
    await log(page).getByText('1 of 15 topics').last().waitFor();
    await picture(page, 'week-8-progress');
    await say(page, '/leaderboard all');
    await log(page).getByText('Faye Moreau (you)').first().waitFor();
    await picture(page, 'week-9-leaderboard');

    await page.getByRole('button', { name: '+1 week' }).click();
    await page.getByRole('button', { name: /^Milepost/ }).click();
    await heading(page, /^Your week/);
    await picture(page, 'week-10-digest');
    await log(page).getByText('1 of 15 topics').first().waitFor();
    await page.getByRole('button', { name: /weekly-digest/ }).click();
    await heading(page, /^Week 3/);
    await picture(page, 'week-11-channel');
  });

  it('lets an organiser set up a digest and see it before it goes out, in the dark on a phone', async () => {
    const phone = { viewport: { width: 360, height: 780 }, colorScheme: 'dark' as const };
    const page = await openPage(`${playground.url}/#ada/general`, phone);
    await say(
      page,
      '/schedule set digest channel:#general weekday:wednesday time:18:30 zone:Berlin tracks:research send:channel',
    );
    await heading(page, /Schedule 3/);
    await picture(page, 'phone-1-schedule');
    await press(page, 'Preview');
    await heading(page, 'Week 1');
    await picture(page, 'phone-2-preview');
    await say(page, '/schedule set digest cron:"0 0 30 2 *"');
    await log(page).getByText('that day never comes').waitFor();
  });
});
