// What the app has to say to an interaction, and for which community: who acts, forms that are opened again, and faults of ours.
import { randomUUID } from 'node:crypto';
import type { App } from '../app.ts';
import type { Choice, Interaction, MessageReply, Reply } from '../command.ts';
import type { Forms } from '../kept-forms.ts';
import type { Log } from '../log.ts';
import { escapeMarkdown } from '../markdown.ts';
import { actions, button, type Message, quiet, text } from '../message.ts';
import type { KeptValues } from '../platform.ts';
import { type Home, whoActs } from './caller.ts';
import type { Place, Received } from './receive.ts';

export type Act = Extract<Received, { type: 'interaction' }>;
export type Typing = Extract<Received, { type: 'autocomplete' }>;
export type Performed = { reply: Reply; communityId?: string };

/** People whose last server was noted lately by this process. */
const NOTED_PEOPLE = 5_000;
const NOTED_AGAIN_MS = 60_000;
/** Then the database's own hour is near enough. */
const NOTED_FOR_MS = 24 * 60 * 60 * 1000;

const refusal = (...blocks: Message['blocks']): MessageReply => ({
  type: 'message',
  message: { blocks },
  private: true,
  refused: true,
});
// No code here: it would become a mention, which sends the command to us once more.
const NOBODY_KNOWS_YOU = refusal(
  text(
    'I do not know yet which community you learn with. Please use /onboard in its server first; after that you can talk to me here too.',
  ),
);
const FORGOTTEN = refusal(text('That form is not kept any more. Please send the command again.'));
export const NOT_UNDERSTOOD = refusal(text('I cannot do that. `/help` lists what I can do.'));

const withNote = (reply: Reply, note: string): Reply =>
  reply.type === 'modal'
    ? reply
    : { ...reply, message: { ...reply.message, blocks: [...reply.message.blocks, quiet(note)] } };

export type Performer = {
  /** Never throws. */
  perform(received: Act): Promise<Performed>;
  /** Suggestions for what is being typed; none where that fails. */
  suggest(received: Typing): Promise<Choice[]>;
  /** What can still be shown where Discord opens no form: after a defer, or in answer to another form. */
  asMessage(reply: Reply): Promise<MessageReply>;
};

export const createPerformer = ({
  app,
  homesOf,
  forms,
  kept,
  log,
}: {
  app: Pick<App, 'handle' | 'suggest'>;
  homesOf: (userId: string) => Promise<Home[]>;
  forms: Forms;
  kept: KeptValues;
  log: Log;
}): Performer => {
  const noted = new Map<string, { guildId: string; at: number }>();
  const lastServerOf = (userId: string): string => `server ${userId}`;
  /**
   * Notes where a person of several communities was seen, for all processes: the database knows it to the hour only. Once a minute is
   * enough, and nobody waits for it.
   */
  const noteServer = async ({ userId, guildId }: Place): Promise<void> => {
    const at = performance.now();
    const last = noted.get(userId);
    if (guildId === undefined || (last?.guildId === guildId && at - last.at < NOTED_AGAIN_MS)) return;
    noted.delete(userId);
    noted.set(userId, { guildId, at });
    if (noted.size > NOTED_PEOPLE) noted.delete(noted.keys().next().value as string);
    if ((await homesOf(userId)).length > 1) await kept.keep(lastServerOf(userId), guildId, NOTED_FOR_MS);
  };
  const homesInOrder = async (userId: string): Promise<Home[]> => {
    const homes = await homesOf(userId);
    const last = homes.length > 1 ? await kept.find(lastServerOf(userId)) : undefined;
    return [
      ...homes.filter(({ externalId }) => externalId === last),
      ...homes.filter(({ externalId }) => externalId !== last),
    ];
  };

  const asMessage = async (reply: Reply): Promise<MessageReply> => {
    if (reply.type === 'message') return reply;
    const open = button('Open the form', await forms.keep(reply.modal), 'primary');
    return {
      type: 'message',
      private: true,
      message: { blocks: [text('There is a form to fill in.'), actions(open)] },
    };
  };

  /** A form that was refused can be opened again with what was typed, which Discord itself throws away. */
  const withSecondTry = async (reply: Reply, { place, interaction }: Act): Promise<Reply> => {
    if (interaction.type !== 'modal') return reply;
    if (reply.type === 'modal' || !reply.refused) return asMessage(reply);
    const filled = await forms.filled(place.userId, interaction.modal, interaction.fields);
    if (!filled) return reply;
    const again = actions(button('Change what I typed', await forms.keep(filled), 'primary'));
    return { ...reply, message: { ...reply.message, blocks: [...reply.message.blocks, again] } };
  };

  const performed = async (received: Act): Promise<Performed> => {
    const { place, interaction } = received;
    const form = interaction.type === 'action' ? await forms.behind(interaction.action) : undefined;
    if (form) {
      const reply: Reply = form === 'forgotten' ? FORGOTTEN : { type: 'modal', modal: form };
      return { reply, ...(place.hintedCommunityId !== undefined && { communityId: place.hintedCommunityId }) };
    }
    const who = await whoActs(place, homesInOrder);
    if (!who) return { reply: NOBODY_KNOWS_YOU };
    const { caller, guessed } = who;
    const reply = await withSecondTry(await app.handle({ ...interaction, caller } as Interaction), received);
    noteServer(place).catch(error => log.warn({ err: error }, 'it could not be noted where somebody was active'));
    const note = `This is for ${escapeMarkdown(guessed ?? '')}, where you were active last. For another community, send it in that server.`;
    return { reply: guessed === undefined ? reply : withNote(reply, note), communityId: caller.communityId };
  };

  return {
    asMessage,
    async perform(received) {
      try {
        return await performed(received);
      } catch (error) {
        const incident = randomUUID().slice(0, 8);
        log.error({ err: error, incident, interaction: received.place.id }, 'an interaction failed');
        return {
          reply: refusal(
            text(
              `⚠️ Something went wrong on our side. Please try again; if it stays, tell an organiser the incident ${incident}.`,
            ),
          ),
        };
      }
    },
    async suggest({ place, at }) {
      try {
        const who = await whoActs(place, homesInOrder);
        return who ? await app.suggest(who.caller, at) : [];
      } catch (error) {
        log.error({ err: error, command: at.command, option: at.option }, 'type-ahead failed');
        return [];
      }
    },
  };
};
