// Brings what people did, and what happened, to the bot: over the socket or by HTTP, with Slack's retries of events.

import type { Asked } from './asked.ts';
import type { Json } from './form.ts';
import {
  type Ack,
  type DeliveryKind,
  encodePayload,
  endpointFor,
  type HttpEndpoints,
  postSigned,
  type SignedRequest,
  signRequest,
} from './http-delivery.ts';
import type { Interactions } from './interactions.ts';
import type { Faults } from './misbehaviour.ts';
import type { Sockets } from './socket.ts';
import type { Workspace, World } from './world.ts';

/** "Up to 3 redeliveries: nearly at once, after a minute, after five". */
const RETRY_AFTER_MS = [0, 60_000, 300_000];
const EVENT_ACK_WITHIN_MS = 3000;

export type EventLogEntry = { id: string; type: string; attempts: number; acknowledged: boolean };
export type Delivery = {
  endpoints: HttpEndpoints | undefined;
  /** The event types that the app has subscribed to; undefined: all. */
  subscribed: readonly string[] | undefined;
  interact(kind: 'slash_commands' | 'interactive', payload: Json, asked: Asked): void;
  /** Tells the bot of an event; resolves when the first delivery was acknowledged or failed. */
  tell(workspace: Workspace, event: Json): Promise<EventLogEntry | undefined>;
  events: EventLogEntry[];
  /** The last signed request, and where it went. */
  last: { url: string; request: SignedRequest } | undefined;
  stop(): void;
};

export const createDelivery = (
  world: World,
  sockets: Sockets,
  interactions: Interactions,
  faults: Faults,
): Delivery => {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const send = (
    kind: DeliveryKind,
    payload: Json,
    onAck: (ack: Ack) => void,
    retry?: { attempt: number; reason: string },
  ): void => {
    const { endpoints } = delivery;
    if (endpoints === undefined) {
      if (!sockets.send(kind, payload, retry, onAck))
        onAck({ ok: false, reason: 'dispatch_failed: the bot is not connected' });
      return;
    }
    const url = endpointFor(endpoints, kind, payload);
    const { body, type } = encodePayload(kind, payload);
    const request = signRequest(world, body, type, faults.nextSignature());
    delivery.last = { url, request };
    const headers: Record<string, string> = retry
      ? { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason }
      : {};
    void postSigned(url, request, headers).then(onAck);
  };

  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!stopped) run();
    }, ms);
    timer.unref();
    timers.add(timer);
  };

  const tell: Delivery['tell'] = (workspace, event) => {
    if (delivery.subscribed !== undefined && !delivery.subscribed.includes(String(event.type)))
      return Promise.resolve(undefined);
    const entry: EventLogEntry = { id: world.nextId('Ev'), type: String(event.type), attempts: 0, acknowledged: false };
    delivery.events.push(entry);
    const payload: Json = {
      token: world.app.verificationToken,
      team_id: workspace.id,
      ...(workspace.enterpriseId !== undefined && { enterprise_id: workspace.enterpriseId }),
      api_app_id: world.app.id,
      event,
      type: 'event_callback',
      event_id: entry.id,
      event_time: Math.floor(world.now().getTime() / 1000),
      authorizations: [
        {
          enterprise_id: workspace.enterpriseId ?? null,
          team_id: workspace.id,
          user_id: workspace.botUserId,
          is_bot: true,
          is_enterprise_install: [...world.tokens.values()].some(
            token =>
              token.enterpriseId !== undefined &&
              token.enterpriseId === workspace.enterpriseId &&
              token.state === 'live',
          ),
        },
      ],
      is_ext_shared_channel: false,
    };
    return new Promise(resolve => {
      const attempt = (number: number, reason: string): void => {
        entry.attempts += 1;
        let isOver = false;
        const over = (ack: Ack): void => {
          if (isOver) return;
          isOver = true;
          entry.acknowledged ||= ack.ok;
          resolve(entry);
          const wait = RETRY_AFTER_MS[number];
          if (!ack.ok && wait !== undefined)
            later(wait, () => attempt(number + 1, ack.reason.includes('HTTP') ? 'http_error' : 'http_timeout'));
        };
        later(EVENT_ACK_WITHIN_MS, () => over({ ok: false, reason: 'timeout' }));
        send('events_api', payload, over, number === 0 ? undefined : { attempt: number, reason });
      };
      attempt(0, '');
      const fault = faults.nextEvent();
      if (fault === 'retried') attempt(1, 'http_timeout');
      if (fault === 'duplicated') attempt(0, '');
    });
  };

  const delivery: Delivery = {
    endpoints: undefined,
    subscribed: undefined,
    interact: (kind, payload, asked) => {
      send(kind, payload, ack => {
        if (ack.ok) interactions.acknowledge(asked, ack.body);
        else interactions.fail(asked, ack.reason);
      });
    },
    tell,
    events: [],
    last: undefined,
    stop: () => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
  return delivery;
};
