import { describe, expect, it } from 'vitest';
import { encodeLinkId } from '../../src/slack/action-id.ts';
import { encodeTeam, markBlocks } from '../../src/slack/origin.ts';
import { receive } from '../../src/slack/receive.ts';

const names = { readSlash: () => '/help' };
const [HERE, FIRST, HOME_OF_FAYE, ORG] = ['T00000HERE', 'T0000FIRST', 'T00000FAYE', 'E000000ORG'];
const URL = 'https://hooks.slack.com/actions/T00000HERE/1/secret';

type Json = Record<string, unknown>;
const press = (more: Json = {}): Json => ({
  type: 'block_actions',
  team: { id: HERE, domain: 'here' },
  user: { id: 'U1', team_id: HOME_OF_FAYE },
  actions: [{ action_id: 'done/done/x' }],
  ...more,
});
/** As Slack sends it where the whole organisation installed the app. */
const orgWide = (more: Json = {}): Json =>
  press({ team: null, enterprise: { id: ORG }, is_enterprise_install: true, ...more });
const view = (more: Json = {}): Json => ({ id: 'V1', type: 'home', app_installed_team_id: FIRST, ...more });
const ofHere = { private_metadata: encodeTeam(HERE) };
const form = (team: string, more: Json): Json => ({
  ...press({ team: { id: team } }),
  type: 'view_submission',
  view: view({ type: 'modal', callback_id: 'track/options/select', ...more }),
});
const placeIn = (payload: Json) => {
  const got = receive(payload, names);
  return got.type === 'interaction' ? got.place : got;
};

/** Of a private message Slack says no more than which block it was. */
const markedPress = (): Json => ({
  actions: markBlocks([{ type: 'button', action_id: 'done/done/x' }], HERE),
});

describe('the workspace in which something was done', () => {
  it.each([
    ['in Home, of an organisation where Milepost was installed elsewhere first', press({ view: view(ofHere) })],
    ['in a Home that does not say whose it is', press({ view: view() })],
    ['in Home, installed by the whole organisation', orgWide({ view: view(ofHere) })],
    [
      'in Home, where the organisation stands for it',
      orgWide({ view: view({ ...ofHere, app_installed_team_id: ORG }) }),
    ],
    ['in a window', orgWide({ view: view({ ...ofHere, type: 'modal' }) })],
    [
      'in a view that says another than the payload',
      press({ view: view({ private_metadata: encodeTeam('T0OTHER') }) }),
    ],
    ['in a view whose note is none of ours', press({ view: view({ private_metadata: '{"teamId":["T0OTHER"]}' }) })],
    ['on a message', press()],
    ['on a message, installed by the whole organisation', orgWide({ message: { ts: '1.2', team: HERE } })],
    ['on a private message, installed by the whole organisation', orgWide(markedPress())],
    ['by a form in a channel that two companies share', form(HOME_OF_FAYE, { app_installed_team_id: HERE })],
    ['by a form that says whose it is', form(HOME_OF_FAYE, { ...ofHere, app_installed_team_id: HERE })],
  ])('is the one where it was shown: %s', (_, payload) => {
    expect(placeIn(payload)).toMatchObject({ teamId: HERE, userId: 'U1' });
  });

  it('has its name where that is its own', () => {
    expect(placeIn(press())).toMatchObject({ teamDomain: 'here' });
    expect(placeIn(form(HOME_OF_FAYE, { app_installed_team_id: HERE }))).not.toHaveProperty('teamDomain');
  });

  it('is the person’s own where nothing else is said and it was installed in one workspace', () => {
    expect(placeIn(press({ team: null }))).toMatchObject({ teamId: HOME_OF_FAYE });
  });

  it('is not asked for where a link was opened', () => {
    const actions = [{ type: 'button', action_id: encodeLinkId(1) }];
    expect(receive(orgWide({ actions, response_url: URL }), names).type).toBe('ignored');
  });

  it.each([
    ['the person’s own, who may be in another', orgWide({ response_url: URL })],
    ['an organisation', orgWide({ message: { ts: '1.2', team: ORG }, response_url: URL })],
  ])('is never guessed: %s', (_, payload) => {
    expect(receive(payload, names)).toEqual({ type: 'nowhere', responseUrl: URL });
  });

  it.each([
    ['nobody’s', press({ team: null, user: { id: 'U1' }, response_url: URL })],
    ['that of an organisation', press({ team: { id: ORG }, user: { id: 'U1', team_id: ORG }, response_url: URL })],
  ])('is needed: %s', (_, payload) => {
    expect(receive(payload, names)).toMatchObject({ type: 'unknown', reason: 'a payload of no workspace' });
  });
});
