// Makes work fit for p-retry, which gives up at once on a TypeError: what Discord or a proxy answers oddly may be right a minute later.
import { AbortError } from 'p-retry';
import { UserError } from '../errors.ts';

/** `work` whose failures are all tried again, except for a UserError: that one somebody has to act on. */
export const asRetriable = (work: () => Promise<void>) => async (): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError) throw new AbortError(error);
    throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
