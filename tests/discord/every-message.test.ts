import { beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../src/command.ts';
import { renderMessage } from '../../src/discord/render.ts';
import { renderModal } from '../../src/discord/render-modal.ts';
import { messageViolations, modalViolations } from '../../src/discord/validate.ts';
import type { Message } from '../../src/message.ts';
import {
  CONTENT,
  curriculum,
  LONGEST_NAME,
  longLeaderboard,
  walkQuizzes,
  walkTrack,
} from '../rendering/every-message.ts';
import { type TestApp, testApp } from '../support/app.ts';

const COMMUNITY = '1234567890123456789';
/** A direct message about a delivery: the fullest form, with a community in every custom id. */
const FULL = { communityId: COMMUNITY, marker: 2 ** 31 - 1, mention: (name: string) => `</${name}:${COMMUNITY}>` };

/** The end of a long name in a table, which the ellipsis shows, is the only thing that may be missing. */
const isLongName = (shortened: string[]): boolean =>
  shortened.every(words => /^\d+ long table cells?( \(\d+ times\))?$/.test(words));

type Fault = { what: string; violations: string[]; shortened: string[] };
let faults: Fault[] = [];
let seen = 0;
/** What Discord would refuse, or not show whole, of a message; each with what it was. */
const check = (what: string, message: Message): void => {
  seen += 1;
  for (const context of [{}, FULL]) {
    const { body, shortened } = renderMessage(message, context);
    const violations = messageViolations(body);
    if (violations.length + shortened.length > 0) faults.push({ what, violations, shortened });
  }
};
const found = (): Fault[] => {
  const all = faults;
  faults = [];
  return all;
};

describe('the repository’s own content fits into Discord', () => {
  it.each(CONTENT)('%s', (_what, least, messages) => {
    const before = seen;
    for (const [what, message] of messages()) check(what, message);
    expect(seen - before).toBeGreaterThan(least);
    expect(found()).toEqual([]);
  });

  it('a leaderboard, even with the longest names, but for the end of those names', () => {
    check('leaderboard', longLeaderboard());
    expect(found()).toEqual([
      { what: 'leaderboard', violations: [], shortened: ['10 long table cells'] },
      { what: 'leaderboard', violations: [], shortened: ['10 long table cells'] },
    ]);
  });
});

describe('every answer of every command fits into Discord', () => {
  let test: TestApp;
  const checkReply = (what: string, reply: Reply): void => {
    seen += 1;
    if (reply.type === 'message') {
      check(what, reply.message);
      return;
    }
    const violations = modalViolations(renderModal(reply.modal, { communityId: COMMUNITY }));
    if (violations.length > 0) faults.push({ what, violations, shortened: [] });
  };
  const caller = { platform: 'discord', communityId: COMMUNITY, communityName: 'Test', organiser: true } as const;
  const people = (name: string) => ({ ...caller, memberId: name, name: LONGEST_NAME, channelId: COMMUNITY });

  beforeAll(async () => {
    test = await testApp();
    test.setCurriculum(curriculum);
  });

  it.each(['general', 'engineering', 'research', 'governance', 'systems'])(
    'for an organiser on the %s track, from the first command to all topics done',
    async track => {
      const before = seen;
      await walkTrack(test, people(`member-${track}`), track, checkReply);
      expect(seen - before).toBeGreaterThan(200);
      expect(found().filter(({ violations, shortened }) => violations.length > 0 || !isLongName(shortened))).toEqual(
        [],
      );
    },
  );

  it('every question of every quiz, answered rightly and wrongly', async () => {
    await walkQuizzes(test.as(LONGEST_NAME), checkReply);
    expect(found()).toEqual([]);
  });
});
