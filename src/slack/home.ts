// The App Home of members who look at it: their plan, published anew after what they do, at a pace that Slack takes.
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { HomeView } from '@slack/types';
import type { App } from '../app.ts';
import { type Caller, decodeAction, encodeAction, type MessageReply } from '../command.ts';
import type { Log } from '../log.ts';
import { escapeMarkdown } from '../markdown.ts';
import { text, toPlainText } from '../message.ts';
import type { KeptValues } from '../platform.ts';
import { type Clients, type Problem, problemOf } from './clients.ts';
import { createHomePace } from './home-pace.ts';
import { encodeTeam } from './origin.ts';
import { isTokenRefused } from './outcome.ts';
import type { RenderContext } from './render.ts';
import { renderHome } from './render-view.ts';
import { viewViolations } from './validate.ts';

/** Who has not opened their Home for so long, nor done anything that changed it, is not kept up to date any more. */
const REMEMBERED_MS = 30 * 24 * 60 * 60 * 1000;
/** Waits after failures that may pass by themselves; the Home is left as it is when they are used up. */
const RETRY_AFTER_MS = [2_000, 15_000, 60_000];
/** In place of a fingerprint: nobody knows what Slack shows. */
const UNKNOWN = '?';

/**
 * Buttons of a message whose effect is seen in Home itself, in the place where they were pressed, so that no window need open for the
 * answer. Done is none of them: the next topic moves up under the finger, and what leads back stands in the answer alone.
 */
const SEEN_IN_HOME = new Set(['home/show', 'settings/resume', 'settings/set', 'start/start']);
export const isSeenInHome = (action: string): boolean => {
  const id = decodeAction(action);
  return id !== undefined && SEEN_IN_HOME.has(`${id.command}/${id.action}`);
};

export type Homes = {
  /**
   * Somebody looks at their Home: it is published. As with `changed`, resolves when that is done, given up, or has to wait; answers
   * whether Slack took it. Never throws.
   */
  opened(clients: Clients, caller: Caller): Promise<boolean>;
  /** Somebody did something: their Home is published, where they have looked at it and it would look different. Never throws. */
  changed(clients: Clients, caller: Caller): Promise<void>;
  /** Whether nothing is being published; what has to wait may be waiting. */
  isIdle(): boolean;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
  /** What Slack is being told ends; what waits is dropped: it is made anew when it is opened. */
  stop(): Promise<void>;
};

export type HomeDeps = {
  app: Pick<App, 'handle'>;
  renderContext: RenderContext;
  /** Who looks at their Home, and what they were shown. */
  kept: KeptValues;
  log: Log;
  perMinute?: number;
  /** Milliseconds of a clock that only goes forward. */
  elapsed?: () => number;
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
};

/** The Home of one member that is to be published; what is asked for meanwhile is published after that, once. */
type Job = {
  clients: Clients;
  caller: Caller;
  isWanted: boolean;
  isOpened: boolean;
  /** Slack took the last one that there was to tell. */
  isTold: boolean;
  /** Resolves once it has to wait. */
  waits: PromiseWithResolvers<void>;
  isWaiting: boolean;
  /** Ends a wait. */
  wake: () => void;
  done: Promise<void>;
};

const fingerprint = (view: HomeView): string =>
  createHash('sha256').update(JSON.stringify(view)).digest('base64url').slice(0, 22);

/** After how many milliseconds to try again, or undefined where that is of no use. */
const retryIn = (problem: Problem, failures: number): number | undefined => {
  // Another process published meanwhile; the newest is composed anew, and published whatever is there.
  const isConflict = problem.type === 'refused' && problem.code === 'hash_conflict';
  const waitMs = RETRY_AFTER_MS[failures - 1];
  if (problem.type === 'refused' && !isConflict) return undefined;
  return isConflict && waitMs !== undefined ? 0 : waitMs;
};

export const createHomes = ({
  app,
  renderContext,
  kept,
  log,
  perMinute,
  elapsed = () => performance.now(),
  wait = (ms, signal) => pause(ms, undefined, { signal, ref: false }),
}: HomeDeps): Homes => {
  const pace = createHomePace(perMinute);
  const jobs = new Map<string, Job>();
  let isStopping = false;

  const viewOf = ({ message }: MessageReply, { communityId }: Caller): HomeView => {
    const context = { ...renderContext, privateMetadata: encodeTeam(communityId) };
    const view = renderHome(message, context);
    const violations = viewViolations(view);
    if (violations.length === 0) return view;
    log.error({ violations }, 'a Home would not have fitted Slack, so its plain text was published');
    return renderHome({ blocks: [text(escapeMarkdown(toPlainText(message)))] }, context);
  };

  /**
   * The member’s Home as it is now, told to Slack where that shows another; `same` where there was nothing to tell. At first only upon
   * the one that we know, by Slack's hash of it, so that an older one never takes the place of what another process shows.
   */
  const publish = async (
    name: string,
    { clients, caller: { channelId: _, ...caller } }: Job,
    isOpened: boolean,
    isFirst: boolean,
  ): Promise<'told' | 'same' | Problem> => {
    const [shown, hash] = (await kept.find(name))?.split(' ') ?? [];
    const reply = await app.handle({ caller, type: 'action', action: encodeAction('home', 'show'), values: [] });
    // A fault takes the place of nothing that can still be read.
    if (reply.type === 'modal' || (reply.refused && !isOpened)) return 'same';
    const view = viewOf(reply, caller);
    const isNew = fingerprint(view);
    if (!isOpened && shown === isNew) return 'same';
    const upon = isFirst && hash !== undefined && { hash };
    const answer = await clients.reads.views
      .publish({ user_id: caller.memberId, view, ...upon })
      .then(({ view: known }) => ({ hash: known?.hash ?? '' }), problemOf);
    if ('hash' in answer) await kept.keep(name, `${isNew} ${answer.hash}`.trim(), REMEMBERED_MS);
    else if (answer.type === 'unclear') await kept.keep(name, UNKNOWN, REMEMBERED_MS);
    return 'hash' in answer ? 'told' : answer;
  };

  const rest = async (job: Job, ms: number): Promise<void> => {
    const waking = new AbortController();
    job.wake = () => waking.abort();
    job.isWaiting = true;
    job.waits.resolve();
    await wait(ms, waking.signal).catch(() => {});
    Object.assign(job, { isWaiting: false, wake: () => {} });
  };

  /** Waits for a place; answers when it was taken, or undefined where there is no more time for that. */
  const placeFor = async (job: Job): Promise<number | undefined> => {
    for (;;) {
      const atMs = elapsed();
      const waitMs = pace.take(job.caller.communityId, job.isOpened, atMs);
      if (waitMs === 0) return atMs;
      if (isStopping) return undefined;
      await rest(job, waitMs);
    }
  };

  /** How long to wait before the next attempt, or undefined where there shall be none. */
  const afterProblem = (problem: Problem, failures: number, { communityId, memberId }: Caller): number | undefined => {
    const waitMs = isStopping ? undefined : retryIn(problem, failures);
    if (waitMs !== undefined) return waitMs;
    const about = { problem, team: communityId, user: memberId };
    if (isTokenRefused(problem))
      log.error(about, 'Slack refuses the token of a workspace, so a Home was not published');
    else log.warn(about, 'a Home could not be brought up to date');
    return undefined;
  };

  /** One attempt after so many failures; answers how many they are now, or undefined where it shall end. */
  const attempt = async (name: string, job: Job, failures: number): Promise<number | undefined> => {
    const atMs = await placeFor(job);
    if (atMs === undefined) return undefined;
    const { isOpened, caller } = job;
    Object.assign(job, { isWanted: false, isOpened: false });
    const result = await publish(name, job, isOpened, failures === 0);
    if (result !== 'same') job.isTold = result === 'told';
    if (result === 'same') pace.giveBack(caller.communityId, atMs);
    if (result === 'same' || result === 'told') return 0;
    Object.assign(job, { isWanted: true, isOpened: job.isOpened || isOpened });
    if (result.type === 'limited') {
      pace.rest(caller.communityId, elapsed() + result.retryAfterMs);
      return failures;
    }
    const waitMs = afterProblem(result, failures + 1, caller);
    if (waitMs !== undefined && waitMs > 0) await rest(job, waitMs);
    return waitMs === undefined ? undefined : failures + 1;
  };

  const work = async (name: string, job: Job): Promise<void> => {
    try {
      for (let failures: number | undefined = 0; job.isWanted && failures !== undefined; )
        failures = await attempt(name, job, failures);
    } catch (error) {
      log.error({ err: error }, 'a Home could not be made');
    } finally {
      // At the very moment in which nothing more is wanted: whoever asks now begins anew.
      jobs.delete(name);
    }
  };

  const isTold = (job: Job): Promise<boolean> =>
    Promise.race([job.done.then(() => job.isTold), job.waits.promise.then(() => false)]);

  const ask = (name: string, clients: Clients, caller: Caller, isOpened: boolean): Promise<boolean> => {
    const known = jobs.get(name);
    if (known) {
      Object.assign(known, { clients, caller, isWanted: true, isOpened: known.isOpened || isOpened });
      if (isOpened) known.wake();
      return isTold(known);
    }
    const waits = Promise.withResolvers<void>();
    const asked = { clients, caller, isWanted: true, isOpened, isTold: false, isWaiting: false };
    const job: Job = { ...asked, waits, wake: () => {}, done: Promise.resolve() };
    jobs.set(name, job);
    job.done = work(name, job);
    return isTold(job);
  };

  const nameOf = ({ communityId, memberId }: Caller): string => `home ${communityId} ${memberId}`;
  const settled = async (): Promise<void> => {
    while (jobs.size > 0) await Promise.all([...jobs.values()].map(({ done }) => done));
  };
  return {
    opened: (clients, caller) => ask(nameOf(caller), clients, caller, true),
    async changed(clients, caller) {
      const name = nameOf(caller);
      try {
        // Who opens it for the first time at this moment is not kept yet.
        if (jobs.has(name) || (await kept.find(name)) !== undefined) await ask(name, clients, caller, false);
      } catch (error) {
        log.error({ err: error }, 'it is not known who looks at their Home');
      }
    },
    isIdle: () => [...jobs.values()].every(({ isWaiting }) => isWaiting),
    settled,
    stop() {
      isStopping = true;
      for (const { wake } of jobs.values()) wake();
      return settled();
    },
  };
};
