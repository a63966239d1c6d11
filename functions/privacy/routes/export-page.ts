// Owns the page behind the link of an export: it asks before the link is used, because mail programs open links to look at them.
import { createHash } from 'node:crypto';

/** The secret is behind the `#`, which no browser sends: it is in no log, and only in the body of the one request that uses it. */
const SCRIPT = `
const button = document.querySelector('button');
const told = document.querySelector('p#told');
button.addEventListener('click', async () => {
  button.disabled = true;
  told.textContent = 'One moment …';
  const path = location.pathname.replace(/\\/page$/, ':fetch');
  const body = JSON.stringify({ secret: location.hash.slice(1) });
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(path, { method: 'POST', headers, body }).catch(() => undefined);
  if (reply === undefined || !reply.ok) {
    const again = reply === undefined || reply.status === 503;
    button.disabled = !again;
    told.textContent = again ? 'Not ready yet. Try again in a minute.' : 'This link was used, or its time is over.';
    return;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await reply.blob());
  link.download = 'my-data.zip';
  link.click();
  told.textContent = 'Saved. The link cannot be used again.';
});
`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Your data</title>
<h1>Your data</h1>
<p>This downloads everything that is held about you, once. Then it is deleted here.</p>
<button type="button">Download</button>
<p id="told"></p>
<script>${SCRIPT}</script>
`;

const HASH = createHash('sha256').update(SCRIPT).digest('base64');

/** The page, which may do nothing but run its own script and ask its own function. */
export const exportPage = {
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'sha256-${HASH}'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  },
  body: PAGE,
} as const;
