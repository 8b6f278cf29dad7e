// The life of what people do: sent to the bot, acknowledged within three seconds, answered in one of many ways.
import { refuse, SlackError } from './api-error.ts';
import { type Asked, applyAck, type InteractionLogEntry, postAnswer } from './asked.ts';
import { isObject, type Json } from './form.ts';
import { secret } from './ids.ts';
import { type Answer, homeAnswer, messageAnswer, modalAnswer } from './reading.ts';
import { type StoredMessage, type StoredView, type World, workspaceOf } from './world.ts';

const RESPONSE_URL_USES = 5;
const RESPONSE_URL_LIFE_MS = 30 * 60_000;
/** Older ones are forgotten, so that a benchmark does not fill the memory. */
const MOST_REMEMBERED = 20_000;
const LOOK_EVERY_MS = 5;

export type NewAsked = Pick<Asked, 'kind' | 'name' | 'teamId' | 'personId'> &
  Partial<Pick<Asked, 'channelId' | 'source' | 'view' | 'lean'>>;

export type Limits = {
  /** For the ack: Slack's 3 s unless a test sets it. */
  answerWithinMs: number;
  /** For something to be seen after the ack. */
  finishWithinMs: number;
  quietMs: number;
  triggerLifeMs: number;
  isIdle: (() => boolean) | undefined;
  readonly keepLog: boolean;
};

export type Interactions = {
  /** Hands it to `send` and answers what the person got to see. */
  ask(given: NewAsked, send: (asked: Asked) => void): Promise<Answer>;
  /** The bot acknowledged; `body` is what the ack held. */
  acknowledge(asked: Asked, body: unknown): void;
  fail(asked: Asked, reason: string): void;
  /** Who a trigger belongs to; throws Slack's error for one that is unknown, used or too old. */
  checkTrigger(id: unknown): Asked;
  useUpTrigger(id: unknown): void;
  /** The workspace that a trigger comes from. */
  teamOfTrigger(id: unknown): string | undefined;
  respond(responseId: string, body: unknown): { status: number; body: Json };
  /** Something became visible: whoever may have asked for it gets it. */
  posted(message: StoredMessage): void;
  changed(message: StoredMessage): void;
  viewChanged(view: StoredView): void;
  modalOpened(asked: Asked, view: StoredView): void;
  /** How many requests of the bot are being answered at present. */
  inFlight: number;
  /** When the bot last did anything: `performance.now()`. */
  lastActivityAt: number;
  log: InteractionLogEntry[];
};

const forgetOld = <T>(map: Map<string, T>): void => {
  for (const key of map.keys()) {
    if (map.size <= MOST_REMEMBERED) return;
    map.delete(key);
  }
};
const newTriggerId = (): string => {
  const number = () => Math.floor(Math.random() * 1e13);
  return `${number()}.${number()}.${secret(16)}`;
};

export const createInteractions = (world: World, limits: Limits): Interactions => {
  const open = new Set<Asked>();
  const byTrigger = new Map<string, { asked: Asked; used: boolean }>();
  const byResponse = new Map<string, Asked>();
  const log: InteractionLogEntry[] = [];

  /** Where the bot tells when it is idle, an answer is one when all that belongs to it was done. */
  const waitsForIdle = ({ lean }: Asked): boolean => limits.isIdle !== undefined && !lean;

  const setEffect = (asked: Asked, answer: Answer): void => {
    asked.effect ??= answer;
    asked.answeredAt ??= performance.now();
    if (asked.ackedAt !== undefined && !waitsForIdle(asked)) asked.settle(asked.effect);
  };

  const waitForQuiet = (asked: Asked): void => {
    const startedAt = performance.now();
    const look = (): void => {
      if (asked.settled) return;
      const now = performance.now();
      const isQuiet = limits.isIdle ? limits.isIdle() : now - api.lastActivityAt >= limits.quietMs;
      const isLate = now - startedAt > limits.finishWithinMs;
      const reason = `acknowledged, but nothing to see within ${limits.finishWithinMs} ms`;
      if (api.inFlight === 0 && isQuiet) asked.settle(asked.effect ?? { type: 'nothing' });
      else if (isLate) asked.settle({ type: 'failed', reason });
      else setTimeout(look, LOOK_EVERY_MS);
    };
    setTimeout(look, LOOK_EVERY_MS);
  };

  const ask: Interactions['ask'] = (given, send) =>
    new Promise(resolve => {
      const asked: Asked = {
        ...given,
        triggerId: newTriggerId(),
        responseId: secret(12),
        responseUses: 0,
        createdAt: world.now().getTime(),
        sentAt: performance.now(),
        settled: false,
        settle: answer => {
          if (asked.settled) return;
          asked.settled = true;
          open.delete(asked);
          clearTimeout(timer);
          resolve(answer);
        },
      };
      const timer = setTimeout(() => {
        if (asked.ackedAt === undefined) asked.settle({ type: 'failed', reason: 'operation_timeout' });
      }, limits.answerWithinMs);
      open.add(asked);
      byTrigger.set(asked.triggerId, { asked, used: false });
      byResponse.set(asked.responseId, asked);
      forgetOld(byTrigger);
      forgetOld(byResponse);
      if (limits.keepLog) log.push(asked);
      send(asked);
    });

  const whoMayHaveAsked = (matches: (asked: Asked) => boolean): Asked | undefined =>
    [...open].reverse().find(asked => !asked.effect && asked.kind !== 'options' && matches(asked));

  const acknowledge: Interactions['acknowledge'] = (asked, body) => {
    if (asked.settled || asked.ackedAt !== undefined) return;
    api.lastActivityAt = performance.now();
    asked.ackedAt = performance.now();
    try {
      const seen = applyAck(world, asked, body) ?? asked.effect;
      if (seen) setEffect(asked, seen);
      if (asked.kind === 'options') asked.settle({ type: 'nothing' });
      if (!asked.settled) waitForQuiet(asked);
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      asked.settle({ type: 'failed', reason: `${error.code} ${JSON.stringify(error.extra.errors ?? [])}` });
    }
  };

  const respond: Interactions['respond'] = (responseId, body) => {
    const asked = byResponse.get(responseId);
    const refused = (status: number, error: string, extra: Json = {}) => ({
      status,
      body: { ok: false, error, ...extra },
    });
    if (!asked) return refused(404, 'no_service');
    if (world.now().getTime() - asked.createdAt > RESPONSE_URL_LIFE_MS) return refused(404, 'expired_url');
    if (asked.responseUses >= RESPONSE_URL_USES) return refused(404, 'used_url');
    if (!isObject(body)) return refused(400, 'invalid_payload');
    try {
      const seen = postAnswer(world, asked, body);
      asked.responseUses += 1;
      // A form is answered by the URL of what opened it.
      const answered = asked.settled ? whoMayHaveAsked(one => one.personId === asked.personId) : asked;
      if (seen) setEffect(answered ?? asked, seen);
      return { status: 200, body: { ok: true } };
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      return refused(400, error.code, error.extra);
    }
  };

  const triggerOf = (id: unknown) => byTrigger.get(String(id));

  const api: Interactions = {
    ask,
    acknowledge,
    fail: (asked, reason) => asked.settle({ type: 'failed', reason }),
    checkTrigger: id => {
      const known = triggerOf(id);
      if (!known) return refuse('invalid_trigger_id');
      if (known.used) return refuse('exchanged_trigger_id');
      if (performance.now() - known.asked.sentAt > limits.triggerLifeMs) return refuse('expired_trigger_id');
      return known.asked;
    },
    useUpTrigger: id => {
      const known = triggerOf(id);
      if (known) known.used = true;
    },
    teamOfTrigger: id => triggerOf(id)?.asked.teamId,
    respond,
    posted: message => {
      const { teamId, channelId, ephemeralFor } = message;
      const withPerson = workspaceOf(world, teamId).channels.get(channelId)?.personId;
      const asked = whoMayHaveAsked(one => {
        if (one.teamId !== teamId) return false;
        if (ephemeralFor !== undefined) return ephemeralFor === one.personId;
        return withPerson === one.personId || one.channelId === channelId;
      });
      if (asked) setEffect(asked, messageAnswer(message, false));
    },
    changed: message => {
      const asked = whoMayHaveAsked(
        one => one.source === message || (one.teamId === message.teamId && one.channelId === message.channelId),
      );
      if (asked) setEffect(asked, messageAnswer(message, true));
    },
    viewChanged: view => {
      // A Home tab that is published anew shows only to somebody who looks at it.
      const looksAt = ({ kind, view: used }: Asked) =>
        view.type === 'modal' || kind === 'home' || used?.type === 'home';
      const asked = whoMayHaveAsked(one => one.teamId === view.teamId && one.personId === view.userId && looksAt(one));
      if (asked) setEffect(asked, view.type === 'home' ? homeAnswer(view) : modalAnswer(view));
    },
    modalOpened: (asked, view) => setEffect(asked, modalAnswer(view)),
    inFlight: 0,
    lastActivityAt: 0,
    log,
  };
  return api;
};
