// Workspaces with members in them, and payloads that no honest client of Slack's sends.
import { expect, onTestFinished } from 'vitest';
import type { Answer, StoredView, TestSeat, TestUser, TestWorkspace } from './slack/slack-server.ts';
import { PUBLIC_URL, type SlackTestBot, type SlackTestBotOptions, startSlackTestBot } from './slack-bot.ts';
import { openBrowser } from './slack-installer.ts';

export const startBot = async (options: Partial<SlackTestBotOptions> = {}): Promise<SlackTestBot> => {
  const test = await startSlackTestBot({ transport: 'socket', ...options });
  onTestFinished(() => test.stop());
  return test;
};

/** The install page, as the person who agrees to it goes through it. */
export const install = async (
  { slack, bot }: SlackTestBot,
  choice: { workspace: TestWorkspace; by?: TestUser; orgWide?: boolean },
): Promise<void> => {
  slack.installInto(choice);
  const browser = openBrowser();
  const address = bot.http?.address() ?? '';
  const back = await browser.agree(address);
  expect((await browser.visit(back.replace(PUBLIC_URL, address))).status).toBe(200);
};

export const textOf = (answer: Answer): string => ('text' in answer ? answer.text : JSON.stringify(answer));

export type Settled = {
  workspace: TestWorkspace;
  teamId: string;
  channel: { id: string; teamId: string };
  organiser: TestSeat;
  member: TestSeat;
  people: { organiser: TestUser; member: TestUser };
  schedule: string;
};

/**
 * An organiser and a member on the engineering track with one topic done, and a digest every Monday. `ids` are the same in each workspace
 * that gets the same.
 */
export const settle = async (
  workspace: TestWorkspace,
  ids: { organiser?: string; member?: string; channel?: string } = {},
): Promise<Settled> => {
  const channel = workspace.addChannel({ name: 'weekly', ...(ids.channel && { id: ids.channel }) });
  const { name } = workspace;
  const people = {
    organiser: workspace.user(`Organiser of ${name}`, { admin: true, ...(ids.organiser && { id: ids.organiser }) }),
    member: workspace.user(`Member of ${name}`, ids.member ? { id: ids.member } : {}),
  };
  const organiser = people.organiser.in(channel);
  const member = people.member.in(channel);
  for (const seat of [organiser, member]) {
    await seat.type('/track select engineering');
    await seat.type('/done testing');
  }
  const made = textOf(await organiser.type(`/schedule set digest <#${channel.id}|weekly> weekday:monday time:09:00`));
  const schedule = /Schedule (\d+)/.exec(made)?.[1];
  if (schedule === undefined) throw new Error(`no schedule was made: ${made}`);
  return { workspace, teamId: workspace.teamId, channel, organiser, member, people, schedule };
};

/** Who sends it, as Slack says it in what is pressed, chosen, filled in or typed. */
export const sender = ({ id, teamId, channelId }: TestSeat) => ({
  user: { id, team_id: teamId, name: 'somebody' },
  team: { id: teamId, domain: 'somewhere' },
  channel: { id: channelId, name: 'weekly' },
});

/** A press of a button, or a choice in a menu, of a message that only this person sees. */
export const press = (
  seat: TestSeat,
  actionId: string,
  values?: readonly string[],
  over: Record<string, unknown> = {},
): Promise<Answer> =>
  seat.sendRaw('interactive', {
    type: 'block_actions',
    ...sender(seat),
    container: { type: 'message', message_ts: '1.000001', channel_id: seat.channelId, is_ephemeral: true },
    actions: [
      {
        type: values ? 'multi_static_select' : 'button',
        action_id: actionId,
        block_id: 'b',
        action_ts: '1',
        ...(values && { selected_options: values.map(value => ({ text: { type: 'plain_text', text: 'x' }, value })) }),
      },
    ],
    ...over,
  });

/** A choice in an overflow menu that stands for a row of buttons. */
export const chooseInMenu = (seat: TestSeat, value: string): Promise<Answer> =>
  press(seat, '!', undefined, {
    actions: [{ type: 'overflow', action_id: '!', block_id: 'b', action_ts: '1', selected_option: { value } }],
  });

const inputOf = (name: string) => ({
  type: 'input',
  block_id: name,
  label: { type: 'plain_text', text: name },
  optional: true,
  element: { type: 'plain_text_input', action_id: 'value' },
});

/**
 * Sends a form off that says it has this id and holds these texts. `change` forges the rest of it. The window under it is a real one, so
 * that what the bot answers is shown.
 */
export const submitForm = async (
  seat: TestSeat,
  callbackId: string,
  fields: Readonly<Record<string, string>>,
  change: (view: StoredView) => void = () => {},
): Promise<Answer> => {
  const opened = await seat.type('/start');
  if (opened.type !== 'modal') throw new Error(`no form opened: ${textOf(opened)}`);
  const { view } = opened;
  Object.assign(view, { callback_id: callbackId, blocks: Object.keys(fields).map(inputOf) });
  change(view);
  return seat.submit(fields);
};

/** Whether this person can read it, and nobody else. */
export const expectToldPrivately = (answer: Answer, what = ''): void => {
  expect(answer.type, what).toMatch(/message|modal/);
  const isBetweenTwo = answer.type === 'message' && (answer.ephemeral || answer.message.channelId.startsWith('D'));
  if (answer.type === 'message') expect(isBetweenTwo, `${what}: ${JSON.stringify(answer).slice(0, 300)}`).toBe(true);
  const said = answer.type === 'modal' ? `${answer.text} ${Object.values(answer.errors).join(' ')}` : textOf(answer);
  expect(said, what).toMatch(/\p{L}{2}/u);
  expect(said, what).not.toMatch(/the incident [0-9a-f]{8}|could not be shown/);
};
