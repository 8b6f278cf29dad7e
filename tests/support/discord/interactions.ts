// The life of an interaction: sent to the bot, answered within three seconds, then changed and followed up for 15 minutes.
import { randomBytes } from 'node:crypto';
import { ApiError, errors, refuseForm } from './api-error.ts';
import { messageJson } from './api-shapes.ts';
import { isObject, type Json } from './form.ts';
import { FLAG, type UploadedFile } from './message-rules.ts';
import { createMessage, editMessage, numberComponents } from './messages.ts';
import { checkChoices, checkModal } from './modal-rules.ts';
import { type Answer, answerOf, type Choices, type Modal, modalAnswer } from './reading.ts';
import type { Channel, StoredMessage, World } from './world.ts';

const TOKEN_LIFE_MS = 15 * 60_000;
/** Older interactions are forgotten, so that a benchmark does not fill the memory. */
const MOST_REMEMBERED = 20_000;

export const COMMAND = 2;
export const COMPONENT = 3;
export const AUTOCOMPLETE = 4;
export const MODAL_SUBMIT = 5;

const CALLBACK = { pong: 1, message: 4, deferMessage: 5, deferUpdate: 6, update: 7, choices: 8, modal: 9 } as const;

/** One line of the log of interactions; times are `performance.now()` in milliseconds. */
export type InteractionLogEntry = {
  id: string;
  type: number;
  name: string;
  sentAt: number;
  answeredAt?: number;
  callbackType?: number;
};

export type Asked = InteractionLogEntry & {
  token: string;
  personId: string;
  channel: Channel;
  /** The message whose component was used, or from which the submitted form was opened. */
  source?: StoredMessage;
  /** Type of the option that is being typed, for autocomplete. */
  optionType?: number;
  /** Of a benchmark: what is answered is neither checked nor kept. */
  lean: boolean;
  openedAt: number;
  state: 'open' | 'answered' | 'expired';
  deferred?: 'message' | 'update';
  original?: StoredMessage;
  lastRefusal?: string;
  settled: boolean;
  settle(answer: Answer): void;
  /** Called at the moment it goes out: from then on the three seconds run. */
  startClock(): void;
};

export type NewAsked = Pick<Asked, 'type' | 'name' | 'personId' | 'channel'> &
  Partial<Pick<Asked, 'source' | 'optionType' | 'lean'>>;

export type Interactions = {
  /** Hands the interaction to `send` and answers what the person got to see for it. */
  ask(given: NewAsked, send: (asked: Asked) => void): Promise<Answer>;
  callback(id: string, token: string, body: Json, files: readonly UploadedFile[], arrivedAt: number): Json;
  /** The interaction whose webhook this is, or the error that Discord answers. */
  byToken(token: string): Asked;
  followUp(asked: Asked, body: Json, files: readonly UploadedFile[]): StoredMessage;
  /** `@original` or a message id, of this interaction. */
  messageOf(asked: Asked, id: string): StoredMessage;
  edit(asked: Asked, message: StoredMessage, body: Json, files: readonly UploadedFile[]): void;
  remove(asked: Asked, message: StoredMessage): void;
  log: InteractionLogEntry[];
};

const ALLOWED: Record<number, readonly number[]> = {
  [COMMAND]: [CALLBACK.message, CALLBACK.deferMessage, CALLBACK.modal],
  [COMPONENT]: [CALLBACK.message, CALLBACK.deferMessage, CALLBACK.deferUpdate, CALLBACK.update, CALLBACK.modal],
  [AUTOCOMPLETE]: [CALLBACK.choices],
  [MODAL_SUBMIT]: [CALLBACK.message, CALLBACK.deferMessage],
};

const allowedFor = ({ type, source }: Asked): readonly number[] =>
  type === MODAL_SUBMIT && source
    ? [...(ALLOWED[type] ?? []), CALLBACK.deferUpdate, CALLBACK.update]
    : (ALLOWED[type] ?? []);

export const createInteractions = (
  world: World,
  limits: { readonly answerWithinMs: number; readonly finishWithinMs: number; readonly keepLog: boolean },
): Interactions => {
  const byId = new Map<string, Asked>();
  const byTokens = new Map<string, Asked>();
  const log: InteractionLogEntry[] = [];

  const after = (ms: number, run: () => void): void => {
    setTimeout(run, ms).unref();
  };

  const ask: Interactions['ask'] = (given, send) =>
    new Promise(resolve => {
      const asked: Asked = {
        lean: false,
        ...given,
        id: world.nextId(),
        token: randomBytes(64).toString('base64url'),
        openedAt: world.now().getTime(),
        sentAt: 0,
        state: 'open',
        settled: false,
        settle: answer => {
          if (asked.settled) return;
          asked.settled = true;
          resolve(answer);
        },
        startClock: () => {
          const within = limits.answerWithinMs;
          asked.sentAt = performance.now();
          after(within, () => {
            if (asked.state !== 'open') return;
            asked.state = 'expired';
            const refused = asked.lastRefusal ? `; the last was refused: ${asked.lastRefusal}` : '';
            asked.settle({ type: 'failed', reason: `no valid answer within ${within} ms${refused}` });
          });
        },
      };
      byId.set(asked.id, asked);
      byTokens.set(asked.token, asked);
      for (const [id, { token }] of byId) {
        if (byId.size <= MOST_REMEMBERED) break;
        byId.delete(id);
        byTokens.delete(token);
      }
      if (limits.keepLog && !asked.lean) log.push(asked);
      send(asked);
    });

  const newMessage = (asked: Asked, body: Json, files: readonly UploadedFile[], prefix: string, loading = false) => {
    const isEphemeral = (Number(body.flags ?? 0) & FLAG.ephemeral) !== 0;
    const { id, type, personId, channel } = asked;
    return createMessage(world, {
      channel,
      authorId: world.bot.id,
      body,
      files,
      loading,
      prefix,
      interaction: { id, type, userId: personId },
      ...(isEphemeral && { ephemeralFor: personId }),
    });
  };

  const liveSource = ({ source }: Asked): StoredMessage => {
    if (!source || source.deleted) throw errors.unknownMessage();
    return source;
  };

  /** Does what the callback says; answers what the person sees, or undefined while that is still to come. */
  const apply = (asked: Asked, type: number, body: Json, files: readonly UploadedFile[]): Answer | undefined => {
    const data = isObject(body.data) ? body.data : {};
    if (type === CALLBACK.choices) {
      checkChoices(body.data, asked.optionType ?? 3);
      return { type: 'choices', choices: structuredClone(data.choices) as Choices };
    }
    if (type === CALLBACK.modal) {
      checkModal(body.data);
      const modal = structuredClone(data) as Modal;
      numberComponents(modal.components);
      return modalAnswer(modal);
    }
    if (type === CALLBACK.deferMessage) {
      const flags = Number(data.flags ?? 0);
      if ((flags & ~FLAG.ephemeral) !== 0) {
        const message = 'Only the EPHEMERAL flag may be set on a deferred answer.';
        refuseForm([{ path: 'data.flags', code: 'INTERACTION_DEFER_INVALID_FLAGS', message }]);
      }
      asked.original = newMessage(asked, { flags }, [], 'data', true);
      asked.deferred = 'message';
      return undefined;
    }
    if (type === CALLBACK.deferUpdate) {
      asked.original = liveSource(asked);
      asked.deferred = 'update';
      return undefined;
    }
    if (type === CALLBACK.update) {
      const source = liveSource(asked);
      editMessage(world, source, data, files, 'data');
      asked.original = source;
      return answerOf(source, { updated: true, deferred: false });
    }
    asked.original = newMessage(asked, data, files, 'data');
    return answerOf(asked.original, { updated: false, deferred: false });
  };

  const callback: Interactions['callback'] = (id, token, body, files, arrivedAt) => {
    const asked = byId.get(id);
    if (!asked || asked.token !== token || asked.state === 'expired') throw errors.unknownInteraction();
    if (asked.state === 'answered') throw errors.alreadyAcknowledged();
    const type = Number(body.type);
    try {
      if (!asked.lean) {
        const allowed = allowedFor(asked);
        if (!allowed.includes(type)) {
          const message = `Value must be one of {${allowed.join(', ')}}.`;
          refuseForm([{ path: 'type', code: 'BASE_TYPE_CHOICES', message }]);
        }
        const answer = apply(asked, type, body, files);
        if (answer) asked.settle(answer);
      } else asked.settle({ type: 'choices', choices: [] });
    } catch (error) {
      asked.lastRefusal = error instanceof ApiError ? JSON.stringify(error.body) : String(error);
      throw error;
    }
    asked.state = 'answered';
    asked.answeredAt = arrivedAt;
    asked.callbackType = type;
    if (asked.deferred && !asked.settled) {
      after(limits.finishWithinMs, () => asked.settle({ type: 'failed', reason: 'the deferred answer never came' }));
    }
    const { original } = asked;
    return {
      interaction: {
        id,
        type: asked.type,
        ...(original && {
          response_message_id: original.id,
          response_message_loading: (original.flags & FLAG.loading) !== 0,
          response_message_ephemeral: original.ephemeralFor !== undefined,
        }),
      },
      ...(original && { resource: { type, message: messageJson(world, original) } }),
    };
  };

  const byToken = (token: string): Asked => {
    const asked = byTokens.get(token);
    if (!asked || asked.state === 'open') throw errors.unknownWebhook();
    if (asked.state === 'expired' || world.now().getTime() - asked.openedAt > TOKEN_LIFE_MS)
      throw errors.webhookTokenExpired();
    return asked;
  };

  const finish = (asked: Asked, message: StoredMessage): void => {
    if (asked.deferred) asked.settle(answerOf(message, { updated: message === asked.source, deferred: true }));
  };

  return {
    ask,
    callback,
    byToken,
    log,
    followUp: (asked, body, files) => {
      const { original } = asked;
      // The first follow-up after a defer takes the place of the loading message, private or not as that was.
      if (original && !original.deleted && (original.flags & FLAG.loading) !== 0) {
        editMessage(world, original, body, files);
        finish(asked, original);
        return original;
      }
      const message = newMessage(asked, body, files, '');
      finish(asked, message);
      return message;
    },
    messageOf: (asked, id) => {
      const message = id === '@original' ? asked.original : world.messages.get(id);
      const isOwn = message && (message === asked.original || message.interaction?.id === asked.id);
      if (!isOwn || message.deleted) throw errors.unknownMessage();
      return message;
    },
    edit: (asked, message, body, files) => {
      editMessage(world, message, body, files);
      finish(asked, message);
    },
    remove: (asked, message) => {
      message.deleted = true;
      // A loading message may give way to a follow-up, which is then the answer.
      if (message === asked.original && (message.flags & FLAG.loading) === 0)
        asked.settle({ type: 'failed', reason: 'the answer was deleted' });
    },
  };
};
