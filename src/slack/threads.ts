// Opens the thread under a post by saying in it what it is for.
import { type Clients, problemOf } from './clients.ts';
import { NotYet } from './pace.ts';

export type ThreadUnder = { clients: Clients; channelId: string; ts: string; name: string };

/** Whether a post has a thread already; undefined where Slack does not say. */
const isAnswered = async ({ clients: { reads }, channelId, ts }: ThreadUnder): Promise<boolean | undefined> => {
  try {
    const { messages = [] } = await reads.conversations.replies({ channel: channelId, ts, limit: 2 });
    return messages.length > 1;
  } catch {
    return undefined;
  }
};

/** Answers what to tell the organiser where it could not be opened. Where it is unclear, Slack is asked, and it is tried once more. */
export const openThread = async (
  under: ThreadUnder,
  post: (content: { thread_ts: string; text: string }) => Promise<void>,
  isSecond = false,
): Promise<string | undefined> => {
  try {
    await post({ thread_ts: under.ts, text: `💬 Talk about “${under.name}” here.` });
    return undefined;
  } catch (error) {
    if (error instanceof NotYet) return 'Its thread could not be opened in time.';
    const problem = problemOf(error);
    if (problem.type !== 'refused' && !isSecond) {
      const isThere = problem.type === 'unclear' ? await isAnswered(under) : false;
      if (isThere !== undefined) return isThere ? undefined : openThread(under, post, true);
    }
    if (problem.type === 'unclear') return 'It is not known whether its thread was opened.';
    const reason = problem.type === 'refused' ? problem.code : problem.type;
    return `Its thread could not be opened: ${reason}.`;
  }
};
