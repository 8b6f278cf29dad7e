// The pages of an installation: what Milepost asks for, and how it went; plain HTML without a script.
import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { BOT_SCOPES } from './manifest.ts';

type Page = ReturnType<typeof html>;

const CSS = `
:root { color-scheme: light dark; --surface: light-dark(#fff, #15191b); --text: light-dark(#16211f, #e8efed); --quiet: light-dark(#55645f, #a3b2ad); --line: light-dark(#dbe3e0, #2f383b); --brand: light-dark(#0f766e, #2dd4bf); --on-brand: light-dark(#fff, #04221f); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--surface); color: var(--text); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { margin: 0 0 1rem; font-size: 1.75rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 0.5rem; font-size: 1.125rem; }
p { margin: 0 0 1rem; }
a { color: var(--brand); }
code { font-size: 0.9em; }
dl { margin: 0; }
dl > div { padding: 0.6rem 0; border-top: 1px solid var(--line); }
dt { font-weight: 600; }
dd { margin: 0; color: var(--quiet); }
.button { display: inline-block; margin: 0.5rem 0; padding: 0.7rem 1.4rem; border-radius: 0.6rem; background: var(--brand); color: var(--on-brand); font-weight: 600; text-decoration: none; }
.button:hover { text-decoration: underline; }
a:focus-visible { outline: 3px solid var(--brand); outline-offset: 3px; }
`;

/** What the pages' Content-Security-Policy names: this very style and no other. */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(CSS).digest('base64')}'`;

/** What each scope is for, for the one who agrees to it. */
const REASONS: Record<(typeof BOT_SCOPES)[number], string> = {
  commands: 'Offers its slash commands.',
  'chat:write': 'Posts digests and leaderboards, and answers commands.',
  'im:write': 'Sends members their own digest as a direct message.',
  'users:read': 'Knows a member’s name, language and time zone, and who manages the workspace.',
  'channels:read': 'Knows the name of a public channel, and whether it may post there.',
  'groups:read': 'Knows the same of a private channel that it was invited to.',
  'channels:history': 'Finds its own post again after a crash, so that nothing is posted twice.',
  'groups:history': 'Does so in a private channel that it was invited to.',
  'im:history': 'Does so in the direct messages between it and a member.',
  'files:write': 'Puts pictures into its posts.',
};

const page = (title: string, content: Page): Page => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Milepost</title>
<link rel="icon" href="data:,">
<style>${raw(CSS)}</style>
</head>
<body><main><h1>${title}</h1>
${content}
</main></body>
</html>`;

/** What Milepost is and asks for, with the button. */
export const installPage = (addUrl: string): Page =>
  page(
    'Add Milepost to Slack',
    html`<p>Milepost walks your community through a learning roadmap, one week at a time: it posts the week’s topics, sends each member their own next steps, and keeps a leaderboard.</p>
<p><a class="button" href="${addUrl}">Add to Slack</a></p>
<p>Slack asks you for your workspace and for your agreement. You may need the approval of a workspace owner. This page is good for ten minutes.</p>
<h2>What it asks for, and why</h2>
<p>Milepost reads nobody’s messages. Of the history of a channel it looks only for its own posts.</p>
<dl>${Object.entries(REASONS).map(([scope, reason]) => html`<div><dt><code>${scope}</code></dt><dd>${reason}</dd></div>`)}</dl>`,
  );

/** What to do next; `openUrl` opens Milepost in Slack. */
export const installedPage = ({ name, isOrg, openUrl }: { name: string; isOrg: boolean; openUrl: string }): Page => {
  const where = name || (isOrg ? 'your organisation' : 'your workspace');
  const workspaces = html`<p>It was installed for the organisation. If it does not show in a workspace yet, an organisation admin adds it there: Slack’s admin pages, <b>Integrations</b>, <b>Installed apps</b>, Milepost.</p>`;
  return page(
    `Milepost is in ${where}`,
    html`${isOrg ? workspaces : ''}<p><a class="button" href="${openUrl}">Open Milepost in Slack</a></p>
<h2>What to do next</h2>
<p>In the channel that shall get the digests, type <code>/invite @milepost</code>. Then <code>/milepost settings community-zone</code>, for schedules are made in that time zone, and after it <code>/milepost schedule set</code>. Tell members to type <code>/milepost onboard</code>: track, roles, hours and time zone, in two minutes. <code>/milepost help</code> shows everything else.</p>`,
  );
};

/** What happened, and the way back to the start. */
export const problemPage = ({ title, text, installUrl }: { title: string; text: string; installUrl: string }): Page =>
  page(
    title,
    html`<p>${text}</p>
<p><a class="button" href="${installUrl}">Start again</a></p>`,
  );
