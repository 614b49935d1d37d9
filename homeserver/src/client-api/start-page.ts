/** The page at the root: the server's name, that it works, how to connect a client. */
import { createHash } from 'node:crypto';
import { Reply } from '../http/handler.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2230; --soft: #5b6475; --line: #d9dde5; --ground: #f6f7f9; --card: #fff; --accent: #2f6f4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #9aa3b5; --line: #2c3342; --ground: #12151c; --card: #1a1f2a; --accent: #7fd1a5; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
main { width: 100%; max-width: 560px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 36px; }
h1 { margin: 0 0 4px; font-size: 26px; overflow-wrap: anywhere; }
.works { margin: 0 0 28px; color: var(--accent); font-weight: 600; }
.works::before { content: ""; display: inline-block; width: 9px; height: 9px; margin-right: 9px; border-radius: 50%; background: currentColor; }
h2 { margin: 0 0 8px; font-size: 16px; }
ol { margin: 0 0 20px; padding-left: 20px; }
li { margin: 6px 0; }
code { padding: 2px 6px; border-radius: 6px; background: var(--ground); border: 1px solid var(--line); font-size: 14px; overflow-wrap: anywhere; }
p.note { margin: 0; padding-top: 18px; border-top: 1px solid var(--line); color: var(--soft); font-size: 14px; }
a { color: var(--accent); }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

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
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${name}</h1>
<p class="works">This Matrix homeserver is up and running.</p>
<h2>Connect a client</h2>
<ol>
<li>Get a Matrix client, for example <a href="https://element.io/download" rel="noreferrer">Element</a>, or any from <a href="https://matrix.org/ecosystem/clients/" rel="noreferrer">the list at matrix.org</a>.</li>
<li>Choose “other homeserver” and enter <code>${escapeHtml(options.baseUrl)}</code></li>
<li>${ACCOUNT[options.registration]}</li>
</ol>
<p class="note">Your id here looks like <code>@name:${name}</code>. Served by NexusComm.</p>
</main>
</body>
</html>
`;
  return new Reply({
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    },
    body,
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
