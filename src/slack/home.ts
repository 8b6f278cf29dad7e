// The App Home of members who look at it: what is next for them, kept up to date with what they do.
import type { App } from '../app.ts';
import { type Caller, encodeAction } from '../command.ts';
import type { Log } from '../log.ts';
import { actions, button, divider, type Message } from '../message.ts';
import { type Clients, problemOf } from './clients.ts';
import type { RenderContext } from './render.ts';
import { renderHome } from './render-view.ts';

/** People whose Home was opened since the start: only these are kept up to date. */
const REMEMBERED = 10_000;

export type Homes = {
  /** Somebody opened their Home. */
  opened(clients: Clients, caller: Caller): Promise<void>;
  /** Somebody did something: their Home shows it, where they have looked at it. */
  changed(clients: Clients, caller: Caller): Promise<void>;
};

const WAYS = actions(
  button('My progress', encodeAction('progress', 'show')),
  button('Leaderboard', encodeAction('leaderboard', 'week')),
  button('Settings', encodeAction('settings', 'show')),
);

export const createHomes = ({
  app,
  renderContext,
  log,
}: {
  app: Pick<App, 'handle'>;
  renderContext: RenderContext;
  log: Log;
}): Homes => {
  const seen = new Map<string, string>();
  const publish = async ({ reads }: Clients, caller: Caller): Promise<void> => {
    const { channelId: _, ...person } = caller;
    const reply = await app.handle({
      caller: person,
      type: 'action',
      action: encodeAction('next', 'show'),
      values: [],
    });
    if (reply.type === 'modal') return;
    const message: Message = { ...reply.message, blocks: [...reply.message.blocks, divider(), WAYS] };
    const view = renderHome(message, renderContext);
    const key = `${caller.communityId} ${caller.memberId}`;
    const shown = JSON.stringify(view);
    if (seen.get(key) === shown) return;
    await reads.views.publish({ user_id: caller.memberId, view });
    seen.delete(key);
    seen.set(key, shown);
    if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value as string);
  };
  const tryPublish = (clients: Clients, caller: Caller): Promise<void> =>
    publish(clients, caller).catch(error =>
      log.warn({ problem: problemOf(error), user: caller.memberId }, 'a Home could not be brought up to date'),
    );
  return {
    async opened(clients, caller) {
      seen.delete(`${caller.communityId} ${caller.memberId}`);
      await tryPublish(clients, caller);
    },
    async changed(clients, caller) {
      if (seen.has(`${caller.communityId} ${caller.memberId}`)) await tryPublish(clients, caller);
    },
  };
};
