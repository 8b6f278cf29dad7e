// What the app has to say to an interaction: who acts, forms that are opened again, and faults of ours.
import { randomUUID } from 'node:crypto';
import type { App } from '../app.ts';
import type { Interaction, MessageReply, ModalFields, Reply } from '../command.ts';
import type { Log } from '../log.ts';
import { actions, button, text } from '../message.ts';
import type { Callers, Present } from './caller.ts';
import type { FormsOf, Opener } from './forms.ts';
import type { LongValues } from './long-values.ts';
import type { Received } from './received.ts';

export type Act = Extract<Received, { type: 'interaction' }>;
export type Performed = {
  reply: Reply;
  /** Undefined where that could not be found out. */
  present?: Present;
};

const refusal = (markdown: string): MessageReply => ({
  type: 'message',
  message: { blocks: [text(markdown)] },
  private: true,
  refused: true,
});
const FORGOTTEN = refusal('That form is not kept any more. Please send the command again.');
const NOT_INSTALLED = refusal(
  'Milepost has no access to this workspace any more. Somebody who manages it can install the app again; nothing is lost.',
);

export type Performer = {
  /** Never throws; undefined where nobody is there to be answered, such as another bot. */
  perform(received: Act): Promise<Performed | undefined>;
  /** A form's answer that comes too late for the form itself: one that was refused can be opened again as it was filled in. */
  asLate(received: Act, reply: Reply): Promise<MessageReply>;
};

export const createPerformer = ({
  app,
  callers,
  formsOf,
  opener,
  longValues,
  log,
  whoMs,
}: {
  app: Pick<App, 'handle'>;
  callers: Callers;
  formsOf: FormsOf;
  opener: Opener;
  longValues: LongValues;
  log: Log;
  whoMs: number;
}): Performer => {
  const handle = async (interaction: Act['interaction'], { caller, later }: Present): Promise<Reply> => {
    const act = { ...interaction, caller } as Interaction;
    const reply = await app.handle(act);
    if (reply.type === 'modal' || !reply.refused || !later) return reply;
    // Nothing was done; perhaps because it was not known yet that they may.
    const known = await later;
    return known?.organiser ? app.handle({ ...act, caller: known }) : reply;
  };

  const withValues = async (interaction: Act['interaction']): Promise<Act['interaction']> =>
    interaction.type === 'modal'
      ? { ...interaction, fields: await longValues.restored(interaction.fields as ModalFields) }
      : interaction;

  const performed = async ({ place, interaction }: Act): Promise<Performed | undefined> => {
    const present = await callers.of(place, whoMs);
    if (!present) {
      log.info({ team: place.teamId }, 'somebody uses Milepost in a workspace where it is not installed');
      return { reply: NOT_INSTALLED };
    }
    if (present.isBot) return undefined;
    const form = interaction.type === 'action' ? await formsOf(place).behind(interaction.action) : undefined;
    if (form) return { present, reply: form === 'forgotten' ? FORGOTTEN : { type: 'modal', modal: form } };
    return { present, reply: await handle(await withValues(interaction), present) };
  };

  return {
    async perform(received) {
      try {
        return await performed(received);
      } catch (error) {
        const incident = randomUUID().slice(0, 8);
        log.error({ err: error, incident, team: received.place.teamId }, 'an interaction failed');
        return {
          reply: refusal(
            `⚠️ Something went wrong on our side. Please try again; if it stays, tell an organiser the incident ${incident}.`,
          ),
        };
      }
    },
    async asLate({ place, interaction }, reply) {
      try {
        if (reply.type === 'modal') return await opener.asMessage(place, reply.modal);
        if (interaction.type !== 'modal' || !reply.refused) return reply;
        const { modal, fields } = interaction;
        const forms = formsOf(place);
        const filled = await forms.filled(place.userId, modal, await longValues.restored(fields as ModalFields));
        if (!filled) return reply;
        const again = actions(button('Change what I typed', await forms.keep(filled), 'primary'));
        return { ...reply, message: { ...reply.message, blocks: [...reply.message.blocks, again] } };
      } catch (error) {
        log.error({ err: error }, 'a form could not be kept');
        return reply.type === 'message' ? reply : FORGOTTEN;
      }
    },
  };
};
