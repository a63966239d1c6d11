/** The workflow `prove-privacy`: fails when a drill or the verification does not hold, and only then. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorld, jsonResponse, run } from '#test/local/workflows/language/world.ts';

const SOURCE = readFileSync(join(import.meta.dirname, '../../workflows/prove-privacy.yaml'), 'utf8');
const environment = { TRIBUTARY_PRIVACY_URL: 'https://privacy.test', TRIBUTARY_AUDIENCE: 'https://tributary.test' };

/** `canary`: whether its search passed; undefined where the catalog has no event type for it. */
async function play(
  passed: boolean,
  verified: boolean,
  canary?: boolean,
): Promise<{ kind: string; asked: readonly string[] }> {
  let looks = 0;
  let searches = 0;
  const world = createWorld(({ url }) => {
    if (url.endsWith('/drills')) return jsonResponse({ id: 'd1' }, 202);
    if (url.endsWith('/verifications')) return jsonResponse({ passed: verified, sampled: 40 });
    if (url.endsWith('/canaries')) return jsonResponse(canary === undefined ? {} : { id: 'c1' }, 202);
    if (url.endsWith('/canaries/c1:search')) {
      searches += 1;
      return jsonResponse({
        id: 'c1',
        done: searches > 1,
        passed: searches > 1 && canary === true,
        againAfterSeconds: 60,
      });
    }
    looks += 1;
    return jsonResponse({
      done: looks > 2,
      passed: looks > 2 && passed,
      failed: [],
      againAfterSeconds: looks > 2 ? 0 : 5,
    });
  });
  const { kind } = await run(SOURCE, { world, argument: {}, environment });
  return { kind, asked: world.requests.map(({ url }) => new URL(url).pathname) };
}

test('a drill is waited for, then values are verified; both held', async () => {
  const check = '/v1/drills/d1:check';
  assert.deepEqual(await play(true, true), {
    kind: 'succeeded',
    asked: ['/v1/drills', check, check, check, '/v1/verifications', '/v1/canaries'],
  });
});

test('it fails when one of both does not hold', async () => {
  assert.equal((await play(false, true)).kind, 'failed');
  assert.equal((await play(true, false)).kind, 'failed');
});

test('a canary is searched for until everything was looked at, and fails it where something was found', async () => {
  const { kind, asked } = await play(true, true, true);
  assert.equal(kind, 'succeeded');
  assert.deepEqual(asked.slice(-3), ['/v1/canaries', '/v1/canaries/c1:search', '/v1/canaries/c1:search']);
  assert.equal((await play(true, true, false)).kind, 'failed');
});
