import { describe, expect, it } from 'vitest';
import { type Problem, problemOf } from '../../src/slack/clients.ts';
import { outcomeOf } from '../../src/slack/outcome.ts';

const now = new Date('2026-11-23T08:00:00Z');
const refused = (code: string, to: 'channel' | 'person' = 'channel', needed?: string) =>
  outcomeOf({ type: 'refused', code, ...(needed !== undefined && { needed }) }, to, now);
const inMs = (ms: number) => new Date(now.getTime() + ms);

describe('what a refusal of Slack’s means for a delivery', () => {
  it.each([
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'restricted_action',
    'restricted_action_read_only_channel',
    'restricted_action_thread_only_channel',
  ])('%s: the channel is of no use any more', code => {
    expect(refused(code)).toMatchObject({ type: 'gone', reason: expect.stringMatching(/\.$/) });
  });

  it.each(['user_not_found', 'user_disabled', 'user_not_visible', 'channel_not_found', 'is_archived'])(
    '%s: the person is not there any more',
    code => {
      expect(refused(code, 'person')).toMatchObject({ type: 'gone', reason: expect.stringMatching(/\.$/) });
    },
  );

  it('messages_tab_disabled: a checkbox of the app, so it is tried again once it is mended, and no member is switched off', () => {
    const outcome = refused('messages_tab_disabled', 'person');
    expect(outcome).toMatchObject({ type: 'retry', at: inMs(600_000) });
    expect(outcome).toMatchObject({ reason: expect.stringContaining('App Home, Show Tabs') });
  });

  it('cannot_dm_bot: this person gets no direct messages', () => {
    expect(refused('cannot_dm_bot', 'person')).toMatchObject({ type: 'closed' });
  });

  it.each(['message_not_found', 'cant_update_message'])('%s: there is nothing to bring up to date', code => {
    expect(refused(code)).toMatchObject({ type: 'gone' });
  });

  it.each([
    'account_inactive',
    'invalid_auth',
    'missing_scope',
    'not_allowed_token_type',
    'not_authed',
    'team_access_not_granted',
    'team_disabled',
    'token_expired',
    'token_revoked',
    'user_removed_from_team',
  ])('%s: the workspace rests, and its organiser is told what to do', code => {
    expect(refused(code, 'channel')).toMatchObject({
      type: 'retry',
      at: inMs(600_000),
      reason: expect.stringContaining('Install the app in the workspace again'),
    });
  });

  it('names the scope that is missing', () => {
    expect(refused('missing_scope', 'person', 'chat:write')).toMatchObject({
      reason: expect.stringContaining('chat:write'),
    });
  });

  it.each(['invalid_blocks', 'msg_too_long', 'msg_blocks_too_long', 'no_text', 'metadata_too_large'])(
    '%s: the message itself is refused, and would be again',
    code => {
      expect(refused(code)).toMatchObject({ type: 'refused', reason: expect.stringContaining(code) });
    },
  );

  it('tries again what it does not know, so that nothing is lost by a new word', () => {
    expect(refused('something_new')).toEqual({ type: 'retry', reason: 'Slack refused it (something_new).' });
  });

  it('a limit says when, an outage leaves it open, and what never got there is simply tried again', () => {
    expect(outcomeOf({ type: 'limited', retryAfterMs: 2500 }, 'channel', now)).toMatchObject({ at: inMs(2500) });
    expect(outcomeOf({ type: 'unclear', message: 'Slack answered 503.' }, 'person', now)).toEqual({
      type: 'unclear',
      reason: 'Slack answered 503.',
    });
    expect(outcomeOf({ type: 'unreachable', message: 'No way.' }, 'channel', now)).toEqual({
      type: 'retry',
      reason: 'No way.',
    });
  });
});

describe('what an error of a call means', () => {
  const slackError = (code: string, more: object) => Object.assign(new Error('An error'), { code, ...more });
  const answered = (error: string) => slackError('slack_webapi_platform_error', { data: { ok: false, error } });
  const broken = (cause: unknown) =>
    slackError('slack_webapi_request_error', { original: new TypeError('fetch failed', { cause }) });
  const system = (code: string) => Object.assign(new Error(code), { code });

  it.each<[name: string, error: unknown, problem: Partial<Problem>]>([
    ['an answer', answered('is_archived'), { type: 'refused', code: 'is_archived' }],
    ['fatal_error', answered('fatal_error'), { type: 'unclear' }],
    ['internal_error', answered('internal_error'), { type: 'unclear' }],
    ['a limit without a time', answered('ratelimited'), { type: 'limited', retryAfterMs: 60_000 }],
    [
      'a 429',
      slackError('slack_webapi_rate_limited_error', { retryAfter: 7 }),
      { type: 'limited', retryAfterMs: 7000 },
    ],
    ['a 503', slackError('slack_webapi_http_error', { statusCode: 503 }), { type: 'unclear' }],
    ['a refused connection', broken(system('ECONNREFUSED')), { type: 'unreachable' }],
    ['no connection in time', broken(system('UND_ERR_CONNECT_TIMEOUT')), { type: 'unreachable' }],
    ['a name that nobody knows', broken(system('ENOTFOUND')), { type: 'unreachable' }],
    ['a cut connection', broken(system('ECONNRESET')), { type: 'unclear' }],
    [
      'no answer in time',
      slackError('slack_webapi_request_error', { original: new DOMException('timed out', 'TimeoutError') }),
      { type: 'unclear' },
    ],
    ['nothing that is known', new Error('odd'), { type: 'unclear' }],
    ['nothing at all', undefined, { type: 'unclear' }],
  ])('%s', (_, error, problem) => {
    expect(problemOf(error)).toMatchObject(problem);
  });
});
