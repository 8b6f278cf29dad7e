// auth.*, users.*, team.*, bots.*, files.*: who is who, and pictures.
import { refuse } from './api-error.ts';
import { type Call, isTrue, type Methods, openDirect, requireArg } from './call.ts';
import { isObject, type Json } from './form.ts';
import type { Interactions } from './interactions.ts';
import { createMessage } from './messages.ts';
import type { Person } from './world.ts';

/** Seconds that a zone is ahead of UTC at `at`. */
const offsetOf = (zone: string, at: Date): number => {
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(part => part.type === 'timeZoneName')?.value;
  const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(name ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60);
};

const userJson = ({ args, world }: Call, person: Person): Json => {
  const { id, teamId, name, tz, locale, isAdmin, isOwner, isBot, deleted } = person;
  const common = {
    id,
    team_id: teamId,
    name: name.toLowerCase(),
    deleted,
    is_bot: isBot,
    is_app_user: false,
    updated: 1_700_000_000,
  };
  const profile = {
    real_name: name,
    display_name: name,
    real_name_normalized: name,
    display_name_normalized: name,
    team: teamId,
  };
  if (deleted) return { ...common, profile };
  return {
    ...common,
    profile,
    real_name: name,
    tz,
    tz_label: tz,
    tz_offset: offsetOf(tz, world.now()),
    is_admin: isAdmin,
    is_owner: isOwner,
    is_primary_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    ...(isTrue(args.include_locale) && { locale }),
  };
};

const UPLOAD = ['files:write'];

export const teamMethods = (interactions: Interactions): Methods => ({
  'auth.test': {
    tier: 'none',
    run: ({ world, workspace, token }) => ({
      url: `https://${workspace.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.slack.com/`,
      team: workspace.name,
      user: 'milepost',
      team_id: workspace.id,
      user_id: workspace.botUserId,
      bot_id: workspace.botId,
      is_enterprise_install: token.enterpriseId !== undefined,
      ...(workspace.enterpriseId !== undefined && { enterprise_id: workspace.enterpriseId }),
      ...(token.expiresAt !== undefined && {
        expires_in: Math.max(0, Math.floor((token.expiresAt - world.now().getTime()) / 1000)),
      }),
    }),
  },
  'auth.revoke': {
    tier: 3,
    run: ({ args, token }) => {
      if (isTrue(args.test)) return { revoked: false };
      token.state = 'revoked';
      return { revoked: true };
    },
  },
  'auth.teams.list': {
    tier: 2,
    run: ({ args, world, workspace, token }) => {
      const { enterpriseId } = token;
      const all =
        enterpriseId === undefined
          ? [workspace]
          : [...world.workspaces.values()].filter(one => one.enterpriseId === enterpriseId && one.installed);
      const from = Number(args.cursor || 0);
      const to = from + Number(args.limit ?? 100);
      return {
        teams: all.slice(from, to).map(({ id, name }) => ({ id, name })),
        response_metadata: { next_cursor: to < all.length ? String(to) : '' },
      };
    },
  },
  'users.info': {
    tier: 4,
    scopes: ['users:read'],
    run: call => {
      const person = call.workspace.people.get(requireArg(call, 'user', 'user_not_found'));
      if (!person) return refuse('user_not_found');
      return { user: userJson(call, person) };
    },
  },
  'team.info': {
    tier: 3,
    scopes: ['team:read'],
    run: ({ workspace }) => ({
      team: {
        id: workspace.id,
        name: workspace.name,
        domain: workspace.name.toLowerCase(),
        enterprise_id: workspace.enterpriseId ?? '',
      },
    }),
  },
  'bots.info': {
    tier: 3,
    scopes: ['users:read'],
    run: ({ args, world, workspace }) => {
      if (args.bot !== undefined && args.bot !== workspace.botId) return refuse('bot_not_found');
      return {
        bot: {
          id: workspace.botId,
          app_id: world.app.id,
          user_id: workspace.botUserId,
          name: world.app.name,
          deleted: false,
        },
      };
    },
  },
  'files.getUploadURLExternal': {
    tier: 4,
    scopes: UPLOAD,
    run: call => {
      const { args, world, workspace } = call;
      const name = requireArg(call, 'filename');
      const length = Number(args.length);
      if (!Number.isInteger(length) || length < 1)
        refuse('invalid_arguments', {
          response_metadata: { messages: ['[ERROR] must be greater than 0 [json-pointer:/length]'] },
        });
      const id = world.nextId('F');
      const alt = args.alt_txt ?? args.alt_text;
      const altText = typeof alt === 'string' ? { altText: alt } : {};
      world.files.set(id, { id, teamId: workspace.id, name, length, completed: false, ...altText });
      return { upload_url: `${world.url}/upload/v1/${id}`, file_id: id };
    },
  },
  'files.completeUploadExternal': {
    tier: 4,
    scopes: UPLOAD,
    run: call => {
      const { args, world, workspace } = call;
      const files = Array.isArray(args.files) ? args.files.filter(isObject) : [];
      if (files.length === 0)
        refuse('invalid_arguments', { response_metadata: { messages: ['[ERROR] missing required field: files'] } });
      const done = files.map(({ id }) => {
        const file = world.files.get(String(id));
        if (!file?.data || file.teamId !== workspace.id) return refuse('file_not_found');
        file.completed = true;
        return file;
      });
      const { channel_id: channelId } = args;
      if (typeof channelId === 'string') {
        const channel = /^[UW]/.test(channelId) ? openDirect(call, channelId) : workspace.channels.get(channelId);
        if (!channel) return refuse('channel_not_found');
        if (!channel.memberIds.has(workspace.botUserId)) return refuse('not_in_channel');
        const body = { text: String(args.initial_comment ?? ''), thread_ts: args.thread_ts };
        const ids = done.map(({ id }) => id);
        interactions.posted(
          createMessage(world, { workspace, channel, userId: workspace.botUserId, body, files: ids }),
        );
      }
      const permalink = (id: string) => `${world.url}/files/${id}`;
      return {
        files: done.map(({ id, name }) => ({
          id,
          name,
          title: name,
          permalink: permalink(id),
          url_private: permalink(id),
        })),
      };
    },
  },
});
