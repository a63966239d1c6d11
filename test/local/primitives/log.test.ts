import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, describeFailure } from '#local/primitives/log.ts';

test('an entry is one line of JSON with the names of Cloud Logging, from the least severity on', () => {
  const lines: string[] = [];
  const log = createLog('WARNING', (line) => lines.push(line));
  log('INFO', 'dropped');
  log('ERROR', 'kept', { count: 2 });
  assert.equal(lines.length, 1);
  const { severity, message, count, time } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.deepEqual([severity, message, count, typeof time], ['ERROR', 'kept', 2, 'string']);
});

test('a failure is told by its class and frames, without a word of its message', () => {
  const secret = 'ada@example.com';
  const told = describeFailure(new RangeError(`bad value ${secret}\n    at ${secret} (somewhere)`));
  assert.ok(!told.includes(secret), told);
  assert.match(told, /^RangeError\n\s+at .*log\.test\.ts:\d+:\d+/);
  assert.equal(describeFailure(secret), 'string');
});
