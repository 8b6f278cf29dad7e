// Answers what people do in Slack: acknowledged at once, done by the app once, shown where they are.
import type { App } from '../app.ts';
import type { MessageReply, Reply } from '../command.ts';
import type { Log } from '../log.ts';
import { text, toPlainText } from '../message.ts';
import type { KeptValues } from '../platform.ts';
import { TOO_LATE, within } from '../within.ts';
import { createCallers } from './caller.ts';
import type { Clients } from './clients.ts';
import { createFormsOf, createOpener } from './forms.ts';
import { type Homes, isSeenInHome } from './home.ts';
import type { Workspaces } from './installs.ts';
import { createLongValues } from './long-values.ts';
import type { SlackNames } from './names.ts';
import { encodeOrigin, placeBefore } from './origin.ts';
import type { People } from './people.ts';
import { type Act, createPerformer, type Performed } from './perform.ts';
import type { Pictures } from './pictures.ts';
import { receive } from './receive.ts';
import type { Place, Received } from './received.ts';
import type { RenderContext } from './render.ts';
import { renderModal } from './render-view.ts';
import { createRepeats } from './repeats.ts';
import { isResponseUrl, postToResponseUrl } from './response-url.ts';
import { createShower } from './show.ts';
import { createSuggester } from './suggest.ts';

/** How long something is waited for while somebody waits, in milliseconds. */
export type Waits = {
  /** For Slack to say who it is: a form opens within three seconds of what asks for it. */
  whoMs: number;
  /** For the answer to a form: it belongs into the acknowledgement, within three seconds. */
  formMs: number;
  /** For a response URL to take an answer. */
  urlMs: number;
};
export const WAITS: Waits = { whoMs: 1_000, formMs: 2_300, urlMs: 10_000 };
/** Nobody waits for a trigger where Home is opened. */
const WHO_WITHIN_MS = 5_000;
const ERROR_LIMIT = 2_000;

/** Acknowledges what Slack sent, once; with a body where the answer belongs there. */
export type Ack = (answer?: unknown) => Promise<void>;

export type ResponderDeps = {
  app: Pick<App, 'handle' | 'suggest'>;
  workspaces: Workspaces;
  clientsOf: (token: string) => Clients;
  /** Where the clients call Slack. */
  apiUrl: string;
  people: People;
  homes: Pick<Homes, 'opened' | 'changed'>;
  pictures: Pick<Pictures, 'render' | 'withPictures'>;
  names: Pick<SlackNames, 'readSlash'>;
  renderContext: RenderContext;
  kept: KeptValues;
  /** Payloads come by HTTP rather than over a socket. */
  viaHttp: boolean;
  now: () => Date;
  log: Log;
  /** For tests. */
  waits?: Partial<Waits> | undefined;
};

export type Responder = {
  /** Sees one payload of Slack's through. Never throws. */
  respond(payload: unknown, ack: Ack): Promise<void>;
  /** Whether nothing is under way. */
  isIdle(): boolean;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
};

const isTypeAhead = (payload: unknown): boolean =>
  (payload as { type?: unknown } | null | undefined)?.type === 'block_suggestion';

const NOT_UNDERSTOOD: MessageReply = {
  type: 'message',
  message: { blocks: [text('I cannot do that. `/milepost help` lists what I can do.')] },
  private: true,
  refused: true,
};

const NOWHERE =
  'Slack did not say in which workspace this is, so nothing was done. Please type the command instead: `/milepost help` lists them.';

/** Slack shows what is wrong under a field: the one whose value the message quotes, else one that it names, else the first. */
const errorsOf = (
  { interaction }: Act,
  { message }: MessageReply,
  renamed: (text: string) => string,
): Record<string, string> | undefined => {
  const fields = interaction.type === 'modal' ? Object.entries(interaction.fields) : [];
  const words = toPlainText(message);
  const quotes = (value: string): boolean =>
    value !== '' && (words.includes(`“${value}”`) || words.includes(`“#${value}”`));
  const quoted = fields.find(([, value]) => [value].flat().some(quotes));
  const named = fields.find(([field]) => words.split(/[^\w-]+/).includes(field));
  const [name] = quoted ?? named ?? fields[0] ?? [];
  return name === undefined ? undefined : { [name]: renamed(words).slice(0, ERROR_LIMIT) };
};

export const createResponder = (deps: ResponderDeps): Responder => {
  const { apiUrl, workspaces, homes, names, renderContext, kept, now, log } = deps;
  const { renamed = text => text } = renderContext;
  const waits = { ...WAITS, ...deps.waits };
  const callers = createCallers(deps);
  const formsOf = createFormsOf(kept);
  const opener = createOpener({ formsOf, renamed, now, log });
  const longValues = createLongValues(kept);
  const performer = createPerformer({ ...deps, callers, formsOf, opener, longValues, whoMs: waits.whoMs });
  const suggest = createSuggester({ ...deps, callers, longValues });
  const shower = createShower({ pictures: deps.pictures, renderContext, log, urlMs: waits.urlMs });
  const repeats = createRepeats(kept, log, { viaHttp: deps.viaHttp });
  const underWay = new Set<Promise<void>>();

  /** Answers whether Slack heard of it: a connection that was just renewed takes no acknowledgement for the last one. */
  const acknowledge = async (ack: Ack, answer?: unknown): Promise<boolean> => {
    try {
      await ack(answer);
      return true;
    } catch (error) {
      log.info({ err: error }, 'Slack could not be told that something has come');
      return false;
    }
  };

  /** What was done, without an address that is none of Slack's. */
  const fromSlack = (received: Received): Received => {
    if (!('place' in received) || received.place?.responseUrl === undefined) return received;
    const { responseUrl, ...place } = received.place;
    if (isResponseUrl(responseUrl, apiUrl)) return received;
    log.warn({ team: place.teamId }, 'an answer was asked for at an address that is none of Slack’s');
    return { ...received, place } as Received;
  };

  const show = async (place: Place, { reply, present }: Performed): Promise<void> => {
    const instead = reply.type === 'modal' && present ? await opener.open(place, present.clients, reply.modal) : reply;
    if (instead?.type === 'message') await shower.show(place, present?.clients, instead);
  };

  /** Home itself shows what came of it, where it can be published. */
  const isSeenThere = ({ place: { source }, interaction }: Act, reply: Reply): boolean =>
    source?.type === 'view' &&
    source.viewType === 'home' &&
    interaction.type === 'action' &&
    isSeenInHome(interaction.action) &&
    reply.type === 'message' &&
    !reply.refused;

  const act = async (received: Act): Promise<void> => {
    const done = await performer.perform(received);
    if (!done) return;
    const { present } = done;
    if (present && isSeenThere(received, done.reply)) {
      if (!(await homes.opened(present.clients, present.caller))) await show(received.place, done);
      return;
    }
    await show(received.place, done);
    if (present) await homes.changed(present.clients, present.caller);
  };

  /** What the form itself becomes; undefined where it closes and the answer goes to where it came from. */
  const formAnswer = async (received: Act, { reply, present }: Performed, from: Place): Promise<unknown> => {
    const { source } = received.place;
    if (reply.type === 'modal') {
      const privateMetadata = source?.type === 'view' ? source.privateMetadata : undefined;
      const view = renderModal(reply.modal, { renamed, privateMetadata: privateMetadata ?? encodeOrigin(from, now()) });
      return { response_action: 'update', view };
    }
    const errors = reply.refused ? errorsOf(received, reply, renamed) : undefined;
    if (errors) return { response_action: 'errors', errors };
    if (!present || from.source?.type !== 'view') return undefined;
    // The window beneath shows it in place of what it showed before.
    if (from.source.viewType === 'modal' && reply.replace) return undefined;
    const view = await shower.window(present.clients, from.teamId, reply.message);
    return { response_action: 'update', view };
  };

  const submit = async (received: Act, payload: unknown, ack: Ack): Promise<void> => {
    const from = placeBefore(received.place, now());
    const work = repeats
      .isFirst(payload)
      // A form does not say where the person is, and what they ask may be about that channel.
      .then(isFirst => (isFirst ? performer.perform({ ...received, place: from }) : undefined))
      .then(async done => done && { ...done, answer: await formAnswer(received, done, from) });
    const inTime = await within(work, waits.formMs);
    const isHeard = await acknowledge(ack, inTime === TOO_LATE ? undefined : inTime?.answer);
    const done = await work;
    if (!done) return;
    const { reply, present } = done;
    if (inTime === TOO_LATE || !isHeard) await show(from, { ...done, reply: await performer.asLate(received, reply) });
    else if (done.answer === undefined) await show(from, done);
    else if (reply.type === 'modal') await opener.shown(received.place, reply.modal);
    if (present) await homes.changed(present.clients, present.caller);
  };

  const answerUnknown = async ({ reason, place }: Extract<Received, { type: 'unknown' }>): Promise<void> => {
    log.warn({ reason }, 'a payload of Slack’s was not understood');
    const present = place && (await callers.of(place, WHO_WITHIN_MS));
    if (place && present && !present.isBot) await shower.show(place, present.clients, NOT_UNDERSTOOD);
  };

  const answerNowhere = async ({ responseUrl }: Extract<Received, { type: 'nowhere' }>): Promise<void> => {
    log.warn('Slack did not name the workspace in which something was done');
    if (responseUrl === undefined || !isResponseUrl(responseUrl, apiUrl)) return;
    const words = { text: renamed(NOWHERE), response_type: 'ephemeral', replace_original: false };
    const problem = await postToResponseUrl(responseUrl, waits.urlMs, words);
    if (problem) log.warn({ problem }, 'an answer could not be shown in Slack');
  };

  const openHome = async (place: Place): Promise<void> => {
    const present = await callers.of(place, WHO_WITHIN_MS);
    if (present && !present.isBot) await homes.opened(present.clients, present.caller);
  };

  const route = async (payload: unknown, ack: Ack): Promise<void> => {
    const received = fromSlack(receive(payload, names));
    if (received.type === 'interaction' && received.interaction.type === 'modal') return submit(received, payload, ack);
    const options = received.type === 'suggestion' ? await suggest(received) : [];
    await acknowledge(ack, isTypeAhead(payload) ? { options } : undefined);
    if (received.type === 'suggestion' || received.type === 'ignored') return;
    if (!(await repeats.isFirst(payload))) return;
    switch (received.type) {
      case 'interaction':
        return act(received);
      case 'home':
        return openHome(received.place);
      case 'removed':
      case 'access':
        await workspaces.removed(received);
        return;
      case 'unknown':
        return answerUnknown(received);
      case 'nowhere':
        return answerNowhere(received);
      default:
        return received satisfies never;
    }
  };

  return {
    isIdle: () => underWay.size === 0,
    async respond(payload, ack) {
      const work = route(payload, ack).catch(error => {
        log.error({ err: error }, 'something that Slack sent could not be answered');
      });
      underWay.add(work);
      await work;
      underWay.delete(work);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
};
