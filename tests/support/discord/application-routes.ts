// Discord's REST routes for the application itself: its commands, the answers to interactions, and where the gateway is.
import { errors } from './api-error.ts';
import { messageJson, userJson } from './api-shapes.ts';
import { checkCommands, storeCommand } from './command-rules.ts';
import type { Json } from './form.ts';
import { endpointOf } from './http-interactions.ts';
import type { Interactions } from './interactions.ts';
import type { Call, Route } from './rest-server.ts';
import type { RegisteredCommand, World } from './world.ts';

const applicationJson = (world: World): Json => {
  const { id, name, publicKey } = world.application;
  const guilds = [...world.guilds.values()].filter(guild => guild.hasBot).length;
  return {
    id,
    name,
    icon: null,
    description: '',
    bot: userJson(world.bot),
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: publicKey,
    flags: 0,
    approximate_guild_count: guilds,
    interactions_endpoint_url: endpointOf(world),
    redirect_uris: [],
    team: null,
    integration_types_config: { 0: {} },
  };
};

const commandRoutes = (world: World): Route[] => {
  /** The list that a path means: the global one, or one server's. */
  const read = ({ params }: Call): RegisteredCommand[] => {
    if (params.application !== world.application.id) throw errors.unknownApplication();
    if (params.guild === undefined) return world.globalCommands;
    if (!world.guilds.get(params.guild)?.hasBot) throw errors.missingAccess();
    return world.guildCommands.get(params.guild) ?? [];
  };
  const write = ({ params }: Call, commands: RegisteredCommand[]): void => {
    if (params.guild === undefined) world.globalCommands = commands;
    else world.guildCommands.set(params.guild, commands);
  };
  const sameName = (body: Json) => (one: RegisteredCommand) => one.name === body.name && one.type === (body.type ?? 1);
  const one = (call: Call): RegisteredCommand => {
    const found = read(call).find(({ id }) => id === call.params.command);
    if (!found) throw errors.unknownCommand();
    return found;
  };
  /** Localisations are shown in lists only to who asks for them. */
  const listed = (
    call: Call,
    { name_localizations, description_localizations, ...command }: RegisteredCommand,
  ): Json =>
    call.query.get('with_localizations') === 'true'
      ? { ...command, name_localizations, description_localizations }
      : command;

  return ['/applications/:application/commands', '/applications/:application/guilds/:guild/commands'].flatMap(
    (route): Route[] => [
      { method: 'GET', route, run: call => ({ body: read(call).map(command => listed(call, command)) }) },
      {
        method: 'PUT',
        route,
        run: call => {
          const before = read(call);
          checkCommands(call.body);
          const list = call.body as unknown as Json[];
          const made = list.map(body => storeCommand(world, body, call.params.guild, before.find(sameName(body))));
          write(call, made);
          return { body: made };
        },
      },
      {
        method: 'POST',
        route,
        run: call => {
          const commands = read(call);
          checkCommands(call.body, { single: true });
          const before = commands.find(sameName(call.body));
          const made = storeCommand(world, call.body, call.params.guild, before);
          write(call, [...commands.filter(command => command !== before), made]);
          return { status: before ? 200 : 201, body: made };
        },
      },
      { method: 'GET', route: `${route}/:command`, run: call => ({ body: one(call) }) },
      {
        method: 'PATCH',
        route: `${route}/:command`,
        run: call => {
          const before = one(call);
          const body = { ...before, ...call.body };
          checkCommands(body, { single: true });
          const made = storeCommand(world, body, call.params.guild, before);
          write(
            call,
            read(call).map(command => (command === before ? made : command)),
          );
          return { body: made };
        },
      },
      {
        method: 'DELETE',
        route: `${route}/:command`,
        run: call => {
          const gone = one(call);
          write(
            call,
            read(call).filter(command => command !== gone),
          );
          return {};
        },
      },
    ],
  );
};

const webhookRoutes = (world: World, interactions: Interactions): Route[] => {
  const asked = ({ params }: Call) => {
    if (params.application !== world.application.id) throw errors.unknownWebhook();
    return interactions.byToken(params.token ?? '');
  };
  const route = '/webhooks/:application/:token';
  const one = `${route}/messages/:which`;
  return [
    {
      method: 'POST',
      route,
      auth: false,
      run: call => ({ body: messageJson(world, interactions.followUp(asked(call), call.body, call.files)) }),
    },
    {
      method: 'GET',
      route: one,
      auth: false,
      run: call => ({ body: messageJson(world, interactions.messageOf(asked(call), call.params.which ?? '')) }),
    },
    {
      method: 'PATCH',
      route: one,
      auth: false,
      run: call => {
        const interaction = asked(call);
        if (interaction.lean) return { body: {} };
        const message = interactions.messageOf(interaction, call.params.which ?? '');
        interactions.edit(interaction, message, call.body, call.files);
        return { body: messageJson(world, message) };
      },
    },
    {
      method: 'DELETE',
      route: one,
      auth: false,
      run: call => {
        const interaction = asked(call);
        interactions.remove(interaction, interactions.messageOf(interaction, call.params.which ?? ''));
        return {};
      },
    },
  ];
};

/** `gatewayInfo`: what GET /gateway/bot answers; GET /gateway says its address to anybody. */
export const createApplicationRoutes = (world: World, interactions: Interactions, gatewayInfo: () => Json): Route[] => [
  {
    method: 'POST',
    route: '/interactions/:interaction/:token/callback',
    auth: false,
    run: ({ params, body, files, query, arrivedAt }) => {
      const done = interactions.callback(params.interaction ?? '', params.token ?? '', body, files, arrivedAt);
      return query.get('with_response') === 'true' ? { body: done } : {};
    },
  },
  ...webhookRoutes(world, interactions),
  ...commandRoutes(world),
  { method: 'GET', route: '/gateway', auth: false, run: () => ({ body: { url: gatewayInfo().url } }) },
  { method: 'GET', route: '/gateway/bot', run: () => ({ body: gatewayInfo() }) },
  { method: 'GET', route: '/applications/@me', run: () => ({ body: applicationJson(world) }) },
  { method: 'GET', route: '/oauth2/applications/@me', run: () => ({ body: applicationJson(world) }) },
];
