import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorld, type HttpHandler, jsonResponse, run } from '#test/local/workflows/language/world.ts';

const SOURCE = readFileSync(join(import.meta.dirname, '../../../workflows/mend-drift.yaml'), 'utf8');
const ENVIRONMENT = { TRIBUTARY_OPERATOR_URL: 'https://operator.test', TRIBUTARY_AUDIENCE: 'https://tributary.test' };

async function play(answer: HttpHandler): Promise<{ readonly kind: string; readonly asked: readonly string[] }> {
  const world = createWorld(answer);
  const { kind } = await run(SOURCE, { world, argument: {}, environment: ENVIRONMENT });
  return { kind, asked: world.requests.map(({ method, url }) => `${method} ${url}`) };
}

test('the operator is asked to mend drift once, and waited for', async () => {
  const played = await play(() => jsonResponse({ outcome: 'unchanged', done: 0 }, 200));
  assert.deepEqual(played, { kind: 'succeeded', asked: ['POST https://operator.test/v1/drift'] });
});

test('another apply that is under way is waited out, drift that only people can decide about is a failure', async () => {
  let calls = 0;
  const later = await play(() => {
    calls += 1;
    return calls < 3
      ? jsonResponse({ code: 'apply_in_progress' }, 409)
      : jsonResponse({ outcome: 'applied', done: 1 }, 200);
  });
  assert.deepEqual([later.kind, later.asked.length], ['succeeded', 3]);
  const refused = await play(() => jsonResponse({ code: 'deletion_not_approved' }, 422));
  assert.deepEqual([refused.kind, refused.asked.length], ['failed', 1]);
});
