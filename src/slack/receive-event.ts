// What Slack tells of by itself: somebody looks at Home, or Milepost was removed. Pure, and never throws.
import { z } from 'zod';
import {
  id,
  isTrue,
  type Place,
  type Received,
  some,
  someEnterpriseId,
  someId,
  someText,
  typeText,
  unknown,
} from './received.ts';

const eventEnvelope = z.object({
  team_id: someId,
  enterprise_id: someEnterpriseId,
  is_enterprise_install: z.unknown().optional(),
  /** Seconds. */
  event_time: z.number().nonnegative().max(1e11),
  authorizations: some(
    z.array(z.object({ team_id: someId, enterprise_id: someId, is_enterprise_install: some(z.boolean()) })),
  ),
});
const homeOpened = z.object({ user: id, channel: some(id), tab: someText });
const teamAccess = z.object({ team_ids: z.array(id).min(1) });
const tokensRevoked = z.object({ tokens: z.object({ bot: some(z.array(z.unknown())) }) });

type Heard = Partial<Pick<Place, 'teamId'>> & Pick<Place, 'enterpriseId' | 'isOrgInstall'> & { at: Date };

/** Whom an event is for, a workspace or a whole organisation; where somebody of another company acts, the outer team is theirs. */
const heardBy = (sent: z.infer<typeof eventEnvelope>): Heard | undefined => {
  const granted = sent.authorizations?.[0];
  const teamId = granted?.team_id ?? sent.team_id;
  const enterpriseId = granted ? granted.enterprise_id : sent.enterprise_id;
  if (!teamId && !enterpriseId) return undefined;
  const isOrgInstall = granted?.is_enterprise_install === true || isTrue(sent.is_enterprise_install) || !teamId;
  return {
    ...(teamId && { teamId }),
    ...(enterpriseId && { enterpriseId }),
    isOrgInstall,
    at: new Date(sent.event_time * 1000),
  };
};

const receiveHome = (event: unknown, { at: _, teamId, ...where }: Heard): Received => {
  const read = homeOpened.safeParse(event);
  if (!read.success || !teamId) return unknown('a malformed event');
  const { user: userId, channel: channelId, tab } = read.data;
  if (tab && tab !== 'home') return { type: 'ignored', reason: 'another tab than Home was opened' };
  return {
    type: 'home',
    place: { ...where, teamId, ...(channelId && { channelId }), userId, userName: '', isDirect: true },
  };
};

export const receiveEvent = (body: object, event: unknown): Received => {
  const type = (event as { type?: unknown } | null | undefined)?.type;
  const read = eventEnvelope.safeParse(body);
  const heard = read.success ? heardBy(read.data) : undefined;
  if (!heard) return unknown('a malformed event');
  switch (type) {
    case 'app_home_opened':
      return receiveHome(event, heard);
    case 'app_uninstalled':
      return { type: 'removed', ...heard };
    case 'tokens_revoked': {
      const revoked = tokensRevoked.safeParse(event);
      const isBot = revoked.success && (revoked.data.tokens.bot?.length ?? 0) > 0;
      return isBot ? { type: 'removed', ...heard } : { type: 'ignored', reason: 'no token of the bot was revoked' };
    }
    case 'team_access_granted':
    case 'team_access_revoked': {
      const changed = teamAccess.safeParse(event);
      const { enterpriseId, at } = heard;
      if (!changed.success || !enterpriseId) return unknown('a malformed event');
      return { type: 'access', teamIds: changed.data.team_ids, enterpriseId, isOrgInstall: true, at };
    }
    default:
      return unknown(`an event of ${typeText(type)}`);
  }
};
