// Checks that Slack can be reached at all, and this machine's clock against Slack's.
import { bad, type Finding, good, unchecked, warning } from '../finding.ts';
import { CLIENT_OPTIONS } from './clients.ts';
import { failure } from './doctor-failure.ts';

const SKEW_WORTH_A_WORD_MS = 5_000;
/** Slack's requests are refused when their time is 5 minutes off; half of that is near enough. */
const SKEW_TOO_MUCH_MS = 150_000;

const TODO =
  'Switch on NTP (on most Linux systems `sudo timedatectl set-ntp true`): digests go out by this clock, and what Slack sends by HTTP is refused when it is 5 minutes off.';

/** Needs no token. Answers whether Slack answered at all. */
export const checkConnection = async (
  apiUrl: string,
  now: () => Date,
): Promise<{ isReachable: boolean; findings: Finding[] }> => {
  const before = now().getTime();
  let date: string | null;
  try {
    const signal = AbortSignal.timeout(CLIENT_OPTIONS.timeout);
    const answer = await fetch(`${apiUrl}api.test`, { method: 'POST', redirect: 'error', signal });
    await answer.body?.cancel();
    date = answer.headers.get('date');
  } catch (error) {
    return { isReachable: false, findings: [failure('Connection', error)] };
  }
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs))
    return { isReachable: true, findings: [unchecked('the clock', 'Slack did not tell the time')] };
  const ours = (before + now().getTime()) / 2;
  // The header leaves out the fraction of the second.
  const skewMs = ours - (theirs + 500);
  const size = Math.abs(skewMs);
  if (size <= SKEW_WORTH_A_WORD_MS) return { isReachable: true, findings: [good('Clock: agrees with Slack’s')] };
  const what = `Clock: this machine is ${Math.round(size / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} Slack`;
  return { isReachable: true, findings: [size > SKEW_TOO_MUCH_MS ? bad(what, TODO) : warning(what, TODO)] };
};
