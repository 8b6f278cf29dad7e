// What the developer portal is set to: how interactions come, which intents are on, and who can invite Milepost.
import { type APIApplication, ApplicationFlags } from 'discord-api-types/v10';
import { bad, type Finding, good, warning } from '../finding.ts';
import { INTERACTIONS_PATH } from './http.ts';

const PRIVILEGED: readonly [bits: number, name: string][] = [
  [ApplicationFlags.GatewayPresence | ApplicationFlags.GatewayPresenceLimited, 'Presence'],
  [ApplicationFlags.GatewayGuildMembers | ApplicationFlags.GatewayGuildMembersLimited, 'Server Members'],
  [ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited, 'Message Content'],
];

/** The application’s pages in the developer portal. */
export const portal = (id: string): string => `https://discord.com/developers/applications/${id}`;

const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : url);

/** By which way interactions come, and whether the developer portal and the settings agree on it. */
export const checkWay = (
  { id, verify_key: key, interactions_endpoint_url: endpoint }: APIApplication,
  publicKey: string | undefined,
): Finding[] => {
  const general = `Open ${portal(id)}/information`;
  if (publicKey === undefined)
    return endpoint
      ? [
          bad(
            `Interactions: Discord sends them to ${endpoint}, so none arrives over the gateway`,
            `${general}, empty Interactions Endpoint URL and save. Or, if they shall come by HTTP, set DISCORD_PUBLIC_KEY to the Public Key on the same page.`,
          ),
        ]
      : [good('Interactions: over the gateway')];
  if (publicKey.toLowerCase() !== key.toLowerCase())
    return [
      bad(
        'Interactions: DISCORD_PUBLIC_KEY is not the key of this application, so every interaction would be refused',
        `${general}, copy Public Key and put it into DISCORD_PUBLIC_KEY.`,
      ),
    ];
  if (!endpoint)
    return [
      bad(
        'Interactions: DISCORD_PUBLIC_KEY is set, but Discord does not know where to send them',
        `Start Milepost, then ${general.toLowerCase()}, enter https://YOUR-HOST${INTERACTIONS_PATH} as Interactions Endpoint URL (it must be https) and save; Discord tries it at once. Or leave DISCORD_PUBLIC_KEY empty to use the gateway.`,
      ),
    ];
  return pathOf(endpoint) === INTERACTIONS_PATH
    ? [good(`Interactions: by HTTP at ${endpoint}`)]
    : [
        warning(
          `Interactions: Discord sends them to ${endpoint}, and Milepost listens at ${INTERACTIONS_PATH}`,
          `That works only where your proxy changes the path. Otherwise ${general.toLowerCase()} and set Interactions Endpoint URL to https://YOUR-HOST${INTERACTIONS_PATH}.`,
        ),
      ];
};

export const checkIntents = ({ id, flags }: APIApplication): Finding[] => {
  const on = PRIVILEGED.filter(([bits]) => (flags & bits) !== 0).map(([, name]) => name);
  if (on.length === 0) return [];
  return [
    warning(
      `Intents: ${on.join(', ')} can be read by this bot, and Milepost needs none of it`,
      `Open ${portal(id)}/bot, Privileged Gateway Intents, and switch it off.`,
    ),
  ];
};

/** Whether the invite link works, and for whom. */
export const checkInvitable = ({
  id,
  bot_require_code_grant: wantsCode,
  bot_public: isPublic,
}: APIApplication): Finding[] => {
  if (wantsCode)
    return [
      bad(
        'Application: Requires OAuth2 Code Grant is on, so no link adds this bot to a server',
        `Open ${portal(id)}/bot, switch Requires OAuth2 Code Grant off and save.`,
      ),
    ];
  return isPublic
    ? []
    : [good('Application: Public Bot is off, so only the application’s owner or team can add it to a server')];
};
