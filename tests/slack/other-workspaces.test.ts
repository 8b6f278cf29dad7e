// The things of one workspace, for people of another with the very same ids, and for members who manage nothing: out of reach.
import { describe, expect, it } from 'vitest';
import { encodeAction } from '../../src/command.ts';
import { describeOnBothDatabases } from '../support/databases.ts';
import { ERROR, logged, rowsOf, WARN } from '../support/forgery.ts';
import type { StoredView } from '../support/slack/slack-server.ts';
import type { SlackTestBot, SlackTestBotOptions } from '../support/slack-bot.ts';
import {
  expectToldPrivately,
  install,
  press,
  type Settled,
  settle,
  startBot,
  submitForm,
  textOf,
} from '../support/slack-forgery.ts';

const SAME = { organiser: 'U0SAMEORG', member: 'U0SAMEMEMBER', channel: 'C0SAMEWEEKLY' };

/** Two workspaces in which everything has the same ids. */
const meet = async (options: Partial<SlackTestBotOptions> = {}) => {
  const test = await startBot({ many: true, ...options });
  const workspaces = [test.workspace, test.slack.addWorkspace({ name: 'Oslo', installed: false })];
  const settled: Settled[] = [];
  for (const workspace of workspaces) {
    await install(test, { workspace });
    settled.push(await settle(workspace, SAME));
  }
  const [leeds, oslo] = settled;
  if (!leeds || !oslo) throw new Error('no workspaces');
  return { test, leeds, oslo };
};

/** Everything that one of them could notice, line by line: what is kept, and what was posted, shown and opened there. */
const everythingOf = async ({ db, slack }: SlackTestBot, { teamId, channel, people }: Settled): Promise<string[]> => {
  const seen = [people.organiser, people.member].flatMap(person => [
    ...slack.ephemerals(person),
    ...slack.directMessages(person),
    slack.homeOf(person) ?? {},
  ]);
  const windows = slack.views.filter(view => view.teamId === teamId).map(({ closed: _, ...view }) => view);
  const shown = [...slack.messages(channel), ...seen, ...windows].map(one => JSON.stringify(one));
  return [...(await rowsOf(db, teamId)).split('\n'), ...shown];
};

/** The tokens with which Slack was asked since `clearRequests`. */
const tokensUsed = ({ slack }: SlackTestBot): string[] => [
  ...new Set(slack.requests.map(({ token }) => token).filter(token => token !== '')),
];

describe.each(['socket', 'http'] as const)('of two workspaces with the same ids, over %s, one', transport => {
  it('sees and changes nothing of the other by commands, buttons, menus, forms, type-ahead and Home', async () => {
    const { test, leeds, oslo } = await meet({ transport });
    const direct = leeds.people.member.inDirectMessages();
    const before = await everythingOf(test, oslo);
    test.slack.clearRequests();
    await leeds.member.openHome();
    await leeds.member.type('/next');
    await leeds.member.press('Done');
    await leeds.member.type('/track list');
    await leeds.member.type('/settings show');
    await leeds.member.press('Change time zone');
    await leeds.member.typeahead('value', 'lisb');
    await leeds.member.submit({ value: 'Europe/Lisbon' });
    await leeds.member.type('/start');
    await leeds.member.typeahead('topic', 'safety');
    await leeds.organiser.type('/settings community-zone Europe/Lisbon');
    await leeds.organiser.type(`/schedule pause ${leeds.schedule}`);
    await direct.type('/progress');
    await leeds.member.type('/quiz testing');
    expect(await everythingOf(test, oslo)).toEqual(before);
    expect(tokensUsed(test)).toEqual([leeds.workspace.botToken]);
    expect(textOf(await oslo.member.type('/settings show'))).not.toContain('Lisbon');
    expect(textOf(await oslo.organiser.type('/schedule list'))).not.toContain('Paused');
    // Who never opened their Home there has none, whatever they do.
    await oslo.member.type('/done what-is-safety');
    expect(test.slack.homeOf(oslo.people.member)).toBeUndefined();
    expect(textOf(await oslo.member.openHome())).not.toContain('Lisbon');
    expect(textOf(await leeds.member.openHome())).toContain('Your plan');
    expect(logged(test, WARN)).toEqual([]);
  });

  it('gets its own digests and direct messages, each in its own direct channel', async () => {
    const { test, leeds, oslo } = await meet({ transport });
    for (const { member } of [leeds, oslo]) await member.type('/settings messages weekly');
    for (const { organiser } of [leeds, oslo]) await organiser.type('/schedule set digest send:direct');
    await oslo.member.type('/track select research');
    for (const week of ['2026-11-24T12:00:00Z', '2026-12-01T12:00:00Z', '2026-12-08T12:00:00Z']) {
      await test.liveUntil(week);
      for (const { member } of [leeds, oslo]) await member.type('/done what-is-safety');
    }
    for (const { channel, people } of [leeds, oslo]) {
      expect(test.slack.messages(channel)).toHaveLength(3);
      expect(test.slack.directMessages(people.member)).toHaveLength(2);
    }
    const [first, second] = [leeds, oslo].map(({ people }) => JSON.stringify(test.slack.directMessages(people.member)));
    expect(first).not.toContain('research');
    expect(second).not.toBe(first);
    // Nobody was looked for where the other is.
    const refused = test.slack.requests.filter(({ answer }) => (answer as { ok?: boolean } | undefined)?.ok === false);
    expect(refused).toEqual([]);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('is not held up by the other, which was removed, and rests', async () => {
    const { test, leeds, oslo } = await meet({ transport });
    await leeds.member.openHome();
    const token = leeds.workspace.botToken;
    await leeds.workspace.uninstall();
    await test.slack.until(() => test.platform.isIdle());
    const before = await rowsOf(test.db, leeds.teamId);
    test.slack.clearRequests();
    await test.liveUntil('2026-11-30T12:00:00Z');
    expect(test.slack.messages(leeds.channel)).toEqual([]);
    expect(test.slack.messages(oslo.channel)).toHaveLength(2);
    expect(tokensUsed(test)).not.toContain(token);
    expect(await rowsOf(test.db, leeds.teamId)).toBe(before);
    // Somebody’s client still shows the old buttons, and the seat itself would refuse.
    const answer = await press(oslo.member, 'next/show/', undefined, { team: { id: leeds.teamId } });
    expect(textOf(answer)).toContain('Milepost has no access to this workspace any more');
    expect(textOf(await oslo.member.type('/next'))).toContain('What is next');
    expect(logged(test, ERROR)).toEqual([]);
  });
});

describeOnBothDatabases('what belongs to one workspace, sent in the other by the same person,', open => {
  it('opens none of its schedules', async () => {
    const { test, leeds, oslo } = await meet({ db: await open() });
    const before = await everythingOf(test, oslo);
    for (const action of ['pause', 'resume', 'preview', 'run', 'remove', 'removed']) {
      const answer = await press(leeds.organiser, `schedule/${action}/${oslo.schedule}`);
      expectToldPrivately(answer, action);
      expect(textOf(answer)).toContain(`There is no schedule “${oslo.schedule}” here`);
    }
    for (const sub of ['pause', 'resume', 'preview', 'run', 'refresh', 'remove'])
      expect(textOf(await leeds.organiser.type(`/schedule ${sub} ${oslo.schedule}`))).toContain('There is no schedule');
    const second = textOf(await leeds.organiser.type('/schedule set leaderboard'));
    const form = await leeds.organiser.type('/start');
    const [field] = form.type === 'modal' ? form.view.blocks : [];
    if (field?.element) field.element.action_id = '?schedule/run/schedule';
    const offered = await leeds.organiser.typeahead('topic', '', form);
    expect(offered.map(({ value }) => value)).toEqual([leeds.schedule, /Schedule (\d+)/.exec(second)?.[1]]);
    expect(await everythingOf(test, oslo)).toEqual(before);
    expect(logged(test, WARN)).toEqual([]);
  });

  it('reaches nobody there by the address of an answer, the number of a window or what a window holds', async () => {
    const { test, leeds, oslo } = await meet({ db: await open() });
    const { slack } = test;
    await oslo.member.type('/next');
    const opened = await oslo.member.type('/start');
    if (opened.type !== 'modal') throw new Error('no form');
    const theirs = opened.view;
    const before = await everythingOf(test, oslo);
    const stolen = (view: StoredView): void => {
      view.private_metadata = theirs.private_metadata;
    };
    const answer = await submitForm(leeds.member, 'settings/form/zone', { value: 'Europe/Lisbon' }, stolen);
    expectToldPrivately(answer);
    expect(answer).toMatchObject({ message: { teamId: leeds.teamId } });
    for (const over of [
      {
        view: {
          id: theirs.id,
          type: 'modal',
          callback_id: theirs.callback_id,
          private_metadata: theirs.private_metadata,
        },
      },
      { view: { id: theirs.id, type: 'home' } },
      { container: { type: 'view', view_id: theirs.id } },
      {
        container: { type: 'message', message_ts: slack.ephemerals(oslo.people.member).at(-1)?.ts, is_ephemeral: true },
      },
    ])
      await press(leeds.member, 'done/done/what-is-safety', undefined, { ...over, response_url: undefined });
    expect(await everythingOf(test, oslo)).toEqual(before);
    expect(textOf(await leeds.member.type('/settings show'))).toContain('Lisbon');
    expect(logged(test, ERROR)).toEqual([]);
    // And what was open there can still be sent off.
    theirs.closed = false;
    await oslo.member.typeahead('topic', 'safety', opened);
    expect(textOf(await oslo.member.type('/next'))).toContain('What is next');
  });

  it('opens no form that was kept there', async () => {
    const { test, leeds, oslo } = await meet({ db: await open() });
    test.slack.misbehave.api({ method: 'views.open', times: 1 }, { error: 'expired_trigger_id' });
    const late = await oslo.organiser.type('/settings zone');
    const again = /~again\/[\w-]+/.exec(JSON.stringify(late))?.[0] ?? 'none';
    const before = await everythingOf(test, oslo);
    expect(textOf(await press(leeds.organiser, again))).toContain('not kept any more');
    expect(await everythingOf(test, oslo)).toEqual(before);
    expect(await oslo.organiser.press('Open the form', late)).toMatchObject({ type: 'modal' });
    expect(logged(test, ERROR)).toEqual([]);
  });

  it('changes nothing there by a team, an organisation or a right that the payload claims', async () => {
    const { test, leeds, oslo } = await meet({ db: await open() });
    const before = await everythingOf(test, oslo);
    const mine = await rowsOf(test.db, leeds.teamId);
    const claims: Record<string, unknown>[] = [
      { user: { id: SAME.member, team_id: oslo.teamId, is_admin: true, is_owner: true, is_primary_owner: true } },
      { user: { id: SAME.member, team_id: leeds.teamId, enterprise_user: { is_admin: true } }, is_admin: true },
      { user: { id: SAME.member, name: 'Organiser of AI Safety Leeds' }, is_enterprise_install: true },
      { enterprise: { id: 'E0OTHER' }, is_enterprise_install: 'true' },
      { message: { ts: '1.1', team: oslo.teamId, user: SAME.organiser }, user_id: SAME.organiser, is_owner: true },
      { authorizations: [{ team_id: oslo.teamId }], team_id: oslo.teamId },
      { channel: { id: SAME.channel, team_id: oslo.teamId, creator: SAME.member } },
    ];
    for (const claim of claims) {
      const answer = await press(leeds.member, `schedule/removed/${leeds.schedule}`, undefined, claim);
      expectToldPrivately(answer, JSON.stringify(claim));
      expect(textOf(answer), JSON.stringify(claim)).toMatch(/for organisers|Only organisers/);
    }
    for (const type of ['app_uninstalled', 'tokens_revoked']) {
      const event = { type, tokens: { bot: [oslo.workspace.botUserId] } };
      const authorizations = [{ team_id: oslo.teamId, is_enterprise_install: false }];
      const about = { event, event_id: `Ev0${type}`, event_time: 1_795_000_000, team_id: oslo.teamId };
      await leeds.member.sendRaw('interactive', { type: 'event_callback', ...about, authorizations });
    }
    expect(await rowsOf(test.db, leeds.teamId)).toBe(mine);
    // A removal is believed only where Slack takes the token no more.
    expect(await everythingOf(test, oslo)).toEqual(before);
    expect(textOf(await oslo.member.type('/next'))).toContain('What is next');
    expect(logged(test, WARN)).toEqual([]);
  });
});

describeOnBothDatabases('a member who manages nothing', open => {
  it('may do no more because the same id manages another workspace', async () => {
    const { test, leeds, oslo } = await meet({ db: await open() });
    for (const [mine, theirs, id] of [
      [leeds, oslo, 'U0BOSSLEEDS'],
      [oslo, leeds, 'U0BOSSOSLO'],
    ] as const) {
      const boss = mine.workspace.user('Boss', { id, admin: true }).in(mine.channel);
      const guest = theirs.workspace.user('Guest', { id }).in(theirs.channel);
      expect(textOf(await boss.type('/schedule list'))).toContain('Schedule');
      expect(textOf(await guest.type('/schedule list'))).toMatch(/for organisers/);
      expect(textOf(await press(guest, `schedule/removed/${theirs.schedule}`))).toMatch(/for organisers/);
      expect(textOf(await boss.type('/schedule list'))).toContain('Schedule');
    }
    expect(logged(test, WARN)).toEqual([]);
  });

  it('changes nothing for the community, whatever they send', async () => {
    const test = await startBot({ db: await open() });
    const { member, organiser, schedule, teamId } = await settle(test.workspace);
    const before = await rowsOf(test.db, teamId);
    const forged = [
      ...['set digest', 'list', 'pause', 'resume', 'preview', 'run', 'refresh', 'remove', ''].map(
        sub => () =>
          member.type(`/schedule ${sub} ${sub === '' || sub === 'list' || sub === 'set digest' ? '' : schedule}`),
      ),
      ...['pause', 'resume', 'preview', 'run', 'remove', 'removed', 'list'].map(
        action => () => press(member, encodeAction('schedule', action, schedule)),
      ),
      () => member.type('/settings community-zone Europe/Oslo'),
      () => member.type('/settings community-points off'),
      () => press(member, 'settings/set/community-points:off'),
      () => press(member, 'settings/form/community-zone'),
      () => submitForm(member, 'settings/form/community-zone', { value: 'Europe/Oslo' }),
      () => submitForm(member, 'schedule/options/set', { kind: 'digest', channel: member.channelId }),
      () => submitForm(member, 'schedule/options/run', { schedule }),
      ...[{ is_admin: 'true' }, { user_is_admin: true }, { user_role: 'admin' }, { user_name: 'Organiser' }].map(
        claim => () => member.sendRaw('slash_commands', { command: '/schedule', text: `remove ${schedule}`, ...claim }),
      ),
    ];
    for (const send of forged) {
      const answer = await send();
      const said = answer.type === 'modal' ? JSON.stringify(answer.errors) : textOf(answer);
      expectToldPrivately(answer);
      expect(said, String(send)).toMatch(/for organisers|Only organisers/);
    }
    expect(await rowsOf(test.db, teamId)).toBe(before);
    expect(logged(test, WARN)).toEqual([]);
    expect(textOf(await organiser.type('/schedule list'))).toContain('Monday');
  });
});

describe.each(['socket', 'http'] as const)(
  'an organisation that installs Milepost for all its workspaces, over %s,',
  transport => {
    it('has them apart, though people have one id in all of them', async () => {
      const test = await startBot({ transport, many: true });
      const { slack } = test;
      const workspaces = ['North', 'South'].map(name =>
        slack.addWorkspace({ name, enterpriseId: 'E0ORG', installed: false }),
      );
      const [northern, southern] = workspaces;
      if (!northern || !southern) throw new Error('no workspaces');
      await install(test, { workspace: northern, orgWide: true });
      const north = await settle(northern, { member: 'U0SAMEMEMBER', channel: 'C0NORTH01' });
      const south = await settle(southern, { member: 'U0SAMEMEMBER', channel: 'C0SOUTH01' });
      const before = await rowsOf(test.db, north.teamId);
      await south.member.type('/track select research');
      await south.member.type('/next');
      await south.organiser.type(`/schedule pause ${south.schedule}`);
      expect(textOf(await south.organiser.type(`/schedule remove ${north.schedule}`))).toContain(
        'There is no schedule',
      );
      expectToldPrivately(await press(south.organiser, `schedule/removed/${north.schedule}`));
      // Who manages the one manages nothing in the other.
      const visiting = northern.user('Organiser of South', { id: south.organiser.id }).in(north.channel);
      expect(textOf(await visiting.type(`/schedule remove ${north.schedule}`))).toMatch(/for organisers/);
      expect(
        (await rowsOf(test.db, north.teamId)).split('\n').filter(row => !row.includes(south.organiser.id)),
      ).toEqual(before.split('\n'));
      expect(textOf(await north.member.type('/track show'))).toContain('Engineering');
      await test.liveUntil('2026-11-30T12:00:00Z');
      expect(slack.messages(north.channel)).toHaveLength(2);
      expect(slack.messages(south.channel)).toEqual([]);
      expect(logged(test, ERROR)).toEqual([]);
    });
  },
);
