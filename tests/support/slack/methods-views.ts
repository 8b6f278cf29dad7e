// views.*: modals by the trigger of something that a person did, and the Home tab.
import { refuse } from './api-error.ts';
import type { Asked } from './asked.ts';
import { type Call, type Methods, requireArg } from './call.ts';
import type { Json } from './form.ts';
import type { Interactions } from './interactions.ts';
import { viewJson } from './messages.ts';
import { openView, publishHome, updateView } from './views.ts';
import type { StoredView } from './world.ts';

const findView = ({ args, world, workspace }: Call): StoredView => {
  const { view_id: id, external_id: externalId } = args;
  for (const view of world.views.values()) {
    if (view.teamId !== workspace.id || view.closed) continue;
    if (view.id === id || (externalId !== undefined && view.external_id === externalId)) return view;
  }
  return refuse('not_found');
};

const placeOf = (asked: Asked) => ({
  userId: asked.personId,
  ...(asked.channelId !== undefined && { channelId: asked.channelId }),
});

export const viewMethods = (interactions: Interactions): Methods => {
  const open = (call: Call, isPush: boolean): Json => {
    const { args, world, workspace } = call;
    const trigger = requireArg(call, 'trigger_id');
    const asked = interactions.checkTrigger(trigger);
    if (asked.teamId !== workspace.id) return refuse('invalid_trigger_id');
    const over = asked.view?.type === 'modal' ? asked.view : undefined;
    if (isPush && !over)
      return refuse('invalid_arguments', { response_metadata: { messages: ['[ERROR] no modal is open'] } });
    const view = openView(world, workspace, args.view, { ...placeOf(asked), ...(isPush && over && { over }) });
    interactions.useUpTrigger(trigger);
    interactions.modalOpened(asked, view);
    return { view: viewJson(world, workspace, view) };
  };
  return {
    'views.open': { tier: 4, run: call => open(call, false) },
    'views.push': { tier: 4, run: call => open(call, true) },
    'views.update': {
      tier: 4,
      run: call => {
        const { args, world, workspace } = call;
        const view = findView(call);
        updateView(world, workspace, view, args.view, args.hash);
        interactions.viewChanged(view);
        return { view: viewJson(world, workspace, view) };
      },
    },
    'views.publish': {
      tier: 4,
      run: call => {
        const { args, world, workspace } = call;
        const userId = requireArg(call, 'user_id');
        if (!workspace.people.has(userId)) refuse('user_not_found');
        if (!world.app.homeTabEnabled) refuse('not_enabled');
        const view = publishHome(world, workspace, userId, args.view, args.hash);
        interactions.viewChanged(view);
        return { view: viewJson(world, workspace, view) };
      },
    },
  };
};
