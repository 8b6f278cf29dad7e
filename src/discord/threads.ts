// Opens the discussion thread under a post.
import pRetry from 'p-retry';
import { type DiscordRest, problemOf } from './rest.ts';

/** Discord archives a silent thread after a week at the latest. */
const THREAD_MINUTES = 7 * 24 * 60;
/** One after the other with growing waits, some three seconds in all. */
const ATTEMPTS = 3;

/** Discord's codes. */
const HAS_A_THREAD = 160004;
const MISSING_PERMISSIONS = 50013;

/** Answers what to tell the organiser where it could not be opened; undefined where it is open. Harmless when done twice. */
export const openThread = async (
  api: Pick<DiscordRest, 'startThread'>,
  channelId: string,
  messageId: string,
  name: string,
): Promise<string | undefined> => {
  const thread = { name: name.slice(0, 100), auto_archive_duration: THREAD_MINUTES };
  try {
    await pRetry(() => api.startThread(channelId, messageId, thread), {
      retries: ATTEMPTS - 1,
      shouldRetry: ({ error }) => problemOf(error).type !== 'refused',
    });
    return undefined;
  } catch (error) {
    const problem = problemOf(error);
    const code = problem.type === 'refused' ? problem.code : undefined;
    if (code === HAS_A_THREAD) return undefined;
    const why =
      code === MISSING_PERMISSIONS
        ? 'it needs Create Public Threads for Milepost'
        : 'message' in problem
          ? problem.message.replace(/\.$/, '')
          : 'Discord’s rate limit';
    return `Its thread could not be opened: ${why}.`;
  }
};
