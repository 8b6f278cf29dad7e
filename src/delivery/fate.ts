// What becomes of a delivery: from the platform's answer to what is recorded, and whether it may still go out. Pure.

import { formatMoment } from '../calendar/dates.ts';
import { isFortnight } from '../calendar/slots.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import { waitsForOnboarding } from '../learning/onboarding.ts';
import type { Outcome, Search } from '../platform.ts';
import type { Delivery, Settlement } from '../storage/deliveries.ts';
import type { Member } from '../storage/members.ts';
import type { Schedule } from '../storage/schedules.ts';
import { GRACE_MS } from './plan.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const MAX_ATTEMPTS = 5;
/** The first wait; each further one is four times as long: 30 s, 2 min, 8 min, 32 min. */
const FIRST_BACKOFF_MS = 30 * SECOND_MS;
/** How long an unclear answer rests before the platform is asked: what it accepted can then be read there. */
const UNCLEAR_REST_MS = MINUTE_MS;
/** How long it rests where it may be repeated under the same key: a broken connection is often back by then. */
export const REPEAT_REST_MS = 5 * SECOND_MS;
/** How long a platform that cannot even be asked is left alone. */
const LATER_REST_MS = 2 * MINUTE_MS;
/** Below this a message is on time. */
const LATE_AFTER_MS = 10 * MINUTE_MS;

/** `random` in [0, 1) spreads the wait by a quarter either way, so that many retries do not come at once. */
const backoffMs = (attempts: number, random: number): number =>
  FIRST_BACKOFF_MS * 4 ** (attempts - 1) * (0.75 + random / 2);

/** `late by 3 h`, `late by 25 min`, or undefined when on time. */
const lateness = (dueAt: Date, sentAt: Date): string | undefined => {
  const lateMs = sentAt.getTime() - dueAt.getTime();
  if (lateMs <= LATE_AFTER_MS) return undefined;
  return lateMs < HOUR_MS
    ? `late by ${Math.floor(lateMs / MINUTE_MS)} min`
    : `late by ${Math.floor(lateMs / HOUR_MS)} h`;
};

const sent = ({ attempts, dueAt }: Delivery, messageId: string, at: Date, note?: string): Settlement => {
  const reasons = [lateness(dueAt, at), note].filter(each => each !== undefined);
  const reason = reasons.length > 0 && { reason: reasons.join('. ') };
  return { state: 'sent', attempts: attempts + 1, messageId, ...reason };
};

const again = (delivery: Delivery, reason: string, now: Date, random: number): Settlement => {
  const attempts = delivery.attempts + 1;
  return attempts >= MAX_ATTEMPTS
    ? { state: 'failed', attempts, reason: `Given up after ${attempts} attempts. The last answer: ${reason}` }
    : { state: 'retrying', attempts, notBefore: new Date(now.getTime() + backoffMs(attempts, random)), reason };
};

/** How a delivery that is attempted stands: `repeatsWithinMs` is the platform's, `repeats` an earlier attempt of unknown outcome. */
export type Attempt = { repeatsWithinMs?: number | undefined; repeats?: boolean };

/** Whether another attempt at `now` posts nothing twice, whatever became of the first. */
export const mayRepeat = ({ firstSentAt }: Delivery, repeatsWithinMs: number | undefined, now: Date): boolean =>
  repeatsWithinMs !== undefined && firstSentAt !== null && now.getTime() - firstSentAt.getTime() < repeatsWithinMs;

/** Nobody knows: it is repeated soon where that does no harm, and otherwise looked for later. No attempt is counted. */
const unclear = (
  delivery: Delivery,
  reason: string,
  now: Date,
  { repeatsWithinMs }: Attempt,
  earliest = now,
): Settlement => {
  const soon = new Date(Math.max(earliest.getTime(), now.getTime() + REPEAT_REST_MS));
  const later = new Date(now.getTime() + UNCLEAR_REST_MS);
  const leaseUntil = mayRepeat(delivery, repeatsWithinMs, soon) ? soon : later;
  return { state: 'sending', attempts: delivery.attempts, leaseUntil, reason };
};

/** What to record after the platform's answer to an attempt. */
export const afterAttempt = (
  delivery: Delivery,
  outcome: Outcome,
  now: Date,
  random: number,
  how: Attempt = {},
): Settlement => {
  const attempts = delivery.attempts + 1;
  switch (outcome.type) {
    case 'sent':
      return sent(delivery, outcome.messageId, now, outcome.note);
    case 'removed':
      return { state: 'sent', attempts, reason: outcome.reason };
    case 'retry': {
      // That a repeat was refused says nothing of the first attempt: what waits to be tried again may never have arrived.
      if (how.repeats) return unclear(delivery, outcome.reason, now, how, outcome.at);
      if (!outcome.at) return again(delivery, outcome.reason, now, random);
      // At least a second away, so that a platform whose clock is behind cannot make us ask without end.
      const notBefore = new Date(Math.max(outcome.at.getTime(), now.getTime() + SECOND_MS));
      return { state: 'retrying', attempts: delivery.attempts, notBefore, reason: outcome.reason };
    }
    case 'unclear':
      return unclear(delivery, outcome.reason, now, how);
    case 'refused':
      return { state: 'failed', attempts, reason: outcome.reason };
    case 'gone':
      return delivery.memberId === null
        ? { state: 'failed', attempts, reason: outcome.reason }
        : { state: 'cancelled', attempts, reason: `The member cannot be reached any more: ${outcome.reason}` };
    case 'closed':
      return { state: 'cancelled', attempts, reason: `The member takes no direct messages: ${outcome.reason}` };
    default:
      return outcome satisfies never;
  }
};

/** What to record of a delivery whose outcome nobody knew, after the platform was asked for it. */
export const afterSearch = (delivery: Delivery, found: Search, now: Date, random: number): Settlement => {
  if (found.type === 'found') return sent(delivery, found.messageId, delivery.firstSentAt ?? now, found.note);
  if (found.type === 'later' && !tooLate(delivery, now)) {
    const leaseUntil = new Date(now.getTime() + LATER_REST_MS);
    const reason = delivery.reason ?? 'It is not known yet whether it arrived.';
    return { state: 'sending', attempts: delivery.attempts, leaseUntil, reason };
  }
  if (found.type === 'absent') return again(delivery, 'It did not arrive.', now, random);
  return {
    state: 'unconfirmed',
    attempts: delivery.attempts + 1,
    reason:
      'It may have arrived: the platform broke off and cannot say. It is not sent again, so that nobody gets it twice.',
  };
};

/** Why a delivery is too late to be of use at `now`, or undefined. */
export const tooLate = ({ kind, dueAt, reason }: Delivery, now: Date): string | undefined => {
  const graceMs = GRACE_MS[kind === 'leaderboard' ? 'leaderboard' : 'digest'];
  if (now.getTime() - dueAt.getTime() <= graceMs) return undefined;
  const last = reason === null ? '' : ` The last problem: ${reason}`;
  return `It could not be sent within ${graceMs / HOUR_MS} h.${last}`;
};

/** Why nothing of this schedule is sent any more, or undefined. */
export const scheduleStops = (schedule: Schedule | undefined): string | undefined => {
  if (!schedule || schedule.removedAt) return 'Its schedule was removed.';
  return schedule.pausedAt ? 'Its schedule is paused.' : undefined;
};

/** Why a member does not get this any more, or undefined: what they chose since it was planned counts. */
export const memberStops = (
  member: Member | undefined,
  { slot }: Delivery,
  curriculum: Curriculum,
  now: Date,
): string | undefined => {
  if (!member) return 'The member is not there any more.';
  if (member.track === null) return 'The member left their track.';
  if (!curriculum.tracks.has(member.track))
    return `The member's track "${member.track}" is not in the curriculum any more.`;
  if (member.pausedUntil && member.pausedUntil > now)
    return `The member is on pause until ${formatMoment(member.pausedUntil, member.zone)}.`;
  if (waitsForOnboarding(member, now)) return 'The member has not been asked about direct messages yet.';
  if (member.directMessages === 'off') return 'The member switched direct messages off.';
  if (member.directMessagesClosedAt) return 'The member takes no direct messages.';
  if (member.directMessages === 'fortnightly' && !isFortnight(slot))
    return 'The member wants messages every second week, and this is the other one.';
  return undefined;
};
