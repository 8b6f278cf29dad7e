// A refusal as Discord words it: an HTTP status, a JSON error code and, for a bad form, the tree of what is wrong where.

export type ApiErrorBody = { message: string; code: number; errors?: unknown };

export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly body: ApiErrorBody;
  constructor(status: number, code: number, message: string, errors?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.body = { message, code, ...(errors !== undefined && { errors }) };
  }
}

const of = (status: number, code: number, message: string) => (): ApiError => new ApiError(status, code, message);

/** The errors that a bot meets most, with Discord's own codes and words. */
export const errors = {
  unauthorized: of(401, 0, '401: Unauthorized'),
  noSuchRoute: of(404, 0, '404: Not Found'),
  methodNotAllowed: of(405, 0, '405: Method Not Allowed'),
  badJson: of(400, 50109, 'The request body contains invalid JSON.'),
  unknownApplication: of(404, 10002, 'Unknown Application'),
  unknownChannel: of(404, 10003, 'Unknown Channel'),
  unknownGuild: of(404, 10004, 'Unknown Guild'),
  unknownMember: of(404, 10007, 'Unknown Member'),
  unknownMessage: of(404, 10008, 'Unknown Message'),
  unknownUser: of(404, 10013, 'Unknown User'),
  unknownWebhook: of(404, 10015, 'Unknown Webhook'),
  unknownInteraction: of(404, 10062, 'Unknown interaction'),
  unknownCommand: of(404, 10063, 'Unknown application command'),
  tooLarge: of(413, 40005, 'Request entity too large'),
  alreadyAcknowledged: of(400, 40060, 'Interaction has already been acknowledged.'),
  missingAccess: of(403, 50001, 'Missing Access'),
  notYourMessage: of(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: of(400, 50006, 'Cannot send an empty message'),
  directMessagesClosed: of(403, 50007, 'Cannot send messages to this user'),
  missingPermissions: of(403, 50013, 'Missing Permissions'),
  wrongChannelType: of(400, 50024, 'Cannot execute action on this channel type'),
  webhookTokenExpired: of(401, 50027, 'Invalid Webhook Token'),
  archivedThread: of(400, 50083, 'Thread is archived'),
  noMutualGuild: of(403, 50278, 'Cannot send messages to this user due to having no mutual guilds'),
  threadExists: of(400, 160004, 'A thread has already been created for this message'),
};

/** One fault of a form; `path` is where it is: `components.0.components.1.label`. */
export type Problem = { path: string; code: string; message: string };

type Tree = { [key: string]: Tree | { code: string; message: string }[] };

/** Discord's `errors` tree: the keys of the path nested in one another, the faults under `_errors`. */
const treeOf = (problems: readonly Problem[]): Tree => {
  const root: Tree = {};
  for (const { path, code, message } of problems) {
    let node = root;
    for (const key of path.split('.').filter(Boolean)) {
      node[key] ??= {};
      node = node[key] as Tree;
    }
    node._errors = [...((node._errors as { code: string; message: string }[] | undefined) ?? []), { code, message }];
  }
  return root;
};

/** Throws 400 with code 50035 when there are problems. */
export const refuseForm = (problems: readonly Problem[]): void => {
  if (problems.length > 0) throw new ApiError(400, 50035, 'Invalid Form Body', treeOf(problems));
};
