/** The workflow `rotate-epoch`: asks on for as long as privacy says, waits where it is told to, and leaves days to the next execution. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorld, jsonResponse, run } from '#test/local/workflows/language/world.ts';

const SOURCE = readFileSync(join(import.meta.dirname, '../../workflows/rotate-epoch.yaml'), 'utf8');
const environment = { TRIBUTARY_PRIVACY_URL: 'https://privacy.test', TRIBUTARY_AUDIENCE: 'https://tributary.test' };
const BEGIN = 'POST https://privacy.test/v1/rotations';
const ADVANCE = `${BEGIN}/2026-08-01:advance`;

type Answer = readonly [status: number, body: object];

async function play(
  answers: readonly Answer[],
): Promise<{ kind: string; asked: readonly string[]; waits: readonly number[] }> {
  const left = [...answers];
  const world = createWorld(() => {
    const [status, body] = left.shift() ?? assert.fail('asked once more');
    return jsonResponse(body, status);
  });
  const { kind } = await run(SOURCE, { world, argument: {}, environment });
  assert.equal(left.length, 0, 'every answer was asked for');
  return { kind, asked: world.requests.map(({ method, url }) => `${method} ${url}`), waits: world.waits };
}

const begun: Answer = [200, { rotation: { epoch: '2026-08-01' } }];
const at = (state: string, againAfterSeconds: number): Answer => [
  200,
  { epoch: '2026-08-01', state, againAfterSeconds },
];

test('on most days there is nothing to do', async () => {
  assert.deepEqual(await play([[200, {}]]), { kind: 'succeeded', asked: [BEGIN], waits: [] });
});

test('parts of a scan follow at once, short waits are slept through, and a day of tripwire is left to the next execution', async () => {
  const played = await play([
    begun,
    at('opened', 120),
    at('spread', 0),
    at('spread', 0),
    at('proved', 360),
    at('disabled', 86_400),
  ]);
  assert.equal(played.kind, 'succeeded');
  assert.deepEqual(played.asked, [BEGIN, ADVANCE, ADVANCE, ADVANCE, ADVANCE, ADVANCE]);
  assert.deepEqual(played.waits, [120, 360]);
});

test('it goes on to the end, also when another execution was quicker or privacy could not be reached', async () => {
  const played = await play([begun, [409, {}], at('scheduled', 1800), [503, {}], at('destroyed', 0), at('told', 0)]);
  assert.equal(played.kind, 'succeeded');
  assert.equal(played.asked.length, 6);
});
