// Views as Slack keeps them: modals on a stack of three, one Home tab a person.
import { refuse } from './api-error.ts';
import type { Json } from './form.ts';
import { secret } from './ids.ts';
import { withIds } from './messages.ts';
import { checkView } from './view-rules.ts';
import { isPicture, type StoredView, type Workspace, type World } from './world.ts';

const MAX_STACK = 3;

const fieldsOf = (world: World, given: Json) => ({
  blocks: withIds(given.blocks),
  private_metadata: String(given.private_metadata ?? ''),
  callback_id: String(given.callback_id ?? ''),
  external_id: String(given.external_id ?? ''),
  clear_on_close: given.clear_on_close === true,
  notify_on_close: given.notify_on_close === true,
  hash: `${Math.floor(world.now().getTime() / 1000)}.${secret(4)}`,
  ...(given.title !== undefined && { title: given.title as { text: string } }),
  ...(given.submit !== undefined && { submit: given.submit as { text: string } }),
  ...(given.close !== undefined && { close: given.close as { text: string } }),
});

const check = (world: World, workspace: Workspace, given: unknown, surface: 'modal' | 'home'): Json => {
  checkView(given, surface, { isPicture: file => isPicture(world, workspace, file) });
  return given;
};

export const openViews = (world: World, rootId: string): StoredView[] =>
  [...world.views.values()].filter(view => view.rootId === rootId && !view.closed);

const requireNewExternalId = (world: World, workspace: Workspace, given: Json): void => {
  const { external_id: id } = given;
  if (typeof id !== 'string' || id === '') return;
  for (const view of world.views.values())
    if (view.teamId === workspace.id && view.external_id === id && !view.closed) refuse('duplicate_external_id');
};

/** Where a modal is opened: by whom, in which channel, over which other one. */
export type ViewPlace = { userId: string; channelId?: string; over?: StoredView };

export const openView = (world: World, workspace: Workspace, given: unknown, place: ViewPlace): StoredView => {
  const checked = check(world, workspace, given, 'modal');
  requireNewExternalId(world, workspace, checked);
  const { userId, channelId, over } = place;
  if (over && openViews(world, over.rootId).length >= MAX_STACK) refuse('push_limit_reached');
  const id = world.nextId('V');
  const view: StoredView = {
    id,
    teamId: workspace.id,
    userId,
    type: 'modal',
    ...fieldsOf(world, checked),
    rootId: over?.rootId ?? id,
    ...(over && { previousId: over.id }),
    ...(channelId !== undefined && { channelId }),
    closed: false,
    updates: 0,
  };
  // A person sees one stack at a time: a new one takes the place of the old.
  if (!over)
    for (const other of world.views.values())
      if (other.userId === userId && other.type === 'modal') other.closed = true;
  world.views.set(id, view);
  return view;
};

export const updateView = (
  world: World,
  workspace: Workspace,
  view: StoredView,
  given: unknown,
  hash?: unknown,
): void => {
  const checked = check(world, workspace, given, view.type);
  if (hash !== undefined && hash !== view.hash) refuse('hash_conflict');
  for (const key of ['title', 'submit', 'close'] as const) delete view[key];
  Object.assign(view, fieldsOf(world, checked), { updates: view.updates + 1 });
};

export const homeOf = (world: World, workspace: Workspace, userId: string): StoredView | undefined => {
  for (const view of world.views.values())
    if (view.type === 'home' && view.teamId === workspace.id && view.userId === userId) return view;
  return undefined;
};

export const publishHome = (
  world: World,
  workspace: Workspace,
  userId: string,
  given: unknown,
  hash?: unknown,
): StoredView => {
  const known = homeOf(world, workspace, userId);
  if (known) {
    updateView(world, workspace, known, given, hash);
    return known;
  }
  const checked = check(world, workspace, given, 'home');
  if (hash !== undefined) refuse('hash_conflict');
  const id = world.nextId('V');
  const view: StoredView = {
    id,
    teamId: workspace.id,
    userId,
    type: 'home',
    ...fieldsOf(world, checked),
    rootId: id,
    closed: false,
    updates: 0,
  };
  world.views.set(id, view);
  return view;
};
