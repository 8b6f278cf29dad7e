// Opens forms, and, where Slack does not let one open (any more), leaves a button that opens the same form.
import type { MessageReply } from '../command.ts';
import { createForms, type Forms } from '../kept-forms.ts';
import type { Log } from '../log.ts';
import { actions, button, type Modal, text } from '../message.ts';
import type { KeptValues } from '../platform.ts';
import { TOO_LATE, within } from '../within.ts';
import type { Clients, Problem } from './clients.ts';
import { encodeOrigin } from './origin.ts';
import type { Place } from './received.ts';
import type { RenderContext } from './render.ts';
import { renderModal } from './render-view.ts';
import { problemIn, pushWindow } from './show.ts';

/** Slack's words for a trigger that is used or older than three seconds. */
const TRIGGER_GONE = new Set(['expired_trigger_id', 'exchanged_trigger_id', 'invalid_trigger_id', 'missing_trigger']);

export type FormsOf = (person: Pick<Place, 'teamId' | 'userId'>) => Forms;
/** The forms that are kept for one person, whose id is unique in their workspace only: nobody else opens them. */
export const createFormsOf =
  (kept: KeptValues): FormsOf =>
  ({ teamId, userId }) => {
    const own = (name: string): string => `${teamId}:${userId} ${name}`;
    return createForms({
      ...kept,
      keep: (name, value, forMs) => kept.keep(own(name), value, forMs),
      find: name => kept.find(own(name)),
    });
  };

/** A form that opens later than its trigger lives is as good as none. */
const OPEN_WITHIN_MS = 3_000;
const inTime = async (call: Promise<Problem | undefined>): Promise<Problem | undefined> => {
  const problem = await within(call, OPEN_WITHIN_MS);
  return problem === TOO_LATE ? { type: 'unclear', message: `Slack took longer than ${OPEN_WITHIN_MS} ms.` } : problem;
};

const FAULT: MessageReply = {
  type: 'message',
  message: { blocks: [text('The form could not be shown here; the fault is ours and was noted. Nothing was done.')] },
  private: true,
  refused: true,
};

export type Opener = {
  /** Opens the form where the person is; answers what to tell them instead where that cannot be. Never throws. */
  open(place: Place, clients: Clients, modal: Modal): Promise<MessageReply | undefined>;
  /** The message with a button that opens the form. */
  asMessage(place: Place, modal: Modal): Promise<MessageReply>;
  /** Remembers that the person sees this form, so that it can be opened again as it was filled in. */
  shown(place: Place, modal: Modal): Promise<void>;
};

export const createOpener = ({
  formsOf,
  renamed,
  now,
  log,
}: Pick<RenderContext, 'renamed'> & { formsOf: FormsOf; now: () => Date; log: Log }): Opener => {
  const asMessage: Opener['asMessage'] = async (place, modal) => ({
    type: 'message',
    private: true,
    message: {
      blocks: [
        text('There is a form to fill in.'),
        actions(button('Open the form', await formsOf(place).keep(modal), 'primary')),
      ],
    },
  });

  const tryToOpen = async (place: Place, { reads }: Clients, modal: Modal): Promise<Problem | undefined> => {
    const { triggerId, source } = place;
    if (triggerId === undefined) return { type: 'refused', code: 'missing_trigger' };
    const view = renderModal(modal, { renamed, privateMetadata: encodeOrigin(place, now()) });
    const isInWindow = source?.type === 'view' && source.viewType === 'modal';
    const call = isInWindow
      ? pushWindow(reads, { triggerId, viewId: source.viewId }, view)
      : reads.views.open({ trigger_id: triggerId, view });
    return inTime(problemIn(call));
  };

  const shown: Opener['shown'] = (place, modal) =>
    formsOf(place)
      .shown(place.userId, modal)
      .catch(error => log.warn({ err: error, form: modal.id }, 'a form that was shown could not be kept'));

  return {
    asMessage,
    shown,
    async open(place, clients, modal) {
      const problem = await tryToOpen(place, clients, modal);
      if (!problem) {
        // Afterwards, so that nobody waits for the disk to see a form.
        await shown(place, modal);
        return undefined;
      }
      const isOurs = problem.type === 'refused' && !TRIGGER_GONE.has(problem.code);
      const about = { problem, form: modal.id };
      if (isOurs) log.error(about, 'Slack did not take a form');
      else log.warn(about, 'a form could not be opened, so a button for it was sent');
      try {
        return isOurs ? FAULT : await asMessage(place, modal);
      } catch (error) {
        log.error({ err: error, form: modal.id }, 'a form could not be kept');
        return FAULT;
      }
    },
  };
};
