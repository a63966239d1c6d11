import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashLine } from '#shared/http/process-endings.ts';

test('the line of a crash says where it came from, and nothing of a message', () => {
  const secret = 'alice@example.com';
  const line = crashLine('collect', new TypeError(`cannot read ${secret}\n    at ${secret} (/var/${secret}:1:2)`), 0);
  assert.ok(!line.includes(secret), line);
  const { error, frames, service, severity } = JSON.parse(line) as Record<string, unknown>;
  assert.deepEqual([error, service, severity], ['TypeError', 'collect', 'CRITICAL']);
  assert.match(String((frames as readonly string[])[0]), /process-endings\.test\.ts:\d+:\d+$/);
  assert.equal((JSON.parse(crashLine('collect', secret, 0)) as { error: string }).error, 'string');
});
