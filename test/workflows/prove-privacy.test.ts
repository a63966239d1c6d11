/** The workflow `prove-privacy`: fails when a drill or the verification does not hold, and only then. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorld, jsonResponse, run } from '#test/local/workflows/language/world.ts';

const SOURCE = readFileSync(join(import.meta.dirname, '../../workflows/prove-privacy.yaml'), 'utf8');
const environment = { TRIBUTARY_PRIVACY_URL: 'https://privacy.test', TRIBUTARY_AUDIENCE: 'https://tributary.test' };

async function play(passed: boolean, verified: boolean): Promise<{ kind: string; asked: readonly string[] }> {
  let looks = 0;
  const world = createWorld(({ url }) => {
    if (url.endsWith('/drills')) return jsonResponse({ id: 'd1' }, 202);
    if (url.endsWith('/verifications')) return jsonResponse({ passed: verified, sampled: 40 });
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
    asked: ['/v1/drills', check, check, check, '/v1/verifications'],
  });
});

test('it fails when one of both does not hold', async () => {
  assert.equal((await play(false, true)).kind, 'failed');
  assert.equal((await play(true, false)).kind, 'failed');
});
