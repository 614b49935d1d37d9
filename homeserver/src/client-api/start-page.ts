/** The page at the root: the server's name, that it works, how to connect a client. */
import { createHash } from 'node:crypto';
import { Reply } from '../http/handler.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #16202e; --soft: #56627a; --line: #dde3ec; --ground: #f3f5f9; --card: #fff; --well: #f6f8fb;
  --accent: #3556c9; --mark: #3556c9; --good: #14713f; --good-ground: #e5f5ec; --shadow: 0 1px 2px #16202e0d, 0 16px 40px #16202e14; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9edf5; --soft: #9aa6bd; --line: #2a3446; --ground: #0e131c; --card: #161d29; --well: #0f151f;
  --accent: #9db4ff; --mark: #5b7cf0; --good: #7fdcaa; --good-ground: #143424; --shadow: 0 16px 40px #0006; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; padding: 32px 16px; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 600px; margin: auto; background: var(--card); border: 1px solid var(--line); border-radius: 20px;
  box-shadow: var(--shadow); overflow: hidden; }
header, section, footer { padding: 32px clamp(22px, 6vw, 44px); }
header { padding-bottom: 28px; border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 10px; margin: 0 0 28px; color: var(--soft); font-size: 15px; font-weight: 600; }
.brand svg { width: 28px; height: 28px; color: var(--mark); }
h1 { margin: 0 0 14px; font-size: clamp(26px, 7vw, 36px); line-height: 1.2; letter-spacing: -0.02em; overflow-wrap: anywhere; }
.works { display: inline-flex; align-items: center; gap: 9px; margin: 0; padding: 5px 14px 5px 12px; border-radius: 99px; background: var(--good-ground);
  color: var(--good); font-size: 15px; font-weight: 600; line-height: 1.4; }
.works::before { content: ""; flex: none; width: 9px; height: 9px; border-radius: 50%; background: currentColor; }
h2 { margin: 0 0 20px; font-size: 18px; letter-spacing: -0.01em; }
ol { margin: 0; padding: 0; list-style: none; counter-reset: step; }
li { position: relative; min-height: 30px; padding: 2px 0 24px 46px; counter-increment: step; }
li::before { content: counter(step); position: absolute; left: 0; top: 0; width: 30px; height: 30px; border-radius: 50%; background: var(--well);
  border: 1px solid var(--line); color: var(--accent); font-size: 14px; font-weight: 700; line-height: 28px; text-align: center; }
li::after { content: ""; position: absolute; left: 15px; top: 36px; bottom: 6px; width: 1px; background: var(--line); }
li:last-child { padding-bottom: 0; }
li:last-child::after { display: none; }
.address { display: block; margin-top: 10px; padding: 12px 14px; border: 1px solid var(--line); border-radius: 12px; background: var(--well);
  font-size: clamp(14px, 3.8vw, 16px); overflow-wrap: anywhere; user-select: all; -webkit-user-select: all; }
@media (max-width: 420px) { .address { position: relative; z-index: 1; margin-left: -46px; } }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
footer { padding-top: 18px; padding-bottom: 18px; border-top: 1px solid var(--line); background: var(--well); color: var(--soft); font-size: 14px; }
footer p { margin: 0; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 3px; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Three servers that talk to each other. */
const MARK =
  '<path d="M16 8v10M16 18 7.5 24M16 18l8.5 6" fill="none" stroke="currentColor" stroke-width="2.5"/>' +
  '<circle cx="16" cy="6.5" r="4.5" fill="currentColor"/><circle cx="6.5" cy="25" r="4.5" fill="currentColor"/>' +
  '<circle cx="25.5" cy="25" r="4.5" fill="currentColor"/><circle cx="16" cy="18" r="2.5" fill="currentColor"/>';
const ICON = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" color="#5b7cf0">${MARK}</svg>`)}`;

const ACCOUNT = {
  open: 'Choose “Create account” in the client, or sign in if you have one.',
  token: 'Sign in, or create an account with the registration token that your administrator gave you.',
  closed: 'Sign in with the account that your administrator made for you.',
} as const;

export function startPage(options: { serverName: string; baseUrl: string; registration: 'open' | 'token' | 'closed' }): Reply {
  const name = escapeHtml(options.serverName);
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} – NexusComm</title>
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="brand"><svg viewBox="0 0 32 32" aria-hidden="true">${MARK}</svg>NexusComm</p>
<h1>${name}</h1>
<p class="works">This Matrix homeserver is up and running</p>
</header>
<section>
<h2>Connect a client</h2>
<ol>
<li>Get a Matrix client, for example <a href="https://element.io/download" rel="noreferrer">Element</a>, or any from <a href="https://matrix.org/ecosystem/clients/" rel="noreferrer">the list at matrix.org</a>.</li>
<li>Choose “other homeserver” and enter this address: <code class="address">${escapeHtml(options.baseUrl)}</code></li>
<li>${ACCOUNT[options.registration]}</li>
</ol>
</section>
<footer><p>Your Matrix id here looks like <code>@name:${name}</code></p></footer>
</main>
</body>
</html>
`;
  return new Reply({
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; img-src data:; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    },
    body,
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
