// One pair of functions between our action ids and Discord's custom ids, which also say for which community and are unique.
import { LIMITS } from './limits.ts';

/** Of a select that stands for a row of buttons: its values are the action ids. */
const MENU = '';

/**
 * The custom id of `action`: the action itself where nothing else has to be said, otherwise `@COMMUNITY#OCCURRENCE!ACTION`.
 * `communityId` is left out where it does not fit. Longer than 100 characters only where the action (with its occurrence) is.
 */
export const encodeCustomId = (
  action: string,
  { communityId, occurrence = 1 }: { communityId?: string | undefined; occurrence?: number } = {},
): string => {
  const repeat = occurrence > 1 ? `#${occurrence}` : '';
  const community = communityId !== undefined && /^[\w-]+$/.test(communityId) ? `@${communityId}` : '';
  const whole = `${community}${repeat}!${action}`;
  if (community && whole.length <= LIMITS.customId) return whole;
  return repeat || action === MENU || /^[@#!]/.test(action) ? `${repeat}!${action}` : action;
};

/** What `encodeCustomId` was given; an id that is not ours is an action as it stands. */
export const decodeCustomId = (customId: string): { action: string; communityId?: string } => {
  const match = /^(?:@([\w-]+))?(?:#\d+)?!(.*)$/s.exec(customId);
  if (!match) return { action: customId };
  const [, communityId, action = ''] = match;
  return { action, ...(communityId !== undefined && { communityId }) };
};

/** The custom id of a message's `number`th select (from 1) that stands for a row of buttons. */
export const encodeMenuId = (number: number, communityId?: string): string =>
  encodeCustomId(MENU, { communityId, occurrence: number });

/** What was pressed or chosen: the same as for a button where the select stands for a row of buttons. */
export const decodePress = (
  customId: string,
  values: readonly string[] = [],
): { action: string; values: readonly string[]; communityId?: string } => {
  const decoded = decodeCustomId(customId);
  const [chosen, ...others] = values;
  return decoded.action === MENU && chosen !== undefined && others.length === 0
    ? { ...decoded, action: chosen, values: [] }
    : { ...decoded, values };
};
