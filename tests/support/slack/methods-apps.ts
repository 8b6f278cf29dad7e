// api.test and apps.manifest.*: what needs no token, and what a person's app configuration token shows of the app's settings.
import { refuse } from './api-error.ts';
import type { Methods } from './call.ts';
import type { Json } from './form.ts';
import { secret } from './ids.ts';
import type { World } from './world.ts';

export type Apps = {
  methods: Methods;
  /** What a person makes under Your App Configuration Tokens. */
  configToken: string;
};

/** Slack fills in what a manifest left out. */
const exported = (manifest: Json): Json => ({
  ...manifest,
  settings: { ...(manifest.settings as Json | undefined), is_hosted: false, function_runtime: 'remote' },
});

export const createApps = (world: World, manifest: () => Json | undefined): Apps => {
  const configToken = `xoxe.xoxp-1-${secret(24)}`;
  return {
    configToken,
    methods: {
      'api.test': { tier: 'none', runApp: args => ({ args }) },
      'apps.manifest.export': {
        tier: 3,
        runApp: (args, value) => {
          if (value === '') return refuse('not_authed');
          if (!value.startsWith('xoxe.xoxp-')) return refuse('not_allowed_token_type');
          if (value !== configToken) return refuse('invalid_auth');
          if (typeof args.app_id !== 'string' || !/^A[A-Z0-9]+$/.test(args.app_id)) return refuse('invalid_app_id');
          if (args.app_id !== world.app.id) return refuse('app_not_found');
          return { manifest: exported(manifest() ?? refuse('failed_export')) };
        },
      },
    },
  };
};
