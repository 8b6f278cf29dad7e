// Answers what people do in Slack: acknowledged at once, done by the app, shown where they are.
import type { App } from '../app.ts';
import type { Caller, Interaction, MessageReply, Reply } from '../command.ts';
import type { Log } from '../log.ts';
import { text, toPlainText } from '../message.ts';
import { TOO_LATE, within } from '../within.ts';
import type { Clients } from './clients.ts';
import type { Homes } from './home.ts';
import type { Workspaces } from './installs.ts';
import type { SlackNames } from './names.ts';
import type { People } from './people.ts';
import { type Place, type Received, receive } from './receive.ts';
import type { RenderContext } from './render.ts';
import { renderMessageView, renderModal } from './render-view.ts';
import { createShower, decodeOrigin, encodeOrigin } from './show.ts';

/** A form and a type-ahead must be answered in their acknowledgement, within Slack's 3 s. */
const FORM_WITHIN_MS = 2_300;
const SUGGEST_WITHIN_MS = 2_000;
const SUGGESTIONS = 100;
/** Slack's limits on the text and value of an option. */
const OPTION = 75;

/** Acknowledges what Slack sent, once; with a body where the answer belongs there. */
export type Ack = (answer?: unknown) => Promise<void>;

export type ResponderDeps = {
  app: Pick<App, 'handle' | 'suggest'>;
  workspaces: Workspaces;
  clientsOf: (token: string) => Clients;
  people: People;
  homes: Homes;
  names: Pick<SlackNames, 'readSlash'>;
  renderContext: RenderContext;
  log: Log;
};

export type Responder = {
  /** Sees one payload of Slack's through. Never throws. */
  respond(payload: unknown, ack: Ack): Promise<void>;
  /** Whether nothing is under way. */
  isIdle(): boolean;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
};

type Act = Extract<Received, { type: 'interaction' }>;
type Present = { clients: Clients; caller: Caller };

const NOT_UNDERSTOOD: MessageReply = {
  type: 'message',
  message: { blocks: [text('I cannot do that. `/milepost help` lists what I can do.')] },
  private: true,
  refused: true,
};

export const createResponder = (deps: ResponderDeps): Responder => {
  const { app, workspaces, clientsOf, people, homes, names, renderContext, log } = deps;
  const shower = createShower({ renderContext, log });
  const underWay = new Set<Promise<void>>();

  /** Who acts, with the clients of their workspace; undefined where the app is not installed there (any more). */
  const presentIn = async ({
    teamId,
    enterpriseId,
    userId,
    userName,
    channelId,
    isDirect,
  }: Place): Promise<Present | undefined> => {
    const workspace = await workspaces.of(teamId, enterpriseId);
    if (!workspace) return undefined;
    const clients = clientsOf(workspace.botToken);
    const { name, zone, organiser } = await people.of(clients, teamId, userId, userName);
    const caller: Caller = {
      platform: 'slack',
      communityId: teamId,
      communityName: workspace.name,
      memberId: userId,
      name,
      organiser,
      ...(zone !== undefined && { zone }),
      ...(channelId !== undefined && !isDirect && { channelId }),
    };
    return { clients, caller };
  };

  const performed = async ({ interaction }: Act, { caller }: Present): Promise<Reply> =>
    app.handle({ ...interaction, caller } as Interaction);

  const act = async (received: Act, ack: Ack): Promise<void> => {
    await ack();
    const present = await presentIn(received.place);
    if (!present) return;
    const reply = await performed(received, present);
    await shower.show(received.place, present.clients, reply);
    await homes.changed(present.clients, present.caller);
  };

  /** A form that is refused stays open with what was typed, and says why under its first field. */
  const formAnswer = ({ place, interaction }: Act, reply: Reply, origin: string | undefined): unknown => {
    if (reply.type === 'modal')
      return {
        response_action: 'update',
        view: renderModal(reply.modal, { privateMetadata: origin ?? encodeOrigin({}) }),
      };
    const [field] = interaction.type === 'modal' ? Object.keys(interaction.fields) : [];
    if (reply.refused && field !== undefined)
      return { response_action: 'errors', errors: { [field]: toPlainText(reply.message).slice(0, 2_000) } };
    return decodeOrigin(origin).responseUrl === undefined && place.source?.type === 'view'
      ? { response_action: 'update', view: renderMessageView(reply.message, renderContext) }
      : undefined;
  };

  const submit = async (received: Act, ack: Ack): Promise<void> => {
    const { place } = received;
    const metadata = place.source?.type === 'view' ? place.source.privateMetadata : undefined;
    const origin = decodeOrigin(metadata);
    const work = presentIn(place).then(
      async present => present && { present, reply: await performed(received, present) },
    );
    const inTime = await within(work, FORM_WITHIN_MS);
    const answer = inTime !== TOO_LATE && inTime ? formAnswer(received, inTime.reply, metadata) : undefined;
    await ack(answer);
    const done = inTime === TOO_LATE ? await work : inTime;
    if (!done) return;
    // The window is gone, so the answer goes where the form came from.
    const { source: _, ...withoutWindow } = place;
    const target: Place = { ...withoutWindow, ...origin };
    if (answer === undefined) await shower.show(target, done.present.clients, done.reply);
    await homes.changed(done.present.clients, done.present.caller);
  };

  const suggest = async ({ place, at }: Extract<Received, { type: 'suggestion' }>, ack: Ack): Promise<void> => {
    const work = presentIn(place).then(present => (present ? app.suggest(present.caller, at) : []));
    const found = await within(work, SUGGEST_WITHIN_MS);
    const options = (found === TOO_LATE ? [] : found)
      .filter(({ value }) => value.length <= OPTION)
      .slice(0, SUGGESTIONS)
      .map(({ label, value }) => ({ text: { type: 'plain_text', text: label.slice(0, OPTION) }, value }));
    await ack({ options });
  };

  const route = async (payload: unknown, ack: Ack): Promise<void> => {
    const received = receive(payload, names);
    switch (received.type) {
      case 'interaction':
        return received.interaction.type === 'modal' ? submit(received, ack) : act(received, ack);
      case 'suggestion':
        return suggest(received, ack);
      case 'home': {
        await ack();
        const present = await presentIn(received.place);
        return present && homes.opened(present.clients, present.caller);
      }
      case 'removed':
        await ack();
        return workspaces.removed(received);
      case 'ignored':
        return ack();
      case 'unknown': {
        await ack();
        log.warn({ reason: received.reason }, 'a payload of Slack’s was not understood');
        const present = received.place && (await presentIn(received.place));
        return present && received.place && shower.show(received.place, present.clients, NOT_UNDERSTOOD);
      }
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
