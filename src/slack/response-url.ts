// Answers by the URL that comes with what somebody did: good five times in half an hour, without a token.
import { type Problem, problemOf } from './clients.ts';

const SLACKS_HOSTS = new Set(['hooks.slack.com', 'hooks.slack-gov.com']);
/** Whether an address is one of Slack's own, or of the server that stands for Slack: nothing else is told what somebody asked. */
export const isResponseUrl = (url: string, apiUrl: string): boolean => {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port } = new URL(url);
  const api = new URL(apiUrl);
  const isHook = protocol === 'https:' && port === '' && SLACKS_HOSTS.has(hostname);
  return isHook || (protocol === api.protocol && hostname === api.hostname);
};

/** Slack's own word for what is wrong, such as `used_url`. */
const codeIn = (body: string): string | undefined => /"error":"([a-z_]+)"/.exec(body.replaceAll(' ', ''))?.[1];

/** Posts `body`; answers what went wrong, undefined where Slack took it. Never throws. */
export const postToResponseUrl = async (url: string, timeoutMs: number, body: object): Promise<Problem | undefined> => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const said = await answer.text();
    if (answer.ok && !/"ok":\s*false/.test(said)) return undefined;
    if (answer.status === 429)
      return { type: 'limited', retryAfterMs: 1000 * Number(answer.headers.get('retry-after')) };
    // A failing gateway has not taken it: twice is unlikely, and nothing at all would be worse.
    return { type: 'refused', code: codeIn(said) ?? `http_${answer.status}` };
  } catch (error) {
    return problemOf(error);
  }
};
