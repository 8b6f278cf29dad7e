import { afterEach, describe, expect, it } from 'vitest';
import { closeAfterwards, closeAll } from '../support/slack/real-app.ts';
import type { Answer, LocalSlack, TestWorkspace } from '../support/slack/slack-server.ts';
import { PUBLIC_URL, type SlackTestBot, startSlackTestBot } from '../support/slack-bot.ts';
import { openBrowser } from '../support/slack-installer.ts';

afterEach(closeAll);

const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));
const SCHEDULE = '/schedule set digest channel:#weekly weekday:monday time:09:00 tracks:engineering zone:Europe/Berlin';

const install = async ({ slack, bot }: SlackTestBot, workspace: TestWorkspace): Promise<void> => {
  slack.installInto({ workspace });
  const browser = openBrowser();
  const address = bot.http?.address() ?? '';
  const back = await browser.agree(address);
  expect((await browser.visit(back.replace(PUBLIC_URL, address))).status).toBe(200);
};

/** Two workspaces in which everything has the same ids. */
const start = async (transport: 'socket' | 'http') => {
  const test = await startSlackTestBot({ transport, many: true, now: '2026-11-26T10:00:00Z' });
  closeAfterwards(() => test.stop());
  const places = [test.workspace, test.slack.addWorkspace({ name: 'Other', installed: false })].map(workspace => ({
    workspace,
    weekly: workspace.addChannel({ name: 'weekly', id: 'C0WEEKLY' }),
    ada: workspace.user('ada', { id: 'U0ADA', admin: true, tz: 'Europe/Berlin' }),
  }));
  const [one, other] = places;
  if (!one || !other) throw new Error('no workspaces');
  for (const { workspace } of places) await install(test, workspace);
  return { ...test, test, one, other };
};
const posts = (slack: LocalSlack, weekly: { id: string; teamId: string }): number => slack.messages(weekly).length;

describe.each(['socket', 'http'] as const)('two workspaces with the same ids, over %s', transport => {
  it('are answered with their own tokens and never see each other’s data', async () => {
    const { slack, one, other, log } = await start(transport);
    await one.ada.in(one.weekly).type('/track select engineering');
    expect(textOf(await one.ada.in(one.weekly).type('/track show'))).toContain('Engineering');
    expect(textOf(await other.ada.in(other.weekly).type('/track show'))).not.toContain('Engineering Track');
    slack.clearRequests();
    await other.ada.in(other.weekly).openHome();
    const tokens = slack.requests.filter(({ method }) => method === 'views.publish').map(({ token }) => token);
    expect(new Set(tokens)).toEqual(new Set([other.workspace.botToken]));
    expect(log.filter(({ level }) => level > 30)).toEqual([]);
  });

  it('get their digests with tokens that ran out since anybody did anything', async () => {
    const { slack, test, one, other, log } = await start(transport);
    const first = one.workspace.botToken;
    expect(first).toMatch(/^xoxe\./);
    for (const { ada, weekly } of [one, other])
      expect(textOf(await ada.in(weekly).type(SCHEDULE))).toContain('#C0WEEKLY');
    await test.liveUntil('2026-12-07T12:00:00Z');
    expect([posts(slack, one.weekly), posts(slack, other.weekly)]).toEqual([2, 2]);
    expect(one.workspace.botToken).not.toBe(first);
    expect(log.filter(({ level }) => level > 30)).toEqual([]);
  });

  it('lose Milepost one at a time, and have everything again when it is back', async () => {
    const { slack, test, one, other } = await start(transport);
    for (const { ada, weekly } of [one, other]) await ada.in(weekly).type(SCHEDULE);
    await test.liveUntil('2026-11-30T12:00:00Z');
    await one.workspace.uninstall();
    await slack.until(() => test.bot.slack.isIdle());
    await test.liveUntil('2026-12-07T12:00:00Z');
    expect([posts(slack, one.weekly), posts(slack, other.weekly)]).toEqual([1, 2]);
    await install(test, one.workspace);
    await test.liveUntil('2026-12-14T12:00:00Z');
    expect([posts(slack, one.weekly), posts(slack, other.weekly)]).toEqual([2, 3]);
    expect(textOf(await one.ada.in(one.weekly).type('/schedule list'))).toContain('#C0WEEKLY');
  });
});
