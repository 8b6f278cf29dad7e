// Something that a person did and the bot is asked to answer, and what the body of an ack or of a `response_url` does.
import { refuse } from './api-error.ts';
import { isObject, type Json } from './form.ts';
import { createMessage, editMessage } from './messages.ts';
import { type Answer, messageAnswer, modalAnswer, type Suggestion, suggestion } from './reading.ts';
import { suggestionProblems } from './view-rules.ts';
import { openView, openViews, updateView } from './views.ts';
import { directChannelWith, type StoredMessage, type StoredView, type World, workspaceOf } from './world.ts';

export type AskedKind = 'command' | 'action' | 'options' | 'submission' | 'home';
/** One line of the log; times are `performance.now()`. */
export type InteractionLogEntry = {
  kind: AskedKind;
  name: string;
  sentAt: number;
  ackedAt?: number;
  answeredAt?: number;
};
export type Asked = InteractionLogEntry & {
  teamId: string;
  personId: string;
  /** Where the person is; of a modal, where they were when it opened. */
  channelId?: string;
  /** The message or view whose element was used. */
  source?: StoredMessage;
  view?: StoredView;
  triggerId: string;
  responseId: string;
  responseUses: number;
  createdAt: number;
  suggestions?: Suggestion[];
  effect?: Answer;
  /** Who waits for the answer has it. */
  settled: boolean;
  settle(answer: Answer): void;
  /** Of a benchmark: the answer is one as soon as something is seen. */
  lean?: boolean;
};

/** Posts, replaces or deletes as the body says; answers what the person sees of it. */
export const postAnswer = (world: World, asked: Asked, body: Json): Answer | undefined => {
  const workspace = workspaceOf(world, asked.teamId);
  const { source, personId, channelId } = asked;
  if (body.delete_original === true) {
    if (source) source.deleted = true;
    return undefined;
  }
  if (source?.ephemeralFor !== undefined && body.replace_original === undefined)
    world.warnings.push('an answer to a button of a private message says neither replace_original true nor false');
  // A command has no original: Slack posts a new message then.
  if (source && !source.deleted && body.replace_original === true) {
    editMessage(world, workspace, source, body);
    return messageAnswer(source, true);
  }
  const channel = workspace.channels.get(channelId ?? '') ?? directChannelWith(world, workspace, personId);
  const isPublic = body.response_type === 'in_channel';
  const message = createMessage(world, {
    workspace,
    channel,
    userId: workspace.botUserId,
    body,
    ...(!isPublic && { ephemeralFor: personId }),
  });
  return messageAnswer(message, false);
};

const refuseErrors = (view: StoredView, errors: Json): void => {
  const inputs = view.blocks.filter(({ type }) => type === 'input').map(block => block.block_id);
  const unknown = Object.keys(errors).filter(id => !inputs.includes(id));
  if (unknown.length > 0) refuse('invalid_arguments', { errors: unknown.map(id => `there is no input block ${id}`) });
  if (Object.keys(errors).length === 0) refuse('invalid_arguments', { errors: ['errors must not be empty'] });
};

/** Closes, changes or covers the form as the ack of its submission says; answers what the person sees then. */
const submitForm = (world: World, asked: Asked, view: StoredView, body: Json): Answer | undefined => {
  const workspace = workspaceOf(world, asked.teamId);
  switch (body.response_action) {
    case 'errors': {
      const errors = isObject(body.errors) ? body.errors : {};
      refuseErrors(view, errors);
      return modalAnswer(view, errors as Record<string, string>);
    }
    case 'update':
      updateView(world, workspace, view, body.view);
      return modalAnswer(view);
    case 'push': {
      const place = {
        userId: asked.personId,
        over: view,
        ...(asked.channelId !== undefined && { channelId: asked.channelId }),
      };
      return modalAnswer(openView(world, workspace, body.view, place));
    }
    case 'clear':
    case undefined: {
      const isAll = body.response_action === 'clear' || view.clear_on_close;
      for (const one of isAll ? openViews(world, view.rootId) : [view]) one.closed = true;
      return undefined;
    }
    default:
      return refuse('invalid_arguments', { errors: [`unknown response_action ${body.response_action}`] });
  }
};

/** The options that the answer to a type-ahead holds; throws what is wrong with them. */
const suggestionsIn = (body: unknown): Suggestion[] => {
  const problems = suggestionProblems(body);
  if (problems.length > 0) refuse('invalid_arguments', { errors: problems });
  const { options = [], option_groups: groups = [] } = body as { options?: []; option_groups?: { options: [] }[] };
  return [...options, ...groups.flatMap(group => group.options)].map(suggestion);
};

/** Does what the body of an ack says; answers what the person sees of it. */
export const applyAck = (world: World, asked: Asked, body: unknown): Answer | undefined => {
  const { kind, view } = asked;
  if (kind === 'options') {
    asked.suggestions = suggestionsIn(body);
    return undefined;
  }
  const given = typeof body === 'string' && body !== '' ? { text: body } : body;
  const said = isObject(given) ? given : {};
  if (kind === 'submission' && view) return submitForm(world, asked, view, said);
  // What the ack for a button holds is ignored by Slack.
  if (kind === 'command' && Object.keys(said).length > 0) return postAnswer(world, asked, said);
  return undefined;
};
