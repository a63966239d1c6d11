/** What the SDK holds itself to, against what collect takes and what a page can carry. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import * as fc from 'fast-check';
import * as collect from '#shared/events/limits.ts';
import {
  BROWSER_LIMITS,
  KEEPALIVE_BYTES,
  MAX_EVENT_BYTES,
  MAX_EVENT_ID_LENGTH,
  NODE_LIMITS,
} from '../../sdk/core/limits.ts';
import { createIds } from '../../sdk/core/uuid-v7.ts';
import { browserBundle } from './browser-bundle.ts';
import { seededRandom } from './world.ts';

/** 6 kB. */
const MAX_BUNDLE_BYTES = 6000;

test('the limits of the SDK are within those of collect', () => {
  assert.equal(MAX_EVENT_BYTES, collect.MAX_EVENT_BYTES);
  assert.equal(MAX_EVENT_ID_LENGTH, collect.MAX_EVENT_ID_LENGTH);
  for (const { batchEvents, batchBytes } of [BROWSER_LIMITS, NODE_LIMITS]) {
    assert.ok(batchEvents <= collect.MAX_EVENTS_PER_BATCH);
    assert.ok(batchBytes + MAX_EVENT_BYTES <= collect.MAX_BODY_BYTES);
  }
  assert.ok(KEEPALIVE_BYTES < 64 * 1024);
  assert.ok(BROWSER_LIMITS.batchBytes < KEEPALIVE_BYTES);
});

test('the bundle for browsers has at most 6 kB gzipped, and nothing of Node', async (context) => {
  const text = await browserBundle({ format: 'esm' });
  const gzippedBytes = gzipSync(text, { level: 9 }).length;
  context.diagnostic(`${text.length} bytes minified, ${gzippedBytes} gzipped`);
  assert.ok(text.length > 1000);
  assert.ok(gzippedBytes <= MAX_BUNDLE_BYTES, `${gzippedBytes} bytes`);
  assert.doesNotMatch(text, /node:|Buffer|process\./);
});

test('ids are UUIDs of version 7 that only ever grow, whatever the clock does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 300 }),
      fc.nat(),
      (steps, seed) => {
        const newId = createIds(seededRandom(seed));
        let nowMs = Date.UTC(2026, 7, 1);
        const ids = steps.map((step) => newId((nowMs += step)));
        for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.deepEqual(ids, [...new Set(ids)].toSorted());
        assert.equal(
          Number.parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16),
          Date.UTC(2026, 7, 1) + (steps[0] ?? 0),
        );
      },
    ),
  );
});

test('five thousand ids of one millisecond are different and in order', () => {
  const newId = createIds(seededRandom(1));
  const ids = Array.from({ length: 5000 }, () => newId(1));
  assert.deepEqual(ids, [...new Set(ids)].toSorted());
});
