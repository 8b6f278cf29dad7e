import { beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../src/command.ts';
import type { Message } from '../../src/message.ts';
import { renderMessage } from '../../src/slack/render.ts';
import { renderHome, renderModal } from '../../src/slack/render-view.ts';
import { messageViolations, viewViolations } from '../../src/slack/validate.ts';
import {
  CONTENT,
  curriculum,
  LONGEST_NAME,
  longLeaderboard,
  walkQuizzes,
  walkTrack,
} from '../rendering/every-message.ts';
import { type TestApp, testApp } from '../support/app.ts';

const COMMUNITY = 'T0123456789';
/** A workspace where every command has the longest name that Slack takes. */
const FULL = { typed: (command: string) => `/${'x'.repeat(31)} ${command}` };

/** The end of a long name in a message's second table, which the ellipsis shows, is the only thing that may be missing. */
const isLongName = ({ what, violations, shortened }: Fault): boolean =>
  /^\/?leaderboard/.test(what) &&
  violations.length === 0 &&
  shortened.every(words => /^\d+ long table cells?$/.test(words));

type Fault = { what: string; violations: string[]; shortened: string[] };
let faults: Fault[] = [];
let seen = 0;
/** What Slack would refuse, or not show whole, of a message; each with what it was. */
const check = (what: string, message: Message): void => {
  seen += 1;
  for (const context of [{}, FULL]) {
    const rendered = renderMessage(message, context);
    const { shortened } = rendered;
    const home = renderHome(message, context);
    const violations = [...messageViolations(rendered), ...viewViolations(home)];
    if (JSON.stringify(home).includes('Shortened to fit')) violations.push('App Home is shortened');
    if (violations.length + shortened.length > 0) faults.push({ what, violations, shortened });
  }
};
const found = (): Fault[] => {
  const all = faults;
  faults = [];
  return all;
};

describe('the repository’s own content fits into Slack', () => {
  it.each(CONTENT)('%s', (_what, least, messages) => {
    const before = seen;
    for (const [what, message] of messages()) check(what, message);
    expect(seen - before).toBeGreaterThan(least);
    expect(found()).toEqual([]);
  });

  it('a leaderboard, even with the longest names', () => {
    check('leaderboard', longLeaderboard());
    expect(found()).toEqual([]);
  });
});

describe('every answer of every command fits into Slack', () => {
  let test: TestApp;
  const checkReply = (what: string, reply: Reply): void => {
    seen += 1;
    if (reply.type === 'message') {
      check(what, reply.message);
      return;
    }
    const violations = viewViolations(renderModal(reply.modal, { privateMetadata: COMMUNITY }));
    if (violations.length > 0) faults.push({ what, violations, shortened: [] });
  };
  const caller = { platform: 'slack', communityId: COMMUNITY, communityName: 'Test', organiser: true } as const;
  const people = (name: string) => ({ ...caller, memberId: name, name: LONGEST_NAME, channelId: 'C0123456789' });

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
      expect(found().filter(fault => !isLongName(fault))).toEqual([]);
    },
  );

  it('every question of every quiz, answered rightly and wrongly', async () => {
    await walkQuizzes(test.as(LONGEST_NAME), checkReply);
    expect(found()).toEqual([]);
  });
});
