// What Discord's refusal of a post means for its delivery, in words for an organiser; pure.
import type { Outcome } from '../platform.ts';
import type { Problem } from './rest.ts';

/** A token that Discord refused is shown again after so long: refused requests are counted against the address. */
export const TOKEN_REST_MS = 10 * 60 * 1000;
/** How long to leave it after "you are opening direct messages too fast", for which Discord names no time. */
const DIRECT_REST_MS = 10 * 60 * 1000;
const SLOWMODE_REST_MS = 60_000;

const REASONS: Record<number, string> = {
  10003: 'The channel does not exist any more.',
  10004: 'The server is not there any more.',
  10013: 'This person is not on Discord any more.',
  50001: 'I cannot see the channel: it needs View Channel for Milepost.',
  50013: 'I may not post in the channel: it needs Send Messages for Milepost.',
  50083: 'The thread is archived.',
};
const CLOSED: Record<number, string> = {
  50007: 'Discord says that this member takes no direct messages from me.',
  50278: 'This member shares no server with me any more.',
};

/** What a refusal means for a delivery. Codes: Discord's list of JSON error codes. */
export const outcomeOf = (problem: Problem, now: Date): Outcome => {
  const later = (ms: number) => new Date(now.getTime() + ms);
  switch (problem.type) {
    case 'limited':
      return { type: 'retry', reason: 'Discord’s rate limit.', at: later(problem.retryAfterMs) };
    case 'unreachable':
      return { type: 'retry', reason: problem.message };
    case 'unclear':
      return { type: 'unclear', reason: problem.message };
    case 'refused': {
      const { code, status, message } = problem;
      const gone = REASONS[code];
      if (gone) return { type: 'gone', reason: gone };
      const closed = CLOSED[code];
      if (closed) return { type: 'closed', reason: closed };
      // The message behind the nonce was deleted before we heard that it was there.
      if (code === 10008) return { type: 'removed', reason: 'It was posted and then deleted.' };
      if (code === 40003)
        return {
          type: 'retry',
          reason: 'Discord wants direct messages opened more slowly.',
          at: later(DIRECT_REST_MS),
        };
      if (code === 20016 || code === 20028)
        return { type: 'retry', reason: 'The channel is in slow mode.', at: later(SLOWMODE_REST_MS) };
      // A fault of ours or of Discord's rules: it would be refused again.
      if (code === 50035 || code === 40005 || code === 200000)
        return { type: 'refused', reason: `Discord does not take this message: ${message.split('\n')[0]} (${code}).` };
      if (status === 401)
        return {
          type: 'retry',
          reason: 'Discord refuses the bot’s token. Set DISCORD_TOKEN to the current one and restart.',
          at: later(TOKEN_REST_MS),
        };
      return { type: 'retry', reason: `Discord refused it: ${message.split('\n')[0]} (${code || status}).` };
    }
    default:
      return problem satisfies never;
  }
};
