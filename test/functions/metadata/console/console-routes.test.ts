import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readAssets } from '#functions/metadata/console/assets.ts';
import { consoleRoutes } from '#functions/metadata/console/console-routes.ts';
import { createRequestHandler } from '#shared/http/handler.ts';
import { systemClock } from '#shared/platform/clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-console-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Tributary</title>');
writeFileSync(join(folder, 'console-ABC.js'), 'export {};');
writeFileSync(join(folder, 'notes.txt'), 'not for browsers');

const url = await serve(folder);

async function serve(from: string): Promise<string> {
  const server: Server = createServer(
    createRequestHandler({
      title: { title: 't', description: 'd', version: '1' },
      routes: consoleRoutes(readAssets(from)),
      identify: async () => undefined,
      log: { write: () => undefined },
      clock: systemClock,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the page is served to anyone, asked for again each time, and may do nothing but talk to its own origin', async () => {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.match(await response.text(), /<title>Tributary/);
  const header = (name: string): string => response.headers.get(name) ?? '';
  assert.equal(header('content-type'), 'text/html; charset=utf-8');
  assert.equal(header('cache-control'), 'no-cache');
  assert.equal(header('x-content-type-options'), 'nosniff');
  assert.match(header('content-security-policy'), /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(header('content-security-policy'), /unsafe|\*|https?:/);
});

test('who has it already is told so without the body', async () => {
  const first = await fetch(url);
  const etag = first.headers.get('etag') ?? '';
  await first.text();
  const again = await fetch(url, { headers: { 'if-none-match': etag } });
  assert.deepEqual([again.status, await again.text(), again.headers.get('etag')], [304, '', etag]);
  const changed = await fetch(url, { headers: { 'if-none-match': 'W/"another"' } });
  assert.equal(changed.status, 200);
});

test('a file with its digest in its name is kept for good, compressed or plain as the browser asks', async () => {
  const zipped = await fetch(`${url}/assets/console-ABC.js`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.equal(zipped.headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.match(zipped.headers.get('cache-control') ?? '', /immutable/);
  assert.equal(await zipped.text(), 'export {};');
  const plain = await fetch(`${url}/assets/console-ABC.js`, { headers: { 'accept-encoding': 'identity' } });
  assert.deepEqual([plain.headers.get('content-encoding'), await plain.text()], [null, 'export {};']);
});

test('nothing but the files that browsers take is served, and no path leads out of the folder', async () => {
  for (const path of ['notes.txt', 'none.js', '..%2F..%2Fpackage.json', '%2e%2e/index.html', ''])
    assert.equal((await fetch(`${url}/assets/${path}`)).status, 404, path);
  assert.equal((await fetch(url, { method: 'POST' })).status, 405);
});

test('a deployment without a console says so', async () => {
  const response = await fetch(await serve(join(folder, 'none')));
  assert.equal(response.status, 501);
  assert.equal(((await response.json()) as { code: string }).code, 'console_missing');
});

test('a folder that cannot be a console is refused at the start', () => {
  const large = mkdtempSync(join(tmpdir(), 'tributary-console-'));
  after(() => rmSync(large, { recursive: true }));
  writeFileSync(join(large, 'large.js'), Buffer.alloc(9 * 1024 * 1024));
  assert.throws(() => readAssets(large), { code: 'configuration_invalid' });
});
