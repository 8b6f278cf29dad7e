// The playground behind its web page: demo members, their messages, and a clock that can be moved.
import { EventEmitter } from 'node:events';
import type { App } from '../app.ts';
import { inZone, toDate } from '../calendar/dates.ts';
import { plural } from '../cards/topic.ts';
import type { Curriculum } from '../curriculum/curriculum.ts';
import type { Scheduler } from '../delivery/scheduler.ts';
import { advance } from '../delivery/scheduler.ts';
import { UserError } from '../errors.ts';
import { learnerOf } from '../learner.ts';
import { countDone } from '../learning/progress.ts';
import type { Target } from '../platform.ts';
import { clearDatabase } from '../storage/clear.ts';
import { findOrCreateCommunity } from '../storage/communities.ts';
import type { Db } from '../storage/database.ts';
import { installationFact, setInstallationFact } from '../storage/installation.ts';
import { type Member, memberByExternalId } from '../storage/members.ts';
import { setLastTick } from '../storage/outages.ts';
import {
  appendWebMessage,
  findWebMessage,
  type Place,
  replaceWebMessage,
  type WebMessage,
  webMessagesOf,
} from '../storage/web-messages.ts';
import type { MessageStore } from '../web/platform.ts';
import type { Delivered, Playground, StoredMessage } from '../web/playground.ts';
import type { MovableClock } from './clock.ts';
import { DEMO_CHANNELS, DEMO_COMMUNITY, DEMO_ZONE, PERSONAS, seedDemo } from './demo.ts';
import { payloads } from './payload.ts';

const BOT = 'Milepost';
/** The fact that says the demo was made in full. */
const FILLED = 'demoFilledAt';
/** How many weeks of digests lie in the demo's past. */
const WEEKS_BEFORE = 2;

export type PlaygroundDeps = {
  db: Db;
  clock: MovableClock;
  curriculum: () => Curriculum;
  app: () => App;
  scheduler: () => Scheduler;
};

const placeOf = (target: Target): Place => {
  if ('memberId' in target) return `member:${target.memberId}`;
  if (DEMO_CHANNELS.some(channel => channel.name === target.channelId)) return `channel:${target.channelId}`;
  const known = DEMO_CHANNELS.map(channel => `#${channel.name}`).join(', ');
  throw new UserError('no_channel', `There is no channel #${target.channelId} in the playground. It has ${known}.`);
};

/** A public reply is kept as `sender|command`; a delivery has the bot for its sender. */
const toStored = ({ id, sender, message, at }: WebMessage): StoredMessage => {
  const [from = BOT, command] = sender.split('|');
  return { id, at, from, message, ...(command !== undefined && { command }) };
};

const LABELS: Record<string, string> = { leaderboard: 'weekly leaderboard', digest: 'weekly digest', nudge: 'nudge' };

/** `weekly digest`, or for direct messages `digests in Tokyo`: short, as it stands in the clock bar. */
const labelOf = ({ what, zone }: { what: string; zone?: string }): string =>
  zone === undefined
    ? (LABELS[what] ?? what)
    : `digests in ${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')}`;

/** The playground and its message store; call `fill` once before it is used. */
export const createPlayground = ({
  db,
  clock,
  curriculum,
  app,
  scheduler,
}: PlaygroundDeps): { playground: Playground; store: MessageStore; fill(): Promise<void> } => {
  const changes = new EventEmitter().setMaxListeners(0);
  const changed = () => changes.emit('change');

  const store: MessageStore = {
    async append(target, message, key) {
      const id = await appendWebMessage(db, placeOf(target), { key, sender: BOT, message, at: clock.now() });
      changed();
      return id;
    },
    findByKey: (target, key) => findWebMessage(db, placeOf(target), key),
    async replace(id, message) {
      await replaceWebMessage(db, id, message);
      changed();
    },
  };

  const moveTo = async (to: Date): Promise<Delivered[]> => {
    const settled = await advance(scheduler(), clock.now(), to, at => clock.set(at));
    // The demo lived through this time, due moments or not: it is no outage.
    await setLastTick(db, clock.now());
    changed();
    // Several are under way at once, and a later one may end first.
    return settled
      .filter(({ state }) => state === 'sent')
      .toSorted((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ at, kind, to: recipient, text }) => ({ at, kind, to: recipient, text: text ?? '' }));
  };

  /** Makes the demo community as of two weeks ago and lives through the weeks since. */
  const fill = async (): Promise<void> => {
    if (await installationFact(db, FILLED)) return;
    await clearDatabase(db);
    const now = new Date();
    // In wall time, so that a change of clocks leaves no post out.
    const begin = toDate(inZone(now, DEMO_ZONE).subtract({ weeks: WEEKS_BEFORE }));
    await clock.set(begin);
    for (const deed of await seedDemo(db, curriculum(), begin, now)) {
      if (deed.at > clock.now()) await moveTo(deed.at);
      await deed.run();
    }
    await moveTo(now);
    // Last: a demo whose making was broken off is made again from the start.
    await setInstallationFact(db, FILLED, now.toISOString());
  };

  const aboutOf = async (member: Member): Promise<string> => {
    if (!member.track) return 'new here, no track yet';
    const learner = await learnerOf(db, curriculum(), member);
    const roles = member.roles.map(role => curriculum().roles.get(role)?.title ?? role);
    return [member.track, ...roles, `${plural(countDone(learner.topics, learner.done).done, 'topic')} done`].join(', ');
  };

  const playable = PERSONAS.filter(persona => persona.playable);

  const playground: Playground = {
    async members() {
      const community = await findOrCreateCommunity(db, DEMO_COMMUNITY, clock.now());
      return Promise.all(
        playable.map(async ({ id, name, organiser = false }) => {
          const member = await memberByExternalId(db, community.id, id);
          return { id, name, organiser, about: member ? await aboutOf(member) : 'new here' };
        }),
      );
    },
    channels: async () => DEMO_CHANNELS,
    async callerOf(memberId, channel) {
      const persona = playable.find(({ id }) => id === memberId);
      if (!persona) return undefined;
      return {
        platform: DEMO_COMMUNITY.platform,
        communityId: DEMO_COMMUNITY.externalId,
        communityName: DEMO_COMMUNITY.name,
        memberId,
        name: persona.name,
        organiser: persona.organiser ?? false,
        zone: persona.zone,
        ...(channel !== undefined && { channelId: channel }),
      };
    },
    async handle(interaction) {
      const reply = await app().handle(interaction);
      changed();
      return reply;
    },
    complete: (caller, text) => app().complete(caller, text),
    channelMessages: async name => (await webMessagesOf(db, `channel:${name}`)).map(toStored),
    directMessages: async memberId => (await webMessagesOf(db, `member:${memberId}`)).map(toStored),
    async postPublic(channel, from, command, message) {
      const at = clock.now();
      const key = `reply:${at.toISOString()}:${Math.random()}`;
      await appendWebMessage(db, `channel:${channel}`, { key, sender: `${from}|${command}`, message, at });
      changed();
    },
    replaceMessage: (id, message) => store.replace(id, message),
    payloads,
    now: () => clock.now(),
    async nextDue() {
      const next = await scheduler().nextDue();
      return next && { at: next.at, what: labelOf(next) };
    },
    moveClock: moveTo,
    async reset() {
      await clearDatabase(db);
      await fill();
      changed();
    },
    subscribe(onChange) {
      changes.on('change', onChange);
      return () => changes.off('change', onChange);
    },
  };
  return { playground, store, fill };
};
