/// <reference lib="dom" />
// Talks to the playground's server; every failure is an `ApiError` whose message can be shown as it is.
import type {
  ActivityAnswer,
  ChannelsAnswer,
  ClockAnswer,
  CompletionsAnswer,
  ErrorAnswer,
  InteractionAnswer,
  MembersAnswer,
  MessagesAnswer,
  MoveAnswer,
  ShownAnswer,
} from '../answers.ts';

export class ApiError extends Error {}

const UNREACHABLE = 'The playground does not answer. Is it still running? Start it again and this page carries on.';

const request = async <T>(path: string, body?: unknown): Promise<{ answer: T; headers: Headers }> => {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`/api${path}`, init).catch(() => {
    throw new ApiError(UNREACHABLE);
  });
  const answer = (await response.json().catch(() => {
    throw new ApiError(UNREACHABLE);
  })) as T | ErrorAnswer;
  if (!response.ok) throw new ApiError((answer as ErrorAnswer).error.message);
  return { answer: answer as T, headers: response.headers };
};
const call = async <T>(path: string, body?: unknown): Promise<T> => (await request<T>(path, body)).answer;

/** Who acts, and in which channel; without one it is the bot's direct messages. */
export type Where = { as: string; channel?: string };
export type Act =
  | { command: string }
  | { action: string; values: string[]; message?: string }
  | { modal: string; fields: Record<string, string | string[]>; message?: string };

const segment = encodeURIComponent;
const messagesPath = ({ as, channel }: Where): string =>
  channel === undefined ? `/members/${segment(as)}/messages` : `/channels/${segment(channel)}`;

export type PayloadPlatform = keyof ShownAnswer;
/** What a chat platform gets for a message or form, and what of it was shortened. */
export type Payload = NonNullable<ShownAnswer[PayloadPlatform]>;
const payloadIn = (shown: ShownAnswer | undefined, platform: PayloadPlatform): Payload => {
  const payload = shown?.[platform];
  if (payload) return payload;
  throw new ApiError('This message is not there any more.');
};

export const api = {
  members: () => call<MembersAnswer>('/members'),
  channels: () => call<ChannelsAnswer>('/channels'),
  activity: (as: string) => call<ActivityAnswer>(`/members/${segment(as)}/activity`),
  messages: (where: Where) => call<MessagesAnswer>(messagesPath(where)),
  /** Of a stored message. */
  messagePayload: async (where: Where, id: string, platform: PayloadPlatform): Promise<Payload> => {
    const messages = await call<MessagesAnswer>(`${messagesPath(where)}?show=${platform}`);
    return payloadIn(
      messages.find(message => message.id === id),
      platform,
    );
  },
  /** Of an answer, by the id that `interact` gave with it. */
  answerPayload: async (id: string, platform: PayloadPlatform): Promise<Payload> => {
    const answer = await call<InteractionAnswer>(`/answers/${segment(id)}?show=${platform}`);
    return payloadIn('modal' in answer ? answer.modal : answer.reply, platform);
  },
  clock: () => call<ClockAnswer>('/clock'),
  moveClock: (to: { to: string } | { advance: string }) => call<MoveAnswer>('/clock', to),
  /** `id` names the answer for `answerPayload`. */
  interact: async (where: Where, act: Act): Promise<{ answer: InteractionAnswer; id: string }> => {
    const { answer, headers } = await request<InteractionAnswer>('/interactions', { ...where, ...act });
    return { answer, id: headers.get('answer-id') ?? '' };
  },
  complete: (where: Where, text: string) => call<CompletionsAnswer>('/complete', { ...where, text }),
  reset: () => call('/reset', {}),
};
