// Sends the first answer to an interaction before Discord's deadline, and repeats one that was lost on the way.
import { setTimeout as pause } from 'node:timers/promises';
import type { APIInteractionResponse } from 'discord-api-types/v10';
import type { Log } from '../log.ts';
import type { Place } from './receive.ts';
import type { DiscordMessage } from './render.ts';
import { type DiscordRest, problemOf } from './rest.ts';

/** Discord voids an interaction after 3 s; what is sent by then must also arrive. */
const ANSWER_WITHIN_MS = 2_800;
/** One attempt at an answer; a connection that says nothing for so long is tried anew. */
const ATTEMPT_MS = 1_000;
/** The wait before the second attempt; each further one is twice as long, so that all come to six or so. */
const FIRST_PAUSE_MS = 50;
/** With less than this left, another attempt would only come too late. */
const WORTH_AN_ATTEMPT_MS = 100;

/** Discord's codes: the interaction was answered before; it is not known (any more). */
const ALREADY_ANSWERED = 40060;
const UNKNOWN_INTERACTION = 10062;
/** The message that was to be changed was deleted or dismissed. */
const UNKNOWN_MESSAGE = 10008;

/**
 * `gone`: the message to change is not there any more; `refused`: Discord does not take this answer. After both it waits for
 * another. `expired`: it is too late for any. `lost`: the time is over, and nobody knows whether it arrived.
 */
export type Sent = 'answered' | 'gone' | 'refused' | 'expired' | 'lost';

/** `startedAt` is when the interaction arrived, by `performance.now()`. Never throws. */
export type SendCallback = (
  place: Place,
  startedAt: number,
  response: APIInteractionResponse,
  files?: DiscordMessage['files'],
) => Promise<Sent>;

export const createCallback = (api: Pick<DiscordRest, 'callback'>, log: Log): SendCallback => {
  return async (place, startedAt, response, files = []) => {
    const leftMs = () => ANSWER_WITHIN_MS - (performance.now() - startedAt);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      try {
        await api.callback(place.id, place.token, response, files, Math.min(ATTEMPT_MS, leftMs()));
        return 'answered';
      } catch (error) {
        const problem = problemOf(error);
        const code = problem.type === 'refused' ? problem.code : undefined;
        // An earlier attempt had arrived, and only the word of it was lost.
        if (code === ALREADY_ANSWERED) return 'answered';
        if (code === UNKNOWN_MESSAGE) return 'gone';
        if (code !== undefined && code !== UNKNOWN_INTERACTION) {
          log.error({ err: error, interaction: place.id }, 'Discord refused an answer');
          return 'refused';
        }
        const restMs = problem.type === 'limited' ? problem.retryAfterMs : pauseMs;
        if (code === undefined && leftMs() - restMs > WORTH_AN_ATTEMPT_MS) {
          await pause(restMs);
          continue;
        }
        log.warn({ interaction: place.id, problem }, 'an answer came too late for Discord');
        return code === UNKNOWN_INTERACTION ? 'expired' : 'lost';
      }
    }
  };
};
