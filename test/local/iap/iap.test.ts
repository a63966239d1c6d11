import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { startIap } from '#local/iap/iap.ts';
import { ensureSigningKey, SIGNING_KEY_TABLE } from '#local/identity/signing-keys.ts';
import { frozenClock } from '#local/primitives/clock.ts';
import { silentLog } from '#local/primitives/log.ts';
import { openStore } from '#local/primitives/store.ts';
import { freePort } from '#test/free-port.ts';
import { TEST_NOW_MS } from '#test/local/cloud-harness.ts';

const AUDIENCE = 'https://tributary.test';
const EMAIL = 'analyst@test-project.iam.gserviceaccount.com';

const store = openStore(':memory:', [SIGNING_KEY_TABLE]);
const key = await ensureSigningKey(store, 'iap');
const clock = frozenClock(TEST_NOW_MS);

/** Answers with the headers that it was given. */
const backend = createServer((asked, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ url: asked.url, headers: asked.headers }));
}).listen(0, '127.0.0.1');
await once(backend, 'listening');
const port = await freePort();
const iap = await startIap(
  { port, backend: addressOf(backend), email: EMAIL, audience: AUDIENCE },
  { clock, key, log: silentLog },
);
after(async () => {
  await iap.stop();
  backend.close();
  store.close();
});

test('the backend is told, signed for its audience, who came through the door', async () => {
  const { headers } = await through();
  const keys = createLocalJWKSet({ keys: [key.publicJwk] });
  const { payload } = await jwtVerify(String(headers['x-goog-iap-jwt-assertion']), keys, {
    audience: AUDIENCE,
    issuer: 'https://cloud.google.com/iap',
    currentDate: new Date(clock.now()),
  });
  assert.equal(payload['email'], EMAIL);
  assert.equal(headers['x-goog-authenticated-user-email'], `accounts.google.com:${EMAIL}`);
});

test('an identity that a caller claims is replaced', async () => {
  const claimed = 'accounts.google.com:admin@example.com';
  const { headers } = await through({
    'x-goog-authenticated-user-email': claimed,
    'x-goog-iap-jwt-assertion': 'forged',
  });
  assert.notEqual(headers['x-goog-authenticated-user-email'], claimed);
  assert.notEqual(headers['x-goog-iap-jwt-assertion'], 'forged');
});

test('an assertion is used again until it is about to expire', async () => {
  const first = (await through()).headers['x-goog-iap-jwt-assertion'];
  await clock.advance(8 * 60_000);
  assert.equal((await through()).headers['x-goog-iap-jwt-assertion'], first);
  await clock.advance(90_000);
  assert.notEqual((await through()).headers['x-goog-iap-jwt-assertion'], first);
});

test('a page elsewhere whose name leads to this machine does not get in', async () => {
  for (const host of ['evil.example', `localhost.evil.example:${port}`]) {
    const asked = request({ host: '127.0.0.1', port, headers: { host } }).end();
    const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    assert.equal(response.statusCode, 403, host);
  }
});

test('a backend that does not answer is a 502', async () => {
  const other = await freePort();
  const door = await startIap(
    { port: other, backend: `http://127.0.0.1:${await freePort()}`, email: EMAIL, audience: AUDIENCE },
    { clock, key, log: silentLog },
  );
  assert.equal((await fetch(`http://127.0.0.1:${other}/`)).status, 502);
  await door.stop();
});

async function through(headers: Record<string, string> = {}): Promise<{ headers: Record<string, unknown> }> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/endpoints?limit=1`, { headers });
  const seen = (await response.json()) as { url: string; headers: Record<string, unknown> };
  assert.equal(seen.url, '/v1/endpoints?limit=1');
  return seen;
}

function addressOf(server: typeof backend): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
