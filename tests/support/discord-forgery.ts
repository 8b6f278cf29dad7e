// Servers with members in them, and interactions that no honest client sends.
import { expect, onTestFinished } from 'vitest';
import type { Answer, TestSeat } from './discord/discord-server.ts';
import { startTestBot, type TestBot, type TestBotOptions } from './discord-bot.ts';

const MANAGE_SERVER = 1n << 5n;

export const startBot = async (options: TestBotOptions = {}): Promise<TestBot> => {
  const test = await startTestBot(options);
  onTestFinished(() => test.stop());
  return test;
};

/** A server with an organiser and a member, on the engineering track, with one topic done; and a digest every Monday. */
export const settle = async (test: TestBot, name: string) => {
  const guild = test.discord.addGuild({ name });
  await test.bot.discord.refreshGuilds();
  const channel = guild.addChannel({ name: `${name.toLowerCase()}-weekly` });
  const organiser = test.discord.user(`Organiser of ${name}`).in(guild, channel, { permissions: MANAGE_SERVER });
  const member = test.discord.user(`Member of ${name}`).in(guild, channel);
  for (const seat of [organiser, member]) {
    await seat.slash('track select', { track: 'engineering' });
    await seat.slash('done', { topics: 'testing' });
  }
  const made = textOf(await organiser.slash('schedule set', { kind: 'digest', channel: channel.id }));
  const schedule = /Schedule (\d+)/.exec(made)?.[1];
  if (schedule === undefined) throw new Error(`no schedule was made: ${made}`);
  return { guild, channel, organiser, member, schedule };
};

export const textOf = (answer: Answer): string => (answer.type === 'message' ? answer.text : JSON.stringify(answer));

export const press = (seat: TestSeat, customId: string, values?: readonly string[]): Promise<Answer> =>
  seat.sendRaw({
    type: 3,
    data: { component_type: values ? 3 : 2, custom_id: customId, ...(values && { values }) },
  });
export const submitForm = (seat: TestSeat, customId: string, fields: Record<string, string>): Promise<Answer> =>
  seat.sendRaw({
    type: 5,
    data: {
      custom_id: customId,
      components: Object.entries(fields).map(([custom_id, value]) => ({
        type: 18,
        component: { type: 4, custom_id, value },
      })),
    },
  });
/** A command as Discord would send it, whatever is registered. */
export const send = (seat: TestSeat, typed: string, options: Record<string, unknown> = {}): Promise<Answer> => {
  const [name, sub] = typed.split(' ');
  const leaves = Object.entries(options).map(([option, value]) => ({
    name: option,
    type: typeof value === 'number' ? 4 : typeof value === 'boolean' ? 5 : 3,
    value,
  }));
  const data = { id: '1', type: 1, name, options: sub ? [{ name: sub, type: 1, options: leaves }] : leaves };
  return seat.sendRaw({ type: 2, data });
};

/** Whether a person can read it, and nobody else. */
export const expectToldPrivately = (answer: Answer, what = ''): void => {
  expect(answer, what).toMatchObject({ type: 'message', ephemeral: true });
  expect(textOf(answer), what).not.toMatch(/the incident [0-9a-f]{8}|could not be shown/);
};

/** A form may open where a button asks for one; everything else is told. */
export const expectToldOrAsked = (answer: Answer, what: string): void => {
  if (answer.type !== 'modal') expectToldPrivately(answer, what);
};
