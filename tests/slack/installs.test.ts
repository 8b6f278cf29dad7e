import { afterEach, expect, it } from 'vitest';
import { createClients } from '../../src/slack/clients.ts';
import { createSingleWorkspace } from '../../src/slack/installs.ts';
import { memoryLog } from '../support/delivery.ts';
import { closeAll, startForTest } from '../support/slack/real-app.ts';
import { pass, startClock } from '../support/slack-installer.ts';

afterEach(closeAll);

const start = async () => {
  const slack = await startForTest();
  const workspace = slack.addWorkspace({ name: 'Readers' });
  const clock = startClock();
  const { log, lines } = memoryLog();
  const workspaces = createSingleWorkspace(workspace.botToken, createClients(slack.apiUrl), () => clock.now, log);
  const removed = () => workspaces.removed({ teamId: workspace.teamId, isOrgInstall: false, at: new Date() });
  return { clock, slack, workspace, workspaces, lines, removed };
};

it('a bot token serves its own workspace and no other', async () => {
  const { workspace, workspaces } = await start();
  const { teamId, name, botToken, botUserId } = workspace;
  expect(await workspaces.of(teamId)).toEqual({ teamId, name, botToken, botUserId });
  expect(await workspaces.of('T0')).toBeUndefined();
  expect(await workspaces.all()).toMatchObject([{ teamId, name }]);
});

it('a workspace that took its bot token back is left, and the log says what to do', async () => {
  const { workspace, workspaces, lines, removed } = await start();
  expect(await workspaces.of(workspace.teamId)).toBeDefined();
  await workspace.uninstall();
  expect(await removed()).toEqual([workspace.teamId]);
  expect(await workspaces.of(workspace.teamId)).toBeUndefined();
  expect(await workspaces.isGone(workspace.teamId)).toBe(true);
  expect(lines.some(({ level, msg }) => level === 50 && msg.includes('SLACK_BOT_TOKEN'))).toBe(true);
});

it('late news of a removal does not end a workspace whose bot token works', async () => {
  const { workspace, workspaces, removed } = await start();
  expect(await removed()).toEqual([]);
  expect(await workspaces.of(workspace.teamId)).toBeDefined();
});

it('a removal is believed where Slack cannot be asked', async () => {
  const { slack, workspace, removed } = await start();
  slack.misbehave.api({ method: 'auth.test' }, { status: 503 });
  expect(await removed()).toEqual([workspace.teamId]);
});

it('a bot token that is refused once is not given up; refused for minutes, its workspace is left until it is taken again', async () => {
  const { clock, slack, workspace, workspaces } = await start();
  const { teamId } = workspace;
  await workspaces.of(teamId);
  slack.misbehave.api({ method: 'auth.test' }, { error: 'invalid_auth' });
  const gone: boolean[] = [];
  for (const _ of [0, 10, 20]) {
    await workspaces.doubt(teamId);
    expect(await workspaces.of(teamId)).toBeUndefined();
    gone.push(await workspaces.isGone(teamId));
    pass(clock, 10 * 60_000);
  }
  expect(gone).toEqual([false, false, true]);
  slack.misbehave.clear();
  expect(await workspaces.isGone(teamId)).toBe(false);
  expect(await workspaces.of(teamId)).toMatchObject({ teamId });
  slack.misbehave.api({ method: 'auth.test' }, { error: 'invalid_auth' });
  await workspaces.doubt(teamId);
  expect(await workspaces.isGone(teamId)).toBe(false);
});
