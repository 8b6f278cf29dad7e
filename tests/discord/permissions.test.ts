import { OverwriteType, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import {
  effectivePermissions,
  inviteUrl,
  missing,
  type PermissionFacts,
  parsePermissions,
  permits,
  REQUIRED,
} from '../../src/discord/permissions.ts';

const GUILD = '100000000000000001';
const BOT = '200000000000000002';
const BOT_ROLE = '300000000000000003';
const MUTED_ROLE = '300000000000000004';
const OTHER_ROLE = '300000000000000005';

const POSTING = P.ViewChannel | P.SendMessages | P.ReadMessageHistory;
const role = (id: string, permissions: bigint) => ({ id, permissions: String(permissions) });
const overwrite = (id: string, type: OverwriteType, { allow = 0n, deny = 0n }) => ({
  id,
  type,
  allow: String(allow),
  deny: String(deny),
});

const facts = (given: {
  everyone?: bigint;
  bot?: bigint;
  owner?: string;
  overwrites?: PermissionFacts['overwrites'];
  inThread?: boolean;
}): PermissionFacts => ({
  guild: {
    id: GUILD,
    ownerId: given.owner ?? '900000000000000009',
    roles: [role(GUILD, given.everyone ?? 0n), role(BOT_ROLE, given.bot ?? 0n), role(OTHER_ROLE, P.ManageGuild)],
  },
  member: { id: BOT, roleIds: [BOT_ROLE, MUTED_ROLE] },
  overwrites: given.overwrites ?? [],
  ...(given.inThread && { inThread: true }),
});

describe('what Milepost may do in a channel', () => {
  it('is what @everyone and its own roles permit on the server, and nothing of other roles', () => {
    expect(effectivePermissions(facts({ everyone: P.ViewChannel, bot: P.SendMessages }))).toBe(
      P.ViewChannel | P.SendMessages,
    );
  });

  it('is everything for the owner, whatever the channel denies', () => {
    const denied = overwrite(BOT, OverwriteType.Member, { deny: POSTING });
    const all = effectivePermissions(facts({ owner: BOT, overwrites: [denied] }));
    expect(missing(all, POSTING | P.ManageGuild | P.AttachFiles)).toEqual([]);
  });

  it('is everything for an administrator, whatever the channel denies', () => {
    const denied = overwrite(GUILD, OverwriteType.Role, { deny: POSTING });
    const all = effectivePermissions(facts({ bot: P.Administrator, overwrites: [denied] }));
    expect(all & POSTING).toBe(POSTING);
  });

  it('a channel closed to @everyone is open to a role that the channel lets in', () => {
    const closed = overwrite(GUILD, OverwriteType.Role, { deny: P.ViewChannel });
    const letIn = overwrite(BOT_ROLE, OverwriteType.Role, { allow: P.ViewChannel });
    expect(effectivePermissions(facts({ everyone: POSTING, overwrites: [closed] }))).toBe(0n);
    // Discord lists overwrites in no order that means anything.
    for (const overwrites of [
      [closed, letIn],
      [letIn, closed],
    ]) {
      expect(effectivePermissions(facts({ everyone: POSTING, overwrites }))).toBe(POSTING);
    }
  });

  it('what one of its roles allows wins over what another one denies', () => {
    const overwrites = [
      overwrite(BOT_ROLE, OverwriteType.Role, { allow: P.SendMessages }),
      overwrite(MUTED_ROLE, OverwriteType.Role, { deny: P.SendMessages }),
    ];
    expect(effectivePermissions(facts({ everyone: POSTING, overwrites })) & P.SendMessages).toBe(P.SendMessages);
  });

  it('what the channel says of the member itself wins over its roles', () => {
    const overwrites = [
      overwrite(BOT, OverwriteType.Member, { deny: P.SendMessages }),
      overwrite(BOT_ROLE, OverwriteType.Role, { allow: P.SendMessages }),
    ];
    expect(missing(effectivePermissions(facts({ everyone: POSTING, overwrites })), POSTING)).toEqual(['Send Messages']);
  });

  it('overwrites for other roles, and for a member with the id of a role, mean nothing', () => {
    const overwrites = [
      overwrite(OTHER_ROLE, OverwriteType.Role, { deny: POSTING }),
      overwrite(BOT_ROLE, OverwriteType.Member, { deny: POSTING }),
      overwrite(BOT, OverwriteType.Role, { deny: POSTING }),
    ];
    expect(effectivePermissions(facts({ everyone: POSTING, overwrites }))).toBe(POSTING);
  });

  it('who cannot write cannot attach files either', () => {
    const wanted = REQUIRED.post | REQUIRED.pictures;
    const cannotWrite = facts({ everyone: P.ViewChannel | P.ReadMessageHistory | P.AttachFiles });
    expect(missing(effectivePermissions(cannotWrite), wanted)).toEqual(['Send Messages', 'Attach Files']);
  });

  it('in a thread writing is Send Messages in Threads, and Send Messages means nothing', () => {
    const everyone = P.ViewChannel | P.ReadMessageHistory | P.AttachFiles;
    const wanted = REQUIRED.postInThread | REQUIRED.pictures;
    const withThreads = facts({ everyone: everyone | P.SendMessagesInThreads, inThread: true });
    expect(missing(effectivePermissions(withThreads), wanted)).toEqual([]);
    const without = facts({ everyone: everyone | P.SendMessages, inThread: true });
    expect(missing(effectivePermissions(without), wanted)).toEqual(['Send Messages in Threads', 'Attach Files']);
  });

  it('permissions beyond 53 bits are counted exactly, and what is no number permits nothing', () => {
    expect(parsePermissions(String((1n << 60n) | 1n))).toBe((1n << 60n) | 1n);
    for (const odd of [undefined, null, 8, '', '-8', '0x8', '8n', 'x'.repeat(10), '9'.repeat(1000)])
      expect(parsePermissions(odd)).toBe(0n);
  });
});

describe('what is missing', () => {
  it('is named as Discord’s settings name it', () => {
    expect(missing(0n, REQUIRED.post)).toEqual(['View Channel', 'Send Messages', 'Read Message History']);
    expect(missing(REQUIRED.post, REQUIRED.post | REQUIRED.openThread)).toEqual([
      'Send Messages in Threads',
      'Create Public Threads',
    ]);
    expect(missing(0n, P.ManageGuild)).toEqual(['Manage Server']);
  });

  it('is never left out for want of a name', () => {
    expect(missing(0n, P.PinMessages | P.ViewChannel)).toEqual(['View Channel', 'PinMessages']);
  });

  it('is nothing for an administrator', () => {
    expect(missing(P.Administrator, REQUIRED.post)).toEqual([]);
    expect(permits(P.Administrator, REQUIRED.post)).toBe(true);
    expect(permits(P.ViewChannel, REQUIRED.post)).toBe(false);
  });
});

describe('the invite link', () => {
  it('adds the bot and its commands to a server, with all that posts, threads and pictures need and no more', () => {
    const link = inviteUrl('123456789012345678');
    expect(link).toMatch(
      /^https:\/\/discord\.com\/oauth2\/authorize\?client_id=123456789012345678&scope=bot\+applications\.commands&permissions=\d+&integration_type=0$/,
    );
    const asked = BigInt(new URL(link).searchParams.get('permissions') ?? '');
    for (const needed of Object.values(REQUIRED)) expect(missing(asked, needed)).toEqual([]);
    expect(asked).toBe(
      P.ViewChannel |
        P.SendMessages |
        P.ReadMessageHistory |
        P.SendMessagesInThreads |
        P.CreatePublicThreads |
        P.AttachFiles,
    );
  });
});
