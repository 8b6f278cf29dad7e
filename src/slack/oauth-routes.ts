// The two addresses of an installation: the page with the button, and where Slack sends the browser back to.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';
import { shorten } from '../clean-text.ts';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { KeptValues } from '../platform.ts';
import type { NewSlackInstallation } from '../storage/slack-installations.ts';
import { type Problem, problemOf } from './clients.ts';
import { installedPage, installPage, problemPage, STYLE_HASH } from './install-pages.ts';
import { BOT_SCOPES, PATHS } from './manifest.ts';

// By `require`, as Bolt itself loads it: one copy in memory.
const { ClearStateStore } = createRequire(import.meta.url)('@slack/oauth') as typeof import('@slack/oauth');

/** How long somebody may take between the button and their agreement; Slack's code lives as long. */
const STATE_LIFE_S = 600;
const COOKIE = 'milepost-slack-state';
/** Characters of what came with the address. */
const MOST_SHOWN = 100;

export type OAuthRoutesDeps = {
  clientId: string;
  stateSecret: string;
  /** Without a slash at its end. */
  publicUrl: string;
  /** With a slash at its end; a proxy may stand there. */
  apiUrl: string;
  /** Sees an agreement through; throws what Slack's client throws, or a UserError. */
  install: (code: string, redirectUri: string) => Promise<NewSlackInstallation>;
  kept: Pick<KeptValues, 'claim'>;
  now: () => Date;
  log: Log;
};

/** Where people go in their browser: to Slack itself, not to what stands between us and its API, or to a Slack on this machine. */
const pagesOf = (apiUrl: string): string => {
  const { origin, hostname } = new URL(apiUrl);
  const isSlack = /^(.+\.)?slack(-gov)?\.com$/.test(hostname) || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return isSlack ? origin : 'https://slack.com';
};

const headers = () =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: [STYLE_HASH],
      imgSrc: ['data:'],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
    // For the operator's proxy to say, which has the certificate.
    strictTransportSecurity: false,
  });

type Trouble = { title: string; text: string; status: 200 | 400 | 500 | 502 };

const CANCELLED: Trouble = {
  title: 'Nothing was installed',
  text: 'You cancelled on Slack’s page, or Slack did not let you agree. Nothing was changed.',
  status: 200,
};
const NOT_OURS: Trouble = {
  title: 'This link cannot be used',
  text: 'It is older than ten minutes, was used before, or was not opened in the browser in which the installation began. If you saw that Milepost is installed, it is.',
  status: 400,
};

const troubleOf = (problem: Problem): Trouble => {
  const title = 'Slack did not finish the installation';
  switch (problem.type) {
    case 'refused':
      return { title, text: `Slack refused it (${problem.code}). Nothing was installed.`, status: 502 };
    case 'limited':
      return { title, text: 'Slack has too much to do. Wait a minute, then start again.', status: 502 };
    case 'unreachable':
      return { title, text: 'Slack could not be reached. Wait a minute, then start again.', status: 502 };
    case 'unclear':
      return {
        title,
        text: 'Slack gave no clear answer. Start again: an installation that is there already does no harm.',
        status: 502,
      };
    default:
      return problem satisfies never;
  }
};

export const createOAuthRoutes = (deps: OAuthRoutesDeps): Hono => {
  const { clientId, stateSecret, publicUrl, apiUrl, install, kept, now, log } = deps;
  const pages = pagesOf(apiUrl);
  const redirectUri = `${publicUrl}${PATHS.redirect}`;
  const installUrl = `${publicUrl}${PATHS.install}`;
  // Signature and age of a state are the library's affair. The cookie is ours: the library's has no SameSite, and wants Node's request and
  // response where we have the web's.
  const states = new ClearStateStore(stateSecret, STATE_LIFE_S);
  const putCookie = (c: Context, value: string, maxAge: number): void =>
    setCookie(c, COOKIE, value, {
      path: new URL(redirectUri).pathname,
      secure: true,
      httpOnly: true,
      sameSite: 'Lax',
      maxAge,
    });

  const addUrl = (state: string): string => {
    const url = new URL('/oauth/v2/authorize', pages);
    url.search = new URLSearchParams({
      client_id: clientId,
      scope: BOT_SCOPES.join(','),
      redirect_uri: redirectUri,
      state,
    }).toString();
    return url.href;
  };

  const openUrl = ({ ownerId, isOrg, appId }: NewSlackInstallation): string => {
    const url = new URL('/app_redirect', pages);
    url.search = new URLSearchParams({ app: appId, ...(!isOrg && { team: ownerId }) }).toString();
    return url.href;
  };

  /** Whether this browser was given this state lately, and comes with it for the first time. */
  const isOurs = async (state: string, cookie: string | undefined): Promise<boolean> => {
    if (state === '' || state !== cookie) return false;
    try {
      await states.verifyStateParam(now(), state);
    } catch {
      return false;
    }
    const name = createHash('sha256').update(state).digest('base64url');
    return kept.claim(`slack state ${name}`, STATE_LIFE_S * 1000);
  };

  const show = (c: Context, { title, text, status }: Trouble) =>
    c.html(problemPage({ title, text, installUrl }), status);

  const routes = new Hono();
  // On these addresses only: the server is shared.
  for (const path of [PATHS.install, PATHS.redirect])
    routes.use(
      path,
      headers(),
      createMiddleware(async (c, next) => {
        await next();
        c.header('cache-control', 'no-store');
      }),
    );

  routes.get(PATHS.install, async c => {
    const state = await states.generateStateParam({ scopes: [...BOT_SCOPES], redirectUri }, now());
    putCookie(c, state, STATE_LIFE_S);
    return c.html(installPage(addUrl(state)));
  });

  routes.get(PATHS.redirect, async c => {
    const { code, error, state = '' } = c.req.query();
    const cookie = getCookie(c, COOKIE);
    putCookie(c, '', 0);
    if (error === 'access_denied') return show(c, CANCELLED);
    try {
      if (!(await isOurs(state, cookie))) return show(c, NOT_OURS);
      if (error || !code) {
        log.warn({ problem: error }, 'Slack sent somebody back without a code');
        return show(c, troubleOf({ type: 'refused', code: shorten(error || 'no code', MOST_SHOWN) }));
      }
      const installation = await install(code, redirectUri);
      const { name, isOrg } = installation;
      return c.html(installedPage({ name, isOrg, openUrl: openUrl(installation) }));
    } catch (failure) {
      log.error({ err: failure }, 'an installation in Slack failed');
      if (failure instanceof UserError)
        return show(c, { title: 'Nothing was installed', text: failure.message, status: 502 });
      if (!String((failure as { code?: unknown }).code).startsWith('slack_webapi'))
        return show(c, {
          title: 'Milepost could not keep the installation',
          text: 'Something went wrong on our side; it is in the log. Start again in a while.',
          status: 500,
        });
      return show(c, troubleOf(problemOf(failure)));
    }
  });
  return routes;
};
