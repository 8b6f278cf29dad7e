// Every table, once, for both databases.
import type { Message } from '../message.ts';
import type { Columns } from './columns.ts';

export type DeliveryState =
  | 'pending'
  | 'sending'
  | 'sent'
  | 'retrying'
  | 'unconfirmed'
  | 'failed'
  | 'missed'
  | 'cancelled';

export const defineTables = (c: Columns) => {
  /** A Discord guild, a Slack workspace, or the playground. */
  const communities = c.table(
    'communities',
    {
      id: c.serial('id'),
      platform: c.text('platform').notNull(),
      /** The platform's own id. Ids of platforms are text: snowflakes do not fit a number. */
      externalId: c.text('external_id').notNull(),
      name: c.text('name').notNull(),
      zone: c.text('zone').notNull(),
      pointsOn: c.boolean('points_on').notNull().default(true),
      createdAt: c.instant('created_at').notNull(),
      /** Since when Milepost is no longer there: nothing is planned or sent, and nothing is deleted. */
      leftAt: c.instant('left_at'),
    },
    t => [c.unique('communities_external').on(t.platform, t.externalId)],
  );

  const members = c.table(
    'members',
    {
      id: c.serial('id'),
      communityId: c
        .integer('community_id')
        .notNull()
        .references(() => communities.id),
      externalId: c.text('external_id').notNull(),
      name: c.text('name').notNull(),
      /** Null until a track is picked: then nothing is sent. */
      track: c.text('track'),
      weeklyHours: c.integer('weekly_hours').notNull(),
      zone: c.text('zone').notNull(),
      /** False while `zone` is only the community's or the platform's guess. */
      zoneChosen: c.boolean('zone_chosen').notNull().default(false),
      /** `weekly`, `fortnightly` or `off`. */
      directMessages: c.text('direct_messages').notNull(),
      /** Whether the name may stand on leaderboards; null until asked. */
      listed: c.boolean('listed'),
      pointsOn: c.boolean('points_on').notNull().default(true),
      /** The onboarding step that comes next; null when finished or never begun. */
      onboardingStep: c.text('onboarding_step'),
      onboardedAt: c.instant('onboarded_at'),
      /** Messages rest while this lies in the future. */
      pausedUntil: c.instant('paused_until'),
      pausedReason: c.text('paused_reason'),
      /** Set when the platform refused a direct message; told at the next command. */
      directMessagesClosedAt: c.instant('direct_messages_closed_at'),
      /** Nudges since the member was last active. */
      nudges: c.integer('nudges').notNull().default(0),
      lastActiveAt: c.instant('last_active_at').notNull(),
      joinedAt: c.instant('joined_at').notNull(),
    },
    t => [
      c.unique('members_external').on(t.communityId, t.externalId),
      c.index('members_by_zone').on(t.communityId, t.zone, t.id),
      // For one person in all their communities.
      c.index('members_by_person').on(t.externalId),
    ],
  );
  const ofMember = () =>
    c
      .integer('member_id')
      .notNull()
      .references(() => members.id, { onDelete: 'cascade' });

  const memberRoles = c.table(
    'member_roles',
    {
      memberId: ofMember(),
      role: c.text('role').notNull(),
    },
    t => [c.primaryKey({ columns: [t.memberId, t.role] })],
  );

  /** Times in which a member's messages and streak rested. */
  const memberPauses = c.table(
    'member_pauses',
    {
      memberId: ofMember(),
      fromAt: c.instant('from_at').notNull(),
      untilAt: c.instant('until_at').notNull(),
    },
    t => [c.primaryKey({ columns: [t.memberId, t.fromAt] })],
  );

  /** Where each member stands with each topic now; the ledger says how they came there. */
  const topicProgress = c.table(
    'topic_progress',
    {
      memberId: ofMember(),
      topicId: c.text('topic_id').notNull(),
      /** `started`, `done`, `skipped`, or `none` after an undo. */
      state: c.text('state').notNull(),
      /** What the topic's last change was worth: taken back by an undo. */
      points: c.integer('points').notNull(),
      startedAt: c.instant('started_at'),
      changedAt: c.instant('changed_at').notNull(),
      /** The change that set this state: what else belongs to it happens only if it did. */
      changeId: c.text('change_id').notNull(),
    },
    t => [c.primaryKey({ columns: [t.memberId, t.topicId] })],
  );

  /** Append-only: everything that was ever done, with its points. */
  const progressEvents = c.table(
    'progress_events',
    {
      memberId: ofMember(),
      changeId: c.text('change_id').notNull(),
      topicId: c.text('topic_id').notNull(),
      /** `started`, `done`, `skipped`, `undone` or `quiz`. */
      kind: c.text('kind').notNull(),
      points: c.integer('points').notNull(),
      at: c.instant('at').notNull(),
    },
    t => [
      c.primaryKey({ columns: [t.memberId, t.changeId, t.topicId] }),
      c.index('progress_events_by_time').on(t.memberId, t.at),
    ],
  );

  /** The answers of a quiz under way, and whether it was passed once. */
  const quizzes = c.table(
    'quizzes',
    {
      memberId: ofMember(),
      topicId: c.text('topic_id').notNull(),
      attempt: c.integer('attempt').notNull(),
      /** Chosen option of each question so far. */
      answers: c.json('answers').$type<number[]>().notNull(),
      passedAt: c.instant('passed_at'),
      changedAt: c.instant('changed_at').notNull(),
      changeId: c.text('change_id').notNull(),
    },
    t => [c.primaryKey({ columns: [t.memberId, t.topicId] })],
  );

  /** Points of a member on a board (`all/*`, `2026-W47/track:research`, ...). Kept with the ledger, can be rebuilt from it. */
  const standings = c.table(
    'standings',
    {
      communityId: c.integer('community_id').notNull(),
      board: c.text('board').notNull(),
      memberId: ofMember(),
      points: c.integer('points').notNull(),
    },
    t => [
      c.primaryKey({ columns: [t.memberId, t.board] }),
      c.index('standings_by_points').on(t.communityId, t.board, t.points, t.memberId),
    ],
  );

  /** How many members have how many points on a board: a place is a sum over a few hundred rows, not over all members. */
  const standingCounts = c.table(
    'standing_counts',
    {
      communityId: c.integer('community_id').notNull(),
      board: c.text('board').notNull(),
      points: c.integer('points').notNull(),
      members: c.integer('members').notNull(),
    },
    t => [c.primaryKey({ columns: [t.communityId, t.board, t.points] })],
  );

  const schedules = c.table(
    'schedules',
    {
      id: c.serial('id'),
      communityId: c
        .integer('community_id')
        .notNull()
        .references(() => communities.id),
      /** `digest` or `leaderboard`. */
      kind: c.text('kind').notNull(),
      /** The platform's channel id; null where it goes to direct messages only. */
      channelId: c.text('channel_id'),
      /** Whether members get their personal digest at the same local time. */
      direct: c.boolean('direct').notNull(),
      /** Five fields, minute first; read as wall time in `zone`. */
      cron: c.text('cron').notNull(),
      zone: c.text('zone').notNull(),
      tracks: c.json('tracks').$type<string[]>().notNull(),
      topicsPerWeek: c.integer('topics_per_week').notNull(),
      /** Whether a discussion thread is opened under each of its channel posts. */
      thread: c.boolean('thread').notNull().default(false),
      /** Local date: the week that holds it is week 1 of the series. */
      startsOn: c.text('starts_on').notNull(),
      pausedAt: c.instant('paused_at'),
      pausedReason: c.text('paused_reason'),
      removedAt: c.instant('removed_at'),
      createdBy: c.text('created_by').notNull(),
      createdAt: c.instant('created_at').notNull(),
    },
    t => [c.index('schedules_by_community').on(t.communityId)],
  );

  /** When a schedule runs next, for its channel and for each zone its members live in. */
  const scheduleRuns = c.table(
    'schedule_runs',
    {
      scheduleId: c
        .integer('schedule_id')
        .notNull()
        .references(() => schedules.id),
      /** `channel`, or `zone:Europe/Berlin`. */
      target: c.text('target').notNull(),
      nextSlot: c.text('next_slot').notNull(),
      nextRunAt: c.instant('next_run_at').notNull(),
    },
    t => [c.primaryKey({ columns: [t.scheduleId, t.target] }), c.index('schedule_runs_due').on(t.nextRunAt)],
  );

  /** The outbox: one row for each message that was ever intended, with its fate. */
  const deliveries = c.table(
    'deliveries',
    {
      /** `kind:recipient:slot`: what makes planning twice harmless. */
      key: c.text('key').primaryKey(),
      kind: c.text('kind').notNull(),
      communityId: c.integer('community_id').notNull(),
      scheduleId: c.integer('schedule_id'),
      memberId: c.integer('member_id'),
      channelId: c.text('channel_id'),
      /** The scheduled local time, `2026-11-23T09:00`. */
      slot: c.text('slot').notNull(),
      dueAt: c.instant('due_at').notNull(),
      state: c.text('state').$type<DeliveryState>().notNull(),
      attempts: c.integer('attempts').notNull(),
      notBefore: c.instant('not_before').notNull(),
      claimedBy: c.text('claimed_by'),
      leaseUntil: c.instant('lease_until'),
      firstSentAt: c.instant('first_sent_at'),
      settledAt: c.instant('settled_at'),
      messageId: c.text('message_id'),
      /** Why it was late, missed, cancelled, failed or is unconfirmed, for an organiser to read. */
      reason: c.text('reason'),
    },
    t => [
      // By community, so that a batch is taken from all that wait and not only from the largest.
      c.index('deliveries_open').on(t.state, t.communityId, t.notBefore),
      c.index('deliveries_by_member').on(t.memberId, t.dueAt),
    ],
  );

  /** The direct message channel of a person, as the platform named it once: asking again costs a request. */
  const directChannels = c.table(
    'direct_channels',
    {
      platform: c.text('platform').notNull(),
      /** The person's id on the platform: the channel is the same whichever community it is about. */
      memberExternalId: c.text('member_external_id').notNull(),
      channelId: c.text('channel_id').notNull(),
    },
    t => [c.primaryKey({ columns: [t.platform, t.memberExternalId] })],
  );

  /** Times in which Milepost itself was not running: they break no streak. */
  const outages = c.table('outages', {
    fromAt: c.instant('from_at').primaryKey(),
    untilAt: c.instant('until_at').notNull(),
  });

  /** Facts about this installation by name: the last tick, the playground's clock. */
  const installation = c.table('installation', {
    name: c.text('name').primaryKey(),
    value: c.text('value').notNull(),
  });

  /** What is worth keeping for minutes or hours only, by name: forms that were sent back, requests that may come once. */
  const keptValues = c.table(
    'kept_values',
    {
      name: c.text('name').primaryKey(),
      value: c.text('value').notNull(),
      expiresAt: c.instant('expires_at').notNull(),
    },
    t => [c.index('kept_values_by_expiry').on(t.expiresAt)],
  );

  /** Where Milepost was installed in Slack by OAuth: one workspace, or a whole organisation. Tokens are sealed. */
  const slackInstallations = c.table('slack_installations', {
    /** The workspace's id; the organisation's where Milepost was installed for all of its workspaces. */
    ownerId: c.text('owner_id').primaryKey(),
    isOrg: c.boolean('is_org').notNull(),
    /** The organisation; null for a workspace that belongs to none. */
    enterpriseId: c.text('enterprise_id'),
    name: c.text('name').notNull(),
    appId: c.text('app_id').notNull(),
    botUserId: c.text('bot_user_id').notNull(),
    scopes: c.json('scopes').$type<string[]>().notNull(),
    /** Null once it was removed. */
    botToken: c.text('bot_token'),
    /** Null where tokens do not rotate. */
    refreshToken: c.text('refresh_token'),
    tokenExpiresAt: c.instant('token_expires_at'),
    /** Counts up with each new pair of tokens: who refreshes must have read the newest. */
    tokenVersion: c.integer('token_version').notNull(),
    /** The Slack user who agreed to it. */
    installedBy: c.text('installed_by').notNull(),
    installedAt: c.instant('installed_at').notNull(),
    updatedAt: c.instant('updated_at').notNull(),
    removedAt: c.instant('removed_at'),
  });

  /** What the playground shows: it is its own chat platform, so its messages are kept here. */
  const webMessages = c.table(
    'web_messages',
    {
      id: c.serial('id'),
      /** `channel:general` or `member:ada`. */
      place: c.text('place').notNull(),
      /** The delivery's key, or a key of its own for a public reply. */
      key: c.text('key').notNull(),
      sender: c.text('sender').notNull(),
      message: c.json('message').$type<Message>().notNull(),
      at: c.instant('at').notNull(),
    },
    t => [c.unique('web_messages_key').on(t.place, t.key), c.index('web_messages_place').on(t.place, t.at)],
  );

  return {
    communities,
    members,
    memberRoles,
    memberPauses,
    topicProgress,
    progressEvents,
    quizzes,
    standings,
    standingCounts,
    schedules,
    scheduleRuns,
    deliveries,
    directChannels,
    outages,
    installation,
    keptValues,
    slackInstallations,
    webMessages,
  };
};
export type Tables = ReturnType<typeof defineTables>;
