// Keeps trying what depends on somebody else's server, until it succeeds or somebody has to act.
import pRetry, { AbortError } from 'p-retry';
import { UserError } from './errors.ts';

export type KeepTryingOptions = {
  firstWaitMs: number;
  longestWaitMs: number;
  /** Ends it without an error. */
  signal: AbortSignal;
  /** Told of each failure after which it is tried again. */
  onFailure: (error: Error) => void;
  /** Told where a later attempt meets a `UserError`: then it is not tried again. */
  onFatal: (error: Error) => void;
};

/**
 * `work` for p-retry: every failure is tried again, but for a `UserError`. p-retry itself would give up at once on a TypeError, and
 * what a server or a proxy answers oddly may be right a minute later.
 */
export const asRetriable = (work: () => Promise<void>) => async (): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError) throw new AbortError(error);
    throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

/** Tries `work` over and over, with growing waits. Resolves after the first attempt, however it ended, or rejects with the `UserError` that it met. */
export const keepTrying = (work: () => Promise<void>, options: KeepTryingOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const { signal, onFailure, onFatal } = options;
    let isFirst = true;
    pRetry(asRetriable(work), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: options.firstWaitMs,
      maxTimeout: options.longestWaitMs,
      signal,
      onFailedAttempt({ error }) {
        onFailure(error);
        isFirst = false;
        resolve();
      },
    }).then(resolve, error => {
      if (signal.aborted) return resolve();
      if (!isFirst) onFatal(error);
      reject(error);
    });
  });
